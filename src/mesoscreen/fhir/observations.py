"""Observations: readings by LOINC code or name, panels by their components, and two answers, pregnancy and smoking.

A reading is taken only in a unit that can be converted; anything else that was observed is listed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesoscreen.fhir.absences import SNOMED
from mesoscreen.fhir.concepts import coded, codes_of, named
from mesoscreen.fhir.conditions import is_on_the_day
from mesoscreen.fhir.elements import note_of, time_of
from mesoscreen.fhir.said import Denied, Present, Unsure, not_understood
from mesoscreen.intake import days_of
from mesoscreen.vocabulary.codes import system_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from mesoscreen.fhir.bundle import Resource
    from mesoscreen.fhir.said import Context, Said

LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
_USED = ("final", "amended", "corrected", "preliminary")
_LONGEST_PREGNANCY = 300
"""Days after which somebody who was pregnant may no longer be."""
ANSWERS: Mapping[str, tuple[str, Mapping[tuple[str, str], str]]] = {
    "82810-3": (
        "pregnancy",
        {
            (SNOMED, "77386006"): "now",
            (SNOMED, "60001007"): "no",
            (SNOMED, "102874004"): "perhaps",
            (SNOMED, "146799005"): "perhaps",
            (SNOMED, "261665006"): "perhaps",
            (LOINC, "LA15173-0"): "now",
            (LOINC, "LA26683-5"): "no",
            (LOINC, "LA4489-6"): "perhaps",
        },
    ),
    "72166-2": (
        "smoking",
        {
            (SNOMED, "449868002"): "now",
            (SNOMED, "428041000124106"): "now",
            (SNOMED, "428061000124105"): "now",
            (SNOMED, "428071000124103"): "now",
            (SNOMED, "77176002"): "now",
            (SNOMED, "8517006"): "before",
            (SNOMED, "266919005"): "no",
            (SNOMED, "266927001"): "perhaps",
            (LOINC, "LA18976-3"): "now",
            (LOINC, "LA18977-1"): "now",
            (LOINC, "LA18981-3"): "now",
            (LOINC, "LA18982-1"): "now",
            (LOINC, "LA15920-4"): "before",
            (LOINC, "LA18978-9"): "no",
            (LOINC, "LA18979-7"): "perhaps",
            (LOINC, "LA18980-5"): "perhaps",
        },
    ),
}
"""By the LOINC code of the question: the condition it is about, and what each answer says of it."""


def observation(resource: Resource, context: Context) -> Iterator[Said]:
    """Read an Observation and its components."""
    body = resource.body
    if body["status"] == "cancelled":
        yield not_understood(resource, "cancelled", "/status")
        return
    if body["status"] not in _USED:
        yield not_understood(resource, "unknown-status", "/status")
        return
    when, no_date = time_of(resource, "effective", "whole")
    notes, long = note_of(resource)
    parts = [("", body), *((f"/component/{at}", one) for at, one in enumerate(body.get("component", ())))]
    if "component" in body and not _has_value(body):
        parts = parts[1:]
    said = [one for element, part in parts for one in _observed(resource, element, part, when, notes, context)]
    if any(isinstance(one, Present) for one in said):
        yield from (*no_date, *long)
    yield from said


def _observed(
    resource: Resource, element: str, part: Mapping[str, Any], when: str | None, notes: Mapping[str, str], context: Context
) -> Iterator[Said]:
    question = {code for system, code in codes_of(part["code"]) if system_of(system) == "loinc"} & ANSWERS.keys()
    words = context.vocabulary
    called = named(part["code"], "measurements", words, resource, f"{element}/code")
    if question:
        yield _answered(resource, element, ANSWERS[question.pop()], part, when, context)
        return
    if called is None:
        yield not_understood(resource, "no-name", f"{element}/code")
        return
    known = coded(codes_of(part["code"]), "measurement", words)
    by_name = words.named(called.name, "measurement") if called.name is not None else ()
    if not known and not by_name:
        yield not_understood(resource, "unknown-reading", f"{element}/code")
        return
    value, unit, reason = _value(part)
    if value is None:
        yield not_understood(resource, reason, element or "/value")
        return
    # The known code names the reading; other codes beside it, of a laboratory for instance, are not doubts about it.
    codes = [{"system": system, "code": code} for system, code in codes_of(part["code"]) if coded(((system, code),), "measurement", words)]
    identity = {**({"codes": codes} if codes else {}), **({"name": called.name} if by_name else {})}
    given = {"value": value, "unit": unit, "date": when}
    entry = {**identity, **{key: one for key, one in given.items() if one is not None}, **notes}
    stem = f"{element}/valueQuantity"
    yield Present("measurements", entry, {"value": stem, "unit": stem, "date": "/effectiveDateTime", "name": f"{element}/code"})


def _has_value(part: Mapping[str, Any]) -> bool:
    return any(key.startswith("value") for key in part)


def _value(part: Mapping[str, Any]) -> tuple[float | None, str | None, str]:
    """Give the number and the unit of a reading, or why there is none."""
    if "valueInteger" in part:
        return float(part["valueInteger"]), None, ""
    quantity = part.get("valueQuantity")
    if quantity is None or "value" not in quantity or "comparator" in quantity:
        return None, None, "no-value"
    unit = quantity.get("code") if quantity.get("system") == UCUM else quantity.get("unit", quantity.get("code"))
    return float(quantity["value"]), unit if unit is not None else quantity.get("unit"), ""


def _answered(
    resource: Resource,
    element: str,
    question: tuple[str, Mapping[tuple[str, str], str]],
    part: Mapping[str, Any],
    when: str | None,
    context: Context,
) -> Said:
    """Read the answer to a question as a condition. A "no" of an earlier day leaves the question open."""
    about, answers = question
    found = {answers[pair] for pair in codes_of(part.get("valueCodeableConcept")) if pair in answers}
    place = {"name": f"{element}/valueCodeableConcept"}
    if len(found) != 1:
        return not_understood(resource, "no-value", element or "/value")
    match found.pop():
        case "no" if is_on_the_day(when, context):
            return Denied("conditions", about)
        case "no":
            return not_understood(resource, "denied-for-a-time", f"{element}/valueCodeableConcept")
        case "perhaps":
            return Unsure("conditions", about)
        case "before":
            return Present("conditions", {"name": about, "status": "resolved"}, place)
        case _:
            status = "unknown" if about == "pregnancy" and _is_long_ago(when, context.on) else "active"
            return Present("conditions", {"name": about, "status": status}, place)


def _is_long_ago(when: str | None, on: date | None) -> bool:
    return when is not None and on is not None and days_of(when)[1] < on.toordinal() - _LONGEST_PREGNANCY
