"""Many intakes at a time: in order, in bounded memory, errors in place, in one process or in several."""

from __future__ import annotations

import gc
import os
import pickle
import signal
import subprocess
import sys
from contextlib import closing
from itertools import count, cycle, islice
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import intakes as any_intake

import mesoscreen
from mesoscreen import Intake, MesoscreenError, Report, Rulebook, errors, screen, screen_many
from mesoscreen.batch import crew, many, packing, workers
from mesoscreen.errors import IntakeError, IntakeProblem, NothingToExplain, RulebookError, ScreeningFailure, WorkerLost
from mesoscreen.rulebook import model

if TYPE_CHECKING:
    from collections.abc import Iterator

TREATMENT: dict[str, Any] = {"date": "2026-11-30", "areas": ["face"], "products": [{"name": "gel", "ingredients": ["hyaluronic acid"]}]}
CLEAN: dict[str, Any] = {"patient": {"birth_date": "1986-03-14"}, "allergies": [], "conditions": [], "medications": [], "procedures": [], "treatment": TREATMENT}
RELATIVE = CLEAN | {"medications": [{"name": "Roaccutane", "stopped": "2026-10-01"}], "measurements": [{"name": "systolic blood pressure", "value": 200, "unit": "mm[Hg]"}]}
ABSOLUTE = CLEAN | {"patient": {"age": 12}}
UNASKED = {"treatment": TREATMENT, "conditions": [{"name": "cold sore", "areas": ["lips"], "clearance": {"by": "her doctor", "date": "2026-11"}}]}
UNKNOWN = CLEAN | {"allergies": [{"name": "xylocane"}, {"name": "qwrtzpl"}]}
BROKEN = CLEAN | {"patient": {"age": -1, "birth_date": "Zwrkqvist"}}
GOOD = (CLEAN, RELATIVE, ABSOLUTE, UNASKED, UNKNOWN)
MIXED: tuple[Any, ...] = (CLEAN, dumps(RELATIVE), BROKEN, Intake.model_validate(ABSOLUTE), dumps(UNASKED).encode(), "", "{", UNKNOWN, 5, b"\xff", None)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """Every worker process that is started."""
    processes: list[subprocess.Popen[bytes]] = []

    class Recorded(subprocess.Popen[bytes]):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            processes.append(self)

    monkeypatch.setattr(subprocess, "Popen", Recorded)
    return processes


def ended(processes: list[subprocess.Popen[bytes]]) -> bool:
    return bool(processes) and all(process.returncode is not None for process in processes)


def said(result: Report | MesoscreenError) -> tuple[type, str]:
    """Everything a result says."""
    return type(result), result.model_dump_json() if isinstance(result, Report) else f"{result} {vars(result)}"


def in_a_script(tmp_path: Path, text: str, **options: Any) -> subprocess.Popen[str]:
    """Run a program of its own, whose standard error is open for as long as any process it started lives."""
    file = tmp_path / "script.py"
    file.write_text(text, encoding="utf-8")
    env = os.environ | {"PYTHONPATH": str(Path(mesoscreen.__file__).parents[1])}
    return subprocess.Popen([sys.executable, file], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env, **options)


# In one process


def test_results_come_in_the_order_of_the_intakes_with_errors_in_place(tiny: Rulebook) -> None:
    results = list(screen_many(MIXED, rulebook=tiny))
    assert [type(result) for result in results] == [
        Report, Report, IntakeError, Report, Report, IntakeError, IntakeError, Report, IntakeError, IntakeError, IntakeError,
    ]  # fmt: skip
    assert results[1] == screen(RELATIVE, rulebook=tiny)
    assert results[4] == screen(UNASKED, rulebook=tiny)


def test_an_intake_is_read_when_its_report_is_asked_for_and_not_before(tiny: Rulebook) -> None:
    read = count()
    results = screen_many((RELATIVE for _ in read), rulebook=tiny)
    for number in range(5):
        assert isinstance(next(results), Report)
        assert next(read) == number * 2 + 1


def test_progress_is_told_after_each_result(tiny: Rulebook) -> None:
    told: list[int] = []
    for done, _ in enumerate(screen_many(MIXED, rulebook=tiny, progress=told.append), 1):
        assert told == list(range(1, done + 1))


@pytest.mark.parametrize("workers", [0, -1])
def test_fewer_than_one_worker_is_refused_at_once(workers: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        screen_many([], workers=workers)


def test_the_day_given_is_the_day_of_every_report(tiny: Rulebook) -> None:
    day = screen(CLEAN, rulebook=tiny).stamp.on.replace(year=2027)
    assert [report.stamp.on for report in screen_many([CLEAN, RELATIVE], on=day, rulebook=tiny) if isinstance(report, Report)] == [day, day]


def test_an_error_nobody_foresaw_stays_in_its_place_and_quotes_nothing(tiny: Rulebook, monkeypatch: pytest.MonkeyPatch) -> None:
    def faulty(told: Any, **options: Any) -> Report:
        if told == BROKEN:
            raise KeyError("Zwrkqvist")
        return screen(told, **options)

    monkeypatch.setattr(many, "screen", faulty)
    first, failed, last = screen_many([CLEAN, BROKEN, CLEAN], rulebook=tiny)
    assert isinstance(failed, ScreeningFailure)
    assert "a KeyError" in str(failed)
    assert "Zwrkqvist" not in f"{failed!s} {failed!r} {failed.__cause__!r} {failed.__context__!r}"
    assert first == last == screen(CLEAN, rulebook=tiny)


def test_an_error_that_is_kept_does_not_keep_its_intake(tiny: Rulebook) -> None:
    (result,) = screen_many([BROKEN], rulebook=tiny)
    assert isinstance(result, IntakeError)
    assert (result.__traceback__, result.__cause__, result.__context__) == (None, None, None)


# In several processes


def test_workers_give_the_same_results_in_the_same_order(tiny: Rulebook, started: list[Any]) -> None:
    batch = [*MIXED] * 40
    told: list[int] = []
    alone = list(screen_many(batch, rulebook=tiny))
    results = screen_many(batch, rulebook=tiny, workers=2, progress=told.append)
    together = list(islice(results, 50))
    if os.name == "posix":
        for process in started:  # as a terminal interrupts everything that runs in it; only the program is to decide about it
            process.send_signal(signal.SIGINT)
    together += results
    assert [said(result) for result in together] == [said(result) for result in alone]
    assert [one for one, other in zip(together, alone, strict=True) if isinstance(one, Report) and one != other] == []
    assert told == list(range(1, len(batch) + 1))
    assert len(started) == 2
    assert ended(started)


def test_the_shipped_rulebook_needs_no_sending() -> None:
    alone = list(screen_many(GOOD))
    assert [said(result) for result in screen_many(GOOD, workers=2)] == [said(result) for result in alone]


def test_workers_read_only_a_bounded_number_of_intakes_ahead(tiny: Rulebook, started: list[Any]) -> None:
    read = 0

    def endless() -> Iterator[str]:
        nonlocal read
        for intake in cycle([dumps(intake) for intake in GOOD]):
            read += 1
            yield intake

    ahead = []
    with closing(screen_many(endless(), rulebook=tiny, workers=2)) as results:
        for done, _ in enumerate(islice(results, 1500), 1):
            ahead.append(read - done)
    assert max(ahead) <= workers.AHEAD * workers.CHUNK * 2
    assert max(ahead) > workers.CHUNK
    assert f"at most {workers.AHEAD * workers.CHUNK} intakes per worker" in " ".join(str(screen_many.__doc__).split())
    assert ended(started)


def test_few_intakes_are_shared_out_evenly_and_many_travel_together() -> None:
    sizes = [len(chunk) for chunk in workers._Chunks(range(3000), 8)]
    assert sizes[:8] == [1] * 8
    assert sum(sizes) == 3000
    assert sizes[:-1] == sorted(sizes[:-1])
    assert max(sizes) == workers.CHUNK


@pytest.mark.parametrize("processes", [1, 2])
def test_what_the_intakes_raise_is_raised_after_the_results_before_it(processes: int, tiny: Rulebook, started: list[Any]) -> None:
    def failing() -> Iterator[dict[str, Any]]:
        yield from [CLEAN] * 20
        raise ConnectionError("gone")

    results = screen_many(failing(), rulebook=tiny, workers=processes)
    assert all(isinstance(result, Report) for result in islice(results, 20))
    with pytest.raises(ConnectionError, match="gone"):
        next(results)
    assert next(results, None) is None
    assert processes == 1 or ended(started)


def test_whoever_stops_early_leaves_no_process_behind(tiny: Rulebook, started: list[Any]) -> None:
    for _ in screen_many(cycle(GOOD), rulebook=tiny, workers=2):
        break
    gc.collect()
    assert len(started) == 2
    assert ended(started)


def test_reports_from_workers_explain_themselves_as_others_do(tiny: Rulebook) -> None:
    changing = dict(RELATIVE)
    alone = screen(RELATIVE, rulebook=tiny)
    report, changed = screen_many([RELATIVE, changing], rulebook=tiny, workers=2)
    assert isinstance(report, Report)
    assert isinstance(changed, Report)
    assert [report.explain(rule) for rule in tiny.rules] == [alone.explain(rule) for rule in tiny.rules]
    with pytest.raises(errors.UnknownRule):
        report.explain("no-such-rule")
    spoilt: list[Any] = [[], 5]
    for changing["medications"] in spoilt:
        with pytest.raises(NothingToExplain):
            changed.explain("minor")
    with pytest.raises(NothingToExplain):
        pickle.loads(pickle.dumps(report)).explain("minor")  # noqa: S301 - our own bytes


class Deadly(dict[str, Any]):
    """A mapping that ends the process that reads it, as a crash would."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os._exit, (3,)


class Unsendable(dict[str, Any]):
    """A mapping that cannot be pickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("not to be pickled")


class Unreadable(dict[str, Any]):
    """A mapping that cannot be unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return int, ("not a number",)


class Talkative(dict[str, Any]):
    """A mapping that becomes nothing where it is unpickled, and prints something there."""

    def __reduce__(self) -> tuple[Any, ...]:
        return print, ("a word that belongs on standard error",)


def test_an_intake_that_ends_a_worker_costs_nobody_else_a_report(tiny: Rulebook, started: list[Any]) -> None:
    batch = [dict(intake) for intake, _ in zip(cycle(GOOD), range(40), strict=False)]
    batch[30] = Deadly(CLEAN)
    results = list(screen_many(batch, rulebook=tiny, workers=2))
    assert [number for number, result in enumerate(results) if isinstance(result, WorkerLost)] == [30]
    assert "exit status 3" in str(results[30])
    assert [said(result) for result in results if isinstance(result, Report)] == [
        said(screen(intake, rulebook=tiny)) for intake in batch if not isinstance(intake, Deadly)
    ]
    assert ended(started)


def test_intakes_of_a_worker_that_is_killed_are_screened_by_another(tiny: Rulebook, started: list[Any]) -> None:
    batch = [dumps(intake) for intake, _ in zip(cycle(GOOD), range(600), strict=False)]
    results = screen_many(batch, rulebook=tiny, workers=2)
    got = list(islice(results, 200))
    started[0].kill()
    got += list(islice(results, 100))
    started[1].kill()
    got += results
    assert [said(result) for result in got] == [said(result) for result in screen_many(batch, rulebook=tiny)]
    assert len(started) == 4
    assert ended(started)


def test_a_worker_that_cannot_start_ends_the_batch_with_an_error(
    tiny: Rulebook, started: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew, "START", "raise SystemExit(7)")
    with pytest.raises(WorkerLost, match="exit status 7 before it could start"):
        list(screen_many(GOOD, rulebook=tiny, workers=2))
    assert ended(started)


def test_a_worker_that_finds_another_rulebook_ends_the_batch_with_an_error(started: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    book = Rulebook.default()
    monkeypatch.setattr(Rulebook, "__reduce__", lambda _: (model._same_default, ("another digest",)))
    with pytest.raises(RulebookError, match="differs"):
        list(screen_many(GOOD, rulebook=book, workers=2))
    assert ended(started)


def test_a_frozen_program_has_no_workers(tiny: Rulebook, started: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    with pytest.raises(WorkerLost, match="use one worker"):
        next(screen_many(GOOD, rulebook=tiny, workers=2))
    assert started == []


def test_what_cannot_travel_is_screened_here(tiny: Rulebook) -> None:
    odd = [CLEAN, Unsendable(RELATIVE), Unreadable(ABSOLUTE), CLEAN]
    *results, last = screen_many([*odd, Talkative(CLEAN)], rulebook=tiny, workers=2)
    assert [said(result) for result in results] == [said(screen(intake, rulebook=tiny)) for intake in odd]
    assert isinstance(last, IntakeError)  # and what it printed in the worker is not among the results


@pytest.mark.skipif(os.name != "posix", reason="signals and process groups of POSIX")
@pytest.mark.parametrize(("end", "workers_are"), [("interrupt", "busy"), ("kill", "busy"), ("kill", "idle")])
def test_no_worker_outlives_a_program_that_is_interrupted_or_killed(end: str, workers_are: str, tmp_path: Path, tiny_folder: Path) -> None:
    script = f"""
import time
from itertools import count
from mesoscreen import Rulebook, screen_many

def intakes():
    for number in count():
        if number == 203:  # some are given back, and no worker has anything left
            print("screening", flush=True)
            time.sleep({0 if workers_are == "busy" else 60})
        yield "{{}}"

for report in screen_many(intakes(), rulebook=Rulebook.load({str(tiny_folder)!r}), workers=2):
    pass
"""
    with in_a_script(tmp_path, script, start_new_session=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "screening\n"
        if end == "interrupt":
            os.killpg(process.pid, signal.SIGINT)  # as a terminal does, to the workers too
        else:
            process.kill()
        _, told = process.communicate(timeout=30)  # not before every worker has closed its standard error
    assert process.returncode == -(signal.SIGINT if end == "interrupt" else signal.SIGKILL)
    assert told.count("Traceback") == (end == "interrupt")


@pytest.mark.skipif(os.name != "posix", reason="start methods of POSIX")
def test_workers_start_from_any_kind_of_process_and_without_a_guard(tmp_path: Path, tiny_folder: Path) -> None:
    script = f"""
import multiprocessing, sys, threading
from mesoscreen import Rulebook, screen_many

def outcomes():
    book = Rulebook.load({str(tiny_folder)!r})
    return [report.outcome.value for report in screen_many(["{{}}"] * 3, rulebook=book, workers=2)]

if __name__ == "__main__":
    list(screen_many(["{{}}"]))  # the engine is in use when others are forked
    for method in ("fork", "spawn", "forkserver"):
        with multiprocessing.get_context(method).Pool(1) as pool:  # whose processes are daemons, which may have no children
            print(method, *pool.apply(outcomes))
else:
    assert __name__ == "__mp_main__"  # a worker of ours never reads the script
"""
    with in_a_script(tmp_path, script) as process:
        told, problems = process.communicate(timeout=60)
    assert problems == ""
    assert told.split() == [word for method in ("fork", "spawn", "forkserver") for word in (method, *["incomplete"] * 3)]


# What travels


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(any_intake, min_size=1, max_size=4), st.sampled_from([packing.MOST_PARTS, 0, 20]))
def test_unpacking_undoes_packing(intakes: list[Any], most: int) -> None:
    packer, unpacker = packing.Packer(), packing.Unpacker()
    results = list(screen_many(intakes))
    with pytest.MonkeyPatch.context() as limited:
        limited.setattr(packing, "MOST_PARTS", most)
        for _ in range(2):
            again = list(unpacker(pickle.loads(pickle.dumps(packer(results)))))  # noqa: S301 - our own bytes
            assert [said(result) for result in again] == [said(result) for result in results]
            assert [one for one, other in zip(again, results, strict=True) if isinstance(one, Report) and one != other] == []


def test_a_finding_worded_for_one_patient_is_not_taken_for_that_of_another(tiny: Rulebook) -> None:
    from dataclasses import replace  # noqa: PLC0415

    report = screen(ABSOLUTE, rulebook=tiny)
    other = replace(report, findings=tuple(replace(finding, action="something else") for finding in report.findings))
    waiting = replace(report, findings=tuple(replace(finding, evidence=(), defer_until=report.stamp.on) for finding in report.findings))
    reports = [report, other, waiting, report]
    assert list(packing.Unpacker()(packing.Packer()(reports))) == reports


def test_a_worker_remembers_a_bounded_number_of_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "MOST_PARTS", 5)
    packer = packing.Packer()
    assert [len(packer(list(screen_many(GOOD)))[0]) for _ in range(2)] == [5, 0]


def every_error(base: type[MesoscreenError] = MesoscreenError) -> list[type[MesoscreenError]]:
    return [base, *(one for child in base.__subclasses__() if child.__module__ == errors.__name__ for one in every_error(child))]


EXAMPLES: dict[type[MesoscreenError], tuple[Any, ...]] = {
    IntakeError: ((IntakeProblem("/patient", "unknown-key", "a key"), IntakeProblem("", "not-json", "text")),),
    RulebookError: ((errors.RulebookProblem("cycle", "round", errors.Location("a.yaml", 1, 2)),),),
    errors.EngineFailure: ("code 3",),
    errors.EngineDisagreement: (("minor",),),
    errors.UnknownRule: ("mino", ("minor",)),
    errors.UnknownLanguage: ("fe", ("en", "fr")),
    ScreeningFailure: ("a KeyError",),
    WorkerLost: ("signal 9",),
}


@pytest.mark.parametrize("kind", every_error(), ids=lambda kind: kind.__name__)
def test_every_error_travels_between_processes_and_stands_on_the_page_of_errors(kind: type[MesoscreenError]) -> None:
    error = kind(*EXAMPLES.get(kind, ()))
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert (type(again), str(again), vars(again)) == (kind, str(error), vars(error))
    page = Path(__file__).parents[1] / "docs/reference/errors.md"
    assert f"| `{kind.__name__}` | `{kind.code}` |" in page.read_text(encoding="utf-8") or kind is MesoscreenError


def test_a_rulebook_travels_without_what_was_compiled_of_it(tiny: Rulebook) -> None:
    screen(RELATIVE, rulebook=tiny)
    again = pickle.loads(pickle.dumps(tiny))  # noqa: S301 - our own bytes
    assert set(vars(again)) < set(vars(tiny))
    assert (again.rules, again.sha256, again.canonical) == (tiny.rules, tiny.sha256, tiny.canonical)
    for intake in GOOD:
        assert screen(intake, rulebook=again) == screen(intake, rulebook=tiny)


def test_the_shipped_rulebook_travels_by_name() -> None:
    book = Rulebook.default()
    written = pickle.dumps(book)
    assert len(written) < 200
    assert pickle.loads(written) is book  # noqa: S301 - our own bytes
