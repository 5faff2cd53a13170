"""A pydantic model of about the size and shape of an intake, about something else: what a bicycle workshop is told.

Nothing of mesoscreen. Importing it is what any program pays that reads such a form with pydantic.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StrictBool,
    StringConstraints,
    Tag,
    model_validator,
)


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("blank")
    return value


def _day(value: str) -> str:
    date.fromisoformat(value)
    return value


Name = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=200), AfterValidator(_not_blank)]
Note = Annotated[str, StringConstraints(strict=True, max_length=2000)]
Names = Annotated[tuple[Name, ...], Field(max_length=100)]
Day = Annotated[str, StringConstraints(strict=True, max_length=10), AfterValidator(_day)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
LISTED, DETAILED = "listed", "detailed"


def _form(value: Any) -> str:
    return LISTED if isinstance(value, list | tuple) else DETAILED


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Code(Part):
    system: Name = Field(title="System", description="Whose part numbers these are")
    code: Name = Field(title="Code", description="The part number")


class Approval(Part):
    by: Name = Field(title="By", description="Who approved it")
    date: Day | None = Field(None, title="Date", description="When")
    note: Note | None = Field(None, title="Note", description="In which words")


class Item(Part):
    name: Name | None = Field(None, title="Name", description="What it is called")
    codes: tuple[Code, ...] = Field((), title="Codes", description="Part numbers", max_length=20)
    places: Names = Field((), title="Places", description="Where on the bicycle")
    wear: Literal["light", "medium", "heavy", "unknown"] = Field("unknown", title="Wear", description="How worn it is")
    fixed: StrictBool | None = Field(None, title="Fixed", description="Whether it was seen to")
    owner: Literal["customer", "shop"] | None = Field(None, title="Owner", description="Whose it is")
    planned: StrictBool = Field(default=False, title="Planned", description="To be done later")
    note: Note | None = Field(None, title="Note", description="For the mechanic")
    approval: Approval | None = Field(None, title="Approval", description="Who said yes")

    @model_validator(mode="after")
    def _is_named(self) -> Self:
        if self.name is None and not self.codes:
            raise ValueError("neither a name nor a code")
        return self


class Complaint(Item):
    noise: Literal["none", "click", "grind", "squeal", "knock", "rattle", "other", "unknown"] = Field("unknown", title="Noise")
    status: Literal["open", "gone", "unknown"] = Field("open", title="Status", description="Whether it is still there")


class Fault(Item):
    status: Literal["open", "watched", "mended", "unknown"] | None = Field(None, title="Status", description="How things stand")
    found: Day | None = Field(None, title="Found", description="When it was found")
    mended: Day | None = Field(None, title="Mended", description="When it was mended")


class Lubricant(Item):
    status: Literal["used", "stopped", "unknown"] | None = Field(None, title="Status", description="Whether it is still used")
    started: Day | None = Field(None, title="Started", description="Since when")
    stopped: Day | None = Field(None, title="Stopped", description="Until when")
    route: Literal["drip", "spray", "brush", "bath", "wipe", "pump", "other", "unknown"] | None = Field(None, title="Route")
    dose: Name | None = Field(None, title="Dose", description="How much")


class Quantity(Part):
    name: Literal["volume", "length", "pieces", "torque", "surface", "time", "sessions"] = Field(title="What is counted")
    value: Number = Field(title="Value", ge=0)
    unit: Name = Field("1", title="Unit", description="In which unit")


class FactAnswers(Part):
    present: Names = Field((), title="True", description="What is so")
    denied: Names = Field((), title="Not true", description="What is not so")
    unsure: Names = Field((), title="Unsure", description="What nobody knows")
    complete: StrictBool = Field(default=False, title="Complete", description="Nothing else applies")


Facts = Annotated[Annotated[Names, Tag(LISTED)] | Annotated[FactAnswers, Tag(DETAILED)], Discriminator(_form)]


class Component(Part):
    name: Name = Field(title="Name", description="What it is called")
    role: Literal["drive", "brake", "wheel", "spare"] = Field("drive", title="Role", description="What it is for")
    materials: Names | None = Field(None, title="Materials", description="What it is made of")
    materials_complete: StrictBool = Field(default=True, title="Materials complete")
    places: Names | None = Field(None, title="Places", description="Where it goes")
    group: Annotated[str, StringConstraints(strict=True, min_length=1, max_length=20)] | None = Field(None, title="Group")
    quantities: tuple[Quantity, ...] = Field((), title="Quantities", max_length=20)
    facts: Facts | None = Field(None, title="Facts", description="What is true of it")


class Service(Item):
    date: Day | None = Field(None, title="Date", description="When it was done")
    setting: Name | None = Field(None, title="Setting", description="Where it was done")
    components: tuple[Component, ...] | None = Field(None, title="Components", description="What was used", max_length=50)
    outcome: Name | None = Field(None, title="Outcome", description="How it went")


class Measure(Item):
    value: Number = Field(title="Value")
    unit: Name | None = Field(None, title="Unit", description="In which unit")
    date: Day | None = Field(None, title="Date", description="When it was taken")


class Answers(Part):
    denied: Names = Field((), title="Denied", description="Asked, and no")
    unsure: Names = Field((), title="Unsure", description="Asked, and not known")
    complete: StrictBool = Field(default=False, title="Complete", description="Nothing else applies")


class ComplaintAnswers(Answers):
    present: tuple[Complaint, ...] = Field((), title="Present", max_length=100)


class FaultAnswers(Answers):
    present: tuple[Fault, ...] = Field((), title="Present", max_length=100)


class LubricantAnswers(Answers):
    present: tuple[Lubricant, ...] = Field((), title="Present", max_length=100)


class ServiceAnswers(Answers):
    present: tuple[Service, ...] = Field((), title="Present", max_length=100)


class MeasureAnswers(Answers):
    present: tuple[Measure, ...] = Field((), title="Present", max_length=100)


class Customer(Part):
    since: Day | None = Field(None, title="Since")
    visits: Annotated[int, Field(strict=True, ge=0, le=1000)] | None = Field(None, title="Visits", description="How often they came")
    rides: Literal["road", "trail", "other", "unknown"] = Field("unknown", title="Rides")


def _one_or_more(value: object) -> object:
    return (value,) if isinstance(value, str) else value


class Job(Part):
    date: Day | None = Field(None, title="Date", description="When it is to be done")
    places: Names | None = Field(None, title="Places", description="Where on the bicycle")
    technique: Annotated[Names, BeforeValidator(_one_or_more)] | None = Field(None, title="Technique", description="How")
    components: Annotated[tuple[Component, ...], Field(max_length=50)] | None = Field(None, title="Components")
    facts: Facts | None = Field(None, title="Facts", description="What is true of the visit")


Complaints = Annotated[tuple[Complaint, ...], Field(max_length=100), Tag(LISTED)]
Faults = Annotated[tuple[Fault, ...], Field(max_length=100), Tag(LISTED)]
Lubricants = Annotated[tuple[Lubricant, ...], Field(max_length=100), Tag(LISTED)]
Services = Annotated[tuple[Service, ...], Field(max_length=100), Tag(LISTED)]
Measures = Annotated[tuple[Measure, ...], Field(max_length=100), Tag(LISTED)]
Form = Discriminator(_form)


class Sheet(Part):
    """Everything the workshop is told."""

    customer: Customer = Field(Customer(), title="Customer")
    complaints: Annotated[Complaints | Annotated[ComplaintAnswers, Tag(DETAILED)], Form] | None = Field(None, title="Complaints")
    faults: Annotated[Faults | Annotated[FaultAnswers, Tag(DETAILED)], Form] | None = Field(None, title="Faults")
    lubricants: Annotated[Lubricants | Annotated[LubricantAnswers, Tag(DETAILED)], Form] | None = Field(None, title="Lubricants")
    services: Annotated[Services | Annotated[ServiceAnswers, Tag(DETAILED)], Form] | None = Field(None, title="Services")
    measures: Annotated[Measures | Annotated[MeasureAnswers, Tag(DETAILED)], Form] | None = Field(None, title="Measures")
    job: Job = Field(Job(), title="Job")
    answered: Day | None = Field(None, title="Answered", description="When this was written down")

    @model_validator(mode="after")
    def _is_bounded(self) -> Self:
        if len(self.customer.rides) > 100:
            raise ValueError("too large")
        return self
