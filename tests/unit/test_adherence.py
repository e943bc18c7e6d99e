from __future__ import annotations

import datetime as dt
from decimal import Decimal

import polars as pl

import apportion as ap
from apportion.study.adherence import STOCK, adherence
from tests.build import make_world

Rows = list[dict[str, str]]
SETTINGS = {"name": "two", "start_on": dt.date(2024, 1, 1), "end_on": dt.date(2024, 1, 11), "round": "day"}


def order(name: str) -> dict[str, str]:
    return {
        "order": name,
        "customer": name,
        "skus": "chip",
        "quantity": "10",
        "sites": "hall",
        "requested_on": "2024-01-01",
    }


def world_of(*, ready_on: str, lot: dict[str, str], shipments: Rows | None = None) -> ap.World:
    tables: dict[str, Rows] = {
        "skus": [
            {"sku": "chip", "name": "chip", "vendor": "v", "site_kw": "1", "rent_usd_per_hour": "2"},
        ],
        "sites": [{"site": "hall", "name": "hall", "operator": "v"}],
        "readiness": [{"site": "hall", "step": "1", "ready_on": ready_on, "power_kw": "100"}],
        "supply": [
            {"lot": "L", "sku": "chip", "supplier": "v", "arrives_on": "2024-01-01", "quantity": "10", **lot}
        ],
        "orders": [order("anna"), order("bert")],
    }
    if shipments:
        tables["shipments"] = shipments
    return make_world(SETTINGS, tables)


def rows_of(world: ap.World) -> list[tuple[str, str, int, int, int]]:
    found = adherence(world)
    rows = found.departures.select("winner", "loser", "units", "unit_days", "cost_usd").rows()
    assert sum((row[3] for row in rows), Decimal(0)) == found.unit_days
    return [(winner, loser, int(units), int(days), int(cost)) for winner, loser, units, days, cost in rows]


def test_what_one_customer_is_ahead_another_is_behind() -> None:
    # Booked: anna 10 on 1 January. Policy: 5 each. Anna is 5 ahead for the 10 days of the plan: 50 unit-days,
    # at 24 hours x 2 USD: 2,400 USD.
    world = world_of(ready_on="2024-01-01", lot={"reserved_for": "anna"})
    assert rows_of(world) == [("anna", "bert", 5, 50, 2400)]


def test_what_a_policy_would_keep_for_an_unready_site_is_taken_from_stock() -> None:
    # Until the hall is ready on 6 January the policy keeps all 10: 10 x 5 days = 50 unit-days from stock; then
    # 5 each, so anna is 5 ahead of bert for 5 days = 25 unit-days (5 x 5), and nothing of stock.
    world = world_of(ready_on="2024-01-06", lot={"reserved_for": "anna"})
    assert rows_of(world) == [("anna", STOCK, 10, 50, 2400), ("anna", "bert", 5, 25, 1200)]


def test_a_shipment_is_a_decision_like_a_booking() -> None:
    shipment = {
        "shipment": "S",
        "order": "anna",
        "sku": "chip",
        "site": "hall",
        "quantity": "10",
        "shipped_on": "2024-01-01",
        "lot": "L",
    }
    world = world_of(ready_on="2024-01-01", lot={"reserved_for": "bert"}, shipments=[shipment])
    assert rows_of(world) == [("anna", "bert", 5, 50, 2400)]


def test_what_nobody_was_sent_lay_in_stock() -> None:
    # Nothing booked: anna and bert are 5 behind each for 10 days.
    world = world_of(ready_on="2024-01-01", lot={})
    assert rows_of(world) == [(STOCK, "anna", 5, 50, 2400), (STOCK, "bert", 5, 50, 2400)]


def test_bookings_that_follow_the_policy_depart_from_nothing() -> None:
    world = world_of(ready_on="2024-01-01", lot={"reserved_for": "anna", "quantity": "5"})
    # Five units: the policy gives anna and bert half a unit less each in whole lots: 3 and 2, anna is 2 ahead.
    assert rows_of(world) == [("anna", "bert", 2, 20, 960)]


def test_the_story_was_ahead_of_policy_by_what_the_other_company_could_have_run() -> None:
    # Booked: Tesla 12,000 on 15 December, X 6,000 on 15 January and 15 June. Policy: X 12,000 when its hall is
    # ready on 31 January, so X is 6,000 behind until 15 June: 136 days x 6,000 = 816,000 unit-days.
    found = adherence(ap.read("tesla-x-2023")).departures
    row = found.row(by_predicate=(pl.col("winner") == "tesla") & (pl.col("loser") == "x"), named=True)
    assert (row["units"], row["unit_days"]) == (6_000, 816_000)
