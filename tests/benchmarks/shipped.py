"""The shipped rulebook: deciding beside the two fastest peers, and `screen()` end to end, for five kinds of patient."""

from __future__ import annotations

import statistics
import time
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks import two_valued
from benchmarks.measuring import Absent, Contestant, Disagreement, pinned, race, undisturbed
from benchmarks.patients import KINDS, kinds, respelt
from benchmarks.tables import MISSED, Section, Table, number

from mesoscreen import Intake, Rulebook, screen
from mesoscreen.criteria.reading import read
from mesoscreen.screening import screener_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mesoscreen import Report
    from mesoscreen.criteria.answers import Answers
    from mesoscreen.screening import Screener

Sets = tuple[frozenset[int], frozenset[int]]
"""The rules that are present, and those that are possible."""
Times = dict[str, dict[str, float]]
"""Microseconds by kind and contestant."""

DECIDE = "mesoscreen: decide and check"
ENGINE = "mesoscreen: the engine alone"
SPECIFICATION = "mesoscreen: the specification alone"
SCREEN = "mesoscreen: `screen()`, from a validated intake to the report"
COLD = "mesoscreen: `screen()`, cold caches"
PEERS = ("zen-engine", "datalogic-py")
TARGETS = {DECIDE: (0.4, 0.8, 3.3, 2.6, 4.2), SCREEN: (2.2, 3.0, 11, 5, 7)}
"""The most each should take, as a multiple of zen-engine, for the kinds in their order."""


class Case(NamedTuple):
    """One patient, ready for every contestant."""

    intake: Intake
    answers: Answers
    expected: Sets


def measure(*, quick: bool = False) -> Section:
    """Measure everything and lay it out."""
    book = Rulebook.default()
    screener = screener_of(book)
    entered = [*contestants_of(screener), *two_valued.peers([rule.decided for rule in screener.rules])]
    contestants = [c for c in entered if isinstance(c, Contestant)]
    rounds = 2 if quick else 5
    times: Times = {}
    patients = []
    with pinned():
        for kind, intakes in kinds().items():
            cold = _cold(intakes, screener, kind, rounds)
            cases = [case_of(Intake.model_validate(intake), screener) for intake in intakes]
            patients.append(_describe(kind, cases))
            measured = race(contestants, cases, [case.expected for case in cases], rounds=rounds)
            ours = {name: time for name, time in measured.items() if name.startswith("mesoscreen")}
            times[kind] = {**ours, COLD: cold, **measured}
    tables = [
        Table("The patients, means", ("kind", "patients", "yes", "unknown", "rules present", "rules possible"), patients),
        _microseconds(times, [c for c in entered if isinstance(c, Absent)]),
    ]
    tables += [_ratios(times, peer) for peer in PEERS if _fastest(times, KINDS[0], peer) is not None]
    return Section("The shipped rulebook", f"{len(book.rules)} rules over {len(book.criteria)} criteria.", tables)


def case_of(intake: Intake, screener: Screener) -> Case:
    """Answer an intake, and let the specification say what every rule should come to."""
    told = read(intake, screener.rulebook.vocabulary, date.fromisoformat(intake.treatment.date or ""))
    answers = screener.questionnaire.answer(told)
    return Case(intake, answers, _sets(screener.specification.decide(answers)))


def _sets(verdicts: tuple[frozenset[int], frozenset[int]]) -> Sets:
    present, possible = verdicts
    return present, possible


def _reported(screener: Screener) -> Callable[[Report], Sets]:
    numbers = {rule.id: number for number, rule in enumerate(screener.rules)}

    def sets(report: Report) -> Sets:
        of = {status: frozenset(numbers[f.rule] for f in report.findings if f.status == status) for status in ("present", "possible")}
        return of["present"], of["possible"]

    return sets


def contestants_of(screener: Screener) -> list[Contestant | Absent]:
    """Give the ways this library itself decides."""

    def answers(case: Case) -> Answers:
        return case.answers

    engine = screener.engine
    return [
        Contestant(DECIDE, screener.decide, answers, _sets),
        Contestant(ENGINE, lambda a: engine.decide(a.values, a.yes, a.unknown), answers, _sets)
        if engine is not None
        else Absent(ENGINE, "cannot be loaded here"),
        Contestant(SPECIFICATION, screener.specification.decide, answers, _sets),
        Contestant(SCREEN, screen, lambda case: case.intake, _reported(screener)),
    ]


def _cold(intakes: Sequence[dict[str, Any]], screener: Screener, kind: str, rounds: int) -> float:
    """Time screenings of texts and plans never seen before: nothing kept from earlier patients can know them."""
    sets = _reported(screener)
    screen(intakes[0])
    best = float("inf")
    for at in range(rounds):
        fresh = [Intake.model_validate(respelt(intake, f"{kind} {at} {n}")) for n, intake in enumerate(intakes)]
        times, reports = [], []
        with undisturbed():
            for intake in fresh:
                start = time.perf_counter_ns()
                report = screen(intake)
                times.append((time.perf_counter_ns() - start) / 1000)
                reports.append(report)
        for intake, report in zip(fresh, reports, strict=True):
            if sets(report) != case_of(intake, screener).expected:
                raise Disagreement(f"{COLD} disagrees with the reference")
        best = min(best, statistics.median(times))
    return best


def _describe(kind: str, cases: Sequence[Case]) -> tuple[str, ...]:
    def mean(values: list[int]) -> str:
        return f"{statistics.mean(values):.1f}"

    return (
        kind, str(len(cases)), mean([len(c.answers.yes) for c in cases]), mean([len(c.answers.unknown) for c in cases]),
        mean([len(c.expected[0]) for c in cases]), mean([len(c.expected[1]) for c in cases]),
    )  # fmt: skip


def _fastest(times: Times, kind: str, peer: str) -> float | None:
    return min([time for name, time in times[kind].items() if name.startswith(f"{peer}:")], default=None)


def _microseconds(times: Times, absent: Sequence[Absent]) -> Table:
    rows = [(name, *[number(times[kind][name]) for kind in KINDS]) for name in times[KINDS[0]]]
    rows += [(one.name, one.why, *[""] * (len(KINDS) - 1)) for one in absent]
    return Table("Microseconds a patient", ("", *KINDS), rows, "The best of the rounds' medians, on one core.")


def _ratios(times: Times, peer: str) -> Table:
    rows = []
    for name in (DECIDE, ENGINE, SPECIFICATION, SCREEN, COLD):
        if name not in times[KINDS[0]]:
            continue
        measured = [times[kind][name] / (_fastest(times, kind, peer) or 1) for kind in KINDS]
        targets = TARGETS.get(name) if peer == PEERS[0] else None
        missed = [targets is not None and ratio > most for ratio, most in zip(measured, targets or measured, strict=True)]
        rows.append((name, *[f"{ratio:.2f}{' ✗' if miss else ''}" for ratio, miss in zip(measured, missed, strict=True)]))
        if targets is not None:
            rows.append(("target: at most", *[f"{most:g}" for most in targets]))
    note = MISSED if peer == PEERS[0] else ""
    return Table(f"× {peer}, in whichever of its forms is fastest for the kind", ("", *KINDS), rows, note)
