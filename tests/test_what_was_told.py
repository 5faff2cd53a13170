"""How answers are read: defaults, codes, wrong sections, contradictions, products; each clause of the intake reference."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from mesoscreen import Report, screen
from mesoscreen.errors import IntakeError

PLAN: dict[str, Any] = {
    "date": "2026-12-01",
    "areas": ["face"],
    "technique": "needle",
    "products": [{"name": "gel", "ingredients": ["hyaluronic acid"]}],
}
NOTHING: dict[str, Any] = {
    "patient": {"birth_date": "1986-03-14", "sex": "female"},
    "allergies": [],
    "conditions": [],
    "medications": [],
    "procedures": [],
    "treatment": PLAN,
}


def told(**sections: Any) -> Report:
    return screen({**NOTHING, **sections})


def status(report: Report, rule: str) -> str:
    found = [finding.status for finding in report.findings if finding.rule == rule]
    return found[0] if found else "clear"


def plan(*products: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {**PLAN, "products": list(products), **more}


def test_a_code_in_place_of_a_name_is_exact() -> None:
    report = told(conditions=[{"codes": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "E11.9"}]}])
    assert status(report, "diabetes") == "present"
    assert report.unrecognised == ()


def test_a_narrower_icd_code_counts_under_the_code_that_is_known() -> None:
    report = told(conditions=[{"codes": [{"system": "ICD-10", "code": "E11.65"}]}])
    assert status(report, "diabetes") == "present"


def test_a_code_that_says_more_than_a_concept_sets_what_it_says() -> None:
    """Z85.9 is a history of cancer, not cancer."""
    past = told(conditions=[{"codes": [{"system": "icd-10", "code": "Z85.9"}], "ended": "2010"}])
    assert status(past, "active-cancer") == "clear"
    assert status(told(conditions=[{"codes": [{"system": "icd-10", "code": "Z85.9"}]}]), "active-cancer") == "possible"


def test_a_name_and_a_code_that_differ_both_count_and_contradict() -> None:
    report = told(conditions=[{"name": "diabetes", "codes": [{"system": "icd-10", "code": "G40.9"}]}])
    assert (status(report, "diabetes"), status(report, "epilepsy")) == ("present", "present")
    assert report.contradictions[0].paths == ("/conditions/0/name", "/conditions/0/codes")


def test_an_unknown_name_beside_a_known_code_is_listed_and_the_code_counts() -> None:
    report = told(conditions=[{"name": "xqzzt", "codes": [{"system": "icd-10", "code": "G40.9"}]}])
    assert status(report, "epilepsy") == "present"
    assert [name.path for name in report.unrecognised] == ["/conditions/0"]


def test_an_unknown_code_alone_is_listed() -> None:
    report = told(conditions=[{"codes": [{"system": "icd-10", "code": "Q99.99"}]}])
    assert [name.path for name in report.unrecognised] == ["/conditions/0/codes/0"]
    assert report.outcome == "review"


def test_a_code_of_another_section_counts_where_it_belongs_as_probable() -> None:
    report = told(procedures=[{"codes": [{"system": "icd-10", "code": "G40.9"}]}])
    assert status(report, "epilepsy") == "possible"


@pytest.mark.parametrize(
    ("section", "name", "rule"),
    [
        ("conditions", "warfarin", "anticoagulant-proceed-not-stop"),
        ("conditions", "takes warfarin every day", "anticoagulant-proceed-not-stop"),
        ("medications", "epilepsy", "epilepsy"),
        ("procedures", "epilepsy", "epilepsy"),
        ("allergies", "epilepsy", "epilepsy"),
    ],
)
def test_a_name_in_the_wrong_section_counts_where_it_belongs_as_probable(section: str, name: str, rule: str) -> None:
    report = told(**{section: [{"name": name}]})
    assert status(report, rule) == "possible"
    assert report.outcome == "review"
    assert report.unrecognised[0].path == f"/{section}/0"


def test_botox_among_the_medicines_counts_as_the_treatment_too() -> None:
    report = told(medications=[{"name": "Botox"}], treatment=plan({"name": "toxin", "ingredients": ["botulinum toxin"]}))
    assert report.unrecognised[0].read_as == "botulinum toxin treatment"
    assert status(report, "botulinum-repeat-interval") == "possible"


def test_words_and_field_that_differ_leave_the_matter_open() -> None:
    report = told(conditions=[{"name": "uncontrolled epilepsy", "controlled": True}])
    assert report.contradictions[0].paths == ("/conditions/0/name", "/conditions/0/controlled")
    assert status(report, "unstable-chronic-disease") == "possible"


def test_family_history_in_words_and_as_a_field_are_the_same() -> None:
    for entry in ({"name": "family history of lupus"}, {"name": "lupus", "subject": "close-family"}):
        report = told(conditions=[entry])
        assert (status(report, "autoimmune-family"), status(report, "autoimmune-active")) == ("present", "clear")


def test_being_unsure_of_a_family_history_says_nothing_of_the_patient() -> None:
    report = told(conditions={"unsure": ["family history of lupus"], "complete": True})
    assert (status(report, "autoimmune-family"), status(report, "autoimmune-active")) == ("possible", "clear")


def test_said_to_go_on_and_to_have_ended_is_a_contradiction_and_neither_is_assumed() -> None:
    report = told(medications=[{"name": "isotretinoin", "status": "current", "stopped": "2019"}])
    assert report.contradictions[0].paths == ("/medications/0/status", "/medications/0/stopped")
    assert status(report, "isotretinoin-systemic") == "possible"


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"name": "prednisolone"}, "present"),
        ({"name": "prednisolone", "route": "oral"}, "present"),
        ({"name": "prednisolone", "route": "unknown"}, "possible"),
    ],
)
def test_a_route_not_given_is_the_usual_one_and_an_unknown_one_is_unknown(entry: dict[str, Any], expected: str) -> None:
    report = told(medications=[{"name": "isotretinoin", **{k: v for k, v in entry.items() if k != "name"}}])
    assert status(report, "isotretinoin-systemic") == expected


def test_asserted_and_denied_counts_as_asserted_and_is_reported() -> None:
    report = told(conditions={"present": [{"name": "lupus"}], "denied": ["autoimmune disease"]})
    assert status(report, "autoimmune-active") == "present"
    assert report.contradictions[0].paths == ("/conditions/present/0", "/conditions/denied/0")
    assert report.outcome != "no-flags"


def test_none_beside_an_entry_is_a_contradiction_and_the_entry_counts() -> None:
    report = told(conditions=[{"name": "none"}, {"name": "lupus"}])
    assert status(report, "autoimmune-active") == "present"
    assert set(report.contradictions[0].paths) == {"/conditions/0", "/conditions/1"}


def test_none_in_the_long_form_asserts_nothing_and_denies_nothing() -> None:
    said = told(conditions={"present": [{"name": "none"}]})
    assert any(question.path == "/conditions" for question in said.unanswered)
    assert not any(finding.status == "present" for finding in said.findings)


def icd(*codes: str) -> list[dict[str, str]]:
    return [{"system": "icd-10", "code": code} for code in codes]


LIDOCAINE = [{"name": "lidocaine", "reaction": "local"}]
LOST: dict[str, tuple[dict[str, Any], str, set[str]]] = {
    "an end still to come goes on": ({"conditions": [{"name": "pregnant", "ended": "2027-03"}]}, "pregnancy", {"present"}),
    "an end on the day goes on": ({"conditions": [{"name": "pregnant", "ended": "2026-12-01"}]}, "pregnancy", {"present"}),
    "an end on either side is open": ({"conditions": [{"name": "pregnant", "ended": "2026"}]}, "pregnancy", {"possible"}),
    "a last tablet on the day": ({"medications": [{"name": "warfarin", "stopped": "2026-12-01"}]}, "anticoagulant-proceed-not-stop", {"present"}),
    "words and status that differ": ({"conditions": [{"name": "currently pregnant", "status": "resolved"}]}, "pregnancy", {"possible"}),
    "a code does not silence the name": (
        {"conditions": [{"name": "high blood pressure and pregnant", "codes": icd("I10")}]}, "pregnancy", {"possible"},
    ),
    "a family code beside the disease": ({"conditions": [{"codes": icd("M32.9", "Z83.2")}]}, "autoimmune-active", {"present", "possible"}),
    "a history code beside the disease": ({"conditions": [{"codes": icd("C50.9", "Z85.3")}]}, "active-cancer", {"present", "possible"}),
    "no technique ticked": (
        {"treatment": plan({"name": "e", "ingredients": ["exosomes"]}, technique=[])}, "exosome-injection", {"possible"},
    ),
    "an empty list of ingredients": (
        {"allergies": LIDOCAINE, "treatment": plan({"name": "lidocaine", "ingredients": []})}, "amide-la-allergy", {"present"},
    ),
    "a name the list forgets": (
        {"allergies": LIDOCAINE, "treatment": plan({"name": "lidocaine 2%", "ingredients": ["sodium chloride"]})},
        "amide-la-allergy", {"possible"},
    ),
    "a product with an area of its own": (
        {
            "conditions": [{"name": "impetigo", "areas": ["thigh"]}],
            "treatment": plan({"name": "gel", "ingredients": ["hyaluronic acid"], "areas": ["thigh"]}),
        },
        "infection-at-site", {"present"},
    ),
    "an area in the name and another in the field": (
        {"conditions": [{"name": "impetigo face", "areas": ["leg"]}]}, "infection-at-site", {"present"},
    ),
    "an age that differs from the birth date": (
        {"patient": {"birth_date": "1986-01-01", "age": 16, "sex": "female"}}, "under-18", {"possible"},
    ),
    "unsure of a product": (
        {"allergies": {"unsure": ["NCTF 135 HA"], "complete": True}, "treatment": plan({"name": "NCTF 135 HA"})},
        "allergy-any-planned-ingredient", {"possible"},
    ),
    "unsure of what is still to come": (
        {"procedures": {"unsure": ["swimming"], "complete": True}}, "aftercare-water-exposure", {"possible"},
    ),
    "a wider outcome than the rule asks for": (
        {
            "procedures": [
                {"name": "mesotherapy", "date": "2026-01-01", "outcome": "infection", "areas": ["leg"], "setting": "clinic",
                 "products": [{"name": "HA", "ingredients": ["hyaluronic acid"]}]},
            ],
        },
        "ntm-awareness-history", {"possible"},
    ),
    "the family's disease and the patient's denial": (
        {"conditions": {"present": [{"name": "psoriasis", "subject": "close-family"}], "denied": ["autoimmune"], "complete": True}},
        "autoimmune-family", {"present", "possible"},
    ),
    "mixture letters in another case": (
        {
            "treatment": plan(
                {"name": "a", "ingredients": ["hyaluronic acid"], "mixture": "A"}, {"name": "b", "ingredients": ["thiamine"], "mixture": "a "}
            ),
        },
        "office-mixed-cocktail", {"present"},
    ),
    "none with a reaction is not none": (
        {"allergies": [{"name": "none", "reaction": "anaphylaxis"}]}, "anaphylaxis-history", {"present"},
    ),
}


@pytest.mark.parametrize(
    ("entry", "rule"),
    [
        ({"name": "uncontrolled high blood pressure", "codes": icd("I10")}, "hypertension-severe"),
        ({"name": "uncontrolled asthma", "codes": icd("J45.9")}, "atopy-asthma"),
        ({"name": "lupus", "codes": icd("M32.9")}, "autoimmune-active"),
    ],
)
def test_a_plain_code_leaves_it_to_the_name_to_say_more(entry: dict[str, Any], rule: str) -> None:
    report = told(conditions=[entry])
    assert status(report, rule) == "present"
    assert report.contradictions == ()


def test_a_familys_disease_under_the_patients_own_code_counts_as_the_patients() -> None:
    report = told(conditions=[{"name": "family history of lupus", "codes": icd("M32.9")}])
    assert status(report, "autoimmune-active") == "present"
    assert report.contradictions != ()


@pytest.mark.parametrize("case", LOST)
def test_nothing_is_lost(case: str) -> None:
    sections, rule, expected = LOST[case]
    assert status(told(**sections), rule) in expected


@pytest.mark.parametrize(
    "entry",
    [
        {"allergies": [{"name": "latex", "planned": True}]},
        {"conditions": [{"name": "pregnant", "status": "active", "planned": True}]},
        {"medications": [{"name": "isotretinoin", "stopped": "2027-01", "planned": True}]},
        {"measurements": [{"name": "systolic blood pressure", "value": 190, "unit": "mm[Hg]", "planned": True}]},
    ],
    ids=["an allergy", "a state", "an end without a start", "a reading"],
)
def test_what_is_so_already_cannot_be_planned(entry: dict[str, Any]) -> None:
    with pytest.raises(IntakeError) as caught:
        told(**entry)
    assert caught.value.problems[0].code == "planned-in-the-past"


def test_a_quantity_given_twice_is_refused() -> None:
    volume = {"name": "volume", "value": 40, "unit": "mL"}
    with pytest.raises(IntakeError) as caught:
        told(treatment=plan({"name": "lidocaine 2%", "quantities": [volume, {**volume, "value": 1}]}))
    assert caught.value.problems[0].code == "repeated-key"


@pytest.mark.parametrize("name", ["NCTF 135 HA 3 ml", "NCTF 135 HA cream"])
def test_a_known_product_with_a_strength_or_form_is_read(name: str) -> None:
    assert told(treatment=plan({"name": name})).unrecognised == ()


def test_waiting_promises_nothing_where_nobody_knows_whether_it_is_over() -> None:
    finding = next(f for f in told(medications=[{"name": "ibuprofen", "status": "unknown"}]).findings if f.rule == "nsaid-otc-window")
    assert (finding.status, finding.defer_until) == ("possible", None)


@pytest.mark.parametrize(("denied", "expected"), [("local anaesthetic", "clear"), ("amide local anaesthetic", "clear"), ("lidocaine", "possible")])
def test_a_denial_covers_everything_below_it_and_nothing_beside_it(denied: str, expected: str) -> None:
    report = told(allergies={"denied": [denied]}, treatment=plan({"name": "ampoule", "ingredients": ["lidocaine"]}))
    assert status(report, "amide-la-allergy") == expected


def test_an_allergy_to_a_known_product_counts_for_that_product() -> None:
    report = told(allergies=[{"name": "NCTF 135 HA"}], treatment=plan({"name": "NCTF 135 HA"}))
    assert status(report, "allergy-any-planned-ingredient") == "present"


def test_an_allergy_to_a_product_leaves_what_is_in_it_open() -> None:
    report = told(allergies=[{"name": "NCTF 135 HA"}], treatment=plan({"name": "gel", "ingredients": ["hyaluronic acid"]}))
    assert status(report, "allergy-any-planned-ingredient") == "possible"


def test_an_allergy_to_a_cream_leaves_each_thing_in_it_open() -> None:
    report = told(allergies=[{"name": "EMLA"}], treatment=plan({"name": "ampoule", "ingredients": ["lidocaine"]}))
    assert status(report, "allergy-any-planned-ingredient") == "possible"


def test_nobody_said_what_is_in_the_product() -> None:
    report = told(treatment=plan({"name": "house mix 7"}))
    assert report.outcome in ("incomplete", "review")
    assert report.unanswered[0].path == "/treatment/products/0/ingredients"
    assert report.unanswered[0].level == "absolute"


def test_a_vague_ingredient_leaves_what_it_may_be_open() -> None:
    report = told(allergies=[{"name": "thiamine"}], treatment=plan({"name": "mix", "ingredients": ["vitamins"]}))
    assert status(report, "thiamine-sensitivity") == "possible"


def test_unlisted_excipients_are_open_only_where_the_list_is_not_complete() -> None:
    for complete, expected in ((True, "clear"), (False, "possible")):
        product = {"name": "ampoule", "ingredients": ["hyaluronic acid"], "ingredients_complete": complete}
        report = told(allergies=[{"name": "benzyl alcohol"}], treatment=plan(product))
        assert status(report, "benzyl-alcohol") == expected


def test_a_rash_on_a_larger_area_may_touch_the_treated_one() -> None:
    for areas, treated, expected in (
        (["lips"], ["face"], "present"),
        (["face"], ["lips"], "possible"),
        ([], ["lips"], "possible"),
        (["thigh"], ["lips"], "clear"),
        (["xqzzt"], ["lips"], "possible"),
    ):
        report = told(conditions=[{"name": "herpes", "areas": areas}], treatment={**PLAN, "areas": treated})
        assert status(report, "herpes-active") == expected


def test_the_clearance_is_shown_and_removes_nothing() -> None:
    letter = {"by": "Dr Example", "date": "2026-11", "note": "stable"}
    report = told(conditions=[{"name": "diabetes", "clearance": letter}])
    finding = next(f for f in report.findings if f.rule == "diabetes")
    assert finding.status == "present"
    assert finding.evidence[0].clearance is not None
    assert finding.evidence[0].clearance.by == "Dr Example"
    assert "by Dr Example, 2026-11: stable" in report.to_text()


def test_the_reference_date_is_the_argument_else_the_treatment_date() -> None:
    data = {**NOTHING, "medications": [{"name": "isotretinoin", "stopped": "2026-11-01"}]}
    assert status(screen(data), "isotretinoin-systemic") == "present"
    later = screen(data, on=date(2027, 6, 1))
    assert (status(later, "isotretinoin-systemic"), later.stamp.on) == ("clear", date(2027, 6, 1))


def test_the_day_a_finding_defers_to_is_the_first_day_without_it() -> None:
    data = {**NOTHING, "medications": [{"name": "isotretinoin", "stopped": "2026-10-31"}]}
    finding = next(f for f in screen(data).findings if f.rule == "isotretinoin-systemic")
    assert finding.defer_until is not None
    assert status(screen(data, on=finding.defer_until), "isotretinoin-systemic") == "clear"
    assert status(screen(data, on=finding.defer_until - timedelta(days=1)), "isotretinoin-systemic") == "present"


def test_what_goes_on_is_deferred_to_no_day() -> None:
    finding = next(f for f in told(medications=[{"name": "isotretinoin"}]).findings if f.rule == "isotretinoin-systemic")
    assert finding.defer_until is None


def test_a_report_in_markdown_shows_everything_the_text_shows() -> None:
    report = told(
        conditions={"present": [{"name": "lupus"}, {"name": "xqzzt"}], "denied": ["autoimmune disease"]},
        medications=None,
        treatment=plan({"name": "house mix 7"}),
    )
    text = report.to_markdown()
    for heading in ("## Findings", "## Possible", "## Still to ask", "## Not recognised", "## Contradictions", "## Not assessed"):
        assert heading in text
    assert report.findings[0].title in text
    assert report.stamp.sha256[:12] in text


def test_to_be_unsure_of_an_allergy_to_a_mixture_does_not_contradict_a_denial_of_what_may_be_in_it() -> None:
    told = {"allergies": {"unsure": ["vitamin-b-complex"], "denied": ["amide-local-anaesthetic"]}, "treatment": {"date": "2026-11-30"}}
    assert screen(told).contradictions == ()
    same = {"allergies": {"unsure": ["lidocaine"], "denied": ["amide-local-anaesthetic"]}, "treatment": {"date": "2026-11-30"}}
    assert len(screen(same).contradictions) == 1
