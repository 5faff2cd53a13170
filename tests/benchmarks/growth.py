"""Growth: how the time goes up with the number of rules, with what a patient tells, and with what nobody asked."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from benchmarks import peers, reference, shipped, two_valued
from benchmarks.measuring import Contestant, pinned, race
from benchmarks.patients import HISTORY, with_entries
from benchmarks.plot import Panel
from benchmarks.tables import Section, Table, number

from mesoscreen import Intake, Rulebook
from mesoscreen.screening import screener_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.patients import Intake as Told

SIZES, QUICK_SIZES = (30, 60, 120, 250, 500, 1000, 2000), (30, 120)
ENTRIES, QUICK_ENTRIES = (0, 1, 2, 5, 10, 20, 50, 100), (0, 10, 100)
UNASKED = ((), ("procedures",), ("procedures", "medications"), ("procedures", "medications", "allergies"), HISTORY)
"""Sections nobody asked about, ever more of them."""
RULE_LINES = {
    reference.CHECKED: reference.CHECKED,
    reference.OURS: reference.OURS,
    peers.ZEN: "zen-engine",
    peers.DATALOGIC: "datalogic-py",
    peers.CLIPS: "clipspy",
    peers.GENERATED: "generated Python",
}
"""The engines to plot on the reference workload, and what to call them."""
PATIENT_LINES = {
    shipped.SCREEN: "mesoscreen: screen()",
    shipped.DECIDE: reference.CHECKED,
    **{f"{peer}: booleans, failures": peer for peer in shipped.PEERS},
}
"""The same for the shipped rulebook."""
VALIDATE = "mesoscreen: validating the intake"
DIFFERENT = 12
"""Different patients behind every point."""


def measure(*, quick: bool = False) -> Section:
    """Measure all three."""
    rounds = 2 if quick else 5
    panels = [
        _with_rules(QUICK_SIZES if quick else SIZES, rounds),
        _with_entries(QUICK_ENTRIES if quick else ENTRIES, rounds),
        _with_unknowns(rounds),
    ]
    return Section("Growth", "The same numbers as in the plot, in microseconds a patient.", [_table(panel) for panel in panels], panels)


def _with_rules(sizes: Sequence[int], rounds: int) -> Panel:
    lines: dict[str, dict[float, float]] = {}
    for size in sizes:
        for name, cell in reference.times_at(size, rounds=rounds, patients=60, only=RULE_LINES).items():
            if not isinstance(cell, str):
                lines.setdefault(RULE_LINES[name], {})[size] = cell
    return Panel("Deciding, the reference workload", "rules", lines)


def _with_entries(counts: Sequence[int], rounds: int) -> Panel:
    validate = Contestant(VALIDATE, Intake.model_validate, verdict=lambda intake: isinstance(intake, Intake))
    lines: dict[str, dict[float, float]] = {}
    for count in counts:
        told = [with_entries(count, seed) for seed in range(DIFFERENT)]
        times = _raced(told, rounds)[1]
        with pinned():
            times |= race([validate], told, [True] * DIFFERENT, rounds=rounds)
        for name, time in times.items():
            lines.setdefault(name, {})[count] = time
    return Panel("Screening, everything asked", "entries of the intake", lines)


def _with_unknowns(rounds: int) -> Panel:
    lines: dict[str, dict[float, float]] = {}
    for unasked in UNASKED:
        told = [with_entries(5, seed) for seed in range(DIFFERENT)]
        for intake in told:
            for section in unasked:
                del intake[section]
        unknown, times = _raced(told, rounds)
        for name, time in times.items():
            lines.setdefault(name, {})[unknown] = time
    return Panel("Screening, ever less asked", "criteria unknown", lines)


def _raced(told: Sequence[Told], rounds: int) -> tuple[float, dict[str, float]]:
    """Time screening these patients. Gives also how many criteria are unknown, on average."""
    screener = screener_of(Rulebook.default())
    cases = [shipped.case_of(Intake.model_validate(one), screener) for one in told]
    entered = [*shipped.contestants_of(screener), *two_valued.peers([rule.decided for rule in screener.rules])]
    contestants = [one for one in entered if isinstance(one, Contestant) and one.name in PATIENT_LINES]
    with pinned():
        times = race(contestants, cases, [case.expected for case in cases], rounds=rounds)
    return statistics.mean(len(case.answers.unknown) for case in cases), {PATIENT_LINES[name]: time for name, time in times.items()}


def _table(panel: Panel) -> Table:
    points = sorted({x for line in panel.lines.values() for x in line})
    rows = [(name, *[number(line[x]) if x in line else "" for x in points]) for name, line in panel.lines.items()]
    return Table(panel.title, (panel.axis, *[f"{x:g}" for x in points]), rows)
