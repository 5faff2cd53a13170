"""The JSON contract of an intake: its schema says what it accepts, and what it accepts comes back unchanged."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from mesoscreen import Intake, Report, screen
from mesoscreen.errors import IntakeError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesoscreen import Rulebook

SCHEMA = Intake.model_json_schema()
KEYWORDS = {
    "$defs", "$ref", "additionalProperties", "anyOf", "const", "default", "description", "enum", "examples", "format", "items",
    "maxItems", "maxLength", "maximum", "minItems", "minLength", "minimum", "oneOf", "pattern", "properties", "required", "title", "type",
}  # fmt: skip
TYPES = {"array", "boolean", "integer", "null", "number", "object", "string"}

FULL: dict[str, Any] = {
    "patient": {"birth_date": "1986-03-14", "sex": "female"},
    "allergies": [{"name": "Xylocaine", "reaction": "anaphylaxis"}],
    "conditions": [{"name": "cold sore", "status": "active", "areas": ["lips"], "onset": "2026-11"}],
    "medications": [{"name": "Roaccutane", "status": "stopped", "stopped": "2026-08"}],
    "procedures": [{"name": "chemical peel", "date": "2026-11-10", "areas": ["face"]}],
    "measurements": [{"name": "systolic blood pressure", "value": 182, "unit": "mm[Hg]", "date": "2026-11-20"}],
    "treatment": {
        "date": "2026-11-30",
        "areas": ["face"],
        "technique": "needle",
        "products": [{"name": "gel", "role": "active", "ingredients": ["hyaluronic acid", "lidocaine"]}],
    },
}
"""The example of the design, with names the tiny rulebook knows."""


def schemas(node: Any, at: str = "#") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema inside a schema, with its place."""
    yield at, node
    for key in ("$defs", "properties"):
        for name, inner in node.get(key, {}).items():
            yield from schemas(inner, f"{at}/{key}/{name}")
    for key in ("anyOf", "oneOf"):
        for number, inner in enumerate(node.get(key, [])):
            yield from schemas(inner, f"{at}/{key}/{number}")
    if isinstance(node.get("items"), dict):
        yield from schemas(node["items"], f"{at}/items")


def test_the_schema_uses_only_keywords_of_draft_2020_12_as_they_are_meant() -> None:
    for at, schema in schemas(SCHEMA):
        assert set(schema) <= KEYWORDS, at
        assert schema.get("type", "string") in TYPES, at
        assert isinstance(schema.get("title", ""), str), at
        assert isinstance(schema.get("description", ""), str), at
        re.compile(schema.get("pattern", ""))
        assert schema.get("enum", [1]), at
        for key in ("anyOf", "oneOf"):
            assert schema.get(key, [1]), at
        for key in ("maxItems", "maxLength", "minLength", "minItems"):
            assert isinstance(schema.get(key, 0), int), at


def test_every_reference_of_the_schema_leads_somewhere() -> None:
    references = [schema["$ref"] for _, schema in schemas(SCHEMA) if "$ref" in schema]
    assert references
    assert {reference.removeprefix("#/$defs/") for reference in references} <= set(SCHEMA["$defs"])


def test_every_object_of_the_schema_is_closed_and_requires_only_keys_it_has() -> None:
    objects = [(at, schema) for at, schema in schemas(SCHEMA) if schema.get("type") == "object"]
    assert len(objects) > 10
    for at, schema in objects:
        assert schema["additionalProperties"] is False, at
        assert set(schema.get("required", [])) <= set(schema["properties"]), at


def test_every_property_of_the_schema_has_a_title() -> None:
    untitled = [
        f"{at}/{name}"
        for at, schema in schemas(SCHEMA)
        for name, inner in schema.get("properties", {}).items()
        if not inner.get("title") and "$ref" not in inner
    ]
    assert untitled == []


def test_every_section_of_the_schema_says_what_absent_null_and_empty_mean() -> None:
    for section in ("allergies", "conditions", "medications", "procedures", "measurements"):
        assert "not asked" in SCHEMA["properties"][section]["description"]
        assert {"type": "null"} in SCHEMA["properties"][section]["anyOf"]


def test_a_valid_intake_comes_back_unchanged() -> None:
    intake = Intake.model_validate(FULL)
    assert Intake.model_validate_json(intake.model_dump_json()) == intake
    assert Intake.model_validate(intake.model_dump()) == intake
    assert Intake.model_validate(intake) == intake
    assert Intake.model_validate_json(json.dumps(FULL)) == intake
    assert Intake(**FULL) == intake


def test_canonical_bytes_are_themselves_the_same_intake() -> None:
    intake = Intake.model_validate(FULL)
    assert Intake.model_validate_json(intake.canonical()) == intake


def test_canonical_bytes_do_not_depend_on_how_defaults_are_written() -> None:
    spelled = FULL | {"patient": {"sex": "female", "birth_date": "1986-03-14", "age": None}, "answered": None}
    assert Intake.model_validate(spelled).canonical() == Intake.model_validate(FULL).canonical()


def test_python_dates_are_taken_as_they_are_meant() -> None:
    spelled = Intake.model_validate({"treatment": {"date": date(2026, 11, 30)}, "answered": date(2026, 11, 29)})
    assert spelled == Intake.model_validate({"treatment": {"date": "2026-11-30"}, "answered": "2026-11-29"})


@pytest.mark.parametrize("section", ["allergies", "conditions", "medications", "procedures"])
def test_a_list_and_the_complete_long_form_give_the_same_findings(section: str, tiny: Rulebook) -> None:
    long = FULL | {section: {"present": FULL[section], "complete": True}}
    listed, detailed = screen(FULL, rulebook=tiny), screen(long, rulebook=tiny)
    assert listed.outcome == detailed.outcome
    assert [(one.rule, one.status) for one in listed.findings] == [(one.rule, one.status) for one in detailed.findings]
    assert listed.unanswered == detailed.unanswered


def test_evidence_points_into_the_form_that_was_submitted(tiny: Rulebook) -> None:
    long = FULL | {"medications": {"present": FULL["medications"], "complete": True}}
    paths = {
        finding.evidence[0].path
        for intake in (FULL, long)
        for finding in screen(intake, rulebook=tiny).findings
        if finding.rule == "isotretinoin-recent"
    }
    assert paths == {"/medications/0", "/medications/present/0"}


@pytest.mark.parametrize("silence", [{}, {"allergies": None}, {"allergies": {}}, {"allergies": {"present": [], "complete": False}}])
def test_silence_about_a_section_is_never_taken_for_none(silence: dict[str, Any], tiny: Rulebook) -> None:
    asked = {"treatment": {"date": "2026-11-30", "products": [{"name": "gel", "ingredients": ["lidocaine"]}]}}
    silent = screen(asked | silence, rulebook=tiny)
    none = screen(asked | {"allergies": []}, rulebook=tiny)
    assert "planned-product-allergy" in {one.rule for one in silent.findings if one.status == "possible"}
    assert "planned-product-allergy" not in {one.rule for one in none.findings}


def test_one_technique_is_the_same_as_a_list_of_one() -> None:
    one = Intake.model_validate({"treatment": {"technique": "needle"}})
    assert one == Intake.model_validate({"treatment": {"technique": ["needle"]}})


def test_facts_may_be_listed_or_answered_one_by_one() -> None:
    listed = Intake.model_validate({"treatment": {"facts": ["no emergency kit"]}})
    detailed = Intake.model_validate({"treatment": {"facts": {"present": ["no emergency kit"], "denied": ["expired"]}}})
    assert Intake.model_validate_json(listed.model_dump_json()) == listed
    assert Intake.model_validate_json(detailed.model_dump_json()) == detailed
    assert listed != detailed


def test_an_intake_cannot_be_changed() -> None:
    intake = Intake.model_validate(FULL)
    with pytest.raises(Exception, match="does not change"):
        intake.answered = "2026"  # type: ignore[misc]
    assert intake == Intake.model_validate(FULL)


def test_screening_never_changes_the_mapping_it_is_given(tiny: Rulebook) -> None:
    before = json.dumps(FULL)
    screen(FULL, rulebook=tiny)
    assert json.dumps(FULL) == before


def test_a_report_comes_back_unchanged_from_its_own_json(tiny: Rulebook) -> None:
    report = screen(FULL, rulebook=tiny)
    again = Report.model_validate_json(report.model_dump_json())
    assert again == report
    assert again.to_text() == report.to_text()
    assert json.loads(report.model_dump_json()) == report.model_dump()


def test_the_schema_of_a_report_names_every_field_of_the_report() -> None:
    schema = Report.model_json_schema()
    assert set(schema["properties"]) >= {"outcome", "findings", "unanswered", "unrecognised", "contradictions", "not_assessed", "stamp"}


def test_an_unknown_top_level_keyword_is_an_intake_error() -> None:
    with pytest.raises(IntakeError) as caught:
        Intake(alergies=[])  # type: ignore[call-arg]
    assert caught.value.problems[0].code == "unknown-key"
