"""What was shipped and booked, against what the policy would have done: every departure, with who was ahead.

Two futures of the same supply are laid side by side day by day: what each customer had received **in fact** (its
shipments, then lots as booked) and what the policy would have given it by then. What one customer is ahead of the
policy others are behind, or it would still lie in the supplier's stock; so on every day the differences of one SKU
sum to nothing. Who is ahead is matched with who is behind, by name, stock last; unit-days are the sum over days.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

import polars as pl

from apportion.engine.planning import draft_plan
from apportion.model.columns import NUMBER
from apportion.model.plan import MILLION
from apportion.model.policy import Policy, Rule
from apportion.model.room import millionths_or_none
from apportion.model.world import World

STOCK = "(in stock)"
DEPARTURES: dict[str, pl.DataType | type[pl.DataType]] = {
    "sku": pl.String,
    "winner": pl.String,
    "loser": pl.String,
    "units": NUMBER,
    "from_on": pl.Date,
    "until_on": pl.Date,
    "unit_days": NUMBER,
    "cost_usd": NUMBER,
}
_HOURS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Adherence:
    """How far what happened departs from a policy.

    Attributes:
        departures: One row per SKU, winner and loser: the most units at once, the first day and the first after
            the last, unit-days over the horizon, and what those cost at the SKU's rent (empty where it has none).
        unit_days: The sum of all departures, in units and days.
        delivered_unit_days: What customers had received in fact, in units and days, for comparison.
    """

    departures: pl.DataFrame
    unit_days: Decimal
    delivered_unit_days: Decimal


def adherence(world: World, policy: Policy | None = None) -> Adherence:
    """Return how far shipments and bookings depart from what a policy would have done.

    Shipments from the first day of the plan on count as decisions; earlier ones are history to both futures.

    Args:
        world: The facts.
        policy: The policy to compare with; by default the scenario's.
    """
    chosen = policy or world.settings.policy
    if chosen.rule is Rule.AS_BOOKED:
        chosen = replace(chosen, rule=Rule.MAX_MIN)
    booked = draft_plan(world, replace(chosen, rule=Rule.AS_BOOKED)).allocations
    fair = draft_plan(_before_decisions(world), chosen).allocations
    in_fact = [*_shipped(world), *_received(booked)]
    by_policy = list(_received(fair))
    matched = _Matching(world)
    for sku in sorted({sku for sku, *_ in (*in_fact, *by_policy)}):
        matched.add(sku, _steps(in_fact, sku), by_policy=_steps(by_policy, sku))
    end_on = world.settings.calendar.end_on
    delivered = sum(units * max(0, (end_on - day).days) for _, _, day, units in in_fact)
    return Adherence(
        departures=matched.table(),
        unit_days=_decimal(matched.unit_days),
        delivered_unit_days=_decimal(delivered),
    )


Receipt = tuple[str, str, dt.date, int]  # SKU, customer, day, millionths of a unit


def _before_decisions(world: World) -> World:
    """Return the world without the shipments that were decided within the horizon."""
    if "shipments" not in world.tables:
        return world
    start_on = world.settings.calendar.start_on
    earlier = world.tables["shipments"].filter(pl.col("shipped_on") < start_on)
    return replace(world, tables={**world.tables, "shipments": earlier})


def _shipped(world: World) -> Iterable[Receipt]:
    calendar = world.settings.calendar
    customers = dict(world.table("orders").select("order", "customer").iter_rows())
    for row in world.table("shipments").iter_rows(named=True):
        if calendar.start_on <= row["shipped_on"] < calendar.end_on and row["order"] in customers:
            yield row["sku"], customers[row["order"]], row["shipped_on"], row["quantity"] * MILLION


def _received(allocations: pl.DataFrame) -> Iterable[Receipt]:
    for row in allocations.iter_rows(named=True):
        yield row["sku"], row["customer"], row["round_on"], int(row["units"] * MILLION)


def _steps(receipts: Sequence[Receipt], sku: str) -> dict[dt.date, dict[str, int]]:
    """Return what each customer receives of one SKU, by day."""
    steps: dict[dt.date, dict[str, int]] = {}
    for one, customer, day, units in receipts:
        if one == sku:
            on_day = steps.setdefault(day, {})
            on_day[customer] = on_day.get(customer, 0) + units
    return steps


@dataclass(slots=True)
class _Departure:
    """What one winner was ahead at one loser's cost so far, in millionths of a unit."""

    units: int
    from_on: dt.date
    until_on: dt.date
    unit_days: int


class _Matching:
    """Matches who is ahead with who is behind, stretch by stretch."""

    def __init__(self, world: World) -> None:
        self._end_on = world.settings.calendar.end_on
        skus = world.table("skus")
        rents = millionths_or_none(skus["rent_usd_per_hour"])
        self._rent: Mapping[str, int | None] = dict(zip(skus["sku"].to_list(), rents, strict=True))
        self._found: dict[tuple[str, str, str], _Departure] = {}
        self.unit_days = 0

    def add(
        self,
        sku: str,
        in_fact: Mapping[dt.date, Mapping[str, int]],
        *,
        by_policy: Mapping[dt.date, Mapping[str, int]],
    ) -> None:
        """Lay the two futures of one SKU side by side."""
        ahead: dict[str, int] = {}
        days = sorted({*in_fact, *by_policy})
        for day, then in zip(days, [*days[1:], self._end_on], strict=True):
            for customer, units in in_fact.get(day, {}).items():
                ahead[customer] = ahead.get(customer, 0) + units
            for customer, units in by_policy.get(day, {}).items():
                ahead[customer] = ahead.get(customer, 0) - units
            self._match(sku, ahead, first=day, then=then)

    def _match(self, sku: str, ahead: Mapping[str, int], *, first: dt.date, then: dt.date) -> None:
        winners = [[name, units] for name, units in sorted(ahead.items()) if units > 0]
        losers = [[name, -units] for name, units in sorted(ahead.items()) if units < 0]
        balance = sum(ahead.values())
        if balance > 0:
            losers.append([STOCK, balance])
        if balance < 0:
            winners.append([STOCK, -balance])
        days = (then - first).days
        for winner, loser, units in _pairs(winners, losers):
            self.unit_days += units * days
            known = self._found.setdefault((sku, winner, loser), _Departure(0, first, then, 0))
            known.units = max(known.units, units)
            known.until_on = then
            known.unit_days += units * days

    def table(self) -> pl.DataFrame:
        """Return the departures, the largest first."""
        ranked = sorted(self._found.items(), key=lambda pair: (-pair[1].unit_days, pair[0]))
        rows = [
            (
                *key,
                _decimal(one.units),
                one.from_on,
                one.until_on,
                _decimal(one.unit_days),
                self._cost(key[0], one.unit_days),
            )
            for key, one in ranked
            if one.unit_days
        ]
        return pl.DataFrame(rows, schema=DEPARTURES, orient="row")

    def _cost(self, sku: str, unit_days: int) -> Decimal | None:
        """Return what renting as many unit-days would cost, to a millionth of a dollar."""
        rent = self._rent[sku]
        if rent is None:
            return None
        return _decimal(round(Fraction(unit_days * rent * _HOURS, MILLION)))


def _pairs(
    winners: Sequence[Sequence[object]], losers: Sequence[Sequence[object]]
) -> Iterable[tuple[str, str, int]]:
    """Return (winner, loser, units) until both lists, which sum to the same, are used up."""
    to_match = [(str(name), int(str(units))) for name, units in losers]
    for name, units in winners:
        left = int(str(units))
        while left:
            loser, wanted = to_match[0]
            part = min(left, wanted)
            yield str(name), loser, part
            left -= part
            to_match[0] = (loser, wanted - part)
            if not to_match[0][1]:
                to_match.pop(0)


def _decimal(amount: int) -> Decimal:
    return Decimal(amount).scaleb(-6)
