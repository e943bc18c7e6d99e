"""Bounds hold whatever the prices are, and good prices give good ones; a day's bound is the smaller of two counts."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apportion.study.daily import Daily
from apportion.study.exchange import Market
from apportion.study.linear import Linear, proven_bound, solve_most, solve_whole
from tests.build import make_world
from tests.laws.small import small

prices = st.lists(st.floats(-50, 50, allow_nan=False), min_size=2, max_size=2)


def knapsack() -> Linear:
    """Return 5a + 4b, to be most with 6a + 4b ≤ 24, 1 ≤ a + 2b ≤ 6: a = 3, b = 3/2, worth 21; whole: 20."""
    linear = Linear()
    one, other = (linear.add(10, worth=worth, is_whole=True) for worth in (5, 4))
    linear.limit({one: 6, other: 4}, high=24)
    linear.limit({one: 1, other: 2}, low=1, high=6)
    return linear


@given(prices)
def test_any_prices_bound_every_solution(guess: list[float]) -> None:
    assert proven_bound(knapsack(), guess) >= 21


def test_no_prices_bound_by_the_limits_alone() -> None:
    assert proven_bound(knapsack(), ()) == 10 * 5 + 10 * 4


def test_the_prices_of_the_optimum_prove_it() -> None:
    solved, bound = solve_most(knapsack())
    assert solved is not None
    assert solved.worth == pytest.approx(21)
    # 21 is worth of a = 3 and b = 3/2; the bound is a rational number just above it at the most.
    assert 21 <= bound < 21 + Fraction(1, 10**6)
    whole = solve_whole(knapsack(), knapsack().worth)
    assert whole is not None
    assert whole.worth == pytest.approx(20)


def test_rows_that_contradict_each_other_have_no_answer() -> None:
    linear = knapsack()
    linear.limit({0: 1}, low=5)
    solved, _ = solve_most(linear)
    assert solved is None


def daily(orders: str, supply: str, **tables: str) -> Daily:
    raw = small(orders, supply, **tables)
    return Daily(Market(make_world(raw.settings, raw.tables)))


def test_each_day_counts_the_smaller_of_what_has_arrived_and_what_fits() -> None:
    bounds = daily(
        "order customer quantity\no p 9",
        "lot sku arrives_on quantity\nl k 2024-01-03 4\nm k 2024-01-06 4",
        readiness="site step ready_on power_kw\ns a 2024-01-01 2\ns b 2024-01-05 7",
    )
    # 3rd and 4th: room for 2; 5th: 4 have arrived; 6th to 10th: room for 7 of the 8.
    assert bounds.alone("p") == bounds.everybody() == (2 * 2 + 4 + 5 * 7) * 10**6


def test_of_the_stock_no_more_counts_than_orders_want_beside_what_they_are_booked() -> None:
    bounds = daily(
        "order customer quantity\no p 5",
        "lot sku arrives_on quantity reserved_for\nl k 2024-01-06 4 o\nm k 2024-01-01 9 -",
    )
    # One unit of the stock for ten days; those of the order's own lot run from the 6th on as booked.
    assert bounds.alone("p") == 10 * 10**6


def test_customers_who_have_nothing_to_give_each_other_are_no_pair() -> None:
    orders = "order customer quantity skus sites\no p 2 k s\na q 2 j t"
    supply = "lot sku quantity reserved_for\nl k 2 o\nm j 2 a"
    bounds = daily(
        orders,
        supply,
        skus="sku\nk\nj",
        sites="site\ns\nt",
        readiness="site ready_on\ns 2024-01-05\nt 2024-01-05",
    )
    assert bounds.pairs().bounded == []
