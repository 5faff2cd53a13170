"""Answer every criterion of a rulebook from what was told: yes, no or unknown, with evidence.

Work goes from the entries to the criteria they touch, so an entry costs nothing for rules that are not about it.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import compress
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

from mesoscreen.criteria.criterion import NO, UNDECLARED, UNKNOWN, YES, Criterion
from mesoscreen.criteria.matching import Scope, entry_value, reading_value
from mesoscreen.criteria.planning import is_weighed, plan_value
from mesoscreen.criteria.windows import age_within, ages_on, older_than

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, MutableMapping, Sequence

    from mesoscreen.criteria.plan import Plan
    from mesoscreen.criteria.planning import Places
    from mesoscreen.criteria.told import Statement, Told, ToldSection
    from mesoscreen.vocabulary import Vocabulary

ASKED = ("allergies", "conditions", "medications", "procedures")
"""The history sections: silence about them is an open question."""


class Evidence(NamedTuple):
    """A place of the intake that bears on a criterion."""

    path: str
    criterion: int
    concept: str
    exact: bool
    value: int


class Answers(NamedTuple):
    """The answer to every criterion, by its number."""

    values: bytes
    yes: list[int]
    unknown: list[int]
    evidence: dict[int, list[Evidence]]
    told: Told


class PlanAnswers(NamedTuple):
    """The answer to every criterion, by what is planned alone."""

    values: bytes
    evidence: dict[int, list[Evidence]]
    weighed: tuple[int, ...]
    """Criteria about the plan that wait for the patient's weight."""


class Questionnaire:
    """Every criterion of a rulebook, indexed by the concepts that touch it."""

    def __init__(self, criteria: Sequence[Criterion], vocabulary: Vocabulary) -> None:
        """Index the criteria; their numbers are their positions."""
        self.criteria = tuple(criteria)
        self.vocabulary = vocabulary
        self.scopes = tuple(Scope.of(criterion, vocabulary) for criterion in self.criteria)
        self.of_section: dict[str, tuple[int, ...]] = {}
        self._by_concept: dict[str, dict[str, tuple[int, ...]]] = {}
        self._any: dict[str, tuple[int, ...]] = {}
        self._counting: dict[str, tuple[int, ...]] = {}
        for section in (*ASKED, "measurements", "plan", "patient"):
            numbers = [n for n, c in enumerate(self.criteria) if c.section == section]
            self.of_section[section] = tuple(numbers)
            self._counting[section] = tuple(n for n in numbers if self.criteria[n].count)
            touched: dict[str, list[int]] = defaultdict(list)
            wide: list[int] = []
            for number in numbers:
                if self.criteria[number].count:
                    continue
                if self.criteria[number].concepts:
                    for concept in self.scopes[number].overlapping:
                        touched[concept].append(number)
                else:
                    wide.append(number)
            self._by_concept[section] = {concept: tuple(found) for concept, found in touched.items()}
            self._any[section] = tuple(wide)
        excipients = vocabulary.excipients
        self._about_excipients = tuple(
            n for n in self.of_section["plan"] if not excipients.isdisjoint(self.scopes[n].concepts.within)
        )
        self._blank = bytes(UNDECLARED if c.section == "measurements" else NO for c in self.criteria)
        self._numbers = range(len(self.criteria))
        self._plans: WeakKeyDictionary[Plan, PlanAnswers] = WeakKeyDictionary()

    def answer(self, told: Told) -> Answers:
        """Answer every criterion."""
        planned = self._planned(told.plan)
        values, evidence = bytearray(planned.values), planned.evidence.copy()
        for section in ASKED:
            self._section(section, told.sections[section], told, values, evidence)
        for statement in told.sections["measurements"].statements:
            self._statement("measurements", statement, told, values, evidence)
        for number in planned.weighed:
            values[number], places = plan_value(self.criteria[number], self.scopes[number], told.plan, weights_of(told))
            _witness(number, values[number], places, evidence)
        self._patient(told, values, evidence)
        settled = bytes(values)
        return Answers(settled, self._where(settled, YES), self._where(settled, UNKNOWN), evidence, told)

    def _where(self, values: bytes, wanted: int) -> list[int]:
        """List the criteria so answered; quick where there are few."""
        count = values.count(wanted)
        if count > _FEW:
            return list(compress(self._numbers, values.translate(_IS[wanted])))
        found, at = [], -1
        for _ in range(count):
            at = values.find(wanted, at + 1)
            found.append(at)
        return found

    def _planned(self, plan: Plan) -> PlanAnswers:
        """Answer every criterion about the plan, once for each plan."""
        known = self._plans.get(plan)
        if known is None:
            values, evidence = bytearray(self._blank), dict[int, list[Evidence]]()
            touched = self._touched_by_plan(plan)
            weighed = tuple(number for number in touched if is_weighed(self.criteria[number]))
            for number in touched:
                if number not in weighed:
                    values[number], places = plan_value(self.criteria[number], self.scopes[number], plan)
                    _witness(number, values[number], places, evidence)
            known = self._plans[plan] = PlanAnswers(bytes(values), evidence, weighed)
        return known

    def again(self, number: int, told: Told) -> int:
        """Answer one criterion afresh, as of `told.on`."""
        criterion = self.criteria[number]
        if criterion.section == "plan":
            return plan_value(criterion, self.scopes[number], told.plan, weights_of(told))[0]
        if criterion.section == "patient":
            return patient_value(criterion, told, _ages(told))[0]
        if criterion.count:
            section, values = told.sections[criterion.section], {number: NO}
            values[number] = self.open_value(number, section, told)
            self._count(number, section, told, values, {})
            return values[number]
        return self.joined(number, [self.stated_value(number, s, told) for s in self.bearing(number, told)], told)

    def stated_value(self, number: int, statement: Statement, told: Told) -> int:
        """Say whether one statement satisfies the criterion."""
        value = reading_value if self.criteria[number].section == "measurements" else entry_value
        return value(self.criteria[number], self.scopes[number], statement, told)

    def joined(self, number: int, values: Collection[int], told: Told) -> int:
        """Answer a criterion from what each statement that bears on it comes to."""
        most = max(values, default=NO)
        if self.criteria[number].section == "measurements":
            return most if most >= UNKNOWN or NO in values else UNDECLARED
        open_ = self.open_value(number, told.sections[self.criteria[number].section], told)
        return max(most if most >= UNKNOWN else NO, open_)

    def bearing(self, number: int, told: Told) -> list[Statement]:
        """List the statements that name something the criterion is about."""
        criterion, scope = self.criteria[number], self.scopes[number]
        stated = told.sections[criterion.section].statements
        if not criterion.concepts:
            return list(stated)
        return [s for s in stated if s.products or any(concept in scope.overlapping for concept, _ in s.concepts)]

    def open_value(self, number: int, section: ToldSection, told: Told) -> int:
        """Say whether something the patient was not asked about could satisfy the criterion."""
        if section.complete:
            return NO
        if not section.denials:
            return UNKNOWN
        return NO if self.scopes[number].denied(section, told) else UNKNOWN

    def _section(
        self, name: str, section: ToldSection, told: Told, values: bytearray, evidence: dict[int, list[Evidence]]
    ) -> None:
        if not section.complete and not section.denials:
            for number in self.of_section[name]:
                values[number] = UNKNOWN
        elif not section.complete:
            for number in self.of_section[name]:
                values[number] = self.open_value(number, section, told)
        for statement in section.statements:
            self._statement(name, statement, told, values, evidence)
        if section.statements:
            for number in self._counting[name]:
                self._count(number, section, told, values, evidence)

    def _statement(
        self, section: str, statement: Statement, told: Told, values: bytearray, evidence: dict[int, list[Evidence]]
    ) -> None:
        touched = self._by_concept[section]
        if len(statement.concepts) == 1 and not statement.products:
            numbers: Iterable[int] = touched.get(statement.concepts[0][0], ())
        elif statement.products:
            numbers = [n for n in self.of_section[section] if self.criteria[n].concepts and not self.criteria[n].count]
        else:
            numbers = {n for concept, _ in statement.concepts for n in touched.get(concept, ())}
        for number in numbers:
            self._bears(number, statement, told, values, evidence)
        for number in self._any[section]:
            self._bears(number, statement, told, values, evidence)

    def _bears(
        self, number: int, statement: Statement, told: Told, values: bytearray, evidence: dict[int, list[Evidence]]
    ) -> None:
        value = self.stated_value(number, statement, told)
        if value <= UNDECLARED:
            if value == NO and values[number] == UNDECLARED:
                values[number] = NO
            return
        values[number] = max(values[number], value)
        concept, exact = self.scopes[number].witness(statement)
        evidence.setdefault(number, []).append(Evidence(statement.path, number, concept, exact, value))

    def _count(
        self, number: int, section: ToldSection, told: Told, values: MutableMapping[int, int] | bytearray, evidence: dict[int, list[Evidence]]
    ) -> None:
        criterion, scope = self.criteria[number], self.scopes[number]
        sure: set[object] = set()
        maybe: set[object] = set()
        for statement in section.statements:
            value = entry_value(criterion, scope, statement, told)
            if value == NO:
                continue
            concept, exact = scope.witness(statement)
            # The same thing said twice is one: the same substance, or word for word the same procedure.
            key = concept if criterion.section in ("allergies", "medications") and concept else statement.entry or statement.concepts
            maybe.add(key)
            if value == YES and exact:
                sure.add(key)
            evidence.setdefault(number, []).append(Evidence(statement.path, number, concept, exact, value))
        if len(sure) >= criterion.count:
            values[number] = YES
        elif len(maybe) >= criterion.count:
            values[number] = max(values[number], UNKNOWN)
        elif values[number] == NO:
            evidence.pop(number, None)

    def _touched_by_plan(self, plan: Plan) -> Iterable[int]:
        products = plan.products
        if products is None or any(p.composition.open for p in products):
            return self.of_section["plan"]
        by_concept = self._by_concept["plan"]
        numbers = set(self._any["plan"])
        for product in products:
            for ingredient in product.composition.ingredients:
                numbers.update(by_concept.get(ingredient.concept, ()))
            if product.composition.excipients_open:
                numbers.update(self._about_excipients)
        return sorted(numbers)

    def _patient(self, told: Told, values: bytearray, evidence: dict[int, list[Evidence]]) -> None:
        ages = _ages(told)
        for number in self.of_section["patient"]:
            values[number], path = patient_value(self.criteria[number], told, ages)
            if path and values[number] in (UNKNOWN, YES):
                evidence[number] = [Evidence(path, number, "", exact=True, value=values[number])]


_IS = {wanted: bytes(value == wanted for value in range(256)) for wanted in (YES, UNKNOWN)}
_FEW = 30


def _witness(number: int, value: int, places: Places, evidence: dict[int, list[Evidence]]) -> None:
    if value >= UNKNOWN and places:
        evidence[number] = [Evidence(path, number, concept, exact, value) for path, concept, exact in places]


def weights_of(told: Told) -> list[float]:
    """List the patient's weights, in kilograms."""
    readings = told.sections["measurements"].statements
    return [s.value for s in readings if s.value and any(c == "body-weight" and exact for c, exact in s.concepts)]


def _ages(told: Told) -> tuple[int, int] | None:
    """Give the youngest and oldest the patient may be at the treatment; None if nobody said."""
    patient = told.intake.patient
    if patient.birth_date is None:
        return None if patient.age is None else (patient.age, patient.age)
    youngest, oldest = ages_on(patient.birth_date, told.on)
    stated = oldest if patient.age is None else patient.age
    return min(youngest, stated), max(oldest, stated)


def patient_value(criterion: Criterion, told: Told, ages: tuple[int, int] | None) -> tuple[int, str]:
    """Answer a criterion about the patient, with the path that answers it."""
    patient = told.intake.patient
    value, path = YES, ""
    if criterion.age is not None:
        value = UNKNOWN if ages is None else age_within(criterion.age, ages)
        path = "" if ages is None else "/patient/age" if patient.birth_date is None else "/patient/birth_date"
    if criterion.sex:
        known = patient.sex in ("female", "male")
        value = min(value, UNKNOWN if not known else YES if patient.sex in criterion.sex else NO)
        path = path or "/patient/sex"
    if criterion.answers_older_than is not None:
        answered = told.intake.answered
        old = UNDECLARED if answered is None else older_than(criterion.answers_older_than, answered, told.on)
        value, path = min(value, old), path or "/answered"
    return value, path
