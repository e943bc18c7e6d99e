"""Allocations → the entries of the queues in which units wait for room.

An entry is one row of a plan: units of one order that ship to one site on one day. Days are ordinals, units
are millionths, so that all that follows is exact in whole numbers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from apportion.model.accepts import parse_accepted
from apportion.model.plan import MILLION
from apportion.model.room import Draw, Rooms, later, millionths
from apportion.model.world import World


@dataclass(frozen=True, slots=True)
class Horizon:
    """The days that are counted.

    Attributes:
        start: First day, as an ordinal.
        end: First day after it.
    """

    start: int
    end: int

    def days_from(self, day: int) -> int:
        """Return how many days of the horizon are left from `day` on."""
        return max(0, self.end - max(day, self.start))

    def days_between(self, first: int, until: int) -> int:
        """Return how many days of the horizon lie from `first` to before `until`."""
        return max(0, min(until, self.end) - max(first, self.start))


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Units of one order that ship to one site on one day.

    Attributes:
        party: The customer, who receives them.
        sku: The SKU.
        site: The site.
        ships: The day they leave the stock.
        arrives: The day they are delivered and commissioned: `lead_days` later, no earlier than the start.
        units: Millionths of a unit.
        grain: What goes live together: a whole unit, or a millionth where the entry is not whole.
        draw: What one unit takes of the site.
        is_usable: Whether the customer may use the site and the site can cool the SKU.
        place: Its place among entries of one day: canonical order, lot, SKU and site as the order ranks them.
    """

    party: str
    sku: str
    site: str
    ships: int
    arrives: int
    units: int
    grain: int
    draw: Draw
    is_usable: bool
    place: tuple[int, str, int, str, int, str, int]

    @property
    def lot(self) -> str:
        """Return the lot it comes from; empty where that is not known."""
        return self.place[1]

    @property
    def kind(self) -> tuple[Draw, int]:
        """Return what decides whether a part of it fits: entries of one kind fit or fail alike."""
        return self.draw, self.grain


def read_horizon(world: World) -> Horizon:
    """Return the days of a world's plan."""
    calendar = world.settings.calendar
    return Horizon(calendar.start_on.toordinal(), calendar.end_on.toordinal())


def sku_rates(skus: Sequence[str]) -> dict[str, int]:
    """Return the millionths of ordered units that one unit of each accepted SKU fills, best first.

    >>> sku_rates(["H100", "B200:2.5"])
    {'H100': 1000000, 'B200': 2500000}
    """
    rates: dict[str, int] = {}
    for sku, rate in map(parse_accepted, skus):
        if rate is not None:
            rates.setdefault(sku, rate)
    return rates


@dataclass(frozen=True, slots=True)
class OrderRank:
    """What places the entries of one order.

    Attributes:
        rank: Its place in canonical order.
        customer: Who receives.
        skus: The place of each accepted SKU, best first.
        sites: The place of each accepted site.
    """

    rank: int
    customer: str
    skus: Mapping[str, int]
    sites: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryMaker:
    """Makes the entries of one world.

    Attributes:
        orders: Every order of the world.
        rooms: The room of its sites.
        start: The first day of the plan, as an ordinal.
    """

    orders: Mapping[str, OrderRank]
    rooms: Rooms
    start: int

    @classmethod
    def of(cls, world: World, *, rooms: Rooms) -> EntryMaker:
        """Return what makes the entries of a world."""
        return cls(orders=ranked_orders(world), rooms=rooms, start=read_horizon(world).start)

    def entry(self, order: str, *, lot: str, sku: str, site: str, ships: int, units: int) -> Entry:
        """Return the entry of millionths of a unit that ship on a day."""
        ranked, rooms = self.orders[order], self.rooms
        arrives_on = later(dt.date.fromordinal(ships), days=rooms.sites[site].lead_days)
        skus, sites = ranked.skus, ranked.sites
        return Entry(
            party=ranked.customer,
            sku=sku,
            site=site,
            ships=ships,
            arrives=max(self.start, arrives_on.toordinal()),
            units=units,
            grain=MILLION if units % MILLION == 0 else 1,
            draw=rooms.unit_draw(sku, site=site),
            is_usable=rooms.may_use(ranked.customer, site=site) and rooms.is_cooled(sku, site=site),
            place=(ranked.rank, lot, skus.get(sku, len(skus)), sku, sites.get(site, len(sites)), site, units),
        )


def read_entries(world: World, allocations: pl.DataFrame, *, rooms: Rooms) -> list[Entry]:
    """Return the entries of a plan, rows of no units left out, in the order in which they leave the stock.

    Args:
        world: The facts.
        allocations: Columns order, sku, site, round_on and units; also lot where it is known.
        rooms: The room of the world's sites.
    """
    columns = ["order", "sku", "site", "round_on"]
    lots = (
        allocations["lot"].fill_null("").to_list()
        if "lot" in allocations.columns
        else [""] * len(allocations)
    )
    rows = zip(*(allocations[column].to_list() for column in columns), strict=True)
    units = millionths(allocations["units"])
    maker = EntryMaker.of(world, rooms=rooms)
    entries = [
        maker.entry(order, lot=lot, sku=sku, site=site, ships=round_on.toordinal(), units=amount)
        for (order, sku, site, round_on), lot, amount in zip(rows, lots, units, strict=True)
        if amount
    ]
    return in_stock_order(entries)


def in_stock_order(entries: Iterable[Entry]) -> list[Entry]:
    """Return entries in the order in which they leave the stock."""
    return sorted(entries, key=lambda entry: (entry.ships, entry.place))


def ranked_orders(world: World) -> dict[str, OrderRank]:
    """Return each order's rank in canonical order, its customer, and the ranks of its SKUs and sites."""
    orders = world.table("orders")
    dates = orders.select("requested_on", "promised_on", "placed_on", "order").rows()
    names = [(*map(_dated, row[:3]), row[3]) for row in dates]
    facts = orders.select("order", "customer", "skus", "sites").rows()
    ranked = {}
    for rank, (_, (order, customer, skus, sites)) in enumerate(
        sorted(zip(names, facts, strict=True), key=lambda pair: pair[0])
    ):
        ranked[order] = OrderRank(rank, customer, _ranks(sku_rates(skus)), _ranks(sites))
    return ranked


def _dated(day: dt.date | None) -> tuple[bool, dt.date]:
    """Return what sorts a date, an empty one last."""
    return day is None, day or dt.date.max


def _ranks(names: Iterable[str]) -> dict[str, int]:
    return {name: rank for rank, name in enumerate(dict.fromkeys(names))}
