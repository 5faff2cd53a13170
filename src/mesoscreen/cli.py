"""The command line: screen, explain, check, rules, vocabulary.

Exit codes: 0 it ran; 1 a bad rulebook, a failed check or `--fail-on` reached; 2 bad input or usage.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from mesoscreen.checking.check import check as check_rulebook
from mesoscreen.errors import IntakeError, IntakeProblem, MesoscreenError, RulebookError
from mesoscreen.intake import Intake
from mesoscreen.report.model import Level, Outcome, Report
from mesoscreen.rulebook.model import Rulebook
from mesoscreen.screening import screen as screen_intake

try:
    import typer
    from rich.console import Console
    from rich.progress import Progress
    from rich.table import Table
    from rich.text import Text
except ImportError:  # pragma: no cover - the extra is there wherever the tests run
    sys.exit("the command line needs an extra: pip install 'mesoscreen[cli]'")

FAILED, BAD_INPUT = 1, 2

app = typer.Typer(
    help="Flag what in a mesotherapy intake needs a practitioner's review. Never says a treatment is safe.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


class Format(StrEnum):
    """How reports are written."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


RulebookOption = Annotated[Path | None, typer.Option("--rulebook", "-r", help="A rulebook folder or a clinic's own file; the shipped one if left out.")]
OnOption = Annotated[datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="Reference date; the treatment date if left out.")]


def main() -> None:
    """Run the command line; errors made on purpose are shown without a traceback."""
    try:
        app()
    except RulebookError as error:
        err.print(Text(str(error)))
        sys.exit(FAILED)
    except MesoscreenError as error:
        err.print(Text(f"error: {error}"))
        sys.exit(BAD_INPUT if isinstance(error, IntakeError) or error.code == "unknown-rule" else FAILED)


@app.command()
def screen(
    files: Annotated[list[Path], typer.Argument(help="Intakes as JSON, or one per line as .jsonl; - reads standard input.", metavar="FILE...")],
    *,
    rulebook: RulebookOption = None,
    on: OnOption = None,
    form: Annotated[Format, typer.Option("--format", "-f", help="How to write the report.")] = Format.TEXT,
    fail_on: Annotated[Level | None, typer.Option("--fail-on", help="Exit with 1 if a present finding is at least this serious.")] = None,
) -> None:
    """Screen intakes and print a report for each."""
    book = _load(rulebook)
    day = on.date() if on is not None else None
    bad = reached = False
    intakes = list(_intakes(files))
    with Progress(console=err, transient=True, disable=len(intakes) == 1 or not err.is_terminal) as progress:
        for place, text in progress.track(intakes, description="screening"):
            try:
                report = screen_intake(Intake.model_validate_json(text), on=day, rulebook=book)
            except IntakeError as error:
                bad = True
                _write_error(place, error, form)
                continue
            reached = reached or _reaches(report, fail_on)
            _write(report, form, place if len(intakes) > 1 else None)
    if bad:
        raise typer.Exit(BAD_INPUT)
    if reached:
        raise typer.Exit(FAILED)


@app.command()
def explain(
    file: Annotated[Path, typer.Argument(help="An intake as JSON; - reads standard input.")],
    rule: Annotated[str, typer.Argument(help="The id of a rule.")],
    *,
    rulebook: RulebookOption = None,
    on: OnOption = None,
) -> None:
    """Say why a rule is present, possible or clear for an intake, and what would change it."""
    text = _text(file)
    report = screen_intake(Intake.model_validate_json(text), on=on.date() if on is not None else None, rulebook=_load(rulebook))
    out.print(Text(str(report.explain(rule))))


@app.command()
def check(
    path: Annotated[Path | None, typer.Argument(help="A rulebook folder or file; the shipped one if left out.")] = None,
) -> None:
    """Find everything wrong with a rulebook: its files, its examples, and what the examples fail to prove."""
    with Progress(console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task("checking", total=None)
        found = check_rulebook(path, progress=lambda done, total: progress.update(task, completed=done, total=total))
    for problem in found.problems:
        out.print(Text(str(problem)))
    for failure in found.failures:
        out.print(Text(f"{failure} [failing-example]"))
    for survivor in found.survivors:
        out.print(Text(f"{survivor.rule}: no example notices this change: {survivor.what} [surviving-mutant]"))
    for remark in found.remarks:
        out.print(Text(str(remark)))
    book = found.rulebook
    if book is not None:
        total = found.killed + len(found.survivors)
        score = 100 * found.killed / total if total else 100
        out.print(f"{book.name} {book.version}: {len(book.rules)} rules, {found.examples} examples, {found.killed} of {total} mutants noticed ({score:.1f} %)")
    if not found.is_clean:
        raise typer.Exit(FAILED)


@app.command()
def rules(
    rule: Annotated[str | None, typer.Argument(help="Show one rule.")] = None,
    *,
    rulebook: RulebookOption = None,
    domain: Annotated[str | None, typer.Option(help="Only this domain.")] = None,
    level: Annotated[Level | None, typer.Option(help="Only this level.")] = None,
    search: Annotated[str | None, typer.Option("--search", "-s", help="Only rules whose text holds this.")] = None,
) -> None:
    """List the rules, or show one."""
    book = _load(rulebook)
    if rule is not None:
        _show_rule(book, rule)
        return
    table = Table("rule", "level", "domain", "title", box=None, pad_edge=False)
    for one in book.rules.values():
        text = f"{one.id} {one.title} {one.because} {one.action} {one.topic}".casefold()
        wanted = (domain is None or one.domain == domain) and (level is None or one.level == level)
        if wanted and (search is None or search.casefold() in text):
            table.add_row(one.id, one.level, one.domain, one.title)
    Console(highlight=False, width=None if out.is_terminal else 140).print(table)


@app.command()
def vocabulary(
    name: Annotated[str, typer.Argument(help="A name as a patient or clerk may write it.")],
    *,
    rulebook: RulebookOption = None,
) -> None:
    """Show what a name resolves to, in every section of an intake."""
    book = _load(rulebook)
    words = book.vocabulary
    reads = [words.resolve(name, (space,)) for space in words.spaces]
    found = [(reading, read) for read in reads for reading in read.readings]
    certain = [(reading, read) for reading, read in found if reading.match == "exact"]
    for reading, read in certain or found:
        concept = words.concept(reading.space, reading.concept)
        above = sorted(words.ancestors(reading.space, concept.id) - {concept.id})
        out.print(Text(f"{reading.match:9} {concept.kind} {concept.id}: {concept.label}"))
        if read.qualifiers or read.areas:
            said = [*(f"{k}={v}" for k, v in read.qualifiers.items()), *read.areas]
            out.print(Text(f"          with {', '.join(said)}"))
        if above:
            out.print(Text(f"          under {', '.join(above)}"))
    read = words.resolve(name, ("pharmacy", "condition", "procedure", "product"))
    if read.is_none:
        out.print(Text("the answer: none"))
    elif not found:
        hint = f"; did you mean {' or '.join(read.suggestions)}?" if read.suggestions else ""
        out.print(Text(f"not known{hint}"))


def _load(path: Path | None) -> Rulebook:
    return Rulebook.default() if path is None else Rulebook.load(path)


def _text(file: Path) -> str:
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        err.print(Text(f"error: {file}: no such file"))
        raise typer.Exit(BAD_INPUT) from None
    except (OSError, UnicodeDecodeError):
        err.print(Text(f"error: {file}: cannot be read as UTF-8 text"))
        raise typer.Exit(BAD_INPUT) from None
    return text


def _intakes(files: list[Path]) -> Iterator[tuple[str, str]]:
    """Yield each intake's text with where it stands."""
    for file in files:
        text = _text(file)
        lines = [(n, line) for n, line in enumerate(text.split("\n"), 1) if line.strip()]
        is_lines = file.suffix == ".jsonl" or (str(file) == "-" and len(lines) > 1 and all(_is_object(line) for _, line in lines))
        if is_lines:
            yield from ((f"{file}:{number}", line) for number, line in lines)
        else:
            yield str(file), text


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _reaches(report: Report, fail_on: Level | None) -> bool:
    if fail_on is None:
        return False
    levels = list(Level)
    return any(f.status == "present" and levels.index(f.level) <= levels.index(fail_on) for f in report.findings)


_COLOURS = {Outcome.CONTRAINDICATED: "bold red", Outcome.REVIEW: "bold yellow", Outcome.INCOMPLETE: "bold cyan", Outcome.NO_FLAGS: "bold"}


def _write(report: Report, form: Format, place: str | None) -> None:
    if form is Format.JSON:
        sys.stdout.write((json.dumps({"file": place, "report": report.model_dump()}) if place else report.model_dump_json(indent=2)) + "\n")
        return
    if place is not None:
        out.print(Text(f"\n{place}"), style="dim")
    if form is Format.MARKDOWN:
        sys.stdout.write(report.to_markdown())
        return
    headline, _, rest = report.to_text(min(out.width, 100) if out.is_terminal else 100).partition("\n")
    out.print(Text(headline), style=_COLOURS[report.outcome])
    out.print(Text(rest), end="")


def _write_error(place: str, error: IntakeError, form: Format) -> None:
    if form is Format.JSON:
        sys.stdout.write(json.dumps({"file": place, "errors": [_problem(p) for p in error.problems]}) + "\n")
    err.print(Text(f"error: {place}: {error}"))


def _problem(problem: IntakeProblem) -> dict[str, Any]:
    return {"pointer": problem.pointer, "code": problem.code, "message": problem.message}


def _show_rule(book: Rulebook, rule_id: str) -> None:
    rule = book.rule(rule_id)
    out.print(Text(f"{rule.title}\n{rule.id}, {rule.domain}, {rule.topic}, {rule.level} (open question: {rule.if_unanswered}), support: {rule.support}\n"))
    written = book.canonical["rules"].get(rule.id, {})
    out.print(Text(f"when     {json.dumps(written.get('when'), ensure_ascii=False)}"))
    rows = [("because", rule.because), ("do", rule.action), ("ours", rule.ours), ("differ", rule.disagreement)]
    for label, text in rows:
        if text:
            out.print(Text(f"{label:8} {text}"))
    for cited in rule.sources:
        out.print(Text(f"source   {cited.source.title} ({cited.source.publisher}) {cited.source.url}\n         {cited.strength}: {cited.supports}"))
    for example in rule.examples:
        out.print(Text(f"example  {example.expect}: {example.name}"))
