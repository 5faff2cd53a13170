"""The shipped rulebook in a form that loads fast: already read, checked and put together, as one JSON file.

The YAML files stay the truth. The compiled file carries a fingerprint of them and is used only while it matches;
a test holds the two equal. `python -m mesoscreen.rulebook.compiled` writes it anew.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import MISSING, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mesoscreen.criteria.criterion import Bounds, Criterion, Duration, Place, Window
from mesoscreen.rulebook.formula import All, AnyOf, Formula, Is, Not
from mesoscreen.rulebook.model import Citation, Example, QuestionGroup, Rule, Rulebook, Source, WrittenQuestion
from mesoscreen.vocabulary import Ambiguity, Concept, CrossReaction, Vocabulary, Words, space_of

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = "rulebook.json"


def shipped() -> Path:
    """Find the rulebook this library ships: inside the installed package, or beside the source of a checkout."""
    here = Path(__file__).resolve()
    inside = here.parents[1] / "rules"
    return inside if inside.is_dir() else here.parents[3] / "rules"


def fingerprint(root: Path) -> str:
    """Give the digest of every YAML file of a rulebook folder, names included."""
    digest = hashlib.sha256()
    for file in sorted(root.rglob("*.yaml")):
        digest.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def restore(root: Path) -> Rulebook | None:
    """Load the compiled form of a rulebook folder; None if there is none or the YAML has changed since."""
    try:
        data = json.loads((root / FILE).read_bytes())
    except (OSError, ValueError):
        return None
    if not isinstance(data, dict) or data.get("fingerprint") != fingerprint(root):
        return None
    sources = {key: Source(key, *values) for key, values in data["sources"].items()}
    return Rulebook(
        data["name"],
        data["version"],
        data["sha256"],
        data["intended_use"],
        data["misuse"],
        {rule["id"]: _rule(rule, sources) for rule in data["rules"]},
        _vocabulary(data["vocabulary"]),
        tuple(_criterion(one) for one in data["criteria"]),
        sources,
        frozenset(data["no_rule_asks"]),
        (),
        tuple(_group(one) for one in data["groups"]),
        data["translations"],
    )


def compile_rulebook(book: Rulebook, root: Path) -> str:
    """Write a rulebook loaded from a folder as the text of its compiled file."""
    vocabulary = book.vocabulary
    concepts = [concept for space in vocabulary.spaces for concept in vocabulary.concepts(space).values()]
    data = {
        "fingerprint": fingerprint(root),
        "name": book.name,
        "version": book.version,
        "sha256": book.sha256,
        "intended_use": book.intended_use,
        "misuse": book.misuse,
        "sources": {s.id: [s.title, s.publisher, s.url, s.kind, s.read] for s in book.sources.values()},
        "no_rule_asks": sorted(book.no_rule_asks),
        "groups": [_plain(group) for group in book.groups],
        "translations": book.translations,
        "criteria": [_plain(criterion) for criterion in book.criteria],
        "rules": [_plain_rule(rule) for rule in book.rules.values()],
        "vocabulary": {
            "concepts": [_plain(concept) for concept in concepts],
            "cross_reactions": [_plain(reaction) for reaction in vocabulary.cross_reactions],
            "ambiguous": [_plain(one) for one in vocabulary.ambiguous],
            "words": vocabulary.words.plain(),
            "normal": vocabulary.normal(),
        },
    }
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n"


def _plain(value: Any) -> Any:  # noqa: ANN401 - any frozen value
    """Give a frozen value as JSON data, defaults left out."""
    if hasattr(value, "__dataclass_fields__"):
        return {f.name: _plain(v) for f in fields(value) if not _is_default(f, v := getattr(value, f.name))}
    if isinstance(value, tuple | list):
        return [_plain(member) for member in value]
    if hasattr(value, "items"):
        return {key: _plain(member) for key, member in value.items()}
    return value


def _is_default(field: Any, value: object) -> bool:  # noqa: ANN401 - a dataclass field
    if field.default is not MISSING:
        return bool(field.default == value)
    return field.default_factory is not MISSING and bool(field.default_factory() == value)


def _tuples(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    return tuple(_tuples(member) for member in value) if isinstance(value, list) else value


def _plain_rule(rule: Rule) -> dict[str, Any]:
    data = {f.name: getattr(rule, f.name) for f in fields(rule)}
    cited = [[c.source.id, c.supports, c.strength, c.pinpoint] for c in rule.sources]
    examples = [[e.name, e.given, e.on, e.expect] for e in rule.examples]
    return {**data, "when": _plain_formula(rule.when), "decided": _plain_formula(rule.decided), "sources": cited, "examples": examples}


def _rule(data: dict[str, Any], sources: Mapping[str, Source]) -> Rule:
    cited = tuple(Citation(sources[ref], *rest) for ref, *rest in data["sources"])
    examples = tuple(Example(*one) for one in data["examples"])
    written = {key: _tuples(value) for key, value in data.items() if key not in ("when", "decided", "sources", "examples")}
    return Rule(**written, when=_formula(data["when"]), decided=_formula(data["decided"]), sources=cited, examples=examples)


def _group(data: dict[str, Any]) -> QuestionGroup:
    return QuestionGroup(**{**data, "questions": tuple(WrittenQuestion(**one) for one in data["questions"])})


def _plain_formula(formula: Formula) -> list[Any]:
    match formula:
        case Is(criterion):
            return ["is", criterion]
        case Not(criterion):
            return ["not", criterion]
        case All(parts):
            return ["all", [_plain_formula(part) for part in parts]]
        case AnyOf(parts):
            return ["any", [_plain_formula(part) for part in parts]]


def _formula(data: list[Any]) -> Formula:
    match data:
        case ["is", criterion]:
            return Is(criterion)
        case ["not", criterion]:
            return Not(criterion)
        case ["all", parts]:
            return All(tuple(_formula(part) for part in parts))
        case _:
            return AnyOf(tuple(_formula(part) for part in data[1]))


def _criterion(data: dict[str, Any]) -> Criterion:
    built = {key: _tuples(value) for key, value in data.items()}
    if "place" in data:
        built["place"] = Place(**{key: _tuples(value) for key, value in data["place"].items()})
    if "window" in data:
        built["window"] = Window(data["window"]["key"], Duration(**data["window"]["length"]))
    for key in ("bounds", "age"):
        if key in data:
            built[key] = Bounds(**data[key])
    if "answers_older_than" in data:
        built["answers_older_than"] = Duration(**data["answers_older_than"])
    return Criterion(**built)


def _vocabulary(data: dict[str, Any]) -> Vocabulary:
    spaces: dict[Any, dict[str, Concept]] = {}
    for one in data["concepts"]:
        for key in _LISTS:
            if key in one:
                one[key] = tuple(one[key])
        if "codes" in one:
            one["codes"] = tuple(map(tuple, one["codes"]))
        for key in ("names", "conversions"):
            if key in one:
                one[key] = {name: tuple(members) for name, members in one[key].items()}
        spaces.setdefault(space_of(one["kind"]), {})[one["id"]] = Concept(**one)
    reactions = tuple(CrossReaction(**one) for one in data["cross_reactions"])
    ambiguous = tuple(Ambiguity(**{key: _tuples(value) for key, value in one.items()}) for one in data["ambiguous"])
    return Vocabulary.assemble(spaces, reactions, Words.restored(data["words"]), ambiguous, data["normal"])


_LISTS = ("parents", "trade_names", "contains", "may_contain", "near")
"""What a concept lists by name."""


def _main() -> None:
    from mesoscreen.rulebook.load import load  # noqa: PLC0415 - reading YAML needs this module

    root = shipped()
    (root / FILE).write_text(compile_rulebook(load(root), root), encoding="utf-8")


if __name__ == "__main__":
    _main()
