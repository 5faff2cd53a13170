"""What holds of any bundle."""

from __future__ import annotations

import json
from typing import Any

from bundles import PLAN, bundle, bundles, read, reasons, said
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from mesoscreen import screen
from mesoscreen.fhir import FhirError, Understood, cards, detected_issues, read_bundle, remarks

LONG = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


def understood_of(data: dict[str, Any]) -> Understood:
    try:
        return read_bundle(data, treatment=PLAN)
    except FhirError as error:
        assume({one.code for one in error.problems} != {"several-patients"})
        raise


def entry_of(pointer: str) -> int:
    return int(pointer.split("/")[2])


@LONG
@given(bundles())
def test_every_entry_is_used_or_named(data: dict[str, Any]) -> None:
    understood = understood_of(data)
    used = {entry_of(one.pointer) for one in understood.origins}
    named = {entry_of(one.pointer) for one in understood.not_understood}
    assert used | named == set(range(len(data.get("entry", []))))


@LONG
@given(bundles())
def test_what_a_bundle_says_can_be_screened_and_every_origin_leads_into_the_intake(data: dict[str, Any]) -> None:
    understood = understood_of(data)
    assert screen(understood.intake).outcome != "no-flags"
    dumped = json.loads(understood.intake.canonical())
    for origin in understood.origins:
        at: Any = dumped
        for part in origin.path.split("/")[1:]:
            assert part.isdigit() or part in at or origin.path == "/patient"
            at = at[int(part)] if part.isdigit() else at.get(part)


@LONG
@given(bundles())
def test_a_bundle_never_says_that_a_section_but_the_allergies_is_complete(data: dict[str, Any]) -> None:
    intake = understood_of(data).intake
    for section in ("conditions", "medications", "procedures", "measurements"):
        given_ = getattr(intake, section)
        assert given_ is None or not given_.complete


@LONG
@given(bundles())
def test_what_was_not_understood_shows_in_the_cards_and_in_the_remarks(data: dict[str, Any]) -> None:
    understood = understood_of(data)
    report = screen(understood.intake)
    shown = json.dumps(cards(report, understood))
    told = {place for issue in remarks(report, understood).issue for place in issue.expression or () if place}
    for one in understood.not_understood:
        assert f"`{one.pointer}`" in shown
        assert any(place.startswith("Bundle") for place in told)
    assert len(detected_issues(report, understood)) == len(report.findings)


@LONG
@given(bundles(), st.randoms(use_true_random=False))
def test_the_order_of_entries_changes_no_outcome(data: dict[str, Any], random: Any) -> None:
    shuffled = {**data, **({"entry": random.sample(data["entry"], len(data["entry"]))} if "entry" in data else {})}
    one, other = understood_of(data), understood_of(shuffled)
    assert sorted(said_.reason for said_ in one.not_understood) == sorted(said_.reason for said_ in other.not_understood)
    first, second = screen(one.intake), screen(other.intake)
    assert first.outcome == second.outcome
    assert [(found.rule, found.status) for found in first.findings] == [(found.rule, found.status) for found in second.findings]


def test_what_a_bundle_does_not_mention_was_not_asked() -> None:
    understood = read()
    assert all(said(understood, section) == {} for section in ("allergies", "conditions", "medications", "procedures", "measurements"))
    assert understood.intake.allergies is None
    assert reasons(understood) == []


def test_the_same_bundle_gives_the_same_cards() -> None:
    text = json.dumps(bundle({"resourceType": "Condition", "subject": {"reference": "Patient/p1"}, "code": {"text": "cold sore"}}))
    made = [cards(screen(one.intake), one) for one in (read_bundle(text, treatment=PLAN), read_bundle(text.encode(), treatment=PLAN))]
    assert made[0] == made[1]
