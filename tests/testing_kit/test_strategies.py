"""Every strategy keeps its promise, for the shipped rulebook and for another one."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, find, given, settings
from hypothesis import strategies as st

from mesoscreen import Intake, Rulebook, screen
from mesoscreen.errors import UnknownRule
from mesoscreen.intake import days_of
from mesoscreen.testing import Mistake
from mesoscreen.testing.material import HISTORY, ON
from mesoscreen.testing.strategies import answers, extending, intakes, partial_dates, patients_with, patients_without

BOOK = Rulebook.default()
calm = settings(derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
few = settings(calm, max_examples=4, phases=[Phase.generate])


def status_of(rule: str, data: dict[str, Any], rulebook: Rulebook) -> str:
    report = screen(data, rulebook=rulebook)
    found = {finding.rule: finding.status for finding in report.findings}
    return found.get(rule, "not-assessed" if rule in {one.rule for one in report.not_assessed} else "clear")


@pytest.mark.parametrize("rule", BOOK.rules)
def test_patients_with_a_rule_always_raise_it_and_patients_without_never_do(rule: str) -> None:
    @few
    @given(patients_with(rule), patients_without(rule))
    def law(with_it: dict[str, Any], without: dict[str, Any]) -> None:
        assert status_of(rule, with_it, BOOK) == "present"
        assert status_of(rule, without, BOOK) == "clear"

    law()


def test_patients_are_drawn_for_any_rulebook(tiny: Rulebook) -> None:
    @few
    @given(st.data())
    def law(data: st.DataObject) -> None:
        for rule in tiny.rules:
            assert status_of(rule, data.draw(patients_with(rule, tiny)), tiny) == "present"
            assert status_of(rule, data.draw(patients_without(rule, tiny)), tiny) == "clear"

    law()


def test_patients_with_a_rule_differ_in_spelling_in_form_and_in_what_else_they_have() -> None:
    drawn = patients_with("anticoagulant-proceed-not-stop")
    look = settings(calm, max_examples=400, phases=[Phase.generate])

    def entries(data: dict[str, Any]) -> list[dict[str, Any]]:
        given_section = data.get("medications") or []
        return list(given_section["present"] if isinstance(given_section, dict) else given_section)

    assert find(drawn, lambda data: isinstance(data.get("medications"), dict), settings=look)
    assert find(drawn, lambda data: len(entries(data)) > 1, settings=look)
    assert find(drawn, lambda data: "allergies" not in data, settings=look)
    written = {entry["name"] for rule_example in BOOK.rules["anticoagulant-proceed-not-stop"].examples
               for entry in rule_example.given.get("medications") or [] if isinstance(entry, dict)}  # fmt: skip
    assert find(drawn, lambda data: bool(entries(data)) and entries(data)[0]["name"] not in written, settings=look)


def test_a_rule_nobody_knows_is_refused_where_the_strategy_is_made() -> None:
    with pytest.raises(UnknownRule, match="did you mean `isotretinoin-systemic`"):
        patients_with("isotretinoin-systemc")


@calm
@given(intakes())
def test_every_intake_can_be_screened_and_names_only_what_the_rulebook_knows(data: dict[str, Any]) -> None:
    report = screen(data, on=ON)
    assert report.stamp.on == ON
    assert not [name for name in report.unrecognised if not name.path.startswith("/treatment")]


def test_intakes_of_another_rulebook_name_only_what_that_one_knows(tiny: Rulebook) -> None:
    @calm
    @given(intakes(tiny))
    def law(data: dict[str, Any]) -> None:
        assert screen(data, rulebook=tiny).stamp.sha256 == tiny.sha256

    law()


def test_intakes_raise_many_rules_of_a_small_rulebook(tiny: Rulebook) -> None:
    raised: set[str] = set()

    @settings(calm, max_examples=400)
    @given(intakes(tiny))
    def gather(data: dict[str, Any]) -> None:
        raised.update(finding.rule for finding in screen(data, rulebook=tiny).findings)

    gather()
    assert len(raised) >= len(tiny.rules) - 2


@pytest.mark.parametrize("section", HISTORY)
def test_answers_are_one_section_that_was_asked(section: str) -> None:
    @settings(calm, max_examples=30)
    @given(answers(section))
    def law(given_section: Any) -> None:
        assert isinstance(given_section, list | dict)
        assert Intake.model_validate({section: given_section}).model_fields_set == {section}

    law()


def test_answers_to_a_section_that_is_none_are_refused() -> None:
    with pytest.raises(Mistake, match="`medicines` is not one of allergies"):
        answers("medicines")


@calm
@given(st.dates(date(1990, 1, 1), date(2030, 1, 1)), st.dates(date(1990, 1, 1), date(2030, 1, 1)), st.data())
def test_partial_dates_may_all_mean_a_day_between_the_two(one: date, other: date, draws: st.DataObject) -> None:
    first, last = sorted((one, other))
    earliest, latest = days_of(draws.draw(partial_dates(first, last)))
    assert earliest <= last.toordinal()
    assert latest >= first.toordinal()


def test_partial_dates_come_as_days_months_and_years() -> None:
    assert {len(find(partial_dates(), lambda text, n=n: len(text) == n)) for n in (4, 7, 10)} == {4, 7, 10}  # type: ignore[misc]
    with pytest.raises(Mistake, match="earlier one first"):
        partial_dates(date(2026, 1, 2), date(2026, 1, 1))


@settings(calm, max_examples=200)
@given(intakes().flatmap(lambda data: st.tuples(st.just(copy.deepcopy(data)), st.just(data), extending(data))))
def test_extending_takes_nothing_back_and_leaves_the_intake_as_it_was(
    three: tuple[dict[str, Any], dict[str, Any], dict[str, Any]],
) -> None:
    copied, before, after = three
    assert before == copied
    first, then = screen(before), screen(after)
    assume(not (then.contradictions or then.unrecognised))
    assert {f.rule for f in first.findings if f.status == "present"} <= {f.rule for f in then.findings if f.status == "present"}
    assert {f.rule for f in then.findings} <= {f.rule for f in first.findings} | {one.rule for one in first.not_assessed}


def test_an_intake_is_extended_like_the_mapping_it_was_made_of() -> None:
    longer = find(extending(Intake.model_validate({"treatment": {"date": "2026-12-01"}})), lambda data: bool(data.get("conditions")))
    assert longer["treatment"]["date"] == "2026-12-01"
