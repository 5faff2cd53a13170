"""Which rules a run of tests found present, possible, or never raised.

Every test's record travels with its own report, so it makes no difference whether one process or several run the tests.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest

from mesoscreen.testing.plugin import rulebook_of
from mesoscreen.testing.recording import Recording, Tally, joined, recording_into

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

    from mesoscreen.rulebook.model import Rulebook

_SHOWN = 12
"""How many of the rules that were never present are named unless `-v` asks for all."""


class Summary:
    """Records while tests run, and shows what came of it."""

    def __init__(self, config: pytest.Config) -> None:
        """Start with nothing recorded."""
        self._config = config
        self._recording = Recording()
        self._tallies: list[Mapping[str, Tally]] = []

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self) -> Generator[None, bool | None, bool | None]:
        """Record during one test, its fixtures included."""
        with recording_into(self._recording):
            return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Let what was recorded travel with the test's report, to another process if need be."""
        report = yield
        vars(report)["mesoscreen"] = self._recording.take()
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Collect what a test recorded, wherever it ran."""
        tallies: Mapping[str, Tally] | None = getattr(report, "mesoscreen", None)
        if tallies:
            self._tallies.append(tallies)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Show the summary."""
        verbose = self._config.getoption("verbose") > 0
        terminalreporter.section("mesoscreen: rules exercised")
        for line in lines_of(self._tallies, rulebook_of(self._config), verbose=verbose):
            terminalreporter.line(line)


def lines_of(tallies: list[Mapping[str, Tally]], rulebook: Rulebook, *, verbose: bool) -> Iterator[str]:
    """Word the summary for one rulebook."""
    whole = joined(found[rulebook.sha256] for found in tallies if rulebook.sha256 in found)
    others = joined(tally for found in tallies for sha256, tally in found.items() if sha256 != rulebook.sha256)
    never = [rule for rule in rulebook.rules if rule not in whole["present"] and rule not in whole["possible"]]
    yield f"{rulebook.name} {rulebook.version}, {len(rulebook.rules)} rules; reports looked at: {whole['reports']}"
    yield from _listed("present", whole["present"])
    most = None if verbose else _SHOWN
    yield from _listed("possible only", whole["possible"], most=most)
    yield from _listed("never raised", never, most=most)
    if others["reports"]:
        yield f"not counted, by another rulebook: {others['reports']}"


def _listed(what: str, rules: list[str], *, most: int | None = None) -> Iterator[str]:
    shown = rules if most is None or len(rules) <= most else [*rules[:most], f"and {len(rules) - most} more (-v names them)"]
    text = f"{what} ({len(rules)})" + (f": {', '.join(shown)}" if shown else "")
    yield from textwrap.wrap(text, width=110, subsequent_indent="    ", break_on_hyphens=False)
