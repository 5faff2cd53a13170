"""The examples as modules, as a program in a checkout imports them, and a report to record."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mesoscreen import Report, screen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


@pytest.fixture(scope="session")
def examples() -> Iterator[Path]:
    """The folder of the examples, from which their modules can be imported."""
    sys.path.insert(0, str(EXAMPLES))
    yield EXAMPLES
    sys.path.remove(str(EXAMPLES))


@pytest.fixture(scope="session")
def store_module(examples: Path) -> ModuleType:
    assert examples.is_dir()
    return importlib.import_module("records.store")


@pytest.fixture
def store(store_module: ModuleType, tmp_path: Path) -> Iterator[Any]:
    """A store in a file of its own."""
    engine = store_module.open_store(f"sqlite:///{tmp_path / 'records.db'}")
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def consultation() -> Report:
    """A report with present findings of every level and questions left open."""
    return screen(json.loads((EXAMPLES / "consultation.json").read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def healthy() -> Report:
    """A report with no finding and nothing left open."""
    return screen(json.loads((EXAMPLES / "healthy.json").read_text(encoding="utf-8")))
