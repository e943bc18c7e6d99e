"""What exchanges could gain at the most, counted day by day: cheap bounds that say where to look.

On no day can more units of a SKU be live than have arrived at those who take part and in the stock, nor more than
their sites power and their orders want. The sum over the days of the smaller of the two, less what is live as booked,
is a bound for every exchange of a customer, of two, or of all at once. All numbers are whole, so each bound is exact.

For many pairs at once the same is counted more coarsely first: up to some day T by room, from T on by supply. Each
such sum is a bound, and it adds up over the two customers, so that all pairs are looked at in a few sums of arrays.

Source: ``docs/concepts/assessment.md``, "Suggestions".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from apportion.model.plan import MILLION
from apportion.model.room import Draw, Room
from apportion.study.book import Line, Lot
from apportion.study.exchange import Market

Days: TypeAlias = npt.NDArray[np.int64]  # Units on each stretch of days.
Sums: TypeAlias = npt.NDArray[np.float64]
_TURNS = 24  # So many days T are tried.
_MOST_PAIRS = 50_000  # So many pairs are kept, the most promising; of the others the most they could gain.
_ROWS = 128  # Customers looked at together with all others.


@dataclass(slots=True)
class _Side:
    """One SKU of one customer: units arrived and units that could run, on each stretch of days.

    Attributes:
        arrived: Units of its lots.
        wanted: Units that its orders want and its sites have room for.
        gives: Whether it has lots of it.
        takes: Whether an order may receive it, even where it never runs: that too makes room for others.
    """

    arrived: Days
    wanted: Days
    gives: bool
    takes: bool


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs by what they could gain.

    Attributes:
        bounded: Millionths of unit-days and the two customers, the most first.
        others: How many pairs more there are that could gain anything.
        others_most: What the best of those could gain.
    """

    bounded: list[tuple[int, str, str]]
    others: int = 0
    others_most: int = 0


@dataclass(slots=True)
class _Customer:
    """What bounds one customer.

    Attributes:
        sides: By SKU.
        most: Units that could run at all on each stretch of days, whatever their SKU.
        live: Millionths of unit-days live as booked.
        free: Units that its orders want beside what they are booked. No more of the stock can go to them, since what
            they are booked stays among them.
        others: Millionths of unit-days that others could gain at its sites.
        is_beside_others: Whether another customer's order may receive units at one of its sites.
    """

    most: Days
    free: int
    live: int = 0
    others: int = 0
    is_beside_others: bool = False
    sides: dict[str, _Side] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pool:
    """One SKU of all customers that have or want it.

    Attributes:
        places: Which customers.
        turned: float64[customer, T], millionths of unit-days: room before a day T and supply from it on.
        served: The same with what each could receive of the stock.
        stock: The same of the stock, by T.
        alone: What each could have live without the others.
        gives: Who has lots of it.
        takes: Whose orders may receive it.
    """

    places: Days
    turned: Sums
    served: Sums
    stock: list[float]
    alone: Sums
    gives: npt.NDArray[np.bool_]
    takes: npt.NDArray[np.bool_]


class Daily:
    """The bounds of one market in the case of its view."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self._orders_at: dict[str, list[tuple[Line, str]]] = defaultdict(list)
        for line in market.book.lines.values():
            for sku in line.rates:
                for site in line.sites if line.open else ():
                    if market.is_usable(line, sku=sku, site=site):
                        self._orders_at[site].append((line, sku))
        self._lead = self._leads()
        self._starts = self._event_days()
        self._lengths = np.diff(np.append(self._starts, market.book.end)).astype(np.int64)
        # No more than this can be live of anything: it stands in for "not limited".
        self._plenty = 1 + sum(lot.units for lot in market.book.lots.values())
        self._rooms: dict[tuple[str, Draw], Days] = {}
        self._stock = {sku: self._arrived("", sku=sku) for sku in self._lead}
        live = market.live(market.case)
        self._customers = {name: self._read(name, live=live.get(name, 0)) for name in market.customers}

    def _leads(self) -> dict[str, int]:
        """Return the shortest lead of each SKU at any site where an order may have it."""
        leads: dict[str, int] = {}
        for site, orders in self._orders_at.items():
            lead = self._market.rooms.sites[site].lead_days
            for _, sku in orders:
                leads[sku] = min(leads.get(sku, lead), lead)
        return leads

    def _event_days(self) -> Days:
        book = self._market.book
        days = {book.start}
        for lot in book.lots.values():
            if lot.sku in self._lead:
                days.add(self._first_day(lot))
        for site in self._orders_at:
            days.update(day.toordinal() for day in self._market.rooms.sites[site].change_days())
        return np.array(sorted(day for day in days if book.start <= day < book.end), dtype=np.int64)

    def _first_day(self, lot: Lot) -> int:
        """Return the first day on which units of a lot could be live anywhere; none is after the end."""
        book = self._market.book
        return min(max(lot.arrives, book.start) + self._lead[lot.sku], book.end)

    def _arrived(self, owner: str, *, sku: str) -> Days:
        units = np.zeros(len(self._starts), dtype=np.int64)
        for lot in self._market.lots_of.get(owner, ()):
            if lot.sku == sku:
                units[np.searchsorted(self._starts, self._first_day(lot)) :] += lot.units
        return units

    def _room(self, site: str, *, draw: Draw) -> Days:
        """Return the units of one draw that a site has room for on each stretch of days."""
        found = self._rooms.get((site, draw))
        if found is None:
            room = self._market.rooms.sites[site]
            is_whole = site in self._market.whole_sites
            firsts = np.array([day.toordinal() for day in room.days], dtype=np.int64)
            counts = [self._fit(one.clipped, draw=draw, is_whole=is_whole) for one in room.least]
            places = np.searchsorted(firsts, self._starts, side="right")
            found = self._rooms[site, draw] = np.array(counts, dtype=np.int64)[places]
        return found

    def _fit(self, room: Room, *, draw: Draw, is_whole: bool) -> int:
        fits = [
            limit // each if is_whole else -(-limit // each)
            for limit, each in zip(room, draw, strict=True)
            if limit is not None and each
        ]
        return min([self._plenty, *fits])

    def _read(self, name: str, *, live: int) -> _Customer:
        own = {line.order for line in self._market.lines_of[name]}
        sites = [site for site, orders in self._orders_at.items() if any(o.order in own for o, _ in orders)]
        found = _Customer(most=self._most_of(own, sites=sites), free=self._free(name), live=live)
        given = {lot.sku for lot in self._market.lots_of.get(name, ())}
        taken = {sku for site in sites for line, sku in self._orders_at[site] if line.order in own}
        for sku in sorted((given | taken) & self._lead.keys()):
            found.sides[sku] = _Side(
                arrived=self._arrived(name, sku=sku),
                wanted=self._wanted(sku, own=own, sites=sites),
                gives=sku in given,
                takes=sku in taken,
            )
        for site in sites:
            found.others += self._others_gain(site, name=name)
            found.is_beside_others |= any(line.customer != name for line, _ in self._orders_at[site])
        return found

    def _free(self, name: str) -> int:
        """Return the units that orders of a customer want beside what they are booked, rounded up."""
        lines, parts = self._market.lines_of[name], self._market.parts_of(name)
        if any(rate != MILLION for line in lines for rate in line.rates.values()):
            return self._plenty  # What fills one order by two units may fill another by one.
        left = sum(line.open for line in lines) // MILLION - sum(part.units for part in parts)
        return min(self._plenty, -(-left // MILLION))

    def _wanted(self, sku: str, *, own: set[str], sites: Iterable[str]) -> Days:
        """Return the units of a SKU that orders want and their sites have room for."""
        by_site = np.zeros(len(self._starts), dtype=np.int64)
        by_order: dict[str, tuple[int, Days]] = {}
        for site in sites:
            lines = [line for line, one in self._orders_at[site] if one == sku and line.order in own]
            if not lines:
                continue
            room = self._room(site, draw=self._market.rooms.unit_draw(sku, site=site))
            asked = {line.order: -(-line.open // (line.rates[sku] * MILLION)) for line in lines}
            by_site += np.minimum(room, min(self._plenty, sum(asked.values())))
            for order, units in asked.items():
                before = by_order.get(order, (0, np.zeros_like(by_site)))[1]
                by_order[order] = (min(units, self._plenty), np.minimum(before + room, self._plenty))
        for_orders = np.zeros_like(by_site)
        for units, room in by_order.values():
            for_orders += np.minimum(room, units)
        return np.minimum(by_site, for_orders)

    def _most_of(self, own: set[str], *, sites: Iterable[str]) -> Days:
        """Return the units of all SKUs together that orders want and their sites have room for."""
        total = np.zeros(len(self._starts), dtype=np.int64)
        asked: dict[str, int] = {}
        for site in sites:
            draws = []
            for line, sku in self._orders_at[site]:
                if line.order in own:
                    draws.append(self._market.rooms.unit_draw(sku, site=site).power_milliwatt)
                    units = -(-line.open // (line.rates[sku] * MILLION))
                    asked[line.order] = max(asked.get(line.order, 0), units)
            total += self._room(site, draw=Draw(min(draws), 0, 1))
        return np.minimum(total, min(self._plenty, sum(asked.values())))

    def _others_gain(self, site: str, *, name: str) -> int:
        """Return what others who stand at a site could gain there at the most."""
        others = [entry for entry in self._market.entries.get(site, ()) if entry.party != name]
        if not others:
            return 0
        arrived: dict[Draw, Days] = {}
        for entry in others:
            if entry.is_usable:
                units = arrived.setdefault(entry.draw, np.zeros(len(self._starts), dtype=np.int64))
                first = int(np.searchsorted(self._starts, entry.arrives, side="right")) - 1
                units[max(0, first) :] += -(-entry.units // MILLION)
        could = sum(
            self._days(np.minimum(units, self._room(site, draw=draw))) for draw, units in arrived.items()
        )
        live = sum(
            days
            for (party, one, _), days in self._market.standing(self._market.case).items()
            if one == site and party != name
        )
        return max(0, could - live)

    def _days(self, units: Days) -> int:
        """Return the unit-days of units on each stretch of days, in millionths."""
        return int(units @ self._lengths) * MILLION

    def _nothing(self) -> Days:
        return np.zeros(len(self._starts), dtype=np.int64)

    def _could_run(self, names: Iterable[str]) -> int:
        """Return the millionths of unit-days that some customers could have live at the most."""
        customers = [self._customers[name] for name in names]
        total, most = self._nothing(), self._nothing()
        for sku in sorted({sku for one in customers for sku in one.sides}):
            sides = [one.sides[sku] for one in customers if sku in one.sides]
            arrived = self._usable(sku, customers) + sum((one.arrived for one in sides), self._nothing())
            total += np.minimum(arrived, sum((one.wanted for one in sides), self._nothing()))
        for one in customers:
            most += one.most
        return self._days(np.minimum(total, most))

    def _usable(self, sku: str, customers: Iterable[_Customer]) -> Days:
        """Return the units of the stock that some customers could receive."""
        return np.minimum(self._stock[sku], min(self._plenty, sum(one.free for one in customers)))

    def alone(self, name: str) -> int:
        """Return what exchanges of one customer gain at the most, in millionths of unit-days."""
        one = self._customers[name]
        return max(0, self._could_run([name]) - one.live) + one.others

    def pair(self, name: str, other: str) -> int:
        """Return what exchanges of two customers gain at the most, in millionths of unit-days."""
        both = (self._customers[name], self._customers[other])
        more = self._could_run([name, other]) - sum(one.live for one in both)
        return max(0, more) + sum(one.others for one in both)

    def everybody(self) -> int:
        """Return what exchanges of all customers at once gain at the most, in millionths of unit-days."""
        total = self._nothing()
        everyone = set(self._market.book.lines)
        sites = list(self._orders_at)
        for sku in sorted(self._lead):
            arrived = self._usable(sku, self._customers.values()) + sum(
                (one.sides[sku].arrived for one in self._customers.values() if sku in one.sides),
                self._nothing(),
            )
            total += np.minimum(arrived, self._wanted(sku, own=everyone, sites=sites))
        total = np.minimum(total, self._most_of(everyone, sites=sites))
        return max(0, self._days(total) - sum(one.live for one in self._customers.values()))

    def pairs(self) -> Pairs:
        """Return the pairs that could gain anything by meeting, by coarse bounds."""
        names = self._market.customers
        pools = [self._pool(sku) for sku in sorted(self._lead)]
        found: list[tuple[float, int, int]] = []
        others, others_most = 0, 0.0
        for first in range(0, len(names), _ROWS):
            rows = range(first, min(first + _ROWS, len(names)))
            bounds = self._coarse(rows, pools=pools)
            for row in rows:
                columns = np.nonzero(bounds[row - first, row + 1 :] > 0)[0] + row + 1
                found.extend((float(bounds[row - first, one]), row, int(one)) for one in columns)
            if len(found) > _MOST_PAIRS:
                found.sort(key=lambda one: (-one[0], one[1], one[2]))
                others += len(found) - _MOST_PAIRS
                others_most = max(others_most, found[_MOST_PAIRS][0])
                del found[_MOST_PAIRS:]
        found.sort(key=lambda one: (-one[0], one[1], one[2]))
        return Pairs(
            [(_up(bound), names[one], names[other]) for bound, one, other in found],
            others,
            _up(others_most) if others else 0,
        )

    def _pool(self, sku: str) -> _Pool:
        """Return what pairs may do with one SKU."""
        names = self._market.customers
        places = [place for place, name in enumerate(names) if sku in self._customers[name].sides]
        customers = [self._customers[names[place]] for place in places]
        sides = [one.sides[sku] for one in customers]
        usable = [side.arrived + self._usable(sku, [one]) for side, one in zip(sides, customers, strict=True)]
        alone = [self._days(np.minimum(units, one.wanted)) for units, one in zip(usable, sides, strict=True)]
        served = [self._turned(units, one.wanted) for units, one in zip(usable, sides, strict=True)]
        return _Pool(
            places=np.array(places, dtype=np.int64),
            turned=np.array([self._turned(one.arrived, one.wanted) for one in sides]).reshape(
                len(places), -1
            ),
            served=np.array(served).reshape(len(places), -1),
            stock=self._turned(self._stock[sku], self._nothing()),
            alone=np.array(alone, dtype=np.float64),
            gives=np.array([one.gives for one in sides], dtype=bool),
            takes=np.array([one.takes for one in sides], dtype=bool),
        )

    def _turned(self, arrived: Days, wanted: Days) -> list[float]:
        """Return for each day T the unit-days of room before it and of supply from it on, in millionths."""
        supply = np.append(np.cumsum((arrived * self._lengths)[::-1])[::-1], 0)
        room = np.append(0, np.cumsum(wanted * self._lengths))
        count = len(self._starts)
        turns = sorted({round(place * count / (_TURNS - 1)) for place in range(_TURNS)})
        return [float(room[turn] + supply[turn]) * MILLION for turn in turns]

    def _coarse(self, rows: range, *, pools: Sequence[_Pool]) -> Sums:
        """Return a bound of some customers with each; 0 where two have nothing to do with each other."""
        customers = [self._customers[name] for name in self._market.customers]
        base = np.array([float(one.others - one.live) for one in customers])
        for pool in pools:
            base[pool.places] += pool.alone
        bounds = base[rows.start : rows.stop, None] + base[None, :]
        beside = np.array([one.is_beside_others for one in customers])
        is_linked = beside[rows.start : rows.stop, None] & beside[None, :]
        for pool in pools:
            inside = np.nonzero((pool.places >= rows.start) & (pool.places < rows.stop))[0]
            if not len(inside):
                continue
            joint = np.full((len(inside), len(pool.places)), np.inf)
            for turn, stock in enumerate(pool.stock):
                both = pool.turned[inside, turn][:, None] + pool.turned[:, turn][None, :] + stock
                np.minimum(joint, both, out=joint)
                served = pool.served[inside, turn][:, None] + pool.served[:, turn][None, :]
                np.minimum(joint, served, out=joint)
            block = np.ix_(pool.places[inside] - rows.start, pool.places)
            bounds[block] += joint - pool.alone[inside][:, None] - pool.alone[None, :]
            meets = pool.gives[inside][:, None] & pool.takes[None, :]
            is_linked[block] |= meets | (pool.takes[inside][:, None] & pool.gives[None, :])
        return np.where(is_linked, bounds, 0)


def _up(bound: float) -> int:
    """Return a bound in millionths, rounded up by more than sums of floats can be off."""
    return int(bound * (1 + 1e-9)) + 1
