"""Say in plain words what a criterion asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesoscreen.criteria.matching import SPACE_OF

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mesoscreen.criteria.criterion import Criterion
    from mesoscreen.vocabulary import Space, Vocabulary

_NOUNS = {
    "conditions": "",
    "medications": "takes or took ",
    "procedures": "had ",
    "measurements": "",
}
_STATUS = {"now": "now", "ever": "now or ever before", "remission": "in remission", "resolved": "in the past"}


def phrase(criterion: Criterion, vocabulary: Vocabulary) -> str:
    """Put a criterion into words, without a full stop."""
    match criterion.section:
        case "patient":
            return _patient(criterion)
        case "plan":
            return _plan(criterion, vocabulary)
        case "allergies":
            what = _allergen(criterion, vocabulary)
        case section:
            what = _NOUNS[section] + (labels(criterion.concepts, SPACE_OF[section], vocabulary) or f"any of the {section}")
    words = [what]
    if criterion.planned and criterion.section == "procedures":
        words.append("with a planned product" + _of(criterion, vocabulary))
    if criterion.uses:
        words.append(f"with {labels(criterion.uses, 'pharmacy', vocabulary)}")
    for key, allowed in criterion.fields:
        words.append(_field(key, allowed, vocabulary))
    if criterion.bounds is not None:
        words.append(str(criterion.bounds))
    if criterion.place is not None:
        words.append(_place(criterion, vocabulary))
    if criterion.status:
        words.append(" or ".join(_STATUS[s] for s in criterion.status))
    if criterion.window is not None:
        words.append(str(criterion.window))
    if criterion.count:
        words.insert(0, f"at least {criterion.count}:")
    if criterion.subject != "patient":
        words.append("in close family")
    return " ".join(words)


def labels(concepts: Iterable[str], space: Space, vocabulary: Vocabulary) -> str:
    """Join the labels of some concepts."""
    return _either(vocabulary.concepts(space)[c].label for c in concepts)


def _either(words: Iterable[str]) -> str:
    listed = list(words)
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} or {listed[-1]}" if listed else ""


def _allergen(criterion: Criterion, vocabulary: Vocabulary) -> str:
    if criterion.planned:
        cross = {"likely": ", likely cross-reactions included", "possible": ", possible cross-reactions included"}
        return "allergy to something in a planned product" + _of(criterion, vocabulary) + cross.get(criterion.cross_reacting or "", "")
    if not criterion.concepts:
        return "any allergy"
    return f"allergy to {labels(criterion.concepts, 'pharmacy', vocabulary)}"


def _of(criterion: Criterion, vocabulary: Vocabulary) -> str:
    return f" with {labels(criterion.of, 'pharmacy', vocabulary)} in it" if criterion.of else ""


def _field(key: str, allowed: tuple[str | bool, ...], vocabulary: Vocabulary) -> str:
    if key == "controlled":
        return "under control" if allowed == (True,) else "not under control" if allowed == (False,) else ""
    words = [str(value) for value in allowed]
    if key in ("outcome", "setting"):
        space: Space = "outcome" if key == "outcome" else "setting"
        words = [vocabulary.concepts(space)[word].label for word in words]
    joined = _either(words)
    return {
        "severity": f"({joined})",
        "reaction": f"with {joined} as the reaction",
        "route": f"by the {joined} route",
        "outcome": f"that ended in {joined}",
        "setting": f"done {joined}",
    }[key]


def _place(criterion: Criterion, vocabulary: Vocabulary) -> str:
    place = criterion.place
    if place is None:
        return ""
    words = ["the treated area"] if place.treated else []
    words += [vocabulary.concepts("area")[area].label for area in place.areas]
    return f"{place.relation} {_either(words)}"


def _plan(criterion: Criterion, vocabulary: Vocabulary) -> str:
    words = ["the plan"]
    if criterion.quantity == "total" and criterion.bounds is not None:
        words.append(f"adds up to {labels(criterion.concepts, 'pharmacy', vocabulary)} {criterion.bounds}")
    elif criterion.concepts:
        words.append(f"uses {labels(criterion.concepts, 'pharmacy', vocabulary)}")
    if criterion.beside:
        words.append(f"together with {labels(criterion.beside, 'pharmacy', vocabulary)} in the same product or syringe")
    if criterion.roles:
        words.append(f"as {_either(criterion.roles)}")
    if criterion.mixed:
        words.append("mixes products in one syringe")
    if criterion.techniques:
        words.append(f"by {labels(criterion.techniques, 'technique', vocabulary)}")
    if criterion.place is not None:
        words.append(_place(criterion, vocabulary))
    if criterion.facts:
        words.append(f"with the fact: {labels(criterion.facts, 'fact', vocabulary)}")
    if criterion.quantity and criterion.quantity != "total" and criterion.bounds is not None:
        words.append(f"with {criterion.quantity} {criterion.bounds}")
    return " ".join(words)


def _patient(criterion: Criterion) -> str:
    words = []
    if criterion.age is not None:
        words.append(f"age {criterion.age}")
    if criterion.sex:
        words.append(f"sex {_either(criterion.sex)}")
    if criterion.answers_older_than is not None:
        words.append(f"answers older than {criterion.answers_older_than}")
    return " and ".join(words)
