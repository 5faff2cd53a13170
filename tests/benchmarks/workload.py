"""The reference workload: flat intakes of 60 fields, and any number of rules that are all-ofs of one to four conditions.

However many rules there are, about six of them hold for a patient. Everything is drawn with fixed seeds.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

SUBJECTS = (
    "pregnancy", "retinoid", "anticoagulant", "keloid", "herpes", "lidocaine", "latex", "diabetes",
    "autoimmune", "epilepsy", "chemo", "implant", "infection", "fever", "hives",
)  # fmt: skip
FLAGS = tuple(f"{SUBJECTS[n % len(SUBJECTS)]}_{n:02}" for n in range(30))
CHOICES = {f"choice_{n:02}": tuple(f"token_{n}_{k}" for k in range(4 + n % 4)) for n in range(15)}
NUMBERS = tuple(f"number_{n:02}" for n in range(10))
DAYS = tuple(f"day_{n:02}" for n in range(5))
FIELDS = (*FLAGS, *CHOICES, *NUMBERS, *DAYS)
TODAY = date(2025, 6, 1).toordinal()
HITS = 6.0
"""Rules that hold for a patient, on average."""

Intake: TypeAlias = dict[str, Any]
Decide: TypeAlias = Callable[[Intake], frozenset[str]]
"""Gives the rules that hold."""
Operator: TypeAlias = Literal["is", "in", "<", "<=", ">", ">="]


class Condition(NamedTuple):
    """What one field must be: a flag is so, a choice is among some, a number or a day compares."""

    field: str
    operator: Operator
    value: Any

    def holds(self, intake: Intake) -> bool:
        """Say whether it holds of an intake."""
        told = intake[self.field]
        match self.operator:
            case "is":
                return bool(told is self.value)
            case "in":
                return told in self.value
            case "<":
                return bool(told < self.value)
            case "<=":
                return bool(told <= self.value)
            case ">":
                return bool(told > self.value)
            case ">=":
                return bool(told >= self.value)


class Rule(NamedTuple):
    """Holds when all its conditions do."""

    id: str
    conditions: tuple[Condition, ...]

    def holds(self, intake: Intake) -> bool:
        """Say whether it holds of an intake."""
        return all(condition.holds(intake) for condition in self.conditions)


def reference(rules: Sequence[Rule], intake: Intake) -> frozenset[str]:
    """Give the rules that hold: what every engine is compared with."""
    return frozenset(rule.id for rule in rules if rule.holds(intake))


def intakes(count: int, seed: int = 7) -> list[Intake]:
    """Draw intakes."""
    chance = random.Random(seed)
    return [_intake(chance) for _ in range(count)]


def rules(count: int, seed: int = 11) -> list[Rule]:
    """Draw rules, keeping the mean number that hold for a patient where it should be."""
    chance = random.Random(seed)
    sample = intakes(500, seed=99)
    share = HITS / count
    lengths = (1, 2, 2, 3, 3, 4) if count <= 150 else (2, 3, 3, 4, 4)
    found: list[Rule] = []
    total = 0.0
    while len(found) < count:
        rule = Rule(f"R{len(found):04}", _conditions(chance, chance.choice(lengths)))
        likely = sum(rule.holds(intake) for intake in sample) / len(sample)
        wanted = share * (len(found) + 1)
        fits = wanted - 8 * share <= total + likely <= wanted + 1.5 * share
        if fits and likely <= 8 * share and (likely > 0 or chance.random() < 0.15):
            found.append(rule)
            total += likely
    return found


def _intake(chance: random.Random) -> Intake:
    intake: Intake = {flag: chance.random() < 0.18 for flag in FLAGS}
    intake.update({choice: chance.choice(tokens) for choice, tokens in CHOICES.items()})
    intake.update({number: chance.randint(0, 99) for number in NUMBERS})
    intake.update({day: TODAY - chance.randint(0, 730) for day in DAYS})
    return intake


def _conditions(chance: random.Random, count: int) -> tuple[Condition, ...]:
    conditions: dict[str, Condition] = {}
    while len(conditions) < count:
        condition = _condition(chance)
        conditions.setdefault(condition.field, condition)
    return tuple(conditions.values())


def _condition(chance: random.Random) -> Condition:
    kind = chance.random()
    if kind < 0.5:
        return Condition(chance.choice(FLAGS), "is", chance.random() < 0.8)
    if kind < 0.75:
        choice = chance.choice(list(CHOICES))
        return Condition(choice, "in", tuple(sorted(chance.sample(CHOICES[choice], chance.randint(1, 3)))))
    operators: tuple[Operator, ...] = ("<", "<=", ">", ">=")
    if kind < 0.9:
        return Condition(chance.choice(NUMBERS), chance.choice(operators), chance.randint(5, 95))
    return Condition(chance.choice(DAYS), chance.choice(operators), TODAY - chance.choice((14, 30, 90, 180, 365, 500)))
