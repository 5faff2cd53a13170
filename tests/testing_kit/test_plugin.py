"""The pytest plugin as a clinic's developer meets it: fixtures, case files, the summary; and nothing loaded before."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import mesoscreen.testing.collecting  # noqa: F401 - runs inside this process share it
from mesoscreen.rulebook.source import read_text

read_text("[]", "")  # and the YAML reader with it
pytest_plugins = ["pytester"]

EXAMPLES = Path(__file__).parents[2] / "docs/examples/testing"
SCREENS = """
    from mesoscreen.testing import assert_flags

    def test_it(mesoscreen_screen, mesoscreen_rulebook):
        report = mesoscreen_screen({"medications": [{"name": "Eliquis"}], "treatment": {"date": "2026-12-01"}})
        assert report.stamp.sha256 == mesoscreen_rulebook.sha256
        assert_flags(report, "anticoagulant-proceed-not-stop")
"""
CASE = """
- name: on isotretinoin
  base: healthy
  given: {medications: [{name: Roaccutane}]}
  on: 2026-12-01
  expect: {isotretinoin-recent: present}
"""


def cases(pytester: pytest.Pytester, text: str, name: str = "clinic.screening.yaml") -> None:
    (pytester.path / name).write_text(text.lstrip("\n"), encoding="utf-8")


def test_loading_the_plugin_and_naming_the_package_import_nothing_else() -> None:
    code = (
        "import sys, mesoscreen.testing.plugin, mesoscreen.testing, mesoscreen.testing.recording\n"
        "ours = {m for m in sys.modules if m.startswith('mesoscreen')} | ({'pydantic', 'hypothesis', 'yaml', 'rapidfuzz', 'durable'} & set(sys.modules))\n"
        "print(sorted(ours))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(["mesoscreen", "mesoscreen.testing", "mesoscreen.testing.plugin", "mesoscreen.testing.recording"])


def test_a_run_that_uses_nothing_of_mesoscreen_imports_nothing_of_it(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import sys
        def test_nothing():
            loaded = {name for name in sys.modules if name.startswith("mesoscreen.")}
            assert loaded == {"mesoscreen.testing", "mesoscreen.testing.plugin"}
            assert not {"pydantic", "hypothesis"} & set(sys.modules)
    """)
    pytester.runpytest_subprocess("-p", "no:anyio", "-p", "no:hypothesispytest").assert_outcomes(passed=1)


def test_the_public_names_are_sorted_and_all_there() -> None:
    import mesoscreen.testing as kit  # noqa: PLC0415

    assert sorted(kit.__all__, key=lambda name: (not name.isupper(), name)) == kit.__all__
    assert all(getattr(kit, name) is not None for name in kit.__all__)
    assert set(kit.__all__) <= set(dir(kit))
    with pytest.raises(AttributeError, match="has no attribute"):
        _ = kit.nothing


def test_the_fixtures_screen_with_the_shipped_rulebook(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(SCREENS)
    pytester.runpytest().assert_outcomes(passed=1)


def test_a_rulebook_is_chosen_on_the_command_line_or_in_the_configuration(pytester: pytest.Pytester, tiny_folder: Path) -> None:
    shutil.copytree(tiny_folder, pytester.path / "ours")
    cases(pytester, CASE)
    pytester.mkdir("deeper")
    pytester.runpytest("--mesoscreen-rulebook", "ours").assert_outcomes(passed=1)
    pytester.runpytest().assert_outcomes(errors=1)
    pytester.makeini("[pytest]\nmesoscreen_rulebook = ours")
    pytester.runpytest().assert_outcomes(passed=1)


def test_a_rulebook_that_is_wrong_is_said_so_without_a_traceback(pytester: pytest.Pytester) -> None:
    cases(pytester, CASE)
    result = pytester.runpytest("--mesoscreen-rulebook", "nowhere")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["the rulebook of this run cannot be used", "*`nowhere` is not there*"])
    assert "plugin.py" not in result.stdout.str()


def test_the_sample_case_file_and_nothing_else_of_the_folder_is_collected(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest("-v", "-p", "no:cacheprovider", "--rootdir", str(EXAMPLES), str(EXAMPLES / "front_desk.screening.yaml"))
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["*a blood thinner is flagged whatever its trade name PASSED*"])


def test_a_case_that_fails_says_what_came_out_and_why_at_its_line(pytester: pytest.Pytester) -> None:
    cases(
        pytester,
        """
- name: nobody asked about medicines
  given: {treatment: {date: 2026-12-01}}
  expect: {isotretinoin-systemic: possible}

- name: on isotretinoin
  given: {medications: [{name: Roaccutane}, {name: Zorblaxin}], treatment: {date: 2026-12-01}}
  expect: {isotretinoin-systemic: clear, hypertension-severe: clear}
  outcome: no-flags
""",
    )
    result = pytester.runpytest()
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines([
        "clinic.screening.yaml:5: on isotretinoin",
        "`isotretinoin-systemic` should be clear, but is present",
        "*because of /medications/0",
        "`hypertension-severe` should be clear, but is *",
        "the outcome should be no-flags, but is review",
        "*not recognised: /medications/1",
    ])  # fmt: skip
    assert "collecting.py" not in result.stdout.str()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name: a", "1:1: `clinic.screening.yaml` is not a list of cases"),
        ("[]", "1:1: `clinic.screening.yaml` is not a list of cases"),
        ("- name: a\n  expcet: {}", "2:3: `expcet` is not a key that may stand here [unknown-key]"),
        ("- given: {}\n  outcome: review\n  on: 2026-12-01", "1:3: `name` is missing [missing-key]"),
        ("- name: a\n  on: 2026-12-01", "1:3: a case expects something"),
        ("- name: a\n  on: 2026-12-01\n  expect: {isotretinoin-sistemic: present}", "3:12: `isotretinoin-sistemic` is not a rule of"),
        ("- name: a\n  on: 2026-12-01\n  expect: {isotretinoin-systemic: clean}", "3:35: `clean` is not one of present, possible, clear, not-assessed"),
        ("- name: a\n  outcome: safe\n  on: 2026-12-01", "2:12: `safe` is not one of contraindicated, review, incomplete, no-flags"),
        ("- name: a\n  base: sick\n  outcome: review\n  on: 2026-12-01", "2:9: `sick` is not one of healthy, nothing"),
        ("- name: a\n  outcome: review", "1:3: no day to screen as of"),
        ("- name: a\n  outcome: review\n  on: 2026-12", "3:7: not a whole date"),
        ("- name: a\n  outcome: review\n  given: {treatment: {date: soon}}", "3:29: not a whole date"),
        ("- name: a\n  outcome: review\n  given: {medications: [{name: x, staus: current}]}\n  on: 2026-12-01", "3:25: /medications/0: "),
        ("- name: a\n  outcome: review\n  given:\n    procedures: [{name: filler, date: 2027}]\n  on: 2026-12-01", "4:39: /procedures/0/date: "),
        ("- &a {name: a}\n- *a", "1:3: anchors and aliases are not allowed"),
        ("- name: a\n  name: b", "2:3: `name` is given twice"),
        ("- name: a\n  outcome: review\n  on: 2026-12-01\n- name: a\n  outcome: review\n  on: 2026-12-01", "4:9: a second case is named `a`"),
    ],
)  # fmt: skip
def test_a_case_file_that_is_wrong_says_where(pytester: pytest.Pytester, text: str, says: str) -> None:
    cases(pytester, text)
    result = pytester.runpytest()
    result.assert_outcomes(errors=1)
    assert f"clinic.screening.yaml:{says}" in result.stdout.str().replace("\n  = help", " = help")
    assert "Traceback" not in result.stdout.str()


def test_everything_wrong_with_a_case_file_is_said_at_once(pytester: pytest.Pytester) -> None:
    cases(pytester, "- name: a\n  on: never\n  expect: {no-such-rule: present}\n- nme: b")
    text = pytester.runpytest().stdout.str()
    assert [code for code in ("[wrong-type]", "[unknown-rule]", "[unknown-key]", "[missing-key]") if code not in text] == []


def test_the_librarys_frames_are_not_shown(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        from mesoscreen.testing import FormContract, Asks, assert_flags
        def test_it(mesoscreen_screen):
            assert_flags(mesoscreen_screen({"treatment": {"date": "2026-12-01"}}), "under-18")
        test_form = FormContract(lambda form: {}, [Asks(field="a", about="conditions", concept="pregnancy")]).as_test()
    """)
    result = pytester.runpytest()
    result.assert_outcomes(failed=2)
    text = result.stdout.str()
    assert "`under-18` should be flagged as present, but is possible" in text
    assert "no answer is lost [lost]" in text
    assert [name for name in ("assertions.py", "laws.py", "hypothesis/", "Falsifying") if name in text] == []


SUMMARY = [
    "*mesoscreen: rules exercised*",
    "tiny*, 8 rules; reports looked at: 2",
    "present (1): isotretinoin-recent",
    "possible only (*): *herpes-active*",
    "never raised (*)*",
]


@pytest.fixture
def suite(pytester: pytest.Pytester, tiny_folder: Path) -> pytest.Pytester:
    """A run over the tiny rulebook: a case file, the fixture, an assertion, and a test that only screens."""
    pytester.makeini(f"[pytest]\nmesoscreen_rulebook = {tiny_folder}")
    cases(pytester, CASE)
    pytester.makepyfile("""
        from mesoscreen import screen
        from mesoscreen.testing import assert_flags, assert_open

        def test_fixture(mesoscreen_screen):
            mesoscreen_screen({"treatment": {"date": "2026-12-01"}})

        def test_the_same_report_counts_once(mesoscreen_rulebook):
            report = screen({"treatment": {"date": "2026-12-01"}}, rulebook=mesoscreen_rulebook)
            assert report.findings

        def test_another_rulebook():
            report = screen({"treatment": {"date": "2026-12-01"}})
            assert_open(report, "/allergies")
            assert_open(report, "/conditions")
    """)
    return pytester


@pytest.mark.parametrize("processes", [(), ("-n", "2")])
def test_the_summary_names_what_was_exercised_by_cases_fixtures_and_assertions(suite: pytest.Pytester, processes: tuple[str, ...]) -> None:
    result = suite.runpytest_subprocess("--mesoscreen-summary", *processes)
    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines([*SUMMARY, "not counted, by another rulebook: 1"])


def test_without_being_asked_for_there_is_no_summary_and_nothing_is_recorded(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        test_context="""
        from mesoscreen.testing.recording import _RUNNING
        def test_nothing_records():
            assert _RUNNING.get() is None
    """
    )
    result = suite.runpytest("-p", "no:randomly")
    result.assert_outcomes(passed=5)
    assert "rules exercised" not in result.stdout.str()


def test_one_run_leaves_nothing_behind_for_the_next(suite: pytest.Pytester) -> None:
    first, second = (suite.runpytest("--mesoscreen-summary").stdout.str() for _ in range(2))
    assert [line for line in first.splitlines() if "reports looked at" in line] == [
        line for line in second.splitlines() if "reports looked at" in line
    ]


def test_v_names_every_rule_that_was_never_raised(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(SCREENS)
    assert "more (-v names them)" in pytester.runpytest("--mesoscreen-summary").stdout.str()
    text = pytester.runpytest("--mesoscreen-summary", "-v").stdout.str()
    assert "more (-v names them)" not in text
    assert "present (1): anticoagulant-proceed-not-stop" in text
