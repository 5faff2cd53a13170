"""Law: looking only at names that share enough letters with a text finds what looking at every name finds."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz import fuzz, process
from rapidfuzz.distance import DamerauLevenshtein

from mesoscreen import Rulebook
from mesoscreen.vocabulary import Concept
from mesoscreen.vocabulary.index import SpaceIndex
from mesoscreen.vocabulary.letters import Letters
from mesoscreen.vocabulary.names import tokens_of
from mesoscreen.vocabulary.spelling import SUGGESTIONS, _could_be, edits_allowed, nearest, suggest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mesoscreen.vocabulary.index import Meaning

LETTERS = "abcdeilnorstuz- абвго12"


@cache
def indexes() -> tuple[SpaceIndex, ...]:
    words = Rulebook.default().vocabulary
    return tuple(
        SpaceIndex(space, words.concepts(space).values(), [one for one in words.ambiguous if one.space == space]) for space in words.spaces
    )


def plain_nearest(text: str, spaces: Sequence[SpaceIndex], *, same_start: bool) -> tuple[Meaning, ...]:
    """The nearest names, by comparing every name of a length that can be near."""
    found: dict[int, dict[Meaning, None]] = {}
    reach = edits_allowed(len(text))
    for index in spaces:
        for length in range(len(text) - reach, len(text) + reach + 1):
            allowed = min(reach, edits_allowed(length))
            names = [name for name in index.languages if len(name) == length and (not same_start or name[0] == text[0])]
            if allowed:
                for name, distance, _ in process.extract(
                    text, names, scorer=DamerauLevenshtein.distance, score_cutoff=allowed, limit=None
                ):
                    if _could_be(text, name):
                        found.setdefault(int(distance), {})[index.whole[name]] = None
    if not found:
        return ()
    meanings = tuple(found[min(found)])
    spaces_found = {meaning.space for meaning in meanings}
    concepts = {(meaning.space, target.concept) for meaning in meanings for target in meaning.targets}
    return meanings if len(concepts) == len(spaces_found) else ()


def plain_suggestions(text: str, spaces: Sequence[SpaceIndex]) -> tuple[Meaning, ...]:
    """The names most like the text, by comparing every name."""
    likely: list[tuple[float, str, SpaceIndex]] = []
    for index in spaces:
        for scorer in (fuzz.ratio, fuzz.token_set_ratio):
            names = tuple(index.languages)
            likely += [(score, name, index) for name, score, _ in process.extract(text, names, scorer=scorer, score_cutoff=65.0, limit=9)]
            if len(likely) >= SUGGESTIONS:
                break
    likely.sort(key=lambda one: (-one[0], one[1]))
    return tuple(dict.fromkeys(index.whole[name] for _, name, index in likely))[:SUGGESTIONS]


@st.composite
def searches(draw: st.DrawFn) -> tuple[str, list[SpaceIndex]]:
    """Some spaces, and a text of their words: letters put in, left out, changed and swapped, words repeated and reordered."""
    chosen = draw(st.lists(st.sampled_from(indexes()), min_size=1, max_size=3, unique_by=id))
    names = st.sampled_from(chosen).flatmap(lambda index: st.sampled_from([*index.languages]))
    text = draw(names)
    if draw(st.booleans()):
        words = " ".join([text, draw(names)]).split()
        text = " ".join(draw(st.lists(st.sampled_from(words), min_size=1, max_size=5)))
    for _ in range(draw(st.sampled_from([0, 1, 1, 1, 2, 4, 8]))):
        at, letter = draw(st.integers(0, len(text))), draw(st.sampled_from(LETTERS))
        text = draw(
            st.sampled_from(
                [
                    text[:at] + letter + text[at:],
                    text[:at] + text[at + 1 :],
                    text[:at] + letter + text[at + 1 :],
                    text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :],
                ]
            )
        )
    return " ".join(tokens_of(text)) or "x", chosen


any_letters = st.text(LETTERS, min_size=1, max_size=60).map(lambda text: (" ".join(tokens_of(text)) or "x", [*indexes()[:2]]))
OUTSIZE = ("a" * 200, "x" * 3600, "de de de la la", "acid acid hyaluronic", "lidocaine")
many = settings(max_examples=60, deadline=None)


@many
@given(st.one_of(searches(), any_letters), st.booleans())
def test_the_nearest_names_are_those_found_by_comparing_every_name(search: tuple[str, list[SpaceIndex]], same_start: bool) -> None:  # noqa: FBT001
    assert nearest(*search, same_start=same_start) == plain_nearest(*search, same_start=same_start)


@many
@given(st.one_of(searches(), any_letters))
def test_the_suggestions_are_those_found_by_comparing_every_name(search: tuple[str, list[SpaceIndex]]) -> None:
    assert suggest(*search) == plain_suggestions(*search)


@pytest.mark.parametrize("text", OUTSIZE)
def test_a_text_of_any_length_is_searched_for_alike(text: str) -> None:
    assert nearest(text, indexes()) == plain_nearest(text, indexes(), same_start=False)
    assert suggest(text, indexes()) == plain_suggestions(text, indexes())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("abcdefghijklmnopqrst", "abcdefghijklm1234567"),  # 65 %, just enough
        ("abcdefghijklmnopqrst", "abcdefghijkl12345678"),
        ("abcdx abcdx abcdx", "abcde"),  # a word said thrice counts once
        ("abcde", "abcdx abcdx abcdx"),
        ("bc de", "de bc"),
        ("a a b", "a b"),
        ("ab", "abcdefghij ab"),
    ],
)
def test_a_name_is_suggested_wherever_comparing_it_would_suggest_it(name: str, text: str) -> None:
    index = SpaceIndex("condition", [Concept("1", "condition", name)], ())
    assert suggest(text, [index]) == plain_suggestions(text, [index])


@pytest.mark.parametrize("same_start", [True, False])
@pytest.mark.parametrize("text", ["abcxe", "abced", "abcdef", "abcd", "axbxe", "abcdxfgxij", "abcdefghijkl", "abdcefhgij", "abcdefgh", "axcdefghijk"])
def test_a_name_is_near_wherever_comparing_it_would_say_so(text: str, same_start: bool) -> None:  # noqa: FBT001
    for name in ("abcde", "abcdefghij"):
        index = SpaceIndex("condition", [Concept("1", "condition", name)], ())
        assert nearest(text, [index], same_start=same_start) == plain_nearest(text, [index], same_start=same_start)


@settings(max_examples=200, deadline=None)
@given(
    names=st.lists(st.text("abc ", max_size=9), max_size=12, unique=True),
    text=st.text("abcd ", max_size=12),
    needed=st.integers(0, 12),
    lengths=st.tuples(st.integers(-1, 10), st.integers(-1, 10)),
)
def test_names_that_share_letters_are_those_found_by_counting(names: list[str], text: str, needed: int, lengths: tuple[int, int]) -> None:
    shortest, longest = lengths
    counted = [
        name
        for name in sorted(names, key=len)
        if shortest <= len(name) <= longest and sum(min(name.count(one), text.count(one)) for one in set(name)) >= needed + len(name) % 2
    ]
    assert Letters(names).sharing(text, shortest, longest, lambda length: needed + length % 2) == counted


def test_many_names_of_one_kind_are_all_found() -> None:
    names = [f"ab{number}" for number in range(1000)]
    assert Letters(names).sharing("ba", 0, 9, lambda _: 2) == sorted(names, key=len)
    assert Letters(names).sharing("ba", 0, 9, lambda _: 3) == []
