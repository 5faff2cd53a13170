"""Put a report together from verdicts and answers."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from mesoscreen.criteria.criterion import UNDECLARED, UNKNOWN, YES
from mesoscreen.criteria.phrases import phrase
from mesoscreen.decide import waits_on_a_declaration
from mesoscreen.report.defer import defer_until
from mesoscreen.report.model import Clearance, Evidence, Finding, Level, NotAssessed, Outcome, Question, SourceNote
from mesoscreen.report.questions import LEVELS
from mesoscreen.rulebook.formula import criteria_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Literal

    from mesoscreen.criteria.answers import Answers, Questionnaire
    from mesoscreen.criteria.criterion import Criterion
    from mesoscreen.criteria.told import Statement
    from mesoscreen.rulebook.model import Rule, Rulebook


class Composer:
    """Composes the parts of a report; holds what does not change from patient to patient."""

    def __init__(self, rulebook: Rulebook) -> None:
        """Prepare what every report needs of each rule."""
        self.rulebook = rulebook
        self.questionnaire: Questionnaire = rulebook.questionnaire
        self._sources = {
            rule.id: tuple(
                SourceNote(c.source.title, c.source.publisher, c.source.url, c.pinpoint, c.supports) for c in rule.sources
            )
            for rule in rulebook.rules.values()
        }
        self._phrases: dict[int, str] = {}
        self._declaring = tuple(
            (rule, criteria_of(rule.decided))
            for rule in rulebook.rules.values()
            if any(_is_declared(rulebook.criteria[n]) for n in criteria_of(rule.decided))
        )
        # Most patients declare the same few things, so the same few notes are made over and over.
        self._unassessed = lru_cache(maxsize=4096)(self._not_assessed)

    def phrase(self, criterion: int) -> str:
        """Put a criterion into words."""
        if criterion not in self._phrases:
            self._phrases[criterion] = phrase(self.questionnaire.criteria[criterion], self.rulebook.vocabulary)
        return self._phrases[criterion]

    def findings(self, present: Iterable[Rule], possible: Iterable[Rule], answers: Answers) -> tuple[Finding, ...]:
        """Word every rule that is not clear, most serious first, what is certain before what is open."""
        found = [self._finding(rule, "present", answers) for rule in present]
        found += [self._finding(rule, "possible", answers) for rule in possible]
        return tuple(sorted(found, key=lambda f: (LEVELS.index(f.level), f.status != "present", f.rule)))

    def not_assessed(self, answers: Answers) -> tuple[NotAssessed, ...]:
        """Word the rules that rest on declarations nobody made."""
        values = answers.values
        notes = [self._unassessed(at, tuple([values[n] for n in numbers])) for at, (_, numbers) in enumerate(self._declaring)]
        return tuple([note for note in notes if note is not None])

    def _not_assessed(self, at: int, values: tuple[int, ...]) -> NotAssessed | None:
        rule, numbers = self._declaring[at]
        answered = dict(zip(numbers, values, strict=True))
        if not waits_on_a_declaration(rule.decided, answered):
            return None
        needs = tuple(self.phrase(number) for number, value in answered.items() if value == UNDECLARED)
        return NotAssessed(rule.id, rule.title, needs)

    def _finding(self, rule: Rule, status: Literal["present", "possible"], answers: Answers) -> Finding:
        level = rule.level if status == "present" else rule.if_unanswered
        return Finding(
            rule.id,
            rule.title,
            rule.domain,
            Level(level),
            status,
            rule.because,
            rule.action,
            defer_until(rule, self.questionnaire, answers),
            self.evidence(rule, answers, YES if status == "present" else UNKNOWN),
            self._sources[rule.id],
            rule.support,
        )

    def evidence(self, rule: Rule, answers: Answers, least: int) -> tuple[Evidence, ...]:
        """Collect the answers that bear on a rule."""
        statements: dict[str, Statement] = {}
        found: dict[Evidence, None] = {}
        for criterion in criteria_of(rule.when):
            for item in answers.evidence.get(criterion, ()):
                if item.value < least:
                    continue
                if not statements:
                    statements = {s.path: s for told in answers.told.sections.values() for s in told.statements}
                statement = statements.get(item.path)
                given = statement.entry.clearance if statement is not None and statement.entry is not None else None
                clearance = Clearance(given.by, given.date, given.note) if given is not None else None
                found[Evidence(item.path, self.phrase(criterion), item.concept, "exact" if item.exact else "probable", clearance)] = None
        return tuple(found)


def _is_declared(criterion: Criterion) -> bool:
    """Say whether a criterion may rest on something nobody has to declare."""
    plan = criterion.quantity or criterion.facts or criterion.mixed or criterion.beside
    return criterion.section == "measurements" or bool(plan) or criterion.answers_older_than is not None


def outcome_of(
    findings: Sequence[Finding], questions: Sequence[Question], answers: Answers
) -> Outcome:
    """Say what the report comes to."""
    present = [f for f in findings if f.status == "present"]
    if any(f.level is Level.ABSOLUTE for f in present):
        return Outcome.CONTRAINDICATED
    if present or answers.told.unrecognised or answers.told.contradictions:
        return Outcome.REVIEW
    # INVARIANT: a question that is asked is a possible rule or a missing composition; without either nothing is open.
    return Outcome.INCOMPLETE if findings or questions else Outcome.NO_FLAGS
