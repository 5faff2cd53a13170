"""Take a submitted form, screen it, and open a record of it: the part that knows nothing of the web.

The form has words of its own. One table turns them into an intake, and the places of errors back into places of the form.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mesoscreen import Intake, screen
from mesoscreen.errors import EngineDisagreement, EngineFailure, IntakeError
from mesoscreen.intake import parse_json
from mesoscreen.records import RecordError, ScreeningRecord

if TYPE_CHECKING:
    from collections.abc import Callable

REFERENCE = "patientNumber"
"""The field with the clinic's own number of the patient; screening never sees it."""
FIELDS = {
    "person": "patient",
    "allergies": "allergies",
    "illnesses": "conditions",
    "medicines": "medications",
    "earlierTreatments": "procedures",
    "readings": "measurements",
    "plan": "treatment",
    "filledIn": "answered",
}
"""What an intake calls each other field of the form."""
FIELD_OF = {key: field for field, key in FIELDS.items()}


@dataclass(frozen=True, slots=True)
class Answer:
    """What to send back: an HTTP status and JSON."""

    status: int
    body: dict[str, Any]


def submit(form: bytes, save: Callable[[ScreeningRecord], str], today: date) -> Answer:
    """Screen a form and save an open record of it; `save` gives the record's digest.

    Where there is no report, nothing is saved and the answer holds nothing that looks like one.
    """
    try:
        given = parse_json(form)
        if not isinstance(given, dict):
            return refusal(422, ("", "wrong-type", "not an object"))
        if unknown := given.keys() - FIELDS.keys() - {REFERENCE}:
            # A key is the sender's own text and may be about a patient: it is counted, not repeated.
            return refusal(422, ("", "unknown-key", f"{len(unknown)} of the fields are not part of this form"))
        intake = Intake.model_validate({FIELDS[field]: value for field, value in given.items() if field != REFERENCE})
        report = screen(intake, on=None if intake.treatment.date else today)
        record = ScreeningRecord(patient=given.get(REFERENCE), report=report, recorded=today)
    except IntakeError as error:
        return refusal(422, *((in_form(one.pointer), one.code, one.message) for one in error.problems))
    except RecordError as error:  # of all that is in a new record, only the reference comes from the form
        return refusal(422, *((f"/{REFERENCE}", one.code, one.message) for one in error.problems))
    except (EngineFailure, EngineDisagreement) as error:
        return refusal(503, ("", error.code, "no report was made; send the form again, or screen by hand"))
    return Answer(200, {"record": save(record), "report": report.model_dump()})


def in_form(pointer: str) -> str:
    """Turn a place of the intake into the place of the form that it came from."""
    root, *steps = pointer.split("/")
    return "/".join([root, *(FIELD_OF.get(step, step) if at == 0 else step for at, step in enumerate(steps))])


def refusal(status: int, *problems: tuple[str, str, str]) -> Answer:
    """Say what is wrong, and where in the form."""
    errors = [{"pointer": pointer, "code": code, "detail": detail} for pointer, code, detail in problems]
    return Answer(status, {"title": "the form was not screened", "status": status, "errors": errors})


if __name__ == "__main__":
    kept: dict[str, ScreeningRecord] = {}
    told = submit(Path(sys.argv[1]).read_bytes(), lambda record: kept.setdefault(record.digest, record).digest, date.today())  # noqa: DTZ011 - a calendar day
    print(json.dumps(told.body, indent=2))
    sys.exit("report" not in told.body)
