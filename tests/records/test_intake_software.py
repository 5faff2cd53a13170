"""The example of intake software answers every form with a report or with what is wrong and where, never with half of it."""

from __future__ import annotations

import asyncio
import importlib
import json
import subprocess
import sys
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from mesoscreen import Report, screen
from mesoscreen.errors import EngineDisagreement, EngineFailure
from mesoscreen.intake import MAX_DOCUMENT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import ModuleType

DAY = date(2026, 11, 27)


@pytest.fixture(scope="session")
def desk(examples: Path) -> ModuleType:
    assert examples.is_dir()
    return importlib.import_module("intake_software.desk")


@pytest.fixture
def form(examples: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((examples / "intake_software" / "form.json").read_text(encoding="utf-8"))
    return loaded


@pytest.fixture
def saving(store_module: ModuleType, store: Any) -> Any:
    return partial(store_module.save, store)


@pytest.fixture
def post(desk: ModuleType, saving: Any) -> Callable[..., list[httpx.Response]]:
    """Post forms at the same time to the application, without a socket."""
    assert desk
    app = importlib.import_module("intake_software.app").make_app(saving, lambda: DAY)

    async def posting(bodies: tuple[bytes, ...]) -> list[httpx.Response]:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
            return await asyncio.gather(*(client.post("/forms", content=body) for body in bodies))

    def posted(*forms: Any) -> list[httpx.Response]:
        return asyncio.run(posting(tuple(one if isinstance(one, bytes) else json.dumps(one).encode() for one in forms)))

    return posted


def as_intake(form: dict[str, Any]) -> dict[str, Any]:
    return {
        "patient": form["person"],
        "allergies": form["allergies"],
        "conditions": form["illnesses"],
        "medications": form["medicines"],
        "procedures": form["earlierTreatments"],
        "treatment": form["plan"],
    }


def errors(answer: httpx.Response) -> list[tuple[str, str]]:
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json().keys() == {"title", "status", "errors"}
    assert answer.json()["status"] == answer.status_code
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


def test_a_form_comes_back_as_the_report_of_its_intake(post: Any, form: dict[str, Any], store_module: ModuleType, store: Any) -> None:
    (answer,) = post(form)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    report = Report.model_validate_json(json.dumps(answer.json()["report"]))
    assert report == screen(as_intake(form))
    record = store_module.read(store, answer.json()["record"])
    assert (record.patient, record.report, record.recorded, record.status) == ("P-1041", report, DAY, "open")


def test_a_form_that_is_posted_twice_opens_one_record(post: Any, form: dict[str, Any], store_module: ModuleType, store: Any) -> None:
    spaced = json.dumps(dict(reversed(form.items())), indent=4).encode()
    answers = post(form, form, spaced, form, spaced)
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert [record.digest for record in store_module.history(store, "P-1041")] == [answers[0].json()["record"]]


def test_a_form_that_is_posted_after_the_review_leaves_the_review_alone(
    post: Any, form: dict[str, Any], store_module: ModuleType, store: Any
) -> None:
    (answer,) = post(form)
    first = store_module.read(store, answer.json()["record"])
    review = first.amended(recorded=DAY, note="called the patient")
    store_module.save(store, review)
    assert post(form)[0].content == answer.content
    assert store_module.history(store, "P-1041") == [first, review]


def test_another_answer_or_another_patient_is_another_record(post: Any, form: dict[str, Any]) -> None:
    answers = post(form, {**form, "medicines": []}, {**form, "patientNumber": "P-2"})
    assert len({answer.json()["record"] for answer in answers}) == 3


def test_a_field_that_is_left_out_was_not_asked(post: Any, form: dict[str, Any]) -> None:
    del form["medicines"]
    report = post(form)[0].json()["report"]
    assert "/medications" in [question["path"] for question in report["unanswered"]]


def test_every_field_of_the_form_reaches_the_intake(desk: ModuleType) -> None:
    from mesoscreen import Intake  # noqa: PLC0415

    assert sorted(desk.FIELDS.values()) == sorted(Intake.model_fields)
    assert all(desk.in_form(f"/{key}/0/name") == f"/{field}/0/name" for field, key in desk.FIELDS.items())


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"medicines": [{"name": "Roaccutane", "stopped": "2026-13"}]}, [("/medicines/0/stopped", "impossible-date")]),
        ({"illnesses": {"present": [{"name": "lupus", "status": "bad"}]}}, [("/illnesses/present/0/status", "not-an-option")]),
        ({"person": {"age": -1}, "medicines": [{}]}, [("/person/age", "out-of-range"), ("/medicines/0", "no-name")]),
        ({"earlierTreatments": [{"name": "peel", "date": "2031-01-01"}]}, [("/earlierTreatments/0/date", "future-date")]),
        ({"plan": {"date": "Secret-4711"}}, [("/plan/date", "impossible-date")]),
        ({"Secret-4711": "x"}, [("", "unknown-key")]),
        ({"medications": []}, [("", "unknown-key")]),
        ({"patientNumber": None}, [("/patientNumber", "wrong-type")]),
        ({"patientNumber": " "}, [("/patientNumber", "empty-text")]),
    ],
)
def test_what_is_wrong_comes_back_with_its_place_in_the_form(
    post: Any, form: dict[str, Any], store_module: ModuleType, store: Any, change: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    (answer,) = post({**form, **change})
    assert answer.status_code == 422
    assert errors(answer) == expected
    assert "Secret-4711" not in answer.text
    assert store_module.find(store) == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "not-json"),
        (b"\xff", "not-json"),
        (b"[]", "wrong-type"),
        (b'{"patientNumber": "\\ud800"}', "wrong-type"),
        (b'{"plan": {}, "plan": {}}', "repeated-key"),
        (b'{"readings": [{"name": "weight", "value": NaN, "unit": "kg"}]}', "not-finite"),
        (b"[" * 100_000, "too-deep"),
        (b" " * (MAX_DOCUMENT + 1), "too-large"),
    ],
)
def test_what_is_not_a_form_is_refused(post: Any, body: bytes, code: str) -> None:
    (answer,) = post(body)
    assert (answer.status_code, [found for _, found in errors(answer)]) == (422, [code])


@pytest.mark.parametrize("fault", [EngineFailure("it stopped"), EngineDisagreement(("pregnancy",))])
def test_without_a_report_there_is_no_answer_that_looks_like_one(
    post: Any, desk: ModuleType, form: dict[str, Any], store_module: ModuleType, store: Any, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise fault

    monkeypatch.setattr(desk, "screen", broken)
    (answer,) = post(form)
    assert answer.status_code == 503
    assert errors(answer) == [("", getattr(fault, "code", None))]
    assert "pregnancy" not in answer.text
    assert store_module.find(store) == []


def test_a_report_that_could_not_be_recorded_is_not_handed_out(post: Any, form: dict[str, Any], store: Any) -> None:
    from sqlalchemy import text  # noqa: PLC0415

    with store.begin() as connection:
        connection.execute(text("CREATE TRIGGER full BEFORE INSERT ON screening_record BEGIN SELECT RAISE(ABORT, 'disk full'); END"))
    (answer,) = post(form)
    assert answer.status_code == 500
    assert answer.text == "Internal Server Error"


def test_the_event_loop_goes_on_while_a_form_is_screened(desk: ModuleType, form: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    import threading  # noqa: PLC0415

    app = importlib.import_module("intake_software.app")
    begun, go_on = threading.Event(), threading.Event()

    def slow(*_: object) -> Any:
        begun.set()
        assert go_on.wait(30)
        return desk.Answer(200, {"report": {}, "record": ""})

    monkeypatch.setattr(app, "submit", slow)
    ready = app.make_app(lambda record: record.digest, lambda: DAY)

    async def both() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(ready), base_url="http://desk") as client:
            waiting = asyncio.create_task(client.post("/forms", json=form))
            assert await asyncio.to_thread(begun.wait, 30)
            go_on.set()  # only a loop that is not blocked comes here
            return await waiting

    assert asyncio.run(both()).status_code == 200


def test_the_command_of_the_readme_runs(examples: Path) -> None:
    folder = examples / "intake_software"
    shown = subprocess.run([sys.executable, folder / "desk.py", folder / "form.json"], capture_output=True, text=True, check=True)
    assert json.loads(shown.stdout)["report"]["outcome"] == "contraindicated"
    wrong = subprocess.run([sys.executable, folder / "desk.py", examples / "healthy.json"], capture_output=True, text=True, check=False)
    assert (wrong.returncode, json.loads(wrong.stdout)["status"]) == (1, 422)


def test_the_application_of_the_readme_starts(examples: Path, form: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert examples.is_dir()
    monkeypatch.chdir(tmp_path)
    module = importlib.import_module("intake_software.app")
    opened = module.open_store("sqlite:///records.db")
    monkeypatch.setattr(module, "open_store", {"sqlite:///records.db": opened}.__getitem__)
    ready = module.app()

    async def posting() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(ready), base_url="http://desk") as client:
            return await client.post("/forms", json=form)

    assert asyncio.run(posting()).status_code == 200
    opened.dispose()
    assert (tmp_path / "records.db").exists()
