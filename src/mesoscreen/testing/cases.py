"""Case files (`*.screening.yaml`): patients in plain data, and what screening must make of them.

The words are those of a rule's examples. What is wrong with a file is said with line and column, all of it at once.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from mesoscreen.errors import IntakeError, MesoscreenError, RulebookProblem
from mesoscreen.intake import Intake, days_of, misdated
from mesoscreen.report.model import Outcome
from mesoscreen.rulebook.model import Example
from mesoscreen.rulebook.problems import Problems, did_you_mean, nearest
from mesoscreen.rulebook.rules import example_intake
from mesoscreen.rulebook.source import SourceError, read_file
from mesoscreen.screening import screen
from mesoscreen.testing.recording import seen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from mesoscreen.report.model import Report
    from mesoscreen.rulebook.model import Rulebook, Status
    from mesoscreen.rulebook.source import Node

_Text = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1)]


def _folded(value: object) -> object:
    return " ".join(value.split()) if isinstance(value, str) else value


class CaseEntry(BaseModel):
    """One case as it stands in a file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[_Text, BeforeValidator(_folded)]
    base: Literal["healthy", "nothing"] = "nothing"
    given: dict[str, Any] = Field(default_factory=dict)
    on: _Text | None = None
    expect: dict[str, Literal["present", "possible", "clear", "not-assessed"]] = Field(default_factory=dict)
    outcome: Literal["contraindicated", "review", "incomplete", "no-flags"] | None = None


class Case(NamedTuple):
    """One patient, ready to be screened."""

    name: str
    intake: Intake
    on: date
    expect: Mapping[str, Status]
    outcome: Outcome | None
    line: int
    """Where it stands in its file, from 1."""


class CasesError(MesoscreenError):
    """A case file cannot be used; every problem found is in `problems`."""

    code = "cases"

    def __init__(self, problems: tuple[RulebookProblem, ...]) -> None:
        """Hold every problem found, in file order."""
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class CaseFailure(MesoscreenError):
    """A case came out otherwise than it says."""

    code = "case"

    def __init__(self, rows: tuple[str, ...]) -> None:
        """Hold what differs, in words."""
        super().__init__(rows)
        self.rows = rows

    def __str__(self) -> str:
        return "\n".join(self.rows)


def read_cases(path: Path, rulebook: Rulebook) -> list[Case]:
    """Read a file of cases.

    Raises:
        CasesError: something in it is wrong.

    """
    try:
        root = read_file(path, path.name).root
    except SourceError as error:
        problem = error.problem
    else:
        return _read(root, path.name, rulebook)
    raise CasesError((problem,))


def _read(root: Node | None, name: str, rulebook: Rulebook) -> list[Case]:
    problems = Problems()
    if root is None or not isinstance(root.value, list) or not root.value:
        raise CasesError(
            (RulebookProblem("wrong-type", f"`{name}` is not a list of cases; start each with `- name: …`", root.at() if root else None),)
        )
    cases: dict[str, Case] = {}
    for node in root.value:
        case = _case(node, rulebook, problems)
        if case is not None and case.name in cases:
            problems.add("duplicate-id", f"a second case is named `{case.name}`; name each by what it shows", node.get("name"))
        elif case is not None:
            cases[case.name] = case
    if problems.found:
        raise CasesError(tuple(problems.found))
    return list(cases.values())


def _case(node: Node, rulebook: Rulebook, problems: Problems) -> Case | None:
    entry = problems.read(CaseEntry, node)
    if entry is None:
        return None
    before = len(problems.found)
    if not entry.expect and entry.outcome is None:
        problems.add("missing-key", "a case expects something; write `expect`, `outcome` or both", node)
    for rule in entry.expect:
        if rule not in rulebook.rules:
            where = node.find(("expect",)).key(rule)
            problems.add(
                "unknown-rule",
                f"`{rule}` is not a rule of {rulebook.name} {rulebook.version}",
                where,
                did_you_mean(nearest(rule, rulebook.rules)),
            )
    on = _day(entry, node, problems)
    intake = _intake(entry, on, node, problems) if on is not None else None
    if on is None or intake is None or len(problems.found) > before:
        return None
    return Case(entry.name, intake, on, entry.expect, Outcome(entry.outcome) if entry.outcome else None, node.line)


def _day(entry: CaseEntry, node: Node, problems: Problems) -> date | None:
    """Give the day a case is screened as of: never today, so that a case comes out the same tomorrow."""
    treatment = entry.given.get("treatment")
    written = entry.on or (treatment.get("date") if isinstance(treatment, dict) else None)
    where = node.get("on") or node.find(("given", "treatment", "date"))
    if written is None:
        problems.add("missing-key", "no day to screen as of; write `on: 2026-12-01`, or `date` in the treatment", node)
        return None
    try:
        first, last = days_of(str(written))
    except ValueError:
        first, last = 0, 1
    if first != last:
        problems.add("wrong-type", "not a whole date; write YYYY-MM-DD", where)
        return None
    return date.fromordinal(first)


def _intake(entry: CaseEntry, on: date, node: Node, problems: Problems) -> Intake | None:
    given = node.get("given") or node
    try:
        if entry.base == "healthy":
            intake = example_intake(Example(entry.name, entry.given, on.isoformat(), "clear"))
        else:
            intake = Intake.model_validate(entry.given)
        found = misdated(intake, on)
    except IntakeError as error:
        found = error.problems
    else:
        if not found:
            return intake
    for problem in found:
        place = tuple(int(step) if step.isdigit() else step for step in problem.pointer.split("/")[1:])
        problems.add(problem.code, f"{problem.pointer or 'given'}: {problem.message}", given.find(place))
    return None


def run_case(case: Case, rulebook: Rulebook) -> Report:
    """Screen one case.

    Raises:
        CaseFailure: it comes out otherwise than it says.

    """
    report = seen(screen(case.intake, on=case.on, rulebook=rulebook))
    rows = tuple(_differing(case, report))
    if rows:
        raise CaseFailure(rows)
    return report


def _differing(case: Case, report: Report) -> Iterator[str]:
    status: dict[str, str] = {finding.rule: finding.status for finding in report.findings}
    status |= {waiting.rule: "not-assessed" for waiting in report.not_assessed}
    for rule, expected in case.expect.items():
        got = status.get(rule, "clear")
        if got != expected:
            yield f"`{rule}` should be {expected}, but is {got}"
            yield from (f"  {row}".rstrip() for row in str(report.explain(rule)).splitlines())
    if case.outcome not in (None, report.outcome):
        yield f"the outcome should be {case.outcome}, but is {report.outcome}"
        yield from (f"  {finding.status}: {finding.rule} ({finding.level})" for finding in report.findings[:10])
        yield from (f"  asks {question.path}: {question.text}" for question in report.unanswered[:10])
        yield from (f"  not recognised: {name.path}" for name in report.unrecognised)
        yield from (f"  contradictory: {', '.join(found.paths)}" for found in report.contradictions)
