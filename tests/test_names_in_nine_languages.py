"""A vocabulary as wide as patients' words: everyday names of everyday things, in nine languages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from mesoscreen import Report, Rulebook, screen
from mesoscreen.vocabulary import Reading, Resolution
from mesoscreen.vocabulary.names import normalise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesoscreen.vocabulary import Space

LANGUAGES = ("en", "fr", "es", "pt", "it", "de", "pl", "ru", "tr")
VOCABULARY = Rulebook.default().vocabulary
SECTIONS: dict[Space, str] = {"condition": "conditions", "pharmacy": "medications", "procedure": "procedures"}


def data(name: str) -> Any:
    return yaml.safe_load((Path(__file__).parent / "names" / f"{name}.yaml").read_text(encoding="utf-8"))


WORDS: dict[Space, dict[str, dict[str, list[str]]]] = data("words")
SENTENCES = data("sentences")
ANSWERS = data("answers")
CONCEPTS = [(space, concept) for space, concepts in WORDS.items() for concept in concepts]


def words() -> Iterator[tuple[Space, str, str]]:
    for space, concept in CONCEPTS:
        for names in WORDS[space][concept].values():
            yield from ((space, concept, name) for name in names)


def sentences(kind: str) -> list[tuple[Space, str, str]]:
    return [(row["space"], row["concept"], text) for row in SENTENCES[kind] for text in row["text"].values()]


def screened(section: str, name: str, **more: object) -> Report:
    """Screen someone who answered everything, and one thing in their own words."""
    product = {"name": "own mix", "ingredients": ["lidocaine", "hyaluronic acid"]}
    intake: dict[str, Any] = {
        "patient": {"birth_date": "1990-05-01", "sex": "female"},
        **{key: [] for key in ("allergies", "conditions", "medications", "procedures", "measurements")},
        "treatment": {"date": "2026-11-30", "areas": ["face"], "technique": "needle", "products": [product]},
    }
    return screen({**intake, section: [{"name": name, **more}]})


def test_there_are_enough_words() -> None:
    assert len(CONCEPTS) >= 200
    assert [where for where in CONCEPTS if tuple(WORDS[where[0]][where[1]]) != LANGUAGES] == []


@pytest.mark.parametrize(("space", "concept"), CONCEPTS, ids=[concept for _, concept in CONCEPTS])
def test_the_everyday_word_is_the_concept_in_every_language(space: Space, concept: str) -> None:
    exactly = Resolution((Reading(space, concept, "exact"),))
    names = [name for some in WORDS[space][concept].values() for name in some]
    assert [name for name in names if VOCABULARY.resolve(name, (space,)) != exactly] == []


def test_case_accents_and_punctuation_do_not_matter() -> None:
    wrong = []
    for space, concept, name in words():
        for dressed in (name.upper(), name.title(), normalise(name), f" {name}. "):
            read = VOCABULARY.resolve(dressed, (space,))
            if read.readings != (Reading(space, concept, "exact"),):
                wrong.append((dressed, concept))
    assert wrong == []


def test_an_english_plural_is_exact() -> None:
    for name, concept in (("cold sores", "herpes-simplex"), ("keloids", "keloid"), ("heart attacks", "myocardial-infarction")):
        assert VOCABULARY.resolve(name, ("condition",)) == Resolution((Reading("condition", concept, "exact"),))
    for name, concept in (("tattoos", "tattoo"), ("chemical peels", "peel"), ("lip fillers", "filler")):
        assert VOCABULARY.resolve(name, ("procedure",)) == Resolution((Reading("procedure", concept, "exact"),))


@pytest.mark.parametrize("wide", ANSWERS["wider"], ids=lambda wide: wide["word"])
def test_a_word_that_means_more_or_less_is_read_as_what_it_means(wide: dict[str, str]) -> None:
    space: Space = wide["space"]  # type: ignore[assignment]
    assert VOCABULARY.resolve(wide["word"], (space,)).readings == (Reading(space, wide["read"], "exact"),)
    related = VOCABULARY.ancestors(space, wide["read"]) | VOCABULARY.descendants(space, wide["read"])
    assert wide["asked"] in related - {wide["read"]}


@pytest.mark.parametrize(
    ("space", "names"),
    [(space, tuple(names)) for space, some in ANSWERS["pairs"].items() for names in some],
)
def test_two_names_of_one_thing_are_one_concept(space: Space, names: tuple[str, ...]) -> None:
    readings = [VOCABULARY.resolve(name, (space,)) for name in names]
    assert readings[0].is_exact
    assert len(readings[0].readings) == 1
    assert [name for name, read in zip(names, readings, strict=True) if read != readings[0]] == []


@pytest.mark.parametrize(("space", "concept", "text"), sentences("said"))
def test_a_name_inside_a_sentence_is_probable(space: Space, concept: str, text: str) -> None:
    assert VOCABULARY.resolve(text, (space,)) == Resolution((Reading(space, concept, "probable"),))


@pytest.mark.parametrize(("space", "concept", "text"), sentences("denied"))
def test_what_is_denied_is_not_read_and_is_not_none(space: Space, concept: str, text: str) -> None:
    read = VOCABULARY.resolve(text, (space,))
    assert read.readings == ()
    assert not read.is_none
    assert VOCABULARY.has(space, concept)


@pytest.mark.parametrize(
    ("text", "concept", "area"),
    [
        ("tatuagem no tornozelo", "tattoo", "ankle"),
        ("laser no rosto", "laser", "face"),
        ("botox no pescoço", "botulinum-toxin-treatment", "neck"),
    ],
)
def test_portuguese_no_is_in_the(text: str, concept: str, area: str) -> None:
    assert VOCABULARY.resolve(text, ("procedure",)) == Resolution((Reading("procedure", concept, "exact"),), {}, (area,))
    assert VOCABULARY.resolve(f"nunca fez {text}", ("procedure",)).readings == ()


def test_spanish_soy_is_no_soya_bean() -> None:
    assert VOCABULARY.resolve("soy alérgica al marisco", ("pharmacy",)).readings == (Reading("pharmacy", "crustacean-mollusc", "probable"),)
    assert VOCABULARY.resolve("soy", ("pharmacy",)).readings == (Reading("pharmacy", "soy", "exact"),)


@pytest.mark.parametrize(
    "text", ["als Kind viel krank", "ich wurde als Baby operiert", "hit my head last year", "dolore nei muscoli", "ben iyiyim"]
)
def test_ordinary_words_are_no_abbreviations(text: str) -> None:
    assert VOCABULARY.resolve(text, ("condition",)).readings == ()


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("diabetes no controlada desde hace años", "diabetes"),
        ("asthma not controlled since May", "asthma"),
        ("Bluthochdruck seit Jahren nicht eingestellt", "hypertension"),
    ],
)
def test_a_qualifier_that_says_not_denies_nothing(text: str, concept: str) -> None:
    assert VOCABULARY.resolve(text, ("condition",)).readings == (Reading("condition", concept, "probable"),)


@pytest.mark.parametrize("text", ["can't take aspirin", "cannot tolerate aspirin"])
def test_what_cannot_be_taken_is_not_denied(text: str) -> None:
    assert VOCABULARY.resolve(text, ("pharmacy",)).readings == (Reading("pharmacy", "aspirin", "probable"),)


@pytest.mark.parametrize("language", LANGUAGES)
def test_none_is_none_in_every_section(language: str) -> None:
    spaces: tuple[Space, ...] = ("pharmacy", "condition", "procedure")
    none = Resolution(is_none=True)
    assert [(text, space) for text in ANSWERS["none"][language] for space in spaces if VOCABULARY.resolve(text, (space,)) != none] == []


@pytest.mark.parametrize("text", ANSWERS["not_none"])
def test_denying_a_part_is_not_none(text: str) -> None:
    for space in SECTIONS:
        assert not VOCABULARY.resolve(text, (space,)).is_none
        assert VOCABULARY.resolve(text, (space,)).readings == ()


@pytest.mark.parametrize("typo", ANSWERS["typos"], ids=lambda typo: typo["concept"])
def test_one_wrong_letter_is_probable(typo: dict[str, Any]) -> None:
    probably = Resolution((Reading(typo["space"], typo["concept"], "probable"),))
    assert [word for word in typo["words"] if VOCABULARY.resolve(word, (typo["space"],)) != probably] == []


@pytest.mark.parametrize("text", ANSWERS["unknown"])
def test_an_unknown_name_is_never_read(text: str) -> None:
    labels = {one.label for space in SECTIONS for one in VOCABULARY.concepts(space).values()}
    for space in SECTIONS:
        read = VOCABULARY.resolve(text, (space,))
        assert (read.readings, read.is_none) == ((), False)
        assert set(read.suggestions) <= labels


@pytest.mark.parametrize(("space", "concept", "text"), sentences("denied"))
def test_a_denied_entry_is_listed_and_reviewed(space: Space, concept: str, text: str) -> None:
    report = screened(SECTIONS[space], text)
    assert [one.path for one in report.unrecognised] == [f"/{SECTIONS[space]}/0"], concept
    assert report.outcome in ("review", "contraindicated")


@pytest.mark.parametrize("section", ["allergies", "conditions", "medications", "procedures"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_none_in_a_section_is_an_empty_section(section: str, language: str) -> None:
    empty = screened("measurements", "body weight", value=60, unit="kg")
    for text in ANSWERS["none"][language][:3]:
        report = screened(section, text)
        assert report.unrecognised == ()
        assert {one.rule: one.status for one in report.findings} == {one.rule: one.status for one in empty.findings}


@pytest.mark.parametrize(
    ("concept", "rule"), [("pregnancy", "pregnancy"), ("diabetes", "diabetes"), ("keloid", "keloid-hypertrophic-scar")]
)
def test_a_sentence_makes_its_rule_possible(concept: str, rule: str) -> None:
    for _, _, text in (row for row in sentences("said") if row[1] == concept):
        report = screened("conditions", text)
        assert {one.rule: one.status for one in report.findings}.get(rule) == "possible", text
        assert [one.path for one in report.unrecognised] == ["/conditions/0"]


def test_an_allergy_told_in_a_sentence_is_possible() -> None:
    for _, _, text in (row for row in sentences("said") if row[1] == "lidocaine"):
        report = screened("allergies", text)
        assert {one.rule: one.status for one in report.findings}.get("allergy-any-planned-ingredient") == "possible", text
