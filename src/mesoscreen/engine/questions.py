"""Put the formulas of one step to their rulesets.

A wide ruleset holds them all and takes the facts that are small; larger facts go to shards, each asked its part.
A fact leaves out what does not hold, which is exact: no formula becomes true by a literal that fails.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import compress
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from mesoscreen.criteria.criterion import NO, UNKNOWN, YES
from mesoscreen.engine.selftest import holds
from mesoscreen.engine.shards import FIELDS, RULES, Network, pack
from mesoscreen.rulebook.formula import Is, Not, literals

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mesoscreen.engine.fields import Fields
    from mesoscreen.engine.fitting import Step
    from mesoscreen.engine.ruleset import Ruleset
    from mesoscreen.rulebook.formula import Formula

    Compile = Callable[[Step, int], Ruleset]
    """Make a ruleset of formulas, for facts of at most so many fields."""

WORTHWHILE = 8
"""Fields a wide ruleset must have room for; with fewer, few patients would fit."""
Pick: TypeAlias = Callable[[bytes], tuple[int, ...]]


class Reading:
    """What a question takes an answer for: which answers satisfy a criterion, and which its negation."""

    def __init__(self, holding: tuple[int, ...], failing: tuple[int, ...]) -> None:
        """Take the answers."""
        self.failing = failing
        self._holds = bytes(value in holding for value in range(256))
        self._fails = bytes(value in failing for value in range(256))

    def literals(self, values: bytes) -> bytes:
        """Say of every criterion whether it holds (1 or 0), then of every criterion whether its negation does."""
        return values.translate(self._holds) + values.translate(self._fails)


CERTAIN = Reading((YES,), (NO,))
"""What holds by what is known: an unknown satisfies nothing."""
POSSIBLE = Reading((YES, UNKNOWN), (NO, UNKNOWN))
"""What could hold: an unknown satisfies everything."""


class Shard(NamedTuple):
    """A ruleset any fact can be put to."""

    ruleset: Ruleset
    fragments: tuple[str, ...]
    """How the literals it mentions stand in a fact."""
    pick: Pick
    """Picks the same literals out of all."""


class Questions:
    """The certain and the possible question about one step."""

    def __init__(self, step: Step, criteria: int, fields: Fields, compiled: Compile) -> None:
        """Compile the formulas; `criteria` counts those that stand for lifted parts too."""
        packed = pack(step)
        room = Network(step).room() if len(packed) > 1 and len(step) <= RULES else 0
        self._room = room if room >= WORTHWHILE else 0
        self._wide = compiled(step, self._room) if self._room else None
        self._shards: list[Shard] = []
        self._holds = [""] * criteria
        """The fragment that says a criterion holds; empty where no formula asks."""
        self._fails = {leaf.criterion: fields.fragment(leaf) for leaf in _leaves(step) if isinstance(leaf, Not)}
        for formulas in packed:
            ruleset = compiled({formula: step[formula] for formula in formulas}, FIELDS)
            leaves = _leaves(formulas)
            places = [leaf.criterion + (criteria if isinstance(leaf, Not) else 0) for leaf in leaves]
            self._shards.append(Shard(ruleset, tuple(map(fields.fragment, leaves)), _picking(places)))
            for leaf in leaves:
                if isinstance(leaf, Is):
                    self._holds[leaf.criterion] = fields.fragment(leaf)
        # A rule that can hold by its negations alone needs them in every fact. Any other rule can hold only
        # beside one of the criteria it asks for, so its negations need no place in a fact without them.
        self._always: frozenset[int] = frozenset()
        self._beside: dict[int, frozenset[int]] = {}
        for formula in step:
            negated = {leaf.criterion for leaf in literals(formula) if isinstance(leaf, Not)}
            if holds(formula, {Not(criterion) for criterion in negated}):
                self._always |= negated
            elif negated:
                for asked in literals(formula):
                    if isinstance(asked, Is):
                        self._beside[asked.criterion] = self._beside.get(asked.criterion, frozenset()) | negated

    def certain(self, values: bytes, yes: Sequence[int]) -> set[int]:
        """Give the numbers of what holds by what is known. Leaves no shard out."""
        small = self._small(values, yes, CERTAIN)
        if small is not None and self._wide is not None:
            return self._wide.ask(small)
        known = CERTAIN.literals(values)
        return set().union(*[shard.ruleset.ask("".join(compress(shard.fragments, shard.pick(known)))) for shard in self._shards])

    def possible(self, values: bytes, yes: Sequence[int], unknown: Sequence[int]) -> set[int]:
        """Give the numbers of what could hold, if it does not for certain.

        A shard that is about nothing unknown would get the fact of the certain question again, and is left out.
        """
        small = self._small(values, [*yes, *unknown], POSSIBLE)
        if small is not None and self._wide is not None:
            return self._wide.ask(small)
        known, perhaps = CERTAIN.literals(values), POSSIBLE.literals(values)
        found: set[int] = set()
        for ruleset, fragments, pick in self._shards:
            picked = pick(perhaps)
            if picked != pick(known):
                found |= ruleset.ask("".join(compress(fragments, picked)))
        return found

    def _small(self, values: bytes, holding: Sequence[int], reading: Reading) -> str | None:
        """Write the fact that these criteria hold, and that those with a failing answer do not; None if it is not small."""
        if len(holding) > self._room:
            return None
        fields, negated = [self._holds[criterion] for criterion in holding], self._always
        for criterion in holding:
            if criterion in self._beside:
                negated = negated | self._beside[criterion]
        fields += [self._fails[criterion] for criterion in negated if values[criterion] in reading.failing]
        return "".join(fields) if len(fields) <= self._room else None


def _leaves(formulas: Iterable[Formula]) -> list[Is | Not]:
    leaves = {leaf for formula in formulas for leaf in literals(formula)}
    return sorted(leaves, key=lambda leaf: (isinstance(leaf, Not), leaf.criterion))


def _picking(places: Sequence[int]) -> Pick:
    if len(places) > 1:
        return itemgetter(*places)
    return lambda values: tuple([values[place] for place in places])
