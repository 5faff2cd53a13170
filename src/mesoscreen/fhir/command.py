"""What `mesoscreen fhir` does: a bundle and a plan in, cards, issues or a report out."""

from __future__ import annotations

import json
import textwrap
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from mesoscreen.errors import IntakeError, IntakeProblem
from mesoscreen.fhir.cards import cards
from mesoscreen.fhir.issues import detected_issues, operation_outcome, remarks
from mesoscreen.fhir.reading import read_bundle
from mesoscreen.fhir.strict import model_of
from mesoscreen.intake import parse_json
from mesoscreen.screening import screen

if TYPE_CHECKING:
    from datetime import date

    from mesoscreen.fhir.errors import FhirError
    from mesoscreen.fhir.reading import Understood
    from mesoscreen.report.model import Report
    from mesoscreen.rulebook.model import Rulebook


def written(
    bundle: str, plan: str, form: str, *, on: date | None = None, patient: str | None = None, rulebook: Rulebook | None = None, width: int = 100
) -> str:
    """Screen a bundle against a plan and write what was found as `cards`, `detected-issues`, `json` or `text`.

    Raises:
        FhirError: the bundle cannot be read.
        IntakeError: the plan cannot be read.

    """
    treatment = parse_json(plan)
    if not isinstance(treatment, dict):
        raise IntakeError((IntakeProblem("/treatment", "wrong-type", "not an object; write the plan as the `treatment` of an intake"),))
    understood = read_bundle(bundle, treatment=treatment, on=on, patient=patient, rulebook=rulebook)
    report = screen(understood.intake, on=on, rulebook=rulebook)
    match form:
        case "cards":
            return _json(cards(report, understood))
        case "detected-issues":
            return _json(json.loads(_issues(report, understood)))
        case "json":
            listed = {"not_understood": [asdict(one) for one in understood.not_understood], "origins": [asdict(one) for one in understood.origins]}
            return _json({"report": report.model_dump(), **listed})
    return _text(report, understood, width)


def outcome_of(error: IntakeError | FhirError) -> str:
    """Write what is wrong with an input as an OperationOutcome."""
    return _json(json.loads(operation_outcome(error).model_dump_json()))


def _issues(report: Report, understood: Understood) -> str:
    """Collect the issues of a report, and what goes with them, in one bundle."""
    resources = [*detected_issues(report, understood), remarks(report, understood)]
    entries = [{"resource": json.loads(one.model_dump_json())} for one in resources]
    collected = model_of("Bundle").model_validate({"resourceType": "Bundle", "type": "collection", "entry": entries})
    return str(collected.model_dump_json())


def _text(report: Report, understood: Understood, width: int) -> str:
    """Write the report, and first of all what it could not take into account."""
    rows: list[str] = []
    if understood.not_understood:
        rows.append(f"Not understood ({len(understood.not_understood)}): parts of the record that became no answer, to be looked at by hand")
    for one in understood.not_understood:
        rows += textwrap.wrap(f"! {one}", width, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False, break_long_words=False)
    return "\n".join([*rows, "", report.to_text(width)]) if rows else report.to_text(width)


def _json(data: Any) -> str:  # noqa: ANN401 - any JSON value
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"
