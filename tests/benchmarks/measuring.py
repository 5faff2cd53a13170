"""Measure contestants side by side: one core, no collector, every answer compared, the best of several medians."""

from __future__ import annotations

import gc
import os
import statistics
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

ROUNDS = 5
FEWEST = 15
"""Runs of even the slowest contestant in a round."""
PASSES = 5
"""How often a fast contestant is asked about all cases in a round, at most."""


class Disagreement(Exception):
    """A contestant did not come to the verdicts it should have; its times mean nothing."""


class Contestant(NamedTuple):
    """One way of doing the job."""

    name: str
    ask: Callable[[Any], Any]
    """What is timed."""
    prepare: Callable[[Any], Any] = lambda case: case
    """Make what it is asked from a case; not timed."""
    verdict: Callable[[Any], Any] = lambda answer: answer
    """Bring its answer into the form of the expected one; not timed."""


class Absent(NamedTuple):
    """A contestant that cannot take part, and why."""

    name: str
    why: str


@contextmanager
def pinned() -> Iterator[None]:
    """Keep this process on one core, where the system lets us."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(allowed)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Keep the collector out: what exists is frozen, and what comes is not collected until the end."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()
        gc.collect()


def race(
    contestants: Sequence[Contestant], cases: Sequence[Any], expected: Sequence[Any], *, rounds: int = ROUNDS, budget: float = 0.1
) -> dict[str, float]:
    """Time every contestant on the cases, taking turns. Give microseconds: the best of the rounds' medians.

    `budget` is roughly how many seconds a contestant may take in a round: a slow one is asked about fewer of the
    cases, a fast one several times about all of them.

    Raises:
        Disagreement: an answer is not the expected one.

    """
    entered = [(contestant, _runs(contestant, cases, expected, budget)) for contestant in contestants]
    best = {contestant.name: float("inf") for contestant in contestants}
    for turn in range(rounds):
        with undisturbed():
            for contestant, runs in entered if turn % 2 == 0 else reversed(entered):
                best[contestant.name] = min(best[contestant.name], statistics.median(_times(contestant, runs)))
    return best


Run: TypeAlias = tuple[Any, Any]
"""What a contestant is asked, and what it should answer."""


def _runs(contestant: Contestant, cases: Sequence[Any], expected: Sequence[Any], budget: float) -> list[Run]:
    """Warm up, and choose the runs that fit into the budget."""
    prepared = [(contestant.prepare(case), wanted) for case, wanted in zip(cases, expected, strict=True)]
    runs, spent = [], 0.0
    for run in prepared:
        spent += sum(_times(contestant, [run])) / 1e6
        runs.append(run)
        if spent > budget and len(runs) >= FEWEST:
            return runs
    return runs * max(1, min(PASSES, int(budget / spent)))


def _times(contestant: Contestant, runs: Sequence[Run]) -> list[float]:
    clock, ask = time.perf_counter_ns, contestant.ask
    times = []
    for given, wanted in runs:
        start = clock()
        answer = ask(given)
        times.append((clock() - start) / 1000)
        if contestant.verdict(answer) != wanted:
            raise Disagreement(f"{contestant.name} disagrees with the reference")
    return times
