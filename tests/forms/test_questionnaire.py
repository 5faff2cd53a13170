"""A form as a FHIR Questionnaire, and the way back from a response: nothing lost, nothing hidden kept, nothing misread."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from copy import deepcopy
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from fhir.resources.R4B.questionnaire import Questionnaire
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesoscreen import Intake, Rulebook, screen
from mesoscreen.errors import IntakeError
from mesoscreen.forms import (
    Form,
    Question,
    ResponseError,
    answers_of,
    fill,
    from_answers,
    from_questionnaire_response,
    to_fhir_questionnaire,
)
from mesoscreen.forms.response import RESPONSE_CODES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BOOK = Rulebook.default()
FACE: dict[str, Any] = {
    "date": "2026-11-30", "areas": ["face"], "technique": "needle",
    "products": [{"name": "our cocktail", "ingredients": ["hyaluronic acid", "thiamine", "tranexamic acid"]}, {"name": "EMLA", "role": "anaesthetic"}],
}  # fmt: skip
BELLY: dict[str, Any] = {
    "date": "2026-11-30", "areas": ["abdomen"], "technique": "intralipotherapy", "products": [{"name": "fat melter", "ingredients": ["deoxycholic acid"]}],
}  # fmt: skip
FORM, ANY = Form.of(BOOK, FACE), Form.of(BOOK)
FORMS = [Form.of(BOOK.in_language(language), plan) for language in ("en", "fr") for plan in (None, FACE, BELLY)]
SYSTEM = "urn:mesoscreen:options:mesoscreen"
SLOW = settings(deadline=None, max_examples=40, derandomize=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
every_form = pytest.mark.parametrize("form", FORMS, ids=["any plan", "face", "belly", "any plan, French", "face, French", "belly, French"])

ACNE = "skin-and-sun-medicines"
"""A question with a follow-up that opens another: is it still taken, and if not, since when."""
STATUS, STOPPED = f"{ACNE}--isotretinoin--status", f"{ACNE}--isotretinoin--stopped"


def items_of(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for item in node.get("item", ()):
        yield item
        yield from items_of(item)


def value_of(question: Question, answer: Any, *, terse: bool = False) -> dict[str, Any]:
    match question.kind:
        case "choice" | "choices":
            return {"valueCoding": {"code": answer} if terse else {"system": SYSTEM, "code": answer, "display": "anything"}}
        case "number" if question.unit and not terse:
            return {"valueQuantity": {"value": answer, "unit": question.unit, "system": "http://unitsofmeasure.org", "code": question.unit}}
        case "number":
            return {"valueDecimal": answer}
        case "date" if question.id == "treatment-date" or terse:
            return {"valueDate": answer}
        case _:
            return {"valueString": answer}


def item_of(question: Question, answer: Any, *, terse: bool = False) -> list[dict[str, Any]]:
    if question.kind != "entries":
        several = answer if isinstance(answer, list) else [answer]
        return [{"linkId": question.id, "answer": [value_of(question, one, terse=terse) for one in several]}]
    return [
        {"linkId": question.id, "item": [one for field in question.fields if field.place.key in entry for one in item_of(field, entry[field.place.key])]}
        for entry in answer
    ]


def response_to(form: Form, answers: dict[str, Any], shape: str = "groups") -> dict[str, Any]:
    """Respond as renderers do: by groups, flat, or with follow-ups inside the answer that opens them."""
    made = {question.id: item_of(question, answers[question.id], terse=shape == "flat") for question in form.questions if question.id in answers}
    top: dict[str, list[dict[str, Any]]] = {}
    for question in form.questions:
        opener = made.get(question.opens.question) if question.opens is not None and shape == "nested" else None
        if opener is not None:
            opener[0]["answer"][0].setdefault("item", []).extend(made.get(question.id, []))
        else:
            top.setdefault("" if shape == "flat" else f"group:{question.group}", []).extend(made.get(question.id, []))
    questionnaire = to_fhir_questionnaire(form)
    items = top[""] if shape == "flat" else [{"linkId": link, "item": inside} for link, inside in top.items() if inside]
    return {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": f"{questionnaire['url']}|{questionnaire['version']}",
        "status": "completed",
        "item": items,
    }


def answer_to(question: Question, rng: Random) -> Any:
    values = [option.value for option in question.options]
    match question.kind:
        case "choice":
            return rng.choice(values)
        case "choices":
            return rng.sample(values, min(len(values), rng.choice([1, 1, 3])))
        case "date":
            if question.id == "treatment-date":
                return "2026-11-30"
            return "2026-12-05" if question.place.planned else rng.choice(["2026-11-28", "2026-11", "2019"])
        case "number":
            return rng.choice([1, 36.6])
        case "names":
            return ["botulinum toxin", "something else"]
        case "text":
            return "aspirin"
        case _:
            return [{field.place.key: answer_to(field, rng) for field in question.fields if field.place.key == "name" or rng.random() < 0.5} for _ in range(2)]


@st.composite
def anything_answered(draw: st.DrawFn, form: Form) -> dict[str, Any]:
    """Answer any questions, in sight or hidden, as a broken renderer might keep them."""
    rng, share = Random(draw(st.integers(0, 10**9))), draw(st.sampled_from([0.05, 0.5, 1.0]))
    return {question.id: answer_to(question, rng) for question in form.questions if rng.random() < share}


def problems_in(response: Any, form: Form = FORM) -> list[tuple[str, str]]:
    with pytest.raises(ResponseError) as caught:
        from_questionnaire_response(response, form)
    return [(problem.pointer, problem.code) for problem in caught.value.problems]


# --- the questionnaire


@every_form
def test_the_questionnaire_is_a_valid_one_of_fhir_r4(form: Form) -> None:
    made = to_fhir_questionnaire(form)
    assert json.loads(Questionnaire.model_validate_json(json.dumps(made)).model_dump_json()) == made
    assert made["language"] == form.rulebook.language


@every_form
def test_every_question_is_one_item_and_every_link_id_is_unique(form: Form) -> None:
    made = to_fhir_questionnaire(form)
    links = Counter(item["linkId"] for item in items_of(made))
    assert max(links.values()) == 1
    asked = [one for question in form.questions for one in (question, *question.fields)]
    by_link = {item["linkId"]: item for item in items_of(made)}
    assert [question.id for question in asked if by_link[question.id]["text"] != question.text] == []
    assert len(links) == len(asked) + len({q.group for q in form.questions}) + sum(1 for q in asked if q.help)
    repeating = {link for link, item in by_link.items() if item.get("repeats")}
    assert repeating == {question.id for question in asked if question.kind in ("choices", "names", "entries")}


@every_form
def test_nothing_is_filled_in_before_anybody_answers(form: Form) -> None:
    for item in items_of(to_fhir_questionnaire(form)):
        assert "initial" not in item
        assert [option for option in item.get("answerOption", ()) if "initialSelected" in option] == []
        assert "required" not in item


@every_form
def test_a_condition_looks_back_at_an_option_of_an_item_beside_it(form: Form) -> None:
    def check(items: list[dict[str, Any]]) -> None:
        before: dict[str, dict[str, Any]] = {}
        for item in items:
            for condition in item.get("enableWhen", ()):
                source = before[condition["question"]]
                if condition["operator"] == "=":
                    assert condition["answerCoding"]["code"] in [option["valueCoding"]["code"] for option in source["answerOption"]]
                else:
                    assert (condition["operator"], condition["answerBoolean"]) == ("exists", True)
            assert ("enableBehavior" in item) == (len(item.get("enableWhen", ())) > 1)
            before[item["linkId"]] = item
            check(item.get("item", []))

    check(to_fhir_questionnaire(form)["item"])


@SLOW
@given(anything_answered(FORM))
def test_what_the_conditions_enable_is_what_the_form_shows(answers: dict[str, Any]) -> None:
    # Evaluated on the raw answers, hidden ones included: every item names the whole chain that opens it.
    def holds(condition: dict[str, Any]) -> bool:
        answer = answers.get(condition["question"])
        return answer is not None and (condition["operator"] == "exists" or condition["answerCoding"]["code"] in (answer if isinstance(answer, list) else [answer]))

    ids = {question.id for question in FORM.questions}
    enabled = [item["linkId"] for item in items_of(to_fhir_questionnaire(FORM)) if all(map(holds, item.get("enableWhen", ())))]
    assert [link for link in enabled if link in ids] == [question.id for question in FORM.shown(answers)]


def test_a_partial_date_is_text_with_a_pattern_and_the_day_of_the_treatment_a_date() -> None:
    items = {item["linkId"]: item for item in items_of(to_fhir_questionnaire(ANY))}
    assert items["treatment-date"]["type"] == "date"
    birth = items["patient-birth-date"]
    assert (birth["type"], birth["maxLength"]) == ("string", 10)
    assert [one["url"].rpartition("/")[2] for one in birth["extension"]] == ["entryFormat", "regex"]


def test_a_number_names_its_unit_and_none_of_these_excludes_the_rest() -> None:
    items = {item["linkId"]: item for item in items_of(to_fhir_questionnaire(ANY))}
    assert items["reading-systolic"]["type"] == "decimal"
    assert items["reading-systolic"]["extension"][0]["valueCoding"]["code"] == "mm[Hg]"
    assert "extension" not in items["reading-inr"]
    exclusive = [option["valueCoding"]["code"] for option in items["heart-disease"]["answerOption"] if "extension" in option]
    assert exclusive == ["none"]


def test_only_what_is_picked_from_the_vocabulary_is_searched_for() -> None:
    controls = {
        item["linkId"]: extension["valueCodeableConcept"]["coding"][0]["code"]
        for item in items_of(to_fhir_questionnaire(ANY))
        for extension in item.get("extension", ())
        if "valueCodeableConcept" in extension
    }
    assert {link for link, control in controls.items() if control == "autocomplete" and not link.endswith("--areas")} == {"treatment-areas", "treatment-technique"}
    assert controls["heart-disease"] == "check-box"
    assert controls["patient-sex"] == "radio-button"
    assert controls["patient-birth-date:help"] == "help"


# --- its version


def test_the_version_changes_with_the_plan_and_the_rules_and_not_with_the_language(tiny: Rulebook) -> None:
    versions = [to_fhir_questionnaire(form)["version"] for form in FORMS]
    assert versions[:3] == versions[3:]
    assert len(set(versions)) == 3
    url, version = (to_fhir_questionnaire(Form.of(tiny, FACE))[key] for key in ("url", "version"))
    assert url == f"urn:mesoscreen:questionnaire:{tiny.name}"
    assert version not in versions


def test_the_version_changes_with_the_day_alone_and_with_a_question_alone() -> None:
    version = to_fhir_questionnaire(FORM)["version"]
    later = Form.of(BOOK, {**FACE, "date": "2027-11-30"})
    assert [question.id for question in later.questions] == [question.id for question in FORM.questions]
    assert version != to_fhir_questionnaire(later)["version"]
    first, *rest = FORM.questions
    for other in (rest, [replace(first, kind="text"), *rest], [replace(first, unit="kg"), *rest]):
        assert version != to_fhir_questionnaire(replace(FORM, questions=tuple(other)))["version"]
    reworded = replace(FORM, questions=(replace(first, text="When is your birthday?"), *rest))
    assert version == to_fhir_questionnaire(reworded)["version"]


def test_the_version_is_the_same_in_every_process() -> None:
    code = "from mesoscreen.forms import Form, to_fhir_questionnaire as q; import json, sys; print(q(Form.of(None, json.loads(sys.argv[1])))['version'])"
    for seed in ("1", "2"):
        run = subprocess.run(
            [sys.executable, "-c", code, json.dumps(FACE)], capture_output=True, text=True, check=True, env={**os.environ, "PYTHONHASHSEED": seed}
        )
        assert run.stdout.strip() == to_fhir_questionnaire(FORM)["version"]


# --- the way back


@pytest.mark.parametrize("shape", ["groups", "flat", "nested"])
@pytest.mark.parametrize("form", [FORM, ANY], ids=["face", "any plan"])
def test_a_response_says_what_the_same_answers_say(form: Form, shape: str) -> None:
    @SLOW
    @given(anything_answered(form))
    def law(answers: dict[str, Any]) -> None:
        response = response_to(form, answers, shape)
        QuestionnaireResponse.model_validate_json(json.dumps(response))
        try:
            direct: Any = fill(form, answers, answered="2026-11-27").intake
        except IntakeError as error:
            direct = [problem.code for problem in error.problems]
        try:
            read: Any = from_questionnaire_response(response, form, answered="2026-11-27")
        except IntakeError as error:
            read = [problem.code for problem in error.problems]
        assert read == direct
        assert list(answers_of(response, form)) == [question.id for question in form.shown(answers) if question.id in answers]

    law()


def test_a_response_in_french_is_read_by_the_form_in_english() -> None:
    french = Form.of(BOOK.in_language("fr"), FACE)
    assert answers_of(json.dumps(response_to(french, {ACNE: ["none"]})), FORM) == {ACNE: ["none"]}


def test_an_item_without_an_answer_was_not_asked() -> None:
    response = response_to(FORM, {})
    response["item"] = [
        {"linkId": "group:heart", "item": [{"linkId": "heart-disease"}, {"linkId": "heart-disease:help", "text": "explained"}]},
        {"linkId": ACNE, "answer": []},
        {"linkId": STATUS, "answer": [{"_valueCoding": {"extension": []}}]},
        {"linkId": "group:skin"},
    ]
    assert answers_of(response, FORM) == {}
    assert from_questionnaire_response(response, FORM) == from_answers({}, BOOK, treatment=FACE)


def test_an_answer_that_outlives_its_question_in_lhc_forms_is_not_kept() -> None:
    # The shape of LHNCBC/lforms#185: an item was enabled and answered, then its condition ceased to hold, and the answer is still sent.
    response = response_to(FORM, {ACNE: ["isotretinoin"], STATUS: "stopped", STOPPED: "2026-08"})
    group = response["item"][0]
    assert [item["linkId"] for item in group["item"]] == [ACNE, STATUS, STOPPED]
    group["item"][0]["answer"] = [{"valueCoding": {"system": SYSTEM, "code": "none"}}]
    assert answers_of(response, FORM) == {ACNE: ["none"]}
    assert from_questionnaire_response(response, FORM) == from_answers({ACNE: ["none"]}, BOOK, treatment=FACE)


def test_an_answer_that_outlives_its_question_in_medplum_is_not_kept() -> None:
    # The shape of medplum/medplum#8993: flat items with ids of their own, the second answered while the first was "Yes", which is now "No".
    response = response_to(FORM, {})
    entries = {"linkId": "medications-other--entries", "item": [{"linkId": "medications-other--entries--name", "answer": [{"valueString": "aspirin"}]}]}
    response["item"] = [
        {"id": "id-1", "linkId": "medications-other", "text": "Any other?", "answer": [{"valueCoding": {"system": SYSTEM, "code": "no"}}]},
        {"id": "id-2", **entries},
    ]
    assert answers_of(response, FORM) == {"medications-other": "no"}
    assert from_questionnaire_response(response, FORM) == from_answers({"medications-other": "no"}, BOOK, treatment=FACE)


def test_what_opens_on_a_hidden_answer_is_not_kept_either() -> None:
    response = response_to(FORM, {STATUS: "stopped", STOPPED: "2026-08"})
    assert answers_of(response, FORM) == {}
    answers = {ACNE: ["isotretinoin"], STATUS: "current", STOPPED: "2026-08"}
    assert answers_of(response_to(FORM, answers), FORM) == {ACNE: ["isotretinoin"], STATUS: "current"}


def test_what_another_field_of_an_entry_hides_is_not_kept() -> None:
    answers = {"medications-other": "yes", "medications-other--entries": [{"name": "aspirin", "status": "current", "stopped": "2026-08"}]}
    assert answers_of(response_to(FORM, answers), FORM)["medications-other--entries"] == [{"name": "aspirin", "status": "current"}]


def test_a_response_in_progress_is_screened_as_far_as_it_goes() -> None:
    response = {**response_to(FORM, {ACNE: ["isotretinoin"], STATUS: "current"}), "status": "in-progress"}
    report = screen(from_questionnaire_response(response, FORM), rulebook=BOOK)
    assert "isotretinoin-systemic" in [finding.rule for finding in report.findings]
    assert report.unanswered != ()


@pytest.mark.parametrize(
    ("authored", "day"),
    [
        ("2026-11-27", "2026-11-27"),
        ("2026-11", "2026-11"),
        ("2026-11-27T10:00:00+01:00", "2026-11-27"),
        ("2026-11-27T23:30:00-04:00", "2026-11-27"),
        # In UTC it may still be the evening before where the patient is.
        ("2026-11-28T03:30:00.125Z", "2026-11-27"),
        ("2026-11-28T13:30:00+00:00", "2026-11-28"),
    ],
)
def test_the_answers_were_given_on_the_day_the_response_was_written(authored: str, day: str) -> None:
    response = {**response_to(FORM, {ACNE: ["none"]}), "authored": authored}
    assert from_questionnaire_response(response, FORM).answered == day
    assert from_questionnaire_response(response, FORM, answered="2026-10-01").answered == "2026-10-01"


# --- what is refused


def test_a_response_to_another_version_says_which_version_it_is_for() -> None:
    other = response_to(Form.of(BOOK, BELLY), {ACNE: ["none"]})
    assert problems_in(other) == [("/questionnaire", "other-version")]
    mine, theirs = (made["version"] for made in (to_fhir_questionnaire(FORM), to_fhir_questionnaire(Form.of(BOOK, BELLY))))
    with pytest.raises(IntakeError, match=f"is for version `{theirs}` of the questionnaire, this form is version `{mine}`; fill in the questionnaire anew"):
        answers_of(other, FORM)


@pytest.mark.parametrize(
    ("questionnaire", "code"),
    [
        (None, "other-questionnaire"),
        ("", "other-questionnaire"),
        (5, "other-questionnaire"),
        ("Questionnaire/my-questionnaire", "other-questionnaire"),
        ("urn:mesoscreen:questionnaire:other|1", "other-questionnaire"),
        ("urn:mesoscreen:questionnaire:mesoscreen", "other-version"),
        ("urn:mesoscreen:questionnaire:mesoscreen|Dupont", "other-version"),
    ],
)
def test_a_response_that_does_not_answer_this_questionnaire_is_refused(questionnaire: Any, code: str) -> None:
    response = {**response_to(FORM, {ACNE: ["none"]}), "questionnaire": questionnaire}
    assert problems_in(response) == [("/questionnaire", code)]
    with pytest.raises(ResponseError) as caught:
        answers_of(response, FORM)
    assert "Dupont" not in str(caught.value)


def test_what_was_sent_twice_is_refused_where_it_stands_for_the_second_time() -> None:
    response = response_to(FORM, {ACNE: ["none"], "heart-disease": ["none"]})
    response["item"] *= 2
    assert problems_in(response) == [("/item/2", "repeated-item"), ("/item/3", "repeated-item")]
    flat = response_to(FORM, {ACNE: ["none"]}, "flat")
    other = deepcopy(flat["item"][0])
    other["answer"][0]["valueCoding"]["code"] = "isotretinoin"
    flat["item"].append(other)
    assert problems_in(flat) == [("/item/1", "repeated-item")]
    nested = response_to(FORM, {ACNE: ["isotretinoin"], STATUS: "current"}, "nested")
    nested["item"].append({"linkId": STATUS, "answer": [{"valueCoding": {"code": "stopped"}}]})
    assert problems_in(nested) == [("/item/1", "repeated-item")]


def test_two_entries_of_a_list_are_no_repetition() -> None:
    entry = {"name": "aspirin", "status": "current"}
    answers = {"medications-other": "yes", "medications-other--entries": [entry, entry]}
    assert answers_of(response_to(FORM, answers), FORM) == answers


def _set(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(response: dict[str, Any]) -> None:
        *way, last = [int(part) if part.isdigit() else part for part in path.split("/")[1:]]
        node: Any = response
        for part in way:
            node = node[part]
        node[last] = value

    return change


CODED, BORN, HEAT, OTHER = "/item/0/item/0/answer/0", "/item/1/answer", "/item/2/answer", "/item/4"
WORDS = "Dupont 1986-03-14"
BAD: dict[str, tuple[Callable[[dict[str, Any]], None], str, str]] = {
    "another resource": (_set("/resourceType", "Bundle"), "", "not-a-response"),
    "entered in error": (_set("/status", "entered-in-error"), "/status", "bad-status"),
    "a status FHIR does not have": (_set("/status", WORDS), "/status", "bad-status"),
    "a key FHIR does not have": (_set(f"/{WORDS}", []), "", "unknown-key"),
    "rules behind the response": (_set("/implicitRules", "http://example.org"), "/implicitRules", "modified"),
    "a modifier on the response": (_set("/modifierExtension", [{"url": "x"}]), "/modifierExtension", "modified"),
    "a modifier on an answer": (_set(f"{CODED}/modifierExtension", [{"url": "x"}]), f"{CODED}/modifierExtension", "modified"),
    "a time without a zone": (_set("/authored", "2026-11-27T10:00:00"), "/authored", "impossible-date"),
    "a moment before all time": (_set("/authored", "0001-01-01T00:00:00Z"), "/authored", "impossible-date"),
    "written on no day": (_set("/authored", 20261127), "/authored", "impossible-date"),
    "written in no month": (_set("/authored", "2026-13-01"), "/authored", "impossible-date"),
    "items that are no list": (_set("/item", {}), "/item", "wrong-type"),
    "an item that is no object": (_set("/item/1", WORDS), "/item/1", "wrong-type"),
    "an item without a link": (_set("/item/1", {"answer": []}), "/item/1", "missing-key"),
    "an unknown link": (_set("/item/1/linkId", WORDS), "/item/1/linkId", "unknown-item"),
    "a link that is no text": (_set("/item/1/linkId", 7), "/item/1/linkId", "unknown-item"),
    "a field outside its entry": (_set("/item/1/linkId", "medications-other--entries--name"), "/item/1/linkId", "unknown-item"),
    "a question inside an entry": (_set(f"{OTHER}/item/0/linkId", "heart-disease"), f"{OTHER}/item/0/linkId", "unknown-item"),
    "an item with a key FHIR does not have": (_set("/item/1/answers", []), "/item/1", "unknown-key"),
    "an answer to a group": (_set("/item/0/answer", [{"valueBoolean": True}]), "/item/0/answer", "unknown-item"),
    "an answer to a list of entries": (_set(f"{OTHER}/answer", [{"valueString": WORDS}]), f"{OTHER}/answer", "unknown-item"),
    "a list of entries that is no list": (_set(f"{OTHER}/item", "Dupont"), f"{OTHER}/item", "wrong-type"),
    "answers that are no list": (_set(BORN, {}), BORN, "wrong-type"),
    "an answer that is no object": (_set(f"{BORN}/0", WORDS), f"{BORN}/0", "wrong-type"),
    "an answer with a key FHIR does not have": (_set(f"{BORN}/0/{WORDS}", 1), f"{BORN}/0", "unknown-key"),
    "two values in one answer": (_set(f"{BORN}/0/valueDate", "1986"), f"{BORN}/0", "wrong-type"),
    "two answers to one question": (_set(BORN, [{"valueString": "1986"}, {"valueString": "1987"}]), f"{BORN}/1", "several-answers"),
    "a text where there are options": (_set(CODED, {"valueString": WORDS}), CODED, "wrong-type"),
    "a display without its code": (_set(CODED, {"valueCoding": {"display": WORDS}}), f"{CODED}/valueCoding", "missing-key"),
    "a code of another system": (_set(f"{CODED}/valueCoding/system", "http://snomed.info/sct"), f"{CODED}/valueCoding/system", "not-an-option"),
    "a code that is no option": (_set(f"{CODED}/valueCoding/code", WORDS), f"{CODED}/valueCoding/code", "not-an-option"),
    "a date with a time and a zone": (_set(f"{BORN}/0", {"valueDate": "1986-03-14T10:00:00+01:00"}), f"{BORN}/0/valueDate", "impossible-date"),
    "a moment instead of a date": (_set(f"{BORN}/0", {"valueDateTime": "1986-03-14T10:00:00Z"}), f"{BORN}/0", "wrong-type"),
    "no day of the calendar": (_set(f"{BORN}/0/valueString", "1986-02-30"), f"{BORN}/0/valueString", "impossible-date"),
    "a date in another order": (_set(f"{BORN}/0/valueString", "14.03.1986"), f"{BORN}/0/valueString", "impossible-date"),
    "a number that is true": (_set(f"{HEAT}/0", {"valueDecimal": True}), f"{HEAT}/0", "wrong-type"),
    "a number as text": (_set(f"{HEAT}/0", {"valueString": "36.6"}), f"{HEAT}/0", "wrong-type"),
    "not a number": (_set(f"{HEAT}/0", {"valueDecimal": float("nan")}), f"{HEAT}/0/valueDecimal", "not-finite"),
    "a number beyond all numbers": (_set(f"{HEAT}/0", {"valueDecimal": 10**400}), f"{HEAT}/0/valueDecimal", "not-finite"),
    "a quantity that is not a number": (_set(f"{HEAT}/0/valueQuantity/value", float("inf")), f"{HEAT}/0/valueQuantity/value", "not-finite"),
    "a quantity without its number": (_set(f"{HEAT}/0/valueQuantity/value", None), f"{HEAT}/0/valueQuantity/value", "wrong-type"),
    "a bound instead of a number": (_set(f"{HEAT}/0/valueQuantity/comparator", "<"), f"{HEAT}/0/valueQuantity/comparator", "wrong-type"),
    "a quantity in another unit": (_set(f"{HEAT}/0/valueQuantity/code", "[degF]"), f"{HEAT}/0/valueQuantity", "wrong-unit"),
    "a quantity in no unit": (_set(f"{HEAT}/0/valueQuantity", {"value": 36.6}), f"{HEAT}/0/valueQuantity", "wrong-unit"),
    "a number where a text is asked": (_set(f"{OTHER}/item/0/answer/0", {"valueInteger": 5}), f"{OTHER}/item/0/answer/0", "wrong-type"),
    "a blank name": (_set(f"{OTHER}/item/0/answer/0/valueString", " "), f"{OTHER}/item/0", "empty-text"),
    "an endless name": (_set(f"{OTHER}/item/0/answer/0/valueString", "x" * 300), f"{OTHER}/item/0", "too-large"),
    "an entry without its name": (_set(f"{OTHER}/item/0/answer", []), OTHER, "missing-key"),
}


def sample() -> dict[str, Any]:
    answers = {
        ACNE: ["isotretinoin"], "patient-birth-date": "1986-03", "reading-temperature": 36.6,
        "medications-other": "yes", "medications-other--entries": [{"name": "aspirin", "status": "current"}],
    }  # fmt: skip
    made = response_to(FORM, answers)
    by_link = {item["linkId"]: item for item in items_of(made)}
    order = ("group:medicines-skin", "patient-birth-date", "reading-temperature", "medications-other", "medications-other--entries")
    return {**made, "item": [by_link[link] for link in order]}


def test_the_sample_that_the_bad_ones_are_made_from_is_sound() -> None:
    assert from_questionnaire_response(sample(), FORM).patient.birth_date == "1986-03"


@pytest.mark.parametrize("name", BAD)
def test_a_bad_response_is_refused_with_its_place_and_without_the_patients_words(name: str) -> None:
    change, pointer, code = BAD[name]
    response = sample()
    change(response)
    with pytest.raises(ResponseError) as caught:
        from_questionnaire_response(response, FORM)
    assert [(problem.pointer, problem.code) for problem in caught.value.problems] == [(pointer, code)]
    assert caught.value.__context__ is None
    assert [word for word in ("Dupont", "1986", "36.6", "aspirin", "isotretinoin") if word in f"{caught.value}{caught.value!r}"] == []


def test_every_code_of_a_bad_response_is_reached() -> None:
    elsewhere = {"other-questionnaire", "other-version", "repeated-item", "too-deep"}
    assert {code for _, _, code in BAD.values()} | elsewhere == set(RESPONSE_CODES)


def test_broken_json_and_a_key_given_twice_are_refused() -> None:
    text = json.dumps(sample())
    assert from_questionnaire_response(text.encode(), FORM) == from_questionnaire_response(sample(), FORM)
    for broken, code in ((text[:-1], "not-json"), (text.replace("{", '{"status": "completed", ', 1), "repeated-key"), ("[" * 10**5, "too-deep")):
        with pytest.raises(IntakeError) as caught:
            from_questionnaire_response(broken, FORM)
        assert [problem.code for problem in caught.value.problems] == [code]


def test_not_a_number_in_json_is_refused_with_its_place() -> None:
    response = sample()
    BAD["not a number"][0](response)
    assert "NaN" in json.dumps(response)
    assert problems_in(json.dumps(response)) == [("/item/2/answer/0/valueDecimal", "not-finite")]


def test_items_nested_without_end_are_refused() -> None:
    response = response_to(FORM, {})
    inside: dict[str, Any] = response
    for number in range(30):
        link = FORM.questions[number].id if FORM.questions[number].kind != "entries" else "group:heart"
        inside["item"] = [{"linkId": link}]
        inside = inside["item"][0]
    assert [code for _, code in problems_in(response)] == ["too-deep"]


def test_all_that_is_wrong_is_listed_up_to_a_limit() -> None:
    response = response_to(FORM, {})
    response["item"] = [{"linkId": f"nobody-{number}"} for number in range(500)]
    problems = problems_in(response)
    assert len(problems) == 51
    assert problems[-1] == ("", "too-large")


def test_nothing_but_an_intake_comes_out() -> None:
    assert isinstance(from_questionnaire_response(sample(), FORM), Intake)
