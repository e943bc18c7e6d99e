"""The page of suggestions in a real browser: on a desk, on a phone, in the dark, without scripts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import apportion as ap
from apportion.report.suggestions_page import suggestions_html
from apportion.report.words import Words
from tests.browser.conftest import PageAt
from tests.build import make_world
from tests.laws.small import small

DESK, PHONE = 1400, 400
LOOKS = [(width, dark) for width in (DESK, PHONE) for dark in (False, True)]


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the page of three suggestions: 18, 40 and 15 unit-days, one of them unequal."""
    raw = small(
        "order customer quantity sites\no p 3 s\na q 3 t\nb r 4 u\nc v 5 s|w",
        "lot sku arrives_on quantity reserved_for\n"
        "l k 2024-01-02 3 o\nm k 2024-01-08 3 a\nn k 2024-01-01 4 -\nh k 2024-01-06 5 c",
        sites="site\ns\nt\nu\nw",
        readiness="site ready_on power_kw\ns 2024-01-09 9\nt 2024-01-01 3\nu 2024-01-01 4\nw 2024-01-06 5",
        skus="sku rent_usd_per_hour\nk 2",
    )
    file = tmp_path_factory.mktemp("market") / "suggestions.html"
    found = ap.suggest(make_world(raw.settings, raw.tables))
    assert len(found.items) > 2
    file.write_text(suggestions_html(found, words=Words.load("en")), encoding="utf-8")
    return file


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_the_page_has_no_barrier_and_fits_its_window(
    page_at: PageAt, barriers: Callable[[Page], list[str]], market: Path, width: int, *, dark: bool
) -> None:
    page = page_at(market, width=width, dark=dark)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert barriers(page) == []


def test_bars_are_as_long_as_what_is_gained(page_at: PageAt, market: Path) -> None:
    page = page_at(market, width=DESK)
    rows = page.locator("#bars tbody tr").evaluate_all(
        """all => all.map((row) => {
            const bar = row.querySelector('.bar-ran');
            return [Number(row.querySelector('td.number').textContent), bar ? bar.getBoundingClientRect().width : 0];
        })"""
    )
    longest = max(rows)
    assert longest[0] > 0
    assert [width / longest[1] for _, width in rows] == pytest.approx(
        [gain / longest[0] for gain, _ in rows], abs=0.02
    )


def test_without_scripts_the_page_still_says_everything(page_at: PageAt, market: Path) -> None:
    browser = page_at(market).context.browser
    assert browser is not None
    context = browser.new_context(java_script_enabled=False, viewport={"width": PHONE, "height": 800})
    page = context.new_page()
    page.goto(market.as_uri())
    expect(page.locator("#table-moves tbody tr").first).to_be_visible()
    expect(page.locator("#table-cases tbody tr").first).to_be_visible()
    expect(page.locator("#table-dues tbody tr").first).to_be_visible()
    expect(page.locator(".no-script")).to_be_visible()
    context.close()
