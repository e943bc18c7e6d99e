"""Checks of orders, lots and shipments against each other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from apportion.errors import Code, Finding, Severity
from apportion.model.accepts import accepted, parse_accepted
from apportion.model.parsing import FILE, ROW
from apportion.model.room import later, read_rooms
from apportion.model.world import World

Row = Mapping[str, object]
_MILLION = 10**6


def _finding(row: Row, code: Code, *, severity: Severity, **words: str) -> Finding:
    return Finding(code=code, severity=severity, file=str(row[FILE]), row=int(str(row[ROW])), **words)


def check_accepted_skus(world: World) -> list[Finding]:
    """List rates that are no number above 0, a first SKU with another rate than 1, and SKUs or sites named twice."""
    found: list[Finding] = []
    orders = world.tables.get("orders")
    if orders is None or not {"skus", "sites"} <= set(orders.columns):
        return found
    for row in orders.iter_rows(named=True):
        parts = [parse_accepted(text) for text in row["skus"] or ()]
        for text, (_, rate) in zip(row["skus"] or (), parts, strict=True):
            if rate is None:
                found.append(_bad_rate(row, text))
        if parts and parts[0][1] not in {None, _MILLION}:
            found.append(_first_rate(row))
        for column, names in (("skus", [sku for sku, _ in parts]), ("sites", row["sites"] or [])):
            if len(set(names)) < len(names):
                found.append(_repeated(row, column))
    return found


def _bad_rate(row: Row, text: str) -> Finding:
    return _finding(
        row,
        Code.VALUE_INVALID,
        severity=Severity.ERROR,
        column="skus",
        found=f"The cell holds {text!r}.",
        expected="SKU or SKU:rate, the rate a number above 0 of at most six decimals.",
        fix="Correct the rate: how many ordered units one such unit fills.",
    )


def _first_rate(row: Row) -> Finding:
    return _finding(
        row,
        Code.FIRST_SKU_RATE,
        severity=Severity.ERROR,
        column="skus",
        found=f"The first SKU of order {row['order']!r} has a rate of its own.",
        expected="a rate of 1 for the first SKU, since ordered units are units of it.",
        fix="Take the rate off the first SKU and state the others in its units.",
    )


def _repeated(row: Row, column: str) -> Finding:
    return _finding(
        row,
        Code.OPTION_REPEATED,
        severity=Severity.ERROR,
        column=column,
        found=f"Order {row['order']!r} names one of its {column} twice.",
        expected=f"each of the {column} once, best first.",
        fix="Take the repetition out.",
    )


def check_min_ship(world: World) -> list[Finding]:
    """List the orders whose least shipment is more than they order."""
    orders = world.table("orders")
    return [
        _finding(
            row,
            Code.MIN_SHIP_ABOVE_QUANTITY,
            severity=Severity.ERROR,
            column="min_ship",
            found=f"Order {row['order']!r} of {row['quantity']} has a min_ship of {row['min_ship']}.",
            expected="a least shipment of at most the quantity (equal: all or nothing).",
            fix="Lower min_ship or raise the quantity.",
        )
        for row in orders.filter(orders["min_ship"] > orders["quantity"]).iter_rows(named=True)
    ]


def check_promised_after_placed(world: World) -> list[Finding]:
    """List the orders promised before they were placed."""
    orders = world.table("orders")
    return [
        _finding(
            row,
            Code.PROMISED_BEFORE_PLACED,
            severity=Severity.WARNING,
            column="promised_on",
            found=f"Order {row['order']!r} was promised for {row['promised_on']} but placed on {row['placed_on']}.",
            expected="a promise no earlier than the order.",
            fix="Correct one of the dates, or repeat the row with the known_on of the amendment.",
        )
        for row in orders.filter(orders["promised_on"] < orders["placed_on"]).iter_rows(named=True)
    ]


def check_shipments(world: World) -> list[Finding]:
    """List shipments that were live before they were shipped, or of a SKU their order does not accept."""
    orders = {row["order"]: row for row in world.table("orders").iter_rows(named=True)}
    found: list[Finding] = []
    for row in world.table("shipments").iter_rows(named=True):
        if row["live_on"] is not None and row["live_on"] < row["shipped_on"]:
            found.append(_live_too_early(row))
        order = orders.get(row["order"])
        if order is not None and row["sku"] not in {one.sku for one in accepted(order)}:
            found.append(_not_accepted(row))
    return found


def _live_too_early(row: Row) -> Finding:
    return _finding(
        row,
        Code.LIVE_BEFORE_SHIPPED,
        severity=Severity.ERROR,
        column="live_on",
        found=f"Shipment {row['shipment']!r} was live on {row['live_on']} but shipped on {row['shipped_on']}.",
        expected="live_on no earlier than shipped_on.",
        fix="Correct one of the dates.",
    )


def _not_accepted(row: Row) -> Finding:
    return _finding(
        row,
        Code.SHIPMENT_SKU_NOT_ACCEPTED,
        severity=Severity.WARNING,
        column="sku",
        found=f"Shipment {row['shipment']!r} sent {row['sku']!r}, which order {row['order']!r} does not accept.",
        expected="a SKU that the order accepts.",
        fix="It fills one ordered unit a unit; correct it, or let the order accept the SKU with its rate.",
    )


def check_shipped_quantities(world: World) -> list[Finding]:
    """List the shipments with which an order or a lot is overdrawn for the first time."""
    orders = {row["order"]: row for row in world.table("orders").iter_rows(named=True)}
    lots = dict(world.table("supply").select("lot", "quantity").iter_rows())
    filled: dict[str, int] = {}
    taken: dict[str, int] = {}
    found: list[Finding] = []
    for row in world.table("shipments").sort("shipped_on", "shipment").iter_rows(named=True):
        order = orders.get(row["order"])
        if order is not None:
            rates = {one.sku: one.rate for one in accepted(order)}
            before = filled.get(row["order"], 0)
            filled[row["order"]] = before + row["quantity"] * rates.get(row["sku"], _MILLION)
            if before <= order["quantity"] * _MILLION < filled[row["order"]]:
                found.append(_too_much(row, Code.SHIPMENT_ABOVE_QUANTITY, of=f"order {row['order']!r}"))
        if row["lot"] in lots:
            before = taken.get(row["lot"], 0)
            taken[row["lot"]] = before + row["quantity"]
            if before <= lots[row["lot"]] < taken[row["lot"]]:
                found.append(_too_much(row, Code.SHIPMENT_ABOVE_LOT, of=f"lot {row['lot']!r}"))
    return found


def _too_much(row: Row, code: Code, *, of: str) -> Finding:
    return _finding(
        row,
        code,
        severity=Severity.WARNING,
        column="quantity",
        found=f"With shipment {row['shipment']!r} of {row['quantity']} more has been shipped than {of} holds.",
        expected=f"at most what {of} holds.",
        fix="Correct the quantity, or record the return as a new lot.",
    )


def check_windows(world: World) -> list[Finding]:
    """List the open orders that no round falls into."""
    calendar = world.settings.calendar
    found: list[Finding] = []
    for row in world.table("orders").iter_rows(named=True):
        first = calendar.first_round(row["earliest_on"])
        end = len(calendar)
        if row["max_late_days"] is not None:
            end = calendar.round_after(later(row["requested_on"], days=row["max_late_days"]))
        if row["status"] == "open" and first >= end:
            found.append(_no_round(row, last=calendar.rounds[-1]))
    return found


def _no_round(row: Row, *, last: dt.date) -> Finding:
    return _finding(
        row,
        Code.NO_ROUND,
        severity=Severity.WARNING,
        column="requested_on",
        found=f"Order {row['order']!r}, wanted on {row['requested_on']}, is open in no round of the plan.",
        expected=f"a window that holds a round; the last is {last}.",
        fix="It will be short; move the window, lengthen the plan, or divide supply more often.",
    )


def check_usable_sites(world: World) -> list[Finding]:
    """List the open orders of which no accepted site may be used or can cool what is ordered."""
    rooms = read_rooms(world)
    found: list[Finding] = []
    for row in world.table("orders").filter(world.table("orders")["status"] == "open").iter_rows(named=True):
        options = [(one.sku, site) for one in accepted(row) for site in row["sites"] if site in rooms.sites]
        known = [(sku, site) for sku, site in options if sku in rooms.unit_milliwatt]
        usable = [
            site
            for sku, site in known
            if rooms.may_use(row["customer"], site=site) and rooms.is_cooled(sku, site=site)
        ]
        if known and not usable:
            found.append(_no_site(row))
    return found


def _no_site(row: Row) -> Finding:
    return _finding(
        row,
        Code.NO_USABLE_SITE,
        severity=Severity.WARNING,
        column="sites",
        found=f"Order {row['order']!r} accepts {'|'.join(_texts(row['sites']))!r}; none of them can take it.",
        expected="a site that the customer may use and that offers a cooling the SKU can use.",
        fix="It will be short; name another site, or correct users or cooling.",
    )


def _texts(value: object) -> Iterable[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


def check_split_pools(world: World) -> list[Finding]:
    """List the customers whose orders of several pools accept the same SKU."""
    pools = dict(world.table("skus").select("sku", "pool").iter_rows())
    seen: dict[tuple[str, str], tuple[str, str]] = {}
    told: set[tuple[str, str]] = set()
    found: list[Finding] = []
    for row in world.table("orders").iter_rows(named=True):
        parts = accepted(row)
        pool = pools.get(parts[0].sku, "") if parts else ""
        for one in parts:
            key = (row["customer"], one.sku)
            first_order, first_pool = seen.setdefault(key, (row["order"], pool))
            if first_pool != pool and key not in told:
                told.add(key)
                found.append(_split(row, one.sku, first_order=first_order, pools=f"{first_pool} and {pool}"))
    return found


def _split(row: Row, sku: str, *, first_order: str, pools: str) -> Finding:
    return _finding(
        row,
        Code.SPLIT_POOL,
        severity=Severity.WARNING,
        column="skus",
        found=f"Orders {first_order!r} and {row['order']!r} of {row['customer']!r} accept {sku!r} in pools {pools}.",
        expected="one pool for all orders of a customer that accept the same SKU.",
        fix="Each pool is levelled by itself; put the SKUs in one pool where their shares should be one.",
    )


ORDER_CHECKS = (
    check_accepted_skus,
    check_min_ship,
    check_promised_after_placed,
    check_shipments,
    check_shipped_quantities,
    check_windows,
    check_usable_sites,
    check_split_pools,
)
