"""What an order is told: how much, why, until when, who else, and what would mend it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import apportion as ap
from apportion.errors import UsageError
from apportion.model.plan import Plan
from apportion.model.policy import Policy, Rule
from apportion.model.world import World
from apportion.report.cells import REASON_NAMES, Kind, Resource, read_resource, remedy_words, resource_words
from apportion.report.why import why_sentences
from apportion.report.words import Words
from tests.unit.test_report_sample import PARTIES, SITES, make_plan, make_world, sample_plan, sample_world

WORDS = Words.load("en")


def order(name: str, customer: str, **cells: str) -> dict[str, str]:
    return {
        "order": name,
        "customer": customer,
        "skus": "chip",
        "quantity": "100",
        "sites": "memphis",
        "requested_on": "2024-01-08",
        **cells,
    }


def small_world(
    *orders: dict[str, str], policy: Policy | None = None, **tables: list[dict[str, str]]
) -> World:
    return make_world(
        {
            "parties": PARTIES,
            "skus": [{"sku": "chip", "name": "Chip", "vendor": "foundry", "site_kw": "1"}],
            "sites": SITES,
            "orders": orders,
            **tables,
        },
        policy=policy,
    )


def shipped(name: str, customer: str, *, units: str = "40", day: str = "2024-01-08") -> tuple[Any, ...]:
    amount = Decimal(units)
    return (name, customer, "chip", "memphis", dt.date.fromisoformat(day), amount, amount, Decimal(0))


def shortage(
    reason: str, *, short: str = "60", resource: str = "", until: str = "", remedy: str = "", name: str = "T1"
) -> tuple[Any, ...]:
    day = dt.date.fromisoformat(until) if until else None
    return (name, "tesla", Decimal(short), Decimal("3.5"), reason, resource or None, day, remedy or None)


def told(world: World, plan: Plan) -> list[str]:
    return why_sentences(world, plan, order="T1", words=WORDS)


def last_told(
    world: World, *shortages: tuple[Any, ...], allocations: tuple[tuple[Any, ...], ...] = ()
) -> str:
    return told(world, make_plan(world, tables={"allocations": allocations, "shortages": shortages}))[-1]


def test_an_order_is_told_what_it_asked_for_and_what_it_gets() -> None:
    world = small_world(order("T1", "tesla", skus="chip|chip:2", sites="memphis|giga_texas"))
    sentences = told(world, make_plan(world, tables={"allocations": [shipped("T1", "tesla", units="100")]}))
    assert sentences == [
        "Tesla ordered 100 units of chip or chip (order T1), wanted on 2024-01-08 at memphis or giga_texas.",
        "It receives 100 units of chip at memphis on 2024-01-08.",
        "It is filled in full and on time.",
    ]


def test_many_shipments_become_one_sentence() -> None:
    world = small_world(order("T1", "tesla"))
    days = [f"2024-02-{day:02}" for day in range(1, 11)]
    plan = make_plan(
        world, tables={"allocations": [shipped("T1", "tesla", units="10", day=day) for day in days]}
    )
    assert told(world, plan)[1] == (
        "It receives 100 units of chip at memphis in 10 shipments between 2024-02-01 and 2024-02-10."
    )


def test_nothing_received_is_said_and_what_went_before_too() -> None:
    gone = {
        "shipment": "s1",
        "order": "T1",
        "sku": "chip",
        "site": "memphis",
        "quantity": "12",
        "shipped_on": "2023-11-01",
    }
    world = small_world(order("T1", "tesla"), shipments=[gone])
    sentences = told(world, make_plan(world, tables={"shortages": [shortage("not-booked", short="88")]}))
    assert sentences[1:] == [
        "12 units have shipped already and are no part of this plan.",
        "In this plan it receives nothing.",
        "On average its units ship 3.5 days later than wanted.",
        "88 units are short: no lot is booked for it.",
    ]


def test_a_site_that_is_not_ready_is_named_with_its_day_and_what_it_lacks() -> None:
    row = shortage(
        "site-not-ready",
        resource="power_kw at memphis",
        until="2024-07-22",
        remedy="8.5 kW at memphis|1 units of chip",
    )
    assert last_told(small_world(order("T1", "tesla")), row) == (
        "60 units are short: memphis is not ready in time, and power at memphis does not suffice. "
        "memphis is ready for more on 2024-07-22. "
        "Its next lot could ship with 8.5 kW more at memphis and 1 more unit of chip, all else unchanged."
    )


def test_an_unknown_day_is_said() -> None:
    row = shortage("site-not-ready", resource="liquid_kw at memphis")
    assert "No date is known for more room there." in last_told(small_world(order("T1", "tesla")), row)
    row = shortage("no-supply", resource="supply of chip")
    assert "No date is known for more units." in last_told(small_world(order("T1", "tesla")), row)


def test_a_row_without_short_units_speaks_of_late_ones() -> None:
    row = shortage(
        "no-supply", short="0", resource="supply of chip", until="2024-02-01", remedy="8 units of chip"
    )
    assert last_told(small_world(order("T1", "tesla")), row) == (
        "Some units are late: supply of chip does not suffice. The next units arrive on 2024-02-01. "
        "One more lot could ship when wanted with 8 more units of chip, all else unchanged."
    )


def test_a_fair_share_names_the_others_the_most_first_and_at_most_five() -> None:
    parties = [
        *PARTIES,
        *({"party": f"p{n}", "name": f"P{n}", "kind": "customer", "weight": "1"} for n in range(7)),
    ]
    others = [order(f"O{n}", f"p{n}") for n in range(7)]
    world = small_world(order("T1", "tesla"), *others, parties=parties)
    rows = tuple(shipped(f"O{n}", f"p{n}", units=str(n + 1)) for n in range(7))
    said = last_told(world, shortage("fair-share", resource="supply of chip"), allocations=rows)
    assert (
        "Others who receive from the same: P6 (7 units), P5 (6 units), P4 (5 units), P3 (4 units), " in said
    )
    assert "P2 (3 units) and 2 more." in said


def test_the_same_customers_other_orders_are_told_apart() -> None:
    world = small_world(order("T1", "tesla"), order("T9", "tesla"))
    said = last_told(
        world,
        shortage("fair-share", resource="units_at_most at memphis"),
        allocations=(shipped("T9", "tesla"),),
    )
    assert "the same customer's other orders (40 units)" in said


def test_a_higher_tier_names_only_orders_of_a_higher_tier() -> None:
    world = small_world(
        order("T1", "tesla", tier="2"), order("X1", "x", tier="1"), order("A1", "xai", tier="2")
    )
    said = last_told(
        world,
        shortage("higher-tier", resource="supply of chip"),
        allocations=(shipped("X1", "x"), shipped("A1", "xai")),
    )
    assert "Served before it from the same: X (40 units)." in said


@pytest.mark.parametrize("reason", ["order-ahead", "taken-early"])
def test_orders_ahead_are_those_whose_turn_came_first(reason: str) -> None:
    world = small_world(
        order("T1", "tesla", placed_on="2023-06-01"),
        order("X1", "x", placed_on="2023-05-01"),
        order("A1", "xai"),
        policy=Policy(rule=Rule.FIRST_COME),
    )
    said = last_told(
        world,
        shortage(reason, resource="supply of chip"),
        allocations=(shipped("X1", "x"), shipped("A1", "xai")),
    )
    assert "Served before it from the same: X (40 units)." in said


def test_those_who_share_a_quota_are_those_it_counts() -> None:
    quota = {"quota": "Q1", "group": "x-group", "site": "memphis", "until_on": "2024-06-01", "at_most": "80"}
    world = small_world(order("T1", "xai"), order("X1", "x"), order("H1", "harbour"), quotas=[quota])
    row = (
        "T1",
        "xai",
        Decimal(60),
        None,
        "fair-share",
        "quota Q1",
        dt.date(2024, 6, 1),
        "60 units of quota Q1",
    )
    said = last_told(world, row, allocations=(shipped("X1", "x"), shipped("H1", "harbour")))
    assert "Others who receive from the same: X (40 units)." in said
    assert "The quota holds until 2024-06-01." in said
    assert "60 more units in quota Q1" in said


def test_holding_and_not_planning_are_told_apart() -> None:
    held = small_world(order("T1", "tesla", status="hold"))
    assert last_told(held, shortage("on-hold", resource="status hold")).endswith("the order is on hold.")
    hoped = small_world(order("T1", "tesla", commitment="forecast"))
    assert "the order is forecast" in last_told(hoped, shortage("on-hold", resource="commitment forecast"))


@pytest.mark.parametrize("reason", REASON_NAMES)
def test_every_reason_has_a_sentence(reason: str) -> None:
    world = small_world(order("T1", "tesla", min_ship="64"))
    said = last_told(world, shortage(reason, resource="supply of chip"))
    assert said.startswith("60 units are short: ")
    assert "{" not in said


def test_an_unknown_order_is_refused_with_the_closest_one() -> None:
    world = sample_world()
    with pytest.raises(UsageError, match="Did you mean 'T1'"):
        why_sentences(world, sample_plan(world), order="T1 ", words=WORDS)


@pytest.mark.parametrize(
    ("cell", "resource", "said"),
    [
        ("supply of H100", Resource(Kind.SUPPLY, "H100"), "supply of H100"),
        ("power_kw at hall at sea", Resource(Kind.POWER, "hall at sea"), "power at hall at sea"),
        ("liquid_kw at h", Resource(Kind.LIQUID, "h"), "liquid-cooled power at h"),
        ("units_at_most at h", Resource(Kind.UNITS, "h"), "room for units at h"),
        ("quota Q 1", Resource(Kind.QUOTA, "Q 1"), "quota Q 1"),
        ("quantity of T1", Resource(Kind.QUANTITY, "T1"), "what order T1 asks for"),
        ("users of h", Resource(Kind.USERS, "h"), "who may use h"),
        ("something else", None, "something else"),
        (None, None, ""),
    ],
)
def test_resources_are_read_back_from_their_cells(
    cell: str | None, resource: Resource | None, said: str
) -> None:
    assert read_resource(cell) == resource
    assert resource_words(cell, words=WORDS) == said


def test_remedies_are_read_back_from_their_cells() -> None:
    cell = "12.5 kW at h|3 liquid kW at h|1 units of room at h|8 units of H100|2000 units of quota Q1|a hope"
    assert remedy_words(cell, words=WORDS) == (
        "12.5 kW more at h, 3 kW more for liquid cooling at h, room for 1 more unit at h, "
        "8 more units of H100, 2,000 more units in quota Q1 and a hope"
    )


def test_whom_a_raise_put_ahead_is_named() -> None:
    made = ap.plan(ap.read(Path(__file__).parents[1] / "cases" / "standing-priority"))
    [told] = [one for one in made.why("a") if one.startswith("10 units are short")]
    # Of birch's 45 units 20 went to it while it was of a smaller tier than alder.
    assert "Served before it from the same: Birch (20 units)." in told


def test_units_that_a_move_would_bring_name_the_proposal_that_waits() -> None:
    world = small_world(order("T1", "tesla"))
    one = shortage("not-decided", short="60", resource="proposal swap-2023-12")
    assert (
        last_told(world, one)
        == "60 units are short: units that swap-2023-12 would send it wait for a decision."
    )
    two = shortage("not-decided", short="60", resource="proposal swap-a|swap-b")
    assert "units that swap-a and swap-b would send it" in last_told(world, two)
    assert last_told(world, shortage("not-decided", short="60")) == (
        "60 units are short: a decision about it is still to be taken."
    )
    assert resource_words("proposal swap-a|swap-b", words=WORDS) == "proposal swap-a and swap-b"
