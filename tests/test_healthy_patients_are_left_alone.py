"""Ordinary patients with complete answers raise nothing serious: alarms that are always on are soon not heard.

`healthy/plans.yaml` holds the treatments they come for, the other files the patients by theme. A section that a patient leaves out was
asked and is empty; an entry may be written as its name alone.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from mesoscreen import Level, Rulebook, screen

FOLDER = Path(__file__).parent / "healthy"
PAGE = Path(__file__).parents[1] / "docs/reference/alert-fatigue.md"
BOOK = Rulebook.default()
SECTIONS = ("allergies", "conditions", "medications", "procedures")
LANGUAGES = ("fr", "es", "pt", "it", "de", "pl", "ru", "tr")

PRECAUTIONS_OF_A_PLAN = {
    "nctf-face": ({"thiamine-in-cocktail"}, "the plan injects thiamine: have adrenaline at hand, whoever the patient is"),
    "nctf-neck": ({"thiamine-in-cocktail"}, "the plan injects thiamine: have adrenaline at hand, whoever the patient is"),
    "hair-scalp": ({"scalp-paradoxical-alopecia"}, "scalp injections have themselves cost hair: the patient must have been told"),
    "prp-scalp": ({"scalp-paradoxical-alopecia"}, "scalp injections have themselves cost hair: the patient must have been told"),
}
"""What a plan deserves whoever comes for it."""

PRECAUTIONS = {
    "antihistamines": ({"photosensitising-drug"}, "one antihistamine, promethazine, makes the skin sensitive to light: ask which it is"),
    "asthma-well-controlled": ({"sulfite-adrenaline"}, "if wine or dried fruit sets the asthma off, sulfite in the cream matters: ask"),
    "blood-pressure-unstated": ({"hypertension-severe"}, "whether it is under control was not said: ask, or measure"),
    "egg-as-a-baby": ({"avian-vs-ha"}, "where the hyaluronic acid comes from is not stated: read the label"),
    "hay-fever-unstated": ({"atopy-asthma"}, "how bad the hay fever is was not said: ask"),
    "low-blood-pressure": ({"hypotension-vasovagal"}, "may faint: treat lying down"),
    "melasma": ({"dark-skin-pih"}, "pigments easily after needles: tell the patient, and mind the sun"),
    "moles": ({"area-moles-tattoo"}, "where the moles are was not said: leave them out of the treated area"),
    "multivitamin": ({"supplements-bleeding"}, "may hold much vitamin E: ask"),
    "sertraline": ({"hypotension-vasovagal", "ssri-bruising"}, "bruises a little more, and anxiety may be fear of needles: say so and ask"),
    "smoker": ({"smoking-alcohol"}, "smokers heal and bruise worse: tell the patient"),
    "vegetarian": ({"animal-origin-consent"}, "where the hyaluronic acid comes from is not stated: the patient may want to know"),
}
"""What a patient deserves although nothing is wrong."""

WORTH_A_QUESTION = {
    "cat-unstated": ({"anaphylaxis-history"}, "the worst reaction was not said: ask, nobody should guess it"),
    "dust-unstated": ({"anaphylaxis-history"}, "the worst reaction was not said: ask, nobody should guess it"),
    "pollen-unstated": ({"anaphylaxis-history"}, "the worst reaction was not said: ask, nobody should guess it"),
}
"""Answers that are not complete: the form left out the one thing that matters. They leave a question, never a present finding."""


def _read(file: Path) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return data


def _patients() -> dict[str, dict[str, Any]]:
    files = [file for file in sorted(FOLDER.glob("*.yaml")) if file.stem != "plans"]
    return {name: patient for file in files for name, patient in _read(file).items()}


PLANS = _read(FOLDER / "plans.yaml")
PATIENTS = _patients()


def _as_written(value: object) -> Any:
    """Give YAML's dates and sections back as a form hands them over."""
    match value:
        case date():
            return value.isoformat()
        case dict():
            return {key: _as_written(item) for key, item in value.items()}
        case list():
            return [_as_written(item) for item in value]
        case _:
            return value


def _section(entries: Any) -> Any:
    if isinstance(entries, dict):
        return entries
    return [{"name": entry} if isinstance(entry, str) else entry for entry in entries]


def intake_of(patient: dict[str, Any]) -> dict[str, Any]:
    person = {"birth_date": patient.get("born"), "age": patient.get("age"), "sex": patient.get("sex")}
    intake: dict[str, Any] = {
        "patient": {key: value for key, value in person.items() if value is not None},
        "treatment": {"date": "2026-11-30", **PLANS[patient["plan"]]},
        **{section: _section(patient.get(section, [])) for section in SECTIONS},
        **{key: patient[key] for key in ("measurements", "answered") if key in patient},
    }
    return dict(_as_written(intake))


def _expected(name: str) -> set[str]:
    nothing: tuple[set[str], str] = (set(), "")
    return PRECAUTIONS.get(name, nothing)[0] | PRECAUTIONS_OF_A_PLAN.get(PATIENTS[name]["plan"], nothing)[0]


@pytest.mark.parametrize("name", PATIENTS)
def test_an_ordinary_patient_raises_nothing_serious_and_is_understood(name: str) -> None:
    report = screen(intake_of(PATIENTS[name]), rulebook=BOOK)
    serious = {finding.rule for finding in report.findings if finding.level is not Level.PRECAUTION}
    present = {finding.rule for finding in report.findings if finding.level is not Level.PRECAUTION and finding.status == "present"}
    assert present == set()
    assert serious == WORTH_A_QUESTION.get(name, (set(), ""))[0]
    assert (report.unrecognised, report.contradictions) == ((), ())


@pytest.mark.parametrize("name", PATIENTS)
def test_an_ordinary_patient_raises_only_the_precautions_that_are_listed_with_a_reason(name: str) -> None:
    report = screen(intake_of(PATIENTS[name]), rulebook=BOOK)
    assert {finding.rule for finding in report.findings if finding.level is Level.PRECAUTION} == _expected(name)


@pytest.mark.parametrize("name", PATIENTS)
def test_an_ordinary_patient_whom_nothing_is_left_to_ask_has_no_flags(name: str) -> None:
    report = screen(intake_of(PATIENTS[name]), rulebook=BOOK)
    if not report.findings:
        assert (report.outcome, report.unanswered) == ("no-flags", ())


def test_there_are_many_ordinary_patients_of_every_kind() -> None:
    assert len(PATIENTS) >= 150
    assert {patient["plan"] for patient in PATIENTS.values()} == set(PLANS)
    assert {patient.get("sex") for patient in PATIENTS.values()} == {"female", "male", None}
    assert sum(len(_read(file)) for file in FOLDER.glob("*.yaml")) == len(PATIENTS) + len(PLANS)


def test_ordinary_patients_speak_every_language() -> None:
    spoken = Counter(name.split("-")[0] for name in _read(FOLDER / "languages.yaml"))
    assert set(spoken) == set(LANGUAGES)
    assert min(spoken.values()) >= 3


def test_few_patients_raise_a_precaution_of_their_own() -> None:
    assert len(PRECAUTIONS) + len(WORTH_A_QUESTION) < len(PATIENTS) / 15
    assert not set(PRECAUTIONS) & set(WORTH_A_QUESTION)


@pytest.mark.parametrize("listed", [PRECAUTIONS, PRECAUTIONS_OF_A_PLAN, WORTH_A_QUESTION])
def test_every_reason_is_about_a_patient_or_plan_and_a_rule_that_exist(listed: dict[str, tuple[set[str], str]]) -> None:
    assert set(listed) <= set(PATIENTS) | set(PLANS)
    assert set().union(*(rules for rules, _ in listed.values())) <= set(BOOK.rules)
    assert all(reason and not reason.endswith(".") for _, reason in listed.values())


def test_the_page_about_alert_fatigue_gives_the_same_patients_rules_and_reasons() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for listed in (PRECAUTIONS, PRECAUTIONS_OF_A_PLAN, WORTH_A_QUESTION):
        for name, (rules, reason) in listed.items():
            assert f"| {name} | {', '.join(f'`{rule}`' for rule in sorted(rules))} | {reason} |" in page
