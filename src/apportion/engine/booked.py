"""The rule `as-booked`: each lot to the order it is reserved for, on its own date. The baseline of studies.

Readiness, dates, users, cooling, quotas, tiers and lots are ignored. What goes beyond the order's quantity, or is
of a SKU that it does not accept, is a finding and stays in stock.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from apportion.engine.at_row import Row, finding_at
from apportion.engine.problem import MILLION, Order, Problem
from apportion.errors import Code, Finding, Severity
from apportion.model.accepts import accepted
from apportion.model.world import World


@dataclass(frozen=True, slots=True)
class Booked:
    """Units of one SKU that an order receives on a lot's day.

    Attributes:
        order: Index of the order.
        sku: The SKU.
        site: The site it is booked for; where none is, the order's first.
        day: The lot's day, or the first day of the plan where it came before.
        units: Millionths of a unit.
        rate: Millionths of an ordered unit that one unit fills.
    """

    order: int
    sku: str
    site: str
    day: dt.date
    units: int
    rate: int


def book(world: World, problem: Problem) -> tuple[list[Booked], list[Finding]]:
    """Return what each order receives as booked, in canonical order by day, and what could not be booked."""
    orders = {row["order"]: row for row in world.table("orders").iter_rows(named=True)}
    left = left_of_lots(world)
    still_open = {order.order: order.open for order in problem.orders}
    booked: dict[tuple[int, str, str, dt.date], Booked] = {}
    findings: list[Finding] = []
    calendar = world.settings.calendar
    for row in world.table("supply").sort("arrives_on", "lot").iter_rows(named=True):
        order = problem.by_id.get(row["reserved_for"] or "")
        if order is None or row["arrives_on"] >= calendar.end_on or not left[row["lot"]]:
            continue
        rates = {one.sku: one.rate for one in accepted(orders[order.order])}
        if row["sku"] not in rates:
            findings.append(_not_accepted(row, order))
            continue
        sites = [str(one) for one in orders[order.order]["sites"]]
        site = row["reserved_site"] or sites[0]
        if site not in sites:
            findings.append(_site_not_accepted(row, order, sites=sites))
            continue
        most = still_open[order.order] // rates[row["sku"]]
        units = min(left[row["lot"]] * MILLION, most)
        if units < left[row["lot"]] * MILLION and order.open:
            findings.append(_too_much(row, order, booked_units=units // MILLION))
        if units:
            still_open[order.order] -= units * rates[row["sku"]]
            day = max(row["arrives_on"], calendar.start_on)
            key = (order.index, row["sku"], site, day)
            already = booked[key].units if key in booked else 0
            booked[key] = Booked(order.index, row["sku"], site, day, already + units, rates[row["sku"]])
    return [booked[key] for key in sorted(booked)], findings


def left_of_lots(world: World) -> dict[str, int]:
    """Return what the shipments left of each lot, whole units."""
    left = dict(world.table("supply").select("lot", "quantity").iter_rows())
    for row in world.table("shipments").iter_rows(named=True):
        if row["lot"] in left:
            left[row["lot"]] = max(0, left[row["lot"]] - row["quantity"])
    return left


def _not_accepted(row: Row, order: Order) -> Finding:
    return finding_at(
        row,
        Code.BOOKED_SKU_NOT_ACCEPTED,
        severity=Severity.WARNING,
        column="reserved_for",
        found=f"Lot {row['lot']!r} of {row['sku']} is reserved for order {order.order!r}, which does not accept it.",
        expected="an order that accepts the lot's SKU.",
        fix="It stays in stock; reserve it for another order, or let the order accept it.",
    )


def _site_not_accepted(row: Row, order: Order, *, sites: Sequence[str]) -> Finding:
    return finding_at(
        row,
        Code.BOOKED_SITE_NOT_ACCEPTED,
        severity=Severity.WARNING,
        column="reserved_site",
        found=f"Lot {row['lot']!r} is booked for {row['reserved_site']!r}; order {order.order!r} does not accept it.",
        expected=f"one of {', '.join(sites)}.",
        fix="It stays in stock; name an accepted site, or leave the cell empty for the order's first.",
    )


def _too_much(row: Row, order: Order, *, booked_units: int) -> Finding:
    return finding_at(
        row,
        Code.BOOKED_ABOVE_QUANTITY,
        severity=Severity.WARNING,
        column="quantity",
        found=f"Lot {row['lot']!r} holds {row['quantity']} units; order {order.order!r} has room for {booked_units}.",
        expected="no more reserved than the order still wants.",
        fix="The rest stays in stock; reserve it for another order.",
    )
