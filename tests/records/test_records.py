"""What a screening record says, what it refuses, and that it comes back as it was written."""

from __future__ import annotations

import pickle
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesoscreen import MesoscreenError, Rulebook, screen
from mesoscreen.records import SYSTEM, Choice, Decision, OverrideReason, RecordError, Reviewer, ScreeningRecord

DAY = date(2026, 11, 28)
INTAKE: dict[str, Any] = {
    "patient": {"birth_date": "1986-03-14", "sex": "female"},
    "conditions": [{"name": "cold sore", "status": "active", "areas": ["lips"]}],
    "medications": [{"name": "Roaccutane", "note": "her sister's secret"}],
    "treatment": {"date": "2026-11-30", "areas": ["lips"], "products": [{"name": "gel", "ingredients": ["hyaluronic acid"]}]},
}
REPORT = screen(INTAKE)
PRESENT = [finding.rule for finding in REPORT.findings if finding.status == "present"]
ABSOLUTE = next(finding.rule for finding in REPORT.findings if finding.level == "absolute" and finding.status == "present")
STAFF = Reviewer(staff="S-07", role="physician")


def deciding(choice: Choice = Choice.DEFER, **more: Any) -> tuple[Decision, ...]:
    return tuple(Decision(rule=rule, choice=choice, **more) for rule in PRESENT)


def record(**more: Any) -> ScreeningRecord:
    return ScreeningRecord(**{"patient": "P-1", "report": REPORT, "recorded": DAY, **more})


def reviewed(**more: Any) -> ScreeningRecord:
    return record(**{"status": "reviewed", "reviewer": STAFF, "decision": Choice.DEFER, "decisions": deciding(), **more})


def codes(**more: Any) -> list[tuple[str, str]]:
    with pytest.raises(RecordError) as caught:
        record(**more)
    return [(problem.pointer, problem.code) for problem in caught.value.problems]


def test_the_screened_patient_has_something_absolute_to_decide() -> None:
    assert ABSOLUTE == "herpes-active"
    assert len(PRESENT) > 1


def test_a_record_comes_back_as_it_was_written() -> None:
    for one in (record(), reviewed(), reviewed().amended(recorded=DAY, note="looked at again")):
        back = ScreeningRecord.model_validate_json(one.model_dump_json())
        assert back == one
        assert back.digest == one.digest
        assert back.canonical() == one.canonical()
        assert ScreeningRecord.model_validate_json(one.canonical()) == one


def test_a_french_report_is_recorded_in_french() -> None:
    french = record(report=screen(INTAKE, rulebook=Rulebook.default().in_language("fr")))
    assert ScreeningRecord.model_validate_json(french.model_dump_json()).report.stamp.language == "fr"
    assert french.digest != record().digest


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"status": "reviewed", "decision": Choice.DEFER, "decisions": deciding()}, [("", "not-reviewed")]),
        ({"status": "reviewed", "reviewer": STAFF, "decisions": deciding()}, [("", "not-reviewed")]),
        ({"decisions": (Decision(rule="pacemaker-electroporation", choice=Choice.DEFER),)}, [("/decisions/0/rule", "unknown-finding")]),
        ({"decisions": (Decision(rule=ABSOLUTE, choice=Choice.DEFER),) * 2}, [("/decisions/1/rule", "repeated-decision")]),
        ({"decisions": (Decision(rule=ABSOLUTE, choice=Choice.DEFER, reason=OverrideReason.PLAN_CHANGED),)}, [("/decisions/0/reason", "needless-reason")]),
        ({"decisions": (Decision(rule=ABSOLUTE, choice=Choice.PROCEED),)}, [("/decisions/0", "bare-override")]),
        ({"decisions": (Decision(rule=ABSOLUTE, choice=Choice.PROCEED, reason=OverrideReason.RECORDED_IN_ERROR, note=" "),)}, [("/decisions/0", "bare-override")]),
        ({"decision": Choice.PROCEED}, [("/note", "open-questions")]),
        ({"decision": Choice.PROCEED, "note": "asked", "decisions": deciding(Choice.REFER)}, [("/decision", "split-decision")]),
        ({"recorded": "2026-W48-1"}, [("/recorded", "impossible-date")]),
        ({"patient": "  "}, [("/patient", "empty-text")]),
        ({"colour": "red"}, [("", "unknown-key")]),
    ],
)
def test_a_record_that_contradicts_itself_is_refused_at_its_place(more: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert codes(**more) == expected


def test_a_review_is_one_only_when_every_present_finding_is_decided() -> None:
    assert reviewed().status == "reviewed"
    for left_out in range(len(PRESENT)):
        decisions = tuple(d for n, d in enumerate(deciding()) if n != left_out)
        found = codes(status="reviewed", reviewer=STAFF, decision=Choice.DEFER, decisions=decisions)
        assert [code for _, code in found] == ["undecided-finding"]


def test_an_absolute_finding_is_overridden_only_with_a_coded_reason_and_a_note() -> None:
    made = Decision(rule=ABSOLUTE, choice=Choice.PROCEED, reason=OverrideReason.CONDITION_RESOLVED, note="healed on the day")
    assert record(decisions=(made,)).decisions == (made,)


@settings(deadline=None, max_examples=20, derandomize=True)
@given(st.sets(st.sampled_from(PRESENT), min_size=1))
def test_no_finding_can_be_taken_out_of_a_recorded_report(gone: set[str]) -> None:
    from dataclasses import replace  # noqa: PLC0415

    serious = {f.rule for f in REPORT.findings if f.level == "absolute" and f.status == "present"}
    altered = replace(REPORT, findings=tuple(f for f in REPORT.findings if f.rule not in gone | serious))
    assert ("/report", "altered-report") in codes(report=altered)


def test_an_amendment_names_what_it_amends_and_changes_nothing_of_it() -> None:
    first = record()
    digest = first.digest
    second = first.amended(recorded=DAY, status="reviewed", reviewer=STAFF, decision=Choice.DEFER, decisions=deciding())
    assert (second.supersedes, second.patient, second.report) == (digest, first.patient, first.report)
    assert (first.digest, first.status) == (digest, "open")
    with pytest.raises(RecordError, match="bad-amendment"):
        second.amended(recorded=date(2026, 11, 27))
    with pytest.raises(RecordError, match="bad-amendment"):
        second.amended(recorded=DAY, patient="P-2")


def test_a_record_does_not_change_is_not_copied_and_is_neither_true_nor_false() -> None:
    one = record()
    with pytest.raises(AttributeError):
        one.note = "other"  # type: ignore[misc]
    with pytest.raises(TypeError):
        one.model_copy()
    with pytest.raises(TypeError):
        bool(one)


def test_nothing_of_the_patient_is_in_a_repr_or_an_error() -> None:
    assert not any(word in repr(record(note="her sister's secret")) for word in ("secret", "P-1"))
    with pytest.raises(RecordError) as caught:
        record(patient="x" * 300, note=7, **{"secret key": 1})
    assert not any(word in str(caught.value) for word in ("xxx", "secret"))
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_a_key_given_twice_and_broken_json_are_refused() -> None:
    text = record().model_dump_json()
    for broken in (text.replace('"patient":', '"patient":"P-2","patient":', 1), text[:-2], ""):
        with pytest.raises(RecordError):
            ScreeningRecord.model_validate_json(broken)


def test_the_error_is_one_of_ours_and_travels_between_processes() -> None:
    with pytest.raises(RecordError) as caught:
        record(patient="")
    assert isinstance(caught.value, MesoscreenError)
    assert pickle.loads(pickle.dumps(caught.value)).problems == caught.value.problems  # noqa: S301 - our own


def test_every_override_reason_has_words_in_both_languages_and_a_coding() -> None:
    assert all(choice.display("en") != choice.display("fr") for choice in Choice)
    for reason in OverrideReason:
        assert reason.display("en") != reason.display("fr")
        assert reason.coding("fr") == {"system": SYSTEM, "code": reason.value, "display": reason.display("fr")}
