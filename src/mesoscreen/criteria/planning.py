"""Whether the planned treatment satisfies a criterion about the plan.

Keys about a product must all hold of the same product; quantities, mixtures and facts are declarations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesoscreen.criteria.criterion import NO, UNDECLARED, UNKNOWN, YES, Criterion
from mesoscreen.criteria.places import place_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mesoscreen.criteria.matching import Reach, Scope
    from mesoscreen.criteria.plan import FactsTold, Plan, Planned

Places = list[tuple[str, str, bool]]
"""Paths that bear on the answer, each with the concept found there and whether it is certain."""

_EMPTY_HANDED: tuple[int, Places] = NO, []


def is_weighed(criterion: Criterion) -> bool:
    """Say whether a criterion about the plan also takes the patient's weight."""
    return criterion.quantity == "total" and criterion.bounds is not None and criterion.bounds.unit == "mg/kg"


def plan_value(criterion: Criterion, scope: Scope, plan: Plan, weights: Sequence[float] = ()) -> tuple[int, Places]:
    """Answer a criterion about the plan, with the places that answer it. `weights` are the patient's, in kilograms."""
    value, places = _visit(criterion, scope, plan)
    about_product = criterion.concepts or criterion.beside or criterion.roles or criterion.mixed or criterion.quantity
    if value == NO or not about_product:
        return value, places
    if plan.products is None:
        if criterion.facts:
            value = min(value, _fact(plan.facts, scope)[0])
        if criterion.place is not None:
            value = min(value, place_value(criterion.place, plan.areas, plan, scope.vocabulary, covers=True))
        return min(value, UNKNOWN), [*places, ("/treatment/products", "", False)]
    if criterion.quantity == "total":
        return _total(criterion, scope, plan, weights, value)
    best, found = _EMPTY_HANDED
    for product in plan.products:
        held, where = _product(criterion, scope, plan, product)
        if held > best:
            best, found = held, where
        elif held == best and held != NO:
            found = found + where
    return min(value, best), places + found


def _visit(criterion: Criterion, scope: Scope, plan: Plan) -> tuple[int, Places]:
    value, places = YES, []
    if criterion.techniques:
        if plan.techniques is None:
            return UNKNOWN, [("/treatment/technique", "", False)]
        value = scope.named_value("technique", plan.techniques)
        places += [("/treatment/technique", t, exact) for t, exact in plan.techniques if t in scope.named["technique"].overlapping]
    about_product = criterion.concepts or criterion.beside or criterion.roles or criterion.mixed or criterion.quantity
    if criterion.place is not None and not about_product:
        value = min(value, place_value(criterion.place, plan.areas, plan, scope.vocabulary, covers=True))
        places.append(("/treatment/areas", "", True))
    if criterion.facts and not about_product:
        says = [_fact(plan.facts, scope), *(_fact(product.facts, scope) for product in plan.products or ())]
        value, places = min(value, _of_visit([held for held, _ in says])), places + [place for _, where in says for place in where]
    return value, places


def _product(criterion: Criterion, scope: Scope, plan: Plan, product: Planned) -> tuple[int, Places]:
    composition, excipients = product.composition, plan.excipients
    if criterion.roles and product.role not in criterion.roles:
        return _EMPTY_HANDED
    value = YES
    places = _inside(scope.concepts, product) if criterion.concepts else [(product.path, "", True)]
    if criterion.concepts:
        value = composition.holds(scope.concepts.within, scope.concepts.overlapping, excipients)
    if value != NO and criterion.place is not None:
        value = min(value, place_value(criterion.place, product.areas, plan, scope.vocabulary, covers=True))
    if value != NO and criterion.beside:
        value = min(value, _beside(scope, product, plan))
        places += _inside(scope.beside, product)
    if value != NO and criterion.mixed:
        value = min(value, _mixed(product, plan))
    if value != NO and criterion.facts:
        held, where = _fact(product.facts, scope)
        visit, there = _fact(plan.facts, scope)
        value, places = min(value, _either(held, visit)), places + where + there
    if value != NO and criterion.quantity:
        value = min(value, _quantity(criterion, product))
    return value, places


def _inside(reach: Reach, product: Planned) -> Places:
    composition = product.composition
    certain = [(i.path, i.concept, True) for i in composition.ingredients if i.certain and i.concept in reach.within]
    if certain:
        return list(dict.fromkeys(certain))
    maybe = [(i.path, i.concept, False) for i in composition.ingredients if i.concept in reach.overlapping]
    return list(dict.fromkeys(maybe)) or [(f"{product.path}/ingredients", "", False)]


def _beside(scope: Scope, product: Planned, plan: Plan) -> int:
    reach, excipients = scope.beside, plan.excipients
    best = product.composition.holds(reach.within, reach.overlapping, excipients)
    others = [p for p in plan.products or () if p is not product]
    declared = any(p.mixture is not None for p in plan.products or ())
    for other in others:
        held = other.composition.holds(reach.within, reach.overlapping, excipients)
        if not declared:
            held = min(held, UNDECLARED)
        elif product.mixture is None or other.mixture != product.mixture:
            held = NO
        best = max(best, held)
    return best


def _mixed(product: Planned, plan: Plan) -> int:
    products = plan.products or ()
    if len(products) == 1:
        return NO
    if all(p.mixture is None for p in products):
        return UNDECLARED
    same = [p for p in products if p is not product and p.mixture is not None and p.mixture == product.mixture]
    return YES if same else NO


def _either(one: int, other: int) -> int:
    """Join what the visit and the product say of a fact: either may assert it, and one answer is enough to deny it."""
    most = max(one, other)
    return NO if most == UNDECLARED and NO in (one, other) else most


def _of_visit(values: list[int]) -> int:
    """Join what the visit (first) and every product say of a fact of the plan as a whole."""
    visit, *products = values
    return _either(visit, max(products, default=visit))


def _fact(facts: FactsTold, scope: Scope) -> tuple[int, Places]:
    reach = scope.named["fact"]
    wanted = reach.within
    found = [(path, concept, exact) for concept, exact, path in facts.present if concept in reach.overlapping]
    if found:
        return (YES if any(exact and concept in wanted for _, concept, exact in found) else UNKNOWN), found
    if not facts.unsure.isdisjoint(reach.overlapping):
        return UNKNOWN, []
    return (NO, []) if facts.complete or wanted <= facts.denied else (UNDECLARED, [])


def _quantity(criterion: Criterion, product: Planned) -> int:
    amount = product.quantities.get(criterion.quantity)
    if amount is None or criterion.bounds is None:
        return UNDECLARED
    return YES if criterion.bounds.hold(amount) else NO


def dose_of(product: Planned) -> float | None:
    """Give the milligrams of its main substance, stated or computed from strength and volume; None if not declared."""
    quantities = product.quantities
    doses = [quantities["dose"]] if "dose" in quantities else []
    if "strength" in quantities and "volume" in quantities:
        doses.append(round(quantities["strength"] * quantities["volume"], 9))
    return max(doses, default=None)  # where the two differ, the larger counts


def _total(criterion: Criterion, scope: Scope, plan: Plan, weights: Sequence[float], visit: int) -> tuple[int, Places]:
    """Sum a substance over all products; per kilogram where the unit asks for it, with the lightest weight declared."""
    bounds, products = criterion.bounds, plan.products or ()
    reach, excipients = scope.concepts, plan.excipients
    held = [(p, p.composition.holds(reach.within, reach.overlapping, excipients)) for p in products]
    if bounds is None or all(value == NO for _, value in held):
        return _EMPTY_HANDED
    visit = min(visit, max(value for _, value in held))
    places = [place for p, value in held if value != NO for place in _inside(reach, p)]
    sure = [dose_of(p) for p, value in held if value == YES]
    maybe = [dose_of(p) for p, value in held if value == UNKNOWN]
    weight = 1.0
    if is_weighed(criterion):
        if not weights:
            return min(visit, UNDECLARED), places
        weight = min(weights)
    known = round(sum(dose for dose in sure if dose is not None) / weight, 9)
    if bounds.low is not None and bounds.hold(known) and bounds.high is None:
        return visit, places
    if None in sure or None in maybe:
        return min(visit, UNDECLARED), places
    most = round(known + sum(dose for dose in maybe if dose is not None) / weight, 9)
    value = YES if bounds.hold(known) and bounds.hold(most) else UNKNOWN if bounds.hold(known) or bounds.hold(most) else NO
    return min(visit, value), places
