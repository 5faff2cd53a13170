"""A clinic's own file extends a rulebook: it adds, and what it changes it must give a reason for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mesoscreen import Outcome, Rulebook, screen
from mesoscreen.checking.check import check
from mesoscreen.criteria.criterion import Duration, Window
from mesoscreen.errors import RulebookError, UnknownRule
from mesoscreen.rulebook.model import Change

if TYPE_CHECKING:
    from pathlib import Path

HEAD = 'name: our clinic\nversion: "3"\nextends: rulebook.yaml\n'
NEW_RULE = """rules:
  - id: pregnancy-now
    title: Pregnancy
    domain: medical-history
    topic: pregnancy
    level: absolute
    when:
      condition: {is: pregnancy, status: now}
    because: House rule.
    action: Wait.
    support: inference
    sources: [{ref: house, supports: nothing but ourselves, strength: context}]
    examples:
      - {name: pregnant, given: {conditions: [{name: pregnant}]}, expect: present}
sources:
  house: {title: Our own protocol, kind: protocol, read: true}
"""
PATIENT: dict[str, Any] = {
    "patient": {"birth_date": "1986-03-14"},
    "allergies": [],
    "conditions": [],
    "medications": [{"name": "Roaccutane", "status": "stopped", "stopped": "2026-03-01"}],
    "procedures": [],
    "treatment": {"date": "2026-11-30", "areas": ["face"], "products": [{"name": "gel", "ingredients": ["hyaluronic acid"]}]},
}


def extend(folder: Path, rest: str, name: str = "clinic") -> Rulebook:
    file = folder / f"{name}.yaml"
    file.write_text(HEAD + rest, encoding="utf-8")
    return Rulebook.load(file)


def changing(*changes: str) -> str:
    return "changes:\n" + "".join(f"  - {{{change}}}\n" for change in changes)


def found(rulebook: Rulebook, **more: Any) -> list[tuple[str, str, str]]:
    return [(one.rule, one.level.value, one.status) for one in screen(PATIENT | more, rulebook=rulebook).findings]


def test_a_file_that_only_extends_screens_like_its_base_under_its_own_name(own_tiny: Path, tiny: Rulebook) -> None:
    book = extend(own_tiny, "")
    assert (book.name, book.version) == ("our clinic", "3")
    assert book.rules == tiny.rules
    assert book.intended_use == tiny.intended_use
    assert found(book) == found(tiny) == []


def test_a_clinic_may_add_a_rule_and_a_source(own_tiny: Path, tiny: Rulebook) -> None:
    book = extend(own_tiny, NEW_RULE)
    assert set(book.rules) - set(tiny.rules) == {"pregnancy-now"}
    assert book.rules["pregnancy-now"].sources[0].source.title == "Our own protocol"
    assert found(book, conditions=[{"name": "pregnant"}]) == [("pregnancy-now", "absolute", "present")]
    assert found(tiny, conditions=[{"name": "pregnant"}]) == []


def test_a_clinic_may_add_a_concept_below_one_of_its_base(own_tiny: Path, tiny: Rulebook) -> None:
    rest = "vocabulary:\n  - kind: condition\n    concepts:\n      zoster: {label: shingles, parents: [herpes]}\n"
    book = extend(own_tiny, rest)
    shingles = [{"name": "shingles", "areas": ["face"]}]
    assert found(book, conditions=shingles) == [("herpes-active", "absolute", "present")]
    assert found(tiny, conditions=shingles) == []


def test_a_clinic_may_change_a_named_limit(own_tiny: Path, tiny: Rulebook) -> None:
    book = extend(own_tiny, changing("rule: isotretinoin-recent, limit: {washout: 1 year}, reason: our surgeon asks for it"))
    assert found(tiny) == []
    assert found(book) == [("isotretinoin-recent", "relative", "present")]
    assert book.changes == (Change("isotretinoin-recent", "washout 6 months → 1 year", "our surgeon asks for it"),)


def test_a_clinic_may_change_a_threshold_that_is_a_number(own_tiny: Path, tiny: Rulebook) -> None:
    book = extend(own_tiny, changing("rule: blood-pressure-high, limit: {ceiling: 160}, reason: we are careful"))
    reading = [{"name": "systolic blood pressure", "value": 170, "unit": "mm[Hg]", "date": "2026-11-30"}]
    assert found(book, measurements=reading) == [("blood-pressure-high", "relative", "present")]
    assert found(tiny, measurements=reading) == []


@pytest.mark.parametrize(("level", "outcome"), [("absolute", Outcome.CONTRAINDICATED), ("precaution", Outcome.REVIEW)])
def test_a_clinic_may_raise_or_lower_a_level(level: str, outcome: Outcome, own_tiny: Path) -> None:
    book = extend(own_tiny, changing(f"rule: isotretinoin-recent, level: {level}, reason: so we do it"))
    report = screen(PATIENT | {"medications": [{"name": "Roaccutane"}]}, rulebook=book)
    assert [(one.rule, one.level.value) for one in report.findings] == [("isotretinoin-recent", level)]
    assert report.outcome is outcome
    assert book.changes[0].what == f"level relative → {level}"


def test_lowering_a_level_lowers_its_open_question_too(own_tiny: Path, tiny: Rulebook) -> None:
    book = extend(own_tiny, changing("rule: herpes-active, level: precaution, reason: so we do it"))
    assert tiny.rules["herpes-active"].if_unanswered == "absolute"
    assert book.rules["herpes-active"].if_unanswered == "precaution"


def test_a_clinic_may_switch_a_rule_off(own_tiny: Path, tiny: Rulebook) -> None:
    book = extend(own_tiny, changing("rule: minor, off: true, reason: we treat adults only"))
    assert set(tiny.rules) - set(book.rules) == {"minor"}
    assert found(tiny, patient={"age": 12}) == [("minor", "absolute", "present")]
    assert found(book, patient={"age": 12}) == []
    with pytest.raises(UnknownRule):
        book.rule("minor")


def test_every_change_shows_with_its_reason_in_the_stamp_the_text_and_the_markdown(own_tiny: Path) -> None:
    changes = changing(
        "rule: isotretinoin-recent, limit: {washout: 1 year}, reason: the surgeon asks for it",
        "rule: herpes-active, level: relative, reason: we give prophylaxis",
        "rule: minor, off: true, reason: we treat adults only",
    )
    report = screen(PATIENT, rulebook=extend(own_tiny, changes))
    assert [(one.rule, one.what, one.reason) for one in report.stamp.changes] == [
        ("isotretinoin-recent", "washout 6 months → 1 year", "the surgeon asks for it"),
        ("herpes-active", "level absolute → relative", "we give prophylaxis"),
        ("minor", "switched off", "we treat adults only"),
    ]
    text, markdown = " ".join(report.to_text().split()), report.to_markdown()
    for one in report.stamp.changes:
        assert f"changed by the clinic: {one.rule}, {one.what}: {one.reason}" in text
        assert f"- `{one.rule}`: {one.what}. {one.reason}" in markdown


def test_two_limits_of_one_rule_may_be_changed_in_two_changes(own_tiny: Path) -> None:
    rule = own_tiny / "medical-history" / "isotretinoin-recent.yaml"
    text = rule.read_text(encoding="utf-8").replace("{washout: 6 months}", "{washout: 6 months, grace: 1 week}")
    when = "when:\n  any:\n    - medication: {is: isotretinoin, route: oral, within: washout}\n    - medication: {is: retinoid, ahead: grace}\n"
    rule.write_text(text.replace("when:\n  medication: {is: isotretinoin, route: oral, within: washout}\n", when), encoding="utf-8")
    book = extend(
        own_tiny,
        changing(
            "rule: isotretinoin-recent, limit: {washout: 1 year}, reason: one",
            "rule: isotretinoin-recent, limit: {grace: 2 weeks}, reason: two",
        ),
    )
    assert len(book.changes) == 2
    assert book.canonical["rules"]["isotretinoin-recent"]["limits"] == {"washout": "1 year", "grace": "2 weeks"}
    windows = {criterion.window for criterion in book.criteria if criterion.section == "medications"}
    assert {Window("within", Duration(1, "years")), Window("ahead", Duration(2, "weeks"))} <= windows
    assert found(book) == [("isotretinoin-recent", "relative", "present")]


@pytest.mark.parametrize("order", [1, -1])
def test_a_limit_and_a_level_of_one_rule_may_both_be_changed(order: int, own_tiny: Path) -> None:
    both = ["rule: isotretinoin-recent, limit: {washout: 1 year}, reason: one", "rule: isotretinoin-recent, level: absolute, reason: two"]
    book = extend(own_tiny, changing(*both[::order]))
    assert found(book) == [("isotretinoin-recent", "absolute", "present")]


def test_a_clinic_may_extend_a_clinic(own_tiny: Path) -> None:
    extend(own_tiny, changing("rule: isotretinoin-recent, level: absolute, reason: one", "rule: minor, off: true, reason: two"))
    file = own_tiny / "branch.yaml"
    change = changing("rule: isotretinoin-recent, limit: {washout: 1 year}, reason: three")
    file.write_text(f'name: our branch\nversion: "1"\nextends: clinic.yaml\n{change}', encoding="utf-8")
    book = Rulebook.load(file)
    assert [one.reason for one in book.changes] == ["one", "two", "three"]
    assert "minor" not in book.rules
    assert found(book) == [("isotretinoin-recent", "absolute", "present")]


def test_a_rule_switched_off_cannot_be_changed_by_who_extends_it_further(own_tiny: Path) -> None:
    extend(own_tiny, changing("rule: minor, off: true, reason: two"))
    file = own_tiny / "branch.yaml"
    change = changing("rule: minor, level: relative, reason: three")
    file.write_text(f'name: our branch\nversion: "1"\nextends: clinic.yaml\n{change}', encoding="utf-8")
    with pytest.raises(RulebookError) as caught:
        Rulebook.load(file)
    assert [problem.code for problem in caught.value.problems] == ["unknown-rule"]


def test_a_folder_may_extend_another_folder(own_tiny: Path, tmp_path: Path, tiny: Rulebook) -> None:
    own = tmp_path / "own"
    (own / "medical-history").mkdir(parents=True)
    (own / "rulebook.yaml").write_text(f'name: own\nversion: "1"\nextends: ../{own_tiny.name}\n', encoding="utf-8")
    body = NEW_RULE.partition("sources:\n")[0].removeprefix("rules:\n")
    rule = "".join(line[4:] + "\n" for line in body.replace("  - id", "    id").splitlines()).replace("ref: house", "ref: label")
    (own / "medical-history" / "pregnancy-now.yaml").write_text(rule, encoding="utf-8")
    assert set(Rulebook.load(own).rules) == {*tiny.rules, "pregnancy-now"}


@pytest.mark.parametrize(
    "rest",
    [
        "",
        NEW_RULE,
        changing("rule: minor, off: true, reason: a"),
        changing("rule: isotretinoin-recent, limit: {washout: 1 year}, reason: a"),
    ],
)
def test_the_digest_changes_and_the_base_stays_as_it_was(rest: str, own_tiny: Path, tiny: Rulebook) -> None:
    before = Rulebook.load(own_tiny)
    rules, canonical = dict(before.rules), repr(before.canonical)
    book = extend(own_tiny, rest)
    assert book.sha256 != before.sha256 == tiny.sha256
    assert before.rules == rules
    assert repr(before.canonical) == canonical
    assert before.changes == ()
    assert Rulebook.load(own_tiny).sha256 == before.sha256


def test_the_digest_tells_reasons_and_changes_apart(own_tiny: Path) -> None:
    rests = [
        changing(f"rule: isotretinoin-recent, {what}, reason: {reason}")
        for what in ("limit: {washout: 1 year}", "limit: {washout: 2 years}", "level: absolute", "level: precaution", "off: true")
        for reason in ("a", "b")
    ]
    assert len({extend(own_tiny, rest).sha256 for rest in rests}) == len(rests)


def test_a_report_says_which_rulebook_made_it(own_tiny: Path) -> None:
    book = extend(own_tiny, NEW_RULE)
    stamp = screen(PATIENT, rulebook=book).stamp
    assert (stamp.rulebook, stamp.version, stamp.sha256, stamp.changes) == ("our clinic", "3", book.sha256, ())


def test_the_name_mesoscreen_extends_the_rulebook_the_library_ships(
    tmp_path: Path, tiny_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mesoscreen.rulebook.load.shipped", lambda: tiny_folder)
    file = tmp_path / "clinic.yaml"
    file.write_text(
        'name: clinic\nversion: "1"\nextends: mesoscreen\n' + changing("rule: minor, off: true, reason: adults only"), encoding="utf-8"
    )
    assert "minor" not in Rulebook.load(file).rules


def test_checking_a_clinics_file_does_not_hold_its_new_limit_against_the_examples_of_the_old_one(own_tiny: Path) -> None:
    extend(own_tiny, changing("rule: isotretinoin-recent, limit: {washout: 1 year}, reason: the surgeon asks for it"))
    assert [str(failure) for failure in check(own_tiny / "clinic.yaml").failures] == []
