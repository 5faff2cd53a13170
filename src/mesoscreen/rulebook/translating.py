"""A rulebook in another language: the same rules, with their texts translated where the rule files give a translation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mesoscreen.wording import marked

if TYPE_CHECKING:
    from mesoscreen.rulebook.model import QuestionGroup, Rule, Rulebook, WrittenQuestion


def translated(book: Rulebook, language: str) -> Rulebook:
    """Translate what people read; what has no translation stays in English and says so."""
    said = book.translations.get(language, {})
    return replace(
        book,
        language=language,
        vocabulary=book.vocabulary.in_language(language),
        rules={rule.id: _rule(rule, language) for rule in book.rules.values()},
        groups=tuple(_group(group, language) for group in book.groups),
        intended_use=said.get("intended_use") or marked(book.intended_use),
        misuse=said.get("misuse") or marked(book.misuse),
    )


def _rule(rule: Rule, language: str) -> Rule:
    said = rule.translations.get(language, {})
    return replace(
        rule,
        title=said.get("title") or marked(rule.title),
        because=said.get("because") or marked(rule.because),
        action=said.get("action") or marked(rule.action),
    )


def _group(group: QuestionGroup, language: str) -> QuestionGroup:
    questions = tuple(_question(question, language) for question in group.questions)
    return replace(group, title=group.translations.get(language) or marked(group.title), questions=questions)


def _question(question: WrittenQuestion, language: str) -> WrittenQuestion:
    said = question.translations.get(language, {})
    options = said.get("options", {})
    return replace(
        question,
        text=said.get("text") or marked(question.text),
        help=said.get("help") or marked(question.help),
        options={concept: options.get(concept) or marked(label) for concept, label in question.options.items()},
    )
