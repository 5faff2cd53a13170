"""The closed grammar of `when`: from YAML nodes to a formula over criteria.

No expressions, no code, no rule that reads another rule. Everything that is not understood is a problem with a place.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_args

from mesoscreen.criteria.criterion import Bounds, Criterion, Duration, Place, Window
from mesoscreen.criteria.plan import QUANTITY_UNITS
from mesoscreen.intake import QuantityName, Reaction
from mesoscreen.rulebook.formula import All, AnyOf, Formula, Is, Not
from mesoscreen.rulebook.problems import Problems, did_you_mean, nearest, shown
from mesoscreen.vocabulary.units import UnitError, convert

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from mesoscreen.rulebook.source import Node
    from mesoscreen.vocabulary import Vocabulary
    from mesoscreen.vocabulary.concepts import Space

_TIME = ("within", "began_within", "at_least_ago", "ahead")
_BOUNDS = ("above", "at_least", "below", "at_most")
_ENTRY = ("severity", "controlled", "subject", "status", "in", "near", "count", *_TIME)
KEYS: Mapping[str, tuple[str, ...]] = {
    "allergy": ("to", "cross_reacting", "of", "reaction", "severity", "status", "subject", "count"),
    "condition": ("is", *_ENTRY),
    "medication": ("is", "route", "in", "near", "status", "subject", "count", *_TIME),
    "procedure": ("is", "uses", "of", "outcome", "setting", "severity", "subject", "in", "near", "count", *_TIME),
    "measurement": ("is", "unit", *_BOUNDS, *_TIME),
    "plan": ("uses", "with", "role", "in", "outside", "technique", "has", "mixed", "quantity", "total", "unit", *_BOUNDS),
    "patient": ("age", "sex", "answers_older_than"),
}
"""The keys each kind of criterion may have."""
_SECTIONS = {
    "allergy": "allergies", "condition": "conditions", "medication": "medications", "procedure": "procedures",
    "measurement": "measurements", "plan": "plan", "patient": "patient",
}  # fmt: skip
_SPACES: Mapping[str, Space] = {
    "allergy": "pharmacy", "condition": "condition", "medication": "pharmacy",
    "procedure": "procedure", "measurement": "measurement", "plan": "pharmacy",
}  # fmt: skip
_NOUNS = {"pharmacy": "substance or medication", "area": "body area"}
_OPTIONS: Mapping[str, tuple[str | bool, ...]] = {
    "severity": ("mild", "moderate", "severe"),
    "controlled": (True, False),
    "reaction": tuple(r for r in get_args(Reaction) if r != "unknown"),
    "route": ("oral", "topical", "injected", "inhaled", "nasal", "ophthalmic", "vaginal", "rectal"),
}
_STATUS = {
    "allergy": ("now", "resolved"),
    "condition": ("now", "ever", "remission", "resolved"),
    "medication": ("now", "ever", "resolved"),
}
_DURATION = re.compile(r"([1-9][0-9]{0,3}) (day|week|month|year)s?")


class Criteria:
    """The criteria of a rulebook, each stored once."""

    def __init__(self) -> None:
        """Start with none."""
        self.numbers: dict[Criterion, int] = {}
        self.known: list[Criterion] = []

    def number(self, criterion: Criterion) -> int:
        """Give the number of a criterion, a new one if it is new."""
        if criterion not in self.numbers:
            self.numbers[criterion] = len(self.known)
            self.known.append(criterion)
        return self.numbers[criterion]


class Grammar:
    """Reads the `when` of one rule."""

    def __init__(self, vocabulary: Vocabulary, criteria: Criteria, problems: Problems, limits: Mapping[str, Node]) -> None:
        """Note problems as they are found; `limits` are the rule's named limits."""
        self.vocabulary = vocabulary
        self.criteria = criteria
        self.problems = problems
        self.limits = limits
        self.used: set[str] = set()

    def read(self, node: Node) -> Formula | None:
        """Read a condition; None if something in it is wrong."""
        return self._formula(node, wanted=True)

    def _formula(self, node: Node, *, wanted: bool) -> Formula | None:
        if not isinstance(node.value, dict) or len(node.value) != 1:
            self._add("bad-criterion", "one of all, any, not or one criterion must stand here, as a mapping with one key", node)
            return None
        (key, inner), = node.value.items()
        if key == "not":
            return self._formula(inner, wanted=not wanted)
        if key in ("all", "any"):
            if not isinstance(inner.value, list) or not inner.value:
                self._add("bad-criterion", f"`{key}` needs a list of conditions", inner)
                return None
            parts = [self._formula(part, wanted=wanted) for part in inner.value]
            read = tuple(dict.fromkeys(part for part in parts if part is not None))
            if len(read) < len(parts) and None in parts:
                return None
            if len(read) == 1:
                return read[0]
            return All(read) if (key == "all") == wanted else AnyOf(read)
        if key not in KEYS:
            words = (*KEYS, "all", "any", "not")
            self._add("unknown-key", f"`{key}` is not a kind of criterion", node.key(key), did_you_mean(nearest(key, words)) or f"kinds: {', '.join(KEYS)}")
            return None
        return self._criterion(key, inner, wanted=wanted)

    def _criterion(self, kind: str, node: Node, *, wanted: bool) -> Formula | None:
        if not isinstance(node.value, dict):
            self._add("bad-criterion", f"`{kind}` needs a mapping of keys", node)
            return None
        before = len(self.problems.found)
        for key in node.value:
            if key not in KEYS[kind]:
                hint = did_you_mean(nearest(key, KEYS[kind])) or f"keys of {kind}: {', '.join(KEYS[kind])}"
                self._add("unknown-key", f"`{key}` is not a key of {kind}", node.key(key), hint)
            elif node.value[key].value == []:
                self._add("bad-criterion", f"`{key}` lists nothing; leave it out to mean anything", node.value[key])
        built = getattr(self, f"_{kind}")(node)
        if len(self.problems.found) > before:
            return None
        numbers = [self.criteria.number(criterion) for criterion in built]
        leaves = tuple(Is(n) if wanted else Not(n) for n in numbers)
        return leaves[0] if len(leaves) == 1 else AnyOf(leaves) if wanted else All(leaves)

    def _allergy(self, node: Node) -> list[Criterion]:
        to = [n.value for n in node.get("to").items()] if node.get("to") else []  # type: ignore[union-attr]
        planned = "planned-product" in to
        if planned and len(to) > 1:
            self._add("bad-criterion", "`planned-product` stands alone; write a second criterion under `any`", node.get("to"))
        for key in ("of", "cross_reacting"):
            if node.get(key) and not planned:
                self._add("bad-criterion", f"`{key}` goes with `to: planned-product`", node.key(key))
        criterion = self._entry("allergy", node)
        return [
            replace(
                criterion,
                concepts=() if planned else self._concepts(node.get("to"), "pharmacy"),
                planned=planned,
                of=self._concepts(node.get("of"), "pharmacy"),
                cross_reacting=self._option(node, "cross_reacting", ("likely", "possible")),
            )
        ]

    def _condition(self, node: Node) -> list[Criterion]:
        self._needs_time("condition", node)
        return self._spelled_out("condition", node, replace(self._entry("condition", node)))

    def _medication(self, node: Node) -> list[Criterion]:
        self._needs_time("medication", node)
        return self._spelled_out("medication", node, self._entry("medication", node))

    def _procedure(self, node: Node) -> list[Criterion]:
        uses = [n.value for n in node.get("uses").items()] if node.get("uses") else []  # type: ignore[union-attr]
        planned = "planned-product" in uses
        if node.get("of") and not planned:
            self._add("bad-criterion", "`of` goes with `uses: planned-product`", node.key("of"))
        criterion = replace(
            self._entry("procedure", node),
            uses=() if planned else self._concepts(node.get("uses"), "pharmacy"),
            planned=planned,
            of=self._concepts(node.get("of"), "pharmacy"),
        )
        return self._spelled_out("procedure", node, criterion)

    def _measurement(self, node: Node) -> list[Criterion]:
        concepts = self._concepts(node.get("is"), "measurement")
        if len(concepts) != 1:
            self._add("bad-criterion", "`is` must name one measurement", node.get("is") or node)
            return []
        measured = self.vocabulary.concept("measurement", concepts[0])
        bounds = self._bounds(node, measured.unit or "1", measured.conversions, KEYS["measurement"])
        return [replace(self._entry("measurement", node), concepts=concepts, bounds=bounds)]

    def _plan(self, node: Node) -> list[Criterion]:
        quantity = self._option(node, "quantity", get_args(QuantityName)) or ""
        total = node.get("total")
        bounds = None
        if total is not None and quantity:
            self._add("bad-criterion", "`quantity` and `total` do not go together", node.key("total"))
        elif total is not None and (beside := [key for key in ("uses", "with", "role", "in", "outside", "has", "mixed") if node.get(key)]):
            self._add("bad-criterion", f"`{beside[0]}` and `total` do not go together", node.key(beside[0]))
        elif total is not None:
            unit = node.get("unit")
            per_weight = unit is not None and unit.value == "mg/kg"
            bounds = self._bounds(node, "mg/kg" if per_weight else "mg", {}, KEYS["plan"])
            quantity = "total"
        elif quantity:
            bounds = self._bounds(node, *QUANTITY_UNITS[quantity], KEYS["plan"])
        elif any(node.get(key) for key in (*_BOUNDS, "unit")):
            self._add("bad-criterion", "a bound on the plan needs `quantity` or `total`", node)
        if not node.value:
            self._add("bad-criterion", "a criterion about the plan needs a key", node)
        mixed = node.get("mixed")
        if mixed is not None and mixed.value is not True:
            self._add("not-an-option", "`mixed` can only be true", mixed)
        return [
            Criterion(
                "plan",
                concepts=self._concepts(node.get("total") or node.get("uses"), "pharmacy"),
                beside=self._concepts(node.get("with"), "pharmacy"),
                roles=self._options(node, "role", ("active", "anaesthetic", "antiseptic", "standby")),
                place=self._place(node, ("in", "outside")),
                techniques=self._concepts(node.get("technique"), "technique"),
                facts=self._concepts(node.get("has"), "fact"),
                mixed=mixed is not None,
                quantity=quantity,
                bounds=bounds,
            )
        ]

    def _patient(self, node: Node) -> list[Criterion]:
        age = node.get("age")
        older = node.get("answers_older_than")
        if not node.value:
            self._add("bad-criterion", "a criterion about the patient needs a key", node)
        return [
            Criterion(
                "patient",
                sex=self._options(node, "sex", ("female", "male")),
                age=self._bounds(age, "1", {}, ()) if age is not None else None,
                answers_older_than=self._duration(older) if older is not None else None,
            )
        ]

    def _entry(self, kind: str, node: Node) -> Criterion:
        """Read the keys every kind of entry shares."""
        fields: list[tuple[str, tuple[str | bool, ...]]] = []
        fields += [
            (key, self._options(node, key, options))
            for key, options in _OPTIONS.items()
            if key in KEYS[kind] and node.get(key) is not None
        ]
        for key in ("outcome", "setting"):
            if key in KEYS[kind] and node.get(key) is not None:
                fields.append((key, self._concepts(node.get(key), "outcome" if key == "outcome" else "setting")))
        windows = [key for key in _TIME if node.get(key) is not None]
        if len(windows) > 1:
            self._add("bad-criterion", f"`{windows[0]}` and `{windows[1]}` do not go together", node.key(windows[1]))
        window = None
        if windows:
            length = self._duration(node.value[windows[0]])
            window = Window(windows[0], length) if length else None  # type: ignore[arg-type]
        return Criterion(
            _SECTIONS[kind],  # type: ignore[arg-type]
            status=self._options(node, "status", _STATUS.get(kind, ())),
            subject=self._option(node, "subject", ("patient", "close-family")) or "patient",
            fields=tuple(sorted(fields)),
            place=self._place(node, ("in", "near")),
            window=window,
            count=self._count(node.get("count")),
        )

    def _spelled_out(self, kind: str, node: Node, criterion: Criterion) -> list[Criterion]:
        """Replace a concept that is another one plus qualifiers by just that."""
        plain: list[str] = []
        spelled: list[Criterion] = []
        for concept in self._concepts(node.get("is"), _SPACES[kind]):
            means = self.vocabulary.concept(_SPACES[kind], concept).means
            if means is None:
                plain.append(concept)
                continue
            narrowed = replace(criterion, concepts=(str(means["is"]),))
            for key, value in means.items():
                if key == "is":
                    continue
                if key == "subject":
                    narrowed = replace(narrowed, subject=str(value))
                elif key == "status":
                    narrowed = replace(narrowed, status=("now" if value == "active" else str(value),))
                elif any(name == key for name, _ in narrowed.fields):
                    self._add("bad-criterion", f"`{concept}` already says `{key}`", node.key(key))
                else:
                    narrowed = replace(narrowed, fields=tuple(sorted([*narrowed.fields, (key, (value,))])))
            spelled.append(narrowed)
        if spelled and criterion.count:
            self._add("bad-criterion", "`count` does not go with a concept that is another one plus a qualifier", node.key("count"))
        if plain or not spelled:
            spelled.insert(0, replace(criterion, concepts=tuple(plain)))
        return spelled

    def _needs_time(self, kind: str, node: Node) -> None:
        if node.get("status") is None and not any(node.get(key) for key in _TIME):
            self._add("bad-criterion", f"`{kind}` needs `status: now`, `status: ever` or a time", node, "now means at the treatment, ever means now or before")

    def _concepts(self, node: Node | None, space: Space) -> tuple[str, ...]:
        found = []
        for item in node.items() if node is not None else ():
            if not isinstance(item.value, str):
                self._add("wrong-type", "a concept is a word", item)
            elif self.vocabulary.has(space, item.value):
                found.append(item.value)
            else:
                noun = _NOUNS.get(space, space)
                article = "an" if noun[0] in "aeiou" else "a"
                known = self.vocabulary.concepts(space)
                self._add("unknown-concept", f"`{item.value}` is not {article} {noun} this vocabulary knows", item, did_you_mean(nearest(item.value, known)))
        return tuple(sorted(set(found)))

    def _option(self, node: Node, key: str, options: tuple[Any, ...]) -> Any:  # noqa: ANN401 - one of the options
        chosen = self._options(node, key, options)
        if len(chosen) > 1:
            self._add("bad-criterion", f"`{key}` takes one value", node.key(key))
        return chosen[0] if chosen else None

    def _options(self, node: Node, key: str, options: tuple[Any, ...]) -> tuple[Any, ...]:
        given = node.get(key)
        if given is None:
            return ()
        chosen = []
        for item in given.items():
            if any(item.value is o or (isinstance(o, str) and item.value == o) for o in options):
                chosen.append(item.value)
            else:
                words = [str(o).lower() for o in options]
                self._add("not-an-option", f"{shown(item)} is not one of {', '.join(words)}", item, did_you_mean(nearest(shown(item), words)))
        return tuple(sorted(set(chosen), key=str))

    def _place(self, node: Node, relations: tuple[str, ...]) -> Place | None:
        given = [key for key in relations if node.get(key) is not None]
        if len(given) > 1:
            self._add("bad-criterion", f"`{given[0]}` and `{given[1]}` do not go together", node.key(given[1]))
        if not given:
            return None
        where = node.value[given[0]]
        treated = any(item.value == "treated-area" for item in where.items())
        named = [item for item in where.items() if item.value != "treated-area"]
        areas = tuple(sorted({area for item in named for area in self._concepts(item, "area")}))
        return Place(given[0], areas, treated)  # type: ignore[arg-type]

    def _limit(self, node: Node) -> Node:
        """Follow the name of a limit to its value."""
        if isinstance(node.value, str) and re.fullmatch(r"[a-z][a-z0-9-]*", node.value):
            if node.value in self.limits:
                self.used.add(node.value)
                return self.limits[node.value]
            self._add("unknown-limit", f"`{node.value}` is not a limit of this rule", node, did_you_mean(nearest(node.value, self.limits)) or "write a value, or name it under `limits`")
        return node

    def _duration(self, node: Node) -> Duration | None:
        known = len(self.problems.found)
        value = self._limit(node)
        read = _DURATION.fullmatch(value.value) if isinstance(value.value, str) else None
        if read is None:
            if len(self.problems.found) == known:
                self._add("bad-duration", f"{shown(value)} is not a time", value, "write a whole number and days, weeks, months or years: `6 months`")
            return None
        return Duration(int(read[1]), f"{read[2]}s")  # type: ignore[arg-type]

    def _count(self, node: Node | None) -> int:
        if node is None:
            return 0
        least = node.get("at_least")
        value = self._limit(least).value if least is not None else None
        if not isinstance(value, int) or isinstance(value, bool) or value < 2 or len(node.value) != 1:  # noqa: PLR2004
            self._add("bad-criterion", "`count` is written {at_least: 3}, with a number from 2", node)
            return 0
        return value

    def _bounds(
        self, node: Node, unit: str, conversions: Mapping[str, tuple[float, float]], others: Collection[str]
    ) -> Bounds | None:
        """Read the bounds of a criterion, which may have `others` as keys too."""
        written = node.get("unit")
        sides: dict[str, float] = {}
        before = len(self.problems.found)
        for key in node.value if isinstance(node.value, dict) else ():
            if key not in _BOUNDS:
                if key not in others:
                    self._add("unknown-key", f"`{key}` is not a bound", node.key(key), did_you_mean(nearest(key, _BOUNDS)) or f"bounds: {', '.join(_BOUNDS)}")
                continue
            at = self._limit(node.value[key])
            if isinstance(at.value, bool) or not isinstance(at.value, int | float):
                if len(self.problems.found) == before:
                    self._add("wrong-type", f"`{key}` needs a number", at)
                continue
            try:
                sides[key] = convert(float(at.value), str(written.value) if written else unit, unit, conversions)
            except UnitError as error:
                self._add(error.code, str(error), written or node)
                return None
            except OverflowError:
                self._add("bad-bounds", "too large a number to convert", at)
                return None
        if len(self.problems.found) > before:
            return None
        low = [key for key in ("above", "at_least") if key in sides]
        high = [key for key in ("below", "at_most") if key in sides]
        if len(low) > 1 or len(high) > 1 or not sides or (low and high and sides[low[0]] >= sides[high[0]]):
            self._add("bad-bounds", "give one lower bound, one upper bound, or both in order: above, at_least, below, at_most", node)
            return None
        if written is None and unit not in ("1", "mg/kg", "mg") and not node.get("quantity"):
            self._add("wrong-unit", f"give the unit, such as `{unit}`", node)
        return Bounds(
            sides[low[0]] if low else None,
            sides[high[0]] if high else None,
            low == ["at_least"],
            high == ["at_most"],
            unit,
        )

    def _add(self, code: str, message: str, at: Node | None, hint: str = "") -> None:
        self.problems.add(code, message, at, hint)
