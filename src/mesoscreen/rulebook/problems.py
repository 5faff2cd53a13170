"""Collect everything wrong with a rulebook, each thing at its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from mesoscreen.errors import RulebookError, RulebookProblem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mesoscreen.rulebook.source import Node

Model = TypeVar("Model", bound=BaseModel)

MAX_PROBLEMS = 200
"""Most problems one error lists; what else is wrong is told once these are mended."""
_LONGEST_WORD = 100

_CODES = {
    "extra_forbidden": "unknown-key",
    "missing": "missing-key",
    "literal_error": "not-an-option",
}
_WORDS = {
    "string_type": "this must be text",
    "string_too_short": "this must not be empty",
    "bool_type": "this must be true or false",
    "int_type": "this must be a number",
    "float_type": "this must be a number",
    "tuple_type": "this must be a list",
    "dict_type": "this must be a mapping",
    "model_type": "this must be a mapping",
    "too_short": "this must list at least one",
}


def nearest(word: str, known: Iterable[str], how_many: int = 2) -> tuple[str, ...]:
    """Pick the known words nearest to a misspelt one; none where it is too long to be a word."""
    from rapidfuzz import process  # noqa: PLC0415 - only needed to word an error

    words = sorted(one for one in known if len(one) <= _LONGEST_WORD) if len(word) <= _LONGEST_WORD else ()
    return tuple(found[0] for found in process.extract(word, words, limit=how_many, score_cutoff=70))


def did_you_mean(words: tuple[str, ...]) -> str:
    """Word a suggestion."""
    return f"did you mean {' or '.join(f'`{word}`' for word in words)}?" if words else ""


def shown(node: Node) -> str:
    """Quote what is written at a place, as YAML spells it."""
    match node.value:
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case None:
            return "nothing"
        case bool(value):
            return f"`{str(value).lower()}`"
        case str(text) if len(text) > _LONGEST_WORD:
            return f"`{text[:_LONGEST_WORD]}…`"
        case value:
            return f"`{value}`"


class Problems:
    """A growing list of problems."""

    def __init__(self) -> None:
        """Start with none."""
        self.found: list[RulebookProblem] = []

    def add(self, code: str, message: str, at: Node | None = None, hint: str = "") -> None:
        """Note one problem.

        Raises:
            RulebookError: there are so many that looking for more would help nobody.

        """
        self.found.append(RulebookProblem(code, message, at.at() if at is not None else None, hint))
        if len(self.found) >= MAX_PROBLEMS:
            self.found.append(RulebookProblem("too-large", "more is wrong than is listed; mend this first"))
            self.stop_if_any()

    def read(self, model: type[Model], node: Node) -> Model | None:
        """Read a node as a model; note what does not fit and give None."""
        try:
            return model.model_validate(node.plain())
        except ValidationError as error:
            details = error.errors(include_url=False, include_input=False)
        # pydantic also counts what did not fit as missing from its list, and says each way a union could have fitted
        above = {detail["loc"][:length] for detail in details for length in range(len(detail["loc"]))}
        seen: set[int] = set()
        for detail in details:
            place, known = detail["loc"], len(seen)
            is_echo = detail["type"] == "too_short" and place in above
            seen.add(id(node.find(place)))
            if not is_echo and not (detail["type"] in _WORDS and len(seen) == known):
                self._note(model, node, place, detail)
        return None

    def _note(self, model: type[BaseModel], node: Node, place: tuple[str | int, ...], detail: Any) -> None:  # noqa: ANN401 - pydantic's ErrorDetails
        code = _CODES.get(detail["type"], "wrong-type")
        last = str(place[-1]) if place else ""
        is_key = last == "[key]" and node.find(place[:-1]).get(last) is None
        where = node.find(place[:-2]).key(str(place[-2])) if is_key else node.find(place)
        if code == "missing-key":
            self.add(code, f"`{last}` is missing", node.find(place[:-1]))
        elif code == "unknown-key":
            known = _keys(model, place[:-1])
            self.add(code, f"`{last}` is not a key that may stand here", node.find(place[:-1]).key(last), did_you_mean(nearest(last, known)) or f"keys: {', '.join(sorted(known))}")
        elif code == "not-an-option":
            options = [o.strip(" '").lower() for o in detail["ctx"]["expected"].replace(" or ", ", ").split(",")]
            self.add(code, f"{shown(where)} is not one of {', '.join(options)}", where, did_you_mean(nearest(shown(where), options)))
        elif detail["type"] == "string_pattern_mismatch":
            self.add("bad-id", "not lower-case words joined by hyphens", where)
        else:
            hint = 'put it in quotes, "…"' if detail["type"] == "string_type" and isinstance(where.value, bool | int | float) else ""
            self.add(code, _WORDS.get(detail["type"], "this does not fit here"), where, hint)

    def stop_if_any(self) -> None:
        """Raise what was found, if anything was."""
        if self.found:
            raise RulebookError(tuple(self.found))


def _keys(model: type[BaseModel], place: tuple[Any, ...]) -> set[str]:
    """List the keys allowed at a place inside a model."""
    current: Any = model
    for step in place:
        if isinstance(current, type) and issubclass(current, BaseModel) and step in current.model_fields:
            current = _inner(current.model_fields[str(step)].annotation)
    return set(current.model_fields) if isinstance(current, type) and issubclass(current, BaseModel) else set()


def _inner(annotation: Any) -> Any:  # noqa: ANN401 - any type annotation
    arguments = getattr(annotation, "__args__", ())
    for argument in (annotation, *arguments):
        found = argument if isinstance(argument, type) and not getattr(argument, "__args__", ()) else None
        if found is not None and issubclass(found, BaseModel):
            return found
    for argument in arguments:
        inner = _inner(argument)
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            return inner
    return annotation
