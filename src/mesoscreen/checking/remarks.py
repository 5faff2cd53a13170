"""What a reviewer would remark about a rulebook that loads and proves itself: what is pointless, unsupported or badly worded."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mesoscreen.checking.asking import too_narrow, unasked, untranslated
from mesoscreen.checking.remark import Remark
from mesoscreen.criteria.matching import SPACE_OF
from mesoscreen.criteria.relations import implies
from mesoscreen.rulebook.formula import All, AnyOf, Formula, Is, Not, criteria_of
from mesoscreen.rulebook.model import LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from mesoscreen.rulebook.model import Rule, Rulebook

FORBIDDEN = re.compile(r"\b(safe|safely|fit|eligible)\b", re.IGNORECASE)
FORBIDDEN_IN = {"fr": re.compile(r"sans (danger|risque)|en toute sécurité|\b(apte|éligible)s?\b", re.IGNORECASE)}
"""What promises safety in other languages."""
_STOP = re.compile(r"\b(stop|stops|discontinue|pause|interrupt|withhold)\b", re.IGNORECASE)
_CAREFUL = re.compile(r"\b(not|never|nor|without|prescriber|prescribed|doctor|specialist|bleed\w*|injecting|treatment|session)\b", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.;!?])\s+")
_MOST_TERMS = 64
_ASKED = {"condition": "conditions", "procedure": "procedures", "medication": "medications", "measurement": "measurements"}


def remarks(book: Rulebook, on: date) -> Iterator[Remark]:
    """Yield every remark about a rulebook, as of a day."""
    for rule in book.rules.values():
        yield from _wording(rule)
        yield from _support(rule, book)
        if rule.review_by and rule.review_by < on.isoformat():
            yield Remark("past-review", rule.id, f"should have been looked at again by {rule.review_by}")
        for other in rule.refines:
            if other not in book.rules:
                yield Remark("unknown-rule", rule.id, f"refines `{other}`, which is no rule")
    yield from _implied(book)
    cited = {citation.source.id for rule in book.rules.values() for citation in rule.sources}
    cited |= {reaction.ref for reaction in book.vocabulary.cross_reactions}
    yield from (Remark("unused-source", source, "no rule and no cross-reaction cites it") for source in book.sources if source not in cited)
    yield from _idle_concepts(book)
    yield from unasked(book)
    yield from too_narrow(book)
    yield from untranslated(book)


def _wording(rule: Rule) -> Iterator[Remark]:
    for text in (rule.title, rule.because, rule.action):
        if found := FORBIDDEN.search(text):
            yield Remark("forbidden-word", rule.id, f"says `{found[0]}`; a report never says that a treatment is safe")
    for language, said in rule.translations.items():
        if language in FORBIDDEN_IN and (found := FORBIDDEN_IN[language].search(" ".join(said.values()))):
            yield Remark("forbidden-word", rule.id, f"says `{found[0]}` in `{language}`; a report never says that a treatment is safe")
    for sentence in _SENTENCE.split(rule.action):
        if _STOP.search(sentence) and not _CAREFUL.search(sentence):
            yield Remark("stops-a-medicine", rule.id, f"may be read as telling a patient to stop a medicine: “{sentence}”")


def _support(rule: Rule, book: Rulebook) -> Iterator[Remark]:
    measured = any(
        (c := book.criteria[n]).window is not None or c.bounds is not None or c.age is not None or c.count or c.answers_older_than
        for n in criteria_of(rule.when)
    )
    if measured and not rule.ours and not any(citation.strength == "direct" for citation in rule.sources):
        yield Remark("unsupported-limit", rule.id, "has a window or threshold that no source states and that is not marked as ours")
    if rule.support == "inference" and rule.level == "absolute":
        yield Remark("level-too-high", rule.id, "rests on our own inference alone, so it may be at most relative")


def _implied(book: Rulebook) -> Iterator[Remark]:
    """Find rules that add nothing: whoever raises one raises another that is at least as serious."""
    known: dict[tuple[int, int], bool] = {}

    def follows(one: int, other: int) -> bool:
        if (one, other) not in known:
            known[one, other] = implies(book.criteria[one], book.criteria[other], book.vocabulary)
        return known[one, other]

    sections = [{book.criteria[n].section for n in criteria_of(rule.when)} for rule in book.rules.values()]
    for here, rule in enumerate(book.rules.values()):
        terms = _terms(rule.when)
        for there, other in enumerate(book.rules.values()):
            if rule is other or other.id in rule.refines or LEVELS.index(other.level) > LEVELS.index(rule.level):
                continue
            if sections[here].isdisjoint(sections[there]) or terms is None:
                continue
            if all(_holds(other.when, lambda n, term=term: any(follows(m, n) for m in term)) for term in terms):
                yield Remark("implied-rule", rule.id, f"is never raised without `{other.id}`, which is as serious; merge them or write `refines`")


def _terms(formula: Formula) -> list[frozenset[int]] | None:
    """Give the combinations of criteria that make a formula true; negations may be assumed to help. None if there are too many."""
    match formula:
        case Is(criterion):
            return [frozenset([criterion])]
        case Not():
            return [frozenset()]
        case AnyOf(parts):
            found = [_terms(part) for part in parts]
            return None if None in found else [term for terms in found if terms is not None for term in terms]
        case All(parts):
            joined: list[frozenset[int]] = [frozenset()]
            for part in parts:
                terms = _terms(part)
                if terms is None or len(joined) * len(terms) > _MOST_TERMS:
                    return None
                joined = [a | b for a in joined for b in terms]
            return joined


def _holds(formula: Formula, given: object) -> bool:
    """Say whether a formula follows from some criteria; a negation never does."""
    match formula:
        case Is(criterion):
            return bool(given(criterion))  # type: ignore[operator]
        case Not():
            return False
        case All(parts):
            return all(_holds(part, given) for part in parts)
        case AnyOf(parts):
            return any(_holds(part, given) for part in parts)


def _idle_concepts(book: Rulebook) -> Iterator[Remark]:
    """Find concepts nothing asks about, unless they are declared to be known only so that an answer is understood."""
    facts = {fact for scope in book.questionnaire.scopes for fact in (scope.named["fact"].within if "fact" in scope.named else ())}
    for fact in book.vocabulary.concepts("fact"):
        if fact not in facts:
            yield Remark("idle-concept", fact, "is a fact no rule asks about")
    for kind, section in _ASKED.items():
        scopes = [s for c, s in zip(book.criteria, book.questionnaire.scopes, strict=True) if c.section == section]
        if kind == "procedure" and any(not scope.criterion.concepts for scope in scopes):
            continue  # a rule asks what was used, whatever the procedure
        touched = frozenset().union(*(scope.overlapping for scope in scopes))
        if kind == "measurement" and any(c.bounds is not None and c.bounds.unit == "mg/kg" for c in book.criteria):
            touched |= {"body-weight"}  # what a dose by weight is divided by
        for concept in book.vocabulary.concepts(SPACE_OF[section]).values():
            if concept.kind != kind or concept.means is not None:
                continue
            declared = concept.id in book.no_rule_asks
            if concept.id not in touched and not declared:
                yield Remark("idle-concept", concept.id, f"is a {kind} no rule asks about; list it under `no_rule_asks` if that is meant")
            elif concept.id in touched and declared:
                yield Remark("idle-concept", concept.id, "is listed under `no_rule_asks`, but a rule does ask about it")
