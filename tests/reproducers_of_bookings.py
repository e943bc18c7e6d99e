"""The smallest scenario that gives each finding of lots that are booked, and of shipments that nobody decided."""

from __future__ import annotations

from apportion.errors import Code, Severity
from apportion.model.policy import Rule
from tests.broken import Broken, lot, order, party, shipment, site, sku, step

WARNING = Severity.WARNING
OF_BOOKINGS: dict[Code, Broken] = {
    Code.BOOKED_ABOVE_QUANTITY: Broken(
        file="supply.csv",
        row=2,
        column="quantity",
        quoted="'L' holds 7 units; order 'A' has room for 5",
        severity=WARNING,
        tables={"supply": [lot(reserved_for="A", quantity="7")]},
        rule=Rule.AS_BOOKED,
    ),
    Code.BOOKED_SKU_NOT_ACCEPTED: Broken(
        file="supply.csv",
        row=2,
        column="reserved_for",
        quoted="'L' of j is reserved for order 'A'",
        severity=WARNING,
        tables={"skus": [sku(), sku(sku="j")], "supply": [lot(reserved_for="A", sku="j")]},
        rule=Rule.AS_BOOKED,
    ),
    Code.BOOKED_SITE_NOT_ACCEPTED: Broken(
        file="supply.csv",
        row=2,
        column="reserved_site",
        quoted="'L' is booked for 't'",
        severity=WARNING,
        tables={
            "sites": [site(), site(site="t")],
            "readiness": [step(), step(site="t")],
            "supply": [lot(reserved_for="A", reserved_site="t")],
        },
        rule=Rule.AS_BOOKED,
    ),
    Code.NOT_DECIDED: Broken(
        file="shipments.csv",
        row=2,
        column="lot",
        quoted="sends 2 units of lot 'L', booked for 'c', to order 'B' of 'd'",
        tables={
            "parties": [party(party="c"), party(party="d"), party(party="v")],
            "supply": [lot(reserved_for="A")],
            "orders": [order(), order(order="B", customer="d")],
            "shipments": [shipment(order="B", lot="L")],
        },
        tied=frozenset({"c", "d"}),
    ),
}
