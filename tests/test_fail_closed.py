"""If the engine misbehaves there is an error, never a report; and the next patient is screened as if nothing had happened."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from engine.faulty import CODES, HITS, Call, FaultyLibrary, claims, gives, loses, message_of, names, refuses, says, stops
from engine.models import sample, watched

from mesoscreen import Intake, MesoscreenError, Rulebook, screen, screen_many, screening
from mesoscreen.engine import is_available, ruleset
from mesoscreen.errors import EngineDisagreement, EngineFailure, IntakeError
from mesoscreen.screening import Screener, screener_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from engine.faulty import Fault

pytestmark = pytest.mark.skipif(not is_available(), reason="durable-rules cannot be loaded here")
EXAMPLES = Path(__file__).parents[1] / "docs/examples"
INTAKE = Intake.model_validate_json((EXAMPLES / "consultation.json").read_text(encoding="utf-8"))
SCREENER = screener_of(Rulebook.default())


@pytest.fixture(autouse=True)
def _watched() -> Iterator[None]:
    with watched():
        yield


class Engine:
    """Stands for the engine and answers as told."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def decide(self, *_: object) -> Any:
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer


@pytest.mark.parametrize(
    "answer",
    [
        EngineFailure("sentinel missing"),
        (frozenset(), frozenset()),
        (frozenset(range(3)), frozenset()),
        KeyboardInterrupt(),
        SystemError("returned NULL"),
    ],
    ids=["fails", "loses every finding", "invents findings", "is interrupted", "breaks"],
)
def test_an_engine_that_misbehaves_gives_no_report(answer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = screen(INTAKE)
    with monkeypatch.context() as faulty:
        faulty.setattr(SCREENER, "engine", Engine(answer))
        with pytest.raises((EngineFailure, EngineDisagreement, KeyboardInterrupt, SystemError)):
            screen(INTAKE)
    assert screen(INTAKE) == expected


def test_one_finding_lost_by_the_engine_is_a_disagreement_that_names_the_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = SCREENER.engine
    assert engine is not None
    lost = [rule.id for rule in SCREENER.rules].index("herpes-active")

    class Forgetful:
        def decide(self, *asked: Any) -> tuple[frozenset[int], frozenset[int]]:
            assert engine is not None
            present, possible = engine.decide(*asked)
            return present - {lost}, possible

    monkeypatch.setattr(SCREENER, "engine", Forgetful())
    with pytest.raises(EngineDisagreement) as caught:
        screen(INTAKE)
    assert caught.value.rules == ("herpes-active",)
    assert "herpes-active" in str(caught.value)


def test_the_specification_alone_gives_the_same_findings_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screening, "is_available", lambda: False)
    alone = Screener(Rulebook.default())
    report = alone.screen(INTAKE, screen(INTAKE).stamp.on)
    assert report.stamp.engine == "specification"
    assert screen(INTAKE).stamp.engine == "durable-rules 2.0.28"
    assert report.findings == screen(INTAKE).findings


def test_one_bad_intake_never_stops_a_batch() -> None:
    good = INTAKE.model_dump()
    results = list(screen_many([good, {"conditions": 5}, good]))
    assert isinstance(results[1], IntakeError)
    assert not isinstance(results[0], MesoscreenError)
    assert results[0] == results[2] == screen(INTAKE)


# From here on the extension itself does wrong, under a screener made like any other from the shipped rulebook.


def patient(conditions: str, **more: Any) -> Intake:
    healthy = json.loads((EXAMPLES / "healthy.json").read_text(encoding="utf-8"))
    entries = [{"name": name, "status": "active"} for name in conditions.split(", ")]
    return Intake.model_validate({**healthy, "conditions": entries, **more})


SERIOUS = "lupus, HIV, type 2 diabetes, epilepsy, hepatitis B, vWD, plaque psoriasis, heart trouble, porphyria, keloid, fever, shingles"
MORE = "sarcoidosis, sickle cell disease, smoker, MCAS, vitiligo, impetigo, anorexia nervosa, sunburn, melanoma, kidney problems, hep C"
OTHERS = (
    "Graves disease, asthma, expecting a baby, boil, lichen planus, CVID, depression, tooth abscess, mechanical valve, AFib, BCC, eczema"
)
BESIDES = (
    "BDD, drunk, low blood pressure, blackout, chin implant, facial palsy, endocarditis, atypical moles, festoons, severe depression, HAE"
)
STILL_MORE = (
    "scared of needles, rheumatoid arthritis, nursing mother, fainting, MRSA carrier, discoid lupus, smoker, sarcoidosis, sickle cell trait"
)
PEOPLE = {
    "mild": patient("cold sore, migraine"),
    "another mild": patient("eczema, smoker"),
    "sick": patient(f"{SERIOUS}, {MORE}, {OTHERS}, {BESIDES}", procedures=None),
    "another sick": patient(f"{OTHERS}, {SERIOUS}, {BESIDES}, {STILL_MORE}", medications=None),
}
"""Sick people have more positive answers than the wide ruleset takes, and open questions."""
NEXT = {"mild": "another mild", "sick": "another sick"}
BOTH = pytest.mark.parametrize("person", NEXT)
EXPECTED = {name: screen(intake).model_dump_json() for name, intake in PEOPLE.items()}
FIELD = re.compile(r"\b[cx]\d{3}")


@pytest.fixture(scope="module")
def library() -> Iterator[FaultyLibrary]:
    faulty = FaultyLibrary(ruleset.library())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ruleset, "library", lambda: faulty)
        yield faulty


@pytest.fixture(scope="module")
def book(library: FaultyLibrary) -> Rulebook:
    """The shipped rulebook, not yet compiled, so that its screener gets the faulty library."""
    library.arm()
    made = replace(Rulebook.default())
    screener_of(made)
    return made


def calls_of(book: Rulebook, library: FaultyLibrary, person: str) -> list[Call]:
    """Screen undisturbed, and list the calls into the extension."""
    library.arm()
    assert screen(PEOPLE[person], rulebook=book).model_dump_json() == EXPECTED[person]
    return [*library.log]


def disturbed(book: Rulebook, library: FaultyLibrary, person: str, *, next_may_fail: bool = False) -> BaseException | None:
    """Screen with the fault that is armed, then the next patient without: neither ever gets a wrong report."""
    error: BaseException | None = None
    try:
        report = screen(PEOPLE[person], rulebook=book).model_dump_json()
    except BaseException as raised:  # noqa: BLE001 - interrupts too
        error = raised
        assert isinstance(error, EngineFailure | EngineDisagreement) or not isinstance(error, Exception)
        assert not FIELD.search(str(error))
    else:
        assert report == EXPECTED[person]
    library.arm()
    for again in range(2):
        try:
            assert screen(PEOPLE[NEXT[person]], rulebook=book).model_dump_json() == EXPECTED[NEXT[person]]
        except EngineFailure:
            assert next_may_fail
            assert not again
        else:
            break
    return error


def hits_of(made: list[Call]) -> list[int]:
    """List the calls that gave a rule that fired, the sentinel excepted."""
    return [place for place, call in enumerate(made) if call.name in HITS and call.rule not in {"", ruleset.SENTINEL}]


def questions_of(made: list[Call]) -> list[list[Call]]:
    """Group the calls by the question they belong to."""
    questions: list[list[Call]] = []
    for call in made:
        if call.name == "assert_fact":
            questions.append([])
        questions[-1].append(call)
    return questions


def test_mild_person_is_asked_about_in_the_wide_ruleset_and_a_sick_one_in_shards(book: Rulebook, library: FaultyLibrary) -> None:
    asked = {person: [call.handle for call in calls_of(book, library, person) if call.name == "assert_fact"] for person in PEOPLE}
    assert len(set(asked["mild"])) == len(set(asked["another mild"])) == 1
    assert len(set(asked["sick"])) > 2
    assert set(asked["mild"]).isdisjoint(asked["sick"])
    assert set(asked["sick"]) == set(asked["another sick"])


ERRORS: dict[str, Callable[[FaultyLibrary], BaseException]] = {
    "the extension's own error": lambda library: library.error("Could not do it, error code: 303"),
    "out of memory": lambda _: MemoryError(),
    "timeout": lambda _: TimeoutError(),
    "interrupt": lambda _: KeyboardInterrupt(),
    "exit": lambda _: SystemExit(),
}


@BOTH
@pytest.mark.parametrize("after", [False, True], ids=["instead of the call", "after the call"])
@pytest.mark.parametrize("kind", ERRORS)
def test_call_that_raises_gives_no_report_and_leaves_no_trace(
    book: Rulebook, library: FaultyLibrary, person: str, kind: str, *, after: bool
) -> None:
    error = ERRORS[kind](library)
    for place in sample(range(len(calls_of(book, library, person))), 8):
        library.arm({("any", place): stops(error, after=after)})
        raised = disturbed(book, library, person)
        assert isinstance(raised, EngineFailure if isinstance(error, Exception) else type(error))


@BOTH
@pytest.mark.parametrize("call", ["assert_fact", "start_action_for_state", "complete_and_start_action", "retract_fact", "get_facts"])
def test_code_of_any_call_gives_no_report_and_leaves_no_trace(book: Rulebook, library: FaultyLibrary, person: str, call: str) -> None:
    calls_of(book, library, person)
    made = library.calls[call]
    for n, code in enumerate(sample(CODES, 9)):
        library.arm({(call, n % made): refuses(library, call, code, after=bool(n % 2))})
        assert isinstance(disturbed(book, library, person), EngineFailure)


@BOTH
@pytest.mark.parametrize(
    ("fault", "must_fail"),
    [
        pytest.param(gives(None), True, id="ends early"),
        pytest.param(names(ruleset.SENTINEL), True, id="named like the sentinel"),
        pytest.param(names("zzzzy"), True, id="of no rule"),
        pytest.param(says(lambda message: message[:4]), True, id="cut within the name"),
        pytest.param(says(lambda message: message[::-1]), True, id="garbled"),
        pytest.param(says(lambda message: message[: len(message) // 2]), False, id="cut behind the name"),
    ],
)
def test_hit_that_is_broken_gives_no_wrong_report(
    book: Rulebook, library: FaultyLibrary, person: str, fault: Fault, *, must_fail: bool
) -> None:
    for place in sample(hits_of(calls_of(book, library, person)), 10):
        library.arm({("any", place): fault})
        error = disturbed(book, library, person)
        assert isinstance(error, EngineFailure) or not must_fail


@BOTH
def test_sentinel_that_is_lost_repeated_or_another_rules_gives_no_report(book: Rulebook, library: FaultyLibrary, person: str) -> None:
    made = calls_of(book, library, person)
    for place, call in enumerate(made):
        if call.rule == ruleset.SENTINEL:
            own = library.rules[call.handle]
            for faults in (
                {("any", place): loses(library)},
                {("any", place + 1): claims(message_of(call.result))},
                {("any", place): names(own[0])},
                {("any", place): names(own[-1])},
                {("any", place): says(lambda message: message.replace('"y"', '"n"'))},
            ):
                library.arm(faults)
                assert isinstance(disturbed(book, library, person), EngineFailure)


@BOTH
def test_hit_under_the_name_of_a_rule_that_did_not_fire_gives_no_report(book: Rulebook, library: FaultyLibrary, person: str) -> None:
    made = calls_of(book, library, person)
    fired = Counter((call.handle, call.rule) for call in made)
    silent = {handle: [rule for rule in rules if not fired[handle, rule]] for handle, rules in library.rules.items()}
    for n, place in enumerate(sample(hits_of(made), 20)):
        others = silent[made[place].handle]
        library.arm({("any", place): names(others[n % len(others)])})
        assert isinstance(disturbed(book, library, person), EngineDisagreement)


@BOTH
def test_hit_under_the_name_of_another_rule_that_fired_gives_no_wrong_report(book: Rulebook, library: FaultyLibrary, person: str) -> None:
    caught = 0
    made = calls_of(book, library, person)
    hits = hits_of(made)
    for place in sample(hits, 20):
        for other in {made[hit].rule for hit in (hits[0], hits[-1]) if made[hit].handle == made[place].handle}:
            library.arm({("any", place): names(other)})
            caught += isinstance(disturbed(book, library, person), EngineDisagreement)
    assert caught or person == "mild"


@BOTH
def test_hit_under_the_name_of_a_rule_of_another_ruleset_gives_no_report(book: Rulebook, library: FaultyLibrary, person: str) -> None:
    made = calls_of(book, library, person)
    for n, place in enumerate(sample(hits_of(made), 20)):
        own = library.rules[made[place].handle]
        others = [rule for rules in library.rules.values() for rule in rules if rule not in own]
        library.arm({("any", place): names(others[n * 7 % len(others)])})
        assert isinstance(disturbed(book, library, person), EngineFailure)


@BOTH
def test_no_finding_can_be_lost(book: Rulebook, library: FaultyLibrary, person: str) -> None:
    expected = {finding.rule: finding.status for finding in screen(PEOPLE[person]).findings}
    lost: dict[str, set[str]] = {}
    for rule in dict.fromkeys(call.rule for call in calls_of(book, library, person) if call.rule not in {"", ruleset.SENTINEL}):
        library.arm(forgotten=rule)
        error = disturbed(book, library, person)
        if error is not None:
            assert isinstance(error, EngineDisagreement)
            for named in error.rules:
                lost.setdefault(named, set()).add(rule)
    assert lost.keys() == expected.keys()


@BOTH
def test_single_hit_lost_gives_no_wrong_report(book: Rulebook, library: FaultyLibrary, person: str) -> None:
    for place in sample(hits_of(calls_of(book, library, person)), 20):
        library.arm({("any", place): loses(library)})
        disturbed(book, library, person)


@BOTH
def test_whole_question_answered_as_an_earlier_one_gives_no_report(book: Rulebook, library: FaultyLibrary, person: str) -> None:
    """As if the fact of the patient before, or of the question before, had been kept."""
    questions = questions_of(calls_of(book, library, NEXT[person]))
    stale = {question[0].handle: [call.result for call in question if call.name in HITS] for question in questions}
    place, failures = 0, 0
    for question in questions_of(calls_of(book, library, person)):
        first = place + 1
        place += len(question)
        answers = stale.get(question[0].handle, [])
        if answers and answers != [call.result for call in question if call.name in HITS]:
            library.arm({("any", first + n): claims(answer) for n, answer in enumerate(answers)})
            assert isinstance(disturbed(book, library, person), EngineFailure)
            failures += 1
    assert failures


@BOTH
def test_call_that_was_skipped_in_silence_gives_no_wrong_report(book: Rulebook, library: FaultyLibrary, person: str) -> None:
    made = calls_of(book, library, person)
    for place in sample(range(len(made)), 20):
        library.arm({("any", place): claims(made[place].result)})
        disturbed(book, library, person, next_may_fail=True)


def test_faults_at_random_never_give_a_wrong_report(book: Rulebook, library: FaultyLibrary) -> None:
    rng = random.Random(4)
    errors = list(ERRORS.values())
    raised = 0
    for n in sample(range(2000), 60):
        person = rng.choice([*NEXT])
        made = calls_of(book, library, person)
        hits = [made[place].rule for place in hits_of(made)]
        kinds: list[Callable[[], Fault]] = [
            lambda: stops(rng.choice(errors)(library), after=rng.random() < 0.5),
            lambda: names(rng.choice(hits)),  # noqa: B023 - used at once
            lambda: loses(library),
            lambda: gives(rng.choice(made).result),  # noqa: B023
            lambda: says(lambda message: message[: rng.randrange(len(message))]),
        ]
        places = rng.sample(range(len(made)), k=1 + n % 4)
        faults = {("any", place): rng.choice(kinds if made[place].name in HITS else kinds[:1])() for place in places}
        library.arm(faults)
        raised += disturbed(book, library, person, next_may_fail=True) is not None
    assert raised > 30


@pytest.mark.parametrize("call", ["create_ruleset", "assert_fact", "start_action_for_state", "complete_and_start_action", "get_facts"])
def test_screener_that_could_not_be_made_is_made_afresh_for_the_next_patient(library: FaultyLibrary, tiny: Rulebook, call: str) -> None:
    library.arm()
    screened = screen(INTAKE, rulebook=replace(tiny)).model_dump_json()
    made = library.calls[call]
    for kind in ERRORS.values():
        for place in sample(range(made), 2):
            book = replace(tiny)
            error = kind(library)
            library.arm({(call, place): stops(error, after=bool(place % 2))})
            with pytest.raises(EngineFailure if isinstance(error, Exception) else type(error)):
                screen(INTAKE, rulebook=book)
            library.arm()
            assert screen(INTAKE, rulebook=book).model_dump_json() == screened
            assert screen(INTAKE, rulebook=book).stamp.engine == ruleset.NAME
