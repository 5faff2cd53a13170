"""A form: the questions a rulebook needs answered for a plan, in order, each with what its answers open."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mesoscreen.forms.building import Builder
from mesoscreen.forms.needs import Needs
from mesoscreen.rulebook.model import Rulebook

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mesoscreen.forms.question import Question
    from mesoscreen.report.model import Report


@dataclass(frozen=True)
class Form:
    """The questions for one plan, in one language. Immutable; make it once and keep it beside the plan."""

    rulebook: Rulebook = field(repr=False)
    treatment: Mapping[str, Any] | None = field(repr=False)
    """The plan, as in an intake; None where the form asks for it too."""
    questions: tuple[Question, ...] = field(repr=False)
    """In the order to ask them; a follow-up stands behind what opens it."""
    never_complete: frozenset[str] = field(default=frozenset(), repr=False)
    """Sections that stay open whatever is answered, since some rule looks for more than a question can name."""

    @classmethod
    def of(cls, rulebook: Rulebook | None = None, treatment: Mapping[str, Any] | None = None) -> Form:
        """Work out the questions a rulebook (the shipped one if none is given) needs for a plan.

        Raises:
            IntakeError: the treatment cannot be read.

        """
        book = rulebook or Rulebook.default()
        needs = Needs.of(book, treatment)
        return cls(book, treatment, tuple(Builder(needs).build(asks_plan=treatment is None)), needs.unaskable())

    def question(self, question: str) -> Question | None:
        """Look a question up by its id."""
        return self._by_id().get(question)

    def _by_id(self) -> Mapping[str, Question]:
        known: dict[str, Question] | None = self.__dict__.get("_known")
        if known is None:
            known = {question.id: question for question in self.questions}
            object.__setattr__(self, "_known", known)
        return known

    def shown(self, answers: Mapping[str, Any]) -> Iterator[Question]:
        """Yield the questions that these answers leave in sight."""
        seen: set[str] = set()
        for question in self.questions:
            opens = question.opens
            if opens is None or (opens.question in seen and _is_among(opens.value, answers.get(opens.question))):
                seen.add(question.id)
                yield question

    def still_open(self, answers: Mapping[str, Any], report: Report) -> tuple[Question, ...]:
        """List the questions in sight that have no answer and that a possible finding waits for, most serious first."""
        possible = {finding.rule: finding.level for finding in report.findings if finding.status == "possible"}
        levels = list(type(next(iter(possible.values())))) if possible else []
        waiting = [
            (min(levels.index(possible[rule]) for rule in question.rules if rule in possible), at, question)
            for at, question in enumerate(self.shown(answers))
            if _is_blank(answers.get(question.id)) and not possible.keys().isdisjoint(question.rules)
        ]
        return tuple(question for _, _, question in sorted(waiting, key=lambda one: one[:2]))


def questions(rulebook: Rulebook | None = None, treatment: Mapping[str, Any] | None = None) -> tuple[Question, ...]:
    """List the questions a rulebook needs answered, ordered and grouped, for a plan or for any plan.

    Within a group the most serious question stands first; follow-ups stand behind the question whose answer opens them.

    Raises:
        IntakeError: the treatment cannot be read.

    """
    return Form.of(rulebook, treatment).questions


def _is_among(value: str, answer: object) -> bool:
    if not value:
        return not _is_blank(answer)
    return value in answer if isinstance(answer, list | tuple) else value == answer


def _is_blank(answer: object) -> bool:
    return answer is None or answer in ("", [], ())
