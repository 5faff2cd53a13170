"""Fill in a form in every way that matters: each field alone, behind open and closed gates, and in any combination."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from mesoscreen.testing.fields import LEFT_OUT, Asks, Copies, Field, Gate, Names, Ticks
from mesoscreen.testing.mistakes import Mistake

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hypothesis.strategies import SearchStrategy

Kind = Literal["unanswered", "yes", "no", "unsure", "typed", "ticked", "none", "value"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is in one field."""

    kind: Kind
    raw: Any
    """As the form holds it."""
    names: tuple[Any, ...] = ()
    """The names typed, or the boxes ticked."""


Filled: TypeAlias = dict[str, Answer]
"""The answer in every field, shown or not."""


class Form:
    """The fields of a form, and the ways to fill them in."""

    def __init__(self, fields: Sequence[Field], names: Mapping[str, Sequence[str]]) -> None:
        """Take the fields, and for every section names to type.

        Raises:
            Mistake: a field is there twice, or a `shown_when` cannot come true.

        """
        self.fields: dict[str, Field] = {}
        for field in fields:
            if field.field in self.fields:
                raise Mistake(f"the field `{field.field}` is described twice; put what it asks into one description")
            self.fields[field.field] = field
        self._names = names
        self._alone = {name: _answers_of(field, names) for name, field in self.fields.items()}
        self._check_gates()

    def nothing(self) -> Filled:
        """Leave every field unanswered."""
        return {name: answers[0] for name, answers in self._alone.items()}

    def fullest(self) -> Filled:
        """Answer every field."""
        return {name: answers[1] if len(answers) > 1 else answers[0] for name, answers in self._alone.items()}

    def shown(self, filled: Filled) -> dict[str, bool]:
        """Say which fields are shown, gates behind gates included."""
        known: dict[str, bool] = {}

        def is_shown(name: str) -> bool:
            if name not in known:
                gates = self.fields[name].shown_when
                known[name] = all(is_shown(gate) and _opens(wanted, filled[gate].raw) for gate, wanted in gates.items())
            return known[name]

        return {name: is_shown(name) for name in self.fields}

    def emptied(self, filled: Filled) -> Filled:
        """Take away what is in hidden fields."""
        shown = self.shown(filled)
        return {name: answer if shown[name] else self._alone[name][0] for name, answer in filled.items()}

    def one_by_one(self) -> Iterator[Filled]:
        """Answer each field alone, in every way; then again with each of its gates closed."""
        yield self.nothing()
        for name, answers in self._alone.items():
            for answer in answers[1:]:
                yield {**self._opened(name), name: answer}
        for name, field in self.fields.items():
            for gate in field.shown_when:
                closed = [answer for answer in self._alone[gate] if not _opens(field.shown_when[gate], answer.raw)]
                for shut in closed:
                    for answer in self._alone[name][1:]:
                        yield {**self._opened(name), gate: shut, name: answer}

    def any_combination(self) -> SearchStrategy[Filled]:
        """Draw an answer for every field, hidden ones included."""
        from hypothesis import strategies as st  # noqa: PLC0415 - slow to import, needed only to draw

        drawn: dict[str, SearchStrategy[Answer]] = {}
        for name, field in self.fields.items():
            each: SearchStrategy[Answer] = st.sampled_from(self._alone[name])
            if isinstance(field, Names):
                several = st.lists(st.sampled_from(self._names[field.about]), min_size=1, max_size=field.most, unique=True)
                each = st.one_of(each, several.map(lambda typed, field=field: _typed(field, typed)))  # type: ignore[misc]
            elif isinstance(field, Ticks):
                ticked = st.lists(st.sampled_from(list(field.options)), min_size=1, unique=True)
                each = st.one_of(each, ticked.map(_ticked))
            drawn[name] = each
        return st.fixed_dictionaries(drawn)

    def _check_gates(self) -> None:
        for name, field in self.fields.items():
            for gate, wanted in field.shown_when.items():
                if gate not in self.fields:
                    raise Mistake(
                        f"`{name}` is shown depending on `{gate}`, which is not described; describe every field a `shown_when` names"
                    )
                if not any(_opens(wanted, answer.raw) for answer in self._alone[gate]):
                    raise Mistake(f"`{name}` would never be shown: no answer to `{gate}` is what its `shown_when` asks for")
            self._opened(name)

    def _opened(self, name: str, above: tuple[str, ...] = ()) -> Filled:
        """Answer the gates of a field so that it is shown, and nothing else."""
        if name in above:
            raise Mistake(f"`{name}` is shown depending on itself; mend its `shown_when`")
        filled = self.nothing()
        for gate, wanted in self.fields[name].shown_when.items():
            further = self._opened(gate, (*above, name))
            filled |= {one: answer for one, answer in further.items() if answer.kind != "unanswered"}
            filled[gate] = next(answer for answer in self._alone[gate] if _opens(wanted, answer.raw))
        return filled


def data_of(filled: Filled, always: Mapping[str, Any]) -> dict[str, Any]:
    """Write a filled-in form as the form's data; every call gives data of its own."""
    answered = {name: answer.raw for name, answer in filled.items() if answer.raw is not LEFT_OUT}
    return copy.deepcopy({**always, **answered})


def _answers_of(field: Field, names: Mapping[str, Sequence[str]]) -> list[Answer]:
    """List the ways to answer a field, unanswered first."""
    found = [Answer("unanswered", field.unanswered)]
    match field:
        case Asks():
            found += [Answer("yes", field.yes)]
            found += [Answer("no", field.no)] if field.no is not None else []
            found += [Answer("unsure", field.unsure)] if field.unsure is not None else []
        case Ticks():
            found += [_ticked([option]) for option in field.options]
            found += [_ticked(list(field.options)), _ticked(list(field.options)[:2])]
            found += [Answer("none", [field.none])] if field.none is not None else []
        case Names():
            pool = list(names[field.about])
            found += [_typed(field, [name]) for name in pool]
            found += [_typed(field, pool[:several]) for several in range(2, min(field.most, len(pool)) + 1)]
            found += [Answer("none", field.none)] if field.none is not None else []
        case Copies() | Gate():
            found += [Answer("value", value) for value in field.values]
    said = [answer.raw for answer in found]
    if any(said[0] == other and type(said[0]) is type(other) for other in said[1:]):
        raise Mistake(
            f"the field `{field.field}` holds {said[0]!r} both for an answer and while unanswered; no form data can tell the two apart"
        )
    return found


def _typed(field: Names, names: list[str]) -> Answer:
    return Answer("typed", field.write(list(names)), tuple(names))


def _ticked(options: list[Any]) -> Answer:
    return Answer("ticked", list(options), tuple(options))


def _opens(wanted: Any, raw: Any) -> bool:  # noqa: ANN401 - whatever the form holds
    """Say whether a value opens a gate."""
    if callable(wanted):
        return bool(wanted(None if raw is LEFT_OUT else raw))
    return any(raw == one or (isinstance(raw, list) and one in raw) for one in (wanted if isinstance(wanted, tuple) else (wanted,)))
