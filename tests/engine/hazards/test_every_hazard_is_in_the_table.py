"""The table in the documentation and the tests of hazards are one to one."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parents[2] / "docs/explanation/engine.md"
FILES = {file.name: file for file in HERE.parents[1].rglob("test_*.py")}
ROWS = [
    [cell.strip() for cell in line.strip().strip("|").split("|")]
    for line in PAGE.read_text(encoding="utf-8").splitlines()
    if line.startswith("|") and not line.startswith("|---")
][1:]


@cache
def functions_of(file: str) -> dict[str, ast.FunctionDef]:
    tree = ast.parse(FILES[file].read_text(encoding="utf-8"))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


HAZARD_TESTS = {
    f"{file.name}::{name}" for file in HERE.glob("test_*.py") if file.name != Path(__file__).name for name in functions_of(file.name)
}


def named(row: list[str]) -> list[str]:
    return re.findall(r"`([^`]+)`", row[3])


def shows_it_bare(test: str) -> bool:
    file, name = test.split("::")
    calls = [node.func for node in ast.walk(functions_of(file)[name]) if isinstance(node, ast.Call)]
    return any(isinstance(call, ast.Name) and call.id == "bare" for call in calls)


def test_no_cell_is_empty() -> None:
    assert len(ROWS) > 50
    assert [row for row in ROWS if len(row) != 4 or not all(row) or not named(row)] == []


def test_every_test_the_table_names_exists() -> None:
    tests = [test for row in ROWS for test in named(row)]
    assert [test for test in tests if test.partition("::")[2] not in functions_of(test.partition("::")[0])] == []


def test_every_hazard_test_is_in_the_table_once() -> None:
    assert sorted(test for row in ROWS for test in named(row) if test in HAZARD_TESTS) == sorted(HAZARD_TESTS)


def test_every_row_has_a_test_that_shows_the_hazard_or_says_why_not() -> None:
    assert [row for row in ROWS if named(row)[0] not in HAZARD_TESTS] == []
    assert [row for row in ROWS if not shows_it_bare(named(row)[0]) and "Not shown in a test" not in row[1]] == []
    assert [row for row in ROWS if "Not shown in a test" in row[1] and shows_it_bare(named(row)[0])] == []
