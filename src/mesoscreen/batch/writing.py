"""Screen intakes and write the reports as text, where they are screened: writing one takes as long as making it."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from mesoscreen.batch.many import Screening
from mesoscreen.report.model import Level, Outcome, Report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    from mesoscreen.batch.files import Placed
    from mesoscreen.errors import MesoscreenError
    from mesoscreen.rulebook.model import Rulebook


class Format(StrEnum):
    """How reports are written."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


class Written(NamedTuple):
    """A report as text."""

    outcome: Outcome
    worst: Level | None
    """The level of the most serious finding that is present."""
    text: str


class Writing:
    """The job of screening intakes and writing each report."""

    def __init__(self, rulebook: Rulebook, on: date | None, form: Format, width: int, *, is_single: bool) -> None:
        """Write in this form, text at most so wide; of a single intake without saying where it stands."""
        self.screening = Screening(rulebook, on)
        self.form = form
        self.width = width
        self.is_single = is_single

    def __call__(self, intake: Placed, /) -> Written | MesoscreenError:
        """Screen and write; whatever goes wrong with the intake is the result."""
        report = self.screening(intake.text)
        if not isinstance(report, Report):
            return report
        present = [finding.level for finding in report.findings if finding.status == "present"]
        return Written(report.outcome, min(present, key=list(Level).index, default=None), self._written(report, intake.place))

    def _written(self, report: Report, place: str) -> str:
        match self.form:
            case Format.TEXT:
                return report.to_text(self.width)
            case Format.MARKDOWN:
                return report.to_markdown()
            case Format.JSON if self.is_single:
                return report.model_dump_json(indent=2) + "\n"
            case Format.JSON:
                return json.dumps({"file": place, "report": report.model_dump()}) + "\n"

    def packer(self) -> Callable[[Iterable[Written | MesoscreenError]], object]:
        """Leave texts as they are."""
        return list

    def unpacker(self) -> Callable[[object], Iterable[Written | MesoscreenError]]:
        """Leave texts as they are."""
        return list  # type: ignore[return-value]
