"""Everything wrong with a vocabulary is found, all of it at once."""

from __future__ import annotations

import pytest

from mesoscreen.errors import RULEBOOK_CODES
from mesoscreen.vocabulary import (
    Ambiguity,
    Concept,
    CrossReaction,
    Problem,
    Qualifier,
    Vocabulary,
    VocabularyErrors,
    Words,
)

LATEX = Concept("latex", "substance", "latex")
LIPS = Concept("lips", "area", "lips")
ACNE = Concept("acne", "condition", "acne")


def problems(
    *concepts: Concept,
    edges: tuple[CrossReaction, ...] = (),
    words: Words | None = None,
    ambiguous: tuple[Ambiguity, ...] = (),
) -> tuple[Problem, ...]:
    """Build a vocabulary that is wrong."""
    with pytest.raises(VocabularyErrors) as caught:
        Vocabulary.build(concepts, edges, words, ambiguous)
    assert str(caught.value)
    return caught.value.problems


@pytest.mark.parametrize(
    ("code", "key", "concept"),
    [
        ("bad-id", "id", Concept("Bad_Id", "condition", "bad")),
        ("not-an-option", "label", Concept("empty", "condition", "...")),
        ("bad-product", "composition", Concept("pen", "product", "pen", composition="stated")),
        ("unknown-concept", "parents", Concept("one", "condition", "one", parents=("acnee",))),
        ("unknown-concept", "parents", Concept("one", "condition", "one", parents=("latex",))),
        ("unknown-concept", "contains", Concept("one", "procedure", "one", contains=("latx",))),
        ("unknown-concept", "may_contain", Concept("one", "medication", "one", may_contain=("latx",))),
        ("unknown-concept", "near", Concept("one", "area", "one", near=("lip",))),
        (
            "unknown-concept",
            "means",
            Concept("one", "condition", "one", means={"is": "acn", "severity": "mild"}),
        ),
        ("missing-key", "means", Concept("one", "condition", "one", means={"severity": "mild"})),
        ("missing-key", "means", Concept("one", "condition", "one", means={"is": "acne"})),
        ("unknown-key", "means", Concept("one", "condition", "one", means={"is": "acne", "severty": "mild"})),
        (
            "not-an-option",
            "means",
            Concept("one", "condition", "one", means={"is": "acne", "severity": "mid"}),
        ),
        ("cycle", "parents", Concept("one", "condition", "one", parents=("one",))),
        ("cycle", "contains", Concept("one", "substance", "one", contains=("one",))),
        ("duplicate-id", "id", Concept("acne", "condition", "pimples")),
        ("name-clash", "label", Concept("one", "condition", "Acné")),
        ("name-clash", "names", Concept("one", "condition", "one", names={"en": ("acne",)})),
        ("name-clash", "trade_names", Concept("one", "medication", "one", trade_names=("Latex",))),
        ("not-an-option", "codes", Concept("one", "condition", "one", codes=(("icd", "L70"),))),
    ],
)
def test_one_wrong_concept_is_one_problem(code: str, key: str, concept: Concept) -> None:
    (problem,) = problems(LATEX, LIPS, ACNE, concept)
    assert (problem.code, problem.key, problem.concept) == (code, key, concept.id)


def test_an_unknown_concept_brings_the_nearest_known() -> None:
    (problem,) = problems(ACNE, Concept("one", "condition", "one", parents=("acnee",)))
    assert problem.suggestions == ("acne",)
    assert problem.message == "`acnee` is not a condition this vocabulary knows"
    assert problem.value == "acnee"


def test_a_concept_cannot_mean_one_that_means_another() -> None:
    severe = Concept("bad-acne", "condition", "bad acne", means={"is": "acne", "severity": "severe"})
    (problem,) = problems(ACNE, severe, Concept("x", "condition", "x", means={"is": "bad-acne", "controlled": True}))
    assert (problem.code, problem.value) == ("not-an-option", "bad-acne")


def test_one_code_cannot_be_two_concepts() -> None:
    one = Concept("one", "condition", "one", codes=(("icd-10", "L70.0"),))
    two = Concept("two", "condition", "two", parents=("one",), codes=(("icd-10", "L700"),))
    (problem,) = problems(one, two)
    assert (problem.code, problem.concept, problem.value) == ("name-clash", "two", "L700")


def test_a_cross_reaction_is_between_known_substances() -> None:
    edge = CrossReaction("latex", "banana", "likely", "a-source")
    (problem,) = problems(LATEX, edges=(edge,))
    assert (problem.code, problem.key, problem.value, problem.index) == (
        "unknown-concept",
        "reacts_with",
        "banana",
        0,
    )


@pytest.mark.parametrize(
    ("code", "means"),
    [("unknown-concept", ("acne", "rosacea")), ("not-an-option", ("acne",))],
)
def test_an_ambiguous_name_means_several_known_concepts(code: str, means: tuple[str, ...]) -> None:
    (problem,) = problems(ACNE, ambiguous=(Ambiguity("condition", "spots", means),))
    assert (problem.code, problem.index) == (code, 0)


def test_a_name_of_two_concepts_may_be_declared_ambiguous() -> None:
    other = Concept("one", "condition", "one", names={"en": ("acne",)})
    declared = Ambiguity("condition", "acne", ("acne", "one"))
    vocabulary = Vocabulary.build((ACNE, other), (), None, (declared,))
    assert [reading.match for reading in vocabulary.resolve("acne", ("condition",)).readings] == ["probable"] * 2


def test_a_qualifier_sets_what_an_entry_has() -> None:
    words = Words.of(qualifiers=(Qualifier({"severity": "severe"}, {}), Qualifier({"controlled": "maybe"}, {})))
    (problem,) = problems(words=words)
    assert (problem.code, problem.index) == ("not-an-option", 1)


def test_everything_wrong_is_said_at_once() -> None:
    found = problems(
        Concept("one", "condition", "one", parents=("two", "nowhere")),
        Concept("two", "condition", "One", parents=("one",)),
    )
    assert sorted(problem.code for problem in found) == ["cycle", "name-clash", "unknown-concept"]
    assert {problem.code for problem in found} <= RULEBOOK_CODES.keys()
