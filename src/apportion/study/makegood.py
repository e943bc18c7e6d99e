"""Make-goods: what would even out the gains of those who take part in an exchange. Arithmetic, and nobody's debt.

Source: ``docs/concepts/assessment.md``, rule S33.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from apportion.model.plan import MILLION
from apportion.study.measures import HOURS


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeGood:
    """Live unit-days that one party would give another, so that both gain alike.

    Attributes:
        from_party: Who gains more than the mean.
        to_party: Who gains less.
        unit_days: How much.
        units: Whole units that are as much over `days`; None: no number of units moved fits.
        days: Whole days, no more than the horizon has.
        value: The rent of as many unit-days of what the giver gains, in the scenario's currency; None: not known.
    """

    from_party: str
    to_party: str
    unit_days: Fraction
    units: int | None
    days: int | None
    value: Fraction | None


def make_goods(
    gains: Mapping[str, Fraction],
    *,
    units: int,
    days: int,
    by_sku: Mapping[tuple[str, str], int],
    rents: Mapping[str, int | None],
) -> list[MakeGood]:
    """Return what would even out gains: whoever has more than the mean gives the difference to who has less.

    Args:
        gains: Live unit-days gained by each who takes part.
        units: The units moved.
        days: The days of the horizon.
        by_sku: Live unit-days gained by party and SKU, in any unit.
        rents: Rent of a unit an hour by SKU, in millionths; None: not known.

    >>> half = make_goods({"a": Fraction(0), "b": Fraction(60)}, units=10, days=9, by_sku={}, rents={})[0]
    >>> half.from_party, int(half.unit_days), half.units, half.days
    ('b', 30, 10, 3)
    """
    if not gains:
        return []
    mean = sum(gains.values(), Fraction(0)) / len(gains)
    more = {party: gain - mean for party, gain in sorted(gains.items()) if gain > mean}
    less = {party: mean - gain for party, gain in sorted(gains.items()) if gain < mean}
    found = []
    for to_party, missing in less.items():
        left = missing
        for party, spare in more.items():
            due = min(left, spare)
            if due:
                left -= due
                more[party] = spare - due
                each = day_rent(party, by_sku=by_sku, rents=rents)
                fits = fitting_units(due, units=units, days=days)
                found.append(
                    MakeGood(
                        from_party=party,
                        to_party=to_party,
                        unit_days=due,
                        units=None if fits is None else fits[0],
                        days=None if fits is None else fits[1],
                        value=None if each is None else due * each,
                    )
                )
    return found


def fitting_units(unit_days: Fraction, *, units: int, days: int) -> tuple[int, int] | None:
    """Return the most whole units, no more than so many, that are so many unit-days in whole days; None: none.

    >>> fitting_units(Fraction(408_000), units=6_000, days=486)
    (6000, 68)
    >>> fitting_units(Fraction(7), units=4, days=5) is None
    True
    """
    if unit_days.denominator != 1:
        return None
    whole = unit_days.numerator
    for length in range(max(1, -(-whole // max(1, units))), days + 1):
        if whole % length == 0:
            return whole // length, length
    return None


def day_rent(
    party: str, *, by_sku: Mapping[tuple[str, str], int], rents: Mapping[str, int | None]
) -> Fraction | None:
    """Return the rent of a day of what a party gains, weighted by it where it is of several SKUs; None: not known."""
    gained = {sku: days for (one, sku), days in by_sku.items() if one == party and days > 0}
    worth = Fraction(0)
    for sku, days in gained.items():
        rent = rents.get(sku)
        if rent is None:
            return None
        worth += Fraction(days * rent * HOURS, MILLION)
    return worth / sum(gained.values()) if gained else None
