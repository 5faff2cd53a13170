"""The command line in French, and the questions of a form on it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from mesoscreen.cli import app, main
from mesoscreen.forms import Form

EXAMPLES = Path(__file__).parents[1] / "docs/examples"
PLAN = EXAMPLES / "fhir/plan.json"


def run(*arguments: str) -> str:
    ran = CliRunner().invoke(app, list(arguments))
    assert ran.exit_code == 0, ran.output
    return ran.output


@pytest.mark.parametrize("command", ["screen", "explain", "rules", "questions", "fhir"])
def test_every_command_that_writes_texts_writes_them_in_french(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = {
        "screen": ["screen", str(EXAMPLES / "consultation.json")],
        "explain": ["explain", str(EXAMPLES / "consultation.json"), "herpes-active"],
        "rules": ["rules", "herpes-active"],
        "questions": ["questions"],
        "fhir": ["fhir", str(EXAMPLES / "fhir/bundle.json"), "--plan", str(PLAN), "--format", "text"],
    }[command]
    english = run(*arguments) + capsys.readouterr().out
    french = run(*arguments, "--language", "fr") + capsys.readouterr().out
    assert english != french
    assert "[en]" not in french
    assert any(word in french for word in ("lèvres", "herpès", "règle", "séance"))


def test_questions_are_listed_in_their_groups_with_their_follow_ups() -> None:
    listed = run("questions", "--plan", str(PLAN))
    form = Form.of(treatment=json.loads(PLAN.read_text(encoding="utf-8")))
    for question in form.questions:
        assert f"[{question.id}" in listed.replace("\n", " ")


@pytest.mark.parametrize(("form", "key"), [("json-schema", "properties"), ("surveyjs", "pages"), ("fhir", "item")])
def test_questions_come_in_the_shape_of_each_form_builder(form: str, key: str, capsys: pytest.CaptureFixture[str]) -> None:
    written: dict[str, Any] = json.loads(run("questions", "--plan", str(PLAN), "--format", form, "-l", "fr") + capsys.readouterr().out)
    assert written[key]


def test_a_language_the_rulebook_lacks_is_bad_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["mesoscreen", "questions", "--language", "fe"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "has no texts in `fe`" in capsys.readouterr().err


def test_a_plan_that_is_none_is_refused_at_its_place(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text('{"date": "2026-13-01"}', encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["mesoscreen", "questions", "--plan", str(plan)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "/treatment/date" in capsys.readouterr().err
