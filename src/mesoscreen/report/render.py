"""Render a report for people: plain text for a terminal, Markdown for a record."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from mesoscreen.report.model import Finding, Outcome, Report

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    def wrap(text: str, indent: int, first: str = "") -> list[str]:
        margin = " " * indent
        return textwrap.wrap(text, width, initial_indent=margin + first, subsequent_indent=margin + " " * len(first), break_on_hyphens=False)

    yield from wrap(HEADLINES[report.outcome], 0)
    yield "=" * min(width, len(HEADLINES[report.outcome]))
    for status, heading in (("present", "Findings"), ("possible", "Possible: depends on what is not known yet")):
        found = [f for f in report.findings if f.status == status]
        if not found:
            continue
        yield from ("", f"{heading} ({len(found)})")
        shown = found if status == "present" else [f for f in found if f.evidence]
        for finding in shown:
            yield ""
            yield from wrap(f"{finding.title}  [{LEVELS[finding.level]}]", 2, "* ")
            yield from wrap(f"rule      {finding.rule}, {finding.domain}, {SUPPORT[finding.support]}", 4)
            yield from _labelled("because", finding.because, wrap)
            yield from _labelled("do", finding.action, wrap)
            if finding.defer_until is not None:
                yield from _labelled("until", f"the time window alone would end it on {finding.defer_until}", wrap)
            for item in finding.evidence:
                doubt = "" if item.match == "exact" else " (read as, not certain)"
                what = f" {item.concept}{doubt}" if item.concept else doubt
                yield from _labelled("answer", f"{item.path}{what}", wrap)
                if item.clearance is not None:
                    yield from _labelled("cleared", f"by {item.clearance.by}{f', {item.clearance.date}' if item.clearance.date else ''}", wrap)
            for source in finding.sources:
                pin = f", {source.pinpoint}" if source.pinpoint else ""
                yield from _labelled("source", f"{source.title}{f' ({source.publisher})' if source.publisher else ''}{pin}", wrap)
        rest = [f for f in found if f not in shown]
        if rest:
            yield ""
            yield from wrap("waiting for answers: " + ", ".join(f.rule for f in rest), 2)
    if report.unanswered:
        yield from ("", f"Still to ask ({len(report.unanswered)}), most serious first")
        for question in report.unanswered:
            about = f" ({_some(question.about)})" if question.about else ""
            waits = f" [{question.level}; {_rules(len(question.rules))}]" if question.rules else f" [{question.level}]"
            yield from wrap(f"{question.path}: {question.text}{about}{waits}", 2, "? ")
    if report.unrecognised:
        yield from ("", f"Not recognised ({len(report.unrecognised)}): correct these, nothing about them was assumed")
        for name in report.unrecognised:
            read = f"read as {name.read_as}, not certain" if name.read_as else "not known"
            hint = f"; did you mean {' or '.join(name.suggestions)}?" if name.suggestions else ""
            yield from wrap(f"{name.path}: {read}{hint}", 2, "! ")
    if report.contradictions:
        yield from ("", f"Contradictions ({len(report.contradictions)})")
        for both in report.contradictions:
            yield from wrap(f"{', '.join(both.paths)}: {both.what}", 2, "! ")
    if report.not_assessed:
        yield from ("", f"Not assessed ({len(report.not_assessed)}): rests on something nobody declared")
        for missing in report.not_assessed:
            yield from wrap(f"{missing.title} ({missing.rule}): {'; '.join(missing.needs)}", 2, "- ")
    stamp = report.stamp
    for change in stamp.changes:
        yield ""
        yield from wrap(f"changed by the clinic: {change.rule}, {change.what}: {change.reason}", 2)
    yield ""
    if report.intended_use:
        yield from wrap(report.intended_use, 0)
    yield from wrap(
        f"{stamp.rulebook} {stamp.version} ({stamp.sha256[:12]}), mesoscreen {stamp.library}, decided by {stamp.engine}, "
        f"as of {stamp.on}, intake {stamp.intake_sha256[:12]}",
        0,
    )


def _labelled(label: str, text: str, wrap: object) -> list[str]:
    return wrap(text, 4, f"{label:10}")  # type: ignore[operator,no-any-return]


def _some(labels: tuple[str, ...]) -> str:
    more = len(labels) - _FEW
    return ", ".join(labels[:_FEW]) + (f" and {more} more" if more > 0 else "")


def _rules(count: int) -> str:
    return "1 rule waits" if count == 1 else f"{count} rules wait"


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
            hint = f"; did you mean {' or '.join(name.suggestions)}?" if name.suggestions else ""
            yield f"- `{name.path}`: {f'read as {name.read_as}, not certain' if name.read_as else 'not known'}{hint}"
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
    if report.intended_use:
        yield from (report.intended_use, "")
    yield (
        f"Rulebook {stamp.rulebook} {stamp.version} (`{stamp.sha256[:12]}`), mesoscreen {stamp.library}, "
        f"decided by {stamp.engine}, as of {stamp.on}, intake `{stamp.intake_sha256[:12]}`."
    )


def _markdown_finding(finding: Finding) -> Iterator[str]:
    yield from ("", f"### {finding.title}", "")
    yield f"*{LEVELS[finding.level]}*, {finding.domain}, rule `{finding.rule}`, {SUPPORT[finding.support]}"
    yield from ("", finding.because, "", f"**Do:** {finding.action}")
    if finding.defer_until is not None:
        yield from ("", f"The time window alone would end this on {finding.defer_until}.")
    if finding.evidence:
        yield ""
        for item in finding.evidence:
            doubt = "" if item.match == "exact" else " (not certain)"
            yield f"- answer `{item.path}`: {item.concept or item.criterion}{doubt}"
    yield ""
    for source in finding.sources:
        link = f"[{source.title}]({source.url})" if source.url else source.title
        yield f"- source: {link}{f', {source.publisher}' if source.publisher else ''}{f', {source.pinpoint}' if source.pinpoint else ''}"
