"""The record of a screening, as intake software keeps it: the report, who reviewed it, and what they decided."""

from mesoscreen.records.codes import SYSTEM, Choice, OverrideReason
from mesoscreen.records.record import Decision, Reviewer, ScreeningRecord
from mesoscreen.records.refusal import RecordError, RecordProblem

__all__ = ["SYSTEM", "Choice", "Decision", "OverrideReason", "RecordError", "RecordProblem", "Reviewer", "ScreeningRecord"]
