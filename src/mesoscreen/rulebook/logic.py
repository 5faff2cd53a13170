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

Assignment = tuple[bool | None, ...]
"""One value per criterion of the formula, in order of first mention; None is unknown."""


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
    table = _table(formula, criteria, relations)
    whole = table[(None,) * len(criteria)]
    if len(whole) == 1:
        return next(iter(whole))
    if len(criteria) == len(literals(formula)) and not relations.implications and not relations.exclusions:
        return formula  # a criterion that stands once, and that no other bears on, is weighed once
    return _prime_implicants(criteria, table)


def _table(formula: Formula, criteria: tuple[int, ...], relations: Relations) -> dict[Assignment, frozenset[bool]]:
    """Map every partial assignment some patient can have to what the formula can come to under it."""
    table: dict[Assignment, frozenset[bool]] = {}
    for partial in sorted(product((None, False, True), repeat=len(criteria)), key=lambda p: p.count(None)):
        if None in partial:
            at = partial.index(None)
            halves = (table.get((*partial[:at], v, *partial[at + 1 :]), frozenset()) for v in (False, True))
            seen = frozenset().union(*halves)
        else:
            values = dict(zip(criteria, (bool(v) for v in partial), strict=True))
            seen = frozenset([true_of(formula, values.__getitem__)]) if relations.allow(values) else frozenset()
        if seen:
            table[partial] = seen
    return table


def _prime_implicants(criteria: tuple[int, ...], table: dict[Assignment, frozenset[bool]]) -> Formula:
    certain = {partial for partial, seen in table.items() if seen == {True}}
    prime = [
        partial
        for partial in certain
        if not any((*partial[:at], None, *partial[at + 1 :]) in certain for at, v in enumerate(partial) if v is not None)
    ]
    terms = [
        _join(tuple(Is(c) if v else Not(c) for c, v in zip(criteria, partial, strict=True) if v is not None))
        for partial in sorted(prime, key=lambda p: [(v is None, v is False) for v in p])
    ]
    return terms[0] if len(terms) == 1 else AnyOf(tuple(terms))


def _join(parts: tuple[Formula, ...]) -> Formula:
    return parts[0] if len(parts) == 1 else All(parts)
