"""Rule engines written in Rust or C, on the reference workload.

Each is used the way its own documentation suggests, or faster where we know how.
"""

from __future__ import annotations

import json
from importlib import import_module
from itertools import compress
from typing import TYPE_CHECKING, Any

from benchmarks.workload import CHOICES, FIELDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.workload import Condition, Decide, Intake, Rule


def zen_expression(rules: Sequence[Rule]) -> Decide:
    """One compiled expression that gives a list of booleans, which is quicker than one of names."""
    zen = import_module("zen")
    names = [rule.id for rule in rules]
    compiled = zen.compile_expression("[" + ",".join(_zen_text(rule) for rule in rules) + "]")
    return lambda intake: frozenset(compress(names, compiled.evaluate(intake)))


def zen_table(rules: Sequence[Rule]) -> Decide:
    """A decision table that collects every row that holds."""
    zen = import_module("zen")
    at = {"x": 0, "y": 0}
    rows = [{"_id": rule.id, "when": _zen_text(rule), "then": f"'{rule.id}'"} for rule in rules]
    table = {
        "hitPolicy": "collect",
        "inputs": [{"id": "when", "name": "when"}],
        "outputs": [{"id": "then", "name": "then", "field": "id"}],
        "rules": rows,
    }
    content = {
        "nodes": [
            {"id": "in", "name": "request", "type": "inputNode", "position": at},
            {"id": "table", "name": "table", "type": "decisionTableNode", "position": at, "content": table},
            {"id": "out", "name": "response", "type": "outputNode", "position": at},
        ],
        "edges": [
            {"id": "1", "sourceId": "in", "targetId": "table", "type": "edge"},
            {"id": "2", "sourceId": "table", "targetId": "out", "type": "edge"},
        ],
    }
    decision = zen.ZenEngine().create_decision(json.dumps(content))
    return lambda intake: frozenset([row["id"] for row in decision.evaluate(intake)["result"]])


def _zen_text(rule: Rule) -> str:
    def one(condition: Condition) -> str:
        match condition.operator:
            case "is":
                return f"{condition.field} == {'true' if condition.value else 'false'}"
            case "in":
                return f"{condition.field} in {quoted(condition.value)}"
            case _:
                return f"{condition.field} {condition.operator} {condition.value}"

    return " and ".join(map(one, rule.conditions))


def datalogic(rules: Sequence[Rule]) -> Decide:
    """One compiled rule that gives a list of booleans."""
    datalogic_py = import_module("datalogic_py")
    names = [rule.id for rule in rules]
    compiled = datalogic_py.Engine().compile(json.dumps([{"!!": [json_logic_of(rule)]} for rule in rules]))
    return lambda intake: frozenset(compress(names, compiled.evaluate(intake)))


def json_logic_of(rule: Rule) -> dict[str, Any]:
    """Write a rule in JSON Logic."""

    def one(condition: Condition) -> dict[str, Any]:
        told = {"var": condition.field}
        match condition.operator:
            case "is":
                return told if condition.value else {"!": [told]}
            case "in":
                return {"in": [told, list(condition.value)]}
            case _:
                return {condition.operator: [told, condition.value]}

    return {"and": [one(condition) for condition in rule.conditions]}


def cel(rules: Sequence[Rule]) -> Decide:
    """A compiled program for every rule, and one context for an intake."""
    library = import_module("cel")
    programs = [(rule.id, library.compile(_cel_text(rule))) for rule in rules]

    def decide(intake: Intake) -> frozenset[str]:
        context = library.Context(variables=intake)
        return frozenset([name for name, program in programs if program.execute(context)])

    return decide


def _cel_text(rule: Rule) -> str:
    def one(condition: Condition) -> str:
        match condition.operator:
            case "is":
                return condition.field if condition.value else f"!{condition.field}"
            case "in":
                return f"{condition.field} in {quoted(condition.value)}"
            case _:
                return f"{condition.field} {condition.operator} {condition.value}"

    return " && ".join(map(one, rule.conditions))


def clips(rules: Sequence[Rule]) -> Decide:
    """One fact with a slot for every field."""
    library = import_module("clips")
    environment = library.Environment()
    environment.build("(deftemplate intake " + " ".join(f"(slot {field})" for field in FIELDS) + ")")

    def slot(condition: Condition) -> str:
        match condition.operator:
            case "is":
                return f"({condition.field} {'TRUE' if condition.value else 'FALSE'})"
            case "in":
                return f"({condition.field} {'|'.join(condition.value)})"
            case _:
                return f"({condition.field} ?{condition.field}&:({condition.operator} ?{condition.field} {condition.value}))"

    found: list[str] = []
    environment.define_function(lambda name: found.append(str(name)), name="found")
    for rule in rules:
        environment.build(f"(defrule {rule.id} (intake {' '.join(map(slot, rule.conditions))}) => (found {rule.id}))")
    template = environment.find_template("intake")
    symbols: dict[object, Any] = {value: library.Symbol(value) for tokens in CHOICES.values() for value in tokens}
    true, false = library.Symbol("TRUE"), library.Symbol("FALSE")

    def decide(intake: Intake) -> frozenset[str]:
        found.clear()
        slots = {k: true if v is True else false if v is False else symbols[v] if v.__class__ is str else v for k, v in intake.items()}
        fact = template.assert_fact(**slots)
        environment.run()
        fact.retract()
        return frozenset(found)

    return decide


def quoted(values: Sequence[str]) -> str:
    """Write a list of texts as most expression languages do."""
    return "[" + ",".join(f"'{value}'" for value in values) + "]"
