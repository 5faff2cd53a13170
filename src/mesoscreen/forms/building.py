"""Put a form together: what the rulebook words, what every form asks, and a plain question for whatever is left."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mesoscreen.criteria.answers import ASKED
from mesoscreen.criteria.matching import SPACE_OF
from mesoscreen.forms import standard
from mesoscreen.forms.followups import details, follow_up
from mesoscreen.forms.needs import LEVELS, touching
from mesoscreen.forms.question import NONE, UNSURE, Option, Place, Question
from mesoscreen.rulebook.model import WrittenQuestion
from mesoscreen.wording import wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mesoscreen.forms.needs import Need, Needs


class Builder:
    """Builds the questions for one plan."""

    def __init__(self, needs: Needs) -> None:
        """Take what still needs to be known."""
        self.needs = needs
        self.book = needs.rulebook
        self.say = wording(self.book.language)

    def build(self, *, asks_plan: bool) -> Iterator[Question]:
        """Yield every question, in order, each followed by its follow-ups."""
        if asks_plan:
            yield from standard.plan(self.needs, self.say)
        yield from standard.patient(self.needs, self.say)
        asked = self._written()
        sections = [question.about for _, questions in asked for question, _ in questions]
        for at, (title, questions) in enumerate(asked):
            made = [self._question(question, options, title) for question, options in questions]
            made.sort(key=lambda question: LEVELS.index(question.level) if question.level is not None else len(LEVELS))
            for question in made:
                yield question
                yield from self._follow_ups(question)
            left = {question.about for _, later in asked[at + 1 :] for question, _ in later}
            for section in dict.fromkeys(question.about for question, _ in questions):
                if section not in left:
                    yield from self._rest(section)
        for section in (*ASKED, "measurements", "facts"):
            if section not in sections:
                yield from self._rest(section)

    def _written(self) -> list[tuple[tuple[str, str], list[tuple[WrittenQuestion, tuple[str, ...]]]]]:
        """Pick the rulebook's questions, and of each the options, that matter for the plan."""
        found = []
        for group in self.book.groups:
            kept = [(question, options) for question in group.questions if (options := self._options(question))]
            if kept:
                found.append(((group.id, group.title), kept))
        return found

    def _options(self, question: WrittenQuestion) -> tuple[str, ...]:
        needs = self._about(question)
        if question.about == "facts":
            return tuple(fact for fact in question.options if any(fact in need.scope.named["fact"].overlapping for need in needs))
        return tuple(concept for concept in question.options if any(need.criterion.concepts for need in self._touching(question, needs, concept)))

    def _touching(self, question: WrittenQuestion, needs: Iterable[Need], concept: str) -> tuple[Need, ...]:
        if question.about == "measurements" and concept == standard.WEIGHT:
            return (*touching(self.needs.about("measurements"), concept), *standard.weighing(self.needs))
        return touching(needs, concept)

    def _about(self, question: WrittenQuestion) -> tuple[Need, ...]:
        if question.about == "facts":
            return tuple(need for need in self.needs.about("plan") if need.criterion.facts)
        return self.needs.about(question.about, subject=question.subject, planned=question.planned)

    def _question(self, question: WrittenQuestion, options: tuple[str, ...], title: tuple[str, str]) -> Question:
        bearing = self._bearing(question, options)
        rules = self.needs.rules(bearing)
        place = Place(question.about, subject=question.subject, planned=question.planned, is_now=question.span == "now")
        made = Question(question.id, *title, question.text, "choices", place, question.help, rules=rules, level=self.needs.level(rules))
        if question.about == "measurements":
            unit = self.book.vocabulary.concept("measurement", options[0]).unit or ""
            return replace(made, kind="number", unit=unit, is_declaration=True, place=replace(place, concept=options[0]))
        chosen = tuple(Option(concept, question.options[concept]) for concept in options)
        ends = Option(NONE, self.say("form.none" if len(chosen) > 1 else "form.no")), Option(UNSURE, self.say("form.unsure"))
        return replace(made, options=(*chosen, *ends), is_declaration=question.about == "facts")

    def _bearing(self, question: WrittenQuestion, options: Iterable[str]) -> tuple[Need, ...]:
        needs = self._about(question)
        if question.about == "measurements":
            return self._touching(question, needs, next(iter(options)))
        if question.about == "facts":
            return tuple(need for need in needs if not need.scope.named["fact"].overlapping.isdisjoint(options))
        return tuple(need for need in needs if any(need in touching(needs, concept) for concept in options))

    def _follow_ups(self, question: Question) -> Iterator[Question]:
        place = question.place
        if place.section == "facts":
            return
        if place.section == "measurements":
            if any(need.criterion.window is not None for need in touching(self.needs.about("measurements"), place.concept)):
                yield standard.reading_date(question, self.book.vocabulary.concept("measurement", place.concept).label, self.say)
            return
        needs = self.needs.about(place.section, subject=place.subject, planned=place.planned)
        for option in question.options:
            if option.value in (NONE, UNSURE):
                continue
            bearing = touching(needs, option.value)
            for detail in details(place.section, bearing, self.needs, self.say, is_now=place.is_now, planned=place.planned, concept=option.value):
                yield follow_up(question, option, detail, self.needs.rules(bearing), self.needs, self.say)

    def _rest(self, section: str) -> Iterator[Question]:
        """Ask what no written question asks: of concepts the rules name, of what is planned, and of anything else."""
        title = section, self.say(f"form.{section}") if section in ASKED else self.say("form.facts-more" if section == "facts" else "form.treatment")
        for question, options in self._unwritten(section):
            made = self._question(question, options, title)
            yield made
            yield from self._follow_ups(made)
        if section == "allergies":
            for made in standard.planned_allergens(self.needs, title, self.say):
                yield made
                yield from self._follow_ups(made)
        if section in ASKED and self.needs.about(section):
            yield from standard.anything_else(section, self.needs, title, self.say)

    def _unwritten(self, section: str) -> Iterator[tuple[WrittenQuestion, tuple[str, ...]]]:
        for subject, planned, key in ((None, False, f"{section}-more"), ("close-family", False, "family-more"), (None, True, "planned-more")):
            if (subject or planned) and section not in ASKED:
                continue
            sample = WrittenQuestion(f"{section}-{key}", section, "", "", "ever", {}, subject, planned)
            named = self._named(sample)
            for group in self.book.groups:
                for question in group.questions:
                    if (question.about, question.subject, question.planned) == (section, subject, planned):
                        named -= set(question.options)
            if not named:
                continue
            concepts = self.book.vocabulary.concepts("fact" if section == "facts" else SPACE_OF[section])
            labels = {concept: concepts[concept].label for concept in sorted(named)}
            if section != "measurements":
                yield replace(sample, text=self.say(f"form.{key}"), options=labels), tuple(labels)
                continue
            for concept, label in labels.items():
                text = self.say(f"form.{key}", what=label)
                yield replace(sample, id=f"{sample.id}-{concept}", text=text, options={concept: label}), (concept,)

    def _named(self, question: WrittenQuestion) -> set[str]:
        return {concept for need in self._about(question) for concept in (need.criterion.facts if question.about == "facts" else need.criterion.concepts)}
