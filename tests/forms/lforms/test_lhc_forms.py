"""The questionnaire in LHC-Forms, in a real browser: what it shows is what the form shows, and what it returns is the same verdict.

Skipped where Chromium, playwright or the packages of this folder are missing, unless MESOSCREEN_BROWSER=required.
"""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from mesoscreen import Rulebook, screen
from mesoscreen.forms import Form, ResponseError, answers_of, from_answers, from_questionnaire_response, to_fhir_questionnaire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Page

_T = TypeVar("_T")
HERE = Path(__file__).parent
CHROMIUM = Path("/usr/bin/chromium")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
NEEDED = {
    "Chromium in /usr/bin": CHROMIUM.exists(),
    "playwright": find_spec("playwright") is not None,
    "LHC-Forms (npm ci --prefix tests/forms/lforms)": (HERE / "node_modules").is_dir(),
}
MISSING = ", ".join(name for name, is_there in NEEDED.items() if not is_there)
pytestmark = pytest.mark.skipif(bool(MISSING) and os.environ.get("MESOSCREEN_BROWSER") != "required", reason=f"needs {MISSING}")

BOOK = Rulebook.default()
PLAN: dict[str, Any] = {
    "date": "2026-11-30", "areas": ["face"], "technique": "needle",
    "products": [{"name": "our cocktail", "ingredients": ["hyaluronic acid", "thiamine", "tranexamic acid"]}, {"name": "EMLA", "role": "anaesthetic"}],
}  # fmt: skip
ANSWERED = "2026-11-27"
ACNE = "skin-and-sun-medicines"
STATUS, STOPPED, ROUTE = (f"{ACNE}--isotretinoin--{what}" for what in ("status", "stopped", "route"))


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name it has where it comes from
        pass


class Lhc:
    """LHC-Forms in a browser; all calls in one thread of their own, for playwright allows a thread one user."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.wrong: list[str] = []
        self._thread = ThreadPoolExecutor(1)
        self._page: Page = self._thread.submit(self._start).result()

    def _start(self) -> Page:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where there is a browser

        self._driver = sync_playwright().start()
        self._browser = self._driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = self._browser.new_page(viewport={"width": 1100, "height": 1400})
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("console", lambda message: self.wrong.append(message.text) if message.type == "error" else None)
        page.on("request", lambda request: None if request.url.startswith((self.address, "data:")) else self.wrong.append(request.url))
        return page

    def _do(self, what: Callable[[Page], _T]) -> _T:
        return self._thread.submit(what, self._page).result()

    def close(self) -> None:
        self._do(lambda _: self._browser.close())
        self._do(lambda _: self._driver.stop())
        self._thread.shutdown()

    def open(self, form: Form) -> None:
        questionnaire = to_fhir_questionnaire(form)

        def load(page: Page) -> None:
            page.goto(f"{self.address}/page.html")
            page.wait_for_function("window.LForms && LForms.Util && LForms.FHIR")
            page.evaluate("made => LForms.Util.addFormToPage(made, 'form', {fhirVersion: 'R4'})", questionnaire)
            page.get_by_text(form.questions[0].text, exact=True).wait_for()

        self._do(load)
        self.system = questionnaire["item"][-1]["item"][0]["answerOption"][0]["valueCoding"]["system"]

    def choose(self, question: str, value: str, at: str = "1/1") -> None:
        """Click an option; of a ticked box, to untick it."""
        self._do(lambda page: page.locator(f'[id="{question}/{at}|{self.system}|{value}"]').click())

    def type(self, question: str, text: str, at: str = "1/1") -> None:
        def fill(page: Page) -> None:
            page.locator(f'[id="{question}/{at}"]').fill(text)
            page.keyboard.press("Tab")

        self._do(fill)

    def search(self, question: str, text: str) -> None:
        """Pick an option out of a list that can be searched."""

        def pick(page: Page) -> None:
            page.locator(f'[id="{question}/1/1"]').press_sequentially(text)
            page.locator("#lhc-tools-searchResults li", has_text=text).first.click()

        self._do(pick)

    def add(self, question: str) -> None:
        self._do(lambda page: page.locator(f'[id="add-{question}/1/1"]').click())

    def shown(self, form: Form) -> list[str]:
        """List the questions on the page, in order."""
        ids = self._do(lambda page: page.evaluate("[...document.querySelectorAll('lhc-item')].map(item => item.id)"))
        links = [one.removeprefix("item-").partition("/")[0] for one in ids]
        return list(dict.fromkeys(link for link in links if form.question(link) is not None))

    def response(self) -> dict[str, Any]:
        made: dict[str, Any] = self._do(lambda page: page.evaluate("LForms.Util.getFormFHIRData('QuestionnaireResponse', 'R4')"))
        return made

    def text(self) -> str:
        return self._do(lambda page: page.inner_text("body"))

    def photograph(self, name: str) -> None:
        """Keep a picture where MESOSCREEN_SCREENSHOTS names a folder."""
        if folder := os.environ.get("MESOSCREEN_SCREENSHOTS"):
            self._do(lambda page: page.screenshot(path=Path(folder) / f"{name}.png", full_page=True))


@pytest.fixture(scope="module")
def started() -> Iterator[Lhc]:
    assert not MISSING, f"needs {MISSING}"
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(HERE))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        lhc = Lhc(f"http://127.0.0.1:{server.server_port}")
        yield lhc
        lhc.close()
        server.shutdown()


@pytest.fixture
def lhc(started: Lhc) -> Iterator[Lhc]:
    """LHC-Forms; a test fails on any error of its scripts, and on any request to another host."""
    started.wrong.clear()
    yield started
    assert started.wrong == []


def shown(form: Form, answers: dict[str, Any]) -> list[str]:
    return [question.id for question in form.shown(answers)]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_form_filled_in_by_hand_comes_to_the_same_verdict(lhc: Lhc, language: str) -> None:
    form = Form.of(BOOK.in_language(language), PLAN)
    lhc.open(form)
    assert lhc.shown(form) == shown(form, {})
    lhc.type("patient-birth-date", "1986-03")
    lhc.choose("heart-disease", "none")
    lhc.choose(ACNE, "isotretinoin")
    lhc.choose(STATUS, "stopped")
    lhc.type(STOPPED, "2026-08")
    lhc.search(ROUTE, label_of(form, ROUTE, "oral"))
    lhc.choose("pregnancy", "unsure")
    lhc.choose("skin-infection", "cellulitis")
    lhc.choose("skin-infection", "erysipelas")
    lhc.search("skin-infection--erysipelas--areas", label_of(form, "skin-infection--erysipelas--areas", "lips"))
    lhc.choose("beauty-injections", "mesotherapy")
    lhc.type("beauty-injections--mesotherapy--products", "botulinum toxin")
    lhc.choose("beauty-injections--mesotherapy--outcome", "unsure")
    lhc.type("reading-temperature", "38.4")
    lhc.choose("medications-other", "yes")
    lhc.type("medications-other--entries--name", "aspirin", "1/1/1")
    lhc.choose("medications-other--entries--status", "current", "1/1/1")
    lhc.add("medications-other--entries")
    lhc.type("medications-other--entries--name", "Roaccutane", "1/2/1")
    lhc.choose("medications-other--entries--status", "stopped", "1/2/1")
    lhc.type("medications-other--entries--stopped", "2019", "1/2/1")
    lhc.photograph(f"filled-{language}")
    answers = {
        "patient-birth-date": "1986-03",
        "heart-disease": ["none"],
        ACNE: ["isotretinoin"],
        STATUS: "stopped",
        STOPPED: "2026-08",
        ROUTE: "oral",
        "pregnancy": ["unsure"],
        "skin-infection": ["cellulitis", "erysipelas"],
        "skin-infection--erysipelas--areas": ["lips"],
        "beauty-injections": ["mesotherapy"],
        "beauty-injections--mesotherapy--products": ["botulinum toxin"],
        "beauty-injections--mesotherapy--outcome": "unsure",
        "reading-temperature": 38.4,
        "medications-other": "yes",
        "medications-other--entries": [{"name": "aspirin", "status": "current"}, {"name": "Roaccutane", "status": "stopped", "stopped": "2019"}],
    }
    assert lhc.shown(form) == shown(form, answers)
    response = lhc.response()
    assert answers_of(response, form) == answers
    by_hand = screen(from_questionnaire_response(response, form, answered=ANSWERED), rulebook=form.rulebook)
    direct = screen(from_answers(answers, form.rulebook, treatment=PLAN, answered=ANSWERED), rulebook=form.rulebook)
    verdicts = {finding.rule: finding.status for finding in by_hand.findings}
    assert verdicts == {finding.rule: finding.status for finding in direct.findings}
    assert (by_hand.outcome, verdicts["isotretinoin-systemic"]) == (direct.outcome, "present")


def test_what_is_hidden_again_is_neither_shown_nor_kept(lhc: Lhc) -> None:
    form = Form.of(BOOK, PLAN)
    lhc.open(form)
    lhc.choose(ACNE, "isotretinoin")
    lhc.choose(STATUS, "stopped")
    lhc.type(STOPPED, "2026-08")
    assert lhc.shown(form) == shown(form, {ACNE: ["isotretinoin"], STATUS: "stopped"})
    lhc.choose(ACNE, "isotretinoin")
    lhc.choose(ACNE, "none")
    assert lhc.shown(form) == shown(form, {ACNE: ["none"]})
    assert answers_of(lhc.response(), form) == {ACNE: ["none"]}


def test_the_form_for_any_plan_shows_every_question_and_returns_nothing_nobody_answered(lhc: Lhc) -> None:
    form = Form.of(BOOK)
    lhc.open(form)
    lhc.photograph("any-plan")
    assert lhc.shown(form) == shown(form, {})
    page = " ".join(lhc.text().split())
    assert [question.text for question in form.shown({}) if question.text not in page] == []
    assert answers_of(lhc.response(), form) == {}


def test_a_date_that_is_none_is_refused_with_its_place(lhc: Lhc) -> None:
    form = Form.of(BOOK, PLAN)
    lhc.open(form)
    lhc.type("patient-birth-date", "14.3.1986")
    with pytest.raises(ResponseError) as caught:
        answers_of(lhc.response(), form)
    assert [(problem.pointer, problem.code) for problem in caught.value.problems] == [("/item/0/item/0/answer/0/valueString", "impossible-date")]


def test_a_response_to_the_form_for_another_plan_is_refused(lhc: Lhc) -> None:
    form = Form.of(BOOK, PLAN)
    lhc.open(form)
    lhc.choose("heart-disease", "none")
    with pytest.raises(ResponseError, match="is for version `"):
        answers_of(lhc.response(), Form.of(BOOK, {**PLAN, "areas": ["lips"]}))


def label_of(form: Form, question: str, option: str) -> str:
    asked = form.question(question)
    assert asked is not None
    return next(one.label for one in asked.options if one.value == option)
