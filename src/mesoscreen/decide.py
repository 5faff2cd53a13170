"""The specification: what every rule comes to, by Kleene logic, in one page.

A rule is *present* if what is known makes it true, *clear* if nothing that is unknown could make it true, else *possible*.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from mesoscreen.criteria.criterion import NO, UNDECLARED, UNKNOWN, YES
from mesoscreen.rulebook.formula import All, AnyOf, Formula, Is, Not, criteria_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mesoscreen.criteria.answers import Answers


class Verdicts(NamedTuple):
    """The rules that are not clear, by number."""

    present: frozenset[int]
    possible: frozenset[int]


HOLDS = (NO, NO, UNKNOWN, YES)
"""What `Is` comes to, by the answer. An undeclared criterion satisfies neither itself nor its negation."""
FAILS = (YES, NO, UNKNOWN, NO)
"""What `Not` comes to."""


def value_of(formula: Formula, values: Sequence[int] | Mapping[int, int]) -> int:
    """Say whether a formula is true: YES, NO or UNKNOWN."""
    match formula:
        case Is(criterion):
            return HOLDS[values[criterion]]
        case Not(criterion):
            return FAILS[values[criterion]]
        case All(parts):
            return min([value_of(part, values) for part in parts])
        case AnyOf(parts):
            return max([value_of(part, values) for part in parts])


class Specification:
    """Decides the rules of one rulebook as `value_of` does, put together once and not again for every patient."""

    def __init__(self, formulas: Sequence[Formula], criteria: int) -> None:
        """Index the rules by criteria one of which must be yes or unknown for the rule not to be clear."""
        self._meanings = tuple([_meaning(formula, criteria) for formula in formulas])
        shared = Counter(criterion for formula in formulas for criterion in criteria_of(formula))
        self._touched: list[list[int]] = [[] for _ in range(criteria)]
        self._always: set[int] = set()
        for number, formula in enumerate(formulas):
            needed = _needed(formula, shared)
            if needed is None:
                self._always.add(number)
            for criterion in needed or ():
                self._touched[criterion].append(number)

    def decide(self, answers: Answers) -> Verdicts:
        """Decide every rule; a rule whose needed criteria are all answered no is clear without a look."""
        touched, meanings = self._touched, self._meanings
        rules = self._always.union(*[touched[n] for n in answers.yes], *[touched[n] for n in answers.unknown])
        values = bytes(answers.values)
        literals = values.translate(_HOLDING) + values.translate(_FAILING)
        present, possible = [], []
        for rule in rules:
            value = meanings[rule](literals)
            if value == YES:
                present.append(rule)
            elif value == UNKNOWN:
                possible.append(rule)
        return Verdicts(frozenset(present), frozenset(possible))


_HOLDING = bytes(HOLDS).ljust(256)
_FAILING = bytes(FAILS).ljust(256)
_Meaning: TypeAlias = Callable[[bytes], int]
"""Gives the value of a formula, from what `Is` comes to for every criterion followed by what `Not` does."""


def _meaning(formula: Formula, criteria: int) -> _Meaning:
    if isinstance(formula, Is | Not):
        return itemgetter(_place(formula, criteria))
    join = min if isinstance(formula, All) else max
    leaves = [part for part in formula.parts if isinstance(part, Is | Not)]
    if 1 < len(leaves) == len(formula.parts):
        literals = itemgetter(*[_place(leaf, criteria) for leaf in leaves])
        return lambda values: join(literals(values))
    parts = [_meaning(part, criteria) for part in formula.parts]
    return lambda values: join([part(values) for part in parts])


def _place(literal: Is | Not, criteria: int) -> int:
    return literal.criterion + (criteria if isinstance(literal, Not) else 0)


def _needed(formula: Formula, shared: Mapping[int, int]) -> frozenset[int] | None:
    """Name criteria of which one must be yes or unknown for the formula not to be clear; None if it can do without.

    Of an all-of, one part will do: the one fewest other rules share, so that few patients touch it.
    """
    match formula:
        case Is(criterion):
            return frozenset([criterion])
        case Not():
            return None
        case All(parts):
            found = [needed for part in parts if (needed := _needed(part, shared)) is not None]
            return min(found, key=lambda needed: sum(shared[criterion] for criterion in needed), default=None)
        case AnyOf(parts):
            alternatives = [_needed(part, shared) for part in parts]
            return None if None in alternatives else frozenset().union(*[one for one in alternatives if one is not None])


def waits_on_a_declaration(formula: Formula, values: Mapping[int, int]) -> bool:
    """Say whether a formula is clear only for want of a declaration nobody made."""
    if UNDECLARED not in values.values() or value_of(formula, values) != NO:
        return False
    asked = {criterion: UNKNOWN if value == UNDECLARED else value for criterion, value in values.items()}
    return value_of(formula, asked) != NO
