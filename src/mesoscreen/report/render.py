"""Render a report for people: plain text for a terminal, Markdown for a record."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from mesoscreen.report.model import Finding, Outcome, Question, Report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesoscreen.criteria.doubts import Unrecognised

HEADLINES = {
    Outcome.CONTRAINDICATED: "CONTRAINDICATED: an absolute contraindication is present",
    Outcome.REVIEW: "REVIEW: a practitioner must review this before treatment",
    Outcome.INCOMPLETE: "INCOMPLETE: nothing found yet, but questions are still open",
    Outcome.NO_FLAGS: "NO FLAGS: everything the rulebook asks was answered, and no rule was raised",
}
LEVELS = {"absolute": "absolute contraindication", "relative": "relative contraindication", "precaution": "precaution"}
SUPPORT = {
    "strong": "well supported",
    "weak": "weakly supported",
    "partial": "partly supported, the rest is our inference",
    "inference": "our own inference",
}
_FEW = 8


def to_text(report: Report, width: int) -> str:
    """Render for a terminal."""
    return "\n".join(row.rstrip() for row in _text(report, width)) + "\n"


def _text(report: Report, width: int) -> Iterator[str]:
    page = _Page(width)
    yield from page.wrap(HEADLINES[report.outcome], 0)
    yield "=" * min(width, len(HEADLINES[report.outcome]))
    present = [f for f in report.findings if f.status == "present"]
    if present:
        yield from ("", f"Findings ({len(present)})")
    for finding in present:
        yield from _present(finding, page)
    if report.unrecognised:
        yield from ("", f"Not recognised ({len(report.unrecognised)}): correct these, nothing about them was assumed")
    for name in report.unrecognised:
        yield from page.wrap(f"{name.path}: {_read_as(name)}", 2, "! ")
    if report.contradictions:
        yield from ("", f"Contradictions ({len(report.contradictions)})")
    for both in report.contradictions:
        yield from page.wrap(f"{', '.join(both.paths)}: {both.what}", 2, "! ")
    if report.unanswered:
        yield from ("", f"Still to ask ({len(report.unanswered)}), most serious first")
    for question in report.unanswered:
        about = f" ({_some(question.about)})" if question.about else ""
        yield from page.wrap(f"{question.path}: {question.text}{about}  [{question.level}{_waiting(question)}]", 2, "? ")
    yield from _possible(report, page)
    if report.not_assessed:
        rules = ", ".join(one.rule for one in report.not_assessed)
        yield from ("", f"Not assessed ({len(report.not_assessed)}): for want of a reading, an amount or a fact nobody has to declare")
        yield from page.wrap(rules, 2)
    for change in report.stamp.changes:
        yield ""
        yield from page.wrap(f"changed by the clinic: {change.rule}, {change.what}: {change.reason}", 2)
    yield ""
    yield from page.wrap(report.intended_use, 0)
    yield from page.wrap(report.misuse, 0)
    yield from page.wrap(_stamp(report), 0)


class _Page:
    """Wraps text to a width."""

    def __init__(self, width: int) -> None:
        self.width = width

    def wrap(self, text: str, indent: int, first: str = "") -> list[str]:
        """Wrap a paragraph; `first` stands before its first line, and the rest is aligned with what follows it."""
        margin = " " * indent
        return textwrap.wrap(
            text, self.width, initial_indent=margin + first, subsequent_indent=margin + " " * len(first), break_on_hyphens=False
        )

    def labelled(self, label: str, text: str) -> list[str]:
        """Wrap a paragraph behind a label in the margin."""
        return self.wrap(text, 4, f"{label:10}")


def _present(finding: Finding, page: _Page) -> Iterator[str]:
    yield ""
    yield from page.wrap(f"{finding.title}  [{LEVELS[finding.level]}]", 2, "* ")
    for item in _answers(finding):
        yield from page.labelled("answer", item)
    yield from page.labelled("because", finding.because)
    yield from page.labelled("do", finding.action)
    if finding.defer_until is not None:
        yield from page.labelled("until", f"the time window alone would end it on {finding.defer_until}")
    for given in dict.fromkeys(evidence.clearance for evidence in finding.evidence if evidence.clearance is not None):
        yield from page.labelled("cleared", f"by {given.by}{f', {given.date}' if given.date else ''}{f': {given.note}' if given.note else ''}")
    said = "; ".join(f"{s.publisher or s.title}{f', {s.pinpoint}' if s.pinpoint else ''}" for s in finding.sources)
    yield from page.labelled("sources", f"{said} ({SUPPORT[finding.support]})")
    yield from page.labelled("rule", f"{finding.rule} ({finding.domain})")


def _possible(report: Report, page: _Page) -> Iterator[str]:
    """List what depends on open questions; in full only where something the patient said already points to it."""
    possible = [f for f in report.findings if f.status == "possible"]
    if not possible:
        return
    yield from ("", f"Possible ({len(possible)}): depends on what is not known yet")
    pointed = [f for f in possible if any(not item.path.startswith("/treatment") for item in f.evidence)]
    for finding in pointed:
        yield from page.wrap(f"{finding.title}  [{LEVELS[finding.level]}; {finding.rule}]", 2, "* ")
        yield from (row for item in _answers(finding) for row in page.labelled("answer", item))
    for level, words in LEVELS.items():
        waiting = [f.rule for f in possible if f not in pointed and f.level == level]
        if waiting:
            yield from page.wrap(f"{words}, nothing said yet ({len(waiting)}): {', '.join(waiting)}", 2, "* ")


def _answers(finding: Finding) -> list[str]:
    """Say for each place of the intake what it was read as."""
    places: dict[str, dict[str, None]] = {}
    for item in finding.evidence:
        read = item.concept + ("" if item.match == "exact" else " (not certain)") if item.concept else ""
        places.setdefault(item.path, {})[read] = None
    return [f"{path} {', '.join(word for word in read if word)}".rstrip() for path, read in places.items()]


def _read_as(name: Unrecognised) -> str:
    hint = f"; did you mean {' or '.join(name.suggestions)}?" if name.suggestions else ""
    return (f"read as {name.read_as}, not certain" if name.read_as else "not known") + hint


def _waiting(question: Question) -> str:
    count = len(question.rules)
    return "" if not count else "; 1 rule waits" if count == 1 else f"; {count} rules wait"


def _stamp(report: Report) -> str:
    stamp = report.stamp
    return (
        f"{stamp.rulebook} {stamp.version} ({stamp.sha256[:12]}), mesoscreen {stamp.library}, decided by {stamp.engine}, "
        f"as of {stamp.on}, intake {stamp.intake_sha256[:12]}"
    )


def _some(labels: tuple[str, ...]) -> str:
    more = len(labels) - _FEW
    return ", ".join(labels[:_FEW]) + (f" and {more} more" if more > 0 else "")


def to_markdown(report: Report) -> str:
    """Render as Markdown."""
    return "\n".join(_markdown(report)) + "\n"


def _markdown(report: Report) -> Iterator[str]:
    yield f"# {HEADLINES[report.outcome]}"
    for status, heading in (("present", "Findings"), ("possible", "Possible")):
        found = [f for f in report.findings if f.status == status]
        if found:
            yield from ("", f"## {heading}")
            for finding in found:
                yield from _markdown_finding(finding)
    if report.unanswered:
        yield from ("", "## Still to ask", "")
        for question in report.unanswered:
            about = f" ({_some(question.about)})" if question.about else ""
            yield f"- `{question.path}`: {question.text}{about} *{question.level}*"
    if report.unrecognised:
        yield from ("", "## Not recognised", "")
        for name in report.unrecognised:
            yield f"- `{name.path}`: {_read_as(name)}"
    if report.contradictions:
        yield from ("", "## Contradictions", "")
        for both in report.contradictions:
            yield f"- {', '.join(f'`{path}`' for path in both.paths)}: {both.what}"
    if report.not_assessed:
        yield from ("", "## Not assessed", "")
        for missing in report.not_assessed:
            yield f"- {missing.title} (`{missing.rule}`): {'; '.join(missing.needs)}"
    stamp = report.stamp
    if stamp.changes:
        yield from ("", "## Changed by the clinic", "")
        yield from (f"- `{change.rule}`: {change.what}. {change.reason}" for change in stamp.changes)
    yield from ("", "---", "")
    for text in (report.intended_use, report.misuse):
        if text:
            yield from (text, "")
    yield _stamp(report)


def _markdown_finding(finding: Finding) -> Iterator[str]:
    yield from ("", f"### {finding.title}", "")
    yield f"*{LEVELS[finding.level]}*, {finding.domain}, rule `{finding.rule}`, {SUPPORT[finding.support]}"
    yield from ("", finding.because, "", f"**Do:** {finding.action}")
    if finding.defer_until is not None:
        yield from ("", f"The time window alone would end this on {finding.defer_until}.")
    yield ""
    yield from (f"- answer {item}" for item in _answers(finding))
    for source in finding.sources:
        link = f"[{source.title}]({source.url})" if source.url else source.title
        yield f"- source: {link}{f', {source.publisher}' if source.publisher else ''}{f', {source.pinpoint}' if source.pinpoint else ''}"
