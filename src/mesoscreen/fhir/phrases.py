"""The few words cards and issues need beyond what a report says, in English and French."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mesoscreen.report.model import Report

Language = Literal["en", "fr"]
LEVELS: Mapping[Language, Mapping[str, str]] = {
    "en": {"absolute": "Absolute contraindication", "relative": "Relative contraindication", "precaution": "Precaution"},
    "fr": {"absolute": "Contre-indication absolue", "relative": "Contre-indication relative", "precaution": "Précaution"},
}
PHRASES: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "do": "Do",
        "answer": "answer",
        "not-certain": "not certain",
        "from": "from",
        "until": "The time window alone would end this on {day}.",
        "cleared": "Cleared by {by}",
        "source": "source",
        "open": "Still to ask: {count} open, the most serious for: {level}",
        "possible": "Possible, depending on these answers",
        "questions": "Still to ask",
        "not-assessed": "Not assessed, for want of a reading, an amount or a fact",
        "doubts": "Not understood: {count} to look at by hand, nothing about them was assumed",
        "unrecognised": "Names not recognised",
        "contradictions": "Contradictions",
        "not-understood": "Parts of the record that became no answer",
        "read-as": "read as {concept}, not certain",
        "not-known": "not known",
        "did-you-mean": "did you mean {names}?",
        "level": "for",
    },
    "fr": {
        "do": "À faire",
        "answer": "réponse",
        "not-certain": "incertain",
        "from": "d'après",
        "until": "Le seul écoulement du délai y mettrait fin le {day}.",
        "cleared": "Accord de {by}",
        "source": "source",
        "open": "Reste à demander : {count} en suspens, le plus grave : {level}",
        "possible": "Possible, selon ces réponses",
        "questions": "Reste à demander",
        "not-assessed": "Non évalué, faute d'une mesure, d'une quantité ou d'un fait",
        "doubts": "Non compris : {count} à voir à la main, rien n'en a été supposé",
        "unrecognised": "Noms non reconnus",
        "contradictions": "Contradictions",
        "not-understood": "Éléments du dossier dont aucune réponse n'a été tirée",
        "read-as": "lu comme {concept}, sans certitude",
        "not-known": "inconnu",
        "did-you-mean": "vouliez-vous dire {names} ?",
        "level": "pour",
    },
}


def spoken(report: Report) -> Language:
    """Give the language to speak of a report in: its own where these words exist in it, else English."""
    return "fr" if report.stamp.language == "fr" else "en"
