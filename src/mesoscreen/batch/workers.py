"""Do a job with every item of a stream, in order and in bounded memory, in this process or in several."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from mesoscreen.errors import WorkerLost

Item = TypeVar("Item")
Result = TypeVar("Result")
Given = TypeVar("Given", contravariant=True)  # noqa: PLC0105 - what a job is given
Made = TypeVar("Made")

CHUNK = 32
"""Most items that travel together."""
AHEAD = 2
"""Chunks a worker has at a time: one it works on, and one so that it need not wait for the next."""


class Job(Protocol[Given, Made]):
    """What is done with an item. Picklable; every worker gets it once.

    What it raises ends the worker, so what can go wrong with an item must be a result.
    """

    def __call__(self, item: Given, /) -> Made:
        """Do it."""

    def packer(self) -> Callable[[Iterable[Made]], object]:
        """Give what makes the results of a chunk small, in the worker; each as it is made, to be dropped at once."""

    def unpacker(self) -> Callable[[object], Iterable[Made]]:
        """Give what undoes that, in this process; each as it is asked for."""


def in_order(
    job: Job[Item, Result], items: Iterable[Item], workers: int
) -> Generator[tuple[Item, Result | WorkerLost], None, None]:
    """Yield every item with what the job makes of it. At most `workers * AHEAD * CHUNK` items are read ahead.

    What `items` raises is raised after the results of what came before it. Closing the generator ends the workers.
    A worker that is lost is replaced, and what it had is done again one by one: only an item that ends its worker
    again, alone with it, has a WorkerLost for a result.

    Raises:
        WorkerLost: a worker cannot start.

    """
    if workers == 1:
        for item in items:
            yield item, job(item)
        return
    from mesoscreen.batch.crew import Crew  # noqa: PLC0415 - only who asks for processes pays for their modules

    chunks = _Chunks(items, 4 * workers)
    with Crew(job, workers) as crew:
        for chunk in chunks:
            crew.give(chunk)
            if crew.under_way == AHEAD * workers:
                yield from crew.collect()
        while crew.under_way:
            yield from crew.collect()
    if chunks.failure is not None:
        raise chunks.failure


class _Chunks(Generic[Item]):
    """The items in lists that grow: few items are shared out evenly, many travel together."""

    def __init__(self, items: Iterable[Item], slowness: int) -> None:
        self.failure: Exception | None = None
        """What the items raised in the end."""
        self._items = iter(items)
        self._slowness = slowness

    def __iter__(self) -> Iterator[list[Item]]:
        taken = 0
        while self.failure is None:
            chunk: list[Item] = []
            try:
                for item in islice(self._items, min(CHUNK, 1 + taken // self._slowness)):
                    chunk.append(item)  # noqa: PERF402 - what came before a failure is kept
            except Exception as failure:  # noqa: BLE001 - raised again in its place
                self.failure = failure
            if not chunk:
                return
            taken += len(chunk)
            yield chunk
