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
    """The key of what to ask, among the library's own texts."""
    about: tuple[str, ...] = ()
    """Labels of the concepts to ask about, where a section was asked only in part."""


NOT_ASKED = "gap.not-asked"
_DATES = {
    ("medications", "within"): ("stopped", "gap.last-taken"),
    ("medications", "at_least_ago"): ("stopped", "gap.last-taken"),
    ("medications", "began_within"): ("started", "gap.first-taken"),
    ("medications", "ahead"): ("started", "gap.will-start"),
    ("conditions", "within"): ("ended", "gap.ended"),
    ("conditions", "at_least_ago"): ("ended", "gap.ended"),
    ("conditions", "began_within"): ("onset", "gap.began"),
    ("conditions", "ahead"): ("onset", "gap.expected"),
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
            yield Gap(f"/{criterion.section}", "gap.partly-asked", about)
    value = reading_value if criterion.section == "measurements" else entry_value
    for statement in section.statements:
        if value(criterion, scope, statement, told) == UNKNOWN:
            yield from _entry(criterion, scope, statement, told)


def _entry(criterion: Criterion, scope: Scope, statement: Statement, told: Told) -> Iterator[Gap]:
    path, section = statement.path, criterion.section
    if scope.concept_value(statement, told) == UNKNOWN:
        if statement.entry is None:
            yield Gap(path, "gap.is-it-so")
        elif criterion.planned and (told.plan.products is None or told.plan.uncomposed):
            yield from _products(told)
        elif not any(exact for _, exact in statement.concepts):
            yield Gap(path, "gap.what-exactly")
        else:
            yield Gap(path, "gap.which-exactly")
        if statement.entry is None:
            return
    window = criterion.window
    if window is not None and in_window(window, statement.when, told.on) == UNKNOWN:
        key, text = _DATES.get((section, window.key), ("date", "gap.when"))
        yield Gap(f"{path}/{key}", text)
    if criterion.status and "ever" not in criterion.status and statement.state is None:
        yield Gap(f"{path}/status", "gap.status")
    for key, allowed in criterion.fields:
        given = statement.outcomes if key == "outcome" else statement.settings if key == "setting" else getattr(statement, key)
        doubtful = isinstance(given, tuple) and not any(exact for _, exact in given)
        if given is None or doubtful or (key == "reaction" and given == "systemic" and given not in allowed):
            yield Gap(f"{path}/{key}", f"gap.{key}")
    if criterion.place is not None and place_value(criterion.place, statement.areas, told.plan, scope.vocabulary) == UNKNOWN:
        if criterion.place.treated and told.plan.areas is None:
            yield Gap("/treatment/areas", "gap.treated-areas")
        if statement.areas is None or told.plan.areas is not None:
            yield Gap(f"{path}/areas", "gap.where")
    if statement.used is not None and (criterion.uses or criterion.planned):
        if told.plan.products is None and criterion.planned:
            yield Gap("/treatment/products", "gap.products")
        if any(used.open or used.excipients_open for used in statement.used):
            yield Gap(f"{path}/products", "gap.products-used")


def _products(told: Told) -> Iterator[Gap]:
    if told.plan.products is None:
        yield Gap("/treatment/products", "gap.products")
    for path in told.plan.uncomposed:
        yield Gap(f"{path}/ingredients", "gap.ingredients")


def _plan(number: int, criterion: Criterion, answers: Answers) -> Iterator[Gap]:
    told = answers.told
    yield from _products(told)
    if criterion.techniques and told.plan.techniques is None:
        yield Gap("/treatment/technique", "gap.technique")
    if criterion.place is not None:
        yield Gap("/treatment/areas", "gap.treated-areas-exactly")
    for evidence in answers.evidence.get(number, ()):
        if not evidence.exact and evidence.path not in ("/treatment/products", "/treatment/technique"):
            inside = "/products/" in evidence.path
            path = evidence.path if "/ingredients" in evidence.path or not inside else f"{evidence.path}/ingredients"
            yield Gap(path, "gap.ingredients-exactly" if inside else "gap.what-exactly")
    if criterion.facts:
        yield Gap("/treatment/facts", "gap.is-it-so")


def _patient(criterion: Criterion, told: Told) -> Iterator[Gap]:
    if criterion.age is not None:
        yield Gap("/patient/birth_date", "gap.age")
    if criterion.sex and told.intake.patient.sex not in ("female", "male"):
        yield Gap("/patient/sex", "gap.sex")
    if criterion.answers_older_than is not None:
        yield Gap("/answered", "gap.answered")
