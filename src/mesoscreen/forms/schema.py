"""A form as a JSON Schema and a UI schema, for react-jsonschema-form and whatever else builds forms from a schema.

The properties are the questions, flat and by id, so that what such a form returns *is* the answers. Follow-ups stand inside
`if`/`then`, one inside another where one opens another. Nothing has a default: what nobody touched comes back empty.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from mesoscreen.forms.question import NONE
from mesoscreen.intake import MAX_ENTRIES, MAX_TEXT
from mesoscreen.wording import wording

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mesoscreen.forms.form import Form
    from mesoscreen.forms.question import Option, Question
    from mesoscreen.wording import Wording

DRAFT = "http://json-schema.org/draft-07/schema#"
"""What form builders read without being set up for it."""
DAY = r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
"""A whole date."""
PARTIAL_DATE = r"^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$"
"""A date of which the day, or the month and the day, may be missing."""
_SOMETHING = r"\S"
_BLANK: tuple[Any, ...] = ("", None, [])
"""Answers that say nothing."""


def to_json_schema(form: Form) -> dict[str, Any]:
    """Give the form as a JSON Schema (draft 7) of its answers, in the language of its rulebook.

    What is valid by it can be filled in, unless a date is not on the calendar or no visit could have it.
    `x-rules` names the rules that need a question, most serious first, and `x-level` how serious the first of them is.
    """
    book = form.rulebook
    shared = _Shared(form.questions)
    return {
        "$schema": DRAFT,
        "title": wording(book.language)("form.title"),
        "x-rulebook": {"name": book.name, "version": book.version, "sha256": book.sha256, "language": book.language},
        **_object(form.questions, by_id, shared),
        **shared.definitions(),
    }


def to_ui_schema(form: Form) -> dict[str, Any]:
    """Give the UI schema that goes with the JSON Schema in react-jsonschema-form: the order, the widgets and the sections.

    The sections stand in `ui:options` as `groups`, each with `id`, `title` and `questions`; a template draws them.
    """
    say = wording(form.rulebook.language)
    groups: dict[str, dict[str, Any]] = {}
    for question in form.questions:
        groups.setdefault(question.group, {"id": question.group, "title": question.section, "questions": []})["questions"].append(question.id)
    return {**_hints(form.questions, by_id, say), "ui:options": {"groups": list(groups.values())}}


def by_id(question: Question) -> str:
    """Name an answer by its question."""
    return question.id


def by_field(question: Question) -> str:
    """Name an answer by the field of the entry it is in."""
    return question.place.key


def is_whole_day(question: Question) -> bool:
    """Tell whether a question wants a whole date: the plan's; every other date may be partial."""
    return (question.place.section, question.place.key) == ("treatment", "date")


class _Shared:
    """Lists of options that many questions offer; each is written once, beside the questions."""

    def __init__(self, questions: Iterable[Question]) -> None:
        asked = [one for question in questions for one in (question, *question.fields) if one.kind == "choices"]
        uses = Counter(question.options for question in asked)
        self.names: dict[tuple[Option, ...], str] = {}
        for question in asked:
            if uses[question.options] > 1 and question.options not in self.names:
                name = question.place.key or question.id
                self.names[question.options] = question.id if name in self.names.values() else name

    def items(self, question: Question) -> dict[str, Any]:
        """Say what may stand in a list of options."""
        name = self.names.get(question.options)
        return _one_of(question.options) if name is None else {"$ref": f"#/definitions/{name}"}

    def definitions(self) -> dict[str, Any]:
        """Give the shared lists, if there are any."""
        return {"definitions": {name: _one_of(options) for options, name in self.names.items()}} if self.names else {}


def _object(questions: Iterable[Question], name: Callable[[Question], str], shared: _Shared) -> dict[str, Any]:
    """Say what an object of answers looks like: what is always asked, and what each answer adds."""
    first: list[Question] = []
    opened: dict[str, dict[str, list[Question]]] = {}
    for question in questions:
        if question.opens is None:
            first.append(question)
        else:
            opened.setdefault(question.opens.question, {}).setdefault(question.opens.value, []).append(question)
    return {"type": "object", **_level(first, opened, name, shared)}


def _level(
    asked: Iterable[Question], opened: Mapping[str, Mapping[str, list[Question]]], name: Callable[[Question], str], shared: _Shared
) -> dict[str, Any]:
    """Say what some questions are, and what their answers open.

    What hides behind a follow-up stands inside its `then`: a stale answer to a hidden question opens nothing.
    """
    asked = list(asked)
    level: dict[str, Any] = {"properties": {name(question): _answer(question, shared) for question in asked}}
    conditions = [
        {"if": _condition(question, value, name), "then": _level(then, opened, name, shared)}
        for question in asked
        for value, then in opened.get(question.id, {}).items()
    ]
    return {**level, "allOf": conditions} if conditions else level


def _condition(question: Question, value: str, name: Callable[[Question], str]) -> dict[str, Any]:
    wanted: dict[str, Any]
    if not value:
        wanted = {"not": {"enum": list(_BLANK)}}
    elif question.kind == "choices":
        # Without the type, whatever is no list would contain everything.
        wanted = {"type": "array", "contains": {"const": value}}
    else:
        wanted = {"const": value}
    return {"properties": {name(question): wanted}, "required": [name(question)]}


def _answer(question: Question, shared: _Shared) -> dict[str, Any]:
    """Say what an answer to one question looks like."""
    said: dict[str, Any] = {"title": question.text}
    if question.help:
        said["description"] = question.help
    said |= _shape(question, shared)
    if question.unit:
        said["x-unit"] = question.unit
    if question.rules:
        said["x-rules"] = list(question.rules)
    if question.level is not None:
        said["x-level"] = question.level.value
    return said


def _shape(question: Question, shared: _Shared) -> dict[str, Any]:
    match question.kind:
        case "choice":
            return _one_of(question.options)
        case "choices":
            several = {"type": "array", "items": shared.items(question), "uniqueItems": True}
            is_exclusive = any(option.value == NONE for option in question.options)
            return {**several, "if": {"contains": {"const": NONE}}, "then": {"maxItems": 1}} if is_exclusive else several
        case "date":
            return {"type": "string", "pattern": DAY if is_whole_day(question) else PARTIAL_DATE}
        case "number":
            return {"type": "number"}
        case "text":
            return _text()
        case "names":
            return {"type": "array", "items": _text()}
        case "entries":
            return {"type": "array", "items": {**_object(question.fields, by_field, shared), "required": ["name"]}, "maxItems": MAX_ENTRIES}


def _text() -> dict[str, Any]:
    return {"type": "string", "pattern": _SOMETHING, "maxLength": MAX_TEXT}


def _one_of(options: Iterable[Option]) -> dict[str, Any]:
    # INVARIANT: an `enum` of one, never a `const`: react-jsonschema-form answers an untouched question with the first `const` it finds.
    return {"type": "string", "oneOf": [{"enum": [option.value], "title": option.label} for option in options]}


def _hints(questions: Iterable[Question], name: Callable[[Question], str], say: Wording) -> dict[str, Any]:
    """Give the order of some questions, and a hint for each that needs one."""
    questions = list(questions)
    hints = {name(question): hint for question in questions if (hint := _hint(question, say))}
    return {"ui:order": [*map(name, questions), "*"], **hints}


def _hint(question: Question, say: Wording) -> dict[str, Any]:
    match question.kind:
        case "choices":
            return {"ui:widget": "checkboxes"}
        case "date":
            return {"ui:placeholder": say("form.day-format" if is_whole_day(question) else "form.date-format")}
        case "entries":
            return {"items": _hints(question.fields, by_field, say)}
        case _:
            return {}
