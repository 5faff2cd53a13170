"""From a bundle to an intake: what every resource says, put together, with where each answer comes from.

What a bundle does not mention was not asked. Every entry is used, or named among what was not understood.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from mesoscreen.errors import IntakeError, IntakeProblem
from mesoscreen.fhir.bundle import Bundle, Resource, bundle_of
from mesoscreen.fhir.concepts import SPACES
from mesoscreen.fhir.errors import REASONS, FhirProblem, NotUnderstood
from mesoscreen.fhir.readers import READERS, said_by
from mesoscreen.fhir.said import Closed, Context, Denied, Person, Present, Said, Unsure, not_understood
from mesoscreen.fhir.strict import refuse
from mesoscreen.intake import SECTIONS, Intake, misdated
from mesoscreen.rulebook.model import Rulebook

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_UNITS = ("unknown-unit", "wrong-unit")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an answer of the intake comes from."""

    path: str
    """JSON pointer into the intake."""
    pointer: str
    """JSON pointer into the bundle."""
    reference: str = field(repr=False, default="")
    """What another resource would call the resource; empty where it has no address."""


@dataclass(frozen=True, slots=True)
class Understood:
    """A bundle as understood."""

    intake: Intake
    not_understood: tuple[NotUnderstood, ...]
    """Every resource, and every element of one, that became no answer: for a practitioner to look at."""
    origins: tuple[Origin, ...]

    def origins_of(self, path: str) -> tuple[Origin, ...]:
        """Say which resources an answer of the intake, such as the evidence of a finding, comes from."""
        return tuple(one for one in self.origins if path == one.path or path.startswith(f"{one.path}/"))


def read_bundle(
    bundle: Mapping[str, Any] | str | bytes,
    *,
    treatment: Mapping[str, Any] | None = None,
    patient: str | None = None,
    on: date | None = None,
    rulebook: Rulebook | None = None,
) -> Understood:
    """Read a FHIR R4 Bundle as an intake, and list whatever in it was not understood.

    `treatment` is what is planned, as the `treatment` of an intake: a bundle does not say it.
    `patient` names one of several patients, such as `Patient/1`; the resources of the others are listed.
    `on` is the day the record is read for; the treatment date if left out, and without either no date is held against it.

    Raises:
        FhirError: the bundle breaks FHIR, or it is not clear whom it is about; every problem has a JSON pointer.
        IntakeError: the treatment cannot be read.

    """
    book = rulebook or Rulebook.default()
    plan = Intake.model_validate({"treatment": dict(treatment)} if treatment is not None else {})
    day = on or (date.fromisoformat(plan.treatment.date) if plan.treatment.date is not None else None)
    parsed = bundle_of(bundle, reads=READERS, patient=patient)
    context = Context(parsed, book.vocabulary, day)
    said = [(resource, one) for resource in parsed.resources for one in said_by(resource, context)]
    checked = [(resource, _fit(resource, one, book, day)) for resource, one in said]
    return _put_together(parsed, checked, {"treatment": dict(treatment)} if treatment is not None else {}, day)


def _fit(resource: Resource, said: Said, book: Rulebook, on: date | None) -> Said:
    """List what an intake cannot hold, instead of letting the whole intake be refused for it."""
    one: dict[str, Any]
    match said:
        case Present(section, entry, places):
            stem, one = f"/{section}/present/0", {section: {"present": [dict(entry)]}}
            name = entry.get("name")
            if name is not None and not entry.get("codes") and book.vocabulary.resolve(name, SPACES[section], suggest=False).is_none:
                return not_understood(resource, "none-unclear", places.get("name", ""))
        case Denied(section, name) | Unsure(section, name):
            kind = "denied" if isinstance(said, Denied) else "unsure"
            stem, one, places = f"/{section}/{kind}/0", {section: {kind: [name]}}, {}
        case _:
            return said
    problem = _problem(one, book, on)
    if problem is None:
        return said
    key = problem.pointer.removeprefix(stem).partition("/")[2].partition("/")[0]
    reason = problem.code if problem.code in REASONS else "unfit"
    return not_understood(resource, reason, places.get(key, ""), problem.message if reason in _UNITS else "")


def _problem(data: Mapping[str, Any], book: Rulebook, on: date | None) -> IntakeProblem | None:
    """Try out one answer: the first thing that would keep it from being screened."""
    try:
        intake = Intake.model_validate(data)
        problems = misdated(intake, on) if on is not None else ()
        if not problems:
            book.reader.read(intake, on or date.max)
    except IntakeError as error:
        problems = error.problems
    return problems[0] if problems else None


def _put_together(bundle: Bundle, said: Sequence[tuple[Resource, Said]], plan: dict[str, Any], on: date | None) -> Understood:
    sections: dict[str, dict[str, Any]] = {}
    origins: list[Origin] = []
    odd = list(bundle.odd)
    patient: Mapping[str, Any] = {}
    closing: list[tuple[Resource, str]] = []
    for resource, one in said:
        match one:
            case NotUnderstood():
                odd.append(one)
            case Person():
                patient = one.patient
                origins.append(Origin("/patient", resource.pointer, resource.reference))
            case Closed():
                closing.append((resource, one.section))
            case Present() | Denied() | Unsure():
                kind, value = ("present", one.entry) if isinstance(one, Present) else ("denied" if isinstance(one, Denied) else "unsure", one.name)
                given = sections.setdefault(one.section, {"present": [], "denied": [], "unsure": [], "complete": False})[kind]
                if kind == "present" or value not in given:
                    given.append(value)
                path = f"/{one.section}/{kind}/{len(given) - 1 if kind == 'present' else given.index(value)}"
                origins.append(Origin(path, resource.pointer, resource.reference))
                origins += [Origin(path, pointer, _reference(bundle, pointer)) for pointer in one.also]
    for resource, section in closing:
        given = sections.setdefault(section, {"present": [], "denied": [], "unsure": [], "complete": False})
        if given["present"] or given["unsure"] or _is_open(bundle, said, odd):
            odd.append(not_understood(resource, "none-unclear", "/code", "it says that there is nothing, but the bundle holds more, or may"))
        else:
            given["complete"] = True
            origins.append(Origin(f"/{section}", resource.pointer, resource.reference))
    referred = {one.pointer for one in origins}
    odd = [one for one in odd if one.resource != "Medication" or one.pointer not in referred]
    intake = _intake({**plan, **sections, **({"patient": patient} if patient else {})}, bundle, on)
    return Understood(intake, tuple(sorted(odd, key=_place)), tuple(origins))


def _is_open(bundle: Bundle, said: Sequence[tuple[Resource, Said]], odd: Sequence[NotUnderstood]) -> bool:
    """Say whether some allergy was not understood, or may stand on another page."""
    if any(one.reason == "more-pages" for one in odd):
        return True
    missed = [
        resource
        for resource, one in said
        if resource.kind == "AllergyIntolerance" and isinstance(one, NotUnderstood) and one.reason not in ("entered-in-error", "unknown-word")
    ]
    return any(not bundle.is_about_somebody_else(resource) for resource in missed)


def _intake(data: Mapping[str, Any], bundle: Bundle, on: date | None) -> Intake:
    intake: Intake | None = None
    found: tuple[IntakeProblem, ...] = ()
    try:
        intake = Intake.model_validate(data)
        found = tuple(one for one in misdated(intake, on) if one.pointer.startswith("/patient")) if on is not None else ()
    except IntakeError as error:
        found = error.problems
    where = bundle.patient.pointer if isinstance(bundle.patient, Resource) else ""
    refuse([_translated(problem, where) for problem in found])
    return intake  # type: ignore[return-value]


def _translated(problem: IntakeProblem, patient: str) -> FhirProblem:
    """Say of a bundle what is wrong with the intake made from it."""
    if problem.pointer.startswith("/patient"):
        return FhirProblem(f"{patient}/birthDate", "impossible-date", f"the birth date is {problem.message.partition(';')[0]}; check both dates")
    sections = [one for one in SECTIONS if problem.pointer.startswith(f"/{one}")]
    what = f"for `{sections[0]}`" if sections else "all together"
    return FhirProblem("", "too-large", f"more answers {what} than one intake holds; send what is recent")


def _reference(bundle: Bundle, pointer: str) -> str:
    return next((one.reference for one in bundle.resources if one.pointer == pointer), "")


def _place(one: NotUnderstood) -> tuple[tuple[bool, int, str], ...]:
    """Order by place in the bundle, numbers as numbers."""
    return tuple((part.isdigit(), int(part) if part.isdigit() else 0, part) for part in one.pointer.split("/"))
