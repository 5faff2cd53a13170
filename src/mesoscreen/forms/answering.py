"""From the answers of a form back to an intake: nothing is lost, nothing is assumed, and what is hidden is not kept.

A question without an answer was not asked, and neither was one somebody skipped. "None of these" denies what was offered.
A section is complete only if every question about it was answered and nothing else applies.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mesoscreen.criteria.answers import ASKED
from mesoscreen.errors import IntakeError, IntakeProblem
from mesoscreen.forms.checking import checked
from mesoscreen.forms.denying import denials, sorted_out
from mesoscreen.forms.form import Form
from mesoscreen.forms.question import NO, UNSURE, YES, Question
from mesoscreen.intake import Intake

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mesoscreen.rulebook.model import Rulebook

_HELD = {"conditions": "active", "medications": "current"}
_NOT_KNOWN = {"status": "unknown", "route": "unknown"}
"""What a detail is where it was shown and skipped, and leaving it out would mean something else."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A form that was filled in, as an intake."""

    intake: Intake = field(repr=False)
    places: Mapping[str, str] = field(repr=False)
    """Which question each entry comes from, by its JSON pointer into the intake; longer pointers lie inside these."""

    def question_at(self, pointer: str) -> str | None:
        """Name the question whose answer stands at a place of the intake."""
        while pointer and pointer not in self.places:
            pointer = pointer.rpartition("/")[0]
        return self.places.get(pointer)


def from_answers(
    answers: Mapping[str, Any],
    rulebook: Rulebook | None = None,
    *,
    treatment: Mapping[str, Any] | None = None,
    answered: str | None = None,
) -> Intake:
    """Turn the answers of a form, by question id, into an intake.

    `treatment` is the plan the form was made for, `answered` the date the answers were given.
    A live form makes its `Form` once and calls `fill` instead.

    Raises:
        IntakeError: an answer is to no question of this form, or cannot be read; every problem points into the answers.

    """
    return fill(Form.of(rulebook, treatment), answers, answered=answered).intake


def fill(form: Form, answers: Mapping[str, Any], *, answered: str | None = None) -> Filled:
    """Fill in a form, and say which question each place of the intake comes from.

    Raises:
        IntakeError: an answer is to no question of this form, or cannot be read; every problem points into the answers.

    """
    known = checked(form, answers)
    filling = _Filling(form, known)
    data: dict[str, Any] = {"patient": filling.patient(), "treatment": filling.treatment()}
    for section in ASKED:
        data[section] = filling.section(section)
    data["measurements"] = filling.readings()
    if answered is not None:
        data["answered"] = answered
    try:
        intake = Intake.model_validate(data)
    except IntakeError as error:
        problems = tuple(filling.located(problem) for problem in error.problems)
    else:
        return Filled(intake, filling.places)
    raise IntakeError(problems)


class _Filling:
    def __init__(self, form: Form, answers: Mapping[str, Any]) -> None:
        self.form = form
        self.answers = answers
        self.shown = tuple(form.shown(answers))
        self.places: dict[str, str] = {}
        self.details: dict[tuple[str, str], list[Question]] = {}
        for question in self.shown:
            if question.place.parent:
                self.details.setdefault((question.place.parent, question.place.concept), []).append(question)

    def located(self, problem: IntakeProblem) -> IntakeProblem:
        question = Filled(Intake(), self.places).question_at(problem.pointer)
        return IntakeProblem(f"/{question}" if question is not None else problem.pointer, problem.code, problem.message)

    def patient(self) -> dict[str, Any]:
        patient = {}
        for question in self.shown:
            if question.place.section == "patient" and question.id in self.answers:
                self.places[f"/patient/{question.place.key}"] = question.id
                value = self.answers[question.id]
                patient[question.place.key] = "unknown" if value == UNSURE else value
        return patient

    def treatment(self) -> dict[str, Any]:
        treatment = dict(self.form.treatment or {})
        for question in self.shown:
            if question.place.section != "treatment" or question.id not in self.answers:
                continue
            value, key = self.answers[question.id], question.place.key
            self.places[f"/treatment/{key}"] = question.id
            treatment[key] = [_named(one) for one in value] if key == "products" else value
        facts = self._facts(treatment.get("facts"))
        return {**treatment, "facts": facts} if facts is not None else treatment

    def _facts(self, given: Any) -> Any:  # noqa: ANN401 - as an intake has it
        asked = [q for q in self.shown if q.place.section == "facts" and q.id in self.answers]
        if not asked:
            return given
        told: dict[str, Any] = {"present": list(given), "complete": True} if isinstance(given, list | tuple) else dict(given or {})
        present, denied, unsure = sorted_out(asked, self.answers)
        for number, (question, _) in enumerate(present, len(told.get("present", ()))):
            self.places[f"/treatment/facts/present/{number}"] = question.id
        told["present"] = [*told.get("present", ()), *(fact for _, fact in present)]
        told["denied"] = [*told.get("denied", ()), *denied]
        told["unsure"] = [*told.get("unsure", ()), *unsure]
        return told

    def section(self, name: str) -> dict[str, Any] | None:
        """Gather one section; None if nothing about it was answered."""
        about = [q for q in self.shown if q.place.section == name and not q.place.parent and q.place.key in ("", "other")]
        asked = [q for q in about if q.id in self.answers]
        if not asked:
            return None
        choices = [q for q in asked if not q.place.key]
        present, _, unsure = sorted_out([q for q in choices if q.place.subject is None and not q.place.planned], self.answers)
        special, _, doubtful = sorted_out([q for q in choices if q.place.subject is not None or q.place.planned], self.answers)
        entries: list[dict[str, Any]] = []
        for question, concept in (*present, *special):
            self.places[f"/{name}/present/{len(entries)}"] = question.id
            entries.append(self._entry(question, concept))
        typed = self._typed(name)
        for number, entry in enumerate(typed, len(entries)):
            self.places[f"/{name}/present/{number}"] = f"{name}-other--entries"
            entries.append(entry)
        self.places |= {f"/{name}/unsure/{number}": question for number, question in enumerate(unsure.values())}
        held = {concept for q, concept in (*present, *special) if q.place.subject is None} | set(unsure)
        denied = denials(self.form, name, self.answers, held)
        self.places |= {f"/{name}/denied/{number}": question for number, question in enumerate(denied.values())}
        other = self.answers.get(f"{name}-other")
        # What somebody is unsure of in the family, or of their plans, has no place in an intake: it keeps the section open.
        is_answered = len(asked) == len(about) and (other == NO or (other == YES and bool(typed)))
        is_complete = is_answered and not doubtful and name not in self.form.never_complete
        return {"present": entries, "denied": list(denied), "unsure": list(unsure), "complete": is_complete}

    def _entry(self, question: Question, concept: str) -> dict[str, Any]:
        place = question.place
        entry: dict[str, Any] = {"name": concept}
        if place.subject is not None:
            entry["subject"] = place.subject
        if place.planned:
            entry["planned"] = True
        if place.is_now and place.section in _HELD:
            entry["status"] = _HELD[place.section]
        for detail in self.details.get((question.id, concept), ()):
            key, value = detail.place.key, self.answers.get(detail.id)
            if value is None or value == UNSURE:
                if key in _NOT_KNOWN:
                    entry[key] = _NOT_KNOWN[key]
            elif key == "products":
                entry[key] = [{"name": name} for name in value]
            else:
                entry[key] = value == YES if key == "controlled" else value
        return entry

    def _typed(self, name: str) -> list[dict[str, Any]]:
        """Give the entries typed in freely, which ask the same details."""
        question = self.form.question(f"{name}-other--entries")
        if question is None or question not in self.shown:
            return []
        skipped = {"status": "unknown"} if any(one.place.key == "status" for one in question.fields) else {}
        return [{**skipped, **_named(in_sight(question, one))} for one in self.answers.get(question.id, ())]

    def readings(self) -> dict[str, Any] | None:
        """Give the readings; nobody has to declare any."""
        readings: list[dict[str, Any]] = []
        for question in self.shown:
            if question.place.section != "measurements" or question.place.parent or question.id not in self.answers:
                continue
            reading: dict[str, Any] = {"name": question.place.concept, "value": float(self.answers[question.id])}
            if question.unit:
                reading["unit"] = question.unit
            for detail in self.details.get((question.id, question.place.concept), ()):
                if detail.id in self.answers:
                    reading["date"] = self.answers[detail.id]
            self.places[f"/measurements/present/{len(readings)}"] = question.id
            readings.append(reading)
        return {"present": readings} if readings else None


def in_sight(question: Question, entry: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out of an entry what its other fields hide."""
    kept: dict[str, Any] = {}
    for one in question.fields:
        if one.opens is None or kept.get(one.opens.question.rpartition("--")[2]) == one.opens.value:
            kept[one.place.key] = entry.get(one.place.key)
    return kept


def _named(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Take the fields of an entry that were answered; what is not known is left out."""
    entry = {key: value for key, value in fields.items() if value not in (None, "", [], UNSURE)}
    if fields.get("route") == UNSURE:
        entry["route"] = "unknown"
    if "controlled" in entry:
        entry["controlled"] = entry["controlled"] == YES
    if isinstance(entry.get("products"), list):
        entry["products"] = [{"name": name} for name in entry["products"]]
    return entry
