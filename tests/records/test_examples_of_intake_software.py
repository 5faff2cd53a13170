"""The examples for intake software, run for real: the desk, its web server, and the store of records."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from mesoscreen import Report, screen
from mesoscreen.errors import EngineFailure
from mesoscreen.records import Choice, Decision, OverrideReason, Reviewer, ScreeningRecord

EXAMPLES = Path(__file__).parents[2] / "docs/examples"
if TYPE_CHECKING:
    from collections.abc import Iterator

DAY = date(2026, 11, 28)
FORM = (EXAMPLES / "intake_software/form.json").read_bytes()
REPORT = screen({"medications": [{"name": "Roaccutane"}], "treatment": {"date": "2026-11-30"}})


@pytest.fixture
def examples(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The examples as modules, and none of them left behind."""
    import importlib  # noqa: PLC0415

    monkeypatch.syspath_prepend(str(EXAMPLES))
    known = set(sys.modules)
    yield importlib.import_module
    for name in set(sys.modules) - known:
        if name.startswith(("records.", "intake_software")) or name == "records":
            del sys.modules[name]


def opened(**more: Any) -> ScreeningRecord:
    return ScreeningRecord(**{"patient": "P-1", "report": REPORT, "recorded": DAY, **more})


def test_a_form_is_screened_recorded_and_posted_twice_recorded_once(examples: Any, tmp_path: Path) -> None:
    desk, store = examples("intake_software.desk"), examples("records.store")
    kept = store.open_store(f"sqlite:///{tmp_path / 'records.db'}")
    first, again = (desk.submit(FORM, partial(store.save, kept), DAY) for _ in range(2))
    assert first.status == 200
    assert again == first
    patient = json.loads(FORM)["patientNumber"]
    assert [one.digest for one in store.history(kept, patient)] == [first.body["record"]]
    assert store.read(kept, first.body["record"]).report.model_dump() == first.body["report"]


def test_what_is_wrong_with_a_form_is_told_at_its_own_field(examples: Any) -> None:
    desk = examples("intake_software.desk")
    form = {**json.loads(FORM), "illnesses": [{"name": "flu", "onset": "2026-13"}], "patientNumber": "P-1"}
    answer = desk.submit(json.dumps(form).encode(), lambda _: pytest.fail("nothing may be saved"), DAY)
    assert answer.status == 422
    assert [(one["pointer"], one["code"]) for one in answer.body["errors"]] == [("/illnesses/0/onset", "impossible-date")]
    for broken in (b"{", b"[]", b'{"surname": "Smith"}', b'{"medicines": [], "medicines": null}'):
        refused = desk.submit(broken, lambda _: pytest.fail("nothing may be saved"), DAY)
        assert refused.status == 422
        assert "Smith" not in json.dumps(refused.body)


def test_when_the_engine_fails_there_is_no_report_and_no_record(examples: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = examples("intake_software.desk")

    def failing(*_: Any, **__: Any) -> Report:
        raise EngineFailure("sentinel lost")

    monkeypatch.setattr(desk, "screen", failing)
    answer = desk.submit(FORM, lambda _: pytest.fail("nothing may be saved"), DAY)
    assert answer.status == 503
    assert "report" not in answer.body


def test_many_forms_at_once_over_http_each_get_their_own_report(examples: Any) -> None:
    app = examples("intake_software.app")
    saved: list[ScreeningRecord] = []

    def save(record: ScreeningRecord) -> str:
        saved.append(record)
        return record.digest

    async def post_all() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=app.make_app(save, lambda: DAY))
        async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
            forms = [{"medicines": [{"name": name}], "plan": {"date": "2026-11-30"}, "patientNumber": name} for name in ("Eliquis", "Roaccutane") * 8]
            return await asyncio.gather(*(client.post("/forms", json=form) for form in forms), client.post("/forms", content=b"{"))

    *answers, broken = asyncio.run(post_all())
    assert broken.status_code == 422
    assert {answer.status_code for answer in answers} == {200}
    for number, answer in enumerate(answers):
        present = {f["rule"] for f in answer.json()["report"]["findings"] if f["status"] == "present"}
        assert ("isotretinoin-systemic" in present) == (number % 2 == 1)
        assert ("anticoagulant-proceed-not-stop" in present) == (number % 2 == 0)
        assert answer.headers["cache-control"] == "no-store"
    assert len(saved) == 16


def test_what_is_read_back_is_what_was_saved_and_can_be_found(examples: Any, tmp_path: Path) -> None:
    store = examples("records.store")
    kept = store.open_store(f"sqlite:///{tmp_path / 'records.db'}")
    first = opened()
    present = [f.rule for f in REPORT.findings if f.status == "present"]
    decided = tuple(Decision(rule=rule, choice=Choice.PROCEED, reason=OverrideReason.CLEARANCE_OBTAINED, note="letter") for rule in present)
    second = first.amended(
        recorded=DAY, status="reviewed", reviewer=Reviewer(staff="S-1", role="nurse"), decision=Choice.PROCEED, note="asked", decisions=decided
    )
    assert [store.save(kept, one) for one in (first, second, second)] == [first.digest, second.digest, second.digest]
    assert store.history(kept, "P-1") == [first, second]
    assert store.find(kept, reason=OverrideReason.CLEARANCE_OBTAINED) == [second]
    assert store.find(kept, rule=present[0], choice=Choice.DECLINE) == []
    assert store.find(kept) == [second]
    assert store.find(kept, amended=True) == [first, second]


def test_a_record_is_amended_once_and_never_overwritten(examples: Any, tmp_path: Path) -> None:
    store = examples("records.store")
    path = tmp_path / "records.db"
    kept = store.open_store(f"sqlite:///{path}")
    first = opened()
    store.save(kept, first)
    store.save(kept, first.amended(recorded=DAY, note="one"))
    with pytest.raises(store.StoreError, match="amended this record since"):
        store.save(kept, first.amended(recorded=DAY, note="two"))
    with sqlite3.connect(path) as raw, pytest.raises(sqlite3.IntegrityError, match="appended, never changed"):
        raw.execute("UPDATE screening_record SET patient = 'P-2'")
    raw.close()


def test_a_row_somebody_changed_in_the_file_is_noticed(examples: Any, tmp_path: Path) -> None:
    store = examples("records.store")
    path = tmp_path / "records.db"
    kept = store.open_store(f"sqlite:///{path}")
    digest = store.save(kept, opened())
    with sqlite3.connect(path) as raw:
        raw.execute("DROP TRIGGER no_UPDATE_of_screening_record")
        raw.execute("UPDATE screening_record SET text = replace(text, 'relative', 'precaution')")
    raw.close()
    with pytest.raises(store.StoreError, match="somebody changed it"):
        store.read(kept, digest)
    with pytest.raises(store.StoreError, match="no record"):
        store.read(kept, "0" * 64)


def test_two_sessions_that_save_the_same_record_leave_one(examples: Any, tmp_path: Path) -> None:
    store = examples("records.store")
    kept = store.open_store(f"sqlite:///{tmp_path / 'records.db'}")
    with ThreadPoolExecutor(2) as pool:
        digests = set(pool.map(lambda _: store.save(kept, opened()), range(8)))
    assert digests == {opened().digest}
    assert len(store.history(kept, "P-1")) == 1


@pytest.mark.parametrize("command", [["records/try_it.py"], ["intake_software/desk.py", "intake_software/form.json"]])
def test_the_commands_of_the_readmes_run(command: list[str]) -> None:
    ran = subprocess.run([sys.executable, *(str(EXAMPLES / part) for part in command)], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout
