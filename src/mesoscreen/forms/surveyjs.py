"""A form as a SurveyJS survey (survey-core 2.0.4 and later), whose data are the answers.

Every group is a page and every question an element named by its id. A follow-up is visible while everything that opens it is,
so an answer left over in a hidden question opens nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesoscreen.forms.question import NONE
from mesoscreen.forms.schema import DAY, PARTIAL_DATE, by_field, by_id, is_whole_day
from mesoscreen.intake import MAX_ENTRIES, MAX_TEXT
from mesoscreen.wording import LANGUAGE, wording

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mesoscreen.forms.form import Form
    from mesoscreen.forms.question import Option, Question
    from mesoscreen.wording import Wording

_IN_ENTRY = "panel."
"""What stands before the name of a field in an expression of a dynamic panel."""


def to_surveyjs(form: Form) -> dict[str, Any]:
    """Give the form as the JSON of a SurveyJS survey, in the language of its rulebook.

    The survey's data go to `from_answers` as they are.
    """
    language = form.rulebook.language
    say = wording(language)
    pages: dict[str, dict[str, Any]] = {}
    for question, element in zip(form.questions, _elements(form.questions, by_id, "", say), strict=True):
        pages.setdefault(question.group, {"name": question.group, "title": question.section, "elements": []})["elements"].append(element)
    return {
        "title": say("form.title"),
        **({"locale": language} if language != LANGUAGE else {}),
        "showQuestionNumbers": False,
        "clearInvisibleValues": "onHidden",
        "pages": list(pages.values()),
    }


def _elements(questions: Iterable[Question], name: Callable[[Question], str], prefix: str, say: Wording) -> list[dict[str, Any]]:
    known = {question.id: question for question in questions}
    return [_element(question, known, name, prefix, say) for question in known.values()]


def _element(
    question: Question, known: Mapping[str, Question], name: Callable[[Question], str], prefix: str, say: Wording
) -> dict[str, Any]:
    element = {**_type(question, say), "name": name(question), "title": question.text}
    if question.help:
        element["description"] = question.help
    if conditions := _conditions(question, known, name, prefix):
        element["visibleIf"] = " and ".join(conditions)
    return element


def _conditions(question: Question, known: Mapping[str, Question], name: Callable[[Question], str], prefix: str) -> list[str]:
    """List what must hold for a question to be seen, the outermost first."""
    opens = question.opens
    if opens is None:
        return []
    parent = known[opens.question]
    answer = f"{{{prefix}{name(parent)}}}"
    match opens.value, parent.kind:
        case "", _:
            own = f"{answer} notempty"
        case value, "choices":
            own = f"{answer} contains '{value}'"
        case value, _:
            own = f"{answer} = '{value}'"
    return [*_conditions(parent, known, name, prefix), own]


def _type(question: Question, say: Wording) -> dict[str, Any]:
    match question.kind:
        case "choice":
            return {"type": "radiogroup", "choices": _choices(question.options), "allowClear": True}
        case "choices":
            return {"type": "checkbox", "choices": _choices(one for one in question.options if one.value != NONE), **_none(question)}
        case "date":
            pattern, written = (DAY, "form.day-format") if is_whole_day(question) else (PARTIAL_DATE, "form.date-format")
            return {"type": "text", "placeholder": say(written), "validators": [{"type": "regex", "regex": pattern, "text": say(written)}]}
        case "number":
            return {"type": "text", "inputType": "number"}
        case "text":
            return {"type": "text", "maxLength": MAX_TEXT}
        case "names":
            return {"type": "tagbox", "choices": [], "allowCustomChoices": True}
        case "entries":
            fields = _elements(question.fields, by_field, _IN_ENTRY, say)
            fields = [{**field, "isRequired": True} if field["name"] == "name" else field for field in fields]
            return {"type": "paneldynamic", "templateElements": fields, "maxPanelCount": MAX_ENTRIES}


def _choices(options: Iterable[Option]) -> list[dict[str, str]]:
    return [{"value": option.value, "text": option.label} for option in options]


def _none(question: Question) -> dict[str, Any]:
    """Let "none of these" clear everything else; its value is SurveyJS's own, which is ours too."""
    return next(({"showNoneItem": True, "noneText": option.label} for option in question.options if option.value == NONE), {})
