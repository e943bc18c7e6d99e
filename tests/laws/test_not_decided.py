"""Moves that nobody has decided: as booked, engine and reference agree on them, and they change reasons alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apportion.model.plan import Plan
from apportion.model.policy import Rule
from apportion.model.world import World
from tests.build import proven_plan, typed_world
from tests.laws.agreement import disagreements, short_of
from tests.reference import RefWorld, reference_plan
from tests.worlds import booked_world

WORLDS = max(400, settings().max_examples)
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
