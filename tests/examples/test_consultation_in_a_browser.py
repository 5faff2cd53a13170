"""The consultation form in real Chromium: filled in, watched, corrected, translated and printed."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

FOLDER = Path(__file__).parents[2] / "docs/examples/consultation_form"
WORDS = json.loads((FOLDER / "words.json").read_text(encoding="utf-8"))
CHECK = (Path(__file__).parent / "accessible.js").read_text(encoding="utf-8")
CONTRAINDICATED = {"en": "CONTRAINDICATED", "fr": "CONTRE-INDICATION"}
INCOMPLETE = {"en": "INCOMPLETE", "fr": "INCOMPLET"}


def settled(page: Page) -> None:
    """Wait until the panel shows the answers as they are."""
    page.wait_for_selector("[data-state=current]")


def plan(page: Page, language: str = "en") -> None:
    """Fill in the first page and go on to the second."""
    page.goto(f"/{language}")
    page.fill("#treatment-date-input", "2026-11-30")
    page.check("#treatment-areas input[value=face]")
    page.check("#treatment-technique input[value=needle]")
    page.fill("#treatment-products-1-name-input", "EMLA")
    page.select_option("#treatment-products-1-role-input", "anaesthetic")
    page.click("#treatment-products [data-add]")
    page.fill("#treatment-products-2-name-input", "A gel")
    page.fill("#treatment-products-2-ingredients-input", "hyaluronic acid")
    page.press("#treatment-products-2-ingredients-input", "Tab")
    settled(page)
    page.get_by_role("button", name=WORDS[language]["to-consultation"]).click()
    page.wait_for_selector("[data-page=consultation]")
    settled(page)


def answers(page: Page) -> dict[str, Any]:
    """Give what the page would send."""
    held: dict[str, Any] = page.evaluate("state().answers")
    return held


def headline(page: Page) -> str:
    settled(page)
    return page.inner_text("#headline")


def name_an_allergy(page: Page, name: str) -> None:
    page.check("#allergies-other input[value=yes]")
    page.fill("#allergies-other--entries-1-name-input", name)
    page.select_option("#allergies-other--entries-1-reaction-input", "anaphylaxis")
    settled(page)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_from_an_empty_form_to_a_printed_report(page: Page, language: str) -> None:
    words = WORDS[language]
    plan(page, language)
    assert page.get_attribute("html", "lang") == language
    assert headline(page).startswith(INCOMPLETE[language])
    page.locator("#findings .ask a").first.click()
    assert page.evaluate("document.activeElement.id") == "patient-birth-date-input"
    page.keyboard.type("1980-05")
    page.check("#allergy-numbing input[value=amide-local-anaesthetic]")
    page.select_option("#allergy-numbing--amide-local-anaesthetic--reaction-input", "anaphylaxis")
    page.wait_for_selector("#findings [data-rule=amide-la-allergy]")
    assert headline(page).startswith(CONTRAINDICATED[language])
    assert page.locator("[data-marks=allergy-numbing] li.present").count() > 0
    assert words["why"] in page.inner_text("#findings [data-rule=amide-la-allergy]")
    page.get_by_role("button", name=words["to-report"]).click()
    page.wait_for_selector(".paper")
    text = page.inner_text("main")
    for part in (words["report-answers"], "1980-05", words["signature"], words["questions-open"]):
        assert part in text
    page.evaluate("window.print = () => document.body.setAttribute('data-printed', '')")
    page.get_by_role("button", name=words["print"], exact=True).click()
    assert page.get_attribute("body", "data-printed") == ""
    page.emulate_media(media="print")
    assert not page.is_visible(".on-screen")
    assert not page.is_visible("header")
    assert page.is_visible(".sign")
    assert page.pdf().startswith(b"%PDF")


def test_a_plan_and_an_answer_by_keyboard_alone(page: Page) -> None:
    page.goto("/en")
    settled(page)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")

    def tab_to(selector: str) -> None:
        for _ in range(160):
            page.keyboard.press("Tab")
            is_there, is_marked = page.evaluate(
                """selector => {
                    const at = document.activeElement, shown = getComputedStyle(at.closest(".option") ?? at);
                    return [at.matches(selector), shown.outlineStyle !== "none" && parseFloat(shown.outlineWidth) >= 2];
                }""",
                selector,
            )
            assert is_marked, page.evaluate("document.activeElement.outerHTML")
            if is_there:
                return
        pytest.fail(f"Tab never came to {selector}")

    tab_to("#treatment-date-input")
    page.keyboard.type("11302026")
    tab_to("#treatment-areas input[value=face]")
    page.keyboard.press("Space")
    tab_to("#treatment-products-1-name-input")
    page.keyboard.type("EMLA")
    tab_to("[data-add]")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "treatment-products-2-name-input"
    tab_to("#carrier .primary, [form=carrier].primary")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-page=consultation]")
    assert page.evaluate("state().plan") == {
        "treatment-date": "2026-11-30", "treatment-areas": ["face"], "treatment-products": [{"name": "EMLA"}],
    }  # fmt: skip
    tab_to("#allergy-numbing input[value=amide-local-anaesthetic]")
    page.keyboard.press("Space")
    tab_to("#allergy-numbing--amide-local-anaesthetic--reaction-input")
    page.keyboard.press("ArrowDown")
    assert answers(page)["allergy-numbing--amide-local-anaesthetic--reaction"] == "anaphylaxis"
    page.wait_for_selector("#findings [data-rule=amide-la-allergy]")


def test_what_was_hidden_is_not_sent_and_not_kept(page: Page) -> None:
    plan(page)
    follow_up = "allergy-numbing--amide-local-anaesthetic--reaction"
    assert not page.is_visible(f"#{follow_up}")
    page.check("#allergy-numbing input[value=amide-local-anaesthetic]")
    page.select_option(f"#{follow_up}-input", "anaphylaxis")
    assert answers(page)[follow_up] == "anaphylaxis"
    page.uncheck("#allergy-numbing input[value=amide-local-anaesthetic]")
    assert not page.is_visible(f"#{follow_up}")
    assert answers(page) == {}
    page.check("#allergy-numbing input[value=amide-local-anaesthetic]")
    assert answers(page) == {"allergy-numbing": ["amide-local-anaesthetic"]}
    name_an_allergy(page, "lidocaine")
    page.check("#allergies-other input[value=no]")
    assert "allergies-other--entries" not in answers(page)
    settled(page)
    assert page.locator("#findings [data-jump='allergies-other--entries']").count() == 0


def test_the_page_shows_what_the_library_would_show(page: Page) -> None:
    from mesoscreen import Rulebook  # noqa: PLC0415
    from mesoscreen.forms import Form  # noqa: PLC0415

    plan(page)
    given = {
        "skin-disease": ["atopic-dermatitis", "psoriasis"], "skin-disease--psoriasis--status": "resolved",
        "medications-other": "yes", "medications-other--entries": [{"name": "aspirin", "status": "stopped", "stopped": "2026-10"}],
    }  # fmt: skip
    page.check("#skin-disease input[value=psoriasis]")
    page.check("#skin-disease input[value=atopic-dermatitis]")
    page.select_option("#skin-disease--psoriasis--status-input", "resolved")
    page.check("#medications-other input[value=yes]")
    page.fill("#medications-other--entries-1-name-input", "aspirin")
    assert not page.is_visible("#medications-other--entries-1-stopped-input")
    page.select_option("#medications-other--entries-1-status-input", "stopped")
    page.fill("#medications-other--entries-1-stopped-input", "2026-10")
    page.press("#medications-other--entries-1-stopped-input", "Tab")
    assert answers(page) == given
    treatment = {
        "date": "2026-11-30", "areas": ["face"], "technique": ["needle"],
        "products": [{"name": "EMLA", "role": "anaesthetic"}, {"name": "A gel", "ingredients": ["hyaluronic acid"]}],
    }  # fmt: skip
    form = Form.of(Rulebook.default(), treatment)
    shown = page.evaluate(
        "[...document.querySelectorAll('#answers [data-question]')].filter(q => !q.closest('[hidden]')).map(q => q.dataset.question)"
    )
    assert sorted(shown) == sorted(question.id for question in form.shown(given))


def test_a_suggestion_that_is_clicked_replaces_the_name_and_the_finding_appears(page: Page) -> None:
    plan(page)
    name_an_allergy(page, "Xylocane")
    assert page.locator("#findings [data-rule=amide-la-allergy] dl").count() == 0
    page.get_by_role("button", name="Write lidocaine instead").click()
    page.wait_for_selector("#findings [data-rule=amide-la-allergy] dl")
    assert page.input_value("#allergies-other--entries-1-name-input") == "lidocaine"
    assert page.locator("#findings .names").count() == 0


def test_a_suggestion_replaces_one_ingredient_of_several(page: Page) -> None:
    page.goto("/en")
    page.fill("#treatment-products-1-name-input", "A mix")
    page.fill("#treatment-products-1-ingredients-input", "hyaluronic acid\nlidocaime")
    page.get_by_role("button", name="Write lidocaine instead").click()
    assert page.input_value("#treatment-products-1-ingredients-input") == "hyaluronic acid\nlidocaine"


def test_none_and_not_sure_stand_alone(page: Page) -> None:
    plan(page)
    for chosen, kept in (
        ("latex", ["latex"]),
        ("nickel", ["latex", "nickel"]),
        ("none", ["none"]),
        ("unsure", ["unsure"]),
        ("latex", ["latex"]),
    ):
        page.check(f"#allergy-gloves-and-metals input[value={chosen}]")
        assert answers(page)["allergy-gloves-and-metals"] == kept


def test_a_single_choice_can_be_taken_back(page: Page) -> None:
    plan(page)
    page.check("#allergies-other input[value=no]")
    page.click("#allergies-other [data-clear]")
    assert answers(page) == {}


def test_entries_are_added_and_removed(page: Page) -> None:
    plan(page)
    page.check("#conditions-other input[value=yes]")
    entries = page.locator("#conditions-other--entries")
    page.fill("#conditions-other--entries-1-name-input", "gout")
    entries.locator("[data-add]").click()
    page.keyboard.type("migraine")
    assert [one["name"] for one in answers(page)["conditions-other--entries"]] == ["gout", "migraine"]
    entries.locator("[data-remove]").first.click()
    assert [one["name"] for one in answers(page)["conditions-other--entries"]] == ["migraine"]
    entries.locator("[data-remove]").first.click()
    assert "conditions-other--entries" not in answers(page)
    assert entries.locator("[data-row]").count() == 1


def test_an_error_stands_at_its_field_and_goes_when_it_is_mended(page: Page) -> None:
    plan(page)
    field = page.locator("#patient-birth-date-input")
    field.fill("1986-13")
    field.press("Tab")
    page.wait_for_selector("[data-state=stale]")
    assert field.get_attribute("aria-invalid") == "true"
    described = (field.get_attribute("aria-describedby") or "").split()
    assert page.inner_text(f"#{described[-1]}") == WORDS["en"]["error.impossible-date"]
    assert page.inner_text("#trouble") == WORDS["en"]["refused"]
    page.get_by_role("button", name=WORDS["en"]["to-report"]).click()
    page.wait_for_selector("#patient-birth-date-input[aria-invalid]")
    page.fill("#patient-birth-date-input", "1986-12")
    page.press("#patient-birth-date-input", "Tab")
    settled(page)
    assert page.locator("[aria-invalid]").count() == 0
    assert not page.is_visible("#trouble")


def test_an_entry_without_a_name_is_named_at_its_own_field(page: Page) -> None:
    plan(page)
    page.check("#medications-other input[value=yes]")
    page.click("#medications-other--entries [data-add]")
    page.select_option("#medications-other--entries-2-status-input", "current")
    page.wait_for_selector("#medications-other--entries-2-name-input[aria-invalid]")
    assert page.inner_text("#medications-other--entries-2-name-error") == WORDS["en"]["error.missing-key"]


@pytest.mark.parametrize("how", ["refused", "unreachable"])
def test_a_failure_is_said_and_what_was_shown_before_is_marked_as_old(page: Page, how: str) -> None:
    plan(page)
    page.route("**/screen-*", lambda route: route.abort() if how == "unreachable" else route.fulfill(status=503, body="no"))
    page.check("#allergy-numbing input[value=amide-local-anaesthetic]")
    page.wait_for_selector("[data-state=stale]")
    assert "nothing was checked" in page.inner_text("#trouble")
    assert page.get_attribute("#trouble", "role") == "alert"
    page.unroute("**/screen-*")
    page.get_by_role("button", name=WORDS["en"]["again"]).click()
    settled(page)
    assert not page.is_visible("#trouble")
    assert page.locator("[data-marks=allergy-numbing] li").count() > 0


def test_a_late_answer_never_overwrites_a_newer_one(page: Page) -> None:
    plan(page)
    late: list[Route] = []
    page.route("**/screen-*", lambda route: late.append(route) if not late else route.continue_())
    page.evaluate("AbortController.prototype.abort = () => {}")  # as if the answer were already on its way
    page.check("#allergy-numbing input[value=amide-local-anaesthetic]")
    page.select_option("#allergy-numbing--amide-local-anaesthetic--reaction-input", "anaphylaxis")
    page.wait_for_selector("#findings [data-rule=amide-la-allergy]")
    assert len(late) == 1
    with contextlib.suppress(Exception):
        late[0].fulfill(json={"headline": "LATE", "outcome": "no-flags", "panel": "late", "marks": {}})
    page.wait_for_timeout(300)
    assert headline(page).startswith("CONTRAINDICATED")
    assert page.locator("#findings [data-rule=amide-la-allergy]").count() == 1


def test_typing_is_screened_when_it_pauses_not_at_every_letter(page: Page) -> None:
    plan(page)
    page.check("#allergies-other input[value=yes]")
    settled(page)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    page.locator("#allergies-other--entries-1-name-input").press_sequentially("lidocaine and more", delay=5)
    page.wait_for_timeout(900)
    assert 1 <= len(sent) <= 3


def test_another_language_keeps_every_answer(page: Page) -> None:
    plan(page)
    page.fill("#patient-birth-date-input", "1980")
    page.check("#allergy-numbing input[value=amide-local-anaesthetic]")
    page.select_option("#allergy-numbing--amide-local-anaesthetic--reaction-input", "systemic")
    page.check("#procedures-other input[value=yes]")
    page.fill("#procedures-other--entries-1-name-input", "filler")
    page.fill("#procedures-other--entries-1-products-input", "Juvederm\nRestylane")
    page.click("#procedures-other--entries summary")
    page.check("#procedures-other--entries input[value=lips]")
    page.click("#procedures-other--entries [data-add]")
    page.keyboard.type("laser & <peel>")
    settled(page)
    before = page.evaluate("state()")
    page.get_by_role("button", name="Français").click()
    page.wait_for_selector("html[lang=fr]")
    assert headline(page).startswith(CONTRAINDICATED["fr"])
    assert page.evaluate("state()") == before
    page.get_by_role("button", name=WORDS["fr"]["to-plan"]).click()
    page.wait_for_selector("[data-page=plan]")
    assert page.evaluate("state()") == before
    page.get_by_role("button", name="English").click()
    page.wait_for_selector("html[lang=en]")
    page.get_by_role("button", name=WORDS["en"]["to-consultation"]).click()
    page.wait_for_selector("[data-page=consultation]")
    assert page.evaluate("state()") == before


def test_nothing_somebody_wrote_is_in_an_address(page: Page) -> None:
    plan(page)
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    name_an_allergy(page, "Zzyzx")
    page.locator("#findings .ask a").first.click()
    page.get_by_role("button", name=WORDS["en"]["to-report"]).click()
    page.wait_for_selector(".paper")
    assert {url for url in [*seen, page.url] if "Zzyzx" in url or "#" in url or "?" in url} == set()


SHOW_EVERYTHING = "() => { for (const one of document.querySelectorAll('#answers [hidden]:not(.error)')) one.hidden = false; for (const one of document.querySelectorAll('details')) one.open = true; }"


@pytest.mark.parametrize("size", [(1280, 800), (820, 1180)], ids=["desktop", "tablet"])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_everybody_can_use_every_page(page: Page, language: str, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(f"/{language}")
    settled(page)
    problems = {"plan": page.evaluate(CHECK) + nameless(page)}
    plan(page, language)
    problems["empty"] = page.evaluate(CHECK)
    name_an_allergy(page, "Xylocane")
    page.check("#skin-disease input[value=psoriasis]")
    page.check("#allergies-planned input[value=lidocaine]")
    settled(page)
    if size[0] < 960:
        assert page.is_visible("#headline")
        page.get_by_role("button", name=WORDS[language]["show-panel"]).click()
    page.evaluate(SHOW_EVERYTHING)
    problems["consultation"] = page.evaluate(CHECK) + nameless(page)
    if size[0] < 960:
        page.get_by_role("button", name=WORDS[language]["hide-panel"]).click()
    page.fill("#patient-birth-date-input", "soon")
    page.press("#patient-birth-date-input", "Tab")
    page.wait_for_selector("[data-state=stale]")
    problems["stale"] = page.evaluate(CHECK)
    page.fill("#patient-birth-date-input", "1980")
    page.press("#patient-birth-date-input", "Tab")
    settled(page)
    page.locator("main .actions .primary").click()
    page.wait_for_selector(".paper")
    problems["report"] = page.evaluate(CHECK) + nameless(page)
    assert {where: found for where, found in problems.items() if found} == {}


def nameless(page: Page) -> list[str]:
    """List what the browser itself tells a screen reader without a name."""
    session = page.context.new_cdp_session(page)
    session.send("Accessibility.enable")
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    pressed = {"textbox", "checkbox", "radio", "combobox", "button", "link", "Date", "DateTime", "complementary"}
    told = [node for node in nodes if not node.get("ignored") and node["role"]["value"] in pressed]
    assert len(told) > 5
    return [f"a {node['role']['value']} without a name" for node in told if not node.get("name", {}).get("value", "").strip()]
