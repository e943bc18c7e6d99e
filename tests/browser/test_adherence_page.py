"""The page of departures in a real browser: on a desk, on a phone, on paper, without a mouse, without scripts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import apportion as ap
from apportion.report.adherence_page import adherence_html
from apportion.report.words import Words
from apportion.study.adherence import adherence
from tests.browser.conftest import PageAt

DESK, PHONE = 1400, 400
LOOKS = [(width, dark) for width in (DESK, PHONE) for dark in (False, True)]
TABLE = "#table-departures"
CHARTS = 9


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("market"), "hopper-market")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("story"), "tesla-x-2023")


def written(folder: Path, scenario: str) -> Path:
    world = ap.read(scenario)
    file = folder / "adherence.html"
    file.write_text(adherence_html(world, adherence(world), words=Words.load("en")), encoding="utf-8")
    return file


def column(page: Page, place: int) -> list[str]:
    return page.locator(f"{TABLE} tbody tr:visible > :nth-child({place})").all_text_contents()


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_the_page_has_no_barrier_and_fits_its_window(
    page_at: PageAt, barriers: Callable[[Page], list[str]], market: Path, width: int, *, dark: bool
) -> None:
    page = page_at(market, width=width, dark=dark)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert barriers(page) == []


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_every_chart_is_drawn_inside_its_place_with_both_lines(
    page_at: PageAt, market: Path, width: int
) -> None:
    page = page_at(market, width=width)
    charts = page.locator(".chart")
    assert charts.count() == CHARTS
    for chart in charts.all():
        drawing = chart.locator("svg")
        expect(drawing.locator('path[stroke*="--shipped"]')).to_have_count(1)
        expect(drawing.locator('path[stroke*="--ordered"]')).to_have_count(1)
        place, box = chart.bounding_box(), drawing.bounding_box()
        assert place is not None
        assert box is not None
        assert (box["width"], box["height"]) == pytest.approx((place["width"], place["height"]), abs=1)


def test_what_is_ahead_and_what_is_behind_are_shaded_where_they_are(page_at: PageAt, story: Path) -> None:
    # X is ahead by 6,000 for 16 days and then behind by 6,000 for 136: areas as wide as that, one after the other.
    page = page_at(story, width=DESK)
    boxes = {}
    for role in ("ahead", "behind"):
        path = page.locator(f'#figure-path-3 path[fill*="--{role}-fill"]')
        expect(path).to_have_count(1)
        boxes[role] = page.evaluate(
            """(path) => {
                const box = path.getBBox(), filled = [];
                const point = path.ownerSVGElement.createSVGPoint();
                for (point.x = box.x; point.x <= box.x + box.width; point.x += 0.25)
                    for (point.y = box.y + 1; point.y < box.y + box.height; point.y += 3)
                        if (path.isPointInFill(point)) filled.push(point.x);
                return [Math.min(...filled), Math.max(...filled)];
            }""",
            path.element_handle(),
        )
    assert boxes["ahead"][1] == pytest.approx(boxes["behind"][0], abs=1)
    ahead, behind = (right - left for left, right in (boxes["ahead"], boxes["behind"]))
    assert behind / ahead == pytest.approx(136 / 16, rel=0.1)


def test_a_pointer_on_a_chart_shows_both_numbers_of_the_day(page_at: PageAt, story: Path) -> None:
    page = page_at(story, width=DESK)
    box = page.locator("#figure-path-2").bounding_box()
    assert box is not None
    page.locator("#figure-path-2").hover(position={"x": box["width"] * 0.4, "y": box["height"] * 0.5})
    tip = page.locator("#figure-path-2 .chart-tip")
    expect(tip).to_contain_text("In fact12,000 units")
    expect(tip).to_contain_text("By the policy0 units")


def test_bars_are_as_long_as_their_unit_days(page_at: PageAt, story: Path) -> None:
    page = page_at(story, width=DESK)
    widths = page.locator("#bars .bar svg").evaluate_all(
        """all => all.map((drawing) => Array.from(drawing.querySelectorAll('.bar-ran, .bar-rest'),
            (part) => part.getBoundingClientRect().width).reduce((sum, one) => sum + one, 0))"""
    )
    whole = [6274544, 2496240, 816000, 96000]
    assert [width / widths[0] for width in widths] == pytest.approx(
        [one / whole[0] for one in whole], abs=0.02
    )


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_the_table_sorts_and_filters_by_keyboard_and_keeps_its_total_last(
    page_at: PageAt, market: Path, width: int
) -> None:
    page = page_at(market, width=width)
    page.locator(f"{TABLE} thead th").nth(6).get_by_role("button").focus()
    page.keyboard.press("Enter")
    assert column(page, 7)[0] == "25,699"
    page.get_by_label("Filter the rows").focus()
    page.keyboard.type("meta amazon")
    assert column(page, 7) == ["942,981"]
    expect(page.locator(f"{TABLE} tfoot td").nth(5)).to_have_text("23,631,566")
    rows = page.locator(f"{TABLE} tr:visible").all_text_contents()
    assert "Total" in rows[-1]


def test_the_numbers_behind_a_chart_open_by_keyboard(page_at: PageAt, market: Path) -> None:
    page = page_at(market, width=PHONE)
    page.locator("#paths summary").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#paths details table").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE


def test_paper_keeps_charts_bars_and_table(page_at: PageAt, story: Path) -> None:
    page = page_at(story, width=DESK, dark=True)
    page.emulate_media(media="print", color_scheme="dark")
    page.set_viewport_size({"width": 700, "height": 1000})
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    expect(page.locator("nav")).to_be_hidden()
    expect(page.locator(f"{TABLE} tfoot")).to_be_visible()
    expect(page.locator("#bars .bar-rest").first).to_be_visible()
    expect(page.locator("#figure-path-1 svg")).to_have_attribute("viewBox", "0 0 330 180")
    heights = page.locator(".keys .value").evaluate_all("all => all.map((one) => one.clientHeight)")
    assert len(set(heights)) == 1  # No number is broken over two lines.
    assert page.evaluate("document.documentElement.scrollWidth") == 700
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_without_scripts_the_page_still_says_everything(page_at: PageAt, story: Path) -> None:
    browser = page_at(story).context.browser
    assert browser is not None
    context = browser.new_context(java_script_enabled=False, viewport={"width": PHONE, "height": 800})
    page = context.new_page()
    page.goto(story.as_uri())
    expect(page.locator(f"{TABLE} tbody tr")).to_have_count(4)
    expect(page.locator("#bars .bar-rest").first).to_be_visible()
    expect(page.locator("#paths figcaption").first).to_contain_text("100,000 units in fact")
    expect(page.locator(".no-script")).to_be_visible()
    context.close()
