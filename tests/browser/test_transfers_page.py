"""The register of transfers in a real browser: on a desk, on a phone, in the dark, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from apportion.commands.transfers import movements_of_scenario
from apportion.report.transfers_page import transfers_html
from apportion.report.words import Words, languages
from tests.browser.conftest import PageAt

DESK, PHONE = 1400, 400
LOOKS = [(width, dark) for width in (DESK, PHONE) for dark in (False, True)]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("transfers")
    found = movements_of_scenario("tesla-x-2023")
    files = {language: folder / f"{language}.html" for language in languages()}
    for language, file in files.items():
        page = transfers_html(found, pack="house-strict", words=Words.load(language))
        file.write_text(page, encoding="utf-8")
    return files


@pytest.mark.parametrize(("width", "dark"), LOOKS)
@pytest.mark.parametrize("language", languages())
def test_the_page_has_no_barrier_and_fits_its_window(
    page_at: PageAt,
    barriers: Callable[[Page], list[str]],
    pages: dict[str, Path],
    language: str,
    width: int,
    *,
    dark: bool,
) -> None:
    page = page_at(pages[language], width=width, dark=dark)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert barriers(page) == []


def test_what_is_not_valued_is_drawn_as_an_outline_and_not_as_a_bar(
    page_at: PageAt, pages: dict[str, Path]
) -> None:
    page = page_at(pages["en"], width=DESK)
    row = page.locator("table.bars tr", has_text="Tesla and xAI, 2024")
    assert row.locator(".bar-ran, .bar-stock").count() == 0
    outline = row.locator(".bar-unknown")
    assert outline.evaluate("one => getComputedStyle(one).fill") == "none"
    assert outline.evaluate("one => getComputedStyle(one).strokeDasharray") not in {"", "none"}
    assert "TR3 and TR4" in row.inner_text()


def test_the_register_is_filtered_by_what_is_typed(page_at: PageAt, pages: dict[str, Path]) -> None:
    page = page_at(pages["en"], width=DESK)
    page.locator("#table-register-filter").fill("hall")
    shown = page.locator("#table-register tbody tr:visible")
    assert shown.count() == 1
    assert "X (was Twitter) to xAI" in shown.inner_text()
