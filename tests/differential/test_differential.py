"""Law: the specification, durable-rules, a solver and every way of filling in the unknowns come to the same verdicts.

The long version of this is a command: `python tests/differential --minutes 5 --seed 1`.
"""

from __future__ import annotations

import random
from itertools import combinations
from pathlib import Path

import pytest
import yaml
from differential.books import Book, formula_of
from differential.campaign import Search
from differential.command import LEVELS, counted, main
from differential.evaluators import VERDICTS, available

from mesoscreen.criteria.criterion import NO, UNDECLARED, UNKNOWN, YES
from mesoscreen.rulebook.logic import Relations

CASES = {file.stem: file for file in sorted((Path(__file__).parent / "cases").glob("*.yaml"))}
DEFINING = ("z3", "brute force")


@pytest.mark.parametrize(("level", "rulebooks"), [("formulas", 50), ("formulas as written", 5), ("rulebooks", 10)])
def test_all_ways_to_a_verdict_agree_on_random_rulebooks_and_patients(level: str, rulebooks: int) -> None:
    search, dice = Search(available()), random.Random(level)
    for _ in range(rulebooks):
        search.one(LEVELS[level], dice)
    tally = search.tallies[level]
    taking_part = [name for name in available() if not LEVELS[level].only or name in LEVELS[level].only]
    assert set(tally.pairs) == set(combinations(taking_part, 2))
    assert set(tally.verdicts) == {"present", "possible", "clear"}
    assert f"{tally.patients:,} patients" in counted(search.tallies)


@pytest.mark.parametrize("case", CASES)
def test_a_case_found_before_stays_mended(case: str, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("z3", reason="some cases are seen by the solver only")
    assert main(["--replay", str(CASES[case])]) == 0, capsys.readouterr().out


def defined(evaluator: str, rule: str, values: list[int], relations: Relations) -> str:
    if evaluator not in available():
        pytest.skip(f"{evaluator} is not installed")
    formula = formula_of(yaml.safe_load(rule))
    book = Book(("rule",), (formula,), (formula,), tuple(map(str, range(len(values)))), relations)
    return VERDICTS[available()[evaluator](book)(values)[0]]


EITHER_WAY = "any: [{all: [{is: 0}, {is: 1}]}, {all: [{not: 0}, {is: 2}]}]"


@pytest.mark.parametrize("evaluator", DEFINING)
@pytest.mark.parametrize(
    ("rule", "values", "verdict"),
    [
        pytest.param("is: 0", [YES], "present", id="what is so is present"),
        pytest.param("is: 0", [NO], "clear", id="what is not so is clear"),
        pytest.param("is: 0", [UNKNOWN], "possible", id="what is not known is possible"),
        pytest.param("is: 0", [UNDECLARED], "clear", id="a declaration nobody made raises nothing"),
        pytest.param("not: 0", [UNDECLARED], "clear", id="nor does its negation"),
        pytest.param(EITHER_WAY, [UNKNOWN, YES, YES], "present", id="true both ways of an unknown"),
        pytest.param(EITHER_WAY, [UNDECLARED, YES, YES], "present", id="true both ways of a declaration"),
        pytest.param(EITHER_WAY, [UNDECLARED, YES, UNKNOWN], "possible", id="a question can make it true both ways"),
        pytest.param(EITHER_WAY, [UNDECLARED, YES, NO], "clear", id="no question can"),
        pytest.param("all: [{is: 0}, {not: 0}]", [UNKNOWN], "clear", id="a contradiction is clear"),
        pytest.param("all: [{any: [{is: 0}, {is: 1}]}, {any: [{not: 0}, {not: 1}]}]", [UNKNOWN, UNDECLARED], "clear", id="either or"),
    ],
)
def test_the_definition_is_what_it_says(evaluator: str, rule: str, values: list[int], verdict: str) -> None:
    assert defined(evaluator, rule, values, Relations()) == verdict


@pytest.mark.parametrize("evaluator", DEFINING)
@pytest.mark.parametrize(
    ("rule", "values", "verdict"),
    [
        pytest.param("all: [{is: 0}, {not: 1}]", [UNKNOWN, UNKNOWN], "clear", id="lupus without autoimmune disease"),
        pytest.param("any: [{is: 1}, {not: 0}]", [UNKNOWN, UNKNOWN], "present", id="autoimmune disease or no lupus"),
        pytest.param("all: [{is: 0}, {is: 2}]", [UNKNOWN, UNKNOWN, UNKNOWN], "clear", id="under 18 and over 75"),
        pytest.param("any: [{is: 0}, {not: 1}]", [YES, NO], "no such patient", id="lupus and no autoimmune disease"),
        pytest.param("all: [{not: 0}, {is: 1}]", [UNDECLARED, NO], "clear", id="what follows from a declaration"),
    ],
)
def test_the_definition_knows_how_criteria_bear_on_each_other(evaluator: str, rule: str, values: list[int], verdict: str) -> None:
    values = [*values, *[UNKNOWN] * (3 - len(values))]
    assert defined(evaluator, rule, values, Relations([(0, 1)], [(0, 2)])) == verdict


def test_the_solver_knows_what_follows_from_the_answers_to_other_rules() -> None:
    assert defined("z3", "is: 1", [YES, UNKNOWN], Relations([(0, 1)])) == "present"
    assert defined("brute force", "is: 1", [YES, UNKNOWN], Relations([(0, 1)])) == "possible"
