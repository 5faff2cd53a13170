"""Inflected words ("retinolem", "tattooed", "лидокаином"): which words of the vocabulary they are forms of.

Only the stems of vocabulary words are kept; nothing of a text outlives the call.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from typing import TYPE_CHECKING, Protocol

from mesoscreen.vocabulary.index import ANY_LANGUAGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ALGORITHMS = {
    "en": "english",
    "fr": "french",
    "es": "spanish",
    "pt": "portuguese",
    "it": "italian",
    "de": "german",
    "pl": "polish",
    "ru": "russian",
    "tr": "turkish",
}
"""The stemmer of each language."""

_SHORTEST = 4
_SHORTEST_FOREIGN = 5
_PREFIX = 3
_LONGEST_ENDING = 5
_LONGEST_LOST = 3
_MOST_CANDIDATES = 8


class Stemmer(Protocol):
    """Cuts the ending off a word."""

    def stemWord(self, word: str) -> str:  # noqa: N802 - the name snowballstemmer gives it
        """Return the stem of one word."""


class _Stemmers(threading.local):
    """One set of stemmers per thread: a stemmer keeps the word it is working on."""

    def __init__(self) -> None:
        self.by_language: dict[str, Stemmer] = {}

    def stem(self, language: str, word: str) -> str:
        stemmer = self.by_language.get(language)
        if stemmer is None:
            import snowballstemmer  # noqa: PLC0415 - only free text needs it

            stemmer = self.by_language[language] = snowballstemmer.stemmer(ALGORITHMS[language])
        return stemmer.stemWord(word)


_STEMMERS = _Stemmers()


class Inflections:
    """The words of one space, findable by any of their forms."""

    def __init__(self, words: Mapping[str, frozenset[str]]) -> None:
        """Take the vocabulary's words with the languages each is used in."""
        self._words = words
        self._by_prefix: defaultdict[str, list[str]] = defaultdict(list)
        self._stems: dict[tuple[str, str], str] = {}
        for word in words:
            if len(word) >= _SHORTEST:
                self._by_prefix[word[:_PREFIX]].append(word)

    def words_behind(self, token: str) -> Iterator[str]:
        """Yield the vocabulary words the token is an inflected form of, itself excluded."""
        candidates = self._candidates(token)
        if candidates:
            languages = ("ru",) if _is_cyrillic(token) else tuple(one for one in ALGORITHMS if one != "ru")
            stems = {language: _STEMMERS.stem(language, token) for language in languages}
            for word in candidates:
                if any(self._agree(word, language, stem) for language, stem in stems.items()):
                    yield word

    def _candidates(self, token: str) -> list[str]:
        if len(token) < _SHORTEST:
            return []
        near = []
        for word in self._by_prefix.get(token[:_PREFIX], ()):
            shared = _shared(token, word)
            if word != token and len(word) - shared <= _LONGEST_LOST and len(token) - shared <= _LONGEST_ENDING:
                near.append((-shared, word))
        return [word for _, word in sorted(near)[:_MOST_CANDIDATES]]

    def _agree(self, word: str, language: str, stem: str) -> bool:
        if language in self._words[word] and stem == self._stem(language, word):
            return True
        is_international = not self._words[word].isdisjoint({"en", ANY_LANGUAGE})
        return is_international and stem == word and len(word) >= _SHORTEST_FOREIGN

    def _stem(self, language: str, word: str) -> str:
        key = (language, word)
        if key not in self._stems:
            self._stems[key] = _STEMMERS.stem(language, word)
        return self._stems[key]


def _shared(one: str, other: str) -> int:
    """Count the letters two words begin with in common."""
    length = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        length += 1
    return length


def _is_cyrillic(token: str) -> bool:
    return "\u0400" <= token[0] <= "\u04ff"
