"""The reference workload: our adapter beside other engines, from 30 rules to 2000."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from benchmarks import bare_durable, ours, workload
from benchmarks.measuring import Contestant, pinned, race
from benchmarks.peers import BUILDERS, ZEN
from benchmarks.tables import MISSED, Section, Table, number

from mesoscreen.engine import is_available

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Sequence

    from benchmarks.workload import Decide, Rule

Cell: TypeAlias = float | str
"""Microseconds, or why there are none."""

SIZES = (30, 120, 500, 2000)
QUICK_SIZES = (30, 120)
OURS = "mesoscreen: the engine alone"
CHECKED = "mesoscreen: decide and check"
BARE = {"durable-rules as documented": "documented", "durable-rules, straight calls without a guard": "unguarded"}
TARGETS = {120: 1.0, 2000: 0.5}
"""The most our engine should take, as a multiple of zen-engine's one expression, by number of rules."""


def measure(*, quick: bool = False) -> Section:
    """Measure every engine at every size."""
    sizes = QUICK_SIZES if quick else SIZES
    times: dict[str, dict[int, Cell]] = {}
    for size in sizes:
        for name, cell in times_at(size, rounds=2 if quick else 5, patients=60 if quick else 200).items():
            times.setdefault(name, {})[size] = cell
    return Section(
        "The reference workload",
        "Flat intakes of 60 fields; rules of one to four tests, about six of which hold for a patient.",
        [_microseconds(times, sizes), _ratios(times, sizes)],
    )


def times_at(size: int, *, rounds: int, patients: int, only: Container[str] | None = None) -> dict[str, Cell]:
    """Measure every engine, or only some, with so many rules."""
    rules = workload.rules(size)
    intakes = workload.intakes(patients)
    expected = [workload.reference(rules, intake) for intake in intakes]
    builders: dict[str, Callable[[Sequence[Rule]], Decide]] = {
        OURS: partial(ours.engine, checked=False),
        CHECKED: partial(ours.engine, checked=True),
        **BUILDERS,
    }
    cells: dict[str, Cell] = {}
    contestants = []
    for name, build in builders.items():
        if only is not None and name not in only:
            continue
        cells[name] = "not installed"
        if name in (OURS, CHECKED) and not is_available():
            cells[name] = "cannot be loaded"
            continue
        try:
            contestants.append(Contestant(name, build(rules)))
        except ImportError:
            continue
    with pinned():
        cells.update(race(contestants, intakes, expected, rounds=rounds))
    cells.update({name: bare_durable.measured(way, size, rounds) for name, way in BARE.items() if only is None or name in only})
    return cells


def _microseconds(times: dict[str, dict[int, Cell]], sizes: Sequence[int]) -> Table:
    rows = [(name, *[_written(cells[size]) for size in sizes]) for name, cells in times.items()]
    columns = ("microseconds a patient", *[f"{size} rules" for size in sizes])
    note = (
        "Where an engine gives no time, the table says why. Error 303 is durable-rules giving up on a patient for whom too many tests hold."
    )
    return Table("Deciding one patient", columns, rows, note)


def _ratios(times: dict[str, dict[int, Cell]], sizes: Sequence[int]) -> Table:
    rows = []
    for name, cells in times.items():
        if name == ZEN:
            continue
        rows.append((name, *[_ratio(cells[size], times[ZEN][size], TARGETS.get(size) if name == OURS else None) for size in sizes]))
        if name == OURS:
            rows.append(("target: at most", *[f"{TARGETS[size]:g}" if size in TARGETS else "" for size in sizes]))
    return Table("The same × zen-engine's one expression", ("", *[f"{size} rules" for size in sizes]), rows, MISSED)


def _ratio(cell: Cell, base: Cell, most: float | None) -> str:
    if isinstance(cell, str) or isinstance(base, str):
        return "–"
    ratio = cell / base
    return f"{number(ratio)}{' ✗' if most is not None and ratio > most else ''}"


def _written(cell: Cell) -> str:
    return cell if isinstance(cell, str) else number(cell)
