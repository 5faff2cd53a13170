"""What the tests of hazards may ask for: our engine over the watched extension."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from engine.hazards.witness import Witness
from engine.models import ANSWERS, patient, verdicts

from mesoscreen import Intake
from mesoscreen.engine import Engine, ruleset
from mesoscreen.screening import Screener

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mesoscreen import Report, Rulebook
    from mesoscreen.rulebook.formula import Formula

    Decides = Callable[..., None]
    Screens = Callable[..., Report]


@pytest.fixture
def witness(monkeypatch: pytest.MonkeyPatch) -> Iterator[Witness]:
    """Have engines made over the watched extension, which in the end must have had nothing to refuse."""
    watched = Witness(ruleset.library())
    monkeypatch.setattr(ruleset, "library", lambda: watched)
    yield watched
    assert watched.refused == []


@pytest.fixture
def decides_rightly(witness: Witness) -> Decides:
    """Compile rules, and check the verdicts on patients, and on those who answer everything alike."""

    def check(rules: Sequence[Formula], criteria: int, *patients: Sequence[int]) -> None:
        before = witness.open
        engine = Engine(rules, criteria=criteria)
        for values in [*patients, *([answer] * criteria for answer in ANSWERS)]:
            assert engine.decide(*patient(values)) == verdicts(rules, values)
        engine.close()
        assert witness.open == before

    return check


@pytest.fixture
def screens(tiny: Rulebook, witness: Witness) -> Screens:
    """Screen an intake of these sections with the rulebook of eight rules, as of the first of December 2026."""
    screener = Screener(tiny)

    def screen(**told: Any) -> Report:
        before = len(witness.facts)
        report = screener.screen(Intake.model_validate(told), date(2026, 12, 1))
        assert len(witness.facts) > before
        return report

    return screen
