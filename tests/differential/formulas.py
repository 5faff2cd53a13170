"""Random formulas over numbered criteria, and random answers: no YAML, no vocabulary, no intake in between."""

from __future__ import annotations

from typing import TYPE_CHECKING

from differential.books import ANSWERS, Book, among, follows, formula_of
from differential.levels import NotACase, Opened

from mesoscreen.criteria.criterion import NO, UNDECLARED, UNKNOWN, YES
from mesoscreen.rulebook.formula import criteria_of
from mesoscreen.rulebook.logic import Relations, exact

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from differential.levels import Plain

WORDS = {value: word for word, value in ANSWERS.items()}
Pairs = list[list[int]]


class Formulas:
    """Small rulebooks whose criteria imply and exclude each other, decided as the loader rewrites them."""

    name = "formulas"
    only: frozenset[str] = frozenset()

    def draw(self, dice: random.Random) -> tuple[Plain, list[Plain]]:
        criteria = dice.randint(1, 6)
        implies, excludes = _relations(dice, criteria)
        rules = [_formula(dice, criteria, dice.randint(0, 3)) for _ in range(dice.randint(1, 8))]
        plain = {"rules": rules, "implies": implies, "excludes": excludes}
        clauses = list(follows(_read_relations(plain)))
        drawn = [_closed(_values(dice, criteria), clauses) for _ in range(12)]
        return plain, [_patient(values) for values in [[UNKNOWN] * criteria, *(values for values in drawn if values)]]

    def open(self, plain: Plain) -> Opened:
        try:
            written = tuple(map(formula_of, plain["rules"]))
            relations = _read_relations(plain)
        except (KeyError, TypeError, ValueError):
            raise NotACase from None
        decided = tuple(exact(formula, among(criteria_of(formula), relations)) for formula in written)
        related = {criterion for pair in relations.implications | relations.exclusions for criterion in pair}
        size = 1 + max([*related, *(c for formula in written for c in criteria_of(formula))], default=-1)
        clauses = list(follows(relations))

        def answers(patient: Plain) -> list[int]:
            values = _read_values(patient, size)
            if any(values[one] == being and values[other] not in then for one, being, other, then in clauses):
                raise NotACase
            return values

        return Opened(_book(written, decided, size, relations), answers, sum(isinstance(formula, bool) for formula in decided))


class FormulasAsWritten:
    """Rulebooks of every size with whatever answers, impossible ones too: what the specification and the engine must agree on anyway."""

    name = "formulas as written"
    only = frozenset({"specification", "engine"})

    def draw(self, dice: random.Random) -> tuple[Plain, list[Plain]]:
        criteria = dice.choice((1, 3, 8, 20, 60, 150))
        rules = [_formula(dice, criteria, dice.randint(0, 4)) for _ in range(dice.choice((1, 4, 15, 60, 250)))]
        weights = [dice.choices(range(1, 40), k=len(WORDS)) for _ in range(20)]
        corners = [[answer] * criteria for answer in WORDS]
        drawn = [dice.choices(list(WORDS), each, k=criteria) for each in weights]
        return {"rules": rules}, [_patient(values) for values in corners + drawn]

    def open(self, plain: Plain) -> Opened:
        try:
            written = tuple(map(formula_of, plain["rules"]))
        except (KeyError, TypeError, ValueError):
            raise NotACase from None
        size = 1 + max((c for formula in written for c in criteria_of(formula)), default=-1)
        return Opened(_book(written, written, size, Relations()), lambda patient: _read_values(patient, size))


def _book(written: Plain, decided: Plain, size: int, relations: Relations) -> Book:
    return Book(tuple(f"rule {n}" for n in range(len(written))), written, decided, tuple(f"criterion {n}" for n in range(size)), relations)


def _formula(dice: random.Random, criteria: int, depth: int) -> Plain:
    if not depth or dice.random() < 0.3:
        return {dice.choice(("is", "is", "not")): dice.randrange(criteria)}
    parts = [_formula(dice, criteria, depth - 1) for _ in range(dice.randint(2, 3))]
    return {dice.choice(("all", "any")): parts}


def _relations(dice: random.Random, criteria: int) -> tuple[Pairs, Pairs]:
    """Let some criteria be sets of things a patient can be: a smaller set implies a larger one, sets apart exclude each other."""
    if dice.random() < 0.4:
        return [], []
    sets = {c: set(dice.sample(range(6), dice.randint(1, 4))) for c in range(criteria) if dice.random() < 0.7}
    pairs = [(a, b) for a in sets for b in sets if a != b]
    implies = [[a, b] for a, b in pairs if sets[a] <= sets[b]]
    apart = dice.random() < 0.5
    return implies, [[a, b] for a, b in pairs if apart and a < b and not sets[a] & sets[b]]


def _values(dice: random.Random, criteria: int) -> list[int]:
    known, declared = dice.random(), dice.choice((1, 1, dice.random()))
    return [
        UNKNOWN if dice.random() > known else UNDECLARED if dice.random() > declared else dice.choice((NO, YES)) for _ in range(criteria)
    ]


def _closed(values: list[int], clauses: list[tuple[int, int, int, tuple[int, ...]]]) -> list[int]:
    """Add what follows from the answers; nothing if they contradict each other."""
    changed = True
    while changed:
        changed = False
        for one, being, other, then in clauses:
            if values[one] == being and values[other] not in then:
                if values[other] != UNKNOWN:
                    return []
                values[other], changed = then[0], True
    return values


def _patient(values: Sequence[int]) -> Plain:
    return {str(criterion): WORDS[value] for criterion, value in enumerate(values) if value != NO}


def _read_values(patient: Plain, size: int) -> list[int]:
    if not isinstance(patient, dict) or not set(patient.values()) <= set(ANSWERS):
        raise NotACase
    return [ANSWERS[patient.get(str(criterion), "no")] for criterion in range(size)]


def _read_relations(plain: Plain) -> Relations:
    return Relations([(a, b) for a, b in plain.get("implies", ())], [(a, b) for a, b in plain.get("excludes", ())])
