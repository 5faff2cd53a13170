"""Codes that say there is nothing of a kind, and what may be concluded from each.

Only "no known allergy" settles a section. A narrower one denies what certainly falls under it and leaves the rest to be asked;
"no known problems" or "no known medicines" in a record says less than the section asks (taken before, done elsewhere) and settles nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesoscreen.fhir.concepts import SPACES, coded, codes_of, words_of
from mesoscreen.fhir.said import Closed, Denied, not_understood

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from mesoscreen.fhir.bundle import Resource
    from mesoscreen.fhir.said import Context, Said

SNOMED = "http://snomed.info/sct"
IPS = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"
EVERYTHING = "*"
_DRUGS = ("anaesthetic", "antibiotic", "nsaid", "corticosteroid", "anticoagulant", "hyaluronidase")
_FOOD = ("egg", "fish", "crustacean-mollusc", "soy", "cows-milk-protein", "peanut", "tree-nut", "wheat-gluten")
_SURROUNDINGS = ("pollen", "house-dust-mite", "animal-dander", "mould")
NOTHING: Mapping[tuple[str, str], tuple[str, ...]] = {
    (SNOMED, "716186003"): (EVERYTHING,),  # no known allergy
    (SNOMED, "160244002"): (EVERYTHING,),  # no known allergies
    (IPS, "no-known-allergies"): (EVERYTHING,),
    (SNOMED, "409137002"): _DRUGS,  # no known drug allergy
    (IPS, "no-known-medication-allergies"): _DRUGS,
    (SNOMED, "429625007"): _FOOD,  # no known food allergy
    (IPS, "no-known-food-allergies"): _FOOD,
    (SNOMED, "428607008"): _SURROUNDINGS,  # no known environmental allergy
    (IPS, "no-known-environmental-allergies"): _SURROUNDINGS,
    (SNOMED, "716184000"): ("latex",),  # no known latex allergy
    (SNOMED, "160245001"): (),  # no current problems or disability
}
"""What each code denies: everything, some concepts of the vocabulary, or nothing for certain."""


def nothing_of(concept: Mapping[str, Any] | None) -> tuple[str, ...] | None:
    """Say what a concept denies; None if it is not a code for "nothing"."""
    for system, code in codes_of(concept):
        if (system, code) in NOTHING:
            return NOTHING[system, code]
        if system == IPS:
            return ()
    return None


def absence(resource: Resource, section: str, context: Context, *, is_sure: bool) -> Iterator[Said]:
    """Read a resource whose code says that there is nothing of a kind."""
    concept = resource.body["code"]
    denied = nothing_of(concept) or ()
    vocabulary = context.vocabulary
    space = SPACES[section][0]
    meant = coded(codes_of(concept), space, vocabulary)
    is_clear = not meant and not any(_means_something(word, section, context) for word in words_of(concept))
    if not is_sure or not is_clear or not denied:
        yield not_understood(resource, "none-unclear", "/code")
        return
    if EVERYTHING in denied:
        yield Closed(section)
        return
    known = [one for one in denied if vocabulary.has(space, one)]
    yield from (Denied(section, one) for one in known)
    if known != ["latex"]:
        yield not_understood(resource, "none-unclear", "/code", "it denies a kind of allergy; only what certainly falls under it is taken as denied")


def _means_something(name: str, section: str, context: Context) -> bool:
    read = context.vocabulary.resolve(name, SPACES[section], suggest=False)
    return any(one.match == "exact" for one in read.readings)
