"""A form as a FHIR R4 Questionnaire, by the conventions of Structured Data Capture.

Every question is an item whose `linkId` is the question's id; follow-ups are shown by `enableWhen`. Plain JSON: nothing to install.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from mesoscreen.forms.question import NONE
from mesoscreen.forms.schema import PARTIAL_DATE, is_whole_day
from mesoscreen.intake import MAX_TEXT
from mesoscreen.wording import wording

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mesoscreen.forms.form import Form
    from mesoscreen.forms.question import Opening, Option, Question

HELP = ":help"
"""What ends the link id of the line that explains a question; no question's id holds a colon."""
_GROUP = "group:"
_FEW = 7
"""Up to so many options of a single choice stand side by side as radio buttons."""
_MANY = 12
"""Beyond so many, body areas and techniques are searched for instead of ticked off."""
_EXTENSION = "http://hl7.org/fhir/StructureDefinition/"
_CONTROLS = "http://hl7.org/fhir/questionnaire-item-control"
_UNITS = "http://unitsofmeasure.org"
_TYPES = {"choice": "choice", "choices": "choice", "date": "date", "number": "decimal", "text": "string", "names": "string", "entries": "group"}
"""The type of an item by the kind of its question.

A date that may be partial is a string: FHIR's dates may be partial too, but widgets for them take whole days only, so that who knows the
year alone would have to invent the rest.
"""
_REPEATING = ("choices", "names", "entries")


def to_fhir_questionnaire(form: Form) -> dict[str, Any]:
    """Give the form as the JSON of a FHIR R4 Questionnaire, in the language of its rulebook.

    Its `version` changes with the rulebook, the plan and the questions, and not with the language.
    """
    by_id = {question.id: question for question in form.questions}
    groups: dict[str, list[Question]] = {}
    for question in form.questions:
        groups.setdefault(question.group, []).append(question)
    language = form.rulebook.language
    url, version = canonical_of(form)
    return {
        "resourceType": "Questionnaire",
        "language": language,
        "url": url,
        "version": version,
        "name": _name(form.rulebook.name),
        "title": wording(language)("form.title"),
        "status": "active",
        "subjectType": ["Patient"],
        "item": [
            {
                "linkId": group_link(name),
                "text": asked[0].section,
                "type": "group",
                "item": [_item(form, question, by_id) for question in asked],
            }
            for name, asked in groups.items()
        ],
    }


def canonical_of(form: Form) -> tuple[str, str]:
    """Give the canonical address of the form's questionnaire, and its version."""
    return f"urn:mesoscreen:questionnaire:{quote(form.rulebook.name, safe='')}", f"{form.rulebook.version}-{_digest(form)[:16]}"


def options_system(form: Form) -> str:
    """Give the code system of the options of a form; their codes are concepts of the rulebook's vocabulary and words of the intake."""
    return f"urn:mesoscreen:options:{quote(form.rulebook.name, safe='')}"


def group_link(group: str) -> str:
    """Give the link id of a group, which no question has."""
    return _GROUP + group


def _digest(form: Form) -> str:
    """Take the SHA-256 over what answers mean: the rules, the plan, and which questions open on what."""
    meant = {"rulebook": form.rulebook.sha256, "treatment": form.treatment, "questions": [_structure(question) for question in form.questions]}
    return hashlib.sha256(json.dumps(meant, sort_keys=True, separators=(",", ":"), default=str).encode()).hexdigest()


def _structure(question: Question) -> list[Any]:
    opens = question.opens
    return [
        question.id,
        question.kind,
        question.unit,
        [option.value for option in question.options],
        None if opens is None else [opens.question, opens.value],
        [_structure(field) for field in question.fields],
    ]


def _name(rulebook: str) -> str:
    """Make a name that programs can use: letters and digits, a capital first."""
    return "".join(word for part in ("questionnaire", *rulebook.split("-")) if (word := "".join(filter(_is_plain, part.capitalize()))))


def _is_plain(letter: str) -> bool:
    return letter.isascii() and letter.isalnum()


def _openings(question: Question, others: Mapping[str, Question]) -> Iterator[Opening]:
    """Yield what opens a question, what opens that, and so on: renderers differ in whether a hidden question keeps its answer."""
    opens = question.opens
    while opens is not None:
        yield opens
        opens = others[opens.question].opens


def _item(form: Form, question: Question, others: Mapping[str, Question]) -> dict[str, Any]:
    item: dict[str, Any] = {"linkId": question.id}
    if extensions := list(_extensions(form, question)):
        item["extension"] = extensions
    item["text"] = question.text
    is_partial = question.kind == "date" and not is_whole_day(question)
    item["type"] = "string" if is_partial else _TYPES[question.kind]
    conditions = [_condition(form, opening) for opening in reversed([*_openings(question, others)])]
    if conditions:
        item["enableWhen"] = conditions
    if len(conditions) > 1:
        item["enableBehavior"] = "all"
    if question.kind in _REPEATING:
        item["repeats"] = True
    if item["type"] == "string":
        item["maxLength"] = len("YYYY-MM-DD") if is_partial else MAX_TEXT
    if question.options:
        item["answerOption"] = [_option(form, question, option) for option in question.options]
    fields = {field.id: field for field in question.fields}
    nested = [_item(form, field, fields) for field in question.fields]
    if question.help:
        nested.append({"linkId": question.id + HELP, "extension": [_control("help")], "text": question.help, "type": "display"})
    if nested:
        item["item"] = nested
    return item


def _extensions(form: Form, question: Question) -> Iterator[dict[str, Any]]:
    match question.kind:
        case "choice":
            yield _control("radio-button" if len(question.options) <= _FEW else "drop-down")
        case "choices":
            # Whoever says "none of these" must have seen them all; only a list out of the vocabulary may be searched.
            yield _control("autocomplete" if question.place.key and len(question.options) > _MANY else "check-box")
        case "number" if question.unit not in ("", "1"):
            yield {"url": f"{_EXTENSION}questionnaire-unit", "valueCoding": {"system": _UNITS, "code": question.unit, "display": question.unit}}
        case "date" if not is_whole_day(question):
            yield {"url": f"{_EXTENSION}entryFormat", "valueString": wording(form.rulebook.language)("form.date-format")}
            yield {"url": f"{_EXTENSION}regex", "valueString": PARTIAL_DATE}


def _control(code: str) -> dict[str, Any]:
    return {"url": f"{_EXTENSION}questionnaire-itemControl", "valueCodeableConcept": {"coding": [{"system": _CONTROLS, "code": code}]}}


def _condition(form: Form, opening: Opening) -> dict[str, Any]:
    if not opening.value:
        return {"question": opening.question, "operator": "exists", "answerBoolean": True}
    return {"question": opening.question, "operator": "=", "answerCoding": {"system": options_system(form), "code": opening.value}}


def _option(form: Form, question: Question, option: Option) -> dict[str, Any]:
    made: dict[str, Any] = {"valueCoding": {"system": options_system(form), "code": option.value, "display": option.label}}
    if option.value == NONE and question.kind == "choices":
        made["extension"] = [{"url": f"{_EXTENSION}questionnaire-optionExclusive", "valueBoolean": True}]
    return made
