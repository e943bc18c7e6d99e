"""Suggestions that can be worked out by hand, the arithmetic beside each: 1 to 10 January 2024, ten days."""

from __future__ import annotations

from fractions import Fraction

import pytest

import apportion as ap
from apportion.model.proposal import Kind
from apportion.study.book import Send
from apportion.study.makegood import fitting_units, make_goods
from apportion.study.suggest import Suggestions
from tests.build import make_world
from tests.laws.small import small


def suggested(orders: str, supply: str, **tables: str) -> Suggestions:
    raw = small(orders, supply, **tables)
    return ap.suggest(make_world(raw.settings, raw.tables))


def test_a_lot_that_nobody_reserved_goes_to_who_can_run_it() -> None:
    found = suggested(
        "order customer quantity\no p 5",
        "lot sku arrives_on quantity\nl k 2024-01-02 7",
    )
    (one,) = found.items
    assert one.sends == (Send(lot="l", order="o", site="s", units=5),)  # All that is wanted of the 7.
    assert one.gains == {"p": 45}  # 5 × 9 days
    assert (one.kind, one.uses_stock, one.units) == (Kind.DIVERT, True, 5)
    assert one.gap == 0
    assert one.make_goods == ()
    assert found.live == 0
    assert found.possible == 45


def test_units_go_to_the_second_site_of_their_own_order() -> None:
    (one,) = suggested(
        "order customer quantity sites\no p 4 s|t",
        "lot sku quantity reserved_for\nl k 4 o",
        sites="site\ns\nt",
        readiness="site ready_on power_kw\ns 2024-01-08 9\nt 2024-01-03 3",
    ).items
    # The second site has power for 3: 3 × 5 days; the fourth waits for the first site.
    assert one.sends == (Send(lot="l", order="o", site="t", units=3),)
    assert one.gains == {"p": 15}
    assert (one.kind, one.units) == (Kind.DIVERT, 3)
    assert one.gap == 0


def test_two_customers_change_units_of_two_skus() -> None:
    (one,) = suggested(
        "order customer quantity skus sites\no p 3 k|j s\na q 3 j|k t",
        "lot sku arrives_on quantity reserved_for\nl k 2024-01-02 3 o\nm j 2024-01-08 3 a",
        skus="sku rent_usd_per_hour\nk 2\nj 5",
        sites="site\ns\nt",
        readiness="site ready_on\ns 2024-01-08\nt 2024-01-01",
    ).items
    assert set(one.sends) == {
        Send(lot="l", order="a", site="t", units=3),
        Send(lot="m", order="o", site="s", units=3),
    }
    assert one.gains == {"p": 0, "q": 18}  # 3 × (8 − 2) days
    assert (one.kind, one.units) == (Kind.SWAP, 6)  # Of two SKUs: neither direction stands for both.
    assert one.gap == 0
    (due,) = one.make_goods
    assert (due.from_party, due.to_party) == ("q", "p")
    assert due.unit_days == 9
    assert (due.units, due.days) == (3, 3)
    assert due.value == 9 * 24 * 2  # What q gains are days of k.


def test_nobody_beside_is_pushed_back_in_a_queue() -> None:
    (one,) = suggested(
        "order customer quantity skus\no p 2 k\na q 2 j",
        "lot sku arrives_on quantity reserved_for\nl k 2024-01-01 2 -\nm j 2024-01-05 2 a",
        skus="sku\nk\nj",
        readiness="site power_kw\ns 3",
    ).items
    # The site has room for 3. Both units of l would leave q one place from the 5th on: it would lose 6 days.
    assert one.sends == (Send(lot="l", order="o", site="s", units=1),)
    assert one.gains == {"p": 10}
    assert one.gap == 0


def test_who_holds_the_places_is_given_the_units_that_are_there_first() -> None:
    (one,) = suggested(
        "order customer quantity\no p 2\na q 2",
        "lot sku arrives_on quantity reserved_for\nl k 2024-01-01 2 -\nm k 2024-01-05 2 a",
        readiness="site power_kw\ns 2",
    ).items
    # q has the early units and p the late ones, for which there is no room: 2 × 4 days, and p has none as before.
    assert one.customers == ("p", "q")
    assert one.gains == {"p": 0, "q": 8}
    assert one.uses_stock


def test_a_pair_that_gains_no_more_than_each_alone_is_not_listed() -> None:
    found = suggested(
        "order customer quantity sites\no p 2 s|t\na q 3 s|u",
        "lot sku quantity reserved_for\nl k 2 o\nm k 3 a",
        sites="site\ns\nt\nu",
        readiness="site ready_on\ns 2024-01-09\nt 2024-01-01\nu 2024-01-01",
    )
    # 3 × 8 days and 2 × 8 days.
    assert {one.customers: one.gain for one in found.items} == {("q",): 24, ("p",): 16}
    assert found.items[0].customers == ("q",)
    assert found.unsettled == 0


def test_most_says_how_many_are_listed() -> None:
    raw = small(
        "order customer quantity sites\no p 2 s|t\na q 3 s|u",
        "lot sku quantity reserved_for\nl k 2 o\nm k 3 a",
        sites="site\ns\nt\nu",
        readiness="site ready_on\ns 2024-01-09\nt 2024-01-01\nu 2024-01-01",
    )
    world = make_world(raw.settings, raw.tables)
    found = ap.suggest(world, most=1)
    assert [one.gain for one in found.items] == [24]
    with pytest.raises(ap.UsageError, match="0 suggestions"):
        ap.suggest(world, most=0)


def test_nothing_is_suggested_where_all_that_arrives_runs() -> None:
    found = suggested(
        "order customer quantity\no p 2\na q 2", "lot sku quantity reserved_for\nl k 2 o\nm k 2 a"
    )
    assert found.items == ()
    assert found.live == 40
    assert found.possible == 0
    assert found.unsettled == 0


def test_shipments_and_fleet_take_what_they_take() -> None:
    (one,) = suggested(
        "order customer quantity\no p 5",
        "lot sku quantity\nl k 9",
        readiness="site power_kw\ns 7",
        shipments="shipment order sku site quantity shipped_on\ng o k s 2 2023-12-01",
        fleet="holding party site sku quantity since_on\nf p s k 3 2023-12-01",
    ).items
    # 3 are still wanted; the power of 7 less 2 shipped and 3 of the fleet is enough for 2 of them.
    assert one.gains == {"p": 20}
    assert one.units == 2


def test_units_of_an_order_that_is_held_can_go_to_another_customer() -> None:
    (one,) = suggested(
        "order customer quantity status\no p 2 hold\na q 2 open",
        "lot sku quantity reserved_for\nl k 2 o",
    ).items
    assert one.customers == ("p", "q")
    assert one.gains == {"p": 0, "q": 20}
    assert (one.kind, one.uses_stock) == (Kind.DIVERT, False)


def test_a_late_hall_for_one_customer_makes_a_gain_in_one_case_a_loss_in_another() -> None:
    (one,) = suggested(
        "order customer quantity sites\no p 1 s\na q 1 t",
        "lot sku arrives_on quantity reserved_for\nl k 2024-01-01 1 o\nm k 2024-01-06 1 a",
        sites="site\ns\nt",
        readiness="site ready_on ready_on_early\ns 2024-01-06 2024-01-02\nt 2024-01-01 2024-01-01",
    ).items
    by_case = {str(case): gains for case, gains in one.by_case.items()}
    assert by_case["middle"] == by_case["unfavourable"] == {"p": 0, "q": 5}
    assert by_case["favourable"] == {"p": -4, "q": 5}  # With a hall from the 2nd on, p waits 4 days more.
    assert one.least == -4


def test_who_gains_more_than_the_mean_gives_the_difference() -> None:
    found = make_goods(
        {"a": Fraction(12), "b": Fraction(0), "c": Fraction(3)}, units=2, days=10, by_sku={}, rents={}
    )
    # The mean is 5: a has 7 more, b 5 less, c 2 less.
    assert {(one.from_party, one.to_party): one.unit_days for one in found} == {("a", "b"): 5, ("a", "c"): 2}
    assert [(one.units, one.days) for one in found] == [(1, 5), (2, 1)]
    assert make_goods({}, units=1, days=1, by_sku={}, rents={}) == []


def test_the_worth_of_several_skus_is_their_mean_by_days_and_unknown_where_one_is() -> None:
    gains = {"a": Fraction(10), "b": Fraction(0)}
    by_sku = {("a", "k"): 30, ("a", "j"): 10, ("b", "k"): -7}
    (due,) = make_goods(gains, units=1, days=9, by_sku=by_sku, rents={"k": 2_000_000, "j": 6_000_000})
    assert due.value == 5 * 24 * 3  # (30 × 2 + 10 × 6) / 40 = 3 an hour
    (due,) = make_goods(gains, units=1, days=9, by_sku=by_sku, rents={"k": 2_000_000, "j": None})
    assert due.value is None


def test_half_unit_days_fit_no_whole_units() -> None:
    assert fitting_units(Fraction(1, 2), units=3, days=9) is None
