"""What a proposal concerns: its lots and orders, and a world in which there is nothing else to divide.

The scope begins with the lots named and the orders that receive from them, as booked or by the moves. It takes in
every lot reserved for an order concerned, and every order booked at a site that an order concerned accepts, until
nothing is added. All else keeps its booked allocations and what it draws.

Source: ``docs/concepts/assessment.md``, "What is concerned".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import polars as pl

from apportion.engine.quotas import QuotaRow, read_quotas
from apportion.model.parsing import FILE, ROW
from apportion.model.plan import MILLION
from apportion.model.world import World
from apportion.study.book import Book, Part, Send, booked_parts

# Stands in for the lots that shipments have used up: the oldest there is, and gone to the last unit.
_SHIPPED = "(shipped)"
_OLDEST = dt.date(1, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The lots and orders that are divided anew."""

    lots: frozenset[str]
    orders: frozenset[str]


def whole_market(book: Book) -> Scope:
    """Return the scope that leaves nothing out."""
    return Scope(lots=frozenset(book.lots), orders=frozenset(book.lines))


def scope_of(book: Book, sends: Sequence[Send]) -> Scope:
    """Return what a proposal's moves concern, closed."""
    parts = booked_parts(book)
    named = {send.lot for send in sends}
    orders = {send.order for send in sends}
    lots: set[str] = set()
    while True:
        found_lots = named | {lot.lot for lot in book.lots.values() if lot.reserved_for in orders}
        sites = {site for order in orders for site in book.lines[order].sites}
        found = orders | {part.order for part in parts if part.lot in found_lots or part.site in sites}
        if found == orders and found_lots == lots:
            return Scope(lots=frozenset(lots), orders=frozenset(orders))
        orders, lots = found, found_lots


def within(book: Book, scope: Scope) -> Book:
    """Return the part of a book that lies in a scope."""
    return replace(
        book,
        lots={name: lot for name, lot in book.lots.items() if name in scope.lots},
        lines={name: line for name, line in book.lines.items() if name in scope.orders},
    )


def scoped_world(world: World, *, book: Book, scope: Scope) -> World:
    """Return the world with only the scope's lots and orders to divide; sites keep all that stands there.

    Lots hold what shipments left of them. Shipments stay, since they fill orders and draw power; what they took
    is a lot of its own. Quotas are less by what is booked outside the scope.

    Args:
        world: The facts.
        book: All its lots and orders.
        scope: What is divided anew.
    """
    inside = within(book, scope)
    orders = world.table("orders").filter(pl.col("order").is_in(list(scope.orders)))
    tables = {**world.tables, "orders": orders, "supply": _supply(world, inside)}
    if "shipments" in world.tables:
        no_lot = pl.lit(None, dtype=pl.String()).alias("lot")
        tables["shipments"] = world.table("shipments").with_columns(no_lot)
    if "quotas" in world.tables:
        outside = [part for part in booked_parts(book) if part.order not in scope.orders]
        tables["quotas"] = _quotas(world, _used(world, book=book, parts=outside))
    return replace(world, tables=tables)


def _supply(world: World, inside: Book) -> pl.DataFrame:
    supply = world.table("supply").filter(pl.col("lot").is_in(list(inside.lots)))
    left = pl.Series([inside.lots[lot].units for lot in supply["lot"]], dtype=supply.schema["quantity"])
    gone = world.table("shipments").group_by("sku", maintain_order=True).agg(pl.col("quantity").sum())
    used_up = [
        {
            "lot": f"{_SHIPPED} {sku}",
            "sku": sku,
            "supplier": _SHIPPED,
            "arrives_on": _OLDEST,
            "quantity": quantity,
            ROW: 0,
            FILE: "",
            # Whoever looks: an empty cell of `public_on` would hide it from the public.
            **{name: _OLDEST for name in ("known_on", "public_on") if name in supply.columns},
        }
        for sku, quantity in gone.select("sku", "quantity").iter_rows()
    ]
    lots = supply.with_columns(left.alias("quantity"))
    return (
        pl.concat([lots, pl.DataFrame(used_up, schema_overrides=lots.schema)], how="diagonal")
        if used_up
        else lots
    )


def _quotas(world: World, used: dict[str, int]) -> pl.DataFrame:
    quotas = world.table("quotas")
    left = [max(0, most - used.get(name, 0)) for name, most in quotas.select("quota", "at_most").iter_rows()]
    return quotas.with_columns(pl.Series("at_most", left, dtype=quotas.schema["at_most"]))


def _used(world: World, *, book: Book, parts: Iterable[Part]) -> dict[str, int]:
    """Return the units, rounded up, that parts take of each quota."""
    groups = dict(world.table("parties").select("party", "group").iter_rows())
    quotas = read_quotas(world)
    used = dict.fromkeys((quota.quota for quota in quotas), 0)
    for part in parts:
        customer = book.lines[part.order].customer
        group = groups.get(customer) or customer
        for quota in quotas:
            is_one = quota.matches(customer=customer, group=group, sku=part.sku, site=part.site)
            if is_one and _holds(quota, dt.date.fromordinal(part.day)):
                used[quota.quota] += part.units
    return {name: -(-units // MILLION) for name, units in used.items()}


def _holds(quota: QuotaRow, day: dt.date) -> bool:
    is_begun = quota.from_on is None or quota.from_on <= day
    return is_begun and (quota.until_on is None or day < quota.until_on)
