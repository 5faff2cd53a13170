"""Read YAML so that every value knows where it stands.

YAML 1.2 meaning (`no` is a word, not false), one document, no anchors, aliases or tags, bounded size and depth.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mesoscreen.errors import Location, RulebookProblem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_FILE = 2_000_000
"""Longest rulebook file, in characters."""
MAX_ROW = 2_000
"""Longest line an error quotes."""
MAX_DEPTH = 40
TOO_LARGE = "more, or more deeply nested, than a rulebook file may hold"
MAX_NODES = 300_000

_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS: dict[str, object] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_LONGEST_NUMBER = 40


@dataclass(slots=True)
class Node:
    """A YAML value with its place."""

    value: Any
    """A mapping of key to node, a list of nodes, or a scalar."""
    line: int
    column: int
    length: int
    document: Document
    keys: dict[str, Node] = field(default_factory=dict)
    """Of a mapping: the place of each key."""

    def at(self) -> Location:
        """Give the place for an error message."""
        rows = self.document.rows
        text = rows[self.line - 1] if 0 < self.line <= len(rows) else ""
        if len(text) > MAX_ROW:
            return Location(self.document.name, self.line, self.column)
        return Location(self.document.name, self.line, self.column, text, max(1, min(self.length, len(text) - self.column + 1)))

    def get(self, key: str) -> Node | None:
        """Give the value under a key of a mapping."""
        return self.value.get(key) if isinstance(self.value, dict) else None

    def items(self) -> Iterator[Node]:
        """Give the members of a list; a single value stands for a list of one."""
        yield from self.value if isinstance(self.value, list) else (self,)

    def leaves(self) -> Iterator[Node]:
        """Give every word and number in here, however deep."""
        inner = self.value.values() if isinstance(self.value, dict) else self.value if isinstance(self.value, list) else None
        if inner is None:
            yield self
        for node in inner or ():
            yield from node.leaves()

    def plain(self) -> Any:  # noqa: ANN401 - any YAML value
        """Give the value without places."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value

    def find(self, place: tuple[str | int, ...]) -> Node:
        """Follow keys and positions as far as they lead."""
        node = self
        for step in place:
            inner = node.value
            if (isinstance(inner, dict) and step in inner) or (isinstance(inner, list) and isinstance(step, int) and step < len(inner)):
                node = inner[step]  # type: ignore[index]
        return node

    def key(self, name: str) -> Node:
        """Give the place of a key, or of the mapping if it has no such key."""
        return self.keys.get(name, self)


@dataclass(slots=True)
class Document:
    """One YAML file."""

    name: str
    rows: list[str] = field(default_factory=list)
    root: Node | None = None


class SourceError(Exception):
    """Carries the one problem that stops a file from being read at all."""

    def __init__(self, problem: RulebookProblem) -> None:
        """Hold the problem."""
        super().__init__(problem)
        self.problem = problem


def read_file(path: Path, name: str) -> Document:
    """Read a rulebook file.

    Raises:
        SourceError: it cannot be read, or is not plain YAML within bounds.

    """
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(MAX_FILE + 1)
    except FileNotFoundError:
        raise SourceError(RulebookProblem("missing-file", f"`{name}` is not there")) from None
    except (OSError, UnicodeDecodeError):
        raise SourceError(RulebookProblem("not-yaml", f"`{name}` cannot be read as UTF-8 text")) from None
    return read_text(text, name)


def read_text(text: str, name: str) -> Document:
    """Read rulebook text; `name` is what errors call it."""
    document = Document(name, text.splitlines())
    if len(text) > MAX_FILE:
        raise SourceError(RulebookProblem("too-large", f"`{name}` is longer than {MAX_FILE} characters"))
    document.root = _Builder(document).build(text)
    return document


class _Builder:
    """Builds nodes from parser events, without recursion and without ever constructing an object."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.count = 0

    def build(self, text: str) -> Node:
        import yaml  # noqa: PLC0415 - only needed where YAML is read, not where a compiled rulebook is

        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        try:
            return self._events(yaml.parse(text, Loader=loader), yaml)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            place = self._node(None, mark.line + 1, mark.column + 1) if mark else None
            if "nesting depth" in (error.problem or ""):  # newer parsers have a limit of their own
                self._stop("too-large", TOO_LARGE, place)
            self._stop("not-yaml", f"not YAML: {error.problem or 'cannot be read'}", place)
        except yaml.YAMLError:
            self._stop("not-yaml", "not YAML: it holds characters YAML does not allow", None)
        raise AssertionError

    def _events(self, events: Any, yaml: Any) -> Node:  # noqa: ANN401 - PyYAML's own types
        stack: list[tuple[Node, Node | None]] = []
        root: Node | None = None
        documents = 0
        for event in events:
            kind = type(event)
            if kind is yaml.DocumentStartEvent:
                documents += 1
                if documents > 1:
                    self._stop("yaml-feature", "a second document; a rulebook file holds one", self._place(event))
                continue
            if kind in (yaml.StreamStartEvent, yaml.StreamEndEvent, yaml.DocumentEndEvent):
                continue
            if kind in (yaml.MappingEndEvent, yaml.SequenceEndEvent):
                done, _ = stack.pop()
                if not stack:
                    root = done
                continue
            node = self._value(event, kind, yaml, len(stack))
            if stack:
                stack[-1] = self._attach(stack[-1], node)
            else:
                root = node
            if kind is not yaml.ScalarEvent:
                stack.append((node, None))
        return root if root is not None else self._node(None, 1, 1)

    def _value(self, event: Any, kind: type, yaml: Any, depth: int) -> Node:  # noqa: ANN401
        place = self._place(event)
        self.count += 1
        if kind is yaml.AliasEvent or event.anchor is not None:
            self._stop("yaml-feature", "anchors and aliases are not allowed; write the value out", place)
        if event.tag is not None:
            self._stop("yaml-feature", "tags are not allowed; write plain text, numbers, lists and mappings", place)
        if self.count > MAX_NODES or depth > MAX_DEPTH:
            self._stop("too-large", TOO_LARGE, place)
        if kind is yaml.MappingStartEvent:
            place.value = {}
        elif kind is yaml.SequenceStartEvent:
            place.value = []
        else:
            place.value = _scalar(event.value) if event.style is None or event.style == "" else event.value
        return place

    def _attach(self, top: tuple[Node, Node | None], node: Node) -> tuple[Node, Node | None]:
        parent, key = top
        if isinstance(parent.value, list):
            parent.value.append(node)
            return parent, None
        if key is None:
            if not isinstance(node.value, str):
                self._stop("wrong-type", "a key must be a word; put it in quotes", node)
            if node.value in parent.value:
                self._stop("duplicate-key", f"`{node.value}` is given twice", node)
            return parent, node
        parent.value[key.value] = node
        parent.keys[key.value] = key
        return parent, None

    def _place(self, event: Any) -> Node:  # noqa: ANN401
        start, end = event.start_mark, event.end_mark
        length = end.column - start.column if end.line == start.line else len(self.document.rows[start.line]) - start.column
        return self._node(None, start.line + 1, start.column + 1, length)

    def _node(self, value: object, line: int, column: int, length: int = 1) -> Node:
        return Node(value, line, column, length, self.document)

    def _stop(self, code: str, message: str, at: Node | None) -> None:
        raise SourceError(RulebookProblem(code, message, at.at() if at else None))


def _scalar(text: str) -> object:
    """Read a plain scalar by the YAML 1.2 core schema."""
    if text in _WORDS:
        return _WORDS[text]
    if len(text) < _LONGEST_NUMBER:
        if _INTEGER.fullmatch(text):
            return int(text)
        if _FLOAT.fullmatch(text):
            number = float(text)
            return number if math.isfinite(number) else text
    return text
