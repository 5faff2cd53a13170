"""Three-valued time: what partial dates say about windows around the treatment."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from mesoscreen.criteria.criterion import NO, UNKNOWN, YES, Duration, Window
from mesoscreen.intake import days_of

if TYPE_CHECKING:
    from mesoscreen.criteria.criterion import Bounds

LONG_AGO = 0
FAR_AHEAD = date.max.toordinal()


class Span(NamedTuple):
    """When an entry was so: it began between two days and ended between two days, all as ordinals."""

    start: tuple[int, int]
    """First and last day it can have begun."""
    end: tuple[int, int] | None
    """First and last day it can have ended; None means it goes on at the treatment."""


def span(start: str | None, end: str | None, *, ongoing: bool, on: int) -> Span:
    """Read a start and an end; an unknown end of something over lies between its start and the treatment."""
    began = days_of(start) if start else (LONG_AGO, on)
    if ongoing:
        return Span((began[0], min(began[1], on)), None)
    first, last = days_of(end) if end else (began[0], on)
    ended = max(first, began[0]), min(last, on)
    return Span((began[0], min(began[1], ended[1])), ended)


def point(day: str | None, on: int, *, planned: bool) -> Span:
    """Read something that happened on one day."""
    first, last = days_of(day) if day is not None else (on, FAR_AHEAD) if planned else (LONG_AGO, on)
    if not planned:
        last = min(last, on)
    return Span((first, last), (first, last))


def in_window(window: Window, when: Span, on: date) -> int:
    """Say whether the entry falls into the window. Both ends of a window belong to it."""
    match window.key:
        case "within":
            return YES if when.end is None else _since(when.end, window.length.before(on))
        case "began_within":
            return _since(when.start, window.length.before(on))
        case "at_least_ago":
            return NO if when.end is None else _until(when.end, window.length.before(on))
        case "ahead":
            return _until(when.start, window.length.after(on))


def _since(days: tuple[int, int], edge: int) -> int:
    return YES if days[0] >= edge else NO if days[1] < edge else UNKNOWN


def _until(days: tuple[int, int], edge: int) -> int:
    return YES if days[1] <= edge else NO if days[0] > edge else UNKNOWN


def older_than(length: Duration, answered: str, on: date) -> int:
    """Say whether the answers were given longer ago than this."""
    first, last = days_of(answered)
    edge = length.before(on)
    return YES if last < edge else NO if first >= edge else UNKNOWN


def age_within(bounds: Bounds, ages: tuple[int, int]) -> int:
    """Say whether every, some or no age of the range lies within the bounds."""
    held = {bounds.hold(age) for age in range(ages[0], ages[1] + 1)}
    return UNKNOWN if len(held) > 1 else YES if held == {True} else NO


def ages_on(birth_date: str, on: date) -> tuple[int, int]:
    """Give the youngest and oldest whole age on a day."""
    first, last = (date.fromordinal(day) for day in days_of(birth_date))
    return _age(min(last, on), on), _age(first, on)


def _age(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
