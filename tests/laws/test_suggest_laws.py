"""What is suggested against every exchange there is, on small worlds; and against the assessment of the same moves."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from fractions import Fraction
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from apportion.model.plan import MILLION
from apportion.model.policy import Case
from apportion.model.world import World
from apportion.study.assess import assess
from apportion.study.best import best_exchange
from apportion.study.book import read_book
from apportion.study.daily import Daily
from apportion.study.exchange import Market
from apportion.study.futures import Future
from apportion.study.suggest import suggest
from tests.laws.exchanges import best_by_hand, booked_world, count_of

randoms = st.randoms(use_true_random=False)
# A world with a group of more exchanges than this is left out, so that all tests stay quick.
MOST_EXCHANGES = 250


def groups_of(customers: list[str]) -> Iterator[tuple[str, ...]]:
    yield from ((one,) for one in customers)
    yield from itertools.combinations(customers, 2)


def by_hand(world: World) -> dict[tuple[str, ...], int] | None:
    """Return the most that each customer and pair gains; None where there are too many exchanges to try."""
    book = read_book(world)
    groups = list(groups_of(Market(world).customers))
    if any(count_of(world, book=book, customers=group) > MOST_EXCHANGES for group in groups):
        return None
    return {group: best_by_hand(world, customers=group) for group in groups}


@settings(max_examples=30)
@given(randoms)
def test_each_group_gains_what_the_best_of_all_its_exchanges_gains(rng: Random) -> None:
    world = booked_world(rng)
    market, best = Market(world), by_hand(world) or {}
    daily = Daily(market)
    for group, gain in best.items():
        found = best_exchange(market, market.group(group))
        assert found.gain <= gain <= found.bound
        if not found.gap:
            assert found.gain == gain
        assert gain <= (daily.alone(group[0]) if len(group) == 1 else daily.pair(*group))


@settings(max_examples=30)
@given(randoms)
def test_the_list_is_what_the_best_exchanges_of_all_groups_make_it(rng: Random) -> None:
    world = booked_world(rng)
    best, found = by_hand(world), suggest(world)
    assert all(one.gain > 0 <= min(one.gains.values()) for one in found.items)
    gains = [one.gain for one in found.items]
    assert gains == sorted(gains, reverse=True)
    assert sum(gains[:1]) <= found.possible
    if best is None:
        return
    expected = [
        gain
        for group, gain in best.items()
        if gain and (len(group) == 1 or gain > sum(best[one,] for one in group))
    ]
    exact = [Fraction(gain, MILLION) for gain in sorted(expected, reverse=True)]
    if not found.unsettled and not any(one.gap for one in found.items):
        assert gains == exact
    most = max([Fraction(0), *exact])
    assert most <= max([Fraction(0), found.unsettled_most, *(one.gain + one.gap for one in found.items)])


@settings(max_examples=20)
@given(randoms)
def test_the_assessment_of_a_suggestion_says_the_same_in_every_case(rng: Random) -> None:
    world = booked_world(rng)
    for one in suggest(world).items[:2]:
        assessed = assess(world, one.proposal(id="tried"))
        assert assessed.value(Future.PROPOSED, "units_moved") == one.units
        for case in Case:
            # Who is in the scope of neither has no measure, and gains nothing.
            for party in {*assessed.parties, *one.by_case[case]}:
                told = assessed.value(Future.PROPOSED, "live_gained_gpu_days", party=party, case=case)
                assert (told or 0) == one.by_case[case].get(party, 0), party


@settings(max_examples=30)
@given(randoms, st.integers(0, 10**6))
def test_the_order_of_rows_changes_nothing(rng: Random, seed: int) -> None:
    world = booked_world(rng)
    shuffled = {
        name: frame.sample(fraction=1, shuffle=True, seed=seed) for name, frame in world.tables.items()
    }
    assert suggest(World(world.settings, shuffled)).items == suggest(world).items
