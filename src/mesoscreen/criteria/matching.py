"""Whether one entry satisfies one criterion: yes, no or unknown.

Every key of the criterion is asked of the same entry, and the least certain answer is the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesoscreen.criteria.criterion import NO, UNDECLARED, UNKNOWN, YES, Criterion
from mesoscreen.criteria.places import place_value
from mesoscreen.criteria.windows import in_window

if TYPE_CHECKING:
    from mesoscreen.criteria.plan import Composition, Planned
    from mesoscreen.criteria.told import Statement, Told, ToldSection
    from mesoscreen.vocabulary import Vocabulary
    from mesoscreen.vocabulary.concepts import Space

SPACE_OF: dict[str, Space] = {
    "allergies": "pharmacy",
    "conditions": "condition",
    "medications": "pharmacy",
    "procedures": "procedure",
    "measurements": "measurement",
    "plan": "pharmacy",
}
"""The space a criterion's concepts live in, by section."""
_NONE: frozenset[str] = frozenset()
_SYSTEMIC = frozenset({"anaphylaxis", "angioedema", "urticaria"})


@dataclass(frozen=True, slots=True)
class Reach:
    """What a list of concepts covers, and what could turn out to be one of them."""

    within: frozenset[str] = _NONE
    overlapping: frozenset[str] = _NONE

    @classmethod
    def of(cls, concepts: tuple[str, ...], space: Space, vocabulary: Vocabulary) -> Reach:
        """Close a list of concepts over the hierarchy."""
        return cls(
            frozenset().union(*(vocabulary.descendants(space, c) for c in concepts)),
            frozenset().union(*(vocabulary.overlaps(space, c) for c in concepts)),
        )


@dataclass(frozen=True, slots=True)
class Scope:
    """A criterion's concepts, closed over the hierarchy once, when the rulebook is loaded."""

    criterion: Criterion
    vocabulary: Vocabulary
    concepts: Reach
    uses: Reach
    of_: Reach
    beside: Reach
    named: dict[str, Reach]
    """For outcome, setting, technique and fact: the concepts that satisfy the key."""

    @classmethod
    def of(cls, criterion: Criterion, vocabulary: Vocabulary) -> Scope:
        """Prepare a criterion for matching."""
        fields = dict(criterion.fields)
        spaces: dict[Space, tuple[str, ...]] = {
            "outcome": tuple(str(v) for v in fields.get("outcome", ())),
            "setting": tuple(str(v) for v in fields.get("setting", ())),
            "technique": criterion.techniques,
            "fact": criterion.facts,
        }
        return cls(
            criterion,
            vocabulary,
            Reach.of(criterion.concepts, SPACE_OF.get(criterion.section, "pharmacy"), vocabulary),
            Reach.of(criterion.uses, "pharmacy", vocabulary),
            Reach.of(criterion.of, "pharmacy", vocabulary),
            Reach.of(criterion.beside, "pharmacy", vocabulary),
            {space: Reach.of(concepts, space, vocabulary) for space, concepts in spaces.items() if concepts},
        )

    @property
    def overlapping(self) -> frozenset[str]:
        """Every concept an entry can name that bears on the criterion."""
        return self.concepts.overlapping

    def named_value(self, key: str, meant: tuple[tuple[str, bool], ...]) -> int:
        """Say whether what was named satisfies the key; a wider word may."""
        reach = self.named[key]
        certain = [concept for concept, exact in meant if exact]
        if any(concept in reach.within for concept in certain):
            return YES
        return UNKNOWN if len(certain) < len(meant) or not meant or not reach.overlapping.isdisjoint(certain) else NO

    def witness(self, statement: Statement) -> tuple[str, bool]:
        """Give the concept of the entry that bears on the criterion, and whether it is certain."""
        for concept, exact in statement.concepts:
            if not self.criterion.concepts or concept in self.concepts.overlapping:
                return concept, exact
        return "", bool(statement.products)

    def denied(self, section: ToldSection, told: Told) -> bool:
        """Say whether everything that could satisfy the criterion was asked about and denied."""
        criterion = self.criterion
        if criterion.planned and criterion.section == "allergies":
            return self._allergens_denied(section, told)
        return bool(criterion.concepts) and all(
            any(concept in denial.concepts and self._as_narrow(denial.qualifiers.items()) for denial in section.denials)
            for concept in criterion.concepts
        )

    def _as_narrow(self, qualifiers: object) -> bool:
        asked = {**dict(self.criterion.fields), "subject": (self.criterion.subject,), "status": self.criterion.status}
        told = {"subject": "patient", **dict(qualifiers)}  # type: ignore[call-overload]
        return all(asked.get(key) == (value,) for key, value in told.items())

    def _allergens_denied(self, section: ToldSection, told: Told) -> bool:
        products, vocabulary = told.plan.products, self.vocabulary
        if products is None or any(p.composition.open or p.composition.excipients_open for p in products):
            return False
        planned = {concept for p in products for concept in p.composition.perhaps}
        below = {concept for ingredient in planned for concept in vocabulary.descendants("pharmacy", ingredient)}
        if self.criterion.cross_reacting is not None:
            below |= {a for concept in below for a in vocabulary.reacting_with(concept, self.criterion.cross_reacting)}
        return below <= section.denied

    def concept_value(self, statement: Statement, told: Told) -> int:
        """Say whether the entry is one of the criterion's concepts."""
        criterion = self.criterion
        if criterion.planned and criterion.section == "allergies":
            return planned_allergy(self, statement, told)
        if not criterion.concepts:
            return UNKNOWN if statement.entry is None else YES
        best = NO
        for concept, exact in statement.concepts:
            if concept in self.concepts.within:
                if exact:
                    return YES
                best = UNKNOWN
            elif concept in self.concepts.overlapping and not self._narrowed_away(concept, told):
                best = UNKNOWN
        for product in statement.products:
            best = max(best, self._inside(product))
        return best

    def _narrowed_away(self, vague: str, told: Told) -> bool:
        """Say whether all that a vague entry could mean here was denied by name."""
        criterion = self.criterion
        if criterion.subject != "patient":
            return False
        denied = told.sections[criterion.section].denied
        return bool(denied) and self.vocabulary.descendants(SPACE_OF[criterion.section], vague) & self.concepts.within <= denied

    def _inside(self, product: str) -> int:
        """Say whether allergy to a known product may be allergy to one of the criterion's concepts."""
        concept = self.vocabulary.concept("product", product)
        inside = {inner for c in concept.contains for inner in (c, *self.vocabulary.ingredients(c))}
        return NO if concept.complete and inside.isdisjoint(self.concepts.overlapping) else UNKNOWN


def entry_value(criterion: Criterion, scope: Scope, statement: Statement, told: Told) -> int:
    """Say whether one entry of a history section satisfies the criterion."""
    if statement.subject != criterion.subject:
        return NO
    window = criterion.window
    ahead = window is not None and window.key == "ahead"
    # Somebody unsure, or a name in the wrong section, says nothing of when: it may be still to come.
    if statement.planned != ahead and (statement.entry is not None or not ahead):
        return NO
    value = scope.concept_value(statement, told)
    if value == NO:
        return NO
    if window is not None and (statement.entry is not None or not ahead):
        value = min(value, in_window(window, statement.when, told.on))
    if criterion.status and "ever" not in criterion.status:
        state = statement.state
        value = min(value, UNKNOWN if state is None else YES if state in criterion.status else NO)
    for key, allowed in criterion.fields:
        if value == NO:
            return NO
        value = min(value, _field(key, allowed, scope, statement))
    if criterion.place is not None and value != NO:
        value = min(value, place_value(criterion.place, statement.areas, told.plan, scope.vocabulary))
    if (criterion.uses or (criterion.planned and criterion.section == "procedures")) and value != NO:
        value = min(value, _used(scope, statement, told))
    return value


def _field(key: str, allowed: tuple[str | bool, ...], scope: Scope, statement: Statement) -> int:
    if key in ("outcome", "setting"):
        meant = statement.outcomes if key == "outcome" else statement.settings
        if meant is None:
            return UNKNOWN
        return scope.named_value(key, meant)
    given = getattr(statement, key)
    if given is None or (given == "systemic" and key == "reaction" and not _SYSTEMIC.isdisjoint(allowed)):
        return YES if given in allowed else UNKNOWN
    if key == "reaction" and given == "anaphylaxis" and "systemic" in allowed:
        return YES
    return YES if given in allowed else NO


def planned_allergy(scope: Scope, statement: Statement, told: Told) -> int:
    """Say whether the allergen is in a planned product, by identity, class or declared cross-reactivity."""
    products = told.plan.products
    if products is None:
        return UNKNOWN
    best = NO
    for product in products:
        value = _allergen_in(scope, statement, product.composition, told)
        if scope.criterion.of and value != NO:
            value = min(value, product.composition.holds(scope.of_.within, scope.of_.overlapping, told.plan.excipients))
        best = max(best, value)
    return best


def _allergen_in(scope: Scope, statement: Statement, composition: Composition, told: Told) -> int:
    vocabulary, strength = scope.vocabulary, scope.criterion.cross_reacting
    best = NO
    for product in statement.products:
        if product == composition.product:
            if statement.entry is not None:
                return YES
            best = UNKNOWN
        known = vocabulary.concept("product", product)
        shared = [c for c in known.contains if not composition.perhaps.isdisjoint(vocabulary.overlaps("pharmacy", c))]
        if shared or known.composition == "unstated":
            best = UNKNOWN
    for allergen, exact in statement.concepts:
        meant = vocabulary.descendants("pharmacy", allergen)
        reacts = vocabulary.cross_reacting(allergen, strength) if strength else _NONE
        may_react = frozenset().union(*(vocabulary.cross_reacting(m, strength) for m in meant)) if strength else _NONE
        inside = composition.perhaps
        if exact and not (composition.certainly.isdisjoint(meant) and composition.certainly.isdisjoint(reacts)):
            return YES
        close = (meant, reacts, may_react, vocabulary.overlaps("pharmacy", allergen))
        if not all(inside.isdisjoint(concepts) for concepts in close) or (
            reacts and any(not reacts.isdisjoint(vocabulary.descendants("pharmacy", concept)) for concept in inside)
        ):
            best = UNKNOWN
        if composition.open or (composition.excipients_open and not told.plan.excipients.isdisjoint(meant | reacts)):
            best = UNKNOWN
    return best


def _used(scope: Scope, statement: Statement, told: Told) -> int:
    """Say whether an earlier procedure used the concept, or a planned product."""
    excipients = told.plan.excipients
    if statement.used is None:
        return UNKNOWN
    best = NO
    for used in statement.used:
        if scope.criterion.uses:
            best = max(best, used.holds(scope.uses.within, scope.uses.overlapping, excipients))
        else:
            best = max(best, max((_same(scope, used, p, told) for p in told.plan.products or ()), default=NO))
            if told.plan.products is None:
                best = UNKNOWN
    return best


def _same(scope: Scope, used: Composition, planned: Planned, told: Told) -> int:
    """Say whether a product used before is the planned one, or shares an active with it."""
    vocabulary, excipients = scope.vocabulary, told.plan.excipients
    now = planned.composition
    allowed = YES
    if scope.criterion.of:
        allowed = now.holds(scope.of_.within, scope.of_.overlapping, excipients)
        if allowed == NO:
            return NO
    if (used.product is not None and used.product == now.product) or (used.name and used.name == now.name):
        return allowed
    best = UNKNOWN if used.open or now.open else NO
    before = used.perhaps - excipients
    again = now.perhaps & scope.of_.overlapping if scope.criterion.of else now.perhaps
    if not before.isdisjoint(again & now.certainly & used.certainly):
        return allowed
    if any(not before.isdisjoint(vocabulary.overlaps("pharmacy", concept)) for concept in again):
        best = UNKNOWN
    return min(allowed, best)


def reading_value(criterion: Criterion, scope: Scope, statement: Statement, told: Told) -> int:
    """Say whether a measurement satisfies the criterion; a reading outside the window is no reading."""
    value = scope.concept_value(statement, told)
    if value == NO or statement.planned:
        return UNDECLARED
    if criterion.window is not None:
        timely = in_window(criterion.window, statement.when, told.on)
        if timely == NO:
            return UNDECLARED
        value = min(value, timely)
    if criterion.bounds is None or statement.value is None:
        return value
    return value if criterion.bounds.hold(statement.value) else NO
