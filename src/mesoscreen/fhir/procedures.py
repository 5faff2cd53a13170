"""Procedures and immunisations: what was done to the patient, and what is planned.

That something was not done on one occasion does not say that it never was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesoscreen.fhir.absences import nothing_of
from mesoscreen.fhir.concepts import coded, codes_of, words_of
from mesoscreen.fhir.elements import areas_of, is_timed, note_of, time_of
from mesoscreen.fhir.said import Present, not_understood
from mesoscreen.fhir.stating import stated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesoscreen.fhir.bundle import Resource
    from mesoscreen.fhir.said import Context, Said

_DONE = ("in-progress", "on-hold", "stopped", "completed")
_PERFORMED = {"date": "/performed"}


def procedure(resource: Resource, context: Context) -> Iterator[Said]:
    """Read a Procedure."""
    body = resource.body
    status = body["status"]
    if nothing_of(body.get("code")) is not None:
        yield not_understood(resource, "none-unclear", "/code")
    elif "code" not in body:
        yield not_understood(resource, "no-name")
    elif status == "not-done":
        reason = "denied-for-a-time" if is_timed(resource, "performed") else "denied-in-part" if "bodySite" in body else None
        if reason is not None:
            yield not_understood(resource, reason)
        else:
            yield from stated(resource, "procedures", body["code"], "/code", "denied", {}, {}, context)
    elif status == "unknown":
        yield from stated(resource, "procedures", body["code"], "/code", "unsure", {}, {}, context)
    elif status == "preparation" or status in _DONE:
        yield from _done(resource, context, planned=status == "preparation")
    else:
        yield not_understood(resource, "unknown-status", "/status")


def _done(resource: Resource, context: Context, *, planned: bool) -> Iterator[Said]:
    body = resource.body
    entry: dict[str, Any] = {"planned": True} if planned else {}
    when, no_date = time_of(resource, "performed", "start" if planned else "end")
    areas, nowhere = areas_of(resource)
    notes, long = note_of(resource)
    if when is not None:
        entry["date"] = when
    if areas:
        entry["areas"] = areas
    ends = [("/outcome", body["outcome"])] if "outcome" in body else []
    ends += [(f"/complication/{at}", one) for at, one in enumerate(body.get("complication", ()))]
    told = [(element, words_of(one)) for element, one in ends]
    if told and told[0][1]:
        entry["outcome"] = told[0][1][0]
    used = [(f"/usedCode/{at}", words_of(one)) for at, one in enumerate(body.get("usedCode", ()))]
    products = [{"name": words[0]} for _, words in used if words]
    if products:
        entry["products"] = products
    yield from (*no_date, *nowhere, *long)
    yield from (not_understood(resource, "unknown-word", element) for element, words in told[:1] + used if not words)
    yield from (not_understood(resource, "unknown-word", element, "only one outcome is read") for element, _ in told[1:])
    places = {"date": next((f"/{key}" for key in body if key.startswith("performed")), "")}
    yield from stated(resource, "procedures", body["code"], "/code", "present", {**entry, **notes}, places, context)


def immunization(resource: Resource, context: Context) -> Iterator[Said]:
    """Read an Immunization as a procedure; a vaccine that is not known here is still a vaccination."""
    body = resource.body
    status = body["status"]
    if nothing_of(body["vaccineCode"]) is not None:
        yield not_understood(resource, "none-unclear", "/vaccineCode")
        return
    if status == "not-done":
        yield not_understood(resource, "denied-for-a-time", "/status")
        return
    if status != "completed":
        yield not_understood(resource, "unknown-status", "/status")
        return
    when, no_date = time_of(resource, "occurrence", "end")
    notes, long = note_of(resource)
    entry = {**({"date": when} if when is not None else {}), **notes}
    places = {"date": "/occurrenceDateTime"}
    yield from (*no_date, *long)
    vaccine = body["vaccineCode"]
    words = context.vocabulary
    read = [words.resolve(word, ("procedure",), suggest=False) for word in words_of(vaccine)]
    is_known = coded(codes_of(vaccine), "procedure", words) or any(one.match == "exact" for reading in read for one in reading.readings)
    if not is_known:
        yield Present("procedures", {"name": "vaccination", **entry}, places)
    yield from stated(resource, "procedures", vaccine, "/vaccineCode", "present", entry, places, context)
