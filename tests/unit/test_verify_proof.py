"""What the reference plans, the proof proves: two programs that share no line but the world they read."""

from __future__ import annotations

import ast
import datetime as dt
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apportion.calendar import RoundLength
from apportion.model.plan import CutOrder
from apportion.model.policy import Count, LevelBy, Policy, Rule
from apportion.verify import proof, verify
from apportion.verify.simplex import Budget, Program, WorkSpent
from tests.reference.linear import Program as ReferenceProgram
from tests.unit.test_verify_build import START, Text, make_plan, proven, scarce_tables, table

ALLOWED = (
    "apportion.errors",
    "apportion.calendar",
    "apportion.digest",
    "apportion.model",
    "apportion.verify",
)


def test_the_proof_imports_no_line_of_the_engine() -> None:
    folder = Path(proof.__file__).parent
    for file in sorted(folder.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("apportion"):
                assert (node.module or "").startswith(ALLOWED), file.name


@pytest.mark.parametrize("level_by", LevelBy)
@pytest.mark.parametrize("count", Count)
@pytest.mark.parametrize("whole_lots", [True, False])
def test_a_fair_plan_is_proven(level_by: LevelBy, count: Count, whole_lots: bool) -> None:  # noqa: FBT001
    assert proven(scarce_tables(), Policy(level_by=level_by, count=count, whole_lots=whole_lots)) == []


def test_a_plan_without_readiness_is_proven() -> None:
    assert proven(scarce_tables(), Policy(readiness=False)) == []


def test_a_plan_as_booked_is_run_again() -> None:
    tables = scarce_tables()
    for row, order in zip(tables["supply"], ("A1", "C1"), strict=True):
        row["reserved_for"] = order
    world, plan = make_plan(tables, Policy(rule=Rule.AS_BOOKED))
    assert len(plan.shares) == 2
    assert verify(world, plan) == []
    tables["supply"][0]["reserved_for"] = "A2"
    other = make_plan(tables, Policy(rule=Rule.AS_BOOKED))[1]
    object.__setattr__(other, "world_digest", world.digest)
    assert verify(world, other)[0].rule == "as-booked"


def waiting_tables() -> Text:
    """Return two orders of one customer, of which the first must ship at once and never can."""
    tables = scarce_tables()
    tables["orders"] = table("""
        order customer skus quantity sites requested_on min_ship max_late_days
        A1 alder chip 30 north 2025-01-01 24 2
        B1 birch chip 12 north 2025-01-01 4 5
    """)
    return tables


def test_a_plan_with_a_cut_order_is_proven() -> None:
    world, plan = make_plan(waiting_tables())
    assert [one.order for one in plan.cut_orders] == ["A1"]
    assert verify(world, plan) == []


def test_a_cut_order_that_is_not_told_is_refused() -> None:
    world, plan = make_plan(waiting_tables())
    object.__setattr__(plan, "cut_orders", ())
    assert verify(world, plan)


def test_an_order_cut_without_need_is_refused() -> None:
    tables = waiting_tables()
    tables["orders"][0]["min_ship"] = "1"
    world, plan = make_plan(tables)
    assert verify(world, plan) == []
    first = tuple((day, Fraction(0)) for day in world.settings.calendar.rounds)
    object.__setattr__(plan, "cut_orders", (CutOrder(order="A1", kept=Fraction(29), first_share=first),))
    assert verify(world, plan)[0].rule in {"cut-orders", "quantity", "classes", "cut-slack"}


PARTIES, SKUS, SITES = ("a", "b", "c"), ("X", "Y"), ("s", "t")


def random_day(chance: Random, first: int = 0, *, last: int = 8) -> str:
    return str(START + dt.timedelta(days=chance.randint(first, last)))


def random_order(chance: Random, number: int) -> dict[str, str]:
    first, *others = chance.sample(SKUS, chance.randint(1, 2))
    quantity, wanted = chance.randint(1, 20), chance.randint(-1, 6)
    return {
        "order": f"O{number}",
        "customer": chance.choice(PARTIES),
        "skus": "|".join([first, *(f"{other}:{chance.choice(['0.5', '2', '3'])}" for other in others)]),
        "quantity": str(quantity),
        "sites": "|".join(chance.sample(SITES, chance.randint(1, 2))),
        "requested_on": str(START + dt.timedelta(days=wanted)),
        "earliest_on": str(START + dt.timedelta(days=wanted - chance.randint(-2, 3))),
        "placed_on": chance.choice(["", random_day(chance)]),
        "tier": chance.choice(["", "2"]),
        "status": chance.choice(["", "", "", "hold", "closed"]),
        "min_ship": chance.choice(["", "", str(chance.randint(1, quantity))]),
        "max_late_days": chance.choice(["", "3"]),
    }


def random_places(chance: Random) -> Text:
    """Return parties, SKUs, sites and their readiness."""
    return {
        "parties": [
            {
                "party": one,
                "name": one,
                "kind": "customer",
                "weight": str(chance.randint(1, 5)),
                "group": group,
            }
            for one, group in zip(PARTIES, ("g", "g", ""), strict=True)
        ],
        "skus": [
            {
                "sku": one,
                "name": one,
                "vendor": "v",
                "site_kw": chance.choice(["0.7", "2"]),
                "cooling": chance.choice(["", "liquid"]),
                "lot_units": chance.choice(["1", "4"]),
                "reference_units": chance.choice(["", "2"]),
            }
            for one in SKUS
        ],
        "sites": [
            {
                "site": one,
                "name": one,
                "operator": "o",
                "users": users,
                "lead_days": chance.choice(["0", "2"]),
            }
            for one, users in zip(SITES, ("", "a|b"), strict=True)
        ],
        "readiness": [
            {
                "site": one,
                "step": f"hall-{step}",
                "ready_on": str(START + dt.timedelta(days=4 * step)),
                "power_kw": str(chance.randint(1, 15) + 15 * step),
                "liquid_kw": chance.choice(["", "8"]),
                "units_at_most": chance.choice(["", "12"]),
            }
            for one in SITES
            for step in range(2)
        ],
    }


def random_tables(chance: Random) -> Text:
    """Return a small world in which anything may be scarce."""
    until_on = random_day(chance, 4)
    since_on = random_day(chance)
    return random_places(chance) | {
        "supply": [
            {
                "lot": f"L{lot}",
                "sku": sku,
                "supplier": "f",
                "arrives_on": random_day(chance),
                "quantity": str(chance.randint(0, 20)),
            }
            for lot, sku in enumerate(SKUS * 2)
        ],
        "orders": [random_order(chance, number) for number in range(chance.randint(1, 5))],
        "quotas": [{"quota": "q", "party": "a", "from_on": str(START), "until_on": until_on, "at_most": "6"}],
        "fleet": [
            {"holding": "F", "party": "b", "site": "s", "sku": "X", "quantity": "2", "since_on": since_on}
        ],
        "entitlements": [{"party": "b", "pool": "X", "from_on": random_day(chance), "weight": "4"}],
    }


@given(st.randoms(use_true_random=False), st.sampled_from(LevelBy), st.sampled_from(Count), st.booleans())
@settings(max_examples=30)
def test_the_plan_of_any_small_world_is_proven(
    chance: Random,
    level_by: LevelBy,
    count: Count,
    whole_lots: bool,  # noqa: FBT001
) -> None:
    length = chance.choice([RoundLength.DAY, RoundLength.WEEK])
    policy = Policy(level_by=level_by, count=count, whole_lots=whole_lots, readiness=chance.random() < 0.8)
    assert proven(random_tables(chance), policy, length=length) == []


@given(st.randoms(use_true_random=False))
@settings(max_examples=50)
def test_programs_agree_with_another_method(chance: Random) -> None:
    size = chance.randint(1, 5)
    rows = [[chance.randint(0, 4) for _ in range(size)] for _ in range(chance.randint(1, 5))]
    rows.append([1] * size)
    bounds = [chance.randint(0, 9) for _ in rows]
    program = Program(size, budget=Budget(10**9))
    for row, bound in zip(rows, bounds, strict=True):
        program.add_row(dict(enumerate(row)), bound=bound)
    other = ReferenceProgram(rows, bounds, size=size)
    for _ in range(3):
        goal = [chance.randint(-2, 5) for _ in range(size)]
        assert program.maximise(dict(enumerate(goal))) == other.keep_highest(goal)


def test_a_spent_budget_is_told() -> None:
    program = Program(2, budget=Budget(3))
    program.add_row({0: 1, 1: 1}, bound=5)
    with pytest.raises(WorkSpent):
        program.maximise({0: 1})
