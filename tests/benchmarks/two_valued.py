"""The shipped rules for engines that know only true and false, each in several forms.

An engine gets one expression with every rule in it, and a mapping of the keys that are true, so that it has little
to convert. Such an engine cannot say "unknown": where something is, it is asked what holds for certain and what could hold.

A rule may want a criterion not to hold. A peer is told so by a key of its own, in the way that is quicker for it: the key
says that the negation holds (`complements`), or that it fails (`failures`), of which there are fewer.
"""

from __future__ import annotations

import json
from importlib import import_module
from itertools import compress
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks.measuring import Absent, Contestant

from mesoscreen.criteria.criterion import NO, UNKNOWN, YES
from mesoscreen.rulebook.formula import All, AnyOf, Is, Not, literals

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mesoscreen.criteria.answers import Answers
    from mesoscreen.rulebook.formula import Formula

Keys = dict[str, bool]


class Questions(NamedTuple):
    """The keys that are true when only what is certain counts, and when unknowns are read in the rules' favour."""

    certain: Keys
    possible: Keys | None
    """None where nothing is unknown: one question is enough."""


class Form(NamedTuple):
    """How negated criteria are told."""

    name: str
    prefix: str
    tells_failures: bool


FORMS = (Form("complements", "n", tells_failures=False), Form("failures", "f", tells_failures=True))


def peers(formulas: Sequence[Formula]) -> list[Contestant | Absent]:
    """Give every peer in every form, for cases that have `answers`."""
    found: list[Contestant | Absent] = []
    for name, build in (("zen-engine", zen), ("datalogic-py", datalogic)):
        for form in FORMS:
            try:
                for way, decide in build(formulas, form).items():
                    found.append(_contestant(f"{name}: {way}, {form.name}", formulas, form, decide))
            except ImportError:
                found.append(Absent(name, "not installed"))
                break
    return found


def zen(formulas: Sequence[Formula], form: Form) -> dict[str, Callable[[Keys], frozenset[int]]]:
    """Build one compiled ZEN expression: as a list of booleans, and as a list of names."""
    library = import_module("zen")

    def leaf(literal: Is | Not) -> str:
        if isinstance(literal, Is):
            return f"c{literal.criterion} == true"
        return f"{form.prefix}{literal.criterion} {'!=' if form.tells_failures else '=='} true"

    def text(formula: Formula) -> str:
        match formula:
            case Is() | Not():
                return leaf(formula)
            case All(parts):
                return "(" + " and ".join(map(text, parts)) + ")"
            case AnyOf(parts):
                return "(" + " or ".join(map(text, parts)) + ")"

    written = [text(formula) for formula in formulas]
    numbers = range(len(formulas))
    booleans = library.compile_expression("[" + ",".join(written) + "]")
    names = library.compile_expression("[" + ",".join(f"({rule}) ? '{n}' : ''" for n, rule in enumerate(written)) + "]")
    return {
        "booleans": lambda keys: frozenset(compress(numbers, booleans.evaluate(keys))),
        "names": lambda keys: frozenset([int(name) for name in names.evaluate(keys) if name]),
    }


def datalogic(formulas: Sequence[Formula], form: Form) -> dict[str, Callable[[Keys], frozenset[int]]]:
    """Build one compiled JSON Logic rule: a list of booleans, and a list of numbers."""
    engine = import_module("datalogic_py").Engine()

    def leaf(literal: Is | Not) -> dict[str, Any]:
        if isinstance(literal, Is):
            return {"var": f"c{literal.criterion}"}
        told = {"var": f"{form.prefix}{literal.criterion}"}
        return {"!": [told]} if form.tells_failures else told

    def tree(formula: Formula) -> dict[str, Any]:
        match formula:
            case Is() | Not():
                return leaf(formula)
            case All(parts):
                return {"and": [tree(part) for part in parts]}
            case AnyOf(parts):
                return {"or": [tree(part) for part in parts]}

    written = [tree(formula) for formula in formulas]
    numbers = range(len(formulas))
    booleans = engine.compile(json.dumps([{"!!": [rule]} for rule in written]))
    chosen = engine.compile(json.dumps([{"if": [rule, n, -1]} for n, rule in enumerate(written)]))
    return {
        "booleans": lambda keys: frozenset(compress(numbers, booleans.evaluate(keys))),
        "numbers": lambda keys: frozenset([number for number in chosen.evaluate(keys) if number >= 0]),
    }


def _contestant(name: str, formulas: Sequence[Formula], form: Form, decide: Callable[[Keys], frozenset[int]]) -> Contestant:
    leaves = {leaf for formula in formulas for leaf in literals(formula)}
    asked = sorted(leaf.criterion for leaf in leaves if isinstance(leaf, Is))
    negated = sorted(leaf.criterion for leaf in leaves if isinstance(leaf, Not))

    def keys(answers: Answers, holds: tuple[int, ...], fails: tuple[int, ...]) -> Keys:
        values = answers.values
        true = {f"c{criterion}": True for criterion in asked if values[criterion] in holds}
        for criterion in negated:
            if (values[criterion] in fails) != form.tells_failures:
                true[f"{form.prefix}{criterion}"] = True
        return true

    def prepare(case: Any) -> Questions:
        answers: Answers = case.answers
        possible = keys(answers, (YES, UNKNOWN), (NO, UNKNOWN)) if answers.unknown else None
        return Questions(keys(answers, (YES,), (NO,)), possible)

    def ask(questions: Questions) -> tuple[frozenset[int], frozenset[int]]:
        certain, possible = questions
        present = decide(certain)
        return present, frozenset() if possible is None else decide(possible) - present

    return Contestant(name, ask, prepare)
