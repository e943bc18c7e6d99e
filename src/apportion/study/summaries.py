"""A plan in two small tables: what each customer came to, and what each site carries round by round."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import polars as pl

from apportion.calendar import Calendar
from apportion.model.plan import CUSTOMERS, MILLION, SITES
from apportion.model.policy import Policy
from apportion.model.room import NO_DRAW, SiteRoom, millionths, read_rooms
from apportion.model.world import World
from apportion.study.entries import Entry, read_entries, sku_rates
from apportion.study.frames import frame_of, in_units
from apportion.study.replay import Replay

# Ordered units are counted in 10**-12: millionths of a unit times a rate in millionths.
ORDERED = MILLION * MILLION
_FILLED_PLACES = 12


class _Asked(NamedTuple):
    """What one order counts for its customer, in parts of 10**-12 of an ordered unit."""

    customer: str
    ordered: int
    filled: int


def customers_table(
    world: World, allocations: pl.DataFrame, *, policy: Policy, outcome: Replay
) -> pl.DataFrame:
    """Return what each customer ordered, got and runs: one row per customer that has an order, by id.

    Ordered and filled are counted over the orders whose commitment the policy plans; a closed order counts as
    ordered what its shipments filled. The filled share is cut down to a millionth, and empty where nothing is
    ordered; `ordered` is rounded up to a whole ordered unit.

    Args:
        world: The facts.
        allocations: What the plan ships.
        policy: The rules it was made under.
        outcome: What became of it.
    """
    ordered: dict[str, int] = dict.fromkeys(world.table("orders")["customer"].to_list(), 0)
    filled = dict(ordered)
    for asked in _asked(world, allocations, policy=policy):
        ordered[asked.customer] += asked.ordered
        filled[asked.customer] += asked.filled
    parties = world.table("parties")
    weights = dict(zip(parties["party"].to_list(), millionths(parties["weight"]), strict=True))
    at_end = _sums(outcome.live.group_by("party", "site", "sku", maintain_order=True).last(), "live_units")
    days = {column: _sums(outcome.days, column) for column in CUSTOMERS if column.endswith("_days")}
    rows = []
    for customer in sorted(ordered):
        share = filled[customer] * MILLION // ordered[customer] if ordered[customer] else None
        row = [
            customer,
            -(-ordered[customer] // ORDERED),
            in_units(filled[customer], places=_FILLED_PLACES),
            None if share is None else in_units(share),
            in_units(weights.get(customer, MILLION)),
            in_units(at_end[customer]),
            *(in_units(days[column][customer]) for column in days),
        ]
        rows.append(row)
    return frame_of(rows, columns=CUSTOMERS)


def _asked(world: World, allocations: pl.DataFrame, *, policy: Policy) -> Iterator[_Asked]:
    orders = (
        world.table("orders").select("order", "customer", "skus", "quantity", "status", "commitment").rows()
    )
    rates = {order: sku_rates(skus) for order, _, skus, *_ in orders}
    gone: dict[str, int] = defaultdict(int)
    for order, sku, quantity in world.table("shipments").select("order", "sku", "quantity").iter_rows():
        gone[order] += quantity * MILLION * rates.get(order, {}).get(sku, MILLION)
    planned: dict[str, int] = defaultdict(int)
    shipped = allocations.select("order", "sku").iter_rows()
    for (order, sku), units in zip(shipped, millionths(allocations["units"]), strict=True):
        planned[order] += units * rates.get(order, {}).get(sku, MILLION)
    for order, customer, _, quantity, status, commitment in orders:
        if commitment in policy.commitments:
            ordered = gone[order] if status == "closed" else quantity * ORDERED
            yield _Asked(customer, ordered, gone[order] + planned[order])


def _sums(frame: pl.DataFrame, column: str) -> defaultdict[str, int]:
    sums: defaultdict[str, int] = defaultdict(int)
    for party, value in zip(frame["party"].to_list(), millionths(frame[column]), strict=True):
        sums[party] += value
    return sums


def sites_table(world: World, allocations: pl.DataFrame) -> pl.DataFrame:
    """Return what each site has and would draw: its first round, and each in which one of the three changes.

    `power_kw` is the power of the step in force on the round's day. `load_kw` and `units` are what would be
    drawn and stand there that day if all that is delivered were on: fleet, shipments, and what the plan
    delivers by then. A load of fractions of a unit is rounded up to a milliwatt.

    Args:
        world: The facts.
        allocations: What the plan ships.
    """
    rooms = read_rooms(world)
    by_site: dict[str, list[Entry]] = {site: [] for site in rooms.sites}
    for entry in read_entries(world, allocations, rooms=rooms):
        by_site[entry.site].append(entry)
    calendar = world.settings.calendar
    rows: list[tuple[object, ...]] = []
    for site in sorted(by_site):
        rows.extend(_site_rows(rooms.sites[site], entries=by_site[site], calendar=calendar))
    return frame_of(rows, columns=SITES)


def _site_rows(room: SiteRoom, *, entries: list[Entry], calendar: Calendar) -> Iterator[tuple[object, ...]]:
    queue = sorted(entries, key=lambda entry: entry.arrives)
    days = {*room.change_days(), *(dt.date.fromordinal(entry.arrives) for entry in queue)}
    delivered, position, before = NO_DRAW, 0, None
    for number in sorted({0, *(calendar.first_round(day) for day in days)}):
        if number >= len(calendar):
            return
        day = calendar.rounds[number]
        while position < len(queue) and queue[position].arrives <= day.toordinal():
            delivered = delivered.plus(queue[position].draw.times(queue[position].units))
            position += 1
        stands = room.draw_on(day).times(MILLION).plus(delivered)
        load_milliwatt = -(-stands.power_milliwatt // MILLION)
        row = (room.limit_on(day).power_milliwatt, load_milliwatt, stands.units)
        if row != before:
            yield (room.site, day, *(in_units(value) for value in row))
        before = row
