"""Everything that is wrong with a rulebook: what stops it from loading, and what its examples fail to prove."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from mesoscreen.checking.examples import Failure, run_examples
from mesoscreen.checking.mutants import Mutant, score
from mesoscreen.checking.remarks import remarks
from mesoscreen.errors import RulebookError, RulebookProblem
from mesoscreen.rulebook.model import Rulebook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mesoscreen.checking.remark import Remark


@dataclass(slots=True)
class Check:
    """What checking a rulebook found."""

    rulebook: Rulebook | None = None
    problems: tuple[RulebookProblem, ...] = ()
    failures: list[Failure] = field(default_factory=list)
    survivors: list[Mutant] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    examples: int = 0
    killed: int = 0

    @property
    def is_clean(self) -> bool:
        """Was nothing found."""
        return not (self.problems or self.failures or self.survivors or self.remarks)


def check(path: str | Path | None = None, *, on: date | None = None, progress: Callable[[int, int], None] = lambda _done, _all: None) -> Check:
    """Load a rulebook (the shipped one if no path is given), run every example, and break every rule in every small way."""
    found = Check()
    try:
        book = found.rulebook = Rulebook.default() if path is None else Rulebook.load(path)
    except RulebookError as error:
        found.problems = error.problems
        return found
    for number, rule in enumerate(book.rules.values()):
        found.examples += len(rule.examples)
        found.failures += run_examples(rule, book)
        scored = score(rule, book)
        found.killed += scored.killed
        found.survivors += scored.survivors
        progress(number + 1, len(book.rules))
    found.remarks += remarks(book, on or date.today())  # noqa: DTZ011 - a calendar day
    return found
