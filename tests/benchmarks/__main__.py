"""Run the benchmark: `python tests/benchmarks --help` says how."""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
PARTS = ("shipped", "reference", "cold", "throughput", "growth", "steps")


def main() -> None:
    """Measure, print as soon as a part is done, and write the page if asked to."""
    options = _options()
    sys.path[0] = str(HERE.parent)
    from benchmarks import machine, page  # noqa: PLC0415 - found on the path set just now

    described = machine.described(" ".join(["python", "tests/benchmarks", *sys.argv[1:]]))
    for what, value in described:
        sys.stdout.write(f"{what}: {value}\n")
    sections = []
    for part in options.only:
        start = time.perf_counter()
        section = importlib.import_module(f"benchmarks.{part}").measure(quick=options.quick)
        sections.append(section)
        sys.stdout.write(f"\n{section.markdown()}\n\n({part}: {time.perf_counter() - start:.0f} s)\n")
        sys.stdout.flush()
    if options.write is not None:
        page.write(sections, described, options.write, quick=options.quick)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python tests/benchmarks", description="Measure mesoscreen beside other rule engines.")
    parser.add_argument("--only", type=_parts, default=PARTS, metavar="PART,…", help=f"some of {', '.join(PARTS)}; all unless given")
    parser.add_argument("--quick", action="store_true", help="see in about a minute that everything works; the numbers mean little")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the page, such as docs/reference/benchmarks.md, and its plot")
    return parser.parse_args()


def _parts(text: str) -> tuple[str, ...]:
    chosen = tuple(text.split(","))
    unknown = [part for part in chosen if part not in PARTS]
    if unknown:
        raise argparse.ArgumentTypeError(f"`{unknown[0]}` is no part of the benchmark; write some of {', '.join(PARTS)}")
    return chosen


if __name__ == "__main__":
    main()
