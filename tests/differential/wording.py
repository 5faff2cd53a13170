"""Random vocabularies and random rules, as the plain data of rulebook files."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from mesoscreen.rulebook.source import read_file

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator, Mapping

    from differential.levels import Plain

TINY = Path(__file__).parents[1] / "tiny"
NAMES: Mapping[str, tuple[str, ...]] = {
    "condition": ("asthma", "lupus", "herpes", "angina", "vitiligo", "migraine"),
    "substance": ("lidocaine", "procaine", "arnica", "biotin", "silica"),
    "medication": ("warfarin", "insulin", "methotrexate"),
    "procedure": ("filler", "laser", "biopsy", "peeling"),
    "area": ("face", "lips", "scalp", "thigh"),
    "outcome": ("nodules", "abscess", "fainting"),
    "setting": ("abroad", "hospital"),
    "technique": ("needle", "roller"),
    "fact": ("expired", "unlabelled", "no-kit"),
}
DURATIONS = ("1 week", "4 weeks", "30 days", "1 month", "6 months", "2 years")
DOMAINS = ("allergy", "infection", "medical-history")


@dataclass(frozen=True, slots=True)
class Words:
    """The concepts of a vocabulary by kind, as rules and intakes name them."""

    kinds: Mapping[str, list[str]]
    means: list[str]
    """Conditions that are another one and something more."""
    units: Mapping[str, str]
    """The unit of each measurement."""

    @classmethod
    def of_files(cls, files: Mapping[str, Plain]) -> Words:
        """List what the files of a vocabulary define."""
        kinds: dict[str, list[str]] = {}
        means: list[str] = []
        units: dict[str, str] = {}
        for name, file in files.items():
            if not name.startswith("vocabulary/") or "kind" not in file:
                continue
            for concept, says in file["concepts"].items():
                (means if "means" in says else kinds.setdefault(file["kind"], [])).append(concept)
                if "unit" in says:
                    units[concept] = says["unit"]
        return cls(kinds, means, units)

    def of(self, kind: str) -> list[str]:
        return self.kinds.get(kind, [])

    @property
    def pharmacy(self) -> list[str]:
        return self.of("substance") + self.of("medication")


@cache
def tiny_files() -> Mapping[str, Plain]:
    """The files of the tiny rulebook but its rules."""
    names = ("rulebook.yaml", "sources.yaml", *(f"vocabulary/{file.name}" for file in sorted((TINY / "vocabulary").glob("*.yaml"))))
    return {name: root.plain() for name in names if (root := read_file(TINY / name, name).root) is not None}


def vocabulary(dice: random.Random) -> dict[str, Plain]:
    """Make the files of a vocabulary, with a bibliography: the tiny rulebook's, or a random hierarchy."""
    if dice.random() < 0.25:
        return dict(tiny_files())
    files = {name: tiny_files()[name] for name in ("rulebook.yaml", "sources.yaml", "vocabulary/words.yaml")}
    for kind, names in NAMES.items():
        chosen = dice.sample(names, dice.randint(2, len(names)))
        concepts: dict[str, Plain] = {}
        for number, name in enumerate(chosen):
            concepts[name] = {"label": name.replace("-", " "), **_of_kind(dice, kind)}
            if parents := dice.sample(chosen[:number], min(number, dice.choice((0, 1, 1, 2)))):
                concepts[name]["parents"] = parents
        files[f"vocabulary/{kind}s.yaml"] = {"kind": kind, "concepts": concepts}
    near = dice.sample(list(files["vocabulary/areas.yaml"]["concepts"]), 2)
    files["vocabulary/areas.yaml"]["concepts"][near[0]]["near"] = [near[1]]
    files["vocabulary/measurements.yaml"] = {
        "kind": "measurement",
        "concepts": {"systolic-pressure": {"label": "systolic pressure", "unit": "mm[Hg]"}, "body-weight": {"label": "body weight", "unit": "kg"}},
    }
    meant = {"is": dice.choice(list(files["vocabulary/conditions.yaml"]["concepts"])), **dice.choice(({"controlled": False}, {"subject": "close-family"}))}
    files["vocabulary/conditions.yaml"]["concepts"]["unstable"] = {"label": "unstable", "means": meant}
    substances = list(files["vocabulary/substances.yaml"]["concepts"])
    for number, mixed in enumerate(dice.sample(substances, 1)):
        others = [name for name in substances if name != mixed]
        files["vocabulary/products.yaml"] = {
            "kind": "product",
            "concepts": {f"cocktail-{number}": {"label": f"cocktail {number}", "contains": [mixed], "may_contain": others[:1], "complete": dice.random() < 0.5}},
        }
    edges = [dice.sample(substances, 2) for _ in range(dice.randint(0, 2))]
    reactions = [
        {"allergy_to": one, "reacts_with": other, "strength": dice.choice(("likely", "possible")), "both_ways": dice.random() < 0.5, "ref": "label"}
        for one, other in edges
    ]
    files["vocabulary/cross-reactivity.yaml"] = {"cross_reactions": reactions}
    return files


def _of_kind(dice: random.Random, kind: str) -> dict[str, Plain]:
    match kind:
        case "substance":
            return {"excipient": True} if dice.random() < 0.2 else {}
        case "medication":
            return {"route": dice.choice(("oral", "topical"))} if dice.random() < 0.5 else {}
        case "procedure":
            return {"uses_products": True} if dice.random() < 0.4 else {}
    return {}


class Author:
    """Writes the `when` of rules."""

    def __init__(self, dice: random.Random, words: Words) -> None:
        self.dice = dice
        self.words = words
        # A rulebook that asks few kinds of things has more criteria that bear on each other.
        kinds: list[Callable[[], Plain]] = [self._condition, self._medication, self._allergy, self._procedure, self._measurement, self._plan, self._patient]
        self.kinds = dice.sample(kinds, dice.randint(1, 4))

    def rule(self, name: str) -> Plain:
        """Write a whole rule file but for its domain."""
        return {
            "id": name,
            "title": name,
            "topic": "made-up",
            "level": self.dice.choice(("absolute", "relative", "precaution")),
            "when": self._when(),
            "because": "a reason",
            "action": "an action",
            "support": "weak",
            "sources": [{"ref": "label", "supports": "the concern"}],
            "examples": [{"name": "nobody", "expect": "clear"}],
        }

    def _when(self) -> Plain:
        # A rule with `not` loads in a time that grows threefold with each criterion.
        most = self.dice.choice((4, 5, 5, 6, 7))
        while len(list(_leaves(when := self._formula(self.dice.choice((0, 1, 1, 2, 3)))))) > most:
            continue
        return when

    def _formula(self, depth: int) -> Plain:
        dice = self.dice
        if dice.random() < 0.2:
            return {"not": self._formula(depth)}
        if not depth:
            return dice.choice(self.kinds)()
        return {dice.choice(("all", "any")): [self._formula(depth - 1) for _ in range(dice.randint(2, 2 + (depth == 1)))]}

    def _maybe(self, chance: float, key: str, make: Callable[[], Plain]) -> dict[str, Plain]:
        return {key: make()} if self.dice.random() < chance else {}

    def _some(self, names: list[str] | tuple[str, ...]) -> Plain:
        return self.dice.choice(names) if self.dice.random() < 0.8 else self.dice.sample(names, min(2, len(names)))

    def _duration(self) -> str:
        return self.dice.choice(DURATIONS)

    def _time(self, status: tuple[str, ...]) -> dict[str, Plain]:
        dice = self.dice
        said = {"status": self._some(status)} if dice.random() < 0.6 else {}
        if not said or dice.random() < 0.2:
            said[dice.choice(("within", "within", "began_within", "at_least_ago", "ahead"))] = self._duration()
        return said

    def _place(self) -> Plain:
        return self._some(["treated-area", *self.words.of("area")])

    def _places(self) -> dict[str, Plain]:
        return self._maybe(0.2, self.dice.choice(("in", "near")), self._place)

    def _counted(self) -> dict[str, Plain]:
        return self._maybe(0.15, "count", lambda: {"at_least": self.dice.choice((2, 2, 3))})

    def _subject(self) -> dict[str, Plain]:
        return self._maybe(0.1, "subject", lambda: "close-family")

    def _condition(self) -> Plain:
        if self.words.means and self.dice.random() < 0.1:
            return {"condition": {"is": self.dice.choice(self.words.means), "status": "now"}}
        return {
            "condition": {
                **self._maybe(0.95, "is", lambda: self._some(self.words.of("condition"))),
                **self._time(("now", "now", "ever", "remission", "resolved")),
                **self._maybe(0.15, "severity", lambda: self._some(("mild", "moderate", "severe"))),
                **self._maybe(0.15, "controlled", lambda: self.dice.random() < 0.3),
                **self._places(),
                **self._counted(),
                **self._subject(),
            }
        }

    def _medication(self) -> Plain:
        return {
            "medication": {
                **self._maybe(0.95, "is", lambda: self._some(self.words.pharmacy)),
                **self._time(("now", "ever", "resolved")),
                **self._maybe(0.2, "route", lambda: self._some(("oral", "topical", "injected"))),
                **self._counted(),
                **self._subject(),
            }
        }

    def _allergy(self) -> Plain:
        planned = self.dice.random() < 0.35
        about = (
            {
                "to": "planned-product",
                **self._maybe(0.6, "cross_reacting", lambda: self.dice.choice(("likely", "possible"))),
                **self._maybe(0.2, "of", lambda: self._some(self.words.of("substance"))),
            }
            if planned
            else self._maybe(0.9, "to", lambda: self._some(self.words.pharmacy))
        )
        return {
            "allergy": {
                **about,
                **self._maybe(0.3, "reaction", lambda: self._some(("anaphylaxis", "systemic", "local", "dermatitis", "other"))),
                **self._maybe(0.15, "severity", lambda: self._some(("mild", "severe"))),
                **self._maybe(0.3, "status", lambda: self._some(("now", "resolved"))),
                **self._counted(),
                **self._subject(),
            }
        }

    def _procedure(self) -> Plain:
        uses = (
            {"uses": "planned-product", **self._maybe(0.3, "of", lambda: self._some(self.words.of("substance")))}
            if self.dice.random() < 0.15
            else self._maybe(0.2, "uses", lambda: self._some(self.words.of("substance")))
        )
        return {
            "procedure": {
                **self._maybe(0.9, "is", lambda: self._some(self.words.of("procedure"))),
                **uses,
                **self._maybe(0.3, "outcome", lambda: self._some(self.words.of("outcome"))),
                **(self._maybe(0.15, "setting", lambda: self._some(self.words.of("setting"))) if self.words.of("setting") else {}),
                **self._maybe(0.4, self.dice.choice(("within", "at_least_ago", "ahead", "began_within")), self._duration),
                **self._places(),
                **self._counted(),
            }
        }

    def _measurement(self) -> Plain:
        measured = self.dice.choice(self.words.of("measurement"))
        bound = self.dice.choice(("above", "at_least", "below", "at_most"))
        return {
            "measurement": {
                "is": measured,
                "unit": self.words.units[measured],
                bound: self.dice.choice((60, 100, 140, 180)),
                **self._maybe(0.4, "within", self._duration),
            }
        }

    def _plan(self) -> Plain:
        dice, words = self.dice, self.words
        substance = self._some(words.of("substance"))
        bound = dice.choice(("above", "at_least", "below", "at_most"))
        shapes: list[Plain] = [
            {"uses": substance},
            {"uses": substance, "in": self._place()},
            {"uses": substance, "role": self._some(("active", "anaesthetic", "standby"))},
            {"uses": substance, "outside": self._some(words.of("area"))},
            {"uses": substance, "technique": self._some(words.of("technique"))},
            {"role": self._some(("active", "anaesthetic")), **self._maybe(0.5, "in", self._place)},
            {"mixed": True},
            {"uses": substance, "with": self._some(words.of("substance"))},
            {"uses": substance, "mixed": True},
            {"uses": substance, "quantity": "volume", bound: dice.choice((1, 5)), "unit": "mL"},
            {"quantity": "injections", bound: dice.choice((10, 50)), "unit": "1"},
            {"total": substance, bound: dice.choice((50, 200)), "unit": "mg"},
            {"total": substance, bound: dice.choice((1, 3)), "unit": "mg/kg"},
            {"technique": self._some(words.of("technique"))},
            {dice.choice(("in", "outside")): self._some(words.of("area"))},
        ]
        if words.of("fact"):
            shapes += [{"has": self._some(words.of("fact"))}, {"has": self._some(words.of("fact"))}, {"uses": substance, "has": self._some(words.of("fact"))}]
        return {"plan": dice.choice(shapes)}

    def _patient(self) -> Plain:
        dice = self.dice
        shapes: list[Plain] = [
            {"age": {dice.choice(("below", "at_most")): dice.choice((16, 18, 40))}},
            {"age": {dice.choice(("above", "at_least")): dice.choice((18, 40, 75))}},
            {"age": {"at_least": 16, "below": dice.choice((18, 40))}},
            {"sex": self._some(("female", "male"))},
            {"answers_older_than": self._duration()},
            {"age": {"below": 18}, "answers_older_than": self._duration()},
            {"sex": "female", "age": {"at_least": dice.choice((16, 40))}},
        ]
        return {"patient": dice.choice(shapes)}


def _leaves(when: Plain) -> Iterator[Plain]:
    ((key, inner),) = when.items()
    if key in ("all", "any"):
        for part in inner:
            yield from _leaves(part)
    elif key == "not":
        yield from _leaves(inner)
    else:
        yield when
