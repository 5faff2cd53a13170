"""What can be wrong with a bundle, and what of a sound one was not understood; never what it says of the patient.

A bundle that breaks FHIR is refused. One that keeps to it is read, and whatever cannot be turned into an answer is listed.
"""

from __future__ import annotations

from dataclasses import dataclass

from mesoscreen.errors import MesoscreenError

FHIR_CODES = {
    "not-json": "the text is not JSON",
    "too-deep": "the JSON is nested deeper than any bundle is",
    "too-large": "the document, a list or a text is longer than screening accepts",
    "repeated-key": "one JSON object gives the same key twice, so one of the two answers would be lost",
    "not-a-bundle": "it is not a FHIR Bundle, or holds something that is not a resource",
    "unknown-type": "a `resourceType` is not one of FHIR R4",
    "wrong-type": "a value has the wrong JSON type",
    "missing-key": "an element that FHIR requires is absent",
    "unknown-key": "a resource has an element that FHIR R4 does not define there",
    "bad-value": "a value is not spelled as FHIR allows it, or alternatives are given together",
    "impossible-date": "a date is not on the calendar, or not written as FHIR writes dates",
    "not-finite": "a number is NaN or infinite",
    "several-patients": "the bundle is about several patients and nobody said which one is meant",
    "no-patient": "the patient asked for is not in the bundle",
    "old-versions": "the bundle is a history, which holds outdated versions beside current ones",
}
"""What can be wrong with a bundle, by code."""

REASONS = {
    "not-read": "the kind of resource is not one that answers questions of an intake",
    "not-a-resource": "the entry holds no resource",
    "more-pages": "the bundle is one page of a longer answer",
    "other-patient": "it is about somebody else, or does not say whom it is about",
    "entered-in-error": "the record says of itself that it was a mistake",
    "modified": "a modifier extension or implicit rules change what it means",
    "unknown-status": "a status is missing or not one that FHIR defines",
    "no-name": "there is neither a text nor a code that says what it is about",
    "no-system": "a code is given without its system",
    "unknown-word": "what is said of the thing (where, how severe, how it showed) is not known here",
    "denied-for-a-time": "the denial speaks of one occasion or of a past day",
    "denied-in-part": "the denial is about one place or one degree of it",
    "denied-unclear": "what is denied is not certain",
    "prohibited": "an order not to give something does not say that it is not taken",
    "cancelled": "the order or result was withdrawn",
    "none-unclear": "it says that there is nothing, but less than the section asks or less surely than would settle it",
    "not-a-date": "when it was is not told by a date",
    "dangling-reference": "it refers to something that the bundle does not hold once",
    "relative-unclear": "the relative is not close family, or not named by a known code",
    "no-value": "a reading has no value that can be used",
    "unknown-reading": "what was observed is not known here",
    "deceased": "the patient is said to have died",
    "sex-unclear": "what is said of the patient's sex and gender differs",
    "future-date": "it is dated after the treatment",
    "planned-in-the-past": "it was planned for a day before the treatment",
    "ended-before-start": "it ended before it began",
    "unknown-unit": "a unit is not one the library can convert",
    "wrong-unit": "a unit does not measure what the reading is about, or is missing",
    "unfit": "an intake cannot hold it, for instance because a name is too long",
}
"""Why something in a sound bundle was not understood, by reason."""


@dataclass(frozen=True, slots=True)
class FhirProblem:
    """One thing wrong with a bundle: where, which kind, and what to write instead."""

    pointer: str
    """JSON pointer into the bundle; empty for the whole document."""
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.pointer or '(the whole bundle)'}: {self.message} [{self.code}]"


class FhirError(MesoscreenError):
    """The bundle cannot be read; nothing was screened."""

    code = "fhir"

    def __init__(self, problems: tuple[FhirProblem, ...]) -> None:
        """Hold every problem found, in document order."""
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        if len(self.problems) == 1:
            return str(self.problems[0])
        return f"{len(self.problems)} problems:\n" + "\n".join(f"  {problem}" for problem in self.problems)


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """Something in the bundle that became no answer, or only part of one; a practitioner has to look at it."""

    pointer: str
    """JSON pointer into the bundle."""
    resource: str
    """The kind of resource it stands in."""
    reason: str
    """One of `REASONS`."""
    message: str

    def __str__(self) -> str:
        return f"{self.pointer}: {self.resource}: {self.message} [{self.reason}]"
