"""Which kinds of resource are read, and by what; the patient is read here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesoscreen.fhir.conditions import allergy, condition, family
from mesoscreen.fhir.elements import is_modified
from mesoscreen.fhir.medicines import dose, order, statement
from mesoscreen.fhir.observations import observation
from mesoscreen.fhir.procedures import immunization, procedure
from mesoscreen.fhir.said import Person, not_understood

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mesoscreen.fhir.bundle import Resource
    from mesoscreen.fhir.said import Context, Said

_SEXES = ("female", "male", "other", "unknown")
_OF_BIRTH = {"F": "female", "M": "male", "248152002": "female", "248153007": "male"}
_ON_SEX = ("birthsex", "us-core-sex", "genderidentity", "recordedsexorgender", "sexparameterforclinicaluse")


def said_by(resource: Resource, context: Context) -> tuple[Said, ...]:
    """Read one resource. What comes out is never empty: whatever becomes no answer is listed."""
    return tuple(_said_by(resource, context)) or (not_understood(resource, "no-value"),)


def _said_by(resource: Resource, context: Context) -> Iterator[Said]:
    if resource.kind not in READERS:
        yield not_understood(resource, "not-read")
    elif is_modified(resource.body):
        yield not_understood(resource, "modified")
    elif resource.kind == "Patient":
        if resource is context.bundle.patient:
            yield from _person(resource)
        else:
            yield not_understood(resource, "other-patient")
    elif not context.bundle.is_about_the_patient(resource) or "focus" in resource.body:  # a reading of an unborn child, say
        yield not_understood(resource, "other-patient")
    elif _is_mistaken(resource.body):
        yield not_understood(resource, "entered-in-error")
    else:
        yield from READERS[resource.kind](resource, context)


def _is_mistaken(body: Mapping[str, Any]) -> bool:
    codings = body.get("verificationStatus", {}).get("coding", ())
    return body.get("status") == "entered-in-error" or any(one.get("code") == "entered-in-error" for one in codings)


def _person(resource: Resource) -> Iterator[Said]:
    body = resource.body
    sex = body.get("gender", "unknown")
    if sex not in _SEXES:
        sex = "unknown"
        yield not_understood(resource, "sex-unclear", "/gender")
    for at, extension in enumerate(body.get("extension", ())):
        if any(word in extension["url"].casefold() for word in _ON_SEX) and _OF_BIRTH.get(extension.get("valueCode", "")) != sex:
            sex = "unknown"
            yield not_understood(resource, "sex-unclear", f"/extension/{at}")
    if body.get("deceasedBoolean") is True or "deceasedDateTime" in body:
        yield not_understood(resource, "deceased")
    yield Person({"sex": sex, **({"birth_date": body["birthDate"]} if "birthDate" in body else {})})


def _medicine(resource: Resource, _: Context) -> Iterator[Said]:
    """List a Medication; it counts where something that is read refers to it."""
    yield not_understood(resource, "not-read", message="nothing that is read refers to it")


READERS: Mapping[str, Callable[[Resource, Context], Iterator[Said]]] = {
    "AllergyIntolerance": allergy,
    "Condition": condition,
    "FamilyMemberHistory": family,
    "Immunization": immunization,
    "Medication": _medicine,
    "MedicationAdministration": dose,
    "MedicationRequest": order,
    "MedicationStatement": statement,
    "Observation": observation,
    "Patient": lambda resource, _: _person(resource),
    "Procedure": procedure,
}
"""What reads each kind of resource; the others are listed."""
