"""Every input worth keeping from fuzzing, and every input that ever broke something, comes to a report or to an error made on purpose.

What is checked of each stands in `fuzz/targets.py`: reports survive JSON, errors have a code and a place, and quote nothing of a patient.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fuzz import told
from fuzz.grammar import dictionary
from fuzz.mutators import mutate_intake, mutate_rulebook
from fuzz.targets import CHECKS, Broken, check_intake, check_rulebook

from mesoscreen import Outcome
from mesoscreen.errors import IntakeError, IntakeProblem

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent / "fuzz"
INTAKES = sorted((HERE / "seeds/intake").iterdir())
RULEBOOKS = sorted((HERE / "seeds/rulebook").iterdir())
FOUND = {
    "intake": {
        "a-code-of-the-greatest-length": "screened",
        "a-list-of-wrong-entries": "too-large",
        "ligatures-and-a-strength-that-breaks-off": "screened",
        "more-keys-than-an-intake-has": "too-large",
        "the-last-month-of-the-calendar": "screened",
    },
    "rulebook": {
        "a-bound-of-forty-digits": "loaded",
        "a-bound-too-large-to-convert": "bad-bounds",
        "a-code-without-a-letter": "not-an-option",
        "a-concept-below-thirty-others": "too-large",
        "a-key-named-key": "missing-key",
        "a-limit-of-a-thousand-letters": "wrong-type",
        "a-row-of-three-thousand-letters": "missing-key",
        "changes-of-one-limit-again-and-again": "loaded",
        "extends-a-device": "missing-file",
        "extends-a-file-that-is-no-rulebook": "missing-file",
        "extends-a-folder-without-end": "cycle",
        "extends-a-name-too-long-for-a-file": "missing-file",
        "extends-itself": "cycle",
        "extends-nothing-there-with-a-nul": "missing-file",
        "keys-named-key-further-in": "bad-id",
    },
}
"""What fuzzing, or reading the code with it, once found wrong, and what each now comes to."""
TELLING = {"name": "SECRETLY", "note": "123456.75"}


@pytest.mark.parametrize("file", INTAKES, ids=lambda file: file.stem)
def test_a_fuzzed_intake_is_screened_or_refused_on_purpose(file: Path) -> None:
    assert check_intake(file.read_bytes(), thorough=True)


@pytest.mark.parametrize("file", RULEBOOKS, ids=lambda file: file.stem)
def test_a_fuzzed_rulebook_is_loaded_or_refused_at_a_place(file: Path) -> None:
    assert check_rulebook(file.read_bytes(), thorough=True)


@pytest.mark.parametrize(("target", "name"), [(target, name) for target, names in FOUND.items() for name in names])
def test_what_was_once_wrong_is_right(target: str, name: str) -> None:
    (file,) = (HERE / "found" / target).glob(f"{name}.*")
    came_to = CHECKS[target](file.read_bytes(), thorough=True)
    assert ("screened" if came_to in [*Outcome] else came_to) == FOUND[target][name]


def test_nothing_that_was_found_is_forgotten() -> None:
    assert {target: {file.stem for file in (HERE / "found" / target).iterdir()} for target in FOUND} == {t: {*names} for t, names in FOUND.items()}


def test_the_seeds_are_few_small_and_each_of_them_once() -> None:
    seeds = [file.read_bytes() for file in (HERE / "seeds").rglob("*.*")]
    assert 0 < len(seeds) <= 100
    assert sum(map(len, seeds)) <= 100_000
    assert len(set(seeds)) == len(seeds)


@pytest.mark.parametrize("target", CHECKS)
def test_a_run_of_changed_inputs_comes_to_reports_and_refusals_alike(target: str) -> None:
    mutate: Callable[..., bytes] = {"intake": mutate_intake, "rulebook": mutate_rulebook}[target]
    chance = random.Random(7)
    data, results = b"{}", []
    for number in range(40):
        data = mutate(data if number % 6 else b"{}", 4096, chance.getrandbits(32), lambda data, most: data[:most][::-1])
        results.append(CHECKS[target](data))
    assert len(set(results)) >= 5
    assert {"intake": "review", "rulebook": "loaded"}[target] in results


@pytest.mark.parametrize("target", CHECKS)
def test_the_dictionary_holds_the_words_of_the_contract_as_it_is(target: str) -> None:
    assert {"intake": {"allergies", "ingredients_complete", "lidocaine"}, "rulebook": {"when", "planned-product", "conversions"}}[target] <= {
        *dictionary(target)
    }


@pytest.mark.parametrize("told_of", ["message", "cause", "note"])
def test_an_error_that_quotes_the_intake_would_be_found(told_of: str) -> None:
    data = json.dumps(TELLING).encode()
    error: Exception = IntakeError((IntakeProblem("/name", "wrong-type", "`SECRETLY` is no name" if told_of == "message" else "no name"),))
    if told_of == "cause":
        error.__context__ = ValueError("SECRETLY")
    if told_of == "note":
        error.add_note("it was SECRETLY")
    assert told.quoted(error, told.texts_of(data)) == ["SECRETLY"]


def test_words_the_library_uses_itself_give_nothing_away() -> None:
    assert told.texts_of(json.dumps({"name": "anaphylaxis", "unit": "mm[Hg]", "status": "resolved", "`controlled": 1, "name]": 1}).encode()) == set()


def test_a_pointer_of_anything_but_keys_and_positions_would_be_found() -> None:
    assert told.bad_pointers(IntakeError((IntakeProblem("/conditions/0/name", "x", ""),))) == []
    assert told.bad_pointers(IntakeError((IntakeProblem("/conditions/lupus", "x", ""),))) == ["/conditions/lupus"]


def test_an_exception_nobody_meant_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RecursionError

    monkeypatch.setattr("fuzz.targets.screen", fail)
    with pytest.raises(RecursionError):
        check_intake(b"{}")


def test_a_code_nobody_knows_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fuzz.targets.INTAKE_CODES", {"wrong-type": ""})
    with pytest.raises(Broken, match="an unknown code"):
        check_intake(b"{")
