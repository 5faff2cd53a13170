"""The day a finding is deferred to is the first on which time alone has made its rule clear: looked for day by day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import intakes

from mesoscreen import Intake, Rulebook, screen
from mesoscreen.criteria.criterion import NO, Duration, Unit
from mesoscreen.decide import value_of
from mesoscreen.errors import IntakeError
from mesoscreen.report.defer import LAPSING
from mesoscreen.rulebook.formula import criteria_of

if TYPE_CHECKING:
    from mesoscreen.criteria.answers import Answers
    from mesoscreen.rulebook.model import Rule

BOOK = Rulebook.default()
QUESTIONNAIRE = BOOK.questionnaire
DAYS = 400
"""How far is looked; a day further off is taken on trust."""


def timed(rule: Rule) -> list[int]:
    windows = {number: BOOK.criteria[number].window for number in criteria_of(rule.decided)}
    return [number for number, window in windows.items() if window is not None and window.key in LAPSING]


def is_clear_on(rule: Rule, day: date, answers: Answers) -> bool:
    later = answers.told._replace(on=day)
    values = dict(enumerate(answers.values))
    values.update({number: QUESTIONNAIRE.again(number, later) for number in timed(rule)})
    return value_of(rule.decided, values) == NO


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(intakes)
def test_a_finding_is_deferred_to_the_first_day_without_it(data: dict[str, Any]) -> None:
    try:
        intake = Intake.model_validate(data)
        report = screen(intake)
    except IntakeError:
        return
    on = report.stamp.on
    answers = QUESTIONNAIRE.answer(BOOK.reader.read(intake, on))
    for finding in report.findings:
        rule = BOOK.rule(finding.rule)
        if not timed(rule):
            assert finding.defer_until is None
            continue
        days = (on + timedelta(days=later) for later in range(1, DAYS))
        first = next((day for day in days if is_clear_on(rule, day, answers)), None)
        if finding.defer_until is not None and finding.defer_until < on + timedelta(days=DAYS):
            assert finding.defer_until == first
        elif finding.defer_until is None and first is not None:
            # Waiting promises nothing where nobody knows whether it is over.
            assert may_go_on(rule, answers)


def may_go_on(rule: Rule, answers: Answers) -> bool:
    paths = {item.path for number in timed(rule) for item in answers.evidence.get(number, ())}
    statements = [s for told in answers.told.sections.values() for s in told.statements if s.path in paths]
    return any(s.entry is None or (s.state is None and hasattr(s.entry, "status")) for s in statements)


UNITS: list[Unit] = ["days", "weeks", "months", "years"]


@given(st.integers(1, 40), st.sampled_from(UNITS), st.dates(date(1950, 1, 1), date(2060, 12, 31)))
def test_a_day_has_passed_from_the_first_day_it_lies_longer_ago(count: int, unit: Unit, event: date) -> None:
    length = Duration(count, unit)
    day = date.fromordinal(length.passed(event.toordinal()))
    assert length.before(day) > event.toordinal()
    assert length.before(day - timedelta(days=1)) <= event.toordinal()


@pytest.mark.parametrize(
    ("length", "event", "first"),
    [
        (Duration(1, "months"), date(2026, 1, 31), date(2026, 3, 1)),
        (Duration(6, "months"), date(2026, 8, 31), date(2027, 3, 1)),
        (Duration(1, "years"), date(2024, 2, 29), date(2025, 3, 1)),
        (Duration(2, "weeks"), date(2026, 11, 1), date(2026, 11, 16)),
    ],
)
def test_months_too_short_for_the_day_end_with_it(length: Duration, event: date, first: date) -> None:
    assert date.fromordinal(length.passed(event.toordinal())) == first
