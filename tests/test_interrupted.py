"""Whenever an interrupt lands, it ends that screening at most: no report is ever wrong, and the next patient is screened.

Python runs the handler of a signal between two bytecodes. So these tests let a signal arrive at chosen bytecodes,
one after the other, and leave it to Python when to deliver it. Others let real ones come as fast as they can.
"""

from __future__ import annotations

import ctypes
import faulthandler
import gc
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import pytest
from engine.faulty import FaultyLibrary
from engine.models import patience, sample, watched
from pydantic_core import PydanticSerializationError

import mesoscreen
from mesoscreen import Intake, Rulebook, screen
from mesoscreen.engine import is_available, ruleset
from mesoscreen.errors import EngineFailure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from functools import partial
    from types import CodeType, FrameType

Result = TypeVar("Result")
ENDED = (KeyboardInterrupt, TimeoutError, EngineFailure, PydanticSerializationError)
"""How a screening may end that was interrupted: with what the handler raised, or because of it."""

pytestmark = [
    pytest.mark.skipif(not is_available(), reason="durable-rules cannot be loaded here"),
    # An interrupt while pydantic writes an intake down may be swallowed there: it warns, and goes on.
    pytest.mark.filterwarnings("ignore:Pydantic serializer warnings:UserWarning"),
]
OURS = Path(mesoscreen.__file__).parent
EXAMPLES = Path(__file__).parents[1] / "docs/examples"
ILL = "lupus, HIV, type 2 diabetes, epilepsy, hepatitis B, vWD, psoriasis, heart trouble, porphyria, keloid, fever, shingles, smoker, BDD, drunk"


def people() -> dict[str, Intake]:
    consultation, healthy = (json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8")) for name in ("consultation", "healthy"))
    sick = {**healthy, "conditions": [{"name": name, "status": "active"} for name in ILL.split(", ")], "procedures": None}
    given = {"consultation": consultation, "healthy": healthy, "sick": sick, "nothing asked": {"treatment": healthy["treatment"]}}
    return {name: Intake.model_validate(intake) for name, intake in given.items()}


PEOPLE = people()

_HOOK = ctypes.PYFUNCTYPE(None, ctypes.py_object, ctypes.py_object, ctypes.py_object)
# Trace functions of C, so that no bytecode runs between the signal and its delivery but that under test.
SEND_INTERRUPT = _HOOK(("PyErr_SetInterrupt", ctypes.pythonapi))
DO_NOTHING = _HOOK(("Py_IsInitialized", ctypes.pythonapi))


def bytecodes(action: Callable[[], object]) -> list[tuple[CodeType, int]]:
    """List the bytecodes of ours that an action runs, in order."""
    found: list[tuple[CodeType, int]] = []

    def at(frame: FrameType, event: str, _: object) -> Any:
        if event == "opcode":
            found.append((frame.f_code, frame.f_lasti))
        return at

    _traced(action, at)
    return found


def interrupted(action: Callable[[], Result], place: int, error: type[BaseException] = KeyboardInterrupt) -> Result:
    """Run an action; a signal arrives while it runs the bytecode at that place, and its handler raises."""
    left = place

    def at(frame: FrameType, event: str, _: object) -> Any:
        nonlocal left
        if event != "opcode":
            return at
        left -= 1
        if left >= 0:
            return at
        sys.settrace(DO_NOTHING)
        outer: FrameType | None = frame
        while outer is not None:
            if outer.f_trace is at:
                outer.f_trace = DO_NOTHING
            outer = outer.f_back
        return SEND_INTERRUPT

    def handler(_: int, __: FrameType | None) -> NoReturn:
        sys.settrace(None)
        raise error

    before = signal.signal(signal.SIGINT, handler)
    try:
        return _traced(action, at)
    finally:
        signal.signal(signal.SIGINT, before)


def _traced(action: Callable[[], Result], at: Any) -> Result:
    def entered(frame: FrameType, _: str, __: object) -> Any:
        if not frame.f_code.co_filename.startswith(str(OURS)):
            return None
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        return at

    before = sys.gettrace()
    sys.settrace(entered)
    try:
        return action()
    finally:
        sys.settrace(before)


def distinct(ran: list[tuple[CodeType, int]], within: Iterable[str] = ("",)) -> list[int]:
    """Find the first and the last time that each bytecode of some modules ran."""
    first: dict[tuple[CodeType, int], int] = {}
    last: dict[tuple[CodeType, int], int] = {}
    modules = tuple(str(OURS / module) for module in within)
    for place, bytecode in enumerate(ran):
        if bytecode[0].co_filename.startswith(modules):
            first.setdefault(bytecode, place)
            last[bytecode] = place
    return sorted({*first.values(), *last.values()})


@pytest.fixture(autouse=True)
def no_collection() -> Iterator[None]:
    """Collect no garbage meanwhile: a signal that lands in a callback of the collector (Hypothesis has one) ends there."""
    gc.disable()
    yield
    gc.enable()


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return replace(Rulebook.default())


@pytest.fixture(scope="module")
def expected(book: Rulebook) -> dict[str, str]:
    return {name: screen(intake, rulebook=book).model_dump_json() for name, intake in PEOPLE.items()}


def assert_screens(book: Rulebook, expected: Mapping[str, str], *names: str) -> None:
    with watched():
        for name in names:
            assert screen(PEOPLE[name], rulebook=book).model_dump_json() == expected[name]


@pytest.mark.parametrize("error", [KeyboardInterrupt, TimeoutError])
@pytest.mark.parametrize("person", ["healthy", "sick"])
def test_signal_at_any_bytecode_of_the_engine_ends_one_screening_only(
    book: Rulebook, expected: dict[str, str], person: str, error: type[BaseException]
) -> None:
    def action() -> object:
        return screen(PEOPLE[person], rulebook=book)

    action()
    for place in sample(distinct(bytecodes(action), ("engine", "screening", "decide")), 40):
        with pytest.raises(ENDED):
            interrupted(action, place, error)
        assert_screens(book, expected, "nothing asked", person)


@pytest.mark.parametrize("person", PEOPLE)
def test_signal_at_any_bytecode_of_a_screening_ends_that_screening_only(book: Rulebook, expected: dict[str, str], person: str) -> None:
    def action() -> str:
        report = screen(PEOPLE[person], rulebook=book)
        return report.model_dump_json()

    action()
    for place in sample(distinct(bytecodes(action)), 12):
        with suppress(*ENDED):
            assert interrupted(action, place) == expected[person]
        assert_screens(book, expected, "healthy", person)


def test_signal_while_a_report_explains_or_renders_itself_changes_nothing_about_it(book: Rulebook, expected: dict[str, str]) -> None:
    report = screen(PEOPLE["consultation"], rulebook=book)

    def action() -> list[str]:
        explained = [str(report.explain(finding.rule)) for finding in report.findings[::9]]
        return [*explained, report.to_text(), report.to_markdown()]

    told = action()
    for place in sample(distinct(bytecodes(action)), 20):
        with suppress(*ENDED):
            assert interrupted(action, place) == told
        assert action() == told
    assert report.model_dump_json() == expected["consultation"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, TimeoutError])
def test_signal_while_the_screener_is_made_leaves_it_to_be_made_afresh(tiny_folder: Path, error: type[BaseException]) -> None:
    """The rulebook is new each time, so that whatever is worked out once and kept is interrupted too."""
    intake = PEOPLE["consultation"]
    fresh = Rulebook.load(tiny_folder)
    ran = bytecodes(lambda: screen(intake, rulebook=fresh))
    screened = screen(intake, rulebook=fresh).model_dump_json()
    for place in sample(distinct(ran), 6):
        book = Rulebook.load(tiny_folder)
        with suppress(*ENDED):
            assert interrupted(lambda: screen(intake, rulebook=book).model_dump_json(), place, error) == screened  # noqa: B023 - used at once
        with watched():
            assert screen(intake, rulebook=book).model_dump_json() == screened
            assert screen(intake, rulebook=book).stamp.engine == ruleset.NAME


def test_signal_while_a_rulebook_is_loaded_leaves_it_to_be_loaded_again(tiny: Rulebook, tiny_folder: Path) -> None:
    for place in sample(distinct(bytecodes(lambda: Rulebook.load(tiny_folder))), 3):
        with pytest.raises(KeyboardInterrupt):
            interrupted(lambda: Rulebook.load(tiny_folder), place)
        with watched():
            assert Rulebook.load(tiny_folder).sha256 == tiny.sha256


def test_engine_asked_from_within_its_own_question_refuses_at_once(tiny: Rulebook, monkeypatch: pytest.MonkeyPatch) -> None:
    """As by the handler of a signal that screens: it runs in the middle of a question, and must not wait for its end."""
    library = FaultyLibrary(ruleset.library())
    monkeypatch.setattr(ruleset, "library", lambda: library)
    book = replace(tiny)
    intake = PEOPLE["healthy"]
    screened = screen(intake, rulebook=book).model_dump_json()
    within: list[object] = []

    def asks_again(call: partial[Any]) -> object:
        try:
            within.append(screen(intake, rulebook=book))
        except EngineFailure as failure:
            within.append(failure)
        return call()

    for call in ("assert_fact", "start_action_for_state", "complete_and_start_action", "retract_fact", "get_facts"):
        library.arm({(call, 0): asks_again})
        outside: list[str] = []
        thread = threading.Thread(target=lambda: outside.append(screen(intake, rulebook=book).model_dump_json()), daemon=True)  # noqa: B023
        thread.start()
        thread.join(5)
        assert not thread.is_alive(), "it waits for itself"
        assert isinstance(within.pop(), EngineFailure)
        assert outside == [screened]
        library.arm()
        assert screen(intake, rulebook=book).model_dump_json() == screened


# What follows runs in a process of its own, where real signals come as fast as they can.


class Storm:
    """Signals whose handlers raise, once for every time that it is let in."""

    ERRORS = (KeyboardInterrupt, TimeoutError, SystemExit)

    def __init__(self) -> None:
        self.rng = random.Random(9)
        self.is_let_in = False
        self.arrived = 0

    def __call__(self, number: int, _: FrameType | None) -> None:
        self.arrived += 1
        if self.is_let_in:
            self.is_let_in = False
            raise self.rng.choice(self.ERRORS)(number)

    def screened(self, intake: Intake) -> str | None:
        """Screen with the storm let in; None if it hit."""
        try:
            self.is_let_in = True
            report = screen(intake).model_dump_json()
            self.is_let_in = False
        except (*ENDED, SystemExit):
            self.is_let_in = False
            return None
        return report


def storm_of_signals(wanted: int) -> Counter[str]:
    """Screen while signals come, from a timer here and from the process that started this one, until so many have hit."""
    expected = {name: screen(intake).model_dump_json() for name, intake in PEOPLE.items()}
    storm, results = Storm(), Counter[str]()
    for number in (signal.SIGALRM, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, storm)
    print("ready", flush=True)  # noqa: T201 - the signal to send signals
    signal.setitimer(signal.ITIMER_REAL, 0.0003, 0.0003)
    while results["interrupted"] < wanted:
        name, after = storm.rng.choices([*PEOPLE], k=2)
        report = storm.screened(PEOPLE[name])
        results["interrupted" if report is None else "right" if report == expected[name] else "wrong"] += 1
        results["right" if screen(PEOPLE[after]).model_dump_json() == expected[after] else "wrong"] += 1
    for number in (signal.SIGALRM, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    results["signals"] = storm.arrived
    return results


def storm_over_threads(wanted: int) -> Counter[str]:
    """Screen in threads that share a rulebook, while exceptions are raised in them from outside, until so many have hit."""
    expected = {name: screen(intake).model_dump_json() for name, intake in PEOPLE.items()}
    results: list[str] = []
    is_screening = [False] * 3

    def work(at: int) -> None:
        while results.count("interrupted") < wanted:
            name = [*PEOPLE][len(results) % len(PEOPLE)]
            try:
                is_screening[at] = True
                report = screen(PEOPLE[name]).model_dump_json()
                is_screening[at] = False
                results.append("right" if report == expected[name] else "wrong")
            except ENDED:
                is_screening[at] = False
                results.append("interrupted")

    def keep_working(at: int) -> None:
        while results.count("interrupted") < wanted:
            with suppress(KeyboardInterrupt):  # one that came between two screenings
                work(at)

    threads = [threading.Thread(target=keep_working, args=[at]) for at in range(len(is_screening))]
    sys.setswitchinterval(0.0005)
    for thread in threads:
        thread.start()
    rng = random.Random(5)
    while any(thread.is_alive() for thread in threads):
        time.sleep(rng.random() * 0.004)
        at = rng.randrange(len(threads))
        if is_screening[at]:
            raise_in(threads[at], KeyboardInterrupt)
    return Counter(results)


def raise_in(thread: threading.Thread, error: type[BaseException]) -> None:
    """Let a thread find this error at its next bytecode."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(error))


def storm_at_the_start(times: int) -> Counter[str]:
    """Hit processes once while they load the shipped rulebook and screen for the first time; then they screen again."""
    begun = time.monotonic()
    expected, _ = first_reports(0)
    took = time.monotonic() - begun
    results = Counter[str]()
    for n in range(times):
        first, second = first_reports(took * (n + 0.5) / times)
        results["interrupted" if first is None else "right" if first == expected else "wrong"] += 1
        took *= 1 if first is None else 0.7  # the machine has less to do than before
        results["right" if second == expected else "wrong"] += 1
    return results


def first_reports(hit_after: float) -> tuple[str | None, str]:
    """Fork a process that makes its first two reports; a signal comes so many seconds later, or none if 0."""
    readable, writable = os.pipe()
    child = os.fork()
    if not child:
        faulthandler.dump_traceback_later(60, exit=True)
        storm = Storm()
        signal.signal(signal.SIGALRM, storm)
        signal.setitimer(signal.ITIMER_REAL, hit_after)
        reports = [storm.screened(PEOPLE["consultation"]), screen(PEOPLE["consultation"]).model_dump_json()]
        with os.fdopen(writable, "w") as out:
            json.dump(reports, out)
        os._exit(0)
    os.close(writable)
    with os.fdopen(readable) as answer:
        first, second = json.load(answer)
    assert os.waitpid(child, 0)[1] == 0
    return first, second


STORMS = {"signals": storm_of_signals, "threads": storm_over_threads, "start": storm_at_the_start}


def survivors(storm: str, much: int) -> Counter[str]:
    """Run a storm in a process of its own, send it signals if it asks for them, and give its counts."""
    command = [sys.executable, "-X", "faulthandler", "-W", "ignore", __file__, storm, str(much)]
    rng = random.Random(3)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        end = time.monotonic() + 60 + much
        if storm == "signals" and child.stdout.readline() == "ready\n":
            while child.poll() is None and time.monotonic() < end:
                child.send_signal(rng.choice((signal.SIGINT, signal.SIGTERM)))
                time.sleep(rng.random() * 0.002)
        try:
            out, errors = child.communicate(timeout=60 + much)
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGABRT)  # so that it says where it hangs
            out, errors = child.communicate()
    assert child.returncode == 0, errors
    print(out)  # noqa: T201 - shown if the test fails, or with `pytest -s`
    return Counter(json.loads(out))


def test_real_signals_as_fast_as_they_come_end_only_the_screenings_they_hit() -> None:
    results = survivors("signals", patience(200))
    assert results["wrong"] == 0
    assert results["interrupted"] == patience(200)
    assert results["right"] >= patience(200)


def test_exceptions_raised_in_threads_end_only_the_screenings_they_hit() -> None:
    results = survivors("threads", patience(50))
    assert results["wrong"] == 0
    assert results["interrupted"] >= patience(50)
    assert results["right"] > 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_process_interrupted_while_it_gets_ready_gets_ready_again() -> None:
    results = survivors("start", patience(2))
    assert results["wrong"] == 0
    assert results["interrupted"] > 0
    assert results["right"] >= patience(2)


if __name__ == "__main__":
    print(json.dumps(STORMS[sys.argv[1]](int(sys.argv[2]))))  # noqa: T201
