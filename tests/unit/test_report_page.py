"""The page: complete in itself, the same bytes each time, harmless whatever the facts are called."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import json
import re
from decimal import Decimal
from html.parser import HTMLParser

import pytest

from apportion.calendar import Calendar, RoundLength
from apportion.errors import Severity
from apportion.model.plan import Plan
from apportion.model.world import View, World
from apportion.report.figures import Figure, site_figures, supply_figure
from apportion.report.grids import MOST_ROWS, allocations_grid, findings_grid
from apportion.report.page import report_html
from apportion.report.series import MOST_POINTS, ZERO, Line, changes, running, supply_and_demand
from apportion.report.words import Words
from tests.unit.test_report_sample import (
    END,
    FINDING,
    START,
    make_plan,
    make_world,
    sample_plan,
    sample_world,
)

WORDS = Words.load("en")
MEGABYTE = 2**20
EVIL = (
    "<script>alert(1)</script>",
    '"</script>',
    "</title><b>",
    "&lt;",
    "'\"><img src=x onerror=alert(1)>",
    "{{ 7 * 7 }}",
)


class Outline(HTMLParser):
    """What a page is made of: elements with their attributes, scripts, and the text outside of them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.scripts: list[str] = []
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._inside = tag
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, text: str, /) -> None:
        if self._inside == "script":
            self.scripts[-1] += text
        else:
            self.text += text

    def handle_endtag(self, _tag: str, /) -> None:
        self._inside = ""

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def page() -> str:
    world = sample_world()
    return report_html(world, sample_plan(world))


def test_the_same_plan_gives_the_same_bytes(page: str) -> None:
    world = sample_world()
    assert report_html(world, sample_plan(world)) == page


def test_the_page_asks_nobody_for_anything(page: str) -> None:
    outline = Outline(page)
    for attribute in ("src", "srcset", "action", "background", "poster"):
        assert not [one for _, one in outline.elements if attribute in one], attribute
    links = {attributes["href"] for attributes in outline.named("a") + outline.named("link")}
    assert all(link is not None and (link.startswith("#") or link == "data:,") for link in links)
    policies = [one["content"] for one in outline.named("meta") if "http-equiv" in one]
    assert [policy.split(";")[0] for policy in policies if policy] == ["default-src 'none'"]
    assert "@import" not in page
    assert not re.search(r"url\(", page[: page.index("</style>")])


def test_every_link_inside_the_page_leads_somewhere(page: str) -> None:
    outline = Outline(page)
    ids = [attributes["id"] for _, attributes in outline.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {str(link["href"])[1:] for link in outline.named("a")} <= set(ids)


def test_the_page_says_what_matters_without_a_script(page: str) -> None:
    text = Outline(page).text
    for said in (
        "100,000 of 124,000 ordered units ship before 2025-03-31",
        "Rule max-min",
        "never more than the site has power and room for",
        "The sites are taken to be ready as stated.",
        "Giga Texas never has power for all that is ordered there.",
        "apportion verify DIR",
        "10.2 kW more at giga_texas and 8 more units of H100-SXM",
        "From 2025-01-13 on the load exceeds the power, by up to 3,650 kW.",
    ):
        assert said in text, said


def test_the_page_carries_its_digests(page: str) -> None:
    plan = sample_plan()
    for one in (plan.digest, plan.world_digest):
        assert one in Outline(page).text


def test_headings_come_in_order_and_columns_have_their_scope(page: str) -> None:
    outline = Outline(page)
    ranks = [int(tag[1]) for tag, _ in outline.elements if re.fullmatch(r"h[1-6]", tag)]
    assert ranks[0] == 1
    assert ranks.count(1) == 1
    assert all(then <= first + 1 for first, then in itertools.pairwise(ranks))
    assert all("scope" in heading for heading in outline.named("th"))


def test_every_chart_has_words_and_numbers_beside_it(page: str) -> None:
    outline = Outline(page)
    charts = [one for one in outline.named("div") if one.get("role") == "img"]
    figures = json.loads(outline.scripts[0])["figures"]
    assert [one["id"] for one in charts] == [figure["id"] for figure in figures]
    assert all(one["aria-label"] for one in charts)
    assert len(outline.named("figcaption")) == len(outline.named("details")) == len(charts) == 10


def evil_world() -> World:
    script, quote, title, entity, image, braces = EVIL
    return make_world(
        {
            "parties": [{"party": script, "name": quote, "kind": "customer", "weight": "1"}],
            "skus": [{"sku": braces, "name": title, "vendor": entity, "site_kw": "1"}],
            "sites": [{"site": image, "name": script, "operator": script}],
            "readiness": [{"site": image, "step": "1", "ready_on": "2023-12-01", "power_kw": "9"}],
            "supply": [
                {"lot": "1", "sku": braces, "supplier": script, "arrives_on": "2023-12-01", "quantity": "9"}
            ],
            "orders": [
                {
                    "order": quote,
                    "customer": script,
                    "skus": braces,
                    "quantity": "9",
                    "sites": image,
                    "requested_on": "2023-12-01",
                }
            ],
        },
        title=title,
    )


def evil_plan(world: World) -> Plan:
    script, quote, _, _, image, braces = EVIL
    day, nine, none = dt.date(2024, 1, 1), Decimal(9), Decimal(0)
    return make_plan(
        world,
        tables={
            "allocations": [(quote, script, braces, image, day, nine, nine, none)],
            "shortages": [
                (
                    quote,
                    script,
                    nine,
                    None,
                    "site-not-ready",
                    f"power_kw at {image}",
                    None,
                    f"1 kW at {image}",
                ),
                (quote, script, nine, None, "fair-share", script, None, quote),
            ],
            "levels": [(day, 1, script, "1", f"supply of {braces}")],
            "customers": [(script, 9, nine, none, nine, none, none, none, none)],
            "sites": [(image, day, nine, nine, nine)],
        },
        view=View(viewpoint=f"party:{script}"),
        findings=[dataclasses.replace(FINDING, file=image, found=EVIL[3])],
    )


def test_names_that_look_like_html_are_text() -> None:
    world = evil_world()
    page = report_html(world, evil_plan(world))
    outline = Outline(page)
    assert len(outline.scripts) == 5
    assert "alert(1)" not in "".join(outline.scripts[:2])
    assert not outline.named("img")
    assert not outline.named("b")
    assert not [name for _, attributes in outline.elements for name in attributes if name.startswith("on")]
    for name in EVIL:
        assert name in outline.text, name


def test_an_empty_plan_is_a_page_too() -> None:
    world = evil_world()
    text = Outline(report_html(world, make_plan(world, tables={}))).text
    for said in (
        "Nothing ships in this plan.",
        "Nothing is short, and nothing is late.",
        "This plan has no levels.",
    ):
        assert said in text


def large_world() -> World:
    orders = [
        {
            "order": f"order-{number:04}",
            "customer": f"customer-{number % 200:03}",
            "skus": f"sku-{number % 8}",
            "quantity": "1040",
            "sites": f"site-{number % 40:02}",
            "requested_on": str(START + dt.timedelta(days=number % 480)),
        }
        for number in range(1000)
    ]
    parties = [
        {"party": f"customer-{n:03}", "name": f"Customer {n}", "kind": "customer", "weight": "1"}
        for n in range(200)
    ]
    return make_world(
        {
            "parties": parties,
            "skus": [{"sku": f"sku-{n}", "name": "x", "vendor": "v", "site_kw": "1"} for n in range(8)],
            "sites": [{"site": f"site-{n:02}", "name": f"Site {n}", "operator": "o"} for n in range(40)],
            "orders": orders,
        }
    )


def large_plan(world: World) -> Plan:
    weeks = [START + dt.timedelta(weeks=step) for step in range(69)]
    ten, one, none = Decimal(10), Decimal(1), Decimal(0)
    orders = [
        (f"order-{n:04}", f"customer-{n % 200:03}", f"sku-{n % 8}", f"site-{n % 40:02}") for n in range(1000)
    ]
    return make_plan(
        world,
        tables={
            "allocations": [(*order, day, ten, ten, none) for day in weeks for order in orders],
            "shortages": [
                (
                    name,
                    customer,
                    Decimal(350),
                    none,
                    "fair-share",
                    f"supply of {sku}",
                    None,
                    f"8 units of {sku}",
                )
                for name, customer, sku, _ in orders
            ],
            "levels": [(day, 1, f"customer-{n:03}", str(n), "filled") for day in weeks for n in range(200)],
            "customers": [
                (f"customer-{n:03}", 5200, ten, one, one, none, none, none, none) for n in range(200)
            ],
            "sites": [
                (f"site-{n:02}", day, ten, Decimal(step), ten)
                for step, day in enumerate(weeks)
                for n in range(40)
            ],
        },
    )


def test_a_large_plan_is_a_page_of_a_few_megabytes() -> None:
    world = large_world()
    plan = large_plan(world)
    page = report_html(world, plan)
    assert len(page) < 2 * MEGABYTE
    text = Outline(page).text
    assert "500 more rows stand in shortages.csv." in text
    assert "500 more rows stand in allocations.csv." in text
    assert "160 more rows stand in levels.csv." in text
    assert "31 more sites stand in sites.csv." in text
    assert "191 more customers stand in the table only." in text
    assert len(allocations_grid(plan, words=WORDS).rows) == MOST_ROWS


def test_a_line_has_a_point_only_where_it_changes() -> None:
    calendar = Calendar(START, END, length=RoundLength.DAY)
    day = dt.date(2024, 1, 1)
    pairs = [(day, Decimal(2)), (day, Decimal(3)), (dt.date(2024, 5, 1), Decimal(0)), (END, Decimal(9))]
    assert running(pairs, calendar) == ((START, ZERO), (day, Decimal(5)))
    assert Line("shipped", running(pairs, calendar)).at([START, day, END]) == [0, 5, 5]


def test_too_many_points_are_thinned_and_the_ends_kept() -> None:
    points = [(START + dt.timedelta(days=step), Decimal(step)) for step in range(5000)]
    kept = changes(points)
    assert len(kept) == MOST_POINTS
    assert (kept[0], kept[-1]) == (points[0], points[-1])


def test_what_shipped_before_the_plan_is_taken_out_of_supply_and_demand() -> None:
    shipment = {
        "shipment": "s",
        "order": "T1",
        "sku": "chip",
        "site": "s",
        "quantity": "30",
        "shipped_on": "2023-10-01",
    }
    world = make_world(
        {
            "skus": [{"sku": "chip", "name": "Chip", "vendor": "v", "site_kw": "1"}],
            "sites": [{"site": "s", "name": "S", "operator": "o"}],
            "supply": [
                {"lot": "1", "sku": "chip", "supplier": "v", "arrives_on": "2023-11-01", "quantity": "20"},
                {"lot": "2", "sku": "chip", "supplier": "v", "arrives_on": "2024-02-01", "quantity": "40"},
            ],
            "orders": [
                {
                    "order": "T1",
                    "customer": "t",
                    "skus": "b|chip:2",
                    "quantity": "100",
                    "sites": "s",
                    "requested_on": "2024-01-01",
                }
            ],
            "shipments": [shipment],
        }
    )
    supply, ordered, shipped = supply_and_demand(world, make_plan(world, tables={}))
    assert supply.points == ((START, ZERO), (dt.date(2024, 2, 1), Decimal(30)))
    assert ordered.points == ((START, ZERO), (dt.date(2024, 1, 1), Decimal(40)))
    assert shipped.points == ((START, ZERO),)


def test_a_load_above_the_power_is_shaded_and_said() -> None:
    world = sample_world()
    by_title: dict[str, Figure] = {
        one.title: one for one in site_figures(world, sample_plan(world), words=WORDS)
    }
    assert "never exceeds" in by_title["X Atlanta"].caption
    assert not by_title["X Atlanta"].excess
    assert max(height for _, _, height in by_title["Memphis hall"].excess) == 3650


def test_long_tables_of_numbers_are_thinned_and_say_so() -> None:
    world = sample_world()
    figure = supply_figure(world, sample_plan(world), words=WORDS)
    assert len(figure.rows) == 60
    assert figure.more_rows > 0
    assert figure.rows[-1][0] > "2025-02-01"


def test_the_gravest_findings_come_first_and_the_rest_is_counted() -> None:
    usual = [dataclasses.replace(FINDING, row=number, severity=Severity.WARNING) for number in range(30)]
    grave = dataclasses.replace(FINDING, severity=Severity.ERROR)
    grid = findings_grid([*usual, grave], words=WORDS)
    assert [row[0].text for row in grid.rows[:2]] == ["error", "warning"]
    assert [row[1].text for row in grid.rows[1:]] == [one.where for one in usual[:24]]
    assert grid.more == "6 more rows stand in plan.json."
