"""What a text was read as, and how surely."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mesoscreen.vocabulary.concepts import Space

Match = Literal["exact", "probable"]


@dataclass(frozen=True, slots=True)
class Reading:
    """One concept a text names: for certain (exact), or as well as can be told (probable)."""

    space: Space
    concept: str
    match: Match


@dataclass(frozen=True, slots=True)
class Resolution:
    """Everything read from one text. It never holds the text itself."""

    readings: tuple[Reading, ...] = ()
    qualifiers: Mapping[str, str | bool] = field(default_factory=dict)
    """What the words say besides the name. Only ever set where a reading is exact."""
    areas: tuple[str, ...] = ()
    """Areas the words name besides the concept. Only ever set where a reading is exact."""
    is_none: bool = False
    """The whole text says "none"."""
    suggestions: tuple[str, ...] = ()
    """Labels of concepts that were perhaps meant; only where nothing was read."""

    @property
    def is_exact(self) -> bool:
        """Is every reading certain, and is there one."""
        return bool(self.readings) and all(reading.match == "exact" for reading in self.readings)
