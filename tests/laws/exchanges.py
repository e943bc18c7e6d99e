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
        if own is not line or site != line.sites[0]
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
    skus = ["k", "j"][: rng.choice([1, 1, 2])]
    sites = ["s", "t", "u"][: rng.choice([2, 2, 3])]
    customers = ["p", "q", "r"][: rng.choice([2, 2, 3])]

    def day(first: int, last: int) -> str:
        return january(rng.randint(first, last)).isoformat()

    sku_rows = ["sku site_kw", *(f"{sku} {rng.choice(['1', '1', '1.5', '2'])}" for sku in skus)]
    site_rows = ["site users lead_days"]
    for site in sites:
        users = rng.choice(["-", "-", rng.choice(customers)])
        site_rows.append(f"{site} {users} {rng.choice([0, 0, 0, 1])}")
    steps = ["site step ready_on power_kw"]
    for site in sites:
        for number in range(rng.choice([1, 1, 2])):
            power = rng.choice([1, 2, 3, 4, 6]) + 3 * number
            steps.append(f"{site} hall-{number} {day(1 + 4 * number, 6 + 4 * number)} {power}")
    orders = ["order customer skus sites quantity status"]
    lots = ["lot sku arrives_on quantity reserved_for"]
    for number in range(rng.choice([2, 3, 3])):
        accepted = rng.sample(skus, rng.randint(1, len(skus)))
        spelled = "|".join([accepted[0], *(f"{one}:{rng.choice(['1', '1', '2'])}" for one in accepted[1:])])
        wanted = "|".join(rng.sample(sites, rng.choice([1, 1, 2])))
        status = rng.choice(["open"] * 6 + ["hold"])
        customer = customers[number % len(customers)]
        orders.append(f"o{number} {customer} {spelled} {wanted} {rng.randint(1, 3)} {status}")
    for number in range(rng.choice([2, 3, 3])):
        booked = rng.choice([f"o{number % (len(orders) - 1)}"] * 4 + ["-"])
        lots.append(f"l{number} {rng.choice(skus)} {day(1, 8)} {rng.randint(1, 3)} {booked}")
    raw = small(
        "\n".join(orders),
        "\n".join(lots),
        skus="\n".join(sku_rows),
        sites="\n".join(site_rows),
        readiness="\n".join(steps),
    )
    return typed_world(raw.settings, raw.tables)
