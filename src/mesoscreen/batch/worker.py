"""A worker process of a batch: reads chunks of items, does its job with each, and writes the results back.

It is a fresh interpreter that shares nothing with the process that started it but two pipes.
"""

from __future__ import annotations

import os
import pickle
import sys
import traceback
from io import FileIO
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, NoReturn

from mesoscreen.batch import wire
from mesoscreen.errors import MesoscreenError

if TYPE_CHECKING:
    from io import RawIOBase

START = (
    "import json, signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); "
    "sys.path[:] = json.loads(sys.stdin.buffer.raw.readline()); "
    "from mesoscreen.batch.worker import main; main()"
)
"""What the interpreter is started with. An interrupt from the keyboard is for the batch, which then ends its workers."""


def main() -> NoReturn:
    """Work for the process at the other end of standard input and output until it is gone."""
    tasks = FileIO(sys.stdin.fileno(), closefd=False)
    answers = FileIO(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever prints must not print into the answers
    try:
        _serve(tasks, answers)
    finally:
        # INVARIANT: nothing is printed here, for the error may quote a patient. The batch sees that the worker is gone.
        os._exit(1)


def _serve(tasks: RawIOBase, answers: RawIOBase) -> None:
    waiting: SimpleQueue[bytes] = SimpleQueue()
    # Read apart from the work: the batch never waits to hand over a chunk while the worker waits to hand over results.
    Thread(target=_listen, args=(tasks, waiting), daemon=True).start()
    try:
        job = pickle.loads(waiting.get())  # noqa: S301 - written by the process that started this one
    except MesoscreenError as refusal:
        wire.send(answers, pickle.dumps(refusal))
        return
    except Exception:  # noqa: BLE001 - there is no patient yet, so why it cannot start may be shown
        traceback.print_exc()
        return
    wire.send(answers, pickle.dumps(None))
    pack = job.packer()
    while True:
        try:
            items = pickle.loads(waiting.get())  # noqa: S301
        except Exception:  # noqa: BLE001 - the batch has what it takes to read these, so it does them itself
            packed = None
        else:
            packed = pack(job(item) for item in items)
        wire.send(answers, pickle.dumps(packed, pickle.HIGHEST_PROTOCOL))


def _listen(tasks: RawIOBase, waiting: SimpleQueue[bytes]) -> None:
    try:
        while True:
            waiting.put(wire.receive(tasks))
    except (EOFError, OSError):
        os._exit(0)  # nobody is left to work for
