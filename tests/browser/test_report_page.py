"""The report in a real browser: on a desk, on a phone, on paper, in the light and in the dark."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from apportion.report.page import report_html
from tests.browser.conftest import PageAt
from tests.unit.test_report_page import evil_plan, evil_world, large_plan, large_world
from tests.unit.test_report_sample import PARTIES, SITES, make_plan, make_world, sample_plan, sample_world

DESK, PHONE = 1400, 400
LOOKS = [(width, dark) for width in (DESK, PHONE) for dark in (False, True)]
SHORTAGES = "#table-shortages"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    world = sample_world()
    return written(tmp_path_factory.mktemp("plan"), report_html(world, sample_plan(world)))


def written(folder: Path, page: str) -> Path:
    file = folder / "report.html"
    file.write_text(page, encoding="utf-8")
    return file


def column(page: Page, place: int) -> list[str]:
    return page.locator(f"{SHORTAGES} tbody tr:visible > :nth-child({place})").all_text_contents()


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_the_report_has_no_barrier_and_fits_its_window(
    page_at: PageAt, barriers: Callable[[Page], list[str]], report: Path, width: int, *, dark: bool
) -> None:
    page = page_at(report, width=width, dark=dark)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert barriers(page) == []


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_every_chart_is_drawn_inside_its_place(
    page_at: PageAt, report: Path, width: int, *, dark: bool
) -> None:
    page = page_at(report, width=width, dark=dark)
    charts = page.locator(".chart")
    assert charts.count() == 10
    for chart in charts.all():
        drawing = chart.locator("svg")
        expect(drawing.locator("path").first).to_be_attached()
        place, box = chart.bounding_box(), drawing.bounding_box()
        assert place is not None
        assert box is not None
        assert (box["width"], box["height"]) == pytest.approx((place["width"], place["height"]), abs=1)


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_labels_of_a_chart_never_overlap(page_at: PageAt, report: Path, width: int) -> None:
    page = page_at(report, width=width)
    overlaps = page.evaluate(
        """() => Array.from(document.querySelectorAll('.chart'), (chart) => {
            const boxes = Array.from(chart.querySelectorAll('text'), (text) => text.getBoundingClientRect());
            return boxes.filter((one, index) => boxes.slice(index + 1).some((other) =>
                one.left < other.right - 1 && other.left < one.right - 1 &&
                one.top < other.bottom - 3 && other.top < one.bottom - 3)).length;
        })"""
    )
    assert overlaps == [0] * 10


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_long_numbers_stand_inside_their_chart(page_at: PageAt, tmp_path: Path, width: int) -> None:
    order = {
        "order": "T1",
        "customer": "tesla",
        "skus": "H100-SXM",
        "quantity": "250000000",
        "sites": "giga_texas",
        "requested_on": "2024-01-08",
    }
    sku = {"sku": "H100-SXM", "name": "H100", "vendor": "foundry", "site_kw": "1"}
    world = make_world({"parties": PARTIES, "skus": [sku], "sites": SITES, "orders": [order]})
    page = page_at(written(tmp_path, report_html(world, make_plan(world, tables={}))), width=width)
    chart = page.locator("#figure-supply")
    box = chart.bounding_box()
    assert box is not None
    expect(chart.locator("text").filter(has_text="200,000,000")).to_be_attached()
    lefts = chart.locator("text").evaluate_all("all => all.map((one) => one.getBoundingClientRect().left)")
    assert min(lefts) >= box["x"]


def test_charts_take_the_colours_of_the_scheme_as_it_changes(page_at: PageAt, report: Path) -> None:
    page = page_at(report, width=DESK)
    stroke = (
        "getComputedStyle(document.querySelector('#figure-supply svg path[stroke*=\"--shipped\"]')).stroke"
    )
    assert page.evaluate(stroke) == "rgb(18, 87, 184)"
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(stroke) == "rgb(125, 176, 255)"


def test_charts_are_drawn_anew_for_a_new_width(page_at: PageAt, report: Path) -> None:
    page = page_at(report, width=DESK)
    wide = page.locator("#figure-supply svg").get_attribute("width")
    page.set_viewport_size({"width": PHONE, "height": 800})
    expect(page.locator("#figure-supply svg")).not_to_have_attribute("width", str(wide))
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_a_table_sorts_by_keyboard(page_at: PageAt, report: Path, width: int) -> None:
    page = page_at(report, width=width)
    head = page.locator(f"{SHORTAGES} thead th").nth(2)
    head.get_by_role("button").focus()
    page.keyboard.press("Enter")
    expect(head).to_have_attribute("aria-sort", "ascending")
    assert column(page, 3) == ["0", "0", "4", "996", "1,000", "2,000", "4,000", "16,000", "35,000"]
    page.keyboard.press("Space")
    expect(head).to_have_attribute("aria-sort", "descending")
    assert column(page, 3)[:2] == ["35,000", "16,000"]
    expect(page.locator("#shortages .state")).to_have_text("9 of 9 rows, sorted by Short, falling")


def test_empty_cells_come_last_whichever_way(page_at: PageAt, report: Path) -> None:
    page = page_at(report, width=DESK)
    until = page.locator(f"{SHORTAGES} thead th").nth(6).get_by_role("button")
    for last in ("2025-04-14", "2024-06-15"):
        until.click()
        assert [text for text in column(page, 7) if text][-1] == last
        assert column(page, 7)[-1] == ""


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_a_table_filters_by_keyboard(page_at: PageAt, report: Path, width: int) -> None:
    page = page_at(report, width=width)
    page.get_by_label("Filter the rows").first.focus()
    page.keyboard.type("Harbour SUPPLY")
    assert column(page, 1) == ["H1"]
    expect(page.locator("#shortages .state")).to_have_text("1 of 9 rows")
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.press("Delete")
    assert len(column(page, 1)) == 9


def test_the_numbers_behind_a_chart_open_by_keyboard(page_at: PageAt, report: Path) -> None:
    page = page_at(report, width=PHONE)
    page.locator("#supply summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#supply details table")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE


def test_a_pointer_on_a_chart_shows_the_day_and_its_numbers(page_at: PageAt, report: Path) -> None:
    page = page_at(report, width=DESK)
    box = page.locator("#figure-supply").bounding_box()
    assert box is not None
    page.locator("#figure-supply").hover(position={"x": box["width"] * 0.6, "y": box["height"] * 0.5})
    expect(page.locator("#figure-supply .chart-tip")).to_contain_text("Ordered, by day wanted124,000 units")


@pytest.mark.parametrize("dark", [False, True])
def test_paper_is_light_and_keeps_charts_and_tables(page_at: PageAt, report: Path, *, dark: bool) -> None:
    page = page_at(report, width=DESK, dark=dark)
    page.emulate_media(media="print", color_scheme="dark" if dark else "light")
    page.set_viewport_size({"width": 700, "height": 1000})
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    expect(page.locator("nav")).to_be_hidden()
    expect(page.locator("#shortages input")).to_be_hidden()
    expect(page.locator(f"{SHORTAGES} thead")).to_be_visible()
    expect(page.locator("#figure-supply svg")).to_have_attribute("viewBox", "0 0 680 260")
    box = page.locator("#figure-supply svg").bounding_box()
    assert box is not None
    assert 600 < box["width"] <= 700
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_names_that_look_like_html_run_nothing(page_at: PageAt, tmp_path: Path) -> None:
    world = evil_world()
    page = page_at(written(tmp_path, report_html(world, evil_plan(world))), width=PHONE)
    assert page.locator("h1").text_content() == "</title><b>"
    assert page.locator("main img, main b").count() == 0
    expect(page.locator("#figure-supply svg path").first).to_be_attached()
    expect(page.locator("#table-shortages tbody tr")).to_have_count(2)


def test_a_large_report_fits_a_phone(page_at: PageAt, tmp_path: Path) -> None:
    world = large_world()
    page = page_at(written(tmp_path, report_html(world, large_plan(world))), width=PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE
    page.get_by_label("Filter the rows").first.fill("order-0007")
    assert column(page, 1) == ["order-0007"]


def test_without_scripts_the_page_still_says_everything(page_at: PageAt, report: Path) -> None:
    browser = page_at(report).context.browser
    assert browser is not None
    context = browser.new_context(java_script_enabled=False, viewport={"width": PHONE, "height": 800})
    page = context.new_page()
    page.goto(report.as_uri())
    expect(page.locator(f"{SHORTAGES} tbody tr")).to_have_count(9)
    expect(page.locator("#shortages .controls")).to_be_hidden()
    expect(page.locator(".no-script")).to_be_visible()
    expect(page.locator(".no-script")).to_contain_text("The charts need scripts.")
    context.close()
