"""The process that fuzzes: `child.py TARGET KNOWN [libFuzzer options]`. KNOWN is a file of findings to pass over."""

from __future__ import annotations

import importlib
import pkgutil
import sys
import traceback
from pathlib import Path
from typing import Any


def main() -> None:
    """Instrument the library, then hand over to libFuzzer."""
    atheris: Any = importlib.import_module("atheris")
    target, known = sys.argv[1], set(Path(sys.argv[2]).read_text(encoding="utf-8").split("\n"))
    with atheris.instrument_imports(include=["mesoscreen"]):
        package = importlib.import_module("mesoscreen")
        for module in pkgutil.walk_packages(package.__path__, "mesoscreen."):
            if module.name != "mesoscreen.cli":
                importlib.import_module(module.name)
    targets: Any = importlib.import_module("fuzz.targets")
    mutators: Any = importlib.import_module("fuzz.mutators")
    check = targets.CHECKS[target]
    mutate = {"intake": mutators.mutate_intake, "rulebook": mutators.mutate_rulebook}[target]

    def run(data: bytes) -> None:
        try:
            check(data)
        except Exception as error:
            what = signature(error)
            if what in known:
                return
            sys.stderr.write(f"\nFINDING {what}\n")
            raise

    atheris.Setup(
        [sys.argv[0], *sys.argv[3:]],
        run,
        custom_mutator=lambda data, most, seed: mutate(bytes(data), most, seed, atheris.Mutate),
        internal_libfuzzer=True,
    )
    atheris.Fuzz()


def signature(error: BaseException) -> str:
    """Name what was raised and where in the library, so that findings alike are told apart from new ones."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "mesoscreen" in frame.filename or "fuzz" in frame.filename]
    last = frames[-1] if frames else None
    said = str(error).split(":")[0][:60] if last is not None and "fuzz" in last.filename else ""
    return f"{type(error).__name__} in {Path(last.filename).name}:{last.name} {said}".strip() if last is not None else type(error).__name__


if __name__ == "__main__":
    main()
