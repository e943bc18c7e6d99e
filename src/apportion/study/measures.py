"""The measures of a future against another: counts, days, money, by party, by site and in all.

Unit-days are counted in millionths of a unit, money in exact fractions of the scenario's currency; both are
rounded once, to six decimals, where a row is written.

Source: ``docs/concepts/assessment.md``, "What is measured".
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

import polars as pl

from apportion.model.plan import MILLION
from apportion.model.room import millionths, millionths_or_none
from apportion.model.world import World
from apportion.study.entries import Horizon
from apportion.study.outcome import Outcome
from apportion.study.stock import Receiver

Value = Fraction | dt.date | None
UNSHIPPED = ""  # Stands in for party and site of what stays in stock.
HOURS = 24
DAYS_IN_MONTH = Fraction("30.44")
_PERCENT_DAYS = 36_500

UNITS: Mapping[str, str] = {
    "units": "units",
    "power_kw_needed": "kW",
    "first_live_on": "date",
    "all_live_on": "date",
    "held_gpu_days": "unit-days",
    "transit_gpu_days": "unit-days",
    "idle_gpu_days": "unit-days",
    "live_gpu_days": "unit-days",
    "live_gained_gpu_days": "unit-days",
    "idle_avoided_gpu_days": "unit-days",
    "shifted_gpu_days": "unit-days",
    "shifted_later_gpu_days": "unit-days",
    "shifted_earlier_gpu_days": "unit-days",
    "delay_days_mean": "days",
    "delay_months_mean": "months",
    "units_moved": "units",
    "value_usd": "USD",
    "rent_value_usd": "USD",
    "depreciation_usd": "USD",
    "capital_idle_usd": "USD",
    "imputed_low_usd": "USD",
    "imputed_high_usd": "USD",
    "level_after_move": "units per weight",
    "level_at_end": "units per weight",
    "live_gpu_days_all_sites": "unit-days",
    "idle_gpu_days_all_sites": "unit-days",
    "live_gained_gpu_days_all_sites": "unit-days",
    "idle_avoided_gpu_days_all_sites": "unit-days",
}
"""Every measure with its unit, in the order in which they are written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What one unit of each SKU takes and costs, in millionths; None: not known.

    Attributes:
        power: kW at its site, in milliwatts.
        price: Price of a unit.
        rent: Rent an hour.
        life_days: Useful life in days.
        capital_percent: Cost of money tied up, percent a year; None: not known.
    """

    power: Mapping[str, int]
    price: Mapping[str, int | None]
    rent: Mapping[str, int | None]
    life_days: Mapping[str, int | None]
    capital_percent: Fraction | None


def read_prices(world: World) -> Prices:
    """Return what a world says of its SKUs' power and prices."""
    skus = world.table("skus")
    names = skus["sku"].to_list()

    def column(name: str) -> dict[str, int | None]:
        return dict(zip(names, millionths_or_none(skus[name]), strict=True))

    percent = world.settings.capital_percent_per_year
    return Prices(
        power=dict(zip(names, millionths(skus["site_kw"]), strict=True)),
        price=column("unit_price_usd"),
        rent=column("rent_usd_per_hour"),
        life_days=dict(zip(names, skus["useful_life_days"].to_list(), strict=True)),
        capital_percent=None if percent is None else Fraction(percent),
    )


@dataclass(slots=True)
class Tally:
    """What one receiver (party, site, SKU) comes to, in millionths of units and unit-days.

    Attributes:
        units: Delivered before the end.
        days: Unit-days held, in transit, idle and live.
        delivered: Units by day of delivery.
        shipped: All units sent, delivered before the end or not.
        first_live: First day a unit is live; None: none.
        last_live: Last day a unit goes live.
        live_units: Units that go live.
    """

    units: int = 0
    days: Sequence[int] = (0, 0, 0, 0)
    delivered: dict[int, int] = field(default_factory=dict)
    shipped: int = 0
    first_live: int | None = None
    last_live: int | None = None
    live_units: int = 0


def tallies_of(outcome: Outcome) -> dict[Receiver, Tally]:
    """Return the tally of each receiver of an outcome; what never ships has no party and no site."""
    tallies: dict[Receiver, Tally] = {
        receiver: Tally(days=tuple(days)) for receiver, days in outcome.days().items()
    }
    for entry in outcome.entries:
        tally = tallies[entry.party, entry.site, entry.sku]
        tally.shipped += entry.units
        if entry.arrives < outcome.horizon.end:
            tally.units += entry.units
            tally.delivered[entry.arrives] = tally.delivered.get(entry.arrives, 0) + entry.units
    for entry, day, units in outcome.switches:
        tally = tallies[entry.party, entry.site, entry.sku]
        tally.live_units += units
        tally.first_live = day if tally.first_live is None else min(day, tally.first_live)
        tally.last_live = day if tally.last_live is None else max(day, tally.last_live)
    for sku, days_held in outcome.held.unshipped.items():
        if days_held:
            tallies[UNSHIPPED, UNSHIPPED, sku] = Tally(days=(days_held, 0, 0, 0))
    return tallies


@dataclass(frozen=True, slots=True)
class Shift:
    """How much later or earlier units are delivered, in millionths of unit-days.

    Attributes:
        later: Days by which units come later.
        earlier: Days by which they come earlier.
    """

    later: int
    earlier: int

    @property
    def net(self) -> int:
        """Return later less earlier."""
        return self.later - self.earlier


def shift_between(before: Mapping[int, int], after: Mapping[int, int], *, horizon: Horizon) -> Shift:
    """Return the days between two series of deliveries: the sum over days of cumulative before less after."""
    days = sorted({horizon.start, *before, *after})
    ahead = later = earlier = 0
    for day, then in zip(days, [*days[1:], horizon.end], strict=True):
        ahead += before.get(day, 0) - after.get(day, 0)
        area = ahead * horizon.days_between(day, then)
        later += max(0, area)
        earlier += max(0, -area)
    return Shift(later, earlier)


def together(series: Iterable[Mapping[int, int]]) -> dict[int, int]:
    """Return the sum of several series of units by day."""
    sums: dict[int, int] = defaultdict(int)
    for one in series:
        for day, units in one.items():
            sums[day] += units
    return dict(sums)


Group = tuple[str, str]  # Party and site; empty: all of them.
Tallies = Mapping[Receiver, Tally]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measuring:
    """Measures the outcomes of one case against one of them.

    Attributes:
        prices: Power and prices by SKU.
        horizon: The days counted.
        before: The tallies of the future that the others are held against.
    """

    prices: Prices
    horizon: Horizon
    before: Tallies

    def groups(self, futures: Iterable[Tallies], *, parties: Iterable[str]) -> list[Group]:
        """Return every party, and every place with units in any future, each alone, both and none.

        All futures have the same groups, so that what one of them lacks is a zero and no gap.
        """
        places = {(party, site) for tallies in futures for party, site, _ in tallies if party != UNSHIPPED}
        parties, sites = {*parties, *(party for party, _ in places)}, {site for _, site in places}
        return [
            ("", ""),
            *sorted(("", site) for site in sites),
            *sorted([*places, *((party, "") for party in parties)]),
        ]

    def measure(self, after: Tallies, *, group: Group) -> dict[str, Value]:
        """Return the measures of one group in a future, those of `UNITS` that need nothing else."""
        own, base = _of_group(after, group), _of_group(self.before, group)
        days = [sum(tally.days[state] for tally in own.values()) for state in range(4)]
        base_days = [sum(tally.days[state] for tally in base.values()) for state in range(4)]
        shifts = self._shifts(after, group=group)
        net = sum(shift.net for _, shift, _ in shifts)
        delay = self._delay(shifts, units=sum(tally.units for tally in own.values()))
        held, transit, idle, live = (Fraction(one, MILLION) for one in days)
        return {
            "units": Fraction(sum(tally.units for tally in own.values()), MILLION),
            "power_kw_needed": Fraction(
                sum(tally.units * self.prices.power[sku] for (_, _, sku), tally in own.items()), MILLION**2
            ),
            "first_live_on": _day(
                min((one.first_live for one in own.values() if one.first_live), default=None)
            ),
            "all_live_on": _all_live(own.values()),
            "held_gpu_days": held,
            "transit_gpu_days": transit,
            "idle_gpu_days": idle,
            "live_gpu_days": live,
            "live_gained_gpu_days": Fraction(days[3] - base_days[3], MILLION),
            "idle_avoided_gpu_days": Fraction(base_days[2] - days[2], MILLION),
            "shifted_gpu_days": Fraction(net, MILLION),
            "shifted_later_gpu_days": Fraction(sum(shift.later for _, shift, _ in shifts), MILLION),
            "shifted_earlier_gpu_days": Fraction(sum(shift.earlier for _, shift, _ in shifts), MILLION),
            "delay_days_mean": delay,
            "delay_months_mean": None if delay is None else delay / DAYS_IN_MONTH,
            "rent_value_usd": self._rent_value(own, base),
            "depreciation_usd": self._depreciation(shifts),
            "capital_idle_usd": self._capital(own),
        }

    def _shifts(self, after: Tallies, *, group: Group) -> list[tuple[str, Shift, bool]]:
        """Return SKU, shift and whether both futures deliver as much, by party and SKU.

        A party's own deliveries are summed over its sites before they are compared; parties never are, so that
        what one receives earlier does not hide what another receives later.
        """
        pieces: dict[tuple[str, str], list[list[Mapping[int, int]]]] = {}
        for place, tallies in enumerate((self.before, after)):
            for (party, _, sku), tally in _of_group(tallies, group).items():
                pieces.setdefault((party, sku), [[], []])[place].append(tally.delivered)
        shifts = []
        for (_, sku), (before, later) in sorted(pieces.items()):
            was, now = together(before), together(later)
            is_equal = sum(was.values()) == sum(now.values())
            shifts.append((sku, shift_between(was, now, horizon=self.horizon), is_equal))
        return shifts

    def _delay(self, shifts: Sequence[tuple[str, Shift, bool]], *, units: int) -> Fraction | None:
        """Return the mean delay of a unit in days; None where the totals differ or there is no unit."""
        if not units or not all(is_equal for _, _, is_equal in shifts):
            return None
        return Fraction(sum(shift.net for _, shift, _ in shifts), units)

    def _rent_value(self, own: Tallies, base: Tallies) -> Fraction | None:
        gained: dict[str, int] = defaultdict(int)
        for (_, _, sku), tally in own.items():
            gained[sku] += tally.days[3]
        for (_, _, sku), tally in base.items():
            gained[sku] -= tally.days[3]
        return _valued(gained, lambda sku: _times(self.prices.rent[sku], HOURS))

    def _depreciation(self, shifts: Sequence[tuple[str, Shift, bool]]) -> Fraction | None:
        later: dict[str, int] = defaultdict(int)
        for sku, shift, _ in shifts:
            later[sku] += shift.later
        return _valued(later, self._wear)

    def _wear(self, sku: str) -> Fraction | None:
        """Return what a unit loses of its price in a day."""
        life = self.prices.life_days[sku]
        price = _times(self.prices.price[sku], 1)
        return None if price is None or not life else price / life

    def _capital(self, own: Tallies) -> Fraction | None:
        waiting: dict[str, int] = defaultdict(int)
        for (_, _, sku), tally in own.items():
            waiting[sku] += tally.days[0] + tally.days[2]
        percent = self.prices.capital_percent
        if percent is None:
            return None
        return _valued(
            waiting,
            lambda sku: _times(self.prices.price[sku], percent / _PERCENT_DAYS),
        )


def _of_group(tallies: Tallies, group: Group) -> dict[Receiver, Tally]:
    party, site = group
    return {
        receiver: tally
        for receiver, tally in tallies.items()
        if party in {"", receiver[0]} and site in {"", receiver[1]}
    }  # What is unshipped has neither party nor site, so that it counts for all together alone.


def _valued(amounts: Mapping[str, int], worth: Callable[[str], Fraction | None]) -> Fraction | None:
    """Return the sum of millionths of each SKU times what one is worth; None where one that counts has no price."""
    total = Fraction(0)
    for sku, amount in amounts.items():
        each = worth(sku) if amount else Fraction(0)
        if each is None:
            return None
        total += Fraction(amount, MILLION) * each
    return total


def _times(price: int | None, factor: int | Fraction) -> Fraction | None:
    return None if price is None else Fraction(price, MILLION) * factor


def _day(ordinal: int | None) -> dt.date | None:
    return None if ordinal is None else dt.date.fromordinal(ordinal)


def _all_live(tallies: Iterable[Tally]) -> dt.date | None:
    """Return the first day on which all that is sent runs; None where that is not before the end."""
    own = list(tallies)
    if not own or sum(one.live_units for one in own) < sum(one.shipped for one in own):
        return None
    return _day(max((one.last_live for one in own if one.last_live is not None), default=None))


COMPARISON = {
    "future": pl.String,
    "case": pl.String,
    "party": pl.String,
    "site": pl.String,
    "measure": pl.String,
    "value": pl.String,
    "unit": pl.String,
}
Measured = dict[Group, dict[str, Value]]


def comparison_rows(
    measured: Measured, *, future: str, case: str, currency: str
) -> Iterator[tuple[str, str, str, str, str, str | None, str]]:
    """Yield the measures of one future in one case as rows of text."""
    for (party, site), values in measured.items():
        for name, unit in UNITS.items():
            if name in values:
                told = currency if unit == "USD" else unit
                yield future, case, party, site, name, value_text(values[name]), told


def value_text(value: Value) -> str | None:
    """Return a value as text: a day in ISO form, a number with at most six decimals, None where not known.

    >>> value_text(Fraction(1, 3)), value_text(Fraction(1284000)), value_text(None)
    ('0.333333', '1284000', None)
    """
    if value is None or isinstance(value, dt.date):
        return None if value is None else value.isoformat()
    text = format(Decimal(round(value * MILLION)).scaleb(-6), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
