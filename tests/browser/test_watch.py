"""The watch over pages sees what it must: a test that cannot fail proves nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.conftest import Complaints, PageAt

GOOD = "<!doctype html><html lang='en'><title>Plan</title><main><h1>Plan</h1></main></html>"


def test_a_plain_page_opens_at_its_width_in_its_colours(page_at: PageAt, tmp_path: Path) -> None:
    file = tmp_path / "plan.html"
    file.write_text(GOOD, encoding="utf-8")
    page = page_at(file, width=375, dark=True)
    assert page.inner_text("h1") == "Plan"
    assert page.evaluate("window.innerWidth") == 375
    assert page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")


def test_a_request_to_another_host_is_told_and_stopped(page_at: PageAt, complaints: Complaints) -> None:
    page_at(GOOD.replace("<h1>", "<img alt='' src='https://other.example/dot.png'><h1>"))
    assert "request to another host: https://other.example/dot.png" in complaints.told
    complaints.told.clear()


def test_a_script_error_is_told(page_at: PageAt, complaints: Complaints) -> None:
    page = page_at(GOOD.replace("</main>", "</main><script>console.error('odd'); missing()</script>"))
    page.wait_for_function("true")
    assert complaints.told == ["console error: odd", "script error: missing is not defined"]
    complaints.told.clear()


def test_axe_finds_no_barrier_in_a_plain_page(page_at: PageAt, barriers: Callable[[Page], list[str]]) -> None:
    assert barriers(page_at(GOOD)) == []


def test_axe_finds_a_picture_without_words(page_at: PageAt, barriers: Callable[[Page], list[str]]) -> None:
    pixel = "data:image/gif;base64,R0lGODlhAQABAAAAACw="
    page = page_at(GOOD.replace("</h1>", f"</h1><img src='{pixel}'>"))
    assert [line.split(" ")[0] for line in barriers(page)] == ["image-alt"]
