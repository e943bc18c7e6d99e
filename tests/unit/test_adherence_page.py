"""The page of departures: complete in itself, its rows sum to its total, harmless whatever the facts are called."""

from __future__ import annotations

import itertools
import json
import re
from decimal import Decimal

import pytest

import apportion as ap
from apportion.model.policy import Rule
from apportion.report.adherence_page import adherence_html
from apportion.report.departures import departure_bars, departure_keys, departures_grid
from apportion.report.paths import path_figures
from apportion.report.rules import rule_steps
from apportion.report.words import Words
from apportion.study.adherence import STOCK, adherence
from tests.unit.test_adherence import world_of
from tests.unit.test_report_page import EVIL, Outline, evil_world

WORDS = Words.load("en")
MEGABYTE = 2**20


def page_of(world: ap.World) -> str:
    return adherence_html(world, adherence(world), words=WORDS)


@pytest.fixture(scope="module")
def page() -> str:
    return page_of(ap.read("tesla-x-2023"))


def test_the_same_facts_give_the_same_bytes(page: str) -> None:
    assert page_of(ap.read("tesla-x-2023")) == page
    assert len(page) < MEGABYTE


def test_the_page_asks_nobody_for_anything(page: str) -> None:
    outline = Outline(page)
    for attribute in ("src", "srcset", "action", "background", "poster"):
        assert not [one for _, one in outline.elements if attribute in one], attribute
    policies = [one["content"] for one in outline.named("meta") if "http-equiv" in one]
    assert [policy.split(";")[0] for policy in policies if policy] == ["default-src 'none'"]


def test_links_lead_somewhere_and_headings_come_in_order(page: str) -> None:
    outline = Outline(page)
    ids = [attributes["id"] for _, attributes in outline.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {str(link["href"])[1:] for link in outline.named("a")} <= set(ids)
    ranks = [int(tag[1]) for tag, _ in outline.elements if re.fullmatch(r"h[1-6]", tag)]
    assert ranks[0] == 1
    assert ranks.count(1) == 1
    assert all(then <= first + 1 for first, then in itertools.pairwise(ranks))
    assert all("scope" in heading for heading in outline.named("th"))


def test_the_page_says_what_matters_without_a_script(page: str) -> None:
    text = Outline(page).text
    world = ap.read("tesla-x-2023")
    for said in (
        "departs from the policy by 9,682,784 unit-days, 34.7% of the unit-days delivered.",
        "Of the 9,682,784 unit-days by which customers were ahead, at most 612 ran in addition",
        "Tesla was ahead of the policy by up to 6,000 units of H100-SXM",
        "Tesla ahead, X (was Twitter) behind",
        "12,000 by the policy; on the way 96,000 unit-days ahead of it and 816,000 behind.",
        "In fact: what shipped from 2023-12-01 on and before 2025-03-31",
        "The sites are taken to be ready as stated.",
        "apportion adherence SCENARIO --out DIR --rule max-min --case middle",
        world.digest,
        *rule_steps(world, adherence(world), words=WORDS),
    ):
        assert said in text, said


def test_every_chart_has_words_and_numbers_beside_it(page: str) -> None:
    outline = Outline(page)
    charts = [one for one in outline.named("div") if one.get("role") == "img"]
    figures = json.loads(outline.scripts[0])["figures"]
    assert [one["id"] for one in charts] == [figure["id"] for figure in figures]
    assert all(one["aria-label"] for one in charts)
    assert len(outline.named("figcaption")) == len(outline.named("details")) == len(charts) == 3
    assert [[area["role"] for area in figure["areas"]] for figure in figures] == [["ahead", "behind"]] * 3


@pytest.mark.parametrize("scenario", ["tesla-x-2023", "hopper-market", "three-orders"])
def test_bars_key_figures_and_the_table_sum_to_the_total(scenario: str) -> None:
    found = adherence(ap.read(scenario))
    grid = departures_grid(found, names={}, words=WORDS)
    rows = [Decimal(row[6].value) for row in grid.rows]
    assert sum(rows) == Decimal(grid.total[6].value) == found.unit_days
    bars = departure_bars(found, names={}, words=WORDS)
    assert sum(Decimal(bar.value.replace(",", "")) for bar in bars.bars) == found.unit_days
    whole, *kinds = [Decimal(value.replace(",", "")) for value, _, _ in departure_keys(found, words=WORDS)]
    assert whole == sum(kinds) == found.unit_days


def test_a_bar_is_as_long_as_its_departure_and_its_parts_meet() -> None:
    # Anna is ahead of the stock by 50 unit-days, none of which ran, and of bert by 25, all of which did.
    found = adherence(world_of(ready_on="2024-01-06", lot={"reserved_for": "anna"}))
    bars = departure_bars(found, names={"anna": "Anna"}, words=WORDS).bars
    assert [(bar.name, bar.parts) for bar in bars] == [
        ("Anna ahead, taken from stock", (("ran", "", "0.00"), ("rest", "0.00", "100.00"))),
        ("Anna ahead, bert behind", (("ran", "", "50.00"), ("rest", "50.00", "0.00"))),
    ]


def test_the_chart_furthest_from_the_policy_comes_first_and_says_by_how_much() -> None:
    world = world_of(ready_on="2024-01-06", lot={"reserved_for": "anna"})
    figures, more = path_figures(world, adherence(world), names={}, words=WORDS)
    assert more == 0
    assert [(one.title, one.caption) for one in figures] == [
        (
            "anna",
            "In the end 10 units in fact, 5 by the policy; on the way 75 unit-days ahead of it and 0 behind.",
        ),
        (
            "bert",
            "In the end 0 units in fact, 5 by the policy; on the way 0 unit-days ahead of it and 25 behind.",
        ),
    ]
    assert figures[0].rows == (("2024-01-01", "10", "0"), ("2024-01-06", "10", "5"))


def test_charts_beyond_the_first_nine_are_counted_and_named_by_sku_where_there_are_several() -> None:
    text = Outline(page_of(ap.read("hopper-market"))).text
    assert "Google, H100-SXM" in text
    assert "9 more charts, nearer to the policy, are left out" in text


def test_the_rent_of_all_is_told_only_where_every_sku_has_one() -> None:
    grid = departures_grid(adherence(ap.read("hopper-market")), names={}, words=WORDS)
    assert grid.total[8].text == ""
    assert [row[8].text for row in grid.rows].count("") > 0
    whole = departures_grid(adherence(ap.read("tesla-x-2023")), names={}, words=WORDS)
    assert whole.total[8].text == "1,060,845,815"


def test_facts_that_depart_from_nothing_are_a_page_too() -> None:
    world = world_of(ready_on="2024-01-01", lot={"reserved_for": "anna", "quantity": "10"})
    whole = ap.Policy(rule=Rule.FIRST_COME)
    found = adherence(world, whole)
    text = Outline(adherence_html(world, found, words=WORDS)).text
    assert found.departures.is_empty()
    assert "What was shipped and booked is what the policy would have done, day by day." in text
    assert "Nothing departs from the policy." in text


def test_names_that_look_like_html_are_text() -> None:
    world = evil_world()
    page = page_of(world)
    outline = Outline(page)
    assert len(outline.scripts) == 5
    assert "alert(1)" not in "".join(outline.scripts[:2])
    assert not outline.named("img")
    assert not outline.named("b")
    assert not [name for _, attributes in outline.elements for name in attributes if name.startswith("on")]
    _, quote, title, _, _, braces = EVIL
    for name in (quote, title, braces):
        assert name in outline.text, name


def test_the_view_stands_in_the_command_that_makes_the_page_again() -> None:
    world = ap.read("tesla-x-2023").as_known_on(None, "party:tesla").case("unfavourable")
    text = Outline(page_of(world)).text
    assert "--rule max-min --case unfavourable --viewpoint party:tesla" in text
    assert "Only what tesla could know was looked at." in text


def test_stock_is_named_in_words_and_not_by_its_mark() -> None:
    found = adherence(ap.read("three-orders"))
    grid = departures_grid(found, names={}, words=WORDS)
    assert {row[0].text for row in grid.rows} == {WORDS.say("departure.stock")}
    assert STOCK in found.departures["winner"].to_list()
