"""The promises a vocabulary makes, each checked by one function."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from mesoscreen.vocabulary.codes import SYSTEMS, normal_code
from mesoscreen.vocabulary.graph import cycles, within
from mesoscreen.vocabulary.index import names_of
from mesoscreen.vocabulary.names import normalise
from mesoscreen.vocabulary.problems import Problem
from mesoscreen.vocabulary.spelling import near_names
from mesoscreen.vocabulary.words import QUALIFIERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mesoscreen.vocabulary.concepts import Ambiguity, Concept, CrossReaction, Space
    from mesoscreen.vocabulary.words import Words

    Spaces = Mapping[Space, Mapping[str, Concept]]

MAX_CONCEPTS = 20_000
"""Most concepts of one vocabulary."""
MAX_ABOVE = 20
"""Most concepts above one concept, itself included."""
MAX_INSIDE = 500
"""Most concepts that are or may be inside one concept, those above them included."""
MAX_REACTIONS = 500_000
"""Most pairs of concepts that cross-react."""
MAX_PROBLEMS = 200
"""Most problems looked for."""
_OF_PHARMACY = frozenset({"contains", "may_contain", "allergy_to", "reacts_with"})
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def problems_of(
    spaces: Spaces,
    cross_reactions: Sequence[CrossReaction],
    ambiguous: Sequence[Ambiguity],
    words: Words,
) -> Iterator[Problem]:
    """Yield everything wrong, concept by concept and then whatever is between concepts."""
    for space, concepts in spaces.items():
        for concept in concepts.values():
            yield from _identity(space, concept)
            yield from _references(spaces, space, concept)
            yield from _meaning(spaces, space, concept)
        yield from _circles(space, concepts)
        yield from _clashing_names(space, concepts, [one for one in ambiguous if one.space == space])
        yield from _clashing_codes(space, concepts)
    yield from _edges(spaces["pharmacy"], cross_reactions)
    yield from _sizes(spaces, cross_reactions)
    yield from _ambiguities(spaces, ambiguous)
    for place, qualifier in enumerate(words.qualifiers):
        yield from _qualifiers(None, "", "set", qualifier.sets, place)


def _identity(space: Space, concept: Concept) -> Iterator[Problem]:
    if not _ID.fullmatch(concept.id):
        message = f"`{concept.id}` is not a concept id: write lower-case words joined by hyphens"
        yield Problem("bad-id", space, concept.id, "id", message, concept.id)
    for _, key, name in names_of(concept):
        if not normalise(name):
            message = f"`{name}` has no letter or digit to be found by"
            yield Problem("not-an-option", space, concept.id, key, message, name)
    if concept.composition == "stated" and not concept.contains:
        message = f"`{concept.id}` says its composition is stated but lists nothing under `contains`"
        yield Problem("bad-product", space, concept.id, "composition", message)


def _references(spaces: Spaces, space: Space, concept: Concept) -> Iterator[Problem]:
    for key, values, known in (
        ("parents", concept.parents, spaces[space]),
        ("contains", concept.contains, spaces["pharmacy"]),
        ("may_contain", concept.may_contain, spaces["pharmacy"]),
        ("near", concept.near, spaces["area"]),
    ):
        for value in values:
            if value not in known:
                yield _unknown(space, concept.id, key, value, known)


def _meaning(spaces: Spaces, space: Space, concept: Concept) -> Iterator[Problem]:
    if concept.means is None:
        return
    base = concept.means.get("is")
    if not isinstance(base, str):
        message = f"`{concept.id}` does not say which concept it means: write `means: {{is: ...}}`"
        yield Problem("missing-key", space, concept.id, "means", message)
    elif base not in spaces[space]:
        yield _unknown(space, concept.id, "means", base, spaces[space])
    elif spaces[space][base].means is not None:
        message = f"`{concept.id}` means `{base}`, which itself means another concept; name that one instead"
        yield Problem("not-an-option", space, concept.id, "means", message, base)
    said = {key: value for key, value in concept.means.items() if key != "is"}
    if not said:
        message = f"`{concept.id}` means another concept and nothing more; make its names names of that one"
        yield Problem("missing-key", space, concept.id, "means", message)
    yield from _qualifiers(space, concept.id, "means", said)


def _qualifiers(
    space: Space | None,
    concept: str,
    key: str,
    said: Mapping[str, str | bool],
    index: int | None = None,
) -> Iterator[Problem]:
    for name, value in said.items():
        if name not in QUALIFIERS:
            message = f"`{name}` is not a qualifier; there are {_listed(QUALIFIERS)}"
            yield Problem("unknown-key", space, concept, key, message, name, index, near_names(name, QUALIFIERS))
        elif value not in QUALIFIERS[name]:
            options = [str(option).lower() for option in sorted(QUALIFIERS[name], key=str)]
            written = str(value).lower() if isinstance(value, bool) else str(value)
            message = f"`{written}` is not a value of `{name}`; there are {_listed(options)}"
            yield Problem("not-an-option", space, concept, key, message, written, index, near_names(written, options))


def _circles(space: Space, concepts: Mapping[str, Concept]) -> Iterator[Problem]:
    for key, edges in (
        ("parents", {one.id: one.parents for one in concepts.values()}),
        ("contains", {one.id: one.contains for one in concepts.values()} if space == "pharmacy" else {}),
    ):
        for cycle in cycles(edges):
            path = " → ".join(f"`{one}`" for one in (*cycle, cycle[0]))
            message = f"{'parents' if key == 'parents' else 'contents'} go round in a circle: {path}"
            yield Problem("cycle", space, cycle[0], key, message, cycle[1 % len(cycle)])


def _clashing_names(
    space: Space,
    concepts: Mapping[str, Concept],
    ambiguous: Sequence[Ambiguity],
) -> Iterator[Problem]:
    declared = {normalise(one.name) for one in ambiguous}
    owners: dict[str, str] = {}
    for concept in concepts.values():
        for _, key, name in names_of(concept):
            normal = normalise(name)
            owner = owners.setdefault(normal, concept.id)
            if owner != concept.id and normal and normal not in declared:
                message = f"`{name}` is a name of `{concept.id}` and of `{owner}`; leave it to one of them or declare it under `ambiguous`"
                yield Problem("name-clash", space, concept.id, key, message, name)


def _clashing_codes(space: Space, concepts: Mapping[str, Concept]) -> Iterator[Problem]:
    owners: dict[tuple[str, str], str] = {}
    for concept in concepts.values():
        for system, code in concept.codes:
            if system not in SYSTEMS:
                message = f"`{system}` is not a code system; there are {_listed(SYSTEMS)}"
                near = near_names(system, SYSTEMS)
                yield Problem("not-an-option", space, concept.id, "codes", message, system, suggestions=near)
                continue
            owner = owners.setdefault((system, normal_code(code)), concept.id)
            if owner != concept.id:
                message = f"{system} code `{code}` is claimed by `{concept.id}` and by `{owner}`; leave it to one of them"
                yield Problem("name-clash", space, concept.id, "codes", message, code)
            elif not normal_code(code):
                yield Problem("not-an-option", space, concept.id, "codes", f"{system} code `{code}` has no letter or digit", code)


def _edges(pharmacy: Mapping[str, Concept], cross_reactions: Sequence[CrossReaction]) -> Iterator[Problem]:
    for place, edge in enumerate(cross_reactions):
        for key, value in (("allergy_to", edge.allergy_to), ("reacts_with", edge.reacts_with)):
            if value not in pharmacy:
                yield _unknown("pharmacy", "", key, value, pharmacy, place)


def _sizes(spaces: Spaces, cross_reactions: Sequence[CrossReaction]) -> Iterator[Problem]:
    """Keep what follows from the hierarchy in proportion to what is written: a chain of thousands would fill the memory."""
    below: Counter[str] = Counter()
    for space, concepts in spaces.items():
        parents = {one.id: tuple(dict.fromkeys(one.parents)) for one in concepts.values()}
        inside = {one.id: tuple(dict.fromkeys((*one.parents, *one.contains, *one.may_contain))) for one in concepts.values()}
        for concept in concepts:
            above = within(parents, concept, MAX_ABOVE)
            if len(above) > MAX_ABOVE:
                message = f"`{concept}` lies below more than {MAX_ABOVE - 1} other concepts"
                yield Problem("too-large", space, concept, "parents", message)
            elif len(within(inside, concept, MAX_INSIDE)) > MAX_INSIDE:
                message = f"more than {MAX_INSIDE} things are or may be inside `{concept}`"
                yield Problem("too-large", space, concept, "contains", message)
            if space == "pharmacy":
                below.update(above)
    pairs = 0
    for place, edge in enumerate(cross_reactions):
        pairs += below[edge.allergy_to] * below[edge.reacts_with]
        if pairs > MAX_REACTIONS:
            message = f"with this one, more than {MAX_REACTIONS} pairs of concepts cross-react"
            yield Problem("too-large", "pharmacy", "", "allergy_to", message, edge.allergy_to, place)
            return


def _ambiguities(spaces: Spaces, ambiguous: Sequence[Ambiguity]) -> Iterator[Problem]:
    seen: defaultdict[Space, set[str]] = defaultdict(set)
    for place, one in enumerate(ambiguous):
        known = spaces[one.space]
        for value in one.means:
            if value not in known:
                yield _unknown(one.space, "", "means", value, known, place)
        if len(set(one.means)) < 2:  # noqa: PLR2004
            message = f"`{one.name}` is declared ambiguous but means fewer than two concepts"
            yield Problem("not-an-option", one.space, "", "means", message, one.name, place)
        normal = normalise(one.name)
        if normal in seen[one.space] or not normal:
            message = f"`{one.name}` is declared ambiguous twice" if normal else f"`{one.name}` has no letter or digit"
            yield Problem("name-clash", one.space, "", "name", message, one.name, place)
        seen[one.space].add(normal)


def _unknown(
    space: Space,
    concept: str,
    key: str,
    value: str,
    known: Mapping[str, Concept],
    index: int | None = None,
) -> Problem:
    kind = "area" if key == "near" else "substance or medication" if key in _OF_PHARMACY else space
    if kind == "pharmacy":
        kind = "substance or medication"
    message = f"`{value}` is not a {kind} this vocabulary knows"
    return Problem("unknown-concept", space, concept, key, message, value, index, near_names(value, known))


def _listed(options: Iterable[str]) -> str:
    return ", ".join(f"`{one}`" for one in sorted(options))
