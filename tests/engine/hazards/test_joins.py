"""Rules over several facts, and facts derived by rules: right in part, and none of it used.

Here a rule is one condition about one fact, and every condition is given all that is known at once.
The watched extension refuses a rule with a second condition, and a fact beside another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from engine.hazards.bare import bare
from engine.models import patient

from mesoscreen.criteria.criterion import NO, UNKNOWN, YES
from mesoscreen.engine import Engine
from mesoscreen.rulebook.formula import All, AnyOf, Is, Not

if TYPE_CHECKING:
    from engine.hazards.conftest import Decides, Screens
    from engine.hazards.witness import Witness

pytest.importorskip("durable_rules_engine", exc_type=ImportError)

EVERY_PAIR = [[a, b] for a in (NO, UNKNOWN, YES) for b in (NO, UNKNOWN, YES)]


def test_what_two_entries_have_in_common_is_found_before_the_engine(screens: Screens) -> None:
    joined = bare("""
        same = network({"r": {"all": [{"first": {"k": "allergy"}}, {"then": {"$and": [{"k": "plan"}, {"of": {"first": "of"}}]}}]}})
        show([ask(same, {"k": "allergy", "of": a}, {"k": "plan", "of": b}) for a, b in ((1, 1), (1, 1.0), (True, 1))])
        either = {"$or": [{"v": 1}, {"of": {"first": "of"}}]}
        one_of_two = network({"r": {"all": [{"first": {"k": "a"}}, {"then": {"$and": [{"k": "b"}, either]}}]}})
        show(ask(one_of_two, {"k": "a", "of": "x"}, {"k": "b", "v": 1, "of": "y"}))
        above = {"$and": [{"k": "dose"}, {"$gt": {"mg": {"limit": "most"}}}]}
        dose = network({"r": {"all": [{"limit": {"k": "limit"}}, {"then": above}]}})
        show(ask(dose, {"k": "limit", "most": 1}, {"k": "dose", "mg": 3}), attempt(ask, dose, {"k": "limit"}, {"k": "dose", "mg": 3}))
    """)
    assert joined.shown == [[["r"], [], []], [], ["r"], "error 311"]
    planned = {"treatment": {"products": [{"name": "gel", "ingredients": ["lignocaine"]}]}}
    (finding, *_) = screens(allergies=[{"name": "Xylocaine"}], **planned).findings
    assert (finding.rule, finding.status) == ("planned-product-allergy", "present")


def test_rule_with_alternatives_is_present_once_however_many_entries_there_are(decides_rightly: Decides) -> None:
    combined = bare("""
        x, y, z = ({"k": k} for k in "xyz")
        show(ask(network({"r": {"any": [{"a": x}, {"b": y}]}}), x, y))
        show(ask(network({"r": {"all": [{"a": x}, {"either$any": [{"b": y}, {"c": z}]}]}}), x, y, z))
    """)
    assert combined.shown == [["r"] * 3, ["r"] * 3]
    decides_rightly([AnyOf((Is(0), Is(1))), All((Is(0), AnyOf((Is(1), Not(1)))))], 2, *EVERY_PAIR)


def test_one_entry_may_satisfy_two_criteria(decides_rightly: Decides) -> None:
    distinct = bare("""
        both = network({"r": {"all": [{"a": {"drug": 1}}, {"b": {"oral": 1}}]}})
        show(ask(both, {"drug": 1}, {"oral": 1}), ask(both, {"drug": 1, "oral": 1}))
    """)
    assert distinct.shown == [["r"], []]
    decides_rightly([All((Is(0), Is(1)))], 2, *EVERY_PAIR)


def test_two_parts_of_a_rule_are_never_taken_for_one(decides_rightly: Decides) -> None:
    namesakes = bare("""
        rule = network({"r": {"all": [{"m": {"k": "x"}}, {"m": {"k": "y"}}]}})
        put(rule, {"k": "x", "id": "1"})
        state = put(rule, {"k": "y", "id": "2"})[1]
        message = durable.start_action_for_state(rule, state)[1]
        show(message.count('"m":'), json.loads(message)["r"]["m"]["k"])
    """)
    assert namesakes.shown == [2, "y"]
    decides_rightly([All((Is(0), Is(1), Is(0), AnyOf((Is(1), Is(1)))))], 2, *EVERY_PAIR)


def test_sentinel_comes_last_and_names_are_unique(decides_rightly: Decides) -> None:
    order = bare("""
        k = [{"m": {"k": 1}}]
        show(ask(network({"wraps": {"pri": 65536, "all": k}, "first": {"pri": 1, "all": k}, "below": {"pri": -1, "all": k}}), {"k": 1}))
        twice = network('{"r": {"all": [{"m": {"k": 1}}]}, "r": {"all": [{"m": {"k": 2}}]}}')
        show([ask(twice, {"k": k}) for k in (1, 2)])
    """)
    assert order.shown == [["wraps", "first", "below"], [["r"], ["r"]]]
    decides_rightly([*map(Is, range(60)), *map(Is, range(60))], 60)


def test_deciding_ends_and_derives_nothing_inside_the_engine(decides_rightly: Decides, witness: Witness) -> None:
    derived = bare("""
        endless = rules(r={"$gt": {"n": 0}})
        state = put(endless, {"n": 1})[1]
        message, rounds = durable.start_action_for_state(endless, state), 0
        while message is not None and rounds < 500:
            rounds += 1
            put(endless, {"n": rounds + 1})
            message = durable.complete_and_start_action(endless, state)
        show(rounds)
        chained = rules(derive={"drug": "lidocaine"}, flag={"$and": [{"drug": "lidocaine"}, {"class": "amide"}]}, amide={"class": "amide"})
        put(chained, {"id": "1", "drug": "lidocaine"})
        state = put(chained, {"id": "2", "class": "amide"})[1]
        show(fired(chained, state))
        durable.retract_fact(chained, '{"sid":"s","id":"1"}')
        show([fact["id"] for fact in json.loads(durable.get_facts(chained, "s"))])
    """)
    # It goes on as long as it is fed; what is derived does not add to the fact it is derived from, and outlives it.
    assert derived.shown == [500, ["derive", "amide"], ["2"]]
    # A rule too large for one ruleset is decided in steps, each a question of its own, and their number is fixed.
    lifted = All((*(AnyOf((Is(3 * n), Is(3 * n + 1), Is(3 * n + 2))) for n in range(12)), Not(36)))
    decides_rightly([lifted, Is(0)], 37, [YES] * 36 + [NO], [UNKNOWN] * 36 + [NO])
    engine = Engine([lifted, Is(0)], criteria=37)
    before = len(witness.facts)
    engine.decide(*patient([YES] * 36 + [NO]))
    once = len(witness.facts) - before
    engine.decide(*patient([NO] * 37))
    assert once > 1
    assert len(witness.facts) - before <= 2 * once
