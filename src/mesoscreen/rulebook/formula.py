"""When a rule applies, as a boolean formula over numbered criteria.

Negation stands only at the leaves, so a formula never decreases as more of its literals hold.
That one property lets the same formula answer both questions: what is certain, and what is possible.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Is:
    """The criterion holds."""

    criterion: int


@dataclass(frozen=True, slots=True)
class Not:
    """The criterion does not hold."""

    criterion: int


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Formula, ...]


Formula: TypeAlias = Is | Not | All | AnyOf


def renumbered(formula: Formula, numbers: Mapping[int, int]) -> Formula:
    """Give the same formula over criteria numbered otherwise."""
    match formula:
        case Is(criterion):
            return Is(numbers[criterion])
        case Not(criterion):
            return Not(numbers[criterion])
        case All(parts):
            return All(tuple(renumbered(part, numbers) for part in parts))
        case AnyOf(parts):
            return AnyOf(tuple(renumbered(part, numbers) for part in parts))


def literals(formula: Formula) -> list[Is | Not]:
    """List every leaf of the formula, left to right, repeats included."""
    if isinstance(formula, Is | Not):
        return [formula]
    found: list[Is | Not] = []
    for part in formula.parts:
        found += [part] if isinstance(part, Is | Not) else literals(part)
    return found


def criteria_of(formula: Formula) -> tuple[int, ...]:
    """List the numbers of the criteria the formula mentions, each once, in order of first mention."""
    return tuple(dict.fromkeys(leaf.criterion for leaf in literals(formula)))
