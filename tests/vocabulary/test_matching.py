"""What free text is read as, and how surely."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesoscreen.vocabulary import Reading, Resolution, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesoscreen.vocabulary import Space

PHARMACY: tuple[Space, ...] = ("pharmacy",)
CONDITION: tuple[Space, ...] = ("condition",)
LABELS = {
    "lidocaine": "lidocaine",
    "beta-blocker": "beta blocker",
    "amide-local-anaesthetic": "amide local anaesthetic",
    "vitamin-b12": "vitamin B12",
    "povidone-iodine": "povidone-iodine",
    "prednisolone": "prednisolone",
}
DRESSES: tuple[Callable[[str], str], ...] = (
    str.upper,
    str.title,
    lambda name: name.replace(" ", "-"),
    lambda name: f" {name}. ",
    lambda name: name.replace("i", "í"),
)
labels = st.sampled_from(sorted(LABELS.values()))
cues = st.sampled_from(["no", "denies", "without", "pas de", "kein", "нет"])


def read(resolution: Resolution) -> dict[str, str]:
    """Show the readings as concept → match."""
    return {reading.concept: reading.match for reading in resolution.readings}


@given(concept=st.sampled_from(sorted(LABELS)), dress=st.sampled_from(DRESSES))
def test_spelling_variants_of_a_name_are_exactly_that_name(
    vocabulary: Vocabulary,
    concept: str,
    dress: Callable[[str], str],
) -> None:
    resolution = vocabulary.resolve(dress(LABELS[concept]), PHARMACY)
    assert resolution.readings == (Reading("pharmacy", concept, "exact"),)


@pytest.mark.parametrize(
    "text",
    [
        "lidocaine",
        "LIDOCAÏNE",
        "lidocaína",
        "Лидокаин",
        "lignocaines",
        "xylo-caine",
        "Xylocaine 2%",
        "lidocaine 20 mg/ml",
        "lidocaine solution 1%",
        "lidocaine 1:100000",
    ],
)
def test_a_name_in_any_spelling_language_or_strength_is_certain(vocabulary: Vocabulary, text: str) -> None:
    assert vocabulary.resolve(text, PHARMACY) == Resolution((Reading("pharmacy", "lidocaine", "exact"),))


def test_a_form_that_tells_the_route_says_it(vocabulary: Vocabulary) -> None:
    assert vocabulary.resolve("retinol cream 1%", PHARMACY).qualifiers == {"route": "topical"}
    assert vocabulary.resolve("oral retinol", PHARMACY).qualifiers == {"route": "oral"}


def test_a_route_qualifies_substances_only(vocabulary: Vocabulary) -> None:
    assert read(vocabulary.resolve("oral eczema", CONDITION)) == {"eczema": "probable"}
    assert read(vocabulary.resolve("oral herpes", CONDITION)) == {"cold-sore": "exact"}


@pytest.mark.parametrize(
    ("text", "concept", "qualifiers", "areas"),
    [
        ("severe asthma", "asthma", {"severity": "severe"}, ()),
        ("asthma, severe", "asthma", {"severity": "severe"}, ()),
        ("uncontrolled hypertension", "hypertension", {"controlled": False}, ()),
        ("hypertension - not controlled", "hypertension", {"controlled": False}, ()),
        ("hypertension-uncontrolled", "hypertension", {"controlled": False}, ()),
        ("mild runaway pressure", "hypertension", {"controlled": False, "severity": "mild"}, ()),
        ("family history of melanoma", "melanoma", {"subject": "close-family"}, ()),
        ("mother’s melanoma", "melanoma", {"subject": "close-family"}, ()),
        ("face eczema", "eczema", {}, ("face",)),
        ("severe lip eczema", "eczema", {"severity": "severe"}, ("lips",)),
        ("left face eczema", "eczema", {}, ("face",)),
        ("coldsores", "cold-sore", {}, ()),
        ("Crohns disease", "crohns", {}, ()),
        ("lesiones cutáneas", "eczema", {}, ()),
    ],
)
def test_words_that_qualify_leave_the_name_certain(
    vocabulary: Vocabulary,
    text: str,
    concept: str,
    qualifiers: dict[str, str | bool],
    areas: tuple[str, ...],
) -> None:
    expected = Resolution((Reading("condition", concept, "exact"),), qualifiers, areas)
    assert vocabulary.resolve(text, CONDITION) == expected


@pytest.mark.parametrize(
    ("text", "space", "concepts"),
    [
        ("tattoo on the ankle", "procedure", {"tattoo"}),
        ("krem z retinolem", "pharmacy", {"retinol"}),
        ("мазь с лидокаином", "pharmacy", {"lidocaine"}),
        ("tattooed", "procedure", {"tattoo"}),
        ("Xylocane", "pharmacy", {"lidocaine"}),
        ("allergic to Xylocane", "pharmacy", {"lidocaine"}),
        ("lidocaine and latex", "pharmacy", {"lidocaine", "latex"}),
        ("severe asthma since 2010", "condition", {"asthma"}),
        ("runaway pressure for years", "condition", {"hypertension"}),
        ("severe astma", "condition", {"asthma"}),
        ("had coldsores on the lips", "condition", {"cold-sore"}),
        ("asthma?", "condition", {"asthma"}),
        ("left eczema", "condition", {"eczema"}),
        ("mild severe asthma", "condition", {"asthma"}),
        ("mild hypertension, controlled not controlled", "condition", {"hypertension"}),
        ("on non selective beta blockers daily", "pharmacy", {"non-selective-beta-blocker"}),
        ("hard lumps for months", "outcome", {"nodules"}),
        ("iodine", "pharmacy", {"povidone-iodine", "iodinated-contrast"}),
        ("iodine on the skin", "pharmacy", {"povidone-iodine", "iodinated-contrast"}),
    ],
)
def test_a_name_with_more_around_it_is_probable_and_says_nothing_else(
    vocabulary: Vocabulary,
    text: str,
    space: Space,
    concepts: set[str],
) -> None:
    resolution = vocabulary.resolve(text, (space,))
    assert read(resolution) == dict.fromkeys(concepts, "probable")
    assert (resolution.qualifiers, resolution.areas, resolution.suggestions) == ({}, (), ())


@given(name=labels, place=st.integers(1, 30))
def test_a_near_spelling_is_never_certain(vocabulary: Vocabulary, name: str, place: int) -> None:
    place = min(place, len(name) - 1)
    assert not vocabulary.resolve(name[:place] + "q" + name[place:], PHARMACY).is_exact


@pytest.mark.parametrize(
    ("text", "space"),
    [
        ("vitamin b5", "pharmacy"),
        ("hepatitis c", "condition"),
        ("hypotension", "condition"),
        ("zzzz", "condition"),
    ],
)
def test_a_number_a_letter_or_an_opposite_is_no_misspelling(vocabulary: Vocabulary, text: str, space: Space) -> None:
    assert not vocabulary.resolve(text, (space,)).readings


def test_a_spelling_near_two_concepts_is_only_a_suggestion(vocabulary: Vocabulary) -> None:
    resolution = vocabulary.resolve("prednisoone", PHARMACY)
    assert resolution.readings == ()
    assert {"prednisone", "prednisolone"} <= set(resolution.suggestions)


@given(cue=cues, name=labels, tail=st.sampled_from(["", " allergy", " at all"]))
def test_a_denied_name_is_not_read(vocabulary: Vocabulary, cue: str, name: str, tail: str) -> None:
    resolution = vocabulary.resolve(f"{cue} {name}{tail}", PHARMACY)
    assert resolution.readings == ()
    assert not resolution.is_none


@given(
    cue=cues,
    denied=labels,
    said=st.sampled_from(["latex", "retinol"]),
    mark=st.sampled_from([", ", "; ", ". ", " but "]),
)
def test_a_denial_reaches_to_the_end_of_its_clause(
    vocabulary: Vocabulary,
    cue: str,
    denied: str,
    said: str,
    mark: str,
) -> None:
    assert read(vocabulary.resolve(f"{cue} {denied}{mark}{said}", PHARMACY)) == {said: "probable"}
    assert read(vocabulary.resolve(f"{said}{mark}{cue} {denied}", PHARMACY)) == {said: "probable"}


@pytest.mark.parametrize("text", ["lidocaine: no", "latex not", "lateks yok", "нет аллергии на лидокаин", "retinol - denies"])
def test_a_denial_may_follow_what_it_denies(vocabulary: Vocabulary, text: str) -> None:
    assert vocabulary.resolve(text, PHARMACY).readings == ()


@pytest.mark.parametrize("text", ["no allergies except lidocaine", "lidokaina dışında alerjim yok"])
def test_an_exception_is_not_denied(vocabulary: Vocabulary, text: str) -> None:
    resolution = vocabulary.resolve(text, PHARMACY)
    assert read(resolution) == {"lidocaine": "probable"}
    assert not resolution.is_none


def test_a_name_that_holds_a_denial_is_still_a_name(vocabulary: Vocabulary) -> None:
    assert read(vocabulary.resolve("Non Selective Beta Blockers", PHARMACY)) == {"non-selective-beta-blocker": "exact"}
    assert vocabulary.resolve("no non selective beta blockers", PHARMACY).readings == ()


@pytest.mark.parametrize("text", ["none", "None.", "NKDA", "no known allergies", "Aucune allergie connue", "нет"])
def test_a_whole_answer_none_is_none(vocabulary: Vocabulary, text: str) -> None:
    assert vocabulary.resolve(text, PHARMACY) == Resolution(is_none=True)


def test_where_none_is_a_name_it_is_that_name(vocabulary: Vocabulary) -> None:
    assert vocabulary.resolve("None", ("outcome",)) == Resolution((Reading("outcome", "none", "exact"),))


def test_an_unknown_name_brings_labels_to_choose_from(vocabulary: Vocabulary) -> None:
    assert "vitamin B6" in vocabulary.resolve("vitamin b5", PHARMACY).suggestions
    assert vocabulary.resolve("зззз", PHARMACY) == Resolution()
    assert vocabulary.resolve("...", PHARMACY) == Resolution()


@settings(deadline=None)
@given(st.text(max_size=200))
def test_no_text_breaks_the_reader_or_comes_back_out_of_it(vocabulary: Vocabulary, text: str) -> None:
    spaces: tuple[Space, ...] = ("pharmacy", "condition", "procedure")
    resolution = vocabulary.resolve(text, spaces)
    known = {one.label for space in spaces for one in vocabulary.concepts(space).values()}
    assert set(resolution.suggestions) <= known
    assert not (resolution.readings and resolution.suggestions)


def test_a_side_of_an_area_is_that_area(vocabulary: Vocabulary) -> None:
    assert vocabulary.resolve("left ankle", ("area",)) == Resolution((Reading("area", "ankle", "exact"),))


def test_several_spaces_are_read_at_once(vocabulary: Vocabulary) -> None:
    assert vocabulary.resolve("emla", ("pharmacy", "product")).readings == (Reading("pharmacy", "emla", "exact"),)
    assert read(vocabulary.resolve("emla patch with retinol", ("pharmacy", "product"))) == {
        "emla": "probable",
        "retinol": "probable",
        "emla-patch": "probable",
    }
