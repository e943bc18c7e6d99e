"""Pages in a real browser: no request leaves the machine, no script error, no barrier.

``page_at`` opens a file or a text of HTML, ``barriers`` lists what axe finds wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Route, sync_playwright

from tools.get_browser import LAUNCH_OPTIONS, NO_BROWSER, browser_here

LOCAL = ("file:", "data:", "blob:", "about:")


class PageAt(Protocol):
    """Open a page in a window of this width, in the dark colours or the light ones."""

    def __call__(self, source: Path | str, *, width: int = 1280, dark: bool = False) -> Page:
        """Return the page, loaded; a Path is a file to open, a str is HTML."""


class Complaints:
    """What a page did that it must not do, in words."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def watch(self, page: Page) -> None:
        """Listen to the page from now on, and stop each request that would leave the machine."""
        page.on("request", self.note_request)
        page.on("console", self.note_console)
        page.on("pageerror", lambda error: self.told.append(f"script error: {error}"))
        page.route(lambda url: not url.startswith(LOCAL), self.refuse)

    def note_request(self, request: Request) -> None:
        """Note a request to another host."""
        if not request.url.startswith(LOCAL):
            self.told.append(f"request to another host: {request.url}")

    def note_console(self, message: ConsoleMessage) -> None:
        """Note an error on the console."""
        if message.type == "error":
            self.told.append(f"console error: {message.text}")

    @staticmethod
    def refuse(route: Route) -> None:
        """Stop a request."""
        route.abort()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Give the browser that tools/get_browser.py found; fail, never skip, without one."""
    program = browser_here()
    if program is None:
        pytest.fail(NO_BROWSER)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=list(LAUNCH_OPTIONS))
        yield browser
        browser.close()


@pytest.fixture
def complaints() -> Complaints:
    """Give what the pages of this test did wrong so far; a test may clear what it expects."""
    return Complaints()


@pytest.fixture
def page_at(chromium: Browser, complaints: Complaints) -> Iterator[PageAt]:
    """Give a way to open pages; the test fails at its end if one did what it must not."""
    contexts = []

    def open_page(source: Path | str, *, width: int = 1280, dark: bool = False) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 800},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
        )
        contexts.append(context)
        page = context.new_page()
        complaints.watch(page)
        if isinstance(source, Path):
            page.goto(source.resolve().as_uri())
        else:
            page.set_content(source)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints.told == []


@pytest.fixture
def barriers() -> Callable[[Page], list[str]]:
    """Give a way to list the barriers of a page, one line for each rule that axe finds broken."""

    def listed(page: Page) -> list[str]:
        broken = Axe().run(page).response["violations"]
        return [
            f"{rule['id']} ({rule['impact']}): {rule['help']} at "
            + ", ".join(str(node["target"]) for node in rule["nodes"])
            for rule in broken
        ]

    return listed
