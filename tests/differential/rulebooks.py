"""Whole rulebooks through their files, and whole patients through their intakes."""

from __future__ import annotations

import json
import tempfile
from dataclasses import fields
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from differential.books import Book
from differential.intakes import ON, Form
from differential.levels import NotACase, Opened
from differential.wording import DOMAINS, Author, Words, vocabulary

from mesoscreen import Intake, Rulebook
from mesoscreen.criteria.matching import SPACE_OF
from mesoscreen.criteria.reading import read
from mesoscreen.criteria.relations import excludes, implies
from mesoscreen.errors import IntakeError, RulebookError
from mesoscreen.intake import misdated
from mesoscreen.rulebook.logic import Relations

if TYPE_CHECKING:
    import random
    from collections.abc import Collection

    from differential.levels import Plain

    from mesoscreen.criteria.criterion import Criterion

CONSTANT = frozenset({"constant-rule", "unreachable-rule"})


class Rulebooks:
    """Random rule files over a random vocabulary, loaded from a folder, and random intakes."""

    name = "rulebooks"
    only: frozenset[str] = frozenset()

    def draw(self, dice: random.Random) -> tuple[Plain, list[Plain]]:
        """Make the files of a rulebook, by name, and intakes."""
        files = vocabulary(dice)
        words = Words.of_files(files)
        author, form = Author(dice, words), Form(dice, words)
        for number in range(dice.randint(1, 8)):
            domain, name = dice.choice(DOMAINS), f"rule-{number}"
            files[f"{domain}/{name}.yaml"] = {**author.rule(name), "domain": domain}
        return files, [form.filled_in() for _ in range(16)]

    def open(self, plain: Plain) -> Opened:
        """Load the files, without the rules that every or no patient would raise."""
        refused, files = 0, dict(plain)
        while True:
            try:
                return opened(load(files), refused)
            except RulebookError as error:
                constant = {problem.at.file if problem.at and problem.code in CONSTANT else "" for problem in error.problems}
                if not constant or "" in constant:
                    raise NotACase(str(error)) from error
                refused += len(constant)
                files = {name: file for name, file in files.items() if name not in constant}


class Shipped:
    """The rulebook the library ships, and random intakes over what it asks about."""

    name = "shipped rulebook"
    only: frozenset[str] = frozenset()

    def draw(self, dice: random.Random) -> tuple[Plain, list[Plain]]:
        """List all its rules, and make intakes."""
        form = Form(dice, _asked_about(), lengths=(0, 2, 5, 20))
        return {"rules": list(Rulebook.default().rules)}, [form.filled_in() for _ in range(40)]

    def open(self, plain: Plain) -> Opened:
        """Keep only the rules listed."""
        whole, kept = _shipped(), plain.get("rules")
        if not isinstance(kept, list):
            raise NotACase
        numbers = [n for n, name in enumerate(whole.book.names) if name in kept]
        book = Book(
            tuple(whole.book.names[n] for n in numbers),
            tuple(whole.book.written[n] for n in numbers),
            tuple(whole.book.decided[n] for n in numbers),
            whole.book.criteria,
            whole.book.relations,
        )
        return Opened(book, whole.answers)


def text(plain: Plain) -> str:
    """Write plain data as the YAML rulebooks are read from."""
    return _text(json.dumps(plain))


@lru_cache(maxsize=2000)
def _text(plain: str) -> str:
    written: str = yaml.safe_dump(json.loads(plain), sort_keys=False, allow_unicode=True, default_flow_style=None, width=120)
    return written


def asks(criterion: Criterion) -> str:
    """Say what a criterion asks, leaving out what it leaves open."""
    said = [(field.name, getattr(criterion, field.name)) for field in fields(criterion)]
    return "; ".join(f"{name} {_listed(value)}" for name, value in said if name == "section" or value not in (None, "", 0, (), "patient"))


def _listed(value: object) -> str:
    return " or ".join(str(part) for part in value) if isinstance(value, tuple) else str(value)


def load(files: Plain) -> Rulebook:
    """Write a rulebook's files to a folder and load it.

    Raises:
        RulebookError: something in it is wrong.

    """
    with tempfile.TemporaryDirectory() as made:
        for name, file in files.items():
            path = Path(made, name)
            path.parent.mkdir(exist_ok=True)
            path.write_text(text(file), encoding="utf-8")
        return Rulebook.load(made)


def opened(rulebook: Rulebook, refused: int = 0) -> Opened:
    """Number the rules, relate the criteria, and answer intakes."""
    criteria, words = rulebook.criteria, rulebook.vocabulary
    pairs = [(a, b) for a, one in enumerate(criteria) for b, other in enumerate(criteria) if a != b and one.section == other.section]
    relations = Relations(
        [(a, b) for a, b in pairs if implies(criteria[a], criteria[b], words)],
        [(a, b) for a, b in pairs if a < b and excludes(criteria[a], criteria[b])],
    )
    rules = rulebook.rules.values()
    written, decided = tuple(rule.when for rule in rules), tuple(rule.decided for rule in rules)
    book = Book(tuple(rulebook.rules), written, decided, tuple(map(asks, criteria)), relations)
    on = date.fromisoformat(ON)

    def answers(patient: Plain) -> list[int]:
        try:
            intake = Intake.model_validate(patient)
            told = read(intake, words, on)
        except IntakeError as error:
            raise NotACase(str(error)) from error
        if misdated(intake, on):
            raise NotACase
        return list(rulebook.questionnaire.answer(told).values)

    return Opened(book, answers, refused)


@cache
def _shipped() -> Opened:
    return opened(Rulebook.default())


@cache
def _asked_about() -> Words:
    """List what the shipped rules ask about, with some of what is narrower or wider."""
    book = Rulebook.default()
    words, criteria = book.vocabulary, book.criteria

    def near(section: str, asked: Collection[str]) -> list[str]:
        space = SPACE_OF[section]
        around = {n for c in asked for n in [c, *sorted(words.descendants(space, c))[:2], *words.concept(space, c).parents]}
        return sorted(c for c in around if words.concept(space, c).means is None)

    def concepts(section: str) -> list[str]:
        return near(section, {c for criterion in criteria if criterion.section == section for c in criterion.concepts})

    def field(key: str) -> list[str]:
        return sorted({str(value) for criterion in criteria for name, values in criterion.fields if name == key for value in values})

    measured = concepts("measurements")
    return Words(
        {
            "condition": concepts("conditions"),
            "substance": concepts("plan"),
            "medication": sorted({*concepts("medications"), *concepts("allergies")}),
            "procedure": concepts("procedures"),
            "product": sorted(words.concepts("product"))[:40],
            "area": sorted({area for criterion in criteria if criterion.place is not None for area in criterion.place.areas} | {"face", "scalp"}),
            "outcome": field("outcome"),
            "setting": field("setting"),
            "technique": sorted({t for criterion in criteria for t in criterion.techniques}),
            "fact": sorted({fact for criterion in criteria for fact in criterion.facts}),
            "measurement": measured,
        },
        [],
        {name: words.concept("measurement", name).unit or "1" for name in measured},
    )
