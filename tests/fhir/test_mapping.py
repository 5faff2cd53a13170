"""What each kind of resource comes to."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from bundles import (
    ATC,
    LOINC,
    ME,
    PATIENT,
    PLAN,
    SNOMED,
    allergy,
    bundle,
    coding,
    condition,
    medication,
    observation,
    order,
    procedure,
    quantity,
    read,
    reasons,
    said,
)

from mesoscreen import screen
from mesoscreen.fhir import Origin, read_bundle

Row = tuple[dict[str, Any], str, dict[str, Any], list[tuple[str, str]]]


def present(**entry: Any) -> dict[str, Any]:
    return {"present": (entry,)}


COLD_SORE, LATEX = {"text": "cold sore"}, {"text": "latex"}
ALLERGIES: dict[str, Row] = {
    "with its code": (
        allergy({"text": "Xylocaine", **coding("N01BB02", ATC)}),
        "allergies", present(name="Xylocaine", codes=({"system": ATC, "code": "N01BB02"},)), [],
    ),
    "by its display": (allergy(coding("1", "urn:x", "latex")), "allergies", present(name="latex", codes=({"system": "urn:x", "code": "1"},)), []),
    "resolved": (allergy(LATEX, clinicalStatus="resolved"), "allergies", present(name="latex", status="resolved"), []),
    "inactive": (allergy(LATEX, clinicalStatus="inactive"), "allergies", present(name="latex", status="unknown"), []),
    "status in words": (allergy(LATEX, clinicalStatus={"text": "Resolved"}), "allergies", present(name="latex", status="resolved"), []),
    "refuted": (allergy(LATEX, verificationStatus="refuted"), "allergies", {"denied": ("latex",)}, []),
    "unconfirmed": (allergy(LATEX, verificationStatus="unconfirmed"), "allergies", {"unsure": ("latex",)}, []),
    "entered in error": (allergy(LATEX, verificationStatus="entered-in-error"), "allergies", {}, [("", "entered-in-error")]),
    "of unheard-of certainty": (allergy(LATEX, verificationStatus="rumoured"), "allergies", {}, [("/verificationStatus", "unknown-status")]),
    "of unheard-of status": (allergy(LATEX, clinicalStatus="sleeping"), "allergies", {}, [("/clinicalStatus", "unknown-status")]),
    "without a code": (allergy(None), "allergies", {}, [("", "no-name")]),
    "the substance of a reaction": (
        allergy(None, reaction=[{"substance": LATEX, "manifestation": [{"text": "urticaria"}], "severity": "moderate"}]),
        "allergies", present(name="latex", reaction="urticaria", severity="moderate"), [],
    ),
    "anaphylaxis beside something unknown": (
        allergy(LATEX, reaction=[{"manifestation": [coding("39579001", SNOMED), {"text": "a strange hum"}]}]),
        "allergies", present(name="latex", reaction="anaphylaxis"), [("/reaction/0/manifestation/1", "unknown-word")],
    ),
    "urticaria beside something unknown": (
        allergy(LATEX, reaction=[{"manifestation": [{"text": "hives"}, {"text": "a strange hum"}]}]),
        "allergies", present(name="latex"), [("/reaction/0/manifestation/1", "unknown-word")],
    ),
    "in French": (allergy(LATEX, reaction=[{"manifestation": [{"text": "urticaire"}]}]), "allergies", present(name="latex", reaction="urticaria"), []),
    "refuted by a code alone": (
        allergy(coding("111088007", SNOMED), verificationStatus="refuted"), "allergies", {}, [("/code", "denied-unclear")],
    ),
    "refuted under two names": (
        allergy({"text": "latex", **coding("N01BB02", ATC)}, verificationStatus="refuted"), "allergies", {}, [("/code", "denied-unclear")],
    ),
    "refuted in words that narrow its display": (
        allergy({"text": "latex of that glove", **coding("1", "urn:x", "latex")}, verificationStatus="refuted"), "allergies", {}, [("/code", "denied-unclear")],
    ),
    "a code without its system": (
        allergy({"text": "latex", "coding": [{"code": "7"}]}), "allergies", present(name="latex"), [("/code/coding/0", "no-system")],
    ),
    "text nobody knows beside a display that is known": (
        allergy({"text": "what nobody knows", **coding("1", "urn:x", "latex")}),
        "allergies",
        {"present": ({"name": "what nobody knows", "codes": ({"system": "urn:x", "code": "1"},)},), "unsure": ("latex",)}, [],
    ),
    "with a note": (allergy(LATEX, note=[{"text": "since childhood"}]), "allergies", present(name="latex", note="since childhood"), []),
    "too long a name": (allergy({"text": "x" * 201}), "allergies", {}, [("/code", "unfit")]),
    "changed by an extension": (
        allergy(LATEX, modifierExtension=[{"url": "urn:x", "valueBoolean": True}]), "allergies", {}, [("", "modified")],
    ),
    "nothing in words": (allergy({"text": "NKDA"}), "allergies", {}, [("/code", "none-unclear")]),
}  # fmt: skip
CONDITIONS: dict[str, Row] = {
    "where and since when": (
        condition(COLD_SORE, clinicalStatus="active", bodySite=[{"text": "lips"}], onsetDateTime="2026-11-27T23:30:00-11:00"),
        "conditions", present(name="cold sore", status="active", areas=("lips",), onset="2026-11-27"), [],
    ),
    "recurring": (condition(COLD_SORE, clinicalStatus="recurrence"), "conditions", present(name="cold sore", status="active"), []),
    "in remission": (condition(COLD_SORE, clinicalStatus="remission"), "conditions", present(name="cold sore", status="remission"), []),
    "over, and said so": (
        condition(COLD_SORE, clinicalStatus="resolved", onsetPeriod={"start": "2026-01"}, abatementDateTime="2026-02"),
        "conditions", present(name="cold sore", status="resolved", onset="2026-01", ended="2026-02"), [],
    ),
    "over at some age": (
        condition(COLD_SORE, abatementAge={"value": 30, "unit": "a"}),
        "conditions", present(name="cold sore", status="resolved"), [("/abatementAge", "not-a-date")],
    ),
    "since childhood": (
        condition(COLD_SORE, onsetString="since childhood"), "conditions", present(name="cold sore"), [("/onsetString", "not-a-date")],
    ),
    "since a birth": (condition(COLD_SORE, onsetAge={"value": 20}), "conditions", present(name="cold sore"), [("/onsetAge", "not-a-date")]),
    "severe by code": (condition(COLD_SORE, severity=coding("24484000", SNOMED)), "conditions", present(name="cold sore", severity="severe"), []),
    "severe in an unknown way": (
        condition(COLD_SORE, severity={"text": "quite"}), "conditions", present(name="cold sore"), [("/severity", "unknown-word")],
    ),
    "somewhere by code": (
        condition(COLD_SORE, bodySite=[coding("48477009", SNOMED)]), "conditions", present(name="cold sore"), [("/bodySite/0", "unknown-word")],
    ),
    "refuted": (condition({"text": "asthma"}, verificationStatus="refuted"), "conditions", {"denied": ("asthma",)}, []),
    "an episode refuted": (
        condition({"text": "asthma"}, verificationStatus="refuted", onsetDateTime="2024-01"), "conditions", {}, [("", "denied-for-a-time")],
    ),
    "refuted in one place": (
        condition(COLD_SORE, verificationStatus="refuted", bodySite=[{"text": "lips"}]), "conditions", {}, [("", "denied-in-part")],
    ),
    "pregnancy refuted some day": (
        condition({"text": "pregnancy"}, verificationStatus="refuted", recordedDate="2026-10-30"), "conditions", {}, [("", "denied-for-a-time")],
    ),
    "pregnancy refuted on the day": (
        condition({"text": "pregnancy"}, verificationStatus="refuted", recordedDate="2026-11-30T07:00:00Z"),
        "conditions", {"denied": ("pregnancy",)}, [],
    ),
    "a doubt": (condition({"text": "asthma"}, verificationStatus="differential"), "conditions", {"unsure": ("asthma",)}, []),
    "a doubt by code": (condition(coding("195967001", SNOMED), verificationStatus="provisional"), "conditions", {"unsure": ("asthma",)}, []),
    "refuted, in words nobody knows": (
        condition({"text": "what nobody knows"}, verificationStatus="refuted"), "conditions", {}, [("/code", "denied-unclear")],
    ),
    "no known problems": (condition(coding("160245001", SNOMED)), "conditions", {}, [("/code", "none-unclear")]),
    "no known allergy among the conditions": (condition(coding("716186003", SNOMED)), "conditions", {}, [("/code", "none-unclear")]),
    "of the future": (condition(COLD_SORE, onsetDateTime="2027-01-01"), "conditions", {}, [("/onsetDateTime", "future-date")]),
    "over before it began": (
        condition(COLD_SORE, onsetDateTime="2020", abatementDateTime="2019"), "conditions", {}, [("/abatementDateTime", "ended-before-start")],
    ),
    "of the mother": (
        {"resourceType": "FamilyMemberHistory", "patient": ME, "status": "completed", "relationship": coding("MTH"), "condition": [{"code": {"text": "lupus"}}]},
        "conditions", present(name="lupus", subject="close-family"), [],
    ),
    "of an aunt": (
        {"resourceType": "FamilyMemberHistory", "patient": ME, "status": "completed", "relationship": coding("AUNT"), "condition": [{"code": {"text": "lupus"}}]},
        "conditions", {}, [("/relationship", "relative-unclear")],
    ),
    "of a mother in good health": (
        {"resourceType": "FamilyMemberHistory", "patient": ME, "status": "completed", "relationship": coding("MTH")},
        "conditions", {}, [("", "no-name")],
    ),
    "pregnant": (
        observation("82810-3", valueCodeableConcept=coding("77386006", SNOMED), effectiveDateTime="2026-11-20"),
        "conditions", present(name="pregnancy", status="active"), [],
    ),
    "pregnant years ago": (
        observation("82810-3", valueCodeableConcept=coding("LA15173-0", LOINC), effectiveDateTime="2020-11-20"),
        "conditions", present(name="pregnancy", status="unknown"), [],
    ),
    "not pregnant on the day": (
        observation("82810-3", valueCodeableConcept=coding("60001007", SNOMED), effectiveDateTime="2026-11-30T08:00:00Z"),
        "conditions", {"denied": ("pregnancy",)}, [],
    ),
    "not pregnant last month": (
        observation("82810-3", valueCodeableConcept=coding("LA26683-5", LOINC), effectiveDateTime="2026-10-30"),
        "conditions", {}, [("/valueCodeableConcept", "denied-for-a-time")],
    ),
    "perhaps pregnant": (observation("82810-3", valueCodeableConcept=coding("LA4489-6", LOINC)), "conditions", {"unsure": ("pregnancy",)}, []),
    "smoking": (observation("72166-2", valueCodeableConcept=coding("449868002", SNOMED)), "conditions", present(name="smoking", status="active"), []),
    "having smoked": (observation("72166-2", valueCodeableConcept=coding("LA15920-4", LOINC)), "conditions", present(name="smoking", status="resolved"), []),
    "an answer nobody knows": (observation("72166-2", valueCodeableConcept=coding("7")), "conditions", {}, [("/value", "no-value")]),
}  # fmt: skip
MEDICATIONS: dict[str, Row] = {
    "taken": (medication(effectivePeriod={"start": "2026-02"}), "medications", present(name="Roaccutane", status="current", started="2026-02"), []),
    "taken until": (
        medication(status="completed", effectivePeriod={"start": "2026-02", "end": "2026-08-15T12:00:00+14:00"}),
        "medications", present(name="Roaccutane", status="stopped", started="2026-02", stopped="2026-08-15"), [],
    ),
    "taken until, from an unknown day": (
        medication(status="stopped", effectivePeriod={"end": "2026-08"}), "medications", present(name="Roaccutane", status="stopped", stopped="2026-08"), [],
    ),
    "paused": (medication(status="on-hold"), "medications", present(name="Roaccutane", status="unknown"), []),
    "to be taken": (
        medication(status="intended", effectiveDateTime="2026-12-24"), "medications", present(name="Roaccutane", status="unknown", started="2026-12-24", planned=True), [],
    ),
    "by mouth": (
        medication(dosage=[{"route": coding("26643006", SNOMED)}, {"route": {"text": "oral route"}}]), "medications", present(name="Roaccutane", status="current", route="oral"), [],
    ),
    "by mouth and on the skin": (
        order(dosageInstruction=[{"route": {"text": "oral"}}, {"route": {"text": "topical"}}]), "medications", present(name="Roaccutane", status="current", route="unknown"), [],
    ),
    "some other way": (
        medication(dosage=[{"route": {"text": "by osmosis"}}]), "medications", present(name="Roaccutane", status="current", route="unknown"), [("/dosage/0/route", "unknown-word")],
    ),
    "not taken": (medication(status="not-taken"), "medications", {"denied": ("Roaccutane",)}, []),
    "not taken then": (medication(status="not-taken", effectiveDateTime="2026-11"), "medications", {}, [("", "denied-for-a-time")]),
    "a mistake": (medication(status="entered-in-error"), "medications", {}, [("", "entered-in-error")]),
    "of unheard-of status": (medication(status="swallowed"), "medications", {}, [("/status", "unknown-status")]),
    "ordered": (order(), "medications", present(name="Roaccutane", status="current"), []),
    "ordered and dispensed": (order(status="completed"), "medications", present(name="Roaccutane", status="unknown"), []),
    "ordered and stopped": (order(status="stopped"), "medications", present(name="Roaccutane", status="stopped"), []),
    "proposed": (order(intent="proposal"), "medications", present(name="Roaccutane", status="unknown"), []),
    "an order withdrawn": (order(status="cancelled"), "medications", {}, [("/status", "cancelled")]),
    "an order not to give it": (order(doNotPerform=True), "medications", {}, [("/doNotPerform", "prohibited")]),
    "an order to give it": (order(doNotPerform=False), "medications", present(name="Roaccutane", status="current"), []),
    "given once": (
        {
            "resourceType": "MedicationAdministration", "subject": ME, "status": "completed", "medicationCodeableConcept": {"text": "Roaccutane"},
            "effectiveDateTime": "2026-11-02", "dosage": {"route": {"text": "intramuscular"}},
        },
        "medications", present(name="Roaccutane", status="stopped", route="injected", started="2026-11-02", stopped="2026-11-02"), [],
    ),
    "a dose left out": (
        {"resourceType": "MedicationAdministration", "subject": ME, "status": "not-done", "medicationCodeableConcept": {"text": "Roaccutane"}, "effectiveDateTime": "2026-11-02"},
        "medications", {}, [("/status", "denied-for-a-time")],
    ),
    "no known medicines": (
        order(medicationCodeableConcept=coding("no-known-medications", "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips")),
        "medications", {}, [("/medicationCodeableConcept", "none-unclear")],
    ),
}  # fmt: skip
PROCEDURES: dict[str, Row] = {
    "done": (
        procedure(performedDateTime="2026-11-10", bodySite=[{"text": "face"}], outcome={"text": "nodules"}, usedCode=[{"text": "salicylic acid"}]),
        "procedures",
        present(name="chemical peel", date="2026-11-10", areas=("face",), outcome="nodules", products=({"name": "salicylic acid"},)), [],
    ),
    "done over some days": (
        procedure(performedPeriod={"start": "2026-11-01", "end": "2026-11-03"}), "procedures", present(name="chemical peel", date="2026-11-03"), [],
    ),
    "begun some day": (
        procedure(performedPeriod={"start": "2026-11-01"}), "procedures", present(name="chemical peel"), [("/performedPeriod", "not-a-date")],
    ),
    "gone wrong twice": (
        procedure(complication=[{"text": "infection"}, {"text": "nodules"}]), "procedures", present(name="chemical peel", outcome="infection"), [("/complication/1", "unknown-word")],
    ),
    "planned": (
        procedure(status="preparation", performedDateTime="2026-12-24"), "procedures", present(name="chemical peel", date="2026-12-24", planned=True), [],
    ),
    "planned for the past": (
        procedure(status="preparation", performedDateTime="2026-10-24"), "procedures", {}, [("/performedDateTime", "planned-in-the-past")],
    ),
    "never done": (procedure(status="not-done"), "procedures", {"denied": ("chemical peel",)}, []),
    "not done that day": (procedure(status="not-done", performedDateTime="2026-11-10"), "procedures", {}, [("", "denied-for-a-time")]),
    "perhaps done": (procedure(status="unknown"), "procedures", {"unsure": ("chemical peel",)}, []),
    "of unheard-of status": (procedure(status="dreamt"), "procedures", {}, [("/status", "unknown-status")]),
    "a known vaccine": (
        {"resourceType": "Immunization", "patient": ME, "status": "completed", "vaccineCode": {"text": "Comirnaty"}, "occurrenceDateTime": "2026-11-20"},
        "procedures", present(name="Comirnaty", date="2026-11-20"), [],
    ),
    "an unknown vaccine": (
        {"resourceType": "Immunization", "patient": ME, "status": "completed", "vaccineCode": coding("999"), "occurrenceString": "last autumn"},
        "procedures", {"present": ({"name": "vaccination"}, {"codes": ({"system": "urn:x", "code": "999"},)})}, [("/occurrenceString", "not-a-date")],
    ),
    "a vaccine not given": (
        {"resourceType": "Immunization", "patient": ME, "status": "not-done", "vaccineCode": {"text": "MMR"}, "occurrenceDateTime": "2026-11-20"},
        "procedures", {}, [("/status", "denied-for-a-time")],
    ),
}  # fmt: skip
MEASUREMENTS: dict[str, Row] = {
    "by its code": (
        observation("29463-7", valueQuantity=quantity(72.5, "kg"), effectiveDateTime="2026-11-20T23:59:00-10:00"),
        "measurements", present(codes=({"system": LOINC, "code": "29463-7"},), value=72.5, unit="kg", date="2026-11-20"), [],
    ),
    "by its name": (
        {**observation("1"), "code": {"text": "body weight"}, "valueQuantity": quantity(72.5, "kg")}, "measurements", present(name="body weight", value=72.5, unit="kg"), [],
    ),
    "a panel": (
        observation("85354-9", component=[{"code": coding("8480-6", LOINC), "valueQuantity": quantity(120, "mm[Hg]")}, {"code": coding("99999-9", LOINC), "valueQuantity": quantity(1, "1")}]),
        "measurements", present(codes=({"system": LOINC, "code": "8480-6"},), value=120.0, unit="mm[Hg]"), [("/component/1/code", "unknown-reading")],
    ),
    "within a month": (
        observation("29463-7", valueQuantity=quantity(70, "kg"), effectivePeriod={"start": "2026-11-01", "end": "2026-11-20"}),
        "measurements", present(codes=({"system": LOINC, "code": "29463-7"},), value=70.0, unit="kg", date="2026-11"), [],
    ),
    "in an unknown unit": (observation("29463-7", valueQuantity=quantity(72, "furlong")), "measurements", {}, [("/valueQuantity", "unknown-unit")]),
    "in a wrong unit": (observation("29463-7", valueQuantity=quantity(72, "mm[Hg]")), "measurements", {}, [("/valueQuantity", "wrong-unit")]),
    "without a unit": (observation("29463-7", valueQuantity={"value": 72}), "measurements", {}, [("/valueQuantity", "wrong-unit")]),
    "less than": (observation("29463-7", valueQuantity={**quantity(72, "kg"), "comparator": "<"}), "measurements", {}, [("/value", "no-value")]),
    "without a value": (observation("29463-7"), "measurements", {}, [("/value", "no-value")]),
    "of something else": (observation("99999-9", valueQuantity=quantity(1, "1")), "measurements", {}, [("/code", "unknown-reading")]),
    "of an unborn child": (observation("29463-7", valueQuantity=quantity(2, "kg"), focus=[{"display": "the child"}]), "measurements", {}, [("", "other-patient")]),
    "cancelled": (observation("29463-7", status="cancelled", valueQuantity=quantity(72, "kg")), "measurements", {}, [("/status", "cancelled")]),
    "to come": (observation("29463-7", status="registered"), "measurements", {}, [("/status", "unknown-status")]),
}  # fmt: skip
EVERY = {f"{group}, {name}": row for group, rows in {
    "allergy": ALLERGIES, "condition": CONDITIONS, "medicine": MEDICATIONS, "procedure": PROCEDURES, "reading": MEASUREMENTS,
}.items() for name, row in rows.items()}  # fmt: skip


@pytest.mark.parametrize("row", EVERY.values(), ids=EVERY.keys())
def test_a_resource_comes_to(row: Row) -> None:
    resource, section, expected, odd = row
    understood = read(resource)
    assert said(understood, section) == expected
    assert reasons(understood) == odd
    screen(understood.intake)


def test_a_medicine_is_followed_to_where_it_stands() -> None:
    medicine = {"resourceType": "Medication", "id": "m", "code": {"text": "Roaccutane"}}
    taken = {key: value for key, value in medication().items() if key != "medicationCodeableConcept"}
    inside = read({**taken, "contained": [medicine], "medicationReference": {"reference": "#m"}})
    beside = read({**taken, "medicationReference": {"reference": "Medication/m"}}, medicine)
    for understood in (inside, beside):
        assert said(understood, "medications") == present(name="Roaccutane", status="current")
        assert reasons(understood) == []
    assert [one.pointer for one in beside.origins_of("/medications/present/0")] == ["/entry/1/resource", "/entry/2/resource"]


def test_a_medicine_without_a_name_is_what_is_in_it() -> None:
    mixed = {"resourceType": "Medication", "id": "m", "ingredient": [{"itemCodeableConcept": {"text": "aspirin"}}, {"itemReference": {"reference": "Substance/1"}}]}
    taken = {**medication(), "contained": [mixed], "medicationReference": {"reference": "#m"}}
    del taken["medicationCodeableConcept"]
    understood = read(taken)
    assert said(understood, "medications") == present(name="aspirin", status="current")
    assert reasons(understood) == [("/medicationReference", "no-name")]


def test_a_mixture_not_taken_denies_nothing_of_what_is_in_it() -> None:
    mixed = {"resourceType": "Medication", "id": "m", "ingredient": [{"itemCodeableConcept": {"text": "aspirin"}}]}
    taken = {**medication(status="not-taken"), "contained": [mixed], "medicationReference": {"reference": "#m"}}
    del taken["medicationCodeableConcept"]
    understood = read(taken)
    assert understood.intake.medications is None
    assert reasons(understood) == [("/medicationReference", "no-name")]


@pytest.mark.parametrize("reference", ["Medication/nowhere", "#nowhere", "Patient/p1", "urn:uuid:1"])
def test_a_medicine_that_cannot_be_found_is_listed(reference: str) -> None:
    taken = {**medication(), "medicationReference": {"reference": reference}}
    del taken["medicationCodeableConcept"]
    assert reasons(read(taken)) == [("/medicationReference", "dangling-reference")]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (coding("716186003", SNOMED, "No known allergy"), {"complete": True}),
        (coding("no-known-allergies", "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"), {"complete": True}),
        (coding("716184000", SNOMED), {"denied": ("latex",)}),
        (coding("429625007", SNOMED), {"denied": ("egg", "fish", "crustacean-mollusc", "soy", "cows-milk-protein", "peanut", "tree-nut", "wheat-gluten")}),
        (coding("428607008", SNOMED), {"denied": ("pollen", "house-dust-mite", "animal-dander", "mould")}),
        (coding("409137002", SNOMED), {"denied": ("anaesthetic", "antibiotic", "nsaid", "corticosteroid", "anticoagulant", "hyaluronidase")}),
        (coding("no-allergy-info", "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"), {}),
    ],
)
def test_a_code_for_no_known_allergy_denies_what_it_covers(code: dict[str, Any], expected: dict[str, Any]) -> None:
    understood = read(allergy(code))
    assert said(understood, "allergies") == expected
    assert screen(understood.intake).unrecognised == ()
    is_whole = expected.get("complete") or expected == {"denied": ("latex",)}
    assert reasons(understood) == ([] if is_whole else [("/code", "none-unclear")])


@pytest.mark.parametrize(
    "other",
    [
        allergy(LATEX),
        allergy(LATEX, verificationStatus="unconfirmed"),
        allergy(None),
        allergy(LATEX, modifierExtension=[{"url": "urn:x", "valueBoolean": True}]),
        {**allergy(LATEX), "patient": {"display": "somebody"}},
    ],
)
def test_no_known_allergy_settles_nothing_where_the_bundle_holds_more(other: dict[str, Any]) -> None:
    understood = read(allergy(coding("716186003", SNOMED)), other)
    assert not understood.intake.model_dump()["allergies"]["complete"]
    assert ("/code", "none-unclear") in reasons(understood)


@pytest.mark.parametrize(
    "keys",
    [{"verificationStatus": "unconfirmed"}, {"verificationStatus": "refuted"}, {"clinicalStatus": "resolved"}, {"code": {"text": "latex", **coding("716186003", SNOMED)}}],
)
def test_no_known_allergy_that_is_itself_in_doubt_settles_nothing(keys: dict[str, Any]) -> None:
    understood = read(allergy(**{"code": coding("716186003", SNOMED), **keys}))
    assert understood.intake.allergies is None
    assert reasons(understood) == [("/code", "none-unclear")]


def test_no_known_allergy_stands_beside_refuted_and_mistaken_records_and_those_of_others() -> None:
    other = {"resourceType": "Patient", "id": "p2"}
    records = [allergy(LATEX, verificationStatus="refuted"), allergy(LATEX, verificationStatus="entered-in-error"), {**allergy(LATEX), "patient": {"reference": "Patient/p2"}}]
    understood = read_bundle(bundle(allergy(coding("716186003", SNOMED)), *records, other), patient="Patient/p1", treatment=PLAN)
    assert understood.intake.model_dump()["allergies"]["complete"]
    assert [one.reason for one in understood.not_understood] == ["entered-in-error", "other-patient", "other-patient"]


def test_a_page_of_a_longer_answer_settles_nothing() -> None:
    understood = read(allergy(coding("716186003", SNOMED)), kind="searchset", link=[{"relation": "next", "url": "https://ehr.example/2"}])
    assert understood.intake.model_dump()["allergies"]["complete"] is False
    assert [one.reason for one in understood.not_understood] == ["none-unclear", "more-pages"]


@pytest.mark.parametrize(
    ("keys", "expected", "odd"),
    [
        ({"birthDate": "1986"}, {"birth_date": "1986", "sex": "female"}, []),
        ({"birthDate": "1986-03", "gender": "other"}, {"birth_date": "1986-03", "sex": "other"}, []),
        ({"gender": "unheard-of"}, {"birth_date": "1986-03-14", "sex": "unknown"}, [("/gender", "sex-unclear")]),
        ({"deceasedBoolean": True}, {"birth_date": "1986-03-14", "sex": "female"}, [("", "deceased")]),
        ({"extension": [{"url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex", "valueCode": "F"}]}, {"birth_date": "1986-03-14", "sex": "female"}, []),
        (
            {"gender": "male", "extension": [{"url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex", "valueCode": "F"}]},
            {"birth_date": "1986-03-14", "sex": "unknown"},
            [("/extension/0", "sex-unclear")],
        ),
    ],
)
def test_a_patient_comes_to(keys: dict[str, Any], expected: dict[str, Any], odd: list[tuple[str, str]]) -> None:
    understood = read_bundle({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": {**PATIENT, **keys}}]})
    assert understood.intake.patient.model_dump(exclude={"age"}) == expected
    assert [(one.pointer.removeprefix("/entry/0/resource"), one.reason) for one in understood.not_understood] == odd


def test_the_records_of_others_are_listed() -> None:
    others = [{**condition(COLD_SORE), "subject": subject} for subject in ({"reference": "Patient/p2"}, {"display": "me"}, {"reference": "Group/1"}, {"identifier": {"value": "7"}})]
    understood = read(*others)
    assert understood.intake.conditions is None
    assert [one.reason for one in understood.not_understood] == ["other-patient"] * 4


def test_a_patient_is_known_by_identifier_and_version_too() -> None:
    me = {**PATIENT, "identifier": [{"system": "urn:mrn", "value": "12"}]}
    records = [{**condition(COLD_SORE), "subject": subject} for subject in ({"identifier": {"system": "urn:mrn", "value": "12"}}, {"reference": "Patient/p1/_history/3"})]
    data = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in (me, *records)]}
    assert read_bundle(data).not_understood == ()


def test_the_same_id_on_another_server_is_somebody_else() -> None:
    entries = [
        {"fullUrl": "https://a.example/Patient/p1", "resource": PATIENT},
        {"fullUrl": "https://b.example/Condition/1", "resource": condition(COLD_SORE)},
        {"fullUrl": "https://a.example/Condition/1", "resource": condition(COLD_SORE)},
        {"resource": {**condition(COLD_SORE), "subject": {"reference": "https://a.example/Patient/p1"}}},
    ]
    understood = read_bundle({"resourceType": "Bundle", "type": "searchset", "entry": entries})
    assert [(one.pointer, one.reason) for one in understood.not_understood] == [("/entry/1/resource", "other-patient")]


def test_a_bundle_without_its_patient_is_about_the_one_it_names() -> None:
    understood = read_bundle({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": condition(COLD_SORE)}]})
    assert said(understood, "conditions") == present(name="cold sore")


def test_without_a_day_no_date_is_held_against_a_record() -> None:
    late = bundle(condition(COLD_SORE, onsetDateTime="2027-01-01"))
    assert read_bundle(late).not_understood == ()
    assert read_bundle(late, on=date(2027, 2, 1)).not_understood == ()
    assert [one.reason for one in read_bundle(late, on=date(2026, 2, 1)).not_understood] == ["future-date"]


def test_the_evidence_of_a_finding_leads_back_to_the_record() -> None:
    understood = read(condition(COLD_SORE, bodySite=[{"text": "lips"}], clinicalStatus="active", id="c1"))
    finding = next(one for one in screen(understood.intake).findings if one.rule == "herpes-active")
    assert understood.origins_of(finding.evidence[0].path) == (Origin("/conditions/present/0", "/entry/1/resource", "Condition/c1"),)


def test_asserted_and_refuted_at_once_is_a_contradiction() -> None:
    understood = read(allergy(LATEX), allergy(LATEX, verificationStatus="refuted"))
    assert len(screen(understood.intake).contradictions) == 1
