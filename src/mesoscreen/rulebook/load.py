"""Load a rulebook from its files: everything read, everything checked, everything wrong reported at its place."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from mesoscreen.criteria.criterion import Section
from mesoscreen.criteria.relations import excludes, implies
from mesoscreen.errors import RulebookError
from mesoscreen.rulebook.asking import build_groups
from mesoscreen.rulebook.compiled import shipped
from mesoscreen.rulebook.extend import apply_changes
from mesoscreen.rulebook.files import CrossReactivityFile, RulebookFile, SourceFile, VocabularyFile, WordsFile
from mesoscreen.rulebook.formula import renumbered
from mesoscreen.rulebook.grammar import Criteria
from mesoscreen.rulebook.model import Rule, Rulebook, Source
from mesoscreen.rulebook.problems import Problems
from mesoscreen.rulebook.rules import Draft, build_rule
from mesoscreen.rulebook.source import Document, Node, SourceError, read_file
from mesoscreen.rulebook.words import VocabularyParts, build_vocabulary
from mesoscreen.wording import LANGUAGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mesoscreen.vocabulary import Vocabulary

DOMAINS = ("allergy", "infection", "medical-history")
SHIPPED_NAME = "mesoscreen"
_DEPTH = 5


def load(path: str | Path) -> Rulebook:
    """Load a rulebook.

    Raises:
        RulebookError: with every problem found.

    """
    return _Loader().load(Path(path), 0)


class _Loader:
    def __init__(self) -> None:
        self.problems = Problems()

    def load(self, path: Path, depth: int) -> Rulebook:
        root = path if path.is_dir() else path.parent
        main = path / "rulebook.yaml" if path.is_dir() else path
        head_node = self._read(main, main.name)
        head = self.problems.read(RulebookFile, head_node) if head_node is not None else None
        self.problems.stop_if_any()
        if head is None or head_node is None:
            raise RulebookError(())
        base = self._base(head, head_node, root, depth)
        parts = VocabularyParts()
        sources: dict[str, Source] = dict(base.sources) if base else {}
        drafts: list[Draft] = []
        canonical: dict[str, Any] = {"rulebook": {"name": head.name, "version": head.version, "intended_use": head.intended_use, "misuse": head.misuse}}
        if base is not None:
            canonical["extends"] = base.sha256
            parts.extend(base.vocabulary)
            parts.no_rule_asks |= base.no_rule_asks
        if main.name == "rulebook.yaml":
            self._folder(root, parts, sources)
        for number, _ in enumerate(head.vocabulary):
            parts.read(head_node.find(("vocabulary", number)), self.problems)
        self._sources(head_node.get("sources"), sources)
        self.problems.stop_if_any()  # else every rule would be told that its concepts and sources are unknown
        if main.name == "rulebook.yaml":
            drafts += self._drafts(root)
        drafts += [Draft(node, None) for node in _members(head_node.get("rules"))]
        vocabulary = build_vocabulary(parts, sources, self.problems)
        criteria = Criteria()
        rules: dict[str, Rule] = {}
        relations = _Relating(vocabulary, criteria)
        if base is not None:
            for criterion in base.criteria:
                criteria.number(criterion)
            rules.update(base.rules)
        asked = [*(self._questions(root) if main.name == "rulebook.yaml" else ()), *_members(head_node.get("questions"))]
        groups = build_groups(asked, base.groups if base else (), vocabulary, self.problems)
        changes = apply_changes(head, head_node, base, drafts, self.problems) if base is not None else ()
        if base is None and head.changes:
            self.problems.add("bad-criterion", "`changes` needs `extends`", head_node.key("changes"))
        for draft in drafts:
            rule = build_rule(draft, vocabulary, criteria, relations, sources, self.problems)
            if rule is None:
                continue
            if rule.id in rules and not draft.replaces:
                self.problems.add("duplicate-id", f"there is already a rule `{rule.id}`", (draft.node.get("id") or draft.node))
            rules[rule.id] = replace(rule, examples=()) if draft.replaces else rule
        for change in changes:
            change.apply(rules)
        self.problems.stop_if_any()
        translations = _translations(head, base)
        canonical |= {
            "vocabulary": parts.plain,
            "sources": {s.id: [s.title, s.publisher, s.url, s.kind, s.read] for s in sources.values()},
            "rules": {**(base.canonical["rules"] if base else {}), **{d.node.find(("id",)).value: d.node.plain() for d in drafts}},
            "questions": [*(base.canonical["questions"] if base else ()), *(node.plain() for node in asked)],
            "translations": translations,
            "changes": [[c.change.rule, c.change.what, c.change.reason] for c in changes],
        }
        known = criteria.known
        by_section = sorted(range(len(known)), key=lambda n: (get_args(Section).index(known[n].section), n))
        numbers = {old: new for new, old in enumerate(by_section)}
        rules = {
            rule.id: replace(rule, when=renumbered(rule.when, numbers), decided=renumbered(rule.decided, numbers))
            for rule in sorted(rules.values(), key=lambda rule: rule.id)
        }
        return Rulebook(
            head.name, head.version, _digest(canonical), head.intended_use or (base.intended_use if base else ""),
            head.misuse or (base.misuse if base else ""),
            rules, vocabulary, tuple(known[old] for old in by_section), sources, frozenset(parts.no_rule_asks),
            (base.changes if base else ()) + tuple(c.change for c in changes),
            groups, translations, LANGUAGE, canonical,
        )  # fmt: skip

    def _base(self, head: RulebookFile, node: Node, root: Path, depth: int) -> Rulebook | None:
        if head.extends is None:
            return None
        if depth >= _DEPTH:
            self.problems.add("cycle", "rulebooks extend each other without end", node.get("extends"))
            self.problems.stop_if_any()
        if head.extends == SHIPPED_NAME:
            return self.load(shipped(), depth + 1)
        target = root / head.extends
        # A rulebook from elsewhere must not make us read, and quote in an error, a file that is no rulebook.
        if Path(head.extends).is_absolute() or not _is_there(target):
            self.problems.add("missing-file", f"`{head.extends}` is not there", node.get("extends"), "write `mesoscreen` to extend the rulebook the library ships")
            self.problems.stop_if_any()
        return self.load(target, depth + 1)

    def _folder(self, root: Path, parts: VocabularyParts, sources: dict[str, Source]) -> None:
        listed = self._read(root / "sources.yaml", "sources.yaml") if (root / "sources.yaml").exists() else None
        self._sources(listed, sources)
        for file in sorted((root / "vocabulary").glob("*.yaml")):
            node = self._read(file, f"vocabulary/{file.name}")
            if node is None:
                continue
            if file.name == "words.yaml":
                parts.words, parts.words_node = self.problems.read(WordsFile, node), node
                parts.plain["words"] = node.plain()
            elif file.name == "cross-reactivity.yaml":
                parts.cross(node, self.problems.read(CrossReactivityFile, node))
            elif self.problems.read(VocabularyFile, node) is not None:
                parts.read(node, self.problems)

    def _questions(self, root: Path) -> Iterator[Node]:
        for file in sorted((root / "questions").glob("*.yaml")):
            node = self._read(file, f"questions/{file.name}")
            if node is not None:
                yield node

    def _drafts(self, root: Path) -> Iterator[Draft]:
        for domain in DOMAINS:
            for file in sorted((root / domain).glob("*.yaml")):
                node = self._read(file, f"{domain}/{file.name}")
                if node is not None:
                    yield Draft(node, (domain, file.stem))

    def _sources(self, node: Node | None, sources: dict[str, Source]) -> None:
        if node is None:
            return
        if not isinstance(node.value, dict):
            self.problems.add("wrong-type", "a bibliography is a mapping of id to source", node)
            return
        for key, entry in node.value.items():
            read = self.problems.read(SourceFile, entry)
            if key in sources:
                self.problems.add("duplicate-id", f"there is already a source `{key}`", node.key(key))
            elif read is not None:
                sources[key] = Source(key, read.title, read.publisher or "", read.url or "", read.kind, read.read)

    def _read(self, path: Path, name: str) -> Node | None:
        try:
            document: Document = read_file(path, name)
        except SourceError as error:
            self.problems.found.append(error.problem)
            return None
        return document.root


def _digest(canonical: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(canonical, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _members(node: Node | None) -> list[Node]:
    return list(node.items()) if node is not None else []


def _translations(head: RulebookFile, base: Rulebook | None) -> dict[str, Mapping[str, str]]:
    """Give the translations of the head; a clinic's file without its own texts keeps those of the rulebook it extends."""
    kept = dict(base.translations) if base is not None else {}
    kept.update({language: said.model_dump(exclude_none=True) for language, said in head.translations.items()})
    return kept


def _is_there(target: Path) -> bool:
    """Say whether there is a folder, or a YAML file, of this name."""
    try:
        return target.is_dir() or (target.suffix == ".yaml" and target.is_file())
    except OSError:  # a name longer than any file's
        return False


class _Relating:
    """Works out how the criteria of a rule bear on each other."""

    def __init__(self, vocabulary: Vocabulary, criteria: Criteria) -> None:
        self.vocabulary = vocabulary
        self.criteria = criteria

    def implications(self, numbers: tuple[int, ...]) -> set[tuple[int, int]]:
        known = self.criteria.known
        return {(a, b) for a in numbers for b in numbers if a != b and implies(known[a], known[b], self.vocabulary)}

    def exclusions(self, numbers: tuple[int, ...]) -> set[tuple[int, int]]:
        known = self.criteria.known
        return {(a, b) for a in numbers for b in numbers if a < b and excludes(known[a], known[b])}
