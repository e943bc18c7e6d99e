"""The bundled market: sums to check by hand, two models side by side, and plans of both."""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import polars as pl
import pytest

from apportion.commands.plans import make_plan
from apportion.commands.scenarios import check_scenario, read_scenario
from apportion.errors import Code, Severity
from apportion.files.folder import find_scenario
from apportion.model.plan import Plan
from apportion.model.policy import Rule
from apportion.model.world import World
from apportion.verify import verify
from tools import make_hopper_market

MID_2024 = dt.date(2024, 6, 30)
HOPPER = ("H100-SXM", "H800-SXM", "H20")
# Thirds of units that no three divide leave one or two to the last month of a quarter.
ROUNDING = 2


@pytest.fixture(scope="module")
def world() -> World:
    return read_scenario("hopper-market").world


@pytest.fixture(scope="module")
def fair(world: World) -> Plan:
    return make_plan(world)


def planned(world: World, rule: Rule) -> Plan:
    return make_plan(world, replace(world.settings.policy, rule=rule))


def expected(answer: str, unit: str = "units") -> dict[str, str]:
    with (make_hopper_market.FACTS / "expected.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {row["case"]: row["value"] for row in rows if row["answer"] == answer and row["unit"] == unit}


def made_of_h100(world: World) -> dict[str, int]:
    """Return the units of H100 and H200 by quarter."""
    lots = world.table("supply").filter(pl.col("sku") == "H100-SXM")
    day = pl.col("arrives_on")
    quarter = pl.format("{}Q{}", day.dt.year(), day.dt.quarter()).alias("quarter")
    return dict(lots.group_by(quarter).agg(pl.col("quantity").sum()).iter_rows())


def bought(orders: pl.DataFrame) -> dict[str, int]:
    """Return the units of orders by customer."""
    return dict(orders.group_by("customer").agg(pl.col("quantity").sum()).iter_rows())


def received(plan: Plan) -> dict[str, Decimal]:
    """Return the units that each order receives."""
    frame = plan.tables["allocations"]
    return dict(frame.group_by("order").agg(pl.col("units").sum()).iter_rows())


def orders_of(world: World, year: int) -> pl.DataFrame:
    """Return the orders of a year whose customer is named."""
    is_named = pl.col("customer") != "unassigned"
    return world.table("orders").filter(is_named, pl.col("requested_on").dt.year() == year)


def test_it_reads_without_an_error_and_all_that_is_found_are_the_two_models() -> None:
    findings = check_scenario("hopper-market")
    assert {finding.code for finding in findings} == {Code.FACTS_CONFLICT}
    assert {finding.severity for finding in findings} == {Severity.WARNING}
    # Six customers in four quarters: 24 orders and 72 lots, each with a quantity and both ends of its range.
    assert len(findings) == (24 + 72) * 3


def test_supply_by_quarter_is_what_the_model_says(world: World) -> None:
    # M1: the medians of the model; the lots add up to them by customer and month.
    # 2023 Q1: 5,856 + 4,611 + 5,853 + 8,053 + 15,329 + 2,530 + 12,894 bought, 1,514 given to no buyer.
    assert made_of_h100(world) == {
        "2023Q1": 56_640,
        "2023Q2": 151_413,
        "2023Q3": 260_088,
        "2023Q4": 423_514,
        "2024Q1": 552_252,
        "2024Q2": 650_874,
    }


def test_purchases_of_2023_are_those_of_the_first_model(world: World) -> None:
    units = bought(orders_of(world, 2023).filter(pl.col("skus").list.first().is_in(HOPPER)))
    assert units == {
        "microsoft": 224_450,  # 15,329 + 40,871 + 70,350 + 97,900
        "meta": 117_754,  # 8,053 + 21,428 + 36,947 + 51,326
        "china": 115_429,  # 7,342 + 31,916 + 56,333 + 19,838, all H800
        "google": 85_640,  # 5,853 + 15,584 + 26,983 + 37,220
        "amazon": 85_592,  # 5,856 + 15,680 + 26,952 + 37,104
        "coreweave": 44_157,  # 4,611 + 7,501 + 12,200 + 19,845
        "oracle": 43_430,  # 2,530 + 6,794 + 11,680 + 22,426
        "other_customers": 269_190,  # 12,894 + 38,850 + 67,621 + 149,825
    }
    # M2: 985,642 in all. Its concentration is the sum of squared shares, of 10,000.
    total = sum(units.values())
    assert total == 985_642
    assert round(sum(Fraction(one, total) ** 2 for one in units.values()) * 10_000) == 1_735
    # M7: 985,642 of 1,007,084 Hopper units; the rest is given to no buyer.
    lots = world.table("supply").filter(pl.col("sku").is_in(HOPPER), pl.col("arrives_on").dt.year() == 2023)
    assert lots["quantity"].sum() == 1_007_084
    assert f"{total / 1_007_084:.3f}" == "0.979"


def test_purchases_of_the_first_half_of_2024_are_those_of_the_first_model(world: World) -> None:
    units = bought(orders_of(world, 2024).filter(pl.col("skus").list.first() == "H100-SXM"))
    assert {customer: str(one) for customer, one in units.items()} | {"all": "1175753"} == expected("M3")
    assert sum(units.values()) == 1_175_753


def test_12_000_units_are_2_6_days_of_what_the_world_made_late_in_2023(world: World) -> None:
    made = made_of_h100(world)
    # M4: 92 days from October to December, 91 from April to June.
    assert round(12_000 / (made["2023Q4"] / 92), 1) == 2.6
    assert round(12_000 / made["2023Q4"], 4) == 0.0283
    assert round(50_000 / (made["2024Q2"] / 91), 1) == 7.0
    assert round(100_000 / (made["2024Q2"] / 91), 1) == 14.0


def test_as_known_in_mid_2024_the_second_model_stands_alone(world: World) -> None:
    seen = world.as_known_on(MID_2024)
    orders = seen.table("orders")
    assert bought(orders) == {
        "microsoft": 150_000,
        "meta": 150_000,
        "google": 50_000,
        "amazon": 50_000,
        "oracle": 50_000,
        "coreweave": 40_000,
    }
    assert {customer: str(units) for customer, units in bought(orders).items()} == expected("M6")
    # Weights 3.62 + 2 × 4.28, 4.28 + 2 × 10.32, 10.32 + 2 × 14.51 and 14.51 + 2 × 18.4: 127.75 in all, so
    # 150,000 × 12.18 / 127.75 = 14,301.4; 29,260.3; 46,191.8; 60,246.6. Two units are left for the last two.
    meta = orders.filter(pl.col("customer") == "meta").sort("requested_on")
    assert meta["quantity"].to_list() == [14_301, 29_260, 46_192, 60_247]
    for name in ("orders", "supply"):
        assert seen.table(name)["known_on"].unique().to_list() == [dt.date(2024, 2, 21)]
        assert len(seen.as_known_on(dt.date(2024, 2, 20)).table(name)) == 0
    assert made_of_h100(seen).keys() == {"2023Q1", "2023Q2", "2023Q3", "2023Q4"}


def test_both_models_differ_by_a_factor_of_0_79_to_1_71(world: World) -> None:
    first = bought(orders_of(world, 2023).filter(pl.col("skus").list.first() == "H100-SXM"))
    second = bought(world.as_known_on(MID_2024).table("orders"))
    # M6, by hand: 117,754 / 150,000 = 0.79 for Meta, 85,640 / 50,000 = 1.71 for Google.
    ratios = {customer: f"{first[customer] / units:.2f}" for customer, units in second.items()}
    assert ratios == expected("M6", "ratio")
    assert (min(ratios.values()), max(ratios.values())) == ("0.79", "1.71")


def test_every_statement_tells_how_it_is_known(world: World) -> None:
    for frame in world.tables.values():
        told = frame.select("basis", "known_on", "public_on")
        assert not any(told.null_count().row(0))


def test_lots_sum_to_their_order_in_every_statement(world: World) -> None:
    for seen in (world, world.as_known_on(MID_2024)):
        lots = seen.table("supply").group_by("reserved_for").agg(pl.col("quantity").sum())
        assert dict(lots.iter_rows()) == dict(seen.table("orders").select("order", "quantity").iter_rows())


def test_its_plan_fills_everyone_within_the_quarter_and_verifies(world: World, fair: Plan) -> None:
    assert verify(world, fair) == []
    assert set(fair.tables["shortages"]["short"]) == {Decimal(0)}
    wanted = dict(world.table("orders").select("order", "requested_on").iter_rows())
    shipped = fair.tables["allocations"].with_columns(
        pl.col("order").replace_strict(wanted).alias("wanted_on")
    )
    # The first day of the quarter's last month is at most 62 days after its first: 31 of July and 31 of August.
    days = (shipped["round_on"] - shipped["wanted_on"]).dt.total_days()
    assert (days.min(), days.max()) == (0, 62)


def test_readiness_never_binds(world: World, fair: Plan) -> None:
    without = make_plan(world, replace(world.settings.policy, readiness=False))
    assert without.tables["allocations"].equals(fair.tables["allocations"])


@pytest.mark.parametrize("known_on", [None, MID_2024])
def test_as_booked_gives_each_customer_what_the_statement_in_force_says(
    world: World, known_on: dt.date | None
) -> None:
    seen = world.as_known_on(known_on)
    plan = planned(seen, Rule.AS_BOOKED)
    assert verify(seen, plan) == []
    assert received(plan) == dict(seen.table("orders").select("order", "quantity").iter_rows())
    assert plan.tables["shortages"]["short"].sum() == 0


def test_as_known_in_mid_2024_it_can_be_planned_too(world: World) -> None:
    seen = world.as_known_on(MID_2024)
    plan = make_plan(seen)
    assert verify(seen, plan) == []
    assert sum(received(plan).values()) == 490_000


def by_round(plan: Plan) -> dict[tuple[str, dt.date], Decimal]:
    """Return the units that each order receives in each round."""
    return {
        (order, day): units
        for order, day, units in plan.tables["allocations"].select("order", "round_on", "units").iter_rows()
    }


def test_pro_rata_is_as_booked_but_for_single_units(world: World) -> None:
    pro_rata, booked = by_round(planned(world, Rule.PRO_RATA)), by_round(planned(world, Rule.AS_BOOKED))
    assert pro_rata.keys() == booked.keys()
    assert max(abs(units - booked[key]) for key, units in pro_rata.items()) <= ROUNDING


def test_max_min_serves_the_smallest_customers_first(fair: Plan) -> None:
    shipped = fair.tables["allocations"].filter(pl.col("sku") == "H100-SXM")
    january = dict(
        shipped.filter(pl.col("round_on") == dt.date(2023, 1, 1)).select("order", "units").iter_rows()
    )
    # A third of each: 1,952 + 1,537 + 1,951 + 2,684 + 5,109 + 843 + 4,298 + 504 = 18,878 units. What goes to no
    # buyer is complete at 1,514; the other seven share (18,878 - 1,514) / 7 = 2,480 4/7 each, four of them rounded up.
    assert january.pop("unassigned-h100-2023q1") == 1_514
    assert sorted(january.values()) == [2_480] * 3 + [2_481] * 4
    # So the smallest are complete first, and in the last month of 2023 only the two largest are served.
    december = shipped.filter(pl.col("round_on") == dt.date(2023, 12, 1))
    assert sorted(december["customer"]) == ["microsoft", "other_customers"]


def test_the_step_writes_the_same_bytes_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(make_hopper_market, "TARGET", tmp_path / "hopper-market")
    assert make_hopper_market.main() == 0
    bundled = find_scenario("hopper-market")
    files = sorted(file.name for file in bundled.iterdir())
    assert files == sorted(file.name for file in (tmp_path / "hopper-market").iterdir())
    for name in files:
        assert (tmp_path / "hopper-market" / name).read_bytes() == (bundled / name).read_bytes(), name


def test_the_step_writes_nothing_if_a_sum_is_not_the_one_expected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first = make_hopper_market.bought_by_quarter()
    short = [replace(first[1], units=first[1].units - 1), *first[:1], *first[2:]]
    monkeypatch.setattr(make_hopper_market, "bought_by_quarter", lambda: short)
    monkeypatch.setattr(make_hopper_market, "TARGET", tmp_path / "hopper-market")
    assert make_hopper_market.main() == 1
    assert "M1 2023Q1: 56639 is not 56640" in capsys.readouterr().out
    assert not (tmp_path / "hopper-market").exists()
