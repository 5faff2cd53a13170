"""What a reviewer would remark about the questions of forms: what they miss, ask too narrowly, or say in one language only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesoscreen.checking.remark import Remark
from mesoscreen.criteria.answers import ASKED
from mesoscreen.criteria.criterion import Duration
from mesoscreen.criteria.matching import SPACE_OF

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mesoscreen.criteria.criterion import Criterion
    from mesoscreen.rulebook.model import Rulebook, WrittenQuestion

_EVER = float("inf")
_SHOWN = ("title", "because", "action")


def unasked(book: Rulebook) -> Iterator[Remark]:
    """Find concepts rules ask about that no question offers; a form asks about them in plain words of the vocabulary."""
    if not book.groups:
        return
    offered = {(q.about, q.subject, q.planned, concept) for group in book.groups for q in group.questions for concept in q.options}
    for criterion in book.criteria:
        if criterion.section not in ASKED:
            continue
        subject = None if criterion.subject == "patient" else criterion.subject
        for concept in criterion.concepts:
            if (criterion.section, subject, _is_ahead(criterion), concept) not in offered:
                yield Remark("unasked-concept", concept, f"is asked about by a rule ({criterion.section}), but no question offers it")


def too_narrow(book: Rulebook) -> Iterator[Remark]:
    """Find questions that look back less far than a rule: their "no" would deny more than was asked."""
    for group in book.groups:
        for question in group.questions:
            reach = _reach_of(question)
            for number, criterion in enumerate(book.criteria):
                if criterion.section != question.about or criterion.subject != (question.subject or "patient") or _is_ahead(criterion) != question.planned:
                    continue
                space = book.questionnaire.scopes[number].concepts
                touched = [c for c in question.options if c in space.within or not space.within.isdisjoint(_below(book, question, c))]
                if touched and _looks(criterion) > reach:
                    yield Remark("question-too-narrow", question.id, f"asks `{question.span}`, but a rule looks further back for {', '.join(touched)}")


def untranslated(book: Rulebook) -> Iterator[Remark]:
    """Find texts that lack a translation into a language the rulebook is meant to be complete in."""
    for language, head in book.translations.items():
        for key in ("intended_use", "misuse"):
            if getattr(book, key) and key not in head:
                yield Remark("missing-translation", book.name, f"`{key}` is not translated into `{language}`")
        for rule in book.rules.values():
            missing = [key for key in _SHOWN if key not in rule.translations.get(language, {})]
            if missing:
                yield Remark("missing-translation", rule.id, f"{', '.join(f'`{key}`' for key in missing)} not translated into `{language}`")
        for space in book.vocabulary.spaces:
            for concept in book.vocabulary.concepts(space).values():
                if language not in concept.labels:
                    yield Remark("missing-translation", concept.id, f"has no label in `{language}`")
        for group in book.groups:
            if language not in group.translations:
                yield Remark("missing-translation", group.id, f"the group's title is not translated into `{language}`")
            for question in group.questions:
                yield from _question(question, language)


def _question(question: WrittenQuestion, language: str) -> Iterator[Remark]:
    said: Mapping[str, object] = question.translations.get(language, {})
    options = said.get("options", {})
    missing = [key for key in ("text", "help") if getattr(question, key) and key not in said]
    missing += [concept for concept in question.options if concept not in options]  # type: ignore[operator]
    if missing:
        yield Remark("missing-translation", question.id, f"{', '.join(f'`{key}`' for key in missing)} not translated into `{language}`")


def _is_ahead(criterion: Criterion) -> bool:
    return criterion.window is not None and criterion.window.key == "ahead"


def _below(book: Rulebook, question: WrittenQuestion, concept: str) -> frozenset[str]:
    return book.vocabulary.descendants(SPACE_OF[question.about], concept) if question.about in SPACE_OF else frozenset()


def _reach_of(question: WrittenQuestion) -> float:
    if question.span in ("ever", "now"):
        return _EVER if question.span == "ever" else 0
    count, unit = question.span.split()
    return Duration(int(count), unit.removesuffix("s") + "s").roughly()  # type: ignore[arg-type]


def _looks(criterion: Criterion) -> float:
    """Say how far from the treatment a criterion looks, in days."""
    if criterion.window is not None and criterion.window.key != "at_least_ago":
        return criterion.window.length.roughly()
    return 0 if criterion.status == ("now",) else _EVER
