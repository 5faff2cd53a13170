"""Where the time goes: every step of a screening, of a first report, and of the reference workload."""

from __future__ import annotations

import itertools
import statistics
import subprocess
import sys
import time
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from benchmarks import ours, workload
from benchmarks.cold import HEALTHY, environment
from benchmarks.measuring import pinned, undisturbed
from benchmarks.patients import kinds
from benchmarks.tables import Section, Table, number

from mesoscreen import Intake, Report, Rulebook
from mesoscreen.criteria.criterion import NO, YES
from mesoscreen.engine import Engine, is_available
from mesoscreen.intake import misdated
from mesoscreen.report.build import outcome_of
from mesoscreen.screening import Screener, screener_of

if TYPE_CHECKING:
    from collections.abc import Callable

TEXT = """\
The targets that are missed above, explained.

- **Deciding for the healthy.** One question costs the engine about 2 µs for a fact of five fields and 0.5 µs to prove that nothing is left of it;
  lock, sentinel, the second opinion and the comparison are the rest. Each of them is a guard.
- **`screen()`.** The peers are given answers and give back rules. Most of a screening is what comes before and after: names are looked up,
  dates become spans, each entry is held against the criteria it touches, and each finding gets its evidence and the day it lapses.
  Steps that a patient cannot change are done once (plans, findings without evidence); steps that depend on what a patient says are done
  every time and nothing of them is kept. A very sick patient has 29 entries and 21 findings, at some 25 µs for an entry with all that follows from it.
- **The first report.** Importing pydantic and building our models takes as long as the model it is compared with; the rest is reading
  1.5 MB of JSON with 1,700 concepts and 20,000 names in nine languages, and compiling and proving 210 rules.
- **Throughput.** Packing a report costs a worker some 25 µs, and handing out an intake and taking in its report costs the program that asked some 50 µs
  of the same cores the workers run on: a tenth of a screening each way, on two cores. Two processes that share nothing show what is left to win.
- **The reference workload.** Our engine takes criteria that are answered, so each test of a number or a word is a criterion of its own:
  a patient's sixty fields become hundreds of literals. That is how clinical criteria come (an answer may be unknown, and a rule reads it either way),
  and it costs where the fields would have been values.
"""
SCREENING = (
    "dates checked",
    "read",
    "answered",
    "engine",
    "specification",
    "compared",
    "findings",
    "questions",
    "not assessed",
    "stamp",
    "report",
)
FIRST = """
import time, json
start = time.perf_counter()
def lap(what):
    global start
    now = time.perf_counter()
    print(what, (now - start) * 1000, sep="\\t")
    start = now
from pydantic import BaseModel; lap("import pydantic")
from mesoscreen import Intake; lap("import the intake")
intake = Intake.model_validate(json.load(open({file!r}))); lap("build its models, read the intake")
import mesoscreen.screening, mesoscreen.rulebook.compiled; lap("import the rest")
book = mesoscreen.Rulebook.default(); lap("load the rulebook")
book.questionnaire, book.reader; lap("index its criteria")
mesoscreen.screening.screener_of(book); lap("compile and prove the rules")
report = mesoscreen.screen(intake); lap("index the names asked for, screen")
report.to_text(); lap("write the report")
"""


def measure(*, quick: bool = False) -> Section:
    """Take every step by itself."""
    with pinned():
        tables = [_screening(quick=quick), _first(quick=quick), *([_reference(quick=quick)] if is_available() else [])]
    return Section("Where the time goes", TEXT.strip(), tables)


def _screening(*, quick: bool) -> Table:
    screener = screener_of(Rulebook.default())
    columns: dict[str, list[float]] = {}
    for kind, patients in kinds().items():
        cases = [Intake.model_validate(patient) for patient in patients]
        days = [date.fromisoformat(str(case.treatment.date)) for case in cases]
        with undisturbed():
            taken = [_steps(screener, case, day) for _ in range(3 if quick else 25) for case, day in zip(cases, days, strict=True)]
        columns[kind] = [statistics.median(times) * 1e6 for times in zip(*taken, strict=True)]
    rows = [(what, *(number(column[at]) for column in columns.values())) for at, what in enumerate(SCREENING)]
    rows.append(("together", *(number(sum(column)) for column in columns.values())))
    return Table(
        "A screening, step by step, microseconds", ("", *columns), rows, "Medians. Each step finds the caches as the one before left them."
    )


def _steps(screener: Screener, intake: Intake, on: date) -> list[float]:
    clock, book, laps = time.perf_counter, screener.rulebook, [time.perf_counter()]
    misdated(intake, on)
    laps.append(clock())
    told = book.reader.read(intake, on)
    laps.append(clock())
    answers = screener.questionnaire.answer(told)
    laps.append(clock())
    decided = screener.engine.decide(answers.values, answers.yes, answers.unknown) if screener.engine is not None else None
    laps.append(clock())
    specified = screener.specification.decide(answers)
    laps.append(clock())
    if decided is not None and decided != specified:
        raise AssertionError
    laps.append(clock())
    findings = screener.composer.findings(specified.present, specified.possible, answers)
    laps.append(clock())
    asked = screener.asker.questions(specified.possible, answers)
    laps.append(clock())
    notes = screener.composer.not_assessed(answers)
    laps.append(clock())
    stamp = screener._stamp(intake, on)
    laps.append(clock())
    Report(
        outcome_of(findings, asked, answers),
        findings,
        asked,
        told.unrecognised,
        told.contradictions,
        notes,
        stamp,
        book.intended_use,
        book.misuse,
    )
    laps.append(clock())
    return [later - earlier for earlier, later in itertools.pairwise(laps)]


def _first(*, quick: bool) -> Table:
    runs: list[dict[str, float]] = []
    for turn in range(1 + (1 if quick else 9)):
        done = subprocess.run(
            [sys.executable, "-c", FIRST.format(file=str(HEALTHY))], env=environment(), capture_output=True, text=True, check=True
        )
        if turn:
            runs.append({what: float(spent) for what, spent in (line.split("\t") for line in done.stdout.splitlines())})
    rows = [(what, number(statistics.median([run[what] for run in runs]))) for what in runs[0]]
    note = "Medians of whole processes. Starting and ending the interpreter come on top."
    return Table("A first report, step by step, milliseconds", ("", "milliseconds"), rows, note)


def _reference(*, quick: bool) -> Table:
    rows = []
    for size in (30, 120) if quick else (30, 120, 500, 2000):
        rules, patients = workload.rules(size), workload.intakes(100)
        criteria = ours.Criteria(rules)
        count = len(criteria.number)
        compiled = Engine([ours.formula_of(rule, criteria) for rule in rules], criteria=count)
        held = [criteria.holding(patient) for patient in patients]
        answers = [bytes(YES if number in set(holding) else NO for number in range(count)) for holding in held]
        with undisturbed():
            answering = _median(criteria.holding, patients)
            deciding = _median(partial(_decided, compiled), list(zip(answers, held, strict=True)))
        rows.append((f"{size:,} rules", f"{count:,}", f"{statistics.mean(map(len, held)):.0f}", number(answering), number(deciding)))
    return Table("Our engine on the reference workload", ("", "criteria", "that hold", "answering, µs", "engine, µs"), rows)


def _decided(compiled: Engine, given: tuple[bytes, list[int]]) -> object:
    return compiled.decide(*given, [])


def _median(do: Callable[[Any], object], cases: list[Any]) -> float:
    times = []
    for case in cases * 3:
        start = time.perf_counter()
        do(case)
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e6
