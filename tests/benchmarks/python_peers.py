"""Rule engines written in Python, on the reference workload, and Python written from the rules.

Each engine is used the way its own documentation suggests.
"""

from __future__ import annotations

import collections
import collections.abc
from importlib import import_module
from typing import TYPE_CHECKING, Any

from benchmarks.compiled_peers import json_logic_of, quoted
from benchmarks.workload import DAYS, FIELDS, FLAGS, NUMBERS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.workload import Condition, Decide, Intake, Rule


def json_logic(rules: Sequence[Rule]) -> Decide:
    """Rule by rule in pure Python."""
    logic = import_module("json_logic").jsonLogic
    written = [(rule.id, json_logic_of(rule)) for rule in rules]
    return lambda intake: frozenset([name for name, rule in written if logic(rule, intake)])


def business_rules(rules: Sequence[Rule]) -> Decide:
    """Variables, actions and rules as the package's documentation shows them."""
    library = import_module("business_rules")
    actions, variables = import_module("business_rules.actions"), import_module("business_rules.variables")

    def variable(field: str) -> Any:
        def read(self: Any) -> Any:
            return self.intake[field]

        read.__name__ = field
        kind = variables.boolean_rule_variable if field in FLAGS else variables.string_rule_variable
        return (variables.numeric_rule_variable if field in (*NUMBERS, *DAYS) else kind)()(read)

    def set_intake(self: Any, intake: Intake) -> None:
        self.intake = intake

    known = type("Known", (variables.BaseVariables,), {"__init__": set_intake, **{field: variable(field) for field in FIELDS}})

    def start(self: Any) -> None:
        self.found = []

    def find(self: Any, name: str) -> None:
        self.found.append(name)

    finds = actions.rule_action(params={"name": import_module("business_rules.fields").FIELD_TEXT})(find)
    finder = type("Finder", (actions.BaseActions,), {"__init__": start, "find": finds})

    words = {"<": "less_than", "<=": "less_than_or_equal_to", ">": "greater_than", ">=": "greater_than_or_equal_to"}

    def one(condition: Condition) -> dict[str, Any]:
        match condition.operator:
            case "is":
                return {"name": condition.field, "operator": "is_true" if condition.value else "is_false", "value": None}
            case "in":
                return {"any": [{"name": condition.field, "operator": "equal_to", "value": value} for value in condition.value]}
            case _:
                return {"name": condition.field, "operator": words[condition.operator], "value": condition.value}

    written = [
        {
            "conditions": {"all": [one(condition) for condition in rule.conditions]},
            "actions": [{"name": "find", "params": {"name": rule.id}}],
        }
        for rule in rules
    ]

    def decide(intake: Intake) -> frozenset[str]:
        acted = finder()
        library.run_all(rule_list=written, defined_variables=known(intake), defined_actions=acted)
        return frozenset(acted.found)

    return decide


def rule_engine(rules: Sequence[Rule]) -> Decide:
    """A parsed rule for every rule."""
    library = import_module("rule_engine")

    def one(condition: Condition) -> str:
        match condition.operator:
            case "is":
                return condition.field if condition.value else f"not {condition.field}"
            case "in":
                return f"{condition.field} in {quoted(condition.value)}"
            case _:
                return f"{condition.field} {condition.operator} {condition.value}"

    parsed = [(rule.id, library.Rule(" and ".join(map(one, rule.conditions)))) for rule in rules]
    return lambda intake: frozenset([name for name, rule in parsed if rule.matches(intake)])


def experta(rules: Sequence[Rule]) -> Decide:
    """A knowledge engine with one fact. Its dependencies want names that `collections` dropped in Python 3.10."""
    for name in ("Mapping", "MutableMapping", "Sequence", "Iterable", "Callable", "Hashable"):
        if not hasattr(collections, name):
            setattr(collections, name, getattr(collections.abc, name))
    library = import_module("experta")
    told_fact = type("Told", (library.Fact,), {})

    def constraint(condition: Condition) -> Any:
        if condition.operator == "is":
            return library.L(condition.value)
        return library.P(lambda told: condition.holds({condition.field: told}))

    def reaction(name: str) -> Callable[[Any], None]:
        def react(engine: Any) -> None:
            engine.found.append(name)

        react.__name__ = name
        return react

    reactions = {}
    for rule in rules:
        pattern = told_fact(**{condition.field: constraint(condition) for condition in rule.conditions})
        reactions[rule.id] = library.Rule(pattern)(reaction(rule.id))
    engine = type("Engine", (library.KnowledgeEngine,), reactions)()

    def decide(intake: Intake) -> frozenset[str]:
        engine.found = []
        engine.reset()
        engine.declare(told_fact(**intake))
        engine.run()
        return frozenset(engine.found)

    return decide


def generated_python(rules: Sequence[Rule]) -> Decide:
    """Python source written from the rules and compiled: fields in local names, rules grouped by their commonest condition."""

    def one(condition: Condition) -> str:
        match condition.operator:
            case "is":
                return condition.field if condition.value else f"not {condition.field}"
            case "in":
                return f"{condition.field} in {set(condition.value)!r}"
            case _:
                return f"{condition.field} {condition.operator} {condition.value}"

    common = collections.Counter(condition for rule in rules for condition in rule.conditions)
    groups: dict[Condition, list[str]] = {}
    for rule in rules:
        first, *rest = sorted(rule.conditions, key=lambda condition: -common[condition])
        guard = "if " + " and ".join(map(one, rest)) + ": " if rest else ""
        groups.setdefault(first, []).append(f"        {guard}found.append({rule.id!r})")
    lines = ["def decide(intake):", "    found = []"]
    lines += [f"    {field} = intake[{field!r}]" for field in sorted({condition.field for condition in common})]
    for first, body in groups.items():
        lines += [f"    if {one(first)}:", *body]
    namespace: dict[str, Any] = {}
    exec(compile("\n".join([*lines, "    return frozenset(found)"]), "<generated>", "exec"), namespace)  # noqa: S102 - our own text
    decide: Decide = namespace["decide"]
    return decide
