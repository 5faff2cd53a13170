"""Read a quantity of an intake in the unit it is compared in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesoscreen.errors import IntakeError, IntakeProblem
from mesoscreen.vocabulary.units import UnitError, WrongUnitError, accepted_units, check_unit, convert

if TYPE_CHECKING:
    from collections.abc import Mapping


def amount(value: float, unit: str | None, to: str | None, conversions: Mapping[str, tuple[float, float]], pointer: str) -> float:
    """Convert a value; `pointer` is where its unit stands.

    Raises:
        IntakeError: the unit is unknown, does not fit, or is missing where one is needed, or the number cannot be converted.

    """
    try:
        if unit is None and to not in (None, "1"):  # a bare 7.2 must not be read as 720 %
            raise WrongUnitError(accepted_units(to, conversions))
        return convert(value, unit, to, conversions)
    except UnitError as error:
        problem = IntakeProblem(pointer, error.code, str(error))
    except OverflowError:
        problem = IntakeProblem(pointer.removesuffix("/unit") + "/value", "out-of-range", "too large a number to convert")
    raise IntakeError((problem,))


def known_unit(unit: str | None, pointer: str) -> None:
    """Make sure a unit is one the library knows, where what it measures is not known.

    Raises:
        IntakeError: it is not.

    """
    try:
        check_unit(unit)
        return
    except UnitError as error:
        problem = IntakeProblem(pointer, error.code, str(error))
    raise IntakeError((problem,))
