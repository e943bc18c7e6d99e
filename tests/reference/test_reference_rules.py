"""The rules priority, first-come and pro-rata of the reference, by hand."""

from fractions import Fraction

from . import reference_plan
from .build import (
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

HALF = Fraction(1, 2)


def test_priority_serves_by_tier_then_promise_then_wish_then_placing_then_name() -> None:
    # Each wants 10 of 35: c (tier 1), b (promised), a (wanted first), then e (placed) before d.
    wanted_later = {"requested_on": "2024-01-02", "earliest_on": "2024-01-01"}
    orders = [
        make_order("a", quantity="10", tier="2"),
        make_order("b", quantity="10", tier="2", promised_on="2024-01-08", **wanted_later),
        make_order("c", quantity="10", **wanted_later),
        make_order("d", quantity="10", tier="2", **wanted_later),
        make_order("e", quantity="10", tier="2", placed_on="2023-12-01", **wanted_later),
    ]
    world = make_world(orders, [make_lot("L", quantity="35")])
    plan = reference_plan(world, rule="priority")
    assert units_by_order(plan.allocations) == {"c": 10, "b": 10, "a": 10, "e": 5}
    # Alone d could have had 10 and so could e; what went to the others left 5 for e and none for d.
    assert plan.shortages == {("d", "order-ahead"): 10, ("e", "order-ahead"): 5}
    assert plan.levels == {}
    # First come: only e has a day of placing, the others follow by name, whatever their tier.
    plan = reference_plan(world, rule="first-come")
    assert units_by_order(plan.allocations) == {"e": 10, "a": 10, "b": 10, "c": 5}


def test_a_later_order_leaves_what_an_earlier_one_takes_in_a_later_round() -> None:
    # a (tier 1) takes 8 on the 5th, so of the 10 of the 1st b may have 2; the 3 of the 6th are its own.
    orders = [
        make_order("a", quantity="8", requested_on="2024-01-05"),
        make_order("b", quantity="10", tier="2"),
    ]
    supply = [make_lot("L1", quantity="10"), make_lot("L2", quantity="3", arrives_on="2024-01-06")]
    plan = reference_plan(make_world(orders, supply), rule="priority")
    assert units_by_day(plan.allocations, order="a") == {5: 8}
    assert units_by_day(plan.allocations, order="b") == {1: 2, 6: 3}
    # Alone b could have had 10 on the 1st. What stood ahead of it: 5 for good, 3 until the 6th.
    assert plan.shortages == {("b", "order-ahead"): 5}
    assert plan.late == {("b", "order-ahead"): 3}
    assert plan.late_days == {"a": 0, "b": Fraction(3 * 5, 5)}
    # The same by room: 10 kW, then 13 from the 6th on.
    steps = [make_step(power_kw="10"), make_step(step="next", power_kw="13", ready_on="2024-01-06")]
    world = make_world(orders, [make_lot("L", quantity="99")], readiness=steps)
    plan = reference_plan(world, rule="priority")
    assert units_by_day(plan.allocations, order="b") == {1: 2, 6: 3}


def test_a_quota_holds_over_its_whole_window() -> None:
    # 6 may ship until the 3rd. a takes 4 of them on the 3rd, so b has 2 on the 1st; the rest after.
    orders = [
        make_order("a", quantity="4", requested_on="2024-01-03"),
        make_order("b", quantity="10", tier="2"),
    ]
    quotas = [{"quota": "q", "until_on": "2024-01-04", "at_most": "6"}]
    plan = reference_plan(make_world(orders, [make_lot("L", quantity="20")], quotas=quotas), rule="priority")
    assert units_by_day(plan.allocations, order="b") == {1: 2, 4: 8}
    # Of the 8 late units the last 4 the quota alone held back, the others what a was given of it.
    assert plan.late == {("b", "quota"): 4, ("b", "order-ahead"): 4}


def test_the_earliest_and_best_option_may_cost_units() -> None:
    # 10 kW. a takes k (fills 1) before j (fills 2): 10 k fill 10 of 20, and the hall is full. 10 j would
    # have filled all 20.
    skus = [make_sku("k"), make_sku("j")]
    supply = [make_lot("L1", quantity="10"), make_lot("L2", quantity="10", sku="j")]
    order = make_order("a", quantity="20", skus="k|j:2")
    world = make_world([order], supply, skus=skus, readiness=[make_step(power_kw="10")])
    for rule in ("priority", "first-come"):
        plan = reference_plan(world, rule=rule)
        assert {key[1]: units for key, units in plan.allocations.items()} == {"k": 10}
        assert plan.shortages == {("a", "taken-early"): 10}
    # With 6 k there is room for 4 j, and the order takes them in the same round: 6 + 8 = 14.
    supply = [make_lot("L1", quantity="6"), make_lot("L2", quantity="10", sku="j")]
    world = make_world([order], supply, skus=skus, readiness=[make_step(power_kw="10")])
    plan = reference_plan(world, rule="priority")
    assert {key[1]: units for key, units in plan.allocations.items()} == {"k": 6, "j": 4}
    assert plan.shortages == {("a", "taken-early"): 6}


def test_what_min_ship_leaves_goes_to_the_next_order() -> None:
    # a takes 20 at once or none, today or never; 10 are there, and b has them.
    orders = [
        make_order("a", quantity="20", min_ship="20", max_late_days="0"),
        make_order("b", quantity="15", tier="2"),
    ]
    supply = [make_lot("L1", quantity="10"), make_lot("L2", quantity="10", arrives_on="2024-01-10")]
    plan = reference_plan(make_world(orders, supply), rule="priority")
    assert units_by_day(plan.allocations, order="a") == {}
    assert units_by_day(plan.allocations, order="b") == {1: 10, 10: 5}
    # Without min_ship a would have taken 10 in its turn. b had no more to take on the 1st.
    assert plan.shortages == {("a", "no-supply"): 10, ("a", "below-min-ship"): 10}
    assert plan.late == {("b", "no-supply"): 5}
    assert plan.cut_orders == []


def test_min_ship_waits_for_the_first_round_in_which_it_is_there() -> None:
    # a waits until the 10th, holds nothing before, but comes first there: b may take nothing on the 1st.
    orders = [make_order("a", quantity="20", min_ship="20"), make_order("b", quantity="5", tier="2")]
    supply = [make_lot("L1", quantity="10"), make_lot("L2", quantity="10", arrives_on="2024-01-10")]
    plan = reference_plan(make_world(orders, supply), rule="priority")
    assert units_by_day(plan.shares, order="a") == {10: 20}
    assert plan.shortages == {("b", "order-ahead"): 5}
    assert plan.late == {("a", "no-supply"): 10, ("a", "below-min-ship"): 10}
    assert plan.late_days == {"a": 9}
    # A part leaves nothing or at least min_ship: of 18 there and 25 open 15 ship, then 10.
    supply = [make_lot("L1", quantity="18"), make_lot("L2", quantity="7", arrives_on="2024-01-02")]
    order = make_order("a", quantity="25", min_ship="10")
    plan = reference_plan(make_world([order], supply), rule="first-come")
    assert units_by_day(plan.allocations, order="a") == {1: 15, 2: 10}
    # Of the 10 late units 3 were there on the 1st.
    assert plan.late == {("a", "no-supply"): 7, ("a", "below-min-ship"): 3}


def test_equal_excess_goes_to_the_order_that_the_rule_serves_first() -> None:
    # x and z want 3 and can have only j, of which one fills 2: 1.5 units each, of which 1 ships. Of the 2 kW
    # at each site that leaves 0.5 for the shares of a and b, and a whole kW for lots. One k is there: 0.5
    # each, and the lot goes to b, promised first, though a, wanted first, is first in canonical order.
    orders = [
        make_order("x", quantity="3", skus="h|j:2", sites="s", promised_on="2023-12-01"),
        make_order("z", quantity="3", skus="h|j:2", sites="r", promised_on="2023-12-01"),
        make_order("a", quantity="5", sites="s", promised_on="2024-01-02", requested_on="2023-12-31"),
        make_order("b", quantity="5", sites="r", promised_on="2024-01-01"),
    ]
    world = make_world(
        orders,
        [make_lot("L1", quantity="1"), make_lot("L2", quantity="10", sku="j")],
        skus=[make_sku(sku) for sku in "hjk"],
        sites=[{"site": "s"}, {"site": "r"}],
        readiness=[make_step("s", power_kw="2"), make_step("r", power_kw="2")],
    )
    plan = reference_plan(world, rule="priority")
    assert units_by_order(plan.shares) == {"x": 3 * HALF, "z": 3 * HALF, "a": HALF, "b": HALF}
    assert units_by_order(plan.allocations) == {"x": 1, "z": 1, "b": 1}
    # a: 2 of its 5 fit its site, 1 is there, and that b was granted.
    a_reasons = {reason: units for (order, reason), units in plan.shortages.items() if order == "a"}
    assert a_reasons == {"site-not-ready": 3, "no-supply": 1, "order-ahead": 1}
    assert plan.shortages["x", "partial-lot"] == 1
    # Ties under max-min are canonical: the same shares, and the lot is a's.
    plan = reference_plan(world)
    assert units_by_order(plan.shares) == {"x": 3 * HALF, "z": 3 * HALF, "a": HALF, "b": HALF}
    assert units_by_order(plan.allocations) == {"x": 1, "z": 1, "a": 1}


def test_pro_rata_gives_each_order_the_same_part_of_its_ask() -> None:
    # 50 for 10, 20 and 50: 5/8 of each: 6.25, 12.5, 31.25. Whole units 6, 12, 31, and the fiftieth to b.
    orders = [make_order("a", quantity="10"), make_order("b", quantity="20"), make_order("c", quantity="50")]
    plan = reference_plan(make_world(orders, [make_lot("L", quantity="50")]), rule="pro-rata")
    assert units_by_order(plan.shares) == {"a": Fraction(25, 4), "b": Fraction(25, 2), "c": Fraction(125, 4)}
    assert units_by_order(plan.allocations) == {"a": 6, "b": 13, "c": 31}
    assert levels_on(plan, day=1) == dict.fromkeys("abc", Fraction(5, 8))
    assert plan.shortages["c", "fair-share"] == Fraction(75, 4)
    assert plan.shortages["c", "partial-lot"] == Fraction(1, 4)
    # The largest remainder of the same use as weights of max-min: 50 by 10, 20 and 50 of 80 is the same.
    orders = [make_order(name, quantity="100") for name in "abc"]
    parties = [
        {"party": f"customer-{name}", "weight": weight}
        for name, weight in (("a", "10"), ("b", "20"), ("c", "50"))
    ]
    plan = reference_plan(make_world(orders, [make_lot("L", quantity="50")], parties=parties))
    assert units_by_order(plan.allocations) == {"a": 6, "b": 13, "c": 31}


def test_pro_rata_counts_each_stage_afresh_on_what_is_open() -> None:
    # 1st: 20 for 10 and 30: half: 5 and 15. 2nd: 10 more, c comes with 20; open are 5, 15 and 20: a quarter.
    orders = [
        make_order("a", quantity="10"),
        make_order("b", quantity="30"),
        make_order("c", quantity="20", requested_on="2024-01-02"),
    ]
    supply = [make_lot("L1", quantity="20"), make_lot("L2", quantity="10", arrives_on="2024-01-02")]
    plan = reference_plan(make_world(orders, supply), rule="pro-rata", whole_lots=False)
    assert units_by_day(plan.allocations, order="a") == {1: 5, 2: Fraction(5, 4)}
    assert units_by_day(plan.allocations, order="b") == {1: 15, 2: Fraction(15, 4)}
    assert units_by_day(plan.allocations, order="c") == {2: 5}
    assert levels_on(plan, day=1) == dict.fromkeys("ab", HALF)
    assert levels_on(plan, day=2) == dict.fromkeys("abc", Fraction(1, 4))


def test_pro_rata_asks_neither_for_weights_nor_for_what_was_received() -> None:
    # a had 10 of 20 and is the heavier; still 10 are split as 10 open to 10 open. The entitlement of the
    # 3rd makes no stage.
    shipments = [{"shipment": "g", "order": "a", "sku": "k", "site": "s", "quantity": "10"}]
    shipments[0] |= {"shipped_on": "2024-01-01"}
    world = make_world(
        [make_order("a", quantity="20"), make_order("b", quantity="10")],
        [make_lot("L", quantity="20")],
        parties=[{"party": "customer-a", "weight": "7"}, {"party": "customer-b", "weight": "1"}],
        entitlements=[{"party": "customer-a", "pool": "k", "from_on": "2024-01-03", "weight": "9"}],
        skus=[make_sku(reference_units="3")],
        shipments=shipments,
    )
    plan = reference_plan(world, rule="pro-rata", count="reference")
    assert units_by_order(plan.allocations) == {"a": 5, "b": 5}
    assert levels_on(plan, day=1) == {"a": HALF, "b": HALF}
    assert {on.day for on, _, _ in plan.levels} == {1}


def test_pro_rata_serves_tiers_and_cuts_what_waits_in_vain() -> None:
    # 40: tier 1 has its 10; of 30 left a and b, 20 and 40, have half: 10 and 20.
    orders = [
        make_order("a", quantity="20", tier="2"),
        make_order("b", quantity="40", tier="2"),
        make_order("c", quantity="10"),
    ]
    plan = reference_plan(make_world(orders, [make_lot("L", quantity="40")]), rule="pro-rata")
    assert units_by_order(plan.allocations) == {"a": 10, "b": 20, "c": 10}
    assert plan.shortages == {("a", "fair-share"): 10, ("b", "higher-tier"): 10, ("b", "fair-share"): 10}
    # 20 for 20 and 20: a's share of 10 is below its 15, so it is cut to nothing and b has all.
    orders = [make_order("a", quantity="20", min_ship="15"), make_order("b", quantity="20")]
    plan = reference_plan(make_world(orders, [make_lot("L", quantity="20")]), rule="pro-rata")
    assert units_by_order(plan.allocations) == {"b": 20}
    assert plan.cut_orders == ["a"]
    assert plan.shortages == {("a", "fair-share"): 10, ("a", "below-min-ship"): 10}


def test_pro_rata_weighs_a_cut_order_by_what_it_is_cut_to() -> None:
    # a and b want 30 each, a at least 10 at a time. 24 on the 1st: 12 each, and a's ship. 6 on the 2nd: 3
    # each, too few, so a is cut to 12. Again, with 12 and 30 open: 24 × 12 / 42 is below 10, and with what
    # the 2nd adds still is. So a is cut to nothing.
    orders = [make_order("a", quantity="30", min_ship="10"), make_order("b", quantity="30")]
    supply = [make_lot("L1", quantity="24"), make_lot("L2", quantity="6", arrives_on="2024-01-02")]
    plan = reference_plan(make_world(orders, supply), rule="pro-rata")
    assert units_by_order(plan.allocations) == {"b": 30}
    # In the plan a was first cut from it had 15.
    assert plan.shortages == {("a", "fair-share"): 15, ("a", "below-min-ship"): 15}


def test_in_its_turn_an_order_takes_to_the_last_millionth() -> None:
    # One j fills 3, so of 1 wanted 0.333333 j fill all but a millionth, and a k of the 2nd fills that. Its
    # whole units are 0 of each, and the excess of a millionth brings one k.
    order = make_order("a", quantity="1", skus="h|j:3|k")
    supply = [make_lot("L1", quantity="1", sku="j"), make_lot("L2", quantity="1", arrives_on="2024-01-02")]
    world = make_world([order], supply, skus=[make_sku(sku) for sku in "hjk"])
    plan = reference_plan(world, rule="priority")
    assert units_by_day(plan.shares, order="a") == {1: Fraction("0.333333"), 2: MILLIONTH}
    assert units_by_day(plan.allocations, order="a") == {2: 1}
    # Under max-min the order is complete on the 1st and takes part in no later stage.
    plan = reference_plan(world)
    assert units_by_day(plan.shares, order="a") == {1: Fraction("0.333333")}
    assert plan.allocations == {}
