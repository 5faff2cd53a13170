"""The patients of the soak, each with the report that the specification alone gave beforehand, in one thread."""

from __future__ import annotations

import random
import sys
import traceback
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple
from unittest import mock

from soak.tally import Tally

from mesoscreen import Intake, Rulebook, screen
from mesoscreen.engine import NAME, is_available, ruleset
from mesoscreen.errors import IntakeError
from mesoscreen.rulebook.compiled import restore
from mesoscreen.rulebook.rules import example_intake

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from mesoscreen import Report
    from mesoscreen.errors import IntakeProblem

LETTERS = "bcdfghjklmnpqrstvwxz"
"""No name of the vocabulary is spelt with these alone."""
NOBODY = date(1900, 1, 1)
"""A day on which nobody can be treated: every patient was born later."""
SHOWN = 3
"""Crashes and wrong reports whose details are printed, for each run of a scenario."""


@dataclass(frozen=True, slots=True)
class Case:
    """One patient, and what screening must give: a report, or the problems of an intake that is refused."""

    intake: Intake
    on: date
    report: Report | None
    written: str
    """The report as JSON."""
    problems: tuple[IntakeProblem, ...] = ()

    def comes_out(self, rulebook: Rulebook) -> bool:
        """Screen the patient, and compare every byte."""
        try:
            report = screen(self.intake, on=self.on, rulebook=rulebook)
        except IntakeError as error:
            return self.report is None and error.problems == self.problems
        return report == self.report and report.model_dump_json() == self.written


class Ward(NamedTuple):
    """The folder of a rulebook, and patients screened with it."""

    folder: Path
    cases: tuple[Case, ...]

    def rulebook(self) -> Rulebook:
        """Load the rulebook, which nobody has used yet."""
        return fresh(self.folder)

    def patients(self, number: int, seed: object) -> list[Case]:
        """Draw so many patients; every seed gives an order of its own."""
        return random.Random(str(seed)).choices(self.cases, k=number)


def fresh(folder: Path) -> Rulebook:
    """Load a rulebook from its compiled form, if it has one, else from YAML."""
    return restore(folder) or Rulebook.load(folder)


def unaided(rulebook: Rulebook) -> Rulebook:
    """Make a rulebook decide by the specification alone."""
    with mock.patch.object(ruleset, "library", side_effect=ImportError):
        assert screen({}, rulebook=rulebook).stamp.engine == "specification"
    return rulebook


def expected(intake: Intake, on: date, alone: Rulebook) -> Case:
    """Work out what screening must give, by a rulebook that was made `unaided`."""
    try:
        report = screen(intake, on=on, rulebook=alone)
    except IntakeError as error:
        return Case(intake, on, None, "", error.problems)
    assert report.stamp.engine == "specification"
    report = replace(report, stamp=replace(report.stamp, engine=NAME if is_available() else "specification"))
    return Case(intake, on, report, report.model_dump_json())


def ward(folder: Path, examples: int, strangers: int) -> Ward:
    """Fill a ward: examples of the rules, patients of whom nothing is known, some nobody has heard the names of, some misdated."""
    alone = unaided(fresh(folder))
    dice = random.Random(4)
    chosen = [example for rule in alone.rules.values() for example in rule.examples]
    chosen = dice.sample(chosen, min(examples, len(chosen)))
    cases = [expected(example_intake(example), date.fromisoformat(example.on), alone) for example in chosen]
    cases += [stranger(dice, alone) for _ in range(strangers)]
    cases += [expected(case.intake, NOBODY, alone) for case in cases[:: max(len(cases) // 10, 1)]]
    cases += [expected(Intake(), date(2026, 11, 30), alone)]
    return Ward(folder, tuple(cases))


def stranger(dice: random.Random, alone: Rulebook) -> Case:
    """Make a patient with names, dates and readings that hardly anybody has had before."""
    on = date(2020, 1, 1) + timedelta(dice.randrange(5000))
    born = on - timedelta(dice.randrange(20 * 365, 80 * 365))
    ill = {"name": word(dice), "status": dice.choice(["active", "resolved"]), "onset": str(on - timedelta(dice.randrange(5000)))}
    reading = {"name": "systolic blood pressure", "value": dice.uniform(90, 220), "unit": "mm[Hg]", "date": str(on)}
    product = {"name": word(dice), "role": "active", "ingredients": [dice.choice(["hyaluronic acid", "lidocaine", "glycerol"]), word(dice)]}
    intake = {
        "patient": {"birth_date": str(born), "sex": dice.choice(["female", "male"])},
        "allergies": [],
        "conditions": [ill],
        "medications": [{"name": f"{word(dice)} {word(dice)}"}] if dice.random() < 0.5 else [],
        "procedures": [],
        "measurements": [reading],
        "treatment": {"date": str(on), "areas": ["face"], "technique": "needle", "products": [product]},
    }
    return expected(Intake.model_validate(intake), on, alone)


def word(dice: random.Random) -> str:
    """Make up a name."""
    return "".join(dice.choices(LETTERS, k=dice.randrange(9, 13)))


def screened(cases: Iterable[Case], rulebook: Rulebook) -> Tally:
    """Screen these patients, one after the other."""
    done = wrong = crashes = 0
    for case in cases:
        done += 1
        try:
            right = case.comes_out(rulebook)
        except Exception:  # noqa: BLE001 - whatever it is, it is counted
            crashes += 1
            if crashes <= SHOWN:
                traceback.print_exc()
        else:
            wrong += not right
            if not right and wrong <= SHOWN:
                print(f"wrong as of {case.on}: {case.written[:200]}", file=sys.stderr)  # noqa: T201 - the patients are made up
    return Tally(done, wrong, crashes)


def shares(number: int, parts: int) -> Iterator[int]:
    """Divide a number into parts that differ by one at most."""
    return (number * (at + 1) // parts - number * at // parts for at in range(parts))


def in_turn(books: Sequence[Rulebook], cases: Iterable[Case]) -> Tally:
    """Screen each patient with the next rulebook of several."""
    return Tally.of(screened([case], books[at % len(books)]) for at, case in enumerate(cases))
