"""What an intake told, once every name in it has been read."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mesoscreen.criteria.windows import LONG_AGO, Span

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from mesoscreen.criteria.doubts import Contradiction, Unrecognised
    from mesoscreen.criteria.plan import Composition, Plan
    from mesoscreen.intake import Entry, Intake
    from mesoscreen.vocabulary import Resolution, Vocabulary
    from mesoscreen.vocabulary.concepts import Space


class Statement(NamedTuple):
    """One entry as understood. `None` in a field means it is not known."""

    path: str
    concepts: tuple[tuple[str, bool], ...]
    """What it may be, each with whether that is certain."""
    products: tuple[str, ...] = ()
    """Of an allergy: known products it names."""
    severity: str | None = None
    controlled: bool | None = None
    subject: str = "patient"
    state: str | None = None
    """now, remission or resolved."""
    when: Span = Span((LONG_AGO, 0), (LONG_AGO, 0))
    planned: bool = False
    areas: tuple[str, ...] | None = None
    """None where no area was given."""
    reaction: str | None = None
    route: str | None = None
    outcomes: tuple[tuple[str, bool], ...] | None = None
    settings: tuple[tuple[str, bool], ...] | None = None
    used: tuple[Composition, ...] | None = None
    """Of a procedure: the products used in it."""
    value: float | None = None
    """Of a measurement: the reading in its canonical unit."""
    entry: Entry | None = None
    """None where the patient was unsure, or the name stands in the wrong section."""


class Denial(NamedTuple):
    """Something the patient was asked about and does not have."""

    path: str
    concepts: frozenset[str]
    """The concept denied and everything below it."""
    qualifiers: Mapping[str, str | bool]
    """Denied only with these: no *uncontrolled* asthma."""


class ToldSection(NamedTuple):
    """One section, read."""

    asked: bool
    complete: bool
    statements: tuple[Statement, ...] = ()
    denials: tuple[Denial, ...] = ()
    denied: frozenset[str] = frozenset()
    """Every concept that was denied without a qualifier."""


class Told(NamedTuple):
    """Everything an intake says, as of a day."""

    intake: Intake
    on: date
    sections: Mapping[str, ToldSection]
    plan: Plan
    unrecognised: tuple[Unrecognised, ...]
    contradictions: tuple[Contradiction, ...]


def found(
    vocabulary: Vocabulary, read: Resolution, spaces: tuple[Space, ...]
) -> tuple[tuple[tuple[str, bool], ...], tuple[str, ...]]:
    """Split what a text was read as into concepts (each with whether that is certain) and known products."""
    readings = read.readings
    if len(readings) == 1 and readings[0].space == spaces[0]:
        return ((readings[0].concept, readings[0].match == "exact"),), ()
    concepts = tuple((r.concept, r.match == "exact") for r in readings if r.space == spaces[0])
    products = tuple(r.concept for r in readings if r.space == "product" and r.match == "exact")
    doubtful = tuple(
        (ingredient, False)
        for r in readings
        if r.space == "product" and r.match != "exact"
        for ingredient in vocabulary.concept("product", r.concept).contains
    )
    return concepts + doubtful, products


def label_of(vocabulary: Vocabulary, spaces: tuple[Space, ...], concept: str) -> str:
    """Give the label of a concept of one of these spaces."""
    for space in spaces:
        if vocabulary.has(space, concept):
            return vocabulary.concept(space, concept).label
    return concept
