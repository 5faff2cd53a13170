"""What screening returns: an immutable report that never says safe.

Plain frozen values; JSON through one pydantic adapter, so a report read back equals the report written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, NoReturn

from mesoscreen.criteria.doubts import Contradiction, Unrecognised
from mesoscreen.errors import NothingToExplain
from mesoscreen.rulebook.model import Change, Domain, Support
from mesoscreen.wording import LANGUAGE

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import TypeAdapter

    from mesoscreen.report.explain import Explanation


class Level(StrEnum):
    """How serious a concern is."""

    ABSOLUTE = "absolute"
    RELATIVE = "relative"
    PRECAUTION = "precaution"


class Outcome(StrEnum):
    """What the report comes to, most serious first. None of them says that a treatment is safe."""

    CONTRAINDICATED = "contraindicated"
    REVIEW = "review"
    INCOMPLETE = "incomplete"
    NO_FLAGS = "no-flags"


@dataclass(frozen=True, slots=True)
class Clearance:
    """A clearance as the form gave it; it never removes a finding."""

    by: str
    date: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """An answer that caused a finding."""

    path: str
    """JSON pointer into the intake as submitted."""
    criterion: str
    """The criterion it bears on, in words."""
    concept: str
    """The concept it was read as; empty where the criterion is not about one."""
    match: Literal["exact", "probable"]
    clearance: Clearance | None = None


@dataclass(frozen=True, slots=True)
class SourceNote:
    """Who says so."""

    title: str
    publisher: str
    url: str
    pinpoint: str
    supports: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that is present, or possible because something is not known."""

    rule: str
    title: str
    domain: Domain
    level: Level
    status: Literal["present", "possible"]
    because: str
    action: str
    defer_until: date | None
    """First day on which the rule's time windows alone would make it clear; None if they never do."""
    evidence: tuple[Evidence, ...]
    sources: tuple[SourceNote, ...]
    support: Support
    """How strongly the sources support the rule; `inference` is our own."""


@dataclass(frozen=True, slots=True)
class Question:
    """Something still worth asking."""

    path: str
    text: str
    about: tuple[str, ...]
    """What to ask about, where only part of a section was asked."""
    level: Level
    """How serious the most serious rule that waits on it is."""
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotAssessed:
    """A rule that rests on a declaration nobody made, and what it would need."""

    rule: str
    title: str
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the report was made with. Same inputs, same bytes."""

    rulebook: str
    version: str
    sha256: str
    changes: tuple[Change, ...]
    """What the clinic changed in the rulebook, and why."""
    library: str
    engine: str
    """What decided: the rule engine with its version, or the specification alone."""
    on: date
    """The reference date every time window counts from."""
    intake_sha256: str
    language: str = LANGUAGE
    """The language of the report's texts."""


@dataclass(frozen=True)
class Report:
    """The result of screening one intake."""

    outcome: Outcome
    findings: tuple[Finding, ...]
    unanswered: tuple[Question, ...]
    unrecognised: tuple[Unrecognised, ...]
    contradictions: tuple[Contradiction, ...]
    not_assessed: tuple[NotAssessed, ...]
    stamp: Stamp
    intended_use: str = ""
    """What the rulebook is for."""
    misuse: str = ""
    """What it is not for, and what no intake screen can see."""

    def __bool__(self) -> NoReturn:
        """Refuse: `if screen(intake):` could be read as "fine"."""
        message = "a report is neither true nor false; look at its outcome and findings"
        raise TypeError(message)

    def __repr__(self) -> str:
        """Show nothing about the patient."""
        return f"<Report by {self.stamp.rulebook} {self.stamp.version}>"

    def explain(self, rule_id: str) -> Explanation:
        """Say why a rule is present, possible or clear, and what would change that.

        Raises:
            UnknownRule: the rulebook has no such rule.
            NothingToExplain: the report was read back from JSON.

        """
        tell: Callable[[str], Explanation] | None = self.__dict__.get("_explain")
        if tell is None:
            raise NothingToExplain
        return tell(rule_id)

    def to_text(self, width: int = 100) -> str:
        """Render for a terminal, at most `width` characters wide."""
        from mesoscreen.report.render import to_text  # noqa: PLC0415 - rendering needs the report, not the reverse

        return to_text(self, width)

    def to_markdown(self) -> str:
        """Render as Markdown."""
        from mesoscreen.report.render import to_markdown  # noqa: PLC0415

        return to_markdown(self)

    def model_dump(self) -> dict[str, Any]:
        """Give the report as JSON-ready data."""
        data: dict[str, Any] = _adapter().dump_python(self, mode="json")
        return data

    def model_dump_json(self, *, indent: int | None = None) -> str:
        """Give the report as JSON text."""
        return _adapter().dump_json(self, indent=indent).decode()

    @staticmethod
    def model_validate_json(text: str | bytes) -> Report:
        """Read a report back from JSON. It equals the one written, but can no longer explain itself."""
        return _adapter().validate_json(text)

    @staticmethod
    def model_json_schema() -> dict[str, Any]:
        """Give the JSON Schema of a report."""
        return _adapter().json_schema(mode="serialization")

    def __getstate__(self) -> dict[str, Any]:
        """Leave out the means to explain, which hold the intake."""
        return {key: value for key, value in self.__dict__.items() if key != "_explain"}


@lru_cache(maxsize=1)
def _adapter() -> TypeAdapter[Report]:
    from pydantic import TypeAdapter  # noqa: PLC0415 - built when a report is first written as JSON

    return TypeAdapter(Report)
