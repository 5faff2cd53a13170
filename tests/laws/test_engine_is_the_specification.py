"""Law: durable-rules ∘ compile == decide, for rulebooks the loader accepts and for patients of every kind."""

from __future__ import annotations

import random
from datetime import date
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import BOOK, intakes

from mesoscreen import Intake
from mesoscreen.criteria.criterion import NO, UNDECLARED, UNKNOWN, YES
from mesoscreen.criteria.reading import read
from mesoscreen.decide import Specification
from mesoscreen.engine import Engine, is_available
from mesoscreen.rulebook.formula import All, AnyOf, Formula, Is, Not
from mesoscreen.screening import screener_of

pytestmark = pytest.mark.skipif(not is_available(), reason="durable-rules cannot be loaded here")
SCREENER = screener_of(BOOK)
FORMULAS = [rule.decided for rule in SCREENER.rules]
ENGINE = SCREENER.engine
COUNT = len(BOOK.criteria)


class Answered(NamedTuple):
    """Answers without a patient behind them."""

    values: list[int]
    yes: list[int]
    unknown: list[int]


def answered(values: list[int]) -> Any:
    return Answered(values, [n for n, v in enumerate(values) if v == YES], [n for n, v in enumerate(values) if v == UNKNOWN])


def agree(engine: Engine, specification: Specification, values: list[int]) -> None:
    answers = answered(values)
    assert engine.decide(values, answers.yes, answers.unknown) == specification.decide(answers)


@pytest.mark.parametrize("value", [NO, UNDECLARED, UNKNOWN, YES], ids=["healthy", "nothing declared", "nothing asked", "everything at once"])
def test_the_shipped_rulebook_agrees_at_the_four_corners(value: int) -> None:
    assert ENGINE is not None
    agree(ENGINE, SCREENER.specification, [value] * COUNT)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.sampled_from([NO, NO, NO, UNDECLARED, UNKNOWN, YES]), min_size=COUNT, max_size=COUNT))
def test_the_shipped_rulebook_agrees_on_any_answers(values: list[int]) -> None:
    assert ENGINE is not None
    agree(ENGINE, SCREENER.specification, values)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(intakes)
def test_the_shipped_rulebook_agrees_on_any_patient(data: dict[str, Any]) -> None:
    told = read(Intake.model_validate(data), BOOK.vocabulary, date(2026, 11, 30))
    answers = BOOK.questionnaire.answer(told)
    assert ENGINE is not None
    assert ENGINE.decide(answers.values, answers.yes, answers.unknown) == SCREENER.specification.decide(answers)


def random_formula(dice: random.Random, criteria: int, depth: int) -> Formula:
    if depth == 0 or dice.random() < 0.35:
        number = dice.randrange(criteria)
        return Not(number) if dice.random() < 0.15 else Is(number)
    parts = tuple(random_formula(dice, criteria, depth - 1) for _ in range(dice.randint(2, 4)))
    return All(parts) if dice.random() < 0.5 else AnyOf(parts)


@pytest.mark.parametrize(("rules", "criteria"), [(1, 1), (10, 8), (60, 40), (213, 330), (1000, 400)])
def test_random_rulebooks_of_every_size_agree_on_healthy_sick_and_silent_patients(rules: int, criteria: int) -> None:
    dice = random.Random(rules)
    formulas = [random_formula(dice, criteria, 2) for _ in range(rules)]
    engine, specification = Engine(formulas, criteria=criteria), Specification(formulas, criteria)
    for value in (NO, UNDECLARED, UNKNOWN, YES):
        agree(engine, specification, [value] * criteria)
    for weights in ((90, 0, 0, 10), (60, 5, 20, 15), (0, 0, 50, 50), (25, 25, 25, 25), (0, 0, 5, 95)):
        for _ in range(6):
            agree(engine, specification, dice.choices([NO, UNDECLARED, UNKNOWN, YES], weights, k=criteria))
    engine.close()
