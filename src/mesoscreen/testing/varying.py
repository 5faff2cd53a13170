"""Vary an example of a rule in every way that leaves the rule's verdict as it is.

A variation that would change the verdict is not made, so whatever is drawn is what was promised, and nothing is filtered out.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from mesoscreen.criteria.criterion import NO, YES
from mesoscreen.criteria.reading import SPACES
from mesoscreen.decide import value_of, waits_on_a_declaration
from mesoscreen.errors import IntakeError
from mesoscreen.intake import Intake, misdated
from mesoscreen.rulebook.formula import criteria_of
from mesoscreen.rulebook.rules import example_intake
from mesoscreen.testing.material import HISTORY, plainly, spellings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mesoscreen.rulebook.model import Rule, Rulebook, Status
    from mesoscreen.testing.material import Material

Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Starts:
    """The examples of a rule that have one verdict."""

    rule: Rule
    status: Status
    rulebook: Rulebook
    intakes: tuple[Data, ...]

    @classmethod
    def of(cls, rule: Rule, status: Status, rulebook: Rulebook) -> Starts:
        """Take the examples of a rule that come out so."""
        wanted = [example_intake(example) for example in rule.examples if example.expect == status]
        data = [intake.model_dump(mode="json", exclude_unset=True) for intake in wanted]
        every = cls(rule, status, rulebook, ())
        return cls(rule, status, rulebook, tuple(one for one in data if every.doubts(one) is not None))

    def doubts(self, data: Data) -> int | None:
        """Count what an intake leaves in doubt; None if it cannot be screened or the rule comes out otherwise."""
        try:
            intake = Intake.model_validate(data)
        except IntakeError:
            return None
        on = date.fromisoformat(data["treatment"]["date"])
        if misdated(intake, on):
            return None
        answers = self.rulebook.questionnaire.answer(self.rulebook.reader.read(intake, on))
        values = {number: answers.values[number] for number in criteria_of(self.rule.decided)}
        decided = value_of(self.rule.decided, values)
        as_wanted = decided == YES if self.status == "present" else decided == NO and not waits_on_a_declaration(self.rule.decided, values)
        return len(answers.told.unrecognised) + len(answers.told.contradictions) if as_wanted else None


class _Patient:
    """An example being varied."""

    def __init__(self, starts: Starts, data: Data) -> None:
        self.starts, self.data = starts, data
        self._doubts = starts.doubts(data) or 0

    def becomes(self, **parts: Any) -> None:  # noqa: ANN401 - parts of an intake
        """Change some parts, if the rule stays as it is and nothing more is in doubt. None leaves a part out."""
        changed = {key: value for key, value in {**self.data, **parts}.items() if value is not None}
        doubts = self.starts.doubts(changed)
        if doubts is not None and doubts <= self._doubts:
            self.data = changed

    def entries(self, section: str) -> list[Data]:
        """Give the entries of a section, in either form."""
        given = self.data.get(section)
        entries: list[Data] = given.get("present", []) if isinstance(given, dict) else given or []
        return entries

    def has(self, section: str, entries: list[Data]) -> None:
        """Change the entries of a section."""
        given = self.data.get(section)
        self.becomes(**{section: {**given, "present": entries} if isinstance(given, dict) else entries})


@st.composite
def varied(draw: st.DrawFn, starts: Starts, material: Material, entries: Mapping[str, st.SearchStrategy[Data]]) -> Data:
    """Draw one of the examples, varied."""
    patient = _Patient(starts, copy.deepcopy(draw(st.sampled_from(starts.intakes))))
    for section in [section for section in HISTORY if patient.data.get(section) is not None]:
        _spell(draw, patient, section)
        more = draw(st.lists(entries[section], max_size=2))
        if more:
            patient.has(section, [*patient.entries(section), *more])
        if len(patient.entries(section)) > 1:
            patient.has(section, draw(st.permutations(patient.entries(section))))
        _turn(draw, patient, section, material)
    _declare(draw, patient, material)
    for section in [section for section in HISTORY if patient.data.get(section) is not None]:
        if draw(st.booleans()):
            patient.becomes(**{section: None})
    return patient.data


def _spell(draw: st.DrawFn, patient: _Patient, section: str) -> None:
    """Write the names of a section otherwise."""
    words, spaces = patient.starts.rulebook.vocabulary, SPACES[section]
    for number, entry in enumerate(patient.entries(section)):
        concept = plainly(entry["name"], spaces, words) if entry.get("name") else None
        if concept is not None and draw(st.booleans()):
            name = draw(st.sampled_from(spellings(words.concept(spaces[0], concept))))
            there = patient.entries(section)
            patient.has(section, [*there[:number], {**entry, "name": name}, *there[number + 1 :]])


def _turn(draw: st.DrawFn, patient: _Patient, section: str, material: Material) -> None:
    """Turn a list into the long form, or the long form into a list."""
    given = patient.data[section]
    if not draw(st.booleans()):
        return
    if isinstance(given, dict):
        patient.becomes(**{section: given.get("present", [])})
        return
    denied = draw(st.lists(st.sampled_from(material.names[section]), max_size=2))
    patient.becomes(**{section: {"present": given, "denied": denied, "complete": draw(st.booleans())}})


def _declare(draw: st.DrawFn, patient: _Patient, material: Material) -> None:
    """Say something about patient and plan that was not said, or say it otherwise."""
    if draw(st.booleans()):
        patient.becomes(patient={**patient.data.get("patient", {}), "sex": draw(st.sampled_from(("female", "male")))})
    if draw(st.booleans()):
        patient.becomes(patient={**patient.data.get("patient", {}), "birth_date": draw(st.sampled_from(material.ages))})
    if draw(st.booleans()):
        areas = draw(st.lists(st.sampled_from(material.areas), min_size=1, max_size=2))
        patient.becomes(treatment={**patient.data["treatment"], "areas": areas})
