"""What a record says, and that it does not contradict itself.

A record never changes: an amendment is a later record that names the digest of the earlier one.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from mesoscreen.intake import MAX_NOTE, MAX_TEXT
from mesoscreen.records.codes import Choice, OverrideReason
from mesoscreen.records.refusal import Part, RecordError, RecordProblem
from mesoscreen.report.model import Level, Outcome, Report

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_DECISIONS = 1000
"""Most decisions one record may hold, far beyond the rules there are."""


def _check_filled(value: str) -> str:
    if not value.strip():
        raise PydanticCustomError("empty-text", "empty; write a reference")
    return value


def _check_day(value: object) -> date:
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        day = None
    # A datetime is a date too, and `2026-W48-1` is one way to write one.
    if type(day) is not date or (isinstance(value, str) and day.isoformat() != value):
        raise PydanticCustomError("impossible-date", "not a date; write YYYY-MM-DD")
    return day


Note = Annotated[str, Field(strict=True, max_length=MAX_NOTE)]
Reference = Annotated[str, Field(strict=True, max_length=MAX_TEXT), AfterValidator(_check_filled)]
"""A key of the caller's own, such as a staff id or a record number; not a name."""
Sha256 = Annotated[str, Field(strict=True, pattern="^[0-9a-f]{64}$")]
Day = Annotated[date, BeforeValidator(_check_day)]


class Reviewer(Part):
    """Who reviewed: a reference and a role, not a name."""

    staff: Reference
    role: Reference


class Decision(Part):
    """What the reviewer decided about one finding."""

    rule: Reference
    choice: Choice
    reason: OverrideReason | None = None
    """Why to proceed in spite of the finding; of an absolute one it is needed, with a note."""
    note: Note = ""


class ScreeningRecord(Part):
    """What was flagged, who reviewed it and what they decided. Never says that a treatment is safe.

    Raises:
        RecordError: it contradicts itself; every problem has a JSON pointer.

    """

    patient: Reference
    report: Report
    recorded: Day
    """The day of this record, as the caller tells it."""
    status: Literal["open", "reviewed"] = "open"
    """Reviewed only with a reviewer, a decision, and a decision about every present finding."""
    reviewer: Reviewer | None = None
    decision: Choice | None = None
    """About the screening as a whole."""
    note: Note = ""
    decisions: Annotated[tuple[Decision, ...], Field(max_length=MAX_DECISIONS)] = ()
    supersedes: Sha256 | None = None
    """Digest of the record that this one amends."""

    def canonical(self) -> bytes:
        """Serialise with sorted keys, no spaces and defaults left out: equal records give equal bytes."""
        plain = self.model_dump(mode="json", exclude_defaults=True)
        return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    @property
    def digest(self) -> str:
        """The SHA-256 of the canonical form."""
        return hashlib.sha256(self.canonical()).hexdigest()

    def amended(self, *, recorded: date, **changes: Any) -> Self:  # noqa: ANN401 - any other field
        """Write the record that supersedes this one: same patient, same report; what is not named stays.

        Raises:
            RecordError: it contradicts itself, is dated before this one, or is about another patient or report.

        """
        if not {"patient", "report", "supersedes"}.isdisjoint(changes):
            problem = RecordProblem("", "bad-amendment", "an amendment keeps patient and report; write a new record of a new screening")
            raise RecordError((problem,))
        same = {name: getattr(self, name) for name in type(self).model_fields}
        later = type(self)(**{**same, **changes, "recorded": recorded, "supersedes": self.digest})
        if later.recorded < self.recorded:
            raise RecordError((RecordProblem("/recorded", "bad-amendment", "an amendment is not dated before what it amends"),))
        return later

    @model_validator(mode="after")
    def _does_not_contradict_itself(self) -> Self:
        problems = (*_of_report(self.report), *_of_decisions(self), *_of_the_whole(self))
        if problems:
            raise RecordError(problems)
        return self


def _of_report(report: Report) -> Iterator[RecordProblem]:
    """Notice a report from which something was taken away, as far as the report itself shows it."""
    rules = [finding.rule for finding in report.findings]
    waiting = {rule for question in report.unanswered for rule in question.rules}
    if report.outcome is not _outcome(report) or len(set(rules)) != len(rules) or not waiting.issubset(rules):
        yield RecordProblem("/report", "altered-report", "outcome, findings and questions do not agree; record the report as it was made")


def _outcome(report: Report) -> Outcome:
    present = [finding.level for finding in report.findings if finding.status == "present"]
    if Level.ABSOLUTE in present:
        return Outcome.CONTRAINDICATED
    if present or report.unrecognised or report.contradictions:
        return Outcome.REVIEW
    return Outcome.INCOMPLETE if report.findings or report.unanswered else Outcome.NO_FLAGS


def _of_decisions(record: ScreeningRecord) -> Iterator[RecordProblem]:
    found = {finding.rule: finding for finding in record.report.findings}
    decided: set[str] = set()
    for at, decision in enumerate(record.decisions):
        finding, place = found.get(decision.rule), f"/decisions/{at}"
        proceeds, reasoned = decision.choice is Choice.PROCEED, decision.reason is not None
        if finding is None:
            yield RecordProblem(f"{place}/rule", "unknown-finding", "not a finding of the report; give the rule of one")
        elif decision.rule in decided:
            yield RecordProblem(f"{place}/rule", "repeated-decision", "decided before; give one decision about each finding")
        elif reasoned and not proceeds:
            yield RecordProblem(f"{place}/reason", "needless-reason", "overrides nothing; give a reason only with `proceed`")
        elif proceeds and finding.level is Level.ABSOLUTE and not (reasoned and decision.note.strip()):
            yield RecordProblem(place, "bare-override", "proceeds in spite of an absolute finding; give a `reason` and a `note`")
        decided.add(decision.rule)


def _of_the_whole(record: ScreeningRecord) -> Iterator[RecordProblem]:
    report, decided = record.report, {decision.rule for decision in record.decisions}
    if record.decision is Choice.PROCEED:
        if any(decision.choice is not Choice.PROCEED for decision in record.decisions):
            yield RecordProblem("/decision", "split-decision", "proceeds although a finding is decided otherwise; change one of the two")
        if (report.unanswered or report.unrecognised or report.contradictions) and not record.note.strip():
            yield RecordProblem("/note", "open-questions", "proceeds although the report leaves something open; say why in a `note`")
    if record.status == "reviewed":
        for name in ("reviewer", "decision"):
            if getattr(record, name) is None:
                yield RecordProblem("", "not-reviewed", f"is not reviewed without a `{name}`; add one, or leave it `open`")
        for at, finding in enumerate(report.findings):
            if finding.status == "present" and finding.rule not in decided:
                yield RecordProblem(f"/report/findings/{at}", "undecided-finding", "present and not decided; decide it, or leave it `open`")
