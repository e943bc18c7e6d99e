"""Unit-days of each state on worlds small enough to count by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

import polars as pl

from apportion.calendar import RoundLength
from apportion.model.policy import Policy
from apportion.model.world import World
from apportion.study.replay import replay
from apportion.study.summaries import customers_table, sites_table
from tests.unit.test_replay_rooms import Row, make_allocations, world_of

LIT = {"site": "s", "ready_on": "2024-01-01", "power_kw": 1000}
Booking = tuple[str, str, str, str, str]


def make_small(
    *, end_on: str = "2024-01-11", length: str = "day", lead_days: int = 0, **tables: Sequence[Row]
) -> World:
    """Return ten days, two SKUs of 1 and 2 kW, a site `s` with power, `t` with none, and two orders."""
    order = {"skus": "a|b", "sites": "s|t", "quantity": 10}
    orders = [
        {"order": "late", "customer": "p", "requested_on": "2024-01-05"},
        {"order": "soon", "customer": "q", "requested_on": "2024-01-02"},
    ]
    facts: dict[str, Sequence[Row]] = {
        "skus": [{"sku": "a", "site_kw": 1}, {"sku": "b", "site_kw": 2}],
        "sites": [{"site": "s", "lead_days": lead_days}, {"site": "t"}],
        "readiness": [LIT],
        "supply": [],
        "orders": [order | one for one in orders],
    }
    last = dt.date.fromisoformat(end_on)
    return world_of(facts | tables, start_on=dt.date(2024, 1, 1), end_on=last, length=RoundLength(length))


def days_of(world: World, *plan: Booking) -> dict[str, tuple[object, ...]]:
    """Return (held, in transit, idle, live) by party."""
    return {row[0]: row[3:] for row in replay(world, make_allocations(*plan)).days.rows()}


def test_a_start_day_counts_and_an_end_day_does_not() -> None:
    # Ships on the 3rd, arrives on the 5th: 2 units × 2 days on the way, × 6 days [5, 11) live.
    counted = days_of(make_small(lead_days=2), ("soon", "a", "s", "2024-01-03", "2"))
    assert counted == {"q": (0, 4, 0, 12)}


def test_units_on_the_way_at_the_end_count_until_then() -> None:
    world = make_small(lead_days=10**15)
    assert days_of(world, ("soon", "a", "s", "2024-01-03", "2")) == {"q": (0, 16, 0, 0)}
    assert replay(world, make_allocations(("soon", "a", "s", "2024-01-03", "2"))).milestones.rows() == [
        ("q", "s", None, None)
    ]


def test_what_arrived_before_the_start_counts_from_the_start() -> None:
    plan = ("soon", "a", "s", "2023-12-01", "2")
    assert days_of(make_small(), plan) == {"q": (0, 0, 0, 20)}
    assert replay(make_small(), make_allocations(plan)).live["day_on"].to_list() == [dt.date(2024, 1, 1)]


def test_units_at_a_dark_site_are_idle() -> None:
    assert days_of(make_small(), ("soon", "a", "t", "2024-01-03", "2")) == {"q": (0, 0, 16, 0)}


def test_units_that_may_not_be_there_or_cannot_be_cooled_are_idle() -> None:
    sites = [{"site": "s", "users": "p"}, {"site": "t", "cooling": "air"}]
    skus = [{"sku": "a", "site_kw": 1}, {"sku": "b", "site_kw": 2, "cooling": "liquid"}]
    world = make_small(sites=sites, skus=skus, readiness=[LIT, LIT | {"site": "t"}])
    plan = [("soon", "a", "s", "2024-01-03", "2"), ("late", "b", "t", "2024-01-03", "2")]
    assert days_of(world, *plan) == {"q": (0, 0, 16, 0), "p": (0, 0, 16, 0)}


def test_the_queue_is_by_arrival_then_canonical_order() -> None:
    world = make_small(readiness=[LIT | {"power_kw": 3}, LIT | {"power_kw": 5, "ready_on": "2024-01-08"}])
    # Both arrive on the 3rd; `soon` was requested first. 3 kW: its 2 units, then 1 of `late`; 5 kW: all.
    plan = [("late", "a", "s", "2024-01-03", "3"), ("soon", "a", "s", "2024-01-03", "2")]
    assert days_of(world, *plan) == {"q": (0, 0, 0, 16), "p": (0, 0, 10, 14)}
    # A day earlier `late` goes first: 3 units live from the 2nd; `soon` waits from the 3rd to the 8th.
    earlier = [("late", "a", "s", "2024-01-02", "3"), ("soon", "a", "s", "2024-01-03", "2")]
    assert days_of(world, *earlier) == {"p": (0, 0, 0, 27), "q": (0, 0, 10, 6)}


def test_orders_without_a_promise_come_after_those_with_one() -> None:
    order: Row = {"skus": "a", "sites": "s", "quantity": 10, "requested_on": "2024-01-02"}
    orders = [
        {**order, "order": "open", "customer": "p"},
        {**order, "order": "promised", "customer": "q", "promised_on": "2024-05-01"},
    ]
    world = make_small(orders=orders, readiness=[LIT | {"power_kw": 1}])
    plan = [("open", "a", "s", "2024-01-10", "1"), ("promised", "a", "s", "2024-01-10", "1")]
    assert days_of(world, *plan) == {"q": (0, 0, 0, 1), "p": (0, 0, 1, 0)}


def test_one_order_goes_by_its_own_ranking_of_skus_and_sites() -> None:
    order: Row = {"order": "o", "customer": "p", "skus": "b|a", "sites": "t|s", "quantity": 10}
    world = make_small(
        orders=[{**order, "requested_on": "2024-01-02"}],
        readiness=[LIT | {"power_kw": 2}],
        supply=[lot("L1", "2024-01-01", quantity=1), lot("L2", "2024-01-05", quantity=1)],
    )
    # 2 kW take the unit of `b`, which is named first.
    plan = make_allocations(("o", "a", "s", "2024-01-10", "1"), ("o", "b", "s", "2024-01-10", "1"))
    assert dict(replay(world, plan).days.select("sku", "live_gpu_days").rows()) == {"a": 0, "b": 1}
    # The older unit goes to `t`, which is named first: 9 days held from the 1st; the other 5 from the 5th.
    plan = make_allocations(("o", "a", "s", "2024-01-10", "1"), ("o", "a", "t", "2024-01-10", "1"))
    assert dict(replay(world, plan).days.select("site", "held_gpu_days").rows()) == {"s": 5, "t": 9}


def test_who_does_not_fit_is_passed_over() -> None:
    # 3 kW: one unit of 2 kW, no second one, then one of 1 kW.
    world = make_small(readiness=[LIT | {"power_kw": 3}])
    plan = [("soon", "b", "s", "2024-01-03", "2"), ("late", "a", "s", "2024-01-03", "2")]
    assert days_of(world, *plan) == {"q": (0, 0, 8, 8), "p": (0, 0, 8, 8)}


def test_a_whole_entry_goes_live_in_whole_units_and_another_in_millionths() -> None:
    world = make_small(readiness=[LIT | {"power_kw": "3.000001"}])
    assert days_of(world, ("soon", "b", "s", "2024-01-10", "2")) == {"q": (0, 0, 1, 1)}
    # 3.000001 kW / 2 kW = 1.5000005 units, cut down to a millionth.
    counted = days_of(world, ("soon", "b", "s", "2024-01-10", "2.5"))
    assert counted == {"q": (0, 0, Decimal("1.000000"), Decimal("1.500000"))}


def test_power_that_will_go_away_is_not_used() -> None:
    # 4 units of fleet come on the 6th and stay: 5 - 4 = 1 kW for ever.
    fleet = [{"holding": "f", "party": "p", "site": "s", "sku": "a", "quantity": 4, "since_on": "2024-01-06"}]
    world = make_small(readiness=[LIT | {"power_kw": 5}], fleet=fleet)
    assert days_of(world, ("soon", "a", "s", "2024-01-03", "3")) == {"q": (0, 0, 16, 8)}


def test_limits_of_liquid_and_of_units_bind_too() -> None:
    skus = [{"sku": "a", "site_kw": 1}, {"sku": "b", "site_kw": 2, "cooling": "liquid"}]
    step = LIT | {"liquid_kw": 3, "units_at_most": 4}
    world = make_small(skus=skus, readiness=[step])
    # 3 kW of liquid take one unit of 2 kW; 4 units in all leave room for 3 more.
    plan = [("soon", "b", "s", "2024-01-10", "3"), ("late", "a", "s", "2024-01-10", "9")]
    assert days_of(world, *plan) == {"q": (0, 0, 2, 1), "p": (0, 0, 6, 3)}


def lot(name: str, arrives_on: str, *, quantity: int) -> Row:
    return {"lot": name, "sku": "a", "arrives_on": arrives_on, "quantity": quantity}


def test_stock_leaves_first_in_first_out_and_its_days_belong_to_the_receiver() -> None:
    world = make_small(supply=[lot("L1", "2023-11-01", quantity=3), lot("L2", "2024-01-04", quantity=4)])
    plan = [("soon", "a", "s", "2024-01-03", "2"), ("late", "a", "s", "2024-01-06", "3")]
    # soon: 2 × 2 days (1st to 3rd). late: 1 of L1 × 5 days and 2 of L2 × 2 days.
    assert days_of(world, *plan) == {"q": (4, 0, 0, 16), "p": (9, 0, 0, 15)}
    # 2 of L2 never ship: 2 × 7 days (4th to 11th), which only the total counts.
    totals = replay(world, make_allocations(*plan)).totals
    assert totals.rows() == [("a", 4 + 9 + 14, 14, 0, 0, 31)]


def test_what_shipments_took_is_not_held() -> None:
    lots = [
        lot("L1", "2024-01-06", quantity=3),
        lot("L2", "2024-01-02", quantity=4),
        lot("L3", "2024-01-09", quantity=4),
    ]
    gone = {"order": "soon", "sku": "a", "site": "t", "shipped_on": "2024-01-02"}
    shipments = [
        gone | {"shipment": "g1", "quantity": 1},
        gone | {"shipment": "g2", "lot": "L2", "quantity": 4},
        gone | {"shipment": "g3", "lot": "L3", "quantity": 5},
    ]
    # L2 and L3 are gone; g1 and what g3 took beyond L3 come out of L1: 1 unit is left for 5 days.
    totals = replay(make_small(supply=lots, shipments=shipments), make_allocations()).totals
    assert totals.rows() == [("a", 5, 5, 0, 0, 0)]


def test_units_that_no_lot_covers_are_held_no_day() -> None:
    world = make_small(supply=[lot("L1", "2024-01-05", quantity=3)])
    assert days_of(world, ("soon", "a", "s", "2024-01-03", "4")) == {"q": (0, 0, 0, 32)}
    assert (
        replay(world, make_allocations(("soon", "a", "s", "2024-01-03", "4"))).totals["held_gpu_days"][0] == 0
    )


def test_lots_order_entries_of_one_order_where_they_are_known() -> None:
    world = make_small(readiness=[LIT | {"power_kw": 2}])
    plan = make_allocations(("soon", "a", "s", "2024-01-10", "2"), ("soon", "b", "s", "2024-01-10", "1"))
    first = replay(world, plan.with_columns(pl.Series("lot", ["L2", "L1"])))
    assert dict(first.days.select("sku", "live_gpu_days").rows()) == {"a": 0, "b": 1}
    assert dict(replay(world, plan).days.select("sku", "live_gpu_days").rows()) == {"a": 2, "b": 0}


def test_a_plan_of_nothing_has_empty_frames() -> None:
    outcome = replay(make_small(), make_allocations(("soon", "a", "s", "2024-01-03", "0")))
    assert [len(outcome.days), len(outcome.live), len(outcome.milestones), len(outcome.totals)] == [0] * 4


def test_ordered_and_filled_are_counted_over_planned_orders_and_closed_ones_at_what_they_got() -> None:
    order = {"customer": "p", "skus": "a|b:2.5", "sites": "s", "quantity": 10, "requested_on": "2024-01-02"}
    orders = [
        order | {"order": "o1"},
        order | {"order": "o2", "status": "closed"},
        order | {"order": "o3", "status": "hold"},
        order | {"order": "o4", "commitment": "forecast"},
        order | {"order": "o5", "customer": "q", "commitment": "soft"},
    ]
    gone = {"site": "t", "shipped_on": "2024-01-02", "quantity": 3}
    shipments = [
        gone | {"shipment": "g1", "order": "o2", "sku": "b"},
        gone | {"shipment": "g2", "order": "o4", "sku": "a"},
    ]
    parties = [{"party": "p", "weight": "2.5"}, {"party": "q", "weight": "1"}]
    world = make_small(orders=orders, shipments=shipments, parties=parties)
    plan = make_allocations(("o1", "b", "s", "2024-01-03", "1.000001"), ("o1", "a", "s", "2024-01-03", "1"))
    first, second = customers_table(world, plan, policy=Policy(), outcome=replay(world, plan)).rows(
        named=True
    )
    # p: ordered 10 + 7.5 (closed: 3 × 2.5) + 10, rounded up to 28; filled 7.5 + 2.5 × 1.000001 + 1.
    assert (first["customer"], first["ordered"], first["weight"]) == ("p", 28, Decimal("2.5"))
    assert first["filled"] == Decimal("11.0000025")
    # 11.0000025 / 27.5 = 0.40000009…, cut down.
    assert first["fill_share"] == Decimal("0.400000")
    assert first["live_units_at_end"] == Decimal("2.000001")
    assert (second["customer"], second["ordered"], second["filled"], second["fill_share"]) == (
        "q",
        0,
        0,
        None,
    )


def test_the_sites_table_counts_all_that_stands_there_in_rounds() -> None:
    fleet = [
        {
            "holding": "f",
            "party": "p",
            "site": "s",
            "sku": "a",
            "quantity": 4,
            "since_on": "2024-01-03",
            "until_on": "2024-01-20",
        }
    ]
    readiness = [LIT | {"power_kw": 5}, LIT | {"power_kw": 9, "ready_on": "2024-01-09"}]
    world = make_small(end_on="2024-02-01", length="week", lead_days=1, fleet=fleet, readiness=readiness)
    plan = make_allocations(("soon", "b", "s", "2024-01-08", "1"), ("late", "a", "s", "2024-01-29", "1"))
    rows = sites_table(world, plan).rows()
    # Mondays 1, 8, 15, 22, 29. 4 kW of fleet on [3, 20); 2 kW arrive on the 9th, 1 kW after the 29th.
    assert rows == [
        ("s", dt.date(2024, 1, 1), 5, 0, 0),
        ("s", dt.date(2024, 1, 8), 5, 4, 4),
        ("s", dt.date(2024, 1, 15), 9, 6, 5),
        ("s", dt.date(2024, 1, 22), 9, 2, 1),
        ("t", dt.date(2024, 1, 1), 0, 0, 0),
    ]


def test_a_load_of_parts_of_a_unit_is_rounded_up_to_a_milliwatt() -> None:
    skus: list[Row] = [{"sku": "a", "site_kw": "1.000001"}, {"sku": "b", "site_kw": 2}]
    rows = sites_table(
        make_small(skus=skus), make_allocations(("soon", "a", "s", "2024-01-01", "0.5"))
    ).rows()
    # 0.5 × 1.000001 kW = 0.5000005 kW.
    assert rows[0] == ("s", dt.date(2024, 1, 1), 1000, Decimal("0.500001"), Decimal("0.5"))
