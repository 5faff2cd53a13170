"""The page of the documentation that shows the results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks import plot

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from benchmarks.tables import Section

INTRODUCTION = """\
# Benchmarks

How long a screening takes, beside engines one might have picked instead, measured in one run on one machine.
This page is written by the benchmark itself; nothing in it is copied by hand.

## Run it yourself

```sh
pip install -e '.[bench]'
python tests/benchmarks --write docs/reference/benchmarks.md
```

`--quick` takes about a minute and shows whether everything works; its numbers mean little.
`--only shipped,cold` runs some of the parts: shipped, reference, cold, throughput, growth, steps.
Close other programs first: two programs on one core halve each other's speed, and the load average below tells whether that happened.
Compare ratios between machines, not microseconds.

## What is compared

- **The shipped rulebook**: five kinds of made-up patient.
  *Decide and check* is the rule engine and the specification, both, for every patient, and their comparison.
  `screen()` also reads the names, answers every criterion, and makes the report.
  zen-engine and datalogic-py get the very formulas of the shipped rules over the same criteria, already answered: they only decide.
  They know only true and false, so where something is unknown they are asked twice, as our engine is: what is certain, and what is possible.
  They get the keys that are true and nothing else, several forms are tried, and the ratios are to the fastest form for each kind of patient.
  (Both questions put into one evaluation would make zen-engine another 3 to 5 % faster; they are asked one after the other.)
- **The reference workload**: flat intakes and random rules, which any engine can read.
  For every engine, turning the intake into what it wants is inside the clock.
- **Cold start**: whole processes, since a command line or a small server pays it each time.
- **Throughput**: many patients, one after the other, on one core and on all of them.
- **Growth**: with rules, with what a patient tells, with what nobody asked.

Every answer that is timed is compared with the reference, and the benchmark stops at the first that differs.
Contestants take turns on one core, each warmed up first; what exists before is kept from the garbage collector, which is off while the clock runs.
A number is the best of five medians, so it says what the code takes when nothing disturbs it.

## What the numbers do not show

- A peer decides and no more. It does not say which answer led to a finding, nor what is still to be asked, nor check itself.
  `screen()` beside it shows what a whole screening costs, not a contest.
- The peers' answers are made ready before the clock starts, on the shipped rulebook: that flatters them.
- Patients are made up. Their number of answers is realistic, their mixture is not.
- The best of five medians hides the slow moments of a busy server. So does an idle garbage collector.
- The patients of a kind come back several times in a measurement; *cold caches* is the same screening with texts never seen before.
- Waiting for a disk or a network is not in here, and is usually longer than a screening.
"""


def write(sections: Sequence[Section], machine: Sequence[tuple[str, str]], file: Path, *, quick: bool) -> None:
    """Write the page, and the plot beside it."""
    parts = [INTRODUCTION.rstrip()]
    if quick:
        parts.append("**This page comes from a quick run, made to see that everything works. Its numbers mean little.**")
    parts.append("## The machine")
    parts.append("\n".join(f"- {what}: {value}" for what, value in machine))
    for section in sections:
        parts.append(section.markdown())
        if section.panels:
            parts.append(_picture(section, file))
    file.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _picture(section: Section, file: Path) -> str:
    picture = file.with_name(f"{file.stem}-{section.title.casefold()}.svg")
    try:
        plot.draw(section.panels, picture)
    except ImportError:
        return "The plot is missing: matplotlib is not installed."
    return f"![{section.title}: {'; '.join(panel.title for panel in section.panels)}]({picture.name})"
