"""Shipments since the freeze: those that send a tied party's units to the other, and the parts the rest are taken from.

Source: ``docs/concepts/held.md``, H9.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from apportion.errors import Code, Finding, Severity
from apportion.govern.ties import Ties
from apportion.model.parsing import FILE, ROW
from apportion.model.world import View, World

Row = Mapping[str, Any]


def without_new_shipments(world: World, known: Collection[str]) -> World:
    """Return the world with only the shipments that were known at the freeze."""
    frame = world.tables.get("shipments")
    if frame is None:
        return world
    kept = frame.filter(pl.col("shipment").is_in(list(known)))
    return replace(world, tables={**world.tables, "shipments": kept})


def with_shipments(world: World, shipments: pl.DataFrame, *, known: Collection[str]) -> World:
    """Return the world with all shipments; a new one that names a parted lot takes from the part of its order."""
    lots = world.table("supply")
    rows = zip(lots["lot"], lots["reserved_for"], lots["quantity"], strict=True)
    parts: dict[tuple[str, str], list[str]] = defaultdict(list)
    left: dict[str, int] = {}
    for lot, order, quantity in rows:
        left[lot] = quantity
        if "/" in lot and order:
            parts[lot.split("/")[0], order].append(lot)
            parts[lot.rpartition("/")[0], order].append(lot)
    taken = [row["lot"] for row in shipments.iter_rows(named=True)]
    for place, row in enumerate(shipments.iter_rows(named=True)):
        if row["shipment"] in known:
            continue
        own = parts.get((row["lot"], row["order"]), ())
        part = next((lot for lot in own if left[lot] >= row["quantity"]), None)
        if part is not None:
            left[part] -= row["quantity"]
            taken[place] = part
    frame = shipments.with_columns(pl.Series("lot", taken, dtype=pl.String()))
    return replace(world, tables={**world.tables, "shipments": frame})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A shipment that carries out what nobody decided.

    Attributes:
        shipment: Its id.
        finding: What is told of it.
        parties: The two parties it lies between.
    """

    shipment: str
    finding: Finding
    parties: tuple[str, ...]


def check_sent(world: World, *, known: Collection[str], ties: Ties) -> Iterator[Sent]:
    """Yield the new shipments that send units booked for a party to one that is tied to it.

    Args:
        world: The facts as they stand.
        known: The shipments that stood at the freeze.
        ties: Who is tied to whom.
    """
    if ties.rivals:
        checking = _Checking(world, known=known, ties=ties)
        shipments = replace(world, view=View()).table("shipments").sort("shipped_on", "shipment")
        for row in shipments.iter_rows(named=True):
            yield from checking.check(row)


class _Checking:
    """Follows the shipments in their order, and what they leave of each lot."""

    def __init__(self, world: World, *, known: Collection[str], ties: Ties) -> None:
        lots = replace(world, view=View()).table("supply")
        self._known = known
        self._ties = ties
        self._lots: dict[str, Row] = {row["lot"]: row for row in lots.iter_rows(named=True)}
        self._left: dict[str, int] = {lot: row["quantity"] for lot, row in self._lots.items()}
        self._received: dict[tuple[str, str], int] = defaultdict(int)

    def _party(self, order: object) -> str | None:
        return self._ties.customers.get(str(order)) if order else None

    def check(self, row: Row) -> Iterator[Sent]:
        """Yield what is wrong with the next shipment."""
        receiver = self._party(row["order"])
        owner = self._owner(row, receiver=receiver)
        self._received[receiver or "", row["sku"]] += row["quantity"]
        if row["lot"] in self._left:
            self._left[row["lot"]] -= row["quantity"]
        if owner is not None and receiver is not None and row["shipment"] not in self._known:
            yield Sent(
                shipment=row["shipment"],
                finding=_finding(row, owner=owner, receiver=receiver),
                parties=tuple(sorted((owner, receiver))),
            )

    def _owner(self, row: Row, *, receiver: str | None) -> str | None:
        """Return the tied party whose units a shipment sends to another; None where it sends none."""
        rivals = self._ties.rivals.get(receiver or "", frozenset())
        lot = self._lots.get(row["lot"] or "")
        if not rivals:
            return None
        if lot is not None and self._party(lot["reserved_for"]) in rivals:
            return self._party(lot["reserved_for"])
        is_overdrawn = lot is not None and self._left[row["lot"]] < row["quantity"]
        if lot is None or is_overdrawn:
            return self._behind(row, receiver=str(receiver), rivals=rivals)
        return None

    def _behind(self, row: Row, *, receiver: str, rivals: Collection[str]) -> str | None:
        """Return the tied party whose units it must be where the receiver's own and the stock do not suffice.

        Units that come from no lot named, or from one that has no more, can be the receiver's own or nobody's.
        """
        there = [lot for lot in self._lots.values() if self._is_there(lot, row["sku"], day=row["shipped_on"])]
        own = sum(lot["quantity"] for lot in there if self._party(lot["reserved_for"]) in {receiver, None})
        if self._received[receiver, row["sku"]] + row["quantity"] <= own:
            return None
        theirs = (self._party(lot["reserved_for"]) for lot in there if lot["quantity"])
        return next((party for party in theirs if party in rivals), None)

    def _is_there(self, lot: Row, sku: str, *, day: dt.date) -> bool:
        return bool(lot["sku"] == sku and lot["arrives_on"] <= day)


def _finding(row: Row, *, owner: str, receiver: str) -> Finding:
    lot = f"of lot {row['lot']!r}" if row["lot"] else "of no lot named"
    return Finding(
        code=Code.NOT_DECIDED,
        severity=Severity.ERROR,
        file=str(row[FILE]),
        row=int(row[ROW]),
        column="lot" if row["lot"] else "order",
        found=f"Shipment {row['shipment']!r} sends {row['quantity']} units {lot}, booked for {owner!r}, to order "
        f"{row['order']!r} of {receiver!r}. A conflict ties the two, and no decision moves these units.",
        expected="a decision that was taken and applied before the units ship.",
        fix="Have it decided: propose the move, which is then a ratification; or correct the shipment.",
    )
