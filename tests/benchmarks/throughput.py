"""Throughput: a stream of patients of every kind through `screen_many`, on one core and on all of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.cold import environment
from benchmarks.measuring import Disagreement, pinned
from benchmarks.patients import mixed
from benchmarks.tables import Section, Table

from mesoscreen import MesoscreenError, Report, screen, screen_many

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

DIFFERENT = 1000
"""Different patients in the stream, which repeats them."""
COUNT, QUICK_COUNT = 50_000, 5000
TARGET = 0.8
"""The least all cores should give, as a share of as many times one core."""


class Run(NamedTuple):
    """One pass over the stream."""

    seconds: float
    megabytes: float | None
    """The most memory this process has had so far, where the system tells."""


def measure(*, quick: bool = False) -> Section:
    """Screen the stream in one process, in several that share nothing, and with as many workers."""
    count = QUICK_COUNT if quick else COUNT
    patients = mixed(DIFFERENT)
    expected = [_gist(screen(patient)) for patient in patients]
    texts = [json.dumps(patient) for patient in patients]
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    turns = range(1 if quick else 2)

    def stream() -> Iterator[str]:
        return islice(cycle(texts), count)

    with pinned():
        alone = min(_run(lambda: screen_many(stream()), expected, count) for _ in turns)
    apart = max(_apart(cores, count) for _ in turns)
    together = min(_run(lambda: _spread(screen_many(stream(), workers=cores)), expected, count) for _ in turns)
    one, both = count / alone.seconds, count / together.seconds
    efficiency = both / one / cores
    rows = [
        _row("one core", alone, count, ""),
        (f"{cores} processes that share nothing", "", f"{apart:,.0f}", "", f"{apart / one / cores:.2f}"),
        _row(f"{cores} cores, `workers={cores}`", together, count, f"{efficiency:.2f}{' ✗' if efficiency < TARGET else ''}"),
        ("target: at least", "", "", "", f"{TARGET:g}"),
    ]
    columns = ("", "seconds", "patients a second", "peak memory, MB", "share of ideal")
    note = (
        "The share of ideal is what all cores give, divided by as many times what one core gives; processes that share nothing show what the machine"
        " itself can give. Memory is that of the process that hands out the patients and takes in the reports, which needs some time of the same cores."
        " Each worker has a core of its own, which not every scheduler sees to."
    )
    text = f"{count:,} intakes of all kinds in turn, {DIFFERENT:,} different ones, as JSON text: reading it is part of the time. The better of two runs."
    return Section("Throughput", text, [Table("Screening a stream", columns, rows, note)])


ALONE = """
import json, os, sys, time
from itertools import cycle, islice
from benchmarks.patients import mixed
from mesoscreen import screen_many
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {{{core}}})
texts = [json.dumps(patient) for patient in mixed({different})]
done = list(screen_many(texts))
print("ready", flush=True)
sys.stdin.readline()
start = time.perf_counter()
done = sum(1 for _ in screen_many(islice(cycle(texts), {count})))
print(done / (time.perf_counter() - start))
"""


def _apart(cores: int, count: int) -> float:
    """Give the patients a second of as many processes as there are cores, each by itself but at the same time."""
    allowed = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else list(range(cores))
    programs = [ALONE.format(core=core, different=DIFFERENT, count=count // cores) for core in allowed]
    started = [
        subprocess.Popen([sys.executable, "-c", program], env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for program in programs
    ]
    for process in started:
        assert process.stdout is not None
        process.stdout.readline()
    for process in started:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    return sum(float(process.communicate()[0]) for process in started)


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
