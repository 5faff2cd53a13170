"""Read the items of a FHIR QuestionnaireResponse: which answer belongs to which question, and where in the response it stands.

Items may stand inside groups, inside answers, or side by side, as renderers differ in that. No answer is lost on the way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mesoscreen.errors import IntakeProblem
from mesoscreen.forms.answering import in_sight
from mesoscreen.forms.questionnaire import HELP
from mesoscreen.forms.values import value_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesoscreen.forms.form import Form
    from mesoscreen.forms.question import Question

MAX_DEPTH = 20
"""Deepest nesting of items."""
ANYWHERE = {"id", "extension", "modifierExtension"}
"""The elements that FHIR allows everywhere."""
_ITEM = ANYWHERE | {"linkId", "definition", "text", "answer", "item"}
_UNKNOWN = "no item of this questionnaire, or not one that stands here; answer the questionnaire the form gives"
_LISTS = ("choices", "names")


@dataclass
class Reading:
    """What was read of a response: the answers, where they stand, and what is wrong."""

    form: Form
    answers: dict[str, Any] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    """Where in the response an answer stands, by its pointer into the answers."""
    problems: list[IntakeProblem] = field(default_factory=list)

    authored: str | None = None
    """The day the answers were given, as the response says."""

    def refuse(self, pointer: str, code: str, message: str) -> None:
        """Note something that is wrong."""
        self.problems.append(IntakeProblem(pointer, code, message))

    def kept(self) -> dict[str, Any]:
        """Give the answers to the questions in sight, and of entries the fields in sight."""
        shown = (question for question in self.form.shown(self.answers) if question.id in self.answers)
        return {one.id: [_in_sight(one, entry) for entry in self.answers[one.id]] if one.fields else self.answers[one.id] for one in shown}

    def located(self, problem: IntakeProblem) -> IntakeProblem:
        """Point into the response instead of the answers."""
        pointer = problem.pointer
        while pointer and pointer not in self.places:
            pointer = pointer.rpartition("/")[0]
        return IntakeProblem(self.places.get(pointer, problem.pointer), problem.code, problem.message)


def check_keys(reading: Reading, node: Mapping[str, Any], known: set[str], at: str) -> None:
    """Refuse what FHIR does not define at this place, and what changes the meaning of the rest."""
    # INVARIANT: a key is the submitter's own text, so it is not repeated.
    if any(not isinstance(key, str) or key.removeprefix("_") not in known for key in node):
        reading.refuse(at, "unknown-key", "a key that FHIR does not define here; an answer behind it would be lost")
    if node.get("modifierExtension"):
        reading.refuse(f"{at}/modifierExtension", "modified", "an extension that changes what the answers mean; send it without")


@dataclass(frozen=True)
class Items:
    """Reads the items of one scope: the whole form, or one entry of a list."""

    reading: Reading
    groups: set[str]
    scope: Mapping[str, Question]
    seen: set[str] = field(default_factory=set)

    def read(self, items: object, at: str, inside: str, answers: dict[str, Any], depth: int) -> None:
        """Read a list of items into answers; `inside` is where these answers stand among all."""
        if items is None:
            return
        if not isinstance(items, list | tuple):
            self.reading.refuse(at, "wrong-type", "not a list of items")
            return
        if depth > MAX_DEPTH:
            self.reading.refuse(at, "too-deep", "nested deeper than any questionnaire is")
            return
        for number, item in enumerate(items):
            self._item(item, f"{at}/{number}", inside, answers, depth)

    def _item(self, item: object, at: str, inside: str, answers: dict[str, Any], depth: int) -> None:
        if not isinstance(item, Mapping):
            self.reading.refuse(at, "wrong-type", "not an object")
            return
        check_keys(self.reading, item, _ITEM, at)
        link = item.get("linkId")
        question = self.scope.get(link) if isinstance(link, str) else None
        is_silent = isinstance(link, str) and (link in self.groups or link.removesuffix(HELP) in self.scope)
        if link is None:
            self.reading.refuse(at, "missing-key", "`linkId` is missing")
        elif question is None and not is_silent:
            self.reading.refuse(f"{at}/linkId", "unknown-item", _UNKNOWN)
        elif question is not None and question.kind == "entries":
            self._entry(question, item, at, inside, answers, depth)
        elif link in self.seen:
            self.reading.refuse(at, "repeated-item", "the same item for the second time; send each answer once")
        else:
            self.seen.add(link)
            if question is None:
                self._nothing(item, at)
            else:
                self._answers(question, item, at, inside, answers)
            for nested, where in _nested(item, at):
                self.read(nested, where, inside, answers, depth + 1)

    def _entry(self, question: Question, item: Mapping[str, Any], at: str, inside: str, answers: dict[str, Any], depth: int) -> None:
        self._nothing(item, at)
        entry: dict[str, Any] = {}
        here = f"{inside}/{question.id}/{len(answers.get(question.id, ()))}"
        fields = {one.id: one for one in question.fields}
        Items(self.reading, set(), fields).read(item.get("item"), f"{at}/item", here, entry, depth + 1)
        if entry:
            answers.setdefault(question.id, []).append(entry)
            self.reading.places.setdefault(f"{inside}/{question.id}", at)
            self.reading.places[here] = at

    def _nothing(self, item: Mapping[str, Any], at: str) -> None:
        if item.get("answer"):
            self.reading.refuse(f"{at}/answer", "unknown-item", "an answer to what is no question; answer the items inside it")

    def _answers(self, question: Question, item: Mapping[str, Any], at: str, inside: str, answers: dict[str, Any]) -> None:
        given = item.get("answer")
        if not isinstance(given, list | tuple | None):
            self.reading.refuse(f"{at}/answer", "wrong-type", "not a list of answers")
            return
        is_field = bool(inside)
        key = question.place.key if is_field else question.id
        values, found = list[Any](), list[str]()
        for number, answer in enumerate(given or ()):
            where = f"{at}/answer/{number}"
            outcome = value_of(question, answer, where, self.reading.form)
            if isinstance(outcome, IntakeProblem):
                self.reading.problems.append(outcome)
            elif outcome is not None:
                values.append(outcome[0])
                found.append(where)
        if question.kind not in _LISTS and len(values) > 1:
            self.reading.refuse(f"{at}/answer/1", "several-answers", "a second answer to a question that takes one; send one of them")
            return
        if values:
            answers[key] = values if question.kind in _LISTS else values[0]
            self.reading.places[f"{inside}/{key}"] = at
            self.reading.places |= {f"{inside}/{key}/{number}": where for number, where in enumerate(found)}


def _nested(item: Mapping[str, Any], at: str) -> Iterator[tuple[object, str]]:
    """Yield the lists of items inside an item: its own, and those of its answers."""
    yield item.get("item"), f"{at}/item"
    answers = item.get("answer")
    for number, answer in enumerate(answers if isinstance(answers, list | tuple) else ()):
        if isinstance(answer, Mapping):
            yield answer.get("item"), f"{at}/answer/{number}/item"


def _in_sight(question: Question, entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in in_sight(question, entry).items() if value is not None}
