"""Medicines: statements, orders and administrations, with the medicine they refer to.

An order says less than a statement: what came of it is unknown unless it is active or was stopped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesoscreen.fhir.absences import SNOMED, nothing_of
from mesoscreen.fhir.concepts import codes_of, words_of
from mesoscreen.fhir.elements import is_timed, note_of, time_of
from mesoscreen.fhir.said import not_understood
from mesoscreen.fhir.stating import stated

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mesoscreen.fhir.bundle import Resource
    from mesoscreen.fhir.said import Context, Said

_STATEMENT = {"active": "current", "completed": "stopped", "stopped": "stopped", "on-hold": "unknown", "unknown": "unknown", "intended": "unknown"}
_ORDER = {"active": "current", "on-hold": "unknown", "completed": "unknown", "stopped": "stopped", "draft": "unknown", "unknown": "unknown"}
_DOSE = {"in-progress": "current", "completed": "stopped", "stopped": "stopped", "on-hold": "unknown", "unknown": "unknown"}
_ROUTES_BY_CODE = {
    "26643006": "oral",
    "6064005": "topical",
    "47625008": "injected",
    "34206005": "injected",
    "78421000": "injected",
    "372464004": "injected",
    "447694001": "inhaled",
    "46713006": "nasal",
    "54485002": "ophthalmic",
    "16857009": "vaginal",
    "37161004": "rectal",
}
_ROUTES = {
    "oral": "oral", "by mouth": "oral", "po": "oral", "orale": "oral", "per os": "oral",
    "topical": "topical", "cutaneous": "topical", "cutanée": "topical", "topique": "topical",
    "injected": "injected", "intravenous": "injected", "subcutaneous": "injected", "intramuscular": "injected", "intradermal": "injected",
    "inhaled": "inhaled", "inhalation": "inhaled", "nasal": "nasal", "ophthalmic": "ophthalmic", "vaginal": "vaginal", "rectal": "rectal",
}  # fmt: skip
_NOT_YET = ("proposal", "plan", "option")


def statement(resource: Resource, context: Context) -> Iterator[Said]:
    """Read a MedicationStatement."""
    status = resource.body["status"]
    if status == "not-taken":
        if is_timed(resource, "effective"):
            yield not_understood(resource, "denied-for-a-time")
        else:
            yield from _taken(resource, "denied", {}, context)
        return
    if status not in _STATEMENT:
        yield not_understood(resource, "unknown-status", "/status")
        return
    started, no_start = time_of(resource, "effective", "start")
    stopped, _ = time_of(resource, "effective", "end") if "effectivePeriod" in resource.body else (None, ())
    entry = _course(_STATEMENT[status], started, stopped)
    if status == "intended":
        entry["planned"] = True
    if stopped is None:
        yield from no_start
    yield from _taken(resource, "present", entry, context)


def order(resource: Resource, context: Context) -> Iterator[Said]:
    """Read a MedicationRequest."""
    body = resource.body
    if body.get("doNotPerform") is True:
        yield not_understood(resource, "prohibited", "/doNotPerform")
    elif body["status"] == "cancelled":
        yield not_understood(resource, "cancelled", "/status")
    elif body["status"] not in _ORDER:
        yield not_understood(resource, "unknown-status", "/status")
    else:
        status = "unknown" if body["intent"] in _NOT_YET else _ORDER[body["status"]]
        yield from _taken(resource, "present", _course(status, None, None), context)


def dose(resource: Resource, context: Context) -> Iterator[Said]:
    """Read a MedicationAdministration."""
    status = resource.body["status"]
    if status == "not-done":
        yield not_understood(resource, "denied-for-a-time", "/status")
    elif status not in _DOSE:
        yield not_understood(resource, "unknown-status", "/status")
    else:
        started, _ = time_of(resource, "effective", "start")
        last, no_end = time_of(resource, "effective", "end")
        yield from no_end
        yield from _taken(resource, "present", _course(_DOSE[status], started, last if _DOSE[status] == "stopped" else None), context)


def _course(status: str, started: str | None, stopped: str | None) -> dict[str, Any]:
    given = {"status": status, "started": started, "stopped": stopped}
    return {key: value for key, value in given.items() if value is not None}


def _route(resource: Resource) -> tuple[str | None, list[Said]]:
    """Read how a medicine is taken. A route that is not known here must not be taken for the usual one."""
    body = resource.body
    given = body.get("dosage", body.get("dosageInstruction", []))
    routes: set[str] = set()
    odd: list[Said] = []
    for at, one in enumerate(given if isinstance(given, list) else [given]):
        if "route" in one:
            codes = {_ROUTES_BY_CODE[code] for system, code in codes_of(one["route"]) if system == SNOMED and code in _ROUTES_BY_CODE}
            found = codes or {_ROUTES[word] for said in words_of(one["route"]) if (word := said.casefold().removesuffix(" route")) in _ROUTES}
            routes |= found or {"unknown"}
            if not found:
                element = "dosage" if "dosage" in body else "dosageInstruction"
                odd.append(not_understood(resource, "unknown-word", f"/{element}{f'/{at}' if isinstance(given, list) else ''}/route"))
    return (routes.pop() if len(routes) == 1 else "unknown") if routes else None, odd


def _taken(resource: Resource, kind: str, course: Mapping[str, Any], context: Context) -> Iterator[Said]:
    """State every medicine a resource is about: named by it, by the Medication it refers to, or by what that consists of."""
    body = resource.body
    notes, long = note_of(resource)
    yield from long
    route, unknown = _route(resource)
    if kind == "present":
        yield from unknown
    entry = {**course, **({"route": route} if route is not None else {}), **notes}
    places = dict.fromkeys(("started", "stopped"), "/effectivePeriod" if "effectivePeriod" in body else "/effectiveDateTime")
    concept = body.get("medicationCodeableConcept")
    if concept is not None:
        if nothing_of(concept) is not None:
            yield not_understood(resource, "none-unclear", "/medicationCodeableConcept")
        else:
            yield from stated(resource, "medications", concept, "/medicationCodeableConcept", kind, entry, places, context)
        return
    found = context.bundle.find(body["medicationReference"].get("reference", ""), resource)
    if found is None or found.kind != "Medication":
        yield not_understood(resource, "dangling-reference", "/medicationReference")
        return
    parts = [one.get("itemCodeableConcept") for one in found.body.get("ingredient", ())]
    named = [*([found.body["code"]] if "code" in found.body else []), *(one for one in parts if one is not None)]
    if kind == "denied":
        parts, named = [], named[:1] if "code" in found.body else []  # what is in it may be taken in another medicine
    for one in named:
        yield from stated(resource, "medications", one, "/medicationReference", kind, entry, places, context, (found.pointer,))
    if not named or None in parts:
        yield not_understood(resource, "no-name", "/medicationReference")
