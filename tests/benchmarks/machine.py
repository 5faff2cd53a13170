"""What the numbers were measured on."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = (
    "pydantic", "pydantic_core", "durable-rules", "zen-engine", "datalogic-py", "common-expression-language", "clipspy",
    "panzi-json-logic", "business-rules", "rule-engine", "experta",
)  # fmt: skip


def described(command: str) -> list[tuple[str, str]]:
    """Describe machine, versions and moment. To be called before anything is measured."""
    return [
        ("date", datetime.now(tz=UTC).strftime("%Y-%m-%d %H:%M UTC")),
        ("command", f"`{command}`"),
        ("processor", _processor()),
        ("cores", str(_cores())),
        ("memory", _memory()),
        ("load average at the start", _load()),
        ("system", _system()),
        ("Python", f"{platform.python_implementation()} {platform.python_version()}, {platform.python_compiler()}"),
        ("mesoscreen", _commit()),
        ("packages", ", ".join(f"{package} {_version(package)}" for package in PACKAGES)),
    ]


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    speeds = [float(line.partition(":")[2]) for line in lines if line.startswith("cpu MHz")]
    name = names[0] if names else platform.machine()
    return f"{name} at {max(speeds) / 1000:.1f} GHz" if speeds else name


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _memory() -> str:
    try:
        return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"
    except (AttributeError, ValueError):
        return "not known"


def _load() -> str:
    try:
        return ", ".join(f"{load:.2f}" for load in os.getloadavg())
    except (AttributeError, OSError):
        return "not known"


def _system() -> str:
    try:
        name = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    except OSError:
        name = platform.system()
    return f"{name}, {platform.system()} {platform.release()}, {platform.machine()}"


def _commit() -> str:
    """Name the commit of the source tree, and whether something in it was changed since."""
    here = Path(__file__).parent
    try:
        done = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=here, capture_output=True, text=True, check=False)  # noqa: S607
    except OSError:
        return "not known"
    return f"commit {done.stdout.strip()}" if not done.returncode else "not known"
