"""Reports in more than English: complete for the shipped rulebook, and visibly English where a translation is missing."""

from __future__ import annotations

import pickle
import re
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from mesoscreen import Report, Rulebook, screen, screen_many
from mesoscreen.checking.remarks import FORBIDDEN_IN, remarks
from mesoscreen.criteria.phrases import phrase
from mesoscreen.errors import UnknownLanguage
from mesoscreen.wording import marked, wording

if TYPE_CHECKING:
    from pathlib import Path

BOOK = Rulebook.default()
FRENCH = BOOK.in_language("fr")
PATIENT: dict[str, Any] = {
    "patient": {"birth_date": "1986", "age": 12},
    "allergies": [{"name": "Xylocaine", "reaction": "anaphylaxis"}],
    "conditions": {"present": [{"name": "cold sore"}], "denied": ["herpes"], "unsure": ["lupus"]},
    "medications": [{"name": "Roaccutane"}, {"name": "Xylocanne"}, {"name": "qwxzy"}],
    "treatment": {"date": "2026-11-30", "areas": ["face"], "products": [{"name": "EMLA", "role": "anaesthetic"}, {"name": "our cocktail"}]},
}


def meaning(report: Report) -> Any:
    """Everything of a report but its words."""
    return (
        report.outcome,
        [(f.rule, f.level, f.status, f.defer_until, [(e.path, e.concept, e.match) for e in f.evidence]) for f in report.findings],
        [(q.path, q.level, q.rules) for q in report.unanswered],
        [name.path for name in report.unrecognised],
        [both.paths for both in report.contradictions],
        [one.rule for one in report.not_assessed],
        report.stamp.sha256,
        report.stamp.intake_sha256,
    )


def test_a_report_in_french_says_the_same_as_the_one_in_english() -> None:
    english, french = screen(PATIENT), screen(PATIENT, rulebook=FRENCH)
    assert meaning(french) == meaning(english)
    assert (english.stamp.language, french.stamp.language) == ("en", "fr")
    assert french.findings[0].title != english.findings[0].title
    assert wording("fr")("contradiction.age") in {both.what for both in french.contradictions}


def test_nothing_of_a_french_report_is_left_in_english() -> None:
    report = screen(PATIENT, rulebook=FRENCH)
    texts = [report.to_text(), report.to_markdown(), *(str(report.explain(rule)) for rule in BOOK.rules)]
    assert [text for text in texts if "[en]" in text] == []
    english = set(screen(PATIENT).to_text().split("\n"))
    assert [row for row in report.to_text().split("\n") if row in english and re.search(r"\w{3} \w{3}", row) and not re.search("sources| [A-Z]|/", row)] == []


def test_every_rule_criterion_and_concept_is_there_in_french() -> None:
    assert BOOK.languages == ("en", "fr")
    assert [rule.id for rule in FRENCH.rules.values() if "[en]" in f"{rule.title}{rule.because}{rule.action}"] == []
    assert [text for c in BOOK.criteria if "[en]" in (text := phrase(c, FRENCH.vocabulary))] == []
    assert "[en]" not in FRENCH.intended_use + FRENCH.misuse
    assert [c.id for space in FRENCH.vocabulary.spaces for c in FRENCH.vocabulary.concepts(space).values() if "[en]" in c.label] == []


def test_a_french_report_never_says_that_a_treatment_is_safe() -> None:
    texts = " ".join(f"{rule.title} {rule.because} {rule.action}" for rule in FRENCH.rules.values())
    assert FORBIDDEN_IN["fr"].findall(texts) == []


def test_a_french_rulebook_reads_the_same_names() -> None:
    for space, name in (("pharmacy", "Xylocaine"), ("condition", "cold sore"), ("condition", "bouton de fièvre"), ("pharmacy", "lidocaine")):
        assert FRENCH.vocabulary.resolve(name, (space,)).readings == BOOK.vocabulary.resolve(name, (space,)).readings  # type: ignore[arg-type]
    assert FRENCH.vocabulary.homonyms("pharmacy", "hyaluronic-acid", "procedure") == BOOK.vocabulary.homonyms("pharmacy", "hyaluronic-acid", "procedure")


def test_a_rulebook_is_translated_once_and_finds_its_way_back() -> None:
    assert BOOK.in_language("fr") is FRENCH
    assert FRENCH.in_language("en") is BOOK
    assert FRENCH.in_language("fr") is FRENCH
    assert pickle.loads(pickle.dumps(FRENCH)) is FRENCH  # noqa: S301 - our own


def test_many_intakes_are_screened_in_french_by_other_processes() -> None:
    alone = [screen(PATIENT, rulebook=FRENCH)] * 3
    assert list(screen_many([PATIENT] * 3, rulebook=FRENCH, workers=2)) == alone


def test_a_french_report_is_read_back_as_it_was_written() -> None:
    report = screen(PATIENT, rulebook=FRENCH)
    back = Report.model_validate_json(report.model_dump_json())
    assert back == report
    assert back.to_text() == report.to_text()


def test_a_language_nobody_wrote_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownLanguage, match="has no texts in `fe`; it has `en`, `fr`"):
        BOOK.in_language("fe")


def translate(folder: Path, more: str) -> None:
    head = folder / "rulebook.yaml"
    head.write_text(head.read_text(encoding="utf-8") + more, encoding="utf-8")


def test_what_is_not_translated_stays_english_and_says_so(own_tiny: Path) -> None:
    translate(own_tiny, "translations: {de: {}}\n")
    rule = own_tiny / "infection/herpes-active.yaml"
    rule.write_text(rule.read_text(encoding="utf-8") + "translations: {de: {title: Aktiver Herpes}}\n", encoding="utf-8")
    book = Rulebook.load(own_tiny)
    german = book.in_language("de").rules["herpes-active"]
    assert german.title == "Aktiver Herpes"
    assert german.because == marked(book.rules["herpes-active"].because)
    assert wording("de")("gap.not-asked") == "[en] not asked yet"


def test_check_lists_every_missing_translation_into_a_language_the_rulebook_declares(own_tiny: Path) -> None:
    translate(own_tiny, "translations: {de: {}}\n")
    (own_tiny / "questions").mkdir()
    (own_tiny / "questions/skin.yaml").write_text(
        "group: skin\ntitle: Skin\nquestions:\n  - {id: sores, about: conditions, text: 'Sores?', help: Look, options: {herpes: a sore},"
        " translations: {de: {text: 'Herpes?'}}}\n",
        encoding="utf-8",
    )
    book = Rulebook.load(own_tiny)
    missing = [(r.about, r.message) for r in remarks(book, date(2026, 12, 1)) if r.code == "missing-translation"]
    assert {about for about, _ in missing} >= {*book.rules, "herpes", "skin", "sores", book.name}
    assert ("sores", "`help`, `herpes` not translated into `de`") in missing


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("{id: ill, about: conditions, text: 'Ill?', span: now, options: {herpes: a sore}}", "unasked-concept"),
        ("{id: took, about: medications, text: 'Taken?', span: now, options: {isotretinoin: acne capsules}}", "question-too-narrow"),
        ("{id: took, about: medications, text: 'Taken?', span: 5 months, options: {isotretinoin: acne capsules}}", "question-too-narrow"),
    ],
)
def test_a_question_that_asks_too_little_is_remarked(question: str, code: str, own_tiny: Path) -> None:
    (own_tiny / "questions").mkdir()
    (own_tiny / "questions/own.yaml").write_text(f"group: own\ntitle: Own\nquestions:\n  - {question}\n", encoding="utf-8")
    assert code in {remark.code for remark in remarks(Rulebook.load(own_tiny), date(2026, 12, 1))}


def test_a_question_that_asks_as_far_as_the_rule_looks_is_not_remarked(own_tiny: Path) -> None:
    (own_tiny / "questions").mkdir()
    text = "group: own\ntitle: Own\nquestions:\n  - {id: took, about: medications, text: 'Taken?', span: 6 months, options: {isotretinoin: acne capsules}}\n"
    (own_tiny / "questions/own.yaml").write_text(text, encoding="utf-8")
    assert "question-too-narrow" not in {remark.code for remark in remarks(Rulebook.load(own_tiny), date(2026, 12, 1))}


def test_a_french_translation_that_promises_safety_is_remarked(own_tiny: Path) -> None:
    rule = own_tiny / "infection/herpes-active.yaml"
    rule.write_text(rule.read_text(encoding="utf-8") + "translations: {fr: {title: Traitement sans risque}}\n", encoding="utf-8")
    found = [(remark.code, remark.about) for remark in remarks(Rulebook.load(own_tiny), date(2026, 12, 1))]
    assert ("forbidden-word", "herpes-active") in found
