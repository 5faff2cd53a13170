"""The benchmark measures what it says it does."""

from __future__ import annotations

import pytest
from benchmarks import ours, shipped, workload
from benchmarks.measuring import Contestant, Disagreement, race
from benchmarks.patients import KINDS, kinds, respelt, with_entries
from benchmarks.python_peers import generated_python
from benchmarks.tables import Table

from mesoscreen import Intake, Rulebook
from mesoscreen.engine import is_available
from mesoscreen.screening import screener_of

SCREENER = screener_of(Rulebook.default())
CASES = {kind: [shipped.case_of(Intake.model_validate(patient), SCREENER) for patient in patients] for kind, patients in kinds(16).items()}
POSITIVE = {"healthy": (0, 13), "typical": (3, 20), "sick": (40, 80), "partly": (0, 25), "nothing": (0, 13)}
OPEN = {"healthy": (0, 0), "typical": (0, 0), "sick": (0, 0), "partly": (100, 180), "nothing": (200, 300)}


@pytest.mark.parametrize("kind", KINDS)
def test_the_patients_are_of_the_kind_they_stand_for(kind: str) -> None:
    for case in CASES[kind]:
        assert POSITIVE[kind][0] <= len(case.answers.yes) <= POSITIVE[kind][1]
        assert OPEN[kind][0] <= len(case.answers.unknown) <= OPEN[kind][1]
        assert case.answers.told.unrecognised == ()


def test_every_run_has_the_same_patients_and_no_two_of_a_kind_are_alike() -> None:
    assert kinds() == kinds()
    for patients in kinds().values():
        assert len({repr(patient) for patient in patients}) == len(patients)


@pytest.mark.parametrize("kind", KINDS)
def test_a_patient_spelt_otherwise_is_the_same_patient(kind: str) -> None:
    for number, patient in enumerate(kinds(4)[kind]):
        again = respelt(patient, str(number))
        assert again != patient
        assert shipped.case_of(Intake.model_validate(again), SCREENER).expected == CASES[kind][number].expected


@pytest.mark.parametrize("count", [0, 1, 100])
def test_an_intake_has_as_many_entries_as_asked_for(count: int) -> None:
    patient = with_entries(count)
    assert sum(len(patient[section]) for section in ("allergies", "conditions", "medications", "procedures")) == count


def test_our_engine_and_generated_python_agree_with_the_reference() -> None:
    rules, patients = workload.rules(30), workload.intakes(50)
    ways = [generated_python(rules), *([ours.engine(rules, checked=True)] if is_available() else [])]
    for patient in patients:
        assert {way(patient) for way in ways} == {workload.reference(rules, patient)}


def test_a_wrong_answer_stops_the_race() -> None:
    with pytest.raises(Disagreement):
        race([Contestant("wrong on the last case", lambda case: case != 2)], [0, 1, 2], [True, True, True], rounds=1)


def test_a_table_has_a_cell_for_every_column() -> None:
    lines = Table("title", ("", "a", "b"), [("one", "1", "2"), ("three", "3", "")]).markdown().splitlines()[2:]
    assert {line.count("|") for line in lines} == {4}
