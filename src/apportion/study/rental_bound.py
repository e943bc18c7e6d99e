"""The least that any contracts could cost, proven: weak duality in exact arithmetic from prices that may be wrong.

Whatever price a rented reference-unit-day is given, no plan costs less than what the asks would pay for it, less
what own units save them, less what offers could earn at that price. The last is the greatest worth of runs of days
no shorter than the offer's shortest term, found day by day; so the bound knows shortest terms, and quantities. It
does not know steps, but that every cost is a multiple of the least that one step can differ by.

Source: ``docs/concepts/assessment.md``, "Programmes and rentals".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import ceil, gcd, lcm

from apportion.study.capacity import PARTS
from apportion.study.offers import Offer
from apportion.study.rental_program import Prices, RentalTerms

_ZERO = Fraction(0)
_FINEST = 10**9
_NEAR = Fraction(1, 10**6)


def lower_bound(terms: RentalTerms, prices: Prices) -> Fraction:
    """Return an amount of USD that no contracts which cover the target cost less than."""
    exact = _Exact(terms.offers)
    rented = {cell: exact.price(prices.rented.get(cell, 0.0)) for cell in terms.cells}
    least = {
        cell: min(exact.price(prices.least.get(cell, 0.0)), exact.highest - rented[cell])
        for cell in terms.cells
    }
    value = sum((_paid(terms.least.get(cell, 0), cell, least[cell]) for cell in terms.cells), _ZERO)
    value += _asked(terms, prices, exact=exact, rented=rented)
    earning = {cell: rented[cell] + least[cell] for cell in terms.cells}
    for offer in terms.offers:
        value -= offer.most_steps * offer.step_units * _best_runs(offer, earning)
    return _in_steps(max(value, _ZERO), terms.offers)


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
                total += _paid(terms.held(place, cell), cell, price)
            continue
        price = exact.price(prices.work.get(place, 0.0))
        if ask.most is None:
            price = min([price, *(rented[cell] for cell in cells)])
        total += Fraction(terms.target.work[place], PARTS) * price
        for cell in cells:
            limit = exact.price(prices.limits.get((place, cell), 0.0)) if ask.most is not None else _ZERO
            worth[place, cell] = max(_ZERO, min(price - limit, rented[cell]))
            if ask.most is not None:
                total -= _paid(ask.most, cell, price - worth[place, cell])
    for pool in terms.gap.pools:
        for cell in terms.cells:
            own = [worth[place, cell] for place in pool.takers if (place, cell) in worth]
            if own:
                total -= _paid(pool.on(cell.start), cell, max(own))
    return total


def _paid(parts: int, cell: range, price: Fraction) -> Fraction:
    return Fraction(parts * len(cell), PARTS) * price


def _best_runs(offer: Offer, earning: Mapping[range, Fraction]) -> Fraction:
    """Return the most that one unit of an offer could earn above its rent, in runs of its shortest term or more."""
    part = Fraction(offer.parts, PARTS)
    above = {cell: price * part - offer.usd_a_day for cell, price in earning.items()}
    if all(one <= 0 for one in above.values()):
        return _ZERO
    # Whole numbers from here on: there is a step for every day.
    scale = lcm(offer.usd_a_day.denominator, *(one.denominator for one in above.values()))
    by_day = {day: int(one * scale) for cell, one in above.items() for day in cell}
    rent = int(offer.usd_a_day * scale)
    sums = [0]
    for day in range(offer.first, offer.until):
        sums.append(sums[-1] + by_day.get(day, -rent))
    best, start = [0], -(10**40)
    for index in range(1, len(sums)):
        opening = index - offer.least_days
        if opening >= 0:
            start = max(start, best[opening] - sums[opening])
        best.append(max(best[-1], start + sums[index]))
    return Fraction(best[-1], scale)


def _in_steps(value: Fraction, offers: Sequence[Offer]) -> Fraction:
    """Return the least cost of whole steps over whole days that is no less than a value."""
    each = [offer.usd_a_day * offer.step_units for offer in offers if offer.usd_a_day]
    if not each:
        return value
    scale = lcm(*(one.denominator for one in each))
    step = Fraction(gcd(*(int(one * scale) for one in each)), scale)
    return ceil(value / step) * step
