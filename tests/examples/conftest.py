"""The consultation form as its README starts it, and a real browser to use it with."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

APP = Path(__file__).parents[2] / "docs/examples/consultation_form/app.py"
CHROMIUM = Path("/usr/bin/chromium")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything the server writes."""
    return tmp_path_factory.mktemp("form") / "server.log"


@pytest.fixture(scope="session")
def address(log: Path) -> Iterator[str]:
    """The form, served by the one command of its README."""
    with (
        log.open("w") as errors,
        subprocess.Popen([sys.executable, str(APP), "--port", "0"], stdout=subprocess.PIPE, stderr=errors, text=True) as server,
    ):
        assert server.stdout is not None
        line = server.stdout.readline()
        if not line.startswith("consultation form: "):
            server.kill()
            pytest.fail(f"the form did not start: {log.read_text()}")
        yield line.removeprefix("consultation form: ").strip()
        server.terminate()


@pytest.fixture(scope="session")
def client(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, follow_redirects=False, trust_env=False) as client:
        yield client


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium; where it is missing the tests that need it are skipped, unless MESOSCREEN_BROWSER=required.

    Kept for one module only: while it is driven an event loop runs in this thread, and other tests want one of their own.
    """
    is_required = os.environ.get("MESOSCREEN_BROWSER") == "required"
    if not is_required and not CHROMIUM.exists():
        pytest.skip(f"there is no browser at {CHROMIUM}")
    if not is_required:
        pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where there is a browser

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A new page that fails the test on any error of its scripts, and on any request to another host."""
    context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 800})
    wrong: list[str] = []
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if "Content Security Policy" in message.text else None)
    page.on("request", lambda request: None if request.url.startswith(address) else wrong.append(request.url))
    yield page
    context.close()
    assert wrong == []
