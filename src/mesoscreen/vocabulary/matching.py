"""How free text becomes concepts: for certain, probably, or not at all.

A whole name, with or without words that qualify it, is certain. A name found inside a longer text, an
inflected form or a near spelling is probable. A clause that denies something is read as nothing.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from mesoscreen.vocabulary.inflection import Inflections
from mesoscreen.vocabulary.names import (
    compact,
    singular,
    singulars,
    tokens_of,
    uncovered,
    without_strengths,
)
from mesoscreen.vocabulary.qualifying import Lexicon, Said
from mesoscreen.vocabulary.resolution import Match, Reading, Resolution
from mesoscreen.vocabulary.spelling import SUGGESTIONS, nearest, suggest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from mesoscreen.vocabulary.concepts import Space
    from mesoscreen.vocabulary.index import Meaning, SpaceIndex
    from mesoscreen.vocabulary.words import Phrase, Words

    Label = Callable[[Space, str], str]

_SUBSTANCES: frozenset[Space] = frozenset({"pharmacy", "product"})
_CLAUSE = re.compile(r"[;\n]|(?<!\d)[.,]|[.,](?!\d)")
_MOST_WINDOWS = 40
_WINDOW = 3
_WINDOW_LENGTH = 7
NOTHING = Resolution()


class Find(NamedTuple):
    """A name standing somewhere in a clause."""

    start: int
    end: int
    is_plain: bool
    """Not inflected."""
    meaning: Meaning


class Matcher:
    """Reads names in the spaces of one vocabulary."""

    def __init__(self, indexes: Mapping[Space, SpaceIndex], words: Words, label: Label) -> None:
        """Take the names of every space, the language words, and what a suggestion calls a concept."""
        self._indexes = indexes
        self._words = words
        self._label = label
        self._known: dict[tuple[Space, ...], dict[str, Resolution]] = {}
        self._inflections: dict[Space, Inflections] = {}
        self._lexicons: dict[tuple[bool, bool], Lexicon] = {}

    def suggesting(self, label: Label) -> Matcher:
        """Give a matcher over the same names that calls what it suggests otherwise."""
        return Matcher(self._indexes, self._words, label)

    def resolve(self, text: str, spaces: tuple[Space, ...], *, suggest: bool = True) -> Resolution:
        """Read a text as names of the given spaces."""
        known = self._known.setdefault(spaces, {})
        lower = text.lower()
        if lower in known:
            return known[lower]
        indexes = [self._indexes[space] for space in spaces]
        certain = [index.whole[lower] for index in indexes if lower in index.whole]
        if certain:
            # INVARIANT: only names of the vocabulary are kept, never a text that merely resolves to one.
            known[lower] = certain_reading(certain)
            return known[lower]
        tokens = tokens_of(text)
        if not tokens:
            return NOTHING
        read = self._whole_text(text, tokens, spaces)
        if read is None:
            meanings = self._parts(text, indexes)
            read = _readings(meanings, "probable")
        if suggest and not read.readings and not read.is_none:
            return Resolution(suggestions=self._suggestions(" ".join(tokens), indexes))
        return read

    def whole(self, text: str, space: Space) -> tuple[str, ...]:
        """Look a text up as one name of one space, with or without a strength."""
        indexes = [self._indexes[space]]
        meanings = _whole(tokens_of(text), indexes) or _whole(tokens_of(without_strengths(text)), indexes)
        return tuple(target.concept for meaning in meanings for target in meaning.targets)

    def _whole_text(self, text: str, tokens: Phrase, spaces: tuple[Space, ...]) -> Resolution | None:
        """Read the text as one name with nothing left over; None if it is more or other than that."""
        indexes = [self._indexes[space] for space in spaces]
        is_doubted = "?" in unicodedata.normalize("NFKC", text) or "؟" in text
        certain = _whole(tokens, indexes)
        if not certain and tokens in self._words.none and not is_doubted:
            return Resolution(is_none=True)
        read = certain_reading(certain) if certain else self._qualified(tokens, indexes)
        if read is None:
            substances = [self._indexes[space] for space in spaces if space in _SUBSTANCES]
            if substances:
                read = self._bare_substance(text, substances)
        if read is not None and is_doubted:
            return Resolution(tuple(Reading(one.space, one.concept, "probable") for one in read.readings))
        return read

    def _suggestions(self, text: str, indexes: Sequence[SpaceIndex]) -> tuple[str, ...]:
        labels = [self._label(one.space, target.concept) for one in suggest(text, indexes) for target in one.targets]
        return tuple(dict.fromkeys(labels))[:SUGGESTIONS]

    def _bare_substance(self, text: str, indexes: Sequence[SpaceIndex]) -> Resolution | None:
        """Read the text without strengths, and without forms."""
        plain = tokens_of(without_strengths(text))
        for tokens in dict.fromkeys((plain, uncovered(plain, self._words.forms.spans(plain)))):
            certain = _whole(tokens, indexes)
            read = certain_reading(certain) if certain else self._qualified(tokens, indexes)
            if read is not None:
                return read
        return None

    def _qualified(self, tokens: Phrase, indexes: Sequence[SpaceIndex]) -> Resolution | None:
        """Read the text as a name plus words that qualify it."""
        for rest, said in self._lexicon(indexes).splits(tokens):
            certain = _whole(rest, indexes)
            if certain:
                return certain_reading(certain, said)
        return None

    def _lexicon(self, indexes: Sequence[SpaceIndex]) -> Lexicon:
        spaces = {index.space for index in indexes}
        areas, routes = "area" not in spaces, spaces <= _SUBSTANCES
        if (areas, routes) not in self._lexicons:
            names = self._indexes["area"].unambiguous if areas else {}
            self._lexicons[areas, routes] = Lexicon(self._words, names, routes=routes)
        return self._lexicons[areas, routes]

    def _parts(self, text: str, indexes: Sequence[SpaceIndex]) -> list[Meaning]:
        """Read names inside the text, clause by clause."""
        meanings: list[Meaning] = []
        for clause in self._clauses(without_strengths(text)):
            finds = {index.space: self._finds(clause, index) for index in indexes}
            forms = self._words.forms.spans(clause)
            everything = [find for some in finds.values() for find in some if not _inside(find, forms)]
            if not self._is_negated(clause, everything, self._lexicon(indexes).spans(clause)):
                meanings += [find.meaning for find in everything]
                meanings += self._misspelled(clause, everything, indexes)
        return meanings

    def _clauses(self, text: str) -> Iterator[Phrase]:
        for part in _CLAUSE.split(text):
            tokens = tokens_of(part)
            start = 0
            for begin, end in self._words.exceptions.spans(tokens):
                yield tokens[start:begin]
                start = end
            yield tokens[start:]

    def _is_negated(self, clause: Phrase, finds: Sequence[Find], qualifying: Sequence[tuple[int, int]]) -> bool:
        """Tell whether the clause holds a cue of denial that is no part of a name or of a qualifier.

        "Non selective ...", "not well controlled" and Portuguese "no rosto" (on the face) deny nothing.
        """
        longer = [*((find.start, find.end) for find in finds if find.is_plain), *qualifying]
        return any(
            not any(first <= start and end <= last and end - start < last - first for first, last in longer)
            for start, end in self._words.negations.spans(clause)
        )

    def _finds(self, clause: Phrase, index: SpaceIndex) -> list[Find]:
        """Find the names of one space in a clause, the longest where they overlap."""
        words = tuple(map(singular, clause))
        if index.space not in self._inflections:
            self._inflections[index.space] = Inflections(index.words)
        behind = self._inflections[index.space].words_behind
        forms = {word: dict.fromkeys((word, *behind(word))) for word in dict.fromkeys(words)}
        options = [forms[word] for word in words]
        found: list[Find] = []
        for start, word in enumerate(words):
            for first in options[start]:
                for phrase in index.by_first_word.get(first, ()):
                    end = start + len(phrase)
                    if end <= len(words) and all(map(dict.__contains__, options[start:end], phrase)):
                        is_plain = phrase == words[start:end]
                        found.append(Find(start, end, is_plain, index.singular[" ".join(phrase)]))
            for end in range(start + 1, min(start + _WINDOW, len(words)) + 1):
                joined = compact(words[start:end])
                if joined in index.compact and joined != word:
                    found.append(Find(start, end, is_plain=True, meaning=index.compact[joined]))
        return _longest(found)

    def _misspelled(self, clause: Phrase, finds: Sequence[Find], indexes: Sequence[SpaceIndex]) -> list[Meaning]:
        """Read what is left of a clause as near spellings: all of it at once, or a few words at a time."""
        known = self._lexicon(indexes).spans(clause)
        if not finds:
            for candidate in dict.fromkeys((" ".join(uncovered(clause, known)), " ".join(clause))):
                near = nearest(candidate, indexes)
                if near:
                    return list(near)
        taken = [(find.start, find.end) for find in finds] + [*known, *self._words.forms.spans(clause)]
        meanings: list[Meaning] = []
        for start, end in _windows(len(clause)):
            window = " ".join(clause[start:end])
            if len(window) >= _WINDOW_LENGTH and all(end <= one or other <= start for one, other in taken):
                near = nearest(window, indexes, same_start=True)
                if near:
                    meanings += near
                    taken.append((start, end))
        return meanings


def _whole(tokens: Phrase, indexes: Sequence[SpaceIndex]) -> list[Meaning]:
    """Look the words up as one name: as they are, then in the singular, then without spaces."""
    if not tokens:
        return []
    found = [index.whole[name] for name in (" ".join(tokens),) for index in indexes if name in index.whole]
    if not found:
        forms = singulars(tokens)
        found = [index.singular[form] for index in indexes for form in forms if form in index.singular]
    if not found:
        joined = compact(tokens)
        found = [index.compact[joined] for index in indexes if joined in index.compact]
    return found


def certain_reading(meanings: Sequence[Meaning], said: Sequence[Said] = ()) -> Resolution:
    """Read a whole name for certain, unless it is ambiguous or contradicts itself."""
    targets = {(meaning.space, target) for meaning in meanings for target in meaning.targets}
    pairs = {pair for _, target in targets for pair in target.qualifiers}
    pairs.update(pair for one in said for pair in one.sets.items())
    qualifiers = dict(sorted(pairs))
    is_certain = len(targets) == len({space for space, _ in targets}) and len(pairs) == len(qualifiers)
    if not is_certain:
        return _readings(meanings, "probable")
    areas = tuple(dict.fromkeys(one.area for one in said if one.area is not None))
    return Resolution(_readings(meanings, "exact").readings, qualifiers, areas)


def _readings(meanings: Sequence[Meaning], match: Match) -> Resolution:
    found = {(meaning.space, target.concept): None for meaning in meanings for target in meaning.targets}
    return Resolution(tuple(Reading(space, concept, match) for space, concept in found))


def _longest(found: list[Find]) -> list[Find]:
    """Keep the longest names; of two over the very same words keep both, unless only one is plain."""
    kept: list[Find] = []
    taken: dict[int, tuple[int, int, bool]] = {}
    for find in sorted(found, key=lambda one: (one.start - one.end, not one.is_plain, one.start)):
        span = (find.start, find.end, find.is_plain)
        if all(taken.get(word, span) == span for word in range(find.start, find.end)):
            taken.update(dict.fromkeys(range(find.start, find.end), span))
            kept.append(find)
    return sorted(kept, key=lambda one: one.start)


def _inside(find: Find, spans: Sequence[tuple[int, int]]) -> bool:
    """Tell whether a name is only a part of a longer phrase (Spanish "soy" in "soy alérgica", I am allergic)."""
    return any(start <= find.start and find.end <= end and end - start > find.end - find.start for start, end in spans)


def _windows(length: int) -> list[tuple[int, int]]:
    """List the runs of words to try as names, longest first."""
    sizes = range(min(_WINDOW, length), 0, -1)
    return [(start, start + size) for size in sizes for start in range(length - size + 1)][:_MOST_WINDOWS]
