"""The worker processes of a batch.

Chunks go to the workers in turn and are collected in the same turn, so results need no sorting and nobody looks
after several pipes at once: the batch waits for the worker that has the oldest chunk, and one that ends closes its pipe.
"""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from collections import deque
from contextlib import suppress
from multiprocessing.spawn import get_executable
from typing import TYPE_CHECKING, Generic, Self, TypeVar, cast

from mesoscreen.batch import wire
from mesoscreen.batch.worker import START
from mesoscreen.errors import WorkerLost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from io import RawIOBase

    from mesoscreen.batch.workers import Job

Item = TypeVar("Item")
Result = TypeVar("Result")

PATIENCE = 5
"""Seconds a worker that has closed its pipe may take to end."""


class Crew(Generic[Item, Result]):
    """Several workers, and what they have to do. Leaving its context ends them."""

    def __init__(self, job: Job[Item, Result], size: int) -> None:
        """Plan for so many workers; entering the context starts them."""
        if getattr(sys, "frozen", False):
            # Such a program is its own interpreter: a worker would be the whole program once more.
            raise WorkerLost("a frozen program has no interpreter to start one with; use one worker")
        self._job = job
        self._message = pickle.dumps(job, pickle.HIGHEST_PROTOCOL)
        self._size = size
        self._workers: list[_Worker[Item, Result]] = []
        self._given: deque[tuple[int, list[Item]]] = deque()
        self._turn = 0

    def __enter__(self) -> Self:
        try:
            for _ in range(self._size):
                self._workers.append(self._start())
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.end()

    @property
    def under_way(self) -> int:
        """How many chunks are given and not collected."""
        return len(self._given)

    def give(self, chunk: list[Item]) -> None:
        """Give a chunk to the worker whose turn it is."""
        self._workers[self._turn].give(chunk)
        self._given.append((self._turn, chunk))
        self._turn = (self._turn + 1) % self._size

    def collect(self) -> Iterable[tuple[Item, Result | WorkerLost]]:
        """Wait for the results of the oldest chunk."""
        at, chunk = self._given.popleft()
        results: Iterable[Result | WorkerLost]
        try:
            results = self._results(at, chunk)
        except EOFError:
            results = self._one_by_one(at, chunk)
            for other, later in self._given:
                if other == at:
                    self._workers[at].give(later)
        return zip(chunk, results, strict=True)

    def _results(self, at: int, chunk: list[Item]) -> Iterable[Result]:
        results = self._workers[at].results()
        return map(self._job, chunk) if results is None else results

    def _one_by_one(self, at: int, chunk: list[Item]) -> list[Result | WorkerLost]:
        """Do again what a worker was lost with: what one item does to a worker is not to cost its neighbours."""
        done: list[Result | WorkerLost] = []
        self._replace(at)
        for item in chunk:
            self._workers[at].give([item])
            try:
                done += self._results(at, [item])
            except EOFError:
                done.append(WorkerLost(f"it ended with {self._workers[at].how_it_ended()}, and another before it"))
                self._replace(at)
        return done

    def _replace(self, at: int) -> None:
        self._workers[at].end()
        self._workers[at] = self._start()

    def _start(self) -> _Worker[Item, Result]:
        return _Worker(self._message, self._job.unpacker())


class _Worker(Generic[Item, Result]):
    """One worker process, seen from the batch."""

    def __init__(self, job: bytes, unpack: Callable[[object], Iterable[Result]]) -> None:
        command = [get_executable(), "-P", "-c", START]
        self._process = subprocess.Popen(command, bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 - our own
        self._tasks, self._answers = cast("RawIOBase", self._process.stdin), cast("RawIOBase", self._process.stdout)
        self._unpack = unpack
        self._is_ready = False
        path = json.dumps([entry for entry in sys.path if isinstance(entry, str)])
        with suppress(OSError):  # a worker that is gone shows when its results are asked for
            self._tasks.write(path.encode() + b"\n")
            wire.send(self._tasks, job)

    def give(self, chunk: list[Item]) -> None:
        """Send a chunk; what cannot be sent goes as nothing, which the worker cannot read either."""
        try:
            written = pickle.dumps(chunk, pickle.HIGHEST_PROTOCOL)
        except Exception:  # noqa: BLE001 - whatever pickling somebody's own mapping may raise
            written = b""
        with suppress(OSError):
            wire.send(self._tasks, written)

    def results(self) -> Iterable[Result] | None:
        """Wait for the results of the oldest chunk; None if the worker could not read it.

        Raises:
            EOFError: the worker was lost.
            WorkerLost: it was lost before it could do anything.

        """
        if not self._is_ready:
            self._await_start()
        packed = pickle.loads(wire.receive(self._answers))  # noqa: S301 - written by our own worker
        return None if packed is None else self._unpack(packed)

    def _await_start(self) -> None:
        try:
            refusal = pickle.loads(wire.receive(self._answers))  # noqa: S301
        except EOFError:
            raise WorkerLost(f"it ended with {self.how_it_ended()} before it could start") from None
        if refusal is not None:
            raise refusal
        self._is_ready = True

    def how_it_ended(self) -> str:
        """Say how a worker that has closed its pipe ended."""
        try:
            code = self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            return "its pipe closed"
        return f"signal {-code}" if code < 0 else f"exit status {code}"

    def end(self) -> None:
        """End the process, whatever it is doing: it holds nothing that anyone would miss."""
        self._process.kill()
        self._process.wait()
        self._tasks.close()
        self._answers.close()
