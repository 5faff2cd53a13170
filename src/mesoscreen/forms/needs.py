"""Which criteria still matter once a treatment is planned, and which rules wait for each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from mesoscreen.criteria.criterion import NO, UNDECLARED, UNKNOWN
from mesoscreen.decide import value_of
from mesoscreen.intake import Intake
from mesoscreen.report.model import Level
from mesoscreen.report.questions import open_criteria

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mesoscreen.criteria.criterion import Criterion
    from mesoscreen.criteria.matching import Scope
    from mesoscreen.criteria.plan import Plan
    from mesoscreen.rulebook.model import Rulebook

LEVELS = tuple(Level)
_ANY_DAY = date(2000, 1, 1)
"""Nothing a plan alone says depends on the day."""


@dataclass(frozen=True, slots=True)
class Need:
    """A criterion whose answer could still matter."""

    number: int
    criterion: Criterion
    scope: Scope
    rules: tuple[str, ...]
    """The rules it could still turn."""

    @property
    def is_ahead(self) -> bool:
        """Does it look at what lies after the treatment."""
        return self.criterion.window is not None and self.criterion.window.key == "ahead"


@dataclass(frozen=True, slots=True)
class Needs:
    """What a rulebook still needs to know of a patient for whom this is planned."""

    rulebook: Rulebook
    plan: Plan
    found: tuple[Need, ...]

    @classmethod
    def of(cls, rulebook: Rulebook, treatment: Mapping[str, Any] | None) -> Needs:
        """Find every criterion some way of filling in what is unknown or undeclared could let matter.

        Raises:
            IntakeError: the treatment cannot be read.

        """
        intake = Intake.model_validate({"treatment": treatment or {}})
        day = date.fromisoformat(intake.treatment.date) if intake.treatment.date is not None else _ANY_DAY
        answers = rulebook.questionnaire.answer(rulebook.reader.read(intake, day))
        values = bytes(UNKNOWN if value == UNDECLARED else value for value in answers.values)
        waiting: dict[int, list[str]] = {}
        for rule in sorted(rulebook.rules.values(), key=attrgetter("id")):
            if value_of(rule.decided, values) != NO:
                for number in dict.fromkeys(open_criteria(rule.decided, values)):
                    waiting.setdefault(number, []).append(rule.id)
        scopes = rulebook.questionnaire.scopes
        found = [Need(number, rulebook.criteria[number], scopes[number], tuple(rules)) for number, rules in sorted(waiting.items())]
        return cls(rulebook, answers.told.plan, tuple(found))

    def about(self, section: str, *, subject: str | None = None, planned: bool | None = None) -> tuple[Need, ...]:
        """Pick those about one section, and about one person and time."""
        return tuple(
            need
            for need in self.found
            if need.criterion.section == section
            and need.criterion.subject == (subject or "patient")
            and (planned is None or need.is_ahead == planned)
        )

    def unaskable(self) -> frozenset[str]:
        """Name the sections where a rule looks for anything at all in the family, or planned: no question can close those."""
        return frozenset(
            need.criterion.section for need in self.found if not need.criterion.concepts and (need.is_ahead or need.criterion.subject != "patient")
        )

    def rules(self, needs: Iterable[Need]) -> tuple[str, ...]:
        """Name the rules that wait for some criteria, most serious first."""
        rules = {rule for need in needs for rule in need.rules}
        return tuple(sorted(rules, key=lambda rule: (LEVELS.index(self.level((rule,))), rule)))

    def level(self, rules: Iterable[str]) -> Level:
        """Say how serious the most serious of some rules is while its question is open."""
        return min((Level(self.rulebook.rules[rule].if_unanswered) for rule in rules), key=LEVELS.index)


def touching(needs: Iterable[Need], concept: str) -> tuple[Need, ...]:
    """Pick the criteria an entry naming this concept bears on."""
    return tuple(need for need in needs if not need.criterion.concepts or concept in need.scope.overlapping)
