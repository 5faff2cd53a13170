"""The vocabulary: from names and codes to concepts, and from concept to concept."""

from mesoscreen.vocabulary.concepts import (
    Ambiguity,
    Concept,
    CrossReaction,
    Kind,
    Space,
    Strength,
    space_of,
)
from mesoscreen.vocabulary.problems import Problem, VocabularyErrors
from mesoscreen.vocabulary.resolution import Match, Reading, Resolution
from mesoscreen.vocabulary.vocabulary import Vocabulary
from mesoscreen.vocabulary.words import Qualifier, Words

__all__ = [
    "Ambiguity",
    "Concept",
    "CrossReaction",
    "Kind",
    "Match",
    "Problem",
    "Qualifier",
    "Reading",
    "Resolution",
    "Space",
    "Strength",
    "Vocabulary",
    "VocabularyErrors",
    "Words",
    "space_of",
]
