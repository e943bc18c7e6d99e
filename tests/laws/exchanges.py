"""Every exchange of a group, one after another: the slow and obvious search for the best suggestion."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from random import Random

from apportion.model.proposal import Kind, Move, Proposal
from apportion.model.room import Rooms, read_rooms
from apportion.model.world import World
from apportion.study.book import Book, Lot, Send, parts_with, read_book
from apportion.study.entries import EntryMaker
from apportion.study.moves import resolve_moves
from apportion.study.outcome import entries_of, outcome_of
from tests.build import typed_world
from tests.laws.small import january, small

Place = tuple[str, str]
SHARE = 0.25  # Of the worlds that have a shipment, and of those that have a fleet.


def live_days(world: World, *, book: Book, sends: Sequence[Send]) -> dict[str, int]:
    """Return the live unit-days of each party in millionths, all sites and all parties replayed."""
    rooms = read_rooms(world)
    maker = EntryMaker.of(world, rooms=rooms)
    return outcome_of(world, entries_of(parts_with(book, sends=sends), maker=maker), rooms=rooms).live_days()


def places_of(book: Book, rooms: Rooms, *, lot: Lot, customers: Sequence[str]) -> list[Place]:
    """Return the orders and sites of some customers that units of a lot may go to, but where they are booked."""
    own = book.lines.get(lot.reserved_for)
    return [
        (line.order, site)
        for line in book.lines.values()
        if line.customer in customers and lot.sku in line.rates and line.open
        for site in line.sites
        if rooms.may_use(line.customer, site=site) and rooms.is_cooled(lot.sku, site=site)
        if own is not line or site != (lot.reserved_site or line.sites[0])
    ]


def parted(units: int, *, among: int) -> Iterator[tuple[int, ...]]:
    """Yield every way to give at most so many units to so many places."""
    if not among:
        yield ()
        return
    for first in range(units + 1):
        for rest in parted(units - first, among=among - 1):
            yield (first, *rest)


def every_exchange(world: World, *, book: Book, customers: Sequence[str]) -> Iterator[list[Send]]:
    """Yield every exchange of some customers, whether an order has room for it or not."""
    rooms = read_rooms(world)
    ways = []
    for lot in book.lots.values():
        own = book.lines.get(lot.reserved_for)
        is_theirs = own is not None and own.customer in customers
        if (lot.reserved_for and not is_theirs) or lot.arrives >= book.end:
            continue
        places = places_of(book, rooms, lot=lot, customers=customers)
        ways.append(
            [
                [
                    Send(lot=lot.lot, order=order, site=site, units=units)
                    for (order, site), units in zip(places, split, strict=True)
                    if units
                ]
                for split in parted(lot.units, among=len(places))
            ]
        )
    for chosen in itertools.product(*ways):
        yield [send for sends in chosen for send in sends]


def count_of(world: World, *, book: Book, customers: Sequence[str]) -> int:
    """Return how many exchanges there are."""
    rooms = read_rooms(world)
    count = 1
    for lot in book.lots.values():
        own = book.lines.get(lot.reserved_for)
        if lot.reserved_for and (own is None or own.customer not in customers):
            continue
        among = len(places_of(book, rooms, lot=lot, customers=customers))
        count *= sum(1 for _ in parted(lot.units, among=among))
    return count


def proposal_of(sends: Sequence[Send]) -> Proposal:
    """Return sends as a proposal."""
    moves = tuple(
        Move(lot=one.lot, to_orders=(one.order,), site=one.site, quantity=one.units) for one in sends
    )
    return Proposal(id="tried", kind=Kind.SWAP, moves=moves)


def best_by_hand(world: World, *, customers: Sequence[str]) -> int:
    """Return the most that any exchange of some customers gains in all without lowering anyone, in millionths."""
    book = read_book(world)
    best, before = 0, live_days(world, book=book, sends=())
    for sends in every_exchange(world, book=book, customers=customers):
        after = live_days(world, book=book, sends=sends)
        gains = {party: after.get(party, 0) - before.get(party, 0) for party in before.keys() | after.keys()}
        total = sum(gains.values())
        if total > best and min(gains.values(), default=0) >= 0:
            findings = resolve_moves(world, proposal_of(sends), book=book)[1]
            if not any(one.severity.word == "error" for one in findings):
                best = total
    return best


def booked_world(rng: Random) -> World:
    """Return a small world with lots booked and not, late halls, sites of one and of several, and few units."""
    maker = _Maker(rng)
    tables = maker.tables()
    raw = small(tables.pop("orders"), tables.pop("supply"), **tables)
    return typed_world(raw.settings, raw.tables)


class _Maker:
    """Draws the tables of one world, as lines of text."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._skus = ["k", "j"][: rng.choice([1, 1, 2])]
        self._sites = ["s", "t", "u"][: rng.choice([2, 2, 3])]
        self._customers = ["p", "q", "r"][: rng.choice([2, 2, 3])]
        self._orders = [f"o{number}" for number in range(rng.choice([2, 3, 3]))]

    def tables(self) -> dict[str, str]:
        """Return the tables by name."""
        rows = {
            "skus": self._sku_rows(),
            "sites": self._site_rows(),
            "readiness": self._steps(),
            "orders": self._order_rows(),
            "supply": self._lots(),
            "shipments": self._shipments(),
            "fleet": self._fleet(),
        }
        return {name: "\n".join(lines) for name, lines in rows.items() if len(lines) > 1}

    def _day(self, first: int, last: int) -> str:
        return january(self._rng.randint(first, last)).isoformat()

    def _sku_rows(self) -> list[str]:
        pick = self._rng.choice
        cooling = ["-", "-", "-", "liquid", "air|liquid"]
        return [
            "sku site_kw cooling",
            *(f"{one} {pick(['1', '1', '1.5', '2'])} {pick(cooling)}" for one in self._skus),
        ]

    def _site_rows(self) -> list[str]:
        pick = self._rng.choice
        lines = ["site users lead_days cooling"]
        for site in self._sites:
            users = pick(["-", "-", pick(self._customers)])
            lines.append(f"{site} {users} {pick([0, 0, 0, 1])} {pick(['-', '-', '-', 'liquid', 'air'])}")
        return lines

    def _steps(self) -> list[str]:
        pick = self._rng.choice
        lines = ["site step ready_on ready_on_early ready_on_late power_kw liquid_kw units_at_most"]
        for site in self._sites:
            for number in range(pick([1, 1, 2])):
                ready, early, late = (self._day(first + 4 * number, first + 4) for first in (2, 1, 6))
                power = pick([1, 2, 3, 4, 6]) + 3 * number
                most = pick(["- -"] * 4 + [f"{power - 0.5} -", f"- {1 + 2 * number}"])
                days = f"{max(early, ready)} {min(early, ready)} {max(late, early, ready)}"
                lines.append(f"{site} hall-{number} {days} {power} {most}")
        return lines

    def _order_rows(self) -> list[str]:
        rng = self._rng
        lines = ["order customer skus sites quantity status"]
        for number, order in enumerate(self._orders):
            first, *others = rng.sample(self._skus, rng.randint(1, len(self._skus)))
            skus = "|".join([first, *(f"{one}:{rng.choice(['1', '1', '2', '0.5'])}" for one in others)])
            sites = "|".join(rng.sample(self._sites, rng.choice([1, 1, 2])))
            customer = self._customers[number % len(self._customers)]
            status = rng.choice(["open"] * 6 + ["hold"])
            lines.append(f"{order} {customer} {skus} {sites} {rng.randint(1, 3)} {status}")
        return lines

    def _lots(self) -> list[str]:
        rng = self._rng
        lines = ["lot sku arrives_on quantity reserved_for reserved_site"]
        for number in range(rng.choice([2, 3, 3])):
            booked = rng.choice([self._orders[number % len(self._orders)]] * 4 + ["-"])
            # Now and then a site that its order does not accept.
            site = rng.choice(["-", "-", *self._sites])
            lines.append(
                f"l{number} {rng.choice(self._skus)} {self._day(1, 8)} {rng.randint(1, 3)} {booked} {site}"
            )
        return lines

    def _shipments(self) -> list[str]:
        rng = self._rng
        lines = ["shipment order sku site quantity shipped_on lot"]
        if rng.random() < SHARE:
            place = f"{rng.choice(self._orders)} {rng.choice(self._skus)} {rng.choice(self._sites)}"
            lines.append(f"g {place} 1 {self._day(1, 5)} {rng.choice(['-', 'l0'])}")
        return lines

    def _fleet(self) -> list[str]:
        rng = self._rng
        lines = ["holding party site sku quantity since_on"]
        if rng.random() < SHARE:
            place = f"{rng.choice(self._customers)} {rng.choice(self._sites)} {rng.choice(self._skus)}"
            lines.append(f"f {place} {rng.randint(1, 2)} {self._day(1, 5)}")
        return lines
