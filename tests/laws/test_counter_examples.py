"""What is not a law: worlds that break a sentence which was held to be one, and how the law was mended."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

from tests.build import proven_plan
from tests.laws.agreement import units_of
from tests.laws.holding import seen_world
from tests.laws.small import january, small
from tests.worlds import RawWorld

ALL_OR_NOTHING = """
    lot sku arrives_on quantity
    l1  k   2024-01-01 10
    l2  k   2024-01-02 {later}
"""


def shares_by_day(raw: RawWorld) -> dict[tuple[str, int], Fraction]:
    shares: dict[tuple[str, int], Fraction] = defaultdict(Fraction)
    for (order, _, _, on), units in units_of(proven_plan(seen_world(raw)).shares).items():
        shares[order, on.day] += units
    return dict(shares)


def two_orders(*, asked: int, later: int) -> RawWorld:
    orders = f"""
        order customer quantity min_ship
        a     alder    {asked}  -
        b     birch    10       10
    """
    return small(orders, ALL_OR_NOTHING.format(later=later))


def test_asking_for_more_may_cut_an_order_that_is_all_or_nothing() -> None:
    # Held: "raising the quantity of an order (without min_ship) that is still short after a round changes no
    # share up to and including that round".
    # 10 units on the 1st, 9 on the 2nd; a asks for 6, b for all of 10 or nothing. 5 and 5; then a has its 6 and
    # b its 10, which ship together.
    assert shares_by_day(two_orders(asked=6, later=9)) == {
        ("a", 1): 5,
        ("b", 1): 5,
        ("a", 2): 1,
        ("b", 2): 5,
    }
    # a asks for 20 and is short on the 1st either way. Now both stand at 9.5, b never ships and is cut, and the
    # plan made again gives a all 10 on the 1st: its share of that day changed from 5 to 10.
    assert shares_by_day(two_orders(asked=20, later=9)) == {("a", 1): 10, ("a", 2): 9}
    # Mended: ... as long as the same orders are cut.


def test_more_supply_may_save_an_order_that_was_cut_and_so_lower_an_earlier_level() -> None:
    # Held: "more supply never lowers the lowest level of that stage, given the same history".
    # As above, a stands at level 10 on the 1st, for b is cut.
    plan = proven_plan(seen_world(two_orders(asked=20, later=9)))
    assert plan.stages[0].levels == {"alder/k": 10}
    # With 10 on the 2nd instead of 9 both reach 10 then. b ships, and on the 1st each has 5.
    plan = proven_plan(seen_world(two_orders(asked=20, later=10)))
    assert plan.stages[0].round_on == january(1)
    assert plan.stages[0].levels == {"alder/k": 5, "birch/k": 5}
    # Mended: the same history means the same cut orders too.


def test_a_quota_on_a_party_does_not_bind_its_other_half() -> None:
    # Held: "splitting a party inside its group changes no level under group".
    supply, quotas = "lot sku quantity\nl1 k 10", "quota party at_most\nq alder 3"
    whole = small(
        "order customer quantity\na1 alder 5\na2 alder 5",
        supply,
        level_by="group",
        quotas=quotas,
        parties="party group weight\nalder g 2",
    )
    assert proven_plan(seen_world(whole)).stages[0].levels == {"g": Fraction(3, 2)}
    # Order a2 moves to the other half, which no quota names: 3 + 5 units, at weight 1 + 1.
    split = small(
        "order customer quantity\na1 alder 5\na2 half 5",
        supply,
        level_by="group",
        quotas=quotas,
        parties="party group weight\nalder g 1\nhalf g 1",
    )
    assert proven_plan(seen_world(split)).stages[0].levels == {"g": 4}
    # Mended: ... where no quota names the party.


def test_a_raise_of_a_party_does_not_raise_its_other_half() -> None:
    # Held: "splitting a party inside its group changes no level under group".
    raised = [{"party": "alder", "from_on": "2024-01-01", "tier": "1"}]
    supply = "lot sku quantity\nl1 k 10"
    whole = small(
        "order customer quantity tier\na1 alder 5 2\na2 alder 5 2\nb1 birch 10 2",
        supply,
        level_by="group",
        parties="party group weight\nalder g 2",
    )
    whole.tables["raises"] = raised
    assert proven_plan(seen_world(whole)).stages[0].levels == {"g": 5}
    # Order a2 moves to the other half, which no raise names: of 10 units a1 has 5 first, at weight 1 + 1.
    split = small(
        "order customer quantity tier\na1 alder 5 2\na2 half 5 2\nb1 birch 10 2",
        supply,
        level_by="group",
        parties="party group weight\nalder g 1\nhalf g 1",
    )
    split.tables["raises"] = raised
    assert proven_plan(seen_world(split)).stages[0].levels == {"g": Fraction(5, 2)}
    # Mended: ... where no quota and no raise names the party.
