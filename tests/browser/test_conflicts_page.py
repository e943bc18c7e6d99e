"""The page of conflicts in a real browser: on a desk, on a phone, in the dark, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

import apportion as ap
from apportion.report.conflicts_page import conflicts_html
from apportion.report.words import Words
from tests.browser.conftest import PageAt

DESK, PHONE = 1400, 400
LOOKS = [
    (width, dark, language)
    for width in (DESK, PHONE)
    for dark in (False, True)
    for language in ("en", "zh-Hant")
]
# Every text of the drawing that is shown and does not lie within one of its frames.
OUTSIDE = """all => all.filter((one) => getComputedStyle(one).display !== 'none').flatMap((one) =>
  [...one.querySelectorAll('text')].filter((text) => {
    const box = text.getBBox();
    return ![...one.querySelectorAll('rect')].some((rect) => {
      const frame = rect.getBBox();
      return box.x >= frame.x && box.y >= frame.y && box.x + box.width <= frame.x + frame.width
        && box.y + box.height <= frame.y + frame.height;
    });
  }).map((text) => text.textContent))"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    found = ap.conflicts(ap.read("tesla-x-2023"), "swap-2023-12")
    folder = tmp_path_factory.mktemp("conflicts")
    files = {language: folder / f"{language}.html" for language in ("en", "zh-Hant")}
    for language, file in files.items():
        file.write_text(conflicts_html(found, words=Words.load(language)), encoding="utf-8")
    return files


@pytest.mark.parametrize(("width", "dark", "language"), LOOKS)
def test_the_page_has_no_barrier_fits_its_window_and_shows_one_drawing(
    page_at: PageAt,
    barriers: Callable[[Page], list[str]],
    pages: dict[str, Path],
    width: int,
    language: str,
    *,
    dark: bool,
) -> None:
    page = page_at(pages[language], width=width, dark=dark)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert barriers(page) == []
    drawings = page.locator("svg.ties")
    shown = drawings.evaluate_all(
        "all => all.filter((one) => getComputedStyle(one).display !== 'none').length"
    )
    assert shown == 1
    assert drawings.evaluate_all(OUTSIDE) == []


def test_letters_of_the_drawing_are_as_large_on_a_phone_as_on_a_desk(
    page_at: PageAt, pages: dict[str, Path]
) -> None:
    for width, name in ((DESK, "wide"), (PHONE, "narrow")):
        page = page_at(pages["en"], width=width)
        scale = page.locator(f"svg.ties-{name}").evaluate(
            "one => one.getBoundingClientRect().width / one.viewBox.baseVal.width"
        )
        assert scale > 0.95
