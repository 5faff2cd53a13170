"""The small elements most resources share: statuses, dates, periods, severity, places, notes.

A date is the date as written: what a clock in another zone would have shown does not move it.
What is not told by a date is left open, and listed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from mesoscreen.fhir.concepts import codes_of, words_of
from mesoscreen.fhir.said import not_understood
from mesoscreen.intake import MAX_NOTE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mesoscreen.fhir.bundle import Resource
    from mesoscreen.fhir.errors import NotUnderstood

ABSENT = ""
_SEVERITIES = {
    "24484000": "severe",
    "6736007": "moderate",
    "255604002": "mild",
    "LA6750-9": "severe",
    "LA6751-7": "moderate",
    "LA6752-5": "mild",
    "severe": "severe",
    "moderate": "moderate",
    "mild": "mild",
}
_DEGREES = ("mild", "moderate", "severe")


def day(written: str) -> str:
    """Give the date of a dateTime or an instant, as written."""
    return written.partition("T")[0]


def status_of(resource: Resource, key: str, known: Mapping[str, object]) -> str | None:
    """Read a coded status: empty if it is absent, None if it is not one of those known or they differ."""
    concept = resource.body.get(key)
    if concept is None:
        return ABSENT
    said = {code for _, code in codes_of(concept)} or {word.casefold() for word in words_of(concept)}
    found = {one for one in said if one in known}
    return found.pop() if len(found) == 1 == len(said) else None


def time_of(resource: Resource, stem: str, take: Literal["start", "end", "whole"]) -> tuple[str | None, tuple[NotUnderstood, ...]]:
    """Read one of the elements FHIR tells a time by (`onsetDateTime`, `onsetPeriod`, …) as a date, and list what is none.

    Of a period, take its start, its end, or the narrowest date that holds the whole of it.
    """
    body = resource.body
    for key in (f"{stem}DateTime", f"{stem}Instant"):
        if key in body:
            return day(body[key]), ()
    period = body.get(f"{stem}Period")
    if period is not None:
        start, end = (day(period[key]) if key in period else None for key in ("start", "end"))
        found = {"start": start, "end": end, "whole": _whole(start, end)}[take]
        return found, () if found is not None else (not_understood(resource, "not-a-date", f"/{stem}Period"),)
    other = [key for key in (f"{stem}{kind}" for kind in ("Age", "Range", "String", "Timing")) if key in body]
    return None, tuple(not_understood(resource, "not-a-date", f"/{key}") for key in other)


def is_timed(resource: Resource, *stems: str) -> bool:
    """Say whether a resource tells when the thing was, in any way."""
    kinds = ("DateTime", "Instant", "Period", "Age", "Range", "String", "Timing", "Boolean")
    return any(f"{stem}{kind}" in resource.body for stem in stems for kind in kinds)


def _whole(start: str | None, end: str | None) -> str | None:
    """Find the narrowest date that holds two: a day, a month or a year."""
    if start is None or end is None:
        return None
    shared: list[str] = []
    for one, other in zip(start.split("-"), end.split("-"), strict=False):
        if one != other:
            break
        shared.append(one)
    return "-".join(shared) or None


def severity_of(concept: Mapping[str, Any] | None) -> str | None:
    """Read a severity; None where it is absent or not known."""
    said = {*(code for _, code in codes_of(concept)), *(word.casefold() for word in words_of(concept))}
    found = {_SEVERITIES[one] for one in said if one in _SEVERITIES}
    return found.pop() if len(found) == 1 else None


def worst(severities: set[str]) -> str | None:
    """Pick the worst of some severities."""
    return max((one for one in severities if one in _DEGREES), key=_DEGREES.index, default=None)


def areas_of(resource: Resource) -> tuple[list[str], list[NotUnderstood]]:
    """Read the body sites of a resource as areas, and list those told by a code alone."""
    areas: list[str] = []
    odd: list[NotUnderstood] = []
    sites = resource.body.get("bodySite", [])
    for at, site in enumerate(sites if isinstance(sites, list) else [sites]):
        words = words_of(site)
        if words:
            areas.append(words[0])
        else:
            odd.append(not_understood(resource, "unknown-word", f"/bodySite/{at}"))
    return areas, odd


def note_of(resource: Resource) -> tuple[dict[str, str], list[NotUnderstood]]:
    """Join the notes of a resource for the practitioner, and list them where they are too long to go along."""
    text = "\n".join(one["text"] for one in resource.body.get("note", ()) if one.get("text"))
    if not text.strip():
        return {}, []
    if len(text) > MAX_NOTE:
        return {}, [not_understood(resource, "unfit", "/note", f"the notes are longer than {MAX_NOTE} characters; read them in the record")]
    return {"note": text}, []


def is_modified(value: object) -> bool:
    """Say whether anything in a resource changes what it means in a way that is not known here."""
    match value:
        case dict():
            return bool(value.get("modifierExtension")) or "implicitRules" in value or any(map(is_modified, value.values()))
        case list():
            return any(map(is_modified, value))
    return False

