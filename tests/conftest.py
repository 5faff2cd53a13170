"""What every test may ask for: a rulebook of eight rules, small enough to hold in the head."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import settings

from mesoscreen import Rulebook

# `pytest --hypothesis-profile=long` looks twenty times as hard.
settings.register_profile("long", max_examples=2000, deadline=None)

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def tiny_folder() -> Path:
    return HERE / "tiny"


@pytest.fixture(scope="session")
def tiny(tiny_folder: Path) -> Rulebook:
    """A rulebook with one rule for every section, all of whose examples hold."""
    return Rulebook.load(tiny_folder)


@pytest.fixture
def own_tiny(tiny_folder: Path, tmp_path: Path) -> Path:
    """A copy of the tiny rulebook to spoil."""
    return Path(shutil.copytree(tiny_folder, tmp_path / "tiny"))
