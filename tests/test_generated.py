"""What is generated from the rulebook says what the rulebook says."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from mesoscreen import Rulebook
from mesoscreen.checking.pages import pages
from mesoscreen.checking.remarks import remarks
from mesoscreen.rulebook.compiled import FILE, compile_rulebook, restore, shipped
from mesoscreen.rulebook.load import load

ROOT = Path(__file__).parents[1]
WRITTEN = load(shipped())


def test_the_compiled_rulebook_is_the_one_the_yaml_files_make() -> None:
    compiled = restore(shipped())
    assert compiled is not None, "stale: run python -m mesoscreen.rulebook.compiled"
    assert compiled.rules == WRITTEN.rules
    assert compiled.criteria == WRITTEN.criteria
    assert compiled.sources == WRITTEN.sources
    assert (compiled.name, compiled.version, compiled.sha256, compiled.intended_use, compiled.misuse, compiled.no_rule_asks) == (
        WRITTEN.name, WRITTEN.version, WRITTEN.sha256, WRITTEN.intended_use, WRITTEN.misuse, WRITTEN.no_rule_asks,
    )  # fmt: skip
    for space in WRITTEN.vocabulary.spaces:
        assert compiled.vocabulary.concepts(space) == WRITTEN.vocabulary.concepts(space)
    assert compiled.vocabulary.cross_reactions == WRITTEN.vocabulary.cross_reactions
    assert compiled.vocabulary.words.plain() == WRITTEN.vocabulary.words.plain()
    assert (shipped() / FILE).read_text(encoding="utf-8") == compile_rulebook(WRITTEN, shipped())


def test_a_compiled_rulebook_older_than_its_yaml_is_not_used(tmp_path: Path) -> None:
    root = Path(shutil.copytree(shipped(), tmp_path / "rules"))
    assert restore(root) is not None
    changed = root / "infection/herpes-active.yaml"
    changed.write_text(changed.read_text(encoding="utf-8").replace("level: absolute", "level: relative"), encoding="utf-8")
    assert restore(root) is None
    assert Rulebook.load(root).rules["herpes-active"].level == "relative"


@pytest.mark.parametrize("spoiled", ["", "{", "[]", '{"fingerprint": "x"}'])
def test_a_spoiled_compiled_rulebook_is_not_used(spoiled: str, tmp_path: Path) -> None:
    root = Path(shutil.copytree(shipped(), tmp_path / "rules"))
    (root / FILE).write_text(spoiled, encoding="utf-8")
    assert restore(root) is None


def test_the_reference_pages_are_the_ones_the_rulebook_makes() -> None:
    folder = ROOT / "docs/reference"
    made = pages(Rulebook.default())
    stale = [path for path, text in made.items() if not (folder / path).exists() or (folder / path).read_text(encoding="utf-8") != text]
    assert stale == [], "stale: run python -m mesoscreen.checking.pages docs/reference"
    assert {f"rules/{p.name}" for p in (folder / "rules").glob("*.md")} == {path for path in made if path.startswith("rules/")}


def test_a_reviewer_would_remark_nothing() -> None:
    assert [str(remark) for remark in remarks(WRITTEN, date(2026, 12, 1))] == []


def test_every_rule_names_its_hazards_and_its_sources() -> None:
    assert [rule.id for rule in WRITTEN.rules.values() if not rule.hazards or not rule.sources] == []
