"""What one criterion says about another: lupus implies autoimmune disease, under 18 excludes over 75.

Only relations that always hold are named; where in doubt there is none, which can only make screening ask more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesoscreen.criteria.matching import Scope

if TYPE_CHECKING:
    from mesoscreen.criteria.criterion import Bounds, Criterion, Window
    from mesoscreen.vocabulary import Vocabulary


def implies(one: Criterion, other: Criterion, vocabulary: Vocabulary) -> bool:
    """Say whether every intake that satisfies the first criterion satisfies the second."""
    if one == other:
        return True
    if one.section != other.section or one.subject != other.subject or one.planned != other.planned:
        return False
    if one.section == "measurements" and (one.concepts, one.window) != (other.concepts, other.window):
        return False
    here, there = Scope.of(one, vocabulary), Scope.of(other, vocabulary)
    narrower = [
        _within(one.concepts, here.concepts.within, other.concepts, there.concepts.within),
        _within(one.uses, here.uses.within, other.uses, there.uses.within),
        _within(one.of, here.of_.within, other.of, there.of_.within),
        _within(one.beside, here.beside.within, other.beside, there.beside.within),
        _within(one.facts, _reach(here, "fact"), other.facts, _reach(there, "fact")),
        _within(one.techniques, _reach(here, "technique"), other.techniques, _reach(there, "technique")),
        not other.roles or bool(one.roles and set(one.roles) <= set(other.roles)),
        not other.sex or bool(one.sex and set(one.sex) <= set(other.sex)),
        other.place is None or one.place == other.place,
        one.count >= other.count,
        one.mixed or not other.mixed,
        one.quantity == other.quantity or not other.quantity,
        one.answers_older_than == other.answers_older_than or other.answers_older_than is None,
        _inside(one.bounds, other.bounds),
        _as_much(other, here, there),
        _inside(one.age, other.age),
        other.cross_reacting in (one.cross_reacting, "possible") or one.cross_reacting is None,
        _in_time(one, other),
    ]
    return all(narrower) and _fields(one, other, here, there)


def excludes(one: Criterion, other: Criterion) -> bool:
    """Say whether no intake can satisfy both criteria."""
    if one.section != "patient" or other.section != "patient":
        return False
    if one.sex and other.sex and not set(one.sex) & set(other.sex):
        return True
    return one.age is not None and other.age is not None and _apart(one.age, other.age)


def _as_much(other: Criterion, here: Scope, there: Scope) -> bool:
    """Say whether sums may be compared: that there is little of one thing says nothing of how much there is of a wider one."""
    limited = other.quantity == "total" and other.bounds is not None and other.bounds.high is not None
    return not limited or here.concepts.within == there.concepts.within


def _reach(scope: Scope, key: str) -> frozenset[str]:
    return scope.named[key].within if key in scope.named else frozenset()


def _within(names: tuple[str, ...], reach: frozenset[str], others: tuple[str, ...], other_reach: frozenset[str]) -> bool:
    return not others or (bool(names) and reach <= other_reach)


def _fields(one: Criterion, other: Criterion, here: Scope, there: Scope) -> bool:
    held = dict(one.fields)
    for key, allowed in other.fields:
        if key not in held:
            return False
        if key in ("outcome", "setting"):
            if not _reach(here, key) <= _reach(there, key):
                return False
        elif not set(held[key]) <= set(allowed):
            return False
    return True


def _in_time(one: Criterion, other: Criterion) -> bool:
    if (one.window is not None and one.window.key == "ahead") != (other.window is not None and other.window.key == "ahead"):
        return False
    if other.status and "ever" not in other.status and not (one.status and set(one.status) <= set(other.status)):
        return False
    if other.window is None:
        return True
    if one.window is None:
        return one.status == ("now",) and other.window.key == "within"
    return _tighter(one.window, other.window)


def _tighter(one: Window, other: Window) -> bool:
    same = one.key == other.key or (one.key == "began_within" and other.key == "within")
    if one.key == "at_least_ago":
        return same and (one.length == other.length or one.length.roughly() > other.length.roughly() * 1.03)
    return same and (one.length == other.length or one.length.roughly() * 1.03 < other.length.roughly())


def _inside(one: Bounds | None, other: Bounds | None) -> bool:
    if other is None:
        return True
    if one is None or one.unit != other.unit:
        return False
    low = other.low is None or (one.low is not None and (one.low > other.low or (one.low == other.low and (other.low_included or not one.low_included))))
    high = other.high is None or (
        one.high is not None and (one.high < other.high or (one.high == other.high and (other.high_included or not one.high_included)))
    )
    return low and high


def _apart(one: Bounds, other: Bounds) -> bool:
    for below, above in ((one, other), (other, one)):
        if below.high is not None and above.low is not None:
            touching = below.high == above.low and below.high_included and above.low_included
            if below.high <= above.low and not touching:
                return True
    return False
