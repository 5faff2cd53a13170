"""What a form asks, and that the way back to an intake loses and assumes nothing."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesoscreen import Intake, Rulebook, screen
from mesoscreen.criteria.answers import ASKED
from mesoscreen.criteria.criterion import NO, UNKNOWN, YES
from mesoscreen.errors import IntakeError
from mesoscreen.forms import Form, Question, fill, from_answers, questions
from mesoscreen.forms.needs import Needs
from mesoscreen.wording import en, fr

BOOK = Rulebook.default()
PLANS: list[dict[str, Any]] = [
    {
        "date": "2026-11-30", "areas": ["face"], "technique": "needle",
        "products": [{"name": "our cocktail", "ingredients": ["hyaluronic acid", "thiamine", "tranexamic acid"]}, {"name": "EMLA", "role": "anaesthetic"}],
    },
    {"date": "2026-11-30", "areas": ["lips"], "technique": "needle", "products": [{"name": "plain gel", "ingredients": ["hyaluronic acid"]}]},
    {"date": "2026-11-30", "areas": ["abdomen"], "technique": "intralipotherapy", "products": [{"name": "lipolytic", "ingredients": ["deoxycholic acid"]}]},
]  # fmt: skip
FORMS = [Form.of(BOOK, plan) for plan in PLANS]
ANY = Form.of(BOOK)
SLOW = settings(deadline=None, max_examples=40, derandomize=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def answer_to(question: Question, rng: Random, *, sure: bool) -> Any:
    """Answer one question in some way the form allows."""
    values = [option.value for option in question.options if option.value not in ("none", "unsure")]
    match question.kind:
        case "choice":
            # A reaction that is only called "systemic" may yet have been anaphylaxis, so it is no complete answer.
            vague = ("unsure", "systemic") if sure else ()
            return rng.choice([o.value for o in question.options if o.value not in vague and not (question.id.endswith("-other") and o.value == "yes")])
        case "choices":
            some = rng.sample(values, min(len(values), rng.choice([1, 1, 2])))
            if question.place.parent or question.place.section == "treatment":
                return some
            return rng.choice([["none"], ["none"], some, some if sure else ["unsure"]])
        case "date":
            past = ["2026-11-28", "2026-06-01", "2019-03-02"] if sure else ["2026-11", "2025", "2026-11-28"]
            return "2026-12-05" if question.place.planned else rng.choice(past)
        case "number":
            return rng.choice([1.0, 3.0])
        case "names":
            return ["botulinum toxin"]
        case _:
            return []


@st.composite
def filled(draw: st.DrawFn, form: Form, *, complete: bool) -> dict[str, Any]:
    """Fill a form in, completely and surely, or in part."""
    rng = Random(draw(st.integers(0, 10**9)))
    share = 1.0 if complete else draw(st.sampled_from([0.1, 0.5, 0.9]))
    answers: dict[str, Any] = {}
    for question in form.questions:
        opens = question.opens
        is_shown = opens is None or opens.value in answers.get(opens.question, ())
        if is_shown and question.place.section != "measurements" and rng.random() <= share:
            answers[question.id] = answer_to(question, rng, sure=complete)
    return answers


def values_of(intake: Intake, on: str = "2026-11-30") -> bytes:
    return BOOK.questionnaire.answer(BOOK.reader.read(intake, date.fromisoformat(on))).values


@pytest.mark.parametrize("form", FORMS, ids=["face", "lips", "abdomen"])
def test_a_form_filled_in_completely_leaves_no_question_open(form: Form) -> None:
    @SLOW
    @given(filled(form, complete=True))
    def law(answers: dict[str, Any]) -> None:
        report = screen(fill(form, answers).intake, rulebook=BOOK)
        # A wide word that was chosen, a large body area, or a brand whose recipes differ leave something open, and say so.
        vague = ("which one exactly?", "where exactly on the body?", "what exactly is in it?")
        assert [(question.path, question.text) for question in report.unanswered if question.text not in vague] == []

    law()


@pytest.mark.parametrize("form", FORMS, ids=["face", "lips", "abdomen"])
def test_answering_never_contradicts_itself_and_every_option_is_understood(form: Form) -> None:
    @SLOW
    @given(filled(form, complete=False))
    def law(answers: dict[str, Any]) -> None:
        report = screen(fill(form, answers).intake, rulebook=BOOK)
        assert report.contradictions == ()
        assert report.unrecognised == ()

    law()


@SLOW
@given(filled(FORMS[0], complete=False), st.data())
def test_what_was_not_answered_stays_unknown(answers: dict[str, Any], data: st.DataObject) -> None:
    asked = sorted(key for key in answers if (q := FORMS[0].question(key)) is not None and q.opens is None and q.place.section in ASKED)
    if not asked:
        return
    gone = data.draw(st.sampled_from(asked))
    question = FORMS[0].question(gone)
    assert question is not None
    values = values_of(fill(FORMS[0], {key: value for key, value in answers.items() if key != gone}).intake)
    offered = {option.value for option in question.options}
    others = {
        option.value for q in FORMS[0].questions if q.id in answers and q.id != gone and q.place.section == question.place.section for option in q.options
    }
    for need in Needs.of(BOOK, PLANS[0]).about(question.place.section, subject=question.place.subject, planned=question.place.planned):
        if need.criterion.concepts and set(need.criterion.concepts) <= offered - others and need.scope.overlapping.isdisjoint(others):
            assert values[need.number] != NO, need.criterion


@pytest.mark.parametrize("form", FORMS, ids=["face", "lips", "abdomen"])
def test_answering_more_never_unsettles_a_verdict(form: Form) -> None:
    @SLOW
    @given(filled(form, complete=True), st.integers(0, 10**9), st.sampled_from([0.3, 0.6, 0.9]))
    def law(answers: dict[str, Any], seed: int, share: float) -> None:
        rng, fewer = Random(seed), dict[str, Any]()
        for question in form.questions:
            if question.id in answers and (question.opens is None or question.opens.question in fewer) and rng.random() < share:
                fewer[question.id] = answers[question.id]
        before, after = values_of(fill(form, fewer).intake), values_of(fill(form, answers).intake)
        settled = [n for n, value in enumerate(before) if value in (YES, NO)]
        assert [BOOK.criteria[n] for n in settled if after[n] in (YES, NO) and after[n] != before[n]] == []

    law()


@pytest.mark.parametrize("question", [q for q in ANY.questions if q.opens is None and q.place.section in ASKED and q.kind == "choices"], ids=lambda q: q.id)
def test_every_option_of_every_question_becomes_an_entry_about_that_concept(question: Question) -> None:
    for option in question.options:
        if option.value in ("none", "unsure"):
            continue
        section = getattr(fill(ANY, {question.id: [option.value]}).intake, question.place.section)
        assert [entry.name for entry in section.present] == [option.value]
        assert section.complete is False
        assert section.present[0].planned == question.place.planned
        assert (section.present[0].subject or None) == question.place.subject


def test_an_empty_list_an_empty_text_and_null_are_no_answers() -> None:
    nothing = fill(FORMS[0], {}).intake
    assert fill(FORMS[0], {"skin-infection": [], "patient-birth-date": "", "heart-disease": None}).intake == nothing
    assert nothing.conditions is None


def test_none_of_these_denies_what_was_offered_and_nothing_else() -> None:
    intake = from_answers({"skin-infection": ["none"]}, BOOK, treatment=PLANS[0])
    question = FORMS[0].question("skin-infection")
    assert question is not None
    conditions = intake.model_dump(exclude_defaults=True)["conditions"]
    assert set(conditions["denied"]) == {option.value for option in question.options} - {"none", "unsure"}
    assert "complete" not in conditions


def test_a_no_about_plans_denies_nothing_of_the_past_that_was_not_asked() -> None:
    form = FORMS[0]
    planned = fill(form, {"two-weeks-planned": ["none"]}).intake
    past = [n.number for n in Needs.of(BOOK, PLANS[0]).about("procedures", planned=False) if "vaccination" in n.scope.overlapping and n.criterion.concepts]
    assert past
    assert {values_of(planned)[number] for number in past} == {UNKNOWN}
    both = fill(form, {"two-weeks-planned": ["none"], "vaccines": ["none"], "sun": ["none"], "dentist": ["none"]}).intake
    assert NO in {values_of(both)[number] for number in past}


def test_a_no_to_something_wide_denies_nothing_narrower_that_another_question_leaves_open() -> None:
    heart = fill(FORMS[0], {"heart-disease": ["none"]}).intake.model_dump()["conditions"]["denied"]
    assert heart
    asked = {o.value for o in FORMS[0].question("heart-disease").options}  # type: ignore[union-attr]
    elsewhere = {o.value for q in FORMS[0].questions if q.place.section == "conditions" and q.id != "heart-disease" for o in q.options} - asked
    for concept in heart:
        assert BOOK.vocabulary.descendants("condition", concept).isdisjoint(elsewhere)


def test_none_beside_a_choice_is_reported_as_a_contradiction() -> None:
    report = screen(from_answers({"skin-infection": ["herpes", "none"]}, BOOK, treatment=PLANS[0]), rulebook=BOOK)
    assert len(report.contradictions) == 1


def test_not_sure_is_neither_yes_nor_no() -> None:
    values = values_of(from_answers({"pregnancy": ["unsure"]}, BOOK, treatment=PLANS[0]))
    about = [n for n, c in enumerate(BOOK.criteria) if c.section == "conditions" and "pregnancy" in c.concepts]
    assert about
    assert {values[n] for n in about} == {UNKNOWN}


@pytest.mark.parametrize("form", FORMS, ids=["face", "lips", "abdomen"])
def test_not_sure_stays_open_whatever_else_was_answered(form: Form) -> None:
    """One question is answered with not sure, and every other with no: nothing it offers may be taken as denied."""
    asked = [q for q in form.questions if q.opens is None and q.place.section in ASKED]
    no: dict[str, Any] = {q.id: ["none"] if q.kind == "choices" else "no" for q in asked}
    needs = Needs.of(BOOK, form.treatment)
    for question in asked:
        values = values_of(fill(form, {**no, question.id: ["unsure"] if question.kind == "choices" else "unsure"}).intake)
        offered = {option.value for option in question.options}
        place = question.place
        for need in needs.about(place.section, subject=place.subject, planned=place.planned):
            if not offered.isdisjoint(need.criterion.concepts):
                assert values[need.number] == UNKNOWN, (question.id, need.criterion)


@pytest.mark.parametrize("form", FORMS, ids=["face", "lips", "abdomen"])
def test_no_to_every_question_is_the_same_as_four_empty_lists(form: Form) -> None:
    no: dict[str, Any] = {q.id: ["none"] if q.kind == "choices" else "no" for q in form.questions if q.opens is None and q.place.section in ASKED}
    asked = screen(fill(form, {**no, "patient-birth-date": "1986-03-14"}).intake)
    told = screen({"patient": {"birth_date": "1986-03-14"}, **{section: [] for section in ASKED}, "treatment": form.treatment})
    assert [(f.rule, f.status) for f in asked.findings] == [(f.rule, f.status) for f in told.findings]
    assert [q.path for q in asked.unanswered] == [q.path for q in told.unanswered]
    assert (asked.contradictions, asked.unrecognised) == ((), ())


def test_every_question_left_out_keeps_its_concepts_open_whatever_else_was_answered() -> None:
    form = FORMS[0]
    asked = [q for q in form.questions if q.opens is None and q.place.section in ASKED]
    no: dict[str, Any] = {q.id: ["none"] if q.kind == "choices" else "no" for q in asked}
    needs = Needs.of(BOOK, form.treatment)
    for question in asked:
        values = values_of(fill(form, {key: value for key, value in no.items() if key != question.id}).intake)
        offered, place = {option.value for option in question.options}, question.place
        for need in needs.about(place.section, subject=place.subject, planned=place.planned):
            if not offered.isdisjoint(need.criterion.concepts):
                assert values[need.number] == UNKNOWN, (question.id, need.criterion)


def test_a_detail_that_was_shown_and_skipped_is_not_assumed() -> None:
    intake = from_answers({"skin-infection": ["herpes"]}, BOOK, treatment=PLANS[0])
    assert {f.rule: f.status for f in screen(intake, rulebook=BOOK).findings}["herpes-active"] == "possible"
    now = {"skin-infection": ["herpes"], "skin-infection--herpes--status": "active", "skin-infection--herpes--areas": ["lips"]}
    found = {f.rule: f for f in screen(from_answers(now, BOOK, treatment=PLANS[0]), rulebook=BOOK).findings}
    assert found["herpes-active"].status == "present"


def test_what_was_hidden_is_not_kept() -> None:
    open_ = {"skin-infection": ["herpes"], "skin-infection--herpes--status": "active", "skin-infection--herpes--areas": ["lips"]}
    closed = {**open_, "skin-infection": ["none"]}
    assert from_answers(closed, BOOK, treatment=PLANS[0]) == from_answers({"skin-infection": ["none"]}, BOOK, treatment=PLANS[0])


def test_what_hides_behind_something_hidden_is_not_kept_either() -> None:
    stale = {"recent-infection": ["febrile-illness"], "recent-infection--febrile-illness--ended": "2026-11-20"}
    form = FORMS[0]
    assert form.question("recent-infection--febrile-illness--ended") is not None
    assert fill(form, stale).intake == fill(form, {"recent-infection": ["febrile-illness"]}).intake


def test_a_section_is_complete_only_when_everything_in_it_was_answered() -> None:
    form = FORMS[1]
    answers: dict[str, Any] = {q.id: ["none"] for q in form.questions if q.opens is None and q.place.section == "allergies" and q.kind == "choices"}
    assert answers
    assert fill(form, answers).intake.model_dump()["allergies"]["complete"] is False
    whole = {**answers, "allergies-other": "no"}
    assert fill(form, whole).intake.model_dump()["allergies"]["complete"] is True
    for question in answers:
        fewer = {key: value for key, value in whole.items() if key != question}
        assert fill(form, fewer).intake.model_dump()["allergies"]["complete"] is False
    assert fill(form, {**answers, "allergies-other": "yes"}).intake.model_dump()["allergies"]["complete"] is False


def test_what_is_typed_in_freely_is_read_or_listed_and_never_dropped() -> None:
    typed = {"medications-other": "yes", "medications-other--entries": [{"name": "Roaccutane", "status": "current"}, {"name": "qwxzy"}]}
    filled_in = fill(FORMS[0], typed)
    report = screen(filled_in.intake, rulebook=BOOK)
    assert "isotretinoin-systemic" in {f.rule for f in report.findings if f.status == "present"}
    assert [filled_in.question_at(name.path) for name in report.unrecognised] == ["medications-other--entries"]


def test_an_entry_somebody_added_and_wrote_nothing_into_is_none() -> None:
    blank = {"medications-other": "yes", "medications-other--entries": [{}, {"name": ""}, {"name": None, "status": ""}]}
    assert fill(FORMS[0], blank).intake == fill(FORMS[0], {"medications-other": "yes"}).intake
    with pytest.raises(IntakeError, match="`name` is missing"):
        fill(FORMS[0], {"medications-other": "yes", "medications-other--entries": [{}, {"status": "current"}]})


def test_every_piece_of_evidence_leads_back_to_its_question() -> None:
    answers = {"skin-infection": ["herpes"], "skin-infection--herpes--areas": ["lips"], "patient-birth-date": "2012"}
    filled_in = fill(FORMS[0], answers)
    for finding in screen(filled_in.intake, rulebook=BOOK).findings:
        for evidence in finding.evidence:
            if not evidence.path.startswith("/treatment"):
                assert filled_in.question_at(evidence.path) in {"skin-infection", "patient-birth-date"}


@pytest.mark.parametrize(
    ("answers", "pointer", "code"),
    [
        ({"no-such-question": ["x"]}, "", "unknown-key"),
        ({"skin-infection": "herpes"}, "/skin-infection", "wrong-type"),
        ({"skin-infection": ["herpes", "scurvy"]}, "/skin-infection/1", "not-an-option"),
        ({"patient-birth-date": "31.12.1986"}, "/patient-birth-date", "impossible-date"),
        ({"patient-birth-date": 1986}, "/patient-birth-date", "wrong-type"),
        ({"reading-systolic": float("nan")}, "/reading-systolic", "not-finite"),
        ({"reading-systolic": True}, "/reading-systolic", "wrong-type"),
        ({"medications-other": "yes", "medications-other--entries": [{"status": "current"}]}, "/medications-other--entries/0", "missing-key"),
        ({"medications-other": "yes", "medications-other--entries": [{"name": "x", "colour": "red"}]}, "/medications-other--entries/0", "unknown-key"),
    ],
)
def test_a_wrong_answer_is_refused_at_its_place_without_showing_it(answers: dict[str, Any], pointer: str, code: str) -> None:
    with pytest.raises(IntakeError) as caught:
        from_answers(answers, BOOK, treatment=PLANS[0])
    assert [(problem.pointer, problem.code) for problem in caught.value.problems] == [(pointer, code)]
    assert not any(word in str(caught.value) for word in ("scurvy", "1986", "red", "no-such"))


def test_facts_of_the_plan_stay_beside_those_the_form_asks_for() -> None:
    plan = {**PLANS[0], "facts": {"present": ["no-batch-record"], "unsure": ["recipe-changed"]}}
    facts = from_answers({"visit-facts": ["same-day-consultation"]}, BOOK, treatment=plan).model_dump(exclude_defaults=True)["treatment"]["facts"]
    assert facts["present"] == ("no-batch-record", "same-day-consultation")
    assert "recipe-changed" in facts["unsure"]
    assert "no-batch-record" not in facts["denied"]


def test_the_same_answers_twice_give_the_same_bytes() -> None:
    answers = {"skin-infection": ["herpes"], "pregnancy": ["none"], "medications-other": "no"}
    assert fill(FORMS[0], answers).intake.canonical() == fill(FORMS[0], dict(reversed(answers.items()))).intake.canonical()


def test_a_plan_leaves_out_questions_nothing_planned_needs() -> None:
    assert {q.id for q in FORMS[1].questions} < {q.id for q in ANY.questions} | {"allergies-planned"} | {q.id for q in FORMS[1].questions if "allergies-planned" in q.id}
    asked = {q.id for q in FORMS[2].questions}
    assert "allergies-planned" in asked
    assert not any(q.startswith("treatment-") for q in asked)


def test_questions_are_grouped_and_the_most_serious_stands_first_in_its_group() -> None:
    levels = ["absolute", "relative", "precaution", None]
    for form in (*FORMS, ANY):
        groups = [q.group for q in form.questions]
        assert [g for n, g in enumerate(groups) if n and g != groups[n - 1] and g in groups[:n]] == []
        for group in dict.fromkeys(groups):
            # The plan and the readings are asked in their natural order.
            written = [q for q in form.questions if q.group == group and q.opens is None and q.kind == "choices" and q.place.section != "treatment"]
            ranks = [levels.index(q.level) for q in written]
            assert ranks == sorted(ranks), group


def test_every_question_is_one_plain_sentence_and_stands_behind_what_opens_it() -> None:
    for form in (*FORMS, ANY, Form.of(BOOK.in_language("fr"))):
        seen: set[str] = set()
        for question in form.questions:
            assert question.text.rstrip().endswith("?"), question.id
            assert len(re.findall(r"[.?!](?= [A-ZÀ-Ý])", question.text)) == 0, question.id
            assert question.opens is None or question.opens.question in seen
            assert question.id not in seen
            seen.add(question.id)
            assert question.rules or question.opens is not None or question.id.startswith("treatment")
            assert len({option.value for option in question.options}) == len(question.options)


def test_every_rule_that_needs_an_answer_is_waited_for_by_some_question() -> None:
    waiting = {rule for question in ANY.questions for rule in question.rules}
    declared_only = {r.rule for r in screen({"treatment": {"date": "2026-11-30"}}).not_assessed}
    assert set(BOOK.rules) - waiting - declared_only == set()


def test_the_french_form_asks_the_same_and_every_word_of_it_is_french() -> None:
    french = Form.of(BOOK.in_language("fr"), PLANS[0])
    assert [q.id for q in french.questions] == [q.id for q in FORMS[0].questions]
    shown = [(q.text, q.section, q.help, *(o.label for o in q.options)) for q in french.questions]
    assert [text for texts in shown for text in texts if "[en]" in text] == []


def test_a_form_in_french_gives_the_same_intake() -> None:
    answers = {"skin-infection": ["herpes"], "pregnancy": ["none"]}
    assert fill(Form.of(BOOK.in_language("fr"), PLANS[0]), answers).intake == fill(FORMS[0], answers).intake


def test_the_library_says_the_same_things_in_both_its_languages() -> None:
    assert list(en.TEXTS) == list(fr.TEXTS)
    places = re.compile(r"{\w+}")
    assert [key for key in en.TEXTS if sorted(places.findall(en.TEXTS[key])) != sorted(places.findall(fr.TEXTS[key]))] == []


def test_still_open_are_the_questions_in_sight_that_a_possible_finding_waits_for() -> None:
    form = FORMS[0]
    report = screen(fill(form, {}).intake, rulebook=BOOK)
    waiting = form.still_open({}, report)
    assert waiting[0].level == "absolute"
    answered = {"pregnancy": ["none"]}
    later = form.still_open(answered, screen(fill(form, answered).intake, rulebook=BOOK))
    assert "pregnancy" in {q.id for q in waiting}
    assert "pregnancy" not in {q.id for q in later}


def test_questions_is_the_form_without_the_form() -> None:
    assert questions(BOOK, PLANS[1]) == FORMS[1].questions


RULE = """id: {id}
title: A rule of a clinic
domain: medical-history
topic: own
level: relative
when:
  {when}
because: a reason
action: an action
support: weak
sources: [{{ref: label, supports: the concern}}]
examples: [{{name: nobody, given: {{}}, expect: clear}}]
"""


@pytest.mark.parametrize(
    ("when", "section"),
    [
        ("allergy: {to: lidocaine, subject: close-family}", "allergies"),
        ("medication: {is: isotretinoin, status: ever, subject: close-family}", "medications"),
        ("procedure: {ahead: 2 weeks}", "procedures"),
        ("condition: {severity: severe, status: ever, subject: close-family}", "conditions"),
    ],
)
def test_what_a_clinic_asks_of_the_family_or_of_plans_is_asked_or_stays_open(when: str, section: str, own_tiny: Path) -> None:
    (own_tiny / "medical-history/own-rule.yaml").write_text(RULE.format(id="own-rule", when=when), encoding="utf-8")
    book = Rulebook.load(own_tiny)
    form = Form.of(book, PLANS[1])
    asked = [q for q in form.questions if q.opens is None and q.place.section == section]
    plain: dict[str, Any] = {q.id: ["none"] if q.kind == "choices" else "no" for q in asked if q.place.subject is None and not q.place.planned}
    report = screen(fill(form, plain).intake, rulebook=book)
    assert "own-rule" in {finding.rule for finding in report.findings}
    every: dict[str, Any] = {q.id: ["none"] if q.kind == "choices" else "no" for q in asked}
    closed = {finding.rule for finding in screen(fill(form, every).intake, rulebook=book).findings}
    assert ("own-rule" in closed) == (section in form.never_complete)


def test_an_allergy_whose_status_a_rule_asks_for_is_not_taken_to_be_active(own_tiny: Path) -> None:
    when = "allergy: {to: lidocaine, status: resolved}"
    (own_tiny / "medical-history/own-rule.yaml").write_text(RULE.format(id="own-rule", when=when), encoding="utf-8")
    book = Rulebook.load(own_tiny)
    form = Form.of(book, PLANS[1])
    no: dict[str, Any] = {q.id: ["none"] if q.kind == "choices" else "no" for q in form.questions if q.opens is None and q.place.section == "allergies"}
    chosen = {**no, "allergies-allergies-more": ["lidocaine"]}
    status = {finding.rule: finding.status for finding in screen(fill(form, chosen).intake, rulebook=book).findings}
    assert status["own-rule"] == "possible"


def test_a_rulebook_without_written_questions_still_asks_about_everything() -> None:
    tiny = Rulebook.load(Path(__file__).parents[1] / "tiny")
    form = Form.of(tiny)
    waiting = {rule for question in form.questions for rule in question.rules}
    assert waiting >= {"herpes-active", "isotretinoin-recent", "autoimmune-untreated"}
    section = fill(form, {"conditions-conditions-more": ["herpes"]}).intake.model_dump()["conditions"]
    assert section["present"][0]["name"] == "herpes"
