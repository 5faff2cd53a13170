"""The fields of a fact: one for each literal, standing in the fact exactly when the literal holds.

The engine tells names apart by a 32-bit hash alone, and keeps the tests that may come first in a table that it
enters at the lowest five bits of that hash and reads on to the first empty place. So names are chosen by their
hash: fields that stand in most facts start at the low end of the table and are found at once, all others start
at its high end, where they are passed only by each other.
"""

from __future__ import annotations

from string import ascii_lowercase
from typing import TYPE_CHECKING, Final

from mesoscreen.errors import EngineFailure
from mesoscreen.rulebook.formula import All, AnyOf, Formula, Is, Not

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

# No field may share a hash with a word of the engine's own.
RESERVED: Final = (
    "sid id s all any pri count cap dist name "
    "$m $s $i $l $r $time $timerName $baseTime $forward $not $all $any $and $or $ex $nex "
    "$lt $lte $gt $gte $eq $neq $mt $imt $iall $iany $add $sub $mul $div"
)
STARTS: Final = 32
"""Places at which the engine may enter its table."""
USUAL: Final = 24
"""Fields that may start at the low end; with more of them they would run into the others."""
_PRIME: Final = 0x01000193
_LETTERS: Final = range(1, 27)
"""The lowest five bits of a small letter."""


class Fields:
    """The names of all literals of a rulebook."""

    def __init__(self, leaves: Iterable[Is | Not], usual: Collection[int] = ()) -> None:
        """Name the literals; `usual` lists, most usual first, criteria that hold for most patients.

        Raises:
            EngineFailure: there are more literals than names the engine can tell apart.
        """
        low = set(list(usual)[:USUAL])
        taken = {hash_of(word) for word in RESERVED.split()}
        self._names: dict[Is | Not, str] = {}
        for leaf in leaves:
            start = 0 if isinstance(leaf, Is) and leaf.criterion in low else STARTS - 1
            name = next((name for name in _names(leaf, start) if hash_of(name) not in taken), None)
            if name is None:
                raise EngineFailure("two field names have the same hash")
            taken.add(hash_of(name))
            self._names[leaf] = name

    def fragment(self, leaf: Is | Not) -> str:
        """Write the field as it stands in a fact."""
        return f',"{self._names[leaf]}":"y"'

    def condition(self, formula: Formula) -> dict[str, object]:
        """Write the formula in the engine's rule language."""
        match formula:
            case Is() | Not():
                return {self._names[formula]: "y"}
            case All(parts):
                return {"$and": [self.condition(part) for part in parts]}
            case AnyOf(parts):
                return {"$or": [self.condition(part) for part in parts]}


def _names(leaf: Is | Not, start: int) -> Iterator[str]:
    """Offer names for a literal whose hash ends in `start`: two letters after its number see to that."""
    stem = f"{'c' if isinstance(leaf, Is) else 'x'}{leaf.criterion:03d}"
    before = start * pow(_PRIME, -1, STARTS)
    for letter in ascii_lowercase:
        # One step of the hash multiplies by an odd number, which can be undone: this is the letter that ends in `start`.
        last = (hash_of(stem + letter) ^ before) % STARTS
        if last in _LETTERS:
            yield f"{stem}{letter}{ascii_lowercase[last - 1]}"


def hash_of(name: str) -> int:
    """Give the 32-bit FNV-1a hash."""
    value = 0x811C9DC5
    for byte in name.encode("ascii"):
        value = (value ^ byte) * _PRIME & 0xFFFFFFFF
    return value
