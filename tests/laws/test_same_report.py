"""Laws about what must not matter: order, repetition, spelling, form, process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import BOOK, SECTIONS, WORDS, intakes

from mesoscreen import Intake, Report, screen
from mesoscreen.criteria.matching import SPACE_OF

CONSULTATION = Path(__file__).parents[2] / "docs/examples/consultation.json"
slow = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)


def essence(report: Report) -> object:
    """Give all of a report but the paths into the intake and the stamp."""
    findings = [
        (f.rule, f.level, f.status, f.defer_until, sorted({(e.criterion, e.concept, e.match) for e in f.evidence})) for f in report.findings
    ]
    return report.outcome, findings, [n.rule for n in report.not_assessed], len(report.contradictions) > 0


def listed(data: dict[str, Any], section: str) -> list[dict[str, Any]]:
    given_section = data.get(section)
    if given_section is None:
        return []
    present: list[dict[str, Any]] = given_section if isinstance(given_section, list) else given_section["present"]
    return present


@slow
@given(intakes, st.randoms())
def test_entries_in_any_order_give_the_same_report(data: dict[str, Any], random: Any) -> None:
    before = essence(screen(data))
    for section in SECTIONS:
        random.shuffle(listed(data, section))
    assert essence(screen(data)) == before


@slow
@given(intakes)
def test_an_entry_said_twice_gives_the_same_report(data: dict[str, Any]) -> None:
    before = essence(screen(data))
    for section in SECTIONS:
        listed(data, section).extend([dict(entry) for entry in listed(data, section)])
    assert essence(screen(data)) == before


def respelt(name: str, section: str, how: int) -> str:
    concept = WORDS.concept(SPACE_OF[section], name)
    return [name.upper(), name.replace("-", " "), f"  {concept.label}. ", concept.label.title(), name.replace("-", " - ")][how]


@slow
@given(intakes, st.integers(0, 4))
def test_a_name_spelt_another_way_gives_the_same_report(data: dict[str, Any], how: int) -> None:
    before = essence(screen(data))
    for section in SECTIONS:
        for entry in listed(data, section):
            entry["name"] = respelt(entry["name"], section, how)
    assert essence(screen(data)) == before


@slow
@given(intakes)
def test_the_list_form_and_the_long_form_of_the_same_answer_give_the_same_report(data: dict[str, Any]) -> None:
    before = essence(screen(data))
    for section in SECTIONS:
        if isinstance(data.get(section), list):
            data[section] = {"present": data[section], "complete": True}
    assert essence(screen(data)) == before


@slow
@given(intakes)
def test_a_code_in_place_of_a_name_gives_the_same_report(data: dict[str, Any]) -> None:
    before = essence(screen(data))
    for section in SECTIONS:
        for entry in listed(data, section):
            codes = WORDS.concept(SPACE_OF[section], entry["name"]).codes
            if codes:
                entry["codes"] = [{"system": codes[0][0], "code": codes[0][1]}]
                del entry["name"]
    assert essence(screen(data)) == before


@slow
@given(intakes)
def test_a_report_survives_json_unchanged(data: dict[str, Any]) -> None:
    report = screen(data)
    assert Report.model_validate_json(report.model_dump_json()) == report
    assert Report.model_validate_json(report.model_dump_json(indent=2)) == report


@slow
@given(intakes)
def test_every_path_of_a_report_leads_into_the_intake_as_submitted(data: dict[str, Any]) -> None:
    report = screen(data)
    paths = [e.path for f in report.findings for e in f.evidence] + [p for c in report.contradictions for p in c.paths]
    for path in paths:
        here: Any = {"patient": {}, "treatment": {}, **data}
        for step in path.split("/")[1:]:
            if isinstance(here, dict) and step not in here:
                assert step in Intake.model_fields or step in ("birth_date", "sex", "areas", "technique", "products", "ingredients", "status", "name")
                break
            here = here[int(step)] if isinstance(here, list) else here[step]


def test_the_same_inputs_give_the_same_bytes_in_every_process() -> None:
    code = f"from mesoscreen import *; print(screen(Intake.model_validate_json(open({str(CONSULTATION)!r}).read())).model_dump_json())"
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True, text=True
        ).stdout
        for seed in ("0", "1", "4242")
    }
    assert len(outputs) == 1
    assert json.loads(outputs.pop())["stamp"]["sha256"] == BOOK.sha256
