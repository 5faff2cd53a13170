"""Forms in form builders: what they show is what the form shows, and what they return is the answers.

Whatever needs Node is skipped where it, or the packages of tests/forms/npm, are missing.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from mesoscreen import Rulebook, screen
from mesoscreen.errors import IntakeError
from mesoscreen.forms import Form, fill, to_json_schema, to_surveyjs, to_ui_schema
from mesoscreen.wording import wording

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesoscreen import Report
    from mesoscreen.forms import Question

BOOK = Rulebook.default()
FRENCH = BOOK.in_language("fr")
PLAN: dict[str, Any] = {
    "date": "2026-11-30", "areas": ["face"], "technique": "needle",
    "products": [{"name": "our cocktail", "ingredients": ["hyaluronic acid", "thiamine"]}, {"name": "EMLA", "role": "anaesthetic"}],
}  # fmt: skip
PLANNED, ANY = Form.of(BOOK, PLAN), Form.of(BOOK)
FORMS = {"planned": PLANNED, "any": ANY, "french": Form.of(FRENCH, PLAN), "tiny": Form.of(Rulebook.load(Path(__file__).parents[1] / "tiny"))}
SLOW = settings(deadline=None, max_examples=60, derandomize=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
every_form = pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())

NPM = Path(__file__).parent / "npm"
IS_REQUIRED = os.environ.get("MESOSCREEN_BROWSER") == "required"
NODE = shutil.which("node")
MISSING = "" if NODE and (NPM / "node_modules").is_dir() else "needs Node 20 and its packages: npm ci --prefix tests/forms/npm"
in_node = pytest.mark.skipif(bool(MISSING) and not IS_REQUIRED, reason=MISSING)


def node(script: str, **given: Any) -> dict[str, Any]:
    """Run a script of tests/forms/npm, which must have nothing to complain about."""
    assert NODE, MISSING
    done = subprocess.run([NODE, NPM / script], input=json.dumps(given), capture_output=True, text=True, check=False, timeout=300)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr[-2000:]
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def rjsf(form: Form, **given: Any) -> dict[str, Any]:
    return node("rjsf.mjs", **{"schema": to_json_schema(form), "uiSchema": to_ui_schema(form), **given})


def surveyjs(form: Form, *runs: dict[str, Any]) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = node("surveyjs.mjs", survey=to_surveyjs(form), runs=runs)["runs"]
    return made


def shown(form: Form, answers: dict[str, Any]) -> list[str]:
    return [question.id for question in form.shown(answers)]


def report(form: Form, answers: dict[str, Any]) -> Report:
    return screen(fill(form, answers).intake, rulebook=form.rulebook)


def asked(form: Form, question: str) -> Question:
    found = form.question(question)
    assert found is not None
    return found


def label(form: Form, question: str, option: str) -> str:
    return next(one.label for one in asked(form, question).options if one.value == option)


def parts(schema: Any) -> Iterator[dict[str, Any]]:
    """Walk through everything a schema says."""
    if isinstance(schema, dict):
        yield schema
    for one in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from parts(one)


@cache
def _validator(condition: str) -> Draft7Validator:
    return Draft7Validator(json.loads(condition))


def in_sight(level: dict[str, Any], answers: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Read a schema as any form builder would: the properties, and those of every `then` whose `if` holds."""
    yield from level["properties"].items()
    for one in level.get("allOf", ()):
        if _validator(json.dumps(one["if"])).is_valid(answers):
            yield from in_sight(one["then"], answers)


def an_answer(question: Question) -> st.SearchStrategy[Any]:
    """Answer a question in any way that may stand there, whether it is in sight or not."""
    values = [option.value for option in question.options]
    blank: st.SearchStrategy[Any] = st.sampled_from(["", None, []])
    match question.kind:
        case "choice":
            return st.sampled_from(values) | blank
        case "choices":
            return st.lists(st.sampled_from(values), max_size=3, unique=True) | blank
        case "number":
            return st.sampled_from([0, 36.6, None])
        case "date":
            return st.sampled_from(["2019", "2026-03", "2026-11-01", "", None])
        case "names":
            return st.lists(st.sampled_from(["Juvederm", "saline"]), max_size=2)
        case "entries":
            fields = {one.place.key: an_answer(one) for one in question.fields if one.place.key != "name"}
            return st.lists(st.fixed_dictionaries({"name": st.just("Roaccutane")}, optional=fields), max_size=2)
        case _:
            return st.just("ibuprofen")


@st.composite
def some_answers(draw: st.DrawFn, form: Form) -> dict[str, Any]:
    """Answer some questions that open others, some that are opened by them, and some that are hidden."""
    opened = [(question.opens.question, question.id) for question in form.questions if question.opens is not None]
    picked = draw(st.lists(st.sampled_from(sorted({opener for opener, _ in opened})), max_size=6, unique=True))
    near = [one for opener, one in opened if opener in picked] or [question.id for question in form.questions]
    picked += draw(st.lists(st.sampled_from(near), max_size=6))
    return {question: draw(an_answer(asked(form, question))) for question in picked}


def random_answers(form: Form, count: int) -> list[dict[str, Any]]:
    """Fill a form in at random: openers first, then some of what they open, then answers left over from before."""
    dice, made = random.Random(5), []
    openers = [one for one in form.questions if one.opens is None and one.kind == "choices" and one.place.section != "treatment"]
    for _ in range(count):
        answers: dict[str, Any] = {}
        for question in dice.sample(openers, 5):
            answers[question.id] = [option.value for option in dice.sample(question.options, 2) if option.value != "none"] or ["none"]
        for question in tuple(form.shown(answers)):
            if question.opens is not None and question.kind == "choice" and dice.random() < 0.8:
                answers[question.id] = dice.choice(question.options).value
        for question in tuple(form.shown(answers)):
            if question.opens is not None and question.kind == "date" and not question.place.planned and dice.random() < 0.7:
                answers[question.id] = dice.choice(["2019", "2026-03", "2026-11-01"])
        for question in dice.sample([one for one in form.questions if one.opens is not None and one.kind == "choice"], 5):
            answers.setdefault(question.id, dice.choice(question.options).value)
        made.append(answers)
    return made


# The schema by itself.


@every_form
def test_the_schema_is_valid_and_asks_every_question_once_in_the_forms_words(form: Form) -> None:
    schema = to_json_schema(form)
    Draft7Validator.check_schema(schema)
    levels = [schema, *(one["then"] for part in parts(schema) for one in part.get("allOf", ()))]
    texts = [(name, said["title"], said.get("description", "")) for level in levels for name, said in level["properties"].items()]
    fields = [(field.place.key, field.text, field.help) for question in form.questions for field in question.fields]
    entries = [one for one in form.questions if one.kind == "entries"]
    assert len(texts) == len(form.questions) + sum(len(one["then"]["properties"]) for e in entries for one in in_entry(form, e).get("allOf", ()))
    assert {(question.id, question.text, question.help) for question in form.questions} <= set(texts) <= {
        *((question.id, question.text, question.help) for question in form.questions),
        *fields,
    }


def in_entry(form: Form, question: Question) -> dict[str, Any]:
    """Find what the schema says of each entry of a question, wherever the question stands."""
    found: dict[str, Any] = next(part[question.id]["items"] for part in parts(to_json_schema(form)) if "items" in part.get(question.id, ()))
    return found


@every_form
def test_the_schema_offers_every_option_in_the_forms_words(form: Form) -> None:
    schema = to_json_schema(form)
    levels = [schema, *(one["then"] for part in parts(schema) for one in part.get("allOf", ()))]
    said = {name: what for level in levels for name, what in level["properties"].items()}
    for question in form.questions:
        offered = said[question.id].get("items", said[question.id])
        offered = schema["definitions"][offered["$ref"].rpartition("/")[2]] if "$ref" in offered else offered
        assert [(option["enum"], option["title"]) for option in offered.get("oneOf", ())] == [([option.value], option.label) for option in question.options]


@every_form
def test_nothing_in_a_schema_answers_a_question_nobody_touched(form: Form) -> None:
    schema = to_json_schema(form)
    assert [part for part in parts(schema) if "default" in part] == []
    assert [one for part in parts(schema) for one in part.get("oneOf", ()) if "const" in one] == []
    assert Draft7Validator(schema).is_valid({})


@pytest.mark.parametrize("form", [PLANNED, ANY], ids=["planned", "any"])
def test_the_schema_shows_exactly_what_the_form_shows(form: Form) -> None:
    schema, order = to_json_schema(form), to_ui_schema(form)["ui:order"]

    @SLOW
    @given(some_answers(form))
    def law(answers: dict[str, Any]) -> None:
        assert sorted((name for name, _ in in_sight(schema, answers)), key=order.index) == shown(form, answers)

    law()


@SLOW
@given(some_answers(PLANNED))
def test_what_is_valid_by_the_schema_can_be_filled_in(answers: dict[str, Any]) -> None:
    told = {key: answer for key, answer in answers.items() if answer not in ("", None)}
    answers = {key: answer for key, answer in told.items() if not (isinstance(answer, list) and "none" in answer and len(answer) > 1)}
    problems = [(list(error.path), error.message) for error in Draft7Validator(to_json_schema(PLANNED)).iter_errors(_told(answers))]
    assert problems == []
    assert report(PLANNED, _told(answers)) == report(PLANNED, answers)


def _told(answers: Any) -> Any:
    """Leave out what says nothing, in entries too."""
    if isinstance(answers, dict):
        return {key: _told(answer) for key, answer in answers.items() if answer not in ("", None)}
    return [_told(one) for one in answers] if isinstance(answers, list) else answers


@pytest.mark.parametrize(
    "answers",
    [
        {"skin-infection": "herpes"},
        {"skin-infection": ["scurvy"]},
        {"skin-infection": ["herpes"], "skin-infection--herpes--status": "perhaps"},
        {"patient-birth-date": "31.12.1986"},
        {"patient-birth-date": "1986-13"},
        {"treatment-date": "2026-11"},
        {"reading-systolic": "182"},
        {"medications-other": "yes", "medications-other--entries": [{"status": "current"}]},
        {"medications-other": "yes", "medications-other--entries": [{"name": "  "}]},
        {"medications-other": "yes", "medications-other--entries": [{"name": "x" * 201}]},
        {"medications-other": "yes", "medications-other--entries": [{"name": "x", "status": "stopped", "stopped": "last year"}]},
    ],
    ids=str,
)
def test_what_the_form_would_refuse_is_not_valid_by_the_schema(answers: dict[str, Any]) -> None:
    assert not Draft7Validator(to_json_schema(ANY)).is_valid(answers)
    with pytest.raises(IntakeError):
        fill(ANY, answers)


def test_none_beside_a_choice_is_not_valid_by_the_schema() -> None:
    answers = {"skin-infection": ["herpes", "none"]}
    assert report(PLANNED, answers).contradictions != ()
    assert [error.validator for error in Draft7Validator(to_json_schema(PLANNED)).iter_errors(answers)] == ["maxItems"]


@every_form
def test_fields_of_an_entry_are_shown_only_where_another_field_opens_them(form: Form) -> None:
    for question in (one for one in form.questions if one.kind == "entries"):
        items = in_entry(form, question)
        assert [name for name, _ in in_sight(items, {})] == [one.place.key for one in question.fields if one.opens is None]
        for one in question.fields:
            if one.opens is not None:
                parent = next(field for field in question.fields if field.id == one.opens.question)
                assert one.place.key in dict(in_sight(items, {parent.place.key: one.opens.value}))


def test_what_an_entry_hides_is_not_kept() -> None:
    stale = {"name": "Roaccutane", "status": "current", "stopped": "2020"}
    kept = {"name": "Roaccutane", "status": "current"}
    answers = [{"medications-other": "yes", "medications-other--entries": [one]} for one in (stale, kept)]
    assert fill(PLANNED, answers[0]).intake == fill(PLANNED, answers[1]).intake


def test_rules_and_level_stand_beside_each_question() -> None:
    said = to_json_schema(PLANNED)["properties"]["pregnancy"]
    pregnancy = asked(PLANNED, "pregnancy")
    assert said["x-rules"] == list(pregnancy.rules) != []
    assert said["x-level"] == "absolute"
    assert to_json_schema(PLANNED)["x-rulebook"]["sha256"] == BOOK.sha256


def test_a_list_of_options_that_many_questions_offer_is_written_once() -> None:
    schema = to_json_schema(PLANNED)
    assert list(schema["definitions"]) == ["areas"]
    assert json.dumps(schema).count('"upper-arm"') == 1


@every_form
def test_the_ui_schema_has_every_question_in_order_and_in_its_section(form: Form) -> None:
    ui = to_ui_schema(form)
    groups = ui["ui:options"]["groups"]
    assert ui["ui:order"] == [*(question.id for question in form.questions), "*"]
    assert [question for group in groups for question in group["questions"]] == [question.id for question in form.questions]
    assert [(group["id"], group["title"]) for group in groups] == list(dict.fromkeys((q.group, q.section) for q in form.questions))


@every_form
def test_a_survey_has_every_question_in_order_and_in_its_section(form: Form) -> None:
    survey = to_surveyjs(form)
    asks = [(page["name"], page["title"], one["name"], one["title"]) for page in survey["pages"] for one in page["elements"]]
    assert asks == [(question.group, question.section, question.id, question.text) for question in form.questions]
    assert [one for page in survey["pages"] for one in parts(page) if "defaultValue" in one] == []


def test_the_french_form_builders_ask_the_same_in_french() -> None:
    english, french = to_json_schema(PLANNED), to_json_schema(FORMS["french"])
    assert list(english["properties"]) == list(french["properties"])
    assert "[en]" not in json.dumps([french, to_ui_schema(FORMS["french"]), to_surveyjs(FORMS["french"])])
    assert french["title"] != english["title"]
    assert to_surveyjs(FORMS["french"])["locale"] == "fr"


# react-jsonschema-form.

HERPES = label(PLANNED, "skin-infection", "herpes")
OVER = [
    ["tick", "skin-infection", HERPES],
    ["choose", "skin-infection--herpes--status", "No, it is over"],
    ["type", "skin-infection--herpes--ended", "2026-03"],
    ["tick", "skin-infection--herpes--areas", "Lips"],
]
TOLD: dict[str, Any] = {
    "skin-infection": ["herpes"],
    "skin-infection--herpes--status": "resolved",
    "skin-infection--herpes--ended": "2026-03",
    "skin-infection--herpes--areas": ["lips"],
}


@in_node
@every_form
def test_rjsf_shows_an_untouched_form_and_returns_no_answer(form: Form) -> None:
    done = rjsf(form, runs=[{}, {"sections": True}], sets=[{}])
    ids = {question.id for question in form.questions}
    for run in done["runs"]:
        assert [one for one in run["fields"] if one in ids] == shown(form, {})
        assert {question.text for question in form.shown({})} <= set(run["labels"])
        assert (run["submitted"], run["errors"]) == ({}, [])
    assert done["runs"][1]["sections"] == [list(one) for one in dict.fromkeys((q.group, q.section) for q in form.shown({}))]
    assert (done["sets"][0]["state"], done["sets"][0]["errors"]) == ({}, [])


@in_node
def test_rjsf_would_answer_untouched_questions_if_options_were_consts() -> None:
    schema = json.loads(json.dumps(to_json_schema(PLANNED)).replace('"enum": ["yes"]', '"const": "yes"'))
    assert rjsf(PLANNED, schema=schema, runs=[{}])["runs"][0]["submitted"]["medications-other"] == "yes"


@in_node
def test_rjsf_shows_a_follow_up_while_an_answer_opens_it_and_returns_the_answers() -> None:
    upto = [OVER[:n] for n in range(len(OVER) + 1)]
    told = [dict(list(TOLD.items())[:n]) for n in range(len(OVER) + 1)]
    ids = {question.id for question in PLANNED.questions}
    for run, answers in zip(rjsf(PLANNED, runs=[{"steps": steps} for steps in upto])["runs"], told, strict=True):
        assert [one for one in run["fields"] if one in ids] == shown(PLANNED, answers)
        assert (run["submitted"], run["errors"]) == (answers, [])
        assert report(PLANNED, run["submitted"]) == report(PLANNED, answers)


@in_node
@pytest.mark.parametrize("props", [{}, {"omitExtraData": True}, {"omitExtraData": True, "liveOmit": True}], ids=str)
def test_what_rjsf_hides_is_dropped_whether_or_not_rjsf_drops_it(props: dict[str, Any]) -> None:
    none = ["tick", "skin-infection", "None of these"]
    away = ["tick", "skin-infection", HERPES]
    run = rjsf(PLANNED, runs=[{"steps": [*OVER, away, none], **props}])["runs"][0]
    assert not any("skin-infection--" in field for field in run["fields"])
    assert ("skin-infection--herpes--ended" in run["submitted"]) == (not props)
    assert run["submitted"]["skin-infection"] == ["none"]
    assert fill(PLANNED, run["submitted"]).intake == fill(PLANNED, {"skin-infection": ["none"]}).intake


@in_node
def test_what_rjsf_leaves_behind_when_an_answer_is_taken_back_is_no_answer() -> None:
    back = [
        ["tick", "skin-infection", HERPES], ["tick", "skin-infection", HERPES],
        ["choose", "medications-other", "No"], ["choose", "medications-other", ""],
        ["type", "reading-systolic", "182"], ["type", "reading-systolic", ""],
    ]  # fmt: skip
    run = rjsf(PLANNED, runs=[{"steps": back}])["runs"][0]
    assert run["errors"] == []
    assert fill(PLANNED, run["submitted"]).intake == fill(PLANNED, {}).intake


@in_node
def test_rjsf_takes_entries_names_and_numbers() -> None:
    entry = "medications-other--entries"
    names = "beauty-injections--filler--products"
    steps = [
        ["choose", "medications-other", "Yes"], ["add", entry],
        ["type", f"{entry}_0_name", "Roaccutane"], ["choose", f"{entry}_0_status", "No, stopped"], ["type", f"{entry}_0_stopped", "2026-11"],
        ["tick", "beauty-injections", label(PLANNED, "beauty-injections", "filler")], ["add", names], ["type", f"{names}_0", "Juvederm"],
        ["type", "reading-systolic", "182"],
    ]  # fmt: skip
    run = rjsf(PLANNED, runs=[{"steps": steps, "sections": True}])["runs"][0]
    told = {
        "medications-other": "yes", entry: [{"name": "Roaccutane", "status": "stopped", "stopped": "2026-11"}],
        "beauty-injections": ["filler"], names: ["Juvederm"], "reading-systolic": 182,
    }  # fmt: skip
    assert (_told(run["submitted"]), run["errors"]) == (told, [])
    assert report(PLANNED, run["submitted"]) == report(PLANNED, told)
    assert {"isotretinoin-systemic", "isotretinoin-recent"} & {finding.rule for finding in report(PLANNED, run["submitted"]).findings}


@in_node
def test_rjsf_does_not_submit_none_beside_a_choice_an_unreadable_date_or_an_entry_without_a_name() -> None:
    wrong = [
        [["tick", "skin-infection", HERPES], ["tick", "skin-infection", "None of these"]],
        [*OVER[:2], ["type", "skin-infection--herpes--ended", "last March"]],
        [["choose", "medications-other", "Yes"], ["add", "medications-other--entries"]],
    ]
    runs = rjsf(PLANNED, runs=[{"steps": steps} for steps in wrong])["runs"]
    assert ["submitted" in run for run in runs] == [False, False, False]
    assert [["maxItems" in str(run["errors"]), "pattern" in str(run["errors"]), "required" in str(run["errors"])] for run in runs] == [
        [True, False, False], [False, True, False], [False, False, True],
    ]  # fmt: skip


@in_node
@pytest.mark.parametrize("form", [PLANNED, ANY], ids=["planned", "any"])
def test_rjsf_adds_nothing_to_answers_and_shows_what_the_form_shows(form: Form) -> None:
    told = random_answers(form, 30)
    order = to_ui_schema(form)["ui:order"]
    for answers, seen in zip(told, rjsf(form, sets=told)["sets"], strict=True):
        assert sorted(seen["properties"], key=order.index) == shown(form, answers)
        assert sorted(seen["paths"], key=order.index) == shown(form, answers)
        assert seen["state"] == answers
        assert seen["errors"] == []


# SurveyJS.


@in_node
@every_form
def test_surveyjs_shows_an_untouched_form_and_returns_no_answer(form: Form) -> None:
    run = surveyjs(form, {})[0]
    assert run["mistakes"] == []
    assert run["shown"] == shown(form, {})
    assert run["pages"] == [list(one) for one in dict.fromkeys((question.group, question.section) for question in form.shown({}))]
    assert {name: sorted(options) for name, options in run["options"].items()} == {
        question.id: sorted([option.value, option.label] for option in question.options) for question in form.questions if question.options
    }
    assert (run["data"], run["isComplete"], run["errors"]) == ({}, True, [])


@in_node
def test_surveyjs_shows_a_follow_up_while_an_answer_opens_it_and_returns_the_answers() -> None:
    steps = [[what, [question], words] for what, question, words in OVER]
    told = [dict(list(TOLD.items())[:n]) for n in range(len(OVER) + 1)]
    for run, answers in zip(surveyjs(PLANNED, *({"steps": steps[:n]} for n in range(len(OVER) + 1))), told, strict=True):
        assert run["shown"] == shown(PLANNED, answers)
        assert (run["data"], run["errors"]) == (answers, [])
        assert report(PLANNED, run["data"]) == report(PLANNED, answers)


@in_node
@pytest.mark.parametrize("clear", ["", "none", "onComplete"])
def test_what_surveyjs_hides_is_dropped_whether_or_not_surveyjs_drops_it(clear: str) -> None:
    steps = [*([what, [question], words] for what, question, words in OVER), ["tick", ["skin-infection"], "None of these"]]
    run = surveyjs(PLANNED, {"steps": steps, "clearInvisibleValues": clear})[0]
    assert run["data"]["skin-infection"] == ["none"]
    assert run["shown"] == shown(PLANNED, {"skin-infection": ["none"]})
    assert ("skin-infection--herpes--ended" in run["data"]) == (clear == "none")
    assert fill(PLANNED, run["data"]).intake == fill(PLANNED, {"skin-infection": ["none"]}).intake


@in_node
def test_none_excludes_everything_else_in_surveyjs_and_not_sure_does_not() -> None:
    def tick(*options: str) -> dict[str, Any]:
        return {"steps": [["tick", ["skin-infection"], one] for one in options]}

    runs = surveyjs(PLANNED, tick(HERPES, "Not sure"), tick(HERPES, "Not sure", "None of these"), tick("None of these", HERPES))
    assert [sorted(run["data"]["skin-infection"]) for run in runs] == [["herpes", "unsure"], ["none"], ["herpes"]]
    assert [report(PLANNED, run["data"]).contradictions for run in runs] == [(), (), ()]


@in_node
def test_what_surveyjs_leaves_behind_when_an_answer_is_taken_back_is_no_answer() -> None:
    steps = [
        ["tick", ["skin-infection"], HERPES], ["tick", ["skin-infection"], HERPES],
        ["choose", ["medications-other"], "No"], ["clear", ["medications-other"]],
        ["type", ["reading-systolic"], "182"], ["type", ["reading-systolic"], ""],
    ]  # fmt: skip
    run = surveyjs(PLANNED, {"steps": steps})[0]
    assert run["isComplete"]
    assert fill(PLANNED, run["data"]).intake == fill(PLANNED, {}).intake


@in_node
def test_surveyjs_takes_entries_names_and_numbers() -> None:
    entry, names = "medications-other--entries", "beauty-injections--filler--products"
    steps: list[Any] = [
        ["choose", ["medications-other"], "Yes"], ["add", [entry]],
        ["type", [entry, 0, "name"], "Roaccutane"], ["choose", [entry, 0, "status"], "No, stopped"], ["type", [entry, 0, "stopped"], "2026-11"],
        ["choose", ["procedures-other"], "Yes"], ["add", ["procedures-other--entries"]],
        ["type", ["procedures-other--entries", 0, "name"], "filler"], ["tag", ["procedures-other--entries", 0, "products"], "Restylane"],
        ["tick", ["beauty-injections"], label(PLANNED, "beauty-injections", "filler")], ["tag", [names], "Juvederm"], ["tag", [names], "Radiesse"],
        ["type", ["reading-temperature"], "36.6"],
    ]  # fmt: skip
    run = surveyjs(PLANNED, {"steps": steps})[0]
    told = {
        "medications-other": "yes", entry: [{"name": "Roaccutane", "status": "stopped", "stopped": "2026-11"}],
        "procedures-other": "yes", "procedures-other--entries": [{"name": "filler", "products": ["Restylane"]}],
        "beauty-injections": ["filler"], names: ["Juvederm", "Radiesse"], "reading-temperature": 36.6,
    }  # fmt: skip
    assert (run["data"], run["isComplete"]) == (told, True)
    assert "stopped" in run["panels"][entry][0]
    assert report(PLANNED, run["data"]) == report(PLANNED, told)


@in_node
def test_surveyjs_hides_fields_of_an_entry_and_does_not_complete_without_its_name_or_with_an_unreadable_date() -> None:
    entry = "medications-other--entries"
    add = [["choose", ["medications-other"], "Yes"], ["add", [entry]]]
    dated = [[what, [question], words] for what, question, words in OVER[:2]]
    runs = surveyjs(PLANNED, {"steps": add}, {"steps": [*dated, ["type", ["skin-infection--herpes--ended"], "last March"]]})
    assert "stopped" not in runs[0]["panels"][entry][0]
    assert [run["isComplete"] for run in runs] == [False, False]
    assert [{name for name, _ in run["errors"]} for run in runs] == [{entry}, {"skin-infection--herpes--ended"}]
    assert runs[1]["errors"][0][1] == "YYYY-MM-DD, YYYY-MM or YYYY"


@in_node
@pytest.mark.parametrize("form", [PLANNED, ANY], ids=["planned", "any"])
def test_surveyjs_keeps_answers_as_they_are_and_shows_what_the_form_shows(form: Form) -> None:
    told = random_answers(form, 12)
    for answers, run in zip(told, surveyjs(form, *({"data": one, "clearInvisibleValues": "none"} for one in told)), strict=True):
        assert run["shown"] == shown(form, answers)
        assert run["data"] == answers
    for answers, run in zip(told, surveyjs(form, *({"data": one} for one in told)), strict=True):
        assert run["data"].keys() <= answers.keys()
        assert report(form, run["data"]) == report(form, answers)


@in_node
def test_surveyjs_speaks_the_language_of_the_form() -> None:
    form = FORMS["french"]
    told = {"skin-infection": ["herpes"], "medications-other": "no"}
    steps = [["tick", ["skin-infection"], label(form, "skin-infection", "herpes")], ["choose", ["medications-other"], "Non"]]
    run = surveyjs(form, {"steps": steps})[0]
    assert run["words"] == [wording("fr")("form.title"), "Terminer"]
    assert run["data"] == told
    assert report(form, run["data"]) == report(form, told)
