"""12,000 units of 1.43 kW, kept or swapped, in three cases of readiness: numbers to check by hand.

Each unit needs 1.43 kW: 8,000 kW carry floor(8,000 / 1.43) = 5,594, and 20,000 kW carry 13,986.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from apportion.model.policy import Policy
from apportion.model.world import World
from apportion.study.replay import Replay, replay
from apportion.study.summaries import customers_table, sites_table
from tests.unit.test_replay_rooms import make_allocations, make_world

TEXAS = {
    "early": [("2024-06-30", 8000), ("2024-07-31", 20000), ("2024-09-30", 72000), ("2024-12-31", 130000)],
    "middle": [("2024-08-31", 8000), ("2024-09-30", 20000), ("2024-12-31", 72000), ("2025-06-30", 130000)],
    "late": [("2024-11-30", 8000), ("2024-12-31", 20000), ("2025-03-31", 72000), ("2025-12-31", 130000)],
}
ATLANTA = {"early": "2023-12-15", "middle": "2024-01-31", "late": "2024-03-31"}
KEPT = make_allocations(
    ("T1", "H100", "texas", "2023-12-15", "12000"),
    ("X1", "H100", "atlanta", "2024-01-15", "6000"),
    ("X2", "H100", "atlanta", "2024-06-15", "6000"),
)
SWAPPED = make_allocations(
    ("X1", "H100", "atlanta", "2023-12-15", "6000"),
    ("X2", "H100", "atlanta", "2023-12-15", "6000"),
    ("T1", "H100", "texas", "2024-01-15", "6000"),
    ("T1", "H100", "texas", "2024-06-15", "6000"),
)


def make_story(case: str) -> World:
    order = {"skus": "H100", "requested_on": "2023-12-01"}
    steps = [{"site": "texas", "ready_on": ready_on, "power_kw": power} for ready_on, power in TEXAS[case]]
    return make_world(
        start_on="2023-12-01",
        end_on="2025-03-31",
        skus=[{"sku": "H100", "site_kw": "1.43"}],
        sites=[{"site": "texas", "users": "tesla"}, {"site": "atlanta", "users": "x"}],
        readiness=[*steps, {"site": "atlanta", "ready_on": ATLANTA[case], "power_kw": 17200}],
        supply=[
            {"lot": "L1", "sku": "H100", "arrives_on": "2023-12-15", "quantity": 12000, "reserved_for": "T1"},
            {"lot": "L2", "sku": "H100", "arrives_on": "2024-01-15", "quantity": 6000, "reserved_for": "X1"},
            {"lot": "L3", "sku": "H100", "arrives_on": "2024-06-15", "quantity": 6000, "reserved_for": "X2"},
        ],
        orders=[
            order | {"order": "T1", "customer": "tesla", "quantity": 12000, "sites": "texas"},
            order | {"order": "X1", "customer": "x", "quantity": 6000, "sites": "atlanta"},
            order | {"order": "X2", "customer": "x", "quantity": 6000, "sites": "atlanta"},
        ],
    )


def gpu_days(outcome: Replay, party: str) -> tuple[int, int]:
    row = outcome.days.row(by_predicate=pl.col("party") == party, named=True)
    assert row["held_gpu_days"] == row["transit_gpu_days"] == 0
    return int(row["idle_gpu_days"]), int(row["live_gpu_days"])


@pytest.mark.parametrize(
    ("case", "kept", "swapped"),
    [
        # kept: 12,000 units wait for the first 8 MW, the 6,406 that do not fit a month longer.
        # swapped: 6,000 from 15 January, 6,000 from 15 June, and the same 6,406.
        ("early", 12_000 * 198 + 6_406 * 31, 6_000 * 167 + 6_000 * 15 + 6_406 * 31),
        ("middle", 12_000 * 260 + 6_406 * 30, 6_000 * 229 + 6_000 * 77 + 6_406 * 30),
        ("late", 12_000 * 351 + 6_406 * 31, 6_000 * 320 + 6_000 * 168 + 6_406 * 31),
    ],
)
def test_the_swap_spares_tesla_1_284_000_idle_days_whenever_texas_is_ready(
    case: str, kept: int, swapped: int
) -> None:
    world = make_story(case)
    idle_kept, live_kept = gpu_days(replay(world, KEPT), "tesla")
    idle_swapped, live_swapped = gpu_days(replay(world, SWAPPED), "tesla")
    assert idle_kept == kept
    assert idle_swapped == swapped
    assert idle_kept - idle_swapped == 1_284_000
    assert live_kept == live_swapped


def test_the_idle_days_are_the_published_ones() -> None:
    kept = [gpu_days(replay(make_story(case), KEPT), "tesla")[0] for case in TEXAS]
    swapped = [gpu_days(replay(make_story(case), SWAPPED), "tesla")[0] for case in TEXAS]
    assert kept == [2_574_586, 3_312_180, 4_410_586]
    assert swapped == [1_290_586, 2_028_180, 3_126_586]


@pytest.mark.parametrize(
    ("case", "gain", "idle_kept", "idle_swapped"),
    [
        ("early", 1_284_000, 0, 0),  # 6,000 × 31 + 6,000 × 183 days earlier, all of them live.
        ("middle", 816_000, 96_000, 564_000),  # 6,000 × 136; idle 6,000 × 16; 12,000 × 47.
        ("late", 456_000, 456_000, 1_284_000),  # 6,000 × 76; idle 6,000 × 76; 12,000 × 107.
    ],
)
def test_x_gains_what_its_own_hall_lets_it_use(
    case: str, gain: int, idle_kept: int, idle_swapped: int
) -> None:
    world = make_story(case)
    idle_before, live_before = gpu_days(replay(world, KEPT), "x")
    idle_after, live_after = gpu_days(replay(world, SWAPPED), "x")
    assert live_after - live_before == gain
    assert (idle_before, idle_after) == (idle_kept, idle_swapped)


@pytest.mark.parametrize(
    ("case", "first_on", "all_on"),
    [
        ("early", "2024-06-30", "2024-07-31"),
        ("middle", "2024-08-31", "2024-09-30"),
        ("late", "2024-11-30", "2024-12-31"),
    ],
)
def test_5594_units_run_on_the_first_hall_and_all_on_the_second(
    case: str, first_on: str, all_on: str
) -> None:
    outcome = replay(make_story(case), KEPT)
    days = dt.date.fromisoformat(first_on), dt.date.fromisoformat(all_on)
    assert outcome.milestones.row(by_predicate=pl.col("party") == "tesla") == ("tesla", "texas", *days)
    steps = outcome.live.filter(party="tesla").select("day_on", "live_units", "delivered_units").rows()
    assert steps == [
        (dt.date(2023, 12, 15), Decimal(0), Decimal(12_000)),
        (days[0], Decimal(5_594), Decimal(12_000)),
        (days[1], Decimal(12_000), Decimal(12_000)),
    ]


def test_the_customers_table_tells_what_each_got_and_runs() -> None:
    world = make_story("middle")
    table = customers_table(world, KEPT, policy=Policy(), outcome=replay(world, KEPT))
    tesla, x = table.rows(named=True)
    # 12,000 × (31 March 2025 - 15 December 2023 = 472) days delivered, of which 3,312,180 idle.
    assert tesla["live_gpu_days"] == 12_000 * 472 - 3_312_180
    assert tesla["idle_gpu_days"] == 3_312_180
    assert tesla["held_gpu_days"] == 0
    assert (tesla["ordered"], tesla["filled"], tesla["fill_share"], tesla["weight"]) == (12_000, 12_000, 1, 1)
    assert tesla["live_units_at_end"] == x["live_units_at_end"] == 12_000


def test_the_sites_table_has_a_row_where_power_or_load_changes() -> None:
    rows = sites_table(make_story("middle"), KEPT).filter(site="texas").drop("site").rows()
    # 12,000 × 1.43 kW = 17,160 kW from 15 December 2023 on.
    assert rows == [
        (dt.date(2023, 12, 1), 0, 0, 0),
        (dt.date(2023, 12, 15), 0, 17_160, 12_000),
        (dt.date(2024, 8, 31), 8_000, 17_160, 12_000),
        (dt.date(2024, 9, 30), 20_000, 17_160, 12_000),
        (dt.date(2024, 12, 31), 72_000, 17_160, 12_000),
    ]
