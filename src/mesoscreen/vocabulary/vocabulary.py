"""Everything the vocabulary can be asked, each answer a look-up.

The hierarchy answers what an entry is (ancestors), what it could be (overlaps) and what it contains
(ingredients).
"""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, get_args

from mesoscreen.kept import kept
from mesoscreen.vocabulary import graph
from mesoscreen.vocabulary.checks import MAX_CONCEPTS, MAX_PROBLEMS, problems_of
from mesoscreen.vocabulary.codes import normal_code, system_of, widening
from mesoscreen.vocabulary.concepts import Ambiguity, Concept, CrossReaction, Space, Strength, space_of
from mesoscreen.vocabulary.index import Meaning, SpaceIndex, names_of, target_of
from mesoscreen.vocabulary.matching import Matcher, certain_reading
from mesoscreen.vocabulary.names import normalise
from mesoscreen.vocabulary.problems import Problem, VocabularyErrors
from mesoscreen.vocabulary.words import Words
from mesoscreen.wording import LANGUAGE, marked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mesoscreen.vocabulary.resolution import Resolution

SPACES: tuple[Space, ...] = get_args(Space)


class _Indexes(dict[Space, SpaceIndex]):
    """The names of each space, indexed when the first of them is looked up."""

    def __init__(self, made: Callable[[Space], SpaceIndex]) -> None:
        super().__init__()
        self._made = made

    def __missing__(self, space: Space) -> SpaceIndex:
        self[space] = self._made(space)
        return self[space]


class Vocabulary:
    """The concepts, how they stand to each other, and their names. Built once, never changed."""

    def __init__(
        self,
        spaces: Mapping[Space, Mapping[str, Concept]],
        cross_reactions: tuple[CrossReaction, ...],
        words: Words,
        ambiguous: tuple[Ambiguity, ...],
        normal_of: Callable[[str], str] = normalise,
    ) -> None:
        """Take concepts already checked; use `build`. `normal_of` normalises their names."""
        self._spaces = spaces
        self.language = LANGUAGE
        """The language of the labels."""
        self.cross_reactions = cross_reactions
        self.words = words
        self.ambiguous = ambiguous
        self._ancestors = {space: graph.reachable({one.id: one.parents for one in concepts.values()}) for space, concepts in spaces.items()}
        self._descendants = {space: graph.inverse(closure) for space, closure in self._ancestors.items()}
        self._codes = {
            space: {(system, normal_code(code)): one.id for one in concepts.values() for system, code in one.codes}
            for space, concepts in spaces.items()
        }
        self._longest_code = max((len(code) for codes in self._codes.values() for _, code in codes), default=0)
        indexes = _Indexes(
            lambda space: SpaceIndex(space, spaces[space].values(), [one for one in ambiguous if one.space == space], normal_of)
        )
        self._matcher = Matcher(indexes, words, lambda space, concept: spaces[space][concept].label)
        self._ingredients: dict[tuple[Space, str], frozenset[str]] = {}
        self._homonyms: dict[tuple[Space, str, Space], tuple[str, ...]] = {}
        self._may_contain: dict[tuple[Space, str], frozenset[str]] = {}

    @classmethod
    def build(
        cls,
        concepts: Iterable[Concept],
        cross_reactions: Iterable[CrossReaction] = (),
        words: Words | None = None,
        ambiguous: Iterable[Ambiguity] = (),
    ) -> Vocabulary:
        """Check the concepts and put them together.

        Raises:
            VocabularyErrors: with every problem there is, or the first of very many.
        """
        spaces: dict[Space, dict[str, Concept]] = {space: {} for space in SPACES}
        problems: list[Problem] = []
        for number, concept in enumerate(concepts):
            space = space_of(concept.kind)
            if number == MAX_CONCEPTS:
                message = f"`{concept.id}` is one more than the {MAX_CONCEPTS} concepts a vocabulary may have"
                problems.append(Problem("too-large", space, concept.id, "id", message, concept.id))
            if concept.id in spaces[space]:
                message = f"`{concept.id}` is defined twice"
                problems.append(Problem("duplicate-id", space, concept.id, "id", message, concept.id))
            else:
                spaces[space][concept.id] = concept
        cross_reactions, words, ambiguous = tuple(cross_reactions), words or Words(), tuple(ambiguous)
        problems += islice(problems_of(spaces, cross_reactions, ambiguous, words), MAX_PROBLEMS)
        if problems:
            raise VocabularyErrors(tuple(problems))
        return cls(spaces, cross_reactions, words, ambiguous)

    @classmethod
    def assemble(
        cls,
        spaces: Mapping[Space, Mapping[str, Concept]],
        cross_reactions: tuple[CrossReaction, ...],
        words: Words,
        ambiguous: tuple[Ambiguity, ...],
        normal: Mapping[str, str] | None = None,
    ) -> Vocabulary:
        """Put together concepts that `build` has checked before. `normal`, if given, is what `normal()` gave for them."""
        every = {space: spaces.get(space, {}) for space in SPACES}
        normal_of = normalise if normal is None else lambda name: normal.get(name, name)
        return cls(every, cross_reactions, words, ambiguous, normal_of)

    def in_language(self, language: str) -> Vocabulary:
        """Give the same concepts and names with labels of another language; a label it lacks stays as it is, and marked so.

        What a label was before counts among the labels, so every name is still found.
        """
        other = copy(self)
        other._relabel(language)  # noqa: SLF001 - one of our own
        return other

    def _relabel(self, language: str) -> None:
        spaces = {space: {one.id: _labelled(one, self.language, language) for one in concepts.values()} for space, concepts in self._spaces.items()}
        self.language, self._spaces = language, spaces
        self._matcher = self._matcher.suggesting(lambda space, concept: spaces[space][concept].label)

    def normal(self) -> dict[str, str]:
        """Normalise every name; give those it changes."""
        names = [name for concepts in self._spaces.values() for one in concepts.values() for _, _, name in names_of(one)]
        written = {name: normalise(name) for name in (*names, *(one.name for one in self.ambiguous))}
        return {name: normal for name, normal in written.items() if name != normal}

    @property
    def spaces(self) -> tuple[Space, ...]:
        """Every name space."""
        return SPACES

    def has(self, space: Space, concept: str) -> bool:
        """Say whether there is a concept of this id."""
        return concept in self._spaces[space]

    def concept(self, space: Space, concept: str) -> Concept:
        """Look up a concept by id.

        Raises:
            KeyError: there is none; ask `has` first where that is possible.
        """
        return self._spaces[space][concept]

    def concepts(self, space: Space) -> Mapping[str, Concept]:
        """List the concepts of a space by id."""
        return self._spaces[space]

    def ancestors(self, space: Space, concept: str) -> frozenset[str]:
        """Everything the concept certainly is, itself included."""
        return self._ancestors[space][concept]

    def descendants(self, space: Space, concept: str) -> frozenset[str]:
        """Everything that certainly is the concept, itself included."""
        return self._descendants[space][concept]

    def overlaps(self, space: Space, concept: str) -> frozenset[str]:
        """Everything that shares a descendant with the concept: an entry naming it could mean the concept."""
        return self._overlaps[space][concept]

    def ingredients(self, concept: str, space: Space = "pharmacy") -> frozenset[str]:
        """Substances certainly in a concept, what its ancestors contain included.

        A substance counts as being in itself; a product or procedure is no substance.
        """
        key = (space, concept)
        if key not in self._ingredients:
            inside = self._inside(self._ancestors[space][concept], space, "contains")
            self._ingredients[key] = inside | ({concept} if space == "pharmacy" else frozenset())
        return self._ingredients[key]

    def may_contain(self, concept: str, space: Space = "pharmacy") -> frozenset[str]:
        """Substances in some brands of a concept or of its ingredients, beyond those certainly in it."""
        key = (space, concept)
        if key not in self._may_contain:
            certainly = self.ingredients(concept, space)
            varying = self._inside(self._ancestors[space][concept], space, "may_contain")
            for one in certainly:
                varying |= self._inside(self._ancestors["pharmacy"][one], "pharmacy", "may_contain")
            self._may_contain[key] = varying - certainly
        return self._may_contain[key]

    def neighbours(self, area: str) -> frozenset[str]:
        """Areas declared to be near an area, by either of the two."""
        return self._neighbours.get(area, graph.NOTHING)

    def cross_reacting(self, concept: str, strength: Strength) -> frozenset[str]:
        """Substances that someone allergic to this one reacts to, likely or (also) possibly."""
        return self._reactions[strength].get(concept, graph.NOTHING)

    def reacting_with(self, concept: str, strength: Strength) -> frozenset[str]:
        """Substances an allergy to which makes this one react: `cross_reacting` the other way round."""
        return self._causes[strength].get(concept, graph.NOTHING)

    def by_code(self, system: str, code: str) -> tuple[Concept, ...]:
        """Find the concepts (at most one per space) a code names, or whose code it lies under."""
        found = []
        known = tuple(widening(system, code, self._longest_code))
        for space, codes in self._codes.items():
            for wider in known:
                if (system, wider) in codes:
                    found.append(self._spaces[space][codes[system, wider]])
                    break
        return tuple(found)

    def resolve(self, text: str, spaces: tuple[Space, ...], *, suggest: bool = True) -> Resolution:
        """Read free text as names of the given spaces; without suggestions an unknown text costs much less."""
        return self._matcher.resolve(text, spaces, suggest=suggest)

    def named(self, text: str, space: Space) -> tuple[str, ...]:
        """Find the concepts a text is exactly a name of, and nothing weaker: cheap where that is all that matters."""
        return self._matcher.whole(text, space)

    def homonyms(self, space: Space, concept: str, other: Space) -> tuple[str, ...]:
        """Find the concepts of another space that share a name with this one: Botox the substance and Botox the treatment."""
        key = (space, concept, other)
        if key not in self._homonyms:
            shared = [found for _, _, name in names_of(self._spaces[space][concept]) for found in self.named(name, other)]
            self._homonyms[key] = tuple(dict.fromkeys(shared))
        return self._homonyms[key]

    def resolve_code(self, system: str, code: str, spaces: tuple[Space, ...]) -> Resolution:
        """Read a code of any spelling of its system; a code is exact or nothing."""
        short = system_of(system)
        found = () if short is None else self.by_code(short, code)
        return certain_reading(
            [Meaning(space_of(one.kind), (target_of(one),)) for one in found if space_of(one.kind) in spaces],
        )

    @kept
    def excipients(self) -> frozenset[str]:
        """Substances that may sit in a product without being listed among its actives."""
        listed = (one.id for one in self._spaces["pharmacy"].values() if one.excipient)
        return frozenset(below for one in listed for below in self._descendants["pharmacy"][one])

    @kept
    def _causes(self) -> Mapping[Strength, Mapping[str, frozenset[str]]]:
        return {strength: graph.inverse(found) for strength, found in self._reactions.items()}

    @kept
    def _overlaps(self) -> Mapping[Space, Mapping[str, frozenset[str]]]:
        return {space: graph.overlapping(self._ancestors[space], self._descendants[space]) for space in SPACES}

    @kept
    def _neighbours(self) -> Mapping[str, frozenset[str]]:
        return graph.symmetric((one.id, near) for one in self._spaces["area"].values() for near in one.near)

    @kept
    def _reactions(self) -> Mapping[Strength, Mapping[str, frozenset[str]]]:
        below = self._descendants["pharmacy"]
        reactions: dict[Strength, dict[str, set[str]]] = {"likely": {}, "possible": {}}
        for edge in self.cross_reactions:
            ways = [(edge.allergy_to, edge.reacts_with)]
            if edge.both_ways:
                ways.append((edge.reacts_with, edge.allergy_to))
            for cause, effect in ways:
                for allergen in below[cause]:
                    reactions["possible"].setdefault(allergen, set()).update(below[effect])
                    if edge.strength == "likely":
                        reactions["likely"].setdefault(allergen, set()).update(below[effect])
        return {strength: {allergen: frozenset(effects) for allergen, effects in found.items()} for strength, found in reactions.items()}

    def _inside(self, concepts: frozenset[str], space: Space, key: str) -> frozenset[str]:
        """Everything listed under a key of the concepts, with whatever is certainly inside that."""
        listed = {one for concept in concepts for one in getattr(self._spaces[space][concept], key)}
        pharmacy, above = self._spaces["pharmacy"], self._ancestors["pharmacy"]
        return graph.closed(listed, lambda one: [part for up in above[one] for part in pharmacy[up].contains])


def _labelled(concept: Concept, now: str, language: str) -> Concept:
    label = concept.labels.get(language) or marked(concept.label)
    return replace(concept, label=label, labels={**concept.labels, now: concept.label})
