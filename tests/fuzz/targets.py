"""What a fuzzed input must come to: a report, or an error made on purpose that tells nothing it was told.

Every check raises `Broken` or lets whatever the library raised fall through, so one call decides about one input.
"""

from __future__ import annotations

import atexit
import json
import re
import shutil
import tempfile
import zlib
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fuzz.told import bad_pointers, quoted, texts_of

from mesoscreen import Intake, Report, Rulebook, screen
from mesoscreen.errors import INTAKE_CODES, RULEBOOK_CODES, IntakeError, RulebookError
from mesoscreen.rulebook.rules import BASE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TINY = Path(__file__).parents[1] / "tiny"
CLINIC = "clinic.yaml"
FILES = (*sorted(str(file.relative_to(TINY)) for file in TINY.rglob("*.yaml")), CLINIC)
"""The files a fuzzed text can stand for: those of the tiny rulebook, and a clinic's own file beside them."""
DAY = date(2026, 12, 1)
_PLACELESS = {"not-yaml", "too-large", "missing-file"}
_NAMED = re.compile(rb"# (\S+)")
RICH: dict[str, Any] = {
    **BASE,
    "allergies": [{"name": "lidocaine", "reaction": "anaphylaxis"}, {"name": "some words"}],
    "conditions": {"present": [{"name": "cold sore", "onset": "2026-11"}, {"name": "lupus"}], "denied": ["pregnancy"], "unsure": ["herpes"]},
    "medications": [{"name": "isotretinoin", "stopped": "2026-09"}],
    "procedures": [{"name": "filler", "date": "2026", "outcome": "nodules"}],
    "measurements": [{"name": "systolic blood pressure", "value": 190, "unit": "mm[Hg]", "date": "2026-11-30"}],
    "treatment": {
        "date": "2026-12-01",
        "areas": ["face"],
        "technique": "needle",
        "products": [{"name": "lidocaine", "quantities": [{"name": "dose", "value": 400, "unit": "mg"}]}, {"name": "some words"}],
    },
}
"""An intake that touches every rule of the tiny rulebook."""


class Broken(AssertionError):
    """A promise was broken, though nothing was raised."""


@cache
def tiny() -> Rulebook:
    """The rulebook of eight rules."""
    return Rulebook.load(TINY)


def check_intake(data: bytes, *, thorough: bool = False) -> str:
    """Read and screen one JSON text; thoroughly means with every rulebook and in every form. Say what it came to."""
    texts = texts_of(data)
    chance = zlib.crc32(data)
    try:
        intake = Intake.model_validate_json(data)
    except IntakeError as error:
        return _refused(error, texts)
    written = intake.canonical()
    _must(Intake.model_validate_json(written).canonical() == written, "an intake written and read back is another intake")
    said = "refused"
    for rulebook in (tiny(), Rulebook.default()) if thorough or chance % 4 == 0 else (tiny(),):
        try:
            report = screen(intake, on=None if intake.treatment.date else DAY, rulebook=rulebook)
        except IntakeError as error:
            said = _refused(error, texts)
            continue
        said = _told(report, texts, json.loads(data), thorough=thorough or chance % 16 == 1)
        if thorough or chance % 16 == 2:
            again = screen(json.loads(data), on=report.stamp.on, rulebook=rulebook)
            _must(again.model_dump_json() == report.model_dump_json(), "screened twice, an intake gives two reports")
    return said


def _refused(error: IntakeError, texts: set[str]) -> str:
    _must(bool(error.problems), "an error without a problem")
    _must({problem.code for problem in error.problems} <= set(INTAKE_CODES), "an unknown code")
    _must(not bad_pointers(error), f"a pointer made of something else: {bad_pointers(error)}")
    _must(not quoted(error, texts), f"an error quotes the intake: {quoted(error, texts)}")
    return error.problems[0].code


def _told(report: Report, texts: set[str], document: Any, *, thorough: bool) -> str:
    text = report.model_dump_json()
    again = Report.model_validate_json(text)
    _must(again == report, "a report read back is another report")
    _must(again.model_dump_json() == text, "a report read back writes another text")
    for one in report.unrecognised:
        _must(_leads(document, one.path), f"a path that leads nowhere: {one.path}")
    _must(not any(part in repr(report) for part in texts), "the repr of a report quotes the intake")
    if thorough:
        _must(report.to_text(40) != "" and report.to_text() != "" and report.to_markdown() != "", "an empty report")
        for finding in report.findings:
            _must(str(report.explain(finding.rule)) != "", "an empty explanation")
    return report.outcome


def _leads(document: Any, path: str) -> bool:
    for step in path.split("/")[1:]:
        if isinstance(document, dict) and step in document:
            document = document[step]
        elif isinstance(document, list) and step.isdecimal() and int(step) < len(document):
            document = document[int(step)]
        else:
            # One technique may be written without a list.
            return path == "/treatment/technique/0" and isinstance(document, str)
    return True


def check_rulebook(data: bytes, *, thorough: bool = False) -> str:
    """Lay one YAML text over the tiny rulebook, load that, and screen with it. Say what it came to."""
    named = _NAMED.match(data)
    file = named[1].decode("ascii", "replace") if named else ""
    if file not in FILES:
        file = FILES[zlib.crc32(data) % len(FILES)]
    with _laid_over(file, data) as path:
        try:
            rulebook = Rulebook.load(path)
        except RulebookError as error:
            return _refused_rulebook(error, path)
    for intake in (RICH, {}) if thorough else (RICH,):
        try:
            report = screen(intake, on=DAY, rulebook=rulebook)
        except IntakeError:  # the text may have changed the unit of a measurement
            continue
        _told(report, set(), intake, thorough=thorough or zlib.crc32(data) % 16 == 1)
    return "loaded"


def _refused_rulebook(error: RulebookError, path: Path) -> str:
    _must(bool(error.problems), "an error without a problem")
    files = {file.name for file in (path if path.is_dir() else path.parent).rglob("*.yaml")} | {CLINIC}
    for problem in error.problems:
        _must(problem.code in RULEBOOK_CODES, f"an unknown code: {problem.code}")
        _must(not any(word in problem.message + problem.hint for word in ("Node(", "Document(", "object at 0x")), "a message for programmers")
        if problem.at is None:
            _must(problem.code in _PLACELESS, f"{problem.code} without a place")
            continue
        _must(Path(problem.at.file).name in files, f"a place in no file: {problem.at.file}")
        row = problem.at.text  # empty where it is too long to be shown
        _must(problem.at.line >= 1 and problem.at.column >= 1, f"a place in no line: {problem.at}")
        _must(not row or problem.at.column <= len(row) + 1, f"a place outside its line: {problem.at}")
        _must(str(problem).startswith(f"{problem.at.file}:{problem.at.line}:{problem.at.column}: "), "a message without its place")
    _must(str(error) != "", "an empty message")
    return error.problems[0].code


@cache
def _folder() -> Path:
    made = tempfile.mkdtemp(prefix="mesoscreen-fuzz-")
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return Path(shutil.copytree(TINY, Path(made) / "tiny"))


@contextmanager
def _laid_over(file: str, data: bytes) -> Iterator[Path]:
    """Write the text into a copy of the tiny rulebook for as long as it is read; give what to load."""
    folder = _folder()
    place = folder / file
    place.write_bytes(data)
    try:
        yield place if file == CLINIC else folder
    finally:
        if file == CLINIC:
            place.unlink()
        else:
            shutil.copyfile(TINY / file, place)


def _must(held: bool, otherwise: str) -> None:  # noqa: FBT001
    if not held:
        raise Broken(otherwise)


CHECKS: dict[str, Callable[..., str]] = {"intake": check_intake, "rulebook": check_rulebook}
"""The targets by name."""
