"""Put a report together from verdicts and answers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from mesoscreen.criteria.criterion import UNDECLARED, UNKNOWN, YES
from mesoscreen.criteria.phrases import phrase
from mesoscreen.decide import waits_on_a_declaration
from mesoscreen.report.defer import LAPSING, defer_until
from mesoscreen.report.model import Clearance, Evidence, Finding, Level, NotAssessed, Outcome, Question, SourceNote
from mesoscreen.report.questions import LEVELS
from mesoscreen.rulebook.formula import criteria_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from typing import Literal

    from mesoscreen.criteria.answers import Answers, Questionnaire
    from mesoscreen.criteria.criterion import Criterion
    from mesoscreen.criteria.told import Statement
    from mesoscreen.rulebook.model import Rule, Rulebook

    Status = Literal["present", "possible"]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A rule that may become a finding of one status, and what its finding says of every patient."""

    rule: Rule
    status: Status
    criteria: tuple[int, ...]
    timed: tuple[int, ...]
    """Criteria whose answer changes as time passes."""
    timed_sections: frozenset[str]
    """The sections they are about."""
    bare: Finding
    """The finding where no answer bears on the rule."""


class Composer:
    """Composes the parts of a report; holds what does not change from patient to patient."""

    def __init__(self, rulebook: Rulebook, rules: Sequence[Rule]) -> None:
        """Prepare what every report needs of each rule. Verdicts number the rules in this order."""
        self.rulebook = rulebook
        self.questionnaire: Questionnaire = rulebook.questionnaire
        candidates = [self._candidate(rule, status) for status in ("present", "possible") for rule in rules]
        order = sorted(range(len(candidates)), key=lambda at: _seriousness(candidates[at]))
        self._candidates = [candidates[at] for at in order]
        places = {at: place for place, at in enumerate(order)}
        self._place_present = [places[number] for number in range(len(rules))]
        self._place_possible = [places[number + len(rules)] for number in range(len(rules))]
        self._phrases: dict[int, str] = {}
        declared = [rule for rule in rules if any(_is_declared(rulebook.criteria[n]) for n in criteria_of(rule.decided))]
        self._declaring = [(rule, criteria_of(rule.decided)) for rule in declared]
        numbers = sorted({number for _, criteria in self._declaring for number in criteria})
        self._declarations = tuple(numbers)
        # What is planned bears on the same rules for one patient after another.
        self._planned = lru_cache(maxsize=4096)(self._witness)
        # Most patients declare the same few things, so the same few notes are made over and over.
        self._all_unassessed = lru_cache(maxsize=4096)(self._not_assessed)
        self._unassessed = lru_cache(maxsize=4096)(self._not_assessed_one)

    def phrase(self, criterion: int) -> str:
        """Put a criterion into words."""
        if criterion not in self._phrases:
            self._phrases[criterion] = phrase(self.questionnaire.criteria[criterion], self.rulebook.vocabulary)
        return self._phrases[criterion]

    def findings(self, present: Collection[int], possible: Collection[int], answers: Answers) -> tuple[Finding, ...]:
        """Word every rule that is not clear, most serious first, what is certain before what is open."""
        places = [self._place_present[number] for number in present]
        places += [self._place_possible[number] for number in possible]
        places.sort()
        statements: dict[str, list[Statement]] = {}
        bearing, found = answers.evidence.keys(), [self._candidates[place] for place in places]
        stated = [name for name, told in answers.told.sections.items() if told.statements]
        return tuple(
            [
                one.bare
                if bearing.isdisjoint(one.criteria) and one.timed_sections.isdisjoint(stated)
                else self._finding(one, answers, statements)
                for one in found
            ]
        )

    def not_assessed(self, answers: Answers) -> tuple[NotAssessed, ...]:
        """Word the rules that rest on declarations nobody made."""
        return self._all_unassessed(tuple(map(answers.values.__getitem__, self._declarations)))

    def _not_assessed(self, values: tuple[int, ...]) -> tuple[NotAssessed, ...]:
        known = dict(zip(self._declarations, values, strict=True))
        notes = [self._unassessed(at, tuple([known[n] for n in numbers])) for at, (_, numbers) in enumerate(self._declaring)]
        return tuple([note for note in notes if note is not None])

    def _not_assessed_one(self, at: int, values: tuple[int, ...]) -> NotAssessed | None:
        rule, numbers = self._declaring[at]
        answered = dict(zip(numbers, values, strict=True))
        if not waits_on_a_declaration(rule.decided, answered):
            return None
        needs = tuple(self.phrase(number) for number, value in answered.items() if value == UNDECLARED)
        return NotAssessed(rule.id, rule.title, needs)

    def _candidate(self, rule: Rule, status: Status) -> _Candidate:
        level = Level(rule.level if status == "present" else rule.if_unanswered)
        sources = tuple(SourceNote(c.source.title, c.source.publisher, c.source.url, c.pinpoint, c.supports) for c in rule.sources)
        bare = Finding(rule.id, rule.title, rule.domain, level, status, rule.because, rule.action, None, (), sources, rule.support)
        windows = {number: self.rulebook.criteria[number].window for number in criteria_of(rule.decided)}
        timed = tuple(number for number, window in windows.items() if window is not None and window.key in LAPSING)
        sections = frozenset(self.rulebook.criteria[number].section for number in timed)
        return _Candidate(rule, status, criteria_of(rule.when), timed, sections, bare)

    def _finding(self, candidate: _Candidate, answers: Answers, statements: dict[str, list[Statement]]) -> Finding:
        """Word a finding that answers bear on, or that may lapse."""
        self._by_path(answers, statements)
        defer = defer_until(candidate.rule, candidate.timed, self.questionnaire, answers, statements) if candidate.timed else None
        evidence, bare = self._evidence(candidate, answers, statements), candidate.bare
        return Finding(
            bare.rule, bare.title, bare.domain, bare.level, bare.status, bare.because, bare.action, defer, evidence, bare.sources, bare.support
        )  # fmt: skip

    @staticmethod
    def _by_path(answers: Answers, statements: dict[str, list[Statement]]) -> None:
        """Gather, once for each report, what was stated at each path."""
        if not statements:
            for told in answers.told.sections.values():
                for statement in told.statements:
                    statements.setdefault(statement.path, []).append(statement)

    def _evidence(self, candidate: _Candidate, answers: Answers, statements: dict[str, list[Statement]]) -> tuple[Evidence, ...]:
        """Collect the answers that bear on a rule."""
        least = YES if candidate.status == "present" else UNKNOWN
        found: dict[tuple[object, ...], Evidence] = {}
        for criterion in candidate.criteria:
            for path, number, concept, exact, value in answers.evidence.get(criterion, ()):
                if value < least or (path, number, concept, exact) in found:
                    continue
                clearance = _clearance(statements.get(path, ()))
                witness = self._planned if clearance is None and path.startswith("/treatment/") else self._witness
                found[path, number, concept, exact] = witness(path, number, concept, exact, clearance)
        return tuple(found.values())

    def _witness(self, path: str, number: int, concept: str, exact: bool, clearance: Clearance | None) -> Evidence:  # noqa: FBT001 - as answered
        return Evidence(path, self.phrase(number), concept, "exact" if exact else "probable", clearance)


def _seriousness(candidate: _Candidate) -> tuple[int, bool, str]:
    return LEVELS.index(candidate.bare.level), candidate.status != "present", candidate.rule.id


def _clearance(statements: Sequence[Statement]) -> Clearance | None:
    """Give the clearance of an entry, as the form gave it."""
    given = statements[-1].entry.clearance if statements and statements[-1].entry is not None else None
    return Clearance(given.by, given.date, given.note) if given is not None else None


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
