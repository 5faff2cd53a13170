"""Law: an intake twice as long is at most twice the work, and so is a rulebook file, whatever they say.

Work is counted, not timed: every line executed, every call of a built-in, and for every search among names what comparing
them letter by letter costs. One screening is never more than `BASE + PER_BYTE * bytes of the intake` of it.
"""

from __future__ import annotations

import json
import re
import sys
from contextlib import contextmanager
from datetime import date, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from mesoscreen import Intake, Rulebook, screen
from mesoscreen.errors import RulebookError
from mesoscreen.intake import MAX_TEXT
from mesoscreen.rulebook import grammar, source
from mesoscreen.rulebook.problems import MAX_PROBLEMS
from mesoscreen.vocabulary import codes, matching, names, units

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Shape = Callable[[int], dict[str, Any]]

BASE = 60_000
"""Work of screening an intake that says nothing, so that every question is open."""
PER_BYTE = 3_000
"""Most work for one more byte of an intake, whatever stands in it; reading words of a sentence is what comes near it."""
GROWTH = 2.2
"""Most that work may grow by when the intake grows by twice as much; twice would be exactly linear, four times quadratic."""
TINY = Path(__file__).parent / "tiny"
DAY = date(2026, 11, 30)
NOTE = "n" * 2000
DIGITS = str.maketrans("0123456789", "ghijklmnop")


@cache
def tiny() -> Rulebook:
    return Rulebook.load(TINY)


def work_of(run: Callable[[], object]) -> int:
    """Count the work of one call."""
    steps = 0

    def line(*_: object) -> Any:
        nonlocal steps
        steps += 1
        return line

    def builtin(_: object, event: str, __: object) -> None:
        nonlocal steps
        steps += event == "c_call"

    def letters(count: int) -> None:
        nonlocal steps
        steps += count

    traced, profiled = sys.gettrace(), sys.getprofile()
    with counted_searches(letters):
        sys.setprofile(builtin)
        sys.settrace(line)
        try:
            run()
        finally:
            sys.settrace(traced)
            sys.setprofile(profiled)
    return steps


@contextmanager
def counted_searches(letters: Callable[[int], None]) -> Iterator[None]:
    """Tell what every search among names costs: built-ins do their comparing where no line is executed."""
    extract, distance = process.extract, DamerauLevenshtein.distance

    def counted_extract(query: str, choices: Any, **options: Any) -> Any:
        choices = list(choices)
        letters(sum(1 + len(query) * len(choice) // 64 for choice in choices))
        return extract(query, choices, **options)

    def counted_distance(one: str, other: str, **options: Any) -> int:
        letters(1 + len(one) * len(other) // 16)
        return distance(one, other, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(process, "extract", counted_extract)
        patch.setattr(DamerauLevenshtein, "distance", counted_distance)
        yield


def word(number: int, length: int = 19) -> str:
    """Letters that are no name, always the same."""
    return sha256(str(number).encode()).hexdigest()[:length].translate(DIGITS)


def ago(days: int) -> str:
    return str(DAY - timedelta(days))


def planned(**treatment: Any) -> dict[str, Any]:
    return {"treatment": {"date": str(DAY), **treatment}}


ONE_LIST: dict[str, Shape] = {
    "allergies": lambda n: {"allergies": [{"name": "lidocaine", "reaction": "anaphylaxis"}] * n},
    "conditions": lambda n: {"conditions": [{"name": "lupus", "severity": "severe", "onset": "2001"}] * n},
    "conditions at many dates": lambda n: {"conditions": [{"name": "cold sore", "ended": ago(i)} for i in range(n)]},
    "medications": lambda n: {"medications": [{"name": "isotretinoin", "route": "oral"}] * n},
    "medications stopped at many dates": lambda n: {"medications": [{"name": "isotretinoin", "route": "oral", "stopped": ago(i)} for i in range(n)]},
    "procedures": lambda n: {"procedures": [{"name": "filler", "date": "2025", "outcome": "nodules", "setting": "abroad"}] * n},
    "products used before": lambda n: {"procedures": [{"name": "filler", "products": [{"name": "x", "ingredients": ["lidocaine"]}]}] * n},
    "measurements": lambda n: {"measurements": [{"name": "systolic blood pressure", "value": 190, "unit": "mmHg", "date": ago(1)}] * n},
    "measurements nobody asks about": lambda n: {"measurements": [{"name": word(1), "value": 1}] * n},
    "denied": lambda n: {"conditions": {"denied": ["pregnancy"] * n}},
    "denied and not understood": lambda n: {"allergies": {"denied": [word(i) for i in range(n)]}},
    "unsure": lambda n: {"conditions": {"unsure": ["herpes"] * n}},
    "unsure and not understood": lambda n: {"medications": {"unsure": [word(i) for i in range(n)]}},
    "none, many times": lambda n: {"conditions": [{"name": "none"}] * n},
    "names not understood": lambda n: {"conditions": [{"name": word(i)} for i in range(n)]},
    "names misspelt": lambda n: {"medications": [{"name": f"isotre{'tinx'[i % 4]}inoin"} for i in range(n)]},
    "sentences": lambda n: {"conditions": [{"name": "no sign of lupus, but a cold sore; herpes?"}] * n},
    "denials in words": lambda n: {"allergies": [{"name": "not allergic to lidocaine"}] * n},
    "codes": lambda n: {"conditions": [{"codes": [{"system": "icd-10", "code": "L93.0"}] * 4}] * n},
    "unknown codes": lambda n: {"conditions": [{"codes": [{"system": "icd-10", "code": "Z" * MAX_TEXT}] * 4}] * n},
    "unknown code systems": lambda n: {"conditions": [{"codes": [{"system": "|" * 99 + "\nx", "code": "1"}] * 4}] * n},
    "notes": lambda n: {"conditions": [{"name": "lupus", "note": NOTE, "clearance": {"by": "a doctor", "note": NOTE}}] * n},
    "names in the wrong section": lambda n: {"conditions": [{"name": "lidocaine"}] * n, "measurements": [{"name": "lupus", "value": 1}] * n},
    "areas of one entry": lambda n: {"conditions": [{"name": "cold sore", "areas": ["face"] * n}]},
    "areas of every entry": lambda n: {"conditions": [{"name": "cold sore", "areas": ["face"] * 5}] * n},
    "areas that are none": lambda n: {"conditions": [{"name": "cold sore", "areas": [word(i) for i in range(5)]}] * n},
    "planned areas": lambda n: planned(areas=["face"] * n),
    "techniques": lambda n: planned(technique=["needle"] * n),
    "facts": lambda n: planned(facts={key: ["expired"] * n for key in ("present", "denied", "unsure")}),
    "planned products": lambda n: planned(products=[{"name": "x", "ingredients": ["lidocaine"]}] * n),
    "planned products of unknown composition": lambda n: planned(products=[{"name": word(i)} for i in range(n)]),
    "ingredients": lambda n: planned(products=[{"name": "x", "ingredients": ["lidocaine"] * n}]),
    "ingredients not understood": lambda n: planned(products=[{"name": "x", "ingredients": [word(i) for i in range(n)]}]),
    "quantities": lambda n: planned(products=[{"name": "lidocaine", "quantities": [{"name": "dose", "value": 999, "unit": "mg"}]}] * n),
    "procedures still to come": lambda n: {"procedures": [{"name": "filler", "date": "2027-01-02", "planned": True}] * n},
}  # fmt: skip
"""Intakes in which one list grows."""

LONG_NAMES: dict[str, Shape] = {
    "of a letter each": lambda n: {"conditions": [{"name": "a " * n}]},
    "of names": lambda n: {"conditions": [{"name": "lupus " * n}]},
    "of one word": lambda n: {"conditions": [{"name": "x" * n}]},
    "of words nobody knows": lambda n: {"medications": [{"name": " ".join(word(i, 6) for i in range(n // 7))}]},
    "of clauses": lambda n: {"conditions": [{"name": "lupus;" * n}]},
    "of denials": lambda n: {"conditions": [{"name": "no lupus " * n}]},
    "of forms": lambda n: {"allergies": [{"name": "cream " * n}]},
    "of strengths": lambda n: {"allergies": [{"name": "lidocaine" + " 1%" * n}]},
    "of spaces": lambda n: {"allergies": [{"name": "lidocaine 1mg/" + " " * n + "."}]},
}
"""Intakes in which one name grows, up to the longest there may be."""

TWO_LISTS: dict[str, Shape] = {
    "denied, and stated in other words": lambda n: {"conditions": {"denied": ["pregnancy"] * n, "present": [{"name": "lupus"}] * n}},
    "denied, and stated in wider words": lambda n: {
        "conditions": {"denied": ["cold sore"] * n, "present": [{"name": "herpes", "areas": ["face"]}] * n},
        **planned(areas=["face"]),
    },
    "allergies and ingredients": lambda n: {
        "allergies": [{"name": "lidocaine"}] * n,
        **planned(products=[{"name": "x", "ingredients": ["hyaluronic acid"] * n}]),
    },
    "used before and planned": lambda n: {
        "procedures": [{"name": "filler", "products": [{"name": "x", "ingredients": ["lidocaine"]}]}] * n,
        **planned(products=[{"name": "y", "ingredients": ["hyaluronic acid"] * n}]),
    },
    "unsure and stated": lambda n: {"conditions": {"unsure": ["herpes"] * n, "present": [{"name": "lupus"}] * n}},
    "everything at once": lambda n: {
        "patient": {"birth_date": "1986-03-14", "sex": "female"},
        "allergies": [{"name": "paraben"}] * n,
        "conditions": [{"name": "lupus", "areas": ["face"], "note": NOTE}] * n,
        "medications": [{"name": word(i)} for i in range(n)],
        "measurements": [{"name": "systolic blood pressure", "value": 190, "unit": "kPa"}] * n,
        **planned(areas=["face"] * n, technique=["needle"] * n),
    },
}
"""Intakes in which several lists grow, so that something could be compared with everything else."""


RULE: dict[str, Any] = {
    "id": "own", "title": "x", "domain": "infection", "topic": "x", "level": "relative", "because": "x", "action": "x", "support": "strong",
    "sources": [{"ref": "guideline", "supports": "x"}], "hazards": ["infection"], "when": {"condition": {"is": "herpes", "status": "now"}},
    "examples": [{"name": "x", "expect": "clear"}],
}  # fmt: skip


def conditions(**concepts: dict[str, Any]) -> dict[str, Any]:
    return {"vocabulary": [{"kind": "condition", "concepts": {name: {"label": name, **said} for name, said in concepts.items()}}]}


def rules(*written: dict[str, Any]) -> dict[str, Any]:
    return {"rules": [{**RULE, "id": f"own-{number}", **rule} for number, rule in enumerate(written)]}


def an_odd_number_of(concepts: list[str]) -> dict[str, Any]:
    """Hold where an odd number of the concepts are there: nothing can be said of it before every one is known."""
    if len(concepts) == 1:
        return {"condition": {"is": concepts[0], "status": "now"}}
    some, others = an_odd_number_of(concepts[::2]), an_odd_number_of(concepts[1::2])
    return {"any": [{"all": [some, {"not": others}]}, {"all": [{"not": some}, others]}]}


RULEBOOKS: dict[str, Shape] = {
    "concepts": lambda n: conditions(**{f"c{i}": {} for i in range(n)}),
    "concepts below each other": lambda n: conditions(**{f"c{i}": {"parents": f"c{i + 1}"} for i in range(n)}, **{f"c{n}": {}}),
    "concepts in a circle": lambda n: conditions(**{f"c{i}": {"parents": f"c{(i + 1) % n}"} for i in range(n)}),
    "concepts below one": lambda n: conditions(**{f"c{i}": {"parents": "lupus"} for i in range(n)}),
    "names of a concept": lambda n: conditions(c={"names": {"en": [word(i) for i in range(n)]}}),
    "a name of many words": lambda n: conditions(c={"names": {"en": [" ".join(map(word, range(n)))]}}),
    "codes": lambda n: conditions(c={"codes": {"icd-10": [f"A{i}" for i in range(n)]}}),
    "parents nobody knows": lambda n: conditions(c={"parents": [word(i) for i in range(n)]}),
    "numbers among names": lambda n: conditions(c={"names": {"en": [1] * n}}),
    "keys nobody knows": lambda n: conditions(c={word(i): 1 for i in range(n)}),
    "rules": lambda n: rules(*({} for _ in range(n))),
    "rules with a criterion each": lambda n: rules(*({"when": {"patient": {"age": {"below": i}}}} for i in range(n))),
    "rules of twenty conditions": lambda n: rules(*({"when": {"any": [{"patient": {"age": {"below": 20 * i + j}}} for j in range(20)]}} for i in range(n // 8))),
    "examples of a rule": lambda n: rules({"examples": [{"name": "x", "expect": "clear"}] * n}),
    "changes": lambda n: {"changes": [{"rule": "own", "limit": {"washout": "7 months"}, "reason": "ours"}] * n},
    "sources": lambda n: {"sources": {f"s{i}": {"title": "x", "kind": "study", "read": True} for i in range(n)}},
}
"""Rulebooks of a clinic, on top of one of a single rule, in which one list grows."""
BASE_RULEBOOK = {
    "vocabulary": [{"kind": "condition", "concepts": {"lupus": {"label": "lupus"}, "herpes": {"label": "herpes"}}}],
    "sources": {"guideline": {"title": "x", "kind": "guideline", "read": True}},
    "rules": [{**RULE, "limits": {"washout": "6 months"}, "when": {"condition": {"is": "herpes", "within": "washout"}}}],
}


def written(file: Path, **said: Any) -> Path:
    """Write a rulebook; JSON is YAML."""
    file.write_text(json.dumps({"name": "x", "version": "1", **said}), encoding="utf-8")
    return file


@pytest.fixture
def clinic(tmp_path: Path) -> Callable[[dict[str, Any]], Path]:
    """Writes a clinic's own rulebook, with the one it extends beside it."""
    written(tmp_path / "base.yaml", **BASE_RULEBOOK)
    return lambda said: written(tmp_path / "clinic.yaml", extends="base.yaml", **said)


def loaded(path: Path) -> Rulebook | RulebookError:
    try:
        return Rulebook.load(path)
    except RulebookError as error:
        return error


@pytest.mark.parametrize("name", ONE_LIST)
def test_twice_the_entries_are_at_most_twice_the_work(name: str) -> None:
    grows_at_most_linearly(lambda n: screening(ONE_LIST[name](n), tiny()), (8, 16, 32))


@pytest.mark.parametrize("name", TWO_LISTS)
def test_no_two_lists_are_compared_entry_by_entry(name: str) -> None:
    grows_at_most_linearly(lambda n: screening(TWO_LISTS[name](n), tiny()), (12, 25, 50))


@pytest.mark.parametrize("name", LONG_NAMES)
def test_a_name_twice_as_long_is_at_most_twice_the_work(name: str) -> None:
    shape = LONG_NAMES[name]

    def cut(length: int) -> dict[str, Any]:
        (section, (entry,)), *_ = shape(MAX_TEXT).items()
        return {section: [{**entry, "name": entry["name"][:length]}]}

    grows_at_most_linearly(lambda n: screening(cut(n), tiny()), (48, 96, 192))


@pytest.mark.parametrize(
    "name", ["names not understood", "names misspelt", "sentences", "ingredients not understood"]
)
def test_the_shipped_rulebook_asks_for_no_more_than_linear_work_either(name: str) -> None:
    grows_at_most_linearly(lambda n: screening(ONE_LIST[name](n), Rulebook.default()), (3, 6, 12))


@pytest.mark.parametrize("name", [*ONE_LIST, *TWO_LISTS])
def test_no_intake_takes_more_work_than_the_bound_allows(name: str) -> None:
    intake = Intake.model_validate({**ONE_LIST, **TWO_LISTS}[name](8))
    assert screening(intake, Rulebook.default()) <= BASE + PER_BYTE * len(intake.canonical())


def test_the_bound_would_not_hold_for_work_that_grows_with_the_square() -> None:
    with pytest.raises(AssertionError, match="grows too fast"):
        grows_at_most_linearly(lambda n: work_of(lambda: [one * other for one in range(n) for other in range(n)]), (20, 40, 80))
    grows_at_most_linearly(lambda n: work_of(lambda: [one for one in range(n)]), (20, 40, 80))  # noqa: C416 - lines are counted


@pytest.mark.parametrize("name", RULEBOOKS)
def test_a_rulebook_twice_as_long_is_at_most_twice_the_work(name: str, clinic: Callable[[dict[str, Any]], Path]) -> None:
    def loading(size: int) -> int:
        file = clinic(RULEBOOKS[name](size))
        loaded(file)
        return work_of(lambda: loaded(file))

    grows_at_most_linearly(loading, (24, 48, 96))


WOULD_NEVER_END: dict[str, tuple[str, dict[str, Any]]] = {
    "a hierarchy of thousands of levels": ("too-large", RULEBOOKS["concepts below each other"](1_500)),
    "a circle of thousands of concepts": ("cycle", RULEBOOKS["concepts in a circle"](1_500)),
    "things inside each other without end": (
        "too-large",
        {"vocabulary": [{"kind": "substance", "concepts": {f"s{i}": {"label": f"s{i}", "contains": [f"s{i + 1}"] if i < 999 else []} for i in range(1_000)}}]},
    ),
    "thousands of conditions in one rule": ("bad-criterion", rules({"when": {"any": [{"patient": {"age": {"below": i}}} for i in range(1_000)]}})),
    "a rule that holds of an odd number of things": (
        "bad-criterion",
        conditions(**{f"c{i}": {} for i in range(8)}) | rules({"when": an_odd_number_of([f"c{i}" for i in range(8)])}),
    ),
    "thousands of misspelt words": ("unknown-concept", RULEBOOKS["parents nobody knows"](5_000)),
    "tens of thousands of wrong types": ("wrong-type", RULEBOOKS["numbers among names"](20_000)),
    "a word of a million letters": ("unknown-concept", conditions(c={"parents": ["x" * 1_000_000]})),
}  # fmt: skip
"""Rulebooks that would take hours or fill the memory if what follows from them were worked out: what each raises."""


@pytest.mark.parametrize("name", WOULD_NEVER_END)
def test_a_rulebook_out_of_all_proportion_is_refused(name: str, clinic: Callable[[dict[str, Any]], Path]) -> None:
    code, said = WOULD_NEVER_END[name]
    error = loaded(clinic(said))
    assert isinstance(error, RulebookError)
    assert code in {problem.code for problem in error.problems}
    assert len(error.problems) <= MAX_PROBLEMS + 1


def test_substances_that_all_react_with_each_other_are_refused_beyond_number(own_tiny: Path) -> None:
    substances = {"s": {"label": "s"}, **{f"s{i}": {"label": f"s{i}", "parents": "s"} for i in range(800)}}
    edge = {"allergy_to": "s", "reacts_with": "s", "strength": "likely", "ref": "guideline"}
    (own_tiny / "vocabulary" / "more.yaml").write_text(json.dumps({"kind": "substance", "concepts": substances}), encoding="utf-8")
    (own_tiny / "vocabulary" / "cross-reactivity.yaml").write_text(json.dumps({"cross_reactions": [edge]}), encoding="utf-8")
    error = loaded(own_tiny)
    assert isinstance(error, RulebookError)
    assert [(problem.code, problem.at.file if problem.at else "") for problem in error.problems] == [("too-large", "vocabulary/cross-reactivity.yaml")]


def test_a_vocabulary_has_no_more_concepts_than_it_may(clinic: Callable[[dict[str, Any]], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mesoscreen.vocabulary.vocabulary.MAX_CONCEPTS", 40)
    assert isinstance(loaded(clinic(RULEBOOKS["concepts"](38))), Rulebook)
    error = loaded(clinic(RULEBOOKS["concepts"](39)))
    assert isinstance(error, RulebookError)
    assert [(problem.code, problem.at.file if problem.at else "") for problem in error.problems] == [("too-large", "clinic.yaml")]


PATTERNS: dict[str, tuple[re.Pattern[str], str]] = {
    "a strength and spaces": (names._STRENGTH, "x 1mg/{ }."),
    "a number without end": (names._STRENGTH, "{1}x"),
    "a number of many parts": (names._STRENGTH, "1mg/{1.}"),
    "a thinning of many parts": (names._STRENGTH, "1:{100}x"),
    "no words": (names._NOT_WORD, "{_ }"),
    "owners": (names._POSSESSIVE, "{'s}x"),
    "clauses": (matching._CLAUSE, "{1.}"),
    "versions of a code system": (codes._VERSION, "{|}\nx"),
    "versions of snomed": (codes._VERSION, "{/}\nx"),
    "dots in a code": (codes._SEPARATORS, "{ }x"),
    "a unit in braces": (units._ANNOTATION, "{{}x"),
    "a duration": (grammar._DURATION, "{1} months"),
    "a whole number": (source._INTEGER, "{1}x"),
    "a number with a point": (source._FLOAT, "{1}.{1}e{1}x"),
}


@pytest.mark.parametrize("name", PATTERNS)
def test_no_pattern_goes_back_and_forth_over_a_long_text(name: str) -> None:
    pattern, text = PATTERNS[name]
    # A pattern that takes the square of this many steps would not end today.
    long = re.sub(r"\{(.+?)\}(?!\})", lambda found: found[1] * (100_000 // len(found[1])), text)
    assert len(pattern.sub("", long)) <= len(long)
    assert len(pattern.findall(long)) <= len(long)


def screening(said: dict[str, Any] | Intake, rulebook: Rulebook) -> int:
    """Count the work of reading nothing but screening an intake, once everything that is built only once is there."""
    intake = Intake.model_validate(said)
    screen(intake, on=DAY, rulebook=rulebook)
    return work_of(lambda: screen(intake, on=DAY, rulebook=rulebook))


def grows_at_most_linearly(work: Callable[[int], int], sizes: tuple[int, int, int]) -> None:
    small, middle, large = map(work, sizes)
    assert large - middle <= GROWTH * (middle - small) + 500, f"{small:,}, {middle:,}, {large:,}: it grows too fast"
