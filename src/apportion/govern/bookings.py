"""Bookings that files moved between tied parties, put back as far as there is supply for it.

First lot by lot: where a lot that was booked for one is booked for the other, the booking frozen stands. Then, for
what was renamed, split, joined, cut or dated anew, SKU by SKU and day by day: on a day by which one of two tied
parties has fewer units booked than at the freeze, and the other more, units go back to the first, the latest lots
first.

Source: ``docs/concepts/held.md``, H8.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import polars as pl

from apportion.govern.frozen import Frozen
from apportion.govern.lots import Lots, Piece
from apportion.govern.ties import Ties
from apportion.govern.undecided import Waiting
from apportion.model.parsing import FILE, ROW
from apportion.model.world import World

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A booking as it was frozen.

    Attributes:
        lot: The lot.
        order: The order it was booked for.
        site: The site; empty: the order's first.
        day: The day it was to arrive.
        units: Whole units.
    """

    lot: str
    order: str
    site: str
    day: dt.date
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """A world with its bookings put back.

    Attributes:
        world: The world.
        waiting: What the files would have sent elsewhere.
        lots: The lots, as the files name them, that were booked anew, each with the two parties.
    """

    world: World
    waiting: tuple[Waiting, ...]
    lots: Mapping[str, tuple[str, ...]]


def put_bookings_back(world: World, *, frozen: Frozen, later: Collection[str], ties: Ties) -> Returned:
    """Return the world in which no booking has moved between tied parties since the freeze.

    Args:
        world: The world.
        frozen: What was frozen.
        later: The lots in it that were new at a later event: they are their party's, but that a party got them does
            not make good what the other loses.
        ties: Who is tied to whom.
    """
    if not ties.rivals:
        return Returned(world=world, waiting=(), lots={})
    returning = _Returning(world, frozen=frozen, later=later, ties=ties)
    returning.lot_by_lot()
    for sku, pair in [(sku, pair) for sku in returning.skus for pair in ties.pairs]:
        returning.day_by_day(sku, pair=pair)
    made = returning.lots.into(world, columns=frozen.columns["supply"]) if returning.named else world
    return Returned(world=made, waiting=tuple(returning.waiting), lots=returning.named)


class _Returning:
    """Puts lots back one after another and notes what the files would have sent."""

    def __init__(self, world: World, *, frozen: Frozen, later: Collection[str], ties: Ties) -> None:
        self._later = frozenset(later)
        self.lots = Lots(world)
        self.waiting: list[Waiting] = []
        self.named: dict[str, tuple[str, ...]] = {}
        self._ties = ties
        self._frozen = frozen.by_key("supply")
        orders = world.table("orders").select("order", pl.col("sites").list.first())
        self._first_sites: dict[str, str] = dict(orders.iter_rows())
        self._claims: dict[str, list[Claim]] = defaultdict(list)
        for row in frozen.tables["supply"]:
            if row.get("reserved_for"):
                self._claims[str(row["sku"])].append(_claim(cast("Mapping[str, str | int]", row)))
        for claims in self._claims.values():
            claims.sort(key=lambda one: (one.day, one.lot))
        present = {str(row["sku"]) for row in self.lots.rows.values()}
        self.skus = sorted(present & set(self._claims))

    def _party(self, order: object) -> str | None:
        return self._ties.customers.get(str(order)) if order else None

    def lot_by_lot(self) -> None:
        """Put back what is booked for the other of two tied parties under the lot's own name."""
        for key in sorted(self.lots.rows, key=str):
            row, was = self.lots.rows[key], self._frozen.get(key)
            if was is None or was["sku"] != row["sku"]:
                continue
            loser, gainer = self._party(was.get("reserved_for")), self._party(row["reserved_for"])
            if self._ties.is_between(loser, gainer):
                pair = _in_order(str(loser), str(gainer))
                self._note(str(key[0]), {str(key[0]): row["quantity"]}, pair=pair)
                site = str(was.get("reserved_site") or "")
                self.lots.book(str(key[0]), order=str(was["reserved_for"]), site=site)

    def _note(self, lot: str, pieces: Mapping[str, int], *, pair: Pair) -> None:
        """Note what the files would send: units by the lot that holds them once they are put back."""
        row = self.lots.of(lot)
        order = str(row["reserved_for"])
        site = str(row["reserved_site"] or self._first_sites[order])
        self.named[lot] = pair
        where, file = f"edit of {row[FILE]} row {row[ROW]}", str(row[FILE])
        for name, units in pieces.items():
            if units:
                self.waiting.append(
                    Waiting(proposal=where, lot=name, order=order, site=site, units=units, file=file)
                )

    def day_by_day(self, sku: str, *, pair: Pair) -> None:
        """Put back units of one SKU between two parties, on the first day on which it shows."""
        for day in self._days_changed(sku, pair=pair):
            for loser, gainer in (pair, pair[::-1]):
                lacks = self._lacks(sku, party=loser, day=day)
                first = self._lacks(sku, party=gainer, day=day, leaving_out=self._later)
                beyond = -sum(first.values())
                missing = min(sum(lacks.values()), beyond)
                if missing > 0:
                    self._give_back(sku, ways=(loser, gainer), lacks=lacks, missing=missing, day=day)

    def _days_changed(self, sku: str, *, pair: Pair) -> list[dt.date]:
        """Return the days from the first to the last on which either has other units booked than at the freeze."""
        units: dict[tuple[dt.date, str | None], int] = defaultdict(int)
        later: set[dt.date] = set()
        for claim in self._claims[sku]:
            party = self._party(claim.order)
            if claim.lot not in self._later:
                units[claim.day, party] += claim.units
            elif party in pair:
                later.add(claim.day)
        for row in self.lots.rows.values():
            if row["sku"] == sku:
                units[row["arrives_on"], self._party(row["reserved_for"])] -= row["quantity"]
        changed = {day for (day, party), count in units.items() if count and party in pair} | later
        days = sorted({day for day, party in units if party in pair} | later)
        return [day for day in days if changed and min(changed) <= day <= max(changed)]

    def _lacks(
        self, sku: str, *, party: str, day: dt.date, leaving_out: Collection[str] = ()
    ) -> dict[str, int]:
        """Return by order what was booked by a day at the freeze less what is now; orders as they were frozen first."""
        lacks: dict[str, int] = defaultdict(int)
        for claim in self._claims[sku]:
            is_theirs = self._party(claim.order) == party and claim.lot not in leaving_out
            if is_theirs and claim.day <= day:
                lacks[claim.order] += claim.units
        for row in self.lots.rows.values():
            is_theirs = row["sku"] == sku and self._party(row["reserved_for"]) == party
            if is_theirs and row["arrives_on"] <= day:
                lacks[str(row["reserved_for"])] -= row["quantity"]
        return lacks

    def _give_back(
        self, sku: str, *, ways: Pair, lacks: Mapping[str, int], missing: int, day: dt.date
    ) -> None:
        """Book units of the second party's latest lots for the orders of the first that lack them."""
        wanted = list(_wanted(lacks, sites=self._sites(sku), most=missing))
        for lot in self._latest(sku, party=ways[1], day=day):
            held = self.lots.of(lot)["quantity"]
            pieces: list[Piece] = []
            while wanted and held:
                order, site, units = wanted.pop(0)
                given = min(units, held)
                held -= given
                pieces.append(Piece(order=order, site=site, units=given))
                if units > given:
                    wanted.insert(0, (order, site, units - given))
            if pieces:
                self._rebook(lot, pieces, is_whole=not held, pair=_in_order(*ways))

    def _rebook(self, lot: str, pieces: Sequence[Piece], *, is_whole: bool, pair: Pair) -> None:
        if is_whole and len(pieces) == 1:
            self._note(lot, {lot: pieces[0].units}, pair=pair)
            self.lots.book(lot, order=pieces[0].order, site=pieces[0].site)
            return
        names = self.lots.split(lot, pieces)
        units = {name: piece.units for name, piece in zip(names, pieces, strict=True)}
        self._note(lot, units, pair=pair)

    def _sites(self, sku: str) -> dict[str, str]:
        """Return the site each order's first lot of a SKU was booked for at the freeze."""
        return {claim.order: claim.site for claim in reversed(self._claims[sku])}

    def _latest(self, sku: str, *, party: str, day: dt.date) -> list[str]:
        """Return a party's lots that are there by a day, the latest first; of one day those of new names first."""
        rows = [
            row
            for row in self.lots.rows.values()
            if row["sku"] == sku and self._party(row["reserved_for"]) == party and row["arrives_on"] <= day
        ]
        rows.sort(key=lambda row: (-row["arrives_on"].toordinal(), (row["lot"],) in self._frozen, row["lot"]))
        return [str(row["lot"]) for row in rows]


def _in_order(one: str, two: str) -> Pair:
    return min(one, two), max(one, two)


def _claim(row: Mapping[str, str | int]) -> Claim:
    return Claim(
        lot=str(row["lot"]),
        order=str(row["reserved_for"]),
        site=str(row.get("reserved_site") or ""),
        day=dt.date.fromisoformat(str(row["arrives_on"])),
        units=int(row["quantity"]),
    )


def _wanted(
    lacks: Mapping[str, int], *, sites: Mapping[str, str], most: int
) -> Iterator[tuple[str, str, int]]:
    """Yield order, site and units of those that lack some, no more than `most` in all."""
    for order, units in lacks.items():
        given = min(units, most)
        if given > 0:
            most -= given
            yield order, sites.get(order, ""), given
