"""Calls of durable-rules that end the process, or the screening."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from engine.hazards.bare import STALE_MEMORY, bare
from engine.models import patient, random_formula, random_patient, verdicts

from mesoscreen.criteria.criterion import NO, YES
from mesoscreen.engine import Engine
from mesoscreen.errors import EngineFailure
from mesoscreen.rulebook.formula import All, Is, Not

if TYPE_CHECKING:
    from engine.hazards.conftest import Decides
    from engine.hazards.witness import Witness

pytest.importorskip("durable_rules_engine", exc_type=ImportError)


def test_patient_to_whom_nothing_applies_is_screened(decides_rightly: Decides) -> None:
    by_the_manual = bare(
        """
        from durable.engine import Host, MessageNotHandledException
        host = Host({"screening": {"herpes": {"all": [{"m": {"herpes": True}}], "run": lambda c: None}}})
        try:
            host.assert_fact("screening", {"sid": "healthy", "herpes": False})
        except MessageNotHandledException:
            show("not handled")
        host.delete_state("screening", "healthy")
        show("survived")
        """,
        **STALE_MEMORY,
    )
    assert by_the_manual.shown == ["not handled"]
    assert by_the_manual.crashed
    decides_rightly([Is(0), All((Is(1), Is(2)))], 3, [NO, NO, NO])


def test_engine_survives_memory_that_was_never_set() -> None:
    at_once = bare('put(h := rules(herpes={"herpes": 1}), {"herpes": 0}); durable.delete_state(h, "s")', **STALE_MEMORY)
    assert at_once.crashed
    in_the_second_session = bare(
        """
        handle = rules(herpes={"herpes": 1})
        fired(handle, put(handle, {"herpes": 1}, "first")[1])
        put(handle, {"herpes": 0}, "second")
        durable.delete_state(handle, "second")
        """,
        **STALE_MEMORY,
    )
    assert in_the_second_session.crashed
    ours = bare(
        """
        from engine.hazards.test_crashes import made_used_and_dropped
        show(made_used_and_dropped(12))
        """,
        **STALE_MEMORY,
    )
    assert ours == ([True], None)


def made_used_and_dropped(engines: int) -> bool:
    """Tell whether random engines decide rightly one after the other, each closed when the next one is there."""
    dice = random.Random(11)
    kept: list[Engine] = []
    for _ in range(engines):
        rules = [random_formula(dice, 60, 2) for _ in range(60)]
        engine = Engine(rules, criteria=60)
        people = [patient([NO] * 60), patient([YES] * 60), *(random_patient(dice, 60) for _ in range(8))]
        if any(engine.decide(*person) != verdicts(rules, person.values) for person in people):
            return False
        kept = [engine, *kept[:1]]
    return True


def test_facts_are_given_one_at_a_time(decides_rightly: Decides, witness: Witness) -> None:
    together = bare("""
        facts = [{"sid": "s", "dose": 0.5}, {"sid": "s", "dose": 1e-07}, {"sid": "s", "pregnant": 1}]
        handle = rules(pregnant={"pregnant": 1})
        code, state = durable.assert_facts(handle, json.dumps(facts))
        show(code, fired(handle, state))
        show([attempt(put, handle, fact) for fact in facts], fired(handle, state))
        several_fields = [{"sid": "t"}, {"sid": "t", **all_true(300)}, {"sid": "t", "pregnant": 1}]
        code, state = durable.assert_facts(handle, json.dumps(several_fields))
        show(code, fired(handle, state))
        repeated_then_nothing = [{"sid": "u", "id": "1", "pregnant": 1}, {"sid": "u", "id": "1"}, {"sid": "u"}]
        show(durable.assert_facts(handle, json.dumps(repeated_then_nothing))[0])
    """)
    # The pregnancy is lost behind a dose the engine cannot read, and the code is that of a healthy patient.
    assert together.shown[:2] == [1, []]
    assert together.shown[2:4] == [[[1, 1], "error 204", [0, 1]], ["pregnant"]]
    assert together.shown[4:6] == [1, []]
    assert together.shown[6] == 1
    assert bare('durable.assert_facts(rules(r={"f": 1}), "[{}]")').crashed
    assert bare('h = rules(r={"f": 1}); durable.start_action_for_state(h, durable.assert_facts(h, "[]")[1])').crashed
    decides_rightly([Is(0)], 1)
    assert not hasattr(witness, "assert_facts")
    assert all(fact.startswith("{") for fact in witness.facts)


def test_patient_to_whom_every_rule_applies_gets_every_finding(decides_rightly: Decides) -> None:
    sickest = bare("""
        show([attempt(lambda: len(ask(siblings(n), all_true(n)))) for n in (64, 65, 120)])
        shared = rules(**{f"r{n}": {"$and": [{"kind": 1}, {f"p{n}": 1}]} for n in range(66)})
        show(attempt(ask, shared, {"kind": 1, **all_true(66)}))
        from durable.engine import Host
        host = Host({"r": {f"r{n}": {"all": [{"m": {f"p{n}": 1}}], "run": lambda c: None} for n in range(120)}})
        show(attempt(host.assert_fact, "r", {"sid": "sickest", **all_true(120)}))
    """)
    assert sickest.shown == [[64, "error 303", "error 303"], "error 303", "error 303"]
    decides_rightly([*map(Is, range(300)), *(All((Is(0), Is(n))) for n in range(1, 150)), *map(Not, range(100))], 300)


def test_screening_that_failed_is_not_gone_on_with(decides_rightly: Decides) -> None:
    gone_on_with = bare(
        """
        at_once = {f"r{n}": {f"a{n}": 1} for n in range(3)}
        too_many = {f"s{n}": {"$and": [{"b": 1}, {f"p{n}": 1}]} for n in range(70)}
        handle = rules(**at_once, **too_many)
        fired(handle, put(handle, {"a0": 1})[1])
        durable.delete_state(handle, "s")
        show(attempt(put, handle, {"b": 1, "a0": 1, "a1": 1, "a2": 1, **all_true(70)}))
        durable.start_action_for_state(handle, 1)
        """,
        **STALE_MEMORY,
    )
    assert gone_on_with.shown == ["error 303"]
    assert gone_on_with.crashed
    decides_rightly([All((Is(0), Is(n))) for n in range(1, 120)], 120)


def test_calls_about_what_does_not_exist_are_not_made(decides_rightly: Decides, witness: Witness) -> None:
    unknown = bare("""
        handle = rules(r={"f": 1})
        show(attempt(put, 99, {}), attempt(put, 0, {}), attempt(durable.delete_state, handle, "nobody"))
        durable.start_action_for_state(handle, 100_000)
    """)
    assert unknown.shown == ["error 111", "error 111", "error 309"]
    assert unknown.crashed
    decides_rightly([Is(0)], 1)
    engine = Engine([Is(0)], criteria=1)
    engine.close()
    with pytest.raises(EngineFailure, match="closed"):
        engine.decide(*patient([YES]))
    assert witness.open == 0


def test_one_session_is_all_a_ruleset_ever_has(decides_rightly: Decides, witness: Witness) -> None:
    several = bare(
        """
        handle = rules(r={"k": 1})
        put(handle, {"k": 0}, "older")
        put(handle, {"k": 1}, "newer")
        durable.delete_state(handle, "older")
        durable.start_action(handle)
        """,
        **STALE_MEMORY,
    )
    assert several.crashed
    many = bare("""
        handle = rules(r={"k": 1})
        show([attempt(put, handle, {"k": 1}, f"s{n}") for n in range(1025)][1022:])
        put(handle, {"k": 1}, "s1024")
    """)
    assert many.shown == [[[0, 1023], [0, 1024], "MemoryError"]]
    assert many.crashed
    decides_rightly([Is(0)], 1, *([n % 2] for n in range(1100)))
    assert {fact.split(",")[0] for fact in witness.facts} == {'{"sid":"s"'}
