"""Show what durable-rules does by itself, in a process that may crash."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any, NamedTuple

HERE = Path(__file__).parent
STALE_MEMORY = {"MALLOC_PERTURB_": "165", "MallocPreScribble": "1", "MallocScribble": "1"}
"""Has the C library fill memory that was never set, which a fresh process often finds zeroed."""
HUNG = signal.SIGVTALRM
"""How a process ends that computed for longer than it allowed itself."""
CRASHED = (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS)


class Outcome(NamedTuple):
    """What a process showed, and the signal that killed it, if any."""

    shown: list[Any]
    killed: signal.Signals | None

    @property
    def crashed(self) -> bool:
        return self.killed in CRASHED


def bare(code: str, *options: str, **variables: str) -> Outcome:
    """Run a snippet that starts with all of `plain` imported."""
    path = os.pathsep.join([str(HERE), *sys.path])
    ran = subprocess.run(
        [sys.executable, *options, "-c", f"from plain import *\n{dedent(code)}"],
        env={**os.environ, "PYTHONPATH": path, **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode <= 0, ran.stderr
    return Outcome([json.loads(line) for line in ran.stdout.splitlines()], signal.Signals(-ran.returncode) if ran.returncode else None)
