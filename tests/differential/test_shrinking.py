"""A disagreement is found, made as small as it can be, and printed so that it can be pasted: shown with mistakes made on purpose."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import yaml
from differential.campaign import Disagreement, Search
from differential.command import LEVELS, main, replayed
from differential.evaluators import filling_in, specification, z3
from differential.shrinking import shrunk

from mesoscreen.criteria.criterion import NO, UNDECLARED, UNKNOWN, YES
from mesoscreen.errors import EngineFailure
from mesoscreen.rulebook.logic import Relations

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from differential.books import Book
    from differential.evaluators import Decide, Evaluator
    from differential.levels import Plain


def taking_silence_for_no(book: Book) -> Decide:
    right = specification(book)
    return lambda values: right([NO if value == UNDECLARED else value for value in values])


def losing(hits: int) -> Evaluator:
    """Lose the last rule that is present, where at least so many are."""

    def evaluator(book: Book) -> Decide:
        right = specification(book)

        def decide(values: Sequence[int]) -> list[int]:
            verdicts = right(values)
            if verdicts.count(YES) >= hits:
                verdicts[max(rule for rule, verdict in enumerate(verdicts) if verdict == YES)] = NO
            return verdicts

        return decide

    return evaluator


def never_rewriting(book: Book) -> Decide:
    as_written = [now if isinstance(now, bool) else then for then, now in zip(book.written, book.decided, strict=True)]
    return specification(replace(book, decided=tuple(as_written)))


def forgetting_exclusions(evaluator: Evaluator) -> Evaluator:
    return lambda book: evaluator(replace(book, relations=Relations(book.relations.implications)))


def failing_on_questions(book: Book) -> Decide:
    right = specification(book)

    def decide(values: Sequence[int]) -> list[int]:
        if UNKNOWN in values:
            raise EngineFailure("made up")
        return right(values)

    return decide


MISTAKES: Mapping[str, tuple[dict[str, Evaluator], int, int, int]] = {
    "silence taken for no": ({"specification": taking_silence_for_no, "brute force": filling_in}, 1, 1, 1),
    "a hit lost": ({"specification": specification, "engine": losing(1)}, 1, 1, 1),
    "a second hit lost": ({"specification": specification, "engine": losing(2)}, 2, 2, 1),
    "rules left as written": ({"specification": never_rewriting, "brute force": filling_in}, 1, 3, 2),
    "exclusions forgotten": ({"specification": specification, "brute force": forgetting_exclusions(filling_in)}, 1, 2, 2),
    "an engine that fails": ({"specification": specification, "engine": failing_on_questions}, 1, 1, 1),
}
"""By mistake: evaluators of which one is wrong; how many rules, leaves and answers show it."""


def found(search: Search, level: str) -> Disagreement:
    dice = random.Random(level)
    for _ in range(400):
        try:
            search.one(LEVELS[level], dice)
        except Disagreement as disagreement:
            return disagreement
    raise AssertionError("the mistake was not found")


def leaves(plain: Plain) -> Iterator[Plain]:
    """Yield the criteria of formulas and of conditions."""
    for key, inner in plain.items():
        if key in ("all", "any"):
            for part in inner:
                yield from leaves(part)
        elif key == "not" and isinstance(inner, dict):
            yield from leaves(inner)
        else:
            yield inner


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_shown_by_the_smallest_rules_and_answers_that_show_it(mistake: str) -> None:
    evaluators, rules, literals, answers = MISTAKES[mistake]
    disagreement = found(Search(evaluators), "formulas")
    assert len(disagreement.rulebook["rules"]) == rules
    assert sum(len(list(leaves(rule))) for rule in disagreement.rulebook["rules"]) <= literals
    assert len(disagreement.patient) <= answers


def test_a_wrong_encoding_for_the_solver_is_shown_by_one_rule() -> None:
    pytest.importorskip("z3")
    disagreement = found(Search({"specification": specification, "z3": forgetting_exclusions(z3)}), "formulas")
    assert len(disagreement.rulebook["rules"]) == 1
    assert len(disagreement.rulebook["excludes"]) == 1


@pytest.fixture(scope="module")
def lost_hit() -> Disagreement:
    """A mistake found and shrunk in whole rulebooks, which takes a moment."""
    return found(Search(MISTAKES["a hit lost"][0]), "rulebooks")


def test_a_mistake_is_shown_by_one_rule_file_and_one_line_of_an_intake(lost_hit: Disagreement) -> None:
    (rule,) = (file for file in lost_hit.rulebook.values() if "when" in file)
    assert len(list(leaves(rule["when"]))) == 1
    assert len(str(lost_hit.patient)) < 60
    assert len([concept for file in lost_hit.rulebook.values() for concept in file.get("concepts", ())]) <= 1


def test_a_case_can_be_pasted_back_from_the_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    evaluators = MISTAKES["a second hit lost"][0]
    assert main(["--minutes", "1", "--seed", "3", "--level", "formulas"], evaluators) == 1
    printed = capsys.readouterr().out
    assert "specification: present, engine: clear" in printed
    pasted = tmp_path / "case.json"
    pasted.write_text(next(line for line in printed.splitlines() if line.startswith('{"level"')), encoding="utf-8")
    assert main(["--replay", str(pasted)], evaluators) == 1
    assert main(["--replay", str(pasted)]) == 0


def test_the_files_of_a_case_are_printed_as_yaml_under_their_names(lost_hit: Disagreement) -> None:
    blocks = [block.partition("\n") for block in f"\n{lost_hit}".split("\n# ") if block]
    files = {name: yaml.safe_load(text) for name, _, text in blocks if name.endswith(".yaml")}
    assert files == lost_hit.rulebook
    case = {"level": "rulebooks", "rulebook": files, "patient": lost_hit.patient}
    assert replayed(Search(MISTAKES["a hit lost"][0]), case) == 1


def test_a_search_that_finds_nothing_says_how_much_it_compared(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--minutes", "0.001", "--seed", "1", "--level", "formulas"]) == 0
    assert "verdicts compared in all\n\nno disagreement" in capsys.readouterr().out


def test_shrinking_leaves_nothing_out_that_is_needed() -> None:
    case = {"rules": [{"all": [{"is": n}, {"not": n}]} for n in range(20)], "patient": {str(n): "yes" for n in range(20)}}
    smallest = shrunk(case, lambda plain: "13" in plain.get("patient", ()) and {"is": 7} in [x for r in plain.get("rules", ()) for x in r.get("all", [r])])
    assert smallest == {"rules": [{"is": 7}], "patient": {"13": "yes"}}
