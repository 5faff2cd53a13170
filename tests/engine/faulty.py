"""A stand-in for the extension that does what it is told to do wrong, and otherwise passes every call on."""

from __future__ import annotations

import json
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from mesoscreen.engine import ruleset

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesoscreen.engine.ruleset import Library

    Fault = Callable[[partial[Any]], Any]
    """Gets the call, ready to be made, and gives what the engine is to see instead."""

CODES = (*range(1, 4), *range(101, 114), *range(201, 206), *range(301, 315), *range(501, 509))
"""Every code of the extension that does not mean success."""
RETURNED = range(4)
"""The codes that asserting and retracting return; every other code is raised."""
OUT_OF_MEMORY = 101
HITS = ("start_action_for_state", "complete_and_start_action")
"""The calls that give a message of a rule that fired."""


class Call(NamedTuple):
    """A call that was made, and what it gave."""

    name: str
    handle: int
    result: Any

    @property
    def rule(self) -> str:
        """The name of the rule that fired, if the call is one that gives a hit."""
        return message_of(self.result)[ruleset.NAMED] if self.name in HITS and self.result is not None else ""


class FaultyLibrary:
    """The extension, with a fault at chosen calls. Counts calls from the moment it is armed."""

    def __init__(self, real: Library) -> None:
        self.real = real
        self.error = real.error
        self.calls: Counter[str] = Counter()
        self.log: list[Call] = []
        self.rules: dict[int, list[str]] = {}
        """The names of the rules of each ruleset made, without the sentinel."""
        self.faults: dict[tuple[str, int], Fault] = {}
        self.forgotten = ""
        """The name of a rule whose hits never show."""

    def arm(self, faults: dict[tuple[str, int], Fault] | None = None, *, forgotten: str = "") -> None:
        """Do wrong at these calls: the name, or `any` for whichever comes, and how many of it went before."""
        self.calls.clear()
        self.log.clear()
        self.faults = faults or {}
        self.forgotten = forgotten

    def __getattr__(self, name: str) -> Callable[..., Any]:
        real = getattr(self.real, name)

        def made(*args: Any) -> Any:
            return self._made(name, real(*args), *args)

        def call(*args: Any) -> Any:
            places = (name, self.calls[name]), ("any", self.calls["any"])
            self.calls.update((name, "any"))
            for place in places:
                if place in self.faults:
                    return self.faults[place](partial(made, *args))
            return made(*args)

        return call

    def _made(self, name: str, result: Any, *args: Any) -> Any:
        while self.forgotten and name in HITS and result is not None and message_of(result)[ruleset.NAMED] == self.forgotten:
            result = with_message(result, self.real.complete_and_start_action(*args))
        if name == "create_ruleset":
            self.rules[result] = [rule for rule in json.loads(args[1]) if rule != ruleset.SENTINEL]
        else:
            self.log.append(Call(name, args[0], result))
        return result


def message_of(result: Any) -> str:
    """Find the message in what either of the calls gave that give one."""
    message: str = result if isinstance(result, str) else result[1]
    return message


def with_message(result: Any, message: str | None) -> Any:
    """Put another message, or none, in place of the one that a call gave."""
    return message if isinstance(result, str) or message is None else (result[0], message)


def gives(result: object) -> Fault:
    """Do the call, and hide what it gave behind something else."""

    def fault(call: partial[Any]) -> object:
        call()
        return result

    return fault


def says(edit: Callable[[str], str]) -> Fault:
    """Do the call, and edit the message it gave."""

    def fault(call: partial[Any]) -> object:
        result = call()
        return None if result is None else with_message(result, edit(message_of(result)))

    return fault


def names(rule: str) -> Fault:
    """Do the call, and let its hit be another rule's."""
    return says(lambda message: message[: ruleset.NAMED.start] + rule + message[ruleset.NAMED.stop :])


def loses(library: FaultyLibrary) -> Fault:
    """Do the call, drop the hit it gave, and give the next."""

    def fault(call: partial[Any]) -> object:
        result = call()
        return None if result is None else with_message(result, library.real.complete_and_start_action(*call.args))

    return fault


def rewrites(edit: Callable[[str], str]) -> Fault:
    """Compile other rules than those given."""
    return lambda call: call.func(call.args[0], edit(call.args[1]))


def claims(result: object) -> Fault:
    """Do nothing, and give what would have meant success."""
    return lambda _: result


def stops(error: BaseException, *, after: bool) -> Fault:
    """Raise instead of the call, or after it."""

    def fault(call: partial[Any]) -> object:
        if after:
            call()
        raise error

    return fault


def refuses(library: FaultyLibrary, call: str, code: int, *, after: bool) -> Fault:
    """Report a code the way the extension reports it of that call, which was made or not."""
    if code in RETURNED and call in ("assert_fact", "retract_fact"):
        return gives((code, 1)) if after else claims((code, 1))
    error = MemoryError() if code == OUT_OF_MEMORY else library.error(f"Could not {call}, error code: {code}")
    return stops(error, after=after)
