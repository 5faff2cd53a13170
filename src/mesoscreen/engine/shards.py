"""How many rules one ruleset of the engine may hold, and how rules are packed into several.

While it matches a fact, the engine keeps the tests it has yet to follow on a stack of 64, and gives up on a
patient who needs more. `Network` is the tree of tests the engine makes of the conditions, and bounds that stack
for the worst fact there can be.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from mesoscreen.rulebook.formula import All, AnyOf, Formula, Is, Not, literals

if TYPE_CHECKING:
    from collections.abc import Iterable

STACK = 62
"""Tests we let wait. The engine has room for 64."""
SIBLINGS = 500
"""Different tests that may follow one test. The engine's table takes 511, and hangs on one more."""
FORWARDS = 120
"""Any-ofs that may start with one test. The engine's list takes 128."""
FIELDS = 240
"""Fields of a fact. The engine takes 252 besides the session."""
RULES = 4000
"""Rules of a ruleset. The engine takes 4096."""
# The engine also takes no more than 255 rules that end in the very same test. Ours never do: a step holds a
# formula once, its parts in one order, so different formulas take different ways through the tests.

Shard: TypeAlias = tuple[Formula, ...]


class Network:
    """A node in the tree of tests: conditions that start alike share it, and an any-of joins in a new one."""

    __slots__ = ("forwards", "tests")

    def __init__(self, formulas: Iterable[Formula] = ()) -> None:
        """Chain the tests of these conditions below this node."""
        self.tests: dict[Is | Not, Network] = {}
        self.forwards: list[Network] = []
        for formula in formulas:
            self.add(formula)

    def add(self, formula: Formula) -> Network:
        """Chain the tests of one condition below this node; give the node it ends in."""
        match formula:
            case Is() | Not():
                node = self.tests.get(formula)
                if node is None:
                    node = self.tests[formula] = Network()
                return node
            case All(parts):
                node = self
                for part in parts:
                    node = node.add(part)
                return node
            case AnyOf(parts):
                joined = Network()
                for part in parts:
                    self.add(part).forwards.append(joined)
                return joined

    def followers(self) -> list[Network]:
        """List the nodes that may go on the stack when this one comes off it."""
        return [*self.tests.values(), *self.forwards]

    def worst(self) -> int:
        """Bound the stack below this node, every literal holding: all followers, or one of them and the rest."""
        followers = self.followers()
        deeper = [node.worst() for node in followers if node.tests or node.forwards]
        return max(len(followers), len(followers) - 1 + max(deeper, default=0))

    def room(self) -> int:
        """Bound the fields of a fact that one ruleset of all these conditions can take; 0 if it cannot be made.

        Each field passes one of the first tests at most: the stack holds the fields, and what one leads to.
        """
        if not self.is_allowed():
            return 0
        return STACK - max([node.worst() for node in self.tests.values()], default=0)

    def is_allowed(self) -> bool:
        """Tell whether the engine's tables take all the nodes."""
        if len(self.tests) > SIBLINGS or len(self.forwards) > FORWARDS:
            return False
        return all(node.is_allowed() for node in self.followers())


def pack(formulas: Iterable[Formula]) -> list[Shard]:
    """Share the formulas out, each lot fit for one ruleset that any fact can be put to.

    Formulas with neighbouring criteria go together, so that what one section leaves open concerns few shards.
    """
    shards: list[Shard] = []
    current: list[Formula] = []
    leaves: set[Is | Not] = set()
    network = Network()
    nodes = 0
    """At most so many nodes are in the network, and no stack is higher."""
    for formula in sorted(formulas, key=_home):
        network.add(formula)
        mentioned = literals(formula)
        leaves.update(mentioned)
        nodes += 2 * len(mentioned)
        # The sentinel takes one place on the stack.
        is_full = (nodes >= STACK and network.worst() >= STACK) or len(leaves) > FIELDS or len(current) == RULES
        if current and is_full:
            shards.append(tuple(current))
            current, leaves, network, nodes = [], set(mentioned), Network([formula]), 2 * len(mentioned)
        current.append(formula)
    return [*shards, tuple(current)]


def _home(formula: Formula) -> list[int]:
    return sorted([leaf.criterion for leaf in literals(formula)])
