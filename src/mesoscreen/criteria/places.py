"""Where on the body: does an entry touch the treated area."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesoscreen.criteria.criterion import NO, UNKNOWN, YES, Place
from mesoscreen.criteria.plan import SOMEWHERE

if TYPE_CHECKING:
    from mesoscreen.criteria.plan import Plan
    from mesoscreen.vocabulary import Vocabulary


def place_value(place: Place, areas: tuple[str, ...] | None, plan: Plan, vocabulary: Vocabulary, *, covers: bool = False) -> int:
    """Say whether any of the areas lies where the criterion wants it.

    An area inside the wanted one touches it; a larger one, an unnamed one or one not understood may.
    With `covers` (treated areas, not places of an entry) a larger area does: who treats the face treats the lips.
    """
    if areas is None or (place.treated and plan.areas is None):
        return UNKNOWN
    wanted = set(place.areas)
    if place.treated:
        wanted.update(plan.areas or ())
    anywhere = SOMEWHERE in wanted
    wanted.discard(SOMEWHERE)
    if place.relation == "near":
        inside = {inner for area in wanted for inner in vocabulary.descendants("area", area)}
        wanted |= {neighbour for area in inside for neighbour in vocabulary.neighbours(area)}
    best = UNKNOWN if anywhere else NO
    for area in areas:
        if area == SOMEWHERE:
            best = max(best, UNKNOWN)
            continue
        contained = not wanted.isdisjoint(vocabulary.ancestors("area", area))
        if place.relation == "outside":
            best = max(best, NO if contained else YES)
        elif contained:
            return YES
        elif not wanted.isdisjoint(vocabulary.descendants("area", area)):
            best = max(best, YES if covers else UNKNOWN)
    return best
