"""What a level of testing provides: random rulebooks and patients as plain data, and how to read them back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from differential.books import Book

    Plain = Any
    """What JSON and YAML can say: dicts, lists, words and numbers."""


class NotACase(Exception):
    """The plain data make no rulebook, or no patient."""


class Opened(NamedTuple):
    """A rulebook read back from plain data."""

    book: Book
    answers: Callable[[Plain], list[int]]
    """Answer every criterion for a patient; raises NotACase where the plain data make none."""
    refused: int = 0
    """Rules the loader refused because every or no patient would raise them."""


class Level(Protocol):
    """One kind of random testing."""

    name: str
    only: frozenset[str]
    """The evaluators that take part; empty for all."""

    def draw(self, dice: random.Random) -> tuple[Plain, list[Plain]]:
        """Make a rulebook and some patients, all as plain data."""

    def open(self, plain: Plain) -> Opened:
        """Read a rulebook back.

        Raises:
            NotACase: the plain data make none.

        """
