"""Screening: from an intake to a report. The whole idea is in `Screener.screen`.

    Intake → what was told → answers to every criterion → verdicts of every rule → Report

The rule engine decides; the specification decides again; if they differ there is no report.
"""

from __future__ import annotations

import hashlib
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from mesoscreen.criteria.reading import read
from mesoscreen.decide import Specification, Verdicts
from mesoscreen.engine import NAME, Engine, is_available
from mesoscreen.errors import EngineDisagreement, IntakeError, MesoscreenError
from mesoscreen.intake import Intake, misdated
from mesoscreen.report.build import Composer, outcome_of
from mesoscreen.report.explain import Explanation, explain
from mesoscreen.report.model import Report, Stamp
from mesoscreen.report.questions import questions
from mesoscreen.rulebook.model import Rulebook

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mesoscreen.criteria.answers import Answers


class Screener:
    """One rulebook, compiled: the specification, and the rule engine where it can be loaded. Thread-safe."""

    def __init__(self, rulebook: Rulebook) -> None:
        """Compile the rulebook and let the engine prove itself on every rule."""
        self.rulebook = rulebook
        self.rules = tuple(rulebook.rules.values())
        self.questionnaire = rulebook.questionnaire
        formulas = [rule.decided for rule in self.rules]
        self.specification = Specification(formulas, len(rulebook.criteria))
        self.engine_name = NAME if is_available() else "specification"
        self.engine = Engine(formulas, criteria=len(rulebook.criteria)) if is_available() else None
        self.composer = Composer(rulebook)
        self.library = library_version()

    def screen(self, intake: Intake, on: date) -> Report:
        """Screen one intake as of a day."""
        answers = self.questionnaire.answer(read(intake, self.rulebook.vocabulary, on))
        verdicts = self.decide(answers)
        present = [self.rules[n] for n in verdicts.present]
        possible = sorted((self.rules[n] for n in verdicts.possible), key=lambda rule: rule.id)
        findings = self.composer.findings(present, possible, answers)
        asked = questions(possible, self.questionnaire, answers)
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
            book.name, book.version, book.sha256, book.changes, self.library, self.engine_name, on, digest
        )


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


def screen_many(
    intakes: Iterable[Intake | Mapping[str, Any]], *, on: date | None = None, rulebook: Rulebook | None = None
) -> Iterator[Report | MesoscreenError]:
    """Screen intakes one by one, in order; an intake that cannot be screened yields its error in place."""
    book = rulebook or Rulebook.default()
    for intake in intakes:
        try:
            yield screen(intake, on=on, rulebook=book)
        except MesoscreenError as error:
            yield error


__all__ = ["Screener", "screen", "screen_many", "screener_of"]
