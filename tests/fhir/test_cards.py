"""Cards, issues and outcomes as other systems read them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from bundles import PATIENT, PLAN, allergy, bundle, coding, condition, medication, read
from fhir.resources.R4B.detectedissue import DetectedIssue
from fhir.resources.R4B.operationoutcome import OperationOutcome

from mesoscreen import Report, Rulebook, screen
from mesoscreen.errors import IntakeError
from mesoscreen.fhir import FhirError, Understood, cards, detected_issues, operation_outcome, read_bundle, remarks

KEYS = {"uuid", "summary", "detail", "indicator", "source", "overrideReasons"}


def plain(resource: DetectedIssue | OperationOutcome) -> dict[str, Any]:
    """Give a resource as the JSON other systems get, read once more by the model it is checked with."""
    text = resource.model_dump_json()
    assert type(resource).model_validate_json(text) == resource
    made: dict[str, Any] = json.loads(text)
    return made


@pytest.fixture(scope="module")
def understood() -> Understood:
    return read(
        allergy({"text": "Xylocaine"}, id="a1", reaction=[{"manifestation": [{"text": "anaphylaxis"}]}]),
        allergy({"text": "penicillin"}, verificationStatus="unconfirmed"),
        condition({"text": "what nobody knows"}),
        medication(status="completed", effectivePeriod={"start": "2026-02", "end": "2026-08"}),
        {"resourceType": "Device"},
    )


@pytest.fixture(scope="module")
def report(understood: Understood) -> Report:
    return screen(understood.intake)


def test_cards_have_the_shape_cds_hooks_asks_for(report: Report, understood: Understood) -> None:
    made = cards(report, understood)
    assert made.keys() == {"cards"}
    for card in made["cards"]:
        assert card.keys() <= KEYS
        assert {"summary", "indicator", "source"} <= card.keys()
        assert 0 < len(card["summary"]) < 140
        assert card["indicator"] in ("info", "warning", "critical")
        assert card["source"]["label"]
        assert re.fullmatch(r"[0-9a-f-]{36}", card["uuid"])
        for reason in [*card.get("overrideReasons", ()), *([card["source"]["topic"]] if "topic" in card["source"] else [])]:
            assert reason.keys() == {"system", "code", "display"}
    assert len({card["uuid"] for card in made["cards"]}) == len(made["cards"])


def test_there_is_a_card_for_each_present_finding_and_two_for_what_is_open(report: Report, understood: Understood) -> None:
    found = [one for one in report.findings if one.status == "present"]
    made = cards(report, understood)["cards"]
    assert [card["source"]["topic"]["code"] for card in made[:-2]] == [one.rule for one in found]
    indicators = {"absolute": "critical", "relative": "warning", "precaution": "info"}
    assert [card["indicator"] for card in made[:-2]] == [indicators[one.level] for one in found]
    assert [card["summary"].split(":")[0] for card in made[-2:]] == ["Not understood", "Still to ask"]


def test_a_card_tells_the_answer_the_resource_the_action_and_the_sources(report: Report, understood: Understood) -> None:
    finding = next(one for one in report.findings if one.rule == "isotretinoin-systemic")
    card = next(one for one in cards(report, understood)["cards"] if one["source"].get("topic", {}).get("code") == finding.rule)
    assert finding.because in card["detail"]
    assert f"**Do:** {finding.action}" in card["detail"]
    assert "isotretinoin (`/medications/present/0`, from `/entry/4/resource`)" in card["detail"]
    assert all(source.title in card["detail"] for source in finding.sources)


def test_a_card_tells_when_a_concern_lapses() -> None:
    report = screen({"medications": [{"name": "Roaccutane", "status": "stopped", "stopped": "2026-08"}], "treatment": PLAN})
    assert "The time window alone would end this on 2027-03-01." in cards(report)["cards"][0]["detail"]


def test_what_is_unsure_shows_among_what_is_open(report: Report, understood: Understood) -> None:
    detail = cards(report, understood)["cards"][-1]["detail"]
    assert "`/allergies/unsure/0`, from `/entry/2/resource`" in detail


def test_what_was_not_understood_has_a_card_even_without_the_bundle(report: Report, understood: Understood) -> None:
    detail = cards(report, understood)["cards"][-2]["detail"]
    assert "`/entry/5/resource` Device" in detail
    assert "`/conditions/present/0`, from `/entry/3/resource`: not known" in detail
    alone = cards(report)["cards"][-2]["detail"]
    assert "Device" not in alone
    assert "`/conditions/present/0`: not known" in alone


def test_cards_come_in_the_language_of_the_report(understood: Understood) -> None:
    report = screen(understood.intake, rulebook=Rulebook.default().in_language("fr"))
    made = cards(report, understood)["cards"]
    assert made[0]["summary"].startswith("Contre-indication absolue: ")
    assert made[-1]["summary"].startswith("Reste à demander")
    assert detected_issues(report)[0].detail.startswith("Contre-indication absolue. ")  # type: ignore[union-attr]
    assert made[0]["overrideReasons"][0]["display"] == "Accord du médecin traitant obtenu"


def test_no_card_says_that_anything_is_safe() -> None:
    for one in (read(), read(allergy(coding("716186003", "http://snomed.info/sct")))):
        made = cards(screen(one.intake), one)["cards"]
        assert made
        told = " ".join(f"{card['summary']} {card.get('detail', '')}" for card in made).casefold()
        assert re.findall(r"\b(is safe|fit for|eligible|safely|all clear|no problem|nothing found)\b", told) == []


def test_markup_in_a_clearance_stays_text() -> None:
    intake = {
        "allergies": [{"name": "lidocaine", "reaction": "anaphylaxis", "clearance": {"by": "<b>Dr X</b>", "date": "2026-11"}}],
        "treatment": PLAN,
    }
    report = screen(intake)
    detail = cards(report)["cards"][0]["detail"]
    assert "&lt;b>Dr X&lt;/b>, 2026-11" in detail
    (mitigation,) = plain(detected_issues(report)[0])["mitigation"]
    assert mitigation == {"action": {"text": "Cleared by <b>Dr X</b>"}, "author": {"display": "<b>Dr X</b>"}, "date": "2026-11"}


def test_every_finding_is_a_detected_issue_of_fhir(report: Report, understood: Understood) -> None:
    made = detected_issues(report, understood)
    assert all(isinstance(issue, DetectedIssue) for issue in made)
    assert len(made) == len(report.findings)
    severities = {"absolute": "high", "relative": "moderate", "precaution": "low"}
    for issue, finding in zip(map(plain, made), report.findings, strict=True):
        assert issue["status"] == ("final" if finding.status == "present" else "preliminary")
        assert issue["severity"] == severities[finding.level]
        assert issue["code"]["coding"][0]["code"] == finding.rule
        assert issue["identifiedDateTime"] == "2026-11-30"
        assert issue["patient"] == {"reference": "Patient/p1"}
        assert len(issue.get("evidence", ())) <= len(finding.evidence)
    assert plain(made[0])["evidence"][0]["detail"] == [{"reference": "AllergyIntolerance/a1"}]


def test_issues_without_a_bundle_name_no_patient(report: Report) -> None:
    assert all("patient" not in plain(issue) for issue in detected_issues(report))
    assert all(plain(issue)["patient"] == {"reference": "Patient/7"} for issue in detected_issues(report, patient="Patient/7"))


def test_what_goes_with_the_issues_is_an_outcome_of_fhir(report: Report, understood: Understood) -> None:
    outcome = remarks(report, understood)
    assert isinstance(outcome, OperationOutcome)
    told = plain(outcome)["issue"]
    codes = [issue["details"]["coding"][0]["code"] for issue in told]
    assert codes.count("not-read") == 1
    assert codes.count("unrecognised") == len(report.unrecognised)
    assert codes.count("unanswered") == len(report.unanswered)
    assert ["Bundle.entry[5].resource"] in [issue.get("expression") for issue in told]


@pytest.mark.parametrize(
    ("data", "plan", "place"),
    [
        (bundle(condition({"text": "x"}, onsetDateTime="2020-13")), PLAN, "Bundle.entry[1].resource.onsetDateTime"),
        (bundle(), {"date": "soon"}, "Intake.treatment.date"),
    ],
)
def test_an_input_error_is_an_outcome_of_fhir_with_its_place(data: dict[str, Any], plan: dict[str, Any], place: str) -> None:
    with pytest.raises((FhirError, IntakeError)) as caught:
        read_bundle(data, treatment=plan)
    error = caught.value
    assert isinstance(error, FhirError | IntakeError)
    (issue,) = plain(operation_outcome(error))["issue"]
    assert issue["severity"] == "error"
    assert issue["expression"] == [place]
    assert issue["details"]["coding"][0]["code"] == "impossible-date"
    assert issue["diagnostics"] == error.problems[0].message


def test_a_long_title_is_cut_before_140_characters() -> None:
    understood = read_bundle({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": PATIENT}]}, treatment=PLAN)
    report = screen(understood.intake)
    longer = replace(report, findings=(replace(report.findings[0], status="present", title="word-" * 60),))
    assert len(cards(longer)["cards"][0]["summary"]) == 139
