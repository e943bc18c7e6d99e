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


# A word of which one part stands on one line and the rest on another; a hyphen may end a line.
BROKEN_WORDS = """
() => {
  const broken = [];
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.parentElement.closest("pre, .digests, svg, .chart, [hidden], details:not([open])")) continue;
    for (const match of node.data.matchAll(/\\d{4}-\\d{2}-\\d{2}|[\\p{Script=Latin}\\d.,_]+/gu)) {
      const range = document.createRange();
      range.setStart(node, match.index);
      range.setEnd(node, match.index + match[0].length);
      const tops = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
      if (tops.size > 1) broken.push(match[0]);
    }
  }
  return broken;
}
"""


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_no_word_is_broken_in_the_middle(page_at: PageAt, claims: Path, width: int) -> None:
    assert page_at(claims, width=width).evaluate(BROKEN_WORDS) == []


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_every_claim_stands_on_the_board_with_its_verdict(page_at: PageAt, claims: Path, width: int) -> None:
    found = ap.claims(ap.read("tesla-x-2023").as_known_on(dt.date(2024, 6, 30), "all"))
    rows = page_at(claims, width=width).locator("#table-board tbody tr")
    told = rows.evaluate_all(
        "all => all.map((row) => [row.cells[0].innerText.trim(), row.querySelector('.verdict').innerText.trim()])"
    )
    assert [tuple(row) for row in told] == found.claims.select("claim", "verdict").rows()
    boxes = [row.bounding_box() for row in rows.all()]
    assert all(box and box["x"] >= 0 and box["x"] + box["width"] <= width for box in boxes)


def test_the_answer_is_the_first_thing_on_a_phone(page_at: PageAt, claims: Path) -> None:
    lead = page_at(claims, width=PHONE).locator(".lead").first
    assert "not all of it holds together" in lead.inner_text()
    box = lead.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < PHONE


def test_an_id_leads_to_the_row_of_its_claim(page_at: PageAt, claims: Path) -> None:
    page = page_at(claims, width=DESK)
    link = page.locator("#apart .sayings a").first
    name = link.inner_text()
    link.click()
    assert page.locator("#table-board tr:target th").inner_text() == name


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_the_chinese_page_fits_its_window(
    page_at: PageAt, barriers: Callable[[Page], list[str]], tmp_path: Path, width: int
) -> None:
    file = tmp_path / "claims.html"
    found = ap.claims(ap.read("tesla-x-2023").as_known_on(dt.date(2024, 6, 4), "public"))
    file.write_text(claims_html(found, words=Words.load("zh-Hant")), encoding="utf-8")
    page = page_at(file, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert barriers(page) == []
