"""A clinic's consultation form, and the adapter that makes an intake of what it posts.

The form is a page with these fields; what nobody answered is `None`, and a question that is hidden again keeps its old value.
"""

from __future__ import annotations

from typing import Any

from mesoscreen.testing import Asks, Copies, Field, Names, Ticks

Form = dict[str, Any]

ALWAYS = {"day": "2026-12-01", "areas": ["face"], "products": ["NCTF 135 HA"]}

ASKS: list[Field] = [
    Copies(field="born", at="/patient/birth_date", values=["1986-03-14", "1949"]),
    # Do you take blood thinners?  yes / no / I do not know
    Asks(field="blood_thinner", about="medications", concept="anticoagulant", unsure="?"),
    # Which other medicines do you take?  one per line; this is not the whole list
    Names(field="medicines", about="medications", write="\n".join),
    # Are you allergic to anything?  yes / no
    Asks(field="any_allergy", about="allergies"),
    # ... if yes: to what?  and the reactions we always ask for
    Names(field="allergies", about="allergies", shown_when={"any_allergy": "yes"}),
    Ticks(field="common_allergies", about="allergies", shown_when={"any_allergy": "yes"},
          options={"lido": "lidocaine", "latex": "latex", "pen": "penicillin"}, none="none of these"),
    # Could you be pregnant?  yes / no / I do not know
    Asks(field="pregnant", about="conditions", concept="pregnancy", unsure="?"),
    # Have you ever had a cold sore?  yes / no
    Asks(field="cold_sore", about="conditions", concept="cold sore"),
]  # fmt: skip

KNOWN_ALLERGIES = {"lido": "lidocaine", "latex": "latex", "pen": "penicillin"}


def to_intake(form: Form) -> dict[str, Any]:
    """Make an intake of the form's data."""
    return {
        "patient": {"birth_date": form["born"]} if form["born"] else {},
        "allergies": allergies(form),
        "conditions": one_by_one(form, {"pregnant": "pregnancy", "cold_sore": "cold sore"}),
        "medications": medications(form),
        "treatment": {"date": form["day"], "areas": form["areas"], "products": [{"name": name} for name in form["products"]]},
    }


def one_by_one(form: Form, questions: dict[str, str]) -> dict[str, Any]:
    """Write questions about one thing each: yes, no, unsure, or nothing where nobody answered."""
    return {
        "present": [{"name": concept} for field, concept in questions.items() if form[field] == "yes"],
        "denied": [concept for field, concept in questions.items() if form[field] == "no"],
        "unsure": [concept for field, concept in questions.items() if form[field] == "?"],
    }


def medications(form: Form) -> dict[str, Any]:
    """Write the blood thinners and what else was typed."""
    section = one_by_one(form, {"blood_thinner": "anticoagulant"})
    typed = [line for line in (form["medicines"] or "").splitlines() if line.strip()]
    section["present"] += [{"name": name} for name in typed]
    return section


def allergies(form: Form) -> dict[str, Any] | list[Any] | None:
    """Write the allergies: none at all, or what was typed and ticked."""
    if form["any_allergy"] == "no":
        return []
    if form["any_allergy"] != "yes":
        return None
    ticked = form["common_allergies"]
    return {
        "present": [
            {"name": name} for name in [*(form["allergies"] or []), *(KNOWN_ALLERGIES[box] for box in ticked if box in KNOWN_ALLERGIES)]
        ],
        "denied": list(KNOWN_ALLERGIES.values()) if "none of these" in ticked else [],
    }
