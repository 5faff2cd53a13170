"""Dates that cannot be: after the treatment without being planned, planned before it, over before it began."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from mesoscreen.errors import IntakeProblem
from mesoscreen.intake.entries import Allergy, Condition, Entry, Measurement, Medication, Procedure
from mesoscreen.intake.model import SECTIONS
from mesoscreen.intake.values import MAX_AGE, days_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mesoscreen.intake.model import Intake

_STARTS, _ENDS = ("onset", "started"), ("ended", "stopped")
_SO_ALREADY = ("active", "current", "remission", "resolved", "stopped")
_DATED: Mapping[type[Entry], tuple[str, ...]] = {
    Condition: ("onset", "ended"),
    Medication: ("started", "stopped"),
    Procedure: ("date",),
    Measurement: ("date",),
}


def misdated(intake: Intake, on: date) -> tuple[IntakeProblem, ...]:
    """Find what is dated after the treatment without being planned, planned before it, or over before it began."""
    problems: list[IntakeProblem] = []
    today = on.toordinal()
    born = intake.patient.birth_date
    if born is not None and days_of(born)[0] > today:
        problems.append(IntakeProblem("/patient/birth_date", "born-after-treatment", "after the treatment; check both dates"))
    if born is not None and date.fromordinal(days_of(born)[1]).year < on.year - MAX_AGE:
        problems.append(IntakeProblem("/patient/birth_date", "out-of-range", f"more than {MAX_AGE} years before the treatment"))
    if intake.answered is not None and days_of(intake.answered)[0] > today:
        problems.append(IntakeProblem("/answered", "future-date", "after the treatment"))
    for section in SECTIONS:
        given = getattr(intake, section)
        if given is None:
            continue
        listed = isinstance(given, tuple)
        for number, entry in enumerate(given if listed else given.present):
            if entry.planned or not _is_over(entry, today):
                stem = f"/{section}/{number}" if listed else f"/{section}/present/{number}"
                problems += _misdated_entry(entry, stem, today)
    return tuple(problems)


def _is_over(entry: Entry, today: int) -> bool:
    """Say at a glance that an entry has at most one date, and that it may lie before the treatment: the usual case."""
    dates = [value for key in _DATED.get(type(entry), ()) if (value := getattr(entry, key)) is not None]
    return not dates or (len(dates) == 1 and days_of(dates[0])[0] <= today)


def _begun(dates: Mapping[str, object]) -> set[str]:
    """Name the ends whose start is given too."""
    return {end for start, end in zip(_STARTS, _ENDS, strict=True) if start in dates}


def _misdated_entry(entry: Entry, stem: str, today: int) -> Iterator[IntakeProblem]:
    dates = {key: days_of(value) for key in _DATED.get(type(entry), ()) if (value := getattr(entry, key)) is not None}
    status = getattr(entry, "status", None)
    if entry.planned and (isinstance(entry, Allergy | Measurement) or status in _SO_ALREADY or dates.keys() & set(_ENDS) - _begun(dates)):
        yield IntakeProblem(f"{stem}/planned", "planned-in-the-past", "what is or was so already is not planned; leave `planned` out")
        return
    for key, (first, last) in dates.items():
        if key in _ENDS and first > today and status not in ("resolved", "stopped"):
            continue  # an end still to come says that it goes on
        if not entry.planned and first > today:
            yield IntakeProblem(f"{stem}/{key}", "future-date", "after the treatment; set `planned` to true if it is still to come")
        elif entry.planned and key not in _ENDS and last < today:
            yield IntakeProblem(f"{stem}/{key}", "planned-in-the-past", "before the treatment; leave `planned` out if it has happened")
    for start, end in zip(_STARTS, _ENDS, strict=True):
        if start in dates and end in dates and dates[end][1] < dates[start][0]:
            yield IntakeProblem(f"{stem}/{end}", "ended-before-start", f"before `{start}`; check both dates")
