"""Intakes in files: one in a file, or one a line. They are read as they are asked for, never all at once."""

from __future__ import annotations

import json
import sys
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from mesoscreen.intake import MAX_DOCUMENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from typing import BinaryIO

LONGEST = 4 * MAX_DOCUMENT + 8
"""Bytes of a line that are read; whatever is longer is too long for an intake in any script."""


class Placed(NamedTuple):
    """The text of an intake, and where it stands."""

    place: str
    text: str | bytes
    """Bytes where they are not UTF-8 text."""
    length: int
    """How many bytes of the input it takes."""


class Unreadable(Exception):
    """A file that is not there, or is not text."""


def text_of(file: Path) -> str:
    """Read a whole file, or standard input where it is `-`.

    Raises:
        Unreadable: there is no such file, or it is not UTF-8 text.

    """
    try:
        return _decoded(sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes(), file)
    except FileNotFoundError:
        raise Unreadable(f"{file}: no such file") from None
    except OSError:
        raise Unreadable(f"{file}: cannot be read as UTF-8 text") from None


def size_of(files: Iterable[Path]) -> int | None:
    """Give the bytes of all files together; None where standard input or a pipe is among them.

    Raises:
        Unreadable: one of them is not there.

    """
    named = [file for file in files if str(file) != "-"]
    for file in named:
        if not file.exists():
            raise Unreadable(f"{file}: no such file")
    return sum(file.stat().st_size for file in named) if all(file.is_file() for file in files) else None


def intakes_in(files: Iterable[Path]) -> Iterator[Placed]:
    """Yield the intakes of files: one a line of `.jsonl`; of standard input too, where its first line is one and others follow.

    Raises:
        Unreadable: a file is not there, or is not text.

    """
    for file in files:
        if str(file) == "-":
            yield from _of_standard_input()
        elif file.suffix == ".jsonl":
            yield from _of_lines(file)
        else:
            text = text_of(file)
            yield Placed(str(file), text, len(text))


def _of_lines(file: Path) -> Iterator[Placed]:
    try:
        with file.open("rb") as stream:
            for line in _lines(stream):
                yield line.placed(file)
    except OSError:
        raise Unreadable(f"{file}: cannot be read as UTF-8 text") from None


def _of_standard_input() -> Iterator[Placed]:
    lines = _lines(sys.stdin.buffer)
    first = next(lines, None)
    if first is None or not _is_object(first.text):
        begun = b"" if first is None else b"\n" * (first.number - 1) + first.read
        yield Placed("-", _decoded(begun + sys.stdin.buffer.read(), "-"), 0)
        return
    second = next(lines, None)
    if second is None:
        yield Placed("-", first.text, first.length)
        return
    for line in chain([first, second], lines):
        yield line.placed("-")


class _Line(NamedTuple):
    """A line that is not blank."""

    number: int
    read: bytes
    length: int

    @property
    def text(self) -> str | bytes:
        try:
            return self.read.decode("utf-8-sig" if self.number == 1 else "utf-8")
        except UnicodeDecodeError:
            return self.read

    def placed(self, file: object) -> Placed:
        return Placed(f"{file}:{self.number}", self.text, self.length)


def _lines(stream: BinaryIO) -> Iterator[_Line]:
    """Yield the lines that are not blank. Only a line feed ends a line."""
    number = 0
    while read := stream.readline(LONGEST):
        number += 1
        length, end = len(read), read
        while not end.endswith(b"\n") and (end := stream.readline(LONGEST)):
            length += len(end)
        if not read.isspace():
            yield _Line(number, read, length)


def _is_object(text: str | bytes) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def _decoded(data: bytes, file: object) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable(f"{file}: cannot be read as UTF-8 text") from None
