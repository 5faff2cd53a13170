"""Run the examples of a rule: each is a patient for whom the rule must come out as stated."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from mesoscreen.criteria.answers import Questionnaire
from mesoscreen.criteria.criterion import NO, YES
from mesoscreen.criteria.reading import read
from mesoscreen.decide import value_of, waits_on_a_declaration
from mesoscreen.errors import IntakeError
from mesoscreen.intake import misdated
from mesoscreen.rulebook.formula import Formula, criteria_of
from mesoscreen.rulebook.rules import example_intake

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mesoscreen.criteria.criterion import Criterion
    from mesoscreen.criteria.told import Told
    from mesoscreen.rulebook.model import Example, Rule, Rulebook, Status
    from mesoscreen.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Failure:
    """An example that came out otherwise than it says."""

    rule: str
    example: str
    expected: str
    got: str

    def __str__(self) -> str:
        return f"{self.rule}: “{self.example}” should be {self.expected}, is {self.got}"


class Patient:
    """One example, read once and then asked as often as needed."""

    def __init__(self, example: Example, vocabulary: Vocabulary) -> None:
        """Read the example's intake.

        Raises:
            IntakeError: it cannot be read.

        """
        self.example = example
        intake = example_intake(example)
        planned = intake.treatment.date
        on = date.fromisoformat(planned) if planned else date.fromisoformat(example.on)
        problems = misdated(intake, on)
        if problems:
            raise IntakeError(problems)
        self.told: Told = read(intake, vocabulary, on)
        self._answered: dict[Criterion, int] = {}

    def verdict(self, formula: Formula, criteria: Sequence[Criterion], vocabulary: Vocabulary) -> Status:
        """Decide one formula for this patient."""
        values = self.values(criteria_of(formula), criteria, vocabulary)
        decided = value_of(formula, values)
        if decided == NO:
            return "not-assessed" if waits_on_a_declaration(formula, values) else "clear"
        return "present" if decided == YES else "possible"

    def values(self, numbers: Sequence[int], criteria: Sequence[Criterion], vocabulary: Vocabulary) -> Mapping[int, int]:
        """Answer the criteria a formula needs, each once."""
        missing = [criteria[n] for n in numbers if criteria[n] not in self._answered]
        if missing:
            questionnaire = Questionnaire(missing, vocabulary)
            for position, criterion in enumerate(missing):
                self._answered[criterion] = questionnaire.again(position, self.told)
        return {number: self._answered[criteria[number]] for number in numbers}


def run_examples(rule: Rule, rulebook: Rulebook) -> list[Failure]:
    """Run every example of a rule and report those that fail."""
    failures = []
    for example in rule.examples:
        try:
            patient = Patient(example, rulebook.vocabulary)
        except IntakeError as error:
            failures.append(Failure(rule.id, example.name, "a valid intake", str(error.problems[0])))
            continue
        got = patient.verdict(rule.decided, rulebook.criteria, rulebook.vocabulary)
        if got != example.expect:
            failures.append(Failure(rule.id, example.name, example.expect, got))
    return failures
