"""The linear program of one group: which exchange runs most without lowering anyone.

Its variables are whole units of a lot that orders of one kind receive at a site, units that a lot keeps giving to its
own order, units of a party and SKU that go live at a site on a day, and units that wait there. It keeps supply, room,
users, cooling and quantities, and each party's live unit-days as booked. It leaves out in which order a queue is
served and that what goes live there is whole, so no exchange can gain more than its optimum.

Source: ``docs/concepts/assessment.md``, "Suggestions".
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from apportion.model.plan import MILLION
from apportion.model.room import Draw, Room
from apportion.study.book import Line, Lot
from apportion.study.exchange import Group, Market
from apportion.study.linear import Linear

# So many parties beside the group are told apart; more count together.
_MOST_OTHERS = 8
_OTHERS = ""
# A stock of no more lots than this is looked at whole.
_FEW_LOTS = 40

Node = tuple[str, str, str]  # Party, SKU, site.


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Orders that differ in nothing a program looks at.

    Attributes:
        customer: Whose.
        rates: As of an order.
        sites: As of an order.
        lines: The orders.
    """

    customer: str
    rates: Mapping[str, int]
    sites: tuple[str, ...]
    lines: tuple[Line, ...]

    @property
    def orders(self) -> list[str]:
        """Return the ids of the orders."""
        return [line.order for line in self.lines]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """Units of a lot that orders of a kind may receive at a site, as a variable."""

    lot: str
    kind: Kind
    site: str
    variable: int


@dataclass(slots=True)
class _Flow:
    """What reaches one party and SKU at one site: variables and units by day of arrival, and all together at most."""

    variables: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    units: dict[int, Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    most: Fraction = Fraction(0)


class Program:
    """The program of one group.

    Attributes:
        linear: The program; its worth are live unit-days of the group and of whoever stands beside it.
        options: Where units may go.
        floor: Live unit-days as booked of all that it counts.
        is_whole: Whether live unit-days are whole in every exchange.
    """

    def __init__(self, market: Market, group: Group) -> None:
        self.linear = Linear()
        self.options: list[Option] = []
        self._market = market
        self._group = group
        self._flows: dict[Node, _Flow] = defaultdict(_Flow)
        self._live: dict[str, dict[int, int]] = defaultdict(dict)  # Days each variable counts, by party.
        self._at_site: dict[str, list[tuple[int, int, Draw]]] = defaultdict(list)
        self._kinds = list(_kinds_of(group))
        self._add_lots()
        sites = {site for _, _, site in self._flows}
        floors = self._floors(sites)
        self._add_others(sites)
        for node, flow in sorted(self._flows.items()):
            self._add_flow(node, flow)
        for site in sorted(self._at_site):
            self._add_room(site)
        self._floor_of = floors
        for party, floor in sorted(floors.items()):
            self.linear.limit(self._live.get(party, {}), low=floor)
        self.floor = sum(floors.values(), Fraction(0))
        touched = sites | {site for kind in self._kinds for site in kind.sites}
        self.is_whole = touched <= market.whole_sites

    def raised(self, linear: Linear, *, more: Mapping[str, int]) -> Linear:
        """Return a program in which some parties must have so many millionths of unit-days more than as booked."""
        linear = replace(linear, rows=list(linear.rows))
        for party, days in more.items():
            known = party if party in self._floor_of else _OTHERS
            floor = self._floor_of.get(known, Fraction(0)) + Fraction(days, MILLION)
            linear.limit(self._live.get(known, {}), low=floor)
        return linear

    def without(self, sites: Collection[str]) -> Linear:
        """Return the program in which nothing moves to some sites."""
        limits = list(self.linear.limits)
        for option in self.options:
            if option.site in sites:
                limits[option.variable] = Fraction(0)
        return replace(self.linear, limits=limits)

    def crowded(self, parties: Collection[str]) -> set[str]:
        """Return the sites at which one of some parties receives units."""
        return {site for party, _, site in self._flows if party in parties or party == _OTHERS}

    def protected(self, parties: Collection[str]) -> Linear:
        """Return the program in which the rest of the group pushes nobody of some parties back in a queue.

        So many units of the rest may have arrived before one of theirs as leave it room on the day it is booked to go
        live, or as many as were booked to.
        """
        rest = set(self._group.customers) - set(parties)
        linear = replace(self.linear, rows=list(self.linear.rows))
        for site in sorted(self._at_site):
            last: dict[int, int] = {}
            for entry, day, _ in self._market.switches_at(site):
                if entry.party not in rest:
                    last[entry.arrives] = max(last.get(entry.arrives, 0), day)
            for arrives, day in sorted(last.items()):
                self._protect(linear, site=site, rest=rest, arrives=arrives, day=day)
        return linear

    def _protect(self, linear: Linear, *, site: str, rest: Collection[str], arrives: int, day: int) -> None:
        entries = [one for one in self._market.entries[site] if one.arrives <= arrives]
        room = self._market.rooms.sites[site].room_from(dt.date.fromordinal(day))
        for resource, most in enumerate(room):
            taken = [0, 0]
            for entry in entries:
                taken[entry.party in rest] += entry.draw[resource] * entry.units
            terms = {
                variable: self._market.rooms.unit_draw(sku, site=site)[resource]
                for (party, sku, one), flow in self._flows.items()
                if one == site and party in rest
                for at, variables in flow.variables.items()
                if at <= arrives
                for variable in variables
            }
            if most is not None:
                left = max(Fraction(taken[1], MILLION), most - Fraction(taken[0], MILLION))
                linear.limit({one: draw for one, draw in terms.items() if draw}, high=left)

    def _lead(self, site: str) -> int:
        return self._market.rooms.sites[site].lead_days

    def _arrives(self, lot: Lot, *, site: str) -> int:
        """Return the day a lot is at a site: as an entry of it would be."""
        return max(lot.arrives, self._group.book.start) + self._lead(site)

    def _add_lots(self) -> None:
        booked: dict[str, int] = defaultdict(int)
        for part in self._group.booked:
            booked[part.lot] += part.units
        filled: list[dict[int, int]] = [{} for _ in self._kinds]
        kept: dict[str, dict[int, int]] = defaultdict(dict)
        for lot in self._lots():
            own = self._group.book.lines.get(lot.reserved_for)
            given: dict[int, int] = {}
            keeps: int | None = None
            for number, kind in enumerate(self._kinds):
                rate = kind.rates.get(lot.sku)
                if rate is None:
                    continue
                home = self._group.book.booked_site(lot)
                is_own = own is not None and home is not None and own.order in kind.orders
                if is_own and own is not None and home is not None:
                    keeps = self.linear.add(min(Fraction(lot.units), Fraction(own.open, rate * MILLION)))
                    filled[number][keeps] = kept[own.order][keeps] = rate
                    self._reach(lot, kind=kind, site=home, variable=keeps)
                for site in kind.sites:
                    is_kept = is_own and site == home and len(kind.lines) == 1
                    if is_kept or not self._market.is_usable(kind.lines[0], sku=lot.sku, site=site):
                        continue
                    variable = self.linear.add(lot.units, is_whole=True)
                    self.options.append(Option(lot=lot.lot, kind=kind, site=site, variable=variable))
                    filled[number][variable] = rate
                    given[variable] = 1
                    self._reach(lot, kind=kind, site=site, variable=variable)
            self._add_lot(lot.units, given=given, keeps=keeps, booked=booked[lot.lot])
        for kind, terms in zip(self._kinds, filled, strict=True):
            for line in kind.lines if len(kind.lines) > 1 else ():
                self.linear.limit(kept[line.order], high=Fraction(line.open, MILLION))
            self.linear.limit(terms, high=Fraction(sum(line.open for line in kind.lines), MILLION))

    def _lots(self) -> list[Lot]:
        """Return the lots of the group, and of a large stock the oldest that are as many units as its orders take.

        A unit that is there earlier can wait, so no more can run with younger ones.
        """
        lots = list(self._group.book.lots.values())
        if sum(not lot.reserved_for for lot in lots) <= _FEW_LOTS:
            return lots
        left: dict[str, int] = defaultdict(int)
        for kind in self._kinds:
            for sku, rate in kind.rates.items():
                left[sku] += -(-sum(line.open for line in kind.lines) // (rate * MILLION))
        chosen = []
        for lot in lots:
            if lot.reserved_for:
                chosen.append(lot)
            elif left[lot.sku] > 0:
                left[lot.sku] -= lot.units
                chosen.append(lot)
        return chosen

    def _add_lot(self, units: int, *, given: Mapping[int, int], keeps: int | None, booked: int) -> None:
        """A lot gives what it has. What leaves is first what its order had no room for, then what it was booked."""
        if keeps is None:
            self.linear.limit(given, high=units)
            return
        both = {keeps: 1, **given}
        if booked == units * MILLION:
            self.linear.limit(both, low=units, high=units)
            return
        self.linear.limit(both, high=units)
        if booked:
            # At 1 all units are accounted for; at 0 the order keeps what it was booked.
            is_drained = self.linear.add(1, is_whole=True)
            self.linear.limit({**both, is_drained: -units}, low=0)
            self.linear.limit({keeps: MILLION, is_drained: booked}, low=booked)

    def _reach(self, lot: Lot, *, kind: Kind, site: str, variable: int) -> None:
        arrives = self._arrives(lot, site=site)
        is_usable = self._market.is_usable(kind.lines[0], sku=lot.sku, site=site)
        if is_usable and arrives < self._group.book.end:
            flow = self._flows[kind.customer, lot.sku, site]
            flow.variables[arrives].append(variable)
            flow.most += lot.units

    def _add_others(self, sites: set[str]) -> None:
        """Let all who stand at the same sites take part in the queue with what they are booked."""
        others = self._others(sites)
        for site in sites:
            for entry in self._market.entries.get(site, ()):
                is_there = entry.is_usable and entry.arrives < self._group.book.end
                if entry.party in self._group.customers or not is_there:
                    continue
                flow = self._flows[others[entry.party], entry.sku, site]
                flow.units[entry.arrives] += Fraction(entry.units, MILLION)
                flow.most += Fraction(entry.units, MILLION)

    def _others(self, sites: set[str]) -> dict[str, str]:
        """Return under which name each party beside the group counts."""
        parties = {entry.party for site in sites for entry in self._market.entries.get(site, ())}
        others = parties - set(self._group.customers)
        return {party: party if len(others) <= _MOST_OTHERS else _OTHERS for party in others}

    def _floors(self, sites: set[str]) -> dict[str, Fraction]:
        """Return the live unit-days as booked of the group, and of others at its sites."""
        others = self._others(sites)
        floors: dict[str, Fraction] = defaultdict(Fraction)
        for (party, site, _), days in self._market.standing(self._market.case).items():
            if party in self._group.customers:
                floors[party] += Fraction(days, MILLION)
            elif site in sites:
                floors[others[party]] += Fraction(days, MILLION)
        return floors

    def _steps(self, site: str) -> list[tuple[int, Room]]:
        """Return the room of a site with the first day of each, from the beginning of time."""
        room = self._market.rooms.sites[site]
        firsts = [0, *(day.toordinal() for day in room.days)]
        return [(first, one.clipped) for first, one in zip(firsts, room.least, strict=True)]

    def _add_flow(self, node: Node, flow: _Flow) -> None:
        """Units that have arrived wait until they go live; they do so when more arrive, or when room rises."""
        party, sku, site = node
        end = self._group.book.end
        draw = self._market.rooms.unit_draw(sku, site=site)
        arrivals = sorted(flow.variables.keys() | flow.units.keys())
        steps = self._steps(site)
        firsts = [first for first, _ in steps]
        days = []
        for day in sorted({*arrivals, *(first for first in firsts if first > arrivals[0])}):
            room = steps[bisect_right(firsts, day) - 1][1]
            most = _most(room, draw=draw)
            if day < end and (most is None or most > 0):
                days.append((day, flow.most if most is None else min(flow.most, most)))
        waiting: int | None = None
        reached: dict[int, list[int]] = defaultdict(list)
        had: dict[int, Fraction] = defaultdict(Fraction)
        for day in arrivals:
            place = bisect_left(days, (day, Fraction(0)))
            reached[place] += flow.variables.get(day, [])
            had[place] += flow.units.get(day, Fraction(0))
        for place, (day, most) in enumerate(days):
            live = self.linear.add(most, worth=end - day)
            self._live[party][live] = end - day
            self._at_site[site].append((day, live, draw))
            terms = {live: 1, **dict.fromkeys(reached[place], -1)}
            if waiting is not None:
                terms[waiting] = -1
            if place + 1 < len(days):
                waiting = self.linear.add(flow.most)
                terms[waiting] = 1
                self.linear.limit(terms, low=had[place], high=had[place])
            else:
                self.linear.limit(terms, high=had[place])

    def _add_room(self, site: str) -> None:
        """No more is live at a site than it has room for; the last day of each room suffices."""
        live = sorted(self._at_site[site])
        draws = {draw for _, _, draw in live}
        steps = self._steps(site)
        is_whole = site in self._market.whole_sites
        for number, (_, room) in enumerate(steps):
            until = steps[number + 1][0] if number + 1 < len(steps) else self._group.book.end
            if number + 1 < len(steps) and steps[number + 1][1] == room:
                continue
            there = [(variable, draw) for day, variable, draw in live if day < until]
            if len(draws) == 1:
                most = _most(room, draw=live[0][2])
                if most is not None:
                    most = Fraction(int(most)) if is_whole else most
                    self.linear.limit({variable: 1 for variable, _ in there}, high=most)
                continue
            for resource, most_of_it in enumerate(room):
                terms = {variable: draw[resource] for variable, draw in there if draw[resource]}
                if most_of_it is not None:
                    self.linear.limit(terms, high=most_of_it)


def _most(room: Room, *, draw: Draw) -> Fraction | None:
    """Return how many units of one draw a room takes; None: no limit."""
    fits = [
        Fraction(limit, each) for limit, each in zip(room, draw, strict=True) if limit is not None and each
    ]
    return min(fits, default=None)


def _kinds_of(group: Group) -> Iterator[Kind]:
    kinds: dict[tuple[str, tuple[tuple[str, int], ...], tuple[str, ...]], list[Line]] = defaultdict(list)
    for line in group.book.lines.values():
        if line.open:
            kinds[line.customer, tuple(line.rates.items()), line.sites].append(line)
    for (customer, rates, sites), lines in sorted(kinds.items()):
        yield Kind(customer=customer, rates=dict(rates), sites=sites, lines=tuple(lines))
