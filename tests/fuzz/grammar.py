"""What inputs are made of: the words of the contract, the vocabulary and the grammar, taken from the library at run time."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, get_args

from fuzz.targets import FILES, TINY, tiny

from mesoscreen import Intake, Rulebook
from mesoscreen.criteria.criterion import Section
from mesoscreen.intake.part import known_keys
from mesoscreen.rulebook.files import CrossReactivityFile, RulebookFile, RuleFile, SourceFile, VocabularyFile, WordsFile
from mesoscreen.rulebook.grammar import _OPTIONS, _STATUS, KEYS
from mesoscreen.rulebook.source import read_file
from mesoscreen.vocabulary.units import _SPELLED

if TYPE_CHECKING:
    from random import Random

    from pydantic import BaseModel

    from mesoscreen.vocabulary.concepts import Space

DATES = (
    "0001-01-01", "0001-01", "0001", "0001-12-31", "9999-12-31", "9999-12", "9999", "2026-12-01", "2026-11-30", "2026-11", "2026",
    "2025-12-01", "2024-02-29", "2023-02-29", "1896", "1900-01-01", "2027-01-01", "0000-01-01", "10000-01-01", "2026-13", "2026-1-1", "٢٠٢٦-٠١-٠١",
)  # fmt: skip
NUMBERS = (
    "0", "-0", "-0.0", "1", "-1", "130", "131", "150", "1e400", "-1e400", "1e308", "1.7976931348623157e308", "5e-324", "1e-400", "0.1",
    "180", "180.5", "NaN", "Infinity", "-Infinity", "9007199254740993", "1" + "0" * 39, "1" * 400, "1" * 5000, "2.5", "65", "400",
)  # fmt: skip
ODD_TEXTS = (
    "", " ", "\x00", "a\x00b", "\ud800", "\udfffabc", "\ud83d\ude00", "\u202eenicocodil", "e\u0301" * 20, "a" + "\u0301" * 100, "\ufdfa" * 50,
    "ﬁﬂ", "İstanbul", "ß" * 20, "\u200b", "\ufeff", "\u2028", "'s", "n't", "?", "؟", "no", "none", "not", "aucun", "нет", "-", "...", "1%", "20 mg",
    "1:100000", "a " * 90, "x" * 200, "x" * 201, "𝟙", "㎏", "½", "٣", "A;B,C.D\nE", "/", "~1", "as a list", "in the long form", "self", "present",
    "[key]", "planned-product", "treated-area", "6 months", "9999 years", "1 day", "mm[Hg]", "mg/kg", "%",
)  # fmt: skip
_SPACE_AT: dict[str, tuple[Space, ...]] = {
    "allergies": ("pharmacy", "product"),
    "conditions": ("condition",),
    "medications": ("pharmacy", "product"),
    "procedures": ("procedure",),
    "measurements": ("measurement",),
    "products": ("product", "pharmacy"),
    "ingredients": ("pharmacy",),
    "areas": ("area",),
    "technique": ("technique",),
    "facts": ("fact",),
    "outcome": ("outcome",),
    "setting": ("setting",),
}
_USUAL: dict[str, tuple[tuple[str, ...], ...]] = {
    "allergy": (("to",), ("to", "reaction"), ("to", "of", "cross_reacting"), ("to", "count")),
    "condition": (("is", "status"), ("is", "within"), ("is", "status", "in"), ("is", "ahead"), ("is", "status", "severity")),
    "medication": (("is", "status"), ("is", "within", "route"), ("is", "began_within"), ("is", "status", "count")),
    "procedure": (("is", "within"), ("is", "outcome"), ("uses", "of"), ("is", "near", "within"), ("is", "count", "within"), ("is", "ahead")),
    "measurement": (("is", "above", "unit"), ("is", "at_most", "unit", "within"), ("is", "above", "below", "unit")),
    "plan": (("uses",), ("uses", "with"), ("total", "above", "unit"), ("uses", "quantity", "above", "unit"), ("in",), ("outside", "uses"),
             ("technique",), ("has",), ("uses", "has"), ("uses", "mixed"), ("role",)),
    "patient": (("age",), ("sex",), ("answers_older_than",), ("age", "sex")),
}  # fmt: skip
_MODELS: dict[str, type[BaseModel]] = {
    "rulebook.yaml": RulebookFile,
    "clinic.yaml": RulebookFile,
    "vocabulary/words.yaml": WordsFile,
    "vocabulary/cross-reactivity.yaml": CrossReactivityFile,
}


@cache
def names(space: Space) -> tuple[str, ...]:
    """Names of one space, of both rulebooks."""
    books = (tiny(), Rulebook.default())
    found = {name for book in books for one in book.vocabulary.concepts(space).values() for name in (one.label, one.id, *one.trade_names)}
    found |= {name for one in Rulebook.default().vocabulary.concepts(space).values() for many in one.names.values() for name in many}
    return tuple(sorted(found))


@cache
def codes() -> tuple[tuple[str, str], ...]:
    """Codes of the shipped vocabulary, with their systems."""
    words = Rulebook.default().vocabulary
    return tuple(sorted({pair for space in words.spaces for one in words.concepts(space).values() for pair in one.codes}))


@cache
def sayings() -> tuple[str, ...]:
    """Words that deny, except, qualify or name a form."""
    words = Rulebook.default().vocabulary.words
    lists = (words.negations, words.exceptions, words.none, words.forms)
    said = {" ".join(phrase) for phrases in lists for phrase in phrases} | {" ".join(phrase) for phrase in words.by_phrase}
    return tuple(sorted(said))


@cache
def units() -> tuple[str, ...]:
    """Units in every spelling that is read."""
    return tuple(sorted(_SPELLED))


@cache
def tiny_files() -> dict[str, Any]:
    """The files of the tiny rulebook as data, and a clinic's own."""
    data: dict[str, Any] = {"clinic.yaml": {"name": "clinic", "version": "1", "extends": "rulebook.yaml", "changes": []}}
    for name in FILES:
        if name not in data:
            root = read_file(TINY / name, name).root
            data[name] = root.plain() if root is not None else None
    return data


def dictionary(target: str) -> list[str]:
    """Words and signs that libFuzzer may put into an input of its own."""
    if target == "intake":
        words = [*known_keys(), *DATES, *(n for n in NUMBERS if len(n) < 30), *sayings(), *units()[:60], *(t for t in ODD_TEXTS if len(t) < 20)]
        words += ["null", "true", "false", "[", "]", "{", "}", ":", ",", '"', "\\u0000", "\\ud800", "[]", "{}"]
        words += [name for space in tiny().vocabulary.spaces for name in tiny().vocabulary.concepts(space)]
    else:
        words = [*KEYS, *(key for keys in KEYS.values() for key in keys), "all", "any", "not", *(f"# {file}\n" for file in FILES)]
        for model in (RuleFile, VocabularyFile, RulebookFile, WordsFile, CrossReactivityFile, SourceFile):
            words += [*_words_of(model.model_json_schema())]
        words += [str(option) for options in (*_OPTIONS.values(), *_STATUS.values(), get_args(Section)) for option in options]
        words += ["? ", "- ", ": ", "|\n", ">\n", "&a ", "*a", "!!str ", "---\n", "...\n", "%YAML 1.2\n", "<<: ", "\\0", "\\x85", '"', "'", "{", "}", "[", "]"]
        words += ["planned-product", "treated-area", "6 months", "9999 years", "mm[Hg]", "mg/kg", "1e308", "extends", "\r", "\t", "\u2028", "\ufeff"]
    return sorted({word for word in words if (word and word.isprintable()) or word in ("\r", "\t")} - {""})


def _words_of(schema: Any) -> set[str]:
    found: set[str] = set()
    waiting = [schema]
    while waiting:
        match waiting.pop():
            case dict() as node:
                found |= set(node.get("properties", ())) | {str(one) for one in node.get("enum", ())}
                waiting += node.values()
            case list() as node:
                waiting += node
            case _:
                pass
    return found


class Grower:
    """Makes up values that fit a JSON Schema, most of the time."""

    def __init__(self, random: Random, schema: dict[str, Any]) -> None:
        """Draw from one source of chance."""
        self.random = random
        self.schema = schema

    def grow(self, node: Any = None, key: str = "", spaces: tuple[Space, ...] = ("pharmacy",), depth: int = 0) -> Any:
        """Make up a value for a node of the schema that stands under a key."""
        random = self.random
        node = self.schema if node is None else node
        spaces = _SPACE_AT.get(key, spaces)
        if "$ref" in node:
            return self.grow(self.schema["$defs"][node["$ref"].rpartition("/")[2]], key, spaces, depth)
        for several in ("anyOf", "oneOf"):
            if several in node:
                return self.grow(random.choice(node[several]), key, spaces, depth)
        if "enum" in node or "const" in node:
            return random.choice(node.get("enum", [node.get("const")]))
        match node.get("type"):
            case "object" if "properties" in node:
                wanted = set(node.get("required", ()))
                few = random.random() / (1 + depth / 2)
                return {name: self.grow(inner, name, spaces, depth + 1) for name, inner in node["properties"].items() if name in wanted or random.random() < few}
            case "object":
                inner = node.get("additionalProperties", {})
                return {self.text("is", spaces): self.grow(inner, key, spaces, depth + 1) for _ in range(random.choice((0, 1, 2)))} if isinstance(inner, dict) else {}
            case "array":
                return [self.grow(node.get("items", {}), key, spaces, depth + 1) for _ in range(random.choice((0, 1, 1, 2, 3)))]
            case "string":
                return self.text(key, spaces)
            case "number":
                return random.choice((0, 1, 2.5, 38, 60, 120, 180, 181, 400, 1e6))
            case "integer":
                return random.choice((0, 1, 17, 18, 40, 65, 130))
            case "boolean":
                return random.random() < 0.5
            case _:
                return None

    def text(self, key: str, spaces: tuple[Space, ...]) -> str:
        """Make up the text under a key."""
        random = self.random
        match key:
            case "date" | "birth_date" | "onset" | "ended" | "started" | "stopped" | "answered" | "on" | "review_by":
                return random.choice(DATES[7:13] if random.random() < 0.8 else DATES)
            case "unit":
                return random.choice(("mm[Hg]", "kg", "mg", "mL", "%", "mg/mL")) if random.random() < 0.7 else random.choice(units())
            case "system":
                return random.choice(codes())[0]
            case "code":
                return random.choice(codes())[1]
            case _:
                return self.name(spaces)

    def name(self, spaces: tuple[Space, ...]) -> str:
        """Make up a name: of the vocabulary, misspelt, negated, in a sentence, or odd."""
        random = self.random
        name = random.choice(names(random.choice(spaces)))
        if random.random() < 0.5:
            return name
        for _ in range(random.choice((1, 1, 2))):
            match random.randrange(7):
                case 0:
                    at = random.randrange(len(name) + 1)
                    name = name[:at] + random.choice(("", "x", "e", " ", "-", name[at : at + 1])) + name[at + random.randrange(2) :]
                case 1:
                    name = f"{random.choice(sayings())} {name}"
                case 2:
                    name = f"{name} {random.choice(sayings())}"
                case 3:
                    name = random.choice((", ", "; ", " ", ". ", "/")).join((name, random.choice(names(random.choice(spaces)))))
                case 4:
                    name = random.choice((name.upper(), name.title(), name[::-1], name * 8, f"{name}?", f"{name}s", f"{name} 20 mg"))
                case 5:
                    name += random.choice(ODD_TEXTS)
                case _:
                    return random.choice(ODD_TEXTS)
        return name[: random.choice((200, 200, 200, 250))]


@cache
def intake_schema() -> dict[str, Any]:
    """The contract of an intake."""
    return Intake.model_json_schema()


@cache
def file_schema(file: str) -> dict[str, Any]:
    """The shape of one file of a rulebook."""
    if file == "sources.yaml":
        return {"type": "object", "additionalProperties": SourceFile.model_json_schema(), "$defs": SourceFile.model_json_schema().get("$defs", {})}
    return _MODELS.get(file, VocabularyFile if file.startswith("vocabulary/") else RuleFile).model_json_schema()


def condition(random: Random, depth: int = 0) -> Any:
    """Make up the `when` of a rule."""
    if depth < 3 and random.random() < 0.4:
        kind = random.choice(("all", "any", "not"))
        return {kind: condition(random, depth + 1) if kind == "not" else [condition(random, depth + 1) for _ in range(random.choice((1, 2, 3, 4)))]}
    kind = random.choice((*KEYS,))
    chosen = [one for one in random.choice(_USUAL[kind]) if random.random() < 0.95]
    chosen += random.sample(KEYS[kind], random.choice((0, 0, 1, 2)))
    return {kind: {key: _value(random, kind, key) for key in dict.fromkeys(chosen)}}


def _value(random: Random, kind: str, key: str) -> Any:
    if random.random() < 0.04:
        return random.choice((*ODD_TEXTS, None, [], {}, [[]], 10**38, -1, True))
    if key in ("within", "began_within", "at_least_ago", "ahead", "answers_older_than"):
        return random.choice(("1 day", "6 months", "9999 years", "5 weeks", "washout"))
    if key in ("above", "at_least", "below", "at_most"):
        return random.choice((0, 1, 5, 18, 180, 1e308, -1e308, 10**38, "ceiling", 1e-300))
    pool = _pool(kind, key)
    return random.choice(pool) if random.random() < 0.8 else [random.choice(pool) for _ in range(random.choice((1, 2, 3)))]


def _pool(kind: str, key: str) -> tuple[Any, ...]:
    """List what may stand under a key, and sometimes what may not."""
    words = tiny().vocabulary
    of: dict[str, Space] = {
        "to": "pharmacy", "of": "pharmacy", "uses": "pharmacy", "with": "pharmacy", "total": "pharmacy", "technique": "technique",
        "outcome": "outcome", "setting": "setting", "has": "fact", "in": "area", "near": "area", "outside": "area",
        "is": {"condition": "condition", "medication": "pharmacy", "procedure": "procedure", "measurement": "measurement"}.get(kind, "condition"),  # type: ignore[dict-item]
    }  # fmt: skip
    if key in of:
        return (*words.concepts(of[key]), *{"to": ("planned-product",), "uses": ("planned-product",)}.get(key, ("treated-area",)))
    pools: dict[str, tuple[Any, ...]] = {
        **{name: tuple(options) for name, options in _OPTIONS.items()},
        "status": _STATUS.get(kind, ("now",)),
        "cross_reacting": ("likely", "possible"),
        "count": ({"at_least": 2}, {"at_least": 3}, {"at_least": 10**20}),
        "age": ({"below": 18}, {"at_least": 65}, {"above": 10**30}, {"above": 1, "below": 0}),
        "sex": ("female", "male"),
        "role": ("active", "anaesthetic", "standby"),
        "mixed": (True,),
        "quantity": ("volume", "dose", "strength", "injections"),
        "unit": ("mm[Hg]", "kPa", "mg", "mg/kg", "mL", "%", "1"),
        "subject": ("patient", "close-family"),
    }
    return pools.get(key, ("x",))
