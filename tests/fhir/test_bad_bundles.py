"""What breaks FHIR is refused, with its place and without a word of the patient."""

from __future__ import annotations

import json
import subprocess
import sys
import traceback
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from bundles import ME, PATIENT, PLAN, allergy, bundle, condition, medication, observation, read

from mesoscreen.errors import IntakeError, MesoscreenError
from mesoscreen.fhir import FHIR_CODES, REASONS, FhirError, read_bundle

SURNAME = "Margarethe-Quux"
ROOT = Path(__file__).parents[2]
COLD_SORE = {"text": SURNAME}


def of(*resources: dict[str, Any]) -> dict[str, Any]:
    return bundle(*resources)


def deep(levels: int) -> dict[str, Any]:
    return {"extension": [deep(levels - 1)]} if levels else {}


BAD: dict[str, tuple[Any, str, str]] = {
    "not JSON": ("{" + SURNAME, "", "not-json"),
    "not UTF-8": (b'{"resourceType": "\xff"}', "", "not-json"),
    "a key twice": ('{"resourceType": "Bundle", "resourceType": "Bundle", "type": "collection"}', "", "repeated-key"),
    "a list": ([], "", "not-a-bundle"),
    "another resource": (PATIENT, "", "not-a-bundle"),
    "no type of bundle": ({"resourceType": "Bundle"}, "/type", "missing-key"),
    "an unknown type of bundle": ({"resourceType": "Bundle", "type": SURNAME.lower()}, "/type", "bad-value"),
    "a history": ({"resourceType": "Bundle", "type": "history"}, "/type", "old-versions"),
    "entries that are none": ({"resourceType": "Bundle", "type": "collection", "entry": [SURNAME]}, "/entry", "wrong-type"),
    "an unknown key of the bundle": ({"resourceType": "Bundle", "type": "collection", SURNAME: 1}, "", "unknown-key"),
    "a misspelt resource type": (of({"resourceType": "Conditions"}), "/entry/1/resource/resourceType", "unknown-type"),
    "a datatype": (of({"resourceType": "CodeableConcept"}), "/entry/1/resource/resourceType", "unknown-type"),
    "a resource type that is none": (of({"resourceType": f"../{SURNAME}"}), "/entry/1/resource/resourceType", "unknown-type"),
    "no resource type": (of({"id": SURNAME}), "/entry/1/resource", "not-a-bundle"),
    "contained of an unknown type": (
        of({**condition(COLD_SORE), "contained": [{"resourceType": "Konditionen"}]}), "/entry/1/resource/contained/0/resourceType", "unknown-type",
    ),
    "an element of R5": (of({**condition(COLD_SORE), "participant": []}), "/entry/1/resource", "unknown-key"),
    "an element that is required": (of({"resourceType": "Condition", "code": COLD_SORE}), "/entry/1/resource/subject", "missing-key"),
    "a status that is required": (of({**medication(SURNAME), "status": None}), "/entry/1/resource/status", "missing-key"),
    "alternatives together": (
        of({**condition(COLD_SORE), "onsetDateTime": "2020", "onsetString": SURNAME}), "/entry/1/resource", "bad-value",
    ),
    "no alternative": (of({"resourceType": "MedicationStatement", "subject": ME, "status": "active"}), "/entry/1/resource", "bad-value"),
    "text that is a number": (of(condition({"text": 5})), "/entry/1/resource/code/text", "wrong-type"),
    "a list that is none": (of({**condition(COLD_SORE), "bodySite": COLD_SORE}), "/entry/1/resource/bodySite", "wrong-type"),
    "a boolean in words": (of({**medication(SURNAME), "resourceType": "MedicationRequest", "intent": "order", "doNotPerform": "false"}), "/entry/1/resource/doNotPerform", "wrong-type"),
    "a number in words": (of(observation("8480-6", valueQuantity={"value": "120", "unit": "mmHg"})), "/entry/1/resource/valueQuantity/value", "wrong-type"),
    "a date as a number": (of(condition(COLD_SORE, onsetDateTime=20200101)), "/entry/1/resource/onsetDateTime", "wrong-type"),
    "NaN": (json.dumps(of(observation("8480-6", valueQuantity={"value": float("nan")}))), "/entry/1/resource/valueQuantity/value", "not-finite"),
    "infinity where nobody reads": (of({"resourceType": "Device", "x": [float("inf")]}), "/entry/1/resource/x/0", "not-finite"),
    "the thirtieth of February": (of(condition(COLD_SORE, onsetDateTime="2020-02-30")), "/entry/1/resource/onsetDateTime", "impossible-date"),
    "month thirteen": (of(condition(COLD_SORE, onsetDateTime="2020-13")), "/entry/1/resource/onsetDateTime", "impossible-date"),
    "a time without a zone": (of(condition(COLD_SORE, onsetDateTime="2020-02-03T10:00:00")), "/entry/1/resource/onsetDateTime", "impossible-date"),
    "day first": (of(condition(COLD_SORE, onsetDateTime="03.02.2020")), "/entry/1/resource/onsetDateTime", "impossible-date"),
    "a birth date in words": (of({**PATIENT, "birthDate": SURNAME}), "/entry/1/resource/birthDate", "impossible-date"),
    "a code with spaces around it": (of(condition({"coding": [{"code": f" {SURNAME}"}]})), "/entry/1/resource/code/coding/0/code", "bad-value"),
    "an object of Python": (of(condition(COLD_SORE, onsetDateTime=date(2020, 1, 1))), "/entry/1/resource/onsetDateTime", "wrong-type"),
    "too deep": (of({"resourceType": "Device", **deep(70)}), "/entry/1/resource" + "/extension/0" * 29, "too-deep"),
    "two patients": (of({**PATIENT, "id": "p2"}), "/entry/0/resource", "several-patients"),
    "born after the treatment": (
        {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": {**PATIENT, "birthDate": "2027-01-01"}}]}, "/entry/0/resource/birthDate", "impossible-date",
    ),
    "more readings than an intake holds": (of(*[observation("29463-7", valueQuantity={"value": 70, "unit": "kg"})] * 101), "", "too-large"),
    "more entries than a bundle holds": (of(*[{"resourceType": "Device"}] * 5000), "/entry", "too-large"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "pointer", "code"), BAD.values(), ids=BAD.keys())
def test_a_bad_bundle_is_refused_with_its_place_and_nothing_of_the_patient(data: Any, pointer: str, code: str) -> None:
    with pytest.raises(FhirError) as caught:
        read_bundle(data, treatment=PLAN)
    first = caught.value.problems[0]
    assert (first.pointer, first.code) == (pointer, code)
    assert first.code in FHIR_CODES
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert SURNAME not in told
    assert SURNAME.lower() not in str(caught.value).lower()
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_every_problem_of_a_bundle_is_told_at_once() -> None:
    with pytest.raises(FhirError, match="2 problems") as caught:
        read(condition(COLD_SORE, onsetDateTime="2020-13"), {"resourceType": "Conditions"})
    assert [one.code for one in caught.value.problems] == ["impossible-date", "unknown-type"]
    assert "did you mean `Condition`?" in str(caught.value)


def test_a_bundle_of_a_thousand_mistakes_is_told_in_fifty() -> None:
    with pytest.raises(FhirError) as caught:
        read(*[{"resourceType": "Conditions"}] * 1000)
    assert len(caught.value.problems) == 51


def test_fhir_errors_are_errors_of_the_library() -> None:
    assert issubclass(FhirError, MesoscreenError)


def test_nothing_understood_or_not_shows_the_patient() -> None:
    understood = read(allergy({"text": SURNAME}), {"resourceType": "Device", "id": SURNAME})
    assert SURNAME not in repr(understood)
    assert SURNAME not in "".join(str(one) for one in understood.not_understood)


def test_a_patient_who_is_not_in_the_bundle_is_told() -> None:
    with pytest.raises(FhirError) as caught:
        read_bundle(bundle(), patient=f"Patient/{SURNAME}")
    assert caught.value.problems[0].code == "no-patient"
    assert SURNAME not in str(caught.value)


def test_a_bad_plan_is_an_error_of_the_intake() -> None:
    with pytest.raises(IntakeError) as caught:
        read_bundle(bundle(), treatment={"date": "soon"})
    assert caught.value.problems[0].pointer == "/treatment/date"


@pytest.mark.parametrize("module", ["mesoscreen", "mesoscreen.fhir"])
def test_importing_costs_nothing_of_fhir(module: str) -> None:
    code = f"import {module}, sys; print([name for name in sys.modules if name.startswith('fhir')])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_without_the_extra_it_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['fhir.resources.R4B'] = None; from mesoscreen.fhir import read_bundle\n"
        "try: read_bundle({'resourceType': 'Bundle', 'type': 'collection'})\n"
        "except ModuleNotFoundError as error: print(error)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'mesoscreen[fhir]'" in ran.stdout


def test_the_reference_lists_every_code_and_every_reason() -> None:
    text = (ROOT / "docs/reference/fhir.md").read_text(encoding="utf-8")
    rows = {line.split("|")[1].strip(" `"): line.split("|")[2].strip() for line in text.splitlines() if line.startswith("| `")}
    assert {code: rows.get(code) for code in {**FHIR_CODES, **REASONS}} == {**FHIR_CODES, **REASONS}
