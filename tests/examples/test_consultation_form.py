"""The consultation form of the examples, over HTTP: what it answers, what it keeps, and what it never says."""

from __future__ import annotations

import asyncio
import importlib
import json
import re
import sys
from pathlib import Path
from typing import Any, NoReturn

import httpx
import pytest

from mesoscreen.errors import EngineFailure

FOLDER = Path(__file__).parents[2] / "docs/examples/consultation_form"
WORDS = json.loads((FOLDER / "words.json").read_text(encoding="utf-8"))
LANGUAGES = ["en", "fr"]
PLAN = {
    "treatment-date": "2026-11-30",
    "treatment-areas": ["face"],
    "treatment-technique": ["needle"],
    "treatment-products": [{"name": "A gel", "ingredients": ["hyaluronic acid"]}, {"name": "EMLA", "role": "anaesthetic"}],
}
ALLERGIC = {"allergies-other": "yes", "allergies-other--entries": [{"name": "lidocaine", "reaction": "anaphylaxis"}]}


def screened(client: httpx.Client, answers: dict[str, Any], language: str = "en", plan: dict[str, Any] = PLAN) -> dict[str, Any]:
    response = client.post(f"/{language}/screen-consultation", json={"plan": plan, "answers": answers})
    assert response.status_code == 200, response.text
    told: dict[str, Any] = response.json()
    return told


def posted(client: httpx.Client, page: str, answers: dict[str, Any], plan: dict[str, Any] = PLAN) -> str:
    response = client.post(page, data={"state": json.dumps({"plan": plan, "answers": answers})})
    assert response.status_code == 200, response.text
    return response.text


def everything(client: httpx.Client) -> dict[str, Any]:
    """Answer "none" or "no" to every question in sight, as an interview that finds nothing would."""
    page = posted(client, "/en/consultation", {})
    answers: dict[str, Any] = {"patient-birth-date": "1980"}
    for identity, kind, rest in re.findall(r'<fieldset class="field" id="([^"]+)" data-question="[^"]+" data-kind="(\w+)"([^>]*)>', page):
        if "hidden" not in rest and identity != "patient-sex":
            answers[identity] = ["none"] if kind == "choices" else "no"
    return answers


def test_an_empty_form_is_incomplete_and_says_what_to_ask_first(client: httpx.Client) -> None:
    told = screened(client, {})
    assert told["outcome"] == "incomplete"
    assert re.findall(r'data-jump="([^"]+)"', told["panel"])[0] == "patient-birth-date"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question_the_panel_leads_to_is_on_the_page(client: httpx.Client, language: str) -> None:
    led = set(re.findall(r'data-jump="([^"]+)"', screened(client, {}, language)["panel"]))
    page = posted(client, f"/{language}/consultation", {})
    assert len(led) > 50
    assert {one for one in led if f' id="{one}"' not in page} == set()


def test_when_everything_was_answered_nothing_is_left_to_ask(client: httpx.Client) -> None:
    told = screened(client, everything(client))
    assert told["outcome"] == "no-flags"
    assert WORDS["en"]["nothing-open"] in told["panel"]


def test_a_finding_comes_with_its_reason_its_sources_and_the_answer_that_caused_it(client: httpx.Client) -> None:
    told = screened(client, ALLERGIC)
    assert told["outcome"] == "contraindicated"
    finding = told["panel"].partition('data-rule="amide-la-allergy"')[2].partition("</article>")[0]
    for part in (
        WORDS["en"]["why"],
        WORDS["en"]["do"],
        WORDS["en"]["sources"],
        "supported",
        'data-jump="allergies-other--entries"',
        "lidocaine",
    ):
        assert part in finding
    marked = {mark["text"] for mark in told["marks"]["allergies-other--entries"]}
    assert "Allergy to an amide local anaesthetic, with an amide planned (absolute contraindication)" in marked


def test_a_name_that_is_not_recognised_comes_with_what_to_write_instead(client: httpx.Client) -> None:
    answers = {"allergies-other": "yes", "allergies-other--entries": [{"name": "Xylocane"}]}
    told = screened(client, answers)
    assert 'data-suggest="lidocaine" data-instead-of="Xylocane" data-in="allergies-other--entries"' in told["panel"]


def test_what_was_denied_and_then_named_is_shown_as_a_contradiction(client: httpx.Client) -> None:
    told = screened(client, {**ALLERGIC, "allergies-planned": ["none"]})
    assert "asserted and denied; the assertion counts" in told["panel"]


def test_what_somebody_is_unsure_of_is_asked_more_exactly(client: httpx.Client) -> None:
    told = screened(client, {**everything(client), "skin-disease": ["unsure"], "allergies-other": "unsure"})
    vague = told["panel"].partition(WORDS["en"]["vague"])[2]
    assert 'data-jump="skin-disease"' in vague
    assert 'data-jump="allergies-other"' in vague


def test_a_form_that_posts_twice_gets_the_same_answer(client: httpx.Client) -> None:
    assert screened(client, ALLERGIC) == screened(client, ALLERGIC)
    assert posted(client, "/en/report", ALLERGIC) == posted(client, "/en/report", ALLERGIC)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("answers", "at", "word"),
    [
        ({"patient-birth-date": "1986-13"}, "/patient-birth-date", "error.impossible-date"),
        ({"patient-birth-date": "2031"}, "/patient-birth-date", "error.born-after-treatment"),
        (
            {"medications-other": "yes", "medications-other--entries": [{"status": "current"}]},
            "/medications-other--entries/0",
            "error.missing-key",
        ),
        ({"reading-weight": "heavy"}, "/reading-weight", "error.wrong-type"),
        ({"allergy-numbing": ["sand"]}, "/allergy-numbing/0", "error.not-an-option"),
    ],
)
def test_an_answer_that_cannot_be_read_is_named_with_its_question(
    client: httpx.Client, language: str, answers: dict[str, Any], at: str, word: str
) -> None:
    response = client.post(f"/{language}/screen-consultation", json={"plan": PLAN, "answers": answers})
    assert response.status_code == 422
    assert response.json() == {"errors": [{"at": at, "text": WORDS[language][word]}]}


def test_there_is_no_report_of_an_answer_that_cannot_be_read(client: httpx.Client) -> None:
    page = posted(client, "/en/report", {"patient-birth-date": "1986-13"})
    assert 'data-page="consultation"' in page
    assert WORDS["en"]["signature"] not in page


def test_there_is_no_consultation_of_a_plan_that_cannot_be_read(client: httpx.Client) -> None:
    assert 'data-page="plan"' in posted(client, "/en/consultation", {}, {**PLAN, "treatment-date": "soon"})


def test_what_somebody_wrote_is_text_and_never_markup(client: httpx.Client) -> None:
    nasty = "<script>alert(1)</script>\"'><b>"
    answers = {"allergies-other": "yes", "allergies-other--entries": [{"name": nasty}]}
    plan = {**PLAN, "treatment-products": [{"name": nasty, "ingredients": [nasty]}]}
    pages = [posted(client, f"/en/{page}", answers, plan) for page in ("plan", "consultation", "report")]
    for text in (*pages, screened(client, answers, plan=plan)["panel"]):
        assert "alert(1)" in text
        assert "<script>alert" not in text
        assert "\"'><b>" not in text


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"plan": {}}', b'{"plan": [], "answers": {}}', b"[" * 100_000, b"\xff"])
def test_a_state_that_is_none_is_refused_and_nothing_is_shown_that_looks_like_a_report(client: httpx.Client, body: bytes) -> None:
    response = client.post("/en/screen-consultation", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 400
    assert WORDS["en"]["error-failed"] in response.text
    assert "outcome" not in response.text


def test_a_state_beyond_all_measure_is_refused(client: httpx.Client) -> None:
    assert client.post("/en/screen-plan", content=b" " * 9_000_000).status_code == 413


@pytest.mark.parametrize("page", ["screen-consultation", "report"])
def test_where_the_engine_fails_there_is_no_report(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> NoReturn:
        raise EngineFailure("seeded")

    monkeypatch.syspath_prepend(FOLDER)
    app, consultation = importlib.import_module("app"), importlib.import_module("consultation")
    for name in ("app", "consultation"):
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(consultation, "screen", fail)

    async def post() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app.app), base_url="http://form") as client:
            return await client.post(f"/fr/{page}", data={"state": json.dumps({"plan": PLAN, "answers": ALLERGIC})})

    response = asyncio.run(post())
    assert response.status_code == 503
    assert WORDS["fr"]["error-failed"].partition("'")[0] in response.text
    assert "lidocaine" not in response.text


@pytest.mark.parametrize("place", ["/xx", "/en/nothing/here", "/xx/report"])
def test_there_are_no_other_pages(client: httpx.Client, place: str) -> None:
    assert client.get(place).status_code == 404


def test_a_page_that_is_asked_for_by_its_address_begins_anew(client: httpx.Client) -> None:
    assert client.get("/fr/report").headers["location"] == "/fr"
    assert client.get("/", headers={"accept-language": "fr-CH, en;q=0.5"}).headers["location"] == "/fr"
    assert client.get("/", headers={"accept-language": "de"}).headers["location"] == "/en"


def test_another_plan_sets_answers_aside_and_says_how_many(client: httpx.Client) -> None:
    answers = {"allergies-planned": ["lidocaine", "hyaluronic-acid"], "allergies-planned--lidocaine--reaction": "local"}
    same = posted(client, "/en/consultation", answers)
    assert "Set aside" not in same
    other = posted(client, "/en/consultation", answers, {**PLAN, "treatment-products": PLAN["treatment-products"][:1]})
    assert WORDS["en"]["aside"].format(count=2) in other


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", ["plan", "consultation", "report"])
def test_a_page_loads_nothing_from_elsewhere_and_is_kept_nowhere(client: httpx.Client, language: str, page: str) -> None:
    response = client.post(f"/{language}/{page}", data={"state": json.dumps({"plan": PLAN, "answers": ALLERGIC})})
    assert response.headers["content-security-policy"].split(";")[0] == "default-src 'self'"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in response.headers
    assert f'<html lang="{language}">' in response.text
    assert re.findall(r'(?:src|action|<link[^>]*href)="(?!/)[^"]*"', response.text) == []
    assert re.findall(r"\son\w+=|<style|style=|javascript:", response.text) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("answers", [{}, ALLERGIC], ids=["empty", "allergic"])
def test_a_report_is_whole_and_never_says_safe(client: httpx.Client, language: str, answers: dict[str, Any]) -> None:
    text = re.sub(r"<[^>]+>", " ", posted(client, f"/{language}/report", answers).partition("<main")[2])
    words = WORDS[language]
    for part in ("questions-open", "report-answers", "intended-use", "made-with", "decision", "signature"):
        assert words[part] in text
    assert "2026-11-30" in text
    assert "mesoscreen" in text
    assert re.findall(r"\b(is safe|fit for|eligible|safely|all clear|sans danger|apte|éligible)\b", text.casefold()) == []


def test_nothing_of_the_patient_is_in_the_log(client: httpx.Client, log: Path) -> None:
    name = "Zzyzx-of-the-patient"
    answers = {"allergies-other": "yes", "allergies-other--entries": [{"name": name}], "patient-birth-date": "1986-03-14"}
    screened(client, answers)
    posted(client, "/en/report", answers)
    client.post("/en/screen-consultation", json={"plan": PLAN, "answers": {**answers, "patient-birth-date": name}})
    client.post("/en/screen-consultation", content=f'{{"plan": "{name}"')
    assert log.read_text() == ""


def test_both_languages_have_every_word_and_no_word_is_empty() -> None:
    assert list(WORDS) == LANGUAGES
    assert WORDS["en"].keys() == WORDS["fr"].keys()
    for key, english in WORDS["en"].items():
        assert english
        assert WORDS["fr"][key]
        assert set(re.findall(r"{\w+}", english)) == set(re.findall(r"{\w+}", WORDS["fr"][key])), key


def test_every_word_is_used() -> None:
    code = "".join(path.read_text(encoding="utf-8") for pattern in ("*.py", "templates/*") for path in FOLDER.glob(pattern))
    built = ("step-", "error.", "plan-intro", "consultation-intro")
    assert [key for key in WORDS["en"] if f'"{key}"' not in code and not key.startswith(built)] == []
