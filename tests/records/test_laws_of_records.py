"""Laws of records: whatever is screened can be recorded and comes back, any change shows, and nothing of the patient does."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle
import re
import traceback
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import intakes

from mesoscreen import Level, MesoscreenError, Outcome, screen
from mesoscreen.records import Choice, Decision, OverrideReason, RecordError, Reviewer, ScreeningRecord

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesoscreen import Report

DAY = date(2026, 11, 27)
NEXT = date(2026, 11, 28)
NURSE = Reviewer(staff="S-07", role="nurse")


def opened(report: Report) -> ScreeningRecord:
    return ScreeningRecord(patient="P-1041", report=report, recorded=DAY)


def decided(rule: str, level: Level, choice: Choice) -> Decision:
    """Decide about a finding, with a reason where proceeding needs one."""
    if choice is Choice.PROCEED and level is Level.ABSOLUTE:
        return Decision(rule=rule, choice=choice, reason=OverrideReason.CLEARANCE_OBTAINED, note="letter of 2026-11-26")
    return Decision(rule=rule, choice=choice)


def reviewed(report: Report, choice: Choice = Choice.DEFER) -> ScreeningRecord:
    decisions = [decided(finding.rule, finding.level, choice) for finding in report.findings if finding.status == "present"]
    return opened(report).amended(
        recorded=NEXT, status="reviewed", reviewer=NURSE, decision=choice, note="asked again at the desk", decisions=decisions
    )


def refused(make: Callable[[], object]) -> dict[str, str]:
    """What is refused, as code by pointer."""
    with pytest.raises(RecordError) as caught:
        make()
    return {problem.pointer: problem.code for problem in caught.value.problems}


def within(report: Report, level: Level, status: str = "present") -> str:
    return next(finding.rule for finding in report.findings if finding.level is level and finding.status == status)


def test_a_possible_finding_may_be_decided_and_need_not_be(consultation: Report) -> None:
    possible = next(finding.rule for finding in consultation.findings if finding.status == "possible")
    whole = reviewed(consultation)
    asked = whole.amended(recorded=NEXT, decisions=(*whole.decisions, Decision(rule=possible, choice=Choice.CLARIFY)))
    assert asked.status == whole.status == "reviewed"


# --- An override says why.


@pytest.mark.parametrize(
    ("reason", "note"), [(None, ""), (None, "seen by the allergist"), (OverrideReason.CLEARANCE_OBTAINED, ""), (OverrideReason.CLEARANCE_OBTAINED, " \n")]
)
@pytest.mark.parametrize("status", ["present", "possible"])
def test_an_absolute_finding_is_overridden_with_a_code_and_a_note_or_not_at_all(
    consultation: Report, reason: OverrideReason | None, note: str, status: str
) -> None:
    rule = within(consultation, Level.ABSOLUTE, status)
    bare = Decision(rule=rule, choice=Choice.PROCEED, reason=reason, note=note)
    assert refused(lambda: opened(consultation).amended(recorded=NEXT, decisions=[bare])) == {"/decisions/0": "bare-override"}


def test_a_lesser_finding_may_be_overridden_without(consultation: Report) -> None:
    rules = [within(consultation, Level.RELATIVE), within(consultation, Level.PRECAUTION)]
    decisions = [Decision(rule=rule, choice=Choice.PROCEED) for rule in rules]
    assert [one.rule for one in opened(consultation).amended(recorded=NEXT, decisions=decisions).decisions] == rules


def test_proceeding_with_open_questions_says_why(consultation: Report, healthy: Report) -> None:
    whole = reviewed(consultation, Choice.PROCEED)
    assert refused(lambda: whole.amended(recorded=NEXT, note="")) == {"/note": "open-questions"}
    assert reviewed(healthy, Choice.PROCEED).amended(recorded=NEXT, note="").decision is Choice.PROCEED


# --- Findings stay, and nothing says safe.


def test_a_report_whose_possible_findings_were_taken_out_is_refused(consultation: Report) -> None:
    surer = dataclasses.replace(consultation, findings=tuple(f for f in consultation.findings if f.status == "present"))
    assert refused(lambda: opened(surer)) == {"/report": "altered-report"}


@pytest.mark.parametrize("outcome", [one for one in Outcome if one is not Outcome.CONTRAINDICATED])
def test_a_report_that_was_made_milder_is_refused(consultation: Report, outcome: Outcome) -> None:
    assert refused(lambda: opened(dataclasses.replace(consultation, outcome=outcome))) == {"/report": "altered-report"}


def test_no_word_of_a_record_says_safe(healthy: Report) -> None:
    words = [reason.display(language) for reason in OverrideReason for language in ("en", "fr")] + [choice.value for choice in Choice]
    words += [json.dumps(ScreeningRecord.model_json_schema()), repr(opened(healthy)), reviewed(healthy, Choice.PROCEED).canonical().decode()]
    said = " ".join(words).casefold().replace("never says that a treatment is safe", "").replace("none of them says that a treatment is safe", "")
    said = said.replace(healthy.intended_use.casefold(), "").replace(healthy.misuse.casefold(), "").replace("never says safe", "")
    assert re.findall(r"\b(safe|safely|fit|eligible|all clear|sûr|sans danger|sans risque|apte|éligible)\b", said) == []


# --- What is written is read.


@settings(deadline=None)  # the machine may be busy
@given(data=intakes, choice=st.sampled_from(list(Choice)), note=st.text(st.characters(codec="utf-8"), max_size=50))
def test_whatever_is_screened_can_be_recorded_reviewed_and_read_back(data: dict[str, Any], choice: Choice, note: str) -> None:
    record = reviewed(screen(data), choice)
    record = record.amended(recorded=NEXT, note=record.note + note)
    for text in (record.model_dump_json(), record.model_dump_json(indent=2), record.canonical()):
        again = ScreeningRecord.model_validate_json(text)
        assert again == record
        assert again.digest == record.digest
    assert pickle.loads(pickle.dumps(record)) == record  # noqa: S301 - our own
    assert copy.deepcopy(record).digest == record.digest


def test_a_digest_is_of_the_meaning_and_any_change_changes_it(consultation: Report) -> None:
    record = reviewed(consultation)
    assert record.digest == ScreeningRecord(**{name: getattr(record, name) for name in ScreeningRecord.model_fields}).digest
    plain = json.loads(record.canonical())
    assert record.canonical() == json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    changes: list[dict[str, Any]] = [
        {"patient": "P-1042"}, {"recorded": "2026-11-29"}, {"status": "open"}, {"reviewer": {"staff": "S-08", "role": "nurse"}},
        {"decision": "refer"}, {"note": "another"}, {"decisions": plain["decisions"][::-1]}, {"supersedes": "0" * 64},
    ]  # fmt: skip
    digests = {ScreeningRecord.model_validate_json(json.dumps({**plain, **change})).digest for change in changes}
    assert len(digests - {record.digest}) == len(changes)


def test_what_is_at_its_default_is_in_no_digest_so_that_a_later_field_changes_none(consultation: Report) -> None:
    plain = json.loads(opened(consultation).canonical())
    assert plain.keys() == {"patient", "report", "recorded"}
    evidence = [one for finding in plain["report"]["findings"] for one in finding["evidence"]]
    assert evidence
    assert not any("clearance" in one for one in evidence)


def test_a_finding_reworded_in_the_file_is_another_record(consultation: Report) -> None:
    plain = json.loads(opened(consultation).canonical())
    plain["report"]["findings"][0]["because"] = "no concern"
    assert ScreeningRecord.model_validate_json(json.dumps(plain)).digest != opened(consultation).digest


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("{", {"": "not-json"}),
        (b"\xff", {"": "not-json"}),
        ("[]", {"": "wrong-type"}),
        ('{"patient": "a", "patient": "b"}', {"": "repeated-key"}),
        ('{"patient": "a"}', {"": "missing-key"}),
    ],
)
def test_what_is_not_a_record_is_refused_with_its_place(text: str | bytes, problems: dict[str, str]) -> None:
    assert refused(lambda: ScreeningRecord.model_validate_json(text)) == problems


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        (("report", "smuggled"), 1, ("/report", "unknown-key")),
        (("report", "stamp", "on"), 86400, ("/report/stamp/on", "wrong-type")),
        (("report", "findings", 0, "level"), "mild", ("/report/findings/0/level", "not-an-option")),
        (("Ms Secret",), 1, ("", "unknown-key")),
        (("recorded",), "2026-W48-1", ("/recorded", "impossible-date")),
        (("recorded",), "20261127", ("/recorded", "impossible-date")),
        (("recorded",), 1764201600, ("/recorded", "impossible-date")),
        (("status",), "cleared", ("/status", "not-an-option")),
        (("decision",), "treat", ("/decision", "not-an-option")),
        (("note",), "x" * 2001, ("/note", "too-large")),
        (("note",), "\ud800", ("", "not-json")),
        (("patient",), " ", ("/patient", "empty-text")),
        (("patient",), 1041, ("/patient", "wrong-type")),
        (("supersedes",), "0" * 64 + "\n", ("/supersedes", "wrong-type")),
        (("reviewer",), {"staff": "S-07"}, ("/reviewer", "missing-key")),
        (("decisions",), [{"rule": "x", "choice": "proceed", "reason": "felt fine"}], ("/decisions/0/reason", "not-an-option")),
    ],
)
def test_what_a_record_cannot_hold_is_refused_with_its_place(
    consultation: Report, path: tuple[str | int, ...], value: object, problem: tuple[str, str]
) -> None:
    plain = json.loads(opened(consultation).model_dump_json())
    node = plain
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    assert refused(lambda: ScreeningRecord.model_validate_json(json.dumps(plain))) == dict([problem])


def test_half_a_character_is_not_recorded(healthy: Report) -> None:
    spoilt: dict[str, Any] = {"patient": "P\ud800", "note": "\udfff", "reviewer": {"staff": "\ud800", "role": "nurse"}}
    assert refused(lambda: ScreeningRecord(report=healthy, recorded=DAY, **spoilt)) == {
        "/patient": "wrong-type", "/note": "wrong-type", "/reviewer/staff": "wrong-type",
    }  # fmt: skip


def test_a_time_of_day_is_not_a_day(healthy: Report) -> None:
    assert refused(lambda: ScreeningRecord(patient="P", report=healthy, recorded=datetime(2026, 11, 27))) == {"/recorded": "impossible-date"}  # noqa: DTZ001


# --- Nothing of the patient.


def test_errors_and_reprs_show_nothing_of_the_patient(consultation: Report) -> None:
    secret = "Secret-4711"  # noqa: S105 - stands for a patient
    spoilt: list[Callable[[], object]] = [
        lambda: ScreeningRecord(patient=secret, report=secret, recorded=secret, note=[secret], **{secret: secret}),
        lambda: ScreeningRecord.model_validate({"patient": [secret], secret: {secret: secret}}),
        lambda: ScreeningRecord.model_validate_json(json.dumps({"decision": secret, "decisions": [{secret: secret}], "reviewer": secret})),
        lambda: opened(consultation).amended(recorded=NEXT, decisions=[{"rule": secret, "choice": "proceed"}], status=secret),
        lambda: opened(consultation).amended(recorded=NEXT, decisions=[{"rule": secret, "choice": "proceed"}]),
        lambda: opened(consultation).amended(recorded=NEXT, status="reviewed"),
    ]
    for make in spoilt:
        with pytest.raises(RecordError) as caught:
            make()
        assert isinstance(caught.value, MesoscreenError)
        said = f"{caught.value!r} {caught.value.__context__!r} " + "".join(traceback.format_exception_only(caught.value))
        assert secret not in said
        assert not any(finding.rule in said for finding in consultation.findings)
    shown = reviewed(consultation)
    record = ScreeningRecord(**{**dict(shown), "patient": secret, "note": secret})
    assert not [said for said in (repr(record), str(record), repr(record.decisions), repr(record.reviewer)) if secret in said or "S-07" in said]
