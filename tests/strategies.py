"""Hypothesis strategies: intakes over the shipped rulebook, and the same intake with more questions answered."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

from mesoscreen import Rulebook
from mesoscreen.criteria.matching import SPACE_OF

BOOK = Rulebook.default()
WORDS = BOOK.vocabulary
SECTIONS = ("allergies", "conditions", "medications", "procedures")
Data = dict[str, Any]


def _concepts(section: str) -> list[str]:
    """Pick the concepts rules ask about in a section, with one narrower and one wider than each."""
    space = SPACE_OF[section]
    asked = {c for criterion in BOOK.criteria if criterion.section == section for c in criterion.concepts}
    near = {n for c in asked for n in [*sorted(WORDS.descendants(space, c))[:3], *WORDS.concept(space, c).parents]}
    return sorted(c for c in asked | near if WORDS.concept(space, c).means is None)


NAMES = {section: st.sampled_from(_concepts(section) or ["none of these"]) for section in (*SECTIONS, "plan")}
NAMES["allergies"] = st.sampled_from(sorted({*_concepts("allergies"), *_concepts("plan")}))
AREAS = st.lists(st.sampled_from(["face", "lips", "perioral", "scalp", "neck", "abdomen", "thigh"]), min_size=1, max_size=2)
DATES = st.sampled_from(["2026", "2026-11", "2026-11-28", "2026-06-01", "2026-05-31", "2025", "2019-03", "2026-10"])
FIELDS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "allergies": {"reaction": st.sampled_from(["anaphylaxis", "systemic", "local", "dermatitis", "other"])},
    "conditions": {"ended": DATES, "areas": AREAS, "severity": st.sampled_from(["mild", "severe"]), "controlled": st.booleans()},
    "medications": {"stopped": DATES, "route": st.sampled_from(["oral", "topical"])},
    "procedures": {"date": DATES, "areas": AREAS, "outcome": st.sampled_from(["none", "nodules", "allergic-reaction", "fainted"])},
}


def entries(section: str) -> st.SearchStrategy[Data]:
    return st.fixed_dictionaries({"name": NAMES[section]}, optional=FIELDS[section])


def answered_section(section: str) -> st.SearchStrategy[Any]:
    present = st.lists(entries(section), max_size=3)
    long = st.fixed_dictionaries(
        {"present": present},
        optional={"denied": st.lists(NAMES[section], max_size=3), "unsure": st.lists(NAMES[section], max_size=1), "complete": st.booleans()},
    )
    return st.one_of(present, long)


products = st.fixed_dictionaries(
    {"name": st.just("our cocktail"), "ingredients": st.one_of(st.none(), st.lists(NAMES["plan"], max_size=3))},
    optional={"role": st.sampled_from(["active", "anaesthetic", "antiseptic"]), "ingredients_complete": st.booleans()},
)
treatments = st.fixed_dictionaries(
    {"date": st.just("2026-11-30")},
    optional={"areas": AREAS, "products": st.lists(products, max_size=2), "technique": st.sampled_from(["needle", "microneedling"])},
)
patients = st.fixed_dictionaries(
    {}, optional={"birth_date": st.sampled_from(["1986-03-14", "2009", "2008", "1949"]), "sex": st.sampled_from(["female", "male"])}
)
intakes: st.SearchStrategy[Data] = st.fixed_dictionaries(
    {"patient": patients, "treatment": treatments},
    optional={section: st.one_of(st.none(), answered_section(section)) for section in SECTIONS},
)


@st.composite
def answering(draw: st.DrawFn, data: Data) -> Data:
    """Answer some of what an intake leaves open, taking nothing back."""
    more = copy.deepcopy(data)
    for section in SECTIONS:
        given = more.get(section)
        if given is None:
            if draw(st.booleans()):
                more[section] = draw(answered_section(section))
            continue
        present = given if isinstance(given, list) else given["present"]
        for entry in present:
            for key, values in FIELDS[section].items():
                # An end says that something is over, which an entry without one denies: no answer to an open question.
                if key not in entry and key not in ("ended", "stopped") and draw(st.booleans()):
                    entry[key] = draw(values)
        if isinstance(given, dict) and not given.get("complete"):
            given["denied"] = [*given.get("denied", []), *draw(st.lists(NAMES[section], max_size=2))]
            if draw(st.booleans()):
                given["present"] = [*present, *draw(st.lists(entries(section), max_size=1))]
            if draw(st.booleans()):
                given["complete"] = True
    for key, values in (("areas", AREAS), ("products", st.lists(products, max_size=2)), ("technique", st.just("needle"))):
        if key not in more["treatment"] and draw(st.booleans()):
            more["treatment"][key] = draw(values)
    for product in more["treatment"].get("products", ()):
        if product["ingredients"] is None and draw(st.booleans()):
            product["ingredients"] = draw(st.lists(NAMES["plan"], max_size=3))
    for key, values in (("birth_date", st.sampled_from(["1986-03-14", "2009", "1949"])), ("sex", st.sampled_from(["female", "male"]))):
        if key not in more["patient"] and draw(st.booleans()):
            more["patient"][key] = draw(values)
    return more
