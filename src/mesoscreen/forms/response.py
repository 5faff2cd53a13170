"""From a FHIR R4 QuestionnaireResponse back to the answers of a form, and to an intake.

Only an item with an answer counts; one that is there without an answer was not asked, and one that is hidden is not kept.
A response says which questionnaire it answers; one to another questionnaire, or to another version, is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from mesoscreen.errors import IntakeError, IntakeProblem
from mesoscreen.forms.answering import fill
from mesoscreen.forms.items import ANYWHERE, Items, Reading, check_keys
from mesoscreen.forms.questionnaire import canonical_of, group_link
from mesoscreen.intake import days_of, parse_json

if TYPE_CHECKING:
    from mesoscreen.forms.form import Form
    from mesoscreen.intake import Intake

RESPONSE_CODES = {
    "not-a-response": "it is not a FHIR QuestionnaireResponse",
    "other-questionnaire": "the response answers another questionnaire, or does not say which",
    "other-version": "the response answers another version of the questionnaire, or does not say which",
    "bad-status": "the status is missing, is not one of FHIR, or says that the response was a mistake",
    "modified": "a modifier extension or implicit rules change what the response means",
    "unknown-key": "an object has a key that FHIR R4 does not define there, so an answer might be lost",
    "missing-key": "an element that is needed is absent",
    "unknown-item": "an item is none of the questionnaire, or stands where the questionnaire does not have it",
    "repeated-item": "a question is there twice, as when a form is sent twice, so one of the two answers would be lost",
    "several-answers": "a question that takes one answer has several",
    "wrong-type": "a value has the wrong JSON type, or is another kind of value than the question asks for",
    "not-an-option": "an answer is not one of the options of the question",
    "wrong-unit": "a number is in another unit than the question asks for",
    "too-deep": "items are nested deeper than any questionnaire is",
    "too-large": "a list or a text is longer than screening accepts",
    "empty-text": "a text is only white space",
    "impossible-date": "a date is not on the calendar, or not written as YYYY, YYYY-MM or YYYY-MM-DD",
    "not-finite": "a number is NaN or infinite",
}
"""What can be wrong with a response, by code; what its answers say together can be wrong as in any intake."""
MAX_PROBLEMS = 50
"""Most problems one error lists."""
_STATUSES = ("in-progress", "completed", "amended", "stopped")
_RESPONSE = ANYWHERE | {
    "resourceType", "meta", "implicitRules", "language", "text", "contained", "identifier", "basedOn", "partOf",
    "questionnaire", "status", "subject", "encounter", "authored", "author", "source", "item",
}  # fmt: skip
_VERSION = re.compile(r"[A-Za-z0-9.+]{1,32}-[0-9a-f]{16}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_FORM_ANEW = "fill in the questionnaire anew, or make the form with the rulebook and the treatment the response was made for"


class ResponseError(IntakeError):
    """A response to a questionnaire cannot be read; every problem points into the response."""

    code = "response"


def from_questionnaire_response(response: Mapping[str, Any] | str | bytes, form: Form, *, answered: str | None = None) -> Intake:
    """Turn a FHIR R4 QuestionnaireResponse, as JSON or a mapping, into an intake.

    `answered` is the date the answers were given; if absent, it is taken from `authored`.

    Raises:
        ResponseError: it does not answer this form, or cannot be read.
        IntakeError: it is not JSON.

    """
    reading = _read(response, form)
    try:
        return fill(form, reading.kept(), answered=answered or reading.authored).intake
    except IntakeError as error:
        problems = [reading.located(problem) for problem in error.problems]
    # INVARIANT: raised outside the handler, so that nothing that quotes the answers is chained to it.
    raise ResponseError(tuple(problems))


def answers_of(response: Mapping[str, Any] | str | bytes, form: Form) -> dict[str, Any]:
    """Give the answers in a FHIR R4 QuestionnaireResponse by question id, as `fill` takes them, without those that are hidden.

    Raises:
        ResponseError: it does not answer this form, or cannot be read.
        IntakeError: it is not JSON.

    """
    return _read(response, form).kept()


def _read(response: Mapping[str, Any] | str | bytes, form: Form) -> Reading:
    data = parse_json(response) if isinstance(response, str | bytes | bytearray) else response
    reading = Reading(form)
    if not isinstance(data, Mapping) or data.get("resourceType") != "QuestionnaireResponse":
        reading.refuse("", "not-a-response", "not a FHIR response; give an object whose `resourceType` is `QuestionnaireResponse`")
    else:
        _head(reading, data)
        if not reading.problems:
            groups, asked = {group_link(question.group) for question in form.questions}, {question.id: question for question in form.questions}
            Items(reading, groups, asked).read(data.get("item"), "/item", "", reading.answers, 0)
    if len(reading.problems) > MAX_PROBLEMS:
        more = IntakeProblem("", "too-large", f"and {len(reading.problems) - MAX_PROBLEMS} more problems")
        reading.problems = [*reading.problems[:MAX_PROBLEMS], more]
    if reading.problems:
        raise ResponseError(tuple(reading.problems))
    return reading


def _head(reading: Reading, response: Mapping[str, Any]) -> None:
    check_keys(reading, response, _RESPONSE, "")
    if response.get("implicitRules"):
        reading.refuse("/implicitRules", "modified", "rules that change what the response means; send it without")
    status = response.get("status")
    if status == "entered-in-error":
        reading.refuse("/status", "bad-status", "the response says of itself that it was a mistake; send the one that replaces it")
    elif status not in _STATUSES:
        reading.refuse("/status", "bad-status", f"must be {', '.join(_STATUSES[:-1])} or {_STATUSES[-1]}")
    _canonical(reading, response.get("questionnaire"))
    if response.get("authored") is not None:
        try:
            reading.authored = _day(response["authored"])
            reading.places["/answered"] = "/authored"
        except (ValueError, OverflowError):
            reading.refuse("/authored", "impossible-date", "not a date and time as FHIR writes them")


def _canonical(reading: Reading, given: object) -> None:
    url, version = canonical_of(reading.form)
    wanted = f"`{url}|{version}`"
    address, _, other = given.partition("|") if isinstance(given, str) else ("", "", "")
    if not address:
        reading.refuse("/questionnaire", "other-questionnaire", f"the response does not say which questionnaire it answers; this form is {wanted}")
    elif address != url:
        reading.refuse("/questionnaire", "other-questionnaire", f"the response answers another questionnaire; this form is {wanted}")
    elif other != version:
        # INVARIANT: only what looks like a version is repeated, for the text is the submitter's own.
        whose = f"version `{other}`" if _VERSION.fullmatch(other) else "no version that could be read" if other else "no version"
        reading.refuse("/questionnaire", "other-version", f"the response is for {whose} of the questionnaire, this form is version `{version}`; {_FORM_ANEW}")


def _day(moment: object) -> str:
    """Take the day of a FHIR dateTime.

    A time in UTC may be the evening before where the patient is, so the earlier day is taken: answers are never younger than they are.
    """
    if not isinstance(moment, str):
        raise ValueError  # noqa: TRY004 - told as an error of the response
    if "T" not in moment:
        days_of(moment)
        return moment
    if _MOMENT.fullmatch(moment) is None:
        raise ValueError
    time = datetime.fromisoformat(moment)
    return (time if time.utcoffset() else time - timedelta(hours=12)).date().isoformat()
