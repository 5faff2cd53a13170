"""Every way of writing a name down comes to the same words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesoscreen.vocabulary.names import compact, normalise, singular, singulars, tokens_of, without_strengths


@given(st.text(max_size=80))
def test_normalising_twice_is_normalising_once(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyzéèüñçа́лидокñ ", max_size=40))
def test_case_carries_no_meaning(text: str) -> None:
    assert normalise(text.upper()) == normalise(text.lower()) == normalise(text)


@given(st.lists(st.from_regex(r"[a-z]{2,8}", fullmatch=True), min_size=1, max_size=5), st.sampled_from("-_/,. –"))
def test_punctuation_between_words_is_a_space(words: list[str], mark: str) -> None:
    assert normalise(mark.join(words)) == " ".join(words)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("LIDOCAÏNE", "lidocaine"),
        ("Große Wunde", "grosse wunde"),
        ("İğne ısırığı", "igne isirigi"),
        ("Żółty łuk", "zolty luk"),
        ("Ёлка й", "елка й"),
        ("œdème", "oedeme"),
        ("β-blocker", "beta blocker"),
        ("Crohn’s disease", "crohn disease"),
        ("doesn't", "does not"),
        ("  cold -- sore\t", "cold sore"),
        ("!?", ""),
    ],
)
def test_letters_are_read_without_their_dress(written: str, read: str) -> None:
    assert normalise(written) == read


@pytest.mark.parametrize(
    ("plural", "one"),
    [
        ("creams", "cream"),
        ("allergies", "allergy"),
        ("abscesses", "abscess"),
        ("headaches", "headache"),
        ("viruses", "virus"),
        ("lips", "lip"),
        ("psoriasis", "psoriasis"),
        ("abs", "abs"),
    ],
)
def test_a_plural_loses_its_ending(plural: str, one: str) -> None:
    assert singular(plural) == one


def test_romance_plurals_are_read_too() -> None:
    assert "lesion cutanea" in singulars(tokens_of("lesiones cutáneas"))
    assert "cicatriz" in singulars(tokens_of("cicatrices"))


def test_a_short_name_is_never_joined() -> None:
    assert compact(("cold", "sores")) == "coldsore"
    assert not compact(("p", "rp"))


@pytest.mark.parametrize(
    "written",
    [
        "aa 1%",
        "aa 2,5 %",
        "aa 20 mg",
        "aa 20mg/ml",
        "aa 100 IU/ml",
        "aa 0.5 ml",
        "aa 1:100000",
        "aa 1:200 000",
        "20 мг aa",
    ],
)
def test_a_strength_is_left_out(written: str) -> None:
    assert tokens_of(without_strengths(written)) == ("aa",)


@pytest.mark.parametrize("written", ["vitamin b12", "g6pd", "type 2 diabetes", "aged 3 months", "5-fu"])
def test_a_number_that_is_no_strength_stays(written: str) -> None:
    assert tokens_of(without_strengths(written)) == tokens_of(written)
