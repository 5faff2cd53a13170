"""Random rulebooks and patients, put to every evaluator until time is up or two of them differ."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from differential.evaluators import FAILED, VERDICTS
from differential.intakes import ON
from differential.levels import NotACase
from differential.rulebooks import text
from differential.shrinking import shrunk

from mesoscreen.criteria.criterion import WORDS
from mesoscreen.errors import MesoscreenError
from mesoscreen.rulebook.formula import criteria_of

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from differential.books import Book
    from differential.evaluators import Decide, Evaluator
    from differential.levels import Level, Plain


class Difference(NamedTuple):
    """A rule on which evaluators differ."""

    rule: str
    verdicts: dict[str, str]
    """By evaluator."""
    answers: dict[str, str]
    """By what each criterion of the rule asks."""

    @property
    def sides(self) -> list[int]:
        """Tell who agrees with whom: for each evaluator the first that says the same."""
        said = list(self.verdicts.values())
        return [said.index(verdict) for verdict in said]


class Disagreement(Exception):
    """Evaluators differ: what a search looks for. Holds the smallest rulebook and patient found; its text can be pasted."""

    def __init__(self, level: Level, rulebook: Plain, patient: Plain, difference: Difference) -> None:
        super().__init__(level.name, difference.rule)
        self.level = level
        self.rulebook = rulebook
        self.patient = patient
        self.difference = difference

    @property
    def case(self) -> Plain:
        """All of it as plain data, for `--replay`."""
        return {"level": self.level.name, "rulebook": self.rulebook, "patient": self.patient}

    def __str__(self) -> str:
        files = self.rulebook if all(str(name).endswith(".yaml") for name in self.rulebook) else {"the rulebook": self.rulebook}
        shown = [f"# {name}\n{text(file)}" for name, file in files.items()]
        shown.append(f"# the patient, treated on {ON}\n{json.dumps(self.patient, indent=2)}\n")
        shown.append(f"# what `{self.difference.rule}` comes to\n{text(self.difference.verdicts)}")
        shown.append(f"# because its criteria are answered\n{text(self.difference.answers)}")
        shown.append(f"# all of it in a line, for --replay\n{json.dumps(self.case)}\n")
        return "\n".join(shown)


@dataclass(slots=True)
class Tally:
    """What was compared at one level."""

    rulebooks: int = 0
    rules: int = 0
    refused: int = 0
    """Rules the loader refused because every or no patient would raise them."""
    rewritten: int = 0
    """Rules the loader put into another form."""
    patients: int = 0
    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Verdicts on one rule for one patient compared, by pair of evaluators."""
    verdicts: Counter[str] = field(default_factory=Counter)


class Table:
    """One rulebook with every evaluator ready for it."""

    def __init__(self, book: Book, evaluators: Mapping[str, Evaluator]) -> None:
        self.book = book
        self.deciders = {name: _prepared(evaluator, book) for name, evaluator in evaluators.items()}

    def compare(self, values: Sequence[int], tally: Tally) -> list[Difference]:
        """Decide every rule in every way; give the rules on which two ways differ."""
        verdicts = {name: decide(values) for name, decide in self.deciders.items()}
        for one, other in combinations(verdicts, 2):
            tally.pairs[one, other] += len(self.book.names)
        tally.verdicts.update(VERDICTS[verdict] for verdict in next(iter(verdicts.values())))
        return [
            Difference(
                name,
                {evaluator: VERDICTS[given[rule]] for evaluator, given in verdicts.items()},
                {self.book.criteria[n]: WORDS[values[n]] for n in criteria_of(self.book.written[rule])},
            )
            for rule, name in enumerate(self.book.names)
            if len({given[rule] for given in verdicts.values()}) > 1
        ]


class Search:
    """Looks for disagreements among some evaluators."""

    def __init__(self, evaluators: Mapping[str, Evaluator]) -> None:
        self.evaluators = evaluators
        self.tallies: dict[str, Tally] = {}

    def run(self, levels: Iterable[Level], dice: random.Random, seconds: float, progress: Callable[[], None]) -> None:
        """Try random cases of each level in turn.

        Raises:
            Disagreement: with the smallest case found.

        """
        levels = tuple(levels)
        spent = dict.fromkeys(levels, 0.0)
        started = time.monotonic()
        while time.monotonic() - started < seconds:
            level = min(levels, key=spent.__getitem__)
            before = time.monotonic()
            self.one(level, dice)
            spent[level] += time.monotonic() - before
            progress()

    def one(self, level: Level, dice: random.Random) -> None:
        """Try one rulebook of a level, and some patients.

        Raises:
            Disagreement: with the smallest case found.

        """
        tally = self.tallies.setdefault(level.name, Tally())
        rulebook, patients = level.draw(dice)
        opened = level.open(rulebook)
        tally.rulebooks += 1
        tally.rules += len(opened.book.names)
        tally.refused += opened.refused
        tally.rewritten += sum(a != b and not isinstance(b, bool) for a, b in zip(opened.book.written, opened.book.decided, strict=True))
        table = Table(opened.book, self._taking_part(level))
        for patient in patients:
            try:
                values = opened.answers(patient)
            except NotACase:
                continue
            tally.patients += 1
            for difference in table.compare(values, tally):
                raise self.smallest(level, rulebook, patient, difference)

    def difference(self, level: Level, rulebook: Plain, patient: Plain) -> Difference | None:
        """Compare one case; None if there is no difference, or no case."""
        try:
            opened = level.open(rulebook)
            values = opened.answers(patient)
        except NotACase:
            return None
        return next(iter(Table(opened.book, self._taking_part(level)).compare(values, Tally())), None)

    def smallest(self, level: Level, rulebook: Plain, patient: Plain, difference: Difference) -> Disagreement:
        """Shrink a case for as long as the same evaluators stand against the same others."""

        def still_fails(case: Plain) -> bool:
            if case.keys() != {"rulebook", "patient"}:
                return False
            found = self.difference(level, case["rulebook"], case["patient"])
            return found is not None and found.sides == difference.sides

        case = shrunk({"rulebook": rulebook, "patient": patient}, still_fails)
        final = self.difference(level, case["rulebook"], case["patient"])
        return Disagreement(level, case["rulebook"], case["patient"], final or difference)

    def _taking_part(self, level: Level) -> dict[str, Evaluator]:
        return {name: evaluator for name, evaluator in self.evaluators.items() if not level.only or name in level.only}


def _prepared(evaluator: Evaluator, book: Book) -> Decide:
    """Prepare an evaluator; one that fails comes to no verdict, which differs from every verdict."""
    failed = [FAILED] * len(book.names)
    try:
        decide = evaluator(book)
    except MesoscreenError:
        return lambda _: failed

    def decide_or_fail(values: Sequence[int]) -> list[int]:
        try:
            return decide(values)
        except MesoscreenError:
            return failed

    return decide_or_fail
