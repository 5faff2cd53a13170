"""Prove rule by rule, before a patient depends on it, that the engine decides as the formulas say.

Each formula is asked with facts that make it true and use all its literals, and with each literal missing once.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, TypeAlias

from mesoscreen.errors import EngineFailure
from mesoscreen.rulebook.formula import All, AnyOf, Formula, Is, Not, literals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from collections.abc import Set as AbstractSet

Literals: TypeAlias = frozenset[Is | Not]


def holds(formula: Formula, given: AbstractSet[Is | Not]) -> bool:
    """Evaluate a formula when exactly these literals hold."""
    match formula:
        case Is() | Not():
            return formula in given
        case All(parts):
            return all(holds(part, given) for part in parts)
        case AnyOf(parts):
            return any(holds(part, given) for part in parts)


def prove(rules: Mapping[Formula, Iterable[int]], ask: Callable[[Literals], set[int]], largest: int) -> None:
    """Ask about facts of `largest` literals at most; the first wrong answer raises EngineFailure."""
    formulas, numbers = tuple(rules), tuple(rules.values())
    touched = defaultdict(list)
    for n, formula in enumerate(formulas):
        for leaf in literals(formula):
            touched[leaf].append(n)
    facts = dict.fromkeys(fact for formula in formulas for fact in _facts(formula))
    for given in [fact for fact in facts if len(fact) <= largest]:
        candidates = {n for leaf in given for n in touched[leaf]}
        expected = {number for n in candidates if holds(formulas[n], given) for number in numbers[n]}
        if ask(given) != expected:
            raise EngineFailure("it failed the self-test of the rulebook")


def _facts(formula: Formula) -> Iterator[Literals]:
    """Yield facts that make the formula true, and for each literal one such fact without it."""
    tried: set[Is | Not] = set()
    for witness in _witnesses(formula):
        yield witness
        for leaf in witness - tried:
            yield witness - {leaf}
        tried |= witness


def _witnesses(formula: Formula) -> list[Literals]:
    """List facts that make the formula true, and that between them use all its literals."""
    match formula:
        case Is() | Not():
            return [frozenset([formula])]
        case AnyOf(parts):
            return [witness for part in parts for witness in _witnesses(part)]
        case All(parts):
            choices = [_witnesses(part) for part in parts]
            return [frozenset().union(*[choice[n % len(choice)] for choice in choices]) for n in range(max(map(len, choices)))]
