"""Names that are nearly what was written.

A near spelling is only ever a guess, so it must be near to one concept alone; otherwise it is a suggestion.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mesoscreen.vocabulary.index import Meaning, SpaceIndex

SUGGESTIONS = 3
_ONE_EDIT = 5
_TWO_EDITS = 8
_MARK = 2
_CUTOFF = 65.0
_OPPOSITES = (("hyper", "hypo"), ("hiper", "hipo"), ("iper", "ipo"), ("гипер", "гипо"))


def edits_allowed(length: int) -> int:
    """How many letters of a name this long may be wrong."""
    return 0 if length < _ONE_EDIT else 1 if length < _TWO_EDITS else 2


def nearest(text: str, indexes: Iterable[SpaceIndex], *, same_start: bool = False) -> tuple[Meaning, ...]:
    """Find the one concept per space whose spelling is nearest the normalised text; none if several are.

    With `same_start` only names with the same first letter count: cheaper, and surer inside a sentence.
    """
    from rapidfuzz import process  # noqa: PLC0415 - only free text needs it
    from rapidfuzz.distance import DamerauLevenshtein  # noqa: PLC0415

    found: dict[int, dict[Meaning, None]] = {}
    reach = edits_allowed(len(text))
    for index in indexes:
        for length in range(len(text) - reach, len(text) + reach + 1):
            allowed = min(reach, edits_allowed(length))
            if allowed:
                for name, distance, _ in process.extract(
                    text,
                    index.by_start.get((length, text[0]), ()) if same_start else index.by_length.get(length, ()),
                    scorer=DamerauLevenshtein.distance,
                    score_cutoff=allowed,
                    limit=None,
                ):
                    if _could_be(text, name):
                        found.setdefault(int(distance), {})[index.whole[name]] = None
    if not found:
        return ()
    meanings = tuple(found[min(found)])
    spaces = {meaning.space for meaning in meanings}
    concepts = {(meaning.space, target.concept) for meaning in meanings for target in meaning.targets}
    return meanings if len(concepts) == len(spaces) else ()


def suggest(text: str, indexes: Iterable[SpaceIndex]) -> tuple[Meaning, ...]:
    """List what the names most like the normalised text mean, best first."""
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - only free text needs it

    likely: list[tuple[float, str, SpaceIndex]] = []
    for index in indexes:
        for scorer in (fuzz.ratio, fuzz.token_set_ratio):
            for name, score, _ in process.extract(text, tuple(index.languages), scorer=scorer, score_cutoff=_CUTOFF, limit=3 * SUGGESTIONS):
                likely.append((score, name, index))
            if len(likely) >= SUGGESTIONS:
                break
    likely.sort(key=lambda one: (-one[0], one[1]))
    return tuple(dict.fromkeys(index.whole[name] for _, name, index in likely))[:SUGGESTIONS]


def near_names(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """List the ids most like one that is not known."""
    from rapidfuzz import fuzz, process  # noqa: PLC0415

    best = process.extract(name, tuple(known), scorer=fuzz.WRatio, score_cutoff=_CUTOFF, limit=SUGGESTIONS)
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
