"""Allergies, conditions and the family's history.

What was refuted is denied, what is unconfirmed is held possible; what is confirmed, or says nothing of it, is present.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesoscreen.fhir.absences import SNOMED, absence, nothing_of
from mesoscreen.fhir.concepts import codes_of, possible, words_of
from mesoscreen.fhir.elements import ABSENT, areas_of, day, is_timed, note_of, severity_of, status_of, time_of, worst
from mesoscreen.fhir.said import not_understood
from mesoscreen.fhir.stating import stated

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mesoscreen.fhir.bundle import Resource
    from mesoscreen.fhir.said import Context, Said

_ALLERGY_STATUS = {"active": "active", "inactive": "unknown", "resolved": "resolved"}
_STATUS = {
    "active": "active", "recurrence": "active", "relapse": "active",
    "inactive": "unknown", "remission": "remission", "resolved": "resolved",
}  # fmt: skip
_CERTAINTY = {
    "confirmed": "present", ABSENT: "present",
    "unconfirmed": "unsure", "provisional": "unsure", "differential": "unsure",
    "refuted": "denied",
}  # fmt: skip
_REACTIONS = ("anaphylaxis", "systemic", "angioedema", "urticaria", "dermatitis")
_SHOWN_BY_CODE = {
    "39579001": "anaphylaxis",
    "41291007": "angioedema",
    "126485001": "urticaria",
    "247472004": "urticaria",
    "40275004": "dermatitis",
    "43116000": "dermatitis",
}
_SHOWN_BY_CONCEPT = {"anaphylaxis-history": "anaphylaxis", "angioedema": "angioedema", "urticaria": "urticaria", "eczema": "dermatitis"}
_OF_THE_DAY = ("pregnancy-possible", "breastfeeding")
_CLOSE = frozenset({
    "PRN", "NPRN", "FTH", "NFTH", "MTH", "NMTH", "CHILD", "NCHILD", "SON", "NSON", "DAUC", "DAU", "SIB", "NSIB", "BRO", "NBRO", "SIS", "NSIS",
    "TWIN", "TWINBRO", "TWINSIS", "FTWIN", "FTWINBRO", "FTWINSIS", "ITWIN", "ITWINBRO", "ITWINSIS",
})  # fmt: skip


def allergy(resource: Resource, context: Context) -> Iterator[Said]:
    """Read an AllergyIntolerance: the substance, and every substance a reaction names."""
    body = resource.body
    certainty = status_of(resource, "verificationStatus", _CERTAINTY)
    status = status_of(resource, "clinicalStatus", _ALLERGY_STATUS)
    if certainty is None or status is None:
        yield not_understood(resource, "unknown-status", "/verificationStatus" if certainty is None else "/clinicalStatus")
        return
    if nothing_of(body.get("code")) is not None:
        yield from absence(resource, "allergies", context, is_sure=certainty in ("confirmed", ABSENT) and status in ("active", ABSENT))
        return
    reactions = body.get("reaction", [])
    things = {"/code": body["code"]} if "code" in body else {}
    things |= {f"/reaction/{at}/substance": one["substance"] for at, one in enumerate(reactions) if "substance" in one}
    if not things:
        yield not_understood(resource, "no-name")
    shown, odd = _shown(resource, reactions, context)
    severity = worst({one["severity"] for one in reactions if "severity" in one})
    notes, long = note_of(resource)
    entry = {**notes, **({"reaction": shown} if shown else {}), **({"severity": severity} if severity else {})}
    if status is not ABSENT:
        entry["status"] = _ALLERGY_STATUS[status]
    yield from long
    if _CERTAINTY[certainty] == "present":
        yield from odd
    for element, thing in things.items():
        yield from stated(resource, "allergies", thing, element, _CERTAINTY[certainty], entry, {}, context)


def _shown(resource: Resource, reactions: list[Any], context: Context) -> tuple[str | None, list[Said]]:
    """Find the worst way it showed; unknown where a way that is not known here might have been worse."""
    found: set[str] = set()
    odd: list[Said] = []
    for at, reaction in enumerate(reactions):
        for number, sign in enumerate(reaction["manifestation"]):
            shown = _sign(sign, context)
            if shown is None:
                odd.append(not_understood(resource, "unknown-word", f"/reaction/{at}/manifestation/{number}"))
            else:
                found.add(shown)
    if odd and "anaphylaxis" not in found:
        return "unknown", odd
    return min(found, key=_REACTIONS.index, default=None), odd


def _sign(sign: Mapping[str, Any], context: Context) -> str | None:
    by_code = {_SHOWN_BY_CODE[code] for system, code in codes_of(sign) if system == SNOMED and code in _SHOWN_BY_CODE}
    if by_code:
        return min(by_code, key=_REACTIONS.index)
    for word in words_of(sign):
        read = context.vocabulary.resolve(word, ("condition",), suggest=False)
        for reading in read.readings:
            if reading.match == "exact" and reading.concept in _SHOWN_BY_CONCEPT:
                return _SHOWN_BY_CONCEPT[reading.concept]
    return None


def condition(resource: Resource, context: Context) -> Iterator[Said]:
    """Read a Condition."""
    body = resource.body
    certainty = status_of(resource, "verificationStatus", _CERTAINTY)
    status = status_of(resource, "clinicalStatus", _STATUS)
    if certainty is None or status is None:
        yield not_understood(resource, "unknown-status", "/verificationStatus" if certainty is None else "/clinicalStatus")
        return
    if nothing_of(body.get("code")) is not None:
        yield not_understood(resource, "none-unclear", "/code")
        return
    if "code" not in body:
        yield not_understood(resource, "no-name")
        return
    kind = _CERTAINTY[certainty]
    if kind == "denied" and (reason := _limited(resource, context)) is not None:
        yield not_understood(resource, reason)
        return
    entry, odd = _course(resource, status)
    yield from odd
    places = {"onset": _element(body, "onset"), "ended": _element(body, "abatement")}
    yield from stated(resource, "conditions", body["code"], "/code", kind, entry, places, context)


def _course(resource: Resource, status: str) -> tuple[dict[str, Any], list[Said]]:
    """Read when a condition began and ended, where it is and how severe."""
    body = resource.body
    began, no_start = time_of(resource, "onset", "start")
    ended, no_end = time_of(resource, "abatement", "end")
    areas, nowhere = areas_of(resource)
    notes, long = note_of(resource)
    severity = severity_of(body.get("severity"))
    odd: list[Said] = [*no_start, *no_end, *nowhere, *long]
    if "severity" in body and severity is None:
        odd.append(not_understood(resource, "unknown-word", "/severity"))
    given = {"onset": began, "ended": ended, "severity": severity, "areas": areas or None}
    entry = {**{key: value for key, value in given.items() if value is not None}, **notes}
    if status is not ABSENT:
        entry["status"] = _STATUS[status]
    elif no_end:
        entry["status"] = "resolved"
    return entry, odd


def _limited(resource: Resource, context: Context) -> str | None:
    """Say why a refuted condition is not denied for good: it was about one time, one place, one degree, or a past day."""
    if is_timed(resource, "onset", "abatement"):
        return "denied-for-a-time"
    if "bodySite" in resource.body or "severity" in resource.body:
        return "denied-in-part"
    meant = possible(resource.body["code"], "conditions", context.vocabulary)
    recorded = day(resource.body["recordedDate"]) if "recordedDate" in resource.body else None
    if any(changes_by_the_day(name, context) for name in meant) and not is_on_the_day(recorded, context):
        return "denied-for-a-time"
    return None


def changes_by_the_day(name: str, context: Context) -> bool:
    """Say whether a name may mean something that a denial of last month does not rule out: pregnancy, breastfeeding."""
    words = context.vocabulary
    meant = [one.concept for one in words.resolve(name, ("condition",), suggest=False).readings]
    return any(not words.ancestors("condition", one).isdisjoint(_OF_THE_DAY) for one in meant)


def is_on_the_day(written: str | None, context: Context) -> bool:
    """Say whether a date is the day of the treatment."""
    return context.on is not None and written == context.on.isoformat()


def _element(body: Mapping[str, Any], stem: str) -> str:
    return next((f"/{key}" for key in body if key.startswith(stem)), "")


def family(resource: Resource, context: Context) -> Iterator[Said]:
    """Read a FamilyMemberHistory: what close family has had. A relative who is not close, or not known to be, is listed."""
    body = resource.body
    if body["status"] not in ("completed", "partial"):
        yield not_understood(resource, "unknown-status", "/status")
        return
    relation = {code for _, code in codes_of(body["relationship"])}
    if not relation or not relation <= _CLOSE:
        yield not_understood(resource, "relative-unclear", "/relationship")
        return
    conditions = body.get("condition", [])
    if not conditions:
        yield not_understood(resource, "no-name")
    for at, one in enumerate(conditions):
        element = f"/condition/{at}/code"
        if nothing_of(one["code"]) is not None:
            yield not_understood(resource, "none-unclear", element)
        else:
            yield from stated(resource, "conditions", one["code"], element, "present", {"subject": "close-family"}, {}, context)
