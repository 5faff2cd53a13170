"""Say in plain words what a criterion asks, in the language of the vocabulary's labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesoscreen.criteria.matching import SPACE_OF
from mesoscreen.wording import wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mesoscreen.criteria.criterion import Bounds, Criterion, Duration
    from mesoscreen.vocabulary import Space, Vocabulary
    from mesoscreen.wording import Wording


def phrase(criterion: Criterion, vocabulary: Vocabulary) -> str:
    """Put a criterion into words, without a full stop."""
    say = wording(vocabulary.language)
    match criterion.section:
        case "patient":
            return say("patient.and").join(_patient(criterion, say))
        case "plan":
            return " ".join(_plan(criterion, vocabulary, say))
        case _:
            return " ".join(_history(criterion, vocabulary, say))


def labels(concepts: Iterable[str], space: Space, vocabulary: Vocabulary) -> str:
    """Join the labels of some concepts."""
    return wording(vocabulary.language).either(vocabulary.concepts(space)[c].label for c in concepts)


def length_of(duration: Duration, say: Wording) -> str:
    """Word a stretch of time."""
    return say.count(duration.unit, duration.count)


def range_of(bounds: Bounds, say: Wording) -> str:
    """Word a range of numbers."""
    unit = "" if bounds.unit == "1" else f" {bounds.unit}"
    parts = []
    if bounds.low is not None:
        parts.append(say("bounds.at-least" if bounds.low_included else "bounds.above", value=f"{bounds.low:g}{unit}"))
    if bounds.high is not None:
        parts.append(say("bounds.at-most" if bounds.high_included else "bounds.below", value=f"{bounds.high:g}{unit}"))
    return say("bounds.and").join(parts)


def _history(criterion: Criterion, vocabulary: Vocabulary, say: Wording) -> Iterator[str]:
    if criterion.count:
        yield say("at-least-count", count=criterion.count)
    yield _what(criterion, vocabulary, say)
    if criterion.planned and criterion.section == "procedures":
        yield say("planned.before", of=_of(criterion, vocabulary, say))
    if criterion.uses:
        yield say("with", what=labels(criterion.uses, "pharmacy", vocabulary))
    for key, allowed in criterion.fields:
        yield _field(key, allowed, vocabulary, say)
    if criterion.bounds is not None:
        yield range_of(criterion.bounds, say)
    if criterion.place is not None:
        yield _place(criterion, vocabulary, say)
    if criterion.status:
        yield say.either(say(f"status.{status}") for status in criterion.status)
    if criterion.window is not None:
        yield say(f"window.{criterion.window.key}", length=length_of(criterion.window.length, say))
    if criterion.subject != "patient":
        yield say("close-family")


def _what(criterion: Criterion, vocabulary: Vocabulary, say: Wording) -> str:
    section = criterion.section
    if section == "allergies" and criterion.planned:
        cross = say(f"allergies.{criterion.cross_reacting}") if criterion.cross_reacting else ""
        return say("allergies.planned", of=_of(criterion, vocabulary, say)) + cross
    named = labels(criterion.concepts, SPACE_OF[section], vocabulary)
    if section != "allergies":
        return say(section, what=named or say(f"{section}.any"))
    return say(section, what=named) if named else say("allergies.any")


def _of(criterion: Criterion, vocabulary: Vocabulary, say: Wording) -> str:
    return say("planned.of", what=labels(criterion.of, "pharmacy", vocabulary)) if criterion.of else ""


def _field(key: str, allowed: tuple[str | bool, ...], vocabulary: Vocabulary, say: Wording) -> str:
    if key == "controlled":
        return say("controlled.true") if allowed == (True,) else say("controlled.false") if allowed == (False,) else ""
    if key in ("outcome", "setting"):
        space: Space = "outcome" if key == "outcome" else "setting"
        return say(key, what=labels((str(value) for value in allowed), space, vocabulary))
    return say(key, what=say.either(say(f"{key}.{value}") for value in allowed))


def _place(criterion: Criterion, vocabulary: Vocabulary, say: Wording) -> str:
    place = criterion.place
    if place is None:
        return ""
    words = [say("place.treated")] if place.treated else []
    words += [vocabulary.concepts("area")[area].label for area in place.areas]
    return say(f"place.{place.relation}", where=say.either(words))


def _plan(criterion: Criterion, vocabulary: Vocabulary, say: Wording) -> Iterator[str]:
    yield say("plan")
    what = labels(criterion.concepts, "pharmacy", vocabulary)
    bounds = range_of(criterion.bounds, say) if criterion.bounds is not None else ""
    if criterion.quantity == "total":
        yield say("plan.total", what=what, bounds=bounds)
    elif criterion.concepts:
        yield say("plan.uses", what=what)
    if criterion.beside:
        yield say("plan.beside", what=labels(criterion.beside, "pharmacy", vocabulary))
    if criterion.roles:
        yield say("plan.as", what=say.either(say(f"role.{role}") for role in criterion.roles))
    if criterion.mixed:
        yield say("plan.mixed")
    if criterion.techniques:
        yield say("plan.by", what=labels(criterion.techniques, "technique", vocabulary))
    if criterion.place is not None:
        yield _place(criterion, vocabulary, say)
    if criterion.facts:
        yield say("plan.fact", what=labels(criterion.facts, "fact", vocabulary))
    if criterion.quantity and criterion.quantity != "total":
        yield say("plan.quantity", quantity=say(f"quantity.{criterion.quantity}"), bounds=bounds)


def _patient(criterion: Criterion, say: Wording) -> Iterator[str]:
    if criterion.age is not None:
        yield say("patient.age", bounds=range_of(criterion.age, say))
    if criterion.sex:
        yield say("patient.sex", what=say.either(say(f"sex.{sex}") for sex in criterion.sex))
    if criterion.answers_older_than is not None:
        yield say("patient.answers", length=length_of(criterion.answers_older_than, say))
