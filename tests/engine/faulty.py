"""A stand-in for the extension that does what it is told to do wrong, and otherwise passes every call on."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesoscreen.engine.ruleset import Library

    Fault = Callable[[Callable[[], Any]], Any]
    """Gets the call as a function of nothing, and gives what the engine is to see instead."""


class FaultyLibrary:
    """The extension, with a fault at chosen calls. Counts calls from the moment it is armed."""

    def __init__(self, real: Library) -> None:
        self._real = real
        self.error = real.error
        self.calls: Counter[str] = Counter()
        self.faults: dict[tuple[str, int], Fault] = {}

    def arm(self, faults: dict[tuple[str, int], Fault] | None = None) -> None:
        """Do wrong at these calls: the name, or `any` for whichever comes, and how many of it went before."""
        self.calls.clear()
        self.faults = faults or {}

    def __getattr__(self, name: str) -> Callable[..., Any]:
        real = getattr(self._real, name)

        def call(*args: object) -> Any:
            places = (name, self.calls[name]), ("any", self.calls["any"])
            self.calls.update((name, "any"))
            for place in places:
                if place in self.faults:
                    return self.faults[place](lambda: real(*args))
            return real(*args)

        return call


def gives(result: object) -> Fault:
    """Do the call, and hide what it gave behind something else."""

    def fault(call: Callable[[], Any]) -> object:
        call()
        return result

    return fault


def says(edit: Callable[[str], str]) -> Fault:
    """Do the call, and edit the message it gave."""

    def fault(call: Callable[[], Any]) -> object:
        result = call()
        return edit(result) if isinstance(result, str) else (result[0], edit(result[1]))

    return fault


def stops(error: BaseException, *, after: bool) -> Fault:
    """Raise instead of the call, or after it."""

    def fault(call: Callable[[], Any]) -> object:
        if after:
            call()
        raise error

    return fault
