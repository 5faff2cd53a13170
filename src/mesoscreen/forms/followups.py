"""What has to be asked of an entry before the rules about it can be decided: when, where, how severe, and the like."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mesoscreen.forms.question import JOINT, UNSURE, Opening, Option, Place, Question

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from mesoscreen.criteria.criterion import Criterion
    from mesoscreen.forms.needs import Need, Needs
    from mesoscreen.forms.question import Kind
    from mesoscreen.wording import Wording

NAMED_OPTIONS: dict[str, tuple[str, ...]] = {
    "severity": ("mild", "moderate", "severe"),
    "controlled": ("yes", "no"),
    "reaction": ("anaphylaxis", "systemic", "angioedema", "urticaria", "dermatitis", "local", "other"),
    "route": ("oral", "topical", "injected", "inhaled", "nasal", "ophthalmic", "vaginal", "rectal"),
}
"""The options of the fields whose values are a closed list, as the intake names them."""
_DEPTH = 3
"""How far down the hierarchy of body areas forms go by themselves."""
_ENDS = {"conditions": ("ended", ("resolved", "remission")), "medications": ("stopped", ("stopped",))}
_STARTS = {"conditions": "onset", "medications": "started"}


class Detail(NamedTuple):
    """One thing to ask of an entry."""

    key: str
    kind: Kind
    options: tuple[Option, ...] = ()
    after: tuple[str, str] | None = None
    """Asked only where another detail has this value."""


def details(
    section: str, needs: Iterable[Need], every: Needs, say: Wording, *, is_now: bool, planned: bool, concept: str = ""
) -> Iterator[Detail]:
    """Yield what to ask of an entry that bears on these criteria, in the order to ask it; `concept` is what it names, if known."""
    criteria = [need.criterion for need in needs]
    windows = {criterion.window.key for criterion in criteria if criterion.window is not None}
    fields = {key for criterion in criteria for key, _ in criterion.fields}
    if planned:
        yield Detail(_STARTS.get(section, "date"), "date")
    elif section in _ENDS and not is_now:
        yield from _over_time(section, criteria, windows, say)
    elif section in _STARTS and "began_within" in windows:
        yield Detail(_STARTS[section], "date")
    elif section == "allergies" and any(criterion.status and "ever" not in criterion.status for criterion in criteria):
        yield _status(("active", "resolved"), say)
    elif section == "procedures" and windows:
        yield Detail("date", "date")
    for key in ("reaction", "severity", "controlled", "route"):
        if key in fields:
            yield Detail(key, "choice", (*_options(key, say), Option(UNSURE, say("form.unsure"))))
    if any(criterion.place is not None for criterion in criteria):
        yield Detail("areas", "choices", area_options(every))
    for key in ("outcome", "setting"):
        if key in fields:
            yield Detail(key, "choice", (*_concepts(key, criteria, every), Option(UNSURE, say("form.unsure"))))
    # What is certainly used in a treatment is not asked: an answer in other words would count as the whole composition.
    is_known = section == "procedures" and bool(concept) and bool(every.rulebook.vocabulary.ingredients(concept, "procedure"))
    if section == "procedures" and not is_known and any(criterion.uses or criterion.planned for criterion in criteria):
        yield Detail("products", "names")


def _over_time(section: str, criteria: Collection[Criterion], windows: Collection[str], say: Wording) -> Iterator[Detail]:
    """Ask whether it still holds, and when it began or ended, as far as some rule looks at that."""
    end, over = _ENDS[section]
    asks_end = bool({"within", "at_least_ago"} & set(windows))
    if asks_end or any(criterion.status and "ever" not in criterion.status for criterion in criteria):
        wanted = {status for criterion in criteria for status in criterion.status}
        values = ("current", "stopped") if section == "medications" else ("active", *(["remission"] if "remission" in wanted else []), "resolved")
        yield _status(values, say)
        if asks_end:
            yield Detail(end, "date", after=("status", over[0]))
    if "began_within" in windows:
        yield Detail(_STARTS[section], "date")


def _status(values: Iterable[str], say: Wording) -> Detail:
    options = tuple(Option(value, say(f"form.status.{value}")) for value in values)
    return Detail("status", "choice", (*options, Option(UNSURE, say("form.unsure"))))


def _options(key: str, say: Wording) -> tuple[Option, ...]:
    prefix = "form" if key == "controlled" else f"form.{key}"
    return tuple(Option(value, say(f"{prefix}.{value}")) for value in NAMED_OPTIONS[key])


def _concepts(key: str, criteria: Iterable[Criterion], every: Needs) -> tuple[Option, ...]:
    """Offer what the rules look for, and the ways of being none of that."""
    known = every.rulebook.vocabulary.concepts("outcome" if key == "outcome" else "setting")
    wanted = [str(value) for criterion in criteria for field, allowed in criterion.fields if field == key for value in allowed]
    rest = [value for value in ("none", "clinic", "hospital", "other", "other-setting") if value in known]
    return tuple(Option(value, capital(known[value].label)) for value in dict.fromkeys((*sorted(wanted), *rest)))


def area_options(every: Needs) -> tuple[Option, ...]:
    """Offer the larger body areas, those the rules name, and those of the plan."""
    vocabulary = every.rulebook.vocabulary
    areas = vocabulary.concepts("area")
    named = {area for criterion in every.rulebook.criteria if criterion.place is not None for area in criterion.place.areas}
    named |= {area for area in every.plan.areas or () if area in areas}
    shown = [area for area in areas if area in named or len(vocabulary.ancestors("area", area)) <= _DEPTH]
    return tuple(Option(area, capital(areas[area].label)) for area in shown)


def capital(label: str) -> str:
    """Begin a label with a capital letter."""
    return label[:1].upper() + label[1:]


def follow_up(parent: Question, option: Option, detail: Detail, rules: tuple[str, ...], every: Needs, say: Wording) -> Question:
    """Make the question that asks one detail of what was chosen."""
    place = Place(parent.place.section, detail.key, option.value, parent.id, parent.place.subject, parent.place.planned, parent.place.is_now)
    stem = f"{parent.id}{JOINT}{option.value}{JOINT}"
    opens = Opening(parent.id, option.value) if detail.after is None else Opening(stem + detail.after[0], detail.after[1])
    text = say("form.follow-up", label=capital(option.label.partition(" (")[0]), question=say(f"form.{_wording_of(parent, detail.key)}"))
    hint = say("form.partial-date") if detail.kind == "date" else ""
    return Question(
        stem + detail.key, parent.group, parent.section, text, detail.kind, place, hint, detail.options,
        rules=rules, level=every.level(rules) if rules else None, opens=opens, is_declaration=parent.is_declaration,
    )  # fmt: skip


def _wording_of(parent: Question, key: str) -> str:
    if key == "status" and parent.place.section == "medications":
        return "taking"
    return "planned-date" if parent.place.planned and key in ("date", "onset", "started") else key
