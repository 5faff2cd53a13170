"""What the two pages about testing show is what happens."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from mesoscreen import Rulebook
from mesoscreen.testing.broken import LAWS
from mesoscreen.testing.cases import CaseEntry, read_cases, run_case

DOCS = Path(__file__).parents[2] / "docs"
HOW_TO = (DOCS / "how-to/test-your-form.md").read_text(encoding="utf-8")
REFERENCE = (DOCS / "reference/testing.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", HOW_TO, re.DOTALL | re.MULTILINE)


def test_the_how_to_lists_every_law_of_a_form() -> None:
    assert re.findall(r"^\| `([a-z-]+)` \| ", HOW_TO, re.MULTILINE) == [
        "lost", "made-up", "hidden", "no-is-no", "unsure-is-unsure", "repeated", "refused",
    ]  # fmt: skip
    assert set(LAWS) == set(re.findall(r"^\| `([a-z-]+)` \| ", HOW_TO, re.MULTILINE))


def test_the_broken_contract_on_the_page_is_what_the_code_above_it_prints(capsys: pytest.CaptureFixture[str]) -> None:
    scope: dict[str, Any] = {"__name__": "page"}
    for code in blocks("python"):
        exec(compile(code, "page", "exec"), scope)  # noqa: S102 - our own documentation
    assert [shown for shown in blocks("text") if "contract" in shown] == [capsys.readouterr().out]


def test_the_failed_assertion_on_the_page_is_how_one_begins() -> None:
    scope: dict[str, Any] = {"__name__": "page"}
    exec(compile(blocks("python")[0], "page", "exec"), scope)  # noqa: S102
    report = scope["screen"](scope["to_intake"]({"medicines": None}))
    with pytest.raises(AssertionError) as caught:
        scope["assert_flags"](report, "anticoagulant-proceed-not-stop")
    assert f"AssertionError: {caught.value}".startswith(blocks("text")[0].rstrip("\n"))


def test_the_cases_on_the_page_come_out_as_they_say(tmp_path: Path) -> None:
    (tmp_path / "page.screening.yaml").write_text(blocks("yaml")[0], encoding="utf-8")
    cases = read_cases(tmp_path / "page.screening.yaml", Rulebook.default())
    assert [run_case(case, Rulebook.default()).outcome for case in cases] == ["review", "incomplete"]


def test_the_reference_names_every_key_of_a_case() -> None:
    table = REFERENCE.split("## Case files")[1].split("## Assertions")[0]
    assert re.findall(r"^\| `([a-z]+)` \|", table, re.MULTILINE) == list(CaseEntry.model_fields)
