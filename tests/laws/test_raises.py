"""Standing priorities: what raises mean on random worlds, and plans that leave them out."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from random import Random

import pytest

from apportion.model.plan import Plan
from apportion.model.policy import Rule
from apportion.verify import verify
from tests.build import proven_plan
from tests.laws.holding import PROFILE_WORLDS, hold_on_random_worlds, seen_world
from tests.laws.small import january, small
from tests.reference import RefWorld, reference_plan
from tests.reference.build import levels_on
from tests.worlds import RawWorld

TABLES = ("allocations", "shortages", "levels")
SOME_WORLDS = max(40, PROFILE_WORLDS // 2)
LONG_AGO = "2023-01-01"


def plan_under(rule: Rule, raw: RawWorld) -> Plan:
    """Return the proven plan of a world under a rule."""
    world = seen_world(raw)
    return proven_plan(world, replace(world.settings.policy, rule=rule))


def assert_same_plan(one: Plan, other: Plan) -> None:
    assert one.shares.equals(other.shares)
    assert one.stages == other.stages
    for name in TABLES:
        assert one.tables[name].equals(other.tables[name])


@pytest.mark.parametrize("rule", [Rule.MAX_MIN, Rule.PRO_RATA, Rule.PRIORITY])
def test_a_raise_in_all_rounds_is_the_tier_of_all_orders_that_come_after_it(rule: Rule) -> None:
    def law(raw: RawWorld, rng: Random) -> None:
        party, tier = rng.choice(raw.tables["parties"])["party"], rng.choice([0, 1, 2])
        written = deepcopy(raw)
        written.tables.pop("raises", None)
        for row in written.tables["orders"]:
            if row["customer"] == party:
                row["tier"] = str(min(tier, int(row["tier"])))
        raw.tables["raises"] = [{"party": party, "from_on": LONG_AGO, "tier": str(tier)}]
        assert_same_plan(plan_under(rule, raw), plan_under(rule, written))

    hold_on_random_worlds(law, worlds=SOME_WORLDS)


@pytest.mark.parametrize("rule", [Rule.FIRST_COME, Rule.AS_BOOKED])
def test_a_rule_without_tiers_does_not_look_at_raises(rule: Rule) -> None:
    def law(raw: RawWorld, _: Random) -> None:
        without = deepcopy(raw)
        without.tables.pop("raises", None)
        assert_same_plan(plan_under(rule, raw), plan_under(rule, without))

    hold_on_random_worlds(law, worlds=SOME_WORLDS)


@pytest.mark.parametrize("rule", Rule)
def test_a_table_without_a_row_is_as_none(rule: Rule) -> None:
    def law(raw: RawWorld, _: Random) -> None:
        without = deepcopy(raw)
        without.tables.pop("raises", None)
        raw.tables["raises"] = []
        assert_same_plan(plan_under(rule, raw), plan_under(rule, without))

    hold_on_random_worlds(law, worlds=SOME_WORLDS)


def raised_market() -> RawWorld:
    """Return two equal customers, of whom birch is served first on the 3rd and 4th, when 10 of 30 units arrive."""
    raw = small(
        "order customer quantity tier\na alder 20 2\nb birch 20 2",
        "lot sku quantity arrives_on\nl1 k 10 2024-01-01\nl2 k 10 2024-01-03\nl3 k 10 2024-01-06",
    )
    raw.tables["raises"] = [
        {"party": "birch", "from_on": "2024-01-03", "tier": "0", "until_on": "2024-01-05"}
    ]
    return raw


def test_a_plan_that_leaves_the_raises_out_is_refused() -> None:
    raw = raised_market()
    raises = raw.tables.pop("raises")
    without = proven_plan(seen_world(raw))
    raw.tables["raises"] = raises
    world = seen_world(raw)
    assert [one.rule for one in verify(world, replace(without, world_digest=world.digest))] == ["stages"]


def test_a_plan_that_raises_nobody_may_not_raise_somebody() -> None:
    raw = raised_market()
    plan = proven_plan(seen_world(raw))
    del raw.tables["raises"]
    world = seen_world(raw)
    rules = {one.rule for one in verify(world, replace(plan, world_digest=world.digest))}
    assert rules == {"stages"}


def test_the_level_reached_while_raised_counts_afterwards() -> None:
    # 5 each on the 1st; all 10 of the 3rd to birch; on the 6th alder rises from 5 to 15, which takes all.
    raw = raised_market()
    plan = reference_plan(RefWorld(raw.settings, raw.tables))
    assert levels_on(plan, day=3, tier=0) == {"birch/k": 15}
    assert levels_on(plan, day=5, tier=2) == {"alder/k": 5, "birch/k": 15}
    assert levels_on(plan, day=6, tier=2) == {"alder/k": 15, "birch/k": 15}
    proven = proven_plan(seen_world(raw))
    assert {stage.round_on for stage in proven.stages} == {january(day) for day in (1, 3, 5, 6)}


def test_by_priority_an_order_once_raised_in_its_window_comes_first_in_all_rounds() -> None:
    raw = raised_market()
    assert {key[0] for key in reference_plan(RefWorld(raw.settings, raw.tables)).shares} == {"a", "b"}
    shares = plan_under(Rule.PRIORITY, raw).shares
    # Birch takes the 10 of the 1st and of the 3rd, before its raise and in it; alder has what comes after.
    rows = shares.select("order", "round_on", "units").rows()
    assert [(order, on.day, int(units)) for order, on, units in rows] == [
        ("b", 1, 10),
        ("b", 3, 10),
        ("a", 6, 10),
    ]
    for row in raw.tables["orders"]:
        row["max_late_days"] = "1" if row["order"] == "b" else ""
    rows = plan_under(Rule.PRIORITY, raw).shares.select("order", "units").rows()
    # Its window is over before the raise begins: alder comes first by name.
    assert [(order, int(units)) for order, units in rows] == [("a", 10), ("a", 10)]
