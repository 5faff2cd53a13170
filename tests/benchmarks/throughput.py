"""Throughput: a stream of patients of every kind through `screen_many`, on one core and on all of them."""

from __future__ import annotations

import inspect
import os
import sys
import time
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks.measuring import Disagreement, pinned
from benchmarks.patients import mixed
from benchmarks.tables import Section, Table

from mesoscreen import MesoscreenError, Report, screen, screen_many

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

DIFFERENT = 1000
"""Different patients in the stream, which repeats them."""
COUNT, QUICK_COUNT = 100_000, 5000
TARGET = 0.8
"""The least all cores should give, as a share of as many times one core."""


class Run(NamedTuple):
    """One pass over the stream."""

    seconds: float
    megabytes: float | None
    """The most memory this process has had so far, where the system tells."""


def measure(*, quick: bool = False) -> Section:
    """Screen the stream once for every number of workers."""
    count = QUICK_COUNT if quick else COUNT
    patients = mixed(DIFFERENT)
    expected = [_gist(screen(patient)) for patient in patients]
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

    def stream() -> Iterator[dict[str, Any]]:
        return islice(cycle(patients), count)

    with pinned():
        alone = _run(lambda: screen_many(stream()), expected, count)
    rows = [_row("one core", alone, count, "")]
    if "workers" in inspect.signature(screen_many).parameters:
        many: Any = screen_many
        together = _run(lambda: _spread(many(stream(), workers=cores)), expected, count)
        efficiency = alone.seconds / together.seconds / cores
        rows.append(_row(f"{cores} cores, `workers={cores}`", together, count, f"{efficiency:.2f}{' ✗' if efficiency < TARGET else ''}"))
        rows.append(("target: at least", "", "", "", f"{TARGET:g}"))
    else:
        rows.append((f"{cores} cores", "", "", "", "this version has no `workers`"))
    columns = ("", "seconds", "patients a second", "peak memory, MB", "share of ideal")
    note = "The share of ideal is what all cores give, divided by as many times what one core gives. Memory is that of the process that hands out the patients. Each worker has a core of its own, which not every scheduler sees to."
    text = f"{count:,} intakes of all kinds in turn, {DIFFERENT:,} different ones, as dictionaries: validation is part of it."
    return Section("Throughput", text, [Table("Screening a stream", columns, rows, note)])


def _run(reports: Callable[[], Iterable[Report | MesoscreenError]], expected: list[tuple[str, int]], count: int) -> Run:
    start = time.perf_counter()
    seen = 0
    for report, wanted in zip(reports(), cycle(expected), strict=False):
        if isinstance(report, MesoscreenError) or _gist(report) != wanted:
            raise Disagreement("a report of the stream is not the one the patient gets alone")
        seen += 1
    seconds = time.perf_counter() - start
    if seen != count:
        raise Disagreement("a report of the stream is missing")
    return Run(seconds, _peak())


def _spread(reports: Iterator[Report | MesoscreenError]) -> Iterator[Report | MesoscreenError]:
    """Give every worker a core of its own once it runs: not every scheduler moves two busy processes apart."""
    yield next(reports)
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    if children.exists():
        for worker, core in zip(children.read_text(encoding="ascii").split(), cycle(sorted(os.sched_getaffinity(0)))):
            os.sched_setaffinity(int(worker), {core})
    yield from reports


def _gist(report: Report) -> tuple[str, int]:
    """Give what is compared for every report of the stream: little enough not to slow it down."""
    return report.outcome, len(report.findings)


def _row(name: str, run: Run, count: int, efficiency: str) -> tuple[str, ...]:
    memory = "" if run.megabytes is None else f"{run.megabytes:.0f}"
    return name, f"{run.seconds:.1f}", f"{count / run.seconds:,.0f}", memory, efficiency


def _peak() -> float | None:
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return None
    units = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / units
