"""What every part of an intake has in common: it is strict, it does not change, and it shows nothing of the patient."""

from __future__ import annotations

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from mesoscreen.errors import IntakeError
from mesoscreen.intake.refusal import parse_json, problems_of


def known_keys() -> list[str]:
    """List every key any part of an intake has."""
    todo: list[type[Part]] = [Part]
    keys: set[str] = set()
    while todo:
        part = todo.pop()
        keys.update(part.model_fields)
        todo += part.__subclasses__()
    return sorted(keys)


class Part(BaseModel):
    """A strict, frozen part of an intake."""

    # Built when the first intake is read: importing the library stays cheap.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, defer_build=True)

    def __init__(self, /, **data: Any) -> None:  # noqa: ANN401 - pydantic's own signature
        """Read the keys given."""
        try:
            self.__pydantic_validator__.validate_python(data, self_instance=self)
            return
        except ValidationError as error:
            problems = problems_of(error, known_keys())
        # INVARIANT: raised outside the handler, so that pydantic's own error, which quotes keys, is not chained to it.
        raise IntakeError(problems)

    # Tells pydantic that nested parts need not go through `__init__`.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]

    @classmethod
    def model_validate(cls, obj: Any, **options: Any) -> Self:  # noqa: ANN401 - pydantic's own signature
        """Read a mapping, or pass an instance through.

        Raises:
            IntakeError: something in it cannot be read; every problem has a JSON pointer.

        """
        try:
            return super().model_validate(obj, **options)
        except ValidationError as error:
            problems = problems_of(error, known_keys())
        raise IntakeError(problems)

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **options: Any) -> Self:  # noqa: ANN401
        """Read JSON text. Unlike a bare JSON parser, refuse a key given twice: one of the two answers would be lost.

        Raises:
            IntakeError: it is not such JSON, or something in it cannot be read.

        """
        return cls.model_validate(parse_json(json_data), **options)

    def __setattr__(self, name: str, value: Any) -> None:  # noqa: ANN401
        """Refuse: pydantic's own refusal would show the value."""
        raise AttributeError("an intake does not change; make a new one")

    def __delattr__(self, name: str) -> None:
        """Refuse."""
        raise AttributeError("an intake does not change; make a new one")

    def __repr_args__(self) -> list[tuple[str | None, Any]]:
        """Show nothing: a `repr` ends up in logs, and everything in here is about a patient."""
        return []
