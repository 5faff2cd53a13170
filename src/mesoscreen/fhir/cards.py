"""A report as CDS Hooks cards: one for each present finding, one for what is still to ask, one for what was not understood.

There is no card that says that nothing was found: silence of a screening is not a clearance.
Same report, same cards, their ids included.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from mesoscreen.fhir.phrases import LEVELS, PHRASES, Language, spoken
from mesoscreen.records.codes import OverrideReason
from mesoscreen.report.model import Level

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesoscreen.fhir.reading import Understood
    from mesoscreen.report.model import Finding, Report

RULES = "urn:mesoscreen:rule"
"""The code system of rule ids."""
LONGEST_SUMMARY = 139
INDICATORS = {Level.ABSOLUTE: "critical", Level.RELATIVE: "warning", Level.PRECAUTION: "info"}


def cards(report: Report, understood: Understood | None = None) -> dict[str, Any]:
    """Give a report as the response of a CDS Hooks service, in the language of the report.

    `understood` is the bundle the report was made from: what in it was not understood becomes part of a card,
    and answers are shown with the resources they come from.
    """
    return {"cards": list(_cards(report, understood, spoken(report)))}


def _cards(report: Report, understood: Understood | None, language: Language) -> Iterator[dict[str, Any]]:
    reasons = [reason.coding(language) for reason in OverrideReason]
    for finding in report.findings:
        if finding.status == "present":
            card = _card(report, finding.rule, f"{LEVELS[language][finding.level]}: {finding.title}", INDICATORS[finding.level])
            yield {
                **card,
                "detail": _detail(finding, understood, language),
                "source": _source(report, finding),
                "overrideReasons": reasons,
            }
    doubts = list(_doubts(report, understood, language))
    if doubts:
        count = len(report.unrecognised) + len(report.contradictions) + (len(understood.not_understood) if understood is not None else 0)
        card = _card(report, "not-understood", PHRASES[language]["doubts"].format(count=count), "warning")
        yield {**card, "detail": "\n".join(doubts)}
    if report.unanswered or report.not_assessed or any(finding.status == "possible" for finding in report.findings):
        worst = min((Level(one.level) for one in report.unanswered), key=list(Level).index, default=Level.PRECAUTION)
        summary = PHRASES[language]["open"].format(count=len(report.unanswered), level=LEVELS[language][worst].lower())
        card = _card(report, "still-to-ask", summary, "info" if worst is Level.PRECAUTION else "warning")
        yield {**card, "detail": "\n".join(_open(report, understood, language))}


def _card(report: Report, about: str, summary: str, indicator: str) -> dict[str, Any]:
    stamp = report.stamp
    name = f"{RULES}:{about}:{stamp.sha256}:{stamp.on}:{stamp.intake_sha256}"
    return {
        "uuid": str(uuid5(NAMESPACE_URL, name)),
        "summary": summary if len(summary) <= LONGEST_SUMMARY else f"{summary[: LONGEST_SUMMARY - 1].rstrip()}…",
        "indicator": indicator,
        "source": {"label": f"{stamp.rulebook} {stamp.version}"},
    }


def _source(report: Report, finding: Finding) -> dict[str, Any]:
    """Say who says so: the first source one can follow, and the rule."""
    topic = {"system": RULES, "code": finding.rule, "display": finding.title}
    cited = next((one for one in finding.sources if one.url), None)
    if cited is None:
        return {"label": f"{report.stamp.rulebook} {report.stamp.version}", "topic": topic}
    return {"label": cited.publisher or cited.title, "url": cited.url, "topic": topic}


def _detail(finding: Finding, understood: Understood | None, language: Language) -> str:
    say = PHRASES[language]
    rows = [_plain(finding.because), "", f"**{say['do']}:** {_plain(finding.action)}", ""]
    rows += _answers(finding, understood, language)
    if finding.defer_until is not None:
        rows.append(f"- {say['until'].format(day=finding.defer_until)}")
    for given in dict.fromkeys(one.clearance for one in finding.evidence if one.clearance is not None):
        said = ", ".join(_plain(part) for part in (given.by, given.date, given.note) if part)
        rows.append(f"- {say['cleared'].format(by=said)}")
    for cited in finding.sources:
        link = f"[{_plain(cited.title)}]({cited.url})" if cited.url else _plain(cited.title)
        rows.append(f"- {say['source']}: {', '.join(part for part in (link, _plain(cited.publisher), _plain(cited.pinpoint)) if part)}")
    return "\n".join(rows)


def _answers(finding: Finding, understood: Understood | None, language: Language) -> list[str]:
    """Say for each place what it was read as, and which resource says it."""
    say = PHRASES[language]
    places: dict[str, dict[str, None]] = {}
    for item in finding.evidence:
        read = item.concept + ("" if item.match == "exact" else f" ({say['not-certain']})") if item.concept else ""
        places.setdefault(item.path, {})[read] = None
    return [
        f"- {say['answer']}: {', '.join(word for word in read if word)} (`{path}`{_from(path, understood, language)})" for path, read in places.items()
    ]


def _from(path: str, understood: Understood | None, language: Language) -> str:
    found = understood.origins_of(path) if understood is not None else ()
    return f", {PHRASES[language]['from']} {', '.join(f'`{one.pointer}`' for one in found)}" if found else ""


def _doubts(report: Report, understood: Understood | None, language: Language) -> Iterator[str]:
    """List everything that was not understood: in the bundle, among the names, and what cannot all be right."""
    say = PHRASES[language]
    if understood is not None and understood.not_understood:
        yield f"**{say['not-understood']}**\n"
        for odd in understood.not_understood:
            yield f"- `{odd.pointer}` {odd.resource}: {odd.message}"
    if report.unrecognised:
        yield f"\n**{say['unrecognised']}**\n"
    for name in report.unrecognised:
        said = say["read-as"].format(concept=_plain(name.read_as)) if name.read_as else say["not-known"]
        hint = f"; {say['did-you-mean'].format(names=_plain(', '.join(name.suggestions)))}" if name.suggestions else ""
        yield f"- `{name.path}`{_from(name.path, understood, language)}: {said}{hint}"
    if report.contradictions:
        yield f"\n**{say['contradictions']}**\n"
    for both in report.contradictions:
        yield f"- {', '.join(f'`{path}`{_from(path, understood, language)}' for path in both.paths)}: {_plain(both.what)}"


def _open(report: Report, understood: Understood | None, language: Language) -> Iterator[str]:
    """List what is still to ask, what depends on it, and what was not assessed."""
    say = PHRASES[language]
    if report.unanswered:
        yield f"**{say['questions']}**\n"
    for question in report.unanswered:
        about = f" ({_plain(', '.join(question.about))})" if question.about else ""
        yield f"- `{question.path}`: {_plain(question.text)}{about} ({say['level']}: {LEVELS[language][question.level].lower()})"
    possible = [finding for finding in report.findings if finding.status == "possible"]
    if possible:
        yield f"\n**{say['possible']}**\n"
    for finding in possible:
        where = ", ".join(dict.fromkeys(f"`{one.path}`{_from(one.path, understood, language)}" for one in finding.evidence))
        yield f"- {_plain(finding.title)} ({LEVELS[language][finding.level].lower()}){f': {where}' if where else ''}"
    if report.not_assessed:
        yield f"\n**{say['not-assessed']}**\n"
        yield from (f"- {_plain(one.title)}" for one in report.not_assessed)


def _plain(text: str) -> str:
    """Keep a text from being taken for markup where cards are shown as HTML."""
    return text.replace("<", "&lt;").replace("\n", " ")
