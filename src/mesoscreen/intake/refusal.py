"""Say what is wrong with an intake: where, and what to write instead, never what was written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mesoscreen.errors import IntakeError, IntakeProblem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic import ValidationError

MAX_DOCUMENT = 2_000_000
"""Longest JSON text of an intake, in characters."""
MAX_KEYS = 100
"""Most keys of one JSON object, far beyond those an intake defines."""
MAX_PROBLEMS = 50
"""Most problems one error lists."""
LISTED = "as a list"
DETAILED = "in the long form"
"""How pydantic names the two forms of a section in the place of an error."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = dict(pairs)
    if len(pairs) > MAX_KEYS:
        raise IntakeError((IntakeProblem("", "too-large", f"an object has more than {MAX_KEYS} keys"),))
    if len(keys) != len(pairs):
        raise IntakeError((IntakeProblem("", "repeated-key", "an object gives one key twice; one of the two answers would be lost"),))
    return keys


def parse_json(text: str | bytes | bytearray) -> Any:  # noqa: ANN401 - any JSON value
    """Parse JSON strictly: bounded in size and depth, no key twice.

    Raises:
        IntakeError: it is not such JSON.

    """
    if len(text) > MAX_DOCUMENT:
        raise IntakeError((IntakeProblem("", "too-large", f"longer than {MAX_DOCUMENT} characters"),))
    try:
        return json.loads(text, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        problem = IntakeProblem("", "not-json", f"not JSON from line {error.lineno}, column {error.colno} on")
    except UnicodeDecodeError:
        problem = IntakeProblem("", "not-json", "not JSON: the bytes are not UTF-8 text")
    except RecursionError:
        problem = IntakeProblem("", "too-deep", "nested deeper than any intake is")
    except ValueError:  # a number of thousands of digits
        problem = IntakeProblem("", "not-json", "a number has too many digits")
    raise IntakeError((problem,))


_TWO_FORMS = ("allergies", "conditions", "medications", "procedures", "measurements", "facts")
_CODES = {
    "extra_forbidden": "unknown-key",
    "invalid_key": "unknown-key",
    "missing": "missing-key",
    "literal_error": "not-an-option",
    "finite_number": "not-finite",
    "too_long": "too-large",
    "string_too_long": "too-large",
    "string_too_short": "empty-text",
    "greater_than_equal": "out-of-range",
    "less_than_equal": "out-of-range",
}
_WORDS = {
    "string_type": "not text",
    "bool_type": "neither true nor false",
    "float_type": "not a number",
    "int_type": "not a whole number",
    "tuple_type": "not a list",
    "model_type": "not an object",
    "model_attributes_type": "not an object",
    "finite_number": "not a finite number",
    "string_too_short": "empty; write something, or leave the key out",
}


def problems_of(error: ValidationError, known_keys: Iterable[str]) -> tuple[IntakeProblem, ...]:
    """Turn what pydantic found into problems with JSON pointers; `known_keys` are suggested for a misspelt one."""
    details = error.errors(include_input=False, include_url=False, include_context=True)
    problems = [_problem(detail, known_keys) for detail in details[:MAX_PROBLEMS]]
    if len(details) > MAX_PROBLEMS:
        problems.append(IntakeProblem("", "too-large", f"and {len(details) - MAX_PROBLEMS} more problems"))
    return tuple(problems)


def _problem(detail: Any, known_keys: Iterable[str]) -> IntakeProblem:  # noqa: ANN401 - pydantic's ErrorDetails
    kind, context = detail["type"], detail.get("ctx", {})
    place = _place(detail["loc"])
    code = kind if "-" in kind else _CODES.get(kind, "wrong-type")
    match code:
        case "unknown-key":
            # INVARIANT: the key is the submitter's own text and may be about a patient, so only its nearest known key is named.
            return IntakeProblem(_pointer(place[:-1]), code, _unknown_key(place, known_keys))
        case "missing-key":
            return IntakeProblem(_pointer(place[:-1]), code, f"`{place[-1]}` is missing")
        case "not-an-option":
            message = f"must be {context['expected']}"
        case "too-large" if "max_length" in context:
            message = f"longer than the {context['max_length']} allowed"
        case "out-of-range":
            message = f"must be at least {context['ge']}" if "ge" in context else f"must be at most {context['le']}"
        case _:
            message = detail["msg"] if "-" in kind else _WORDS.get(kind, "of the wrong type")
    return IntakeProblem(_pointer(place), code, message)


def _place(location: tuple[int | str, ...]) -> list[int | str]:
    """Leave out which form of a section was read; only right behind its key, for any word may be somebody's own key."""
    forms = (LISTED, DETAILED)
    return [part for at, part in enumerate(location) if not (part in forms and at and location[at - 1] in _TWO_FORMS)]


def _pointer(place: list[Any]) -> str:
    return "".join(f"/{part}" for part in place)


def _unknown_key(place: list[Any], known_keys: Iterable[str]) -> str:
    from rapidfuzz import process  # noqa: PLC0415 - only needed to word an error

    near = process.extractOne(str(place[-1]), list(known_keys), score_cutoff=70)
    return "a key that is not part of an intake" + (f"; did you mean `{near[0]}`?" if near else "; see the intake reference")
