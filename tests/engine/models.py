"""What the tests of the engine share: random rulebooks, random patients, and three-valued logic spelled out."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple, NoReturn, TypeVar

import pytest
from hypothesis import settings

from mesoscreen.criteria.criterion import NO, UNDECLARED, UNKNOWN, YES
from mesoscreen.rulebook.formula import All, AnyOf, Formula, Is, Not

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Sequence

Item = TypeVar("Item")
ANSWERS = (NO, UNKNOWN, YES, UNDECLARED)
FALSE, MAYBE, TRUE = range(3)


class Patient(NamedTuple):
    """The arguments of `Engine.decide`."""

    values: list[int]
    yes: list[int]
    unknown: list[int]


def patient(values: Sequence[int]) -> Patient:
    return Patient(
        list(values),
        [n for n, value in enumerate(values) if value == YES],
        [n for n, value in enumerate(values) if value == UNKNOWN],
    )


def kleene(formula: Formula, values: Sequence[int]) -> int:
    match formula:
        case Is(n):
            return {NO: FALSE, UNKNOWN: MAYBE, YES: TRUE, UNDECLARED: FALSE}[values[n]]
        case Not(n):
            return {NO: TRUE, UNKNOWN: MAYBE, YES: FALSE, UNDECLARED: FALSE}[values[n]]
        case All(parts):
            return min(kleene(part, values) for part in parts)
        case AnyOf(parts):
            return max(kleene(part, values) for part in parts)


def verdicts(formulas: Sequence[Formula], values: Sequence[int]) -> tuple[frozenset[int], frozenset[int]]:
    found = [kleene(formula, values) for formula in formulas]
    return (
        frozenset(n for n, value in enumerate(found) if value == TRUE),
        frozenset(n for n, value in enumerate(found) if value == MAYBE),
    )


def random_formula(rng: random.Random, criteria: int, depth: int) -> Formula:
    if not depth or rng.random() < 0.35:
        return (Is if rng.random() < 0.8 else Not)(rng.randrange(criteria))
    parts = tuple(random_formula(rng, criteria, depth - 1) for _ in range(rng.randint(2, 4)))
    return All(parts) if rng.random() < 0.5 else AnyOf(parts)


def random_patient(rng: random.Random, criteria: int, weights: Sequence[float] | None = None) -> Patient:
    """Draw answers; without weights, from mostly no to anything goes."""
    drawn = weights or [rng.random() * rng.choice((0.05, 1)) for _ in ANSWERS]
    return patient(rng.choices(ANSWERS, drawn, k=criteria))


def patience(ordinary: int) -> int:
    """Say how much to do: twenty times as much with `pytest --hypothesis-profile=long`."""
    return max(1, ordinary * settings().max_examples // 100)


def sample(items: Sequence[Item], ordinary: int) -> Sequence[Item]:
    """Take so many, or as many as patience allows, spread over them all."""
    most = patience(ordinary)
    return items if most >= len(items) else [items[n * len(items) // most] for n in range(most)]


@contextmanager
def watched() -> Iterator[None]:
    """Let a lock that was kept fail the test instead of holding it up, where signals can do that."""

    def fail(*_: object) -> NoReturn:
        pytest.fail("it waits for a lock that nobody will open")

    if not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGALRM, fail)
    signal.setitimer(signal.ITIMER_REAL, 60 * patience(1))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
