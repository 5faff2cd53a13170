"""What the form said: the JSON contract of an intake, as pydantic models.

An absent section was not asked; a list means "these, and nothing else"; the long form says exactly what was asked.
Nothing a patient answered ever reaches an exception or a `repr`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, Self
from unicodedata import normalize

from pydantic import BeforeValidator, Field, SerializeAsAny, StrictBool, Tag, model_validator
from pydantic_core import PydanticCustomError

from mesoscreen.intake.entries import Allergy, Condition, Facts, Form, Measurement, Medication, Procedure, Product
from mesoscreen.intake.part import Part
from mesoscreen.intake.refusal import DETAILED, LISTED
from mesoscreen.intake.values import MAX_AGE, MAX_ENTRIES, MAX_NAMES, Day, Denied, Names, PartialDate, at_most

if TYPE_CHECKING:
    from collections.abc import Iterator

SECTIONS = ("allergies", "conditions", "medications", "procedures", "measurements")

class _Answers(Part):
    denied: Denied = Field((), title="Denied", description="Asked, and the answer was no")
    unsure: Denied = Field((), title="Unsure", description="Asked, and the patient did not know")
    complete: StrictBool = Field(False, title="Complete", description="True if nothing else applies")  # noqa: FBT003


class AllergyAnswers(_Answers):
    """The long form of the allergies section."""

    present: Annotated[tuple[Allergy, ...], at_most(MAX_ENTRIES)] = Field((), title="Present", max_length=MAX_ENTRIES)


class ConditionAnswers(_Answers):
    """The long form of the conditions section."""

    present: Annotated[tuple[Condition, ...], at_most(MAX_ENTRIES)] = Field((), title="Present", max_length=MAX_ENTRIES)


class MedicationAnswers(_Answers):
    """The long form of the medications section."""

    present: Annotated[tuple[Medication, ...], at_most(MAX_ENTRIES)] = Field((), title="Present", max_length=MAX_ENTRIES)


class ProcedureAnswers(_Answers):
    """The long form of the procedures section."""

    present: Annotated[tuple[Procedure, ...], at_most(MAX_ENTRIES)] = Field((), title="Present", max_length=MAX_ENTRIES)


class MeasurementAnswers(_Answers):
    """The long form of the measurements section."""

    present: Annotated[tuple[Measurement, ...], at_most(MAX_ENTRIES)] = Field((), title="Present", max_length=MAX_ENTRIES)


_Allergies = Annotated[tuple[Allergy, ...], Field(max_length=MAX_ENTRIES), at_most(MAX_ENTRIES), Tag(LISTED)]
_Conditions = Annotated[tuple[Condition, ...], Field(max_length=MAX_ENTRIES), at_most(MAX_ENTRIES), Tag(LISTED)]
_Medications = Annotated[tuple[Medication, ...], Field(max_length=MAX_ENTRIES), at_most(MAX_ENTRIES), Tag(LISTED)]
_Procedures = Annotated[tuple[Procedure, ...], Field(max_length=MAX_ENTRIES), at_most(MAX_ENTRIES), Tag(LISTED)]
_Measurements = Annotated[tuple[Measurement, ...], Field(max_length=MAX_ENTRIES), at_most(MAX_ENTRIES), Tag(LISTED)]


class Patient(Part):
    """Who is to be treated. No name or number: screening needs neither."""

    birth_date: PartialDate | None = Field(None, title="Birth date")
    age: Annotated[int, Field(strict=True, ge=0, le=MAX_AGE)] | None = Field(
        None, title="Age", description="Whole years at the treatment, where the birth date is not given"
    )
    sex: Literal["female", "male", "other", "unknown"] = Field("unknown", title="Sex")


def _one_or_more(value: object) -> object:
    return (value,) if isinstance(value, str) else value


class Treatment(Part):
    """What is planned."""

    date: Day | None = Field(None, title="Date", description="The day of the treatment; every time window counts from it")
    areas: Names | None = Field(None, title="Areas", description="Treated areas, such as face or scalp")
    technique: Annotated[Names, BeforeValidator(_one_or_more)] | None = Field(
        None, title="Technique", description="One technique or several: needle, microneedling, electroporation, …"
    )
    products: Annotated[tuple[Product, ...], Field(max_length=50), at_most(50)] | None = Field(
        None, title="Products", description="Everything to be used: actives, anaesthetic, antiseptic"
    )
    facts: Facts | None = Field(None, title="Facts", description="Answers about the visit, such as no-emergency-kit")


def _schema(title: str, says: str) -> Any:  # noqa: ANN401 - pydantic's own type
    return Field(None, title=title, description=f"{says} Absent or null: not asked. []: none.")


class Intake(Part):
    """One patient's answers plus the planned treatment, as a form hands them over.

    Raises:
        IntakeError: something in it cannot be read; every problem has a JSON pointer.

    """

    patient: Patient = Field(Patient(), title="Patient")
    allergies: Annotated[_Allergies | Annotated[AllergyAnswers, Tag(DETAILED)], Form, SerializeAsAny()] | None = _schema(
        "Allergies", "Allergies and intolerances."
    )
    conditions: Annotated[_Conditions | Annotated[ConditionAnswers, Tag(DETAILED)], Form, SerializeAsAny()] | None = _schema(
        "Conditions", "Diagnoses, infections, pregnancy, skin state, implants, fears."
    )
    medications: Annotated[_Medications | Annotated[MedicationAnswers, Tag(DETAILED)], Form, SerializeAsAny()] | None = _schema(
        "Medications", "Medicines, supplements and herbal remedies, taken now or before."
    )
    procedures: Annotated[_Procedures | Annotated[ProcedureAnswers, Tag(DETAILED)], Form, SerializeAsAny()] | None = _schema(
        "Procedures", "Operations, dental work, vaccinations, lasers, peels, fillers, toxin, tattoos, earlier mesotherapy."
    )
    measurements: Annotated[_Measurements | Annotated[MeasurementAnswers, Tag(DETAILED)], Form, SerializeAsAny()] | None = _schema(
        "Measurements", "Readings such as blood pressure."
    )
    treatment: Treatment = Field(Treatment(), title="Treatment")
    answered: PartialDate | None = Field(None, title="Answered", description="When the answers were given")

    @model_validator(mode="after")
    def _is_bounded(self) -> Self:
        if sum(len(name if name.isascii() else normalize("NFKC", name)) for name in _names(self)) > MAX_NAMES:
            code, message = "too-large", f"the names of the intake have more than {MAX_NAMES} characters together"
            raise PydanticCustomError(code, message)
        return self

    def canonical(self) -> bytes:
        """Serialise what was said, defaults left out: equal intakes give equal bytes."""
        return self.__pydantic_serializer__.to_json(self, exclude_defaults=True, warnings="error")


def _names(intake: Intake) -> Iterator[str]:
    """Yield every text that is looked up in the vocabulary."""
    for section in SECTIONS:
        given = getattr(intake, section)
        if given is None:
            continue
        entries = given
        if not isinstance(given, tuple):
            yield from given.denied
            yield from given.unsure
            entries = given.present
        for entry in entries:
            yield entry.name or ""
            yield from entry.areas
            if section == "procedures":
                yield from (entry.setting or "", entry.outcome or "")
                yield from _products(entry.products or ())
    plan = intake.treatment
    yield from (*(plan.areas or ()), *(plan.technique or ()), *_facts(plan.facts))
    yield from _products(plan.products or ())


def _products(products: tuple[Product, ...]) -> Iterator[str]:
    for product in products:
        yield from (product.name, *(product.ingredients or ()), *(product.areas or ()), *_facts(product.facts))


def _facts(facts: Facts | None) -> tuple[str, ...]:
    if facts is None or isinstance(facts, tuple):
        return facts or ()
    return (*facts.present, *facts.denied, *facts.unsure)
