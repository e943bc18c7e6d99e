from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import Decimal
from random import Random

import polars as pl

import apportion as ap
from apportion.model.policy import Rule
from apportion.study.adherence import DEPARTURES, PATHS, STOCK, Adherence, adherence
from tests.build import make_world, typed_world
from tests.worlds import random_world

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


def world_of(
    *, ready_on: str, lot: dict[str, str], shipments: Rows | None = None, power_kw: str = "100"
) -> ap.World:
    tables: dict[str, Rows] = {
        "skus": [
            {"sku": "chip", "name": "chip", "vendor": "v", "site_kw": "1", "rent_usd_per_hour": "2"},
        ],
        "sites": [{"site": "hall", "name": "hall", "operator": "v"}],
        "readiness": [{"site": "hall", "step": "1", "ready_on": ready_on, "power_kw": power_kw}],
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


def day(number: int) -> dt.date:
    return dt.date(2024, 1, number)


def paths_of(found: Adherence) -> list[tuple[str, dt.date, int, int]]:
    rows = found.paths.select("customer", "day_on", "units_in_fact", "units_by_policy").rows()
    return [(customer, on, int(in_fact), int(by_policy)) for customer, on, in_fact, by_policy in rows]


def test_paths_are_what_each_customer_had_by_each_day_in_fact_and_by_the_policy() -> None:
    # In fact anna has 10 on 1 January, while the hall is dark; by the policy 5 each when it is ready.
    world = world_of(ready_on="2024-01-06", lot={"reserved_for": "anna"})
    assert paths_of(adherence(world)) == [
        ("anna", day(1), 10, 0),
        ("anna", day(6), 10, 5),
        ("bert", day(6), 0, 5),
    ]


def test_paths_of_three_orders_are_those_of_the_concept_page() -> None:
    # Nothing is booked; by the policy alder has 64 of the first lot and 120 in all, birch 40, cedar 40 later.
    found = adherence(ap.read("three-orders"))
    first, second = dt.date(2025, 1, 6), dt.date(2025, 2, 10)
    assert paths_of(found) == [
        ("alder", first, 0, 64),
        ("alder", second, 0, 120),
        ("birch", first, 0, 40),
        ("cedar", second, 0, 40),
    ]


def ran(world: ap.World) -> dict[tuple[str, str], Decimal | None]:
    rows = adherence(world).departures.select("winner", "loser", "live_unit_days_most").rows()
    return {(winner, loser): most for winner, loser, most in rows}


def test_units_without_power_run_nowhere_and_then_only_those_beyond_the_policy_run_in_addition() -> None:
    # Anna's 10 are dark until 6 January; then all 10 run, 5 of which she would have by the policy too: 5 more
    # for the 5 days in which bert is behind.
    world = world_of(ready_on="2024-01-06", lot={"reserved_for": "anna"})
    assert ran(world) == {("anna", STOCK): 0, ("anna", "bert"): 25}


def test_no_more_of_a_lead_runs_in_addition_than_the_site_can_power() -> None:
    # With power for 7 the policy gives anna 4 and bert 3. In fact anna runs 7 of her 10, 3 in addition. She is
    # ahead of bert by 3 and of the stock by 3; each of the two can have been the 3 that run.
    world = world_of(ready_on="2024-01-06", lot={"reserved_for": "anna"}, power_kw="7")
    assert rows_of(world) == [("anna", STOCK, 10, 65, 3120), ("anna", "bert", 3, 15, 720)]
    assert ran(world) == {("anna", STOCK): 15, ("anna", "bert"): 15}


def test_what_lay_in_stock_has_no_part_that_ran() -> None:
    assert ran(world_of(ready_on="2024-01-01", lot={})) == {(STOCK, "anna"): None, (STOCK, "bert"): None}


def test_a_shipment_runs_from_the_day_its_site_has_power() -> None:
    shipment = {"shipment": "S", "order": "anna", "sku": "chip", "site": "hall", "lot": "L"}
    shipment |= {"quantity": "10", "shipped_on": "2024-01-03"}
    world = world_of(ready_on="2024-01-06", lot={"reserved_for": "bert"}, shipments=[shipment])
    assert ran(world) == {("anna", STOCK): 0, ("anna", "bert"): 25}


def test_the_story_ran_next_to_nothing_of_its_lead() -> None:
    # Tesla's 12,000 wait for Giga Texas. On 31 August 8,000 kW run 5,594 of them; by the policy it would have had
    # 5,592, in whole lots of 8: 2 units in addition, for the 30 days until the second hall.
    found = adherence(ap.read("tesla-x-2023")).departures
    of_tesla = dict(found.filter(pl.col("winner") == "tesla").select("loser", "live_unit_days_most").rows())
    assert of_tesla == {STOCK: 60, "x": 0}


def test_what_was_compared_with_is_told_and_bookings_are_never_compared_with_themselves() -> None:
    world = ap.read("three-orders").case("favourable")
    found = adherence(world, ap.Policy(rule=Rule.AS_BOOKED))
    assert found.policy.rule is Rule.MAX_MIN
    assert found.view == world.view


def apart(paths: pl.DataFrame, *, end_on: dt.date) -> Decimal:
    """Return the unit-days by which customers and stock are ahead, counted day by day from the paths."""
    whole = Decimal(0)
    for _, one in paths.group_by("sku"):
        now: dict[str, Decimal] = {}
        changes = {(row["day_on"], row["customer"]): row for row in one.iter_rows(named=True)}
        days = sorted({on for on, _ in changes})
        for on, then in zip(days, [*days[1:], end_on], strict=True):
            for (at, customer), row in changes.items():
                if at == on:
                    now[customer] = row["units_in_fact"] - row["units_by_policy"]
            ahead = sum((units for units in now.values() if units > 0), Decimal(0))
            whole += max(ahead, ahead - sum(now.values(), Decimal(0))) * (then - on).days
    return whole


def test_on_random_worlds_departures_and_paths_sum_to_the_total_and_no_more_runs_than_departs() -> None:
    met: Counter[str] = Counter()
    for seed in range(60):
        raw = random_world(Random(seed))  # noqa: S311 - a seed repeats a world
        names = [row["order"] for row in raw.tables["orders"]]
        for number, lot in enumerate(raw.tables["supply"]):
            lot["reserved_for"] = names[(seed + number) % len(names)]
        world = typed_world(raw.settings, raw.tables)
        found = adherence(world)
        assert dict(found.departures.schema) == DEPARTURES
        assert dict(found.paths.schema) == PATHS
        assert sum(found.departures["unit_days"], Decimal(0)) == found.unit_days
        assert apart(found.paths, end_on=world.settings.calendar.end_on) == found.unit_days
        of_customers = found.departures.filter(pl.col("winner") != STOCK)
        assert of_customers.filter(
            ~pl.col("live_unit_days_most").is_between(0, pl.col("unit_days"))
        ).is_empty()
        met["dark"] += bool((of_customers["live_unit_days_most"] < of_customers["unit_days"]).any())
        met["ran"] += bool((of_customers["live_unit_days_most"] > 0).any())
    assert min(met["dark"], met["ran"]) >= 5, met
