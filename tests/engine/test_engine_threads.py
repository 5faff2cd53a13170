"""Threads may share an engine, and a process that used one may fork."""

from __future__ import annotations

import os
import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from engine.faulty import FaultyLibrary
from engine.models import Patient, random_formula, random_patient, verdicts

from mesoscreen.engine import Engine, ruleset

pytest.importorskip("durable_rules_engine")

CRITERIA = 80
RNG = random.Random(7)
RULES = [random_formula(RNG, CRITERIA, 2) for _ in range(120)]
PATIENTS = [random_patient(RNG, CRITERIA) for _ in range(60)]
EXPECTED = [verdicts(RULES, person.values) for person in PATIENTS]

forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
# From 3.12 on Python warns of forking beside threads, which is just what these tests are about.
expects_warning = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


def agrees(engine: Engine) -> bool:
    return [engine.decide(*person) for person in PATIENTS] == EXPECTED


def agrees_in_child(engine: Engine) -> bool:
    child = os.fork()
    if not child:
        code = 1
        try:
            code = 0 if agrees(engine) else 2
        finally:
            os._exit(code)
    return os.waitpid(child, 0)[1] == 0


def test_threads_that_share_an_engine_get_their_own_patients_verdicts() -> None:
    engine = Engine(RULES, criteria=CRITERIA)

    def screen(thread: int) -> bool:
        order = random.Random(thread).choices(range(len(PATIENTS)), k=300)
        return all(engine.decide(*PATIENTS[n]) == EXPECTED[n] for n in order)

    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(screen, range(6)))


def test_threads_may_each_have_an_engine() -> None:
    def screen(_: int) -> bool:
        return agrees(Engine(RULES, criteria=CRITERIA))

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(screen, range(8)))


@forks
@expects_warning
def test_engine_is_right_in_a_forked_child_and_after_it_in_the_parent() -> None:
    engine = Engine(RULES, criteria=CRITERIA)
    assert agrees(engine)
    assert agrees_in_child(engine)
    assert agrees(engine)


@forks
@expects_warning
def test_engine_is_right_in_a_child_forked_while_a_thread_was_asking(monkeypatch: pytest.MonkeyPatch) -> None:
    library = FaultyLibrary(ruleset.library())
    monkeypatch.setattr(ruleset, "library", lambda: library)
    engine = Engine(RULES, criteria=CRITERIA)
    is_asking, may_go_on = threading.Event(), threading.Event()

    def wait(call: object) -> object:
        assert callable(call)
        result: object = call()
        is_asking.set()
        assert may_go_on.wait(20)
        return result

    library.arm({("start_action_for_state", 0): wait})
    sickest: Patient = max(PATIENTS, key=lambda person: len(person.yes))
    with ThreadPoolExecutor(1) as pool:
        verdict = pool.submit(engine.decide, *sickest)
        assert is_asking.wait(20)
        try:
            assert agrees_in_child(engine)
        finally:
            may_go_on.set()
        assert verdict.result() == verdicts(RULES, sickest.values)
    assert agrees(engine)
