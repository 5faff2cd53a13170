"""The reference workload for our engine: every different condition is a criterion, every rule a formula over criteria."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Any

from benchmarks.measuring import Disagreement
from benchmarks.workload import FIELDS

from mesoscreen.criteria.answers import Answers
from mesoscreen.criteria.criterion import NO, YES
from mesoscreen.decide import Specification
from mesoscreen.engine import Engine
from mesoscreen.rulebook.formula import All, Formula, Is

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.workload import Condition, Decide, Intake, Rule

NOTHING_TOLD: Any = None
"""The specification reads the answers alone, not what they were read from."""


class Criteria:
    """Numbers every different condition, field by field, and turns an intake into the criteria that hold of it."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        """Work out, for every field, which criteria hold for which of its values."""
        place = {field: at for at, field in enumerate(FIELDS)}
        different = {condition for rule in rules for condition in rule.conditions}
        conditions = sorted(different, key=lambda condition: (place[condition.field], str(condition)))
        self.number: Mapping[Condition, int] = {condition: number for number, condition in enumerate(conditions)}
        self._looked_up: list[tuple[str, dict[object, tuple[int, ...]]]] = []
        self._compared: list[tuple[str, list[int], list[tuple[int, ...]]]] = []
        for field in FIELDS:
            about = [condition for condition in conditions if condition.field == field]
            if about and about[0].operator in ("is", "in"):
                values = (True, False) if about[0].operator == "is" else sorted({value for condition in about for value in condition.value})
                self._looked_up.append((field, {value: self._holding(about, value) for value in values}))
            elif about:
                # Whole numbers: between two neighbouring limits the same conditions hold.
                limits = sorted({condition.value + (condition.operator in ("<=", ">")) for condition in about})
                between = [self._holding(about, value) for value in (limits[0] - 1, *limits)]
                self._compared.append((field, limits, between))

    def _holding(self, about: list[Condition], value: object) -> tuple[int, ...]:
        return tuple(self.number[condition] for condition in about if condition.holds({condition.field: value}))

    def holding(self, intake: Intake) -> list[int]:
        """List the criteria that hold of an intake, in ascending order."""
        found: list[int] = []
        for field, holding in self._looked_up:
            found += holding.get(intake[field], ())
        for field, limits, between in self._compared:
            found += between[bisect_right(limits, intake[field])]
        return found


def engine(rules: Sequence[Rule], *, checked: bool) -> Decide:
    """Give a function from an intake to the rules that hold: the engine decides, and the specification checks if asked to."""
    criteria = Criteria(rules)
    ids = [rule.id for rule in rules]
    formulas = [formula_of(rule, criteria) for rule in rules]
    compiled = Engine(formulas, criteria=len(criteria.number))
    specification = Specification(formulas, len(criteria.number))
    blank = bytes([NO]) * len(criteria.number)

    def decide(intake: Intake) -> frozenset[str]:
        holding = criteria.holding(intake)
        answers = bytearray(blank)
        for criterion in holding:
            answers[criterion] = YES
        values = bytes(answers)
        verdicts = compiled.decide(values, holding, [])
        if checked and specification.decide(Answers(values, holding, [], {}, NOTHING_TOLD)) != verdicts:
            raise Disagreement("our engine disagrees with our specification")
        return frozenset([ids[number] for number in verdicts[0]])

    return decide


def formula_of(rule: Rule, criteria: Criteria) -> Formula:
    """Write a rule as a formula."""
    leaves = tuple(Is(criteria.number[condition]) for condition in rule.conditions)
    return leaves[0] if len(leaves) == 1 else All(leaves)
