"""Render a report for people: plain text for a terminal, Markdown for a record."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from mesoscreen.report.model import Finding, Level, Question, Report
from mesoscreen.wording import wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mesoscreen.criteria.doubts import Unrecognised
    from mesoscreen.wording import Wording

_FEW = 8


def to_text(report: Report, width: int) -> str:
    """Render for a terminal."""
    return "\n".join(row.rstrip() for row in _text(report, width)) + "\n"


def _text(report: Report, width: int) -> Iterator[str]:
    say = wording(report.stamp.language)
    page = _Page(width, say)
    headline = say(f"outcome.{report.outcome}")
    yield from page.wrap(headline, 0)
    yield "=" * min(width, len(headline))
    present = [f for f in report.findings if f.status == "present"]
    yield from page.heading("findings", present)
    for finding in present:
        yield from _present(finding, page)
    yield from page.heading("unrecognised", report.unrecognised)
    for name in report.unrecognised:
        yield from page.wrap(f"{name.path}: {_read_as(name, say)}", 2, "! ")
    yield from page.heading("contradictions", report.contradictions)
    for both in report.contradictions:
        yield from page.wrap(f"{', '.join(both.paths)}: {both.what}", 2, "! ")
    yield from page.heading("unanswered", report.unanswered)
    for question in report.unanswered:
        serious = say(f"level.{question.level}")
        yield from page.wrap(f"{question.path}: {question.text}{_about(question, say)}  [{serious}{_waiting(question, say)}]", 2, "? ")
    yield from _possible(report, page)
    yield from page.heading("not-assessed", report.not_assessed)
    if report.not_assessed:
        yield from page.wrap(", ".join(one.rule for one in report.not_assessed), 2)
    for change in report.stamp.changes:
        yield ""
        yield from page.wrap(say("report.changed", rule=change.rule, what=change.what, reason=change.reason), 2)
    yield ""
    yield from page.wrap(report.intended_use, 0)
    yield from page.wrap(report.misuse, 0)
    yield from page.wrap(_stamp(report, say), 0)


class _Page:
    """Wraps text to a width."""

    def __init__(self, width: int, say: Wording) -> None:
        self.width = width
        self.say = say

    def heading(self, key: str, listed: Sequence[object]) -> list[str]:
        """Give the heading of a list, with how many there are; nothing for an empty one."""
        return ["", self.say(f"report.{key}-count", count=len(listed))] if listed else []

    def wrap(self, text: str, indent: int, first: str = "") -> list[str]:
        """Wrap a paragraph; `first` stands before its first line, and the rest is aligned with what follows it."""
        margin = " " * indent
        return textwrap.wrap(
            text, self.width, initial_indent=margin + first, subsequent_indent=margin + " " * len(first), break_on_hyphens=False
        )

    def labelled(self, key: str, text: str) -> list[str]:
        """Wrap a paragraph behind a label in the margin."""
        return self.wrap(text, 4, f"{self.say(f'report.{key}'):10}")


def _present(finding: Finding, page: _Page) -> Iterator[str]:
    say = page.say
    yield ""
    yield from page.wrap(f"{finding.title}  [{say(f'level.{finding.level}')}]", 2, "* ")
    for item in _answers(finding, say):
        yield from page.labelled("answer", item)
    yield from page.labelled("because", finding.because)
    yield from page.labelled("do", finding.action)
    if finding.defer_until is not None:
        yield from page.labelled("until", say("report.lapses", day=finding.defer_until))
    for given in dict.fromkeys(evidence.clearance for evidence in finding.evidence if evidence.clearance is not None):
        by = say("report.cleared-by", by=given.by)
        yield from page.labelled("cleared", f"{by}{f', {given.date}' if given.date else ''}{f': {given.note}' if given.note else ''}")
    said = "; ".join(f"{s.publisher or s.title}{f', {s.pinpoint}' if s.pinpoint else ''}" for s in finding.sources)
    yield from page.labelled("sources", f"{said} ({say(f'support.{finding.support}')})")
    yield from page.labelled("rule", f"{finding.rule} ({say(f'domain.{finding.domain}')})")


def _possible(report: Report, page: _Page) -> Iterator[str]:
    """List what depends on open questions; in full only where something the patient said already points to it."""
    say = page.say
    possible = [f for f in report.findings if f.status == "possible"]
    yield from page.heading("possible", possible)
    pointed = [f for f in possible if any(not item.path.startswith("/treatment") for item in f.evidence)]
    for finding in pointed:
        yield from page.wrap(f"{finding.title}  [{say(f'level.{finding.level}')}; {finding.rule}]", 2, "* ")
        yield from (row for item in _answers(finding, say) for row in page.labelled("answer", item))
    for level in Level:
        waiting = [f.rule for f in possible if f not in pointed and f.level == level]
        if waiting:
            words = say("report.nothing-said", level=say(f"level.{level}"), count=len(waiting), rules=", ".join(waiting))
            yield from page.wrap(words, 2, "* ")


def _answers(finding: Finding, say: Wording) -> list[str]:
    """Say for each place of the intake what it was read as."""
    places: dict[str, dict[str, None]] = {}
    for item in finding.evidence:
        read = (item.concept if item.match == "exact" else say("report.not-certain", concept=item.concept)) if item.concept else ""
        places.setdefault(item.path, {})[read] = None
    return [f"{path} {', '.join(word for word in read if word)}".rstrip() for path, read in places.items()]


def _read_as(name: Unrecognised, say: Wording) -> str:
    hint = say("report.did-you-mean", names=say.either(name.suggestions)) if name.suggestions else ""
    return (say("report.read-as", concept=name.read_as) if name.read_as else say("report.not-known")) + hint


def _waiting(question: Question, say: Wording) -> str:
    return f"; {say.count('report.waits', len(question.rules))}" if question.rules else ""


def _about(question: Question, say: Wording) -> str:
    more = len(question.about) - _FEW
    some = ", ".join(question.about[:_FEW]) + (say("report.more", count=more) if more > 0 else "")
    return f" ({some})" if some else ""


def _stamp(report: Report, say: Wording) -> str:
    stamp = report.stamp
    return say(
        "report.stamp", rulebook=stamp.rulebook, version=stamp.version, sha256=stamp.sha256[:12], library=stamp.library,
        engine=stamp.engine, on=stamp.on, intake=stamp.intake_sha256[:12],
    )  # fmt: skip


def to_markdown(report: Report) -> str:
    """Render as Markdown."""
    return "\n".join(_markdown(report)) + "\n"


def _markdown(report: Report) -> Iterator[str]:
    say = wording(report.stamp.language)
    yield f"# {say(f'outcome.{report.outcome}')}"
    for status, key in (("present", "findings"), ("possible", "possible")):
        found = [f for f in report.findings if f.status == status]
        if found:
            yield from ("", f"## {say(f'report.{key}')}")
            for finding in found:
                yield from _markdown_finding(finding, say)
    yield from _listed("unanswered", (f"`{q.path}`: {q.text}{_about(q, say)} *{say(f'level.{q.level}')}*" for q in report.unanswered), say)
    yield from _listed("unrecognised", (f"`{name.path}`: {_read_as(name, say)}" for name in report.unrecognised), say)
    yield from _listed("contradictions", (f"{', '.join(f'`{path}`' for path in c.paths)}: {c.what}" for c in report.contradictions), say)
    yield from _listed("not-assessed", (f"{one.title} (`{one.rule}`): {'; '.join(one.needs)}" for one in report.not_assessed), say)
    yield from _listed("changes", (f"`{change.rule}`: {change.what}. {change.reason}" for change in report.stamp.changes), say)
    yield from ("", "---", "")
    for text in (report.intended_use, report.misuse):
        if text:
            yield from (text, "")
    yield _stamp(report, say)


def _listed(key: str, items: Iterable[str], say: Wording) -> list[str]:
    """Put a list under its heading; nothing for an empty one."""
    rows = [f"- {item}" for item in items]
    return ["", f"## {say(f'report.{key}')}", "", *rows] if rows else []


def _markdown_finding(finding: Finding, say: Wording) -> Iterator[str]:
    yield from ("", f"### {finding.title}", "")
    level, domain, support = say(f"level.{finding.level}"), say(f"domain.{finding.domain}"), say(f"support.{finding.support}")
    yield f"*{level}*, {domain}, {say('report.rule')} `{finding.rule}`, {support}"
    yield from ("", finding.because, "", f"**{say('report.action')}** {finding.action}")
    if finding.defer_until is not None:
        yield from ("", say("report.lapses-sentence", day=finding.defer_until))
    yield ""
    yield from (f"- {say('report.answer')} {item}" for item in _answers(finding, say))
    for source in finding.sources:
        link = f"[{source.title}]({source.url})" if source.url else source.title
        yield f"- {say('report.source')}: {link}{f', {source.publisher}' if source.publisher else ''}{f', {source.pinpoint}' if source.pinpoint else ''}"
