"""How long importing, loading and screening take, as ratios in one run. Prints; asserts nothing about time.

Run it with `python tests/benchmarks/core.py`.
"""

from __future__ import annotations

import json
import platform
import statistics
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mesoscreen import Intake, Rulebook, screen
from mesoscreen.criteria.reading import read
from mesoscreen.screening import screener_of

if TYPE_CHECKING:
    from collections.abc import Callable

EXAMPLES = Path(__file__).parents[2] / "docs/examples"
RUNS = 9


def process(code: str) -> float:
    """Time a whole fresh process, in seconds: the median of several."""
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def call(function: Callable[[], object], rounds: int = 200) -> float:
    """Time one call in microseconds: the best of several medians."""
    medians = []
    for _ in range(5):
        times = []
        for _ in range(rounds):
            start = time.perf_counter()
            function()
            times.append(time.perf_counter() - start)
        medians.append(statistics.median(times))
    return min(medians) * 1e6


def intakes() -> dict[str, dict[str, Any]]:
    """Make the intakes to screen: healthy, ten entries, the consultation, and nothing asked."""
    healthy = json.loads((EXAMPLES / "healthy.json").read_text(encoding="utf-8"))
    ten = json.loads(json.dumps(healthy))
    ten["conditions"] = [{"name": n, "status": "active"} for n in ("migraine", "high cholesterol", "endometriosis")]
    ten["medications"] = [{"name": n} for n in ("paracetamol", "omeprazole", "levothyroxine", "atorvastatin")]
    ten["procedures"] = [{"name": "appendectomy", "date": "1999"}, {"name": "caesarean", "date": "2015"}, {"name": "tattoo", "date": "2012", "areas": ["ankle"]}]
    consultation = json.loads((EXAMPLES / "consultation.json").read_text(encoding="utf-8"))
    return {"healthy": healthy, "ten entries": ten, "consultation": consultation, "nothing asked": {"treatment": healthy["treatment"]}}


def main() -> None:
    """Print everything."""
    print(f"{platform.python_implementation()} {platform.python_version()}, {platform.machine()}, median of {RUNS} processes")  # noqa: T201
    empty = process("pass")
    pydantic = process("from pydantic import BaseModel")
    rows = {
        "an empty interpreter": empty,
        "from pydantic import BaseModel": pydantic,
        "import mesoscreen": process("import mesoscreen"),
        "from mesoscreen import Intake": process("from mesoscreen import Intake"),
        "from mesoscreen import screen": process("from mesoscreen import screen"),
        "load the rulebook and screen once": process(
            f"import mesoscreen, json; mesoscreen.screen(json.load(open({str(EXAMPLES / 'healthy.json')!r})))"
        ),
    }
    for name, seconds in rows.items():
        print(f"{name:36} {seconds * 1000:7.0f} ms   {seconds / pydantic:5.2f} x importing pydantic's BaseModel")  # noqa: T201
    book = Rulebook.default()
    screener = screener_of(book)
    print(f"\n{len(book.rules)} rules, {len(book.criteria)} criteria; microseconds")  # noqa: T201
    print(f"{'':16}{'validate':>10}{'read':>8}{'answer':>8}{'decide':>8}{'screen':>8}{'x validate':>12}")  # noqa: T201
    for name, data in intakes().items():
        intake = Intake.model_validate(data)
        on = screen(intake).stamp.on
        told = read(intake, book.vocabulary, on)
        answers = book.questionnaire.answer(told)
        validate = call(partial(Intake.model_validate, data))
        parts = [
            validate,
            call(partial(read, intake, book.vocabulary, on)),
            call(partial(book.questionnaire.answer, told)),
            call(partial(screener.decide, answers)),
            call(partial(screen, intake)),
        ]
        print(f"{name:16}" + "".join(f"{part:>{10 if at == 0 else 8}.0f}" for at, part in enumerate(parts)) + f"{parts[-1] / validate:>12.1f}")  # noqa: T201


if __name__ == "__main__":
    main()
