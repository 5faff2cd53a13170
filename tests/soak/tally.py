"""What a soak counts."""

from __future__ import annotations

import gc
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Tally:
    """How many patients were screened, and how it went."""

    screenings: int = 0
    wrong: int = 0
    """Another report than expected, or none, or an error other than expected."""
    crashes: int = 0
    """Exceptions nobody expected, and processes that died or hung."""
    events: int = 0
    """What else the scenario did: processes, failures injected, interrupts, rulebooks."""
    first: int = 0
    """Resident bytes after the warm-up; 0 where nobody looked."""
    last: int = 0
    most: int = 0

    @staticmethod
    def of(tallies: Iterable[Tally]) -> Tally:
        """Add up. Of the memory, keep that of the process that grew most."""
        all_of_them = list(tallies)
        grown = max(all_of_them, key=lambda one: one.last - one.first, default=Tally())
        return Tally(
            sum(one.screenings for one in all_of_them),
            sum(one.wrong for one in all_of_them),
            sum(one.crashes for one in all_of_them),
            sum(one.events for one in all_of_them),
            grown.first,
            grown.last,
            max((one.most for one in all_of_them), default=0),
        )


def resident() -> int:
    """Give the memory this process has in use, in bytes; elsewhere than on Linux, the most it ever had."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    if sys.platform == "win32":
        return 0
    import resource  # noqa: PLC0415 - not on every system

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def settled() -> int:
    """Give the memory in use once everything dropped is gone."""
    gc.collect()
    return resident()
