"""The small values of an intake: names, notes, numbers and partial dates, each with its limit."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

MAX_ENTRIES = 100
"""Most entries one section may hold."""
MAX_DENIED = 500
"""Most names one section may deny, or be unsure of: a form that offers many things asks for each."""
MAX_TEXT = 200
"""Longest name, in characters."""
MAX_NAMES = 10_000
"""Most characters all the names of an intake may have together, ligatures written out: reading names is what takes time."""
MAX_NOTE = 2000
"""Longest free-text note, in characters."""
MAX_AGE = 130
"""Oldest age accepted, in years."""


@lru_cache(maxsize=4096)
def days_of(partial: str) -> tuple[int, int]:
    """Give the first and last day a partial date can mean, as proleptic ordinals.

    Raises:
        ValueError: it is not YYYY, YYYY-MM or YYYY-MM-DD, or not on the calendar.

    """
    parts = partial.split("-")
    if [len(part) for part in parts] not in ([4], [4, 2], [4, 2, 2]) or not all(
        part.isascii() and part.isdigit() for part in parts
    ):
        raise ValueError
    year, *rest = (int(part) for part in parts)
    match rest:
        case [month, day]:
            only = date(year, month, day).toordinal()
            return only, only
        case [month]:
            first = date(year, month, 1).toordinal()
            return first, first + monthrange(year, month)[1] - 1
        case _:
            return date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()


def _plain_date(value: object) -> object:
    return value.isoformat() if type(value) is date else value


def _check_partial(value: str) -> str:
    try:
        days_of(value)
    except (ValueError, OverflowError):
        code, message = "impossible-date", "not a date; write YYYY-MM-DD, YYYY-MM or YYYY"
        raise PydanticCustomError(code, message) from None
    return value


def _check_day(value: str) -> str:
    if len(_check_partial(value)) != len("YYYY-MM-DD"):
        code, message = "impossible-date", "not a whole date; write YYYY-MM-DD"
        raise PydanticCustomError(code, message)
    return value


def _check_text(value: str) -> str:
    if not value.strip():
        code, message = "empty-text", "empty; write a name, or leave the entry out"
        raise PydanticCustomError(code, message)
    return value


def at_most(most: int) -> BeforeValidator:
    """Refuse a longer list before a look at what is in it, else a million wrong entries would be a million problems."""

    def check(value: object) -> object:
        if isinstance(value, list | tuple) and len(value) > most:
            code, message = "too-large", "longer than the {max_length} allowed"
            raise PydanticCustomError(code, message, {"max_length": most})
        return value

    return BeforeValidator(check)


Text = Annotated[str, StringConstraints(strict=True, max_length=MAX_TEXT)]
Name = Annotated[Text, AfterValidator(_check_text)]
Note = Annotated[str, StringConstraints(strict=True, max_length=MAX_NOTE)]
PartialDate = Annotated[
    Text,
    BeforeValidator(_plain_date),
    AfterValidator(_check_partial),
    WithJsonSchema({"type": "string", "pattern": r"^\d{4}(-\d{2}(-\d{2})?)?$", "examples": ["2026-08-03", "2026-08", "2026"]}),
]
Day = Annotated[
    Text,
    BeforeValidator(_plain_date),
    AfterValidator(_check_day),
    WithJsonSchema({"type": "string", "format": "date"}),
]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False), AfterValidator(lambda value: value + 0.0)]  # -0.0 is 0.0
Names = Annotated[tuple[Name, ...], Field(max_length=MAX_ENTRIES), at_most(MAX_ENTRIES)]
Denied = Annotated[tuple[Name, ...], Field(max_length=MAX_DENIED), at_most(MAX_DENIED)]
