"""Say what the fields of your own form ask: one small value per field, for `FormContract`.

A field says where its answer belongs and how the form writes *yes*, *no*, *unsure* and *not answered*.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class _LeftOut:
    def __repr__(self) -> str:
        return "LEFT_OUT"

    def __deepcopy__(self, memo: object) -> _LeftOut:
        return self


LEFT_OUT: Final = _LeftOut()
"""How a form writes "not answered" where the field is then not in its data at all, as HTML does with a box nobody ticked."""


def _itself(value: Any) -> Any:  # noqa: ANN401 - whatever the form holds
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Asks:
    """A question answered with yes or no."""

    field: str
    """The key in the form's data."""
    about: str
    """The section of the intake: allergies, conditions, medications or procedures."""
    concept: str | None = None
    """What it asks about, as a concept or a name of one. None: about anything in the section ("do you take any medicines?")."""
    yes: Any = "yes"
    no: Any = "no"
    """None: the form has no way to say no, such as a lone box to tick."""
    unsure: Any = None
    """None: the form has no way to say so."""
    unanswered: Any = None
    """What the form holds while nobody answered; `LEFT_OUT` if it then holds no such field."""
    shown_when: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    """Other fields, each with the value, the tuple of values, or the test of the value, with which this one is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticks:
    """A list of boxes, any number of which may be ticked; the form holds a list of those that are."""

    field: str
    about: str
    options: Mapping[Any, str]
    """What the form holds for each box, and the concept it stands for."""
    none: Any = None
    """The box "none of these"; None if there is none."""
    unticked_means_no: bool = False
    """Whether a box left empty beside a ticked one says no. While nothing at all is ticked nothing was answered."""
    unanswered: Any = dataclasses.field(default_factory=list)
    shown_when: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Names somebody types, such as medicines."""

    field: str
    about: str
    write: Callable[[list[str]], Any] = list
    """How the form holds them: a list unless given, `", ".join`, or one row each."""
    none: Any = None
    """How the form says that there are none in the whole section, such as an empty list; None if it cannot."""
    complete: bool = False
    """Whether who types some says that there is nothing else in the whole section."""
    most: int = 3
    """Most names the field takes."""
    unanswered: Any = None
    shown_when: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """A value that goes to one place of the intake, such as the birth date."""

    field: str
    at: str
    """JSON pointer into the intake: `/patient/birth_date`."""
    values: Sequence[Any]
    """Values to try, as the form holds them."""
    becomes: Callable[[Any], Any] = _itself
    """What the intake must hold for a value; the same unless given."""
    unanswered: Any = None
    shown_when: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A question that only decides which others are shown, such as "anything else?"; by itself it says nothing of the patient."""

    field: str
    values: Sequence[Any] = ("yes", "no")
    """Every answer it takes, as the form holds it."""
    unanswered: Any = None
    shown_when: Mapping[str, Any] = dataclasses.field(default_factory=dict)


Field: TypeAlias = Asks | Ticks | Names | Copies | Gate
