"""Prove with pytest that your own form and intake software lose no answer."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mesoscreen.testing.assertions import assert_asks, assert_clear, assert_flags, assert_open, assert_quiet
    from mesoscreen.testing.broken import ContractBroken
    from mesoscreen.testing.contract import FormContract
    from mesoscreen.testing.fields import LEFT_OUT, Asks, Copies, Field, Gate, Names, Ticks
    from mesoscreen.testing.mistakes import Mistake

__all__ = [
    "LEFT_OUT",
    "Asks",
    "ContractBroken",
    "Copies",
    "Field",
    "FormContract",
    "Gate",
    "Mistake",
    "Names",
    "Ticks",
    "assert_asks",
    "assert_clear",
    "assert_flags",
    "assert_open",
    "assert_quiet",
]
_HOMES = {
    "LEFT_OUT": "fields",
    "Asks": "fields",
    "ContractBroken": "broken",
    "Copies": "fields",
    "Field": "fields",
    "FormContract": "contract",
    "Gate": "fields",
    "Mistake": "mistakes",
    "Names": "fields",
    "Ticks": "fields",
    "assert_asks": "assertions",
    "assert_clear": "assertions",
    "assert_flags": "assertions",
    "assert_open": "assertions",
    "assert_quiet": "assertions",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any public name
    """Import a public name from its module when it is first asked for: pytest loads this package in every run."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415

    return getattr(import_module(f"mesoscreen.testing.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    """List the public names, imported or not."""
    return sorted({*globals(), *__all__})
