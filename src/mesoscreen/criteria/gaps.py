"""What would settle an unknown criterion: which section, entry or field still needs an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mesoscreen.criteria.answers import ASKED, Answers, Questionnaire
from mesoscreen.criteria.criterion import UNKNOWN, Criterion
from mesoscreen.criteria.matching import SPACE_OF, entry_value, reading_value
from mesoscreen.criteria.places import place_value
from mesoscreen.criteria.windows import in_window

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesoscreen.criteria.matching import Scope
    from mesoscreen.criteria.told import Statement, Told


class Gap(NamedTuple):
    """Something not known."""

    path: str
    text: str
    about: tuple[str, ...] = ()
    """Labels of the concepts to ask about, where a section was asked only in part."""


NOT_ASKED = "not asked yet"
_DATES = {
    ("medications", "within"): ("stopped", "when was it last taken?"),
    ("medications", "at_least_ago"): ("stopped", "when was it last taken?"),
    ("medications", "began_within"): ("started", "when was it first taken?"),
    ("medications", "ahead"): ("started", "when will it start?"),
    ("conditions", "within"): ("ended", "when did it end?"),
    ("conditions", "at_least_ago"): ("ended", "when did it end?"),
    ("conditions", "began_within"): ("onset", "when did it begin?"),
    ("conditions", "ahead"): ("onset", "when is it expected?"),
}
_FIELDS = {
    "severity": "how severe is it?",
    "controlled": "is it under control?",
    "reaction": "what was the worst reaction?",
    "route": "how is it taken?",
    "outcome": "how did it go?",
    "setting": "where was it done?",
}


def gaps(number: int, questionnaire: Questionnaire, answers: Answers) -> Iterator[Gap]:
    """Yield what is missing for one unknown criterion."""
    criterion, scope, told = questionnaire.criteria[number], questionnaire.scopes[number], answers.told
    if criterion.section == "patient":
        yield from _patient(criterion, told)
        return
    if criterion.section == "plan":
        yield from _plan(number, criterion, answers)
        return
    section = told.sections[criterion.section]
    if criterion.section in ASKED:
        if not section.asked:
            yield Gap(f"/{criterion.section}", NOT_ASKED)
        elif questionnaire.open_value(number, section, told) == UNKNOWN:
            space = SPACE_OF[criterion.section]
            about = tuple(questionnaire.vocabulary.concepts(space)[c].label for c in criterion.concepts)
            yield Gap(f"/{criterion.section}", "not everything was asked", about)
    value = reading_value if criterion.section == "measurements" else entry_value
    for statement in section.statements:
        if value(criterion, scope, statement, told) == UNKNOWN:
            yield from _entry(criterion, scope, statement, told)


def _entry(criterion: Criterion, scope: Scope, statement: Statement, told: Told) -> Iterator[Gap]:
    path, section = statement.path, criterion.section
    if scope.concept_value(statement, told) == UNKNOWN:
        if statement.entry is None:
            yield Gap(path, "is this so, or not?")
        elif criterion.planned and (told.plan.products is None or told.plan.uncomposed):
            yield from _products(told)
        elif not any(exact for _, exact in statement.concepts):
            yield Gap(path, "what exactly is meant?")
        else:
            yield Gap(path, "which one exactly?")
        if statement.entry is None:
            return
    window = criterion.window
    if window is not None and in_window(window, statement.when, told.on) == UNKNOWN:
        key, text = _DATES.get((section, window.key), ("date", "when was it?"))
        yield Gap(f"{path}/{key}", text)
    if criterion.status and "ever" not in criterion.status and statement.state is None:
        yield Gap(f"{path}/status", "does it still hold?")
    for key, allowed in criterion.fields:
        given = statement.outcomes if key == "outcome" else statement.settings if key == "setting" else getattr(statement, key)
        doubtful = isinstance(given, tuple) and not any(exact for _, exact in given)
        if given is None or doubtful or (key == "reaction" and given == "systemic" and given not in allowed):
            yield Gap(f"{path}/{key}", _FIELDS[key])
    if criterion.place is not None and place_value(criterion.place, statement.areas, told.plan, scope.vocabulary) == UNKNOWN:
        if criterion.place.treated and told.plan.areas is None:
            yield Gap("/treatment/areas", "which areas will be treated?")
        if statement.areas is None or told.plan.areas is not None:
            yield Gap(f"{path}/areas", "where exactly on the body?")
    if statement.used is not None and (criterion.uses or criterion.planned):
        if told.plan.products is None and criterion.planned:
            yield Gap("/treatment/products", "what will be used?")
        if any(used.open or used.excipients_open for used in statement.used):
            yield Gap(f"{path}/products", "what was used?")


def _products(told: Told) -> Iterator[Gap]:
    if told.plan.products is None:
        yield Gap("/treatment/products", "what will be used?")
    for path in told.plan.uncomposed:
        yield Gap(f"{path}/ingredients", "what is in it?")


def _plan(number: int, criterion: Criterion, answers: Answers) -> Iterator[Gap]:
    told = answers.told
    yield from _products(told)
    if criterion.techniques and told.plan.techniques is None:
        yield Gap("/treatment/technique", "which technique?")
    if criterion.place is not None:
        yield Gap("/treatment/areas", "which areas will be treated, exactly?")
    for evidence in answers.evidence.get(number, ()):
        if not evidence.exact and evidence.path not in ("/treatment/products", "/treatment/technique"):
            inside = "/products/" in evidence.path
            path = evidence.path if "/ingredients" in evidence.path or not inside else f"{evidence.path}/ingredients"
            yield Gap(path, "what exactly is in it?" if inside else "what exactly is meant?")
    if criterion.facts:
        yield Gap("/treatment/facts", "is this so, or not?")


def _patient(criterion: Criterion, told: Told) -> Iterator[Gap]:
    if criterion.age is not None:
        yield Gap("/patient/birth_date", "how old is the patient?")
    if criterion.sex and told.intake.patient.sex not in ("female", "male"):
        yield Gap("/patient/sex", "what sex is the patient?")
    if criterion.answers_older_than is not None:
        yield Gap("/answered", "when were the answers given?")
