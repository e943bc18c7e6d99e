"""The page of an assessment in a real browser: on a desk, on a phone, in the dark, without scripts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

import apportion as ap
from apportion.commands.assessments import page_of
from tests.browser.conftest import PageAt

DESK, PHONE = 1400, 400
LOOKS = [(width, dark) for width in (DESK, PHONE) for dark in (False, True)]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("story") / "assessment.html"
    file.write_text(page_of(ap.assess(ap.read("tesla-x-2023"), "swap-2023-12")), encoding="utf-8")
    return file


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_the_page_has_no_barrier_and_fits_its_window(
    page_at: PageAt, barriers: Callable[[Page], list[str]], story: Path, width: int, *, dark: bool
) -> None:
    page = page_at(story, width=width, dark=dark)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert barriers(page) == []


def test_every_chart_is_drawn(page_at: PageAt, story: Path) -> None:
    page = page_at(story, width=DESK)
    charts = page.locator(".chart")
    assert charts.count() >= 6  # Two parties, and two sites each before and with the proposal.
    for chart in charts.all():
        expect(chart.locator("svg")).to_have_count(1)


def test_idle_time_is_shaded_where_more_stands_than_power_carries(page_at: PageAt, story: Path) -> None:
    page = page_at(story, width=DESK)
    shaded = page.locator('#sites .chart path[fill*="--excess"]')
    assert shaded.count() >= 3  # Texas in both futures, and Atlanta for a while.


def test_no_word_is_broken_in_the_middle_on_a_desk(page_at: PageAt, story: Path) -> None:
    page = page_at(story, width=DESK)
    one_line = page.locator("#facts tbody tr").filter(has_text="readiness").first.locator("th")
    box = one_line.bounding_box()
    assert box is not None
    assert (
        page.evaluate(
            "(cell) => { const range = document.createRange(); range.selectNodeContents(cell);"
            " return range.getClientRects().length; }",
            one_line.element_handle(),
        )
        == 1
    )


def test_a_bar_begins_where_the_one_before_ends(page_at: PageAt, story: Path) -> None:
    page = page_at(story, width=DESK)
    ends = page.locator("#sides .bars svg").evaluate_all(
        """all => all.map((drawing) => {
            const part = drawing.querySelector('rect:not(.bar-ground)').getBoundingClientRect();
            const ground = drawing.getBoundingClientRect();
            return [part.left - ground.left, part.right - ground.left];
        })"""
    )
    x_before, x_delivered, x_dark, x_after = ends[4:8]
    assert x_delivered[0] == pytest.approx(x_before[1], abs=1)
    assert x_dark[1] == pytest.approx(x_delivered[1], abs=1)
    assert x_after[1] == pytest.approx(x_dark[0], abs=1)


def test_all_numbers_are_there_without_scripts(chromium: Browser, story: Path) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(story.resolve().as_uri())
    text = page.locator("main").inner_text()
    context.close()
    for number in ("816,000", "2,351,820", "6,001 units", "-318,000"):
        assert number in text
