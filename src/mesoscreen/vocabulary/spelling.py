"""Names that are nearly what was written.

A near spelling is only ever a guess, so it must be near to one concept alone; otherwise it is a suggestion.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mesoscreen.vocabulary.index import Meaning, SpaceIndex

SUGGESTIONS = 3
_ONE_EDIT = 5
_TWO_EDITS = 8
_MARK = 2
_LONGEST_ID = 100
_CUTOFF = 65.0
_MARGIN = 0.001
_OPPOSITES = (("hyper", "hypo"), ("hiper", "hipo"), ("iper", "ipo"), ("гипер", "гипо"))


def edits_allowed(length: int) -> int:
    """How many letters of a name this long may be wrong."""
    return 0 if length < _ONE_EDIT else 1 if length < _TWO_EDITS else 2


def nearest(text: str, indexes: Iterable[SpaceIndex], *, same_start: bool = False) -> tuple[Meaning, ...]:
    """Find the one concept per space whose spelling is nearest the normalised text; none if several are.

    With `same_start` only names with the same first letter count: cheaper, and surer inside a sentence.
    """
    from rapidfuzz.distance import DamerauLevenshtein  # noqa: PLC0415 - only free text needs it

    found: dict[int, dict[Meaning, None]] = {}
    for index in indexes:
        for name in _near_in_length(text, index, same_start=same_start):
            allowed = _reach(text, len(name))
            distance = DamerauLevenshtein.distance(text, name, score_cutoff=allowed)
            if distance <= allowed and _could_be(text, name):
                found.setdefault(distance, {})[index.whole[name]] = None
    if not found:
        return ()
    meanings = tuple(found[min(found)])
    spaces = {meaning.space for meaning in meanings}
    concepts = {(meaning.space, target.concept) for meaning in meanings for target in meaning.targets}
    return meanings if len(concepts) == len(spaces) else ()


def _reach(text: str, length: int) -> int:
    """How many letters may be wrong between a text and a name this long."""
    return min(edits_allowed(len(text)), edits_allowed(length))


def _near_in_length(text: str, index: SpaceIndex, *, same_start: bool) -> Iterable[str]:
    """List the names as long as the text but for a few letters, shortest first, without most that are far from it."""
    from rapidfuzz import process  # noqa: PLC0415
    from rapidfuzz.distance import Indel  # noqa: PLC0415

    reach = edits_allowed(len(text))
    shortest, longest = max(len(text) - reach, _ONE_EDIT), len(text) + reach
    if not reach:
        return ()
    if not same_start:
        return index.letters.sharing(text, shortest, longest, lambda length: max(len(text), length) - _reach(text, length))
    names = [name for length in range(shortest, longest + 1) for name in index.by_start.get((length, text[0]), ())]
    # An edit is at most one letter left out and one put in.
    near = process.extract(text, names, scorer=Indel.distance, score_cutoff=2 * reach, limit=None)
    return (name for name, _, _ in sorted(near, key=lambda one: one[2]))


def suggest(text: str, indexes: Iterable[SpaceIndex]) -> tuple[Meaning, ...]:
    """List what the names most like the normalised text mean, best first."""
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - only free text needs it

    likely: list[tuple[float, str, SpaceIndex]] = []
    for index in indexes:
        for scorer, candidates in ((fuzz.ratio, _like_letters), (fuzz.token_set_ratio, _like_words)):
            for name, score, _ in process.extract(text, candidates(text, index), scorer=scorer, score_cutoff=_CUTOFF, limit=3 * SUGGESTIONS):
                likely.append((score, name, index))
            if len(likely) >= SUGGESTIONS:
                break
    likely.sort(key=lambda one: (-one[0], one[1]))
    return tuple(dict.fromkeys(index.whole[name] for _, name, index in likely))[:SUGGESTIONS]


def _like_letters(text: str, index: SpaceIndex) -> list[str]:
    """List the names whose letters alone could make them so like the text, in the order of the index."""
    # A ratio of 65 % says that the letters in common, counted in both, are 65 % of all letters.
    return sorted(_of_letters(len(text), text, index), key=index.order.__getitem__)


def _like_words(text: str, index: SpaceIndex) -> list[str]:
    """List the names whose words, each counted once and put in order, could make them so like the text, in the order of the index."""
    words = dict.fromkeys(text.split())
    names = {name for word in words for name in index.by_word.get(word, ())}
    names.update(_of_letters(len(" ".join(words)), text, index), index.repetitive)
    return sorted(names, key=index.order.__getitem__)


def _of_letters(length: int, text: str, index: SpaceIndex) -> list[str]:
    share = (_CUTOFF - _MARGIN) / 200
    return index.letters.sharing(text, int(length * share / (1 - share)), int(length * (1 - share) / share) + 1, lambda other: math.ceil(share * (length + other)))


def near_names(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """List the ids most like one that is not known."""
    from rapidfuzz import fuzz, process  # noqa: PLC0415

    words = tuple(one for one in known if len(one) <= _LONGEST_ID) if len(name) <= _LONGEST_ID else ()
    best = process.extract(name, words, scorer=fuzz.WRatio, score_cutoff=_CUTOFF, limit=SUGGESTIONS)
    return tuple(one for one, _, _ in best)


def _could_be(text: str, name: str) -> bool:
    """Refuse a spelling whose difference is the point: another number or letter, or the opposite prefix."""
    return _marks(text) == _marks(name) and not any(
        {_prefix(mine, pair), _prefix(theirs, pair)} == set(pair)
        for pair in _OPPOSITES
        for mine, theirs in zip(text.split(), name.split(), strict=False)
    )


def _marks(text: str) -> list[str]:
    return sorted(token for token in text.split() if len(token) <= _MARK or any(letter.isdigit() for letter in token))


def _prefix(word: str, pair: tuple[str, str]) -> str:
    return next((prefix for prefix in pair if word.startswith(prefix)), "")
