"""Read a CodeableConcept: a name and codes for an entry, or a name that may be denied.

Text counts before displays, for it is what somebody wrote; the codes go along and the screening compares them with it.
A code alone denies nothing: the vocabulary files narrower codes under a concept, and denying the concept would deny more than was said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mesoscreen.fhir.said import not_understood
from mesoscreen.vocabulary import space_of
from mesoscreen.vocabulary.codes import system_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mesoscreen.fhir.bundle import Resource
    from mesoscreen.fhir.errors import NotUnderstood
    from mesoscreen.vocabulary import Vocabulary
    from mesoscreen.vocabulary.concepts import Space

SPACES: Mapping[str, tuple[Space, ...]] = {
    "allergies": ("pharmacy", "product"),
    "conditions": ("condition",),
    "medications": ("pharmacy", "product"),
    "procedures": ("procedure",),
    "measurements": ("measurement",),
}
"""Where the names of each section are looked up."""
_MAX_CODES = 20


@dataclass(frozen=True, slots=True)
class Named:
    """What an entry is called."""

    name: str | None
    codes: tuple[Mapping[str, str], ...]
    others: tuple[str, ...]
    """Displays of unknown codes that mean something the name does not: held possible, so that they are not lost."""
    odd: tuple[NotUnderstood, ...]

    def fields(self) -> dict[str, Any]:
        """Give them as keys of an entry."""
        return {**({"name": self.name} if self.name is not None else {}), **({"codes": list(self.codes)} if self.codes else {})}


def words_of(concept: Mapping[str, Any] | None) -> tuple[str, ...]:
    """List what a concept says in words, the text first."""
    if concept is None:
        return ()
    given = [concept.get("text"), *(coding.get("display") for coding in concept.get("coding", ()))]
    return tuple(dict.fromkeys(word.strip() for word in given if word and word.strip()))


def codes_of(concept: Mapping[str, Any] | None) -> tuple[tuple[str, str], ...]:
    """List the codes of a concept, each with its system; a code without a system is left out."""
    codings = concept.get("coding", ()) if concept is not None else ()
    return tuple((coding["system"], coding["code"]) for coding in codings if "system" in coding and "code" in coding)


def named(concept: Mapping[str, Any], section: str, vocabulary: Vocabulary, resource: Resource, element: str) -> Named | None:
    """Name an entry after a concept; None if the concept says nothing."""
    words, codes = words_of(concept), codes_of(concept)
    odd = [
        not_understood(resource, "no-system", f"{element}/coding/{at}")
        for at, coding in enumerate(concept.get("coding", ()))
        if "code" in coding and "system" not in coding
    ]
    odd += [not_understood(resource, "unfit", f"{element}/coding", f"only {_MAX_CODES} codes are looked at")] * (len(codes) > _MAX_CODES)
    if not words and not codes:
        return None
    spaces = SPACES[section]
    space = spaces[0]
    certain = {*_exact(words[0] if words else None, spaces, vocabulary), *coded(codes, space, vocabulary)}
    others: dict[str, None] = {}
    for coding in concept.get("coding", ()):
        display = (coding.get("display") or "").strip()
        if not display or display == words[0] or coded(codes_of({"coding": [coding]}), space, vocabulary):
            continue
        meant = _exact(display, spaces, vocabulary)
        if meant and not any(one in vocabulary.overlaps(space, other) for one in meant for other in certain):
            others[display] = None
    pairs = tuple({"system": system, "code": code} for system, code in dict.fromkeys(codes[:_MAX_CODES]))
    return Named(words[0] if words else None, pairs, tuple(others), tuple(odd))


def deniable(concept: Mapping[str, Any], section: str, vocabulary: Vocabulary) -> str | None:
    """Find the name a concept denies for certain; None if its words are not exact, or do not fit its codes."""
    spaces = SPACES[section]
    space = spaces[0]
    text = (concept.get("text") or "").strip()
    words = (text,) if text else words_of(concept)
    meant = [(word, _exact(word, spaces, vocabulary)) for word in words]
    exact = [(word, found) for word, found in meant if found]
    known = coded(codes_of(concept), space, vocabulary)
    if not exact or any(found != exact[0][1] for _, found in exact):
        return None
    related = (any(one in vocabulary.overlaps(space, code) for one in exact[0][1]) for code in known)
    return exact[0][0] if all(related) and not vocabulary.resolve(exact[0][0], spaces).areas else None


def possible(concept: Mapping[str, Any], section: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """List the names of something that may be so: its text, and what its codes and displays mean beyond that."""
    spaces = SPACES[section]
    words = words_of(concept)
    known = coded(codes_of(concept), spaces[0], vocabulary)
    names = dict.fromkeys([*words[:1], *(word for word in words[1:] if _exact(word, spaces, vocabulary))])
    said = {one for word in names for one in _exact(word, spaces, vocabulary)}
    return (*names, *(code for code in known if code not in said))


def coded(codes: tuple[tuple[str, str], ...], space: Space, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Name the concepts of a space that codes mean."""
    return tuple(dict.fromkeys(_coded(codes, space, vocabulary)))


def _coded(codes: tuple[tuple[str, str], ...], space: Space, vocabulary: Vocabulary) -> Iterator[str]:
    for system, code in codes:
        short = system_of(system)
        for concept in vocabulary.by_code(short, code) if short is not None else ():
            if space_of(concept.kind) == space:
                yield str(concept.means["is"]) if concept.means is not None else concept.id


def _exact(word: str | None, spaces: tuple[Space, ...], vocabulary: Vocabulary) -> frozenset[str]:
    """Name the concepts of the first space a text certainly means."""
    if word is None:
        return frozenset()
    read = vocabulary.resolve(word, spaces, suggest=False)
    return frozenset(one.concept for one in read.readings if one.match == "exact" and one.space == spaces[0])
