"""What is still worth asking, most serious first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesoscreen.criteria.criterion import UNKNOWN
from mesoscreen.criteria.gaps import Gap, gaps
from mesoscreen.decide import value_of
from mesoscreen.report.model import Level, Question
from mesoscreen.rulebook.formula import All, AnyOf, Formula, Is, Not

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mesoscreen.criteria.answers import Answers, Questionnaire
    from mesoscreen.rulebook.model import Rule

LEVELS = tuple(Level)


def questions(possible: Sequence[Rule], questionnaire: Questionnaire, answers: Answers) -> tuple[Question, ...]:
    """Gather the questions the possible rules wait on, one per place of the intake."""
    about: dict[str, dict[str, None]] = {}
    texts: dict[str, str] = {}
    waiting: dict[str, dict[str, Level]] = {}
    known: dict[int, tuple[Gap, ...]] = {}
    for rule in possible:
        for criterion in open_criteria(rule.decided, answers.values):
            if criterion not in known:
                known[criterion] = tuple(gaps(criterion, questionnaire, answers))
            for gap in known[criterion]:
                texts.setdefault(gap.path, gap.text)
                about.setdefault(gap.path, {}).update(dict.fromkeys(gap.about))
                waiting.setdefault(gap.path, {})[rule.id] = Level(rule.if_unanswered)
    uncomposed = _uncomposed(answers)
    for path, text in uncomposed.items():
        texts.setdefault(path, text)
        waiting.setdefault(path, {})
    made = [
        Question(
            path,
            text,
            tuple(sorted(about.get(path, {}))),
            Level.ABSOLUTE if path in uncomposed else min(waiting[path].values(), key=LEVELS.index),
            tuple(sorted(waiting[path])),
        )
        for path, text in texts.items()
    ]
    return tuple(sorted(made, key=lambda q: (q.path not in uncomposed, LEVELS.index(q.level), -len(q.rules), q.path)))


def _uncomposed(answers: Answers) -> dict[str, str]:
    """Name the products nobody said the composition of: always the first thing to ask."""
    plan = answers.told.plan
    if plan.products is None:
        return {"/treatment/products": "what will be used?"}
    return {f"{path}/ingredients": "what is in it?" for path in plan.uncomposed}


def open_criteria(formula: Formula, values: Sequence[int]) -> Iterator[int]:
    """Yield the unknown criteria that can still turn an undecided formula."""
    if value_of(formula, values) != UNKNOWN:
        return
    match formula:
        case Is(criterion) | Not(criterion):
            yield criterion
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from open_criteria(part, values)
