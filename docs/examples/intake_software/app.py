"""The same desk behind HTTP: `POST /forms`. Screening is work for the processor, so it runs in a thread beside the event loop."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from intake_software.desk import submit
from records.store import open_store, save
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from mesoscreen import screen
from mesoscreen.intake import MAX_DOCUMENT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.requests import Request

    from mesoscreen.records import ScreeningRecord


def make_app(save: Callable[[ScreeningRecord], str], today: Callable[[], date]) -> Starlette:
    """Make the application. It keeps nothing itself: `save` does, from any of several threads."""

    async def forms(request: Request) -> JSONResponse:
        answer = await asyncio.to_thread(submit, await body_of(request), save, today())
        kind = "application/json" if "report" in answer.body else "application/problem+json"
        return JSONResponse(answer.body, answer.status, {"cache-control": "no-store"}, kind)

    return Starlette(routes=[Route("/forms", forms, methods=["POST"])], lifespan=warm)


@asynccontextmanager
async def warm(_: Starlette) -> AsyncIterator[None]:
    """Screen once before the first form, so that the rulebook is compiled once and not by several threads."""
    await asyncio.to_thread(screen, {"treatment": {"date": "2026-01-01"}})
    yield


async def body_of(request: Request) -> bytes:
    """Read no more than screening accepts; `submit` refuses what is longer."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_DOCUMENT:
            break
    return bytes(body)


def app() -> Starlette:
    """Make the application with records in a file of the working folder."""
    return make_app(partial(save, open_store("sqlite:///records.db")), date.today)
