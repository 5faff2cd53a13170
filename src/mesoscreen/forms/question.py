"""What a question on a form is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from mesoscreen.report.model import Level

Kind = Literal["choice", "choices", "date", "number", "text", "names", "entries"]
"""One option, any number of options, a (partial) date, a number, a name, several names, or several entries with fields."""
NONE, UNSURE, YES, NO = "none", "unsure", "yes", "no"
"""Answers with a meaning of their own: none of these, not sure, and the two plain ones."""
JOINT = "--"
"""What joins a question and what it is about in the id of a follow-up: `heart-disease--heart-failure--status`."""


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that may be chosen."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Opening:
    """When a follow-up is shown: only while this value is among the answer to that question."""

    question: str
    value: str
    """Empty where any answer opens it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the intake an answer goes."""

    section: str
    """patient, treatment, facts, or a section of the intake."""
    key: str = ""
    """The field; empty for the question which of several concepts apply."""
    concept: str = ""
    """Of a follow-up: the entry it is about."""
    parent: str = ""
    """Of a follow-up: the question that makes the entry."""
    subject: str | None = None
    planned: bool = False
    is_now: bool = False
    """The question asks about the present alone, so what is chosen is so now."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a form."""

    id: str
    group: str
    """The id of the group it stands in."""
    section: str
    """The heading of that group."""
    text: str
    kind: Kind
    place: Place
    help: str = ""
    options: tuple[Option, ...] = ()
    unit: str = ""
    """Of a number: its unit (UCUM); empty for a bare number."""
    rules: tuple[str, ...] = ()
    """The rules that need it, most serious first."""
    level: Level | None = None
    """How serious the most serious of them is; None if no rule needs it by itself."""
    opens: Opening | None = None
    """When it is shown; None for always."""
    is_declaration: bool = False
    """Nobody has to answer it: silence leaves rules unassessed, and is no open question."""
    fields: tuple[Question, ...] = ()
    """Of entries: what is asked of each."""
