"""A vocabulary small enough to hold in the head, with one of everything."""

from __future__ import annotations

import pytest

from mesoscreen.vocabulary import Ambiguity, Concept, CrossReaction, Qualifier, Vocabulary, Words

CONCEPTS = (
    Concept("local-anaesthetic", "substance", "local anaesthetic"),
    Concept("amide-local-anaesthetic", "substance", "amide local anaesthetic", parents=("local-anaesthetic",)),
    Concept("ester-local-anaesthetic", "substance", "ester local anaesthetic", parents=("local-anaesthetic",)),
    Concept(
        "lidocaine",
        "substance",
        "lidocaine",
        labels={"fr": "lidocaïne"},
        parents=("amide-local-anaesthetic",),
        names={"en": ("lignocaine",), "es": ("lidocaína",), "ru": ("лидокаин",), "pl": ("lidokaina",)},
        trade_names=("Xylocaine",),
        codes=(("atc", "N01BB02"), ("unii", "98PI200987")),
    ),
    Concept("prilocaine", "substance", "prilocaine", parents=("amide-local-anaesthetic",)),
    Concept("procaine", "substance", "procaine", parents=("ester-local-anaesthetic",)),
    Concept("paraben", "substance", "paraben", excipient=True),
    Concept(
        "emla",
        "medication",
        "EMLA",
        contains=("lidocaine", "prilocaine"),
        may_contain=("paraben",),
        route="topical",
    ),
    Concept("retinol", "substance", "retinol"),
    Concept("latex", "substance", "latex"),
    Concept("povidone-iodine", "substance", "povidone-iodine"),
    Concept("iodinated-contrast", "medication", "iodinated contrast"),
    Concept("beta-blocker", "medication", "beta blocker", codes=(("atc", "C07"),)),
    Concept(
        "non-selective-beta-blocker",
        "medication",
        "non-selective beta blocker",
        parents=("beta-blocker",),
    ),
    Concept("vitamin-b6", "medication", "vitamin B6"),
    Concept("vitamin-b12", "medication", "vitamin B12"),
    Concept("prednisone", "medication", "prednisone"),
    Concept("prednisolone", "medication", "prednisolone"),
    Concept("asthma", "condition", "asthma"),
    Concept("hypertension", "condition", "high blood pressure", names={"en": ("hypertension",)}),
    Concept(
        "hypertension-uncontrolled",
        "condition",
        "uncontrolled high blood pressure",
        means={"is": "hypertension", "controlled": False},
        names={"en": ("runaway pressure",)},
    ),
    Concept("melanoma", "condition", "melanoma"),
    Concept("eczema", "condition", "eczema", names={"es": ("lesión cutánea",)}),
    Concept("cold-sore", "condition", "cold sore", names={"en": ("oral herpes",)}),
    Concept("hepatitis-b", "condition", "hepatitis B", codes=(("icd-10", "B18"),)),
    Concept("crohns", "condition", "Crohn's disease"),
    Concept("herpes", "condition", "herpes"),
    Concept("tattoo", "procedure", "tattoo"),
    Concept("peel", "procedure", "chemical peel"),
    Concept("emla-patch", "product", "EMLA patch", composition="stated", contains=("emla",)),
    Concept("face", "area", "face"),
    Concept("lips", "area", "lips", parents=("face",), near=("perioral",)),
    Concept("perioral", "area", "area round the mouth", parents=("face",)),
    Concept("ankle", "area", "ankle"),
    Concept("none", "outcome", "none"),
    Concept("nodules", "outcome", "nodules", names={"en": ("hard lumps",)}),
)
WORDS = Words.of(
    negations={
        "en": ("no", "not", "non", "never", "without", "denies"),
        "fr": ("pas de",),
        "de": ("kein", "keine"),
        "ru": ("нет",),
        "tr": ("yok",),
    },
    exceptions={"en": ("except", "but"), "tr": ("dışında",)},
    none={"en": ("none", "NKDA", "no known allergies"), "fr": ("aucune allergie connue",), "ru": ("нет",)},
    forms={"en": ("solution", "drops")},
    qualifiers=(
        Qualifier({"severity": "severe"}, {"en": ("severe",)}),
        Qualifier({"severity": "mild"}, {"en": ("mild",)}),
        Qualifier({"controlled": False}, {"en": ("uncontrolled", "not controlled")}),
        Qualifier({"status": "remission"}, {"en": ("in remission",)}),
        Qualifier({"subject": "close-family"}, {"en": ("family history of", "mother's")}),
        Qualifier({"route": "oral"}, {"en": ("oral", "tablets")}),
        Qualifier({"route": "topical"}, {"en": ("cream",)}),
        Qualifier({}, {"en": ("left",)}),
    ),
)
CROSS_REACTIONS = (
    CrossReaction("ester-local-anaesthetic", "ester-local-anaesthetic", "likely", "a-source"),
    CrossReaction("paraben", "ester-local-anaesthetic", "possible", "a-source", both_ways=True),
    CrossReaction("latex", "retinol", "likely", "a-source"),
)
AMBIGUOUS = (Ambiguity("pharmacy", "iodine", ("povidone-iodine", "iodinated-contrast")),)


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    """Build it once: a vocabulary never changes."""
    return Vocabulary.build(CONCEPTS, CROSS_REACTIONS, WORDS, AMBIGUOUS)
