"""Read the planned treatment, and what earlier procedures used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesoscreen.criteria.doubts import Unrecognised
from mesoscreen.criteria.plan import QUANTITY_UNITS, SOMEWHERE, Composition, FactsTold, Ingredient, Plan, Planned
from mesoscreen.criteria.units import amount
from mesoscreen.errors import IntakeError, IntakeProblem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mesoscreen.intake import FactAnswers, Procedure, Product, Quantity, Treatment
    from mesoscreen.vocabulary import Resolution, Vocabulary
    from mesoscreen.vocabulary.concepts import Space


PLANS = 256
"""Most plans that are kept: a clinic plans the same few treatments over and over."""


class Plans:
    """Every plan read with one vocabulary, so that the same plan is read once."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        """Start without any."""
        self._vocabulary = vocabulary
        self._kept: dict[object, Plan] = {}

    def read(self, treatment: Treatment, unrecognised: list[Unrecognised]) -> Plan:
        """Read the treatment but for its date; list what is not understood."""
        said = (treatment.areas, treatment.technique, treatment.products, treatment.facts)
        kept = self._kept.get(said)
        if kept is not None:
            return kept
        misread: list[Unrecognised] = []
        plan = PlanReader(self._vocabulary, misread).read(treatment)
        if misread:  # not a plan that comes again as it is
            unrecognised += misread
            return plan
        if len(self._kept) >= PLANS:
            self._kept.clear()
        self._kept[said] = plan
        return plan


class PlanReader:
    """Reads the planned treatment, and what earlier procedures used."""

    def __init__(self, vocabulary: Vocabulary, unrecognised: list[Unrecognised]) -> None:
        """Read names with this vocabulary; list what is not understood."""
        self.vocabulary = vocabulary
        self.unrecognised = unrecognised

    def read(self, treatment: Treatment) -> Plan:
        """Read the treatment."""
        areas = self._areas(treatment.areas, "/treatment/areas")
        texts = treatment.technique or ()
        named = [self._plain(text, "technique", f"/treatment/technique/{number}") for number, text in enumerate(texts)]
        # There is no treatment without a technique: an empty list, or "none", leaves the question open.
        techniques = tuple(pair for pairs in named for pair in pairs) if texts and any(named) else None
        products = None
        if treatment.products is not None:
            products = tuple(
                Planned(
                    path := f"/treatment/products/{number}",
                    product.role,
                    self.composition(product, path),
                    areas if product.areas is None else self._areas(product.areas, f"{path}/areas"),
                    product.mixture.strip().casefold() if product.mixture is not None else None,
                    self._quantities(product.quantities, f"{path}/quantities"),
                    self._facts(product.facts, f"{path}/facts"),
                )
                for number, product in enumerate(treatment.products)
            )
        facts = self._facts(treatment.facts, "/treatment/facts")
        of_products = [area for product in products or () for area in product.areas or ()]
        if areas is not None or of_products:
            areas = tuple(dict.fromkeys([*((SOMEWHERE,) if areas is None else areas), *of_products]))
        return Plan(areas, techniques, products, facts, self.vocabulary.excipients)

    def composition(self, product: Product, path: str) -> Composition:
        """Read what is in a product: what was stated, else what the vocabulary knows of it."""
        known = next(iter(self.vocabulary.named(product.name, "product")), None)
        name = "".join(product.name.casefold().split())
        if product.ingredients:  # an empty list states nothing
            return self._stated(product, path, known, name)
        read = self.vocabulary.resolve(product.name, ("product", "pharmacy"))
        known = known or next((r.concept for r in read.readings if r.space == "product" and r.match == "exact"), None)
        if known is not None:
            concept = self.vocabulary.concept("product", known)
            inside = [Ingredient(path, c, certain=True) for c in self._closure(concept.contains)]
            inside += [Ingredient(path, c, certain=False) for c in concept.may_contain]
            unknown = concept.composition == "unstated"
            return Composition(tuple(inside), unknown, not concept.complete, known, name)
        exact = [r.concept for r in read.readings if r.match == "exact" and r.space == "pharmacy"]
        if exact:
            inside = [Ingredient(path, c, certain=True) for c in self._closure(exact)]
            inside += [Ingredient(path, c, certain=False) for c in self._may(exact)]
            return Composition(tuple(inside), excipients_open=True, name=name)
        self._unread(read, path)
        maybe = [c for r in read.readings for c in self._meant(r.space, r.concept)]
        return Composition(tuple(Ingredient(path, c, certain=False) for c in maybe), open=True, name=name)

    def used(self, entry: Procedure, path: str, concepts: tuple[tuple[str, bool], ...]) -> tuple[Composition, ...]:
        """Read what an earlier procedure used; where that was not said, what such a procedure uses."""
        if entry.products:
            return tuple(self.composition(product, f"{path}/products/{n}") for n, product in enumerate(entry.products))
        if not concepts:
            return (Composition((), open=True),)
        used = []
        for procedure, certain in concepts:
            concept = self.vocabulary.concept("procedure", procedure)
            inside = tuple(Ingredient(path, c, certain) for c in self._closure(concept.contains))
            if inside or concept.uses_products or not certain:
                # What such a procedure always uses says what it was; anything else it could have used is not a question.
                used.append(Composition(inside, open=not certain or not inside, excipients_open=True))
        return tuple(used)

    def area(self, text: str, path: str) -> tuple[str, ...]:
        """Read the name of a body area."""
        return tuple(concept for concept, exact in self._plain(text, "area", path) if exact) or (SOMEWHERE,)

    def _stated(self, product: Product, path: str, known: str | None, name: str) -> Composition:
        inside: list[Ingredient] = []
        is_open, excipients_open = False, not product.ingredients_complete
        for number, text in enumerate(product.ingredients or ()):
            place = f"{path}/ingredients/{number}"
            read = self.vocabulary.resolve(text, ("pharmacy", "product"))
            exact = [c for r in read.readings if r.match == "exact" for c in self._meant(r.space, r.concept)]
            if not exact and not any(r.match == "exact" for r in read.readings):
                self._unread(read, place)
            for part in (self.vocabulary.concept("product", r.concept) for r in read.readings if r.space == "product"):
                is_open = is_open or part.composition == "unstated"
                excipients_open = excipients_open or not part.complete
                inside += [Ingredient(place, c, certain=False) for c in part.may_contain]
            maybe = [c for r in read.readings if r.match != "exact" for c in self._meant(r.space, r.concept)]
            if not product.ingredients_complete:
                maybe += self._may(exact)
            inside += [Ingredient(place, c, certain=True) for c in self._closure(exact)]
            inside += [Ingredient(place, c, certain=False) for c in maybe]
        # What the name says is in it, and nothing in the list can be, may be in it all the same.
        stated = {ingredient.concept for ingredient in inside}
        unlisted = [c for c in self.vocabulary.named(product.name, "pharmacy") if stated.isdisjoint(self.vocabulary.overlaps("pharmacy", c))]
        inside += [Ingredient(path, c, certain=False) for c in unlisted]
        return Composition(tuple(inside), is_open, excipients_open, known, name)

    def _quantities(self, given: tuple[Quantity, ...], path: str) -> Mapping[str, float]:
        amounts: dict[str, float] = {}
        for number, quantity in enumerate(given):
            if quantity.name in amounts:
                raise IntakeError((IntakeProblem(f"{path}/{number}/name", "repeated-key", "this quantity is given twice; one of the two would be lost"),))
            unit, conversions = QUANTITY_UNITS[quantity.name]
            amounts[quantity.name] = amount(quantity.value, quantity.unit, unit, conversions, f"{path}/{number}/unit")
        return amounts

    def _meant(self, space: Space, concept: str) -> tuple[str, ...]:
        return self.vocabulary.concept(space, concept).contains if space == "product" else (concept,)

    def _closure(self, concepts: tuple[str, ...] | list[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(inner for c in concepts for inner in (c, *sorted(self.vocabulary.ingredients(c) - {c}))))

    def _may(self, concepts: list[str]) -> list[str]:
        return [inner for c in concepts for inner in sorted(self.vocabulary.may_contain(c))]

    def _areas(self, texts: tuple[str, ...] | None, path: str) -> tuple[str, ...] | None:
        """Read areas; None where none were stated."""
        if not texts:
            return None
        return tuple(area for number, text in enumerate(texts) for area in self.area(text, f"{path}/{number}"))

    def _facts(self, given: tuple[str, ...] | FactAnswers | None, path: str) -> FactsTold:
        if given is None:
            return FactsTold()
        if isinstance(given, tuple):
            return FactsTold(self._asserted(given, path), complete=True)
        denied = {c for n, text in enumerate(given.denied) for c in self._certain(text, f"{path}/denied/{n}")}
        unsure = {c for n, text in enumerate(given.unsure) for c in self._certain(text, f"{path}/unsure/{n}")}
        present = self._asserted(given.present, f"{path}/present")
        below = [self.vocabulary.descendants("fact", c) for c in denied]
        return FactsTold(present, frozenset().union(*below), frozenset(unsure), given.complete)

    def _asserted(self, texts: tuple[str, ...], path: str) -> tuple[tuple[str, bool, str], ...]:
        return tuple((c, exact, f"{path}/{n}") for n, text in enumerate(texts) for c, exact in self._plain(text, "fact", f"{path}/{n}"))

    def _certain(self, text: str, path: str) -> tuple[str, ...]:
        return tuple(c for c, exact in self._plain(text, "fact", path) if exact)

    def _plain(self, text: str, space: Space, path: str) -> tuple[tuple[str, bool], ...]:
        read = self.vocabulary.resolve(text, (space,))
        if space != "area" and read.is_none:
            return ()
        meant = tuple((r.concept, r.match == "exact") for r in read.readings)
        if not any(exact for _, exact in meant):
            self._unread(read, path)
        return meant

    def _unread(self, read: Resolution, path: str) -> None:
        first = read.readings[0] if read.readings else None
        label = self.vocabulary.concept(first.space, first.concept).label if first else None
        self.unrecognised.append(Unrecognised(path, label, () if first else read.suggestions))
