"""A booked market in which groups of customers may exchange units, and what an exchange comes to when replayed.

An **exchange** is a set of sends: whole units of lots of a group, or of lots that nobody reserved, to orders of the
group. All else stays as booked. What it comes to is counted by the replay, third parties at the same sites
included; nothing else decides.

    world → market: book, what stands at each site, what runs as booked in each case
    group, sends → parts → entries at the sites that change → live unit-days gained by each party

Source: ``docs/concepts/assessment.md``, "Suggestions".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from apportion.model.plan import MILLION
from apportion.model.policy import Case
from apportion.model.room import Rooms, read_rooms
from apportion.model.world import World
from apportion.study.book import ORDERED, Book, Line, Lot, Part, Send, booked_parts, parts_with, read_book
from apportion.study.entries import Entry, EntryMaker, Horizon, read_horizon
from apportion.study.moves import room_of_orders
from apportion.study.replay import Switch, walk_sites

LiveDays = dict[tuple[str, str, str], int]  # Millionths of live unit-days by party, site and SKU.
_ROUNDS = 12
Gains = dict[str, int]  # Millionths of live unit-days by party.


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One or two customers, and the lots that they may exchange.

    Attributes:
        customers: Who takes part, by name.
        book: Their orders, their lots and the stock.
        booked: What they receive as booked.
    """

    customers: tuple[str, ...]
    book: Book
    booked: Sequence[Part]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What an exchange comes to in one case.

    Attributes:
        gains: Millionths of live unit-days that each party has more than as booked.
        by_sku: The same by party and SKU.
    """

    gains: Gains
    by_sku: Mapping[tuple[str, str], int]

    @property
    def total(self) -> int:
        """Return what all parties together gain."""
        return sum(self.gains.values())

    @property
    def least(self) -> int:
        """Return the gain of the party that gains least; below 0 where one has fewer days."""
        return min(self.gains.values(), default=0)


@dataclass(slots=True)
class _Standing:
    """What stands at the sites as booked: entries by site, and what runs there in one case."""

    rooms: Rooms
    live: LiveDays = field(default_factory=dict)
    switches: dict[str, list[Switch]] = field(default_factory=dict)


class Market:
    """The booked market of one world.

    Attributes:
        world: The facts under their view.
        book: All lots and orders.
        horizon: The days counted.
        rooms: The room of the sites in the case of the view.
        entries: What stands at each site as booked.
        customers: Who has orders, by name.
        whole_sites: Where nothing can ever stand but whole units.
        lines_of: The orders of each customer.
        lots_of: The lots reserved for each customer's orders; of the empty name: the stock.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.book = read_book(world)
        self.horizon: Horizon = read_horizon(world)
        self.rooms = read_rooms(world)
        self._maker = EntryMaker.of(world, rooms=self.rooms)
        self._made: dict[Part, Entry] = {}
        self.lines_of: dict[str, list[Line]] = defaultdict(list)
        # By id, so that the order of rows decides nothing.
        for _, line in sorted(self.book.lines.items()):
            self.lines_of[line.customer].append(line)
        self.customers = sorted(self.lines_of)
        self.lots_of: dict[str, list[Lot]] = defaultdict(list)
        for lot in self.book.lots.values():
            owner = self._owner(lot)
            if owner is not None and lot.units and lot.arrives < self.book.end:
                self.lots_of[owner].append(lot)
        self._parts_of: dict[str, list[Part]] = defaultdict(list)
        self.entries: dict[str, list[Entry]] = defaultdict(list)
        for part in booked_parts(self.book):
            self._parts_of[self.book.lines[part.order].customer].append(part)
            self.entries[part.site].append(self._entry(part))
        self._standing: dict[Case, _Standing] = {}
        self.whole_sites = self._read_whole_sites()

    def _read_whole_sites(self) -> set[str]:
        """Return the sites at which nothing can ever stand but whole units."""
        fractional = {site for site, own in self.entries.items() if any(one.grain != MILLION for one in own)}
        for line in self.book.lines.values():
            if line.open % ORDERED or any(rate != MILLION for rate in line.rates.values()):
                fractional.update(line.sites)
        return {site for site in self.rooms.sites if site not in fractional}

    def is_usable(self, line: Line, *, sku: str, site: str) -> bool:
        """Return whether units of a SKU that an order receives at a site may ever run there."""
        return self.rooms.may_use(line.customer, site=site) and self.rooms.is_cooled(sku, site=site)

    def _owner(self, lot: Lot) -> str | None:
        """Return whose lot it is; empty: nobody's; None: that of an order which the view does not show."""
        if not lot.reserved_for:
            return ""
        line = self.book.lines.get(lot.reserved_for)
        return None if line is None else line.customer

    def _entry(self, part: Part) -> Entry:
        made = self._made.get(part)
        if made is None:
            made = self._made[part] = self._maker.entry(
                part.order, lot=part.lot, sku=part.sku, site=part.site, ships=part.day, units=part.units
            )
        return made

    @property
    def case(self) -> Case:
        """Return the case of the view."""
        return self.world.view.case

    def parts_of(self, customer: str) -> Sequence[Part]:
        """Return what a customer's orders receive as booked."""
        return self._parts_of.get(customer, ())

    def group(self, customers: Iterable[str]) -> Group:
        """Return one or two customers with their orders, their lots and the stock."""
        names = tuple(sorted(customers))
        lots = sorted(
            (lot for name in ("", *names) for lot in self.lots_of.get(name, ())),
            key=lambda lot: (lot.arrives, lot.lot),
        )
        book = replace(
            self.book,
            lots={lot.lot: lot for lot in lots},
            lines={line.order: line for name in names for line in self.lines_of[name]},
        )
        return Group(
            customers=names, book=book, booked=[part for name in names for part in self._parts_of[name]]
        )

    def standing(self, case: Case) -> Mapping[tuple[str, str, str], int]:
        """Return millionths of live unit-days as booked by party, site and SKU."""
        return self._stands(case).live

    def live(self, case: Case) -> Gains:
        """Return millionths of live unit-days as booked by party."""
        live: Gains = {}
        for (party, _, _), days in self.standing(case).items():
            live[party] = live.get(party, 0) + days
        return live

    def switches_at(self, site: str) -> Sequence[Switch]:
        """Return what goes live at a site as booked, in the case of the view."""
        return self._stands(self.case).switches.get(site, ())

    def _stands(self, case: Case) -> _Standing:
        found = self._standing.get(case)
        if found is None:
            rooms = self.rooms if case is self.case else read_rooms(self.world.case(case))
            entries = [entry for site in self.entries.values() for entry in site]
            switches = walk_sites(entries, rooms=rooms, horizon=self.horizon)
            found = self._standing[case] = _Standing(rooms, self._live_days(switches))
            for switch in switches:
                found.switches.setdefault(switch.entry.site, []).append(switch)
        return found

    def _live_days(self, switches: Iterable[Switch]) -> LiveDays:
        live: LiveDays = {}
        for entry, day, units in switches:
            place = (entry.party, entry.site, entry.sku)
            live[place] = live.get(place, 0) + units * self.horizon.days_from(day)
        return live

    def replay(self, group: Group, *, sends: Sequence[Send], case: Case | None = None) -> Replayed:
        """Return what an exchange comes to; the case is that of the view where none is named."""
        stands = self._stands(case or self.case)
        before, after = _by_site(group.booked), _by_site(parts_with(group.book, sends=sends))
        sites = {site for site in before.keys() | after.keys() if before.get(site, ()) != after.get(site, ())}
        entries = [
            entry
            for site in sites
            for entry in self.entries.get(site, ())
            if entry.party not in group.customers
        ]
        entries += [self._entry(part) for site in sites for part in after.get(site, ())]
        live = self._live_days(walk_sites(entries, rooms=stands.rooms, horizon=self.horizon))
        by_sku: dict[tuple[str, str], int] = {}
        for (party, site, sku), days in stands.live.items():
            if site in sites:
                by_sku[party, sku] = by_sku.get((party, sku), 0) - days
        for (party, _, sku), days in live.items():
            by_sku[party, sku] = by_sku.get((party, sku), 0) + days
        gains: Gains = dict.fromkeys(group.customers, 0)
        for (party, _), days in by_sku.items():
            gains[party] = gains.get(party, 0) + days
        return Replayed(gains=gains, by_sku=by_sku)


def _by_site(parts: Iterable[Part]) -> dict[str, list[Part]]:
    sites: dict[str, list[Part]] = defaultdict(list)
    for part in sorted(parts, key=lambda part: (part.day, part.lot, part.order, part.site)):
        sites[part.site].append(part)
    return sites


def fitted(group: Group, sends: Iterable[Send]) -> list[Send]:
    """Return sends cut down to what lots hold and orders may take, so that a proposal of them is accepted.

    A unit that cannot go stays with its order, where it takes room from another; where that goes round for long,
    nothing is left.
    """
    left = {name: lot.units for name, lot in group.book.lots.items()}
    kept = []
    for send in sends:
        units = min(send.units, left[send.lot])
        if units > 0:
            left[send.lot] -= units
            kept.append(replace(send, units=units))
    for _ in range(_ROUNDS):
        leaving: dict[str, int] = defaultdict(int)
        for send in kept:
            leaving[send.lot] += send.units
        room = room_of_orders(group.book, leaving)
        fit = []
        for send in kept:
            rate = group.book.lines[send.order].rates[group.book.lots[send.lot].sku] * MILLION
            units = min(send.units, max(0, room[send.order]) // rate)
            room[send.order] -= units * rate
            if units:
                fit.append(replace(send, units=units))
        if fit == kept:
            return kept
        kept = fit
    return []
