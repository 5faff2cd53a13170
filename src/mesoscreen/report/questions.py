"""What is still worth asking, most serious first."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from mesoscreen.criteria.answers import ASKED
from mesoscreen.criteria.criterion import UNKNOWN
from mesoscreen.criteria.gaps import NOT_ASKED, Gap, gaps
from mesoscreen.decide import value_of
from mesoscreen.report.model import Level, Question
from mesoscreen.rulebook.formula import All, AnyOf, Formula, Is, Not, criteria_of
from mesoscreen.wording import wording

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from mesoscreen.criteria.answers import Answers, Questionnaire
    from mesoscreen.rulebook.model import Rule

LEVELS = tuple(Level)


class _Waiting(NamedTuple):
    """A rule as something that waits for answers."""

    rule: str
    level: int
    parts: tuple[Formula, ...]
    """The parts its formula joins, any of which keeps it open while undecided."""


class _Settled(NamedTuple):
    """What a rule waits for when nobody asked about some sections."""

    paths: tuple[str, ...]
    left: tuple[int, ...]
    """Parts that take a look: single criteria,"""
    deeper: tuple[Formula, ...]
    """and others."""


class Asker:
    """Works out what is still worth asking; holds what does not change from patient to patient."""

    def __init__(self, rules: Sequence[Rule], questionnaire: Questionnaire) -> None:
        """Prepare what every list of questions needs of each rule. The rules come in the order of their ids."""
        self._questionnaire = questionnaire
        self._say = wording(questionnaire.vocabulary.language)
        self._by_silence: dict[frozenset[str], list[_Settled]] = {}
        self._rules = [_Waiting(rule.id, LEVELS.index(Level(rule.if_unanswered)), _parts(rule.decided)) for rule in rules]

    def questions(self, possible: Collection[int], answers: Answers) -> tuple[Question, ...]:
        """Gather the questions the possible rules wait on, one per place of the intake."""
        silent = frozenset([name for name in ASKED if _is_silent(name, answers)])
        settled = self._settled(silent)
        texts: dict[str, str] = {}
        about: dict[str, set[str]] = {}
        waiting: defaultdict[str, list[_Waiting]] = defaultdict(list)
        known: dict[int, tuple[Gap, ...]] = {}
        for number in sorted(possible):
            paths, left, deeper = settled[number]
            rule = self._rules[number]
            for path in paths:
                waiting[path].append(rule)
            if not left and not deeper:
                continue
            undecided = [n for n in left if answers.values[n] == UNKNOWN]
            for part in deeper:
                undecided += open_criteria(part, answers.values)
            missing: dict[str, None] = {}
            for criterion in undecided:
                if criterion not in known:
                    known[criterion] = tuple(gaps(criterion, self._questionnaire, answers))
                for path, text, labels in known[criterion]:
                    texts.setdefault(path, text)
                    about.setdefault(path, set()).update(labels)
                    missing[path] = None
            for path in missing:
                if path not in paths:
                    waiting[path].append(rule)
        uncomposed = _uncomposed(answers)
        made = [
            Question(
                path,
                self._say(texts.get(path) or uncomposed.get(path, NOT_ASKED)),
                tuple(sorted(about.get(path, ()))),
                Level.ABSOLUTE if path in uncomposed else LEVELS[min([rule.level for rule in waiting[path]])],
                tuple([rule.rule for rule in waiting.get(path, ())]),
            )
            for path in {**waiting, **uncomposed}
        ]
        return tuple(sorted(made, key=lambda q: (q.path not in uncomposed, LEVELS.index(q.level), -len(q.rules), q.path)))

    def _settled(self, silent: frozenset[str]) -> list[_Settled]:
        """Say of each rule what it waits for in sections nobody asked about, and which of its criteria take a closer look.

        In such a section every criterion is unknown, and one question settles them all.
        """
        if silent not in self._by_silence:
            self._by_silence[silent] = [self._settle(rule.parts, silent) for rule in self._rules]
        return self._by_silence[silent]

    def _settle(self, parts: Iterable[Formula], silent: frozenset[str]) -> _Settled:
        sections = {part: {self._questionnaire.criteria[number].section for number in criteria_of(part)} for part in parts}
        paths = {f"/{section}": None for part in parts if sections[part] <= silent for section in sorted(sections[part])}
        left = [part for part in parts if not sections[part] <= silent]
        return _Settled(
            tuple(paths),
            tuple(part.criterion for part in left if isinstance(part, Is | Not)),
            tuple(part for part in left if not isinstance(part, Is | Not)),
        )


def _parts(formula: Formula) -> tuple[Formula, ...]:
    return (formula,) if isinstance(formula, Is | Not) else formula.parts


def _is_silent(section: str, answers: Answers) -> bool:
    told = answers.told.sections[section]
    return not told.asked and not told.statements


def _uncomposed(answers: Answers) -> dict[str, str]:
    """Name the products nobody said the composition of: always the first thing to ask."""
    plan = answers.told.plan
    if plan.products is None:
        return {"/treatment/products": "gap.products"}
    return {f"{path}/ingredients": "gap.ingredients" for path in plan.uncomposed}


def open_criteria(formula: Formula, values: Sequence[int]) -> Iterator[int]:
    """Yield the unknown criteria that can still turn an undecided formula; none if it is decided."""
    if value_of(formula, values) != UNKNOWN:
        return
    match formula:
        case Is(criterion) | Not(criterion):
            yield criterion
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from open_criteria(part, values)
