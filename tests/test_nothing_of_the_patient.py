"""Law: whatever is wrong with an intake, nothing the patient said is in any exception, message or `repr`."""

from __future__ import annotations

import itertools
import json
import pickle
import traceback
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from mesoscreen import Intake, Rulebook, screen, screen_many
from mesoscreen.errors import IntakeError, MesoscreenError
from mesoscreen.intake import Patient

if TYPE_CHECKING:
    from collections.abc import Iterator

# None of these characters is enough to spell a word of a message, a key or an option.
secrets = st.text("ABEFGHKLPQRTVWXZжщыэюя456789", min_size=4, max_size=30)
VALUES = ("1986", "2026-11-10", "2031-12-24", "2026-02-31", "20260102", "182.25", "4.75", "774411")
Place = tuple[str | int, ...]
few = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@cache
def tiny() -> Rulebook:
    """The rulebook; no argument of a law, so that Hypothesis does not print it."""
    return Rulebook.load(Path(__file__).parent / "tiny")


def told(secret: str) -> dict[str, Any]:
    """A valid intake of every section, both forms of a section, with the secret in every free text."""
    numbers = itertools.count()

    def word() -> str:
        return f"{secret}{next(numbers)}"

    return {
        "patient": {"birth_date": "1986-03-14", "sex": "female"},
        "allergies": [
            {"name": word(), "reaction": "anaphylaxis", "note": word(), "clearance": {"by": word(), "date": "2026-01", "note": word()}}
        ],
        "conditions": {
            "present": [{"name": word(), "status": "active", "areas": [word()], "onset": "2026-11", "severity": "mild"}],
            "denied": [word()],
            "unsure": [word()],
            "complete": False,
        },
        "medications": [{"codes": [{"system": word(), "code": word()}], "status": "stopped", "stopped": "2026-08", "dose": word()}],
        "procedures": [
            {
                "name": word(),
                "date": "2026-11-10",
                "setting": word(),
                "outcome": word(),
                "products": [{"name": word(), "ingredients": [word()]}],
            },
            {"name": word(), "date": "2027-01-02", "planned": True},
        ],
        "measurements": [{"name": word(), "value": 182.25, "unit": "mm[Hg]", "date": "2026-11-20"}],
        "treatment": {
            "date": "2026-11-30",
            "areas": [word()],
            "technique": [word()],
            "facts": {"present": [word()], "denied": [word()]},
            "products": [
                {
                    "name": word(),
                    "role": "active",
                    "ingredients": [word()],
                    "areas": [word()],
                    "mixture": "A",
                    "facts": [word()],
                    "quantities": [{"name": "volume", "value": 4.75, "unit": "mL"}],
                }
            ],
        },
        "answered": "2026-11-29",
    }


def places(node: Any, at: Place = ()) -> Iterator[Place]:
    yield at
    if isinstance(node, dict | list):
        for key, inner in node.items() if isinstance(node, dict) else enumerate(node):
            yield from places(inner, (*at, key))


def find(node: Any, place: Place) -> Any:
    for step in place:
        node = node[step]
    return node


SHAPE = told("word ")
EVERYWHERE = tuple(places(SHAPE))[1:]
OBJECTS = ((), *(place for place in EVERYWHERE if isinstance(find(SHAPE, place), dict)))
DATES = tuple(place for place in EVERYWHERE if place[-1] in ("birth_date", "date", "onset", "stopped", "answered"))


@st.composite
def corrupted(draw: st.DrawFn) -> tuple[dict[str, Any], str]:
    """A valid intake spoilt in one to three places, and the secret that is all over it."""
    secret = draw(secrets)
    document = told(secret)
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(["replace", "add a key", "rename a key", "date"]))
        place = draw(st.sampled_from(OBJECTS if "key" in kind else DATES if kind == "date" else EVERYWHERE))
        try:
            within: Any = find(document, place[:-1])
            target = find(document, place)
        except (KeyError, IndexError, TypeError):
            continue  # an earlier corruption took the place away
        if "key" in kind and isinstance(target, dict) and target:
            old = draw(st.sampled_from(sorted(target)))
            target[secret] = (
                target.pop(old) if kind == "rename a key" else draw(st.sampled_from([secret, {secret: secret}, [secret], 1, None]))
            )
        elif kind == "date" and isinstance(within, dict):
            dates = [f"2026-{secret}", secret, f"{secret}-01-01", "2031-12-24", "2026-02-31", 20260102]
            within[place[-1]] = draw(st.sampled_from(dates))
        elif kind == "replace" and place:
            values = [secret, {secret: secret}, {"name": [secret]}, [secret], [[secret]], {"present": secret}, 774411, True, None, ""]
            within[place[-1]] = draw(st.sampled_from([*values, (secret * 60)[:240]]))
    return document, secret


def chained(error: BaseException | None) -> Iterator[BaseException]:
    """The exception and everything that hangs on it, told or suppressed."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting += [one.__cause__, one.__context__]


def spoken(error: BaseException) -> str:
    """Everything a log could show of one exception."""
    return "\n".join([str(error), repr(error), str(error.args), *getattr(error, "__notes__", ()), *traceback.format_exception_only(error)])


def refusal(document: Any) -> Exception | None:
    try:
        screen(document, rulebook=tiny())
    except Exception as error:  # noqa: BLE001 - the law holds of every exception, foreseen or not
        return error
    return None


def test_the_intake_the_law_starts_from_is_valid() -> None:
    assert refusal(SHAPE) is None
    assert len(OBJECTS) > 10
    assert len(DATES) == 9


@few
@given(spoilt=corrupted())
def test_no_exception_holds_a_word_a_date_or_a_number_of_the_intake(spoilt: tuple[dict[str, Any], str]) -> None:
    document, secret = spoilt
    error = refusal(document)
    said = spoken(error) if error is not None else ""
    assert [value for value in (secret, *VALUES) if value in said] == []


@few
@given(spoilt=corrupted())
def test_nothing_chained_to_an_exception_holds_any_of_it_either(spoilt: tuple[dict[str, Any], str]) -> None:
    document, secret = spoilt
    said = "\n".join(spoken(error) for error in chained(refusal(document)))
    assert [value for value in (secret, *VALUES) if value in said] == []


@few
@given(spoilt=corrupted())
def test_whatever_is_wrong_is_an_error_made_on_purpose(spoilt: tuple[dict[str, Any], str]) -> None:
    error = refusal(spoilt[0])
    assert error is None or isinstance(error, IntakeError)


@few
@given(spoilt=corrupted())
def test_a_spoilt_intake_is_refused_alike_as_text_and_as_a_mapping(spoilt: tuple[dict[str, Any], str]) -> None:
    document, _ = spoilt
    as_mapping = refusal(document)
    try:
        as_text: Exception | None = refusal(Intake.model_validate_json(json.dumps(document)))
    except IntakeError as error:
        as_text = error
    assert str(as_text) == str(as_mapping)


@few
@given(secrets, st.data())
def test_no_exception_about_broken_json_holds_a_word_of_it(secret: str, data: st.DataObject) -> None:
    text = json.dumps(told(secret), ensure_ascii=data.draw(st.booleans()))
    cut = data.draw(st.integers(2, len(text) - 3))
    broken = text[:cut] + data.draw(st.sampled_from(["", "]", "\\", '"', "\x00"]))
    with pytest.raises(IntakeError) as caught:
        Intake.model_validate_json(broken)
    assert secret not in spoken(caught.value)


@few
@given(secret=secrets)
def test_no_repr_holds_a_word_of_the_intake(secret: str) -> None:
    intake = Intake.model_validate(told(secret))
    report = screen(intake, rulebook=tiny())
    shown = "\n".join(f"{part!r} {part!s}" for part in (*parts(intake), report))
    assert [value for value in (secret, "1986", "2026-11", "182.25", "anaphylaxis") if value in shown] == []


def parts(node: Any) -> Iterator[Any]:
    """The intake and every model inside it."""
    if isinstance(node, tuple):
        for inner in node:
            yield from parts(inner)
    elif hasattr(type(node), "model_fields"):
        yield node
        for name in type(node).model_fields:
            yield from parts(getattr(node, name))


def test_every_part_of_an_intake_is_looked_at_by_the_law() -> None:
    kinds = {type(part).__name__ for part in parts(Intake.model_validate(SHAPE))}
    assert kinds >= {"Intake", "Patient", "Allergy", "Condition", "Medication", "Procedure", "Measurement", "Clearance", "Code"}
    assert kinds >= {"ConditionAnswers", "Treatment", "Product", "Quantity", "FactAnswers"}


def test_a_refused_assignment_does_not_show_the_value() -> None:
    for part, key in ((Intake(), "answered"), (Patient(), "birth_date")):
        with pytest.raises((ValidationError, IntakeError, AttributeError)) as caught:
            setattr(part, key, "SECRET 1986")
        assert "SECRET" not in spoken(caught.value)


def test_a_part_made_by_hand_does_not_show_what_is_wrong_with_it() -> None:
    with pytest.raises((ValidationError, IntakeError)) as caught:
        Patient.model_validate({"age": "SECRET", "SECRET KEY": 1})
    assert "SECRET" not in spoken(caught.value)


def test_an_intake_error_survives_pickling_with_its_problems() -> None:
    with pytest.raises(IntakeError) as caught:
        Intake.model_validate({"patient": {"age": -1}})
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own bytes
    assert again.problems == caught.value.problems
    assert str(again) == str(caught.value)


def test_an_unknown_rule_asked_of_a_report_shows_nothing_of_the_patient() -> None:
    report = screen(told("SECRET"), rulebook=tiny())
    with pytest.raises(MesoscreenError) as caught:
        report.explain("herpes-actve")
    assert "SECRET" not in spoken(caught.value)
    assert "herpes-active" in str(caught.value)


def test_many_results_show_nothing_of_the_patient_in_their_errors() -> None:
    bad = told("SECRET") | {"SECRET KEY": "SECRET"}
    (error,) = screen_many([bad], rulebook=tiny())
    assert isinstance(error, IntakeError)
    assert not any("SECRET" in spoken(one) for one in chained(error))
