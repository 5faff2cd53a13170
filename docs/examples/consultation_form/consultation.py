"""What the page shows: the forms of a plan, one screening of the answers, and the way from each place of a report back to a question.

Nothing here knows of the web.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mesoscreen import Report, Rulebook, screen
from mesoscreen.errors import IntakeError, IntakeProblem
from mesoscreen.forms import Filled, Form, Question, fill
from mesoscreen.wording import wording

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mesoscreen import Finding


OWN_WORDS = ("birth_date", "outcome", "sex")
"""Fields, besides names, that hold what somebody said rather than a detail of it."""


@lru_cache(maxsize=32)
def form_for(treatment: str, language: str) -> Form:
    """Make the form for a plan, written as JSON; for `null`, the form that asks for the plan."""
    return Form.of(Rulebook.default().in_language(language), json.loads(treatment))


def planning(language: str) -> Form:
    """Make the form of the first page: what any plan is asked."""
    form = form_for("null", language)
    return Form(form.rulebook, None, tuple(question for question in form.questions if question.place.section == "treatment"))


def consulting(plan: Mapping[str, Any], language: str) -> Form:
    """Make the form of the second page: what this plan makes worth asking."""
    treatment = fill(planning(language), plan).intake.treatment
    return form_for(json.dumps(treatment.model_dump(mode="json", exclude_defaults=True), sort_keys=True), language)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place of the intake in the words of the form: the question it comes from, and what was said there."""

    question: Question | None
    said: str


class Screened:
    """One screening, ready to be shown: every place of the report leads back to a question."""

    def __init__(self, form: Form, answers: Mapping[str, Any]) -> None:
        """Fill in the form and screen it, once.

        Raises:
            IntakeError: an answer cannot be read; every pointer starts with the id of its question.

        """
        self.form = form
        self.filled: Filled = fill(form, answers)
        try:
            self.report: Report = screen(self.filled.intake, rulebook=form.rulebook)
        except IntakeError as error:
            raise IntakeError(tuple(self._located(problem) for problem in error.problems)) from None
        self.open = form.still_open(answers, self.report)
        self.present = [finding for finding in self.report.findings if finding.status == "present"]
        self.possible = [finding for finding in self.report.findings if finding.status == "possible"]
        self._told: dict[str, Any] = self.filled.intake.model_dump(mode="json")

    def _located(self, problem: IntakeProblem) -> IntakeProblem:
        question = self.filled.question_at(problem.pointer)
        return IntakeProblem(f"/{question}" if question else problem.pointer, problem.code, problem.message)

    def at(self, path: str) -> Spot:
        """Say what stands at a place of the intake."""
        question = self.form.question(self.filled.question_at(path) or f"{path.split('/')[1]}-other")
        said = self._said(path)
        for option in question.options if question else ():
            said = option.label if option.value == said else said
        for part, key in (("/denied/", "no"), ("/unsure/", "unsure")):
            said = f"{said} ({wording(self.report.stamp.language)(f'form.{key}')})" if part in path else said
        return Spot(question, said)

    def _said(self, path: str) -> str:
        """Give the patient's own words: the name of an entry, or the text at the place itself."""
        value: Any = self._told
        said = ""
        for step in path.split("/")[1:]:
            value = (value[int(step)] if int(step) < len(value) else None) if isinstance(value, list) else (value or {}).get(step)
            if isinstance(value, str) and (step.isdigit() or step in OWN_WORDS):
                said = value
            elif isinstance(value, dict):
                said = value.get("name", said)
        return said

    def gaps(self) -> list[tuple[Spot, str, list[str]]]:
        """List what was answered, but not exactly enough, and what no open question asks for: place, what to ask, of what."""
        sections = {question.place.section for question in self.open}
        asked = {(place.parent, place.concept, place.key) for place in (question.place for question in self.open)}
        merged: dict[tuple[str, str], tuple[Spot, str, list[str]]] = {}
        for gap in self.report.unanswered:
            section, identity = gap.path.split("/")[1], self.filled.question_at(gap.path)
            is_asked = (identity, self._said(gap.path), gap.path.rpartition("/")[2]) in asked if identity else section in sections
            if is_asked or (self.form.treatment is None and section != "treatment"):  # the first page asks for nothing but the plan
                continue
            spot = self.at(gap.path)
            about = merged.setdefault((identity or section, gap.text), (spot, gap.text, []))[2]
            about += [one for one in (spot.said, *gap.about) if one and one not in about]
        return list(merged.values())

    def pointed(self) -> list[Finding]:
        """List the possible findings that an answer of the consultation already points to."""
        given = [] if self.form.treatment is None else self.possible
        return [finding for finding in given if any(self.filled.question_at(item.path) for item in finding.evidence)]

    def marks(self) -> dict[str, list[dict[str, str]]]:
        """Say for each question which findings its answer caused."""
        say, marks = wording(self.report.stamp.language), dict[str, list[dict[str, str]]]()
        for finding in (*self.present, *self.pointed()):
            for question in {self.filled.question_at(evidence.path): None for evidence in finding.evidence}:
                if question is not None:
                    about = say(f"level.{finding.level}" if finding.status == "present" else "verdict.possible").casefold()
                    mark = {"level": finding.level, "status": finding.status, "text": f"{finding.title} ({about})"}
                    marks.setdefault(question, []).append(mark)
        return marks


def still_asked(form: Form, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Keep the answers that this form still asks for: another plan asks other questions, and offers other options."""
    kept: dict[str, Any] = {}
    for question in form.questions:
        answer, offered = answers.get(question.id), [option.value for option in question.options]
        if question.kind == "choices" and isinstance(answer, list):
            answer = [value for value in answer if value in offered]
        elif question.kind == "choice" and answer not in offered:
            answer = None
        if answer not in (None, "", []):
            kept[question.id] = answer
    shown = {question.id for question in form.shown(kept)}
    return {question: answer for question, answer in kept.items() if question in shown}


def grouped(form: Form) -> Iterator[tuple[str, list[tuple[Question, dict[str, list[Question]]]]]]:
    """Group the questions under their headings; each with its follow-ups by the option they are about."""
    groups: dict[str, list[tuple[Question, dict[str, list[Question]]]]] = {}
    for question in form.questions:
        if question.opens is None:
            groups.setdefault(question.section, []).append((question, {}))
        else:
            groups[question.section][-1][1].setdefault(question.place.concept, []).append(question)
    yield from groups.items()


def told(form: Form, answers: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Put every answer that counts into words: the question, and what was said."""
    for question in form.shown(answers):
        if answers.get(question.id) not in (None, "", []):
            yield question.section if question.kind == "entries" else question.text, list(_words(question, answers[question.id]))


def _words(question: Question, answer: Any) -> Iterator[str]:  # noqa: ANN401 - an answer of any kind
    labels = {option.value: option.label for option in question.options}
    for one in answer if isinstance(answer, list) else [answer]:
        if question.kind == "entries":
            name, *details = [field for field in question.fields if one.get(field.place.key)]
            more = [f"{field.text} {', '.join(_words(field, one[field.place.key]))}" for field in details]
            yield one[name.place.key] + (f" ({' '.join(more)})" if more else "")
        else:
            yield labels.get(one, f"{one} {question.unit}".rstrip())
