"""The questions every form asks, whatever the rulebook: the plan, the patient, what is planned, and anything else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesoscreen.forms.followups import area_options, capital, details
from mesoscreen.forms.question import JOINT, NO, NONE, UNSURE, YES, Opening, Option, Place, Question

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesoscreen.forms.needs import Need, Needs
    from mesoscreen.forms.question import Kind
    from mesoscreen.wording import Wording

WEIGHT = "body-weight"
"""The reading a dose by weight is divided by."""
ROLES = ("active", "anaesthetic", "antiseptic", "standby")


def plan(needs: Needs, say: Wording) -> Iterator[Question]:
    """Ask what is planned, where no plan is given."""
    rules = needs.rules(needs.about("plan"))
    title = "treatment", say("form.treatment")
    level = needs.level(rules) if rules else None

    def asked(key: str, kind: Kind, options: tuple[Option, ...] = (), fields: tuple[Question, ...] = ()) -> Question:
        place = Place("treatment", key)
        return Question(f"treatment-{key}", *title, say(f"form.treatment-{key}"), kind, place, "", options, rules=rules, level=level, fields=fields)

    techniques = needs.rulebook.vocabulary.concepts("technique").values()
    yield asked("date", "date")
    yield asked("areas", "choices", area_options(needs))
    yield asked("technique", "choices", tuple(Option(one.id, capital(one.label)) for one in techniques))
    product = [("name", "text", ()), ("role", "choice", tuple(Option(role, say(f"form.role.{role}")) for role in ROLES)), ("ingredients", "names", ())]
    fields = [_field(f"treatment-products{JOINT}{key}", title, say(f"form.product.{key}"), kind, key, "treatment", options) for key, kind, options in product]  # type: ignore[arg-type]
    yield asked("products", "entries", fields=tuple(fields))


def patient(needs: Needs, say: Wording) -> Iterator[Question]:
    """Ask how old the patient is, and of which sex, where a rule needs it."""
    title = "patient", say("form.patient")
    asks_age = [need for need in needs.about("patient") if need.criterion.age is not None]
    asks_sex = [need for need in needs.about("patient") if need.criterion.sex]
    if asks_age:
        rules = needs.rules(asks_age)
        place = Place("patient", "birth_date")
        yield Question("patient-birth-date", *title, say("form.patient-birth-date"), "date", place, say("form.partial-date"), rules=rules, level=needs.level(rules))
    if asks_sex:
        rules, options = needs.rules(asks_sex), [Option(sex, say(f"form.sex.{sex}")) for sex in ("female", "male", "other")]
        options.append(Option(UNSURE, say("form.unsure")))
        yield Question("patient-sex", *title, say("form.patient-sex"), "choice", Place("patient", "sex"), "", tuple(options), rules=rules, level=needs.level(rules))


def planned_allergens(needs: Needs, title: tuple[str, str], say: Wording) -> Iterator[Question]:
    """Ask for allergy to each thing that is in the planned products."""
    waiting = [need for need in needs.about("allergies") if need.criterion.planned]
    inside = {i.concept for product in needs.plan.products or () for i in product.composition.ingredients if i.certain}
    if not waiting or not inside:
        return
    concepts, rules = needs.rulebook.vocabulary.concepts("pharmacy"), needs.rules(waiting)
    options = [Option(one, capital(concepts[one].label)) for one in sorted(inside)]
    options += [Option(NONE, say("form.none")), Option(UNSURE, say("form.unsure"))]
    text, place = say("form.allergies-planned"), Place("allergies")
    yield Question("allergies-planned", *title, text, "choices", place, "", tuple(options), rules=rules, level=needs.level(rules))


def anything_else(section: str, needs: Needs, title: tuple[str, str], say: Wording) -> Iterator[Question]:
    """Ask for what no question named; "no" closes the section, once everything in it was answered."""
    about = needs.about(section, planned=False) or needs.about(section)
    rules = needs.rules(needs.about(section))
    level = needs.level(rules)
    options = tuple(Option(value, say(f"form.{value}")) for value in (YES, NO, UNSURE))
    first, place = f"{section}-other", Place(section, "other")
    yield Question(first, *title, say(f"form.{first}"), "choice", place, "", options, rules=rules, level=level)
    stem = f"{first}{JOINT}entries"
    fields = [_field(f"{stem}{JOINT}name", title, say("form.name"), "text", "name", section)]
    for detail in details(section, about, needs, say, is_now=False, planned=False):
        key = "taking" if detail.key == "status" and section == "medications" else detail.key
        opens = None if detail.after is None else Opening(f"{stem}{JOINT}{detail.after[0]}", detail.after[1])
        fields.append(_field(f"{stem}{JOINT}{detail.key}", title, say(f"form.{key}"), detail.kind, detail.key, section, detail.options, opens))
    where = Place(section, "entries", parent=first)
    yield Question(
        stem, *title, say(f"form.{section}-entries"), "entries", where, rules=rules, level=level, opens=Opening(first, YES), fields=tuple(fields)
    )


def weighing(needs: Needs) -> tuple[Need, ...]:
    """Pick the criteria about the plan that wait for the patient's weight."""
    return tuple(need for need in needs.about("plan") if need.criterion.bounds is not None and need.criterion.bounds.unit == "mg/kg")


def reading_date(question: Question, label: str, say: Wording) -> Question:
    """Ask when a reading was taken."""
    place = Place("measurements", "date", question.place.concept, question.id)
    text = say("form.follow-up", label=capital(label), question=say("form.reading-date"))
    return Question(
        f"{question.id}{JOINT}date", question.group, question.section, text, "date", place, say("form.partial-date"),
        rules=question.rules, level=question.level, opens=Opening(question.id, ""), is_declaration=True,
    )  # fmt: skip


def _field(
    identity: str, title: tuple[str, str], text: str, kind: Kind, key: str, section: str,
    options: tuple[Option, ...] = (), opens: Opening | None = None,
) -> Question:  # fmt: skip
    return Question(identity, *title, capital(text), kind, Place(section, key), "", options, opens=opens)
