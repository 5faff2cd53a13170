"""The command line: what it prints, where, and what it exits with."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

import mesoscreen
from mesoscreen import Rulebook, screen
from mesoscreen.batch import many
from mesoscreen.errors import EngineFailure

if TYPE_CHECKING:
    from collections.abc import Callable

pytest.importorskip("typer")

SECRET = "Zwrkqvist"  # noqa: S105 - a word that must not be printed
TREATMENT: dict[str, Any] = {"date": "2026-11-30", "areas": ["face"], "products": [{"name": "gel", "ingredients": ["hyaluronic acid"]}]}
CLEAN: dict[str, Any] = {
    "patient": {"birth_date": "1986-03-14"},
    "allergies": [],
    "conditions": [],
    "medications": [],
    "procedures": [],
    "treatment": TREATMENT,
}
RELATIVE = CLEAN | {"medications": [{"name": "Roaccutane"}]}
ABSOLUTE = CLEAN | {"patient": {"age": 12}}
BROKEN = CLEAN | {"patient": {"birth_date": SECRET, SECRET: SECRET}}


class Done(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Run the command line in this process."""
    from mesoscreen import cli  # noqa: PLC0415 - only where typer is there

    def call(*arguments: str | Path, stdin: str = "") -> Done:
        monkeypatch.setattr(sys, "argv", ["mesoscreen", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        code: str | int | None = 0
        try:
            cli.main()
        except SystemExit as ended:
            code = ended.code
        said = capsys.readouterr()
        return Done(code if isinstance(code, int) else 0 if code is None else 1, said.out, said.err)

    return call


@pytest.fixture
def book(own_tiny: Path) -> tuple[str, Path]:
    """The options that choose the tiny rulebook."""
    return "--rulebook", own_tiny


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def call(*intakes: dict[str, Any], name: str = "intake.json") -> Path:
        file = tmp_path / name
        file.write_text("\n".join(json.dumps(intake, ensure_ascii=False) for intake in intakes), encoding="utf-8")
        return file

    return call


def in_a_new_process(*arguments: str | Path, stdin: str = "", **environment: str) -> Done:
    """Run the command line as a shell would."""
    code = "from mesoscreen.cli import main; main()"
    env = os.environ | {"PYTHONPATH": str(Path(mesoscreen.__file__).parents[1]), "PYTHONIOENCODING": "utf-8"} | environment
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        input=stdin,
        env=env,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def test_screening_prints_the_text_of_the_report_and_nothing_else(run: Any, book: Any, write: Any, tiny: Rulebook) -> None:
    done = run("screen", *book, write(RELATIVE))
    assert done == Done(0, screen(RELATIVE, rulebook=tiny).to_text(), "")


def test_screening_prints_markdown_when_asked(run: Any, book: Any, write: Any, tiny: Rulebook) -> None:
    done = run("screen", *book, "--format", "markdown", write(RELATIVE))
    assert done == Done(0, screen(RELATIVE, rulebook=tiny).to_markdown(), "")


def test_screening_prints_json_that_is_the_report(run: Any, book: Any, write: Any, tiny: Rulebook) -> None:
    done = run("screen", *book, "-f", "json", write(RELATIVE))
    assert json.loads(done.out) == screen(RELATIVE, rulebook=tiny).model_dump()
    assert (done.code, done.err) == (0, "")


def test_several_files_are_screened_in_order_under_their_names(run: Any, book: Any, write: Any) -> None:
    files = [write(CLEAN, name="a.json"), write(ABSOLUTE, name="b.json")]
    done = run("screen", *book, *files)
    assert done.code == 0
    assert done.out.index("a.json") < done.out.index("NO FLAGS") < done.out.index("b.json") < done.out.index("CONTRAINDICATED")


def test_several_files_as_json_give_one_line_each(run: Any, book: Any, write: Any) -> None:
    files = [write(CLEAN, name="a.json"), write(ABSOLUTE, name="b.json")]
    lines = [json.loads(line) for line in run("screen", *book, "-f", "json", *files).out.splitlines()]
    assert [line["file"] for line in lines] == [str(file) for file in files]
    assert [line["report"]["outcome"] for line in lines] == ["no-flags", "contraindicated"]


def test_json_lines_are_one_intake_per_line(run: Any, book: Any, write: Any) -> None:
    file = write(CLEAN, RELATIVE, ABSOLUTE, name="many.jsonl")
    lines = [json.loads(line) for line in run("screen", *book, "-f", "json", file).out.splitlines()]
    assert [line["file"] for line in lines] == [f"{file}:{number}" for number in (1, 2, 3)]
    assert [line["report"]["outcome"] for line in lines] == ["no-flags", "review", "contraindicated"]


def test_one_bad_line_is_an_error_at_its_line_and_the_others_are_screened(run: Any, book: Any, write: Any) -> None:
    file = write(CLEAN, BROKEN, ABSOLUTE, name="many.jsonl")
    done = run("screen", *book, "-f", "json", file)
    lines = [json.loads(line) for line in done.out.splitlines()]
    assert done.code == 2
    assert ["report" in line for line in lines] == [True, False, True]
    assert lines[1]["file"] == f"{file}:2"
    assert {(problem["code"], problem["pointer"]) for problem in lines[1]["errors"]} == {
        ("impossible-date", "/patient/birth_date"),
        ("unknown-key", "/patient"),
    }


@pytest.mark.parametrize("break_", ["\u2028", "\u2029", "\x85"])
def test_only_a_line_feed_ends_a_json_line(break_: str, run: Any, book: Any, write: Any) -> None:
    noted = CLEAN | {"medications": [{"name": "Roaccutane", "note": f"first{break_}second"}]}
    done = run("screen", *book, "-f", "json", write(noted, CLEAN, name="many.jsonl"))
    assert [json.loads(line)["report"]["outcome"] for line in done.out.splitlines()] == ["review", "no-flags"]


def test_windows_line_ends_end_a_json_line_too(run: Any, book: Any, tmp_path: Path) -> None:
    file = tmp_path / "many.jsonl"
    file.write_bytes("\r\n".join(json.dumps(intake) for intake in (CLEAN, ABSOLUTE, CLEAN)).encode() + b"\r\n")
    assert len(run("screen", *book, "-f", "json", file).out.splitlines()) == 3


def test_standard_input_is_read_as_one_intake(run: Any, book: Any, tiny: Rulebook) -> None:
    done = run("screen", *book, "-", stdin=json.dumps(RELATIVE, indent=2))
    assert done == Done(0, screen(RELATIVE, rulebook=tiny).to_text(), "")


def test_standard_input_is_read_as_json_lines_where_it_is_that(run: Any, book: Any) -> None:
    done = run("screen", *book, "-f", "json", "-", stdin="".join(json.dumps(intake) + "\n" for intake in (CLEAN, ABSOLUTE)))
    assert [json.loads(line)["report"]["outcome"] for line in done.out.splitlines()] == ["no-flags", "contraindicated"]


def test_no_line_of_standard_input_is_lost_however_many_there_are(run: Any, book: Any) -> None:
    line = json.dumps(CLEAN) + " " * 500_000 + "\n"
    done = run("screen", *book, "-f", "json", "-", stdin=line * 8)
    assert [json.loads(line)["report"]["outcome"] for line in done.out.splitlines()] == ["no-flags"] * 8


def test_one_json_line_on_standard_input_is_one_intake(run: Any, book: Any, tiny: Rulebook) -> None:
    done = run("screen", *book, "-", stdin="\n" + json.dumps(RELATIVE) + "\n\n")
    assert done == Done(0, screen(RELATIVE, rulebook=tiny).to_text(), "")


def test_standard_input_that_is_not_json_is_told_by_line_and_column(run: Any, book: Any) -> None:
    assert "error: -: (the whole intake): not JSON from line 4, column 1 on" in run("screen", *book, "-", stdin='\n{\n"allergies": []\n]\n').err


def test_a_bad_line_of_standard_input_is_an_error_at_its_line(run: Any, book: Any) -> None:
    done = run("screen", *book, "-f", "json", "-", stdin=f"{json.dumps(CLEAN)}\n\n{{\n{json.dumps(ABSOLUTE)}\n")
    assert [json.loads(line)["file"] for line in done.out.splitlines()] == ["-:1", "-:3", "-:4"]
    assert done.code == 2
    assert done.err == "error: -:3: (the whole intake): not JSON from line 2, column 1 on [not-json]\n"


def test_a_line_that_is_not_text_or_longer_than_any_intake_is_an_error_at_its_line(run: Any, book: Any, tmp_path: Path) -> None:
    file = tmp_path / "many.jsonl"
    good = json.dumps(CLEAN).encode()
    file.write_bytes(b"\n".join([good, b'{"allergies": "\xff"}', good, b'"' + b"x" * 20_000_000 + b'"', good]))
    done = run("screen", *book, "-f", "json", file)
    lines = [json.loads(line) for line in done.out.splitlines()]
    assert done.code == 2
    assert [line["file"] for line in lines] == [f"{file}:{number}" for number in range(1, 6)]
    assert ["report" in line for line in lines] == [True, False, True, False, True]
    assert [line["errors"][0]["code"] for line in (lines[1], lines[3])] == ["not-json", "too-large"]


def test_a_missing_file_among_others_is_told_before_anything_is_screened(run: Any, book: Any, write: Any, tmp_path: Path) -> None:
    done = run("screen", *book, write(CLEAN, ABSOLUTE, name="many.jsonl"), write(CLEAN), tmp_path / "nowhere.json")
    assert done == Done(2, "", f"error: {tmp_path / 'nowhere.json'}: no such file\n")


def test_reports_are_printed_while_intakes_still_come(book: Any) -> None:
    env = os.environ | {"PYTHONPATH": str(Path(mesoscreen.__file__).parents[1])}
    code = "from mesoscreen.cli import main; main()"
    command = [sys.executable, "-c", code, "screen", *map(str, book), "-f", "json", "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env, bufsize=1) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{json.dumps(CLEAN)}\n{json.dumps(ABSOLUTE)}\n")
        for number in range(1, 5):
            assert json.loads(process.stdout.readline())["file"] == f"-:{number}"
            process.stdin.write(f"{json.dumps(CLEAN)}\n")
        process.stdin.close()
        assert len(process.stdout.readlines()) == 2
    assert process.returncode == 0


@pytest.mark.parametrize("form", ["text", "json"])
def test_workers_print_what_one_process_prints(form: str, run: Any, book: Any, write: Any) -> None:
    file = write(CLEAN, RELATIVE, BROKEN, ABSOLUTE, {}, name="many.jsonl")
    alone = run("screen", *book, "-f", form, "--fail-on", "absolute", "--workers", "1", file)
    assert alone.code == 2
    assert run("screen", *book, "-f", form, "--fail-on", "absolute", "--workers", "2", file) == alone


@pytest.mark.parametrize("workers", ["0", "-1", "many", "1.5", "²"])
def test_a_number_of_workers_that_is_none_is_a_usage_error(workers: str, run: Any, book: Any, write: Any) -> None:
    done = run("screen", *book, "--workers", workers, write(CLEAN))
    assert (done.code, done.out) == (2, "")


def test_workers_are_started_of_themselves_for_large_files_only() -> None:
    from mesoscreen import cli  # noqa: PLC0415

    assert cli._workers("auto", None) == cli._workers("auto", cli.LARGE - 1) == 1
    assert cli._workers("auto", cli.LARGE) == cli._processors() >= 1
    assert cli._workers("3", None) == 3


def test_a_screening_that_fails_is_an_error_in_its_place_and_exits_with_1(
    run: Any, book: Any, write: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(told: Any, **options: Any) -> Any:
        if told.patient.age == 12:
            raise EngineFailure("code 3")
        return screen(told, **options)

    monkeypatch.setattr(many, "screen", failing)
    file = write(CLEAN, ABSOLUTE, RELATIVE, name="many.jsonl")
    done = run("screen", *book, "-f", "json", file)
    lines = [json.loads(line) for line in done.out.splitlines()]
    assert done.code == 1
    assert ["report" in line for line in lines] == [True, False, True]
    assert lines[1]["errors"][0]["code"] == "engine-failure"
    assert done.err.startswith(f"error: {file}:2: the rule engine failed (code 3)")


@pytest.mark.skipif(os.name != "posix", reason="a terminal of POSIX")
def test_a_progress_bar_on_the_terminal_leaves_the_reports_alone(book: Any, write: Any) -> None:
    import pty  # noqa: PLC0415 - only where there is one

    ours, theirs = pty.openpty()
    env = os.environ | {"PYTHONPATH": str(Path(mesoscreen.__file__).parents[1]), "TERM": "xterm"}
    code = "from mesoscreen.cli import main; main()"
    file = write(*[CLEAN, BROKEN] * 30, name="many.jsonl")
    command = [sys.executable, "-c", code, "screen", *map(str, book), "-f", "json", str(file)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=theirs, env=env, check=False, timeout=60)
    shown = os.read(ours, 100_000).decode()
    os.close(ours)
    os.close(theirs)
    assert [json.loads(line)["file"] for line in done.stdout.splitlines()] == [f"{file}:{number}" for number in range(1, 61)]
    assert "screening" in shown
    assert '"report"' not in shown


def test_a_byte_order_mark_at_the_start_of_a_file_does_not_matter(run: Any, book: Any, tmp_path: Path) -> None:
    (tmp_path / "marked.json").write_bytes(b"\xef\xbb\xbf" + json.dumps(CLEAN).encode())
    assert run("screen", *book, tmp_path / "marked.json").code == 0


@pytest.mark.parametrize(
    ("intake", "fail_on", "code"),
    [
        (CLEAN, "precaution", 0),
        (RELATIVE, "absolute", 0),
        (RELATIVE, "relative", 1),
        (RELATIVE, "precaution", 1),
        (ABSOLUTE, "absolute", 1),
        (ABSOLUTE, "precaution", 1),
        ({"treatment": TREATMENT}, "precaution", 0),
        (ABSOLUTE, None, 0),
    ],
)
def test_fail_on_exits_with_1_from_its_level_up(
    intake: dict[str, Any], fail_on: str | None, code: int, run: Any, book: Any, write: Any
) -> None:
    assert run("screen", *book, *(["--fail-on", fail_on] if fail_on else []), write(intake)).code == code


def test_a_bad_intake_outranks_a_finding_in_the_exit_code(run: Any, book: Any, write: Any) -> None:
    assert run("screen", *book, "--fail-on", "absolute", write(ABSOLUTE, name="a.json"), write(BROKEN, name="b.json")).code == 2


def test_the_reference_date_may_be_given(run: Any, book: Any, write: Any) -> None:
    stopped = CLEAN | {"medications": [{"name": "Roaccutane", "stopped": "2026-08"}]}
    file = write(stopped)
    assert "isotretinoin-recent" in run("screen", *book, file).out
    later = run("screen", *book, "--on", "2027-06-01", file)
    assert "isotretinoin-recent" not in later.out
    assert "as of 2027-06-01" in " ".join(later.out.split())


@pytest.mark.parametrize("day", ["yesterday", "2026-02-31", "01.06.2027"])
def test_a_reference_date_that_is_none_is_a_usage_error(day: str, run: Any, book: Any, write: Any) -> None:
    done = run("screen", *book, "--on", day, write(CLEAN))
    assert (done.code, done.out) == (2, "")


def test_a_bad_intake_is_told_with_place_and_code_on_standard_error(run: Any, book: Any, write: Any) -> None:
    file = write(BROKEN)
    done = run("screen", *book, file)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"error: {file}: 2 problems:\n")
    assert "/patient/birth_date: not a date; write YYYY-MM-DD, YYYY-MM or YYYY [impossible-date]" in done.err


@pytest.mark.parametrize("form", ["text", "markdown", "json"])
def test_nothing_of_the_patient_is_written_to_standard_error(form: str, run: Any, book: Any, write: Any) -> None:
    named = CLEAN | {"medications": [{"name": SECRET, "note": SECRET}], "allergies": [{"name": "lidocaine", "clearance": {"by": SECRET}}]}
    files = [write(named, name="a.json"), write(BROKEN, name="b.json"), write({SECRET: 1}, name="c.json")]
    done = run("screen", *book, "-f", form, *files)
    assert done.code == 2
    assert done.err.count("error: ") == 2
    assert SECRET not in done.err


def test_broken_json_shows_nothing_of_itself(run: Any, book: Any) -> None:
    for command in (["screen", *book, "-"], ["explain", *book, "-", "minor"]):
        done = run(*command, stdin='{"allergies": [{"name": "' + SECRET)
        assert done.code == 2
        assert "not-json" in done.err
        assert SECRET not in done.err + done.out


def test_a_missing_file_is_named_and_exits_with_2(run: Any, book: Any, tmp_path: Path) -> None:
    for command in (["screen", *book, tmp_path / "nowhere.json"], ["explain", *book, tmp_path / "nowhere.json", "minor"]):
        done = run(*command)
        assert (done.code, done.out) == (2, "")
        assert done.err == f"error: {tmp_path / 'nowhere.json'}: no such file\n"


def test_a_folder_or_bytes_in_place_of_an_intake_exit_with_2(run: Any, book: Any, tmp_path: Path) -> None:
    (tmp_path / "raw.json").write_bytes(b"\xff\xfe{}")
    for file in (tmp_path, tmp_path / "raw.json"):
        done = run("screen", *book, file)
        assert (done.code, done.out) == (2, "")
        assert "cannot be read as UTF-8 text" in done.err


def test_explain_says_what_the_report_says(run: Any, book: Any, write: Any, tiny: Rulebook) -> None:
    done = run("explain", *book, write(RELATIVE), "isotretinoin-recent")
    assert done == Done(0, f"{screen(RELATIVE, rulebook=tiny).explain('isotretinoin-recent')}\n", "")
    assert "isotretinoin" in done.out


def test_explain_of_an_unknown_rule_suggests_one_and_exits_with_2(run: Any, book: Any, write: Any) -> None:
    done = run("explain", *book, write(RELATIVE), "isotretinoin")
    assert (done.code, done.out) == (2, "")
    assert done.err == "error: `isotretinoin` is not a rule of this rulebook; did you mean `isotretinoin-recent`?\n"


def test_check_of_a_good_rulebook_counts_what_it_did_and_exits_with_0(run: Any, own_tiny: Path) -> None:
    done = run("check", own_tiny)
    assert (done.code, done.err) == (0, "")
    assert done.out == "tiny 1: 8 rules, 34 examples, 31 of 31 mutants noticed (100.0 %)\n"


def test_check_of_a_bad_rulebook_lists_everything_and_exits_with_1(run: Any, own_tiny: Path) -> None:
    for name in ("infection/herpes-active.yaml", "medical-history/minor.yaml"):
        file = own_tiny / name
        file.write_text(file.read_text(encoding="utf-8").replace("level: absolute", "level: total"), encoding="utf-8")
    done = run("check", own_tiny)
    assert done.code == 1
    assert "infection/herpes-active.yaml:5:8: `total` is not one of absolute, relative, precaution [not-an-option]" in done.out
    assert "medical-history/minor.yaml:5:8:" in done.out


def test_check_tells_of_an_example_that_fails_and_of_a_change_none_notices(run: Any, own_tiny: Path) -> None:
    rule = own_tiny / "medical-history" / "minor.yaml"
    rule.write_text(rule.read_text(encoding="utf-8").replace("age: 18}", "age: 16}"), encoding="utf-8")
    done = run("check", own_tiny)
    assert done.code == 1
    assert "minor: “eighteen” should be clear, is present [failing-example]" in done.out
    rule.write_text(rule.read_text(encoding="utf-8").replace("age: 16}", "age: 40}"), encoding="utf-8")
    done = run("check", own_tiny)
    assert done.code == 1
    assert "[surviving-mutant]" in done.out
    assert "minor: no example notices this change" in done.out


def test_check_tells_of_an_example_whose_unit_nobody_knows(run: Any, own_tiny: Path) -> None:
    rule = own_tiny / "medical-history" / "blood-pressure-high.yaml"
    rule.write_text(rule.read_text(encoding="utf-8").replace("unit: mmHg,", "unit: firkin,"), encoding="utf-8")
    done = run("check", own_tiny)
    assert done.code == 1
    assert "blood-pressure-high" in done.out


@pytest.mark.parametrize("command", [["screen", "-"], ["rules"], ["vocabulary", "lidocaine"], ["explain", "-", "minor"]])
def test_a_bad_rulebook_exits_with_1_and_says_why(command: list[str], run: Any, own_tiny: Path) -> None:
    (own_tiny / "rulebook.yaml").write_text("name: tiny\nversion: 1\n", encoding="utf-8")
    done = run(*command, "--rulebook", own_tiny, stdin=json.dumps(CLEAN))
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("rulebook.yaml:2:10: this must be text [wrong-type]\n    2 | version: 1\n")


def test_rules_lists_every_rule_with_level_domain_and_title(run: Any, book: Any, tiny: Rulebook) -> None:
    done = run("rules", *book)
    rows = [line.split() for line in done.out.splitlines()[1:]]
    assert [row[0] for row in rows] == list(tiny.rules)
    assert ["minor", "absolute", "medical-history", "Patient", "younger", "than", "18"] in rows


@pytest.mark.parametrize(
    ("options", "listed"),
    [
        (["--domain", "infection"], ["herpes-active"]),
        (["--level", "precaution"], ["autoimmune-untreated", "nodules-after-filler"]),
        (["--search", "WASHOUT"], ["isotretinoin-recent"]),
        (["-s", "lidocaine", "--level", "absolute"], ["lidocaine-dose"]),
        (["-s", "no such words"], []),
    ],
)
def test_rules_are_filtered_by_domain_level_and_words(options: list[str], listed: list[str], run: Any, book: Any) -> None:
    done = run("rules", *book, *options)
    assert done.code == 0
    assert [line.split()[0] for line in done.out.splitlines()[1:]] == listed


def test_rules_shows_one_rule_with_its_words_sources_and_examples(run: Any, book: Any) -> None:
    done = run("rules", *book, "isotretinoin-recent")
    assert done.code == 0
    for words in (
        "Oral isotretinoin within 6 months",
        "because  Healing may be slower",
        "source   A label (A maker) https://example.org/label",
    ):
        assert words in done.out
    for words in ('when     {"medication"', "ours     the length of the washout", "example  clear: isotretinoin cream"):
        assert words in done.out


def test_rules_shows_how_a_rule_of_the_shipped_rulebook_is_written(run: Any) -> None:
    done = run("rules", "herpes-active")
    assert done.code == 0
    assert 'when     {"' in done.out


def test_rules_of_an_unknown_id_suggests_one_and_exits_with_2(run: Any, book: Any) -> None:
    done = run("rules", *book, "herpes")
    assert (done.code, done.out) == (2, "")
    assert "did you mean `herpes-active`" in done.err


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("Xylocaine", "exact     substance lidocaine: lidocaine"),
        ("LIDOCAÍNA", "exact     substance lidocaine: lidocaine"),
        ("she had a cold sore", "probable  condition herpes-labialis: herpes labialis"),
        ("uncontrolled hypertension", "exact     condition hypertension: high blood pressure"),
        ("none", "the answer: none"),
        ("NKDA", "the answer: none"),
        ("qwrtzpl", "not known"),
    ],
)
def test_vocabulary_shows_what_a_name_means(name: str, first: str, run: Any, book: Any) -> None:
    done = run("vocabulary", *book, name)
    assert (done.code, done.err) == (0, "")
    assert first in done.out.splitlines()


def test_vocabulary_shows_what_is_above_a_concept_and_what_words_qualify_it(run: Any, book: Any) -> None:
    assert "under amide-local-anaesthetic, local-anaesthetic" in run("vocabulary", *book, "lidocaine").out
    assert "with controlled=" in run("vocabulary", *book, "uncontrolled hypertension").out


def test_usage_errors_exit_with_2(run: Any, book: Any, write: Any) -> None:
    for command in (["screen"], ["no-such-command"], ["screen", *book, "--format", "pdf", write(CLEAN)], ["vocabulary", *book]):
        assert run(*command).code == 2


def test_help_names_every_command(run: Any) -> None:
    done = run("--help")
    assert done.code == 0
    for command in ("screen", "explain", "check", "rules", "vocabulary"):
        assert command in done.out


@pytest.mark.parametrize("command", [["screen"], ["screen", "-f", "json"], ["screen", "-f", "markdown"], ["rules"], ["check"]])
def test_a_pipe_gets_no_colour_codes(command: list[str], book: Any, own_tiny: Path, write: Any) -> None:
    rest = (
        [*book, write(ABSOLUTE, name="a.json"), write(BROKEN, name="b.json")]
        if command[0] == "screen"
        else [*book]
        if command == ["rules"]
        else [own_tiny]
    )
    done = in_a_new_process(*command, *rest, TERM="xterm-256color", COLORTERM="truecolor")
    assert done.code == (2 if command[0] == "screen" else 0)
    assert done.out
    assert "\x1b" not in done.out + done.err
    assert SECRET not in done.out + done.err
    assert "Traceback" not in done.err


def test_a_pipe_carries_every_letter(book: Any) -> None:
    done = in_a_new_process("vocabulary", *book, "лидокаин")
    assert (done.code, done.err) == (0, "")
    piped = in_a_new_process("screen", *book, "-f", "json", "-", stdin=json.dumps(RELATIVE))
    assert json.loads(piped.out)["outcome"] == "review"


def test_the_command_line_never_calls_a_treatment_safe(run: Any, book: Any, write: Any) -> None:
    for form in ("text", "markdown", "json"):
        said = run("screen", *book, "-f", form, write(CLEAN)).out.casefold()
        for word in ("safe", "eligible", "fit for", "cleared for"):
            assert word not in said
