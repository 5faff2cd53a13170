"""What the documentation says is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import mesoscreen
from mesoscreen import Rulebook, screen
from mesoscreen.errors import INTAKE_CODES, RULEBOOK_CODES
from mesoscreen.rulebook.grammar import KEYS

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(page: Path, language: str) -> list[str]:
    return [text for tag, text in BLOCK.findall(page.read_text(encoding="utf-8")) if tag == language]


@pytest.mark.parametrize("page", [p for p in PAGES if blocks(p, "python")], ids=lambda p: p.name)
def test_the_code_on_a_page_runs_from_top_to_bottom(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for text in blocks(page, "yaml"):
        if "extends: mesoscreen" in text:
            (tmp_path / "clinic.yaml").write_text(text, encoding="utf-8")
    scope: dict[str, object] = {"__name__": "page"}
    for code in blocks(page, "python"):
        exec(compile(code, page.name, "exec"), scope)  # noqa: S102 - our own documentation


def test_every_error_code_has_its_heading_and_every_heading_its_code() -> None:
    text = (ROOT / "docs/reference/errors.md").read_text(encoding="utf-8")
    intake, rulebook = text.split("## In a rulebook")
    assert re.findall(r"^### (.+)$", intake, re.MULTILINE) == list(INTAKE_CODES)
    assert re.findall(r"^### (.+)$", rulebook, re.MULTILINE) == list(RULEBOOK_CODES)


def test_the_grammar_page_names_every_key_of_every_criterion() -> None:
    text = (ROOT / "docs/reference/grammar.md").read_text(encoding="utf-8")
    assert [key for keys in KEYS.values() for key in keys if f"`{key}" not in text and key not in text] == []


def test_the_readme_holds_two_commands_and_the_examples_they_need() -> None:
    commands = blocks(ROOT / "README.md", "sh")
    assert len(commands) == 2
    named = re.findall(r"docs/\S+", "".join(commands))
    assert named
    assert all((ROOT / path).exists() for path in named)


def test_links_between_pages_lead_somewhere() -> None:
    broken = [
        (page.name, link)
        for page in PAGES
        for link in re.findall(r"\]\(([^)#]+\.md)\)", page.read_text(encoding="utf-8"))
        if not (page.parent / link).exists()
    ]
    assert broken == []


def test_the_public_names_are_few_and_sorted() -> None:
    assert mesoscreen.__all__ == sorted(mesoscreen.__all__)
    assert set(mesoscreen.__all__) == {
        "Finding", "Intake", "Level", "MesoscreenError", "Outcome", "Report", "Rulebook", "screen", "screen_many",
    }  # fmt: skip
    assert all(hasattr(mesoscreen, name) for name in mesoscreen.__all__)


def test_no_report_ever_says_safe() -> None:
    text = screen({"treatment": {"date": "2026-12-01"}}).to_text().casefold()
    for rule in Rulebook.default().rules.values():
        text += f" {rule.title} {rule.because} {rule.action}".casefold()
    assert re.findall(r"\b(is safe|fit for|eligible|safely|all clear)\b", text) == []
