"""What the library itself says, in each language it speaks: headlines, what is missing, criteria in words.

What rules, concepts and questions say stands with them in the rulebook. A text that a language lacks is given in English
and says so.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LANGUAGE = "en"
"""The language everything is written in first."""
SPOKEN = ("en", "fr")
"""The languages the library itself speaks."""


def marked(text: str) -> str:
    """Mark a text that is shown in English for want of a translation, so that everybody sees it."""
    return f"[{LANGUAGE}] {text}" if text else text


class Wording:
    """The library's own texts in one language."""

    def __init__(self, language: str, texts: Mapping[str, str], fallback: Mapping[str, str]) -> None:
        """Take the texts of a language, and English for what it lacks."""
        self.language = language
        self._texts = {**{key: marked(text) for key, text in fallback.items()}, **texts}

    def __call__(self, key: str, **values: object) -> str:
        """Give a text, with values put into its places."""
        text = self._texts[key]
        return text.format(**values) if values else text

    def count(self, key: str, count: int) -> str:
        """Give a text for one thing or for several."""
        return self(f"{key}.{'one' if count == 1 else 'many'}", count=count)

    def either(self, words: Iterable[str]) -> str:
        """Join words by commas and a last "or"."""
        listed = list(words)
        return f"{', '.join(listed[:-1])} {self('or')} {listed[-1]}" if len(listed) > 1 else "".join(listed)


@lru_cache(maxsize=64)
def wording(language: str) -> Wording:
    """Give the library's texts in a language; in English, and marked so, where it does not speak it."""
    english = _texts(LANGUAGE)
    if language == LANGUAGE:
        return Wording(language, english, {})
    return Wording(language, _texts(language) if language in SPOKEN else {}, english)


def _texts(language: str) -> Mapping[str, str]:
    texts: Mapping[str, str] = import_module(f"mesoscreen.wording.{language}").TEXTS
    return texts
