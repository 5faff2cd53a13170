"""Every remark a reviewer would make is made where it is due: each code on a rulebook spoilt in just that way."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from mesoscreen import Rulebook
from mesoscreen.checking.remarks import remarks

if TYPE_CHECKING:
    from pathlib import Path

ON = date(2026, 12, 1)


def change(folder: Path, rule: str, old: str, new: str) -> None:
    file = next(folder.glob(f"*/{rule}.yaml"))
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def made(folder: Path) -> list[tuple[str, str]]:
    return [(remark.code, remark.about) for remark in remarks(Rulebook.load(folder), ON)]


def lines(folder: Path, rule: str) -> dict[str, str]:
    text = next(folder.glob(f"*/{rule}.yaml")).read_text(encoding="utf-8")
    return {line.split(":")[0]: line for line in text.splitlines() if line and not line.startswith((" ", "-", "#"))}


def test_the_tiny_rulebook_is_beyond_remark(own_tiny: Path) -> None:
    assert made(own_tiny) == []


@pytest.mark.parametrize("word", ["safe", "Safely", "fit", "eligible"])
def test_a_title_that_promises_safety(word: str, own_tiny: Path) -> None:
    rule = min(own_tiny.glob("*/*-*.yaml")).stem
    title = lines(own_tiny, rule)["title"]
    change(own_tiny, rule, title, f"title: {word} to treat")
    assert made(own_tiny) == [("forbidden-word", rule)]


def _rule_with(own_tiny: Path, word: str) -> str:
    return next(f.stem for f in sorted(own_tiny.glob("*/*.yaml")) if f.parent.name != "vocabulary" and word in f.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("action", "code"),
    [("Stop the tablets for a week.", "stops-a-medicine"), ("Do not stop the tablets.", ""), ("Ask the prescriber whether to pause them.", "")],
)
def test_an_action_that_stops_a_medicine(action: str, code: str, own_tiny: Path) -> None:
    rule = _rule_with(own_tiny, "medication:")
    file = next(own_tiny.glob(f"*/{rule}.yaml"))
    kept = list(file.read_text(encoding="utf-8").splitlines())
    at = next(n for n, line in enumerate(kept) if line.startswith("action:"))
    end = next(n for n in range(at + 1, len(kept)) if kept[n] and not kept[n].startswith(" "))
    file.write_text("\n".join([*kept[:at], f"action: {action}", *kept[end:]]) + "\n", encoding="utf-8")
    assert made(own_tiny) == ([(code, rule)] if code else [])


def test_a_rule_that_should_have_been_looked_at_again(own_tiny: Path) -> None:
    rule = _rule_with(own_tiny, "medication:")
    change(own_tiny, rule, "\nexamples:", "\nreview_by: 2026-11-30\nexamples:")
    assert made(own_tiny) == [("past-review", rule)]


def test_a_rule_that_refines_nothing(own_tiny: Path) -> None:
    rule = _rule_with(own_tiny, "medication:")
    change(own_tiny, rule, "\nexamples:", "\nrefines: [no-such-rule]\nexamples:")
    assert made(own_tiny) == [("unknown-rule", rule)]


def test_a_source_nobody_cites(own_tiny: Path) -> None:
    file = own_tiny / "sources.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "\nlonely: {title: Lonely, kind: label, read: true}\n", encoding="utf-8")
    assert made(own_tiny) == [("unused-source", "lonely")]


def test_an_absolute_rule_that_is_our_own_inference(own_tiny: Path) -> None:
    rule = _rule_with(own_tiny, "level: absolute")
    change(own_tiny, rule, lines(own_tiny, rule)["support"], "support: inference")
    assert made(own_tiny) == [("level-too-high", rule)]


def test_a_condition_no_rule_asks_about_and_one_wrongly_declared(own_tiny: Path) -> None:
    file = next(f for f in (own_tiny / "vocabulary").glob("*.yaml") if "kind: condition" in f.read_text(encoding="utf-8"))
    text = file.read_text(encoding="utf-8").replace("concepts:\n", "concepts:\n  hiccups: {label: hiccups}\n", 1)
    file.write_text(text, encoding="utf-8")
    assert made(own_tiny) == [("idle-concept", "hiccups")]
    file.write_text(text.replace("no_rule_asks: [", "no_rule_asks: [hiccups, "), encoding="utf-8")
    assert made(own_tiny) == []
    file.write_text(file.read_text(encoding="utf-8").replace("no_rule_asks: [", "no_rule_asks: [herpes, "), encoding="utf-8")
    assert made(own_tiny) == [("idle-concept", "herpes")]


def test_a_window_nobody_states(own_tiny: Path) -> None:
    book = Rulebook.load(own_tiny)
    rule = next(r for r in book.rules.values() if any(book.criteria[n].window for n in range(len(book.criteria))) and "within" in next(own_tiny.glob(f"*/{r.id}.yaml")).read_text(encoding="utf-8"))
    file = next(own_tiny.glob(f"*/{rule.id}.yaml"))
    text: Any = file.read_text(encoding="utf-8")
    text = "\n".join(line for line in text.splitlines() if not line.startswith("ours:"))
    text = text.replace("strength: direct", "strength: context")
    if "strength:" not in text:
        text = text.replace("supports:", "strength: context, supports:", 1)
    file.write_text(text + "\n", encoding="utf-8")
    assert ("unsupported-limit", rule.id) in made(own_tiny)


def test_a_rule_that_is_never_raised_alone(own_tiny: Path) -> None:
    rule = "isotretinoin-recent"
    file = next(own_tiny.glob(f"*/{rule}.yaml"))
    twin = file.with_name("twin.yaml")
    twin.write_text(file.read_text(encoding="utf-8").replace(f"id: {rule}", "id: twin", 1), encoding="utf-8")
    assert sorted(made(own_tiny)) == [("implied-rule", rule), ("implied-rule", "twin")]
    change(own_tiny, "twin", "\nexamples:", f"\nrefines: [{rule}]\nexamples:")
    change(own_tiny, rule, "\nexamples:", "\nrefines: [twin]\nexamples:")
    assert made(own_tiny) == []
