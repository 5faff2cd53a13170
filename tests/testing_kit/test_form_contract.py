"""The form contract finds every bug that is seeded into a sample adapter, and nothing in the adapter without one."""

from __future__ import annotations

import copy
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

from mesoscreen import Intake, MesoscreenError, Rulebook
from mesoscreen.testing import LEFT_OUT, Asks, ContractBroken, Copies, FormContract, Gate, Mistake, Names, Ticks

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesoscreen.testing import Field

our_form: Any = import_module("our_form")  # docs/examples/testing
seeded_bugs: Any = import_module("seeded_bugs")

test_the_sample_adapter_loses_nothing_and_makes_nothing_up = FormContract(
    our_form.to_intake, our_form.ASKS, always=our_form.ALWAYS
).as_test()


def contract(adapter: Callable[[dict[str, Any]], Any], *asks: Field, **options: Any) -> FormContract:
    return FormContract(adapter, asks or our_form.ASKS, **({"always": our_form.ALWAYS} if not asks else {}), **options)


def broken(adapter: Callable[[dict[str, Any]], Any], *asks: Field, **options: Any) -> ContractBroken:
    with pytest.raises(ContractBroken) as caught:
        contract(adapter, *asks, **options).check()
    return caught.value


@pytest.mark.parametrize(("make", "law", "field"), seeded_bugs.BUGS, ids=lambda value: value if isinstance(value, str) else "")
def test_a_seeded_bug_is_found_with_its_law_and_its_field(make: Callable[[], Any], law: str, field: str) -> None:
    found = broken(make())
    assert (found.law, field in found.field) == (law, True)
    assert isinstance(found, AssertionError)
    assert isinstance(found, MesoscreenError)


def test_a_failure_shows_the_smallest_form_and_what_the_intake_had() -> None:
    found = broken(seeded_bugs.loses_the_last)
    form = {name: value for name, value in found.form.items() if name not in our_form.ALWAYS and value}
    assert list(form) == ["medicines"]
    assert "\n" not in form["medicines"]
    text = str(found)
    assert "no answer is lost [lost]" in text
    assert "'medicines': " in text
    assert '  intake    {"medications": {' in text


def both_at_once(form: dict[str, Any]) -> Any:
    """Loses the answer to one question, but only beside a certain answer to another."""
    conditions = our_form.one_by_one(form, {"pregnant": "pregnancy", "cold_sore": "cold sore"})
    if form["pregnant"] == "?" and form["cold_sore"] == "no":
        conditions["denied"] = []
    return {**our_form.to_intake(form), "conditions": conditions}


def test_a_bug_that_takes_two_answers_is_found_and_shrunk_to_the_two() -> None:
    found = broken(both_at_once)
    answered = {name: value for name, value in found.form.items() if name not in our_form.ALWAYS and value}
    assert answered == {"pregnant": "?", "cold_sore": "no"}
    assert (found.law, found.field) == ("no-is-no", "cold_sore = 'no'")


def test_the_same_bug_gives_the_same_message_again() -> None:
    assert str(broken(both_at_once)) == str(broken(both_at_once))


def test_what_the_adapter_raises_is_the_cause_of_the_failure() -> None:
    assert isinstance(broken(seeded_bugs.falls_over).__cause__, AttributeError)


def test_an_adapter_that_rolls_dice_is_found_to_repeat_nothing() -> None:
    turns = iter(range(1_000_000))
    assert broken(lambda form: our_form.to_intake({**form, "born": "1986-03-14" if next(turns) % 3 else None})).law == "repeated"


def test_the_form_data_an_adapter_changes_is_its_own() -> None:
    form = our_form.to_intake

    def greedy(data: dict[str, Any]) -> Any:
        made = form(copy.deepcopy(data))
        data.clear()
        return made

    contract(greedy).check()


def test_an_adapter_may_give_an_intake_and_may_write_synonyms_codes_or_narrower_concepts() -> None:
    def adapter(form: dict[str, Any]) -> Intake:
        entries = [{"codes": [{"system": "atc", "code": "B01AF02"}]}] if form["thinner"] == "yes" else []
        return Intake.model_validate({"medications": {"present": entries, "denied": ["blood thinner"] if form["thinner"] == "no" else []}})

    contract(adapter, Asks(field="thinner", about="medications", concept="anticoagulant")).check()


def test_a_box_that_html_leaves_out_when_it_is_not_ticked_says_nothing() -> None:
    lone = Asks(field="latex", about="allergies", concept="latex", yes="on", no=None, unanswered=LEFT_OUT)
    contract(lambda form: {"allergies": {"present": [{"name": "latex"}] if "latex" in form else []}}, lone).check()
    denying = broken(lambda form: {"allergies": [{"name": "latex"}] if "latex" in form else []}, lone)
    assert (denying.law, dict(denying.form)) == ("made-up", {})
    assert broken(lambda form: {"allergies": {"present": [{"name": form["latex"]}]}}, lone).law == "refused"


MEDICINES = "any_medicines"
GATED: list[Field] = [
    Asks(field=MEDICINES, about="medications"),
    Names(field="names", about="medications", complete=True, shown_when={MEDICINES: "yes"}),
]


def test_who_says_that_the_list_is_complete_may_hand_over_a_plain_list_and_must_say_so() -> None:
    def adapter(form: dict[str, Any]) -> dict[str, Any]:
        if form[MEDICINES] == "no":
            return {"medications": []}
        return {"medications": [{"name": name} for name in form["names"]] if form[MEDICINES] and form["names"] else None}

    def open_ended(form: dict[str, Any]) -> dict[str, Any]:
        made = adapter(form)["medications"]
        return {"medications": {"present": made} if made else made}

    contract(adapter, *GATED).check()
    assert broken(open_ended, *GATED).law == "no-is-no"


def test_boxes_left_empty_say_no_only_where_the_form_says_they_do() -> None:
    options = {"l": "lidocaine", "x": "latex"}

    def adapter(form: dict[str, Any]) -> dict[str, Any]:
        ticked = [options[box] for box in form["boxes"] if box in options]
        return {
            "allergies": {
                "present": [{"name": name} for name in ticked],
                "denied": [n for n in options.values() if n not in ticked] if form["boxes"] else [],
            }
        }

    contract(adapter, Ticks(field="boxes", about="allergies", options=options, none="none", unticked_means_no=True)).check()
    found = broken(adapter, Ticks(field="boxes", about="allergies", options=options, none="none"))
    assert (found.law, found.field) == ("made-up", "boxes = ['l']")


def test_a_gate_behind_a_closed_gate_is_closed() -> None:
    fields: list[Field] = [
        Asks(field="allergic", about="allergies"),
        Asks(field="anaesthetic", about="allergies", concept="local anaesthetic", shown_when={"allergic": "yes"}),
        Asks(field="lidocaine", about="allergies", concept="lidocaine", shown_when={"anaesthetic": ("yes",)}),
    ]

    def adapter(form: dict[str, Any], *, careful: bool = True) -> dict[str, Any]:
        said: dict[str, Any] = {"present": [], "denied": [], "complete": form["allergic"] == "no"}
        for name, concept in (("anaesthetic", "local anaesthetic"), ("lidocaine", "lidocaine")):
            open_ = form["allergic"] == "yes" and (name == "anaesthetic" or form["anaesthetic"] == "yes")
            if form[name] is not None and (open_ or (not careful and form["anaesthetic"] == "yes")):
                said["present" if form[name] == "yes" else "denied"].append({"name": concept} if form[name] == "yes" else concept)
        return {"allergies": said}

    contract(adapter, *fields).check()
    assert broken(lambda form: adapter(form, careful=False), *fields).law == "hidden"


def test_a_gate_may_be_a_test_of_the_other_value() -> None:
    fields: list[Field] = [
        Copies(field="age", at="/patient/age", values=[15, 40]),
        Asks(field="guardian", about="conditions", concept="diabetes", shown_when={"age": lambda age: age is not None and age >= 18}),
    ]

    def adapter(form: dict[str, Any]) -> dict[str, Any]:
        grown = form["age"] is not None and form["age"] >= 18
        said = {"present": [{"name": "diabetes"}], "denied": []} if form["guardian"] == "yes" else {"denied": ["diabetes"]}
        return {"patient": {"age": form["age"]}, "conditions": said if grown and form["guardian"] else None}

    contract(adapter, *fields).check()


def test_another_rulebook_has_names_and_concepts_of_its_own(tiny: Rulebook) -> None:
    def adapter(form: dict[str, Any]) -> dict[str, Any]:
        return {"medications": {"present": [{"name": name} for name in form["names"] or []]}}

    contract(adapter, Names(field="names", about="medications"), rulebook=tiny).check()
    assert (
        broken(lambda form: adapter({"names": (form["names"] or [])[1:]}), Names(field="names", about="medications"), rulebook=tiny).law
        == "lost"
    )


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ([Asks(field="a", about="medicines", concept="aspirin")], "`medicines`, which is not one of allergies"),
        ([Asks(field="a", about="conditions", concept="pregnency")], "did you mean `pregnancy`"),
        ([Asks(field="a", about="conditions", concept="zorblax")], "`zorblax`, which is no one thing among the conditions"),
        ([Asks(field="a", about="conditions", concept="pregnancy")] * 2, "`a` is described twice"),
        ([Asks(field="a", about="conditions", concept="pregnancy", shown_when={"b": "yes"})], "`b`, which is not described"),
        ([Asks(field="a", about="conditions", shown_when={"a": "yes"})], "depending on itself"),
        (
            [Asks(field="b", about="conditions"), Asks(field="a", about="conditions", concept="pregnancy", shown_when={"b": "maybe"})],
            "never be shown",
        ),
        ([Asks(field="a", about="conditions", concept="pregnancy", no="", unanswered="")], "no form data can tell the two apart"),
    ],
)
def test_a_description_that_cannot_be_is_refused(fields: list[Field], says: str) -> None:
    with pytest.raises(Mistake, match=says):
        FormContract(our_form.to_intake, fields)


def test_a_question_that_only_shows_others_says_nothing_by_itself() -> None:
    fields: list[Field] = [Gate(field="more"), Names(field="names", about="procedures", shown_when={"more": "yes"})]

    def adapter(form: dict[str, Any]) -> dict[str, Any]:
        return {"procedures": {"present": [{"name": name} for name in form["names"] or []]} if form["more"] == "yes" else None}

    contract(adapter, *fields).check()
    found = broken(lambda form: {"procedures": []} if form["more"] == "no" else adapter(form), *fields)
    assert (found.law, found.form["more"]) == ("made-up", "no")
