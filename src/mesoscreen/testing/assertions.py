"""Assertions about reports whose failures say what the rule came to, and why.

An unknown rule or a place that no intake has raises at once: a test must not pass because of a typo.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from mesoscreen.errors import NothingToExplain, UnknownRule
from mesoscreen.intake import Intake
from mesoscreen.report.model import Report
from mesoscreen.rulebook.model import LEVELS
from mesoscreen.rulebook.problems import did_you_mean, nearest
from mesoscreen.testing.mistakes import Mistake
from mesoscreen.testing.recording import seen

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from mesoscreen.report.model import Finding, Question

Raised = Literal["present", "possible"]
_MOST = 15
"""How many rules or names one row lists before it says how many more there are."""
_ROWS = 40
"""How many rows a failure has before it says how many more there are."""


def assert_flags(
    report: Report, rule: str, *, status: Raised | None = "present", level: str | None = None, evidence: str | None = None
) -> Finding:
    """Assert that a rule is raised, and give its finding.

    `status` None accepts present and possible alike; `level` is how serious the finding is;
    `evidence` is the JSON pointer of an answer it must rest on, in the intake as submitted.

    Raises:
        UnknownRule: the rulebook of the report has no such rule.
        Mistake: `status` or `level` is a word no report uses.

    """
    __tracebackhide__ = True
    _one_of("status", status, ("present", "possible"))
    _one_of("level", level, LEVELS)
    verdict, why = _look(report, rule)
    wanted = " ".join(["flagged", *([f"as {status}"] if status else []), *([f"at level {level}"] if level else [])])
    finding = next((found for found in report.findings if found.rule == rule), None)
    if finding is None or status not in (None, finding.status):
        raise AssertionError(_failure(f"`{rule}` should be {wanted}, but is {verdict}", [*why, *_beside(report, rule)]))
    if level not in (None, finding.level):
        raise AssertionError(_failure(f"`{rule}` should be {wanted}, but its level is {finding.level}", why))
    places = [item.path for item in finding.evidence]
    if evidence is not None and evidence not in places:
        rests = f"rests on {', '.join(places)}" if places else "rests on no answer"
        raise AssertionError(_failure(f"`{rule}` should rest on {evidence}, but {rests}", why))
    return finding


def assert_clear(report: Report, *rules: str) -> None:
    """Assert that what was answered rules these rules out. It says nothing of any other rule, and nothing of the treatment.

    Possible is not clear, and neither is a rule that was not assessed.

    Raises:
        UnknownRule: the rulebook of the report has no such rule.
        NothingToExplain: the report was read back from JSON, and does not tell.

    """
    __tracebackhide__ = True
    for rule in rules:
        verdict, why = _look(report, rule, sure=True)
        if verdict != "clear":
            raise AssertionError(_failure(f"`{rule}` should be clear, but is {verdict}", why))


def assert_quiet(report: Report, *, but: Collection[str] = ()) -> None:
    """Assert that nothing was found: no present finding but those named, no unrecognised name, no contradiction.

    Quiet is not safe. What was not asked stays open however quiet the report is; `report.unanswered` lists it.

    Raises:
        UnknownRule: `but` names a rule the rulebook of the report does not have.

    """
    __tracebackhide__ = True
    _is_report(report)
    for rule in but:
        _look(report, rule)
    rows = [f"present: {f.rule} ({f.level}){_because(f)}" for f in report.findings if f.status == "present" and f.rule not in but]
    rows += [_unread(found.path, found.read_as, found.suggestions) for found in report.unrecognised]
    rows += [f"contradictory: {', '.join(found.paths)}: {found.what}" for found in report.contradictions]
    seen(report)
    if rows:
        raise AssertionError(_failure("the report should be quiet, but it is not", rows))


def assert_open(report: Report, where: str) -> None:
    """Assert that something is not settled yet: a rule (by its id), or a place of the intake (by its JSON pointer).

    A rule is open while it is possible; a place while the report asks about it or something in it.

    Raises:
        UnknownRule: the rulebook of the report has no such rule.
        Mistake: no intake has such a place.

    """
    __tracebackhide__ = True
    if where.startswith("/"):
        assert_asks(report, where)
        return
    verdict, why = _look(report, where)
    if verdict != "possible":
        raise AssertionError(_failure(f"`{where}` should be open, but is {verdict}", why))


def assert_asks(report: Report, path: str, *, about: str | None = None, rule: str | None = None) -> Question:
    """Assert that the report asks about a place of the intake, or something in it, and give the question.

    `about` is something the question names, where only part of a section was asked; `rule` is one that waits on it.

    Raises:
        UnknownRule: the rulebook of the report has no such rule.
        Mistake: no intake has such a place.

    """
    __tracebackhide__ = True
    _check_path(path)
    _is_report(report)
    why = _look(report, rule)[1] if rule is not None else []
    seen(report)
    there = [question for question in report.unanswered if f"{question.path}/".startswith(f"{path}/")]
    for question in there:
        if about in (None, *question.about) and (rule is None or rule in question.rules):
            return question
    wanted = f"the report should ask about {path}" + (f" for {about}" if about else "") + (f" because of `{rule}`" if rule else "")
    rows = [f"asks {q.path}: {q.text}{_listed(' · ', q.about)}" for q in there or report.unanswered] or ["asks nothing"]
    raise AssertionError(_failure(wanted, [*rows, *why]))


def _look(report: Report, rule: str, *, sure: bool = False) -> tuple[str, list[str]]:
    """Give the verdict of a rule and the rows that explain it."""
    __tracebackhide__ = True
    _is_report(report)
    seen(report)
    unknown: UnknownRule | None = None
    lost: NothingToExplain | None = None
    rows: list[str] = []
    try:
        rows = str(report.explain(rule)).splitlines()
    except UnknownRule as error:
        unknown = UnknownRule(rule, error.suggestions)
    except NothingToExplain as error:
        lost, rows = error, ["(the report was read back from JSON, so it cannot say why)"]
    if unknown is not None:
        raise unknown
    for finding in report.findings:
        if finding.rule == rule:
            return finding.status, rows
    if any(rule == waiting.rule for waiting in report.not_assessed):
        return "not assessed", rows
    if lost is not None and sure:
        raise lost
    return "clear" if lost is None else "not among the findings", rows


def _is_report(report: object) -> None:
    __tracebackhide__ = True
    if not isinstance(report, Report):
        raise Mistake(f"this is no report but a {type(report).__name__}; screen the intake and give what `screen` returns")


def _one_of(key: str, word: str | None, words: Iterable[str]) -> None:
    __tracebackhide__ = True
    if word is not None and word not in words:
        raise Mistake(f"`{key}` is one of {', '.join(words)}, not `{word}`")


def _check_path(path: str) -> None:
    """Refuse a place no intake has; what lies below a section depends on the intake."""
    __tracebackhide__ = True
    known = list(Intake.model_fields)
    head, _, part = path.removeprefix("/").partition("/")
    if not path.startswith("/") or head not in known:
        hint = did_you_mean(tuple(f"/{name}" for name in nearest(head, known)))
        raise Mistake(
            f"`{path}` is no place of an intake; places start with {', '.join(f'/{name}' for name in known)}"
            + (f"; {hint}" if hint else "")
        )
    inner = getattr(Intake.model_fields[head].annotation, "model_fields", None)
    first = part.partition("/")[0]
    if first and inner is not None and first not in inner:
        raise Mistake(f"`{path}` is no place of an intake; `/{head}` has {', '.join(inner)}")


def _failure(what: str, rows: Iterable[str]) -> str:
    listed = list(rows)
    more = [f"… and {len(listed) - _ROWS} more"] if len(listed) > _ROWS else []
    return "\n".join([what, *(f"  {row}".rstrip() for row in [*listed[:_ROWS], *more])])


def _beside(report: Report, rule: str) -> Iterator[str]:
    """List what was found instead, and what was not read: what explains most failures."""
    found = [finding.rule for finding in report.findings if finding.status == "present" and finding.rule != rule]
    yield ""
    yield f"present are: {', '.join(found[:_MOST]) or 'none'}" + (f" and {len(found) - _MOST} more" if len(found) > _MOST else "")
    for name in report.unrecognised[:_MOST]:
        yield _unread(name.path, name.read_as, name.suggestions)


def _unread(path: str, read_as: str | None, suggestions: tuple[str, ...]) -> str:
    return f"not recognised: {path}" + (f", perhaps {read_as}" if read_as else "") + _listed("; near: ", suggestions)


def _because(finding: Finding) -> str:
    return _listed(" because of ", [item.path for item in finding.evidence])


def _listed(lead: str, words: Collection[str]) -> str:
    return f"{lead}{', '.join(words)}" if words else ""
