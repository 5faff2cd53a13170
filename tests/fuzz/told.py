"""What an input tells, and whether an error repeats any of it.

A text of the input that stands in the library's own source as well (a key, an option, a unit) tells nothing when it is repeated.
"""

from __future__ import annotations

import inspect
import json
import re
import traceback
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any

import mesoscreen.criteria.units
import mesoscreen.errors
import mesoscreen.intake
import mesoscreen.vocabulary.units
from mesoscreen.intake.part import known_keys

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesoscreen.errors import IntakeError

_SHORTEST = 5
_WORD = re.compile(r"\w{5,}")


def texts_of(data: bytes) -> set[str]:
    """Every word, and where it is JSON every text and long number, whose repetition could only be a quotation."""
    written = data.decode("utf-8", "replace")
    found = {word for word in _WORD.findall(written) if not word.isdecimal()}
    with suppress(ValueError, RecursionError):
        found |= set(_leaves(json.loads(data)))
    return {text for text in found if len(text) >= _SHORTEST and text not in _ours()}


def quoted(error: BaseException, texts: set[str]) -> list[str]:
    """List the texts that the error, or anything chained to it, holds in what a log could show of it."""
    said = "\n".join(spoken(one) for one in chained(error))
    return sorted(text for text in texts if text in said)


def bad_pointers(error: IntakeError) -> list[str]:
    """List the pointers of an error that are made of more than keys of the intake and positions."""
    keys = set(known_keys())
    steps = [(problem.pointer, problem.pointer.split("/")[1:]) for problem in error.problems]
    return [pointer for pointer, parts in steps if not all(part in keys or part.isdecimal() for part in parts)]


def spoken(error: BaseException) -> str:
    """Everything a log could show of one exception."""
    return "\n".join([str(error), repr(error), str(error.args), *getattr(error, "__notes__", ()), *traceback.format_exception_only(error)])


def chained(error: BaseException) -> Iterator[BaseException]:
    """The exception and everything that hangs on it, told or suppressed."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting += [one.__cause__, one.__context__]


@cache
def _ours() -> str:
    modules: list[Any] = [mesoscreen.errors, mesoscreen.criteria.units, mesoscreen.vocabulary.units]
    package = mesoscreen.intake
    modules += [inspect.getmodule(one) for one in (package.Intake, package.Entry, package.parse_json, package.misdated, package.days_of)]
    written = [*(f"`{key}`" for key in known_keys()), *(f"[{code}]" for code in mesoscreen.errors.INTAKE_CODES)]
    return "\n".join([*(inspect.getsource(module) for module in modules), *written])


def _leaves(node: Any) -> Iterator[str]:
    waiting = [node]
    while waiting:
        match waiting.pop():
            case dict() as inner:
                waiting += [*inner.keys(), *inner.values()]
            case list() as inner:
                waiting += inner
            case str() as text:
                yield text
            case float() as number:
                yield repr(number)
            case _:
                pass
