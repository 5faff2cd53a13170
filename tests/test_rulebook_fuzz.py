"""Law: whatever stands in a rulebook file, it loads or is refused with a place; nothing else ever comes out."""

from __future__ import annotations

import json
import shutil
import tempfile
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesoscreen import Rulebook
from mesoscreen.checking.examples import run_examples
from mesoscreen.errors import RULEBOOK_CODES, IntakeError, RulebookError
from mesoscreen.rulebook.source import read_file

if TYPE_CHECKING:
    from collections.abc import Iterator

TINY = Path(__file__).parent / "tiny"
FILES = tuple(sorted(str(file.relative_to(TINY)) for file in TINY.rglob("*.yaml")))
ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, "", " ", "no", "x", "lidocaine", "planned-product", "6 months", "9999 years", "1e999", "mg", "1",
    [], ["x"], [[]], {}, {"is": "lidocaine"}, {"a": {}}, {"at_least": 3}, [None], [True, 1],
)  # fmt: skip


def plain(name: str) -> Any:
    root = read_file(TINY / name, name).root
    assert root is not None
    return root.plain()


def places(node: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield at
    if isinstance(node, dict | list):
        for key, inner in node.items() if isinstance(node, dict) else enumerate(node):
            yield from places(inner, (*at, key))


@st.composite
def spoilt(draw: st.DrawFn) -> tuple[str, str]:
    """A file of the tiny rulebook, written as JSON, with one or two values replaced, dropped or renamed."""
    name = draw(st.sampled_from(FILES))
    data = {"whole": plain(name)}
    for _ in range(draw(st.integers(1, 2))):
        *path, last = draw(st.sampled_from(list(places(data))[1:]))
        within: Any = data
        for step in path:
            within = within[step]
        how = draw(st.sampled_from(["replace", "replace", "drop", "rename"]))
        if how == "rename" and isinstance(within, dict) and within is not data:
            within[draw(st.sampled_from(["all", "not", "is", "x", "within", "of"]))] = within.pop(last)
        elif how == "drop" and within is not data:
            del within[last]
        else:
            within[last] = deepcopy(draw(st.sampled_from(ODD)))
    return name, json.dumps(data["whole"])


def loaded(folder: Path) -> Rulebook | RulebookError:
    try:
        return Rulebook.load(folder)
    except RulebookError as error:
        return error


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(spoilt())
def test_a_spoilt_rulebook_loads_or_is_refused_at_a_place(file: tuple[str, str]) -> None:
    name, text = file
    with tempfile.TemporaryDirectory() as made:
        folder = Path(shutil.copytree(TINY, Path(made) / "tiny"))
        (folder / name).write_text(text, encoding="utf-8")
        result = loaded(folder)
    if isinstance(result, RulebookError):
        assert result.problems
        assert str(result)
        assert {problem.code for problem in result.problems} <= set(RULEBOOK_CODES)
        assert not any("Node(" in problem.message + problem.hint for problem in result.problems)
        assert all(problem.at is not None for problem in result.problems)
    else:
        for rule in result.rules.values():
            with suppress(IntakeError):  # a unit is read only once its example is
                assert isinstance(run_examples(rule, result), list)
