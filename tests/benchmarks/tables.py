"""Tables of results, readable as printed and as Markdown alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.plot import Panel

MISSED = "✗ marks a target that was missed."


class Table(NamedTuple):
    """A table with what it shows and what to know when reading it."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    note: str = ""

    def markdown(self) -> str:
        """Write it as Markdown, padded so that it reads well as plain text too."""
        lines = [self.columns, *self.rows]
        widths = [max(len(line[at]) for line in lines) for at in range(len(self.columns))]
        head, *body = [_line(line, widths) for line in lines]
        rule = "|".join("-" * (width + 2) if at == 0 else "-" * (width + 1) + ":" for at, width in enumerate(widths))
        parts = [f"**{self.title}**", "", head, f"|{rule}|", *body]
        return "\n".join([*parts, "", self.note] if self.note else parts)


class Section(NamedTuple):
    """One part of the benchmark: tables under a heading."""

    title: str
    text: str
    tables: Sequence[Table]
    panels: Sequence[Panel] = ()
    """What of it is plotted."""

    def markdown(self) -> str:
        """Write it as Markdown."""
        return "\n\n".join([f"## {self.title}", self.text, *[table.markdown() for table in self.tables]])


def number(value: float) -> str:
    """Write a number with three figures that count."""
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [cell.rjust(width) if at else cell.ljust(width) for at, (cell, width) in enumerate(zip(cells, widths, strict=True))]
    return "| " + " | ".join(padded) + " |"
