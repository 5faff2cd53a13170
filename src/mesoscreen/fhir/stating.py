"""State one thing a resource is about: present, denied or possible, with all that is said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesoscreen.fhir.concepts import deniable, named, possible
from mesoscreen.fhir.said import Denied, Present, Unsure, not_understood

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mesoscreen.fhir.bundle import Resource
    from mesoscreen.fhir.said import Context, Said


def stated(
    resource: Resource,
    section: str,
    concept: Mapping[str, Any],
    element: str,
    kind: str,
    entry: Mapping[str, Any],
    places: Mapping[str, str],
    context: Context,
    also: tuple[str, ...] = (),
) -> Iterator[Said]:
    """State one thing as present, denied or possible."""
    words = context.vocabulary
    match kind:
        case "denied":
            name = deniable(concept, section, words)
            yield Denied(section, name, also) if name is not None else not_understood(resource, "denied-unclear", element)
        case "unsure":
            names = possible(concept, section, words)
            yield from (Unsure(section, name, also) for name in names)
            if not names:
                yield not_understood(resource, "no-name", element)
        case _:
            called = named(concept, section, words, resource, element)
            if called is None:
                yield not_understood(resource, "no-name", element)
                return
            yield Present(section, {**called.fields(), **entry}, {"name": element, "codes": element, **places}, also)
            yield from (Unsure(section, name, also) for name in called.others)
            yield from called.odd
