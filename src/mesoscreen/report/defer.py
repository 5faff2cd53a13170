"""From which day on the time windows alone would make a rule clear."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

from mesoscreen.criteria.criterion import NO
from mesoscreen.decide import value_of
from mesoscreen.rulebook.formula import criteria_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mesoscreen.criteria.answers import Answers, Questionnaire
    from mesoscreen.criteria.criterion import Window
    from mesoscreen.criteria.told import Statement, Told
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
    values = {criterion: answers.values[criterion] for criterion in criteria_of(rule.decided)}
    ahead = {criterion: _Ahead(criterion, questionnaire, told) for criterion in timed}
    for day in sorted({day for one in ahead.values() for day in one.turns}):
        later = told._replace(on=date.fromordinal(day))
        for criterion, one in ahead.items():
            values[criterion] = one.on(day, later)
        if value_of(rule.decided, values) == NO:
            return later.on
    return None


class _Ahead:
    """What one criterion comes to as time passes. Each statement is looked at again on the days that can change it, and no other."""

    def __init__(self, number: int, questionnaire: Questionnaire, told: Told) -> None:
        self._number = number
        self._questionnaire = questionnaire
        statements = questionnaire.bearing(number, told)
        self._now = [questionnaire.stated_value(number, statement, told) for statement in statements]
        self._counts = Counter(self._now)
        self._statements = statements
        self.turns: dict[int, list[int]] = {}
        """The statements that may change on a day, by the day."""
        window, today = questionnaire.criteria[number].window, told.on.toordinal()
        for place, statement in enumerate(statements):
            for day in _turns(window, statement):
                if today < day < date.max.toordinal():
                    self.turns.setdefault(day, []).append(place)

    def on(self, day: int, later: Told) -> int:
        """Answer the criterion on a day, which is not before the one asked about last."""
        if self._questionnaire.criteria[self._number].count:
            return self._questionnaire.again(self._number, later)
        for place in self.turns.get(day, ()):
            self._counts[self._now[place]] -= 1
            self._now[place] = self._questionnaire.stated_value(self._number, self._statements[place], later)
            self._counts[self._now[place]] += 1
        return self._questionnaire.joined(self._number, [value for value, count in self._counts.items() if count], later)


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
