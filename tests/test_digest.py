"""One SHA-256 stands for a rulebook: the same content gives the same digest anywhere, any other text another."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import mesoscreen
from mesoscreen import Rulebook, screen
from mesoscreen.rulebook.source import read_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesoscreen.rulebook.source import Node

TINY = Path(__file__).parent / "tiny"
RULES = tuple(sorted(str(file.relative_to(TINY)) for file in TINY.glob("*/*.yaml") if file.parent.name != "vocabulary"))
SCRIPT = """
import sys
from mesoscreen import Rulebook, screen
book = Rulebook.load(sys.argv[1])
report = screen({"treatment": {"date": "2026-11-30"}, "medications": [{"name": "Roaccutane"}]}, rulebook=book)
print(book.sha256)
print(report.model_dump_json())
"""


def in_a_new_process(folder: Path, hash_seed: str) -> str:
    environment = os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(Path(mesoscreen.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(folder)], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout


def test_digest_and_report_are_the_same_bytes_in_every_process(tiny: Rulebook) -> None:
    outputs = {in_a_new_process(TINY, seed) for seed in ("0", "1", "4242")}
    assert len(outputs) == 1
    assert outputs.pop().splitlines()[0] == tiny.sha256


def test_the_digest_is_a_sha256(tiny: Rulebook) -> None:
    assert re.fullmatch("[0-9a-f]{64}", tiny.sha256)


def test_the_order_in_which_files_are_found_does_not_matter(own_tiny: Path, tiny: Rulebook, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.glob

    def backwards(self: Path, pattern: str, **options: Any) -> Iterator[Path]:
        yield from sorted(real(self, pattern, **options), reverse=True)

    monkeypatch.setattr(Path, "glob", backwards)
    assert Rulebook.load(own_tiny).sha256 == tiny.sha256


def test_how_vocabulary_files_are_called_and_ordered_does_not_matter(own_tiny: Path, tiny: Rulebook) -> None:
    vocabulary = own_tiny / "vocabulary"
    (vocabulary / "outcomes.yaml").rename(vocabulary / "aaa.yaml")
    (vocabulary / "body.yaml").rename(vocabulary / "zzz.yaml")
    (vocabulary / "medications.yaml").write_text(
        "kind: medication\nconcepts:\n"
        "  isotretinoin: {trade_names: [Roaccutane], route: oral, parents: [retinoid], label: isotretinoin}\n"
        "  retinoid: {label: retinoid}\n",
        encoding="utf-8",
    )
    assert Rulebook.load(own_tiny).sha256 == tiny.sha256


def test_comments_and_line_breaks_do_not_matter(own_tiny: Path, tiny: Rulebook) -> None:
    rule = own_tiny / "medical-history" / "minor.yaml"
    rule.write_text("# a remark\n" + rule.read_text().replace("{age: {below: 18}}", "\n    age:\n      below: 18  # years"))
    assert Rulebook.load(own_tiny).sha256 == tiny.sha256


def test_where_a_rulebook_lies_does_not_matter(own_tiny: Path, tiny: Rulebook) -> None:
    assert own_tiny != TINY
    assert Rulebook.load(own_tiny).sha256 == tiny.sha256
    assert Rulebook.load(own_tiny / "rulebook.yaml").sha256 == tiny.sha256


def words_of(node: Node) -> Iterator[Node]:
    if isinstance(node.value, dict):
        for inner in node.value.values():
            yield from words_of(inner)
    elif isinstance(node.value, list):
        for inner in node.value:
            yield from words_of(inner)
    elif isinstance(node.value, str):
        yield node


PROSE = ("title", "topic", "because", "action", "ours", "disagreement")


@pytest.mark.parametrize("name", RULES)
def test_the_digest_changes_when_any_text_of_a_rule_does(name: str, own_tiny: Path, tiny: Rulebook) -> None:
    file = own_tiny / name
    original = file.read_text(encoding="utf-8")
    root = read_file(file, name).root
    assert root is not None
    prose = [node for key in PROSE for node in ([root.value[key]] if key in root.value else [])]
    told = [
        words
        for key, inner in (("sources", "supports"), ("examples", "name"))
        for one in root.value[key].value
        for words in [one.value[inner]]
    ]
    digests = set()
    for node in (*prose, *told):
        lines = original.splitlines(keepends=True)
        line = lines[node.line - 1]
        lines[node.line - 1] = f"{line[: node.column - 1]}z{line[node.column - 1 :]}"
        file.write_text("".join(lines), encoding="utf-8")
        digests.add(Rulebook.load(own_tiny).sha256)
    assert len(digests) == len(prose) + len(told)
    assert tiny.sha256 not in digests


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("medical-history/minor.yaml", "below: 18", "below: 19"),
        ("medical-history/minor.yaml", "level: absolute", "level: relative"),
        ("medical-history/minor.yaml", "support: strong", "support: weak"),
        ("medical-history/minor.yaml", "hazards: [legal]", "hazards: []"),
        ("medical-history/minor.yaml", "age: 17}", "age: 16}"),
        ("medical-history/isotretinoin-recent.yaml", "washout: 6 months", "washout: 5 months"),
        ("medical-history/isotretinoin-recent.yaml", "route: oral, within", "within"),
        ("sources.yaml", "A label", "One label"),
        ("sources.yaml", "read: false", "read: true"),
        ("rulebook.yaml", '"1"', '"2"'),
        ("rulebook.yaml", "Not for patients", "For nobody"),
        ("vocabulary/substances.yaml", "[lignocaine]", "[lignocain]"),
        ("vocabulary/substances.yaml", "N01BB02", "N01BB03"),
        ("vocabulary/words.yaml", "uncontrolled", "unstable"),
        ("vocabulary/cross-reactivity.yaml", "strength: possible", "strength: likely"),
        ("vocabulary/cross-reactivity.yaml", "a shared metabolite", "a metabolite"),
    ],
)
def test_the_digest_changes_with_everything_that_is_written(name: str, old: str, new: str, own_tiny: Path, tiny: Rulebook) -> None:
    file = own_tiny / name
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert Rulebook.load(own_tiny).sha256 != tiny.sha256


def test_the_digest_changes_when_a_rule_goes(own_tiny: Path, tiny: Rulebook) -> None:
    (own_tiny / "medical-history" / "minor.yaml").unlink()
    assert Rulebook.load(own_tiny).sha256 != tiny.sha256


def test_a_report_carries_the_digest_of_its_rulebook_and_of_its_intake(tiny: Rulebook) -> None:
    intake = {"treatment": {"date": "2026-11-30"}}
    one, same = screen(intake, rulebook=tiny).stamp, screen(dict(intake), rulebook=tiny).stamp
    other = screen(intake | {"allergies": []}, rulebook=tiny).stamp
    assert one == same
    assert one.sha256 == tiny.sha256
    assert one.intake_sha256 != other.intake_sha256
