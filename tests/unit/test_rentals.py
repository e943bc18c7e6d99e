"""The cheapest rentals on small cases with their arithmetic; `tests/laws/test_rental_laws.py` tries all there is."""

from __future__ import annotations

from fractions import Fraction

import pytest

from apportion.study.capacity import PARTS
from apportion.study.entries import read_horizon
from apportion.study.offers import Contract, are_allowed, is_possible, read_offers
from apportion.study.rentals import RentalPlan, plan_rentals
from tests.build import Rows, make_world
from tests.laws.test_rental_laws import START, make_gap, make_offer, make_programme


def told(plan: RentalPlan) -> list[tuple[str, int, int, int]]:
    """Return offer, first day, day after, and units of each contract."""
    return [(one.offer.contract, one.first - START, one.until - START, one.units) for one in plan.contracts]


def costs(plan: RentalPlan) -> list[Fraction]:
    """Return what is paid and what is proven to be paid at the least."""
    return [plan.usd, plan.lower_bound]


def uncovered(plan: RentalPlan) -> Fraction:
    return Fraction(sum(plan.uncovered.values()), PARTS)


def test_nothing_is_rented_where_nothing_lacks() -> None:
    gap = make_gap([make_programme("p", deadline=10, units=5)], own={"a": {0: 5}}, days=10)
    plan = plan_rentals(gap, [make_offer("o", window=(0, 10))])
    assert told(plan) == []
    assert [*costs(plan), uncovered(plan)] == [0, 0, 0]


def test_sharing_otherwise_is_tried_before_renting() -> None:
    # Day by day "wide" takes both sites, is done on day 4, and leaves "narrow" 5 of its 10. Over all days together
    # "wide" has "b" for 10 days and "narrow" has "a".
    gap = make_gap(
        [
            make_programme("wide", deadline=10, work=10, sites=("a", "b")),
            make_programme("narrow", deadline=12, work=10, sites=("a",)),
        ],
        own={"a": {0: 1, 10: 0}, "b": {0: 1, 10: 0}},
        days=12,
    )
    assert plan_rentals(gap, [make_offer("o", window=(0, 12))]).usd == 0


def test_held_capacity_is_rented_on_the_days_that_lack_it() -> None:
    # 7 wanted: 4 lack on days 0 to 2, 1 on days 3 to 5: 3 × 4 + 3 × 1 = 15 unit-days at 2.
    gap = make_gap([make_programme("p", deadline=9, units=7)], own={"a": {0: 3, 3: 6, 6: 7}}, days=10)
    plan = plan_rentals(gap, [make_offer("o", usd=2, window=(0, 10), most=9)])
    assert told(plan) == [("o", 0, 3, 3), ("o", 0, 6, 1)]
    assert costs(plan) == [30, 30]


def test_units_come_in_whole_steps_and_no_fewer_than_the_least() -> None:
    # 5 lack on 4 days: steps of 4 make 8. With at least 12 units a contract, 12.
    gap = make_gap([make_programme("p", deadline=4, units=5)], own={}, days=4)
    assert plan_rentals(gap, [make_offer("o", window=(0, 4), most=9, step=4)]).usd == 32
    assert plan_rentals(gap, [make_offer("o", window=(0, 4), most=9, step=4, least=3)]).usd == 48


def test_a_shortest_term_may_begin_before_the_need_and_end_after_the_plan() -> None:
    # 2 lack on days 8 and 9 of a plan of 10 days. 6 days at the least, from day 7 on: to before day 13.
    gap = make_gap([make_programme("p", first=8, units=2)], own={}, days=10)
    late = plan_rentals(gap, [make_offer("o", window=(7, 15), days=6)])
    assert [late.usd, uncovered(late)] == [12, 0]
    assert [one.until - one.first for one in late.contracts] == [6]
    assert late.contracts[0].first >= START + 7


def test_one_long_contract_may_be_cheaper_than_two_short_ones() -> None:
    # 1 lacks on days 0 and 9. Two contracts of 4 days cost 8, one of 10 days costs 10; at terms of 6 days 12 and 10.
    gap = make_gap([make_programme("p", deadline=10, units=1)], own={"a": {1: 1, 9: 0}}, days=10)
    for days, cheapest in ((4, 8), (6, 10)):
        assert plan_rentals(gap, [make_offer("o", window=(0, 20), days=days)]).usd == cheapest


def test_the_dearer_offer_fills_what_the_cheaper_one_lacks() -> None:
    # 5 on 6 days. At 1: 3 units, on days 2 to 5 only. So 12 at 1, and at 4: 5 × 2 + 2 × 4 = 18, that is 72.
    gap = make_gap([make_programme("p", deadline=6, units=5)], own={}, days=6)
    plan = plan_rentals(
        gap, [make_offer("cheap", window=(2, 6), most=3), make_offer("dear", usd=4, window=(0, 6), most=9)]
    )
    assert costs(plan) == [84, 84]


def test_what_counts_is_the_price_of_what_a_unit_computes() -> None:
    # 10 reference units on 2 days: 10 units at 2 or at 4 a day, or 5 units of 2 at 6.
    gap = make_gap([make_programme("p", deadline=2, units=10)], own={}, days=2)
    big = make_offer("big", usd=6, window=(0, 2), most=20, rate=2)
    for usd, cheapest in ((2, 20), (4, 30)):
        small = make_offer("small", usd=usd, window=(0, 2), most=20)
        assert plan_rentals(gap, [small, big]).usd == 2 * cheapest


def test_work_is_rented_when_it_may_be_used() -> None:
    # 100 by day 20, 4 a day are own: 20 lack. No more than 6 at a time: 2 rented on 10 days.
    gap = make_gap([make_programme("p", deadline=20, units=6, work=100)], own={"a": {0: 4}}, days=30)
    plan = plan_rentals(gap, [make_offer("o", usd=3, window=(0, 30), most=50)])
    assert [*costs(plan), uncovered(plan)] == [60, 60, 0]


def test_work_due_at_the_end_of_the_plan_is_rented_and_work_due_later_is_not() -> None:
    own = {"a": {0: 1}}
    for deadline, usd in ((10, 5), (11, 0)):
        gap = make_gap([make_programme("p", deadline=deadline, work=15)], own=own, days=10)
        plan = plan_rentals(gap, [make_offer("o", window=(0, 10))]) if gap.asks else None
        assert (plan.usd if plan else 0) == usd


def test_as_much_as_possible_is_covered_first() -> None:
    # 5 on 6 days, 2 units on days 1 to 4 are all there is: 30 − 8 are not covered.
    gap = make_gap([make_programme("p", deadline=6, units=5)], own={}, days=6)
    plan = plan_rentals(gap, [make_offer("o", window=(1, 5), most=2)])
    assert [plan.usd, uncovered(plan)] == [8, 22]
    assert uncovered(plan_rentals(gap, [])) == 30


def test_who_is_served_first_is_covered_first() -> None:
    # 4 a day are to be had on 5 days. What is held takes 3, so that 5 of 12 are left for the work.
    gap = make_gap(
        [make_programme("work", deadline=4, work=12), make_programme("held", deadline=5, units=3)],
        own={},
        days=5,
    )
    plan = plan_rentals(gap, [make_offer("o", most=4)])
    assert {name: parts // PARTS for name, parts in plan.uncovered.items()} == {"held": 0, "work": 8}


def test_a_free_offer_costs_nothing() -> None:
    gap = make_gap([make_programme("p", deadline=6, units=5)], own={}, days=6)
    plan = plan_rentals(gap, [make_offer("o", usd=0, window=(0, 6), most=9)])
    assert [*costs(plan), plan.gap_percent, uncovered(plan)] == [0, 0, 0, 0]


def test_a_long_plan_of_large_numbers_is_proven() -> None:
    # 12,000 on 485 days, of which 7,001 lack to day 299: steps of 8 make 7,008. At 1.25 a day, in terms of 30 days.
    gap = make_gap([make_programme("p", units=12_000)], own={"a": {0: 4_999, 300: 12_000}}, days=485)
    plan = plan_rentals(
        gap, [make_offer("o", usd=Fraction(5, 4), window=(0, 600), most=2_000, step=8, days=30)]
    )
    assert plan.usd == plan.lower_bound == 7_008 * 300 * Fraction(5, 4)


def test_the_same_question_has_the_same_answer() -> None:
    asks = [make_programme("p", deadline=80, work=1_000), make_programme("q", first=20, deadline=70, units=9)]
    there = [
        make_offer("o", usd=2, window=(5, 90), most=9, days=7),
        make_offer("r", usd=3, window=(0, 90), most=40),
    ]
    plans = [plan_rentals(make_gap(asks, own={"a": {0: 3, 30: 7}}, days=90), there) for _ in range(2)]
    assert plans[0] == plans[1]


def test_the_solver_writes_nothing_to_standard_output(capfd: pytest.CaptureFixture[str]) -> None:
    gap = make_gap([make_programme("p", deadline=50, work=101)], own={"a": {0: 1}}, days=60)
    plan_rentals(gap, [make_offer("o", window=(0, 60), most=9, step=2, least=3, days=7)])
    assert capfd.readouterr() == ("", "")


def test_terms_are_kept_by_each_contract_and_by_all_of_an_offer() -> None:
    offer = make_offer("o", window=(0, 10), most=4, least=2, days=3)

    def contract(first: int, until: int, *, steps: int) -> Contract:
        return Contract(offer=offer, first=START + first, until=START + until, steps=steps)

    assert are_allowed([contract(0, 3, steps=2), contract(2, 5, steps=2)])
    assert not are_allowed([contract(0, 3, steps=1)])
    assert not are_allowed([contract(0, 2, steps=2)])
    assert not are_allowed([contract(8, 11, steps=2)])
    assert not are_allowed([contract(0, 3, steps=2), contract(2, 5, steps=3)])


def offers_of(rows: Rows) -> list[tuple[str, int, int, Fraction]]:
    world = make_world(
        {"name": "small", "start_on": "2024-01-01", "end_on": "2024-03-01", "round": "day"},
        {
            "parties": [{"party": "us", "name": "Us", "kind": "customer"}],
            "skus": [
                {"sku": "chip", "name": "Chip", "vendor": "v", "site_kw": "1", "rent_usd_per_hour": "2"},
                {"sku": "big", "name": "Big", "vendor": "v", "site_kw": "1", "reference_units": "2.5"},
            ],
            "rentals": rows,
        },
    )
    horizon = read_horizon(world)
    found = read_offers(world, party="us", horizon=horizon, most=10 * PARTS)
    assert all(is_possible(one, horizon=horizon) for one in found)
    return [
        (one.contract or one.sku, one.first - horizon.start, one.until - horizon.start, one.usd_a_part)
        for one in found
    ]


def row(name: str, **cells: str) -> dict[str, str]:
    whole = {"contract": name, "party": "us", "provider": "cloud", "sku": "chip", "quantity": "16"}
    return (
        whole
        | {
            "start_on": "2024-01-11",
            "end_on": "2024-02-10",
            "usd_per_unit_hour": "0.5",
            "status": "offer",
            "step_units": "8",
            "least_days": "30",
            "basis": "",
        }
        | cells
    )


def test_offers_are_read_with_their_terms_and_those_that_cannot_be_met_are_left_out() -> None:
    found = offers_of(
        [
            row("a"),
            row("big", sku="big"),
            row("early", start_on="2023-11-01"),
            row("open", end_on=""),
            row("claimed", basis="claim"),
            row("too-long", least_days="31"),
            row("too-many", least_units="17"),
            row("theirs", party="them"),
            row("over", start_on="2024-03-01", end_on=""),
        ]
    )
    assert found == [
        ("a", 10, 40, Fraction(12)),  # 24 × 0.5
        ("big", 10, 40, Fraction(24, 5)),  # 12 / 2.5
        ("early", 0, 40, Fraction(12)),
        ("open", 10, 89, Fraction(12)),  # A contract of 30 days may begin on day 59, the last of the plan.
    ]


def test_without_an_offer_every_sku_with_a_rent_may_be_had() -> None:
    assert offers_of([row("theirs", party="them")]) == [("chip", 0, 60, Fraction(48))]
