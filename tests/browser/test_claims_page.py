"""The page of claims in a real browser: on a desk, on a phone, in the dark."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

import apportion as ap
from apportion.report.claims_page import claims_html
from apportion.report.words import Words
from tests.browser.conftest import PageAt

DESK, PHONE = 1400, 400
LOOKS = [(width, dark) for width in (DESK, PHONE) for dark in (False, True)]


@pytest.fixture(scope="module")
def claims(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("claims") / "claims.html"
    found = ap.claims(ap.read("tesla-x-2023").as_known_on(dt.date(2024, 6, 30), "all"))
    file.write_text(claims_html(found, words=Words.load("en")), encoding="utf-8")
    return file


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_the_page_has_no_barrier_and_fits_its_window(
    page_at: PageAt, barriers: Callable[[Page], list[str]], claims: Path, width: int, *, dark: bool
) -> None:
    page = page_at(claims, width=width, dark=dark)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert barriers(page) == []


def test_every_chart_is_drawn(page_at: PageAt, claims: Path) -> None:
    page = page_at(claims, width=DESK)
    drawn = page.locator(".chart").evaluate_all(
        "all => all.map((one) => one.querySelectorAll('svg path').length)"
    )
    assert drawn
    assert all(paths > 3 for paths in drawn)
