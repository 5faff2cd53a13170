"""The example store appends, gives back what was saved, and notices what was not."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from strategies import intakes

from mesoscreen import MesoscreenError, screen
from mesoscreen.records import Choice, Decision, OverrideReason, Reviewer, ScreeningRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import ModuleType

    from mesoscreen import Report

DAY = date(2026, 11, 27)


def opened(report: Report, patient: str = "P-1041", day: date = DAY) -> ScreeningRecord:
    return ScreeningRecord(patient=patient, report=report, recorded=day)


def overridden(record: ScreeningRecord, reason: OverrideReason = OverrideReason.CLEARANCE_OBTAINED, note: str = "letter of 2026-11-26") -> ScreeningRecord:
    present = [finding for finding in record.report.findings if finding.status == "present"]
    decisions = [Decision(rule=finding.rule, choice=Choice.PROCEED, reason=reason, note=note) for finding in present]
    reviewer = Reviewer(staff="S-07", role="physician")
    return record.amended(recorded=DAY, status="reviewed", reviewer=reviewer, decision=Choice.PROCEED, note=note, decisions=decisions)


def rows(store: Any) -> int:
    with store.connect() as connection:
        return int(connection.scalar(text("SELECT count(*) FROM screening_record")))


@pytest.fixture
def refused(store_module: ModuleType) -> Callable[[Callable[[], object]], str]:
    """What a refusal says."""

    def refusing(act: Callable[[], object]) -> str:
        with pytest.raises(store_module.StoreError) as caught:
            act()
        assert isinstance(caught.value, MesoscreenError)
        return str(caught.value)

    return refusing


@pytest.fixture
def as_intruder(store: Any) -> Iterator[sqlite3.Connection]:
    """The file of the store in the hands of somebody who knows SQL and takes the triggers away."""
    connection = sqlite3.connect(store.url.database)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    with connection:
        yield connection
    connection.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(data=intakes)
def test_what_is_read_back_equals_what_was_saved(store_module: ModuleType, store: Any, data: dict[str, Any]) -> None:
    record = opened(screen(data))
    later = overridden(record)
    for one in (record, later):
        assert store_module.read(store, store_module.save(store, one)) == one


def test_saving_again_adds_nothing(store_module: ModuleType, store: Any, consultation: Report) -> None:
    record = opened(consultation)
    later = overridden(record)
    digests = [store_module.save(store, one) for one in (record, record, later, later, record)]
    assert digests == [record.digest, record.digest, later.digest, later.digest, record.digest]
    assert rows(store) == 2


def test_a_screening_that_is_opened_again_on_another_day_stays_one_record(store_module: ModuleType, store: Any, healthy: Report) -> None:
    first = store_module.save(store, opened(healthy))
    assert store_module.save(store, opened(healthy, day=date(2026, 11, 28))) == first
    assert store_module.save(store, opened(healthy, patient="P-2")) != first
    assert rows(store) == 2


def test_a_first_record_that_says_more_than_the_one_there_is_not_swallowed(
    store_module: ModuleType, store: Any, healthy: Report, refused: Callable[[Callable[[], object]], str]
) -> None:
    store_module.save(store, opened(healthy))
    more = ScreeningRecord(patient="P-1041", report=healthy, recorded=DAY, note="asked again")
    assert "amend the latest" in refused(lambda: store_module.save(store, more))
    assert rows(store) == 1


def test_amendments_append_and_the_history_tells_them_in_order(store_module: ModuleType, store: Any, consultation: Report) -> None:
    record = opened(consultation)
    chain = [record, overridden(record)]
    chain.append(chain[-1].amended(recorded=DAY, note="corrected"))
    for one in (*chain, opened(consultation, patient="P-2")):
        store_module.save(store, one)
    assert store_module.history(store, "P-1041") == chain
    assert store_module.history(store, "nobody") == []


def test_of_two_amendments_of_one_record_the_second_is_refused(
    store_module: ModuleType, store: Any, consultation: Report, refused: Callable[[Callable[[], object]], str]
) -> None:
    record = opened(consultation)
    mine, theirs = (record.amended(recorded=DAY, note=note) for note in ("mine", "theirs"))
    store_module.save(store, record)
    store_module.save(store, mine)
    assert "amended this record since" in refused(lambda: store_module.save(store, theirs))
    assert store_module.history(store, "P-1041") == [record, mine]


def test_an_amendment_of_what_is_not_there_is_refused(
    store_module: ModuleType, store: Any, healthy: Report, refused: Callable[[Callable[[], object]], str]
) -> None:
    stray = opened(healthy).amended(recorded=DAY)
    assert "save that one first" in refused(lambda: store_module.save(store, stray))
    other = store_module.save(store, opened(healthy, patient="P-2"))
    crossed = ScreeningRecord(patient="P-1041", report=healthy, recorded=DAY, supersedes=other)
    assert "of this patient" in refused(lambda: store_module.save(store, crossed))
    assert "no record has this digest" in refused(lambda: store_module.read(store, stray.digest))
    assert rows(store) == 1


@pytest.mark.parametrize("kind", ["the same", "the same on other days", "amendments"])
def test_of_sessions_that_save_at_the_same_time_one_adds_a_record(
    store_module: ModuleType, store: Any, consultation: Report, kind: str
) -> None:
    first = opened(consultation)
    if kind == "amendments":
        store_module.save(store, first)
        records = [first.amended(recorded=DAY, note=f"person {n}") for n in range(6)]
    else:
        records = [opened(consultation, day=date(2026, 11, 20 + n if kind != "the same" else 20)) for n in range(6)]
    stores = [store_module.open_store(str(store.url)) for _ in records]
    together = Barrier(len(records))

    def act(one: Any, record: ScreeningRecord) -> str:
        together.wait()
        try:
            return str(store_module.save(one, record))
        except store_module.StoreError:
            return "refused"

    with ThreadPoolExecutor(len(records)) as pool:
        digests = list(pool.map(act, stores, records))
    for one in stores:
        one.dispose()
    saved = set(digests) - {"refused"}
    assert len(saved) == 1
    assert digests.count("refused") == (len(records) - 1 if kind == "amendments" else 0)
    assert store_module.history(store, "P-1041")[-1].digest in saved
    assert rows(store) == (2 if kind == "amendments" else 1)


def test_records_are_found_by_rule_choice_and_reason_of_one_decision(store_module: ModuleType, store: Any, consultation: Report) -> None:
    find = store_module.find
    record = opened(consultation)
    whole = overridden(record)
    for one in (record, whole):
        store_module.save(store, one)
    rule = whole.decisions[0].rule
    assert find(store) == find(store, rule=rule) == find(store, choice=Choice.PROCEED) == [whole]
    assert find(store, rule=rule, choice=Choice.PROCEED, reason=OverrideReason.CLEARANCE_OBTAINED) == [whole]
    assert find(store, amended=True) == [record, whole]
    assert find(store, rule=rule, choice=Choice.DEFER) == find(store, reason=OverrideReason.RECORDED_IN_ERROR) == find(store, rule="x") == []
    mixed = (Decision(rule=rule, choice=Choice.DEFER), *whole.decisions[1:])
    changed = whole.amended(recorded=DAY, status="open", decision=Choice.DEFER, decisions=mixed)
    store_module.save(store, changed)
    assert find(store, rule=rule, choice=Choice.PROCEED) == []
    assert find(store, rule=rule, choice=Choice.PROCEED, amended=True) == [whole]
    assert find(store, rule=rule, choice=Choice.DEFER) == find(store, choice=Choice.PROCEED) == [changed]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE screening_record SET text = ''",
        "UPDATE screening_decision SET choice = 'defer'",
        "DELETE FROM screening_record",
        "DELETE FROM screening_decision",
    ],
)
def test_rows_cannot_be_updated_or_deleted(store_module: ModuleType, store: Any, consultation: Report, change: str) -> None:
    record = opened(consultation)
    store_module.save(store, record)
    store_module.save(store, overridden(record))
    with pytest.raises(IntegrityError, match="never changed"), store.begin() as connection:
        connection.execute(text(change))
    assert len(store_module.history(store, "P-1041")) == 2


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE screening_record SET text = replace(text, 'absolute', 'relative')",
        "UPDATE screening_record SET text = text || ' '",
        "UPDATE screening_record SET text = '{}'",
        "UPDATE screening_record SET patient = 'P-2'",
        "UPDATE screening_record SET supersedes = digest",
        "UPDATE screening_decision SET choice = 'defer'",
        "UPDATE screening_decision SET reason = 'recorded-in-error' WHERE rowid = 1",
        "DELETE FROM screening_decision WHERE rowid = 1",
        "INSERT INTO screening_decision SELECT digest, 'invented', 'proceed', NULL FROM screening_record",
    ],
)
def test_a_row_that_was_tampered_with_is_noticed(
    store_module: ModuleType,
    store: Any,
    consultation: Report,
    as_intruder: sqlite3.Connection,
    refused: Callable[[Callable[[], object]], str],
    change: str,
) -> None:
    record = opened(consultation)
    digest = [store_module.save(store, one) for one in (record, overridden(record))][-1]
    # A digest of its own for the other row would let its column be `supersedes`, which is unique.
    as_intruder.execute("DELETE FROM screening_record WHERE digest != ?", [digest])
    as_intruder.execute(change)
    as_intruder.commit()
    for act in (lambda: store_module.read(store, digest), lambda: store_module.find(store, amended=True)):
        said = refused(act)
        assert "is not what was saved" in said
        assert "P-1041" not in said


def test_errors_of_the_database_show_nothing_of_the_patient(
    store_module: ModuleType, store: Any, consultation: Report, as_intruder: sqlite3.Connection
) -> None:
    as_intruder.execute("CREATE TRIGGER full BEFORE INSERT ON screening_record BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    as_intruder.commit()
    with pytest.raises(IntegrityError, match="disk full") as caught:
        store_module.save(store, opened(consultation, patient="Secret-4711"))
    assert "Secret-4711" not in str(caught.value)
    assert "isotretinoin" not in str(caught.value)


def test_the_command_of_the_readme_runs(examples: Path) -> None:
    shown = subprocess.run([sys.executable, examples / "records" / "try_it.py"], capture_output=True, text=True, check=True)
    assert shown.stderr == ""
    assert [line.split()[0] for line in shown.stdout.splitlines()] == ["opened", "reviewed", "amended", "history", "overrode"]
    assert "[None, 'defer', 'proceed']" in shown.stdout
