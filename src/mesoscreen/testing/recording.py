"""Remember, while a test runs, which rules the reports it looks at raised.

What is remembered belongs to the running test and goes away with it; while nobody records, nothing is remembered.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mesoscreen.report.model import Report


class Tally(TypedDict):
    """What the reports by one rulebook raised, as plain data that passes between processes."""

    reports: int
    present: list[str]
    possible: list[str]


@dataclass(slots=True)
class _Raised:
    reports: set[str] = field(default_factory=set)
    present: set[str] = field(default_factory=set)
    possible: set[str] = field(default_factory=set)


class Recording:
    """What the reports of one test raised, by the digest of the rulebook that made them."""

    def __init__(self) -> None:
        """Start with no report."""
        self._by_rulebook: dict[str, _Raised] = {}

    def add(self, report: Report) -> None:
        """Remember one report; the same report again changes nothing."""
        raised = self._by_rulebook.setdefault(report.stamp.sha256, _Raised())
        raised.reports.add(f"{report.stamp.on} {report.stamp.intake_sha256}")
        for finding in report.findings:
            (raised.present if finding.status == "present" else raised.possible).add(finding.rule)

    def take(self) -> dict[str, Tally]:
        """Hand over what was remembered so far, and start afresh."""
        taken: dict[str, Tally] = {
            sha256: {"reports": len(raised.reports), "present": sorted(raised.present), "possible": sorted(raised.possible)}
            for sha256, raised in self._by_rulebook.items()
        }
        self._by_rulebook = {}
        return taken


_RUNNING: ContextVar[Recording | None] = ContextVar("mesoscreen_recording", default=None)


@contextmanager
def recording_into(recording: Recording) -> Iterator[None]:
    """Let `seen` record into this while the block runs."""
    token = _RUNNING.set(recording)
    try:
        yield
    finally:
        _RUNNING.reset(token)


def seen(report: Report) -> Report:
    """Note that a test looks at a report, if anybody records; give it back."""
    running = _RUNNING.get()
    if running is not None:
        running.add(report)
    return report


def joined(tallies: Iterable[Tally]) -> Tally:
    """Put together what several tests recorded of one rulebook."""
    whole: Tally = {"reports": 0, "present": [], "possible": []}
    present: set[str] = set()
    possible: set[str] = set()
    for tally in tallies:
        whole["reports"] += tally["reports"]
        present.update(tally["present"])
        possible.update(tally["possible"])
    whole["present"], whole["possible"] = sorted(present), sorted(possible - present)
    return whole
