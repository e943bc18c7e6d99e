"""The rules priority, first-come and pro-rata: their plans are run again, and broken ones are refused."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apportion.calendar import RoundLength
from apportion.model.plan import CutOrder, Plan, StageProof
from apportion.model.policy import LevelBy, Policy, Rule
from apportion.verify import verify
from apportion.verify.facts import read_facts
from apportion.verify.figures import MICRO
from apportion.verify.lots import round_to_lots
from apportion.verify.reading import read_movements
from apportion.verify.turns import serve_in_turn
from tests.unit.test_verify_build import Text, make_plan, make_world, proven, scarce_tables, table
from tests.unit.test_verify_hostile import Change, set_cell, set_stage, with_table, without_row
from tests.unit.test_verify_proof import random_tables

RULES = (Rule.PRIORITY, Rule.FIRST_COME, Rule.PRO_RATA)
EMPTY_STAGE = StageProof(round_on=dt.date(2025, 1, 1), tier=1, levels={}, named={}, cuts=())


def january(number: int) -> dt.date:
    return dt.date(2025, 1, number)


def shared(plan: Plan) -> list[tuple[str, str, int, int]]:
    """Return order, site, day and units of each share."""
    rows = plan.shares.select("order", "site", "round_on", "units").iter_rows()
    return [(order, site, on.day, int(units)) for order, site, on, units in rows]


def short_of(plan: Plan) -> dict[tuple[str, str], Decimal]:
    """Return the ordered units short by order and reason."""
    rows = plan.tables["shortages"].select("order", "reason", "short").iter_rows()
    return {(order, reason): short.normalize() for order, reason, short in rows if short}


def one_site(orders: str, supply: str) -> Text:
    """Return a world of one SKU and one site with plenty of power."""
    return scarce_tables() | {
        "sites": table("site name operator users\n north North hallworks -"),
        "readiness": table("site step ready_on power_kw\n north hall-1 2024-12-01 900"),
        "supply": table(supply),
        "orders": table(orders),
    }


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("whole_lots", [True, False])
def test_a_plan_under_another_rule_is_proven(rule: Rule, whole_lots: bool) -> None:  # noqa: FBT001
    assert proven(scarce_tables(), Policy(rule=rule, whole_lots=whole_lots)) == []


@given(st.randoms(use_true_random=False), st.sampled_from(RULES), st.sampled_from(LevelBy), st.booleans())
@settings(max_examples=40)
def test_the_plan_of_any_small_world_under_another_rule_is_proven(
    chance: Random,
    rule: Rule,
    level_by: LevelBy,
    whole_lots: bool,  # noqa: FBT001
) -> None:
    length = chance.choice([RoundLength.DAY, RoundLength.WEEK])
    readiness = chance.random() < 0.8
    policy = Policy(rule=rule, level_by=level_by, whole_lots=whole_lots, readiness=readiness)
    assert proven(random_tables(chance), policy, length=length) == []


def test_by_priority_nobody_takes_what_an_order_ahead_will_need_later() -> None:
    tables = one_site(
        """
        order customer skus quantity sites requested_on earliest_on promised_on tier
        later birch chip 10 north 2025-01-01 - - 1
        ahead alder chip 8 north 2025-01-03 2025-01-03 2025-01-09 1
        low cedar chip 8 north 2025-01-01 - 2025-01-01 2
        """,
        """
        lot sku supplier arrives_on quantity
        L1 chip foundry 2025-01-01 10
        L2 chip foundry 2025-01-05 3
        """,
    )
    world, plan = make_plan(tables, Policy(rule=Rule.PRIORITY, whole_lots=False))
    assert shared(plan) == [("ahead", "north", 3, 8), ("later", "north", 1, 2), ("later", "north", 5, 3)]
    assert short_of(plan)["low", "order-ahead"] == 8
    assert verify(world, plan) == []


def test_first_come_serves_orders_without_a_day_last() -> None:
    tables = one_site(
        """
        order customer skus quantity sites requested_on placed_on promised_on
        a alder chip 5 north 2025-01-01 - 2025-01-01
        b birch chip 5 north 2025-01-02 2024-12-02 -
        c cedar chip 5 north 2025-01-03 2024-12-01 -
        """,
        "lot sku supplier arrives_on quantity\n L1 chip foundry 2025-01-01 11",
    )
    world, plan = make_plan(tables, Policy(rule=Rule.FIRST_COME))
    assert shared(plan) == [("a", "north", 1, 1), ("b", "north", 2, 5), ("c", "north", 3, 5)]
    assert verify(world, plan) == []
    other = replace(plan, policy=Policy(rule=Rule.PRIORITY))
    assert verify(world, other)[0].rule == "priority"


def test_an_order_gives_back_what_its_least_shipment_lets_it_not_ship() -> None:
    tables = one_site(
        """
        order customer skus quantity sites requested_on promised_on min_ship
        all alder chip 10 north 2025-01-01 2025-01-01 10
        most birch chip 9 north 2025-01-01 2025-01-02 4
        rest cedar chip 9 north 2025-01-01 2025-01-03 -
        """,
        "lot sku supplier arrives_on quantity\n L1 chip foundry 2025-01-01 8",
    )
    world, plan = make_plan(tables, Policy(rule=Rule.PRIORITY))
    assert shared(plan) == [("most", "north", 1, 5), ("rest", "north", 1, 3)]
    assert short_of(plan)["all", "below-min-ship"] == 8
    assert short_of(plan)["most", "below-min-ship"] == 3
    assert verify(world, plan) == []


def test_pro_rata_starts_every_stage_from_nothing() -> None:
    tables = one_site(
        """
        order customer skus quantity sites requested_on earliest_on
        a alder chip 12 north 2025-01-01 -
        b birch chip 6 north 2025-01-01 -
        c cedar chip 6 north 2025-01-01 2025-01-03
        """,
        """
        lot sku supplier arrives_on quantity
        L1 chip foundry 2025-01-01 9
        L2 chip foundry 2025-01-03 5
        """,
    )
    world, plan = make_plan(tables, Policy(rule=Rule.PRO_RATA, level_by=LevelBy.CUSTOMER))
    assert shared(plan) == [
        ("a", "north", 1, 6),
        ("a", "north", 3, 2),
        ("b", "north", 1, 3),
        ("b", "north", 3, 1),
        ("c", "north", 3, 2),
    ]
    assert plan.stages[-1].levels == {"a": Fraction(1, 3), "b": Fraction(1, 3), "c": Fraction(1, 3)}
    assert verify(world, plan) == []


def test_what_an_order_takes_is_made_from_the_facts_alone() -> None:
    world = make_world(scarce_tables(), Policy(rule=Rule.PRIORITY))
    turns = serve_in_turn(read_facts(world, Policy(rule=Rule.PRIORITY)))
    assert [(one.order.name, one.option.site, one.at, one.units // MICRO) for one in turns.taken] == [
        ("A1", "north", 0, 14),
        ("A2", "north", 0, 7),
        ("A2", "north", 3, 2),
        ("B1", "north", 3, 7),
        ("C1", "south", 4, 10),
    ]


def test_a_floor_held_up_until_its_order_closed_is_in_nobodys_way() -> None:
    tables = one_site(
        """
        order customer skus quantity sites requested_on earliest_on max_late_days
        A1 alder chip 8 north 2025-01-01 - 2
        B1 birch chip 8 north 2025-01-05 2025-01-05 -
        """,
        """
        lot sku supplier arrives_on quantity
        L1 chip foundry 2025-01-01 3
        L2 chip foundry 2025-01-02 1
        L3 chip foundry 2025-01-05 3
        """,
    )
    # The fourth unit of A1 makes its lot whole, and only then does the quota come in its way.
    tables["quotas"] = table("quota party from_on until_on at_most\n Q alder 2025-01-02 2025-01-08 2")
    world, plan = make_plan(tables)
    facts = read_facts(world, Policy())
    shares, _ = read_movements(facts, plan.shares.iter_rows(), table="shares")
    allocations = round_to_lots(facts, shares)
    assert [(one.order.name, one.at, one.units // MICRO) for one in allocations] == [("B1", 4, 4)]


def test_a_floor_held_up_ships_after_the_quota() -> None:
    tables = one_site(
        """
        order customer skus quantity sites requested_on
        A1 alder chip 8 north 2025-01-01
        """,
        """
        lot sku supplier arrives_on quantity
        L1 chip foundry 2025-01-01 3
        L2 chip foundry 2025-01-02 1
        """,
    )
    tables["quotas"] = table("quota party from_on until_on at_most\n Q alder 2025-01-02 2025-01-04 2")
    world, plan = make_plan(tables)
    assert verify(world, plan) == []
    assert plan.tables["allocations"].select("round_on", "units").rows() == [(january(4), 4)]


def test_units_late_because_the_window_opened_late_say_so() -> None:
    tables = one_site(
        """
        order customer skus quantity sites requested_on earliest_on
        A1 alder chip 4 north 2025-01-02 2025-01-04
        """,
        "lot sku supplier arrives_on quantity\n L1 chip foundry 2025-01-01 4",
    )
    world, plan = make_plan(tables)
    assert plan.tables["shortages"].select("reason", "short", "late_days").rows() == [("no-round", 0, 2)]
    assert verify(world, plan) == []


def another_level(plan: Plan) -> Plan:
    """State one level of the first stage otherwise."""
    levels = {**plan.stages[0].levels, "A1": Fraction(1, 2)}
    return set_stage(0, levels=levels)(plan)


def move_units(table_name: str, *, first: int, then: int, units: Decimal) -> Change:
    """Return a change that moves units from one row to another."""

    def changed(frame: pl.DataFrame) -> pl.DataFrame:
        values = frame["units"].to_list()
        values[first] -= units
        values[then] += units
        return frame.with_columns(pl.Series("units", values, dtype=frame.schema["units"]))

    return with_table(table_name, changed)


LATE_DAYS = Decimal("1.666666")
BROKEN: list[tuple[Rule, str, str, Change]] = [
    (Rule.PRIORITY, "priority", "a share moved", move_units("shares", first=2, then=3, units=Decimal(1))),
    (Rule.PRIORITY, "priority", "a round later", set_cell("shares", "round_on", to=january(5), row=3)),
    (Rule.PRIORITY, "supply", "a round before supply", set_cell("shares", "round_on", to=january(3), row=3)),
    (Rule.PRIORITY, "power", "a round before power", set_cell("shares", "round_on", to=january(4), row=4)),
    (Rule.PRIORITY, "priority", "a share left out", with_table("shares", without_row(4))),
    (Rule.PRIORITY, "row-unknown", "a share of nobody", set_cell("shares", "order", to="nobody")),
    (Rule.PRIORITY, "allocations", "a lot early", set_cell("allocations", "round_on", to=january(1), row=3)),
    (Rule.PRIORITY, "allocations", "a lot left out", with_table("allocations", without_row(2))),
    (
        Rule.PRIORITY,
        "allocations",
        "a lot moved",
        move_units("allocations", first=3, then=2, units=Decimal(2)),
    ),
    (Rule.PRIORITY, "allocations", "other filled units", set_cell("allocations", "filled", to=Decimal(1))),
    (Rule.PRIORITY, "shortages", "another reason", set_cell("shortages", "reason", to="higher-tier")),
    (Rule.PRIORITY, "shortages", "the share of fairness", set_cell("shortages", "reason", to="fair-share")),
    (Rule.PRIORITY, "late-days", "late days cut down", set_cell("shortages", "late_days", to=LATE_DAYS)),
    (Rule.PRIORITY, "remedy", "no remedy", set_cell("shortages", "remedy", to="")),
    (Rule.PRIORITY, "stages", "a stage", lambda plan: replace(plan, stages=(EMPTY_STAGE,))),
    (
        Rule.PRIORITY,
        "stages",
        "a cut order",
        lambda plan: replace(plan, cut_orders=(CutOrder(order="A1", kept=Fraction(0), first_share=()),)),
    ),
    (
        Rule.PRIORITY,
        "stages",
        "a level",
        with_table(
            "levels",
            lambda frame: pl.DataFrame([(january(1), 1, "A1", "1", None)], frame.schema, orient="row"),
        ),
    ),
    (
        Rule.PRIORITY,
        "stages",
        "as max-min",
        lambda plan: replace(plan, policy=Policy(level_by=LevelBy.ORDER)),
    ),
    (Rule.FIRST_COME, "first-come", "a round later", set_cell("shares", "round_on", to=january(5), row=3)),
    (Rule.FIRST_COME, "shortages", "another reason", set_cell("shortages", "reason", to="no-supply")),
    (Rule.PRO_RATA, "stages", "as priority", lambda plan: replace(plan, policy=Policy(rule=Rule.PRIORITY))),
    (
        Rule.PRO_RATA,
        "level",
        "as max-min by order",
        lambda plan: replace(plan, policy=Policy(level_by=LevelBy.ORDER)),
    ),
    (Rule.PRO_RATA, "level", "a share moved", move_units("shares", first=0, then=3, units=Decimal("0.1"))),
    (Rule.PRO_RATA, "level", "another level", another_level),
    (Rule.PRO_RATA, "stages", "a stage left out", lambda plan: replace(plan, stages=plan.stages[1:])),
    (Rule.PRO_RATA, "cut-missing", "no cuts", set_stage(0, cuts=())),
    (Rule.PRO_RATA, "levels", "a level row left out", with_table("levels", without_row(0))),
    (Rule.PRO_RATA, "allocations", "a lot early", set_cell("allocations", "round_on", to=january(2), row=3)),
    (Rule.PRO_RATA, "shortages", "another reason", set_cell("shortages", "reason", to="order-ahead")),
]


@pytest.mark.parametrize(
    ("rule", "refused_by", "change"),
    [(rule, refused_by, change) for rule, refused_by, _, change in BROKEN],
    ids=[f"{rule}: {words}" for rule, _, words, _ in BROKEN],
)
def test_a_broken_plan_under_another_rule_is_refused(rule: Rule, refused_by: str, change: Change) -> None:
    world, plan = make_plan(scarce_tables(), Policy(rule=rule))
    assert verify(world, plan) == []
    refusals = verify(world, change(plan))
    assert refusals
    assert refusals[0].rule == refused_by
