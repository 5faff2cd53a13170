"""What a reviewer can decide, and why a finding may be overridden: two closed lists."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

SYSTEM = "urn:mesoscreen:override-reason"
"""The code system of `OverrideReason`."""

Language = Literal["en", "fr"]


class Choice(StrEnum):
    """What the reviewer decided, about one finding or about the screening as a whole."""

    PROCEED = "proceed"
    MODIFY_PLAN = "modify-plan"
    CLARIFY = "clarify"
    """Ask or test first."""
    DEFER = "defer"
    REFER = "refer"
    DECLINE = "decline"

    def display(self, language: Language = "en") -> str:
        """Word the decision for a reader."""
        return _CHOICES[self][language]


class OverrideReason(StrEnum):
    """Why a practitioner proceeds in spite of a finding. Codes of `SYSTEM`."""

    CLEARANCE_OBTAINED = "clearance-obtained"
    PATIENT_CONSENTS = "patient-consents"
    PLAN_CHANGED = "plan-changed"
    CONDITION_RESOLVED = "condition-resolved"
    RECORDED_IN_ERROR = "recorded-in-error"
    BENEFIT_OUTWEIGHS = "benefit-outweighs"

    def display(self, language: Language = "en") -> str:
        """Word the reason for a reader."""
        return _DISPLAYS[self][language]

    def coding(self, language: Language = "en") -> dict[str, str]:
        """Give the reason as a FHIR Coding, which is also what CDS Hooks takes."""
        return {"system": SYSTEM, "code": self.value, "display": self.display(language)}


_CHOICES: dict[Choice, dict[Language, str]] = {
    Choice.PROCEED: {"en": "Proceed", "fr": "Procéder au traitement"},
    Choice.MODIFY_PLAN: {"en": "Change the plan", "fr": "Modifier le traitement prévu"},
    Choice.CLARIFY: {"en": "Ask or test first", "fr": "Clarifier d'abord"},
    Choice.DEFER: {"en": "Defer", "fr": "Reporter"},
    Choice.REFER: {"en": "Refer", "fr": "Adresser à un confrère"},
    Choice.DECLINE: {"en": "Decline", "fr": "Ne pas traiter"},
}
_DISPLAYS: dict[OverrideReason, dict[Language, str]] = {
    OverrideReason.CLEARANCE_OBTAINED: {
        "en": "Clearance obtained from the treating doctor",
        "fr": "Accord du médecin traitant obtenu",
    },
    OverrideReason.PATIENT_CONSENTS: {
        "en": "Patient informed of the risk and consents",
        "fr": "Patient informé du risque, consentement recueilli",
    },
    OverrideReason.PLAN_CHANGED: {"en": "Plan changed to meet the concern", "fr": "Protocole modifié en conséquence"},
    OverrideReason.CONDITION_RESOLVED: {"en": "Condition resolved since it was recorded", "fr": "Affection résolue depuis la saisie"},
    OverrideReason.RECORDED_IN_ERROR: {"en": "Recorded in error", "fr": "Saisi par erreur"},
    OverrideReason.BENEFIT_OUTWEIGHS: {"en": "Benefit judged greater than the risk", "fr": "Bénéfice jugé supérieur au risque"},
}
