"""Moves that nobody has decided: as booked, engine and reference agree on them, and they change reasons alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from fractions import Fraction
from random import Random

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apportion.model.plan import Plan
from apportion.model.policy import Policy, Rule
from apportion.model.world import World
from apportion.verify import verify
from tests.build import proven_plan, typed_world
from tests.laws.agreement import disagreements, short_of
from tests.laws.small import small
from tests.reference import RefWorld, reference_plan
from tests.worlds import booked_world

WORLDS = max(400, settings().max_examples)
BOOKED = Policy(rule=Rule.AS_BOOKED)
LAW_WORLDS = max(100, settings().max_examples)


def drawn(rng: Random) -> tuple[RefWorld, World]:
    raw = booked_world(rng)
    return RefWorld(raw.settings, raw.standing), typed_world(raw.settings, raw.tables)


def test_as_booked_the_engine_gives_the_plan_of_the_reference(capsys: pytest.CaptureFixture[str]) -> None:
    met: Counter[str] = Counter()

    @settings(max_examples=WORLDS, suppress_health_check=list(HealthCheck))
    @given(st.randoms(use_true_random=False))
    def run(rng: Random) -> None:
        reference, world = drawn(rng)
        policy = replace(world.settings.policy, rule=Rule.AS_BOOKED)
        plan = proven_plan(world, policy)
        assert disagreements(reference_plan(reference, rule="as-booked"), plan) == []
        met.update(set(plan.tables["shortages"]["reason"]))
        firsts = dict(world.table("orders").select("order", "sites").iter_rows())
        sent = plan.tables["allocations"].select("order", "site").iter_rows()
        met["another site"] += any(firsts[order][0] != site for order, site in sent)

    run()
    with capsys.disabled():
        print(f"\nworlds as booked with: {dict(met)}")  # noqa: T201
    assert min(met[one] for one in ("not-booked", "not-decided", "another site")) >= WORLDS // 40


def units_by_order(plan: Plan) -> dict[str, Fraction]:
    sums: dict[str, Fraction] = defaultdict(Fraction)
    for (order, _), short in short_of(plan).items():
        sums[order] += short
    return sums


@pytest.mark.parametrize("rule", Rule)
def test_a_move_not_decided_changes_no_allocation_and_no_sum_of_units_short(rule: Rule) -> None:
    changed = 0

    @settings(max_examples=LAW_WORLDS // 4, suppress_health_check=list(HealthCheck))
    @given(st.randoms(use_true_random=False))
    def run(rng: Random) -> None:
        nonlocal changed
        _, world = drawn(rng)
        without = replace(
            world, tables={name: rows for name, rows in world.tables.items() if name != "undecided"}
        )
        policy = replace(world.settings.policy, rule=rule)
        plan, plain = proven_plan(world, policy), proven_plan(without, policy)
        assert plan.shares.equals(plain.shares)
        assert plan.tables["allocations"].equals(plain.tables["allocations"])
        # Less than 10⁻⁶ of an option's rate may be lost where a reason is parted in two (A31).
        sums, before = units_by_order(plan), units_by_order(plain)
        assert all(abs(sums.get(order, 0) - units) < Fraction(1, 10**4) for order, units in before.items())
        is_same = plan.tables["shortages"].equals(plain.tables["shortages"])
        assert is_same or rule is Rule.AS_BOOKED
        changed += not is_same

    run()
    assert (changed > 0) == (rule is Rule.AS_BOOKED)


def waiting_world(**cells: str) -> World:
    """Return a world in which A is booked 4 of 10 on 3 January, 5 more of a lot of B's wait for a decision."""
    raw = small(
        "order customer quantity\nA a 10\nB b 8",
        "lot sku quantity arrives_on reserved_for\nL k 4 2024-01-03 A\nM k 8 2024-01-02 B",
    )
    plain = {"proposal": "p", "lot": "M", "order": "A", "site": "s", "quantity": "5"}
    raw.tables["undecided"] = [plain | cells]
    return typed_world(raw.settings, raw.tables)


def reasons_of(world: World) -> dict[str, dict[str, str]]:
    rows = proven_plan(world, BOOKED).tables["shortages"].filter(order="A").iter_rows(named=True)
    return {
        row["reason"]: {"short": f"{row['short']:f}".split(".")[0], "of": row["resource"] or ""}
        for row in rows
    }


def test_what_a_move_would_bring_is_not_decided_and_the_rest_not_booked() -> None:
    # Six are short, of which five wait. Of the four of 3 January all would have come by the second.
    assert reasons_of(waiting_world()) == {
        "not-decided": {"short": "5", "of": "proposal p"},
        "not-booked": {"short": "1", "of": ""},
    }


@pytest.mark.parametrize(
    "cells",
    [{"lot": "L"}, {"order": "B", "lot": "L"}],
    ids=["its own lot", "another order"],
)
def test_a_move_that_would_bring_an_order_nothing_is_no_reason(cells: dict[str, str]) -> None:
    assert set(reasons_of(waiting_world(**cells))) == {"not-booked"}


def test_of_a_lot_no_more_waits_than_it_has() -> None:
    assert reasons_of(waiting_world(quantity="50"))["not-decided"]["short"] == "6"
    raw_tables = waiting_world(quantity="50").tables
    few = raw_tables["supply"].with_columns(quantity=pl.Series([4, 2], dtype=pl.Int64()))
    world = replace(waiting_world(), tables={**raw_tables, "supply": few})
    assert reasons_of(world)["not-decided"]["short"] == "2"


def test_a_plan_that_says_another_reason_is_refused() -> None:
    world = waiting_world()
    plan = proven_plan(world, BOOKED)
    swapped = plan.tables["shortages"].with_columns(
        reason=pl.col("reason").replace({"not-decided": "not-booked", "not-booked": "not-decided"})
    )
    refusals = verify(world, replace(plan, tables={**plan.tables, "shortages": swapped}))
    assert {one.rule for one in refusals} == {"shortages"}


@pytest.mark.parametrize(
    ("arrives_on", "quantity", "reasons"),
    [
        ("2024-01-02", "4", {"not-decided"}),
        ("2024-01-02", "3", {"not-decided", "not-booked"}),
        # What would come on the day itself would make nothing sooner.
        ("2024-01-03", "4", {"not-booked"}),
    ],
)
def test_units_are_late_for_a_decision_that_would_have_brought_as_many_sooner(
    arrives_on: str, quantity: str, reasons: set[str]
) -> None:
    raw = small(
        "order customer quantity\nA a 4\nB b 8",
        f"lot sku quantity arrives_on reserved_for\nL k 4 2024-01-03 A\nM k 8 {arrives_on} B",
    )
    row = {"proposal": "p", "lot": "M", "order": "A", "site": "s", "quantity": quantity}
    raw.tables["undecided"] = [row]
    world = typed_world(raw.settings, raw.tables)
    assert set(reasons_of(world)) == reasons
    expected = reference_plan(RefWorld(raw.settings, raw.standing), rule="as-booked")
    assert {reason for order, reason in expected.late if order == "A"} == reasons
