"""Read one answer of a FHIR QuestionnaireResponse: the kind of value its question asks for, or what is wrong with it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from mesoscreen.errors import IntakeProblem
from mesoscreen.forms.questionnaire import options_system
from mesoscreen.intake import days_of

if TYPE_CHECKING:
    from mesoscreen.forms.form import Form
    from mesoscreen.forms.question import Question

_WANTED = {
    "choice": "`valueCoding` with one of the options",
    "choices": "`valueCoding` with one of the options",
    "date": "`valueDate`, or `valueString` with YYYY-MM-DD, YYYY-MM or YYYY",
    "number": "`valueDecimal`, `valueInteger` or `valueQuantity`",
    "text": "`valueString`",
    "names": "`valueString`",
}
_PLAIN_UNITS = ("", "1")


class Value(NamedTuple):
    """What was answered."""

    value: Any


def value_of(question: Question, answer: object, at: str, form: Form) -> Value | IntakeProblem | None:
    """Read one answer; None if it holds no value. Only what FHIR can spell wrongly is looked at here."""
    if not isinstance(answer, Mapping):
        return IntakeProblem(at, "wrong-type", "not an object")
    if answer.get("modifierExtension"):
        return IntakeProblem(f"{at}/modifierExtension", "modified", "an extension that changes what the answer means; send it without")
    keys = [key for key in answer if isinstance(key, str) and key.startswith("value")]
    if any(key not in keys and str(key).removeprefix("_") not in ("id", "extension", "item") and not str(key).startswith("_value") for key in answer):
        return IntakeProblem(at, "unknown-key", "a key that FHIR does not define here; an answer behind it would be lost")
    if len(keys) > 1:
        return IntakeProblem(at, "wrong-type", "two values in one answer; send each as an answer of its own")
    if not keys or answer[keys[0]] is None:
        return None
    key, given = keys[0], answer[keys[0]]
    where = f"{at}/{key}"
    match question.kind, key, given:
        case "choice" | "choices", "valueCoding", Mapping():
            return _coding(question, given, where, form)
        case "date", "valueDate" | "valueString", str():
            return _date(given.strip(), where)
        case "number", "valueDecimal" | "valueInteger", int() | float() | Decimal() if not isinstance(given, bool):
            return _number(given, where)
        case "number", "valueQuantity", Mapping():
            return _quantity(question, given, where)
        case "text" | "names", "valueString", str():
            return Value(given)
        case _:
            # INVARIANT: the key may be the submitter's own text, so it is not repeated.
            return IntakeProblem(at, "wrong-type", f"not the kind of value the question asks for; write {_WANTED[question.kind]}")


def _coding(question: Question, coding: Mapping[str, Any], at: str, form: Form) -> Value | IntakeProblem:
    code = coding.get("code")
    if not isinstance(code, str):
        return IntakeProblem(at, "missing-key", "`code` is missing, and a display alone is not matched; write the code of an option")
    if coding.get("system") not in (None, options_system(form)):
        return IntakeProblem(f"{at}/system", "not-an-option", f"a code of another system; the options are codes of `{options_system(form)}`")
    if code not in [option.value for option in question.options]:
        return IntakeProblem(f"{at}/code", "not-an-option", "not an option of this question")
    return Value(code)


def _date(given: str, at: str) -> Value | IntakeProblem:
    try:
        days_of(given)
    except (ValueError, OverflowError):
        if "T" in given:
            return IntakeProblem(at, "impossible-date", "a time of day, which may be another day elsewhere; write YYYY-MM-DD, YYYY-MM or YYYY")
        return IntakeProblem(at, "impossible-date", "not a date; write YYYY-MM-DD, YYYY-MM or YYYY")
    return Value(given)


def _number(given: float | Decimal, at: str) -> Value | IntakeProblem:
    try:
        number = float(given)
    except OverflowError:
        number = math.inf
    return Value(number) if math.isfinite(number) else IntakeProblem(at, "not-finite", "not a finite number")


def _quantity(question: Question, given: Mapping[str, Any], at: str) -> Value | IntakeProblem:
    number = given.get("value")
    if isinstance(number, bool) or not isinstance(number, int | float | Decimal):
        return IntakeProblem(f"{at}/value", "wrong-type", "not a number")
    if given.get("comparator") is not None:
        return IntakeProblem(f"{at}/comparator", "wrong-type", "not one number but a bound; write the number that was read")
    unit = given.get("code", given.get("unit"))
    wanted = _PLAIN_UNITS if question.unit in _PLAIN_UNITS else (question.unit,)
    if (unit or "") not in wanted:
        return IntakeProblem(at, "wrong-unit", f"not in the unit the question asks for; write it in `{question.unit or '1'}`")
    return _number(number, f"{at}/value")
