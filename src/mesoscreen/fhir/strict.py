"""Take a bundle strictly: JSON as FHIR writes it, each resource we read checked by the R4B models of fhir.resources.

The models coerce ("false" to false, 20200101 to a day in 1970); here a value keeps the JSON type FHIR gives it, or is refused.
What is handed on is the JSON as written, so a time of day or a zone never moves a date.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from mesoscreen.errors import IntakeError
from mesoscreen.fhir.errors import FhirError, FhirProblem
from mesoscreen.intake import parse_json

MAX_DEPTH = 60
"""Deepest nesting of a bundle."""
MAX_RESOURCES = 5000
"""Most entries of a bundle."""
MAX_PROBLEMS = 50
"""Most problems one error lists."""
_TYPE = re.compile(r"[A-Z][A-Za-z]{2,60}")
_DATES = ("Date value", "DateTime value", "Instant value", "Time value")
_WORDS = {
    "extra_forbidden": ("unknown-key", "an element that FHIR R4 does not define here"),
    "missing": ("missing-key", "is missing"),
    "model_field_validation.missing": ("missing-key", "is missing"),
    "string_pattern_mismatch": ("bad-value", "not spelled as FHIR allows it, for instance with spaces around it"),
}


def json_of(bundle: Mapping[str, Any] | str | bytes) -> dict[str, Any]:
    """Give a bundle as plain JSON, without the keys that are null.

    Raises:
        FhirError: it is not JSON, or not of a Bundle.

    """
    data: Any = bundle
    problems: list[FhirProblem] = []
    if isinstance(bundle, str | bytes | bytearray):
        try:
            data = parse_json(bundle)
        except IntakeError as error:
            problems = [FhirProblem(one.pointer, one.code, one.message.replace("any intake", "any bundle")) for one in error.problems]
    # INVARIANT: raised outside the handler, so that no error that quotes the input is chained to it.
    refuse(problems)
    data = _plain(data, "", 0, problems)
    refuse(problems)
    if not isinstance(data, dict) or data.get("resourceType") != "Bundle":
        refuse([FhirProblem("", "not-a-bundle", "not a FHIR Bundle; give an object whose `resourceType` is `Bundle`")])
    return data  # type: ignore[no-any-return]


def refuse(problems: list[FhirProblem]) -> None:
    """Raise what was found, if anything was."""
    if len(problems) > MAX_PROBLEMS:
        problems = [*problems[:MAX_PROBLEMS], FhirProblem("", "too-large", f"and {len(problems) - MAX_PROBLEMS} more problems")]
    if problems:
        raise FhirError(tuple(problems))


def _plain(value: Any, pointer: str, depth: int, problems: list[FhirProblem]) -> Any:  # noqa: ANN401 - any JSON value
    if depth > MAX_DEPTH:
        problems.append(FhirProblem(pointer, "too-deep", "nested deeper than any bundle is"))
        return None
    match value:
        case Mapping():
            if not all(isinstance(key, str) for key in value):
                problems.append(FhirProblem(pointer, "wrong-type", "an object has a key that is not text"))
                return None
            return {key: _plain(one, f"{pointer}/{escaped(key)}", depth + 1, problems) for key, one in value.items() if one is not None}
        case list() | tuple():
            return [_plain(one, f"{pointer}/{at}", depth + 1, problems) for at, one in enumerate(value)]
        case float() | Decimal() if not math.isfinite(value):
            problems.append(FhirProblem(pointer, "not-finite", "not a finite number"))
        case None | str() | bool() | int() | float() | Decimal():
            return value
        case _:
            problems.append(FhirProblem(pointer, "wrong-type", "not JSON; give the bundle as JSON text or as parsed JSON"))
    return None


def escaped(key: str) -> str:
    """Write a key of the submitter as a step of a JSON pointer: only names FHIR could define are repeated."""
    return key if re.fullmatch(r"_?[a-zA-Z]{1,40}", key) else "?"


@lru_cache(maxsize=1)
def _models() -> Any:  # noqa: ANN401 - a function of the library
    try:
        from fhir.resources.R4B import get_fhir_model_class  # noqa: PLC0415 - the extra, and slow to import
    except ImportError:  # pragma: no cover - the extra is there wherever the tests run
        message = "mesoscreen.fhir needs an extra: pip install 'mesoscreen[fhir]'"
    else:
        return get_fhir_model_class
    raise ModuleNotFoundError(message)  # pragma: no cover


def model_of(kind: str) -> Any:  # noqa: ANN401 - a model class of the library
    """Give the model of a kind of resource; None if FHIR R4 has no such kind.

    Raises:
        ModuleNotFoundError: the extra is not installed.

    """
    models = _models()
    if not _TYPE.fullmatch(kind):
        return None
    try:
        model, resource = models(kind), models("Resource")
    except (ValueError, AttributeError, KeyError, ImportError):
        return None
    return model if issubclass(model, resource) else None


def type_problem(resource: object, pointer: str) -> FhirProblem | None:
    """Say what is wrong with the `resourceType` of a resource, or nothing."""
    if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
        return FhirProblem(pointer, "not-a-bundle", "not a resource; give an object with a `resourceType`")
    if model_of(resource["resourceType"]) is not None:
        return None
    from rapidfuzz import process  # noqa: PLC0415 - only needed to word an error

    from mesoscreen.fhir.readers import READERS  # noqa: PLC0415 - would be a circle

    near = process.extractOne(resource["resourceType"], sorted(READERS), score_cutoff=70)
    hint = f"; did you mean `{near[0]}`?" if near else ""
    return FhirProblem(f"{pointer}/resourceType", "unknown-type", f"not a kind of resource of FHIR R4{hint}")


def problems_of(kind: str, body: dict[str, Any], pointer: str) -> list[FhirProblem]:
    """Check one resource with the model of its kind."""
    inside = body.get("contained")
    found = [type_problem(one, f"{pointer}/contained/{at}") for at, one in enumerate(inside if isinstance(inside, list) else ())]
    problems = [one for one in found if one is not None]
    if problems:
        return problems
    details: list[Any] = []
    try:
        read = model_of(kind).model_validate(body).model_dump()
    except ValidationError as error:
        details = error.errors(include_input=False, include_url=False, include_context=False)
    except (KeyError, TypeError, AttributeError, ValueError):
        return [FhirProblem(pointer, "bad-value", "not a resource the FHIR R4 models can read")]
    if details:
        return [_problem(detail, pointer) for detail in details]
    _same_kinds(body, read, pointer, problems)
    return problems


def _problem(detail: Any, pointer: str) -> FhirProblem:  # noqa: ANN401 - pydantic's ErrorDetails
    kind, place, said = detail["type"], list(detail["loc"]), detail["msg"]
    if kind == "extra_forbidden":
        place = place[:-1]  # the key is the submitter's own text
    at = pointer + "".join(f"/{'resourceType' if part == 'resource_type' else part}" for part in place)
    if kind in _WORDS:
        return FhirProblem(at, *_WORDS[kind])
    if kind == "fhir-validation-wrong-resource-type":
        return FhirProblem(at, "unknown-type", "not the kind of resource that belongs here")
    if "datetime" in kind or kind.startswith(("date", "time")) or any(word in said for word in _DATES):
        return FhirProblem(at, "impossible-date", "not a date of FHIR; write YYYY, YYYY-MM, YYYY-MM-DD, or a time with its zone")
    if kind == "value_error":
        names = re.search(r"from this list \[([\w', ]+)\]", said)
        if names is not None:
            return FhirProblem(at, "bad-value", f"give exactly one of {names.group(1).replace(chr(39), '`')}")
        return FhirProblem(at, "bad-value", "not a value FHIR allows here")
    return FhirProblem(at, "wrong-type", "not the JSON type FHIR gives it")


def _same_kinds(written: Any, read: Any, pointer: str, problems: list[FhirProblem]) -> None:  # noqa: ANN401 - any JSON value
    """Refuse what the models took for something else than it was written as."""
    if isinstance(written, dict) and isinstance(read, dict):
        for key in written.keys() & read.keys():
            _same_kinds(written[key], read[key], f"{pointer}/{escaped(key)}", problems)
    elif isinstance(written, list) and isinstance(read, list):
        for at, (one, other) in enumerate(zip(written, read, strict=False)):
            _same_kinds(one, other, f"{pointer}/{at}", problems)
    elif written is not None and _kind(written) != _kind(read):
        problems.append(FhirProblem(pointer, "wrong-type", "not the JSON type FHIR gives it"))


def _kind(value: object) -> str:
    match value:
        case bool():
            return "boolean"
        case int() | float() | Decimal():
            return "number"
        case str() | date() | time() | bytes():
            return "text"
        case _:
            return type(value).__name__
