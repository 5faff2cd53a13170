"""From which day on the time windows alone would make a rule clear."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from mesoscreen.criteria.criterion import NO
from mesoscreen.decide import value_of
from mesoscreen.rulebook.formula import criteria_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesoscreen.criteria.answers import Answers, Questionnaire
    from mesoscreen.criteria.criterion import Window
    from mesoscreen.criteria.told import Statement
    from mesoscreen.rulebook.model import Rule

_LAPSING = ("within", "began_within", "at_least_ago")


def defer_until(rule: Rule, questionnaire: Questionnaire, answers: Answers) -> date | None:
    """Find the first day on which the rule would be clear if nothing but time passed; None if waiting does not help."""
    timed = [c for c in criteria_of(rule.decided) if (w := questionnaire.criteria[c].window) is not None and w.key in _LAPSING]
    if not timed:
        return None
    told = answers.told
    bearing = {item.path for criterion in timed for item in answers.evidence.get(criterion, ())}
    for section in told.sections.values():
        # Nobody knows whether it is over, so waiting promises nothing.
        if any(s.path in bearing and (s.entry is None or (s.state is None and hasattr(s.entry, "status"))) for s in section.statements):
            return None
    days = {
        day
        for criterion in timed
        for statement in told.sections[questionnaire.criteria[criterion].section].statements
        for day in _turns(questionnaire.criteria[criterion].window, statement)
        if day > told.on
    }
    for day in sorted(days):
        later = told._replace(on=day)
        values = dict(enumerate(answers.values))
        for criterion in timed:
            values[criterion] = questionnaire.again(criterion, later)
        if value_of(rule.decided, values) == NO:
            return day
    return None


def _turns(window: Window | None, statement: Statement) -> Iterator[date]:
    """Yield the days on which a window over an entry can change its answer for good."""
    if window is None:
        return
    when = statement.when.start if window.key == "began_within" else statement.when.end
    if when is None:
        return
    for event in when:
        if not 1 < event < date.max.toordinal():
            continue
        edge = window.length.after(date.fromordinal(event))
        # The event leaves the window the day after its last day in it; month ends can shift that by a few days.
        for shift in range(-3, 5):
            if 0 < edge + shift < date.max.toordinal():
                yield date.fromordinal(edge + shift)
