"""What a broken form contract says: which law, at which field, for which form, and what the intake had."""

from __future__ import annotations

import json
import pprint
from typing import TYPE_CHECKING, Any

from mesoscreen.errors import MesoscreenError
from mesoscreen.intake import Intake

if TYPE_CHECKING:
    from collections.abc import Mapping

LAWS = {
    "refused": "every form gives an intake that can be screened",
    "repeated": "the same form gives the same intake again, whatever came in between",
    "hidden": "what was answered before a question was hidden is not kept",
    "lost": "no answer is lost",
    "made-up": "what was not asked is not answered",
    "no-is-no": "no is kept as no",
    "unsure-is-unsure": "unsure is kept as unsure",
}
"""Every law of a form, by code."""
_LONGEST = 600
"""Most characters of an intake a message quotes."""


class ContractBroken(MesoscreenError, AssertionError):
    """A form's adapter breaks a law; the form data that shows it is made up, so the message quotes it."""

    code = "form-contract"

    def __init__(self, law: str, field: str, what: str, form: Mapping[str, Any], intake: str) -> None:
        """Hold which law, at which field, what should have been and was, for which form data."""
        super().__init__(law, field, what)
        self.law, self.field, self.what, self.form, self.intake = law, field, what, form, intake

    def __str__(self) -> str:
        shown = pprint.pformat(self.form, width=100, sort_dicts=False).replace("\n", "\n            ")
        rows = [
            f"the form contract is broken: {LAWS[self.law]} [{self.law}]",
            f"  field     {self.field}",
            f"  what      {self.what}",
            f"  intake    {self.intake}",
            f"  form      {shown}",
        ]
        return "\n".join(rows)


def entries(intake: Intake, section: str) -> tuple[Any, ...]:
    """Give the entries of a section, in either form."""
    given = getattr(intake, section)
    if given is None:
        return ()
    return given if isinstance(given, tuple) else tuple(given.present)


def differing(one: Intake, other: Intake) -> str:
    """Name the first part in which two intakes differ."""
    first, second = json.loads(one.canonical()), json.loads(other.canonical())
    return next((part for part in Intake.model_fields if first.get(part) != second.get(part)), "")


def looked_up(data: Any, pointer: str) -> tuple[Any, bool]:  # noqa: ANN401 - any JSON
    """Look up a JSON pointer; say whether anything is there."""
    for step in pointer.split("/")[1:]:
        if isinstance(data, dict) and step in data:
            data = data[step]
        elif isinstance(data, list) and step.isdigit() and int(step) < len(data):
            data = data[int(step)]
        else:
            return None, False
    return data, True


def shortened(made: object) -> str:
    """Write what an adapter made as JSON, as much of it as a message can hold."""
    text = json.dumps(made, ensure_ascii=False, default=repr)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
