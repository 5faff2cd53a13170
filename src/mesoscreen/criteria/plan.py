"""What is planned: treated areas, techniques and products, down to what is in each product.

A composition tells what is certainly in a product, what may be, and whether something unlisted could be.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from mesoscreen.criteria.criterion import NO, UNKNOWN, YES
from mesoscreen.kept import kept

if TYPE_CHECKING:
    from collections.abc import Mapping

QUANTITY_UNITS: Mapping[str, tuple[str, Mapping[str, tuple[float, float]]]] = {
    "volume": ("mL", {}),
    "injections": ("1", {}),
    "strength": ("mg/mL", {"%": (10.0, 0.0)}),
    "surface": ("cm2", {}),
    "contact-time": ("min", {}),
    "dose": ("mg", {}),
    "sessions": ("1", {}),
}
"""The unit each quantity is compared in. A strength of 1 % is 10 mg in each mL."""
SOMEWHERE = ""
"""Stands for an area that was named but not understood: it may be anywhere."""


class Ingredient(NamedTuple):
    """Something in a product, with the place that says so."""

    path: str
    concept: str
    certain: bool


@dataclass(frozen=True)
class Composition:
    """What is in one product."""

    ingredients: tuple[Ingredient, ...]
    open: bool = False
    """Nobody said what is in it: it may hold anything."""
    excipients_open: bool = False
    """Its actives are known, its excipients may not all be."""
    product: str | None = None
    name: str = ""
    """Compact lower-case name, to tell whether two products are the same; never shown."""

    def holds(self, concepts: frozenset[str], overlapping: frozenset[str], excipients: frozenset[str]) -> int:
        """Say whether one of these concepts is in it. `overlapping`: what a vague ingredient could mean."""
        if not self.certainly.isdisjoint(concepts):
            return YES
        if not self.perhaps.isdisjoint(concepts) or not self.perhaps.isdisjoint(overlapping):
            return UNKNOWN
        return UNKNOWN if self.open or (self.excipients_open and not excipients.isdisjoint(concepts)) else NO

    @kept
    def certainly(self) -> frozenset[str]:
        """What is certainly in it."""
        return frozenset([ingredient.concept for ingredient in self.ingredients if ingredient.certain])

    @kept
    def perhaps(self) -> frozenset[str]:
        """What is in it, certainly or perhaps."""
        return frozenset([ingredient.concept for ingredient in self.ingredients])


class FactsTold(NamedTuple):
    """Declared facts of a visit or a product."""

    present: tuple[tuple[str, bool, str], ...] = ()
    """Concept, whether it is certain, and the path that says so."""
    denied: frozenset[str] = frozenset()
    unsure: frozenset[str] = frozenset()
    complete: bool = False


class Planned(NamedTuple):
    """One planned product."""

    path: str
    role: str
    composition: Composition
    areas: tuple[str, ...] | None
    mixture: str | None
    quantities: Mapping[str, float]
    """What is planned of it, in canonical units (see `QUANTITY_UNITS`)."""
    facts: FactsTold


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class Plan:
    """Everything planned. `None` where it was not stated. Equal only to itself: what is worked out of a plan is kept with it."""

    areas: tuple[str, ...] | None
    techniques: tuple[tuple[str, bool], ...] | None
    products: tuple[Planned, ...] | None
    facts: FactsTold
    excipients: frozenset[str]
    """Every concept that may sit unlisted in a product."""

    @property
    def uncomposed(self) -> tuple[str, ...]:
        """Paths of the products nobody said the composition of."""
        return tuple(p.path for p in self.products or () if p.composition.open)
