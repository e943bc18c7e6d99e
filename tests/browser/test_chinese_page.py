"""The assessment in Traditional Chinese in a real browser: on a desk and on a phone, in the light and in the dark.

No font is asked for: where the machine has none for Chinese, its boxes are as wide as the characters would be.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import apportion as ap
from apportion.report.assessment import assessment_html
from tests.browser.conftest import PageAt

DESK, PHONE = 1400, 400
LOOKS = [(width, dark) for width in (DESK, PHONE) for dark in (False, True)]


@pytest.fixture(scope="module")
def assessment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("chinese") / "assessment.html"
    found = ap.assess(ap.read("tesla-x-2023"), "swap-2023-12")
    file.write_text(assessment_html(found, language="zh-Hant"), encoding="utf-8")
    return file


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_the_chinese_page_has_no_barrier_and_fits_its_window(
    page_at: PageAt, barriers: Callable[[Page], list[str]], assessment: Path, width: int, *, dark: bool
) -> None:
    page = page_at(assessment, width=width, dark=dark)
    assert page.evaluate("document.documentElement.lang") == "zh-Hant"
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert barriers(page) == []


def test_charts_and_tables_speak_chinese(page_at: PageAt, assessment: Path) -> None:
    page = page_at(assessment, width=DESK)
    expect(page.locator("#figure-live-1 svg text").filter(has_text="加速器日")).to_be_attached()
    state = page.locator("#rests .state")
    rows = page.locator("#facts tbody tr").count()
    expect(state).to_have_text(f"顯示 {rows} 列中的 {rows} 列")
    page.locator("#facts thead th").nth(2).get_by_role("button").focus()
    page.keyboard.press("Enter")
    expect(state).to_have_text(f"顯示 {rows} 列中的 {rows} 列，依「依據類別」遞增排序")
    page.get_by_label("篩選列").fill("據點就緒 giga")
    expect(state).to_contain_text(f"顯示 {rows} 列中的 4 列")


def test_the_font_of_chinese_is_one_of_the_system(page_at: PageAt, assessment: Path) -> None:
    page = page_at(assessment, width=DESK)
    fonts = page.evaluate("getComputedStyle(document.body).fontFamily")
    assert "PingFang TC" in fonts
    assert "Microsoft JhengHei" in fonts
    assert "Noto Sans CJK TC" in fonts
    assert page.evaluate("document.fonts.size") == 0  # Nothing is brought along, so nothing is fetched.
