"""What is wrong with an intake is said by code and place, and nothing of the patient is said with it."""

from __future__ import annotations

import json
import math
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mesoscreen import Intake, Outcome, screen, screen_many
from mesoscreen.errors import INTAKE_CODES, IntakeError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesoscreen import Rulebook

FOLDER = Path(__file__).parent / "bad_intakes"

EXPECTED = {
    "age-has-a-fraction": ("wrong-type", "/patient/age"),
    "age-is-text": ("wrong-type", "/patient/age"),
    "age-is-true": ("wrong-type", "/patient/age"),
    "age-of-a-tree": ("out-of-range", "/patient/age"),
    "answered-after-treatment": ("future-date", "/answered"),
    "blank-name": ("empty-text", "/allergies/0/name"),
    "born-after-treatment": ("born-after-treatment", "/patient/birth_date"),
    "born-in-another-era": ("out-of-range", "/patient/birth_date"),
    "date-is-a-number": ("wrong-type", "/conditions/0/onset"),
    "day-first": ("impossible-date", "/patient/birth_date"),
    "denied-is-text": ("wrong-type", "/allergies/denied"),
    "empty-denial": ("empty-text", "/allergies/denied/1"),
    "empty-ingredient": ("empty-text", "/treatment/products/0/ingredients/1"),
    "empty-name": ("empty-text", "/allergies/0/name"),
    "ended-before-it-began": ("ended-before-start", "/conditions/0/ended"),
    "entry-is-text": ("wrong-type", "/allergies/0"),
    "event-in-the-future": ("future-date", "/procedures/0/date"),
    "infinite-measurement": ("not-finite", "/measurements/0/value"),
    "missing-code": ("missing-key", "/conditions/0/codes/0"),
    "missing-product-name": ("missing-key", "/treatment/products/0"),
    "missing-unit": ("wrong-unit", "/measurements/0/unit"),
    "missing-value": ("missing-key", "/measurements/0"),
    "month-thirteen": ("impossible-date", "/medications/0/stopped"),
    "name-is-a-number": ("wrong-type", "/medications/0/name"),
    "nan-measurement": ("not-finite", "/measurements/0/value"),
    "negative-age": ("out-of-range", "/patient/age"),
    "negative-quantity": ("out-of-range", "/treatment/products/0/quantities/0/value"),
    "neither-name-nor-code": ("no-name", "/conditions/1"),
    "neither-name-nor-code-in-the-long-form": ("no-name", "/medications/present/0"),
    "nested-lists": ("wrong-type", "/conditions/0"),
    "not-an-object": ("wrong-type", ""),
    "not-an-option-reaction": ("not-an-option", "/allergies/0/reaction"),
    "not-an-option-sex": ("not-an-option", "/patient/sex"),
    "not-an-option-status": ("not-an-option", "/conditions/0/status"),
    "not-json": ("not-json", ""),
    "not-json-empty": ("not-json", ""),
    "not-json-half": ("not-json", ""),
    "onset-in-the-future": ("future-date", "/conditions/present/0/onset"),
    "overflowing-measurement": ("not-finite", "/measurements/0/value"),
    "planned-in-the-past": ("planned-in-the-past", "/procedures/0/date"),
    "planned-is-a-word": ("wrong-type", "/procedures/0/planned"),
    "repeated-key": ("repeated-key", ""),
    "repeated-key-inside": ("repeated-key", ""),
    "section-is-a-number": ("wrong-type", "/conditions"),
    "section-is-text": ("wrong-type", "/allergies"),
    "stopped-before-it-began": ("ended-before-start", "/medications/present/0/stopped"),
    "thirty-first-of-february": ("impossible-date", "/conditions/0/onset"),
    "too-long-name": ("too-large", "/allergies/0/name"),
    "too-long-note": ("too-large", "/allergies/0/note"),
    "too-many-codes": ("too-large", "/conditions/0/codes"),
    "treatment-without-a-day": ("impossible-date", "/treatment/date"),
    "unknown-key": ("unknown-key", ""),
    "unknown-key-in-a-product": ("unknown-key", "/treatment/products/0"),
    "unknown-key-in-an-entry": ("unknown-key", "/medications/0"),
    "unknown-key-in-the-long-form": ("unknown-key", "/conditions"),
    "unknown-unit": ("unknown-unit", "/measurements/0/unit"),
    "unknown-unit-of-an-unknown-reading": ("unknown-unit", "/measurements/present/0/unit"),
    "value-is-text": ("wrong-type", "/measurements/0/value"),
    "wrong-unit": ("wrong-unit", "/measurements/0/unit"),
    "wrong-unit-of-a-quantity": ("wrong-unit", "/treatment/products/0/quantities/0/unit"),
}
"""Which error each fixture raises, and where."""

NAMED = {
    "gibberish": ("/allergies/0", None),
    "gibberish-area": ("/treatment/areas/1", None),
    "gibberish-denied": ("/allergies/denied/0", None),
    "gibberish-ingredient": ("/treatment/products/0/ingredients/1", None),
    "gibberish-outcome": ("/procedures/0/outcome", None),
    "inside-a-sentence": ("/conditions/0", "herpes labialis"),
    "negated": ("/conditions/0", None),
    "negated-in-french": ("/conditions/0", None),
    "one-typo": ("/medications/0", "isotretinoin"),
    "only-punctuation": ("/allergies/0", None),
    "unknown-code": ("/conditions/0/codes/0", None),
    "unknown-code-system": ("/conditions/0/codes/0", None),
}
"""Names that are not errors: where the report lists each, and what it was read as."""

MADE: dict[str, tuple[str, str, Callable[[], str]]] = {
    "100,000 allergies": ("too-large", "/allergies", lambda: json.dumps({"allergies": [{"name": "x"}] * 100_000})),
    "100,000 denials": ("too-large", "/allergies/denied", lambda: json.dumps({"allergies": {"denied": ["x"] * 100_000}})),
    "three million characters": ("too-large", "", lambda: '{"answered": "' + "2" * 3_000_000 + '"}'),
    "100,000 lists inside each other": ("too-deep", "", lambda: "[" * 100_000 + "]" * 100_000),
    "100,000 objects inside each other": ("too-deep", "", lambda: '{"present": ' * 100_000 + "1" + "}" * 100_000),
    "a number of 5,000 digits": ("not-json", "", lambda: '{"patient": {"age": ' + "4" * 5_000 + "}}"),
    "a number of 400 digits": ("out-of-range", "/patient/age", lambda: '{"patient": {"age": ' + "4" * 400 + "}}"),
    "half a character in a name": ("wrong-type", "/allergies/0/name", lambda: '{"allergies": [{"name": "\\ud800abc"}]}'),
}
"""Documents too big or too odd to keep as files."""


def refused(text: str | bytes, rulebook: Rulebook) -> tuple[tuple[str, str], ...]:
    with pytest.raises(IntakeError) as caught:
        screen(Intake.model_validate_json(text), rulebook=rulebook)
    return tuple((problem.code, problem.pointer) for problem in caught.value.problems)


def nested(depth: int, wrap: Callable[[Any], Any]) -> Any:
    inside: Any = 1
    for _ in range(depth):
        inside = wrap(inside)
    return inside


@pytest.mark.parametrize("name", EXPECTED)
def test_a_bad_intake_is_refused_with_one_code_at_one_place(name: str, tiny: Rulebook) -> None:
    assert refused((FOLDER / f"{name}.json").read_bytes(), tiny) == (EXPECTED[name],)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_bad_intake_is_refused_alike_as_text_and_as_a_mapping(name: str, tiny: Rulebook) -> None:
    text = (FOLDER / f"{name}.json").read_text(encoding="utf-8")
    if EXPECTED[name][0] in ("not-json", "repeated-key"):
        with pytest.raises(IntakeError):
            Intake.model_validate_json(text)
        return
    with pytest.raises(IntakeError) as caught:
        screen(json.loads(text), rulebook=tiny)
    assert [(problem.code, problem.pointer) for problem in caught.value.problems] == [EXPECTED[name]]


@pytest.mark.parametrize("name", MADE)
def test_an_outsize_or_odd_document_is_refused_in_under_two_seconds(name: str, tiny: Rulebook) -> None:
    code, pointer, make = MADE[name]
    text = make()
    start = time.perf_counter()
    assert refused(text, tiny) == ((code, pointer),)
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize("name", NAMED)
def test_a_name_that_is_not_understood_is_listed_by_place_and_calls_for_review(name: str, tiny: Rulebook) -> None:
    report = screen(Intake.model_validate_json((FOLDER / "names" / f"{name}.json").read_bytes()), rulebook=tiny)
    assert [(item.path, item.read_as) for item in report.unrecognised] == [NAMED[name]]
    assert report.outcome in (Outcome.REVIEW, Outcome.CONTRAINDICATED)


def test_a_name_with_one_typo_raises_the_rule_it_may_mean_as_possible(tiny: Rulebook) -> None:
    report = screen(Intake.model_validate_json((FOLDER / "names" / "one-typo.json").read_bytes()), rulebook=tiny)
    assert [(finding.rule, finding.status) for finding in report.findings] == [("isotretinoin-recent", "possible")]
    assert [(item.path, item.match) for item in report.findings[0].evidence] == [("/medications/0", "probable")]


def test_a_negated_name_raises_no_rule(tiny: Rulebook) -> None:
    report = screen(Intake.model_validate_json((FOLDER / "names" / "negated.json").read_bytes()), rulebook=tiny)
    assert report.findings == ()


def test_a_code_of_an_unknown_system_names_the_systems_there_are(tiny: Rulebook) -> None:
    report = screen(Intake.model_validate_json((FOLDER / "names" / "unknown-code-system.json").read_bytes()), rulebook=tiny)
    assert "icd-10" in report.unrecognised[0].suggestions


def test_every_fixture_is_expected_and_every_expectation_has_a_fixture() -> None:
    assert {file.stem for file in FOLDER.glob("*.json")} == set(EXPECTED)
    assert {file.stem for file in (FOLDER / "names").glob("*.json")} == set(NAMED)


def test_every_intake_code_is_reached_by_a_fixture() -> None:
    reached = {code for code, _ in EXPECTED.values()} | {code for code, _, _ in MADE.values()}
    assert reached == set(INTAKE_CODES)


def test_everything_wrong_is_reported_at_once_in_document_order() -> None:
    with pytest.raises(IntakeError) as caught:
        Intake.model_validate({"patient": {"age": "x"}, "allergies": [{}], "answered": "31"})
    assert [problem.pointer for problem in caught.value.problems] == ["/patient/age", "/allergies/0", "/answered"]
    assert str(caught.value).startswith("3 problems:\n")


def test_a_message_reads_as_place_words_and_code() -> None:
    with pytest.raises(IntakeError) as caught:
        Intake.model_validate({"medications": [{"name": "x", "stopped": "31.02.2026"}]})
    assert str(caught.value) == "/medications/0/stopped: not a date; write YYYY-MM-DD, YYYY-MM or YYYY [impossible-date]"


def test_messages_about_the_whole_document_say_so() -> None:
    with pytest.raises(IntakeError) as caught:
        Intake.model_validate_json("{")
    assert str(caught.value) == "(the whole intake): not JSON from line 1, column 2 on [not-json]"


def test_a_misspelt_key_is_answered_with_the_key_that_was_meant() -> None:
    with pytest.raises(IntakeError, match="did you mean `stopped`"):
        Intake.model_validate({"medications": [{"name": "x", "stoped": "2026"}]})


def test_messages_are_lowercase_and_end_without_a_period(tiny: Rulebook) -> None:
    for name in EXPECTED:
        with pytest.raises(IntakeError) as caught:
            screen(Intake.model_validate_json((FOLDER / f"{name}.json").read_bytes()), rulebook=tiny)
        message = caught.value.problems[0].message
        assert not message.endswith(".")
        assert message[0].islower() or message.startswith("`")


@pytest.mark.parametrize("make", [lambda inner: [inner], lambda inner: {"present": inner}, lambda inner: {"x": [inner]}])
@pytest.mark.parametrize("section", ["allergies", "measurements", "treatment", "patient", "answered"])
def test_deeply_nested_python_objects_are_refused(make: Callable[[Any], Any], section: str) -> None:
    with pytest.raises(IntakeError):
        Intake.model_validate({section: nested(50_000, make)})


def test_a_list_that_holds_itself_is_refused() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(IntakeError) as caught:
        Intake.model_validate({"allergies": loop})
    assert caught.value.problems[0].pointer == "/allergies/0"


@pytest.mark.parametrize("value", [None, [], "text", 1, b"{}", object()])
def test_whatever_is_no_mapping_is_refused(value: Any, tiny: Rulebook) -> None:
    with pytest.raises(IntakeError) as caught:
        screen(value, rulebook=tiny)
    assert [(problem.code, problem.pointer) for problem in caught.value.problems] == [("wrong-type", "")]


@pytest.mark.parametrize("key", ["self", "as a list", "in the long form", "", "present", 1, None, ("a",)])
def test_no_odd_key_of_the_document_is_more_than_an_unknown_key(key: Any) -> None:
    with pytest.raises(IntakeError) as caught:
        Intake.model_validate({key: 1})
    assert [(problem.code, problem.pointer) for problem in caught.value.problems] in ([("unknown-key", "")], [("wrong-type", "")])


@pytest.mark.parametrize("key", ["self", "as a list", "in the long form", "", 1, None, ("a",)])
def test_no_odd_key_of_a_part_is_more_than_an_unknown_key(key: Any) -> None:
    with pytest.raises(IntakeError) as caught:
        Intake.model_validate({"patient": {key: 1}, "allergies": [{"name": "x", key: 1}]})
    assert {problem.code for problem in caught.value.problems} <= {"unknown-key", "wrong-type"}
    assert [problem.pointer.split("/")[1] for problem in caught.value.problems] == ["patient", "allergies"]


def test_tens_of_thousands_of_unknown_keys_are_refused_in_under_two_seconds() -> None:
    start = time.perf_counter()
    with pytest.raises(IntakeError) as caught:
        Intake.model_validate({f"key{number}": 1 for number in range(100_000)})
    assert caught.value.problems[0].code == "unknown-key"
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_python_number_that_is_not_finite_is_refused(value: float) -> None:
    with pytest.raises(IntakeError) as caught:
        Intake.model_validate({"measurements": [{"name": "systolic blood pressure", "value": value}]})
    assert [(problem.code, problem.pointer) for problem in caught.value.problems] == [("not-finite", "/measurements/0/value")]


@pytest.mark.parametrize("unit", ["kPa", "mm[Hg]"])
@pytest.mark.parametrize("value", [1e308, -1e308, 5e-324])
def test_a_finite_number_of_any_size_is_screened_or_refused_by_place(value: float, unit: str, tiny: Rulebook) -> None:
    intake = {"measurements": [{"name": "systolic blood pressure", "value": value, "unit": unit}]}
    (result,) = screen_many([intake], rulebook=tiny)
    if isinstance(result, IntakeError):
        assert result.problems[0].pointer.startswith("/measurements/0")
    else:
        assert not isinstance(result, Exception)


@pytest.mark.parametrize("day", ["0001-01-01", "0001-06-30", "9999-12-31"])
def test_a_treatment_at_the_edge_of_the_calendar_is_screened_or_refused(day: str, tiny: Rulebook) -> None:
    intake = {"treatment": {"date": day}, "medications": [{"name": "isotretinoin", "stopped": day}]}
    (result,) = screen_many([intake], rulebook=tiny)
    assert isinstance(result, IntakeError) or not isinstance(result, Exception)


def test_one_bad_intake_among_many_yields_its_error_in_place(tiny: Rulebook) -> None:
    good: dict[str, Any] = {"treatment": {"date": "2026-11-30"}}
    results = list(screen_many([good, {"patient": {"age": -1}}, good], rulebook=tiny))
    assert [isinstance(result, IntakeError) for result in results] == [False, True, False]
    assert results[0] == results[2]


def test_an_entry_on_the_day_of_the_treatment_is_neither_future_nor_past(tiny: Rulebook) -> None:
    intake = {"treatment": {"date": "2026-11-30"}, "procedures": [{"name": "filler", "date": "2026-11-30"}]}
    planned = {"treatment": {"date": "2026-11-30"}, "procedures": [{"name": "filler", "date": "2026-11-30", "planned": True}]}
    assert not any(isinstance(result, Exception) for result in screen_many([intake, planned], rulebook=tiny))


def test_a_partial_date_that_may_lie_before_the_treatment_is_no_error(tiny: Rulebook) -> None:
    intake = {
        "treatment": {"date": "2026-11-30"},
        "procedures": [{"name": "filler", "date": "2026-11"}, {"name": "filler", "date": "2026"}],
    }
    assert not any(isinstance(result, Exception) for result in screen_many([intake], rulebook=tiny))
