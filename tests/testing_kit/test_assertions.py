"""An assertion about a report passes where it should, and where it fails it says why."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any

import pytest

from mesoscreen import Report, screen
from mesoscreen.errors import NothingToExplain, UnknownRule
from mesoscreen.rulebook.rules import BASE
from mesoscreen.testing import Mistake, assert_asks, assert_clear, assert_flags, assert_open, assert_quiet

if TYPE_CHECKING:
    from collections.abc import Callable

THINNER = "anticoagulant-proceed-not-stop"
HEALTHY: dict[str, Any] = {**BASE, "treatment": {**BASE["treatment"], "date": "2026-12-01"}}


def of(**parts: Any) -> Report:
    return screen({**HEALTHY, **parts})


TAKES_ONE = of(medications=[{"name": "Eliquis"}])
UNASKED = of(medications=None)
READ_BACK = Report.model_validate_json(TAKES_ONE.model_dump_json())


def failure_of(check: Callable[..., Any], *args: Any, **options: Any) -> str:
    with pytest.raises(AssertionError) as caught:
        check(*args, **options)
    return str(caught.value)


def test_a_flagged_rule_gives_its_finding() -> None:
    finding = assert_flags(TAKES_ONE, THINNER, level="relative", evidence="/medications/0", status="present")
    assert (finding.rule, finding.status) == (THINNER, "present")


def test_a_rule_that_is_not_raised_says_what_it_came_to_and_what_would_change_it() -> None:
    text = failure_of(assert_flags, TAKES_ONE, "isotretinoin-systemic")
    assert text.startswith("`isotretinoin-systemic` should be flagged as present, but is clear")
    assert "It would be present if the answer were yes" in text
    assert f"present are: {THINNER}" in text


def test_possible_is_not_present_unless_the_test_says_so() -> None:
    assert "but is possible" in failure_of(assert_flags, UNASKED, THINNER)
    assert assert_flags(UNASKED, THINNER, status="possible").status == "possible"
    assert assert_flags(UNASKED, THINNER, status=None).status == "possible"
    assert assert_flags(TAKES_ONE, THINNER, status=None).status == "present"
    assert "flagged as possible, but is present" in failure_of(assert_flags, TAKES_ONE, THINNER, status="possible")


def test_another_level_or_other_evidence_fails_and_names_what_there_is() -> None:
    assert "at level absolute, but its level is relative" in failure_of(assert_flags, TAKES_ONE, THINNER, level="absolute")
    assert "rests on /medications/0" in failure_of(assert_flags, TAKES_ONE, THINNER, evidence="/medications/1")
    assert "rests on no answer" in failure_of(assert_flags, UNASKED, THINNER, status="possible", evidence="/medications/1")


def test_a_name_that_was_not_recognised_explains_a_failure() -> None:
    report = of(medications=[{"name": "Zorblaxin"}])
    assert "not recognised: /medications/0" in failure_of(assert_flags, report, THINNER)


@pytest.mark.parametrize("check", [assert_flags, assert_clear, assert_open])
def test_an_unknown_rule_is_a_mistake_of_the_test_and_names_the_nearest_rules(check: Callable[..., Any]) -> None:
    with pytest.raises(UnknownRule, match=f"did you mean `{THINNER}`"):
        check(TAKES_ONE, "anticoagulant-proced-not-stop")
    with pytest.raises(UnknownRule):
        assert_quiet(TAKES_ONE, but=["anticoagulant"])
    with pytest.raises(UnknownRule):
        assert_asks(UNASKED, "/medications", rule="anticoagulant")


def test_a_word_no_report_uses_is_a_mistake_of_the_test() -> None:
    with pytest.raises(Mistake, match="`level` is one of absolute, relative, precaution, not `high`"):
        assert_flags(TAKES_ONE, THINNER, level="high")
    with pytest.raises(Mistake, match="`status` is one of present, possible"):
        assert_flags(TAKES_ONE, THINNER, status="clear")  # type: ignore[arg-type]


@pytest.mark.parametrize("check", [lambda: assert_quiet(None), lambda: assert_flags({}, THINNER), lambda: assert_asks(1, "/allergies")])  # type: ignore[arg-type]
def test_what_is_no_report_is_refused(check: Callable[[], Any]) -> None:
    with pytest.raises(Mistake, match="this is no report"):
        check()


def test_quiet_means_that_nothing_was_found_and_lists_what_was() -> None:
    assert_quiet(of())
    report = of(
        medications=[{"name": "Eliquis"}, {"name": "Zorblaxin"}],
        conditions={"present": [{"name": "pregnancy"}], "denied": ["pregnancy"]},
    )
    text = failure_of(assert_quiet, report)
    assert f"present: {THINNER} (relative) because of /medications/0" in text
    assert "not recognised: /medications/1" in text
    assert "contradictory: /conditions/present/0, /conditions/denied/0" in text


def test_quiet_may_allow_for_findings_by_name() -> None:
    assert_quiet(TAKES_ONE, but=[THINNER])
    assert "present" in failure_of(assert_quiet, TAKES_ONE, but=["isotretinoin-systemic"])


def test_quiet_says_nothing_of_what_was_not_asked() -> None:
    assert_quiet(UNASKED)
    assert "Quiet is not safe" in (assert_quiet.__doc__ or "")
    assert assert_asks(UNASKED, "/medications").rules


def test_clear_is_neither_possible_nor_not_assessed() -> None:
    assert_clear(of(), "herpes-active", "isotretinoin-systemic")
    assert f"`{THINNER}` should be clear, but is possible" in failure_of(assert_clear, UNASKED, "herpes-active", THINNER)
    assert f"`{THINNER}` should be clear, but is not assessed" in failure_of(assert_clear, of(), THINNER)


def test_open_is_a_rule_that_is_possible_or_a_place_that_is_asked_about() -> None:
    assert_open(UNASKED, THINNER)
    assert_open(UNASKED, "/medications")
    assert_open(of(treatment={"date": "2026-12-01"}), "/treatment")
    assert f"`{THINNER}` should be open, but is present" in failure_of(assert_open, TAKES_ONE, THINNER)
    assert "should ask about /medications" in failure_of(assert_open, TAKES_ONE, "/medications")


def test_a_question_is_found_by_what_it_is_about_and_by_the_rule_that_waits_on_it() -> None:
    report = of(medications={"present": [{"name": "Eliquis"}]})
    question = assert_asks(report, "/medications", rule="isotretinoin-systemic")
    assert question.about
    assert assert_asks(report, "/medications", about=question.about[0]) == question
    assert "asks /medications" in failure_of(assert_asks, report, "/medications", about="tulips")
    assert "(isotretinoin-systemic): clear" in failure_of(assert_asks, of(), "/medications", rule="isotretinoin-systemic")
    assert "asks nothing" in failure_of(assert_asks, of(), "/medications")


@pytest.mark.parametrize(
    ("path", "says"),
    [("/medicines", "did you mean `/medications`"), ("medications", "is no place"), ("/treatment/part", "`/treatment` has date, areas")],
)
def test_a_place_no_intake_has_is_a_mistake_of_the_test(path: str, says: str) -> None:
    with pytest.raises(Mistake, match=says):
        assert_asks(UNASKED, path)


def test_a_report_read_back_is_judged_by_what_it_says_and_never_clear_by_silence() -> None:
    assert_flags(READ_BACK, THINNER, evidence="/medications/0")
    assert "read back from JSON" in failure_of(assert_flags, READ_BACK, "isotretinoin-systemic")
    assert "is present" in failure_of(assert_clear, READ_BACK, THINNER)
    with pytest.raises(NothingToExplain):
        assert_clear(READ_BACK, "isotretinoin-systemic")


def test_the_frames_of_a_failure_are_marked_as_the_librarys_own() -> None:
    for check in (
        lambda: assert_flags(TAKES_ONE, "herpes-active"),
        lambda: assert_flags(TAKES_ONE, "herpes"),
        lambda: assert_asks(UNASKED, "/x"),
    ):
        with pytest.raises((AssertionError, UnknownRule, Mistake)) as caught:
            check()
        own = [
            frame
            for frame, _ in traceback.walk_tb(caught.tb)
            if "mesoscreen" in frame.f_code.co_filename and "tests" not in frame.f_code.co_filename
        ]
        assert own
        assert all(frame.f_locals.get("__tracebackhide__") for frame in own)
