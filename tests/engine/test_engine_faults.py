"""Whatever the extension does wrong, there is no verdict, and the next patient's verdict is right."""

from __future__ import annotations

import gc
import random
from typing import TYPE_CHECKING

import pytest
from engine.faulty import FaultyLibrary, gives, says, stops
from engine.models import Patient, patient, random_formula, verdicts

from mesoscreen.criteria.criterion import NO, UNKNOWN, YES
from mesoscreen.engine import Engine, ruleset
from mesoscreen.errors import EngineFailure
from mesoscreen.rulebook.formula import All, AnyOf, Formula, Is, Not

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.faulty import Fault

pytest.importorskip("durable_rules_engine")

CRITERIA = 130
RULES: list[Formula] = [
    *map(Is, range(90)),
    *(All((Is(n), Not(n + 20))) for n in range(100)),
    *(AnyOf((Is(n), Is(n + 20), Is(n + 30))) for n in range(90, 100)),
]
SICK = patient([YES if n % 2 else UNKNOWN if n % 5 == 0 else NO for n in range(CRITERIA)])
MILDLY_ILL = patient([YES if n in {3, 60, 115} else UNKNOWN if n in {4, 99} else NO for n in range(CRITERIA)])
HEALTHY = patient([NO] * CRITERIA)


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> FaultyLibrary:
    faulty = FaultyLibrary(ruleset.library())
    monkeypatch.setattr(ruleset, "library", lambda: faulty)
    return faulty


@pytest.fixture
def engine(library: FaultyLibrary) -> Engine:
    made = Engine(RULES, criteria=CRITERIA)
    library.arm()
    return made


def assert_recovers(engine: Engine, library: FaultyLibrary) -> None:
    library.arm()
    for person in (HEALTHY, MILDLY_ILL, SICK, HEALTHY):
        assert engine.decide(*person) == verdicts(RULES, person.values)


def calls_of(engine: Engine, library: FaultyLibrary, person: Patient) -> int:
    library.arm()
    assert engine.decide(*person) == verdicts(RULES, person.values)
    return library.calls["any"]


def test_undisturbed_engine_decides_these_patients_in_the_wide_ruleset_and_in_shards(engine: Engine, library: FaultyLibrary) -> None:
    assert_recovers(engine, library)
    calls_of(engine, library, MILDLY_ILL)
    assert library.calls["assert_fact"] == 2
    calls_of(engine, library, SICK)
    assert library.calls["assert_fact"] == 4


@pytest.mark.parametrize("person", [MILDLY_ILL, SICK], ids=["wide", "shards"])
@pytest.mark.parametrize("after", [False, True], ids=["instead of the call", "after the call"])
@pytest.mark.parametrize("kind", ["the extension's own error", "out of memory", "interrupt"])
def test_no_call_can_stop_half_way_and_leave_a_trace(
    engine: Engine, library: FaultyLibrary, person: Patient, kind: str, *, after: bool
) -> None:
    error = {
        "the extension's own error": library.error("Could not do it, error code: 303"),
        "out of memory": MemoryError(),
        "interrupt": KeyboardInterrupt(),
    }[kind]
    for place in range(calls_of(engine, library, person)):
        library.arm({("any", place): stops(error, after=after)})
        with pytest.raises(KeyboardInterrupt if kind == "interrupt" else EngineFailure):
            engine.decide(*person)
        assert_recovers(engine, library)


@pytest.mark.parametrize("code", [1, 2, 3, 303])
@pytest.mark.parametrize("call", ["assert_fact", "retract_fact"])
@pytest.mark.parametrize("person", [MILDLY_ILL, SICK], ids=["wide", "shards"])
def test_code_other_than_success_is_a_failure(engine: Engine, library: FaultyLibrary, person: Patient, call: str, code: int) -> None:
    library.arm({(call, 1): gives((code, 1))})
    with pytest.raises(EngineFailure):
        engine.decide(*person)
    assert_recovers(engine, library)


def renamed(name: str) -> Callable[[str], str]:
    return lambda message: message[:2] + name + message[7:]


NOTHING = gives(None)
SENTINEL = says(renamed(ruleset.SENTINEL))
NO_RULE = says(renamed("zzzzy"))
OTHER_FACT = says(lambda message: message.replace('"y"}', '"n"}'))
SHORT_FACT = says(lambda message: message.replace(',"c003":"y"', ""))
LESS = says(lambda _: "")


@pytest.mark.parametrize(
    ("call", "place", "fault"),
    [
        pytest.param("start_action_for_state", 0, NOTHING, id="nothing fires"),
        pytest.param("start_action_for_state", 0, SENTINEL, id="sentinel first"),
        pytest.param("start_action_for_state", 0, NO_RULE, id="unknown rule first"),
        pytest.param("complete_and_start_action", 0, NOTHING, id="sentinel lost"),
        pytest.param("complete_and_start_action", 0, SENTINEL, id="sentinel twice"),
        pytest.param("complete_and_start_action", 0, NO_RULE, id="unknown rule"),
        pytest.param("complete_and_start_action", 0, LESS, id="empty message"),
        pytest.param("complete_and_start_action", -2, OTHER_FACT, id="echo of another fact"),
        pytest.param("complete_and_start_action", -2, SHORT_FACT, id="echo of part of the fact"),
        pytest.param("complete_and_start_action", -2, NO_RULE, id="another rule in place of the sentinel"),
        pytest.param("complete_and_start_action", -1, gives('{"zzzzz":{"m":{}}}'), id="going on after the sentinel"),
        pytest.param("get_facts", 0, gives('[{"sid":"s","id":"i"}]'), id="fact kept"),
    ],
)
def test_answer_that_breaks_the_protocol_is_a_failure(engine: Engine, library: FaultyLibrary, call: str, place: int, fault: Fault) -> None:
    person = MILDLY_ILL._replace(unknown=[])
    library.arm()
    engine.decide(*person)
    library.arm({(call, place % library.calls[call]): fault})
    with pytest.raises(EngineFailure) as failure:
        engine.decide(*person)
    assert "c003" not in str(failure.value)
    assert_recovers(engine, library)


def test_rule_of_another_ruleset_is_a_failure(engine: Engine, library: FaultyLibrary) -> None:
    last_of_the_shards = f"{2 * len(RULES) - 1:05d}"
    library.arm({("start_action_for_state", 0): says(renamed(last_of_the_shards))})
    with pytest.raises(EngineFailure):
        engine.decide(*MILDLY_ILL)
    assert_recovers(engine, library)


def test_engine_that_never_ends_is_a_failure(engine: Engine, library: FaultyLibrary) -> None:
    library.arm({("complete_and_start_action", n): gives('{"00000":{"m":{}}}') for n in range(10_000)})
    with pytest.raises(EngineFailure):
        engine.decide(*SICK)
    assert_recovers(engine, library)


def test_recovery_that_fails_is_tried_again_for_the_next_patient(engine: Engine, library: FaultyLibrary) -> None:
    calls = ("delete_state", "assert_fact", "start_action_for_state", "complete_and_start_action", "retract_fact", "get_facts")
    errors: list[BaseException] = [library.error("Could not do it, error code: 309"), MemoryError(), KeyboardInterrupt()]
    for call in calls:
        for error in errors:
            for after in (False, True):
                library.arm({("retract_fact", 0): stops(MemoryError(), after=False)})
                with pytest.raises(EngineFailure):
                    engine.decide(*MILDLY_ILL)
                library.arm({(call, 0): stops(error, after=after)})
                if call == "delete_state" and after and isinstance(error, library.error):
                    assert engine.decide(*HEALTHY) == verdicts(RULES, HEALTHY.values)
                else:
                    with pytest.raises((EngineFailure, KeyboardInterrupt)):
                        engine.decide(*HEALTHY)
                assert_recovers(engine, library)


@pytest.mark.parametrize("call", ["create_ruleset", "assert_fact", "start_action_for_state", "complete_and_start_action", "get_facts"])
@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("error", [MemoryError, KeyboardInterrupt, ValueError])
def test_engine_that_fails_while_loading_is_never_made(library: FaultyLibrary, call: str, place: int, error: type[BaseException]) -> None:
    library.arm({(call, place): stops(error(), after=True)})
    with pytest.raises((EngineFailure, KeyboardInterrupt)):
        Engine(RULES, criteria=CRITERIA)


def test_engine_that_misses_a_rule_fails_its_self_test(library: FaultyLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    written = ruleset.condition
    wrong = {"c003": "n"}
    monkeypatch.setattr(ruleset, "condition", lambda formula: wrong if formula == Is(3) else written(formula))
    library.arm()
    with pytest.raises(EngineFailure, match="self-test"):
        Engine(RULES, criteria=CRITERIA)


def test_engine_that_drops_a_negation_fails_its_self_test(library: FaultyLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    written = ruleset.condition
    monkeypatch.setattr(ruleset, "condition", lambda formula: written(Is(5) if formula == All((Is(5), Not(25))) else formula))
    library.arm()
    with pytest.raises(EngineFailure, match="self-test"):
        Engine(RULES, criteria=CRITERIA)


def test_fields_the_engine_would_confuse_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ruleset, "RESERVED", "sid id c001")
    with pytest.raises(EngineFailure, match="same hash"):
        Engine([Is(0), Is(1)], criteria=2)


def test_hash_is_the_one_the_engine_uses() -> None:
    assert ruleset._hash("sid") == 3593476751
    assert ruleset._hash("q562789") == ruleset._hash("q779192")


def test_closed_engine_decides_nobody(engine: Engine, library: FaultyLibrary) -> None:
    engine.close()
    engine.close()
    made = library.calls["delete_ruleset"]
    assert made > 2
    assert library.calls["delete_state"] == made
    with pytest.raises(EngineFailure, match="closed"):
        engine.decide(*HEALTHY)
    assert library.calls["assert_fact"] == 0


def test_dropped_engine_frees_every_ruleset_it_made(library: FaultyLibrary) -> None:
    rng = random.Random(5)
    for _ in range(20):
        Engine([random_formula(rng, 30, 2) for _ in range(20)], criteria=30)
    gc.collect()
    assert library.calls["create_ruleset"] == library.calls["delete_ruleset"] >= 20
