"""What was shipped and booked, against what the policy would have done: every departure, with who was ahead.

Two futures of the same supply are laid side by side day by day: what each customer had received **in fact** (its
shipments, then lots as booked) and what the policy would have given it by then. What one customer is ahead of the
policy others are behind, or it would still lie in the supplier's stock; so on every day the differences of one SKU
sum to nothing. Who is ahead is matched with who is behind, by name, stock last; unit-days are the sum over days.

Both futures are replayed, too: of what a customer is ahead by, no more can be live than it runs more of in fact.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate

import polars as pl

from apportion.engine.planning import draft_plan
from apportion.model.columns import NUMBER
from apportion.model.plan import MILLION
from apportion.model.policy import Policy, Rule
from apportion.model.room import millionths_or_none
from apportion.model.world import View, World
from apportion.study.frames import frame_of
from apportion.study.replay import replay

STOCK = "(in stock)"
DEPARTURES: dict[str, pl.DataType | type[pl.DataType]] = {
    "sku": pl.String,
    "winner": pl.String,
    "loser": pl.String,
    "units": NUMBER,
    "from_on": pl.Date,
    "until_on": pl.Date,
    "unit_days": NUMBER,
    "live_unit_days_most": NUMBER,
    "cost_usd": NUMBER,
}
PATHS: dict[str, pl.DataType | type[pl.DataType]] = {
    "customer": pl.String,
    "sku": pl.String,
    "day_on": pl.Date,
    "units_in_fact": NUMBER,
    "units_by_policy": NUMBER,
}
_HOURS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Adherence:
    """How far what happened departs from a policy.

    Attributes:
        departures: One row per SKU, winner and loser: the most units at once, the first day and the first after
            the last, unit-days over the horizon, how many of those can have been live at the most: beyond what
            the winner would have had live by the policy (empty where the units lay in stock), and what all cost
            at the SKU's rent (empty where it has none).
        unit_days: The sum of all departures, in units and days.
        delivered_unit_days: What customers had received in fact, in units and days, for comparison.
        paths: What each customer had received of each SKU from the first day of the plan on, in fact and by the
            policy: one row for each day on which either changes, by customer, SKU and day.
        policy: What was compared with.
        view: Which statements were looked at.
    """

    departures: pl.DataFrame
    unit_days: Decimal
    delivered_unit_days: Decimal
    paths: pl.DataFrame
    policy: Policy
    view: View


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
    before = _before_decisions(world)
    booked = draft_plan(world, replace(chosen, rule=Rule.AS_BOOKED)).allocations
    fair = draft_plan(before, chosen).allocations
    in_fact = [*_shipped(world), *_received(booked)]
    by_policy = list(_received(fair))
    matched = _Matching(world, live_ahead=_live_ahead(before, _decided(world, booked), by_policy=fair))
    paths: list[_Path] = []
    for sku in sorted({sku for sku, *_ in (*in_fact, *by_policy)}):
        steps, policy_steps = _steps(in_fact, sku), _steps(by_policy, sku)
        matched.add(sku, steps, by_policy=policy_steps)
        paths.extend(_paths(sku, steps, by_policy=policy_steps))
    end_on = world.settings.calendar.end_on
    delivered = sum(units * max(0, (end_on - day).days) for _, _, day, units in in_fact)
    return Adherence(
        departures=matched.table(),
        unit_days=_decimal(matched.unit_days),
        delivered_unit_days=_decimal(delivered),
        paths=frame_of(sorted(paths), columns=PATHS),
        policy=chosen,
        view=world.view,
    )


Receipt = tuple[str, str, dt.date, int]  # SKU, customer, day, millionths of a unit
_Path = tuple[str, str, dt.date, Decimal, Decimal]  # A row of `paths`.
_Live = Mapping[tuple[str, str], Sequence[tuple[dt.date, int]]]  # By customer and SKU: day, millionths.


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


def _decided(world: World, booked: pl.DataFrame) -> pl.DataFrame:
    """Return what happened as rows that can be replayed: shipments within the horizon, then lots as booked."""
    columns = ["order", "sku", "site", "round_on", "units", "lot"]
    later = booked.with_columns(lot=pl.lit(None, dtype=pl.String)).select(columns)
    if "shipments" not in world.tables:
        return later
    calendar = world.settings.calendar
    is_decision = pl.col("shipped_on").is_between(calendar.start_on, calendar.end_on, closed="left")
    is_known = pl.col("order").is_in(world.table("orders")["order"].implode())
    shipped = world.table("shipments").filter(is_decision & is_known)
    shipped = shipped.with_columns(round_on="shipped_on", units=pl.col("quantity").cast(NUMBER))
    return pl.concat([shipped.select(columns), later])


def _live_ahead(world: World, decided: pl.DataFrame, *, by_policy: pl.DataFrame) -> _Live:
    """Return how many more units each customer runs of each SKU in fact than by the policy, where that changes."""
    added: dict[tuple[str, str], dict[dt.date, int]] = {}
    for sign, allocations in ((1, decided), (-1, by_policy)):
        before: dict[tuple[str, str, str], int] = {}
        for party, site, sku, day, live, _ in replay(world, allocations).live.iter_rows():
            units = sign * int(live * MILLION)
            on_day = added.setdefault((party, sku), {})
            on_day[day] = on_day.get(day, 0) + units - before.get((party, site, sku), 0)
            before[party, site, sku] = units
    return {
        key: list(zip(sorted(on_day), accumulate(on_day[day] for day in sorted(on_day)), strict=True))
        for key, on_day in added.items()
    }


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


def _paths(
    sku: str,
    in_fact: Mapping[dt.date, Mapping[str, int]],
    *,
    by_policy: Mapping[dt.date, Mapping[str, int]],
) -> Iterable[_Path]:
    """Return what each customer has received of one SKU by each day on which either future gives it some."""
    sums: dict[str, list[int]] = {}
    for day in sorted({*in_fact, *by_policy}):
        given, fair = in_fact.get(day, {}), by_policy.get(day, {})
        for customer in sorted({*given, *fair}):
            sum_of = sums.setdefault(customer, [0, 0])
            sum_of[0] += given.get(customer, 0)
            sum_of[1] += fair.get(customer, 0)
            yield customer, sku, day, _decimal(sum_of[0]), _decimal(sum_of[1])


@dataclass(slots=True)
class _Departure:
    """What one winner was ahead at one loser's cost so far, in millionths of a unit."""

    units: int
    from_on: dt.date
    until_on: dt.date
    unit_days: int
    live_unit_days: int


class _Matching:
    """Matches who is ahead with who is behind, stretch by stretch."""

    def __init__(self, world: World, *, live_ahead: _Live) -> None:
        self._live_ahead = live_ahead
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
        turns = {day for (_, one), points in self._live_ahead.items() if one == sku for day, _ in points}
        days = sorted({*in_fact, *by_policy, *turns})
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
            known = self._found.setdefault((sku, winner, loser), _Departure(0, first, then, 0, 0))
            known.units = max(known.units, units)
            known.until_on = then
            known.unit_days += units * days
            # To whom a customer owes the units it runs on top, where it is ahead of several, nobody can say.
            known.live_unit_days += min(units, self._runs_more(winner, sku=sku, day=first)) * days

    def _runs_more(self, customer: str, *, sku: str, day: dt.date) -> int:
        """Return how many more units a customer runs in fact than by the policy; 0 where it runs fewer."""
        points = self._live_ahead.get((customer, sku), ())
        at = bisect_right(points, day, key=lambda point: point[0])
        return max(0, points[at - 1][1]) if at else 0

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
                None if key[1] == STOCK else _decimal(one.live_unit_days),
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
