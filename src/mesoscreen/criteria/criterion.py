"""One criterion: a leaf test of a rule over one section of the intake.

All keys of a criterion must hold of the same entry; a list as a value means any of.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from mesoscreen.vocabulary.concepts import Strength

NO: Final = 0
UNDECLARED: Final = 1
"""Rests on a declaration nobody made: satisfies neither the criterion nor its negation, and is no question either."""
UNKNOWN: Final = 2
YES: Final = 3
# INVARIANT: in this order `min` is "and" and `max` is "or", with an undeclared part drowning a question but not an answer.
WORDS: Final = ("no", "not declared", "unknown", "yes")

Section = Literal["allergies", "conditions", "medications", "procedures", "measurements", "plan", "patient"]
TimeKey = Literal["within", "began_within", "at_least_ago", "ahead"]
Unit = Literal["days", "weeks", "months", "years"]


@dataclass(frozen=True, slots=True)
class Duration:
    """A stretch of calendar time."""

    count: int
    unit: Unit

    def before(self, day: date) -> int:
        """Give the ordinal of the day this long before; a month too short for the day gives its last day."""
        return self._from(day, -self.count)

    def after(self, day: date) -> int:
        """Give the ordinal of the day this long after."""
        return self._from(day, self.count)

    def passed(self, event: int) -> int:
        """Give the ordinal of the first day on which a day, given as an ordinal, lies longer ago than this."""
        day = self.after(date.fromordinal(event)) + 1
        # A month too short for the day moves the edge by a few days.
        while self.before(date.fromordinal(day - 1)) > event:
            day -= 1
        while day < date.max.toordinal() and self.before(date.fromordinal(day)) <= event:
            day += 1
        return day

    def _from(self, day: date, count: int) -> int:
        if self.unit in ("days", "weeks"):
            return day.toordinal() + count * (7 if self.unit == "weeks" else 1)
        # INVARIANT: beyond the calendar the nearest day it has stands in; no date an intake can give lies further out.
        months = day.year * 12 + day.month - 1 + count * (12 if self.unit == "years" else 1)
        year, month = divmod(months, 12)
        if not date.min.year <= year <= date.max.year:
            return (date.min if count < 0 else date.max).toordinal()
        for last in (day.day, 30, 29, 28):
            if last <= day.day:
                try:
                    return date(year, month + 1, last).toordinal()
                except ValueError:
                    continue
        raise ValueError(year)

    def roughly(self) -> float:
        """Give its length in days, near enough to compare two durations."""
        return self.count * {"days": 1, "weeks": 7, "months": 30.4375, "years": 365.25}[self.unit]


@dataclass(frozen=True, slots=True)
class Window:
    """When it was so, relative to the treatment."""

    key: TimeKey
    length: Duration


@dataclass(frozen=True, slots=True)
class Place:
    """Where on the body, as concepts, or the treated area."""

    relation: Literal["in", "near", "outside"]
    areas: tuple[str, ...] = ()
    treated: bool = False


@dataclass(frozen=True, slots=True)
class Bounds:
    """A range of numbers in one unit. `None` leaves a side open."""

    low: float | None = None
    high: float | None = None
    low_included: bool = False
    high_included: bool = False
    unit: str = "1"

    def hold(self, value: float) -> bool:
        """Say whether a value, already in this unit, lies within."""
        if self.low is not None and (value < self.low or (value == self.low and not self.low_included)):
            return False
        return self.high is None or value < self.high or (value == self.high and self.high_included)


@dataclass(frozen=True, slots=True)
class Criterion:
    """A leaf test. Which fields may be set depends on the section; the loader sees to that."""

    section: Section
    concepts: tuple[str, ...] = ()
    """Any of these, at any height of the hierarchy; empty means whatever the entry is."""
    planned: bool = False
    """Allergy to, or earlier use of, something in a planned product."""
    uses: tuple[str, ...] = ()
    """Of a procedure: something used in it."""
    of: tuple[str, ...] = ()
    """With `planned`: only planned products with one of these in them."""
    cross_reacting: Strength | None = None
    status: tuple[str, ...] = ()
    """Any of now, ever, remission, resolved."""
    subject: str = "patient"
    fields: tuple[tuple[str, tuple[str | bool, ...]], ...] = ()
    """Other fields of the entry and the values that satisfy each."""
    place: Place | None = None
    window: Window | None = None
    count: int = 0
    """At least so many distinct ones."""
    bounds: Bounds | None = None
    beside: tuple[str, ...] = ()
    """Of a plan: another ingredient of the same product or mixture."""
    roles: tuple[str, ...] = ()
    techniques: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    mixed: bool = False
    quantity: str = ""
    """Of a planned product: the quantity the bounds are about; `total` sums the substance over all products."""
    sex: tuple[str, ...] = ()
    age: Bounds | None = None
    answers_older_than: Duration | None = None
