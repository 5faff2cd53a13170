"""Screening: from an intake to a report. The whole idea is in `Screener.screen`.

    Intake → what was told → answers to every criterion → verdicts of every rule → Report

The rule engine decides; the specification decides again; if they differ there is no report.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import date
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from mesoscreen.decide import Specification, Verdicts
from mesoscreen.engine import NAME, Engine, is_available
from mesoscreen.errors import EngineDisagreement, IntakeError
from mesoscreen.intake import Intake, misdated
from mesoscreen.report.build import Composer, outcome_of
from mesoscreen.report.explain import Explanation, explain
from mesoscreen.report.model import Report, Stamp
from mesoscreen.report.questions import Asker
from mesoscreen.rulebook.formula import criteria_of
from mesoscreen.rulebook.model import Rulebook

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mesoscreen.criteria.answers import Answers, Questionnaire
    from mesoscreen.rulebook.model import Rule


class Screener:
    """One rulebook, compiled: the specification, and the rule engine where it can be loaded. Thread-safe."""

    def __init__(self, rulebook: Rulebook) -> None:
        """Compile the rulebook and let the engine prove itself on every rule."""
        self.rulebook = rulebook
        self.rules = tuple(sorted(rulebook.rules.values(), key=attrgetter("id")))
        self.questionnaire = rulebook.questionnaire
        formulas = [rule.decided for rule in self.rules]
        self.specification = Specification(formulas, len(rulebook.criteria))
        self.engine_name = NAME if is_available() else "specification"
        count = len(rulebook.criteria)
        self.engine = Engine(formulas, criteria=count, usual=usual(self.rules, self.questionnaire)) if is_available() else None
        self.composer = Composer(rulebook, self.rules)
        self.asker = Asker(self.rules, self.questionnaire)
        self.library = library_version()

    def screen(self, intake: Intake, on: date) -> Report:
        """Screen one intake as of a day."""
        answers = self.questionnaire.answer(self.rulebook.reader.read(intake, on))
        verdicts = self.decide(answers)
        findings = self.composer.findings(verdicts.present, verdicts.possible, answers)
        asked = self.asker.questions(verdicts.possible, answers)
        report = Report(
            outcome_of(findings, asked, answers),
            findings,
            asked,
            answers.told.unrecognised,
            answers.told.contradictions,
            self.composer.not_assessed(answers),
            self._stamp(intake, on),
            self.rulebook.intended_use,
            self.rulebook.misuse,
        )
        object.__setattr__(report, "_explain", partial(self._explain, answers))
        return report

    def decide(self, answers: Answers) -> Verdicts:
        """Decide every rule twice over.

        Raises:
            EngineFailure: the engine broke a promise.
            EngineDisagreement: the engine and the specification differ.

        """
        specified = self.specification.decide(answers)
        if self.engine is None:
            return specified
        decided = self.engine.decide(answers.values, answers.yes, answers.unknown)
        if decided != specified:
            differing = (decided[0] ^ specified.present) | (decided[1] ^ specified.possible)
            raise EngineDisagreement(tuple(sorted(self.rules[n].id for n in differing)))
        return specified

    def _explain(self, answers: Answers, rule_id: str) -> Explanation:
        return explain(self.rulebook.rule(rule_id), self.composer, answers)

    def _stamp(self, intake: Intake, on: date) -> Stamp:
        book = self.rulebook
        digest = hashlib.sha256(intake.canonical()).hexdigest()
        return Stamp(
            book.name, book.version, book.sha256, book.changes, self.library, self.engine_name, on, digest, book.language
        )


def usual(rules: Sequence[Rule], questionnaire: Questionnaire) -> list[int]:
    """Order the criteria that hold for many healthy patients too: of the plan, those about any product, then what many rules ask."""
    asking = Counter(number for rule in rules for number in criteria_of(rule.decided))
    planned = questionnaire.of_section["plan"]
    return sorted(planned, key=lambda number: (bool(questionnaire.criteria[number].concepts), -asking[number]))


def library_version() -> str:
    """Give the version of this library as installed."""
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - slow to import, needed once

    try:
        return version("mesoscreen")
    except PackageNotFoundError:  # run from a source tree that was never installed
        return "unknown"


def screener_of(rulebook: Rulebook) -> Screener:
    """Give the rulebook's screener, compiled once and kept with the rulebook, so that both are dropped together."""
    kept = rulebook.__dict__.get("_screener")
    if kept is None:
        kept = Screener(rulebook)
        object.__setattr__(rulebook, "_screener", kept)
    return kept


def screen(intake: Intake | Mapping[str, Any], *, on: date | None = None, rulebook: Rulebook | None = None) -> Report:
    """Flag what in an intake needs a practitioner's review before treatment. Never says a treatment is safe.

    `on` is the day every time window counts from: this argument, else `treatment.date`, else today.
    `rulebook` is the shipped one unless given.

    Raises:
        IntakeError: the intake cannot be read; every problem has a JSON pointer.
        EngineFailure, EngineDisagreement: nothing can be reported; screen again or by hand.

    """
    told = intake if isinstance(intake, Intake) else Intake.model_validate(intake)
    planned = told.treatment.date
    day = on or (date.fromisoformat(planned) if planned is not None else date.today())  # noqa: DTZ011 - a calendar day
    problems = misdated(told, day)
    if problems:
        raise IntakeError(problems)
    return screener_of(rulebook or Rulebook.default()).screen(told, day)


__all__ = ["Screener", "screen", "screener_of"]
