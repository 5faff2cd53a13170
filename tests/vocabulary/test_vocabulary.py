"""How concepts stand to one another."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from mesoscreen.vocabulary import Concept, Vocabulary
from mesoscreen.vocabulary.graph import cycles


@st.composite
def hierarchies(draw: st.DrawFn) -> Vocabulary:
    """Draw conditions whose parents always come earlier."""
    size = draw(st.integers(1, 12))
    parents = [draw(st.sets(st.integers(0, place - 1), max_size=3)) if place else set() for place in range(size)]
    return Vocabulary.build(
        Concept(f"c{place}", "condition", f"label {place}", parents=tuple(f"c{one}" for one in sorted(above)))
        for place, above in enumerate(parents)
    )


@given(hierarchies())
def test_descendants_are_ancestors_the_other_way_round(vocabulary: Vocabulary) -> None:
    every = vocabulary.concepts("condition")
    for one in every:
        assert one in vocabulary.ancestors("condition", one)
        for other in every:
            is_below = other in vocabulary.descendants("condition", one)
            assert is_below == (one in vocabulary.ancestors("condition", other))


@given(hierarchies())
def test_ancestors_of_ancestors_are_ancestors(vocabulary: Vocabulary) -> None:
    for one in vocabulary.concepts("condition"):
        for above in vocabulary.ancestors("condition", one):
            assert vocabulary.ancestors("condition", above) <= vocabulary.ancestors("condition", one)


@given(hierarchies())
def test_two_concepts_overlap_if_something_is_both(vocabulary: Vocabulary) -> None:
    every = vocabulary.concepts("condition")
    for one in every:
        below = vocabulary.descendants("condition", one)
        expected = {other for other in every if below & vocabulary.descendants("condition", other)}
        assert vocabulary.overlaps("condition", one) == expected


@given(st.lists(st.integers(0, 9), min_size=1, max_size=8, unique=True))
def test_a_circle_is_found_whatever_hangs_on_it(ring: list[int]) -> None:
    edges = {str(node): [str(after)] for node, after in pairwise([*ring, ring[0]])}
    edges |= {"tail": [str(ring[0])], "free": []}
    (found,) = cycles(edges)
    assert sorted(found) == sorted(map(str, ring))


def test_ingredients_are_what_is_certainly_inside(vocabulary: Vocabulary) -> None:
    assert vocabulary.ingredients("emla") == {"emla", "lidocaine", "prilocaine"}
    assert vocabulary.ingredients("emla-patch", "product") == {"emla", "lidocaine", "prilocaine"}
    assert vocabulary.ingredients("lidocaine") == {"lidocaine"}


def test_what_varies_by_brand_is_only_possibly_inside(vocabulary: Vocabulary) -> None:
    assert vocabulary.may_contain("emla") == {"paraben"}
    assert vocabulary.may_contain("emla-patch", "product") == {"paraben"}
    assert vocabulary.may_contain("lidocaine") == frozenset()


def test_what_a_class_contains_its_members_contain() -> None:
    vocabulary = Vocabulary.build(
        (
            Concept("preserved", "substance", "preserved", contains=("paraben",), may_contain=("egg",)),
            Concept("paraben", "substance", "paraben"),
            Concept("egg", "substance", "egg"),
            Concept("vial", "substance", "vial", parents=("preserved",)),
        ),
    )
    assert vocabulary.ingredients("vial") == {"vial", "paraben"}
    assert vocabulary.may_contain("vial") == {"egg"}


def test_neighbours_are_neighbours_both_ways(vocabulary: Vocabulary) -> None:
    assert vocabulary.neighbours("lips") == {"perioral"}
    assert vocabulary.neighbours("perioral") == {"lips"}
    assert vocabulary.neighbours("ankle") == frozenset()


def test_a_cross_reaction_goes_from_every_member_to_every_member(vocabulary: Vocabulary) -> None:
    esters = {"ester-local-anaesthetic", "procaine"}
    assert vocabulary.cross_reacting("procaine", "likely") == esters
    assert vocabulary.cross_reacting("procaine", "possible") == esters | {"paraben"}
    assert vocabulary.cross_reacting("local-anaesthetic", "possible") == frozenset()


def test_a_cross_reaction_goes_one_way_unless_it_says_both(vocabulary: Vocabulary) -> None:
    assert vocabulary.cross_reacting("latex", "likely") == {"retinol"}
    assert vocabulary.cross_reacting("retinol", "possible") == frozenset()
    assert vocabulary.cross_reacting("paraben", "likely") == frozenset()
    assert "procaine" in vocabulary.cross_reacting("paraben", "possible")


def test_who_reacts_to_a_substance_is_the_same_question_asked_from_the_other_side(vocabulary: Vocabulary) -> None:
    every = vocabulary.concepts("pharmacy")
    for one in every:
        expected = {other for other in every if one in vocabulary.cross_reacting(other, "possible")}
        assert vocabulary.reacting_with(one, "possible") == expected
