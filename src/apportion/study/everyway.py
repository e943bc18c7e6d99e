"""Every exchange of a small group, one after another: where a program leaves a gap and there are few, all are tried."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence

from apportion.study.book import Lot, Send
from apportion.study.exchange import Group, Market

Place = tuple[str, str]  # Order and site.


def count_ways(market: Market, group: Group) -> int:
    """Return how many ways there are to send whole units elsewhere, whether orders have room for them or not."""
    return math.prod(
        math.comb(lot.units + len(places), len(places))
        for lot in group.book.lots.values()
        for places in (_places(market, group, lot=lot),)
    )


def every_way(market: Market, group: Group) -> Iterator[list[Send]]:
    """Yield every way to send whole units elsewhere, the first moving nothing."""
    ways = [list(_ways(lot, places=_places(market, group, lot=lot))) for lot in group.book.lots.values()]
    for chosen in itertools.product(*ways):
        yield [send for sends in chosen for send in sends]


def _places(market: Market, group: Group, *, lot: Lot) -> list[Place]:
    return [
        (line.order, site)
        for line in group.book.lines.values()
        if line.open and lot.sku in line.rates
        for site in line.sites
        if market.is_usable(line, sku=lot.sku, site=site)
        if line.order != lot.reserved_for or site != group.book.booked_site(lot)
    ]


def _ways(lot: Lot, *, places: Sequence[Place]) -> Iterator[list[Send]]:
    for split in _parted(lot.units, among=len(places)):
        yield [
            Send(lot=lot.lot, order=order, site=site, units=units)
            for (order, site), units in zip(places, split, strict=True)
            if units
        ]


def _parted(units: int, *, among: int) -> Iterator[tuple[int, ...]]:
    if not among:
        yield ()
        return
    for first in range(units + 1):
        for rest in _parted(units - first, among=among - 1):
            yield (first, *rest)
