"""Checks of orders, lots and shipments against each other."""

from __future__ import annotations

import datetime as dt
from functools import partial

import polars as pl

from apportion.engine.at_row import Row, finding_at, findings_at
from apportion.errors import Code, Finding, Severity
from apportion.model.accepts import accepted, parse_accepted
from apportion.model.parsing import FILE, ROW
from apportion.model.room import Rooms, read_rooms
from apportion.model.world import World

_MILLION = 10**6
_EPOCH = dt.date(1970, 1, 1).toordinal()  # Day 0 of a column of dates.


def check_accepted_skus(world: World) -> list[Finding]:
    """List rates that are no number above 0, a first SKU with another rate than 1, and SKUs or sites named twice."""
    orders = world.tables.get("orders")
    if orders is None or not {"order", "skus", "sites"} <= set(orders.columns):
        return []
    each = orders.select(ROW, FILE, "order", text="skus").explode("text").drop_nulls("text")
    # Few texts are different from each other, and few have a rate, so each is read once.
    texts = [text for text in each["text"].unique().to_list() if ":" in text]
    read = {text: parse_accepted(text) for text in texts}
    bad = [text for text, (_, rate) in read.items() if rate is None]
    own = [text for text, (_, rate) in read.items() if rate not in {None, _MILLION}]
    names = pl.element().replace({text: sku for text, (sku, _) in read.items()})
    repeated = {"skus": pl.col("skus").list.eval(names), "sites": pl.col("sites")}
    found = findings_at(each.filter(pl.col("text").is_in(bad)), _bad_rate)
    found += findings_at(orders.filter(pl.col("skus").list.first().is_in(own)), _first_rate)
    for column, listed in repeated.items():
        twice = orders.filter(listed.list.len() > listed.list.n_unique())
        found += findings_at(twice, partial(_repeated, column=column))
    return found


def _bad_rate(row: Row) -> Finding:
    return finding_at(
        row,
        Code.VALUE_INVALID,
        severity=Severity.ERROR,
        column="skus",
        found=f"The cell holds {row['text']!r}.",
        expected="SKU or SKU:rate, the rate a number above 0 of at most six decimals.",
        fix="Correct the rate: how many ordered units one such unit fills.",
    )


def _first_rate(row: Row) -> Finding:
    return finding_at(
        row,
        Code.FIRST_SKU_RATE,
        severity=Severity.ERROR,
        column="skus",
        found=f"The first SKU of order {row['order']!r} has a rate of its own.",
        expected="a rate of 1 for the first SKU, since ordered units are units of it.",
        fix="Take the rate off the first SKU and state the others in its units.",
    )


def _repeated(row: Row, *, column: str) -> Finding:
    return finding_at(
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
    return findings_at(orders.filter(orders["min_ship"] > orders["quantity"]), _min_ship)


def _min_ship(row: Row) -> Finding:
    return finding_at(
        row,
        Code.MIN_SHIP_ABOVE_QUANTITY,
        severity=Severity.ERROR,
        column="min_ship",
        found=f"Order {row['order']!r} of {row['quantity']} has a min_ship of {row['min_ship']}.",
        expected="a least shipment of at most the quantity (equal: all or nothing).",
        fix="Lower min_ship or raise the quantity.",
    )


def check_promised_after_placed(world: World) -> list[Finding]:
    """List the orders promised before they were placed."""
    orders = world.table("orders")
    return findings_at(orders.filter(orders["promised_on"] < orders["placed_on"]), _promised_early)


def _promised_early(row: Row) -> Finding:
    return finding_at(
        row,
        Code.PROMISED_BEFORE_PLACED,
        severity=Severity.WARNING,
        column="promised_on",
        found=f"Order {row['order']!r} was promised for {row['promised_on']} but placed on {row['placed_on']}.",
        expected="a promise no earlier than the order.",
        fix="Correct one of the dates, or repeat the row with the known_on of the amendment.",
    )


def check_shipments(world: World) -> list[Finding]:
    """List shipments that were live before they were shipped, or of a SKU their order does not accept."""
    shipments = world.table("shipments")
    early = shipments.filter(pl.col("live_on") < pl.col("shipped_on"))
    found = findings_at(early, _live_too_early)
    accepts = {name: {one.sku for one in accepted(row)} for name, row in _orders_of(world, shipments).items()}
    is_wrong = [
        order in accepts and sku not in accepts[order]
        for order, sku in shipments.select("order", "sku").iter_rows()
    ]
    return found + findings_at(shipments.filter(pl.Series(is_wrong, dtype=pl.Boolean)), _not_accepted)


def _orders_of(world: World, shipments: pl.DataFrame) -> dict[str, Row]:
    """Return the orders that shipments fill, by id."""
    orders = world.table("orders").join(shipments.select("order"), on="order", how="semi")
    return {row["order"]: row for row in orders.iter_rows(named=True)}


def _live_too_early(row: Row) -> Finding:
    return finding_at(
        row,
        Code.LIVE_BEFORE_SHIPPED,
        severity=Severity.ERROR,
        column="live_on",
        found=f"Shipment {row['shipment']!r} was live on {row['live_on']} but shipped on {row['shipped_on']}.",
        expected="live_on no earlier than shipped_on.",
        fix="Correct one of the dates.",
    )


def _not_accepted(row: Row) -> Finding:
    return finding_at(
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
    orders = _orders_of(world, world.table("shipments"))
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
            if before <= int(str(order["quantity"])) * _MILLION < filled[row["order"]]:
                found.append(_too_much(row, Code.SHIPMENT_ABOVE_QUANTITY, of=f"order {row['order']!r}"))
        if row["lot"] in lots:
            before = taken.get(row["lot"], 0)
            taken[row["lot"]] = before + row["quantity"]
            if before <= lots[row["lot"]] < taken[row["lot"]]:
                found.append(_too_much(row, Code.SHIPMENT_ABOVE_LOT, of=f"lot {row['lot']!r}"))
    return found


def _too_much(row: Row, code: Code, *, of: str) -> Finding:
    return finding_at(
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
    rounds = pl.Series([day.toordinal() - _EPOCH for day in calendar.rounds], dtype=pl.Int64)
    orders = world.table("orders").filter(pl.col("status") == "open")
    first = rounds.search_sorted(orders["earliest_on"].to_physical().cast(pl.Int64), side="left")
    last_day = orders["requested_on"].to_physical().cast(pl.Int64) + orders["max_late_days"]
    end = rounds.search_sorted(last_day.fill_null(rounds[-1]), side="right")
    return findings_at(orders.filter(first >= end), partial(_no_round, last=calendar.rounds[-1]))


def _no_round(row: Row, *, last: dt.date) -> Finding:
    return finding_at(
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
    is_open_to_all = not any(rooms.users.values())
    cooled = {
        (sku, site) for sku in rooms.unit_milliwatt for site in rooms.sites if rooms.is_cooled(sku, site=site)
    }
    if is_open_to_all and len(cooled) == len(rooms.unit_milliwatt) * len(rooms.sites):
        return []
    orders = world.table("orders").filter(pl.col("status") == "open")
    # Orders of one customer that accept the same are answered once.
    answers: dict[tuple[str, str, str], bool] = {}
    lists = zip(
        orders["customer"], orders["skus"].list.join("|"), orders["sites"].list.join("|"), strict=True
    )
    is_wrong: list[bool] = []
    for customer, skus, sites in lists:
        key = (customer, skus, sites)
        if key not in answers:
            answers[key] = _has_no_site(rooms, customer=customer, skus=skus, sites=sites)
        is_wrong.append(answers[key])
    return findings_at(orders.filter(pl.Series(is_wrong, dtype=pl.Boolean)), _no_site)


def _has_no_site(rooms: Rooms, *, customer: str, skus: str, sites: str) -> bool:
    """Return whether none of the options can take the order, of those that are known."""
    known = [
        (sku, site)
        for sku in (parse_accepted(text)[0] for text in skus.split("|"))
        for site in sites.split("|")
        if sku in rooms.unit_milliwatt and site in rooms.sites
    ]
    return bool(known) and not any(
        rooms.may_use(customer, site=site) and rooms.is_cooled(sku, site=site) for sku, site in known
    )


def _no_site(row: Row) -> Finding:
    return finding_at(
        row,
        Code.NO_USABLE_SITE,
        severity=Severity.WARNING,
        column="sites",
        found=f"Order {row['order']!r} accepts {'|'.join(_texts(row['sites']))!r}; none of them can take it.",
        expected="a site that the customer may use and that offers a cooling the SKU can use.",
        fix="It will be short; name another site, or correct users or cooling.",
    )


def _texts(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


def check_split_pools(world: World) -> list[Finding]:
    """List the customers whose orders of several pools accept the same SKU, once for each SKU."""
    orders, pools = world.table("orders"), world.table("skus").select("sku", "pool")
    name = pl.element().str.replace(r"\s*:[^:]*$", "")
    each = orders.select(
        ROW, FILE, "order", "customer", first=pl.col("skus").list.first(), sku=pl.col("skus").list.eval(name)
    )
    options = (
        each.join(pools.rename({"sku": "first"}), on="first", how="inner", maintain_order="left")
        .explode("sku")
        .with_columns(
            first_order=pl.col("order").first().over("customer", "sku"),
            first_pool=pl.col("pool").first().over("customer", "sku"),
        )
        .filter(pl.col("pool") != pl.col("first_pool"))
        .unique(subset=["customer", "sku"], keep="first", maintain_order=True)
    )
    return findings_at(options, _split)


def _split(row: Row) -> Finding:
    both = f"Orders {row['first_order']!r} and {row['order']!r} of {row['customer']!r}"
    return finding_at(
        row,
        Code.SPLIT_POOL,
        severity=Severity.WARNING,
        column="skus",
        found=f"{both} accept {row['sku']!r} in pools {row['first_pool']} and {row['pool']}.",
        expected="one pool for all orders of a customer that accept the same SKU.",
        fix="Each pool is levelled by itself; put the SKUs in one pool where their shares should be one.",
    )


ORDER_ROW_CHECKS = (check_accepted_skus, check_min_ship, check_promised_after_placed, check_windows)
ORDER_CHECKS = (
    check_shipments,
    check_shipped_quantities,
    check_usable_sites,
    check_split_pools,
)
