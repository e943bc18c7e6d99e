"""The most live unit-days that any division of the scope's lots could reach: the future ``best``.

A linear program over the whole horizon, solved exactly. Its variables are units of each SKU that go live at a site
on a day, and units of each order that a site gives; it keeps supply, room, users, cooling and quantities, and
knows nothing of windows, tiers, quotas, least shipments and lots. It is a bound and no advice: nobody can
have more live unit-days.

With one SKU in the scope, shipped in whole lots, a site's power counts in whole units and the program is a network,
whose best corner is whole. Among divisions that are equally live, all ships as soon as it arrives: least is held.

Source: ``docs/concepts/assessment.md``, "The best that could be".
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from apportion.model.plan import MILLION
from apportion.model.room import Draw, Room, Rooms
from apportion.model.world import World
from apportion.study.book import Book, Line
from apportion.study.entries import Entry, EntryMaker, in_stock_order, read_horizon
from apportion.study.outcome import Outcome
from apportion.study.replay import Switch
from apportion.study.stock import count_held_of_lots
from apportion.study.vertex import Limit, best_corner

_NONE = Fraction(0)
Places = dict[tuple[str, str], list[int]]  # The days on which units of a SKU may go live at a site.


@dataclass(frozen=True, slots=True)
class _Live:
    """Units, in millionths, of a SKU that go live at a site on a day and for an order."""

    sku: str
    site: str
    day: int
    order: str
    units: int


def best_outcome(world: World, *, book: Book, rooms: Rooms, others: Iterable[Outcome] = ()) -> Outcome:
    """Return the division with most live unit-days.

    Args:
        world: The facts of the scope.
        book: Its lots and orders.
        rooms: The room of its sites.
        others: Divisions that are known. The best corner may part units finer than millionths; where it has fewer
            live unit-days than one of these once it is cut down to them, that one is returned.
    """
    horizon = read_horizon(world)
    program = _Program(book, rooms, is_whole=world.settings.policy.whole_lots)
    maker = EntryMaker.of(world, rooms=rooms)
    live, most = program.solve()
    entries, switches = _shipped(book, live, maker=maker)
    ordered = in_stock_order(entries)
    corner = Outcome(
        entries=tuple(ordered),
        switches=tuple(switches),
        held=count_held_of_lots(world, ordered, horizon=horizon),
        horizon=horizon,
    )
    # What has more than the proven most is no division at all, and is not taken for one.
    reached = [one for one in others if one.all_live_days() <= most * MILLION]
    return max([corner, *reached], key=lambda one: one.all_live_days())


class _Program:
    """The linear program of one scope: rows of whole numbers over units."""

    def __init__(self, book: Book, rooms: Rooms, *, is_whole: bool) -> None:
        self._book = book
        self._rooms = rooms
        self._limits: list[Limit] = []
        self._count = 0
        self._lots: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for lot in book.lots.values():
            if lot.arrives < book.end and lot.units:
                self._lots[lot.sku].append((max(lot.arrives, book.start), lot.units))
        # Of a policy that parts units, a division in whole ones would be no bound.
        self._is_whole = is_whole and len(self._lots) == 1
        self._options = [
            (line, sku, site)
            for line in book.lines.values()
            if line.open
            for sku in line.rates
            for site in line.sites
            if sku in self._lots and self._is_usable(line, sku=sku, site=site)
        ]
        self._days: Places = {
            (sku, site): self._live_days(sku, site)
            for sku, site in sorted({(sku, site) for _, sku, site in self._options})
        }
        self._live = {
            (sku, site, day): self._new() for (sku, site), days in self._days.items() for day in days
        }
        self._given = {(line.order, sku, site): self._new() for line, sku, site in self._options}

    def solve(self) -> tuple[list[_Live], Fraction]:
        """Return what goes live where, when and for whom, in millionths, and the most unit-days before that cut."""
        self._add_supply()
        for site in sorted({site for _, site in self._days}):
            self._add_room(site)
        self._add_orders()
        worth = {variable: self._book.end - day for (_, _, day), variable in self._live.items()}
        corner = best_corner(self._limits, worth, count=self._count)
        most = sum((corner.get(one, _NONE) * days for one, days in worth.items()), start=_NONE)
        return list(self._read(corner)), most

    def _new(self) -> int:
        self._count += 1
        return self._count - 1

    def _is_usable(self, line: Line, *, sku: str, site: str) -> bool:
        return self._rooms.may_use(line.customer, site=site) and self._rooms.is_cooled(sku, site=site)

    def _live_days(self, sku: str, site: str) -> list[int]:
        """Return the days on which more can go live: when units arrive, and when room rises."""
        room = self._rooms.sites[site]
        arrivals = [day + room.lead_days for day, _ in self._lots[sku]]
        rises = [day.toordinal() for day in room.change_days()]
        first = min(arrivals)
        return sorted({day for day in (*arrivals, *rises) if first <= day < self._book.end})

    def _add(self, coefficients: Mapping[int, int], limit: int | Fraction) -> None:
        if coefficients:
            self._limits.append(Limit(coefficients, Fraction(limit)))

    def _add_supply(self) -> None:
        """No more goes live than has arrived in time to ship; what has not waits for the next arrival."""
        for sku, lots in self._lots.items():
            latest = {
                (site, day): day - self._rooms.sites[site].lead_days
                for (one, site), days in self._days.items()
                if one == sku
                for day in days
            }
            days = sorted({day for day, _ in lots})
            shipped: dict[int, dict[int, int]] = defaultdict(dict)
            for (site, at), ships in latest.items():
                shipped[bisect_right(days, ships) - 1][self._live[sku, site, at]] = 1
            kept: dict[int, int] = {}
            for place, day in enumerate(days):
                arrived = sum(units for arrives, units in lots if arrives == day)
                waiting = {self._new(): 1} if day is not days[-1] else {}
                self._add(shipped[place] | waiting | kept, arrived)
                kept = dict.fromkeys(waiting, -1)

    def _add_room(self, site: str) -> None:
        """No more is live at a site than it has room for; the last day of each room suffices."""
        skus = [sku for sku, one in self._days if one == site]
        by_room: dict[Room, int] = {}
        for day in sorted({day for sku in skus for day in self._days[sku, site]}):
            by_room[self._rooms.sites[site].room_from(dt.date.fromordinal(day))] = day
        draws = {sku: self._rooms.unit_draw(sku, site=site) for sku in skus}
        for room, last in by_room.items():
            live = {
                variable: draws[sku]
                for (sku, one, day), variable in self._live.items()
                if one == site and day <= last
            }
            if self._is_whole:
                most = _whole_units(room, draw=draws[skus[0]])
                if most is not None:
                    self._add(dict.fromkeys(live, 1), most)
                continue
            for resource, limit in enumerate(room):
                if limit is not None:
                    self._add({one: draw[resource] for one, draw in live.items()}, limit)

    def _add_orders(self) -> None:
        """What goes live is given to orders, and no order is given more than it still wants."""
        for (sku, site), days in self._days.items():
            live = {self._live[sku, site, day]: 1 for day in days}
            given = {
                variable: -1 for (_, one, at), variable in self._given.items() if (one, at) == (sku, site)
            }
            self._add(live | given, 0)
        filled: dict[str, dict[int, int]] = defaultdict(dict)
        for (order, sku, _), variable in self._given.items():
            filled[order][variable] = self._book.lines[order].rates[sku]
        for order, rates in filled.items():
            still_open = self._book.lines[order].open
            if self._is_whole:
                rate = next(iter(rates.values()))
                self._add(dict.fromkeys(rates, 1), still_open // (rate * MILLION))
            else:
                self._add(rates, Fraction(still_open, MILLION))

    def _read(self, values: Mapping[int, Fraction]) -> Iterator[_Live]:
        """Yield the solution, the units that go live first to the orders that come first."""
        given: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
        for (order, sku, site), variable in self._given.items():
            given[sku, site].append((order, _millionths(values.get(variable, _NONE))))
        for (sku, site), days in self._days.items():
            live = [[day, _millionths(values.get(self._live[sku, site, day], _NONE))] for day in days]
            on_days = [place for place in live if place[1]]
            for order, asked in given[sku, site]:
                wanted = asked
                for place in on_days:
                    units = min(wanted, place[1])
                    if units:
                        wanted -= units
                        place[1] -= units
                        yield _Live(sku, site, place[0], order, units)


def _whole_units(room: Room, *, draw: Draw) -> int | None:
    """Return how many whole units of one SKU a room takes; None: no limit."""
    fits = [limit // each for limit, each in zip(room, draw, strict=True) if limit is not None and each]
    return min(fits, default=None)


def _millionths(units: Fraction) -> int:
    """Return units in millionths, cut down: a bound is never stated higher than it is reached."""
    return int(units * MILLION)


def _shipped(book: Book, live: Iterable[_Live], *, maker: EntryMaker) -> tuple[list[Entry], list[Switch]]:
    """Return the entries and switches of a solution: each unit ships as soon as it arrives.

    What goes live first takes what arrived first. What never goes live ships too, where an order has room.
    """
    left = {lot.lot: lot.units * MILLION for lot in book.lots.values() if lot.arrives < book.end}
    still_open = {line.order: line.open for line in book.lines.values()}
    entries: list[Entry] = []
    switches: list[Switch] = []

    def ship(order: str, *, sku: str, site: str, units: int) -> Iterator[Entry]:
        for lot in book.lots.values():
            given = min(units, left.get(lot.lot, 0)) if lot.sku == sku else 0
            if given:
                left[lot.lot] -= given
                units -= given
                still_open[order] -= given * book.lines[order].rates[sku]
                day = max(lot.arrives, book.start)
                yield maker.entry(order, lot=lot.lot, sku=sku, site=site, ships=day, units=given)

    lead = {site: room.lead_days for site, room in maker.rooms.sites.items()}
    for one in sorted(live, key=lambda one: (one.day - lead[one.site], one.day, one.order, one.site)):
        for entry in ship(one.order, sku=one.sku, site=one.site, units=one.units):
            entries.append(entry)
            switches.append(Switch(entry, one.day, entry.units))
    for line in book.lines.values():
        for sku, rate in line.rates.items():
            entries.extend(
                ship(line.order, sku=sku, site=line.sites[0], units=still_open[line.order] // rate)
            )
    return entries, switches
