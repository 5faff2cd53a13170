"""What a rulebook offers to make intakes of: the names its rules ask about, areas, and days around its time windows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from mesoscreen.criteria.matching import SPACE_OF
from mesoscreen.rulebook.rules import BASE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mesoscreen.rulebook.model import Rulebook
    from mesoscreen.vocabulary import Vocabulary
    from mesoscreen.vocabulary.concepts import Concept, Space

HISTORY = ("allergies", "conditions", "medications", "procedures")
ON = date(2026, 11, 30)
"""The day of the treatment unless a test gives another. No clock: the same intakes every day."""
_MOST_AREAS = 12
_BELOW = 3
"""How many narrower concepts stand beside each that a rule asks about."""


@dataclass(frozen=True, slots=True)
class Material:
    """What intakes for one rulebook are made of."""

    names: Mapping[str, tuple[str, ...]]
    """Concepts, by section, and for `plan`."""
    areas: tuple[str, ...]
    outcomes: tuple[str, ...]
    techniques: tuple[str, ...]
    dates: tuple[str, ...]
    """Partial dates on, just before and just after the edge of every time window, none after the treatment."""
    ages: tuple[str, ...]
    """Birth dates on both sides of every age a rule asks about."""
    on: date


def material_of(rulebook: Rulebook, on: date = ON) -> Material:
    """Gather what a rulebook offers."""
    words = rulebook.vocabulary
    names = {section: _names(section, rulebook) for section in (*HISTORY, "plan")}
    names["allergies"] = tuple(sorted({*names["allergies"], *names["plan"]}))
    return Material(
        {section: found or ("none of these",) for section, found in names.items()},
        _areas(rulebook),
        tuple(words.concepts("outcome")),
        tuple(words.concepts("technique")) or (str(BASE["treatment"]["technique"]),),
        _dates(rulebook, on),
        _births(rulebook, on),
        on,
    )


def _names(section: str, rulebook: Rulebook) -> tuple[str, ...]:
    """Pick the concepts rules ask about in a section, with narrower and wider ones."""
    words, space = rulebook.vocabulary, SPACE_OF[section]
    asked = {c for criterion in rulebook.criteria if criterion.section == section for c in criterion.concepts}
    near = {n for c in asked for n in [*sorted(words.descendants(space, c))[:_BELOW], *words.concept(space, c).parents]}
    return tuple(sorted(c for c in asked | near if words.concept(space, c).means is None))


def _areas(rulebook: Rulebook) -> tuple[str, ...]:
    """Pick the areas rules ask about, what lies in the first of them, and some others."""
    words = rulebook.vocabulary
    asked = [area for criterion in rulebook.criteria if criterion.place is not None for area in criterion.place.areas]
    inside = [below for area in asked[:1] for below in sorted(words.descendants("area", area))]
    every = dict.fromkeys([*BASE["treatment"]["areas"], *asked, *inside, *words.concepts("area")])
    return tuple([area for area in every if words.has("area", area)][:_MOST_AREAS]) or tuple(BASE["treatment"]["areas"])


def _dates(rulebook: Rulebook, on: date) -> tuple[str, ...]:
    lengths = {criterion.window.length for criterion in rulebook.criteria if criterion.window is not None}
    edges = sorted({date.fromordinal(length.before(on)) for length in lengths} | {on}, reverse=True)
    days = [near for edge in edges for step in (0, -1, 1) if (near := edge + timedelta(days=step)) <= on]
    written = (text for day in days for text in _written(day))
    return tuple(dict.fromkeys(written))


def _written(day: date) -> Iterator[str]:
    """Write a day as a whole date, and as the month and the year it lies in."""
    text = day.isoformat()
    yield from (text, text[:7], text[:4])


def _births(rulebook: Rulebook, on: date) -> tuple[str, ...]:
    bounds = [criterion.age for criterion in rulebook.criteria if criterion.age is not None]
    ages = sorted({int(edge) for bound in bounds for edge in (bound.low, bound.high) if edge is not None})
    days = [f"{on.year - age + near:04}-{on.month:02}-{min(on.day, 28):02}" for age in ages for near in (-1, 0, 1) if on.year > age]
    fit = [day for day in days if day <= on.isoformat()]
    return tuple(dict.fromkeys([str(BASE["patient"]["birth_date"]), *fit, *(day[:4] for day in fit)]))


def spellings(concept: Concept) -> tuple[str, ...]:
    """List every way to write a concept: its id, its labels, its names in every language, its trade names."""
    names = [name for several in concept.names.values() for name in several]
    return tuple(dict.fromkeys([concept.id, concept.label, *concept.labels.values(), *names, *concept.trade_names]))


def plainly(text: str, spaces: tuple[Space, ...], words: Vocabulary) -> str | None:
    """Give the one concept a text certainly names, saying nothing besides; else None."""
    read = words.resolve(text, spaces, suggest=False)
    if len(read.readings) != 1 or not read.is_exact or read.qualifiers or read.areas or read.readings[0].space != spaces[0]:
        return None
    return read.readings[0].concept
