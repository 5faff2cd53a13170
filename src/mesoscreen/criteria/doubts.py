"""What was not understood for certain, and what cannot all be right."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unrecognised:
    """A name that was not understood for certain."""

    path: str
    read_as: str | None
    """What it was read as, where it was read at all; never assumed."""
    suggestions: tuple[str, ...]
    """Names the vocabulary knows that are near."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Places of the intake that cannot all be right."""

    paths: tuple[str, ...]
    what: str
