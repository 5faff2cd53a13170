"""The engines our own is compared with on the reference workload.

A builder takes the rules and gives a function from an intake to the rules that hold. An intake is always the plain
dict of Python scalars: what an engine needs instead is made inside that function, and timed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.compiled_peers import cel, clips, datalogic, zen_expression, zen_table
from benchmarks.python_peers import business_rules, experta, generated_python, json_logic, rule_engine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from benchmarks.workload import Decide, Rule

ZEN = "zen-engine: one expression"
DATALOGIC = "datalogic-py: one JSON Logic rule, in Rust"
CLIPS = "clipspy: CLIPS, one fact"
GENERATED = "generated Python, no engine"

BUILDERS: Mapping[str, Callable[[Sequence[Rule]], Decide]] = {
    ZEN: zen_expression,
    "zen-engine: decision table": zen_table,
    DATALOGIC: datalogic,
    "CEL in Rust: a program for every rule": cel,
    CLIPS: clips,
    "JSON Logic in Python": json_logic,
    "business-rules": business_rules,
    "rule-engine": rule_engine,
    "experta": experta,
    GENERATED: generated_python,
}
"""By what they are called in the tables. A builder raises ImportError where its package is not installed."""
