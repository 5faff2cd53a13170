"""What one resource comes to: an entry, a denial, a doubt, or something that was not understood."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mesoscreen.fhir.errors import REASONS, NotUnderstood

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from mesoscreen.fhir.bundle import Bundle, Resource
    from mesoscreen.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Present:
    """An entry of a section."""

    section: str
    entry: Mapping[str, Any]
    places: Mapping[str, str] = field(default_factory=dict)
    """From keys of the entry to the elements they come from, such as `onset` to `/onsetDateTime`."""
    also: tuple[str, ...] = ()
    """Pointers of other resources that say part of it."""


@dataclass(frozen=True, slots=True)
class Denied:
    """Something that was ruled out."""

    section: str
    name: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unsure:
    """Something that may be so."""

    section: str
    name: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Closed:
    """A section of which it was said that there is nothing."""

    section: str


@dataclass(frozen=True, slots=True)
class Person:
    """What is said of the patient."""

    patient: Mapping[str, Any]


Said = Present | Denied | Unsure | Closed | Person | NotUnderstood


@dataclass(frozen=True, slots=True)
class Context:
    """What a resource is read against."""

    bundle: Bundle
    vocabulary: Vocabulary
    on: date | None
    """The day of the treatment, where it is known."""


def not_understood(resource: Resource, reason: str, element: str = "", message: str = "") -> NotUnderstood:
    """List a resource or an element of it; the message is what the reason says unless another is given."""
    return NotUnderstood(f"{resource.pointer}{element}", resource.kind, reason, message or REASONS[reason])
