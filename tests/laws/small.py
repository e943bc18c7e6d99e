"""Small worlds whose rows stand in the test: cells that a test does not speak of have a plain value."""

from __future__ import annotations

import datetime as dt

from tests.worlds import RawWorld

START_ON, END_ON = dt.date(2024, 1, 1), dt.date(2024, 1, 11)
DEFAULTS: dict[str, dict[str, str]] = {
    "parties": {"kind": "customer", "weight": "1"},
    "skus": {"vendor": "v", "site_kw": "1"},
    "sites": {"operator": "v"},
    "readiness": {"step": "hall", "ready_on": "2023-01-01", "power_kw": "1000"},
    "supply": {"supplier": "v", "arrives_on": "2024-01-01"},
    "orders": {"skus": "k", "sites": "s", "requested_on": "2024-01-01"},
    "quotas": {},
    "shipments": {},
    "fleet": {},
}
# One SKU k, one site s with power for a thousand units.
PLAIN = {"skus": "sku\nk", "sites": "site\ns", "readiness": "site\ns"}


def table(text: str, *, name: str) -> list[dict[str, str]]:
    """Return rows from lines of cells parted by blanks, the first line naming the columns; ``-`` is empty."""
    head, *lines = [line.split() for line in text.strip().splitlines()]
    rows = [
        {column: "" if cell == "-" else cell for column, cell in zip(head, line, strict=True)}
        for line in lines
    ]
    named = {"parties": "party", "skus": "sku", "sites": "site"}.get(name)
    return [({"name": row[named]} if named else {}) | DEFAULTS[name] | row for row in rows]


def small(orders: str, supply: str, *, level_by: str = "pool", **tables: str) -> RawWorld:
    """Return a world of daily rounds from 1 to 10 January 2024; every customer is a party, of weight 1 unless told."""
    rows = {name: table(text, name=name) for name, text in (PLAIN | tables).items()}
    rows |= {"orders": table(orders, name="orders"), "supply": table(supply, name="supply")}
    known = {row["party"] for row in rows.get("parties", [])}
    others = sorted({row["customer"] for row in rows["orders"]} - known)
    plain = table("\n".join(["party", *others]), name="parties")
    rows["parties"] = rows.get("parties", []) + plain
    settings = {
        "name": "small",
        "start_on": START_ON,
        "end_on": END_ON,
        "round": "day",
        "policy": {"level_by": level_by},
    }
    return RawWorld(settings, rows)


def january(number: int) -> dt.date:
    """Return a day of the month in which all small worlds play."""
    return dt.date(2024, 1, number)
