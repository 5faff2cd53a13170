"""FHIR R4: from a bundle to an intake, from a report to what other systems read.

Needs the extra `fhir`; the library behind it is imported when the first bundle is read or the first resource is made.
"""

from mesoscreen.fhir.cards import cards
from mesoscreen.fhir.errors import FHIR_CODES, REASONS, FhirError, FhirProblem, NotUnderstood
from mesoscreen.fhir.issues import detected_issues, operation_outcome, remarks
from mesoscreen.fhir.reading import Origin, Understood, read_bundle

__all__ = [
    "FHIR_CODES",
    "REASONS",
    "FhirError",
    "FhirProblem",
    "NotUnderstood",
    "Origin",
    "Understood",
    "cards",
    "detected_issues",
    "operation_outcome",
    "read_bundle",
    "remarks",
]
