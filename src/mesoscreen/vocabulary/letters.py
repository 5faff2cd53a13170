"""Which names can be near a text at all, told by the letters the two have in common.

Every letter that is not shared costs an edit. A set of names is held as the bits of one integer, so counting the shared
letters of thousands of names takes a few additions, and only a handful are left to be compared letter by letter.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from itertools import compress, groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

_FEW = 100
_LONGEST = 200


class Letters:
    """Names, findable by how many letters they share with a text. A letter that both hold twice is shared twice."""

    def __init__(self, names: Iterable[str]) -> None:
        """Take the names; those of one length keep their order."""
        inorder = sorted(names, key=len)
        self._names = tuple(name for name in inorder if len(name) <= _LONGEST)
        self._longer = tuple(name for name in inorder if len(name) > _LONGEST)
        self._lengths = tuple(map(len, self._names))
        held: defaultdict[str, list[bytearray]] = defaultdict(list)
        for at, name in enumerate(self._names):
            for letter, times in Counter(name).items():
                sets = held[letter]
                sets += [bytearray(len(self._names) // 8 + 1) for _ in range(times - len(sets))]
                for names_holding in sets[:times]:
                    names_holding[at >> 3] |= 1 << (at & 7)
        self._holding: Mapping[str, tuple[int, ...]] = {
            letter: tuple(int.from_bytes(names_holding, "little") for names_holding in sets) for letter, sets in held.items()
        }
        """The names that hold a letter at least once, at least twice, and so on."""

    def sharing(self, text: str, shortest: int, longest: int, least: Callable[[int], int]) -> list[str]:
        """List the names, shortest first, that share at least so many letters with the text: `least` of their own length.

        Names longer than any a form holds are not counted through but listed whatever their letters.
        """
        longer = [name for name in self._longer if shortest <= len(name) <= longest]
        first, end = bisect_left(self._lengths, shortest), bisect_right(self._lengths, longest)
        if first >= end:
            return longer
        digits = self._counts(text)
        found = 0
        for needed, run in groupby(sorted(set(self._lengths[first:end])), least):
            lengths = list(run)
            start, stop = bisect_left(self._lengths, lengths[0]), bisect_right(self._lengths, lengths[-1])
            found |= _at_least(needed, digits, ((1 << stop - start) - 1) << start)
        return [*self._picked(found), *longer]

    def _counts(self, text: str) -> list[int]:
        """Count the letters each name shares with the text: the names whose count has a binary digit, the lowest first."""
        digits: list[int] = []
        for letter, times in Counter(text).items():
            for holding in self._holding.get(letter, ())[:times]:
                carried = holding
                for place, digit in enumerate(digits):
                    digits[place], carried = digit ^ carried, digit & carried
                    if not carried:
                        break
                else:
                    digits.append(carried)
        return digits

    def _picked(self, names: int) -> Iterator[str]:
        if names.bit_count() > _FEW:
            yield from compress(self._names, map(int, reversed(f"{names:b}")))
            return
        while names:
            lowest = names & -names
            yield self._names[lowest.bit_length() - 1]
            names ^= lowest


def _at_least(needed: int, digits: list[int], among: int) -> int:
    """Pick the names whose count, written in binary digits, is at least a number."""
    if needed >= 1 << len(digits):
        return 0
    more, equal = 0, among
    for place in range(len(digits) - 1, -1, -1):
        if needed >> place & 1:
            equal &= digits[place]
        else:
            more |= equal & digits[place]
            equal &= ~digits[place]
    return more | equal
