"""What can be wrong with a vocabulary, found all at once.

Nothing here knows about files: whoever read the concepts turns space, concept and key into a place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesoscreen.errors import MesoscreenError

if TYPE_CHECKING:
    from mesoscreen.vocabulary.concepts import Space


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the vocabulary."""

    code: str
    """One of the codes a rulebook problem may have."""
    space: Space | None
    concept: str
    """The concept it is written in; empty for cross-reactions, ambiguous names and words."""
    key: str
    """The key it is written under, as in the vocabulary files."""
    message: str
    value: str = ""
    """What is written there, where it is one of several."""
    index: int | None = None
    """Which item of a list it is, for cross-reactions, ambiguous names and qualifiers; counted from 0."""
    suggestions: tuple[str, ...] = ()


class VocabularyErrors(MesoscreenError):
    """The concepts do not make a vocabulary; every problem found is in `problems`."""

    code = "vocabulary"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        """Hold every problem found."""
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(f"{problem.message} [{problem.code}]" for problem in self.problems)
