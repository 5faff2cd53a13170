"""Put a report together from verdicts and answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesoscreen.criteria.criterion import UNKNOWN, YES
from mesoscreen.criteria.phrases import phrase
from mesoscreen.report.defer import defer_until
from mesoscreen.report.model import Clearance, Evidence, Finding, Level, NotAssessed, Outcome, Question, SourceNote
from mesoscreen.report.questions import LEVELS
from mesoscreen.rulebook.formula import criteria_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Literal

    from mesoscreen.criteria.answers import Answers, Questionnaire
    from mesoscreen.criteria.reading import Statement
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

    def not_assessed(self, rules: Sequence[Rule], answers: Answers) -> tuple[NotAssessed, ...]:
        """Word the rules that rest on declarations nobody made."""
        values = answers.values
        return tuple(
            NotAssessed(rule.id, rule.title, tuple(self.phrase(c) for c in criteria_of(rule.decided) if values[c] == 1))
            for rule in rules
        )

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
