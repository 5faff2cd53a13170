"""Test the examples: break the rule in every small way, and see whether some example notices.

A mutant that no example notices is a survivor: either an example is missing, or the broken part does nothing.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mesoscreen.checking.examples import Patient
from mesoscreen.criteria.matching import SPACE_OF
from mesoscreen.criteria.phrases import phrase
from mesoscreen.errors import IntakeError
from mesoscreen.rulebook.formula import All, AnyOf, Formula, Is, Not, literals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesoscreen.criteria.criterion import Bounds, Criterion, Duration
    from mesoscreen.rulebook.model import Rule, Rulebook
    from mesoscreen.vocabulary import Space, Vocabulary


@dataclass(frozen=True, slots=True)
class Mutant:
    """A rule broken in one place."""

    rule: str
    what: str
    when: Formula
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """How many mutants of a rule its examples noticed."""

    rule: str
    killed: int
    survivors: tuple[Mutant, ...]


def score(rule: Rule, rulebook: Rulebook) -> Score:
    """Run a rule's examples against every mutant of it."""
    if not rule.examples:  # a clinic changed one of its limits; what proved the rule as published proves it no longer
        return Score(rule.id, 0, ())
    patients = []
    for example in rule.examples:
        with suppress(IntakeError):  # running the examples reports it
            patients.append(Patient(example, rulebook.vocabulary))
    killed, survivors = 0, []
    for mutant in mutants(rule, rulebook):
        noticed = any(p.verdict(mutant.when, mutant.criteria, rulebook.vocabulary) != p.example.expect for p in patients)
        if noticed:
            killed += 1
        else:
            survivors.append(mutant)
    return Score(rule.id, killed, tuple(survivors))


def mutants(rule: Rule, rulebook: Rulebook) -> Iterator[Mutant]:
    """Break a rule in every small way, one at a time."""
    vocabulary, criteria = rulebook.vocabulary, rulebook.criteria
    for what, when in _reshaped(rule.when, criteria, vocabulary):
        yield Mutant(rule.id, what, when, criteria)
    for number in dict.fromkeys(leaf.criterion for leaf in literals(rule.when)):
        criterion = criteria[number]
        for what, changed in _altered(criterion, vocabulary):
            swapped = (*criteria, changed)
            yield Mutant(rule.id, f"{what}: {phrase(criterion, vocabulary)}", _swap(rule.when, number, len(criteria)), swapped)


def _reshaped(when: Formula, criteria: tuple[Criterion, ...], vocabulary: Vocabulary) -> Iterator[tuple[str, Formula]]:
    match when:
        case Is(number):
            yield f"negate: {phrase(criteria[number], vocabulary)}", Not(number)
        case Not(number):
            yield f"negate: {phrase(criteria[number], vocabulary)}", Is(number)
        case All(parts) | AnyOf(parts):
            other = AnyOf if isinstance(when, All) else All
            yield ("all becomes any" if isinstance(when, All) else "any becomes all"), other(parts)
            for at, part in enumerate(parts):
                rest = parts[:at] + parts[at + 1 :]
                yield f"drop part {at + 1}", rest[0] if len(rest) == 1 else type(when)(rest)
                for what, changed in _reshaped(part, criteria, vocabulary):
                    yield what, type(when)((*parts[:at], changed, *parts[at + 1 :]))


def _swap(when: Formula, number: int, new: int) -> Formula:
    match when:
        case Is(criterion):
            return Is(new) if criterion == number else when
        case Not(criterion):
            return Not(new) if criterion == number else when
        case All(parts):
            return All(tuple(_swap(part, number, new) for part in parts))
        case AnyOf(parts):
            return AnyOf(tuple(_swap(part, number, new) for part in parts))


def _altered(criterion: Criterion, vocabulary: Vocabulary) -> Iterator[tuple[str, Criterion]]:
    if criterion.window is not None:
        for length, how in _shifted(criterion.window.length):
            yield f"{how} window", replace(criterion, window=replace(criterion.window, length=length))
    if criterion.answers_older_than is not None:
        for length, how in _shifted(criterion.answers_older_than):
            yield f"{how} window", replace(criterion, answers_older_than=length)
    for key in ("bounds", "age"):
        bounds: Bounds | None = getattr(criterion, key)
        if bounds is not None:
            for changed, how in _moved(bounds):
                yield how, replace(criterion, **{key: changed})  # type: ignore[arg-type]
    if criterion.count:
        for count in (criterion.count - 1, criterion.count + 1):
            yield f"count {count}", replace(criterion, count=count)
    spaces: dict[str, Space] = {"concepts": SPACE_OF.get(criterion.section, "pharmacy"), "uses": "pharmacy", "of": "pharmacy", "beside": "pharmacy"}
    for key, space in spaces.items():
        yield from _widened(criterion, key, space, vocabulary)
    yield from _loosened(criterion)


def _shifted(length: Duration) -> Iterator[tuple[Duration, str]]:
    """Shift a window by one of its own units."""
    if length.count > 1:
        yield replace(length, count=length.count - 1), "shorter"
    yield replace(length, count=length.count + 1), "longer"


def _moved(bounds: Bounds) -> Iterator[tuple[Bounds, str]]:
    for side in ("low", "high"):
        value: float | None = getattr(bounds, side)
        if value is None:
            continue
        included = getattr(bounds, f"{side}_included")
        yield _with(bounds, f"{side}_included", not included), f"the {side} bound itself {'leaves' if included else 'joins'}"
        for step in (-1, 1):
            moved = _with(bounds, side, value + step * _step(value))
            if moved.low is None or moved.high is None or moved.low < moved.high:
                yield moved, f"{side} bound {value + step * _step(value):g}"


def _with(bounds: Bounds, key: str, value: float | bool) -> Bounds:  # noqa: FBT001 - either kind of field
    changes: dict[str, Any] = {key: value}
    return replace(bounds, **changes)


def _step(value: float) -> float:
    """Give one unit in the last place a value was written to, so that 6.5 moves to 6.4 and 180 to 179."""
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return float(10.0 ** -len(text.partition(".")[2]))


def _widened(criterion: Criterion, key: str, space: Space, vocabulary: Vocabulary) -> Iterator[tuple[str, Criterion]]:
    concepts: tuple[str, ...] = getattr(criterion, key)
    for concept in concepts:
        rest = tuple(c for c in concepts if c != concept)
        for parent in vocabulary.concept(space, concept).parents:
            if parent not in concepts and vocabulary.descendants(space, parent) - {parent} != vocabulary.descendants(space, concept):
                yield f"{concept} becomes {parent}", replace(criterion, **{key: tuple(sorted({*rest, parent}))})  # type: ignore[arg-type]
        if rest:
            yield f"without {concept}", replace(criterion, **{key: rest})  # type: ignore[arg-type]


def _loosened(criterion: Criterion) -> Iterator[tuple[str, Criterion]]:
    """Drop one key at a time, and one value of a list of values at a time."""
    for at, (key, allowed) in enumerate(criterion.fields):
        rest = criterion.fields[:at] + criterion.fields[at + 1 :]
        yield from _unless_empty(f"any {key}", replace(criterion, fields=rest))
        for value in allowed if len(allowed) > 1 else ():
            fewer = tuple(v for v in allowed if v != value)
            yield f"without {key} {value}", replace(criterion, fields=tuple(sorted([*rest, (key, fewer)])))
    if criterion.status == ("ever",):
        yield "only now", replace(criterion, status=("now",))
    elif criterion.status and criterion.window is None:
        yield "at any time", replace(criterion, status=("ever",))
        for status in criterion.status if len(criterion.status) > 1 else ():
            yield f"without {status}", replace(criterion, status=tuple(s for s in criterion.status if s != status))
    if criterion.place is not None:
        yield from _unless_empty("anywhere", replace(criterion, place=None))
    if criterion.cross_reacting is not None:
        yield "no cross-reactions", replace(criterion, cross_reacting=None)
    if criterion.subject != "patient":
        yield "the patient", replace(criterion, subject="patient")
    if criterion.mixed:
        yield from _unless_empty("mixed or not", replace(criterion, mixed=False))
    for key in ("roles", "techniques", "facts", "sex", "beside", "of"):
        values: tuple[str, ...] = getattr(criterion, key)
        for value in values if len(values) > 1 else ():
            yield f"without {value}", _without(criterion, key, tuple(v for v in values if v != value))
        if values:
            yield from _unless_empty(f"any {key}", _without(criterion, key, ()))


def _without(criterion: Criterion, key: str, values: tuple[str, ...]) -> Criterion:
    changes: dict[str, Any] = {key: values}
    return replace(criterion, **changes)


def _unless_empty(what: str, changed: Criterion) -> Iterator[tuple[str, Criterion]]:
    """Yield a mutant that still asks something."""
    asks = (
        changed.concepts, changed.planned, changed.uses, changed.fields, changed.place, changed.count, changed.beside,
        changed.roles, changed.techniques, changed.facts, changed.mixed, changed.sex, changed.age, changed.answers_older_than,
    )  # fmt: skip
    if any(asks):
        yield what, changed
