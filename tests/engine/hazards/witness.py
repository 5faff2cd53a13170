"""The extension as our engine uses it, watched: a call that is known to go wrong is never made, and fails the test."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mesoscreen.engine.ruleset import Library

FACT = re.compile(r'\{"[a-z]\w{0,9}":"[a-z]"(?:,"[a-z]\w{0,9}":"[a-z]")*\}', re.ASCII)
"""A flat object of short ASCII words: no number, no null, no list, nothing to escape, nothing a patient said."""
WORD = re.compile(r"[a-z]\w{0,9}", re.ASCII)
PRIORITIES, RULES, BRACKETS, FIELDS, SIBLINGS, ENDS, FORWARDS = 65535, 4096, 14, 252, 511, 255, 127
"""What the extension takes, as measured. Ours keeps within bounds of its own."""
OPERATORS = (
    "sid id $s all any pri count cap dist name $m $i $l $r $forward $all $any $not $and $or $ex $nex "
    "$lt $lte $gt $gte $eq $neq $mt $imt $iall $iany $add $sub $mul $div"
)
"""Every word whose hash the extension looks for."""


class Unsafe(Exception):
    """Our engine was about to do what crashes, hangs or lies."""


def need(is_so: object, what: str) -> None:
    if not is_so:
        raise Unsafe(what)


@dataclass
class Handle:
    """What became of one ruleset."""

    has_fired: bool = False
    session: str | None = None
    state: int | None = None
    """Where the last fact was put, if it was taken and its agenda not begun."""
    is_firing: bool = False
    holds: dict[str, str] | None = None
    """The one fact of the session."""


@dataclass
class Node:
    """A test of the compiled network, with what follows it."""

    tests: dict[str, Node] = field(default_factory=dict)
    forwards: int = 0
    ends: int = 0


class Witness:
    """The eight calls our engine may make. Any other is an error by itself."""

    def __init__(self, real: Library) -> None:
        self._real = real
        self.error = real.error
        self._handles: dict[int, Handle] = {}
        self._constant: set[tuple[str, str]] = set()
        self.facts: list[str] = []
        self.most_open = self.most_rules = 0
        self.refused: list[str] = []
        """What our engine was kept from. It is looked at in the end, since our engine makes any exception a failed screening."""

    @property
    def open(self) -> int:
        """How many rulesets wait to be closed."""
        return len(self._handles)

    def _need(self, is_so: object, what: str) -> None:
        try:
            need(is_so, what)
        except Unsafe:
            self.refused.append(what)
            raise

    def create_ruleset(self, name: str, rules: str, /) -> int:
        try:
            check_rules(rules)
        except Unsafe as unsafe:
            self.refused.append(str(unsafe))
            raise
        handle = self._real.create_ruleset(name, rules)
        self._handles[handle] = Handle()
        self.most_open = max(self.open, self.most_open)
        self.most_rules = max(len(json.loads(rules)), self.most_rules)
        return handle

    def assert_fact(self, handle: int, fact: str, /) -> tuple[int, int]:
        at = self._handles[handle]
        self._need(FACT.fullmatch(fact), "a fact is not made of closed words")
        pairs = json.loads(fact, object_pairs_hook=list)
        told = dict(pairs)
        self._need(len(told) == len(pairs), "a fact says one thing twice")
        self._need(len(told) <= FIELDS, "a fact has too many fields")
        self._constant.add((told["sid"], told["id"]))
        self._need(len(self._constant) == 1, "session and id are not the same for every patient")
        self._need(at.holds is None and not at.is_firing, "a second fact while there is one")
        at.session, at.holds, at.state = told["sid"], told, None
        self.facts.append(fact)
        code, state = self._real.assert_fact(handle, fact)
        at.state = None if code else state
        return code, state

    def start_action_for_state(self, handle: int, state: int, /) -> tuple[str, str] | None:
        at = self._handles[handle]
        self._need(at.state == state and not at.is_firing, "an agenda is begun that no fact has made")
        started = self._real.start_action_for_state(handle, state)
        at.has_fired = at.has_fired or started is not None
        at.is_firing = started is not None
        return started

    def complete_and_start_action(self, handle: int, state: int, /) -> str | None:
        at = self._handles[handle]
        self._need(at.state == state and at.is_firing, "an agenda goes on that was not begun")
        message = self._real.complete_and_start_action(handle, state)
        at.is_firing = message is not None
        return message

    def retract_fact(self, handle: int, fact: str, /) -> tuple[int, int]:
        at = self._handles[handle]
        self._need(at.holds is not None and json.loads(fact).items() <= at.holds.items(), "a fact is retracted that is not there")
        self._need(not at.is_firing, "a fact is retracted while its rules fire")
        at.holds = at.state = None
        return self._real.retract_fact(handle, fact)

    def get_facts(self, handle: int, session: str, /) -> str:
        self._need(session == self._handles[handle].session, "a session is read that does not exist")
        return self._real.get_facts(handle, session)

    def delete_state(self, handle: int, session: str, /) -> None:
        at = self._handles[handle]
        self._need(at.session is None or at.has_fired, "a session is deleted in a ruleset where nothing ever fired")
        at.session = at.holds = at.state = None
        at.is_firing = False
        self._real.delete_state(handle, session)

    def delete_ruleset(self, handle: int, /) -> None:
        at = self._handles.pop(handle)
        self._need(at.session is None or not at.has_fired, "a ruleset is deleted with its session")
        self._real.delete_ruleset(handle)


def check_rules(text: str) -> None:
    """Insist on the part of the rule language that is right, and on the sizes that are taken."""
    need(text.isascii() and "\\" not in text, "rules are not written in plain ASCII")
    rules = json.loads(text, object_pairs_hook=once)
    need(len(rules) <= RULES, "too many rules")
    root, fields = Node(), set(OPERATORS.split())
    for rule in rules.values():
        need(set(rule) <= {"all", "pri"}, "a rule that counts, caps or waits for events")
        need(0 <= rule.get("pri", 0) <= PRIORITIES, "a priority that wraps")
        need(len(rule["all"]) == 1 and len(rule["all"][0]) == 1, "a rule about several facts")
        ((alias, condition),) = rule["all"][0].items()
        need(WORD.fullmatch(alias), "an operator in an alias")
        need(brackets(condition) <= BRACKETS, "too many brackets")
        chain(root, condition, fields).ends += 1
    check_sizes(root)
    need(len({fnv(name) for name in fields}) == len(fields), "two fields with one hash")


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    need(len(dict(pairs)) == len(pairs), "one name twice")
    return dict(pairs)


def chain(node: Node, condition: dict[str, Any], fields: set[str]) -> Node:
    ((name, value),) = condition.items()
    if name == "$and":
        need(value, "an empty group")
        for part in value:
            node = chain(node, part, fields)
        return node
    if name == "$or":
        need(value, "an empty group")
        joined = Node()
        for part in value:
            last = chain(node, part, fields)
            last.forwards += 1
            last.tests[f"forward {last.forwards} {id(joined)}"] = joined
        return joined
    need(WORD.fullmatch(name) and re.fullmatch(r"[a-z]", value), "a test other than that a field is a word")
    fields.add(name)
    return node.tests.setdefault(f"{name}={value}", Node())


def check_sizes(root: Node) -> None:
    waiting, seen = [root], set()
    while waiting:
        node = waiting.pop()
        if id(node) not in seen:
            seen.add(id(node))
            need(len(node.tests) - node.forwards <= SIBLINGS, "too many tests side by side")
            need(node.forwards <= FORWARDS, "too many alternatives that start alike")
            need(node.ends <= ENDS, "too many rules that end alike")
            waiting += node.tests.values()


def brackets(condition: dict[str, Any]) -> int:
    ((_, value),) = condition.items()
    return 1 + sum(map(brackets, value)) if isinstance(value, list) else 0


def fnv(name: str) -> int:
    """Give the 32-bit FNV-1a hash."""
    value = 0x811C9DC5
    for byte in name.encode():
        value = (value ^ byte) * 0x01000193 % 2**32
    return value
