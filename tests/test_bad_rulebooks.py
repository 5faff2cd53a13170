"""Everything wrong with a rulebook is reported by code, at its line and column, with what to write instead.

Each file in `bad_rulebooks/` is laid over a copy of the tiny rulebook. Its first line says what must be reported:
`# <code> at <line>:<column> as <file in the rulebook> | <help>`.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from mesoscreen import Rulebook
from mesoscreen.errors import RULEBOOK_CODES, Location, RulebookError, RulebookProblem
from mesoscreen.rulebook.source import MAX_FILE, SourceError, read_text

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER = Path(__file__).parent / "bad_rulebooks"
HEADER = re.compile(r"# (?P<code>[a-z-]+) at (?:(?P<file>\S+?):)?(?P<place>-|\d+:\d+) as (?P<target>\S+)(?: \| (?P<help>.+))?")


class Expected(NamedTuple):
    code: str
    place: str
    """file:line:column, or empty where there is none."""
    help: str


def read_header(fixture: Path) -> tuple[Expected, str]:
    """What a fixture must raise, and where in the rulebook it belongs."""
    found = HEADER.fullmatch(fixture.read_text(encoding="utf-8").partition("\n")[0])
    assert found is not None, f"{fixture.name} does not say what it must raise"
    place = "" if found["place"] == "-" else f"{found['file'] or found['target']}:{found['place']}"
    return Expected(found["code"], place, found["help"] or ""), found["target"]


def spelled(problem: RulebookProblem) -> str:
    at = problem.at
    return f"{problem.code} at {f'{at.file}:{at.line}:{at.column}' if at else ''}"


def problems_of(path: Path) -> tuple[RulebookProblem, ...]:
    with pytest.raises(RulebookError) as caught:
        Rulebook.load(path)
    return caught.value.problems


def spoil(folder: Path, target: str, text: str | bytes) -> Path:
    """Write one file of a rulebook and give the path to load: the folder, or a clinic's own file."""
    (folder / target).parent.mkdir(exist_ok=True)
    (folder / target).write_bytes(text.encode() if isinstance(text, str) else text)
    return folder / target if target == "clinic.yaml" else folder


FIXTURES = {fixture.stem: read_header(fixture) for fixture in sorted(FOLDER.glob("*.yaml"))}


@pytest.mark.parametrize("name", FIXTURES)
def test_a_bad_rulebook_is_refused_for_the_one_thing_wrong_with_it_at_its_place(name: str, own_tiny: Path) -> None:
    expected, target = FIXTURES[name]
    problems = problems_of(spoil(own_tiny, target, (FOLDER / f"{name}.yaml").read_bytes()))
    assert [spelled(problem) for problem in problems] == [f"{expected.code} at {expected.place}"]
    assert expected.help in problems[0].hint


@pytest.mark.parametrize("name", FIXTURES)
def test_a_message_about_a_rulebook_is_written_for_the_person_who_wrote_it(name: str, own_tiny: Path) -> None:
    _, target = FIXTURES[name]
    for problem in problems_of(spoil(own_tiny, target, (FOLDER / f"{name}.yaml").read_bytes())):
        assert not problem.message.endswith(".")
        assert problem.message[0].islower() or problem.message[0] in "`0123456789"
        for word in ("Node(", "Document(", "None", "True", "dict", "tuple", "NoneType", "object at", "pydantic"):
            assert word not in problem.message
            assert word not in problem.hint
        if problem.at is not None:
            assert problem.at.column <= len(problem.at.text) + 1
            assert problem.at.text in (own_tiny / problem.at.file).read_text(encoding="utf-8").splitlines()


def make_cycle(folder: Path) -> Path:
    for one, other in (("one", "two"), ("two", "one")):
        (folder / f"{one}.yaml").write_text(f'name: {one}\nversion: "1"\nextends: {other}.yaml\n')
    return folder / "one.yaml"


def make_unnamed(folder: Path) -> Path:
    (folder / "rulebook.yaml").unlink()
    return folder


MADE: dict[str, tuple[str, str, Callable[[Path], Path]]] = {
    "a folder without a rulebook.yaml": ("missing-file", "", make_unnamed),
    "a path that leads nowhere": ("missing-file", "", lambda folder: folder / "nowhere.yaml"),
    "bytes that are no text": ("not-yaml", "", lambda folder: spoil(folder, "sources.yaml", b"\xff\xfe\x00")),
    "a control character": ("not-yaml", "", lambda folder: spoil(folder, "sources.yaml", "label: \x07\n")),
    "a file of more than two million characters": (
        "too-large",
        "",
        lambda folder: spoil(folder, "sources.yaml", "#" * (MAX_FILE + 1)),
    ),
    "41 lists inside each other": ("too-large", "sources.yaml:1:42", lambda folder: spoil(folder, "sources.yaml", "[" * 60 + "]" * 60)),
    "two files that extend each other": ("cycle", "two.yaml:3:10", make_cycle),
}
"""Rulebooks that are no file to keep: what each raises and where."""


@pytest.mark.parametrize("name", MADE)
def test_a_rulebook_that_cannot_be_read_is_refused(name: str, own_tiny: Path) -> None:
    code, place, make = MADE[name]
    assert [spelled(problem) for problem in problems_of(make(own_tiny))] == [f"{code} at {place}"]


def test_100_000_lists_inside_each_other_are_refused_by_us_or_by_the_parser(own_tiny: Path) -> None:
    # The place is where our limit or, in newer versions of it, the parser's own limit is met.
    (problem,) = problems_of(spoil(own_tiny, "sources.yaml", "[" * 100_000))
    assert spelled(problem).startswith("too-large at sources.yaml:1:")


def test_more_values_than_a_rulebook_may_hold_are_refused() -> None:
    with pytest.raises(SourceError) as caught:
        read_text("[" + "1," * 300_001 + "1]", "many.yaml")
    assert caught.value.problem.code == "too-large"


def test_every_rulebook_code_is_reached_by_a_fixture() -> None:
    reached = {expected.code for expected, _ in FIXTURES.values()} | {code for code, _, _ in MADE.values()}
    assert reached == set(RULEBOOK_CODES)


def test_an_error_shows_file_line_and_column_the_source_line_carets_and_help(own_tiny: Path) -> None:
    rule = own_tiny / "medical-history" / "isotretinoin-recent.yaml"
    rule.write_text(rule.read_text().replace("is: isotretinoin", "is: isotretinion"))
    with pytest.raises(RulebookError) as caught:
        Rulebook.load(own_tiny)
    assert str(caught.value) == (
        "medical-history/isotretinoin-recent.yaml:8:20: `isotretinion` is not a substance or medication this vocabulary knows "
        "[unknown-concept]\n"
        "    8 |   medication: {is: isotretinion, route: oral, within: washout}\n"
        "      |                    ^^^^^^^^^^^^\n"
        "      = help: did you mean `isotretinoin`?"
    )


def test_an_error_without_a_place_still_says_what_and_how() -> None:
    problem = RulebookProblem("missing-file", "`x.yaml` is not there", None, "write it")
    assert str(problem) == "`x.yaml` is not there [missing-file]\n  = help: write it"


def test_an_error_in_a_long_file_keeps_its_margin() -> None:
    problem = RulebookProblem("bad-id", "no id", Location("a.yaml", 1234, 3, "  Ab", 2))
    assert str(problem).splitlines()[1:] == [" 1234 |   Ab", "      |   ^^"]


def test_everything_wrong_in_several_files_is_reported_at_once(own_tiny: Path) -> None:
    for name in ("herpes-active", "minor"):
        (file,) = own_tiny.glob(f"*/{name}.yaml")
        file.write_text(file.read_text().replace("level: absolute", "level: total"))
    with pytest.raises(RulebookError) as caught:
        Rulebook.load(own_tiny)
    assert [spelled(problem) for problem in caught.value.problems] == [
        "not-an-option at infection/herpes-active.yaml:5:8",
        "not-an-option at medical-history/minor.yaml:5:8",
    ]
    assert str(caught.value).endswith("(and 1 more; `mesoscreen check` lists them all)")


@pytest.mark.parametrize("word", ["no", "No", "NO", "off", "yes", "on", "y", "n"])
def test_words_that_older_yaml_took_for_true_or_false_stay_words(word: str) -> None:
    root = read_text(f"a: {word}\n", "a.yaml").root
    assert root is not None
    assert root.plain() == {"a": word}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("true", True),
        ("false", False),
        ("1", 1),
        ("1.5", 1.5),
        ("~", None),
        ("", None),
        ("'1'", "1"),
        ('"true"', "true"),
        ("2026-12-01", "2026-12-01"),
        ("1_000", "1_000"),
        ("0x10", "0x10"),
        ("12:30:00", "12:30:00"),
        ("<<", "<<"),
        ("=", "="),
    ],
)
def test_plain_values_mean_what_yaml_1_2_says(written: str, meant: object) -> None:
    root = read_text(f"a: {written}\n", "a.yaml").root
    assert root is not None
    value = root.plain()["a"]
    assert value == meant
    assert type(value) is type(meant)


def test_a_rule_titled_no_is_a_rule_titled_no(own_tiny: Path) -> None:
    rule = own_tiny / "medical-history" / "minor.yaml"
    rule.write_text(rule.read_text().replace("title: Patient younger than 18", "title: no"))
    assert Rulebook.load(own_tiny).rules["minor"].title == "no"


def test_a_tag_never_runs_anything(own_tiny: Path) -> None:
    mark = own_tiny / "ran"
    spoil(own_tiny, "sources.yaml", f"label: !!python/object/apply:pathlib.Path.touch [!!python/object/apply:pathlib.Path ['{mark}']]\n")
    assert problems_of(own_tiny)[0].code == "yaml-feature"
    assert not mark.exists()


def test_an_empty_file_is_refused_by_place_and_not_with_a_crash(own_tiny: Path) -> None:
    for target in ("rulebook.yaml", "sources.yaml", "vocabulary/outcomes.yaml", "medical-history/minor.yaml"):
        kept = (own_tiny / target).read_bytes()
        assert {problem.at.file for problem in problems_of(spoil(own_tiny, target, "")) if problem.at} >= {target}
        (own_tiny / target).write_bytes(kept)


@pytest.mark.parametrize("name", ["windows line ends", "a byte order mark"])
def test_how_an_editor_saved_a_file_does_not_matter(name: str, own_tiny: Path) -> None:
    before = Rulebook.load(own_tiny).sha256
    for file in own_tiny.rglob("*.yaml"):
        text = file.read_bytes()
        file.write_bytes(text.replace(b"\n", b"\r\n") if name == "windows line ends" else b"\xef\xbb\xbf" + text)
    assert Rulebook.load(own_tiny).sha256 == before


@pytest.mark.parametrize(
    "text", ["a: 1\tb: 2\n- c", "{{{", "a: [", "'", "a: |\n", "? a", "--- a\n...\n", "%YAML 1.2\n---\na: 1\n", "a:\x85b: 1"]
)
def test_no_text_brings_the_reader_down(text: str) -> None:
    try:
        read = read_text(text, "a.yaml").root is not None
    except SourceError as error:
        read = error.problem.code in RULEBOOK_CODES
    assert read


def test_no_fixture_needs_more_stack_than_a_small_program_has(own_tiny: Path) -> None:
    text = "when: " + "{not: " * 18 + "{patient: {age: {below: 18}}}" + "}" * 18
    rule = own_tiny / "medical-history" / "minor.yaml"
    rule.write_text(rule.read_text().replace("when:\n  patient: {age: {below: 18}}", text))
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(400)
    try:
        assert "minor" in Rulebook.load(own_tiny).rules
    finally:
        sys.setrecursionlimit(limit)


def test_the_tiny_rulebook_is_itself_sound(tiny: Rulebook) -> None:
    assert len(tiny.rules) == 8
    assert {rule.domain for rule in tiny.rules.values()} == {"allergy", "infection", "medical-history"}
    assert {criterion.section for criterion in tiny.criteria} == {
        "allergies", "conditions", "medications", "procedures", "measurements", "plan", "patient",
    }  # fmt: skip


def test_a_copy_of_the_tiny_rulebook_loads_alike(own_tiny: Path, tiny: Rulebook, tmp_path: Path) -> None:
    elsewhere = Path(shutil.copytree(own_tiny, tmp_path / "elsewhere"))
    assert Rulebook.load(elsewhere).sha256 == tiny.sha256
