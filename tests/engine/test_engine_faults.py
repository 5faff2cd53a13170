"""Whatever the extension does wrong, there is no verdict, and the next patient's verdict is right."""

from __future__ import annotations

import gc
import json
import random
import re
from asyncio import CancelledError
from typing import TYPE_CHECKING, Any

import pytest
from engine.faulty import CODES, Call, FaultyLibrary, claims, gives, loses, message_of, names, refuses, rewrites, says, stops
from engine.models import Patient, patient, random_formula, sample, verdicts, watched

from mesoscreen.criteria.criterion import NO, UNKNOWN, YES
from mesoscreen.engine import Engine, fields, ruleset
from mesoscreen.errors import EngineFailure
from mesoscreen.rulebook.formula import All, AnyOf, Formula, Is, Not

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from functools import partial

    from engine.faulty import Fault

pytest.importorskip("durable_rules_engine")

CRITERIA = 130
RULES: list[Formula] = [
    *map(Is, range(90)),
    *(All((Is(n), Not(n + 20))) for n in range(100)),
    *(AnyOf((Is(n), Is(n + 20), Is(n + 30))) for n in range(90, 100)),
]
FEW = RULES[86:96]
SICK = patient([YES if n % 2 else UNKNOWN if n % 5 == 0 else NO for n in range(CRITERIA)])
MILDLY_ILL = patient([YES if n in {3, 60, 115} else UNKNOWN if n in {4, 99} else NO for n in range(CRITERIA)])
HEALTHY = patient([NO] * CRITERIA)
PATIENTS = pytest.mark.parametrize("person", [MILDLY_ILL, SICK], ids=["wide", "shards"])
FIELD = re.compile(r"[cx]\d{3}")
ERRORS: dict[str, Callable[[FaultyLibrary], BaseException]] = {
    "the extension's own error": lambda library: library.error("Could not do it, error code: 303"),
    "out of memory": lambda _: MemoryError(),
    "a lost timeout": lambda _: TimeoutError(),
    "too deep": lambda _: RecursionError(),
    "a failure of ours": lambda _: EngineFailure("it was told to fail"),
    "text that is no text": lambda _: UnicodeDecodeError("utf-8", b"c003", 0, 1, "invalid start byte"),
    "interrupt": lambda _: KeyboardInterrupt(),
    "exit": lambda _: SystemExit(),
    "cancelled task": lambda _: CancelledError(),
    "closed generator": lambda _: GeneratorExit(),
}


@pytest.fixture(autouse=True)
def _watched() -> Iterator[None]:
    with watched():
        yield


@pytest.fixture(scope="module")
def library() -> Iterator[FaultyLibrary]:
    faulty = FaultyLibrary(ruleset.library())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ruleset, "library", lambda: faulty)
        yield faulty


@pytest.fixture(scope="module")
def engine(library: FaultyLibrary) -> Engine:
    """One engine for all tests: each leaves it as good as new, which is what they are about."""
    library.arm()
    return Engine(RULES, criteria=CRITERIA)


def assert_recovers(engine: Engine, library: FaultyLibrary) -> None:
    library.arm()
    for person in (HEALTHY, MILDLY_ILL, SICK, HEALTHY):
        assert engine.decide(*person) == verdicts(RULES, person.values)


def calls_of(engine: Engine, library: FaultyLibrary, person: Patient) -> list[Call]:
    library.arm()
    assert engine.decide(*person) == verdicts(RULES, person.values)
    return [*library.log]


def test_undisturbed_engine_decides_these_patients_in_the_wide_ruleset_and_in_shards(engine: Engine, library: FaultyLibrary) -> None:
    assert_recovers(engine, library)
    calls_of(engine, library, MILDLY_ILL)
    assert library.calls["assert_fact"] == 2
    calls_of(engine, library, SICK)
    assert library.calls["assert_fact"] == 4


@PATIENTS
@pytest.mark.parametrize("after", [False, True], ids=["instead of the call", "after the call"])
@pytest.mark.parametrize("kind", ERRORS)
def test_no_call_can_stop_half_way_and_leave_a_trace(
    engine: Engine, library: FaultyLibrary, person: Patient, kind: str, *, after: bool
) -> None:
    error = ERRORS[kind](library)
    for place in sample(range(len(calls_of(engine, library, person))), 30):
        library.arm({("any", place): stops(error, after=after)})
        with pytest.raises(EngineFailure if isinstance(error, Exception) else type(error)) as failure:
            engine.decide(*person)
        assert not FIELD.search(str(failure.value))
        assert_recovers(engine, library)


@PATIENTS
@pytest.mark.parametrize("after", [False, True], ids=["instead of the call", "after the call"])
@pytest.mark.parametrize("call", ["assert_fact", "start_action_for_state", "complete_and_start_action", "retract_fact", "get_facts"])
def test_no_code_of_any_call_is_taken_for_success(
    engine: Engine, library: FaultyLibrary, person: Patient, call: str, *, after: bool
) -> None:
    calls_of(engine, library, person)
    made = library.calls[call]
    for n, code in enumerate(CODES):
        library.arm({(call, (0, made - 1, made // 2)[n % 3]): refuses(library, call, code, after=after)})
        with pytest.raises(EngineFailure) as failure:
            engine.decide(*person)
        assert str(code) in str(failure.value) or code in {1, 2, 3, 101}
        assert_recovers(engine, library)


NOTHING = gives(None)
SENTINEL = names(ruleset.SENTINEL)
NO_RULE = names("zzzzy")
CUT = says(lambda message: message[: len(message) // 2])
CUT_SHORT = says(lambda message: message[:-1])
GARBLED = says(lambda message: message[::-1])
OTHER_FACT = says(lambda message: message.replace('"y"}', '"n"}'))
SHORT_FACT = says(lambda message: re.sub(r'("s":"y"),"\w+":"y"', r"\1", message))
LESS = says(lambda _: "")


@pytest.mark.parametrize(
    ("call", "place", "fault"),
    [
        pytest.param("start_action_for_state", 0, NOTHING, id="nothing fires"),
        pytest.param("start_action_for_state", 0, SENTINEL, id="sentinel first"),
        pytest.param("start_action_for_state", 0, NO_RULE, id="unknown rule first"),
        pytest.param("start_action_for_state", 0, LESS, id="first message empty"),
        pytest.param("start_action_for_state", 0, GARBLED, id="first message garbled"),
        pytest.param("start_action_for_state", 0, gives(("{}",)), id="half an answer"),
        pytest.param("start_action_for_state", 0, gives(7), id="answer of another kind"),
        pytest.param("complete_and_start_action", 0, NOTHING, id="sentinel lost"),
        pytest.param("complete_and_start_action", 0, SENTINEL, id="sentinel twice"),
        pytest.param("complete_and_start_action", 0, NO_RULE, id="unknown rule"),
        pytest.param("complete_and_start_action", 0, GARBLED, id="message garbled"),
        pytest.param("complete_and_start_action", 0, LESS, id="empty message"),
        pytest.param("complete_and_start_action", 0, gives(7), id="message that is no text"),
        pytest.param("complete_and_start_action", 0, gives(b'{"00000":{"m":{}}}'), id="message in bytes"),
        pytest.param("complete_and_start_action", -2, NOTHING, id="ending just before the sentinel"),
        pytest.param("complete_and_start_action", -2, CUT, id="echo cut"),
        pytest.param("complete_and_start_action", -2, CUT_SHORT, id="echo cut by one letter"),
        pytest.param("complete_and_start_action", -2, GARBLED, id="echo garbled"),
        pytest.param("complete_and_start_action", -2, OTHER_FACT, id="echo of another fact"),
        pytest.param("complete_and_start_action", -2, SHORT_FACT, id="echo of part of the fact"),
        pytest.param("complete_and_start_action", -2, NO_RULE, id="another rule in place of the sentinel"),
        pytest.param("complete_and_start_action", -2, names("00003"), id="a rule of this ruleset in place of the sentinel"),
        pytest.param("complete_and_start_action", -1, gives('{"zzzzz":{"m":{}}}'), id="going on after the sentinel"),
        pytest.param("assert_fact", 0, gives(0), id="code without a state"),
        pytest.param("assert_fact", 0, gives(None), id="neither code nor state"),
        pytest.param("retract_fact", 0, gives(None), id="no word on the retraction"),
        pytest.param("get_facts", 0, gives('[{"sid":"s","id":"i"}]'), id="fact kept"),
        pytest.param("get_facts", 0, gives(None), id="no word on the facts"),
    ],
)
def test_answer_that_breaks_the_protocol_is_a_failure(engine: Engine, library: FaultyLibrary, call: str, place: int, fault: Fault) -> None:
    person = MILDLY_ILL._replace(unknown=[])
    library.arm()
    engine.decide(*person)
    library.arm({(call, place % library.calls[call]): fault})
    with pytest.raises(EngineFailure) as failure:
        engine.decide(*person)
    assert not FIELD.search(str(failure.value))
    assert_recovers(engine, library)


@PATIENTS
def test_sentinel_lost_or_repeated_in_any_question_is_a_failure(engine: Engine, library: FaultyLibrary, person: Patient) -> None:
    made = calls_of(engine, library, person)
    sentinels = [place for place, call in enumerate(made) if call.name == "complete_and_start_action" and call.rule == ruleset.SENTINEL]
    assert len(sentinels) == library.calls["assert_fact"]
    for place in sentinels:
        for faults in (
            {("any", place): loses(library)},
            {("any", place + 1): claims(message_of(made[place].result))},
            {("any", place): names(made[0].rule)},
        ):
            library.arm(faults)
            with pytest.raises(EngineFailure):
                engine.decide(*person)
            assert_recovers(engine, library)


@PATIENTS
def test_rule_of_another_ruleset_is_a_failure(engine: Engine, library: FaultyLibrary, person: Patient) -> None:
    made = calls_of(engine, library, person)
    hits = [place for place, call in enumerate(made) if call.rule not in {"", ruleset.SENTINEL}]
    for n, place in enumerate(sample(hits, 30)):
        others = sorted({f"{number:05d}" for number in range(2 * len(RULES))} - set(library.rules[made[place].handle]))
        library.arm({("any", place): names(others[n % len(others)])})
        with pytest.raises(EngineFailure, match="KeyError"):
            engine.decide(*person)
        assert_recovers(engine, library)


@PATIENTS
@pytest.mark.parametrize("fault", ["cut behind the name", "given twice"])
def test_message_that_still_names_its_rule_changes_nothing(engine: Engine, library: FaultyLibrary, person: Patient, fault: str) -> None:
    made = calls_of(engine, library, person)
    hits = [place for place, call in enumerate(made) if call.rule not in {"", ruleset.SENTINEL}]
    for place in sample(hits, 30):
        library.arm({("any", place): CUT} if fault.startswith("cut") else {("any", place + 1): claims(message_of(made[place].result))})
        try:
            decided = engine.decide(*person)
        except EngineFailure:  # more hits than the rules can give
            pass
        else:
            assert decided == verdicts(RULES, person.values)
        assert_recovers(engine, library)


def test_call_that_was_skipped_in_silence_shows_at_the_next_patient_at_the_latest(engine: Engine, library: FaultyLibrary) -> None:
    made = calls_of(engine, library, SICK)
    for place in sample(range(len(made)), 100):
        library.arm({("any", place): claims(made[place].result)})
        results: list[bool | None] = []
        for _ in range(2):
            try:
                results.append(engine.decide(*SICK) == verdicts(RULES, SICK.values))
            except EngineFailure:
                results.append(None)
        assert False not in results
        assert_recovers(engine, library)


def test_engine_that_never_ends_is_a_failure(engine: Engine, library: FaultyLibrary) -> None:
    library.arm({("complete_and_start_action", n): gives('{"00000":{"m":{}}}') for n in range(10_000)})
    with pytest.raises(EngineFailure):
        engine.decide(*SICK)
    assert_recovers(engine, library)


@pytest.mark.parametrize("more", ['{"zzzzz":{"m":{}}}', '{"00000":{"m":{}}}'])
def test_engine_that_goes_on_after_every_rule_has_fired_is_a_failure(library: FaultyLibrary, more: str) -> None:
    engine = Engine([Is(0), Is(1)], criteria=2)
    everything = patient([YES, YES])
    library.arm()
    assert engine.decide(*everything) == (frozenset([0, 1]), frozenset())
    assert library.calls["complete_and_start_action"] == 3
    library.arm({("complete_and_start_action", 2): gives(more)})
    with pytest.raises(EngineFailure):
        engine.decide(*everything)
    library.arm()
    assert engine.decide(*everything) == (frozenset([0, 1]), frozenset())


def test_recovery_that_fails_is_tried_again_for_the_next_patient(engine: Engine, library: FaultyLibrary) -> None:
    calls = ("delete_state", "assert_fact", "start_action_for_state", "complete_and_start_action", "retract_fact", "get_facts")
    for call in calls:
        for kind in ERRORS.values():
            for after in (False, True):
                error = kind(library)
                library.arm({("retract_fact", 0): stops(MemoryError(), after=False)})
                with pytest.raises(EngineFailure):
                    engine.decide(*MILDLY_ILL)
                library.arm({(call, 0): stops(error, after=after)})
                if call == "delete_state" and after and isinstance(error, library.error):
                    assert engine.decide(*HEALTHY) == verdicts(RULES, HEALTHY.values)
                else:
                    with pytest.raises((EngineFailure, type(error))):
                        engine.decide(*HEALTHY)
                assert_recovers(engine, library)


@pytest.mark.parametrize("after", [False, True], ids=["not dropped", "dropped"])
def test_session_that_cannot_be_dropped_is_never_used_again(engine: Engine, library: FaultyLibrary, *, after: bool) -> None:
    for code in CODES:
        library.arm({("retract_fact", 0): claims((0, 1))})
        with pytest.raises(EngineFailure):
            engine.decide(*MILDLY_ILL)
        library.arm({("delete_state", 0): refuses(library, "delete_state", code, after=after)})
        if after and code != 101:
            assert engine.decide(*HEALTHY) == verdicts(RULES, HEALTHY.values)
        else:
            with pytest.raises(EngineFailure):
                engine.decide(*HEALTHY)
        assert_recovers(engine, library)
    library.arm({("retract_fact", 0): claims((0, 1))})
    with pytest.raises(EngineFailure):
        engine.decide(*MILDLY_ILL)
    library.arm({("delete_state", n): claims(None) for n in range(3)})
    for _ in range(3):
        with pytest.raises(EngineFailure):
            engine.decide(*HEALTHY)
    assert_recovers(engine, library)


@pytest.mark.parametrize("call", ["create_ruleset", "assert_fact", "start_action_for_state", "complete_and_start_action", "get_facts"])
@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("error", [MemoryError, KeyboardInterrupt, ValueError])
def test_engine_that_fails_while_loading_is_never_made(library: FaultyLibrary, call: str, place: int, error: type[BaseException]) -> None:
    library.arm({(call, place): stops(error(), after=True)})
    with pytest.raises((EngineFailure, KeyboardInterrupt)):
        Engine(RULES, criteria=CRITERIA)


@pytest.mark.parametrize(
    "call", ["create_ruleset", "assert_fact", "start_action_for_state", "complete_and_start_action", "retract_fact", "get_facts"]
)
def test_engine_that_is_refused_while_loading_gives_back_what_it_took(library: FaultyLibrary, call: str) -> None:
    gc.collect()
    made = freed = 0
    for n, code in enumerate(CODES):
        library.arm({(call, 0 if call == "create_ruleset" else n % 9): refuses(library, call, code, after=False)})
        with pytest.raises(EngineFailure):
            Engine(FEW, criteria=CRITERIA)
        made += library.calls["create_ruleset"] - (call == "create_ruleset")
        freed += library.calls["delete_ruleset"]
    library.arm()
    gc.collect()
    assert made == freed + library.calls["delete_ruleset"]
    assert made == 0 if call == "create_ruleset" else made >= len(CODES)


def test_engine_that_cannot_give_back_what_it_took_closes_all_the_same(library: FaultyLibrary) -> None:
    for code in CODES:
        if code == 101:
            continue
        engine = Engine(FEW, criteria=CRITERIA)
        library.arm({(call, 0): refuses(library, call, code, after=True) for call in ("delete_state", "delete_ruleset")})
        engine.close()
        assert library.calls["delete_ruleset"] == library.calls["delete_state"] >= 1
        with pytest.raises(EngineFailure, match="closed"):
            engine.decide(*HEALTHY)


def a_condition_gone(rules: str) -> str:
    """Compile a rule that never fires."""
    written = json.loads(rules)
    name = next(iter(written))
    return json.dumps({**written, name: {"all": [{"m": {"c": "y"}}]}})


def a_negation_dropped(rules: str) -> str:
    """Compile one of two conditions of a rule only."""
    written = json.loads(rules)
    name, condition = next((name, rule["all"][0]["m"]["$and"]) for name, rule in written.items() if "$and" in rule["all"][0]["m"])
    return json.dumps({**written, name: {"all": [{"m": next(part for part in condition if "c" in "".join(part))}]}})


def two_rules_swapped(rules: str) -> str:
    """Compile two rules under each other's name."""
    written = json.loads(rules)
    one, other = list(written)[:2]
    return json.dumps({**written, one: written[other], other: written[one]})


def no_sentinel(rules: str) -> str:
    """Compile all but the sentinel."""
    return json.dumps({name: rule for name, rule in json.loads(rules).items() if name != ruleset.SENTINEL})


@pytest.mark.parametrize("edit", [a_condition_gone, a_negation_dropped, two_rules_swapped])
@pytest.mark.parametrize("place", [0, 1])
def test_rules_compiled_wrong_fail_the_self_test(library: FaultyLibrary, edit: Callable[[str], str], place: int) -> None:
    library.arm({("create_ruleset", place): rewrites(edit)})
    with pytest.raises(EngineFailure, match="self-test"):
        Engine(RULES, criteria=CRITERIA)


def test_rules_compiled_without_the_sentinel_are_refused(library: FaultyLibrary) -> None:
    library.arm({("create_ruleset", 0): rewrites(no_sentinel)})
    with pytest.raises(EngineFailure):
        Engine(RULES, criteria=CRITERIA)


def fields_in(condition: dict[str, Any]) -> set[str]:
    """List the fields a condition asks about."""
    found: set[str] = set()
    for name, value in condition.items():
        found |= {field for part in value for field in fields_in(part)} if name in {"$and", "$or"} else {name}
    return found


def fields_of(library: FaultyLibrary, formulas: list[Formula], criteria: int) -> set[str]:
    """Compile formulas, and list the fields they were written with."""
    written: list[str] = []

    def read(rules: str) -> str:
        written.append(rules)
        return rules

    library.arm({("create_ruleset", n): rewrites(read) for n in range(50)})
    Engine(formulas, criteria=criteria).close()
    return {field for rules in written for rule in json.loads(rules).values() for field in fields_in(rule["all"][0]["m"])} - {"s"}


def test_no_two_fields_are_one_to_the_engine(library: FaultyLibrary) -> None:
    formulas: list[Formula] = [All((Is(n), Not(n + 1))) for n in range(400)]
    named = fields_of(library, formulas, 401)
    assert len(named) == 800
    assert len({fields.hash_of(name) for name in (*named, *fields.RESERVED.split())}) == 800 + len(fields.RESERVED.split())


def test_field_that_the_engine_would_confuse_is_refused_or_named_otherwise(library: FaultyLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    named = fields_of(library, [Is(0), Is(1)], 2)
    assert len(named) == 2
    monkeypatch.setattr(fields, "RESERVED", f"sid id {' '.join(named)}")
    try:
        assert named.isdisjoint(fields_of(library, [Is(0), Is(1)], 2))
    except EngineFailure as failure:
        assert "same hash" in str(failure)  # noqa: PT017 - either will do
    monkeypatch.setattr(fields, "hash_of", lambda _: 31)
    with pytest.raises(EngineFailure):
        Engine([Is(0), Is(1)], criteria=2)


def test_hash_is_the_one_the_engine_uses() -> None:
    assert fields.hash_of("sid") == 3593476751
    assert fields.hash_of("q562789") == fields.hash_of("q779192")


def test_closed_engine_decides_nobody(library: FaultyLibrary) -> None:
    engine = Engine(RULES, criteria=CRITERIA)
    gc.collect()
    library.arm()
    engine.close()
    engine.close()
    made = library.calls["delete_ruleset"]
    assert made > 2
    assert library.calls["delete_state"] == made
    with pytest.raises(EngineFailure, match="closed"):
        engine.decide(*HEALTHY)
    assert library.calls["assert_fact"] == 0


@pytest.mark.parametrize("call", ["assert_fact", "start_action_for_state", "complete_and_start_action", "retract_fact", "get_facts"])
def test_engine_closed_from_within_its_own_question_fails_it(library: FaultyLibrary, call: str) -> None:
    """As by the handler of a signal."""
    for after in (False, True):
        engine = Engine(RULES, criteria=CRITERIA)

        def closing(made: partial[Any], engine: Engine = engine, after: bool = after) -> object:  # noqa: FBT001
            result = made() if after else None
            engine.close()
            return result if after else made()

        library.arm({(call, 1): closing})
        with pytest.raises(EngineFailure):
            engine.decide(*SICK)
        library.arm()
        with pytest.raises(EngineFailure, match="closed"):
            engine.decide(*SICK)


def test_dropped_engine_frees_every_ruleset_it_made(library: FaultyLibrary) -> None:
    gc.collect()
    library.arm()
    rng = random.Random(5)
    for _ in range(20):
        Engine([random_formula(rng, 30, 2) for _ in range(20)], criteria=30)
    gc.collect()
    assert library.calls["create_ruleset"] == library.calls["delete_ruleset"] >= 20
