"""What is stated: entries of the sections, and the products and quantities of a plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Discriminator, Field, SerializeAsAny, StrictBool, StringConstraints, Tag, model_validator
from pydantic_core import PydanticCustomError

from mesoscreen.intake.part import Part
from mesoscreen.intake.refusal import DETAILED, LISTED
from mesoscreen.intake.values import Name, Names, Note, Number, PartialDate, Text, at_most


class Code(Part):
    """A code of a terminology."""

    system: Name = Field(title="System", description="FHIR system URI or short name: SNOMED CT, ICD-10, ATC, RxNorm, UNII")
    code: Name = Field(title="Code", description="The code as the system writes it")


class Clearance(Part):
    """A doctor's letter, or a preventive measure already taken. Shown with a finding, never removes one."""

    by: Name = Field(title="By", description="Who gave the clearance")
    date: PartialDate | None = Field(None, title="Date", description="When it was given")
    note: Note | None = Field(None, title="Note", description="What it says")


class Entry(Part):
    """One statement in a section."""

    name: Name | None = Field(None, title="Name", description="As written on the form: a name, trade name or concept id")
    codes: Annotated[tuple[Code, ...], at_most(20)] = Field((), title="Codes", description="Terminology codes for the same thing", max_length=20)
    areas: Names = Field((), title="Areas", description="Body areas concerned, such as face or lips")
    severity: Literal["mild", "moderate", "severe", "unknown"] = Field(
        "unknown", title="Severity", description="How severe it is or was"
    )
    controlled: StrictBool | None = Field(None, title="Controlled", description="Under control, or null if not known")
    subject: Literal["patient", "close-family"] | None = Field(
        None, title="Subject", description="Whom it is about; not given means the patient, unless the name says otherwise"
    )
    planned: StrictBool = Field(False, title="Planned", description="True for what lies after the treatment")  # noqa: FBT003
    note: Note | None = Field(None, title="Note", description="Free text for the practitioner; never screened")
    clearance: Clearance | None = Field(None, title="Clearance", description="A doctor's letter or prophylaxis")

    @model_validator(mode="after")
    def _is_named(self) -> Self:
        if self.name is None and not self.codes:
            code, message = "no-name", "neither a name nor a code; give at least one of `name` and `codes`"
            raise PydanticCustomError(code, message)
        return self


Reaction = Literal["anaphylaxis", "systemic", "angioedema", "urticaria", "dermatitis", "local", "other", "unknown"]


class Allergy(Entry):
    """An allergy or intolerance."""

    reaction: Reaction = Field("unknown", title="Reaction", description="The worst reaction so far")
    status: Literal["active", "resolved", "unknown"] = Field("active", title="Status", description="Whether it still holds")


class Condition(Entry):
    """Anything true of the patient: a diagnosis, an infection, pregnancy, the state of the skin, a fear of needles."""

    status: Literal["active", "remission", "resolved", "unknown"] | None = Field(
        None, title="Status", description="Not given means resolved if an end before the treatment is given, else active"
    )
    onset: PartialDate | None = Field(None, title="Onset", description="When it began")
    ended: PartialDate | None = Field(None, title="Ended", description="When it ended")


class Medication(Entry):
    """A medicine, supplement or herbal remedy, taken now or before."""

    status: Literal["current", "stopped", "unknown"] | None = Field(
        None, title="Status", description="Not given means stopped if a stop before the treatment is given, else current"
    )
    started: PartialDate | None = Field(None, title="Started", description="When it was first taken")
    stopped: PartialDate | None = Field(None, title="Stopped", description="When it was last taken")
    route: Literal["oral", "topical", "injected", "inhaled", "nasal", "ophthalmic", "vaginal", "rectal", "unknown"] | None = Field(
        None, title="Route", description="How it is taken; not given means the usual route where the vocabulary names one"
    )
    dose: Text | None = Field(None, title="Dose", description="As written; never screened")


QuantityName = Literal["volume", "injections", "strength", "surface", "contact-time", "dose", "sessions"]


class Quantity(Part):
    """How much of a product is planned."""

    name: QuantityName = Field(title="What is counted", description="Volume, number of injections, strength, surface, contact time, dose")
    value: Number = Field(title="Value", ge=0)
    unit: Name = Field("1", title="Unit", description="UCUM, such as mL, mg/mL, %, cm2, min")


class FactAnswers(Part):
    """Answers about the visit or a product."""

    present: Names = Field((), title="True", description="What is so")
    denied: Names = Field((), title="Not true", description="What is not so")
    unsure: Names = Field((), title="Unsure", description="What was asked but is not known")
    complete: StrictBool = Field(False, title="Complete", description="True if nothing else applies")  # noqa: FBT003


def _form_of(value: object) -> str | None:
    if isinstance(value, list | tuple):
        return LISTED
    return DETAILED if isinstance(value, Mapping | Part) else None


Form = Discriminator(
    _form_of,
    custom_error_type="wrong-type",
    custom_error_message="neither a list nor an object; write [] for none, null for not asked, or the long form",
)
Facts: TypeAlias = Annotated[Annotated[Names, Tag(LISTED)] | Annotated[FactAnswers, Tag(DETAILED)], Form, SerializeAsAny()]


class Product(Part):
    """One product of the treatment, or of an earlier procedure."""

    name: Name = Field(title="Name", description="Trade name, or what it is")
    role: Literal["active", "anaesthetic", "antiseptic", "standby"] = Field(
        "active", title="Role", description="Standby is held for rescue only"
    )
    ingredients: Names | None = Field(None, title="Ingredients", description="What is in it; null means not stated")
    ingredients_complete: StrictBool = Field(
        True,  # noqa: FBT003
        title="Ingredients complete",
        description="False if excipients are not listed",
    )
    areas: Names | None = Field(None, title="Areas", description="Where it goes; not given means all treated areas")
    mixture: Annotated[str, StringConstraints(strict=True, min_length=1, max_length=20)] | None = Field(
        None, title="Mixture", description="Products with one letter go into one syringe"
    )
    quantities: Annotated[tuple[Quantity, ...], at_most(20)] = Field((), title="Quantities", max_length=20)
    facts: Facts | None = Field(None, title="Facts", description="What is true of this product, such as expired")


class Procedure(Entry):
    """Something done to the patient: an operation, a laser, a filler, a vaccination, an earlier session."""

    date: PartialDate | None = Field(None, title="Date", description="When it was done")
    setting: Name | None = Field(None, title="Setting", description="Where it was done, such as abroad")
    products: Annotated[tuple[Product, ...], at_most(50)] | None = Field(None, title="Products", description="What was used", max_length=50)
    outcome: Name | None = Field(None, title="Outcome", description="How it went: none, fainted, nodules, infection, …")


class Measurement(Entry):
    """A reading."""

    value: Number = Field(title="Value")
    unit: Name | None = Field(None, title="Unit", description="UCUM, such as mm[Hg]; leave out for a bare number")
    date: PartialDate | None = Field(None, title="Date", description="When it was taken")
