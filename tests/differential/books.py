"""What the evaluators are given: rules as formulas, how their criteria bear on each other, and one patient's answers.

Formulas are also written as plain data (`{all: [{is: 0}, {not: 1}]}`), so that a case can be shrunk, printed and pasted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mesoscreen.criteria.criterion import NO, UNDECLARED, UNKNOWN, YES
from mesoscreen.rulebook.formula import All, AnyOf, Formula, Is, Not
from mesoscreen.rulebook.logic import Relations

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ANSWERS: Mapping[str, int] = {"no": NO, "undeclared": UNDECLARED, "unknown": UNKNOWN, "yes": YES}


@dataclass(frozen=True, slots=True)
class Book:
    """The rules of one rulebook, by number."""

    names: tuple[str, ...]
    written: tuple[Formula, ...]
    """As the author wrote them: what z3 and brute force are asked."""
    decided: tuple[Formula | bool, ...]
    """As the loader rewrote them: what the specification and the engine are asked. True and False are refused rules."""
    criteria: tuple[str, ...]
    """What each criterion asks, in words."""
    relations: Relations
    """Between all criteria, whichever rule mentions them."""


def formula_of(plain: Any) -> Formula:
    """Read a formula.

    Raises:
        ValueError: it is none.

    """
    match plain:
        case {"is": int(criterion), **rest} if not rest:
            return Is(criterion)
        case {"not": int(criterion), **rest} if not rest:
            return Not(criterion)
        case {"all": [*parts], **rest} if parts and not rest:
            return All(tuple(map(formula_of, parts)))
        case {"any": [*parts], **rest} if parts and not rest:
            return AnyOf(tuple(map(formula_of, parts)))
    raise ValueError


def among(numbers: Sequence[int], relations: Relations) -> Relations:
    """Keep the relations between some criteria."""
    inside = set(numbers)
    return Relations(filter(inside.issuperset, relations.implications), filter(inside.issuperset, relations.exclusions))


def follows(relations: Relations) -> Iterator[tuple[int, int, int, tuple[int, ...]]]:
    """Yield what the answers of a patient bear out: where one criterion is answered so, another is answered one of these."""
    for a, b in relations.implications:
        yield a, YES, b, (YES,)
        yield b, NO, a, (NO,)
        # What was not declared of the wider criterion was not declared of the narrower one, unless something else denies that.
        yield b, UNDECLARED, a, (UNDECLARED, NO)
    for a, b in relations.exclusions:
        yield a, YES, b, (NO,)
        yield b, YES, a, (NO,)
