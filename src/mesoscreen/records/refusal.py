"""Say what is wrong with a record: where, and what to write instead, never what was written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from mesoscreen.errors import IntakeError, MesoscreenError
from mesoscreen.intake import parse_json

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

MAX_PROBLEMS = 50
"""Most problems one error lists."""


@dataclass(frozen=True, slots=True)
class RecordProblem:
    """One thing wrong with a record: where, which kind, and what to write instead."""

    pointer: str
    """JSON pointer into the record; empty for the whole of it."""
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.pointer or '(the whole record)'}: {self.message} [{self.code}]"


class RecordError(MesoscreenError):
    """The record contradicts itself or cannot be read; there is none."""

    code = "record"

    def __init__(self, problems: tuple[RecordProblem, ...]) -> None:
        """Hold every problem found."""
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))


class Part(BaseModel):
    """A strict, frozen part of a record that shows nothing of the patient."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    def __init__(self, /, **data: Any) -> None:  # noqa: ANN401 - pydantic's own signature
        """Read the fields given."""
        try:
            self.__pydantic_validator__.validate_python(data, self_instance=self)
            return
        except ValidationError as error:
            problems = _problems(error)
        # INVARIANT: raised outside the handler, so that pydantic's own error, which quotes keys, is not chained to it.
        raise RecordError(problems)

    # Tells pydantic that nested parts need not go through `__init__`.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]

    @classmethod
    def model_validate(cls, obj: Any, **options: Any) -> Self:  # noqa: ANN401 - pydantic's own signature
        """Read a mapping, or pass an instance through.

        Raises:
            RecordError: something in it cannot be read, or it contradicts itself.

        """
        try:
            return super().model_validate(obj, **options)
        except ValidationError as error:
            problems = _problems(error)
        raise RecordError(problems)

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **options: Any) -> Self:  # noqa: ANN401
        """Read JSON text; refuse what would be lost or changed in reading.

        Raises:
            RecordError: it is not such JSON, or it contradicts itself.

        """
        try:
            parse_json(json_data)  # refuses a key given twice
            return super().model_validate_json(json_data, **{"strict": True, **options})
        except ValidationError as error:
            problems = _problems(error)
        except IntakeError as error:
            problems = tuple(RecordProblem(one.pointer, one.code, one.message) for one in error.problems)
        raise RecordError(problems)

    def model_copy(self, **_options: Any) -> NoReturn:  # noqa: ANN401 - pydantic's own signature
        """Refuse: pydantic would copy without checking."""
        raise TypeError("a record is not copied; write an amendment with `amended`")

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse: pydantic's own refusal would show the value."""
        raise AttributeError("a record does not change; write an amendment with `amended`")

    def __delattr__(self, name: str) -> None:
        """Refuse."""
        raise AttributeError("a record does not change; write an amendment with `amended`")

    def __bool__(self) -> NoReturn:
        """Refuse, as a report does: `if record:` could be read as "fine"."""
        raise TypeError("a record is neither true nor false; look at its decision and findings")

    def __repr_args__(self) -> list[tuple[str | None, Any]]:
        """Show nothing: a `repr` ends up in logs."""
        return []


def _problems(error: ValidationError) -> tuple[RecordProblem, ...]:
    return tuple(map(_problem, error.errors(include_input=False, include_url=False)[:MAX_PROBLEMS]))


def _problem(detail: ErrorDetails) -> RecordProblem:
    place, code, message = detail["loc"], detail["type"], detail["msg"]
    match code:
        case "extra_forbidden" | "unexpected_keyword_argument":
            # INVARIANT: an unknown key is somebody's own text, so it is not repeated.
            place, code, message = place[:-1], "unknown-key", "has a key that is not part of a record"
        case "missing":
            place, code, message = place[:-1], "missing-key", f"`{place[-1]}` is missing"
        case "enum" | "literal_error":
            code, message = "not-an-option", f"must be {detail['ctx']['expected']}"
        case "string_too_long" | "too_long":
            code, message = "too-large", f"longer than the {detail['ctx']['max_length']} allowed"
        case "json_invalid":
            code, message = "not-json", "not JSON: a text in it holds half of a character that takes two"
        case _ if "-" not in code:
            code, message = "wrong-type", "not what belongs here; see `ScreeningRecord.model_json_schema()`"
    return RecordProblem("".join(f"/{part}" for part in place), code, message)
