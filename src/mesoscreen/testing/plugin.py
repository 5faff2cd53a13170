"""pytest plugin of mesoscreen; imports nothing until it is used.

Two fixtures, case files (`*.screening.yaml`) as tests, and on request a summary of the rules a run exercised.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date
    from pathlib import Path
    from typing import Any

    from mesoscreen.intake import Intake
    from mesoscreen.report.model import Report
    from mesoscreen.rulebook.model import Rulebook

_RULEBOOK: pytest.StashKey[Rulebook] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of this plugin."""
    group = parser.getgroup("mesoscreen", "screening of mesotherapy intakes")
    group.addoption(
        "--mesoscreen-rulebook", metavar="PATH", help="rulebook of the fixtures and the case files; the shipped one if not given"
    )
    group.addoption("--mesoscreen-summary", action="store_true", help="show which rules the run found present, possible, or never raised")
    parser.addini(
        "mesoscreen_rulebook", "rulebook of the fixtures and the case files, from the folder of the configuration file", default=""
    )


def pytest_configure(config: pytest.Config) -> None:
    """Record what tests exercise, where a summary was asked for."""
    if config.getoption("mesoscreen_summary"):
        from mesoscreen.testing.summary import Summary  # noqa: PLC0415 - only where it was asked for

        config.pluginmanager.register(Summary(config), "mesoscreen-summary")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect case files."""
    if not file_path.name.endswith(".screening.yaml"):
        return None
    from mesoscreen.testing.collecting import CaseFile  # noqa: PLC0415 - only where there is one

    file: pytest.Collector = CaseFile.from_parent(parent, path=file_path)
    return file


@pytest.fixture(scope="session")
def mesoscreen_rulebook(pytestconfig: pytest.Config) -> Rulebook:
    """Give the rulebook the run was told to use, else the shipped one."""
    return rulebook_of(pytestconfig)


@pytest.fixture(scope="session")
def mesoscreen_screen(mesoscreen_rulebook: Rulebook) -> Callable[..., Report]:
    """Screen with the rulebook of the run; the report counts in the summary."""
    from mesoscreen.screening import screen  # noqa: PLC0415 - only where it is used
    from mesoscreen.testing.recording import seen  # noqa: PLC0415

    def screened(intake: Intake | Mapping[str, Any], *, on: date | None = None) -> Report:
        """Screen one intake."""
        return seen(screen(intake, on=on, rulebook=mesoscreen_rulebook))

    return screened


def rulebook_of(config: pytest.Config) -> Rulebook:
    """Load the rulebook of a run, once.

    Raises:
        UsageError: it cannot be loaded.

    """
    __tracebackhide__ = True
    known = config.stash.get(_RULEBOOK, None)
    if known is None:
        known = config.stash[_RULEBOOK] = _load(config)
    return known


def _load(config: pytest.Config) -> Rulebook:
    from mesoscreen.errors import RulebookError  # noqa: PLC0415 - only where a rulebook is used
    from mesoscreen.rulebook.model import Rulebook  # noqa: PLC0415

    __tracebackhide__ = True
    option, written = config.getoption("mesoscreen_rulebook"), config.getini("mesoscreen_rulebook")
    if option:
        path = config.invocation_params.dir / option
    elif written:
        path = (config.inipath.parent if config.inipath else config.rootpath) / written
    else:
        return Rulebook.default()
    try:
        return Rulebook.load(path)
    except RulebookError as error:
        message = f"the rulebook of this run cannot be used\n{error}"
    raise pytest.UsageError(message)
