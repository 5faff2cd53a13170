"""Cold start: what a whole process takes, from nothing to the end."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks import comparable_model
from benchmarks.measuring import pinned
from benchmarks.tables import MISSED, Section, Table

import mesoscreen
from mesoscreen.intake.part import Part

if TYPE_CHECKING:
    from pydantic import BaseModel

HERE = Path(__file__).parent
HEALTHY = Path(__file__).parents[2] / "docs/examples/healthy.json"
PYDANTIC = "pydantic and one comparable model"
FIRST = "mesoscreen: a JSON file in, its first report out"
TARGET = 1.5
"""The most the first report should take, as a multiple of importing pydantic and building one comparable model."""


class Process(NamedTuple):
    """A program to run in a fresh interpreter."""

    name: str
    code: str


PROCESSES = (
    Process("an empty interpreter", "pass"),
    Process("import pydantic", "from pydantic import BaseModel"),
    Process(PYDANTIC, "from benchmarks import comparable_model"),
    Process("import mesoscreen", "import mesoscreen"),
    Process(
        "mesoscreen: validate an intake", f"import json, mesoscreen; mesoscreen.Intake.model_validate(json.load(open({str(HEALTHY)!r})))"
    ),
    Process(FIRST, f"import json, mesoscreen; print(mesoscreen.screen(json.load(open({str(HEALTHY)!r}))).to_text())"),
    Process("import zen-engine", "import zen"),
    Process("import durable-rules as documented", "import durable.lang"),
    Process("import its C module alone", "import durable_rules_engine"),
)


def measure(*, quick: bool = False) -> Section:
    """Run every process several times, taking turns."""
    times: dict[str, list[float]] = {process.name: [] for process in PROCESSES}
    failed: dict[str, str] = {}
    with pinned():
        for turn in range(1 + (3 if quick else 15)):
            for process in PROCESSES:
                if process.name in failed:
                    continue
                spent = _run(process.code)
                if isinstance(spent, str):
                    failed[process.name] = spent
                elif turn:  # the first turn writes byte code
                    times[process.name].append(spent)
    base = statistics.median(times[PYDANTIC])
    rows = []
    for name, spent_on in times.items():
        if name in failed:
            rows.append((name, failed[name], "", ""))
            continue
        median, least = statistics.median(spent_on), min(spent_on)
        missed = name == FIRST and median / base > TARGET
        rows.append((name, f"{median:.0f}", f"{least:.0f}", f"{median / base:.2f}{' ✗' if missed else ''}"))
        if name == FIRST:
            rows.append(("target: at most", "", "", f"{TARGET:g}"))
    models, fields = _size(Part)
    others, their_fields = _size(comparable_model.Part)
    note = f"The comparable model has {others} classes and {their_fields} fields; an intake has {models} and {fields}. {MISSED}"
    columns = ("milliseconds", "median", "least", f"× {PYDANTIC}")
    return Section("Cold start", "Whole processes, byte code already written.", [Table("A fresh process", columns, rows, note)])


def environment() -> dict[str, str]:
    """Give the environment in which a fresh interpreter finds the library and the benchmark."""
    paths = [str(HERE.parent), str(Path(mesoscreen.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}


def _run(code: str) -> float | str:
    """Run a program. Gives milliseconds, or why there are none."""
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=False)
    spent = (time.perf_counter() - start) * 1000
    if not done.returncode:
        return spent
    return "not installed" if "ModuleNotFoundError" in done.stderr else "cannot be loaded"


def _size(root: type[BaseModel]) -> tuple[int, int]:
    """Count the models of a form and their fields."""
    classes = [root]
    for one in classes:
        classes += one.__subclasses__()
    return len(classes), sum(len(one.model_fields) for one in classes)
