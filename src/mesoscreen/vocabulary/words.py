"""The words of everyday language that free text is read with: "no", "except", "none", "cream", "severe".

They are data, in nine languages; here they become normalised words ready to be looked up.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from mesoscreen.vocabulary.names import Phrases, tokens_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Phrase = tuple[str, ...]
"""The normalised words of a phrase."""

QUALIFIERS: Mapping[str, frozenset[str | bool]] = MappingProxyType(
    {
        "severity": frozenset({"mild", "moderate", "severe"}),
        "controlled": frozenset({True, False}),
        "status": frozenset({"active", "remission", "resolved"}),
        "subject": frozenset({"patient", "close-family"}),
        "route": frozenset(
            {"oral", "topical", "injected", "inhaled", "nasal", "ophthalmic", "vaginal", "rectal"},
        ),
    }
)
"""What a word or a concept may say about an entry besides what it is."""


@dataclass(frozen=True, slots=True)
class Qualifier:
    """Words that set something about an entry. An empty `sets` is a side of an area ("left"), which changes nothing.

    Words about the route qualify substances only: "oral" herpes is not a route.
    """

    sets: Mapping[str, str | bool]
    names: Mapping[str, tuple[str, ...]]
    """The words, by language."""


@dataclass(frozen=True, slots=True)
class Words:
    """The language words of a rulebook, normalised."""

    negations: Phrases = field(default_factory=Phrases)
    """Cues that what stands in the same clause is denied."""
    exceptions: Phrases = field(default_factory=Phrases)
    """Words after which a negation no longer reaches."""
    none: Phrases = field(default_factory=Phrases)
    """Whole answers that mean "none"."""
    forms: Phrases = field(default_factory=Phrases)
    """Forms in which a substance comes."""
    qualifiers: tuple[Qualifier, ...] = ()
    by_phrase: Mapping[Phrase, Mapping[str, str | bool]] = field(default_factory=dict)
    """What each qualifying phrase sets."""

    @classmethod
    def of(
        cls,
        *,
        negations: Mapping[str, Iterable[str]] | None = None,
        exceptions: Mapping[str, Iterable[str]] | None = None,
        none: Mapping[str, Iterable[str]] | None = None,
        forms: Mapping[str, Iterable[str]] | None = None,
        qualifiers: Iterable[Qualifier] = (),
    ) -> Words:
        """Normalise words given by language, as `words.yaml` lists them."""
        qualifiers = tuple(qualifiers)
        by_phrase: dict[Phrase, dict[str, str | bool]] = {}
        for qualifier in qualifiers:
            for phrase in _phrases(qualifier.names):
                by_phrase.setdefault(phrase, {}).update(qualifier.sets)
        return cls(
            negations=Phrases(_phrases(negations)),
            exceptions=Phrases(_phrases(exceptions)),
            none=Phrases(_phrases(none)),
            forms=Phrases(_phrases(forms)),
            qualifiers=qualifiers,
            by_phrase=by_phrase,
        )

    def plain(self) -> dict[str, Any]:
        """Give the words as data that `restored` takes back, their languages forgotten."""
        lists = {"negations": self.negations, "exceptions": self.exceptions, "none": self.none, "forms": self.forms}
        data: dict[str, Any] = {key: [" ".join(phrase) for phrase in phrases] for key, phrases in lists.items()}
        qualifiers = [[dict(one.sets), {k: list(v) for k, v in one.names.items()}] for one in self.qualifiers]
        by_phrase = {" ".join(phrase): dict(sets) for phrase, sets in sorted(self.by_phrase.items())}
        return {**data, "qualifiers": qualifiers, "by_phrase": by_phrase}

    @classmethod
    def restored(cls, data: Mapping[str, Any]) -> Words:
        """Take back what `plain` gave: words that are normalised already."""
        phrases = {key: Phrases(tuple(phrase.split()) for phrase in data[key]) for key in ("negations", "exceptions", "none", "forms")}
        qualifiers = tuple(Qualifier(sets, {language: tuple(n) for language, n in names.items()}) for sets, names in data["qualifiers"])
        return cls(**phrases, qualifiers=qualifiers, by_phrase={tuple(phrase.split()): sets for phrase, sets in data["by_phrase"].items()})


def _phrases(by_language: Mapping[str, Iterable[str]] | None) -> frozenset[Phrase]:
    return frozenset(tokens_of(name) for names in (by_language or {}).values() for name in names) - {()}
