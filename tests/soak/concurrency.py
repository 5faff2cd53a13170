"""The ways a clinic's program may run screenings at the same time."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import random
import select
import signal
import sys
import threading
import traceback
import warnings
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from soak.cases import in_turn, screened, shares
from soak.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from soak.cases import Case, Ward

    from mesoscreen import Rulebook

THREADS = 8
OFTEN = 1e-4
"""Seconds after which threads change over: fifty times as often as usual."""


@contextmanager
def restless() -> Iterator[None]:
    """Make threads change over often."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(OFTEN)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)


def threads(wards: Sequence[Ward], screenings: int, rounds: int = 8, workers: int = THREADS) -> Tally:
    """Threads share one rulebook. In every round it is a new one, which all of them start to use at the same moment."""

    def run(at: int, number: int) -> Tally:
        ward = wards[at % len(wards)]
        rulebook, together = ward.rulebook(), threading.Barrier(workers)

        def screens(thread: int, mine: int) -> Tally:
            cases = ward.patients(mine, (at, thread))
            together.wait()
            return screened(cases, rulebook)

        with ThreadPoolExecutor(workers) as pool:
            return Tally.of(pool.map(screens, range(workers), shares(number, workers)))

    with restless():
        tally = Tally.of(run(at, number) for at, number in enumerate(shares(screenings, rounds)))
    return replace(tally, events=rounds)


def rulebooks(wards: Sequence[Ward], screenings: int, each: int = 500) -> Tally:
    """Every thread screens with two rulebooks in turn: one that all share, and a new one of its own, dropped after some patients."""
    shared = [ward.rulebook() for ward in wards]

    def screens(thread: int, mine: int) -> Tally:
        tallies = []
        for at, number in enumerate(shares(mine, max(mine // each, 1))):
            chosen = (at + thread) % len(wards)
            own = wards[chosen].rulebook()
            tallies.append(in_turn([shared[chosen], own], wards[chosen].patients(number, (thread, at))))
        return replace(Tally.of(tallies), events=len(tallies))

    with restless(), ThreadPoolExecutor(THREADS) as pool:
        return Tally.of(pool.map(screens, range(THREADS), shares(screenings, THREADS)))


def fork(wards: Sequence[Ward], screenings: int, rounds: int = 4, children: int = 10, patience: float = 120) -> Tally:
    """Half are screened by threads of a process that forks meanwhile, half by its children with the rulebook they inherit.

    In every round the rulebook is a new one, so the first children are forked while threads are compiling it.
    """
    # What is imported late must not be in the middle of it when the process forks: Python itself would hang.
    tallies = [screened(ward.cases, ward.rulebook()) for ward in wards]
    for at, number in enumerate(shares(screenings, rounds)):
        ward = wards[at % len(wards)]
        rulebook = ward.rulebook()
        with restless(), ThreadPoolExecutor(2) as pool:
            mine = [ward.patients(part, (at, n)) for n, part in enumerate(shares(number // 2, 2))]
            threads = [pool.submit(screened, cases, rulebook) for cases in mine]
            started: list[tuple[int, int]] = []
            for n, part in enumerate(shares(number - number // 2, children)):
                started.append(forked(ward.patients(part, (at, "child", n)), rulebook))
                if len(started) > 1:
                    tallies.append(outcome(*started.pop(0), patience))
            tallies += [outcome(*child, patience) for child in started]
            tallies += [thread.result() for thread in threads]
    return Tally.of(tallies)


def forked(cases: Sequence[Case], rulebook: Rulebook) -> tuple[int, int]:
    """Start a child that screens these patients, half of them in a thread of its own; give its id and where it reports."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        # From 3.12 on Python warns of forking beside threads, which is just what this is about.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    try:
        half = len(cases) // 2
        with ThreadPoolExecutor(1) as pool:
            other = pool.submit(screened, cases[:half], rulebook)
            tally = Tally.of([screened(cases[half:], rulebook), other.result()])
        os.write(writing, json.dumps(asdict(tally)).encode())
    finally:
        os._exit(0)


def outcome(child: int, reading: int, patience: float) -> Tally:
    """Wait for a child. One that says nothing has died, or hangs and is killed."""
    ready, _, _ = select.select([reading], [], [], patience)
    said = os.read(reading, 65536) if ready else b""
    os.close(reading)
    if not said:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if said and status == 0:
        return replace(Tally(**json.loads(said)), events=1)
    print(f"a child ended with {status}", file=sys.stderr)  # noqa: T201
    return Tally(crashes=1, events=1)


def spawn(wards: Sequence[Ward], screenings: int, processes: int = 8, patience: float = 300) -> Tally:
    """Processes that were started afresh screen intakes sent to them, each with a rulebook it loads itself."""
    context = multiprocessing.get_context("spawn")
    tallies = []
    for at, number in enumerate(shares(screenings, max(processes // 2, 1))):
        pool = ProcessPoolExecutor(min(processes, 2), mp_context=context)
        running = [pool.submit(_spawned, wards[at % len(wards)], mine, (at, n)) for n, mine in enumerate(shares(number, min(processes, 2)))]
        try:
            tallies += [one.result(patience) for one in running]
        except (BrokenProcessPool, TimeoutError) as error:
            print(f"a process died or hung: {error}", file=sys.stderr)  # noqa: T201
            tallies.append(Tally(crashes=1))
        pool.shutdown(wait=False, cancel_futures=True)
    return Tally.of(tallies)


def _spawned(ward: Ward, number: int, seed: object) -> Tally:
    rulebook = ward.rulebook()
    return replace(screened(ward.patients(number, seed), rulebook), events=1)


def asynchronous(wards: Sequence[Ward], screenings: int, gathered: int = 100) -> Tally:
    """Two event loops screen with `asyncio.to_thread`, a hundred patients at a time. Some callers lose patience and leave."""
    ward = wards[0]
    rulebook = ward.rulebook()

    async def gone(case: Case) -> Tally:
        """Leave at once; the screening goes on unheard."""
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.to_thread(screened, [case], rulebook), 1e-5)
        return Tally(events=1)

    async def loop(cases: Sequence[Case]) -> Tally:
        tallies = []
        for start in range(0, len(cases), gathered):
            now = cases[start : start + gathered]
            heard = [asyncio.to_thread(screened, [case], rulebook) for case in now]
            tallies += await asyncio.gather(*heard, *(gone(case) for case in now[::gathered]))
        return Tally.of(tallies)

    def runs(at: int, mine: int) -> Tally:
        return asyncio.run(loop(ward.patients(mine, at)))

    with restless(), ThreadPoolExecutor(2) as pool:
        return Tally.of(pool.map(runs, range(2), shares(screenings, 2)))


@contextmanager
def hushed() -> Iterator[None]:
    """Let Python not tell of interrupts it could not raise in a finaliser, nor pydantic warn of those it swallowed."""
    told = sys.unraisablehook
    sys.unraisablehook = lambda one: None if one.exc_type is Interrupted else told(one)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            yield
    finally:
        sys.unraisablehook = told


@hushed()
def interrupts(wards: Sequence[Ward], screenings: int, longest: float = 1e-3, each: int = 50) -> Tally:
    """A signal handler raises at any moment of a screening, or of loading the rulebook; the next patient does not notice."""
    dice = random.Random(5)
    tallies: list[Tally] = []
    threat = Threat()
    shared = [ward.rulebook() for ward in wards]
    before = signal.signal(signal.SIGALRM, threat)
    try:
        while len(tallies) < screenings:
            chosen = dice.randrange(len(wards))
            rulebook = shared[chosen]
            for at, case in enumerate(wards[chosen].patients(each, len(tallies))):
                so_far = threat.carried_out
                threat.stands = bool(at % 2)
                try:
                    signal.setitimer(signal.ITIMER_REAL, dice.uniform(1e-5, longest))
                    # The smaller rulebook is loaded anew for every lot, and first used under threat.
                    if at == 1 and len(rulebook.rules) < len(shared[0].rules):
                        rulebook = wards[chosen].rulebook()
                    right = case.comes_out(rulebook)
                    threat.stands = False
                    tallies.append(Tally(1, wrong=not right))
                except BaseException as error:  # pydantic turns what interrupts it into an error of its own
                    threat.stands = False
                    if threat.carried_out > so_far:
                        continue
                    if not isinstance(error, Exception):
                        raise
                    traceback.print_exc()
                    tallies.append(Tally(1, crashes=1))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    return replace(Tally.of(tallies), events=threat.carried_out)


class Interrupted(BaseException):
    """What the signal handler raises; like KeyboardInterrupt, no ordinary `except` stops it."""


class Threat:
    """A signal handler that raises, once for every time the threat stands."""

    def __init__(self) -> None:
        self.stands = False
        self.carried_out = 0

    def __call__(self, _number: int, _frame: object) -> None:
        if self.stands:
            self.stands = False
            self.carried_out += 1
            raise Interrupted
