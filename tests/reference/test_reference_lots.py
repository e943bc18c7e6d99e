"""Whole lots and `min_ship` of the reference, by hand."""

from fractions import Fraction

from . import reference_plan
from .build import make_lot, make_order, make_sku, make_world, units_by_day, units_by_order


def test_extra_lots_go_to_the_largest_excess() -> None:
    # 10 units by weights 1, 2, 2 are 2, 4, 4; lots of 3: floors 0, 3, 3, excess 2, 1, 1. One lot more for a
    # makes 9; another would make 12.
    orders = [make_order(name, quantity="10") for name in "abc"]
    weights = {"a": "1", "b": "2", "c": "2"}
    parties = [{"party": f"customer-{name}", "weight": weight} for name, weight in weights.items()]
    world = make_world(
        orders, [make_lot("L", quantity="10")], parties=parties, skus=[make_sku(lot_units="3")]
    )
    plan = reference_plan(world)
    assert units_by_order(plan.shares) == {"a": 2, "b": 4, "c": 4}
    assert units_by_order(plan.allocations) == {"a": 3, "b": 3, "c": 3}
    # a was granted more than its share, so all its 7 are the rule's doing; b lost 1 to the lots.
    assert plan.shortages == {
        ("a", "fair-share"): 7,
        ("b", "fair-share"): 6,
        ("b", "partial-lot"): 1,
        ("c", "fair-share"): 6,
        ("c", "partial-lot"): 1,
    }


def test_an_extra_lot_leaves_room_for_later_floors() -> None:
    # Lots of 4. On the 1st a and b share 6: 3 each, floors 0. a alone may ship on the 1st (b too), one lot
    # of 4 fits the 6 there are; the second would need 8. On the 2nd 6 more make 6 each: floors 4 and 4,
    # which the 4 + 8 units cover; excess 2 each, and 8 + 4 = 12 units are there: a, first in canonical
    # order, takes the last lot and stands at 8, less than a lot above its 6.
    orders = [make_order(name, quantity="12") for name in "ab"]
    supply = [make_lot("L1", quantity="6"), make_lot("L2", quantity="6", arrives_on="2024-01-02")]
    plan = reference_plan(make_world(orders, supply, skus=[make_sku(lot_units="4")]))
    assert units_by_day(plan.shares, order="b") == {1: 3, 2: 3}
    assert units_by_day(plan.allocations, order="a") == {1: 4, 2: 4}
    assert units_by_day(plan.allocations, order="b") == {2: 4}


def test_a_complete_order_ships_its_last_part_of_a_lot() -> None:
    # 20 in lots of 8: two lots and 4 units, since the share is complete.
    order, skus = make_order("a", quantity="20"), [make_sku(lot_units="8")]
    plan = reference_plan(make_world([order], [make_lot("L", quantity="20")], skus=skus))
    assert units_by_order(plan.allocations) == {"a": 20}
    # With 19 there it is not complete: two lots, and a third would need 24.
    plan = reference_plan(make_world([order], [make_lot("L", quantity="19")], skus=skus))
    assert units_by_order(plan.allocations) == {"a": 16}
    assert plan.shortages == {("a", "no-supply"): 1, ("a", "partial-lot"): 3}


def test_a_floor_waits_for_a_round_whose_quotas_let_it_through() -> None:
    # At most 0.6 on the 1st and 0.6 on the 2nd: shares 0.6, 0.6 and 0.8 on the 3rd. The floor of the 2nd
    # is 1, more than that day's 0.6, so both units ship on the 3rd, 2 days late. By the 2nd, 1.2 were
    # shared and only lots held them back; the quotas held back the other 0.8.
    quotas = [
        {
            "quota": f"q{day}",
            "from_on": f"2024-01-0{day}",
            "until_on": f"2024-01-0{day + 1}",
            "at_most": "0.6",
        }
        for day in (1, 2)
    ]
    world = make_world([make_order("a", quantity="2")], [make_lot("L", quantity="2")], quotas=quotas)
    plan = reference_plan(world)
    assert units_by_day(plan.shares, order="a") == {
        1: Fraction("0.6"),
        2: Fraction("0.6"),
        3: Fraction("0.8"),
    }
    assert units_by_day(plan.allocations, order="a") == {3: 2}
    assert plan.late == {("a", "quota"): Fraction("0.8"), ("a", "partial-lot"): Fraction("1.2")}
    assert plan.late_days == {"a": 2}


def test_a_quota_counts_the_shares_of_the_patient_only_when_they_ship() -> None:
    # a takes all 20 at once or none. Its shares are 10 on the 1st and 10 on the 5th, ten in each window;
    # on the 5th all 20 would ship in the second window, which lets 15 through, so a waits for the 7th.
    quotas = [
        {"quota": "q1", "from_on": "2024-01-01", "until_on": "2024-01-05", "at_most": "10"},
        {"quota": "q2", "from_on": "2024-01-05", "until_on": "2024-01-07", "at_most": "15"},
    ]
    world = make_world(
        [make_order("a", quantity="20", min_ship="20")], [make_lot("L", quantity="20")], quotas=quotas
    )
    plan = reference_plan(world)
    assert units_by_day(plan.shares, order="a") == {1: 10, 5: 10}
    assert units_by_day(plan.shipped, order="a") == {7: 20}


def test_all_or_nothing_waits_for_the_second_lot() -> None:
    supply = [make_lot("L1", quantity="10"), make_lot("L2", quantity="10", arrives_on="2024-01-10")]
    plan = reference_plan(make_world([make_order("a", quantity="20", min_ship="20")], supply))
    assert units_by_day(plan.shares, order="a") == {1: 10, 10: 10}
    assert units_by_day(plan.shipped, order="a") == {10: 20}
    assert units_by_day(plan.allocations, order="a") == {10: 20}
    # Units 1 to 10 could have come by the 9th but for the waiting, 11 to 20 had no supply. All 9 days late.
    assert plan.late == {("a", "no-supply"): 10, ("a", "below-min-ship"): 10}
    assert plan.late_days == {"a": 9}
    assert plan.shortages == {}
    assert plan.cut_orders == []


def test_all_or_nothing_that_cannot_wait_is_cut() -> None:
    # Only 1 January is in the window: 10 are there, 10 have no supply. The share of 10 waits, is below
    # min_ship at the window's end, and the order is cut to nothing.
    supply = [make_lot("L1", quantity="10"), make_lot("L2", quantity="10", arrives_on="2024-01-10")]
    order = make_order("a", quantity="20", min_ship="20", max_late_days="0")
    plan = reference_plan(make_world([order], supply))
    assert plan.allocations == plan.shares == {}
    assert plan.cut_orders == ["a"]
    assert plan.shortages == {("a", "no-supply"): 10, ("a", "below-min-ship"): 10}
    assert plan.late_days == {}


def test_a_cut_order_keeps_what_it_shipped_and_frees_the_rest() -> None:
    # a wants 30, at least 10 at a time: 12 ship on the 1st, 3 on the 2nd are too few: cut to 12. Its plan
    # was 15 when it was cut: 15 had no supply, 3 were below min_ship.
    supply = [make_lot("L1", quantity="12"), make_lot("L2", quantity="3", arrives_on="2024-01-02")]
    plan = reference_plan(make_world([make_order("a", quantity="30", min_ship="10")], supply))
    assert units_by_day(plan.shipped, order="a") == {1: 12}
    assert plan.cut_orders == ["a"]
    assert plan.shortages == {("a", "no-supply"): 15, ("a", "below-min-ship"): 3}
    # A part must leave nothing or at least min_ship: of 18 there, 25 open, only 15 ship, and 10 on the 2nd.
    supply = [make_lot("L1", quantity="18"), make_lot("L2", quantity="7", arrives_on="2024-01-02")]
    plan = reference_plan(make_world([make_order("a", quantity="25", min_ship="10")], supply))
    assert units_by_day(plan.shipped, order="a") == {1: 15, 2: 10}
    # With two customers who each want 10 of 10 at once or not at all, the last is cut and the first filled.
    orders = [make_order(name, quantity="10", min_ship="10") for name in "ab"]
    plan = reference_plan(make_world(orders, [make_lot("L", quantity="10")]))
    assert units_by_order(plan.allocations) == {"a": 10}
    assert plan.cut_orders == ["b"]
    # When b was cut its share was 5 of the 10 it could have had alone.
    assert plan.shortages == {("b", "fair-share"): 5, ("b", "below-min-ship"): 5}
