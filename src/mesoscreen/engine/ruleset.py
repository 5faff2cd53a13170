"""One ruleset of durable-rules: every call into its C extension, and the guards that version 2.0.28 needs.

A question is one flat fact. It is asserted, the rules that fire are read off, and it is retracted.
Last of all fires the sentinel, a rule that every fact satisfies. Its message repeats the fact, so a question that
ends with it was read whole, and answered to the end.
"""

from __future__ import annotations

import json
from contextlib import suppress
from functools import partial
from importlib import import_module
from itertools import islice
from typing import TYPE_CHECKING, Final, Protocol, cast

from mesoscreen.engine.fitting import firings
from mesoscreen.errors import EngineFailure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mesoscreen.engine.fields import Fields
    from mesoscreen.rulebook.formula import Formula

NAME: Final = "durable-rules 2.0.28"
"""The one version whose limits were measured."""

SESSION: Final = "s"
HEAD: Final = '{"sid":"s","id":"i","s":"y"'
"""How every fact starts: session, id, and the field that raises the sentinel."""
RETRACTED: Final = '{"sid":"s","id":"i"}'
NAMED: Final = slice(2, 7)
"""Where a rule's name stands in its message, which reads {"01234":{"m":fact}}."""
SENTINEL: Final = "zzzzz"


class Library(Protocol):
    """The calls of the extension that are safe as this module makes them. It has more, which are not."""

    error: type[Exception]

    def create_ruleset(self, name: str, rules: str, /) -> int: ...  # noqa: D102
    def delete_ruleset(self, handle: int, /) -> None: ...  # noqa: D102
    def assert_fact(self, handle: int, fact: str, /) -> tuple[int, int]: ...  # noqa: D102
    def start_action_for_state(self, handle: int, state: int, /) -> tuple[str, str] | None: ...  # noqa: D102
    def complete_and_start_action(self, handle: int, state: int, /) -> str | None: ...  # noqa: D102
    def retract_fact(self, handle: int, fact: str, /) -> tuple[int, int]: ...  # noqa: D102
    def get_facts(self, handle: int, session: str, /) -> str: ...  # noqa: D102
    def delete_state(self, handle: int, session: str, /) -> None: ...  # noqa: D102


def library() -> Library:
    """Import the extension; on CPython 3.13 and later that raises ImportError."""
    return cast("Library", import_module("durable_rules_engine"))


def is_available() -> bool:
    """Tell whether durable-rules can be loaded here."""
    try:
        library()
    except ImportError:
        return False
    return True


class Ruleset:
    """Rules compiled into one handle of the engine. Only one thread at a time may use it."""

    def __init__(self, rules: Mapping[Formula, Iterable[int]], fields: Fields, names: Iterator[int]) -> None:
        """Compile formulas, each with the numbers it decides; no two rulesets of an engine share a name."""
        self._library = library()
        named = {_name(next(names)): formula for formula in rules}
        self._numbers = {name: tuple(rules[formula]) for name, formula in named.items()}
        self._most = sum(map(firings, rules))
        self._unsettled = True
        self._has_fired = False
        written: dict[str, object] = {name: {"all": [{"m": fields.condition(f)}]} for name, f in named.items()}
        # Rules fire in ascending priority, which is 0 unless said otherwise: the sentinel comes last.
        written[SENTINEL] = {"pri": 1, "all": [{"m": {"s": "y"}}]}
        self._handle = 0
        try:
            self._handle = self._library.create_ruleset("mesoscreen", json.dumps(written))
            self.ask("")
        except BaseException as error:
            self.close()
            if isinstance(error, Exception) and not isinstance(error, EngineFailure):
                raise self._failure(error) from error
            raise

    def ask(self, fields: str) -> set[int]:
        """Give the numbers that the rules decide for a fact of these fields, written as fragments."""
        try:
            # INVARIANT: whatever ends a question early, be it an interrupt between two calls, leaves it unsettled,
            # and the next question starts in a new session. Nothing of one patient reaches the next.
            if self._unsettled:
                self._start_session()
            return self._question(fields)
        except EngineFailure:
            raise
        except Exception as error:
            raise self._failure(error) from error

    def _start_session(self) -> None:
        """Drop the session, if there is one, and see a question through in the next.

        No ruleset is used before: deleting a session frees what its rules last said, and in a ruleset where no
        rule ever said anything that is memory never set.
        """
        with suppress(self._library.error):
            self._library.delete_state(self._handle, SESSION)
        # A session that could not be dropped shows here: the engine refuses a second fact of the same id.
        if self._question(""):
            raise EngineFailure("a rule fired on nothing")

    def _question(self, fields: str) -> set[int]:
        engine, handle, fact = self._library, self._handle, f"{HEAD}{fields}}}"
        self._unsettled = True
        code, state = engine.assert_fact(handle, fact)
        if code:
            raise EngineFailure(f"it refused a fact with code {code}")
        started = engine.start_action_for_state(handle, state)
        if started is None:
            raise EngineFailure("not even the sentinel fired")
        self._has_fired = True
        rest = iter(partial(engine.complete_and_start_action, handle, state), None)
        *fired, last = [started[1], *islice(rest, self._most)]
        if last != f'{{"{SENTINEL}":{{"m":{fact}}}}}' or next(rest, None) is not None:
            raise EngineFailure("it did not end with the fact it was asked")
        if engine.retract_fact(handle, RETRACTED)[0] or engine.get_facts(handle, SESSION) != "[]":
            raise EngineFailure("it kept a fact")
        found = set().union(*[self._numbers[message[NAMED]] for message in fired]) if fired else set()
        self._unsettled = False
        return found

    def _failure(self, error: Exception) -> EngineFailure:
        """Say what the extension said, which is a call and a code; it never quotes a fact."""
        return EngineFailure(str(error) if isinstance(error, self._library.error) else f"a {type(error).__name__}")

    def close(self) -> None:
        """Free what the engine holds; the session first, which the ruleset would leak."""
        handle, self._handle = self._handle, 0  # which the engine takes for no ruleset
        if self._has_fired:
            with suppress(self._library.error):
                self._library.delete_state(handle, SESSION)
        if handle:
            with suppress(self._library.error):
                self._library.delete_ruleset(handle)


def _name(number: int) -> str:
    name = f"{number:05d}"
    if len(name) > len(SENTINEL):
        raise EngineFailure("there are more rules than names")
    return name
