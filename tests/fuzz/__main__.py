"""Fuzz the library through its public functions for a while: `python tests/fuzz intake --seconds 60`.

libFuzzer, driven by which lines of the library an input reaches, runs in a child process, so that a crash, a hang or a
memory that grows without end is a finding like any other. A finding is kept as a file, which `--replay` runs again.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
SEEDS = HERE / "seeds"
MOST_FILES, MOST_BYTES = 50, 50_000
"""How much one target's seeds may be."""
_RAISED = re.compile(r"^(?:\w+\.)*(\w+)(?:: (.*))?$")
_STATISTICS = ("stat::number_of_executed_units", "stat::average_exec_per_sec", "stat::new_units_added", "stat::peak_rss_mb")


class Finding(NamedTuple):
    """An input that broke a promise."""

    what: str
    """What was raised and where; findings alike are one."""
    file: Path


def main() -> int:
    """Fuzz, replay, or keep the seeds of an earlier run."""
    parser = argparse.ArgumentParser(prog="python tests/fuzz", description=__doc__.partition("\n")[0])
    parser.add_argument("target", choices=["intake", "rulebook"])
    parser.add_argument("--seconds", type=int, default=60, help="how long to look for findings")
    parser.add_argument("--folder", type=Path, help="where inputs and findings are kept; a new temporary folder unless given")
    parser.add_argument("--replay", type=Path, nargs="+", help="run these inputs, and nothing else")
    parser.add_argument("--keep", action="store_true", help="put the smallest inputs that together reach the most into the seeds")
    parser.add_argument("--seed", type=int, default=0, help="where chance starts; 0 is different every time")
    given = parser.parse_args()
    sys.path[:] = [str(HERE.parents[1] / "src"), str(HERE.parent), *(one for one in sys.path if Path(one or ".").resolve() != HERE)]
    if given.replay:
        return _replay(given.target, given.replay)
    if importlib.util.find_spec("atheris") is None:
        _say("atheris is not installed: pip install atheris")
        return 2
    folder = given.folder or Path(tempfile.mkdtemp(prefix=f"mesoscreen-fuzz-{given.target}-"))
    findings = _fuzz(given.target, folder, given.seconds, given.seed)
    if given.keep:
        from fuzz.keeping import keep  # noqa: PLC0415 - it imports the library, which the child must instrument first

        _say(keep(given.target, [folder / "corpus", SEEDS / given.target], SEEDS / given.target, MOST_FILES, MOST_BYTES))
    for finding in findings:
        _say(f"{finding.what}\n  replay: python tests/fuzz {given.target} --replay {finding.file}")
    _say(f"{len(findings)} findings; inputs in {folder}")
    return 1 if findings else 0


def _fuzz(target: str, folder: Path, seconds: int, seed: int) -> list[Finding]:
    """Start libFuzzer again after each finding, until the time is over."""
    for name in ("corpus", "findings"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    findings: dict[str, Finding] = {}
    known = folder / "known.txt"
    end = time.monotonic() + seconds
    executed = 0
    while (left := round(end - time.monotonic())) > 0:
        known.write_text("\n".join(findings), encoding="utf-8")
        log = folder / "log.txt"
        with log.open("w", encoding="utf-8") as out:
            child = subprocess.run(_command(target, folder, known, left, seed), stdout=out, stderr=subprocess.STDOUT, check=False, env=_environment())
        said = log.read_text(encoding="utf-8", errors="replace")
        executed += _executed(said)
        if child.returncode == 0:
            break
        finding = _found(said, folder / "findings")
        if finding is None or finding.what in findings:
            _say(f"the child stopped with {child.returncode} and kept no new finding; its last words are in {log}:\n{said[-2000:]}")
            findings.setdefault(f"exit {child.returncode}", Finding(f"exit {child.returncode}", log))
            break
        findings[finding.what] = finding
    said = (folder / "log.txt").read_text(encoding="utf-8", errors="replace")
    _say(f"{target}: {executed:,} inputs executed; {_coverage(said)}; {len([*(folder / 'corpus').iterdir()])} inputs reach something new")
    return [*findings.values()]


def _command(target: str, folder: Path, known: Path, seconds: int, seed: int) -> list[str]:
    return [
        sys.executable, str(HERE / "child.py"), target, str(known),
        f"-max_total_time={seconds}", "-timeout=20", "-rss_limit_mb=2048", "-max_len=16384", "-print_final_stats=1", f"-seed={seed}",
        f"-dict={_dictionary(target, folder)}", f"-artifact_prefix={folder / 'findings'}{os.sep}", str(folder / "corpus"), str(SEEDS / target),
    ]  # fmt: skip


def _environment() -> dict[str, str]:
    """Let the child find the library where this process does."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path[:2]), "PYTHONHASHSEED": "0"}


def _dictionary(target: str, folder: Path) -> Path:
    from fuzz.grammar import dictionary  # noqa: PLC0415 - see `keep`

    file = folder / "words.dict"
    words = (word.encode("utf-8", "surrogatepass") for word in dictionary(target))
    file.write_text("".join(f'"{"".join(_escaped(byte) for byte in word)}"\n' for word in words), encoding="ascii")
    return file


def _escaped(byte: int) -> str:
    return chr(byte) if 0x20 <= byte < 0x7F and chr(byte) not in '"\\' else f"\\x{byte:02X}"


def _found(said: str, findings: Path) -> Finding | None:
    """Read from the child's last words what it found."""
    written = re.findall(r"Test unit written to (\S+)", said)
    if not written:
        return None
    signature = re.findall(r"^FINDING (.+)$", said, re.MULTILINE)
    what = signature[-1] if signature else Path(written[-1]).name.partition("-")[0]
    return Finding(what, findings / Path(written[-1]).name)


def _executed(said: str) -> int:
    counts = [int(number) for number in re.findall(r"stat::number_of_executed_units: +(\d+)|^#(\d+)", said, re.MULTILINE) for number in number if number]
    return max(counts, default=0)


def _coverage(said: str) -> str:
    reached = re.findall(r"cov: (\d+) ft: (\d+)", said)
    return f"{reached[-1][0]} edges and {reached[-1][1]} features reached" if reached else "no coverage known"


def _replay(target: str, files: list[Path]) -> int:
    from fuzz.targets import CHECKS  # noqa: PLC0415 - see `keep`

    for place in files:
        for file in sorted(place.iterdir()) if place.is_dir() else [place]:
            _say(f"{file.name}: {CHECKS[target](file.read_bytes(), thorough=True)}")
    return 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
