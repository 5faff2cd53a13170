"""Screen very many patients in every way a program may, and count what goes wrong.

Run it with `python tests/soak --screenings 100000 --scenario all`, where mesoscreen is installed or `PYTHONPATH=src`.
Every scenario runs in a process of its own; one that dies or hangs counts as a crash.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))  # where tests import from

from soak import concurrency, memory  # noqa: E402
from soak.cases import ward  # noqa: E402
from soak.tally import MIB, Tally, settled  # noqa: E402

from mesoscreen.engine import NAME, is_available  # noqa: E402
from mesoscreen.rulebook.compiled import shipped  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from soak.cases import Ward

SCENARIOS: Final[Mapping[str, Callable[[Sequence[Ward], int], Tally]]] = {
    "threads": concurrency.threads,
    "rulebooks": concurrency.rulebooks,
    "fork": concurrency.fork,
    "spawn": concurrency.spawn,
    "asyncio": concurrency.asynchronous,
    "interrupts": concurrency.interrupts,
    "memory": memory.memory,
    "reload": memory.reload,
}
EVENTS = {
    "threads": "new rulebooks",
    "rulebooks": "new rulebooks",
    "fork": "children",
    "spawn": "processes",
    "asyncio": "callers gone",
    "interrupts": "interrupts",
    "memory": "engine failures",
    "reload": "new rulebooks",
}
GROWING = ("memory", "reload")
"""The scenarios that are about memory; they look at it themselves."""
FLAT = 8 * MIB
"""What memory may differ by between the first look and the last."""


def run_here(scenario: str, number: int) -> Tally:
    """Run one scenario in this process."""
    wards = [ward(shipped(), min(number, 150), strangers=30), ward(HERE.parent / "tiny", min(number, 40), strangers=10)]
    run = SCENARIOS[scenario]
    if scenario in GROWING:
        return run(wards, number)
    warm_up = run(wards, number // 10)
    first = settled()
    rest = run(wards, number - number // 10)
    return replace(Tally.of([warm_up, rest]), first=first, last=settled())


def run_apart(scenario: str, number: int) -> Tally:
    """Run one scenario in a process of its own, which has ten minutes and 50 ms for each patient or rulebook."""
    command = [sys.executable, str(HERE), "--scenario", scenario, "--screenings", str(number), "--here"]
    try:
        child = subprocess.run(command, stdout=subprocess.PIPE, timeout=600 + number / 20, check=True)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return Tally(crashes=1)
    return Tally(**json.loads(child.stdout.splitlines()[-1]))


def main() -> int:
    """Print a row for each scenario; give 1 if anything was wrong."""
    parser = argparse.ArgumentParser("tests/soak", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenario", choices=[*SCENARIOS, "all"], default="all")
    parser.add_argument("--screenings", type=int, default=100_000)
    parser.add_argument("--loads", type=int, help="rulebooks that `reload` loads; a tenth of the screenings unless given")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.here:
        print(json.dumps(asdict(run_here(given.scenario, given.screenings))))  # noqa: T201
        return 0
    engine = NAME if is_available() else "the specification alone"
    print(f"{platform.python_implementation()} {platform.python_version()}, {platform.system()} {platform.machine()}, {engine}; memory in MiB\n")  # noqa: T201
    print("| scenario | screenings | wrong | crashes | besides | seconds | first RSS | last RSS | most RSS |")  # noqa: T201
    print("|---|---:|---:|---:|---|---:|---:|---:|---:|")  # noqa: T201
    bad = False
    for scenario in SCENARIOS if given.scenario == "all" else [given.scenario]:
        loads = given.screenings // 10 if given.loads is None else given.loads
        start = time.perf_counter()
        tally = run_apart(scenario, loads if scenario == "reload" else given.screenings)
        row = (
            scenario, f"{tally.screenings:,}", tally.wrong, tally.crashes, f"{tally.events:,} {EVENTS[scenario]}",
            f"{time.perf_counter() - start:.0f}", *(f"{size / MIB:.1f}" if size else "" for size in (tally.first, tally.last, tally.most)),
        )  # fmt: skip
        print("| " + " | ".join(map(str, row)) + " |", flush=True)  # noqa: T201
        grew = scenario in GROWING and tally.last - tally.first > FLAT
        if grew:
            print(f"\n{scenario}: memory grew by {(tally.last - tally.first) / MIB:.1f} MiB\n", flush=True)  # noqa: T201
        bad = bad or bool(tally.wrong or tally.crashes) or grew
    return int(bad)


if __name__ == "__main__":
    sys.exit(main())
