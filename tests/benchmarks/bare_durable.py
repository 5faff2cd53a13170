"""durable-rules without our adapter, on the reference workload. Runs in a process of its own, because it may crash.

`python tests/benchmarks/bare_durable.py documented 120 5` prints the microseconds of one screening as JSON, or says what went wrong.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.workload import Condition, Decide, Intake, Rule

HERE = Path(__file__)
LIMIT = 120
"""Seconds after which a run is given up."""
WORDS = {"<": "$lt", "<=": "$lte", ">": "$gt", ">=": "$gte"}
SENTINEL = "always"
"""A rule that always fires: without one, a patient for whom nothing fires raises an exception, or crashes the process."""


def measured(way: str, size: int, rounds: int) -> float | str:
    """Measure one way in a process of its own. Gives microseconds, or what went wrong."""
    try:
        done = subprocess.run(
            [sys.executable, str(HERE), way, str(size), str(rounds)], capture_output=True, text=True, timeout=LIMIT, check=False
        )
    except subprocess.TimeoutExpired:
        return "hangs"
    if done.returncode < 0:
        return f"crashes (signal {-done.returncode})"
    if done.returncode:
        return _reason((done.stderr.strip().splitlines() or ["no word"])[-1])
    return float(json.loads(done.stdout))


def _reason(last: str) -> str:
    if "ModuleNotFoundError" in last:
        return "not installed"
    if "ImportError" in last:
        return "cannot be loaded"
    code = re.search(r"error code: (\d+)", last)
    return f"error {code[1]}" if code else last.partition(":")[0]


def documented(rules: Sequence[Rule]) -> Decide:
    """As its documentation shows: a host, callbacks, a session for every patient, deleted afterwards."""
    host = import_module("durable.engine").Host()
    found: list[str] = []

    def reaction(name: str) -> Callable[[Any], None]:
        def react(context: Any) -> None:  # noqa: ARG001 - it looks at the number of parameters
            found.append(name)

        return react

    written = {rule.id: {"all": [{"m": _written(rule)}], "run": reaction(rule.id)} for rule in rules}
    host.register_rulesets({"patients": {**written, SENTINEL: {"pri": 1, "all": [{"m": {"_s": 1}}], "run": reaction(SENTINEL)}}})
    count = 0

    def decide(intake: Intake) -> frozenset[str]:
        nonlocal count
        count += 1
        session = f"p{count}"
        found.clear()
        host.assert_fact("patients", {"sid": session, "_s": 1, **intake})
        host.delete_state("patients", session)
        return frozenset(found) - {SENTINEL}

    return decide


def unguarded(rules: Sequence[Rule]) -> Decide:
    """Straight calls of its C module, one ruleset, no check of any kind: what speed there is to be had."""
    library = import_module("durable_rules_engine")
    written: dict[str, Any] = {rule.id: {"all": [{"m": _written(rule)}]} for rule in rules}
    written[SENTINEL] = {"pri": 1, "all": [{"m": {"_s": 1}}]}
    handle = library.create_ruleset("patients", json.dumps(written))

    def decide(intake: Intake) -> frozenset[str]:
        _, state = library.assert_fact(handle, json.dumps({"sid": "s", "id": "i", "_s": 1, **intake}))
        found = set()
        message = library.start_action_for_state(handle, state)[1]
        while message is not None:
            found.add(message[2 : message.index('"', 2)])
            message = library.complete_and_start_action(handle, state)
        library.retract_fact(handle, '{"sid":"s","id":"i"}')
        return frozenset(found) - {SENTINEL}

    return decide


def _written(rule: Rule) -> dict[str, Any]:
    parts = [_condition(condition) for condition in rule.conditions]
    return parts[0] if len(parts) == 1 else {"$and": parts}


def _condition(condition: Condition) -> dict[str, Any]:
    match condition.operator:
        case "is":
            return {condition.field: condition.value}
        case "in":
            return (
                {"$or": [{condition.field: value} for value in condition.value]}
                if len(condition.value) > 1
                else {condition.field: condition.value[0]}
            )
        case _:
            return {WORDS[condition.operator]: {condition.field: condition.value}}


def main(way: str, size: str, rounds: str) -> None:
    """Measure in this process and print."""
    from benchmarks import workload  # noqa: PLC0415 - the path is set below
    from benchmarks.measuring import Contestant, pinned, race  # noqa: PLC0415

    rules = workload.rules(int(size))
    patients = workload.intakes(200)
    expected = [workload.reference(rules, patient) for patient in patients]
    build = {"documented": documented, "unguarded": unguarded}[way]
    with pinned():
        times = race([Contestant(way, build(rules))], patients, expected, rounds=int(rounds))
    sys.stdout.write(json.dumps(times[way]))


if __name__ == "__main__":
    sys.path[0] = str(HERE.parents[1])
    main(*sys.argv[1:])
