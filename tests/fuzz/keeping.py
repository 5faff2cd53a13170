"""Choose, of many inputs, the few small ones that together reach every line of the library that any of them reaches."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fuzz.targets import CHECKS

import mesoscreen

if TYPE_CHECKING:
    from collections.abc import Iterable

    Reached = tuple[str, int, int]

_HOME = str(Path(mesoscreen.__path__[0]))
_LONGEST = 3_000
_SUFFIX = {"intake": ".json", "rulebook": ".yaml"}


def keep(target: str, folders: Iterable[Path], into: Path, most_files: int, most_bytes: int) -> str:
    """Leave in a folder what is worth keeping of some folders; say how much that is."""
    inputs = {file.read_bytes() for folder in folders for file in folder.iterdir()}
    candidates = sorted((data for data in inputs if len(data) <= _LONGEST), key=lambda data: (len(data), data))
    reached = {data: reached_by(target, data) for data in candidates}
    chosen: list[bytes] = []
    known: set[Reached] = set()
    for data in candidates:
        if not reached[data] <= known:
            known |= reached[data]
            chosen.append(data)
    # What a larger input reaches a smaller one may have been kept for in vain.
    for data in [*chosen]:
        others: set[Reached] = set().union(*(reached[other] for other in chosen if other is not data))
        if reached[data] <= others:
            chosen.remove(data)
    kept = _fitting(chosen, reached, most_files, most_bytes)
    for file in into.iterdir():
        file.unlink()
    for data in kept:
        (into / f"{hashlib.sha256(data).hexdigest()[:12]}{_SUFFIX[target]}").write_bytes(data)
    covered = len(set().union(*(reached[data] for data in kept)))
    return f"kept {len(kept)} of {len(inputs)} inputs, {sum(map(len, kept)):,} bytes, for {covered} of {len(known)} steps between lines"


def _fitting(chosen: list[bytes], reached: dict[bytes, set[Reached]], most_files: int, most_bytes: int) -> list[bytes]:
    """Take what adds the most first, as long as there is room."""
    kept: list[bytes] = []
    known: set[Reached] = set()
    left = [*chosen]
    while left and len(kept) < most_files:
        best = max(left, key=lambda data: len(reached[data] - known) / (100 + len(data)))
        left.remove(best)
        if reached[best] <= known or sum(map(len, kept)) + len(best) > most_bytes:
            continue
        kept.append(best)
        known |= reached[best]
    return kept


def reached_by(target: str, data: bytes) -> set[Reached]:
    """Gather the steps from line to line that an input takes in the library."""
    steps: set[Reached] = set()

    def local(last: list[int]) -> Any:
        def trace(frame: Any, event: str, _: object) -> Any:
            if event == "line":
                steps.add((frame.f_code.co_filename, last[0], frame.f_lineno))
                last[0] = frame.f_lineno
            return trace

        return trace

    def enter(frame: Any, *_: object) -> Any:
        return local([0]) if frame.f_code.co_filename.startswith(_HOME) else None

    before = sys.gettrace()
    sys.settrace(enter)
    try:
        CHECKS[target](data)
    finally:
        sys.settrace(before)
    return steps
