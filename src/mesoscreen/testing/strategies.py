"""Hypothesis strategies: intakes for a rulebook, patients who raise a rule or surely do not, the same patient with more answered.

Everything is drawn as plain data, as a form hands it over; `treatment.date` is always given, so nothing depends on today.
Without a rulebook, the shipped one is meant.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from mesoscreen.intake import Intake
from mesoscreen.rulebook.model import Rulebook
from mesoscreen.testing.drawing import Data, Drawing, partial_dates
from mesoscreen.testing.material import HISTORY, ON, material_of
from mesoscreen.testing.mistakes import Mistake
from mesoscreen.testing.varying import Starts, varied

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hypothesis import strategies as st

    from mesoscreen.rulebook.model import Status


def intakes(rulebook: Rulebook | None = None, *, on: date = ON) -> st.SearchStrategy[Data]:
    """Draw intakes, as plain data, that bear on the rules of a rulebook, answered in part or whole, for a treatment on a day."""
    return Drawing(material_of(rulebook or Rulebook.default(), on)).intakes()


def answers(section: str, rulebook: Rulebook | None = None, *, on: date = ON) -> st.SearchStrategy[Any]:
    """Draw one history section, asked: a list, or the long form.

    Raises:
        Mistake: there is no such history section.

    """
    if section not in HISTORY:
        raise Mistake(f"`{section}` is not one of {', '.join(HISTORY)}")
    return Drawing(material_of(rulebook or Rulebook.default(), on)).section(section)


def extending(intake: Mapping[str, Any] | Intake, rulebook: Rulebook | None = None) -> st.SearchStrategy[Data]:
    """Draw the same intake with some of what it leaves open answered, nothing taken back."""
    data = Intake.model_validate(intake).model_dump(mode="json", exclude_unset=True) if isinstance(intake, Intake) else dict(intake)
    day = data.get("treatment", {}).get("date")
    on = date.fromisoformat(day) if isinstance(day, str) else day or ON
    return Drawing(material_of(rulebook or Rulebook.default(), on)).extending(data)


def patients_with(rule_id: str, rulebook: Rulebook | None = None) -> st.SearchStrategy[Data]:
    """Draw intakes that raise a rule as present, each made of one of its examples by changing what does not matter.

    Raises:
        UnknownRule: the rulebook has no such rule.
        Mistake: no example of the rule is present.

    """
    return _patients(rule_id, "present", rulebook)


def patients_without(rule_id: str, rulebook: Rulebook | None = None) -> st.SearchStrategy[Data]:
    """Draw intakes for which a rule is certainly clear, whatever other rules come to.

    Raises:
        UnknownRule: the rulebook has no such rule.
        Mistake: no example of the rule is clear.

    """
    return _patients(rule_id, "clear", rulebook)


def _patients(rule_id: str, status: Status, rulebook: Rulebook | None) -> st.SearchStrategy[Data]:
    book = rulebook or Rulebook.default()
    starts = Starts.of(book.rule(rule_id), status, book)
    if not starts.intakes:
        raise Mistake(f"no example of `{rule_id}` is {status}; write one in the rule's file")
    material = material_of(book)
    return varied(starts, material, {section: Drawing(material).entry(section) for section in HISTORY})


__all__ = ["answers", "extending", "intakes", "partial_dates", "patients_with", "patients_without"]
