"""Every name of the vocabulary, ready to be looked up.

Whole names are one dictionary look-up. What weaker readings need (plurals, names inside a text, spellings)
is built the first time a text is not simply a name.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from mesoscreen.kept import kept
from mesoscreen.vocabulary.letters import Letters
from mesoscreen.vocabulary.names import compact, normalise, romance_singular, singular

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from mesoscreen.vocabulary.concepts import Ambiguity, Concept, Space
    from mesoscreen.vocabulary.words import Phrase

ANY_LANGUAGE = ""
"""The language of trade names."""
ORDINARY_WORDS = frozenset({"als", "ben", "ela", "hit", "nei", "sep", "tia"})
"""Names that are ordinary words of some language (German "als", English "hit"): names only where they are the whole text."""


@dataclass(frozen=True, slots=True)
class Target:
    """A concept together with what its name already says about the entry."""

    concept: str
    qualifiers: tuple[tuple[str, str | bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one name stands for in one space: a concept, or several where it is ambiguous."""

    space: Space
    targets: tuple[Target, ...]

    def joined(self, other: Meaning) -> Meaning:
        """Mean what either means."""
        return Meaning(self.space, tuple(dict.fromkeys(self.targets + other.targets)))


def names_of(concept: Concept) -> Iterator[tuple[str, str, str]]:
    """Yield every name of a concept as (language, key it is written under, name)."""
    yield "en", "id", concept.id
    yield "en", "label", concept.label
    for language, label in concept.labels.items():
        yield language, "labels", label
    for language, names in concept.names.items():
        for name in names:
            yield language, "names", name
    for name in concept.trade_names:
        yield ANY_LANGUAGE, "trade_names", name


def target_of(concept: Concept) -> Target:
    """Name what stands for a concept: itself, or the concept it means and what it says besides."""
    if concept.means is None:
        return Target(concept.id)
    said = tuple((key, value) for key, value in concept.means.items() if key != "is")
    return Target(str(concept.means["is"]), said)


class SpaceIndex:
    """The names of one space."""

    def __init__(
        self, space: Space, concepts: Iterable[Concept], ambiguous: Iterable[Ambiguity], normal_of: Callable[[str], str] = normalise
    ) -> None:
        """Index whole names; the rest waits until it is needed."""
        self.space = space
        self.whole: dict[str, Meaning] = {}
        """By the name as written and by the name normalised."""
        self.languages: defaultdict[str, set[str]] = defaultdict(set)
        """The languages each normalised name is used in."""
        targets: dict[str, Target] = {}
        written: dict[str, str] = {}
        for concept in concepts:
            targets[concept.id] = target_of(concept)
            meaning = Meaning(space, (targets[concept.id],))
            for language, _, name in names_of(concept):
                normal = written[name] = normal_of(name)
                self._claim(normal, meaning)
                self.languages[normal].add(language)
        for ambiguity in ambiguous:
            normal = written[ambiguity.name] = normal_of(ambiguity.name)
            self._claim(normal, Meaning(space, tuple(targets[one] for one in ambiguity.means)))
            self.languages[normal].add(ANY_LANGUAGE)
        for name, normal in written.items():
            self.whole[name] = self.whole[normal]

    def _claim(self, normal: str, meaning: Meaning) -> None:
        held = self.whole.get(normal)
        self.whole[normal] = meaning if held is None or held is meaning or held == meaning else held.joined(meaning)

    @kept
    def unambiguous(self) -> Mapping[Phrase, str]:
        """The one concept each normalised name stands for, where it is one."""
        return {tuple(name.split()): self.whole[name].targets[0].concept for name in self.languages if len(self.whole[name].targets) == 1}

    @kept
    def singular(self) -> Mapping[str, Meaning]:
        """Meanings by the name in the singular."""
        english, romance = cache(singular), cache(romance_singular)  # most words stand in several names

        def forms(name: str) -> tuple[str, str]:
            words = name.split()
            return " ".join(map(english, words)), " ".join(map(romance, words))

        return self._gather((form, name) for name in self.languages for form in dict.fromkeys(forms(name)))

    @kept
    def compact(self) -> Mapping[str, Meaning]:
        """Meanings by the name without spaces, where it is long enough."""
        return self._gather((compact(tuple(name.split())), name) for name in self.languages)

    @kept
    def by_first_word(self) -> Mapping[str, tuple[Phrase, ...]]:
        """Names as singular words, by their first; only those long enough to be looked for inside a text."""
        starts: defaultdict[str, dict[Phrase, None]] = defaultdict(dict)
        for name in self.languages:
            words = tuple(map(singular, name.split()))
            if len(name) >= 3 and name not in ORDINARY_WORDS:  # noqa: PLR2004
                starts[words[0]][words] = None
        return {first: tuple(phrases) for first, phrases in starts.items()}

    @kept
    def words(self) -> Mapping[str, frozenset[str]]:
        """The languages each singular word of a name is used in."""
        words: defaultdict[str, set[str]] = defaultdict(set)
        for name, languages in self.languages.items():
            for word in name.split():
                words[singular(word)] |= languages
        return {word: frozenset(languages) for word, languages in words.items()}

    @kept
    def letters(self) -> Letters:
        """Normalised names by the letters they hold."""
        return Letters(self.languages)

    @kept
    def order(self) -> Mapping[str, int]:
        """Normalised names, numbered in the order they were given."""
        return {name: number for number, name in enumerate(self.languages)}

    @kept
    def by_word(self) -> Mapping[str, tuple[str, ...]]:
        """Normalised names by each of their words."""
        words: defaultdict[str, list[str]] = defaultdict(list)
        for name in self.languages:
            for word in dict.fromkeys(name.split()):
                words[word].append(name)
        return {word: tuple(names) for word, names in words.items()}

    @kept
    def repetitive(self) -> tuple[str, ...]:
        """Normalised names that hold a word twice."""
        return tuple(name for name in self.languages if len(set(words := name.split())) < len(words))

    @kept
    def by_start(self) -> Mapping[tuple[int, str], tuple[str, ...]]:
        """Normalised names by how long they are and the letter they begin with."""
        starts: defaultdict[tuple[int, str], list[str]] = defaultdict(list)
        for name in self.languages:
            starts[len(name), name[0]].append(name)
        return {start: tuple(names) for start, names in starts.items()}

    def _gather(self, pairs: Iterable[tuple[str, str]]) -> Mapping[str, Meaning]:
        meanings: dict[str, Meaning] = {}
        for key, name in pairs:
            if key:
                held, meaning = meanings.get(key), self.whole[name]
                meanings[key] = meaning if held is None or held == meaning else held.joined(meaning)
        return meanings
