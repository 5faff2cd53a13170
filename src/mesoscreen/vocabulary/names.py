"""How a name is read, so that every way of writing it down comes to the same words.

Normalising never guesses: it removes what carries no meaning (case, accents, punctuation), nothing else.
Plurals, strengths and forms are weaker readings, tried only when the plain words are no name.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

COMPACT_LENGTH = 6
"""The shortest name that may also be written with its spaces left out or added."""

_PLAIN_ALPHABET = str.maketrans(
    {
        "ı": "i",
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "æ": "ae",
        "œ": "oe",
        "α": "alpha",
        "β": "beta",
        "γ": "gamma",
        "\u2018": "'",
        "\u2019": "'",
        "\u02bc": "'",
        "\u00b4": "'",
        "`": "'",
    }
)
_SHORT_I = "\u0438\u0306"
_NOT_WORD = re.compile(r"[\W_]+")
_POSSESSIVE = re.compile(r"'s(?!\w)")
_CONTRACTED_NOT = re.compile(r"n't(?!\w)")
_NUMBER = r"\d+(?:[.,]\d+)*"
_AMOUNT = (
    r"(?:%|‰|mcg|[mµμnu]g|kg|g|мг|мкг|г|ml|мл|cc|dl|l|[mk]?iu|[mk]?ui|[mk]?ie|u|j\.?m\.?|me|ме|ед\.?"
    r"|units?|unités?|unidades|unità|einheiten|jednostek|mmol|mol|mbq)"
)
_STRENGTH = re.compile(
    # INVARIANT: what is written "*+" gives nothing back, so no text takes more steps than it has characters, times a constant.
    rf"(?<![\w.,]){_NUMBER}\s*+{_AMOUNT}(?:\s*+/(?:\s*+{_NUMBER})?\s*+{_AMOUNT}|\s*+/\s*+(?:dose|day|d|h))?(?!\w)"
    r"|(?<![\w.,:/])1\s*+:\s*+\d{1,3}(?:[ .,]?\d{3})*(?!\w)",
)


def normalise(text: str) -> str:
    """Write a text in lower-case unaccented words with single spaces between them."""
    if text.isascii():
        text = text.lower()
    else:
        for _ in range(2):  # folding the case can bring back letters that decompose, and the reverse
            text = unicodedata.normalize("NFKD", text).casefold()
        text = unicodedata.normalize("NFKD", text).replace(_SHORT_I, "й").translate(_PLAIN_ALPHABET)
        text = "".join(letter for letter in text if not unicodedata.combining(letter))
    if "'" in text or "`" in text:
        text = text.replace("`", "'")
        text = _POSSESSIVE.sub("", _CONTRACTED_NOT.sub(" not", text))
    return _NOT_WORD.sub(" ", text).strip()


def tokens_of(text: str) -> tuple[str, ...]:
    """Split a text into its normalised words."""
    return tuple(normalise(text).split())


def without_strengths(text: str) -> str:
    """Leave out amounts such as "1%", "20 mg", "100 IU/ml" and "1:100000"."""
    return _STRENGTH.sub(" ", text.lower())


class Phrases:
    """A set of phrases that can be found in a text."""

    def __init__(self, phrases: Iterable[tuple[str, ...]] = ()) -> None:
        """Take normalised phrases."""
        self._phrases = frozenset(phrases)
        self._longest: dict[str, int] = {}
        for phrase in self._phrases:
            self._longest[phrase[0]] = max(self._longest.get(phrase[0], 0), len(phrase))

    def __contains__(self, phrase: tuple[str, ...]) -> bool:
        """Is this one of the phrases."""
        return phrase in self._phrases

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        """Yield the phrases in alphabetical order."""
        yield from sorted(self._phrases)

    def spans(self, tokens: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
        """Find where the phrases stand, from the left, longest first; each span is (start, end)."""
        spans: list[tuple[int, int]] = []
        start = 0
        while start < len(tokens):
            for end in range(min(start + self._longest.get(tokens[start], 0), len(tokens)), start, -1):
                if tokens[start:end] in self._phrases:
                    spans.append((start, end))
                    start = end
                    break
            else:
                start += 1
        return tuple(spans)


def uncovered(tokens: tuple[str, ...], spans: Collection[tuple[int, int]]) -> tuple[str, ...]:
    """Keep the words that lie in none of the spans."""
    covered = {place for start, end in spans for place in range(start, end)}
    return tuple(token for place, token in enumerate(tokens) if place not in covered)


def singular(token: str) -> str:
    """Take the commonest plural ending off one word."""
    if len(token) < 4 or token[-1] not in "se" or not token.isascii():  # noqa: PLR2004
        return token
    if token.endswith("ies"):
        return token[:-3] + "y"
    if token.endswith("ie"):
        return token[:-2] + "y"
    if token.endswith(("sses", "xes", "tches", "nches", "shes", "ruses", "nuses")):
        return token[:-2]
    return token[:-1] if token[-1] == "s" and token[-2] not in "sui" else token


def singulars(tokens: tuple[str, ...]) -> tuple[str, ...]:
    """Write the words in the singular, in each way plurals are made ("creams", "lesiones", "cicatrices")."""
    first = " ".join(map(singular, tokens))
    second = " ".join(map(romance_singular, tokens))
    return (first,) if first == second else (first, second)


def compact(tokens: tuple[str, ...]) -> str:
    """Write the words without spaces; empty where that would be too short to be sure of."""
    joined = "".join(map(singular, tokens))
    return joined if len(joined) >= COMPACT_LENGTH else ""


def romance_singular(token: str) -> str:
    """Take the plural ending of a Romance language off one word, else the commonest one."""
    if len(token) > 5 and token.isascii():  # noqa: PLR2004
        if token.endswith("ces"):
            return token[:-3] + "z"
        if token.endswith(("nes", "res", "les", "des")):
            return token[:-2]
    return singular(token)
