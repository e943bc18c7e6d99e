"""The least that any contracts could cost, proven: weak duality in exact arithmetic from prices that may be wrong.

Whatever price a rented reference-unit-day is given, no plan costs less than what the asks would pay for it, less
what own units save them, less what offers could earn at that price. The last is the greatest worth of runs of days
no shorter than the offer's shortest term, found day by day; so the bound knows shortest terms, and quantities. It
does not know steps, but that every cost is a multiple of the least that one step can differ by.

Source: ``docs/concepts/assessment.md``, "Programmes and rentals".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, gcd, lcm

from apportion.study.capacity import PARTS
from apportion.study.offers import Offer
from apportion.study.rental_program import Prices, RentalTerms, Span

_ZERO = Fraction(0)
_FINEST = 10**9
_NEAR = Fraction(1, 10**6)
# Prices at which offers would earn are too high; a part of them may prove more.
_SHARES = tuple(Fraction(percent, 100) for percent in (100, 99, 96, 90, 75))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """What is proven from some prices.

    Attributes:
        usd: No contracts that cover the target cost less.
        runs: By place of an offer, the runs of days over which it would earn at those prices; none: prices are right.
    """

    usd: Fraction
    runs: Mapping[int, Sequence[Span]]


def lower_bound(terms: RentalTerms, prices: Prices) -> Bound:
    """Return what no contracts cost less than which cover a target that own units alone do not cover."""
    exact = _Exact(terms.offers)
    rented = {cell: exact.price(prices.rented.get(cell, 0.0)) for cell in terms.cells}
    least = {
        cell: min(exact.price(prices.least.get(cell, 0.0)), exact.highest - rented[cell])
        for cell in terms.cells
    }
    paid = sum((_paid(terms.least.get(cell, 0), cell, price=least[cell]) for cell in terms.cells), _ZERO)
    paid += _asked(terms, prices, exact=exact, rented=rented)
    earning = {cell: rented[cell] + least[cell] for cell in terms.cells}
    # Whatever is rented, it is one contract at the least.
    usd = min(one.least_steps * one.step_units * one.least_days * one.usd_a_day for one in terms.offers)
    runs: dict[int, Sequence[Span]] = {}
    for share in _SHARES:
        value = paid * share
        for place, offer in enumerate(terms.offers):
            earned, own = _best_runs(offer, {cell: price * share for cell, price in earning.items()})
            value -= offer.most_steps * offer.step_units * earned
            if share == 1 and own:
                runs[place] = own
        usd = max(usd, value)
        if not runs:
            break
    return Bound(usd=_in_steps(usd, terms.offers), runs=runs)


class _Exact:
    """Turns prices of the solver into fractions: those of an offer where they are near one."""

    def __init__(self, offers: Sequence[Offer]) -> None:
        self._known = sorted({offer.usd_a_part for offer in offers})
        lists = [offer.usd_a_part for offer in offers if offer.is_list]
        # No quantity limits a list rent, so that no unit can be worth more than that.
        self.highest = min(lists) if lists else Fraction(10**18)

    def price(self, told: float) -> Fraction:
        """Return a price no less than 0."""
        value = Fraction(round(told * _FINEST), _FINEST)
        nearest = min(self._known, key=lambda one: abs(one - value), default=value)
        if abs(nearest - value) <= _NEAR * (1 + nearest):
            value = nearest
        return min(max(value, _ZERO), self.highest)


def _asked(
    terms: RentalTerms, prices: Prices, *, exact: _Exact, rented: Mapping[range, Fraction]
) -> Fraction:
    """Return what the asks pay at their prices, less what own units save and what limits take away."""
    total = _ZERO
    worth: dict[tuple[int, range], Fraction] = {}
    for place, ask in enumerate(terms.gap.asks):
        cells = [cell for cell in terms.cells if cell.start in ask.window]
        if ask.work is None:
            for cell in cells:
                price = min(exact.price(prices.held.get((place, cell), 0.0)), rented[cell])
                worth[place, cell] = price
                total += _paid(terms.held(place, cell), cell, price=price)
            continue
        price = exact.price(prices.work.get(place, 0.0))
        if ask.most is None:
            price = min([price, *(rented[cell] for cell in cells)])
        total += Fraction(terms.target.work[place], PARTS) * price
        for cell in cells:
            limit = exact.price(prices.limits.get((place, cell), 0.0)) if ask.most is not None else _ZERO
            worth[place, cell] = max(_ZERO, min(price - limit, rented[cell]))
            if ask.most is not None:
                total -= _paid(ask.most, cell, price=price - worth[place, cell])
    for pool in terms.gap.pools:
        for cell in terms.cells:
            own = [worth[place, cell] for place in pool.takers if (place, cell) in worth]
            if own:
                total -= _paid(pool.on(cell.start), cell, price=max(own))
    return total


def _paid(parts: int, cell: range, *, price: Fraction) -> Fraction:
    return Fraction(parts * len(cell), PARTS) * price


def _best_runs(offer: Offer, earning: Mapping[range, Fraction]) -> tuple[Fraction, list[Span]]:
    """Return the most that one unit of an offer could earn above its rent, and the runs of days in which it does.

    Each run has the shortest term or more; they do not meet.
    """
    part = Fraction(offer.parts, PARTS)
    above = {cell: price * part - offer.usd_a_day for cell, price in earning.items()}
    if all(one <= 0 for one in above.values()):
        return _ZERO, []
    # Whole numbers from here on: there is a step for every day.
    scale = lcm(offer.usd_a_day.denominator, *(one.denominator for one in above.values()))
    by_day = {day: int(one * scale) for cell, one in above.items() for day in cell}
    rent = int(offer.usd_a_day * scale)
    sums = [0]
    for day in range(offer.first, offer.until):
        sums.append(sums[-1] + by_day.get(day, -rent))
    best, opened, start = [0], [0], (-(10**40), 0)
    for index in range(1, len(sums)):
        opening = index - offer.least_days
        if opening >= 0:
            start = max(start, (best[opening] - sums[opening], opening))
        ending = start[0] + sums[index]
        # Where a run does not end on this day, nothing is opened by it.
        opened.append(start[1] if ending > best[-1] else -1)
        best.append(max(best[-1], ending))
    runs, index = [], len(sums) - 1
    while index > 0:
        if opened[index] < 0:
            index -= 1
            continue
        runs.append((offer.first + opened[index], offer.first + index))
        index = opened[index]
    return Fraction(best[-1], scale), runs


def _in_steps(value: Fraction, offers: Sequence[Offer]) -> Fraction:
    """Return the least cost of whole steps over whole days that is no less than a value."""
    each = [offer.usd_a_day * offer.step_units for offer in offers if offer.usd_a_day]
    if not each:
        return value
    scale = lcm(*(one.denominator for one in each))
    step = Fraction(gcd(*(int(one * scale) for one in each)), scale)
    return ceil(value / step) * step
