"""From which day on the time windows alone would make a rule clear."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from mesoscreen.criteria.criterion import NO
from mesoscreen.decide import value_of
from mesoscreen.rulebook.formula import criteria_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mesoscreen.criteria.answers import Answers, Questionnaire
    from mesoscreen.criteria.criterion import Window
    from mesoscreen.criteria.told import Statement
    from mesoscreen.rulebook.model import Rule

LAPSING = ("within", "began_within", "at_least_ago")
"""Windows that move with the day of the treatment."""


def defer_until(
    rule: Rule, timed: Sequence[int], questionnaire: Questionnaire, answers: Answers, by_path: Mapping[str, Sequence[Statement]]
) -> date | None:
    """Find the first day on which the rule would be clear if nothing but time passed; None if waiting does not help.

    `timed` lists the rule's criteria with a window that lapses; `by_path` holds what was stated at each path.
    """
    told = answers.told
    bearing = {item.path for criterion in timed for item in answers.evidence.get(criterion, ())}
    # Nobody knows whether it is over, so waiting promises nothing.
    if any(_may_go_on(statement) for path in bearing for statement in by_path.get(path, ())):
        return None
    today = told.on.toordinal()
    days = {
        day
        for criterion in timed
        for statement in questionnaire.bearing(criterion, told)
        for day in _turns(questionnaire.criteria[criterion].window, statement)
        if today < day < date.max.toordinal()
    }
    values = {criterion: answers.values[criterion] for criterion in criteria_of(rule.decided)}
    for day in sorted(days):
        later = told._replace(on=date.fromordinal(day))
        for criterion in timed:
            values[criterion] = questionnaire.again(criterion, later)
        if value_of(rule.decided, values) == NO:
            return later.on
    return None


def _may_go_on(statement: Statement) -> bool:
    return statement.entry is None or (statement.state is None and hasattr(statement.entry, "status"))


def _turns(window: Window | None, statement: Statement) -> Iterator[int]:
    """Yield the days on which a window over an entry changes its answer for good."""
    if window is None:
        return
    when = statement.when.start if window.key == "began_within" else statement.when.end
    if when is None:
        return
    for event in when:
        if 1 < event < date.max.toordinal():
            # What is `at_least` so long ago is so on the very day; what was so `within` it still is.
            yield window.length.passed(event - (window.key == "at_least_ago"))
