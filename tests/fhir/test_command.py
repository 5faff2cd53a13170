"""`mesoscreen fhir BUNDLE --plan PLAN`, end to end."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).parents[2] / "docs/examples/fhir"


def run(*arguments: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from mesoscreen.cli import main; main()", "fhir", *arguments]
    return subprocess.run(command, capture_output=True, text=True, input=given, check=False)


def on_the_example(*arguments: str) -> str:
    ran = run(str(EXAMPLES / "bundle.json"), "--plan", str(EXAMPLES / "plan.json"), *arguments)
    assert (ran.returncode, ran.stderr) == (0, "")
    return ran.stdout


def test_a_bundle_goes_in_and_cards_come_out() -> None:
    made = json.loads(on_the_example())["cards"]
    codes = [card["source"]["topic"]["code"] for card in made if "topic" in card["source"]]
    assert {"amide-la-allergy", "herpes-active", "isotretinoin-systemic"} <= set(codes)
    assert "/entry/11/resource` Coverage" in made[-2]["detail"]


def test_or_issues() -> None:
    made = json.loads(on_the_example("--format", "detected-issues"))
    kinds = [entry["resource"]["resourceType"] for entry in made["entry"]]
    assert set(kinds[:-1]) == {"DetectedIssue"}
    assert kinds[-1] == "OperationOutcome"


def test_or_the_report_with_what_was_not_understood_before_it() -> None:
    text = on_the_example("--format", "text")
    assert text.startswith("Not understood (3)")
    assert text.index("/entry/11/resource: Coverage") < text.index("CONTRAINDICATED")
    assert max(map(len, text.splitlines())) <= 100


def test_or_everything_as_json() -> None:
    made = json.loads(on_the_example("--format", "json"))
    assert made.keys() == {"report", "not_understood", "origins"}
    assert made["report"]["outcome"] == "contraindicated"
    assert [one["reason"] for one in made["not_understood"]] == ["entered-in-error", "denied-for-a-time", "not-read"]


def test_on_another_day_another_report() -> None:
    later = json.loads(on_the_example("--format", "json", "--on", "2027-11-30"))["report"]
    assert later["stamp"]["on"] == "2027-11-30"
    assert ("isotretinoin-systemic", "present") not in [(one["rule"], one["status"]) for one in later["findings"]]


@pytest.mark.parametrize(
    ("given", "plan", "told"),
    [
        ("{", {}, "(the whole bundle): not JSON"),
        ('{"resourceType": "Patient"}', {}, "not a FHIR Bundle"),
        ('{"resourceType": "Bundle", "type": "collection"}', {"date": "soon"}, "/treatment/date"),
        ('{"resourceType": "Bundle", "type": "collection"}', [], "not an object"),
    ],
)
def test_bad_input_is_told_and_ends_with_2(given: str, plan: Any, told: str, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(plan), encoding="utf-8")
    ran = run("-", "--plan", str(file), "--format", "detected-issues", given=given)
    assert ran.returncode == 2
    assert told in ran.stderr
    assert "Traceback" not in ran.stderr
    assert json.loads(ran.stdout)["resourceType"] == "OperationOutcome"


def test_a_file_that_is_not_there_is_told() -> None:
    ran = run("nowhere.json", "--plan", str(EXAMPLES / "plan.json"))
    assert (ran.returncode, "no such file" in ran.stderr) == (2, True)
