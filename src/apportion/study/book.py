"""What is booked: lots with the orders they are reserved for, and who receives which part of them.

A **part** is units of one lot that one order receives at one site. As booked, each lot goes to the order it is
reserved for, at its reserved site or else that order's first one, on the lot's own day; a proposal sends parts of
lots elsewhere.

Source: ``docs/concepts/allocation.md``, "As booked"; ``docs/concepts/assessment.md``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from apportion.model.plan import MILLION
from apportion.model.world import World
from apportion.study.entries import sku_rates
from apportion.study.stock import stock_after_shipments

ORDERED = (
    MILLION * MILLION
)  # Parts of 10⁻¹² in an ordered unit: millionths of a unit times a rate in millionths.


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """What shipments left of one lot.

    Attributes:
        lot: Its id.
        sku: What it is.
        arrives: The day it arrives, as an ordinal.
        stated: Whole units as the facts state them.
        units: Whole units that are left.
        reserved_for: The order it is booked for; empty: none.
        reserved_site: The site it is booked for; empty: the order's first.
        balance: The name it shares with what it keeps a sum with; empty: none.
    """

    lot: str
    sku: str
    arrives: int
    stated: int
    units: int
    reserved_for: str = ""
    reserved_site: str = ""
    balance: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One order as far as a booking looks at it.

    Attributes:
        order: Its id.
        customer: Who ordered.
        rates: Millionths of an ordered unit that one unit of each accepted SKU fills, best first.
        sites: The sites it accepts, best first.
        open: What may still be filled, in parts of 10⁻¹² of an ordered unit; 0 where it is not to be planned.
        balance: As of a lot.
    """

    order: str
    customer: str
    rates: Mapping[str, int]
    sites: tuple[str, ...]
    open: int
    balance: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Units of one lot that one order receives.

    Attributes:
        lot: The lot.
        order: The order.
        sku: What they are.
        site: Where to.
        day: The day they ship, as an ordinal.
        units: Millionths of a unit.
    """

    lot: str
    order: str
    sku: str
    site: str
    day: int
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """Whole units of a lot that a proposal gives to an order at a site."""

    lot: str
    order: str
    site: str
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """All lots and orders of a world.

    Attributes:
        lots: By id, in the order in which they arrive.
        lines: By id.
        start: First day of the plan, as an ordinal.
        end: First day after it.
    """

    lots: Mapping[str, Lot]
    lines: Mapping[str, Line]
    start: int
    end: int

    def booked_site(self, lot: Lot) -> str | None:
        """Return where a lot goes as booked; None where it has no order, or that accepts not its SKU or site."""
        line = self.lines.get(lot.reserved_for)
        if line is None or lot.sku not in line.rates:
            return None
        site = lot.reserved_site or line.sites[0]
        return site if site in line.sites else None


def read_book(world: World) -> Book:
    """Return the book of a world under its view: what shipments left of lots and orders."""
    left = {stack.lot: stack for stacks in stock_after_shipments(world).values() for stack in stacks}
    rows = sorted(
        world.table("supply").iter_rows(named=True), key=lambda row: (row["arrives_on"], row["lot"])
    )
    lots = {
        row["lot"]: Lot(
            lot=row["lot"],
            sku=row["sku"],
            arrives=row["arrives_on"].toordinal(),
            stated=row["quantity"],
            units=left[row["lot"]].units // MILLION,
            reserved_for=row["reserved_for"] or "",
            reserved_site=row["reserved_site"] or "",
            balance=row["balance"] or "",
        )
        for row in rows
    }
    calendar = world.settings.calendar
    return Book(
        lots=lots,
        lines={line.order: line for line in _read_lines(world)},
        start=calendar.start_on.toordinal(),
        end=calendar.end_on.toordinal(),
    )


def _read_lines(world: World) -> Iterable[Line]:
    rows = list(world.table("orders").iter_rows(named=True))
    rates = {row["order"]: sku_rates(row["skus"]) for row in rows}
    gone: dict[str, int] = {}
    for order, sku, quantity in world.table("shipments").select("order", "sku", "quantity").iter_rows():
        filled = quantity * MILLION * rates.get(order, {}).get(sku, MILLION)
        gone[order] = gone.get(order, 0) + filled
    commitments = world.settings.policy.commitments
    for row in rows:
        is_planned = row["status"] == "open" and row["commitment"] in commitments
        still_open = max(0, row["quantity"] * ORDERED - gone.get(row["order"], 0)) if is_planned else 0
        yield Line(
            order=row["order"],
            customer=row["customer"],
            rates=rates[row["order"]],
            sites=tuple(dict.fromkeys(row["sites"])),
            open=still_open,
            balance=row["balance"] or "",
        )


def booked_parts(book: Book) -> list[Part]:
    """Return who receives what as booked."""
    return parts_with(book, sends=())


def parts_with(book: Book, *, sends: Iterable[Send]) -> list[Part]:
    """Return who receives what as booked, but for the units that are sent elsewhere.

    What is sent fills an order before what it keeps of its own lots; what it has no room for stays in stock. A
    lot that arrives after the horizon is received by nobody.
    """
    giving = _Giving(book)
    for send in sends:
        giving.give(send.lot, order=send.order, site=send.site, units=send.units * MILLION)
    for lot in book.lots.values():
        site = book.booked_site(lot)
        if site is not None:
            giving.give(lot.lot, order=lot.reserved_for, site=site, units=giving.left[lot.lot])
    return sorted(giving.parts, key=lambda part: (part.day, part.lot, part.order, part.site))


class _Giving:
    """Keeps count of what is left of lots and open of orders while parts are given."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self.left = {lot.lot: lot.units * MILLION for lot in book.lots.values()}
        self._open = {line.order: line.open for line in book.lines.values()}
        self.parts: list[Part] = []

    def give(self, lot: str, *, order: str, site: str, units: int) -> None:
        """Give an order so many millionths of a lot, or what the lot has left and the order has room for."""
        one, rate = self._book.lots[lot], self._book.lines[order].rates[self._book.lots[lot].sku]
        given = min(units, self.left[lot], self._open[order] // rate)
        if given <= 0 or one.arrives >= self._book.end:
            return
        self.left[lot] -= given
        self._open[order] -= given * rate
        day = max(one.arrives, self._book.start)
        self.parts.append(Part(lot=lot, order=order, sku=one.sku, site=site, day=day, units=given))
