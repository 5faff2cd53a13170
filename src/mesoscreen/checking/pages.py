"""Write the reference pages of a rulebook: one page a rule, which a reviewer can read and sign, with indexes and the bibliography.

`python -m mesoscreen.checking.pages FOLDER` writes them for the shipped rulebook.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from mesoscreen.criteria.matching import SPACE_OF
from mesoscreen.criteria.phrases import phrase
from mesoscreen.rulebook.formula import All, AnyOf, Formula, Is, Not, criteria_of
from mesoscreen.rulebook.model import LEVELS, Rulebook

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mesoscreen.rulebook.model import Rule

LEVEL_WORDS = {"absolute": "absolute contraindication", "relative": "relative contraindication", "precaution": "precaution"}
SUPPORT_WORDS = {
    "strong": "a label, guideline, agency, law, study or case report states it",
    "weak": "only clinic pages, forms or secondary references state it",
    "partial": "the sources support part of it; the rest is our inference",
    "inference": "our own inference; no source read for this rulebook states it",
}
STRENGTH_WORDS = {"direct": "states it", "partial": "supports part of it", "context": "is related, does not state it"}
_MOST_CODES = 30
_GENERATED = "<!-- Generated from the rulebook; change the rule, not this page. -->"


def pages(book: Rulebook) -> Mapping[str, str]:
    """Give every page as its path below `docs/reference/` and its text."""
    made = {f"rules/{rule.id}.md": "\n".join(_page(rule, book)) + "\n" for rule in book.rules.values()}
    made["rules/index.md"] = "\n".join(_index(book)) + "\n"
    made["rules/by-hazard.md"] = "\n".join(_by_hazard(book)) + "\n"
    made["bibliography.md"] = "\n".join(_bibliography(book)) + "\n"
    return made


def write(book: Rulebook, folder: Path) -> None:
    """Write the pages, and take away the pages of rules that are gone."""
    made = pages(book)
    (folder / "rules").mkdir(parents=True, exist_ok=True)
    for old in (folder / "rules").glob("*.md"):
        if f"rules/{old.name}" not in made:
            old.unlink()
    for path, text in made.items():
        (folder / path).write_text(text, encoding="utf-8")


def _page(rule: Rule, book: Rulebook) -> Iterator[str]:
    yield from (_GENERATED, "", f"# {rule.title}", "")
    yield f"| rule | `{rule.id}` |\n|---|---|\n| level | **{LEVEL_WORDS[rule.level]}** |"
    if rule.if_unanswered != rule.level:
        yield f"| while the question is open | {LEVEL_WORDS[rule.if_unanswered]} |"
    yield f"| domain, topic | {rule.domain}, {rule.topic} |"
    yield f"| hazards | {', '.join(rule.hazards) or 'none named'} |"
    yield f"| support | {rule.support}: {SUPPORT_WORDS[rule.support]} |"
    if rule.review_by:
        yield f"| to be looked at again by | {rule.review_by} |"
    yield from ("", "## When", "")
    yield from _condition(rule.when, book, 0)
    yield from ("", "## Why", "", rule.because, "", "## What to do", "", rule.action, "")
    if rule.ours:
        yield from (f"**Our own:** {rule.ours}.", "")
    if rule.disagreement:
        yield from (f"**Sources differ:** {rule.disagreement}", "")
    if rule.covers:
        yield from (f"**Also covers:** {', '.join(f'`{c}`' for c in rule.covers)}.", "")
    if rule.refines:
        yield from (f"**Stands beside:** {', '.join(f'[{c}]({c}.md)' for c in rule.refines)}.", "")
    yield from ("## Who says so", "", "| source | supports | how |", "|---|---|---|")
    for cited in rule.sources:
        source = cited.source
        name = f"[{_cell(source.title)}]({source.url})" if source.url else _cell(source.title)
        pin = f", {_cell(cited.pinpoint)}" if cited.pinpoint else ""
        unread = "" if source.read else " (named, not read)"
        yield f"| {name}, {_cell(source.publisher) or 'publisher unknown'}{pin}{unread} | {_cell(cited.supports)} | {STRENGTH_WORDS[cited.strength]} |"
    yield from ("", "## Proof", "", "| patient | laid over a healthy intake | treated on | must be |", "|---|---|---|---|")
    for example in rule.examples:
        given = json.dumps(example.given, ensure_ascii=False).replace("|", "\\|")
        yield f"| {_cell(example.name)} | `{given}` | {example.on} | {example.expect} |"
    yield from _codes(rule, book)
    yield from ("", "## Review", "", "Not yet reviewed by a clinician.", "", "| reviewed by | date | decision |", "|---|---|---|", "| | | |")


def _condition(formula: Formula, book: Rulebook, depth: int) -> Iterator[str]:
    margin = "    " * depth
    match formula:
        case Is(criterion):
            yield f"{margin}- {_sentence(criterion, book)}"
        case Not(criterion):
            yield f"{margin}- **not:** {_sentence(criterion, book)}"
        case All(parts) | AnyOf(parts):
            yield f"{margin}- **{'all of' if isinstance(formula, All) else 'any of'}**"
            for part in parts:
                yield from _condition(part, book, depth + 1)


def _sentence(criterion: int, book: Rulebook) -> str:
    return phrase(book.criteria[criterion], book.vocabulary)


def _codes(rule: Rule, book: Rulebook) -> Iterator[str]:
    """List the codes of the concepts a rule names."""
    rows = []
    for number in criteria_of(rule.when):
        criterion = book.criteria[number]
        if criterion.section == "patient":
            continue
        for name in (*criterion.concepts, *criterion.uses):
            space = "pharmacy" if name in criterion.uses else SPACE_OF[criterion.section]
            below = [name, *sorted(book.vocabulary.descendants(space, name) - {name})]
            concepts = [book.vocabulary.concept(space, c) for c in below]
            rows += [f"| {concept.label} | {system} | {code} |" for concept in concepts for system, code in concept.codes]
    if rows:
        distinct = list(dict.fromkeys(rows))
        yield from ("", "## Codes of the concepts named", "", "| concept | system | code |", "|---|---|---|")
        yield from distinct[:_MOST_CODES]
        if len(distinct) > _MOST_CODES:
            yield from ("", f"And {len(distinct) - _MOST_CODES} more codes of narrower concepts.")


def _index(book: Rulebook) -> Iterator[str]:
    yield from (_GENERATED, "", "# Rules", "", f"{len(book.rules)} rules, sha256 `{book.sha256}`.", "", book.intended_use, "", book.misuse, "")
    yield from ("Also [by hazard](by-hazard.md), with the examples that prove each; the [bibliography](../bibliography.md).", "")
    groups: defaultdict[str, list[Rule]] = defaultdict(list)
    for rule in book.rules.values():
        groups[rule.domain].append(rule)
    for domain, rules in sorted(groups.items()):
        yield from (f"## {domain}", "", "| rule | level | topic | support |", "|---|---|---|---|")
        for rule in sorted(rules, key=lambda r: (LEVELS.index(r.level), r.topic, r.id)):
            yield f"| [{_cell(rule.title)}]({rule.id}.md) | {rule.level} | {rule.topic} | {rule.support} |"
        yield ""


def _by_hazard(book: Rulebook) -> Iterator[str]:
    yield from (_GENERATED, "", "# From hazard to rule to example", "", "What could happen, which rules look for it, and what proves them.", "")
    hazards = sorted({hazard for rule in book.rules.values() for hazard in rule.hazards})
    for hazard in hazards:
        yield from (f"## {hazard}", "", "| rule | level | present | possible | clear |", "|---|---|---|---|---|")
        for rule in book.rules.values():
            if hazard in rule.hazards:
                counts = [sum(e.expect == status for e in rule.examples) for status in ("present", "possible", "clear")]
                yield f"| [{_cell(rule.title)}]({rule.id}.md) | {rule.level} | {' | '.join(str(n) for n in counts)} |"
        yield ""


def _bibliography(book: Rulebook) -> Iterator[str]:
    yield from (_GENERATED, "", "# Bibliography", "")
    yield "*Read* says whether the text itself, or its abstract, was read for this rulebook; that is not clinical validation."
    cited: defaultdict[str, list[str]] = defaultdict(list)
    for rule in book.rules.values():
        for citation in rule.sources:
            cited[citation.source.id].append(f"- [{rule.id}](rules/{rule.id}.md): {citation.supports} ({STRENGTH_WORDS[citation.strength]})")
    edges: defaultdict[str, list[str]] = defaultdict(list)
    for reaction in book.vocabulary.cross_reactions:
        edges[reaction.ref].append(f"- cross-reaction: {reaction.allergy_to} with {reaction.reacts_with} ({reaction.strength})")
    for source in sorted(book.sources.values(), key=lambda s: s.title.casefold()):
        name = f"[{source.title}]({source.url})" if source.url else source.title
        yield from ("", f"## {source.title}", "", f"{name}, {source.publisher or 'publisher unknown'}; {source.kind}; {'read' if source.read else 'named, not read'}.", "")
        yield from (*cited[source.id], *edges[source.id])


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    write(Rulebook.default(), Path(sys.argv[1]))
