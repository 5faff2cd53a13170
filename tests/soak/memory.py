"""Whether the memory of a long-lived process stays flat."""

from __future__ import annotations

import random
import sys
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING
from unittest import mock

from soak.cases import fresh, screened, stranger, unaided
from soak.faults import FAULTS, Faulty
from soak.tally import Tally, resident, settled

from mesoscreen import screen
from mesoscreen.engine import is_available, ruleset
from mesoscreen.errors import EngineFailure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from soak.cases import Case, Ward

    from mesoscreen import Rulebook

STRANGERS = 20
"""One patient in so many has names nobody has heard before, and dates and readings of their own."""
FAILURES = 500
"""One screening in so many fails in the engine."""
LOOKS = 1000
"""Patients or rulebooks between two looks at the memory."""


def memory(wards: Sequence[Ward], screenings: int, warm_up: int = 10_000, failures: int = FAILURES) -> Tally:
    """One thread screens patient after patient; now and then the engine fails, and must have recovered by the next."""
    ward = wards[0]
    alone, dice = unaided(fresh(ward.folder)), random.Random(6)
    # The extension is replaced before the rulebook is compiled, and where there is none, nothing can fail.
    faulty = Faulty(ruleset.library()) if is_available() else None
    with mock.patch.object(ruleset, "library", return_value=faulty) if faulty else nullcontext():
        rulebook = ward.rulebook()
        screened(ward.patients(1, 0), rulebook)
    tally, first, most = Tally(), 0, 0
    warm_up = min(warm_up, screenings // 10)
    for at, case in enumerate(ward.patients(screenings, 6)):
        if faulty and at % failures == failures - 1:
            tally = Tally.of([tally, _failed(case, rulebook, faulty, FAULTS[at // failures % len(FAULTS)])])
        patient = stranger(dice, alone) if at % STRANGERS == 0 else case
        tally = Tally.of([tally, screened([patient], rulebook)])
        if at == warm_up:
            first = settled()
        if at % LOOKS == 0:
            most = max(most, resident())
    return replace(tally, first=first, last=settled(), most=most)


def _failed(case: Case, rulebook: Rulebook, faulty: Faulty, fault: str) -> Tally:
    """Screen a patient while the engine fails; there must be no report."""
    if case.report is None:  # such an intake never gets as far as the engine
        return Tally()
    faulty.fault = fault
    try:
        screen(case.intake, on=case.on, rulebook=rulebook)
    except (EngineFailure, KeyboardInterrupt):
        return Tally(events=1)
    print(f"a report although the engine {fault}", file=sys.stderr)  # noqa: T201
    return Tally(wrong=1)


def reload(wards: Sequence[Ward], number: int, large: int = 30, warm_up: int = 500) -> Tally:
    """Rulebooks are loaded, used for two patients and dropped; one in thirty is the large one."""
    tally, first, most = Tally(), 0, 0
    warm_up = min(warm_up, number // 10)
    for at in range(number):
        ward = wards[0] if at % large == 0 else wards[-1]
        tally = Tally.of([tally, replace(screened(ward.patients(2, at), ward.rulebook()), events=1)])
        if at == warm_up:
            first = settled()
        if at % LOOKS == LOOKS // 2:
            most = max(most, resident())
    return replace(tally, first=first, last=settled(), most=most)
