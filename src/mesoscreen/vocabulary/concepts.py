"""What the vocabulary knows: concepts, and how one concept stands to another.

A concept belongs to a kind; kinds share a name space only where one thing has two uses
(a substance is also a medication).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = Literal[
    "substance",
    "medication",
    "condition",
    "procedure",
    "area",
    "product",
    "measurement",
    "fact",
    "technique",
    "outcome",
    "setting",
]
Space = Literal[
    "pharmacy",
    "condition",
    "procedure",
    "area",
    "product",
    "measurement",
    "fact",
    "technique",
    "outcome",
    "setting",
]
Strength = Literal["likely", "possible"]


def space_of(kind: Kind) -> Space:
    """Name the space in which the ids and names of this kind are unique."""
    return "pharmacy" if kind == "substance" or kind == "medication" else kind  # noqa: PLR1714 - mypy narrows by ==


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing the vocabulary knows."""

    id: str
    kind: Kind
    label: str
    """What a report prints (English)."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """The label in other languages, by language code."""
    parents: tuple[str, ...] = ()
    """Wider concepts of the same space."""
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Synonyms, spellings, abbreviations and lay words, by language code."""
    trade_names: tuple[str, ...] = ()
    codes: tuple[tuple[str, str], ...] = ()
    """(system, code) pairs; systems by their short names (atc, unii, rxnorm, icd-10, snomed)."""
    contains: tuple[str, ...] = ()
    """What is certainly in it (pharmacy concepts)."""
    may_contain: tuple[str, ...] = ()
    """What is in some brands of it: unknown unless a product states its full composition."""
    excipient: bool = False
    """May sit in a product without being listed among its actives."""
    route: str | None = None
    """The usual route of a medication."""
    means: Mapping[str, str | bool] | None = None
    """Set where the concept is another one plus qualifiers: {"is": "hypertension", "controlled": False}."""
    near: tuple[str, ...] = ()
    """Declared neighbours of an area."""
    unit: str | None = None
    """Canonical unit (UCUM) of a measurement; None for a bare number."""
    conversions: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """Analyte-specific units: canonical = value * times + plus."""
    composition: Literal["stated", "unstated"] = "unstated"
    """Of a product: is anything known of what is in it."""
    complete: bool = False
    """Of a product: `contains` lists everything, excipients included."""
    uses_products: bool = False
    """Of a procedure: something is injected or applied, so what was used is a question."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class CrossReaction:
    """Allergy to one concept makes a reaction to another likely or possible."""

    allergy_to: str
    reacts_with: str
    strength: Strength
    ref: str
    both_ways: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """A name that honestly means several concepts of one space."""

    space: Space
    name: str
    means: tuple[str, ...]
    note: str = ""
