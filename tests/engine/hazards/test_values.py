"""Values that durable-rules compares otherwise than one would think.

The guard is one and the same: a fact is made of closed words, and what a patient said is compared before, in Python.
The watched extension refuses any other fact or rule. Each test tells us the values in question, and checks the findings.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from engine.hazards.bare import HUNG, STALE_MEMORY, bare

from mesoscreen import Intake, Report, Rulebook
from mesoscreen.criteria.criterion import NO, UNDECLARED, UNKNOWN, YES
from mesoscreen.errors import IntakeError, RulebookError
from mesoscreen.rulebook.formula import All, AnyOf, Is, Not
from mesoscreen.screening import Screener

if TYPE_CHECKING:
    from engine.hazards.conftest import Decides, Screens
    from engine.hazards.witness import Witness

pytest.importorskip("durable_rules_engine", exc_type=ImportError)

AMIDE = {"products": [{"name": "gel", "ingredients": ["lidocaine"]}]}


def status(report: Report, rule: str) -> str | None:
    return next((finding.status for finding in report.findings if finding.rule == rule), None)


def pressure(value: object) -> dict[str, Any]:
    reading = {"name": "systolic blood pressure", "value": value, "unit": "mm[Hg]", "date": "2026-12-01"}
    return {"measurements": [reading], "treatment": {"date": "2026-12-01"}}


def refused(**told: Any) -> str:
    with pytest.raises(IntakeError) as caught:
        Intake.model_validate(told)
    return caught.value.problems[0].code


def test_silence_differs_from_no(screens: Screens) -> None:
    inequality = bare("""
        differs = {"$neq": {"drug": "retinoid"}}
        show([times(differs, fact) for fact in ({"drug": "other"}, {"k": 1}, {"drug": None})])
        show(times({"drug": None}, {"drug": None}), times({"$neq": {"drug": None}}, {"drug": 5}))
    """)
    assert inequality.shown == [[1, 0, 0], 1, 1]
    lupus = [{"name": "lupus"}]
    assert status(screens(conditions=lupus, medications=[]), "autoimmune-untreated") == "present"
    assert status(screens(conditions=lupus, medications=[{"name": "Roaccutane"}]), "autoimmune-untreated") is None
    for medications in (None, {"present": [], "unsure": ["isotretinoin"]}):
        assert status(screens(conditions=lupus, medications=medications), "autoimmune-untreated") == "possible"


def test_negation_holds_for_those_who_said_no_and_for_nobody_else(decides_rightly: Decides) -> None:
    absence = bare("""
        absent = {"$nex": {"retinoid": 1}}
        show(times(absent, {"retinoid": 1}), times(absent, {"k": 1}), times({"$and": [{"k": 1}, absent]}, {"k": 1, "retinoid": 1}))
    """)
    # It fires on a fact of the engine's own, which is there for every patient.
    assert absence.shown == [1, 2, 0]
    decides_rightly([Not(0), All((Not(0), Not(1)))], 2, *([a, b] for a in (NO, UNKNOWN, UNDECLARED, YES) for b in (NO, YES)))


def test_negation_does_not_depend_on_order_or_on_names(decides_rightly: Decides) -> None:
    none_of = bare("""
        wish, drug, allergy = ({"k": k} for k in ("wish", "drug", "allergy"))
        treat = network({"treat": {"all": [{"a": wish}, {"b$not": allergy}]}})
        show([ask(treat, *facts) for facts in ([wish], [allergy, wish], [wish, allergy])])
        first = network({"treat": {"all": [{"b$not": allergy}, {"a": wish}]}})
        show(ask(first, wish))
        def named(one, other, last):
            return network({"treat": {"all": [{one: wish}, {other: drug}, {f"{last}$not": allergy}]}})
        show([ask(named(*names), wish, drug, allergy) for names in (("a", "b", "n"), ("first", "second", "third"))])
        handle = named("a", "b", "n")
        for number, fact in enumerate((allergy, allergy, wish, drug)):
            state = put(handle, {**fact, "id": str(number)})[1]
        show(fired(handle, state))
        durable.retract_fact(handle, '{"sid":"s","id":"0","k":"allergy"}')
        show(fired(handle, state))
    """)
    assert none_of.shown[0] == [["treat"], [], ["treat"]]
    assert none_of.shown[1] == []
    assert none_of.shown[2] == [["treat"], []]
    assert none_of.shown[3:] == [[], ["treat"]]
    wish, drug, allergy = Is(0), Is(1), Not(2)
    answers = [[a, b, c] for a in (NO, YES) for b in (NO, YES) for c in (NO, UNKNOWN, YES)]
    decides_rightly([All((wish, allergy)), All((allergy, wish)), All((allergy, drug, wish)), All((wish, drug, allergy))], 3, *answers)


def test_rule_that_applies_in_several_ways_is_one_finding(decides_rightly: Decides, screens: Screens) -> None:
    several = bare("""
        show(times({"$or": [{"a": 1}, {"b": 1}, {"c": 1}]}, {"a": 1, "b": 1, "c": 1}))
        show(times({"$and": [{"$or": [{"a": 1}, {"b": 1}]}, {"$or": [{"c": 1}, {"d": 1}]}]}, {"a": 1, "b": 1, "c": 1, "d": 1}))
    """)
    assert several.shown == [3, 4]
    decides_rightly([AnyOf(tuple(map(Is, range(40)))), All(tuple(AnyOf((Is(2 * n), Is(2 * n + 1))) for n in range(6)))], 40)
    report = screens(allergies=[{"name": "Xylocaine"}, {"name": "lignocaine"}], treatment={**AMIDE, "products": AMIDE["products"] * 2})
    assert [finding.rule for finding in report.findings if finding.status == "present"] == ["planned-product-allergy"]


def test_no_name_a_patient_gives_becomes_a_field(screens: Screens) -> None:
    operator = bare('show([times({"$or": [{"a": 1}, {"b": 1}]}, {"a": 1, **more}) for more in ({}, {"$forward": 1})])')
    assert operator.shown == [[1, 0]]
    names = [{"name": name} for name in ("$forward", "sid", "$s", "lupus")]
    report = screens(conditions=names, medications=[{"name": "$nex"}])
    assert status(report, "autoimmune-untreated") == "present"
    assert len(report.unrecognised) == 4


def test_rule_with_an_empty_group_is_refused(own_tiny: Path, decides_rightly: Decides) -> None:
    assert bare('show(times({"$and": []}, {"a": 1}), times({"$or": []}, {"a": 1}))').shown == [2, 0]
    rule = own_tiny / "infection/herpes-active.yaml"
    text = rule.read_text(encoding="utf-8")
    rule.write_text(text.replace("condition: {is: herpes, status: now, in: treated-area}", "all: []"), encoding="utf-8")
    with pytest.raises(RulebookError):
        Rulebook.load(own_tiny)
    decides_rightly([], 0)


def test_true_is_neither_one_nor_a_word(screens: Screens) -> None:
    alike = bare("""
        pairs = [(True, 1), (True, 1.0), (True, "true"), ("true", True), (0, False), ("false", False)]
        show([times({"f": asked}, {"f": said}) for asked, said in pairs])
    """)
    assert alike.shown == [[1] * 6]
    assert refused(patient={"age": True}) == "wrong-type"
    assert refused(conditions={"present": [], "complete": 1}) == "wrong-type"
    assert refused(conditions={"present": [], "complete": "true"}) == "wrong-type"
    assert status(screens(patient={"age": 1}), "minor") == "present"


def test_number_is_never_compared_with_a_word(screens: Screens) -> None:
    for byte in ("1", "90", "165"):
        # What is compared is memory that was never set, so no single answer can be relied on, not even a wrong one.
        mixed = bare(
            """
            asked_and_said = [(5, ""), (5, "5"), (5, "abc"), (1, "1"), ("5", 5), ("abc", 5), ("1", 1), ("", 0)]
            show([[times({"f": asked}, {"f": said}), times({"$neq": {"f": asked}}, {"f": said})] for asked, said in asked_and_said])
            """,
            **{**STALE_MEMORY, "MALLOC_PERTURB_": byte},
        )
        assert mixed.shown != [[[0, 1]] * 8]
    assert refused(patient={"age": "17"}) == "wrong-type"
    assert refused(**pressure("200")) == "wrong-type"
    assert status(screens(patient={"age": 17}), "minor") == "present"


def test_order_is_decided_before_the_engine(screens: Screens) -> None:
    words = bare("""
        for less, more in (("ab", "ab "), ("ab", "ab!"), ("z", "\u00e9")):
            show([less < more, times({"$lt": {"f": more}}, {"f": less})])
    """)
    assert words.shown == [[True, 0]] * 3
    for stopped, expected in (("2026-05-31", None), ("2026-06-01", "present"), ("2026", "possible")):
        report = screens(medications=[{"name": "Roaccutane", "status": "stopped", "stopped": stopped}])
        assert status(report, "isotretinoin-recent") == expected


def test_long_text_is_not_cut(screens: Screens) -> None:
    long = bare("""
        show(times({"f": "latex"}, {"f": "latex" + "x" * 65536}), times({"f": "y" * 65536}, {"f": "z" * 65536}))
    """)
    assert long.shown == [1, 1]
    assert refused(allergies=[{"name": "Xylocaine" + "x" * 65536}]) == "too-large"
    report = screens(allergies=[{"name": "x" * 200, "note": "n" * 2000}, {"name": "Xylocaine"}], treatment=AMIDE)
    assert status(report, "planned-product-allergy") == "present"


def test_numbers_of_every_size_are_read(screens: Screens) -> None:
    fractions = bare("""
        small, large = {"$lt": {"f": 1}}, {"$gt": {"f": 1}}
        show([attempt(times, small, {"f": f}) for f in (1.5e-07, 1e-07, float("nan"))], times({"f": None}, {"f": float("nan")}))
        show([attempt(times, large, {"f": f}) for f in (1.5e300, 1e16, float("inf"))])
    """)
    assert fractions.shown == [[1, "error 204", 0], 1, [1, "error 204", "error 202"]]
    for value, expected in ((1e-07, None), (1.5e-07, None), (1e16, "present"), (1.5e300, "present")):
        assert status(screens(**pressure(value)), "blood-pressure-high") == expected
    for value in (float("nan"), float("inf")):
        assert refused(**pressure(value)) == "not-finite"


def test_large_whole_numbers_are_told_apart(screens: Screens) -> None:
    saturated = bare('show(times({"f": 2**71}, {"f": 2**70}), times({"f": float(2**53)}, {"f": 2**53 + 1}))')
    assert saturated.shown == [1, 1]
    for value in (180, 181, 2**53 + 1, 2**70):
        assert status(screens(**pressure(value)), "blood-pressure-high") == ("present" if value > 180 else None)


def test_spelling_of_text_in_json_makes_no_difference(screens: Screens) -> None:
    spelt = bare("""
        handle = network('{"accent": {"all": [{"m": {"f": "caf\u00e9"}}]}, "letter": {"all": [{"m": {"f": "A"}}]}}')
        show(*(fired(handle, put(handle, text)[1]) for text in (
            '{"sid":"1","f":"caf\u00e9"}', '{"sid":"2","f":"caf\\\\u00e9"}', '{"sid":"3","f":"\\\\u0041"}')))
    """)
    assert spelt.shown == [["accent"], [], []]
    for name in ("lidoca\u00edna", "lidocai\u0301na"):
        for escaped in (False, True):
            text = json.dumps({"allergies": [{"name": name}], "treatment": AMIDE}, ensure_ascii=escaped)
            report = screens(**json.loads(text))
            assert Intake.model_validate_json(text).canonical() == Intake.model_validate(json.loads(text)).canonical()
            assert status(report, "planned-product-allergy") == "present"


def test_repeated_key_is_refused(screens: Screens) -> None:
    repeated = bare("""
        handle = rules(first={"f": 1}, second={"f": 2})
        show(fired(handle, put(handle, '{"sid":"s","f":1,"f":2}')[1]), json.loads('{"f":1,"f":2}'))
        dotted = rules(inner={"a.b": 1}, outer={"a.b": 2})
        show(ask(dotted, {"a": {"b": 1}, "a.b": 2}))
    """)
    # The engine takes the first of them, and twice; Python the last.
    assert repeated.shown == [["first", "first"], {"f": 2}, ["inner", "inner"]]
    with pytest.raises(IntakeError) as caught:
        Intake.model_validate_json('{"allergies": [{"name": "Xylocaine"}], "allergies": []}')
    assert caught.value.problems[0].code == "repeated-key"
    assert refused(**{"conditions.present": []}) == "unknown-key"
    assert status(screens(allergies=[{"name": "Xylocaine"}], treatment=AMIDE), "planned-product-allergy") == "present"


def test_every_entry_of_a_list_counts(screens: Screens) -> None:
    lists = bare("""
        show(times({"f": 2}, {"f": [1, 2]}), times({"$iall": {"f": {"$gt": {"$i": 1}}}}, {"f": []}))
        either = {"$iany": {"f": {"$or": [{"$i.k": 1}, {"$i.v": 2}]}}}
        show(times(either, {"f": [{"k": 1, "v": 0}]}), times(either, {"f": [{"k": 0, "v": 2}]}))
    """)
    assert lists.shown == [0, 0, 0, 1]
    names = [{"name": name} for name in ("paraben", "procaine", "Xylocaine")]
    for turn in range(3):
        report = screens(allergies=names[turn:] + names[:turn], treatment=AMIDE)
        assert status(report, "planned-product-allergy") == "present"


def test_name_is_not_a_pattern(screens: Screens) -> None:
    patterns = bare("""
        show([times({"$mt": {"f": pattern}}, {"f": text}) for pattern, text in (("%d+", "123"), ("\\\\d+", "123"), ("caf.", "caf\u00e9"))])
        show(times({"$mt": {"f": "nil"}}, {"f": None}))
        end_if_busy_for(0.2)
        rules(r={"$mt": {"f": "a.*+"}})
    """)
    assert patterns.shown == [[1, 0, 0], 1]
    assert patterns.killed == HUNG
    names = [{"name": name} for name in ("a.*+", "(x+x+)+y", "%d+", "nil")]
    report = screens(allergies=[*names, {"name": "Xylocaine"}], treatment=AMIDE)
    assert [entry.path for entry in report.unrecognised] == [f"/allergies/{n}" for n in range(4)]
    assert status(report, "planned-product-allergy") == "present"


def test_shipped_rulebook_says_nothing_else_to_the_engine(witness: Witness) -> None:
    screener = Screener(Rulebook.default())
    consultation = (Path(__file__).parents[3] / "docs/examples/consultation.json").read_text(encoding="utf-8")
    for text in (consultation, "{}"):
        intake = Intake.model_validate_json(text)
        asked = len(witness.facts)
        screener.screen(intake, date(2026, 11, 30))
        assert len(witness.facts) > asked
