"""What the form said: the JSON contract of an intake, as pydantic models.

An absent section was not asked; a list means "these, and nothing else"; the long form says exactly what was asked.
Nothing a patient answered ever reaches an exception or a `repr`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Annotated, Any, Literal, Self, TypeAlias

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
    ValidationError,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from mesoscreen.errors import IntakeError, IntakeProblem

MAX_ENTRIES = 200
"""Most entries one section may hold."""
MAX_TEXT = 200
"""Longest name, in characters."""
MAX_NOTE = 2000
"""Longest free-text note, in characters."""
MAX_DOCUMENT = 2_000_000
"""Longest JSON text of an intake, in characters."""
MAX_PROBLEMS = 50
"""Most problems one error lists."""
MAX_AGE = 130
"""Oldest age accepted, in years."""


@lru_cache(maxsize=4096)
def days_of(partial: str) -> tuple[int, int]:
    """Give the first and last day a partial date can mean, as proleptic ordinals.

    Raises:
        ValueError: it is not YYYY, YYYY-MM or YYYY-MM-DD, or not on the calendar.

    """
    parts = partial.split("-")
    if [len(part) for part in parts] not in ([4], [4, 2], [4, 2, 2]) or not all(
        part.isascii() and part.isdigit() for part in parts
    ):
        raise ValueError
    year, *rest = (int(part) for part in parts)
    match rest:
        case [month, day]:
            only = date(year, month, day).toordinal()
            return only, only
        case [month]:
            after = date(year + 1, 1, 1) if month == 12 else date(year, month + 1, 1)  # noqa: PLR2004
            return date(year, month, 1).toordinal(), after.toordinal() - 1
        case _:
            return date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()


def _plain_date(value: object) -> object:
    return value.isoformat() if type(value) is date else value


def _check_partial(value: str) -> str:
    try:
        days_of(value)
    except (ValueError, OverflowError):
        code, message = "impossible-date", "not a date; write YYYY-MM-DD, YYYY-MM or YYYY"
        raise PydanticCustomError(code, message) from None
    return value


def _check_day(value: str) -> str:
    if len(_check_partial(value)) != len("YYYY-MM-DD"):
        code, message = "impossible-date", "not a whole date; write YYYY-MM-DD"
        raise PydanticCustomError(code, message)
    return value


def _check_text(value: str) -> str:
    if not value.strip():
        code, message = "empty-text", "empty; write a name, or leave the entry out"
        raise PydanticCustomError(code, message)
    return value


_Text = Annotated[str, StringConstraints(strict=True, max_length=MAX_TEXT)]
Name = Annotated[_Text, AfterValidator(_check_text)]
Note = Annotated[str, StringConstraints(strict=True, max_length=MAX_NOTE)]
PartialDate = Annotated[
    _Text,
    BeforeValidator(_plain_date),
    AfterValidator(_check_partial),
    WithJsonSchema({"type": "string", "pattern": r"^\d{4}(-\d{2}(-\d{2})?)?$", "examples": ["2026-08-03", "2026-08", "2026"]}),
]
Day = Annotated[
    _Text,
    BeforeValidator(_plain_date),
    AfterValidator(_check_day),
    WithJsonSchema({"type": "string", "format": "date"}),
]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Names = Annotated[tuple[Name, ...], Field(max_length=MAX_ENTRIES)]


class _Part(BaseModel):
    # Built when the first intake is read: importing the library stays cheap.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, defer_build=True)

    def __init__(self, /, **data: Any) -> None:  # noqa: ANN401 - pydantic's own signature
        """Read the keys given."""
        try:
            self.__pydantic_validator__.validate_python(data, self_instance=self)
            return
        except ValidationError as error:
            problems = _problems(error)
        # INVARIANT: raised outside the handler, so that pydantic's own error, which quotes keys, is not chained to it.
        raise IntakeError(problems)

    # Tells pydantic that nested parts need not go through `__init__`.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]

    @classmethod
    def model_validate(cls, obj: Any, **options: Any) -> Self:  # noqa: ANN401 - pydantic's own signature
        """Read a mapping, or pass an instance through.

        Raises:
            IntakeError: something in it cannot be read; every problem has a JSON pointer.

        """
        try:
            return super().model_validate(obj, **options)
        except ValidationError as error:
            problems = _problems(error)
        raise IntakeError(problems)

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **options: Any) -> Self:  # noqa: ANN401
        """Read JSON text. Unlike a bare JSON parser, refuse a key given twice: one of the two answers would be lost.

        Raises:
            IntakeError: it is not such JSON, or something in it cannot be read.

        """
        return cls.model_validate(parse_json(json_data), **options)

    def __setattr__(self, name: str, value: Any) -> None:  # noqa: ANN401
        """Refuse: pydantic's own refusal would show the value."""
        raise AttributeError("an intake does not change; make a new one")

    def __delattr__(self, name: str) -> None:
        """Refuse."""
        raise AttributeError("an intake does not change; make a new one")

    def __repr_args__(self) -> list[tuple[str | None, Any]]:
        """Show nothing: a `repr` ends up in logs, and everything in here is about a patient."""
        return []


class Code(_Part):
    """A code of a terminology."""

    system: Name = Field(title="System", description="FHIR system URI or short name: SNOMED CT, ICD-10, ATC, RxNorm, UNII")
    code: Name = Field(title="Code", description="The code as the system writes it")


class Clearance(_Part):
    """A doctor's letter, or a preventive measure already taken. Shown with a finding, never removes one."""

    by: Name = Field(title="By", description="Who gave the clearance")
    date: PartialDate | None = Field(None, title="Date", description="When it was given")
    note: Note | None = Field(None, title="Note", description="What it says")


class Entry(_Part):
    """One statement in a section."""

    name: Name | None = Field(None, title="Name", description="As written on the form: a name, trade name or concept id")
    codes: tuple[Code, ...] = Field((), title="Codes", description="Terminology codes for the same thing", max_length=20)
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
    dose: _Text | None = Field(None, title="Dose", description="As written; never screened")


QuantityName = Literal["volume", "injections", "strength", "surface", "contact-time", "dose", "sessions"]


class Quantity(_Part):
    """How much of a product is planned."""

    name: QuantityName = Field(title="What is counted", description="Volume, number of injections, strength, surface, contact time, dose")
    value: Number = Field(title="Value", ge=0)
    unit: Name = Field("1", title="Unit", description="UCUM, such as mL, mg/mL, %, cm2, min")


class FactAnswers(_Part):
    """Answers about the visit or a product."""

    present: Names = Field((), title="True", description="What is so")
    denied: Names = Field((), title="Not true", description="What is not so")
    unsure: Names = Field((), title="Unsure", description="What was asked but is not known")
    complete: StrictBool = Field(False, title="Complete", description="True if nothing else applies")  # noqa: FBT003


LISTED = "as a list"
DETAILED = "in the long form"


def _form(value: object) -> str | None:
    if isinstance(value, list | tuple):
        return LISTED
    return DETAILED if isinstance(value, Mapping | _Part) else None


_Form = Discriminator(
    _form,
    custom_error_type="wrong-type",
    custom_error_message="neither a list nor an object; write [] for none, null for not asked, or the long form",
)
Facts: TypeAlias = Annotated[Annotated[Names, Tag(LISTED)] | Annotated[FactAnswers, Tag(DETAILED)], _Form]


class Product(_Part):
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
    quantities: tuple[Quantity, ...] = Field((), title="Quantities", max_length=20)
    facts: Facts | None = Field(None, title="Facts", description="What is true of this product, such as expired")


class Procedure(Entry):
    """Something done to the patient: an operation, a laser, a filler, a vaccination, an earlier session."""

    date: PartialDate | None = Field(None, title="Date", description="When it was done")
    setting: Name | None = Field(None, title="Setting", description="Where it was done, such as abroad")
    products: tuple[Product, ...] | None = Field(None, title="Products", description="What was used", max_length=50)
    outcome: Name | None = Field(None, title="Outcome", description="How it went: none, fainted, nodules, infection, …")


class Measurement(Entry):
    """A reading."""

    value: Number = Field(title="Value")
    unit: Name | None = Field(None, title="Unit", description="UCUM, such as mm[Hg]; leave out for a bare number")
    date: PartialDate | None = Field(None, title="Date", description="When it was taken")


class _Answers(_Part):
    denied: Names = Field((), title="Denied", description="Asked, and the answer was no")
    unsure: Names = Field((), title="Unsure", description="Asked, and the patient did not know")
    complete: StrictBool = Field(False, title="Complete", description="True if nothing else applies")  # noqa: FBT003


class AllergyAnswers(_Answers):
    """The long form of the allergies section."""

    present: tuple[Allergy, ...] = Field((), title="Present", max_length=MAX_ENTRIES)


class ConditionAnswers(_Answers):
    """The long form of the conditions section."""

    present: tuple[Condition, ...] = Field((), title="Present", max_length=MAX_ENTRIES)


class MedicationAnswers(_Answers):
    """The long form of the medications section."""

    present: tuple[Medication, ...] = Field((), title="Present", max_length=MAX_ENTRIES)


class ProcedureAnswers(_Answers):
    """The long form of the procedures section."""

    present: tuple[Procedure, ...] = Field((), title="Present", max_length=MAX_ENTRIES)


class MeasurementAnswers(_Answers):
    """The long form of the measurements section."""

    present: tuple[Measurement, ...] = Field((), title="Present", max_length=MAX_ENTRIES)


_Allergies = Annotated[tuple[Allergy, ...], Field(max_length=MAX_ENTRIES), Tag(LISTED)]
_Conditions = Annotated[tuple[Condition, ...], Field(max_length=MAX_ENTRIES), Tag(LISTED)]
_Medications = Annotated[tuple[Medication, ...], Field(max_length=MAX_ENTRIES), Tag(LISTED)]
_Procedures = Annotated[tuple[Procedure, ...], Field(max_length=MAX_ENTRIES), Tag(LISTED)]
_Measurements = Annotated[tuple[Measurement, ...], Field(max_length=MAX_ENTRIES), Tag(LISTED)]


class Patient(_Part):
    """Who is to be treated. No name or number: screening needs neither."""

    birth_date: PartialDate | None = Field(None, title="Birth date")
    age: Annotated[int, Field(strict=True, ge=0, le=MAX_AGE)] | None = Field(
        None, title="Age", description="Whole years at the treatment, where the birth date is not given"
    )
    sex: Literal["female", "male", "other", "unknown"] = Field("unknown", title="Sex")


def _one_or_more(value: object) -> object:
    return (value,) if isinstance(value, str) else value


class Treatment(_Part):
    """What is planned."""

    date: Day | None = Field(None, title="Date", description="The day of the treatment; every time window counts from it")
    areas: Names | None = Field(None, title="Areas", description="Treated areas, such as face or scalp")
    technique: Annotated[Names, BeforeValidator(_one_or_more)] | None = Field(
        None, title="Technique", description="One technique or several: needle, microneedling, electroporation, …"
    )
    products: Annotated[tuple[Product, ...], Field(max_length=50)] | None = Field(
        None, title="Products", description="Everything to be used: actives, anaesthetic, antiseptic"
    )
    facts: Facts | None = Field(None, title="Facts", description="Answers about the visit, such as no-emergency-kit")


def _schema(title: str, says: str) -> Any:  # noqa: ANN401 - pydantic's own type
    return Field(None, title=title, description=f"{says} Absent or null: not asked. []: none.")


class Intake(_Part):
    """One patient's answers plus the planned treatment, as a form hands them over.

    Raises:
        IntakeError: something in it cannot be read; every problem has a JSON pointer.

    """

    patient: Patient = Field(Patient(), title="Patient")
    allergies: Annotated[_Allergies | Annotated[AllergyAnswers, Tag(DETAILED)], _Form] | None = _schema(
        "Allergies", "Allergies and intolerances."
    )
    conditions: Annotated[_Conditions | Annotated[ConditionAnswers, Tag(DETAILED)], _Form] | None = _schema(
        "Conditions", "Diagnoses, infections, pregnancy, skin state, implants, fears."
    )
    medications: Annotated[_Medications | Annotated[MedicationAnswers, Tag(DETAILED)], _Form] | None = _schema(
        "Medications", "Medicines, supplements and herbal remedies, taken now or before."
    )
    procedures: Annotated[_Procedures | Annotated[ProcedureAnswers, Tag(DETAILED)], _Form] | None = _schema(
        "Procedures", "Operations, dental work, vaccinations, lasers, peels, fillers, toxin, tattoos, earlier mesotherapy."
    )
    measurements: Annotated[_Measurements | Annotated[MeasurementAnswers, Tag(DETAILED)], _Form] | None = _schema(
        "Measurements", "Readings such as blood pressure."
    )
    treatment: Treatment = Field(Treatment(), title="Treatment")
    answered: PartialDate | None = Field(None, title="Answered", description="When the answers were given")

    def canonical(self) -> bytes:
        """Serialise what was said, defaults left out: equal intakes give equal bytes."""
        return self.__pydantic_serializer__.to_json(self, exclude_defaults=True)


_STARTS, _ENDS = ("onset", "started"), ("ended", "stopped")
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
            stem = f"/{section}/{number}" if listed else f"/{section}/present/{number}"
            problems += _misdated_entry(entry, stem, today)
    return tuple(problems)


def _misdated_entry(entry: Entry, stem: str, today: int) -> Iterator[IntakeProblem]:
    dates = {key: days_of(value) for key in _DATED.get(type(entry), ()) if (value := getattr(entry, key)) is not None}
    for key, (first, last) in dates.items():
        if not entry.planned and first > today:
            yield IntakeProblem(f"{stem}/{key}", "future-date", "after the treatment; set `planned` to true if it is still to come")
        elif entry.planned and key not in _ENDS and last < today:
            yield IntakeProblem(f"{stem}/{key}", "planned-in-the-past", "before the treatment; leave `planned` out if it has happened")
    for start, end in zip(_STARTS, _ENDS, strict=True):
        if start in dates and end in dates and dates[end][1] < dates[start][0]:
            yield IntakeProblem(f"{stem}/{end}", "ended-before-start", f"before `{start}`; check both dates")


SECTIONS = ("allergies", "conditions", "medications", "procedures", "measurements")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = dict(pairs)
    if len(keys) != len(pairs):
        raise IntakeError((IntakeProblem("", "repeated-key", "an object gives one key twice; one of the two answers would be lost"),))
    return keys


def parse_json(text: str | bytes | bytearray) -> Any:  # noqa: ANN401 - any JSON value
    """Parse JSON strictly: bounded in size and depth, no key twice.

    Raises:
        IntakeError: it is not such JSON.

    """
    if len(text) > MAX_DOCUMENT:
        raise IntakeError((IntakeProblem("", "too-large", f"longer than {MAX_DOCUMENT} characters"),))
    try:
        return json.loads(text, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        problem = IntakeProblem("", "not-json", f"not JSON from line {error.lineno}, column {error.colno} on")
    except UnicodeDecodeError:
        problem = IntakeProblem("", "not-json", "not JSON: the bytes are not UTF-8 text")
    except RecursionError:
        problem = IntakeProblem("", "too-deep", "nested deeper than any intake is")
    except ValueError:  # a number of thousands of digits
        problem = IntakeProblem("", "not-json", "a number has too many digits")
    raise IntakeError((problem,))


_TWO_FORMS = ("allergies", "conditions", "medications", "procedures", "measurements", "facts")
_CODES = {
    "extra_forbidden": "unknown-key",
    "invalid_key": "unknown-key",
    "missing": "missing-key",
    "literal_error": "not-an-option",
    "finite_number": "not-finite",
    "too_long": "too-large",
    "string_too_long": "too-large",
    "string_too_short": "empty-text",
    "greater_than_equal": "out-of-range",
    "less_than_equal": "out-of-range",
}
_WORDS = {
    "string_type": "not text",
    "bool_type": "neither true nor false",
    "float_type": "not a number",
    "int_type": "not a whole number",
    "tuple_type": "not a list",
    "model_type": "not an object",
    "model_attributes_type": "not an object",
    "finite_number": "not a finite number",
    "string_too_short": "empty; write something, or leave the key out",
}


def _problems(error: ValidationError) -> tuple[IntakeProblem, ...]:
    details = error.errors(include_input=False, include_url=False, include_context=True)
    problems = [_problem(detail) for detail in details[:MAX_PROBLEMS]]
    if len(details) > MAX_PROBLEMS:
        problems.append(IntakeProblem("", "too-large", f"and {len(details) - MAX_PROBLEMS} more problems"))
    return tuple(problems)


def _problem(detail: Any) -> IntakeProblem:  # noqa: ANN401 - pydantic's ErrorDetails
    kind, context = detail["type"], detail.get("ctx", {})
    place = _place(detail["loc"])
    code = kind if "-" in kind else _CODES.get(kind, "wrong-type")
    match code:
        case "unknown-key":
            # INVARIANT: the key is the submitter's own text and may be about a patient, so only its nearest known key is named.
            return IntakeProblem(_pointer(place[:-1]), code, _unknown_key(place))
        case "missing-key":
            return IntakeProblem(_pointer(place[:-1]), code, f"`{place[-1]}` is missing")
        case "not-an-option":
            message = f"must be {context['expected']}"
        case "too-large":
            message = f"longer than the {context['max_length']} allowed"
        case "out-of-range":
            message = f"must be at least {context['ge']}" if "ge" in context else f"must be at most {context['le']}"
        case _:
            message = detail["msg"] if "-" in kind else _WORDS.get(kind, "of the wrong type")
    return IntakeProblem(_pointer(place), code, message)


def _place(location: tuple[int | str, ...]) -> list[int | str]:
    """Leave out which form of a section was read; only right behind its key, for any word may be somebody's own key."""
    forms = (LISTED, DETAILED)
    return [part for at, part in enumerate(location) if not (part in forms and at and location[at - 1] in _TWO_FORMS)]


def _pointer(place: list[Any]) -> str:
    return "".join(f"/{part}" for part in place)


def _unknown_key(place: list[Any]) -> str:
    from rapidfuzz import process  # noqa: PLC0415 - only needed to word an error

    near = process.extractOne(str(place[-1]), _KEYS, score_cutoff=70)
    return "a key that is not part of an intake" + (f"; did you mean `{near[0]}`?" if near else "; see the intake reference")


_MODELS: tuple[type[_Part], ...] = (
    Intake, Patient, Treatment, Product, Quantity, FactAnswers, Code, Clearance,
    Allergy, Condition, Medication, Procedure, Measurement, AllergyAnswers,
)  # fmt: skip
_KEYS = sorted({key for model in _MODELS for key in model.model_fields})
