"""Values keep their meaning from one unit to another."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesoscreen.errors import INTAKE_CODES
from mesoscreen.vocabulary.units import (
    UNITS,
    Unit,
    UnitError,
    UnknownUnitError,
    WrongUnitError,
    convert,
    unit_of,
)

HBA1C = {"mmol/mol": (0.09148, 2.152)}
HAEMOGLOBIN = {"mmol/L": (1.6114, 0.0)}


@given(
    st.sampled_from(
        [(one, two) for one in UNITS.values() for two in UNITS.values() if one.dimension == two.dimension],
    ),
    st.floats(0.001, 10_000),
)
def test_there_and_back_is_where_it_started(pair: tuple[Unit, Unit], value: float) -> None:
    one, two = (unit.symbol for unit in pair)
    assert math.isclose(convert(convert(value, one, two), two, one), value, rel_tol=1e-6, abs_tol=1e-5)


@pytest.mark.parametrize(
    ("value", "unit", "to", "result"),
    [
        (37.5, "Cel", "[degF]", 99.5),
        (99.5, "°F", "Cel", 37.5),
        (100.4, "F", "Cel", 38.0),
        (180, "mmHg", "mm[Hg]", 180.0),
        (24, "kPa", "mm[Hg]", 180.014778),
        (1, "lb", "kg", 0.45359237),
        (70, "in", "cm", 177.8),
        (5, "cc", "mL", 5.0),
        (0.1, "g/dL", "g/L", 1.0),
        (150, "G/L", "10*9/L", 150.0),
        (150, "10^3/µL", "10*9/L", 150.0),
        (150_000, "/mm3", "10*9/L", 150.0),
        (100, "µmol/L", "mmol/L", 0.1),
        (29, "ml/min/1.73 m²", "mL/min/{1.73_m2}", 29.0),
        (2.5, "{INR}", "1", 2.5),
        (2.5, None, None, 2.5),
        (3, "", "{score}", 3.0),
        (2, "units", "[IU]", 2.0),
        (1, "wk", "d", 7.0),
    ],
)
def test_known_pairs_come_out_on_the_number(value: float, unit: str | None, to: str | None, result: float) -> None:
    assert convert(value, unit, to) == result


def test_an_analyte_may_know_more_than_a_unit_does() -> None:
    assert convert(48, "mmol/mol", "%", HBA1C) == 6.54304
    assert convert(6.5, "%", "%", HBA1C) == 6.5
    assert convert(8, "mmol/L", "g/dL", HAEMOGLOBIN) == 12.8912
    assert convert(8000, "umol/L", "g/dL", HAEMOGLOBIN) == 12.8912
    assert convert(129, "g/L", "g/dL", HAEMOGLOBIN) == 12.9


@pytest.mark.parametrize(
    ("unit", "error"),
    [("furlong", UnknownUnitError), ("kg", WrongUnitError), (None, WrongUnitError)],
)
def test_a_unit_that_does_not_fit_lists_those_that_do(unit: str | None, error: type[UnitError]) -> None:
    with pytest.raises(error) as caught:
        convert(180, unit, "mm[Hg]")
    assert "`mm[Hg]`" in str(caught.value)
    assert "furlong" not in str(caught.value)
    assert caught.value.code in INTAKE_CODES


def test_case_tells_giga_from_gram() -> None:
    assert unit_of("G/L") == UNITS["10*9/L"]
    assert unit_of("g/l") == UNITS["g/L"]


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_only_a_finite_value_has_a_unit(value: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        convert(value, "kg", "kg")
