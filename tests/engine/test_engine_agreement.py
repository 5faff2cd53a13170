"""The engine decides as three-valued logic does, whatever the rulebook and whatever the answers."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from engine.models import ANSWERS, kleene, patient, random_formula, random_patient, verdicts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesoscreen.criteria.criterion import NO, UNDECLARED, UNKNOWN, YES
from mesoscreen.engine import Engine, is_available
from mesoscreen.engine.fitting import arrange, fits
from mesoscreen.rulebook.formula import All, AnyOf, Formula, Is, Not

if TYPE_CHECKING:
    from collections.abc import Sequence

pytest.importorskip("durable_rules_engine")

CRITERIA = 12
LEAVES = st.builds(Is, st.integers(0, CRITERIA - 1)) | st.builds(Not, st.integers(0, CRITERIA - 1))


def formulas(depth: int) -> st.SearchStrategy[Formula]:
    if not depth:
        return LEAVES
    parts = st.lists(formulas(depth - 1), min_size=2, max_size=4).map(tuple)
    return LEAVES | st.builds(All, parts) | st.builds(AnyOf, parts)


PATIENTS = st.sampled_from([[answer] * CRITERIA for answer in ANSWERS]) | st.lists(
    st.sampled_from(ANSWERS), min_size=CRITERIA, max_size=CRITERIA
)


def assert_agreement(rules: Sequence[Formula], criteria: int, values: Sequence[Sequence[int]]) -> None:
    engine = Engine(rules, criteria=criteria)
    for answers in values:
        assert engine.decide(*patient(answers)) == verdicts(rules, answers)


def alike(criteria: int) -> list[list[int]]:
    return [[answer] * criteria for answer in ANSWERS]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(rules=st.lists(formulas(4), max_size=8), answers=st.lists(PATIENTS, min_size=1, max_size=8))
def test_engine_equals_three_valued_logic(rules: list[Formula], answers: list[list[int]]) -> None:
    assert_agreement(rules, CRITERIA, answers)


@pytest.mark.parametrize(
    ("rules", "criteria", "depth"), [(1, 3, 4), (30, 40, 3), (213, 330, 2), (1000, 330, 2), (1000, 1000, 1), (60, 20, 4)]
)
def test_rulebooks_of_every_size_agree(rules: int, criteria: int, depth: int) -> None:
    rng = random.Random(rules + criteria)
    book = [random_formula(rng, criteria, depth) for _ in range(rules)]
    drawn = [random_patient(rng, criteria).values for _ in range(25)]
    nearly_healthy = [random_patient(rng, criteria, (1, 0, 0.01, 0)).values for _ in range(25)]
    assert_agreement(book, criteria, [*alike(criteria), *drawn, *nearly_healthy])


@pytest.mark.parametrize(
    "formula",
    [
        pytest.param(Is(0), id="one criterion"),
        pytest.param(Not(0), id="one negation"),
        pytest.param(All((Is(0), Not(0))), id="contradiction"),
        pytest.param(AnyOf((Is(0), Not(0))), id="excluded middle"),
        pytest.param(All((Not(0), Not(1))), id="negations only"),
        pytest.param(AnyOf((Is(0), Not(1))), id="negation as alternative"),
        pytest.param(All((Is(0), Is(0), All((Is(1), Is(0))))), id="repeats"),
    ],
)
def test_smallest_rules_agree_on_every_patient(formula: Formula) -> None:
    assert_agreement([formula], 2, [[first, second] for first in ANSWERS for second in ANSWERS])


def deep(levels: int) -> Formula:
    formula: Formula = All((Is(0), Not(1)))
    for level in range(levels):
        formula = (AnyOf, All)[level % 2]((formula, Is(2 + level)))
    return formula


@pytest.mark.parametrize(
    "formula",
    [
        pytest.param(deep(80), id="80 levels deep"),
        pytest.param(AnyOf(tuple(map(Is, range(300)))), id="300 alternatives"),
        pytest.param(All(tuple(map(Is, range(300)))), id="300 conditions"),
        pytest.param(All((AnyOf(tuple(map(Not, range(200)))), Is(299))), id="200 alternatives beside a condition"),
        pytest.param(All(tuple(AnyOf((Is(3 * n), Not(3 * n + 1), Is(3 * n + 2))) for n in range(40))), id="3 to the 40 ways"),
    ],
)
def test_rules_too_large_for_the_engine_agree(formula: Formula) -> None:
    assert not fits(formula)
    rng = random.Random(1)
    drawn = [random_patient(rng, 300).values for _ in range(40)]
    nearly = [random_patient(rng, 300, (0, 0.003, 1, 0.003)).values for _ in range(40)]
    assert_agreement([formula, Is(5)], 300, [*alike(300), *drawn, *nearly])


def test_ordinary_rulebooks_are_asked_in_one_step() -> None:
    rng = random.Random(2)
    assert len(arrange([random_formula(rng, 330, 2) for _ in range(10)], 330).steps) == 1


def test_rule_of_negations_is_present_for_a_patient_with_nothing_in_any_section() -> None:
    rules: list[Formula] = [*map(Is, range(200)), All((Not(7), Not(190)))]
    engine = Engine(rules, criteria=200)
    assert engine.decide(*patient([NO] * 200)) == (frozenset({200}), frozenset())
    assert engine.decide(*patient([UNKNOWN] * 200)) == (frozenset(), frozenset(range(201)))


def test_undeclared_answer_satisfies_neither_a_criterion_nor_its_negation() -> None:
    engine = Engine([Is(0), Not(0), All((Is(1), Not(0)))], criteria=2)
    assert engine.decide(*patient([UNDECLARED, YES])) == (frozenset(), frozenset())


def test_rules_with_one_formula_share_a_verdict() -> None:
    rules: list[Formula] = [All((Is(0), Is(1))), All((Is(1), Is(0))), Is(2)] * 150
    assert_agreement(rules, 3, [[a, b, c] for a in ANSWERS for b in ANSWERS for c in ANSWERS])


def test_rulebook_without_rules_finds_nothing() -> None:
    assert Engine([], criteria=0).decide([], [], []) == (frozenset(), frozenset())


def test_answering_a_question_never_unsettles_a_verdict() -> None:
    rng = random.Random(3)
    rules = [random_formula(rng, 40, 3) for _ in range(60)]
    engine = Engine(rules, criteria=40)
    for _ in range(40):
        values = random_patient(rng, 40, (1, 2, 1, 0)).values
        present, possible = engine.decide(*patient(values))
        answered = [rng.choice((NO, YES)) if value == UNKNOWN else value for value in values]
        present_then, possible_then = engine.decide(*patient(answered))
        assert present <= present_then <= present | possible
        assert not possible_then


def test_engine_is_available_where_durable_rules_can_be_imported() -> None:
    assert is_available()


def test_three_valued_logic_of_these_tests_is_what_every_filling_in_says() -> None:
    either_way = AnyOf((All((Is(0), Is(1))), Not(2)))
    assert [kleene(either_way, values) for values in ([YES, YES, YES], [YES, UNKNOWN, YES], [NO, UNKNOWN, YES])] == [2, 1, 0]
