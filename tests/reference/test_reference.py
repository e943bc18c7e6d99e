"""The reference against arithmetic done by hand: each case shows its sums in comments."""

import datetime as dt
from fractions import Fraction

import pytest

from . import RefWorld, reference_plan
from .build import (
    january,
    levels_on,
    make_lot,
    make_order,
    make_sku,
    make_step,
    make_world,
    units_by_day,
    units_by_order,
)
from .world import MILLIONTH


def test_three_orders_share_one_pool_by_raising_the_water() -> None:
    # 50 units for 10, 20 and 50: level 10 fills a; 40 are left for b and c: level 20 fills b; c has 20.
    orders = [make_order("a", quantity="10"), make_order("b", quantity="20"), make_order("c", quantity="50")]
    plan = reference_plan(make_world(orders, [make_lot("L", quantity="50")]))
    assert units_by_order(plan.allocations) == {"a": 10, "b": 20, "c": 20}
    assert levels_on(plan, day=1) == {"customer-a/k": 10, "customer-b/k": 20, "customer-c/k": 20}
    # Nothing changes after 1 January, so it is the only stage. Alone, c could have had all 50.
    assert {on for on, _, _ in plan.levels} == {january(1)}
    assert plan.shortages == {("c", "fair-share"): 30}
    assert plan.late == {}
    assert plan.late_days == {"a": 0, "b": 0, "c": 0}


def test_shares_are_cut_down_to_a_millionth() -> None:
    # 10 / 3 = 3.333333 33...; three times 3.333333 leaves a millionth in stock.
    orders = [make_order(name, quantity="10") for name in "abc"]
    plan = reference_plan(make_world(orders, [make_lot("L", quantity="10")]), whole_lots=False)
    assert set(units_by_order(plan.allocations).values()) == {Fraction(3333333, 1000000)}
    assert sum(plan.shares.values()) == 10 - MILLIONTH
    assert plan.shortages["a", "fair-share"] == 10 - Fraction(3333333, 1000000)


def test_weights_of_parties_and_later_entitlements_set_the_proportions() -> None:
    orders = [make_order(name, quantity="100") for name in "ab"]
    parties = [{"party": "customer-a", "weight": "1"}, {"party": "customer-b", "weight": "3"}]
    supply = [make_lot("L", quantity="40")]
    # 40 = 1 level + 3 level: level 10.
    plan = reference_plan(make_world(orders, supply, parties=parties))
    assert units_by_order(plan.allocations) == {"a": 10, "b": 30}
    # With weights 1 and 1 the first 10 split 5 and 5. From 3 January b weighs 3: of 40 in all, level 10,
    # so a stands at 10 and b at 30.
    entitlements = [{"party": "customer-b", "pool": "k", "from_on": "2024-01-03", "weight": "3"}]
    supply = [make_lot("L1", quantity="10"), make_lot("L2", quantity="30", arrives_on="2024-01-03")]
    plan = reference_plan(make_world(orders, supply, entitlements=entitlements))
    assert units_by_day(plan.allocations, order="a") == {1: 5, 3: 5}
    assert units_by_day(plan.allocations, order="b") == {1: 5, 3: 25}
    assert levels_on(plan, day=3) == {"customer-a/k": 10, "customer-b/k": 10}


def test_the_order_that_can_go_elsewhere_leaves_the_narrow_site_to_the_other() -> None:
    # a may use s (10 kW) or r (20 kW), b only s. Both want 30. b can have at most 10, and gets it, for a
    # goes to r: 20. Giving a its best site first would leave b with 5 at equal water.
    orders = [make_order("a", quantity="30", sites="s|r"), make_order("b", quantity="30")]
    plan = reference_plan(
        make_world(
            orders,
            [make_lot("L", quantity="100")],
            sites=[{"site": "s"}, {"site": "r"}],
            readiness=[make_step("s", power_kw="10"), make_step("r", power_kw="20")],
        )
    )
    assert units_by_order(plan.allocations, site="s") == {"b": 10}
    assert units_by_order(plan.allocations, site="r") == {"a": 20}
    # Alone, a could have filled all 30 (10 at s, 20 at r), b only 10.
    assert plan.shortages == {("a", "fair-share"): 10, ("b", "site-not-ready"): 20}


def test_a_class_of_several_orders_and_sites_is_not_filled_by_date() -> None:
    # Class x has a1 (s or r) and a2 (r only), class y has b1 (s only); 10 kW at each site, all want 10.
    # By date a1 would take s first, hold y at 5, and x would go on to 15 with r. Max-min is 10 and 10:
    # x takes all of r, y all of s; in canonical order a1 comes first, so r is all a1's.
    orders = [
        make_order("a1", quantity="10", customer="x", sites="s|r"),
        make_order("a2", quantity="10", customer="x", sites="r"),
        make_order("b1", quantity="10", customer="y", sites="s"),
    ]
    plan = reference_plan(
        make_world(
            orders,
            [make_lot("L", quantity="100")],
            level_by="customer",
            sites=[{"site": "s"}, {"site": "r"}],
            readiness=[make_step("s", power_kw="10"), make_step("r", power_kw="10")],
        )
    )
    assert levels_on(plan, day=1) == {"x": 10, "y": 10}
    assert units_by_order(plan.allocations, site="r") == {"a1": 10}
    assert units_by_order(plan.allocations, site="s") == {"b1": 10}
    assert plan.shortages == {("a2", "fair-share"): 10}


def test_a_substitute_that_fills_two_frees_the_first_sku() -> None:
    # a takes k, or j of which one fills 2. 8 k and 5 j: b (k only, wants 8) and a (wants 20) stand at
    # 8 k for b and 5 j = 10 filled for a; more k for a would hold b below 8, which is below a's 10.
    orders = [make_order("a", quantity="20", skus="k|j:2"), make_order("b", quantity="8")]
    supply = [make_lot("L1", quantity="8"), make_lot("L2", quantity="5", sku="j")]
    world = make_world(orders, supply, skus=[make_sku("k"), make_sku("j")], level_by="customer")
    plan = reference_plan(world)
    assert {key[:2]: units for key, units in plan.allocations.items()} == {("a", "j"): 5, ("b", "k"): 8}
    assert levels_on(plan, day=1) == {"customer-a": 10, "customer-b": 8}
    # Alone, a could fill 8 + 10 = 18: 2 short for want of supply, 8 in fairness to b.
    assert plan.shortages == {("a", "no-supply"): 2, ("a", "fair-share"): 8}


def test_reference_units_weigh_the_units_of_the_first_sku() -> None:
    # One kW a unit, 30 kW in all. a's unit counts 1, b's counts 2: x = 2 y and x + y = 30: 20 and 10.
    orders = [make_order("a", quantity="50"), make_order("b", quantity="50", skus="j")]
    supply = [make_lot("L1", quantity="50"), make_lot("L2", quantity="50", sku="j")]
    world = make_world(
        orders,
        supply,
        level_by="customer",
        skus=[make_sku("k"), make_sku("j", reference_units="2")],
        readiness=[make_step(power_kw="30")],
    )
    assert units_by_order(reference_plan(world, count="reference").allocations) == {"a": 20, "b": 10}
    assert units_by_order(reference_plan(world).allocations) == {"a": 15, "b": 15}
    # Without readiness nothing is shared any more.
    assert units_by_order(reference_plan(world, readiness=False).allocations) == {"a": 50, "b": 50}


def test_levels_of_groups_and_of_orders() -> None:
    orders = [make_order(name, quantity="30") for name in "abc"]
    groups = {"a": "g", "b": "g", "c": ""}
    parties = [{"party": f"customer-{name}", "group": group} for name, group in groups.items()]
    # Group g weighs 1 + 1, c weighs 1: 30 = 2 level + level; inside g the routing fills a first.
    world = make_world(orders, [make_lot("L", quantity="30")], level_by="group", parties=parties)
    plan = reference_plan(world)
    assert units_by_order(plan.allocations) == {"a": 20, "c": 10}
    assert levels_on(plan, day=1) == {"g": 10, "customer-c": 10}
    # By order each has the same filled share: 10 and 30 wanted, 20 there, so half of each.
    orders = [make_order("a", quantity="10"), make_order("b", quantity="30")]
    plan = reference_plan(make_world(orders, [make_lot("L", quantity="20")], level_by="order"))
    assert units_by_order(plan.allocations) == {"a": 5, "b": 15}
    assert levels_on(plan, day=1) == {"a": Fraction(1, 2), "b": Fraction(1, 2)}


def test_the_first_tier_is_served_first() -> None:
    # 40 units: tier 1 takes its 30, tier 2 has 10; alone tier 2 could have had 30, less the 30: 10.
    orders = [make_order("a", quantity="30", tier="2"), make_order("b", quantity="30")]
    plan = reference_plan(make_world(orders, [make_lot("L", quantity="40")]))
    assert units_by_order(plan.allocations) == {"a": 10, "b": 30}
    assert plan.shortages == {("a", "higher-tier"): 20}
    assert set(plan.levels) == {(january(1), 1, "customer-b/k"), (january(1), 2, "customer-a/k")}


def test_a_quota_window_delays_what_is_above_it() -> None:
    # At most 5 on 1 and 2 January, so 15 of 20 wait until the 3rd: 15 units late by 2 days, mean 30 / 20.
    quotas = [
        {
            "quota": "q",
            "from_on": "2024-01-01",
            "until_on": "2024-01-03",
            "at_most": "5",
            "group": "customer-a",
        }
    ]
    world = make_world([make_order("a", quantity="20")], [make_lot("L", quantity="20")], quotas=quotas)
    plan = reference_plan(world)
    assert units_by_day(plan.allocations, order="a") == {1: 5, 3: 15}
    assert plan.shortages == {}
    assert plan.late == {("a", "quota"): 15}
    assert plan.late_days == {"a": Fraction(3, 2)}
    # Must it ship by 2 January, 15 stay short.
    world = make_world(
        [make_order("a", quantity="20", max_late_days="1")], [make_lot("L", quantity="20")], quotas=quotas
    )
    assert reference_plan(world).shortages == {("a", "quota"): 15}


def test_a_late_site_makes_units_late_and_lead_days_look_ahead() -> None:
    steps = [make_step(power_kw="4"), make_step(step="next", power_kw="10", ready_on="2024-01-03")]
    for lead_days, ships_on in (("0", 3), ("1", 2)):
        # 4 kW at once and 10 from the 3rd on: 6 units follow, a day earlier when they travel for a day.
        world = make_world(
            [make_order("a", quantity="10")],
            [make_lot("L", quantity="10")],
            sites=[{"site": "s", "lead_days": lead_days}],
            readiness=steps,
        )
        plan = reference_plan(world)
        assert units_by_day(plan.allocations, order="a") == {1: 4, ships_on: 6}
        assert plan.late == {("a", "site-not-ready"): 6}
        assert plan.late_days == {"a": Fraction(6 * (ships_on - 1), 10)}


def test_shipments_and_fleet_take_supply_room_and_fairness() -> None:
    # 20 kW, less 5 of fleet until the 3rd and 4 shipped to a: 11 at first, 16 then. Supply 30 - 4 = 26.
    # 1st: 4 + x = y, x + y = 11: x = 3.5, y = 7.5. 3rd: 5 more, 20 in all: 10 and 10, and a is filled.
    # Lots on the 1st: 3 and 7, then a half each is missing: a, first in order, takes the eleventh unit.
    shipments = [
        {"shipment": "g", "order": "a", "sku": "k", "site": "s", "quantity": "4", "shipped_on": "2024-01-01"}
    ]
    fleet = [{"holding": "f", "party": "customer-b", "site": "s", "sku": "k", "quantity": "5"}]
    fleet[0] |= {"since_on": "2023-06-01", "until_on": "2024-01-03"}
    world = make_world(
        [make_order("a", quantity="10"), make_order("b", quantity="20")],
        [make_lot("L", quantity="30")],
        readiness=[make_step(power_kw="20")],
        shipments=shipments,
        fleet=fleet,
    )
    plan = reference_plan(world)
    assert units_by_day(plan.shares, order="a") == {1: Fraction(7, 2), 3: Fraction(5, 2)}
    assert units_by_day(plan.shares, order="b") == {1: Fraction(15, 2), 3: Fraction(5, 2)}
    assert units_by_day(plan.allocations, order="a") == {1: 4, 3: 2}
    assert units_by_day(plan.allocations, order="b") == {1: 7, 3: 3}
    assert levels_on(plan, day=3) == {"customer-a/k": 10, "customer-b/k": 10}
    # Alone b could have had 16 by room; 10 is its fair share.
    assert plan.shortages == {("b", "site-not-ready"): 4, ("b", "fair-share"): 6}
    # Counting from the 2nd only, the shipment gives no level: 5.5 each on the 1st.
    plan = reference_plan(world, count_from_on=january(2))
    assert units_by_day(plan.shares, order="a")[1] == Fraction(11, 2)


def test_liquid_power_and_cooling_bind_liquid_units() -> None:
    # 10 kW, 4 of them liquid: a liquid-only unit stops at 4, an air unit has the other 6 of 10. A site
    # that offers only air takes no liquid unit.
    skus = [make_sku("k", cooling="liquid"), make_sku("j", cooling="air")]
    orders = [make_order("a", quantity="10"), make_order("b", quantity="10", skus="j")]
    supply = [make_lot("L1", quantity="10"), make_lot("L2", quantity="10", sku="j")]
    readiness = [make_step(power_kw="10", liquid_kw="4")]
    plan = reference_plan(make_world(orders, supply, skus=skus, readiness=readiness))
    assert units_by_order(plan.allocations) == {"a": 4, "b": 6}
    assert plan.shortages == {("a", "site-not-ready"): 6, ("b", "fair-share"): 4}
    plan = reference_plan(
        make_world(orders, supply, skus=skus, readiness=readiness, sites=[{"site": "s", "cooling": "air"}])
    )
    assert plan.shortages == {("a", "no-usable-site"): 10}
    assert units_by_order(plan.allocations) == {"b": 10}


def test_orders_that_are_held_or_have_no_round_get_nothing() -> None:
    orders = [
        make_order("held", quantity="5", status="hold"),
        make_order("soft", quantity="6", commitment="soft"),
        make_order("past", quantity="7", requested_on="2023-12-30", max_late_days="1"),
        make_order("done", quantity="8", status="closed"),
        make_order("open", quantity="9"),
    ]
    plan = reference_plan(make_world(orders, [make_lot("L", quantity="100")]))
    assert units_by_order(plan.allocations) == {"open": 9}
    assert plan.shortages == {("held", "on-hold"): 5, ("soft", "on-hold"): 6, ("past", "no-round"): 7}
    plan = reference_plan(make_world(orders, [make_lot("L", quantity="100")]), commitments=["firm", "soft"])
    assert units_by_order(plan.allocations) == {"soft": 6, "open": 9}


def test_weekly_and_monthly_rounds_are_first_days() -> None:
    # 1 January 2024 is a Monday. A lot of the 2nd counts on the 8th; the order was wanted on the 3rd, so
    # from the 8th on, and is on time.
    settings = {"start_on": january(1), "end_on": dt.date(2024, 2, 2), "round": "week"}
    tables = {
        "skus": [make_sku()],
        "sites": [{"site": "s"}],
        "readiness": [make_step()],
        "orders": [make_order("a", quantity="5", requested_on="2024-01-03")],
        "supply": [make_lot("L", quantity="5", arrives_on="2024-01-02")],
    }
    plan = reference_plan(RefWorld(settings, tables))
    assert units_by_day(plan.allocations, order="a") == {8: 5}
    assert plan.late == {}
    assert plan.late_days == {"a": 0}
    world = RefWorld(settings | {"round": "month"}, tables)
    assert world.rounds == [january(1), dt.date(2024, 2, 1)]


def test_as_booked_gives_each_lot_to_its_order() -> None:
    # a wants 25: 10 of the lot before the start on the 1st, 15 of 20 on the 4th (5 stay). The lot j is of
    # a SKU it does not accept, b is held, and the lot of the 10th comes after the end. 15 of 25 are late
    # by 3 days: 45 / 25.
    orders = [
        make_order("a", quantity="25", sites="r|s"),
        make_order("b", quantity="5", status="hold"),
        make_order("c", quantity="7"),
    ]
    supply = [
        make_lot("L1", quantity="12", arrives_on="2023-12-01", reserved_for="a"),
        make_lot("L2", quantity="20", arrives_on="2024-01-04", reserved_for="a"),
        make_lot("L3", quantity="9", sku="j", reserved_for="a"),
        make_lot("L4", quantity="5", reserved_for="b"),
        make_lot("L5", quantity="7", arrives_on="2024-01-10", reserved_for="c"),
    ]
    shipments = [{"shipment": "g", "order": "c", "sku": "k", "site": "s", "quantity": "2", "lot": "L1"}]
    shipments[0] |= {"shipped_on": "2023-12-02"}
    world = make_world(
        orders,
        supply,
        days=9,
        skus=[make_sku("k"), make_sku("j")],
        sites=[{"site": "s"}, {"site": "r"}],
        shipments=shipments,
    )
    plan = reference_plan(world, rule="as-booked")
    assert plan.allocations == {("a", "k", "r", january(1)): 10, ("a", "k", "r", january(4)): 15}
    # c had 2 of its 7 shipped before.
    assert plan.shortages == {("b", "not-booked"): 5, ("c", "not-booked"): 5}
    assert plan.late == {("a", "not-booked"): 15}
    assert plan.late_days == {"a": Fraction(9, 5)}


def test_a_rule_that_nobody_knows_is_refused() -> None:
    world = make_world([make_order("a", quantity="1")], [make_lot("L", quantity="1")])
    with pytest.raises(ValueError, match="by-lot"):
        reference_plan(world, rule="by-lot")
