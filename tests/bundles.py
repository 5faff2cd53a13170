"""FHIR bundles for tests: small ones by hand, and any number of them by Hypothesis."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from mesoscreen.fhir import Understood, read_bundle

SNOMED, ATC, LOINC, UCUM = "http://snomed.info/sct", "http://www.whocc.no/atc", "http://loinc.org", "http://unitsofmeasure.org"
PLAN: dict[str, Any] = {"date": "2026-11-30", "areas": ["face"], "technique": "needle", "products": [{"name": "lidocaine", "role": "anaesthetic"}]}
ME = {"reference": "Patient/p1"}
PATIENT: dict[str, Any] = {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1986-03-14"}


def bundle(*resources: dict[str, Any], kind: str = "collection", **keys: Any) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": kind, "entry": [{"resource": one} for one in (PATIENT, *resources)], **keys}


def read(*resources: dict[str, Any], **keys: Any) -> Understood:
    return read_bundle(bundle(*resources, **keys), treatment=PLAN)


def said(understood: Understood, section: str) -> dict[str, Any]:
    """Give what an intake holds in a section, empty parts left out."""
    given = getattr(understood.intake, section)
    return {} if given is None else dict(given.model_dump(exclude_defaults=True))


def reasons(understood: Understood) -> list[tuple[str, str]]:
    """List what was not understood, as places behind the first entry's and reasons."""
    return [(one.pointer.removeprefix("/entry/1/resource"), one.reason) for one in understood.not_understood]


def coding(code: str, system: str = "urn:x", display: str | None = None) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code, **({"display": display} if display else {})}]}


def allergy(code: dict[str, Any] | None, **keys: Any) -> dict[str, Any]:
    return {"resourceType": "AllergyIntolerance", "patient": ME, **({"code": code} if code is not None else {}), **_coded(keys)}


def condition(code: dict[str, Any] | None, **keys: Any) -> dict[str, Any]:
    return {"resourceType": "Condition", "subject": ME, **({"code": code} if code is not None else {}), **_coded(keys)}


def medication(name: str = "Roaccutane", **keys: Any) -> dict[str, Any]:
    return {"resourceType": "MedicationStatement", "subject": ME, "medicationCodeableConcept": {"text": name}, "status": "active", **keys}


def order(name: str = "Roaccutane", **keys: Any) -> dict[str, Any]:
    return {"resourceType": "MedicationRequest", "subject": ME, "medicationCodeableConcept": {"text": name}, "status": "active", "intent": "order", **keys}


def procedure(name: str = "chemical peel", **keys: Any) -> dict[str, Any]:
    return {"resourceType": "Procedure", "subject": ME, "code": {"text": name}, "status": "completed", **keys}


def observation(code: str, **keys: Any) -> dict[str, Any]:
    return {"resourceType": "Observation", "subject": ME, "code": coding(code, LOINC), "status": "final", **keys}


def quantity(value: float, unit: str) -> dict[str, Any]:
    return {"value": value, "unit": unit, "system": UCUM, "code": unit}


def _coded(keys: dict[str, Any]) -> dict[str, Any]:
    return {key: coding(one) if key in ("clinicalStatus", "verificationStatus") and isinstance(one, str) else one for key, one in keys.items()}


WORDS = st.sampled_from([
    "lidocaine", "Xylocaine", "latex", "penicillin", "cold sore", "asthma", "severe asthma", "pregnancy", "diabetes", "Roaccutane", "aspirin",
    "chemical peel", "laser", "flu vaccine", "none", "NKDA", "no known allergies", "no evidence of asthma", "something nobody knows", "x" * 250,
])  # fmt: skip
CODES = st.sampled_from([
    (SNOMED, "716186003"), (SNOMED, "409137002"), (SNOMED, "111088007"), (SNOMED, "195967001"), (SNOMED, "72892002"), (ATC, "N01BB02"),
    (ATC, "D10BA01"), ("http://hl7.org/fhir/sid/icd-10", "J45.9"), (LOINC, "8480-6"), (LOINC, "82810-3"), (LOINC, "85354-9"), ("urn:x", "y"),
])  # fmt: skip
DATES = st.sampled_from(["2019", "2026-08", "2026-11-20", "2026-11-30", "2027-02-01", "2026-11-30T23:30:00-11:00"])


def _concept(text: str | None, codings: list[tuple[tuple[str, str], str | None]]) -> dict[str, Any]:
    listed = [{"system": system, "code": code, **({"display": word} if word else {})} for (system, code), word in codings]
    return {**({"text": text} if text else {}), **({"coding": listed} if listed else {})}


def concepts() -> st.SearchStrategy[dict[str, Any]]:
    """Draw what something is called: any of text, codes and displays, or nothing at all."""
    several = st.lists(st.tuples(CODES, st.none() | WORDS), max_size=2)
    return st.one_of(
        WORDS.map(lambda word: {"text": word}),
        st.tuples(CODES, WORDS).map(lambda pair: _concept(None, [pair])),
        st.builds(_concept, st.none() | WORDS, several),
    )


def _maybe(**parts: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=parts)


def _times(stem: str) -> st.SearchStrategy[dict[str, Any]]:
    periods = st.fixed_dictionaries({}, optional={"start": st.sampled_from(["2026-02-01", "2026-08"]), "end": st.sampled_from(["2026-09-01", "2026-11"])})
    return st.one_of(
        st.just({}), DATES.map(lambda day: {f"{stem}DateTime": day}), periods.filter(bool).map(lambda period: {f"{stem}Period": period})
    )


_SUBJECTS: st.SearchStrategy[dict[str, Any]] = st.sampled_from([*[ME] * 12, {"reference": "Patient/p2"}, {"display": "somebody"}, {"reference": "Group/1"}])
_BASE: st.SearchStrategy[dict[str, Any]] = st.sampled_from([
    *[{}] * 6,
    {"note": [{"text": "seen today"}], "meta": {"lastUpdated": "2026-11-01T00:00:00Z"}},
    {"modifierExtension": [{"url": "urn:changes-everything", "valueBoolean": True}]},
])  # fmt: skip
_CERTAINTIES = st.sampled_from(["confirmed", "confirmed", "unconfirmed", "provisional", "refuted", "refuted", "entered-in-error", "unheard-of"]).map(coding)
_STATUSES = st.sampled_from(["active", "inactive", "resolved", "remission", "unheard-of"]).map(coding)


def _of(kind: str, whom: str, *parts: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    head = _SUBJECTS.map(lambda subject: {"resourceType": kind, whom: subject})
    return st.tuples(head, _BASE, *parts).map(lambda all_of_it: {key: value for part in all_of_it for key, value in part.items()})


def _status(*values: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.sampled_from([*values, *values, "entered-in-error", "unheard-of"]).map(lambda value: {"status": value})


_SIGNS = st.lists(st.fixed_dictionaries({"manifestation": st.lists(concepts(), min_size=1, max_size=2)}), min_size=1, max_size=2)
_MEDICINE = st.one_of(
    concepts().map(lambda one: {"medicationCodeableConcept": one}),
    st.sampled_from(["Medication/m1", "Medication/nowhere", "#inside"]).map(lambda to: {"medicationReference": {"reference": to}}),
)
_VALUES = st.one_of(
    st.just({}),
    st.tuples(st.sampled_from([36.6, 120, 182]), st.sampled_from(["mm[Hg]", "kg", "Cel", "furlong"])).map(
        lambda pair: {"valueQuantity": quantity(*pair)},
    ),
    concepts().map(lambda one: {"valueCodeableConcept": one}),
    st.just({"valueString": "as last time"}),
)
RESOURCES: st.SearchStrategy[dict[str, Any]] = st.one_of(
    _of(
        "AllergyIntolerance",
        "patient",
        concepts().map(lambda one: {"code": one}),
        _maybe(verificationStatus=_CERTAINTIES, clinicalStatus=_STATUSES, reaction=_SIGNS),
    ),
    _of(
        "Condition",
        "subject",
        concepts().map(lambda one: {"code": one}),
        _maybe(verificationStatus=_CERTAINTIES, clinicalStatus=_STATUSES, severity=concepts(), bodySite=st.lists(concepts(), min_size=1, max_size=2)),
        _times("onset"),
        _times("abatement"),
    ),
    _of("MedicationStatement", "subject", _MEDICINE, _times("effective"), _status("active", "completed", "not-taken", "intended")),
    _of(
        "MedicationRequest",
        "subject",
        _MEDICINE,
        _status("active", "stopped", "cancelled", "draft"),
        _maybe(doNotPerform=st.booleans()),
        st.just({"intent": "order"}),
    ),
    _of("MedicationAdministration", "subject", _MEDICINE, st.just({"effectiveDateTime": "2026-11-02"}), _status("completed", "not-done", "in-progress")),
    _of("Procedure", "subject", concepts().map(lambda one: {"code": one}), _maybe(outcome=concepts()), _times("performed"), _status("completed", "not-done", "preparation", "unknown")),
    _of("Immunization", "patient", concepts().map(lambda one: {"vaccineCode": one}), DATES.map(lambda day: {"occurrenceDateTime": day}), _status("completed", "not-done")),
    _of(
        "Observation",
        "subject",
        concepts().map(lambda one: {"code": one}),
        _VALUES,
        _times("effective"),
        _status("final", "cancelled", "registered"),
        _maybe(component=st.lists(st.tuples(concepts(), _VALUES).map(lambda pair: {"code": pair[0], **pair[1]}), min_size=1, max_size=2)),
    ),
    _of(
        "FamilyMemberHistory",
        "patient",
        _status("completed", "partial", "health-unknown"),
        st.sampled_from([coding("MTH"), coding("AUNT"), {"text": "mother"}]).map(lambda one: {"relationship": one}),
        _maybe(condition=st.lists(concepts().map(lambda one: {"code": one}), min_size=1, max_size=2)),
    ),
    st.just({"resourceType": "Medication", "id": "m1", "code": {"text": "Roaccutane"}}),
    st.just({"resourceType": "Medication", "code": {"text": "Roaccutane"}}),
    st.sampled_from(["Organization", "Encounter", "Device", "QuestionnaireResponse"]).map(lambda kind: {"resourceType": kind}),
)


@st.composite
def bundles(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a bundle about one patient, in any order, with entries that hold nothing among them."""
    entries: list[dict[str, Any]] = [{"resource": one} for one in draw(st.lists(RESOURCES, max_size=6))]
    entries += [{"resource": PATIENT}] * draw(st.sampled_from([1, 1, 1, 0]))
    entries += [{"fullUrl": "urn:uuid:0"}] * draw(st.integers(0, 1))
    return {"resourceType": "Bundle", "type": "collection", "entry": draw(st.permutations(entries))} if entries else {"resourceType": "Bundle", "type": "collection"}
