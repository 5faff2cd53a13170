"""Every way of filling in the unknowns, spelled out: what a rule's verdict is defined to be.

A formula is usually decided by Kleene logic. Where a criterion stands in it twice, or bears on another, Kleene logic may call
something possible that no patient can be; then an equal formula (all its prime implicants) stands in, for which it is exact.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from mesoscreen.rulebook.formula import All, AnyOf, Formula, Is, Not, criteria_of, literals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MAX_CRITERIA = 12
"""Most criteria a rule that needs spelling out may have: the work grows threefold with each."""

_YES, _OPEN = 1, 2
_ORDER = (1, 0, 2)


class Relations:
    """Which criteria of a formula imply or exclude which, by number."""

    def __init__(self, implications: Iterable[tuple[int, int]] = (), exclusions: Iterable[tuple[int, int]] = ()) -> None:
        """Hold pairs (a, b): a implies b, and a excludes b."""
        self.implications = frozenset(implications)
        self.exclusions = frozenset(exclusions)

    def allow(self, values: dict[int, bool]) -> bool:
        """Say whether a patient with these answers can exist."""
        return all(values[b] or not values[a] for a, b in self.implications) and not any(
            values[a] and values[b] for a, b in self.exclusions
        )


def true_of(formula: Formula, values: Callable[[int], bool]) -> bool:
    """Evaluate a formula with every criterion answered."""
    match formula:
        case Is(criterion):
            return values(criterion)
        case Not(criterion):
            return not values(criterion)
        case All(parts):
            return all(true_of(part, values) for part in parts)
        case AnyOf(parts):
            return any(true_of(part, values) for part in parts)


def outcomes(formula: Formula, known: dict[int, bool], relations: Relations) -> frozenset[bool]:
    """Collect what the formula comes to over every way of filling in the unknowns.

    Empty if the known answers contradict each other.
    """
    criteria = criteria_of(formula)
    free = [c for c in criteria if c not in known]
    seen = set()
    for fill in product((False, True), repeat=len(free)):
        values = {**{c: known[c] for c in criteria if c in known}, **dict(zip(free, fill, strict=True))}
        if relations.allow(values):
            seen.add(true_of(formula, values.__getitem__))
    return frozenset(seen)


def is_plain(formula: Formula, relations: Relations) -> bool:
    """Say whether Kleene logic is exact at first sight: no criterion excludes another, and none is negated.

    Such a formula only grows with its criteria, and answering every unknown the same way breaks no implication.
    """
    return not relations.exclusions and all(isinstance(leaf, Is) for leaf in literals(formula))


def exact(formula: Formula, relations: Relations) -> Formula | bool:
    """Give an equal formula for which Kleene logic is exact; True or False if every or no patient satisfies it."""
    if is_plain(formula, relations):
        return formula
    criteria = criteria_of(formula)
    can_hold, can_fail = _outcomes_of_partial(formula, criteria, relations)
    nobody_asked = 3 ** len(criteria) - 1
    if not (can_hold & can_fail) >> nobody_asked & 1:
        return bool(can_hold >> nobody_asked & 1)
    if len(criteria) == len(literals(formula)) and not relations.implications and not relations.exclusions:
        return formula  # a criterion that stands once, and that no other bears on, is weighed once
    return _prime_implicants(criteria, can_hold & ~can_fail)


def _outcomes_of_partial(formula: Formula, criteria: tuple[int, ...], relations: Relations) -> tuple[int, int]:
    """Find the partial assignments under which the formula can hold, and those under which it can fail, for some patient.

    They are the bits of an integer, numbered by their answers read as the digits no, yes and unknown, the first criterion highest.
    """
    worlds = [dict(zip(criteria, values, strict=True)) for values in product((False, True), repeat=len(criteria))]
    holds = [true_of(formula, world.__getitem__) if relations.allow(world) else None for world in worlds]
    return _widened([one is True for one in holds]), _widened([one is False for one in holds])


def _widened(whole: list[bool]) -> int:
    """Go from whole assignments to partial ones: under an unknown can be what can be under no or under yes."""
    if len(whole) == 1:
        return int(whole[0])
    half = len(whole) // 2
    step: int = 3 ** (half.bit_length() - 1)
    no, yes = _widened(whole[:half]), _widened(whole[half:])
    return no | yes << step | (no | yes) << 2 * step


def _prime_implicants(criteria: tuple[int, ...], certain: int) -> Formula:
    """Join the assignments that make the formula certain and cannot do so with one answer less."""
    everywhere: int = (1 << 3 ** len(criteria)) - 1
    steps: list[int] = [3**place for place in reversed(range(len(criteria)))]
    prime = certain
    for step in steps:
        no = ((1 << step) - 1) * (everywhere // ((1 << 3 * step) - 1))
        prime &= ~(no & certain >> 2 * step | no << step & certain >> step)
    found = [place for place, bit in enumerate(reversed(f"{prime:b}")) if bit == "1"]
    answers = sorted(([place // step % 3 for step in steps] for place in found), key=lambda digits: [_ORDER[digit] for digit in digits])
    terms = [
        _join(tuple(Is(c) if digit == _YES else Not(c) for c, digit in zip(criteria, digits, strict=True) if digit != _OPEN))
        for digits in answers
    ]
    return terms[0] if len(terms) == 1 else AnyOf(tuple(terms))


def _join(parts: tuple[Formula, ...]) -> Formula:
    return parts[0] if len(parts) == 1 else All(parts)
