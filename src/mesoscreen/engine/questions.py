"""Put the formulas of one step to their rulesets.

A wide ruleset holds them all and takes the facts that are small; larger facts go to shards, each asked its part.
A fact leaves out what does not hold, which is exact: no formula becomes true by a literal that fails.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mesoscreen.criteria.criterion import NO, UNKNOWN
from mesoscreen.engine.ruleset import fragment
from mesoscreen.engine.selftest import holds
from mesoscreen.engine.shards import FIELDS, RULES, Network, pack
from mesoscreen.rulebook.formula import Is, Not, literals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from mesoscreen.engine.fitting import Step
    from mesoscreen.engine.ruleset import Ruleset
    from mesoscreen.rulebook.formula import Formula

    Compile = Callable[[Step, int], Ruleset]
    """Make a ruleset of formulas, for facts of at most so many fields."""

WORTHWHILE = 8
"""Fields a wide ruleset must have room for; with fewer, few patients would fit."""


class Shard(NamedTuple):
    """A ruleset any fact can be put to."""

    ruleset: Ruleset
    negated: tuple[tuple[int, str], ...]
    """The negated criteria it mentions, and the fragment that says one does not hold."""


class Questions:
    """The certain and the possible question about one step."""

    def __init__(self, step: Step, criteria: int, compiled: Compile) -> None:
        """Compile the formulas; `criteria` counts those that stand for lifted parts too."""
        packed = pack(step)
        room = Network(step).room() if len(packed) > 1 and len(step) <= RULES else 0
        self._room = room if room >= WORTHWHILE else 0
        self._wide = compiled(step, self._room) if self._room else None
        self._shards: list[Shard] = []
        self._holds = [""] * criteria
        """The fragment that says a criterion holds; empty where no formula asks."""
        self._fails = {leaf.criterion: fragment(leaf) for leaf in _negated(step)}
        self._shards_asking: list[list[int]] = [[] for _ in range(criteria)]
        """The shards that ask whether a criterion holds."""
        self._shards_about: list[list[int]] = [[] for _ in range(criteria)]
        """The shards that ask whether a criterion holds, or whether it does not."""
        for n, formulas in enumerate(packed):
            ruleset = compiled({formula: step[formula] for formula in formulas}, FIELDS)
            self._shards.append(Shard(ruleset, tuple((x.criterion, fragment(x)) for x in _negated(formulas))))
            leaves = {leaf for formula in formulas for leaf in literals(formula)}
            for leaf in leaves:
                if isinstance(leaf, Is):
                    self._holds[leaf.criterion] = fragment(leaf)
                    self._shards_asking[leaf.criterion].append(n)
            for criterion in {leaf.criterion for leaf in leaves}:
                self._shards_about[criterion].append(n)
        # A rule that can hold by its negations alone needs them in every fact. Any other rule can hold only
        # beside one of the criteria it asks for, so its negations need no place in a fact without them.
        self._always: set[int] = set()
        self._beside: dict[int, set[int]] = {}
        for formula in step:
            negated = _negated([formula])
            if holds(formula, set(negated)):
                self._always.update(leaf.criterion for leaf in negated)
            elif negated:
                for asked in literals(formula):
                    if isinstance(asked, Is):
                        beside = self._beside.setdefault(asked.criterion, set())
                        beside.update(leaf.criterion for leaf in negated)

    def certain(self, values: Sequence[int], yes: Sequence[int]) -> set[int]:
        """Give the numbers of what holds by what is known: an unknown satisfies nothing. Leaves no shard out."""
        return self._ask(values, yes, (NO,), range(len(self._shards)))

    def possible(self, values: Sequence[int], yes: Sequence[int], unknown: Sequence[int]) -> set[int]:
        """Give the numbers of what could hold, if it does not for certain: an unknown satisfies everything.

        A shard that is about nothing unknown would get the fact of the certain question again.
        """
        shards = {n for criterion in unknown for n in self._shards_about[criterion]}
        return self._ask(values, [*yes, *unknown], (NO, UNKNOWN), shards)

    def _ask(self, values: Sequence[int], holding: Sequence[int], failing: tuple[int, ...], shards: Iterable[int]) -> set[int]:
        """Ask about the fact that these criteria hold, and that those with a failing value do not."""
        if self._wide and len(holding) <= self._room:
            beside = self._beside
            negated = self._always.union(*[beside[criterion] for criterion in holding if criterion in beside])
            fails = [self._fails[criterion] for criterion in negated if values[criterion] in failing]
            if len(holding) + len(fails) <= self._room:
                return self._wide.ask("".join([self._holds[criterion] for criterion in holding] + fails))
        fields = [""] * len(self._shards)
        for criterion in holding:
            for n in self._shards_asking[criterion]:
                fields[n] += self._holds[criterion]
        found: set[int] = set()
        for n in shards:
            ruleset, in_shard = self._shards[n]
            fails = [text for criterion, text in in_shard if values[criterion] in failing]
            found |= ruleset.ask(fields[n] + "".join(fails))
        return found


def _negated(formulas: Iterable[Formula]) -> list[Not]:
    leaves = {leaf for formula in formulas for leaf in literals(formula) if isinstance(leaf, Not)}
    return sorted(leaves, key=lambda leaf: leaf.criterion)
