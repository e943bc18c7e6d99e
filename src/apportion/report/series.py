"""The lines of the charts: running totals and levels, as points only where something changes.

A line holds its value from one point to the next. Days are kept as days; the page turns them into numbers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from apportion.calendar import Calendar
from apportion.model.plan import Plan
from apportion.model.world import World
from apportion.report.cells import AT_A_SITE, read_resource

MOST_POINTS = 600
ZERO = Decimal(0)
Point = tuple[dt.date, Decimal]
Points = tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chart.

    Attributes:
        role: What it shows: ``supply``, ``ordered``, ``shipped``, ``entitled``, ``power`` or ``load``.
        points: Day and value, ascending; the value holds until the next point.
    """

    role: str
    points: Points

    @property
    def last(self) -> Decimal:
        """Return the value at the end; 0 where there is none."""
        return self.points[-1][1] if self.points else ZERO

    def at(self, days: Sequence[dt.date]) -> list[Decimal]:
        """Return the value on each of some ascending days; 0 before the first point."""
        values, index, value = [], 0, ZERO
        for day in days:
            while index < len(self.points) and self.points[index][0] <= day:
                value = self.points[index][1]
                index += 1
            values.append(value)
        return values


def running(pairs: Iterable[Point], calendar: Calendar) -> Points:
    """Return a running total over the horizon; what is dated before it counts on its first day.

    >>> from apportion.calendar import RoundLength
    >>> january = Calendar(dt.date(2024, 1, 1), dt.date(2024, 2, 1), length=RoundLength.DAY)
    >>> [(day.day, int(value)) for day, value in running([(dt.date(2023, 5, 1), Decimal(2))], january)]
    [(1, 2)]
    """
    added: dict[dt.date, Decimal] = {calendar.start_on: ZERO}
    for day, amount in pairs:
        if day < calendar.end_on:
            held = max(day, calendar.start_on)
            added[held] = added.get(held, ZERO) + amount
    points: list[Point] = []
    value = ZERO
    for day in sorted(added):
        value += added[day]
        points.append((day, value))
    return changes(points)


def changes(points: Sequence[Point]) -> Points:
    """Return the points where the value changes, thinned to an even choice where they are too many."""
    kept = [point for index, point in enumerate(points) if not index or points[index - 1][1] != point[1]]
    if len(kept) <= MOST_POINTS:
        return tuple(kept)
    chosen = {round(index * (len(kept) - 1) / (MOST_POINTS - 1)) for index in range(MOST_POINTS)}
    return tuple(kept[index] for index in sorted(chosen))


def days_of(lines: Iterable[Line]) -> list[dt.date]:
    """Return every day on which one of some lines changes, ascending."""
    return sorted({day for line in lines for day, _ in line.points})


def supply_and_demand(world: World, plan: Plan) -> tuple[Line, Line, Line]:
    """Return supply arrived, ordered units wanted, ordered units shipped; what went before is taken out."""
    calendar = world.settings.calendar
    return (
        Line("supply", running(_arrivals(world), calendar)),
        Line("ordered", running(_wanted(world, plan), calendar)),
        Line("shipped", shipped(world, plan.tables["allocations"])),
    )


def shipped(world: World, allocations: pl.DataFrame) -> Points:
    """Return the running total of ordered units that some allocations fill."""
    by_day = allocations.group_by("round_on").agg(pl.col("filled").sum())
    return running(by_day.rows(), world.settings.calendar)


def _arrivals(world: World) -> list[Point]:
    """Return when units arrive, the first of each SKU less all that shipped already."""
    gone: dict[str, Decimal] = {}
    for sku, quantity in zip(world.shipments["sku"], world.shipments["quantity"], strict=True):
        gone[sku] = gone.get(sku, ZERO) + quantity
    pairs: list[Point] = []
    lots = world.supply.sort(["arrives_on", "lot"]).select("arrives_on", "sku", "quantity")
    for day, sku, quantity in lots.iter_rows():
        used = min(Decimal(quantity), gone.get(sku, ZERO))
        gone[sku] = gone.get(sku, ZERO) - used
        pairs.append((day, quantity - used))
    return pairs


def _wanted(world: World, plan: Plan) -> list[Point]:
    """Return when planned orders want what has not shipped already; a closed one wants nothing more."""
    filled = _filled_already(world)
    is_planned = (pl.col("status") != "closed") & pl.col("commitment").is_in(list(plan.policy.commitments))
    rows = world.orders.filter(is_planned).select("order", "requested_on", "quantity")
    return [(day, max(ZERO, quantity - filled.get(order, ZERO))) for order, day, quantity in rows.iter_rows()]


def _filled_already(world: World) -> dict[str, Decimal]:
    """Return the ordered units that past shipments filled, by order."""
    rates = {
        (order, sku): rate
        for order, accepted in world.orders.select("order", "skus").iter_rows()
        for sku, rate in map(_sku_and_rate, accepted or [])
    }
    filled: dict[str, Decimal] = {}
    for order, sku, quantity in world.shipments.select("order", "sku", "quantity").iter_rows():
        filled[order] = filled.get(order, ZERO) + quantity * rates.get((order, sku), Decimal(1))
    return filled


def _sku_and_rate(accepted: str) -> tuple[str, Decimal]:
    sku, _, rate = accepted.rpartition(":")
    is_rate = bool(sku) and rate.replace(".", "", 1).isdecimal()
    return (sku, Decimal(rate)) if is_rate else (accepted, Decimal(1))


def receipts(
    world: World, plan: Plan, *, customer: str, everyone: Points, weight_share: Decimal
) -> tuple[Line, Line]:
    """Return what a customer received, and its share by weight of all that shipped so far.

    Args:
        world: The facts.
        plan: The plan.
        customer: The customer.
        everyone: What all customers received, as `shipped` gives it.
        weight_share: Its part of the weights of all customers, from 0 to 1.
    """
    own = plan.tables["allocations"].filter(pl.col("customer") == customer)
    entitled = tuple((day, value * weight_share) for day, value in everyone)
    return Line("shipped", shipped(world, own)), Line("entitled", entitled)


def power_and_load(plan: Plan, *, site: str) -> tuple[Line, Line]:
    """Return the power of a site and its load, in kW; no power is 0."""
    rows = plan.tables["sites"].filter(pl.col("site") == site).sort("round_on")
    days = rows["round_on"].to_list()
    power = [value or ZERO for value in rows["power_kw"]]
    load = [value or ZERO for value in rows["load_kw"]]
    return (
        Line("power", changes(list(zip(days, power, strict=True)))),
        Line("load", changes(list(zip(days, load, strict=True)))),
    )


def sites_that_matter(plan: Plan) -> list[str]:
    """Return the sites that receive units or hold some up, those with most units first."""
    allocations, shortages = plan.tables["allocations"], plan.tables["shortages"]
    units = dict(allocations.group_by("site").agg(pl.col("units").sum()).rows())
    for cell in shortages["resource"].unique():
        resource = read_resource(cell)
        if resource is not None and resource.kind in AT_A_SITE:
            units.setdefault(resource.name, ZERO)
    known = set(plan.tables["sites"]["site"])
    return sorted(known & set(units), key=lambda site: (-units[site], site))
