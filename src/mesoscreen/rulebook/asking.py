"""From question files to the questions of forms, each checked against the vocabulary."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mesoscreen.criteria.matching import SPACE_OF
from mesoscreen.rulebook.files import QuestionGroupFile
from mesoscreen.rulebook.model import QuestionGroup, WrittenQuestion
from mesoscreen.rulebook.problems import Problems, did_you_mean, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mesoscreen.rulebook.files import QuestionFile
    from mesoscreen.rulebook.source import Node
    from mesoscreen.vocabulary import Vocabulary
    from mesoscreen.vocabulary.concepts import Space

_SPAN = re.compile(r"ever|now|[1-9][0-9]{0,3} (day|week|month|year)s?")
RESERVED = ("patient", "treatment", "allergies", "conditions", "medications", "procedures", "measurements", "planned")
"""Beginnings of the ids of questions that forms ask by themselves."""


def space_about(about: str) -> Space:
    """Name the space of the concepts a question is about."""
    return "fact" if about == "facts" else SPACE_OF[about]


def build_groups(nodes: Iterable[Node], base: tuple[QuestionGroup, ...], vocabulary: Vocabulary, problems: Problems) -> tuple[QuestionGroup, ...]:
    """Read and check groups of questions, after those of the rulebook this one extends."""
    groups = list(base)
    known = {question.id for group in base for question in group.questions}
    for node in nodes:
        read = problems.read(QuestionGroupFile, node)
        if read is None:
            continue
        questions = []
        for number, question in enumerate(read.questions):
            at = node.find(("questions", number))
            if question.id in known:
                problems.add("duplicate-id", f"there is already a question `{question.id}`", at.get("id"))
            known.add(question.id)
            _check(question, at, vocabulary, problems)
            questions.append(_written(question))
        titles = {language: one.title for language, one in read.translations.items()}
        groups.append(QuestionGroup(read.group, read.title, tuple(questions), titles))
    return tuple(groups)


def _check(question: QuestionFile, at: Node, vocabulary: Vocabulary, problems: Problems) -> None:
    if question.id in RESERVED or question.id.startswith(tuple(f"{word}-" for word in RESERVED)):
        problems.add("bad-id", f"`{question.id}` is kept for the questions every form asks", at.get("id"), "begin it with another word")
    if not _SPAN.fullmatch(question.span):
        problems.add("bad-duration", f"`{question.span}` is not a time", at.get("span"), "write `ever`, `now`, or a time such as `6 months`")
    space = space_about(question.about)
    for concept in question.options:
        if not vocabulary.has(space, concept):
            hint = did_you_mean(nearest(concept, vocabulary.concepts(space)))
            problems.add("unknown-concept", f"`{concept}` is not a {space} this vocabulary knows", at.find(("options",)).key(concept), hint)
    for language, said in question.translations.items():
        for concept in said.options:
            if concept not in question.options:
                where = at.find(("translations", language, "options")).key(concept)
                problems.add("unknown-key", f"`{concept}` is not an option of the question", where, did_you_mean(nearest(concept, question.options)))


def _written(question: QuestionFile) -> WrittenQuestion:
    translations = {language: one.model_dump(exclude_none=True) for language, one in question.translations.items()}
    given = question.given
    return WrittenQuestion(
        question.id, question.about, question.text, question.help, question.span, dict(question.options),
        given.subject, bool(given.planned), translations,
    )  # fmt: skip
