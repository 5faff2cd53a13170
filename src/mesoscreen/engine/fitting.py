"""Shape formulas until each fits into one rule of the engine.

A formula that fits stays whole. An any-of that does not is split into alternatives, each a rule of its own.
An all-of that does not has its heaviest parts lifted out: these are asked one step earlier, and are criteria to
the facts of later steps. Ordinary rulebooks need neither: they come out as one step.
"""

from __future__ import annotations

from collections import Counter
from math import prod
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from mesoscreen.engine.shards import STACK, Network
from mesoscreen.rulebook.formula import All, AnyOf, Formula, Is, Not, criteria_of, literals

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Step: TypeAlias = dict[Formula, list[int]]
"""Formulas that are asked together, each with the numbers it decides."""

BRACKETS = 14
"""And/or brackets of a condition. The engine keeps 32 slots for them, of which each takes two."""
FIRINGS = 64
"""Ours: how often a rule may fire. It does so once for every way in which its alternatives combine."""
LITERALS = 48
"""Ours: different literals of a rule, well within the fields of a fact."""


class Arrangement(NamedTuple):
    """The steps of a rulebook; even one without rules has a first."""

    steps: tuple[Step, ...]
    lifted: int
    """How many parts were lifted out. Their numbers follow those of the rules and, as criteria, of the criteria."""


def arrange(formulas: Sequence[Formula], criteria: int) -> Arrangement:
    """Arrange the formulas of rules, whose criteria have numbers below `criteria`, in steps."""
    shared = Counter(leaf for formula in formulas for leaf in set(literals(formula)))
    fitter = _Fitter(len(formulas), criteria)
    for number, formula in enumerate(formulas):
        fitter.place(tidy(formula, shared), number)
    return Arrangement(tuple(fitter.steps), fitter.lifted)


def tidy(formula: Formula, shared: Mapping[Is | Not, int]) -> Formula:
    """Flatten, drop repeats, and put first what most rules share, so that conditions start alike."""
    if isinstance(formula, Is | Not):
        return formula
    kind = type(formula)
    parts: list[Formula] = []
    for part in formula.parts:
        tidied = tidy(part, shared)
        parts += tidied.parts if isinstance(tidied, kind) else [tidied]
    ordered = tuple(sorted(dict.fromkeys(parts), key=lambda part: _place(part, shared)))
    return kind(ordered) if len(ordered) > 1 else ordered[0]


def _place(part: Formula, shared: Mapping[Is | Not, int]) -> tuple[bool, list[tuple[int, int, bool]]]:
    leaves = [(-shared[leaf], leaf.criterion, isinstance(leaf, Not)) for leaf in literals(part)]
    return (not isinstance(part, Is | Not), leaves)


def fits(formula: Formula) -> bool:
    """Tell whether the formula can be one durable rule."""
    if isinstance(formula, Is | Not):
        return True
    if _brackets(formula) > BRACKETS or firings(formula) > FIRINGS or len(set(literals(formula))) > LITERALS:
        return False
    return Network([formula]).worst() < STACK


def firings(formula: Formula) -> int:
    """Count how often the engine fires the rule when every literal holds."""
    match formula:
        case Is() | Not():
            return 1
        case All(parts):
            return prod([firings(part) for part in parts])
        case AnyOf(parts):
            return sum([firings(part) for part in parts])


def _brackets(formula: Formula) -> int:
    return 0 if isinstance(formula, Is | Not) else 1 + sum([_brackets(part) for part in formula.parts])


class _Fitter:
    def __init__(self, formulas: int, criteria: int) -> None:
        self.steps: list[Step] = [{}]
        self._formulas = formulas
        self._criteria = criteria
        self._lifted: dict[Formula, Is] = {}
        self._decided_in: list[int] = []
        """For each lifted part, the step after which it is known."""

    @property
    def lifted(self) -> int:
        return len(self._decided_in)

    def place(self, formula: Formula, number: int) -> int:
        """Put the formula into the first step where all it rests on is known; give the last step it takes."""
        last = 0
        for alternative in self._alternatives(formula):
            step = max([self._known_from(criterion) for criterion in criteria_of(alternative)])
            if step == len(self.steps):
                self.steps.append({})
            self.steps[step].setdefault(alternative, []).append(number)
            last = max(last, step)
        return last

    def _known_from(self, criterion: int) -> int:
        return 0 if criterion < self._criteria else self._decided_in[criterion - self._criteria] + 1

    def _alternatives(self, formula: Formula) -> list[Formula]:
        if fits(formula):
            return [formula]
        match formula:
            case Is() | Not():
                return [formula]
            case AnyOf(parts):
                return [alternative for part in parts for alternative in self._alternatives(part)]
            case All(parts):
                return [self._lighten(list(parts))]

    def _lighten(self, parts: list[Formula]) -> Formula:
        """Lift parts out of an all-of, the heaviest first, until the rest fits."""
        while not fits(All(tuple(parts))):
            heaviest = max(parts, key=lambda part: (firings(part), len(list(literals(part)))))
            if isinstance(heaviest, Is | Not):  # nothing but literals, too many of them
                parts = [*parts[LITERALS:], self._lift(All(tuple(parts[:LITERALS])))]
            else:
                parts[parts.index(heaviest)] = self._lift(heaviest)
        return All(tuple(parts))

    def _lift(self, part: Formula) -> Is:
        if part not in self._lifted:
            order = self.lifted
            self._decided_in.append(0)  # lifting from within this part takes the orders after it
            self._lifted[part] = Is(self._criteria + order)
            self._decided_in[order] = self.place(part, self._formulas + order)
        return self._lifted[part]
