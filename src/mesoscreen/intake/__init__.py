"""The intake: what a form hands over, read strictly."""

from mesoscreen.intake.entries import (
    Allergy,
    Clearance,
    Code,
    Condition,
    Entry,
    FactAnswers,
    Measurement,
    Medication,
    Procedure,
    Product,
    Quantity,
    QuantityName,
    Reaction,
)
from mesoscreen.intake.model import SECTIONS, Intake, Patient, Treatment
from mesoscreen.intake.refusal import MAX_DOCUMENT, parse_json
from mesoscreen.intake.timing import misdated
from mesoscreen.intake.values import MAX_AGE, MAX_ENTRIES, MAX_NOTE, MAX_TEXT, days_of

__all__ = [
    "MAX_AGE",
    "MAX_DOCUMENT",
    "MAX_ENTRIES",
    "MAX_NOTE",
    "MAX_TEXT",
    "SECTIONS",
    "Allergy",
    "Clearance",
    "Code",
    "Condition",
    "Entry",
    "FactAnswers",
    "Intake",
    "Measurement",
    "Medication",
    "Patient",
    "Procedure",
    "Product",
    "Quantity",
    "QuantityName",
    "Reaction",
    "Treatment",
    "days_of",
    "misdated",
    "parse_json",
]
