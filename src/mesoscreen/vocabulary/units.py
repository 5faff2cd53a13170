"""Units a clinic writes, as a closed table: what each measures and how to turn one into another.

UCUM spellings are matched as they are; everyday spellings ("mmHg", "°F", "10^9/L") lead to one of them.
Arithmetic is exact and only the result is rounded, so a value on a threshold stays on it.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from mesoscreen.errors import MesoscreenError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SIGNIFICANT_DIGITS = 9
_ANNOTATION = re.compile(r"\{[^{}]*\}")


class UnitError(MesoscreenError):
    """A value's unit cannot be used; `accepted` lists the units that can."""

    def __init__(self, accepted: Iterable[str]) -> None:
        """Hold the accepted units, never the unit that was given."""
        self.accepted = tuple(sorted(set(accepted)))
        super().__init__(self.accepted)

    def _listed(self) -> str:
        return ", ".join(f"`{unit}`" for unit in self.accepted)


class UnknownUnitError(UnitError):
    """The unit is not in the table."""

    code = "unknown-unit"

    def __str__(self) -> str:
        return f"the unit is not one this library can convert; write one of {self._listed()}"


class WrongUnitError(UnitError):
    """The unit, or its absence, does not fit what is measured."""

    code = "wrong-unit"

    def __str__(self) -> str:
        return f"the unit does not fit what is measured; write one of {self._listed()}"


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: what it measures, and base = value * scale + offset."""

    symbol: str
    dimension: str
    scale: Fraction
    offset: Fraction = Fraction(0)


def _table(rows: Mapping[str, Mapping[str, str | tuple[str, str]]]) -> dict[str, Unit]:
    units = {}
    for dimension, row in rows.items():
        for symbol, factor in row.items():
            scale, offset = (factor, "0") if isinstance(factor, str) else factor
            units[symbol] = Unit(symbol, dimension, Fraction(scale), Fraction(offset))
    return units


UNITS: Mapping[str, Unit] = _table(
    {
        "number": {"1": "1", "%": "1/100"},
        "pressure": {"mm[Hg]": "133.322387415", "kPa": "1000", "Pa": "1"},
        "temperature": {"Cel": ("1", "273.15"), "[degF]": ("5/9", "45967/180"), "K": "1"},
        "mass": {
            "kg": "1000",
            "g": "1",
            "mg": "1/1000",
            "ug": "1/1000000",
            "[lb_av]": "453.59237",
            "[oz_av]": "28.349523125",
            "[stone_av]": "6350.29318",
        },
        "length": {"m": "1", "cm": "1/100", "mm": "1/1000", "[in_i]": "0.0254", "[ft_i]": "0.3048"},
        "area": {"cm2": "1", "mm2": "1/100", "m2": "10000"},
        "volume": {"mL": "1", "uL": "1/1000", "dL": "100", "L": "1000"},
        "time": {
            "s": "1",
            "min": "60",
            "h": "3600",
            "d": "86400",
            "wk": "604800",
            "mo": "2629800",
            "a": "31557600",
        },
        "mass concentration": {
            "g/L": "1",
            "g/dL": "10",
            "g/mL": "1000",
            "mg/dL": "1/100",
            "mg/L": "1/1000",
            "mg/mL": "1",
            "ug/L": "1/1000000",
            "ug/dL": "1/100000",
            "ug/mL": "1/1000",
            "ng/mL": "1/1000000",
            "ng/dL": "1/100000000",
            "pg/mL": "1/1000000000",
        },
        "amount concentration": {
            "mol/L": "1000",
            "mmol/L": "1",
            "umol/L": "1/1000",
            "nmol/L": "1/1000000",
            "pmol/L": "1/1000000000",
        },
        "count concentration": {
            "10*12/L": "1000",
            "10*9/L": "1",
            "10*6/L": "1/1000",
            "10*6/uL": "1000",
            "10*3/uL": "1",
            "10*6/mL": "1",
            "/uL": "1/1000",
            "/mm3": "1/1000",
        },
        "amount ratio": {"mmol/mol": "1"},
        "filtration rate": {"mL/min/{1.73_m2}": "1"},
        "flow": {"mL/min": "1", "mL/s": "60"},
        "body mass index": {"kg/m2": "1"},
        "dose by weight": {"mg/kg": "1", "g/kg": "1000", "ug/kg": "1/1000"},
        "biological units": {"[IU]": "1", "10*3.[IU]": "1000"},
        "biological units by volume": {"[IU]/mL": "1", "[IU]/L": "1/1000", "m[IU]/L": "1/1000000"},
        "rate": {"/min": "1"},
    }
)
"""Every unit the library converts, by UCUM symbol."""

# Kept in their own case: "G/L" (giga per litre) is not "g/L".
_EVERYDAY_CASED = {"G/L": "10*9/L", "T/L": "10*12/L", "C": "Cel", "F": "[degF]"}
_EVERYDAY = {
    "1": "inr score points point ratio l/l",
    "%": "percent pct prozent",
    "mm[Hg]": "mmhg mm/hg mm[hg] torr ммрт.ст. ммртст",
    "Cel": "°c c degc celsius [degc] ºc degreescelsius °с",
    "[degF]": "°f f degf fahrenheit ºf degreesfahrenheit",
    "K": "kelvin",
    "kg": "kgs kilo kilos kilogram kilograms kilogramme кг",
    "g": "gr gram grams gramme grammes г",
    "mg": "milligram milligrams мг",
    "ug": "mcg microgram micrograms мкг",
    "[lb_av]": "lb lbs pound pounds",
    "[oz_av]": "oz ounce ounces",
    "[stone_av]": "st stone stones",
    "m": "metre metres meter meters м",
    "cm": "centimetre centimetres centimeter centimeters см",
    "mm": "millimetre millimetres millimeter millimeters мм",
    "[in_i]": "in inch inches",
    "[ft_i]": "ft foot feet",
    "cm2": "cm*2 sqcm squarecm см2",
    "m2": "m*2 sqm м2",
    "mL": "cc cm3 ccm millilitre millilitres milliliter milliliters мл",
    "L": "litre litres liter liters л",
    "s": "sec second seconds",
    "min": "mins minute minutes мин",
    "h": "hr hrs hour hours",
    "d": "day days",
    "wk": "week weeks w",
    "mo": "month months",
    "a": "y yr yrs year years",
    "mg/mL": "mg/cc",
    "ug/mL": "mcg/ml",
    "ug/L": "mcg/l",
    "10*9/L": "x10*9/l 10e9/l giga/l gpt/l 109/l x109/l",
    "10*12/L": "x10*12/l 10e12/l tera/l tpt/l",
    "10*3/uL": "x10*3/ul k/ul thou/ul 10*3/mm3 k/mm3 thousand/ul x10*3/mm3 10e3/ul",
    "10*6/uL": "x10*6/ul 10*6/mm3 10e6/ul m/ul",
    "/uL": "1/ul cells/ul",
    "/mm3": "1/mm3 cells/mm3",
    "mL/min/{1.73_m2}": "ml/min/1.73m2 ml/min/1.73m*2 ml/min/1,73m2 ml/min/1.73 ml/min/1.73sqm "
    "ml/min/{1.73m2} ml/min/(1.73m2) ml/min/1.73_m2 ml/min/[1.73_m2] ml/min/1,73m*2 ml/min/1.73м2",
    "kg/m2": "kg/m*2 kg/sqm кг/м2",
    "mmol/mol": "mmol/molhb",
    "mmol/L": "ммоль/л",
    "umol/L": "мкмоль/л",
    "g/L": "г/л",
    "ug/kg": "mcg/kg",
    "[IU]": "iu ui ie ед u units unit me ме",
    "[IU]/mL": "iu/ml ui/ml ie/ml u/ml units/ml",
    "[IU]/L": "iu/l ui/l ie/l u/l",
    "m[IU]/L": "miu/l mu/l",
    "/min": "bpm 1/min beats/min perminute",
}
_PLAIN = str.maketrans({"μ": "u", "µ": "u", "²": "2", "³": "3", "⁹": "9", "⁶": "6", "^": "*", "×": "x", "·": "."})
_SPELLED = {symbol.lower(): symbol for symbol in UNITS} | {
    spelling: symbol for symbol, spellings in _EVERYDAY.items() for spelling in spellings.split()
}


def unit_of(text: str | None) -> Unit | None:
    """Recognise a unit as UCUM or as commonly written; None where it is not in the table.

    No unit at all, or only an annotation such as {INR}, is a bare number.
    """
    written = "" if text is None else "".join(text.split())
    if not written or _ANNOTATION.fullmatch(written):
        return UNITS["1"]
    symbol = written if written in UNITS else _EVERYDAY_CASED.get(written)
    if symbol is None:
        symbol = _SPELLED.get(written.translate(_PLAIN).lower())
    return UNITS[symbol] if symbol is not None else None


def check_unit(text: str | None) -> None:
    """Make sure a unit is in the table.

    Raises:
        UnknownUnitError: it is not.

    """
    if unit_of(text) is None:
        raise UnknownUnitError(UNITS)


def convert(
    value: float,
    unit: str | None,
    to: str | None,
    conversions: Mapping[str, tuple[float, float]] | None = None,
) -> float:
    """Turn a value into another unit, rounded to 9 significant digits.

    `conversions` are what holds of this one analyte: a unit to (times, plus) into `to`.

    Raises:
        UnknownUnitError: the unit is not in the table.
        WrongUnitError: the unit measures something else, or is missing.

    """
    wanted, given = unit_of(to), unit_of(unit)
    analyte = {unit_of(one): factors for one, factors in (conversions or {}).items()}
    if wanted is None:
        raise UnknownUnitError(UNITS)
    if given is None:
        raise UnknownUnitError(accepted_units(to, conversions))
    amount = _exact(value)
    if given.dimension == wanted.dimension:
        return _rounded(_between(amount, given, wanted))
    # The very unit first, then one that measures the same.
    for same in sorted((one for one in analyte if one is not None), key=lambda one: one != given):
        if same.dimension == given.dimension:
            times, plus = analyte[same]
            return _rounded(_between(amount, given, same) * _exact(times) + _exact(plus))
    raise WrongUnitError(accepted_units(to, conversions))


def accepted_units(to: str | None, conversions: Mapping[str, tuple[float, float]] | None = None) -> tuple[str, ...]:
    """List the units (UCUM) a value may be given in where `to` is wanted."""
    known = [unit_of(one) for one in (to, *(conversions or ()))]
    dimensions = {one.dimension for one in known if one is not None}
    return tuple(sorted(symbol for symbol, unit in UNITS.items() if unit.dimension in dimensions))


def _between(amount: Fraction, given: Unit, wanted: Unit) -> Fraction:
    return (amount * given.scale + given.offset - wanted.offset) / wanted.scale


def _exact(value: float) -> Fraction:
    """Read a float as the decimal number it was written as."""
    if not math.isfinite(value):
        message = "a measured value is a finite number"
        raise ValueError(message)
    return Fraction(Decimal(repr(value)))


def _rounded(amount: Fraction) -> float:
    return float(f"{float(amount):.{SIGNIFICANT_DIGITS}g}")
