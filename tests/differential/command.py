"""The command: how long, from which seed, at which levels; what was compared, and the smallest case if two evaluators differ."""

from __future__ import annotations

import argparse
import random
import secrets
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from differential.campaign import Disagreement, Search
from differential.evaluators import available
from differential.formulas import Formulas, FormulasAsWritten
from differential.rulebooks import Rulebooks, Shipped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from differential.campaign import Tally
    from differential.evaluators import Evaluator
    from differential.levels import Level, Plain

LEVELS: Mapping[str, Level] = {level.name: level for level in (Formulas(), FormulasAsWritten(), Rulebooks(), Shipped())}
EVERY = 15.0
"""Seconds between two lines of progress."""


def main(arguments: Sequence[str], evaluators: Mapping[str, Evaluator] | None = None) -> int:
    """Run the command."""
    options = _options(arguments)
    search = Search(evaluators or available())
    if options.replay is not None:
        return replayed(search, yaml.safe_load(options.replay.read_text(encoding="utf-8")))
    _say(f"seed {options.seed}; {', '.join(search.evaluators)}")
    levels = [LEVELS[name] for name in options.level or LEVELS]
    try:
        search.run(levels, random.Random(options.seed), options.minutes * 60, _Progress(search))
    except Disagreement as found:
        _say(f"\n{counted(search.tallies)}\n\nThey disagree. The smallest case found:\n\n{found}")
        return 1
    except KeyboardInterrupt:
        _say("\nstopped")
    _say(f"\n{counted(search.tallies)}\n\nno disagreement")
    return 0


def replayed(search: Search, case: Plain) -> int:
    """Decide one case again."""
    level = LEVELS[case["level"]]
    difference = search.difference(level, case["rulebook"], case["patient"])
    if difference is None:
        _say("no disagreement")
        return 0
    _say(str(Disagreement(level, case["rulebook"], case["patient"], difference)))
    return 1


def counted(tallies: Mapping[str, Tally]) -> str:
    """Write what was compared."""
    lines = []
    for name, tally in tallies.items():
        verdicts = ", ".join(f"{count:,} {verdict}" for verdict, count in tally.verdicts.most_common())
        rules = f"{tally.rules:,} rules ({tally.rewritten:,} rewritten, {tally.refused:,} refused)"
        lines.append(f"{name}: {tally.rulebooks:,} rulebooks, {rules}, {tally.patients:,} patients")
        lines.append(f"  {verdicts}")
        lines += [f"  {count:>13,} verdicts compared: {one} with {other}" for (one, other), count in tally.pairs.items()]
    total = sum(tally.pairs.total() for tally in tallies.values())
    return "\n".join([*lines, f"{total:,} verdicts compared in all"])


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


class _Progress:
    def __init__(self, search: Search) -> None:
        self.search = search
        self.started = self.told = time.monotonic()

    def __call__(self) -> None:
        now = time.monotonic()
        if now - self.told < EVERY:
            return
        self.told = now
        tallies = self.search.tallies.values()
        total = sum(tally.pairs.total() for tally in tallies)
        rulebooks, patients = sum(tally.rulebooks for tally in tallies), sum(tally.patients for tally in tallies)
        _say(f"{now - self.started:6.0f} s: {rulebooks:,} rulebooks, {patients:,} patients, {total:,} verdicts compared")


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python tests/differential", description="Search for a disagreement between the ways to a verdict.")
    parser.add_argument("--minutes", type=float, default=5.0, help="how long to search; 600 for a night")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6), help="the same seed tries the same cases")
    parser.add_argument("--level", action="append", choices=tuple(LEVELS), help="search at this level only; may be given more than once")
    parser.add_argument("--replay", type=Path, metavar="FILE", help="decide one case again: a file of `cases/`, or the last line of a report")
    return parser.parse_args(arguments)
