"""A report as DetectedIssue resources, and what is wrong with an input as an OperationOutcome; both checked by fhir.resources."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mesoscreen.errors import IntakeError
from mesoscreen.fhir.cards import RULES
from mesoscreen.fhir.phrases import LEVELS, spoken
from mesoscreen.fhir.strict import model_of
from mesoscreen.report.model import Level

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhir.resources.R4B.detectedissue import DetectedIssue
    from fhir.resources.R4B.operationoutcome import OperationOutcome

    from mesoscreen.fhir.errors import FhirError
    from mesoscreen.fhir.reading import Understood
    from mesoscreen.report.model import Evidence, Finding, Report

PROBLEMS = "urn:mesoscreen:problem"
"""The code system of the codes of problems, and of the reasons why something was not understood."""
_SEVERITIES = {Level.ABSOLUTE: "high", Level.RELATIVE: "moderate", Level.PRECAUTION: "low"}
_KINDS = {
    "not-json": "structure",
    "too-deep": "structure",
    "too-large": "too-long",
    "repeated-key": "structure",
    "wrong-type": "structure",
    "not-a-bundle": "structure",
    "missing-key": "required",
    "no-name": "required",
    "unknown-key": "structure",
    "unknown-type": "not-supported",
    "several-patients": "multiple-matches",
    "no-patient": "not-found",
    "old-versions": "not-supported",
    "dangling-reference": "not-found",
    "not-read": "not-supported",
    "more-pages": "incomplete",
}
"""The kind of issue FHIR gives each code; `value` for the others."""


def detected_issues(report: Report, understood: Understood | None = None, *, patient: str | None = None) -> list[DetectedIssue]:
    """Give every finding as a DetectedIssue: present ones as final, possible ones as preliminary.

    `understood` is the bundle the report was made from: the resources behind a finding become its evidence.
    `patient` is how other resources call the patient, such as `Patient/1`; taken from the bundle if left out.
    """
    if patient is None and understood is not None:
        patient = next((one.reference for one in understood.origins_of("/patient") if one.reference), None)
    return [model_of("DetectedIssue").model_validate(_issue(finding, report, understood, patient)) for finding in report.findings]


def _issue(finding: Finding, report: Report, understood: Understood | None, patient: str | None) -> dict[str, Any]:
    issue: dict[str, Any] = {
        "resourceType": "DetectedIssue",
        "status": "final" if finding.status == "present" else "preliminary",
        "code": {"coding": [{"system": RULES, "code": finding.rule, "display": finding.title}], "text": finding.title},
        "severity": _SEVERITIES[finding.level],
        "identifiedDateTime": report.stamp.on.isoformat(),
        "author": {"display": f"mesoscreen {report.stamp.library}, {report.stamp.rulebook} {report.stamp.version}"},
        "detail": f"{LEVELS[spoken(report)][finding.level]}. {finding.because} {finding.action}",
    }
    if patient is not None:
        issue["patient"] = {"reference": patient}
    cited = next((one.url for one in finding.sources if one.url), None)
    if cited is not None:
        issue["reference"] = cited
    evidence = [one for item in finding.evidence for one in _evidence(item, understood)]
    if evidence:
        issue["evidence"] = list({str(one): one for one in evidence}.values())
    cleared = [_mitigation(item) for item in finding.evidence if item.clearance is not None]
    if cleared:
        issue["mitigation"] = list({str(one): one for one in cleared}.values())
    return issue


def _evidence(item: Evidence, understood: Understood | None) -> Iterator[dict[str, Any]]:
    certain = "" if item.match == "exact" else " (not certain)"
    text = f"{item.concept}{certain}: {item.criterion}" if item.concept else item.criterion
    found = [one.reference for one in understood.origins_of(item.path) if one.reference] if understood is not None else []
    yield {"code": [{"text": text}], **({"detail": [{"reference": one} for one in found]} if found else {})}


def _mitigation(item: Evidence) -> dict[str, Any]:
    given = item.clearance
    assert given is not None  # noqa: S101 - only asked for where there is one
    text = f"Cleared by {given.by}{f': {given.note}' if given.note else ''}"
    return {"action": {"text": text}, "author": {"display": given.by}, **({"date": given.date} if given.date else {})}


def operation_outcome(error: IntakeError | FhirError) -> OperationOutcome:
    """Give everything that is wrong with an input as an OperationOutcome, with its place and never with its values."""
    root = "Intake" if isinstance(error, IntakeError) else "Bundle"
    issues = [_problem("error", one.code, str(one.message), _expression(root, one.pointer)) for one in error.problems]
    outcome: OperationOutcome = model_of("OperationOutcome").model_validate({"resourceType": "OperationOutcome", "issue": issues})
    return outcome


def remarks(report: Report, understood: Understood | None = None) -> OperationOutcome:
    """Give what goes with the issues of a report: what was not understood, what contradicts itself, what is still to ask."""
    issues = [
        _problem("warning", odd.reason, f"{odd.resource}: {odd.message}", _expression("Bundle", odd.pointer))
        for odd in (understood.not_understood if understood is not None else ())
    ]
    for name in report.unrecognised:
        said = f"read as {name.read_as}, not certain" if name.read_as else "not known"
        issues.append(_problem("warning", "unrecognised", said, *_places(name.path, understood)))
    issues += [
        _problem("warning", "contradiction", both.what, *(place for path in both.paths for place in _places(path, understood)))
        for both in report.contradictions
    ]
    issues += [_problem("information", "unanswered", one.text, _expression("Intake", one.path)) for one in report.unanswered]
    issues += [_problem("information", "not-assessed", one.title) for one in report.not_assessed]
    if not issues:
        issues = [_problem("information", "nothing-to-add", "nothing was left over; this does not clear anybody for treatment")]
    outcome: OperationOutcome = model_of("OperationOutcome").model_validate({"resourceType": "OperationOutcome", "issue": issues})
    return outcome


def _problem(severity: str, code: str, text: str, *expressions: str) -> dict[str, Any]:
    kind = {"unanswered": "incomplete", "not-assessed": "incomplete", "nothing-to-add": "informational"}.get(code, _KINDS.get(code, "value"))
    places = [one for one in expressions if one]
    return {
        "severity": severity,
        "code": kind,
        "details": {"coding": [{"system": PROBLEMS, "code": code}]},
        "diagnostics": text,
        **({"expression": places} if places else {}),
    }


def _places(path: str, understood: Understood | None) -> tuple[str, ...]:
    found = understood.origins_of(path) if understood is not None else ()
    return tuple(_expression("Bundle", one.pointer) for one in found) or (_expression("Intake", path),)


def _expression(root: str, pointer: str) -> str:
    """Write a JSON pointer as a FHIRPath from the root."""
    return root + re.sub(r"/([^/]+)", lambda step: f"[{step[1]}]" if step[1].isdigit() else f".{step[1]}", pointer)
