"""The shipped examples, and the shipped rulebook proving itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mesoscreen import Intake, Rulebook, screen
from mesoscreen.checking.examples import run_examples
from mesoscreen.checking.mutants import mutants, score
from mesoscreen.rulebook.formula import criteria_of

EXAMPLES = Path(__file__).parents[1] / "docs/examples"
BOOK = Rulebook.default()


def load(name: str) -> dict[str, object]:
    data: dict[str, object] = json.loads((EXAMPLES / name).read_text(encoding="utf-8"))
    return data


@pytest.mark.parametrize("rule_id", BOOK.rules)
def test_every_example_of_a_rule_comes_out_as_it_says(rule_id: str) -> None:
    assert run_examples(BOOK.rules[rule_id], BOOK) == []


@pytest.mark.parametrize("rule_id", BOOK.rules)
def test_the_examples_of_a_rule_notice_every_mutation_of_it(rule_id: str) -> None:
    scored = score(BOOK.rules[rule_id], BOOK)
    assert [mutant.what for mutant in scored.survivors] == []
    assert scored.killed == len(list(mutants(BOOK.rules[rule_id], BOOK)))


@pytest.mark.parametrize("rule_id", BOOK.rules)
def test_a_rule_has_present_and_clear_examples_and_one_in_everyday_words(rule_id: str) -> None:
    expected = {example.expect for example in BOOK.rules[rule_id].examples}
    assert {"present", "clear"} <= expected


@pytest.mark.parametrize("rule_id", BOOK.rules)
def test_a_rule_is_possible_or_not_assessed_or_clear_when_nothing_was_asked_but_never_present(rule_id: str) -> None:
    report = screen({"treatment": {"date": "2026-12-01"}})
    assert all(finding.status == "possible" for finding in report.findings)
    waiting = {f.rule for f in report.findings} | {n.rule for n in report.not_assessed}
    needs_answers = {"plan", "patient"}.isdisjoint({BOOK.criteria[c].section for c in criteria_of(BOOK.rules[rule_id].when)})
    assert rule_id in waiting or not needs_answers


def test_the_rulebook_spans_every_domain_and_every_kind_of_criterion() -> None:
    assert len(BOOK.rules) >= 40
    assert {rule.domain for rule in BOOK.rules.values()} == {"allergy", "infection", "medical-history"}
    assert {criterion.section for criterion in BOOK.criteria} == {
        "allergies", "conditions", "medications", "procedures", "measurements", "plan", "patient",
    }  # fmt: skip


def test_the_consultation_raises_the_concerns_it_was_written_with() -> None:
    report = screen(load("consultation.json"))
    present = {finding.rule: finding for finding in report.findings if finding.status == "present"}
    assert report.outcome == "contraindicated"
    assert present["allergy-any-planned-ingredient"].evidence[0].path == "/allergies/present/0"
    assert present["herpes-active"].evidence[0].path == "/conditions/0"
    assert present["isotretinoin-systemic"].evidence[0].path == "/medications/0"
    assert present["recent-laser-peel"].evidence[0].path == "/procedures/0"
    assert present["hypertension-severe"].evidence[0].path == "/measurements/0"
    assert [(name.path, name.read_as) for name in report.unrecognised] == [("/medications/2", "apixaban")]


def test_the_healthy_example_raises_nothing() -> None:
    report = screen(load("healthy.json"))
    assert report.outcome == "no-flags"
    assert (report.findings, report.unanswered, report.unrecognised, report.contradictions) == ((), (), (), ())


@pytest.mark.parametrize("section", ["allergies", "conditions", "medications", "procedures", "patient", "treatment"])
def test_the_healthy_example_without_one_section_is_incomplete_and_says_what_to_ask(section: str) -> None:
    data = load("healthy.json")
    del data[section]
    report = screen(data)
    assert report.outcome == "incomplete"
    assert any(question.path.startswith(f"/{section}") for question in report.unanswered)


def test_the_examples_are_valid_intakes() -> None:
    for file in sorted(EXAMPLES.glob("*.json")):
        assert Intake.model_validate_json(file.read_text(encoding="utf-8")).treatment.date is not None
