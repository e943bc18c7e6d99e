"""The exact tableau on programs small enough to solve on paper."""

from __future__ import annotations

from fractions import Fraction

from apportion.engine.tableau import Tableau

X, Y, LEFT, OF_X, OF_Y, DEMAND_X, DEMAND_Y = range(7)


def two_shares(*, left: int, x_at_most: int, y_at_most: int) -> Tableau:
    """Return x + y <= left, each at most what its order has open."""
    tableau = Tableau()
    tableau.add_row({X: 1, Y: 1}, slack=LEFT, right=left)
    tableau.add_row({X: 1}, slack=OF_X, right=x_at_most)
    tableau.add_row({Y: 1}, slack=OF_Y, right=y_at_most)
    return tableau


def test_the_first_objective_is_kept_while_the_next_is_raised() -> None:
    # x first: all 6 it may have; y the other 4.
    tableau = two_shares(left=10, x_at_most=6, y_at_most=9)
    tableau.maximise({X: 1})
    tableau.maximise({Y: 1})
    assert tableau.value(X) == 6
    assert tableau.value(Y) == 4


def test_a_sum_is_raised_before_its_parts() -> None:
    # x + 2 y is highest at y = 9, x = 1: 19. Among such points x can be no more than 1.
    tableau = two_shares(left=10, x_at_most=6, y_at_most=9)
    tableau.maximise({X: 1, Y: 2})
    tableau.maximise({X: 1})
    assert tableau.value(X) == 1
    assert tableau.value(Y) == 9


def test_shares_are_exact_fractions() -> None:
    # 7 x <= 3.
    tableau = Tableau()
    tableau.add_row({X: 7}, slack=LEFT, right=3)
    tableau.maximise({X: 1})
    assert tableau.value(X) == Fraction(3, 7)


def test_a_level_rises_until_a_row_can_no_longer_follow() -> None:
    # x >= 1 λ and y >= 2 λ with x + y <= 9: 3 λ <= 9, so λ stops at 3, x at 3 and y at 6.
    tableau = two_shares(left=9, x_at_most=50, y_at_most=50)
    for share, demand, weight in ((X, DEMAND_X, 1), (Y, DEMAND_Y, 2)):
        tableau.add_row({share: -1}, slack=demand, right=0)
        tableau.shift(demand, base=Fraction(0), slope=Fraction(-weight))
    level = Fraction(0)
    while (row := tableau.settle(level)) is None:
        stop = tableau.next_stop()
        assert stop is not None
        level = stop
    assert level == 3
    # The row that stops it is the proof: what is left has a price, and both demands count.
    prices = tableau.rows[row]
    assert {LEFT, DEMAND_X, DEMAND_Y} <= prices.keys()
    assert prices[LEFT] == prices[DEMAND_X] == prices[DEMAND_Y] > 0
    tableau.freeze(level)
    assert tableau.value(X) == 3
    assert tableau.value(Y) == 6


def test_an_order_that_is_filled_stops_the_level_with_its_own_row() -> None:
    # x >= λ, at most 4 open of it, 9 left: λ stops at 4.
    tableau = two_shares(left=9, x_at_most=4, y_at_most=50)
    tableau.add_row({X: -1}, slack=DEMAND_X, right=0)
    tableau.shift(DEMAND_X, base=Fraction(0), slope=Fraction(-1))
    assert tableau.settle(Fraction(0)) is None
    assert tableau.next_stop() == 4
    row = tableau.settle(Fraction(4))
    assert row is not None
    assert OF_X in tableau.rows[row]
    assert LEFT not in tableau.rows[row]
