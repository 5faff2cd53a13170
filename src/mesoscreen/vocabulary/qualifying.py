"""Words that say something about an entry besides its name: "severe", "in remission", "cream", "face".

They are taken away from a text to see whether what is left is exactly a name; nothing else is ever ignored.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

from mesoscreen.vocabulary.names import Phrases, singular, uncovered

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mesoscreen.vocabulary.words import Phrase, Words

_MOST = 6
"""More qualifying words than this in one name are not untangled."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one phrase says: fields of the entry, or an area."""

    sets: Mapping[str, str | bool] = field(default_factory=dict)
    area: str | None = None


class Lexicon:
    """The phrases that qualify names in some spaces."""

    def __init__(self, words: Words, areas: Mapping[Phrase, str], *, routes: bool) -> None:
        """Gather qualifiers and areas; words about the route only where the names are of substances."""
        self._said: dict[Phrase, Said] = {_singular(phrase): Said(area=area) for phrase, area in areas.items()}
        for phrase, sets in words.by_phrase.items():
            if routes or "route" not in sets:
                self._said[_singular(phrase)] = Said(sets)
        self._phrases = Phrases(self._said)
        self._is_for_areas = not areas

    def spans(self, tokens: Phrase) -> tuple[tuple[int, int], ...]:
        """Find the qualifying phrases."""
        return self._phrases.spans(_singular(tokens))

    def splits(self, tokens: Phrase) -> Iterator[tuple[Phrase, tuple[Said, ...]]]:
        """Yield what is left of the words, and what was taken away, taking as few words as possible first.

        A side ("left") is only taken away together with the area it is a side of.
        """
        spans = self.spans(tokens)
        if not spans or len(spans) > _MOST:
            return
        plain = _singular(tokens)
        choices = [some for size in range(1, len(spans) + 1) for some in combinations(spans, size)]
        for taken in sorted(choices, key=lambda some: sum(end - start for start, end in some)):
            said = tuple(self._said[plain[start:end]] for start, end in taken)
            if self._is_for_areas or any(one.area for one in said) or all(one.sets for one in said):
                yield uncovered(tokens, taken), said


def _singular(tokens: Phrase) -> Phrase:
    return tuple(map(singular, tokens))
