"""A consultation form in a browser: every answer is screened as it is given.

The server keeps nothing about anybody: the plan and the answers stand in the page and travel with every request.
All it remembers is the compiled rulebook, and the questions of the last few plans.
"""

from __future__ import annotations

import argparse
import json
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import uvicorn
from consultation import Screened, consulting, grouped, planning, still_asked, told
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from mesoscreen.errors import EngineDisagreement, EngineFailure, IntakeError
from mesoscreen.intake import MAX_DOCUMENT
from mesoscreen.wording import wording

if TYPE_CHECKING:
    from starlette.requests import Request

HERE = Path(__file__).parent
WORDS: dict[str, dict[str, str]] = json.loads((HERE / "words.json").read_text(encoding="utf-8"))
"""The page's own words by language; the questions and the report bring theirs."""
PAGES = Environment(
    loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
HEADERS = {
    "content-security-policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class State:
    """Everything that was answered so far, as the page holds it: answers by question id."""

    plan: dict[str, Any]
    answers: dict[str, Any]


async def state_of(request: Request) -> State:
    """Read the state that came with a request: as JSON, or as the one field of a page's form."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > 4 * MAX_DOCUMENT:
            raise HTTPException(413)
    try:
        is_page = request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
        state = json.loads(parse_qs(body.decode())["state"][0] if is_page else body)
    except (KeyError, ValueError, RecursionError):
        raise HTTPException(400) from None
    parts = [state.get(part) for part in ("plan", "answers")] if isinstance(state, dict) else []
    match parts:
        case [dict(plan), dict(answers)]:
            return State(plan, answers)
    raise HTTPException(400)


def language_of(request: Request) -> str:
    language: str = request.path_params.get("language", "en")
    if language not in WORDS:
        raise HTTPException(404)
    return language


def page(name: str, language: str, status: int = 200, **values: Any) -> Response:  # noqa: ANN401 - what the template shows
    """Render a page."""
    template = PAGES.get_template(f"{name}.html")
    text = template.render(page=name, language=language, languages=WORDS, t=WORDS[language], say=wording(language), **values)
    return HTMLResponse(text, status, HEADERS)


def plan_page(state: State, language: str) -> Response:
    form = planning(language)
    return page(
        "plan", language, form=form, groups=grouped(form), state=state, answers=state.plan, shown={q.id for q in form.questions}, aside=0
    )


def consultation_page(state: State, language: str) -> Response:
    try:
        form = consulting(state.plan, language)
    except IntakeError:  # the plan page says what is wrong with it, at the field
        return plan_page(state, language)
    answers = still_asked(form, state.answers)
    shown = {question.id for question in form.shown(answers)}
    aside = sum(1 for question, answer in state.answers.items() if answers.get(question) != answer)
    return page("consultation", language, form=form, groups=grouped(form), state=state, answers=answers, shown=shown, aside=aside)


def report_page(state: State, language: str) -> Response:
    try:
        plan, form = planning(language), consulting(state.plan, language)
        screened = Screened(form, state.answers)
    except IntakeError:  # the form says what is wrong, at the field
        return consultation_page(state, language)
    answered = [("step-plan", list(told(plan, state.plan))), ("step-consultation", list(told(form, state.answers)))]
    return page("report", language, screened=screened, report=screened.report, told=answered, state=state)


def live(state: State, asked: str, language: str) -> Response:
    """Screen what was answered so far, and say what the page should show beside it."""
    try:
        form = planning(language) if asked == "plan" else consulting(state.plan, language)
        screened = Screened(form, state.plan if asked == "plan" else state.answers)
    except IntakeError as error:
        words = WORDS[language]
        wrong = [{"at": problem.pointer, "text": words.get(f"error.{problem.code}", words["error"])} for problem in error.problems]
        return JSONResponse({"errors": wrong}, 422, HEADERS)
    panel = PAGES.get_template("panel.html")
    shown = panel.render(screened=screened, report=screened.report, page=asked, language=language, t=WORDS[language], say=wording(language))
    headline = wording(language)(f"outcome.{screened.report.outcome}")
    return JSONResponse(
        {"headline": headline, "outcome": screened.report.outcome, "panel": shown, "marks": screened.marks()}, headers=HEADERS
    )


async def start(request: Request) -> Response:
    preferred = request.headers.get("accept-language", "")[:2].casefold()
    return RedirectResponse(f"/{preferred if preferred in WORDS else 'en'}", 303, HEADERS)


async def empty(request: Request) -> Response:
    return await run_in_threadpool(plan_page, State({}, {}), language_of(request))


async def show(request: Request) -> Response:
    language, asked = language_of(request), request.path_params["page"]
    if request.method == "GET":  # a page that was reloaded by its address: there is nothing to show it with
        return RedirectResponse(f"/{language}", 303, HEADERS)
    state = await state_of(request)
    if asked in ("screen-plan", "screen-consultation"):
        return await run_in_threadpool(live, state, asked.removeprefix("screen-"), language)
    pages = {"plan": plan_page, "consultation": consultation_page, "report": report_page}
    if asked not in pages:
        raise HTTPException(404)
    return await run_in_threadpool(pages[asked], state, language)


async def failed(request: Request, error: Exception) -> Response:
    """Say that nothing was checked; never what was answered."""
    status = error.status_code if isinstance(error, HTTPException) else 503
    language = request.path_params.get("language", "en")
    return page("error", language if language in WORDS else "en", status, is_missing=status == 404)  # noqa: PLR2004


app = Starlette(
    routes=[
        Mount("/static", StaticFiles(directory=HERE / "static")),
        Route("/", start),
        Route("/{language}", empty),
        Route("/{language}/{page}", show, methods=["GET", "POST"]),
    ],
    middleware=[Middleware(GZipMiddleware)],
    exception_handlers={HTTPException: failed, EngineFailure: failed, EngineDisagreement: failed},
)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Serve the consultation form.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", default=8000, type=int)
    chosen = parser.parse_args()
    live(State({}, {}), "plan", "en")  # compiles the rulebook before the first visitor comes
    with socket.create_server((chosen.host, chosen.port)) as listening:
        # Without this an answer waits for the acknowledgement of its own head, which takes longer than the screening.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        print(f"consultation form: http://{chosen.host}:{listening.getsockname()[1]}", flush=True)
        uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listening])
