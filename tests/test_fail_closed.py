"""If the engine misbehaves there is an error, never a report; and the next patient is screened as if nothing had happened."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mesoscreen import Intake, MesoscreenError, Rulebook, screen, screen_many, screening
from mesoscreen.engine import is_available
from mesoscreen.errors import EngineDisagreement, EngineFailure, IntakeError
from mesoscreen.screening import Screener, screener_of

pytestmark = pytest.mark.skipif(not is_available(), reason="durable-rules cannot be loaded here")
INTAKE = Intake.model_validate(json.loads((Path(__file__).parents[1] / "docs/examples/consultation.json").read_text(encoding="utf-8")))
SCREENER = screener_of(Rulebook.default())


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
