"""The scenarios of `tests/soak`, in short; and that they would notice. What is promised stands in docs/explanation/concurrency.md."""

from __future__ import annotations

import gc
import os
import pickle
import random
import signal
import subprocess
import sys
import threading
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
from soak import concurrency, memory
from soak.cases import Case, Ward, screened, stranger, unaided, ward, word
from soak.faults import FAULTS, Faulty
from soak.tally import Tally

from mesoscreen import Intake, Rulebook, screen
from mesoscreen.criteria import answers
from mesoscreen.engine import is_available, ruleset
from mesoscreen.errors import EngineFailure
from mesoscreen.rulebook.compiled import shipped

if TYPE_CHECKING:
    from collections.abc import Iterator

forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
alarms = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no alarms")
engine = pytest.mark.skipif(not is_available(), reason="durable-rules cannot be loaded here")
# From 3.12 on Python warns of forking beside threads, which is just what these tests are about.
expects_warning = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


@pytest.fixture(scope="module")
def tiny_ward(tiny_folder: Path) -> Ward:
    return ward(tiny_folder, examples=30, strangers=5)


def assert_sound(tally: Tally, screenings: int) -> None:
    assert (tally.wrong, tally.crashes) == (0, 0)
    assert tally.screenings >= screenings
    assert tally.events


def test_threads_share_the_shipped_rulebook_from_its_first_use_on() -> None:
    assert_sound(concurrency.threads([ward(shipped(), examples=10, strangers=2)], 40, rounds=1, workers=2), 40)


def test_threads_use_many_rulebooks_and_drop_them(tiny_ward: Ward) -> None:
    assert_sound(concurrency.rulebooks([tiny_ward, tiny_ward], 120, each=10), 120)


@forks
@expects_warning
def test_process_forks_while_its_threads_screen(tiny_ward: Ward) -> None:
    assert_sound(concurrency.fork([tiny_ward], 300, rounds=2, children=3, patience=20), 300)


def test_processes_started_afresh_screen_what_is_sent_to_them(tiny_ward: Ward) -> None:
    assert_sound(concurrency.spawn([tiny_ward], 100, processes=1), 100)


def test_event_loops_screen_in_threads_and_callers_may_leave(tiny_ward: Ward) -> None:
    assert_sound(concurrency.asynchronous([tiny_ward], 200, gathered=20), 200)


@alarms
def test_signal_handler_may_raise_at_any_moment(tiny_ward: Ward) -> None:
    assert_sound(concurrency.interrupts([tiny_ward, tiny_ward], 300, longest=2e-4), 300)


@engine
def test_engine_may_fail_again_and_again(tiny_ward: Ward) -> None:
    tally = memory.memory([tiny_ward], 200, failures=5)
    assert_sound(tally, 200)
    assert tally.events > 2 * len(FAULTS)


def test_rulebooks_are_loaded_and_dropped(tiny_ward: Ward) -> None:
    assert_sound(memory.reload([tiny_ward], 10), 20)


class Spoiled(Case):
    """A patient with whom something happens."""

    def comes_out(self, rulebook: Rulebook) -> bool:
        assert rulebook.rules
        match self.written:
            case "a crash":
                raise ZeroDivisionError
            case "a dead process":
                os.kill(os.getpid(), signal.SIGKILL)
            case "a process that hangs":
                time.sleep(60)
        return super().comes_out(rulebook)


def spoiled(sound: Ward, how: str) -> Ward:
    return sound._replace(cases=(Spoiled(Intake(), sound.cases[0].on, sound.cases[0].report, how),))


def test_soak_notices_a_report_with_other_bytes(tiny_ward: Ward) -> None:
    one = next(case for case in tiny_ward.cases if case.report is not None)
    assert screened([replace(one, written=one.written[:-1])], tiny_ward.rulebook()).wrong == 1


def test_soak_notices_a_report_about_another_patient(tiny_ward: Ward) -> None:
    one, other, *_ = (case for case in tiny_ward.cases if case.report is not None)
    assert screened([replace(one, intake=other.intake, on=other.on)], tiny_ward.rulebook()).wrong == 1


def test_soak_notices_an_intake_that_is_wrongly_refused(tiny_ward: Ward) -> None:
    one = next(case for case in tiny_ward.cases if case.report is None)
    assert screened([replace(one, problems=())], tiny_ward.rulebook()).wrong == 1


def test_soak_notices_an_exception(tiny_ward: Ward, capsys: pytest.CaptureFixture[str]) -> None:
    assert concurrency.threads([spoiled(tiny_ward, "a crash")], 5, rounds=1, workers=1).crashes == 5
    assert "ZeroDivisionError" in capsys.readouterr().err


@forks
@expects_warning
@pytest.mark.parametrize("how", ["a dead process", "a process that hangs"])
def test_soak_notices(tiny_ward: Ward, how: str) -> None:
    child = concurrency.forked(spoiled(tiny_ward, how).cases, tiny_ward.rulebook())
    assert concurrency.outcome(*child, patience=0.3).crashes == 1


@engine
def test_soak_notices_a_failure_that_goes_unnoticed(tiny_ward: Ward) -> None:
    with mock.patch.object(Faulty, "_is_told", return_value=""):
        assert memory.memory([tiny_ward], 20, failures=5).wrong > 0


def test_soak_runs_with_one_command() -> None:
    command = [sys.executable, str(Path(memory.__file__).parent), "--scenario", "reload", "--screenings", "10", "--loads", "2"]
    path = os.pathsep.join(sys.path)
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": path})
    assert "| reload | 4 | 0 | 0 | 2 new rulebooks |" in done.stdout


def referents(one: object) -> list[object]:
    # A module of CPython 3.12.1 (_asyncio) lists objects that are free already. Keys that are all text Python does not list.
    if isinstance(one, ModuleType):
        return [vars(one)]
    return [*gc.get_referents(one), *(list(one) if isinstance(one, dict) else ())]


def heap() -> Iterator[object]:
    """Everything alive in this process that Python can list."""
    todo, seen = gc.get_objects(), set[int]()
    seen.update({id(todo), id(seen)})
    while todo:
        one = todo.pop()
        if id(one) not in seen:
            seen.add(id(one))
            yield one
            todo += referents(one)


def test_no_name_a_patient_gave_is_kept(tiny_ward: Ward) -> None:
    rulebook, dice, mark = tiny_ward.rulebook(), random.Random(8), "".join(["zq"] * 3)
    alone = unaided(tiny_ward.rulebook())
    with mock.patch("soak.cases.word", lambda dice: mark + word(dice)):
        assert screened((stranger(dice, alone) for _ in range(40)), rulebook).wrong == 0
        kept = stranger(dice, alone)
    gc.collect()
    found = sum(isinstance(one, str) and mark in one and one is not mark for one in heap())
    assert 0 < found < 20, "only what the one patient in `kept` was called"
    del kept
    gc.collect()
    assert not any(isinstance(one, str) and mark in one and one is not mark for one in heap())


def reachable(root: object) -> int:
    """Count what an object holds, and what that holds, and so on; code and modules aside."""
    todo, seen = [root], {id(root)}
    while todo:
        for one in referents(todo.pop()):
            if id(one) not in seen and not isinstance(one, type | ModuleType | FunctionType):
                seen.add(id(one))
                todo.append(one)
    return len(seen)


def test_rulebook_does_not_grow_by_the_patients_it_has_seen(tiny_ward: Ward) -> None:
    rulebook, alone, dice = tiny_ward.rulebook(), unaided(tiny_ward.rulebook()), random.Random(9)
    warm_up = [*tiny_ward.cases, *(stranger(dice, alone) for _ in range(50))]
    assert screened(warm_up, rulebook).wrong == 0
    before = reachable(rulebook)
    assert screened((stranger(dice, alone) for _ in range(50)), rulebook).wrong == 0
    assert before > 1000
    assert reachable(rulebook) == before


def test_dropped_rulebook_is_freed_when_its_last_report_is(tiny_ward: Ward) -> None:
    rulebook = tiny_ward.rulebook()
    gone = weakref.ref(rulebook)
    report = screen({}, rulebook=rulebook)
    del rulebook
    gc.collect()
    assert gone() is not None, "a report can explain itself as long as it lives"
    read_back = type(report).model_validate_json(report.model_dump_json())
    assert read_back == report
    del report
    gc.collect()
    assert gone() is None


def test_rulebook_intake_and_report_may_be_sent_to_another_process(tiny_ward: Ward) -> None:
    rulebook = tiny_ward.rulebook()
    assert screened(tiny_ward.cases, rulebook).wrong == 0
    sent = pickle.loads(pickle.dumps((rulebook, tiny_ward)))  # noqa: S301 - written just now
    assert screened(sent[1].cases, sent[0]) == Tally(len(tiny_ward.cases))


@forks
@expects_warning
def test_process_may_fork_while_a_thread_first_uses_a_rulebook(tiny_ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before Python 3.12 `functools.cached_property` holds a lock meanwhile, which no thread of the child could open."""
    case = next(case for case in tiny_ward.cases if case.report is not None)
    assert case.comes_out(tiny_ward.rulebook())
    is_at_it, may_go_on = threading.Event(), threading.Event()
    compiled, parent = answers.Questionnaire, os.getpid()

    def slowly(*given: Any) -> answers.Questionnaire:
        if os.getpid() == parent:
            is_at_it.set()
            assert may_go_on.wait(20)
        return compiled(*given)

    monkeypatch.setattr(answers, "Questionnaire", slowly)
    rulebook = tiny_ward.rulebook()
    with ThreadPoolExecutor(1) as pool:
        in_parent = pool.submit(case.comes_out, rulebook)
        try:
            assert is_at_it.wait(20)
            tally = concurrency.outcome(*concurrency.forked([case], rulebook), patience=5)
        finally:
            may_go_on.set()
        assert (tally.screenings, tally.wrong, tally.crashes) == (1, 0, 0)
        assert in_parent.result()


@engine
def test_screening_inside_a_screening_fails_instead_of_waiting_for_itself(tiny_ward: Ward) -> None:
    """A signal handler, a finaliser and a trace function run in the thread that is asking."""
    case = next(case for case in tiny_ward.cases if case.report is not None)
    real = ruleset.library()
    faulty, told = Faulty(real), list[str]()

    def again(handle: int, fact: str) -> tuple[int, int]:
        if not told:
            told.append("nothing yet")
            try:
                told.append(f"right: {case.comes_out(rulebook)}")
            except EngineFailure as error:
                told.append(error.code)
        return real.retract_fact(handle, fact)

    with mock.patch.object(ruleset, "library", return_value=faulty):
        rulebook = tiny_ward.rulebook()
        assert case.comes_out(rulebook)
    with mock.patch.object(faulty, "retract_fact", again):
        outer = threading.Thread(target=lambda: told.append(f"then right: {case.comes_out(rulebook)}"), daemon=True)
        outer.start()
        outer.join(5)
    assert told == ["nothing yet", "engine-failure", "then right: True"]
    assert case.comes_out(rulebook)
