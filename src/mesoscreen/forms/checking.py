"""Check the answers of a form: every answer belongs to a question, and is of the kind it asks for."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from mesoscreen.errors import IntakeError, IntakeProblem
from mesoscreen.intake import MAX_ENTRIES, MAX_TEXT, days_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mesoscreen.forms.form import Form
    from mesoscreen.forms.question import Question

_WANTED = {
    "choice": "one of the options, as text",
    "choices": "a list of options",
    "names": "a list of names",
    "entries": "a list of objects",
    "date": "a date; write YYYY-MM-DD, YYYY-MM or YYYY",
    "number": "a number",
    "text": "text",
}


def checked(form: Form, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Give the answers that say something, checked; a blank one was not given.

    Raises:
        IntakeError: an answer is to no question of the form, or is not what it asks for.

    """
    known, problems = dict[str, Any](), list[IntakeProblem]()
    for key, answer in answers.items():
        question = form.question(key)
        if question is None:
            # INVARIANT: the key is the submitter's own text, so it is not repeated.
            problems.append(IntakeProblem("", "unknown-key", "an answer is to no question of this form; make the form anew, or answer the one it was made for"))
        elif not _is_blank(answer):
            found = list(_problems(question, answer, f"/{question.id}"))
            problems += found
            if not found:
                known[question.id] = _without_blank_entries(question, answer)
    if problems:
        raise IntakeError(tuple(dict.fromkeys(problems)))
    return known


def _is_blank(answer: object) -> bool:
    return answer is None or answer in ("", [], ())


def _without_blank_entries(question: Question, answer: object) -> object:
    """Leave out entries somebody added and wrote nothing into, as form builders make them."""
    if not isinstance(answer, list | tuple):
        return answer
    return tuple(one for one in answer if question.kind != "entries" or not _says_nothing(one))


def _says_nothing(entry: object) -> bool:
    return isinstance(entry, dict) and all(map(_is_blank, entry.values()))


def _problems(question: Question, answer: object, at: str) -> Iterator[IntakeProblem]:
    match question.kind, answer:
        case "choice", str():
            yield from _options(question, (answer,), at)
        case "choices", list() | tuple():
            yield from _options(question, answer, at)
        case "names", list() | tuple():
            yield from (problem for number, one in enumerate(answer) for problem in _text(one, f"{at}/{number}"))
        case "entries", list() | tuple() if len(answer) <= MAX_ENTRIES:
            for number, one in enumerate(answer):
                if not _says_nothing(one):
                    yield from _entry(question, one, f"{at}/{number}")
        case "date", str():
            yield from _date(answer, at)
        case "number", int() | float() if not isinstance(answer, bool):
            if not math.isfinite(answer):
                yield IntakeProblem(at, "not-finite", "not a finite number")
        case "text", str():
            yield from _text(answer, at)
        case _:
            yield IntakeProblem(at, "wrong-type", f"not {_WANTED[question.kind]}")


def _options(question: Question, chosen: Any, at: str) -> Iterator[IntakeProblem]:  # noqa: ANN401 - a list or tuple
    allowed = [option.value for option in question.options]
    for number, one in enumerate(chosen):
        if one not in allowed:
            where = f"{at}/{number}" if question.kind == "choices" else at
            yield IntakeProblem(where, "not-an-option", "not an option of this question")


def _date(answer: str, at: str) -> Iterator[IntakeProblem]:
    try:
        days_of(answer)
    except (ValueError, OverflowError):
        yield IntakeProblem(at, "impossible-date", f"not {_WANTED['date']}")


def _text(answer: object, at: str) -> Iterator[IntakeProblem]:
    if not isinstance(answer, str):
        yield IntakeProblem(at, "wrong-type", "not text")
    elif not answer.strip():
        yield IntakeProblem(at, "empty-text", "empty; write a name, or leave it out")
    elif len(answer) > MAX_TEXT:
        yield IntakeProblem(at, "too-large", f"longer than the {MAX_TEXT} allowed")


def _entry(question: Question, answer: object, at: str) -> Iterator[IntakeProblem]:
    if not isinstance(answer, dict):
        yield IntakeProblem(at, "wrong-type", "not an object")
        return
    fields = {one.place.key: one for one in question.fields}
    if not answer.get("name"):
        yield IntakeProblem(at, "missing-key", "`name` is missing")
    for key, value in answer.items():
        if key not in fields:
            yield IntakeProblem(at, "unknown-key", f"a key that is not part of this entry; it has {', '.join(fields)}")
        elif not _is_blank(value):
            yield from _problems(fields[key], value, f"{at}/{key}")
