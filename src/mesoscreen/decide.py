"""The specification: what every rule comes to, by Kleene logic, in one page.

A rule is *present* if what is known makes it true, *clear* if nothing that is unknown could make it true, else *possible*.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mesoscreen.criteria.criterion import NO, UNDECLARED, UNKNOWN, YES
from mesoscreen.rulebook.formula import All, AnyOf, Formula, Is, Not, criteria_of, literals

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mesoscreen.criteria.answers import Answers


class Verdicts(NamedTuple):
    """The rules that are not clear, by number."""

    present: frozenset[int]
    possible: frozenset[int]


def value_of(formula: Formula, values: Sequence[int] | Mapping[int, int]) -> int:
    """Say whether a formula is true: YES, NO or UNKNOWN.

    An undeclared criterion satisfies neither itself nor its negation.
    """
    match formula:
        case Is(criterion):
            return NO if values[criterion] == UNDECLARED else values[criterion]
        case Not(criterion):
            return (YES, NO, UNKNOWN, NO)[values[criterion]]
        case All(parts):
            return min([value_of(part, values) for part in parts])
        case AnyOf(parts):
            return max([value_of(part, values) for part in parts])


class Specification:
    """Decides the rules of one rulebook by `value_of` alone."""

    def __init__(self, formulas: Sequence[Formula], criteria: int) -> None:
        """Index the rules by the criteria they mention."""
        self.formulas = tuple(formulas)
        self._touched: list[list[int]] = [[] for _ in range(criteria)]
        for number, formula in enumerate(self.formulas):
            for criterion in criteria_of(formula):
                self._touched[criterion].append(number)
        # INVARIANT: a rule with no negated criterion is clear unless one of its criteria is yes or unknown.
        self._always = tuple(n for n, f in enumerate(self.formulas) if any(isinstance(leaf, Not) for leaf in literals(f)))

    def decide(self, answers: Answers) -> Verdicts:
        """Decide every rule; rules whose criteria are all answered no are clear without a look."""
        rules = set(self._always)
        for criterion in answers.yes:
            rules.update(self._touched[criterion])
        for criterion in answers.unknown:
            rules.update(self._touched[criterion])
        present, possible = [], []
        for rule in rules:
            value = value_of(self.formulas[rule], answers.values)
            if value == YES:
                present.append(rule)
            elif value == UNKNOWN:
                possible.append(rule)
        return Verdicts(frozenset(present), frozenset(possible))



def waits_on_a_declaration(formula: Formula, values: Mapping[int, int]) -> bool:
    """Say whether a formula is clear only for want of a declaration nobody made."""
    if UNDECLARED not in values.values() or value_of(formula, values) != NO:
        return False
    asked = {criterion: UNKNOWN if value == UNDECLARED else value for criterion, value in values.items()}
    return value_of(formula, asked) != NO
