"""Law: decide ∘ answer == every way of filling in the unknowns, hierarchy included."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import Any

from hypothesis import event, given
from hypothesis import strategies as st

from mesoscreen.criteria.answers import Questionnaire
from mesoscreen.criteria.criterion import NO, UNKNOWN, YES, Bounds, Criterion
from mesoscreen.criteria.reading import read
from mesoscreen.criteria.relations import excludes, implies
from mesoscreen.decide import value_of
from mesoscreen.intake import Intake
from mesoscreen.rulebook.formula import All, AnyOf, Formula, Is, Not, criteria_of
from mesoscreen.rulebook.logic import Relations, exact, outcomes, true_of
from mesoscreen.vocabulary import Concept, Vocabulary

PARENTS: dict[str, tuple[str, ...]] = {
    "autoimmune": (),
    "connective": ("autoimmune",),
    "lupus": ("connective",),
    "thyroid": (),
    "hashimoto": ("autoimmune", "thyroid"),
    "asthma": (),
}
VOCABULARY = Vocabulary.build(Concept(name, "condition", name, parents=parents) for name, parents in PARENTS.items())
ON = date(2026, 12, 1)
CRITERIA = (
    *(Criterion("conditions", (name,), status=("now",)) for name in PARENTS),
    *(Criterion("conditions", (name,), status=("ever",)) for name in ("autoimmune", "lupus")),
    Criterion("conditions", ("asthma",), status=("now",), fields=(("controlled", (False,)),)),
    Criterion("patient", age=Bounds(high=18)),
    Criterion("patient", age=Bounds(low=75, low_included=True)),
)
NUMBERS = range(len(CRITERIA))
RELATIONS = Relations(
    [(a, b) for a in NUMBERS for b in NUMBERS if a != b and implies(CRITERIA[a], CRITERIA[b], VOCABULARY)],
    [(a, b) for a in NUMBERS for b in NUMBERS if a < b and excludes(CRITERIA[a], CRITERIA[b])],
)


def among(formula: Formula) -> Relations:
    inside = set(criteria_of(formula))
    return Relations(
        [(a, b) for a, b in RELATIONS.implications if {a, b} <= inside],
        [(a, b) for a, b in RELATIONS.exclusions if {a, b} <= inside],
    )


def _leaf(number: int) -> st.SearchStrategy[Formula]:
    return st.sampled_from((Is(number), Is(number), Not(number)))


def _joined(parts: list[Formula]) -> st.SearchStrategy[Formula]:
    return st.sampled_from((All(tuple(parts)), AnyOf(tuple(parts))))


formulas: st.SearchStrategy[Formula] = st.recursive(
    st.sampled_from(NUMBERS).flatmap(_leaf), lambda inner: st.lists(inner, min_size=2, max_size=3).flatmap(_joined), max_leaves=5
)
names = st.sampled_from(sorted(PARENTS))
entries = st.fixed_dictionaries(
    {"name": names},
    optional={"status": st.sampled_from(["active", "resolved", "unknown"]), "controlled": st.sampled_from([True, False])},
)
conditions = st.one_of(
    st.none(),
    st.lists(entries, max_size=2),
    st.fixed_dictionaries(
        {},
        optional={
            "present": st.lists(entries, max_size=2),
            "denied": st.lists(names, max_size=3),
            "unsure": st.lists(names, max_size=1),
            "complete": st.booleans(),
        },
    ),
)
patients = st.fixed_dictionaries({}, optional={"birth_date": st.sampled_from(["2009", "2008-12-01", "1951-12-01", "1980", "1951"])})
intakes = st.fixed_dictionaries({"patient": patients, "conditions": conditions})


def answer(data: dict[str, Any]) -> bytes:
    return Questionnaire(CRITERIA, VOCABULARY).answer(read(Intake.model_validate(data), VOCABULARY, ON)).values


@given(formulas, intakes)
def test_a_verdict_is_what_every_way_of_filling_in_the_unknowns_agrees_on(formula: Formula, data: dict[str, Any]) -> None:
    relations = among(formula)
    decided = exact(formula, relations)
    if isinstance(decided, bool):
        event("the loader refuses the rule")
        return
    values = answer(data)
    known = {n: values[n] == YES for n in criteria_of(formula) if values[n] != UNKNOWN}
    seen = outcomes(formula, known, relations)
    assert seen, "no patient can have these answers"
    event(f"{'rewritten' if decided != formula else 'as written'}, {len(seen)} outcomes")
    assert value_of(decided, values) == (UNKNOWN if len(seen) == 2 else YES if True in seen else NO)


@given(formulas)
def test_the_loader_refuses_exactly_the_rules_that_every_or_no_patient_raises(formula: Formula) -> None:
    relations = among(formula)
    criteria = criteria_of(formula)
    possible = [v for fill in product((False, True), repeat=len(criteria)) if relations.allow(v := dict(zip(criteria, fill, strict=True)))]
    raised = {true_of(formula, v.__getitem__) for v in possible}
    decided = exact(formula, relations)
    assert isinstance(decided, bool) == (len(raised) == 1)


def test_lupus_without_autoimmune_disease_is_no_rule_at_all() -> None:
    lupus, autoimmune = 2, 0
    assert exact(All((Is(lupus), Not(autoimmune))), among(All((Is(lupus), Not(autoimmune))))) is False


def test_a_rule_true_both_ways_of_an_unknown_is_present() -> None:
    asthma, thyroid, connective = 5, 3, 1
    formula = AnyOf((All((Is(asthma), Is(thyroid))), All((Not(asthma), Is(connective)))))
    decided = exact(formula, among(formula))
    assert not isinstance(decided, bool)
    values = answer({"conditions": {"present": [{"name": "thyroid"}, {"name": "connective"}], "denied": []}})
    assert values[asthma] == UNKNOWN
    assert value_of(formula, values) == UNKNOWN
    assert value_of(decided, values) == YES
