"""Codes are exact, or lie under a code that is."""

from __future__ import annotations

import pytest

from mesoscreen.vocabulary import Reading, Resolution, Vocabulary
from mesoscreen.vocabulary.codes import SYSTEMS, normal_code, system_of, widening


@pytest.mark.parametrize(
    ("written", "system"),
    [
        ("http://snomed.info/sct", "snomed"),
        ("http://snomed.info/sct/900000000000207008", "snomed"),
        ("SNOMED CT", "snomed"),
        ("http://hl7.org/fhir/sid/icd-10", "icd-10"),
        ("http://hl7.org/fhir/sid/icd-10-cm", "icd-10"),
        ("ICD10", "icd-10"),
        ("http://www.whocc.no/atc", "atc"),
        ("https://www.whocc.no/atc/", "atc"),
        ("urn:oid:2.16.840.1.113883.6.88", "rxnorm"),
        ("RxNorm", "rxnorm"),
        ("2.16.840.1.113883.4.9", "unii"),
        ("http://loinc.org", "loinc"),
        ("http://hl7.org/fhir/sid/cvx", None),
        ("", None),
    ],
)
def test_a_code_system_is_known_by_any_of_its_names(written: str, system: str | None) -> None:
    assert system_of(written) == system


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_short_name_names_its_system(system: str) -> None:
    assert system_of(system.upper()) == system


def test_dots_spaces_and_case_do_not_matter() -> None:
    assert normal_code(" l40.0 ") == normal_code("L400") == "L400"


def test_codes_widen_along_their_own_levels() -> None:
    assert list(widening("atc", "N01BB02")) == ["N01BB02", "N01BB", "N01B", "N01"]
    assert list(widening("icd-10", "E11.65")) == ["E1165", "E116", "E11"]
    assert list(widening("snomed", "73211009")) == ["73211009"]


def test_an_unlisted_code_is_the_concept_it_lies_under(vocabulary: Vocabulary) -> None:
    assert [one.id for one in vocabulary.by_code("atc", "c07aa05")] == ["beta-blocker"]
    assert [one.id for one in vocabulary.by_code("atc", "N01BB02")] == ["lidocaine"]
    assert vocabulary.by_code("atc", "N01BB") == ()
    assert [one.id for one in vocabulary.by_code("icd-10", "B18.1")] == ["hepatitis-b"]


def test_a_code_is_read_as_certainly_as_a_name(vocabulary: Vocabulary) -> None:
    uri = "http://www.whocc.no/atc"
    expected = Resolution((Reading("pharmacy", "lidocaine", "exact"),))
    assert vocabulary.resolve_code(uri, "N01BB02", ("pharmacy",)) == expected
    assert vocabulary.resolve_code(uri, "N01BB02", ("condition",)) == Resolution()
    assert vocabulary.resolve_code("http://hl7.org/fhir/sid/cvx", "N01BB02", ("pharmacy",)) == Resolution()
