"""The cheapest rentals against every possible set of contracts, on worlds of a few days, and their laws on larger ones.

The slow version walks days one by one: it enumerates what each offer can give on each day by any set of contracts,
and asks of every combination, the cheapest first, whether a flow of its own carries all that can be carried.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import partial
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from apportion.study.capacity import PARTS, Capacity
from apportion.study.entries import Horizon
from apportion.study.gap import Gap, read_gap
from apportion.study.offers import Offer, are_allowed
from apportion.study.rentals import RentalPlan, plan_rentals
from apportion.study.sharing import Programme
from tests.build import make_programme as build_programme

START = 100
SITES = ("east", "west")
Profile = tuple[int, ...]
Arcs = dict[object, dict[object, int]]


make_programme = partial(build_programme, origin=START)


def make_offer(
    name: str,
    *,
    usd: int | Fraction = 1,
    window: tuple[int, int] = (0, 5),
    most: int = 2,
    least: int = 1,
    step: int = 1,
    days: int = 1,
    rate: int = 1,
) -> Offer:
    return Offer(
        contract=name,
        provider="cloud",
        sku="chip",
        first=START + window[0],
        until=START + window[1],
        most_steps=most,
        least_steps=least,
        step_units=step,
        least_days=days,
        parts=rate * PARTS,
        usd_a_day=Fraction(usd),
    )


def make_gap(programmes: Sequence[Programme], *, own: dict[str, dict[int, int]], days: int) -> Gap:
    steps = tuple(
        (site, tuple((START + day, units * PARTS) for day, units in sorted(levels.items())))
        for site, levels in sorted(own.items())
    )
    ordered = sorted(programmes, key=lambda one: one.rank)
    return read_gap(ordered, Capacity(steps), horizon=Horizon(START, START + days))


class Slow:
    """The same questions, day by day."""

    def __init__(self, gap: Gap) -> None:
        self.gap = gap
        self.days = range(gap.horizon.start, gap.horizon.end)

    def carried(self, rented: Sequence[int]) -> list[int]:
        """Return what each demand receives: held needs day by day, then work."""
        arcs: Arcs = {}

        def add(start: object, end: object, *, most: int) -> None:
            arcs.setdefault(start, {})[end] = most
            arcs.setdefault(end, {}).setdefault(start, 0)

        demands: list[tuple[object, int]] = []
        for place, ask in enumerate(self.gap.asks):
            for day in ask.window:
                if ask.work is None:
                    demands.append(((place, day), ask.most or 0))
                else:
                    add(place, (place, day), most=ask.work if ask.most is None else ask.most)
            if ask.work is not None:
                demands.append((place, ask.work))
        for day in self.days:
            pools = [(number, pool.takers, pool.on(day)) for number, pool in enumerate(self.gap.pools)]
            pools.append((99, frozenset(range(len(self.gap.asks))), rented[day - self.days.start] * PARTS))
            for number, takers, parts in pools:
                add(("pool", number, day), "end", most=parts)
                for place in takers:
                    if day in self.gap.asks[place].window:
                        add((place, day), ("pool", number, day), most=parts)
        return [self._push(arcs, start, amount=amount) for start, amount in demands]

    def _push(self, arcs: Arcs, start: object, *, amount: int) -> int:
        left = amount
        while left:
            seen = {start}
            found = self._deeper(arcs, start, amount=left, seen=seen)
            if not found:
                break
            left -= found
        return amount - left

    def _deeper(self, arcs: Arcs, node: object, *, amount: int, seen: set[object]) -> int:
        if node == "end":
            return amount
        for other, most in list(arcs.get(node, {}).items()):
            if most and other not in seen:
                seen.add(other)
                found = self._deeper(arcs, other, amount=min(amount, most), seen=seen)
                if found:
                    arcs[node][other] -= found
                    arcs[other][node] += found
                    return found
        return 0

    def profiles(self, offer: Offer) -> set[Profile]:
        """Return what an offer can give on each day of its window, in steps, by any set of contracts."""
        count = offer.until - offer.first
        contracts = [
            (first, until, steps)
            for first in range(count)
            for until in range(first + offer.least_days, count + 1)
            for steps in range(offer.least_steps, offer.most_steps + 1)
        ]
        found: set[Profile] = {(0,) * count}
        waiting = list(found)
        while waiting:
            profile = waiting.pop()
            for first, until, steps in contracts:
                more = tuple(
                    amount + (steps if first <= index < until else 0) for index, amount in enumerate(profile)
                )
                if max(more) <= offer.most_steps and more not in found:
                    found.add(more)
                    waiting.append(more)
        return found

    def cheapest(self, offers: Sequence[Offer]) -> Fraction:
        """Return the least cost of covering as much as all offers together can."""
        everything = [(offer.most_steps,) * (offer.until - offer.first) for offer in offers]
        most = self.carried(self._rented(offers, everything))
        choices = sorted(
            product(*(self.profiles(offer) for offer in offers)), key=lambda chosen: self._usd(offers, chosen)
        )
        for chosen in choices:
            if self.carried(self._rented(offers, chosen)) == most:
                return self._usd(offers, chosen)
        raise AssertionError

    def _usd(self, offers: Sequence[Offer], chosen: Sequence[Profile]) -> Fraction:
        return sum(
            (
                sum(profile) * one.step_units * one.usd_a_day
                for one, profile in zip(offers, chosen, strict=True)
            ),
            Fraction(0),
        )

    def _rented(self, offers: Sequence[Offer], chosen: Sequence[Profile]) -> list[int]:
        rented = [0] * len(self.days)
        for one, profile in zip(offers, chosen, strict=True):
            for index, steps in enumerate(profile):
                day = one.first + index
                if day in self.days:
                    rented[day - self.days.start] += steps * one.step_parts // PARTS
        return rented


def rented_on(plan: RentalPlan, days: range) -> list[int]:
    return [
        sum(
            one.steps * one.offer.step_parts // PARTS
            for one in plan.contracts
            if one.first <= day < one.until
        )
        for day in days
    ]


@st.composite
def programmes(draw: st.DrawFn, *, days: int) -> list[Programme]:
    found = []
    for number in range(draw(st.integers(1, 3))):
        first = draw(st.integers(0, days - 1))
        work = draw(st.none() | st.integers(0, 6))
        units = draw(st.integers(0, 3)) if work is None else draw(st.none() | st.integers(1, 3))
        found.append(
            make_programme(
                f"p{number}",
                first=first,
                deadline=draw(st.integers(first + 1, days)),
                units=units,
                work=work,
                sites=draw(st.sampled_from([(), ("east",), ("west",), SITES])),
            )
        )
    return found


@st.composite
def gaps(draw: st.DrawFn, *, days: int) -> Gap:
    own = {
        site: draw(st.dictionaries(st.integers(0, days - 1), st.integers(0, 3), max_size=2)) for site in SITES
    }
    return make_gap(draw(programmes(days=days)), own=own, days=days)


@st.composite
def offers(draw: st.DrawFn, *, days: int) -> list[Offer]:
    found = []
    for number in range(draw(st.integers(1, 2))):
        first = draw(st.integers(0, days - 2))
        until = draw(st.integers(first + 1, days))
        most = draw(st.integers(1, 2))
        found.append(
            make_offer(
                f"o{number}",
                usd=draw(st.integers(1, 5)),
                window=(first, until),
                most=most,
                least=draw(st.integers(1, most)),
                step=draw(st.integers(1, 2)),
                days=draw(st.integers(1, until - first)),
                rate=draw(st.integers(1, 2)),
            )
        )
    return found


@given(drawn=st.data())
@settings(max_examples=120, deadline=None)
def test_no_set_of_contracts_is_cheaper(drawn: st.DataObject) -> None:
    gap = drawn.draw(gaps(days=5))
    there = drawn.draw(offers(days=5))
    plan = plan_rentals(gap, there)
    slow = Slow(gap)
    assert plan.usd == slow.cheapest(there)
    assert plan.lower_bound <= plan.usd
    everything = [(one.most_steps,) * (one.until - one.first) for one in there]
    most = slow.carried(slow._rented(there, everything))  # noqa: SLF001 - the slow version is this file's
    assert slow.carried(rented_on(plan, slow.days)) == most


@given(drawn=st.data())
@settings(max_examples=40, deadline=None)
def test_what_is_promised_is_kept_over_months(drawn: st.DataObject) -> None:
    gap = drawn.draw(gaps(days=90))
    there = list(drawn.draw(long_offers()))
    plan = plan_rentals(gap, there)
    assert are_allowed(list(plan.contracts))
    slow = Slow(gap)
    received = slow.carried(rented_on(plan, slow.days))
    wanted = 0
    for ask in gap.asks:
        wanted += ask.work if ask.work is not None else (ask.most or 0) * len(ask.window)
    assert wanted - sum(received) == sum(plan.uncovered.values())
    assert 0 <= plan.lower_bound <= plan.usd
    assert plan.usd == sum((one.usd for one in plan.contracts), Fraction(0))


@st.composite
def long_offers(draw: st.DrawFn) -> Iterator[Offer]:
    found = []
    for number in range(draw(st.integers(0, 3))):
        first = draw(st.integers(0, 60))
        until = draw(st.integers(first + 30, 120))
        most = draw(st.integers(1, 4))
        found.append(
            make_offer(
                f"o{number}",
                usd=Fraction(draw(st.integers(1, 900)), 100),
                window=(first, until),
                most=most,
                least=draw(st.integers(1, most)),
                step=draw(st.integers(1, 3)),
                days=draw(st.sampled_from([1, 7, 30])),
                rate=draw(st.integers(1, 2)),
            )
        )
    return iter(found)


def test_contracts_of_one_day_after_another_are_told_as_one() -> None:
    gap = make_gap([make_programme("p", deadline=5, units=2)], own={"east": {0: 1, 3: 0}}, days=5)
    plan = plan_rentals(gap, [make_offer("o")])
    assert [(one.first - START, one.until - START, one.units) for one in plan.contracts] == [
        (0, 5, 1),
        (3, 5, 1),
    ]
