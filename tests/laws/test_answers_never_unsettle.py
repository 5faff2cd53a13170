"""Laws about what more answers can do, over the shipped rulebook."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st
from strategies import BOOK, SECTIONS, answering, entries, intakes

from mesoscreen import Intake, screen
from mesoscreen.criteria.reading import read
from mesoscreen.rulebook.formula import Not, literals
from mesoscreen.screening import screener_of

ON = date(2026, 11, 30)
SCREENER = screener_of(BOOK)
WITHOUT_NOT = {rule.id for rule in BOOK.rules.values() if not any(isinstance(leaf, Not) for leaf in literals(rule.decided))}
CALM = {"patient": {"birth_date": "1986-03-14", "sex": "male"}, "allergies": [], "conditions": [], "medications": [], "procedures": []}
slow = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much], deadline=None)


def verdicts(data: dict[str, Any]) -> tuple[set[str], set[str], bool]:
    """Give the ids of present and of clear rules, and whether the intake contradicts itself or holds a name that is not certain."""
    told = read(Intake.model_validate(data), BOOK.vocabulary, ON)
    decided = SCREENER.decide(BOOK.questionnaire.answer(told))
    names = [rule.id for rule in SCREENER.rules]
    present = {names[n] for n in decided.present}
    clear = set(names) - present - {names[n] for n in decided.possible}
    return present, clear, bool(told.contradictions or told.unrecognised)


@slow
@given(intakes.flatmap(lambda data: st.tuples(st.just(data), answering(data))))
def test_answering_a_question_never_unsettles_a_verdict(both: tuple[dict[str, Any], dict[str, Any]]) -> None:
    before, after = both
    present, clear, _ = verdicts(before)
    still_present, still_clear, contradicts = verdicts(after)
    assume(not contradicts)
    assert present <= still_present
    assert clear <= still_clear


@slow
@given(intakes, st.sampled_from(SECTIONS), st.data())
def test_adding_an_entry_never_removes_a_present_finding_of_a_rule_without_not(
    data: dict[str, Any], section: str, draws: st.DataObject
) -> None:
    given_section = data.get(section)
    assume(given_section is not None)
    assert given_section is not None
    entry = draws.draw(entries(section))
    present = given_section if isinstance(given_section, list) else given_section["present"]
    more = [*present, entry]
    added = {**data, section: more if isinstance(given_section, list) else {**given_section, "present": more}}
    assert verdicts(data)[0] & WITHOUT_NOT <= verdicts(added)[0]


@slow
@given(intakes.map(lambda data: {**CALM, **data}).flatmap(lambda data: st.tuples(st.just(data), answering(data))))
def test_no_flags_implies_that_no_unknown_matters(both: tuple[dict[str, Any], dict[str, Any]]) -> None:
    before, after = both
    if screen(before).outcome == "no-flags":
        event("no flags before")
        report = screen(after)
        assert report.outcome == "no-flags" or report.contradictions
