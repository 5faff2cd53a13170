"""From vocabulary files to a vocabulary, with every problem at its place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mesoscreen.errors import RulebookError
from mesoscreen.rulebook.files import ConceptFile, CrossReactivityFile, VocabularyFile, WordsFile
from mesoscreen.rulebook.problems import did_you_mean, nearest
from mesoscreen.vocabulary import Ambiguity, Concept, CrossReaction, Qualifier, Space, Vocabulary, VocabularyErrors, Words, space_of
from mesoscreen.vocabulary.units import UnitError, check_unit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mesoscreen.rulebook.model import Source
    from mesoscreen.rulebook.problems import Problems
    from mesoscreen.rulebook.source import Node
    from mesoscreen.vocabulary.problems import Problem


@dataclass(slots=True)
class VocabularyParts:
    """What the vocabulary files hold, gathered before it is put together."""

    concepts: list[Concept] = field(default_factory=list)
    ambiguous: list[Ambiguity] = field(default_factory=list)
    reactions: list[CrossReaction] = field(default_factory=list)
    words: WordsFile | Words | None = None
    words_node: Node | None = None
    nodes: dict[tuple[Space, str], tuple[Node, Node]] = field(default_factory=dict)
    """Where each concept stands: its id and what is said of it."""
    ambiguous_nodes: list[Node | None] = field(default_factory=list)
    reaction_nodes: list[Node | None] = field(default_factory=list)
    no_rule_asks: set[str] = field(default_factory=set)
    plain: dict[str, Any] = field(default_factory=dict)

    def extend(self, vocabulary: Vocabulary) -> None:
        """Start from another rulebook's vocabulary."""
        for space in vocabulary.spaces:
            self.concepts += vocabulary.concepts(space).values()
        self.ambiguous += vocabulary.ambiguous
        self.ambiguous_nodes += [None] * len(vocabulary.ambiguous)
        self.reactions += vocabulary.cross_reactions
        self.reaction_nodes += [None] * len(vocabulary.cross_reactions)
        self.words = vocabulary.words

    def read(self, node: Node, problems: Problems) -> None:
        """Add one vocabulary file."""
        file = problems.read(VocabularyFile, node)
        if file is None:
            return
        space = space_of(file.kind)
        listed = node.value["concepts"]
        for name, concept in file.concepts.items():
            self.concepts.append(_concept(name, file.kind, concept))
            self.nodes[space, name] = listed.keys[name], listed.value[name]
            self.plain.setdefault(file.kind, {})[name] = listed.value[name].plain()
            _check_units(concept, listed.value[name], problems)
        self.no_rule_asks |= set(file.no_rule_asks)
        for number, several in enumerate(file.ambiguous):
            self.ambiguous.append(Ambiguity(space, several.name, several.means, several.note))
            self.ambiguous_nodes.append(node.find(("ambiguous", number)))
            self.plain.setdefault("ambiguous", []).append([space, several.name, list(several.means)])

    def cross(self, node: Node, file: CrossReactivityFile | None) -> None:
        """Add the cross-reactivity file."""
        for number, edge in enumerate(file.cross_reactions if file is not None else ()):
            self.reactions.append(
                CrossReaction(edge.allergy_to, edge.reacts_with, edge.strength, edge.ref, edge.both_ways, edge.note)
            )
            self.reaction_nodes.append(node.find(("cross_reactions", number)))
        self.plain["cross"] = node.plain()


def build_vocabulary(parts: VocabularyParts, sources: Mapping[str, Source], problems: Problems) -> Vocabulary:
    """Put the vocabulary together.

    Raises:
        RulebookError: it does not hold together, or an earlier file had problems.

    """
    for reaction, node in zip(parts.reactions, parts.reaction_nodes, strict=True):
        if node is not None and reaction.ref not in sources:
            problems.add("unknown-source", f"`{reaction.ref}` is not in the bibliography", node.get("ref"), did_you_mean(nearest(reaction.ref, sources)))
    words = parts.words if isinstance(parts.words, Words) else _words(parts.words)
    try:
        vocabulary = Vocabulary.build(parts.concepts, parts.reactions, words, parts.ambiguous)
    except VocabularyErrors as error:
        leaves = _Leaves()
        for problem in error.problems:
            problems.add(problem.code, problem.message, _place(parts, problem, leaves), did_you_mean(problem.suggestions))
        raise RulebookError(tuple(problems.found)) from None
    return vocabulary


class _Leaves:
    """Finds a word inside a node, which is walked through once, however many words are looked for."""

    def __init__(self) -> None:
        self.known: dict[int, dict[object, Node]] = {}

    def find(self, within: Node, value: object) -> Node:
        if id(within) not in self.known:
            found = self.known[id(within)] = {}
            for leaf in within.leaves():
                found.setdefault(leaf.value, leaf)
        return self.known[id(within)].get(value, within)


def _place(parts: VocabularyParts, problem: Problem, leaves: _Leaves) -> Node | None:
    if problem.concept and problem.space is not None:
        written = parts.nodes.get((problem.space, problem.concept))
        if written is None:
            return None
        key, entry = written
        inner = entry.get(problem.key)
        if inner is None:
            return key
        return leaves.find(inner, problem.value)
    if problem.key == "set":
        inner = parts.words_node.find(("qualifiers", problem.index or 0, "set")) if parts.words_node is not None else None
        return leaves.find(inner, problem.value) if inner is not None else None
    if problem.index is not None:
        nodes = parts.reaction_nodes if problem.key in ("allergy_to", "reacts_with") else parts.ambiguous_nodes
        node = nodes[problem.index] if problem.index < len(nodes) else None
        return (node.get(problem.key) or node) if node is not None else None
    return None


def _check_units(concept: ConceptFile, node: Node, problems: Problems) -> None:
    if concept.unit is None:
        return
    try:
        check_unit(concept.unit)
    except UnitError as error:
        problems.add(error.code, str(error), node.get("unit"))


def _concept(name: str, kind: Any, file: ConceptFile) -> Concept:  # noqa: ANN401 - a Kind
    return Concept(
        id=name,
        kind=kind,
        label=file.label,
        labels=file.labels,
        parents=file.parents,
        names=file.names,
        trade_names=file.trade_names,
        codes=tuple((system, code) for system, codes in file.codes.items() for code in codes),
        contains=file.contains,
        may_contain=file.may_contain,
        excipient=file.excipient,
        route=file.route,
        means=file.means,  # type: ignore[arg-type]
        near=file.near,
        unit=file.unit,
        conversions={unit: (float(c.times), float(c.plus)) for unit, c in file.conversions.items()},
        composition=file.composition,
        complete=file.complete,
        uses_products=file.uses_products,
        note=file.note,
    )


def _words(file: WordsFile | None) -> Words:
    if file is None:
        return Words.of()
    return Words.of(
        negations=file.negations,
        exceptions=file.exceptions,
        none=file.none,
        forms=file.forms,
        qualifiers=[Qualifier(dict(q.set), q.names) for q in file.qualifiers],  # type: ignore[arg-type]
    )
