"""What the answers of a form deny: what was offered and not chosen, wherever it was offered.

A "no" must never deny more than was asked, so a denial is left out wherever something leaves it open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesoscreen.criteria.matching import SPACE_OF
from mesoscreen.forms.question import NONE, UNSURE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from mesoscreen.forms.form import Form
    from mesoscreen.forms.question import Question


def sorted_out(questions: Iterable[Question], answers: Mapping[str, Any]) -> tuple[list[tuple[Question, str]], list[str], dict[str, str]]:
    """Sort what was offered into what was chosen, what was denied, and what somebody was unsure of."""
    present: list[tuple[Question, str]] = []
    denied: list[str] = []
    unsure: dict[str, str] = {}
    for question in questions:
        answer = answers[question.id]
        offered = [one.value for one in question.options if one.value not in (NONE, UNSURE)]
        present += [(question, value) for value in offered if value in answer]
        rest = [value for value in offered if value not in answer]
        if UNSURE in answer:
            unsure |= dict.fromkeys(rest, question.id)
        else:
            denied += rest
    return present, denied, unsure


def denials(form: Form, section: str, answers: Mapping[str, Any], held: AbstractSet[str]) -> dict[str, str]:
    """Find what is denied in a section, each with the question that denies it.

    What another question leaves open stays open, and so does what is wider than that or than what is `held`: chosen,
    planned, or unsure. "None of these" beside a choice denies what was chosen, so that screening reports the contradiction.
    """
    vocabulary, space = form.rulebook.vocabulary, SPACE_OF[section]
    denied: dict[str, str] = {}
    contradicted: set[str] = set()
    left: set[str] = set()
    for question in _offering(form, section):
        if question.place.subject is not None:
            continue
        answer, offered = answers.get(question.id, ()), _offered(question)
        if NONE in answer:
            denied |= dict.fromkeys(offered, question.id)
            contradicted |= offered & set(answer)
        elif not answer or UNSURE in answer:
            left |= offered
        else:
            denied |= dict.fromkeys(offered - set(answer), question.id)
    kept = {
        concept: question
        for concept, question in sorted(denied.items())
        if concept in contradicted or (held | left).isdisjoint(vocabulary.descendants(space, concept))
    }
    return {**kept, **_of_family(form, section, answers)}


def _offering(form: Form, section: str) -> Iterator[Question]:
    """Yield every question that offers concepts of the section, in sight or not."""
    return (q for q in form.questions if q.place.section == section and q.kind == "choices" and not q.place.parent)


def _offered(question: Question) -> set[str]:
    return {option.value for option in question.options} - {NONE, UNSURE}


def _of_family(form: Form, section: str, answers: Mapping[str, Any]) -> dict[str, str]:
    """Deny for close family, in words the vocabulary reads as such."""
    vocabulary, denied = form.rulebook.vocabulary, dict[str, str]()
    for question in _offering(form, section):
        answer = answers.get(question.id, ())
        if question.place.subject is None or not answer or UNSURE in answer:
            continue
        for concept in sorted(_offered(question) - set(answer)):
            text = f"family history of {concept}"
            if vocabulary.resolve(text, (SPACE_OF[section],)).qualifiers == {"subject": "close-family"}:
                denied[text] = question.id
    return denied
