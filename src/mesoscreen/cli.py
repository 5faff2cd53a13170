"""The command line: screen, explain, check, rules, vocabulary, questions, fhir.

Exit codes: 0 it ran; 1 a bad rulebook, a failed check or `--fail-on` reached; 2 bad input or usage.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import closing
from datetime import datetime
from enum import StrEnum
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from mesoscreen.batch.files import Unreadable, intakes_in, size_of, text_of
from mesoscreen.batch.workers import in_order
from mesoscreen.batch.writing import Format, Writing, Written
from mesoscreen.checking.check import check as check_rulebook
from mesoscreen.errors import IntakeError, IntakeProblem, MesoscreenError, RulebookError
from mesoscreen.intake import Intake, parse_json
from mesoscreen.report.model import Level, Outcome
from mesoscreen.rulebook.compiled import shipped
from mesoscreen.rulebook.model import Rule, Rulebook
from mesoscreen.rulebook.source import read_file
from mesoscreen.screening import screen as screen_intake
from mesoscreen.wording import LANGUAGE

try:
    import typer
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
    from rich.table import Table
    from rich.text import Text
except ImportError:  # pragma: no cover - the extra is there wherever the tests run
    sys.exit("the command line needs an extra: pip install 'mesoscreen[cli]'")

if TYPE_CHECKING:
    from mesoscreen.forms import Form

FAILED, BAD_INPUT = 1, 2
LARGE = 2_000_000
"""Bytes of intakes from which on it pays to start processes: some two thousand."""

app = typer.Typer(
    help="Flag what in a mesotherapy intake needs a practitioner's review. Never says a treatment is safe.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


RulebookOption = Annotated[Path | None, typer.Option("--rulebook", "-r", help="A rulebook folder or a clinic's own file; the shipped one if left out.")]
LanguageOption = Annotated[str, typer.Option("--language", "-l", help="Language of the texts, such as fr; what is not translated is marked.")]
OnOption = Annotated[datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="Reference date; the treatment date if left out.")]


def main() -> None:
    """Run the command line; errors made on purpose are shown without a traceback."""
    try:
        app()
    except RulebookError as error:
        err.print(Text(str(error)))
        sys.exit(FAILED)
    except Unreadable as error:
        err.print(Text(f"error: {error}"))
        sys.exit(BAD_INPUT)
    except MesoscreenError as error:
        err.print(Text(f"error: {error}"))
        sys.exit(BAD_INPUT if isinstance(error, IntakeError) or error.code in ("unknown-rule", "unknown-language", "fhir") else FAILED)


@app.command()
def screen(
    files: Annotated[list[Path], typer.Argument(help="Intakes as JSON, or one per line as .jsonl; - reads standard input.", metavar="FILE...")],
    *,
    rulebook: RulebookOption = None,
    on: OnOption = None,
    language: LanguageOption = LANGUAGE,
    form: Annotated[Format, typer.Option("--format", "-f", help="How to write the report.")] = Format.TEXT,
    fail_on: Annotated[Level | None, typer.Option("--fail-on", help="Exit with 1 if a present finding is at least this serious.")] = None,
    workers: Annotated[str, typer.Option("--workers", "-w", metavar="N|auto", help="Processes to screen with; auto takes one, for large files one per processor.")] = "auto",
) -> None:
    """Screen intakes and print a report for each."""
    book = _load(rulebook, language)
    size = size_of(files)
    intakes = intakes_in(files)
    first = list(islice(intakes, 2))
    is_single = len(first) == 1
    width = min(out.width, 100) if out.is_terminal else 100
    job = Writing(book, on.date() if on is not None else None, form, width, is_single=is_single)
    bad = failed = reached = False
    with _progress(is_hidden=is_single) as progress, closing(in_order(job, chain(first, intakes), _workers(workers, size))) as results:
        task = progress.add_task("screening", total=size, done=0)
        for done, (intake, result) in enumerate(results, 1):
            if isinstance(result, MesoscreenError):
                bad, failed = bad or isinstance(result, IntakeError), True
                _write_error(intake.place, result, form)
            else:
                reached = reached or _reaches(result.worst, fail_on)
                _write(result, form, None if is_single else intake.place)
            progress.update(task, advance=intake.length, done=done)
    if bad:
        raise typer.Exit(BAD_INPUT)
    if failed or reached:
        raise typer.Exit(FAILED)


@app.command()
def explain(
    file: Annotated[Path, typer.Argument(help="An intake as JSON; - reads standard input.")],
    rule: Annotated[str, typer.Argument(help="The id of a rule.")],
    *,
    rulebook: RulebookOption = None,
    on: OnOption = None,
    language: LanguageOption = LANGUAGE,
) -> None:
    """Say why a rule is present, possible or clear for an intake, and what would change it."""
    report = screen_intake(Intake.model_validate_json(text_of(file)), on=on.date() if on is not None else None, rulebook=_load(rulebook, language))
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
    language: LanguageOption = LANGUAGE,
    domain: Annotated[str | None, typer.Option(help="Only this domain.")] = None,
    level: Annotated[Level | None, typer.Option(help="Only this level.")] = None,
    search: Annotated[str | None, typer.Option("--search", "-s", help="Only rules whose text holds this.")] = None,
) -> None:
    """List the rules, or show one."""
    book = _load(rulebook, language)
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


class FhirFormat(StrEnum):
    """How the command `fhir` writes what it found."""

    CARDS = "cards"
    DETECTED_ISSUES = "detected-issues"
    TEXT = "text"
    JSON = "json"


@app.command()
def fhir(
    bundle: Annotated[Path, typer.Argument(help="A FHIR R4 Bundle as JSON; - reads standard input.")],
    *,
    plan: Annotated[Path, typer.Option("--plan", "-p", help="What is planned, as the `treatment` of an intake, in JSON.")],
    form: Annotated[FhirFormat, typer.Option("--format", "-f", help="CDS Hooks cards, DetectedIssue resources, or the report.")] = FhirFormat.CARDS,
    on: OnOption = None,
    patient: Annotated[str | None, typer.Option("--patient", help="Which of several patients is meant, such as Patient/1.")] = None,
    rulebook: RulebookOption = None,
    language: LanguageOption = LANGUAGE,
) -> None:
    """Screen a patient's FHIR record against what is planned; whatever was not understood is listed with it."""
    from mesoscreen.fhir.command import outcome_of, written  # noqa: PLC0415 - an extra, and slow to import
    from mesoscreen.fhir.errors import FhirError  # noqa: PLC0415

    day, width = on.date() if on is not None else None, min(out.width, 100) if out.is_terminal else 100
    try:
        text = written(text_of(bundle), text_of(plan), form.value, on=day, patient=patient, rulebook=_load(rulebook, language), width=width)
    except ModuleNotFoundError as error:
        err.print(Text(str(error)))
        raise typer.Exit(BAD_INPUT) from None
    except (FhirError, IntakeError) as error:
        if form is FhirFormat.DETECTED_ISSUES:
            sys.stdout.write(outcome_of(error))
        raise
    sys.stdout.write(text)


class QuestionFormat(StrEnum):
    """How the questions of a form are written."""

    TEXT = "text"
    JSON_SCHEMA = "json-schema"
    SURVEYJS = "surveyjs"
    FHIR = "fhir"


@app.command()
def questions(
    *,
    plan: Annotated[Path | None, typer.Option("--plan", "-p", help="What is planned, as the `treatment` of an intake; left out, the form asks for it.")] = None,
    form: Annotated[QuestionFormat, typer.Option("--format", "-f", help="For reading, or for a form builder.")] = QuestionFormat.TEXT,
    rulebook: RulebookOption = None,
    language: LanguageOption = LANGUAGE,
) -> None:
    """List the questions a consultation form has to ask, for a plan or for any plan."""
    from mesoscreen import forms  # noqa: PLC0415 - only this command needs forms

    asked = forms.Form.of(_load(rulebook, language), parse_json(text_of(plan)) if plan is not None else None)
    match form:
        case QuestionFormat.TEXT:
            _list_questions(asked)
            return
        case QuestionFormat.JSON_SCHEMA:
            written = forms.to_json_schema(asked)
        case QuestionFormat.SURVEYJS:
            written = forms.to_surveyjs(asked)
        case QuestionFormat.FHIR:
            written = forms.to_fhir_questionnaire(asked)
    sys.stdout.write(json.dumps(written, ensure_ascii=False, indent=2) + "\n")


def _list_questions(form: Form) -> None:
    """Print the questions in their groups; follow-ups are indented below what opens them."""
    group = ""
    for question in form.questions:
        if question.group != group:
            group = question.group
            out.print(Text(f"\n{question.section}"), style="bold")
        margin = "  " if question.opens is None else "      "
        out.print(Text(f"{margin}{question.text}  [{question.id}{f'; {question.level}' if question.level and question.opens is None else ''}]"))
        if question.opens is None and question.kind == "choices":
            out.print(Text(f"      {'; '.join(option.label for option in question.options)}"), style="dim")


def _load(path: Path | None, language: str = LANGUAGE) -> Rulebook:
    return (Rulebook.default() if path is None else Rulebook.load(path)).in_language(language)


def _workers(wanted: str, size: int | None) -> int:
    if wanted == "auto":
        return _processors() if size is not None and size >= LARGE else 1
    if wanted.isascii() and wanted.isdigit() and int(wanted):
        return int(wanted)
    raise typer.BadParameter("must be `auto` or a whole number from 1", param_hint="--workers")


def _processors() -> int:
    """Count the processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _progress(*, is_hidden: bool) -> Progress:
    """Make a progress bar for standard error, which must neither take what is written to standard output nor stand in it."""
    columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[done]} intakes"), TimeElapsedColumn()
    is_hidden = is_hidden or out.is_terminal or not err.is_terminal
    return Progress(*columns, console=err, transient=True, disable=is_hidden, redirect_stdout=False, redirect_stderr=False)


def _reaches(worst: Level | None, fail_on: Level | None) -> bool:
    levels = list(Level)
    return worst is not None and fail_on is not None and levels.index(worst) <= levels.index(fail_on)


_COLOURS = {Outcome.CONTRAINDICATED: "bold red", Outcome.REVIEW: "bold yellow", Outcome.INCOMPLETE: "bold cyan", Outcome.NO_FLAGS: "bold"}


def _write(report: Written, form: Format, place: str | None) -> None:
    if form is not Format.JSON and place is not None:
        out.print(Text(f"\n{place}"), style="dim")
    headline, end, rest = report.text.partition("\n") if form is Format.TEXT and out.is_terminal else ("", "", report.text)
    if end:
        out.print(Text(headline), style=_COLOURS[report.outcome])
    sys.stdout.write(rest)
    sys.stdout.flush()


def _write_error(place: str, error: MesoscreenError, form: Format) -> None:
    if form is Format.JSON:
        problems = error.problems if isinstance(error, IntakeError) else (IntakeProblem("", error.code, str(error)),)
        sys.stdout.write(json.dumps({"file": place, "errors": [_problem(p) for p in problems]}) + "\n")
    err.print(Text(f"error: {place}: {error}"))


def _problem(problem: IntakeProblem) -> dict[str, Any]:
    return {"pointer": problem.pointer, "code": problem.code, "message": problem.message}


def _show_rule(book: Rulebook, rule_id: str) -> None:
    rule = book.rule(rule_id)
    out.print(Text(f"{rule.title}\n{rule.id}, {rule.domain}, {rule.topic}, {rule.level} (open question: {rule.if_unanswered}), support: {rule.support}\n"))
    out.print(Text(f"when     {json.dumps(_written(book, rule).get('when'), ensure_ascii=False)}"))
    rows = [("because", rule.because), ("do", rule.action), ("ours", rule.ours), ("differ", rule.disagreement)]
    for label, text in rows:
        if text:
            out.print(Text(f"{label:8} {text}"))
    for cited in rule.sources:
        out.print(Text(f"source   {cited.source.title} ({cited.source.publisher}) {cited.source.url}\n         {cited.strength}: {cited.supports}"))
    for example in rule.examples:
        out.print(Text(f"example  {example.expect}: {example.name}"))


def _written(book: Rulebook, rule: Rule) -> dict[str, Any]:
    """Give a rule as its file has it, which the compiled form of the shipped rulebook leaves out."""
    if book.canonical:
        found: dict[str, Any] = book.canonical["rules"].get(rule.id, {})
        return found
    root = read_file(shipped() / rule.file, rule.file).root
    return root.plain() if root is not None else {}
