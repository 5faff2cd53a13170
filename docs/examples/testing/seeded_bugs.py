"""The adapter of `our_form`, broken in the ways such adapters break: one function for each bug.

`BUGS` says of each which law the contract finds broken, and at which field.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

import our_form
from our_form import Form

Adapter = Callable[[Form], dict[str, Any]]
QUESTIONS = {"pregnant": "pregnancy", "cold_sore": "cold sore"}


def unanswered_is_false(form: Form) -> dict[str, Any]:
    """What is not yes is no: the default of a boolean column."""
    denied = [concept for field, concept in QUESTIONS.items() if form[field] != "yes"]
    return _with(form, conditions={**our_form.one_by_one(form, QUESTIONS), "denied": denied, "unsure": []})


def nothing_is_an_empty_list(form: Form) -> dict[str, Any]:
    """`or []`: a section nobody asked about becomes "asked: none"."""
    return _with(form, allergies=our_form.allergies(form) or [])


def always_complete(form: Form) -> dict[str, Any]:
    """The flag that was set once, for the tests."""
    return _with(form, medications={**our_form.medications(form), "complete": True})


def loses_the_last(form: Form) -> dict[str, Any]:
    """Off by one: the last line has no line break after it."""
    typed = (form["medicines"] or "").split("\n")[:-1]
    return _with_medicines(form, typed)


def keeps_only_the_first(form: Form) -> dict[str, Any]:
    """A text field where a list was meant."""
    return _with_medicines(form, _lines(form)[:1])


def keeps_what_is_hidden(form: Form) -> dict[str, Any]:
    """Typed, then "any allergies?" was changed to no: the old names are still posted."""
    if not form["allergies"]:
        return our_form.to_intake(form)
    return _with(form, allergies={"present": [{"name": name} for name in form["allergies"]]})


def keeps_ticks_that_are_hidden(form: Form) -> dict[str, Any]:
    """The same with boxes, and only while the question above them is not answered."""
    if form["any_allergy"] is None and form["common_allergies"]:
        return our_form.to_intake({**form, "any_allergy": "yes"})
    return our_form.to_intake(form)


def unsure_is_no(form: Form) -> dict[str, Any]:
    """Two buckets where three are needed."""
    denied = [concept for field, concept in QUESTIONS.items() if form[field] in ("no", "?")]
    return _with(form, conditions={**our_form.one_by_one(form, QUESTIONS), "denied": denied, "unsure": []})


def unsure_is_forgotten(form: Form) -> dict[str, Any]:
    """The third bucket is never handed over."""
    return _with(form, conditions={**our_form.one_by_one(form, QUESTIONS), "unsure": []})


def yes_is_only_unsure(form: Form) -> dict[str, Any]:
    """Careful in the wrong place: a yes is handed over as a maybe."""
    said = our_form.one_by_one(form, QUESTIONS)
    return _with(form, conditions={**said, "present": [], "unsure": said["unsure"] + [entry["name"] for entry in said["present"]]})


def in_the_wrong_section(form: Form) -> dict[str, Any]:
    """Blood thinners among the conditions."""
    conditions = our_form.one_by_one(form, {**QUESTIONS, "blood_thinner": "anticoagulant"})
    return _with(form, conditions=conditions, medications={"present": [{"name": name} for name in _lines(form)]})


def questions_swapped(form: Form) -> dict[str, Any]:
    """Copied and pasted: each of two fields says what the other was asked."""
    return _with(form, conditions=our_form.one_by_one(form, {"pregnant": "cold sore", "cold_sore": "pregnancy"}))


def cut_off(form: Form) -> dict[str, Any]:
    """A column twenty characters wide."""
    return _with_medicines(form, [name[:20] for name in _lines(form)])


def plain_letters_only(form: Form) -> dict[str, Any]:
    """Cleaned for an old system that knows no accents."""
    plain = [unicodedata.normalize("NFD", name).encode("ascii", "ignore").decode() for name in _lines(form)]
    return _with_medicines(form, [name for name in plain if name.strip()])


def only_known_names(form: Form) -> dict[str, Any]:
    """Looked up in a list of medicines; what is not on it is left out."""
    return _with_medicines(form, [name for name in _lines(form) if "orblaxin" not in name and "uuxomab" not in name])


def two_become_one(form: Form) -> dict[str, Any]:
    """Two names handed over as one entry."""
    return _with_medicines(form, [" and ".join(_lines(form))] if _lines(form) else [])


def none_is_not_asked(form: Form) -> dict[str, Any]:
    """An empty list is false, so "no allergies" is taken for "not asked"."""
    return _with(form, allergies=our_form.allergies(form) or None)


def no_is_dropped(form: Form) -> dict[str, Any]:
    """Only what is there is handed over, so that every no is asked again."""
    return _with(
        form,
        conditions={"present": our_form.one_by_one(form, QUESTIONS)["present"], "unsure": our_form.one_by_one(form, QUESTIONS)["unsure"]},
    )


def none_of_these_is_an_entry(form: Form) -> dict[str, Any]:
    """The box "none of these" denies the first thing only."""
    section = our_form.allergies(form)
    return _with(form, allergies={**section, "denied": section["denied"][:1]} if isinstance(section, dict) else section)


def birth_year_only(form: Form) -> dict[str, Any]:
    """The day of birth cut down to the year."""
    return _with(form, patient={"birth_date": form["born"][:4]} if form["born"] else {})


def birth_date_made_up(form: Form) -> dict[str, Any]:
    """A default where nobody answered."""
    return _with(form, patient={"birth_date": form["born"] or "1970-01-01"})


def falls_over(form: Form) -> dict[str, Any]:
    """Nobody thought of the form nobody filled in."""
    return _with_medicines(form, form["medicines"].split("\n"))


def empty_lines_are_names(form: Form) -> dict[str, Any]:
    """The text field that was left empty holds one empty line."""
    return _with_medicines(form, (form["medicines"] or "").split("\n"))


def posted_twice() -> Adapter:
    """A list that outlives the call: what one form posted is still there for the next."""
    kept: list[str] = []

    def adapter(form: Form) -> dict[str, Any]:
        kept.extend(_lines(form))
        return _with_medicines(form, kept)

    return adapter


def remembers_every_name() -> Adapter:
    """The same with a set, so that posting twice is harmless and the next patient's form is not."""
    kept: set[str] = set()

    def adapter(form: Form) -> dict[str, Any]:
        kept.update(_lines(form))
        return _with_medicines(form, sorted(kept))

    return adapter


def _lines(form: Form) -> list[str]:
    return [line for line in (form["medicines"] or "").split("\n") if line]


def _with(form: Form, **parts: Any) -> dict[str, Any]:  # noqa: ANN401 - parts of an intake
    return {**our_form.to_intake(form), **parts}


def _with_medicines(form: Form, names: list[str]) -> dict[str, Any]:
    section = our_form.one_by_one(form, {"blood_thinner": "anticoagulant"})
    return _with(form, medications={**section, "present": section["present"] + [{"name": name} for name in names]})


BUGS: list[tuple[Callable[[], Adapter], str, str]] = [
    (lambda: unanswered_is_false, "made-up", "pregnant"),
    (lambda: nothing_is_an_empty_list, "made-up", "any_allergy"),
    (lambda: always_complete, "made-up", "blood_thinner"),
    (lambda: loses_the_last, "lost", "medicines"),
    (lambda: keeps_only_the_first, "lost", "medicines"),
    (lambda: keeps_what_is_hidden, "hidden", "allergies"),
    (lambda: keeps_ticks_that_are_hidden, "hidden", "common_allergies"),
    (lambda: unsure_is_no, "unsure-is-unsure", "pregnant"),
    (lambda: unsure_is_forgotten, "unsure-is-unsure", "pregnant"),
    (lambda: yes_is_only_unsure, "lost", "pregnant"),
    (lambda: in_the_wrong_section, "lost", "blood_thinner"),
    (lambda: questions_swapped, "lost", "pregnant"),
    (lambda: cut_off, "lost", "medicines"),
    (lambda: plain_letters_only, "lost", "medicines"),
    (lambda: only_known_names, "lost", "medicines"),
    (lambda: two_become_one, "lost", "medicines"),
    (lambda: none_is_not_asked, "no-is-no", "any_allergy"),
    (lambda: no_is_dropped, "no-is-no", "pregnant"),
    (lambda: none_of_these_is_an_entry, "no-is-no", "common_allergies"),
    (lambda: birth_year_only, "lost", "born"),
    (lambda: birth_date_made_up, "made-up", "born"),
    (lambda: falls_over, "refused", "any"),
    (lambda: empty_lines_are_names, "refused", "any"),
    (posted_twice, "repeated", "any"),
    (remembers_every_name, "repeated", "any"),
]
"""How to make each broken adapter, and which law it breaks at which field."""
