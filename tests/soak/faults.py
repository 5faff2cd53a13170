"""The extension, which on demand fails once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mesoscreen.engine.ruleset import Library

FAULTS = (
    "raises instead of taking the fact",
    "raises after taking the fact",
    "refuses the fact",
    "is interrupted half-way",
    "loses the sentinel",
    "names a rule there is not",
    "keeps the fact",
    "cannot look",
)


class Faulty:
    """Passes every call on, except where it was told to do wrong: then once."""

    def __init__(self, real: Library) -> None:
        self._real = real
        self.error = real.error
        self.create_ruleset = real.create_ruleset
        self.delete_ruleset = real.delete_ruleset
        self.start_action_for_state = real.start_action_for_state
        self.delete_state = real.delete_state
        self.fault = ""

    def _is_told(self, *faults: str) -> str:
        told, self.fault = (self.fault, "") if self.fault in faults else ("", self.fault)
        return told

    def assert_fact(self, handle: int, fact: str, /) -> tuple[int, int]:
        match self._is_told(*FAULTS[:3]):
            case "raises instead of taking the fact":
                raise MemoryError
            case "raises after taking the fact":
                self._real.assert_fact(handle, fact)
                raise self.error("Could not assert fact, error code: 303")
            case "refuses the fact":
                return 302, 0
            case _:
                return self._real.assert_fact(handle, fact)

    def complete_and_start_action(self, handle: int, state: int, /) -> str | None:
        match self._is_told("is interrupted half-way", "loses the sentinel", "names a rule there is not"):
            case "is interrupted half-way":
                raise KeyboardInterrupt
            case "loses the sentinel":
                return None if self._real.complete_and_start_action(handle, state) is not None else "{}"
            case "names a rule there is not":
                return '{"99999":{"m":{}}}'
            case _:
                return self._real.complete_and_start_action(handle, state)

    def retract_fact(self, handle: int, fact: str, /) -> tuple[int, int]:
        return (3, 0) if self._is_told("keeps the fact") else self._real.retract_fact(handle, fact)

    def get_facts(self, handle: int, session: str, /) -> str:
        if self._is_told("cannot look"):
            raise self.error("Could not get facts, error code: 309")
        return self._real.get_facts(handle, session)

    def __getattr__(self, name: str) -> Any:
        """Pass on whatever else there is."""
        return getattr(self._real, name)
