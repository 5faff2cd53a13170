"""Codes of the big terminologies: which system a code belongs to, how it is spelled, and what it falls under.

A longer ATC or ICD-10 code lies inside a shorter one, so an unlisted code is still certain to be its parent.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SYSTEMS = ("atc", "icd-10", "loinc", "rxnorm", "snomed", "unii")
"""Short names of the systems a concept may carry codes of."""

_SPELLINGS = {
    "atc": (
        "http://www.whocc.no/atc",
        "http://whocc.no/atc",
        "http://fhir.de/codesystem/bfarm/atc",
        "http://fhir.de/codesystem/dimdi/atc",
        "2.16.840.1.113883.6.73",
        "whoatc",
        "who-atc",
        "atc-who",
        "atc/ddd",
    ),
    "icd-10": (
        "http://hl7.org/fhir/sid/icd-10",
        "http://hl7.org/fhir/sid/icd-10-cm",
        "http://fhir.de/codesystem/bfarm/icd-10-gm",
        "http://fhir.de/codesystem/dimdi/icd-10-gm",
        "2.16.840.1.113883.6.3",
        "2.16.840.1.113883.6.90",
        "icd10",
        "icd-10-cm",
        "icd10cm",
        "icd-10-gm",
        "icd10gm",
        "icd-10-who",
        "icd10who",
        "cie-10",
        "cie10",
        "cim-10",
        "cim10",
        "cid-10",
        "cid10",
        "мкб-10",
    ),
    "loinc": (
        "http://loinc.org",
        "2.16.840.1.113883.6.1",
        "ln",
    ),
    "rxnorm": (
        "http://www.nlm.nih.gov/research/umls/rxnorm",
        "2.16.840.1.113883.6.88",
        "rxcui",
    ),
    "snomed": (
        "http://snomed.info/sct",
        "2.16.840.1.113883.6.96",
        "sct",
        "snomed-ct",
        "snomedct",
    ),
    "unii": (
        "http://fdasis.nlm.nih.gov",
        "2.16.840.1.113883.4.9",
        "fda-unii",
    ),
}
_SYSTEM_OF = {name: short for short, names in _SPELLINGS.items() for name in (short, *names)}
_SEPARATORS = re.compile(r"[\s.+*†-]+")
_VERSION = re.compile(r"\|.*|(?<=snomed\.info/sct)/.*", re.DOTALL)
_ATC_LENGTHS = (7, 5, 4, 3)
_ICD_CATEGORY = 3
MAX_CODE = 200
"""Longest code an intake may give, in characters."""


def system_of(text: str) -> str | None:
    """Recognise a code system by FHIR URI, OID or usual name; None where it is not one in use here."""
    name = text.strip().casefold().removeprefix("urn:oid:").replace("https://", "http://")
    name = re.sub(r"[\s_]+", "-", _VERSION.sub("", name).rstrip("/"))
    return _SYSTEM_OF.get(name)


def normal_code(code: str) -> str:
    """Spell a code without dots, spaces and marks, in capitals."""
    return _SEPARATORS.sub("", code).upper()


def widening(system: str, code: str, longest: int = MAX_CODE) -> Iterator[str]:
    """Yield the code and then every code it lies inside, narrowest first, but none longer than `longest`."""
    code = normal_code(code)
    if len(code) <= longest:
        yield code
    if system == "atc":
        yield from (code[:length] for length in _ATC_LENGTHS if length < len(code))
    elif system == "icd-10":
        yield from (code[:length] for length in range(min(len(code) - 1, longest), _ICD_CATEGORY - 1, -1))
