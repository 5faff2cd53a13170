"""Sizes at which durable-rules fails, crashes or hangs. Rules and patients beyond every one of them are decided."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest
from engine.faulty import FaultyLibrary, stops
from engine.hazards.bare import HUNG, bare

from mesoscreen import Intake
from mesoscreen.criteria.criterion import NO, YES
from mesoscreen.engine import Engine, questions, ruleset, shards
from mesoscreen.errors import EngineFailure, IntakeError
from mesoscreen.rulebook.formula import All, AnyOf, Formula, Is, Not

if TYPE_CHECKING:
    from engine.hazards.conftest import Decides
    from engine.hazards.witness import Witness

pytest.importorskip("durable_rules_engine", exc_type=ImportError)


def test_patient_with_more_than_252_answers_is_decided(decides_rightly: Decides) -> None:
    fields = bare("""
        handle = rules(r={"p0": 1}, nested={"o0.p0": 1})
        show([attempt(ask, handle, all_true(n)) for n in (252, 253)])
        show([attempt(ask, handle, {f"o{n}": all_true(each) for n in range(10)}) for each in (20, 30)])
    """)
    assert fields.shown == [[["r"], "error 302"], [["nested"], "error 302"]]
    decides_rightly([All(tuple(Is(5 * n + m) for m in range(5))) for n in range(70)], 350)
    decides_rightly([All(tuple(map(Is, range(300)))), *(All((Is(n), Not(n + 150))) for n in range(150))], 300)


def test_rulebook_with_more_than_511_criteria_side_by_side_is_decided(decides_rightly: Decides) -> None:
    full = bare("""
        show(ask(siblings(511), {"p3": 1}))
        handle = siblings(512)
        show("compiled")
        end_if_busy_for(0.2)
        put(handle, {"unrelated": 1})
    """)
    assert full.shown == [["r3"], "compiled"]
    assert full.killed == HUNG
    assert bare("end_if_busy_for(0.2); siblings(513)").killed == HUNG
    decides_rightly(list(map(Is, range(600))), 600, [YES, *[NO] * 599])


def test_any_number_of_rules_may_rest_on_one_criterion(decides_rightly: Decides) -> None:
    crowd = bare("""
        def alike(n): return {f"r{m}": {"a": 1} for m in range(n)}
        show(len(ask(rules(**alike(255)), {"a": 1})))
        show(sorted({*ask(rules(**alike(256), unrelated={"b": 1}), {"a": 1})} - {*alike(256)}))
        show(attempt(lambda: rules(**alike(315))))
        ask(rules(**alike(256)), {"a": 1})
    """)
    assert crowd.shown == [255, ["unrelated"], "error 108"]
    assert crowd.crashed
    same: list[Formula] = [AnyOf((Is(0), Is(1)))] * 400
    decides_rightly([*same, *(All((Is(0), Is(1))) for _ in range(400))], 2, [YES, NO], [NO, YES])


def test_any_number_of_rules_may_share_an_alternative(decides_rightly: Decides) -> None:
    shared = bare("""
        def either(n): return {f"r{m}": {"$or": [{"a": 1}, {f"p{m}": 1}]} for m in range(n)}
        def absent(n): return {f"r{m}": {"$nex": {f"p{m}": 1}} for m in range(n)}
        show([attempt(lambda: rules(**of(n)) > 0) for of in (either, absent) for n in (128, 129)])
        show(attempt(ask, rules(**either(100)), {"a": 1}))
    """)
    assert shared.shown == [[True, "error 107"] * 2, "error 303"]
    decides_rightly([AnyOf((Is(0), Is(n))) for n in range(1, 200)], 200, [YES, *[NO] * 199])


def test_rule_may_have_more_than_sixteen_conditions(decides_rightly: Decides) -> None:
    parts = bare("""
        def conditions(n): return network({"r": {"all": [{f"c{m}": {"k": m}} for m in range(n)]}})
        show([attempt(ask, conditions(n), *({"k": m} for m in range(n))) for n in (16, 17)])
    """)
    assert parts.shown == [[["r"], "error 304"]]
    decides_rightly([All(tuple(map(Is, range(17)))), All(tuple(map(Not, range(60))))], 60, [YES] * 17 + [NO] * 43)


def test_rule_may_have_any_number_of_brackets(decides_rightly: Decides) -> None:
    nested = bare("""
        def groups(n): return rules(r={"$and": [{"$or": [{f"p{m}": 1}, {f"q{m}": 1}]} for m in range(n)]})
        show([attempt(lambda: groups(n) > 0) for n in (14, 15)])
    """)
    assert nested.shown == [[True, "error 113"]]
    deep: Formula = All((Is(0), Is(1)))
    for level in range(40):
        deep = (AnyOf, All)[level % 2]((deep, Is(2 + level)))
    decides_rightly([All(tuple(AnyOf((Is(2 * n), Is(2 * n + 1))) for n in range(20))), deep], 42)


def test_rulebook_may_have_more_than_4096_rules(decides_rightly: Decides, witness: Witness, monkeypatch: pytest.MonkeyPatch) -> None:
    many = bare("""
        def pairs(n): return {f"r{m}": {"$and": [{"a": m // 100}, {"b": m}]} for m in range(n)}
        show([attempt(lambda: rules(**pairs(n)) > 0) for n in (4096, 4097)])
    """)
    assert many.shown == [[True, "error 106"]]
    assert shards.RULES < 4096
    for module in (shards, questions):
        monkeypatch.setattr(module, "RULES", 200)
    triples = [All((Is(a), Is(10 + b), Is(20 + c))) for a in range(7) for b in range(6) for c in range(6)]
    decides_rightly(triples, 26, [YES if n in {3, 6, 10, 15, 25} else NO for n in range(26)])
    assert 100 < witness.most_rules <= 201


def test_engine_that_cannot_be_made_leaves_nothing_behind(witness: Witness, monkeypatch: pytest.MonkeyPatch) -> None:
    # Its 131,071 rulesets need more memory than a test may take: what it says beyond them is said by a stand-in.
    beyond = FaultyLibrary(witness)
    monkeypatch.setattr(ruleset, "library", lambda: beyond)
    beyond.arm({("create_ruleset", 1): stops(witness.error("Could not create ruleset, error code: 112"), after=False)})
    with pytest.raises(EngineFailure, match="112"):
        Engine(list(map(Is, range(200))), criteria=200)
    beyond.arm()
    gc.collect()  # the error had the half-made engine in its traceback
    assert witness.most_open == 1
    assert witness.open == 0


def test_no_text_of_an_intake_reaches_the_engine_however_long_or_deep(decides_rightly: Decides, witness: Witness) -> None:
    assert bare('show(attempt(put, rules(r={"k": 1}), {"k": 1, "note": "x" * 2**24}))').shown == ["error 314"]
    for fact in (
        '{"k": 1, "sid": "x" * 9_000_000}',
        '{"k": 1, "id": "x" * 9_000_000}',
        '{"k": 1, "x" * 9_000_000: {"a": 1}}',
        "'{\"sid\":\"s\",\"deep\":' + '{\"a\":' * 200_000 + '1' + '}' * 200_001",
    ):
        assert bare(f'put(rules(r={{"k": 1}}), {fact})').crashed
    deep = '{"allergies":' * 100_000 + "[]" + "}" * 100_000
    for text in (deep, '{"answered": "' + "x" * 9_000_000 + '"}', '{"' + "x" * 9_000_000 + '": 1}'):
        with pytest.raises(IntakeError):
            Intake.model_validate_json(text)
    decides_rightly(list(map(Is, range(300))), 300)
    assert max(map(len, witness.facts)) < 252 * 16


def test_session_never_holds_a_second_fact(decides_rightly: Decides, witness: Witness) -> None:
    # A session of 100,000 facts took 8 seconds, as each was compared with all before; no test asserts a time.
    kept = bare("""
        handle = rules(r={"k": 1})
        show([put(handle, {"k": 1, "n": n})[0] for n in range(3)], len(json.loads(durable.get_facts(handle, "s"))))
    """)
    assert kept.shown == [[0, 0, 0], 3]
    decides_rightly([Is(0), Not(1)], 2, *([n % 2, n % 3 % 2] for n in range(300)))
    assert len(witness.facts) > 300
