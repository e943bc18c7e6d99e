"""The smallest scenario that gives each finding, by its code; tests and the error catalogue run them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from apportion.commands.plans import make_plan
from apportion.commands.scenarios import check_scenario, read_scenario
from apportion.errors import Code, Finding, Severity, in_order
from apportion.model.policy import Policy, Rule
from tests.build import Rows, write_scenario

Cells = dict[str, str]
SETTINGS: dict[str, Any] = {"name": "small", "start_on": dt.date(2024, 1, 1), "end_on": dt.date(2024, 2, 1)}
# What an exception carries and no finding; the command line holds them.
OF_EXCEPTIONS = {Code.PLAN_UNREADABLE, Code.PROOF_FAILED, Code.USAGE, Code.INTERNAL}
# A scenario that is not there is wrong use, so this code is kept and no finding carries it.
NEVER_A_FINDING: set[Code] = set()


def order(**cells: str) -> Cells:
    plain = {
        "order": "A",
        "customer": "c",
        "skus": "k",
        "quantity": "5",
        "sites": "s",
        "requested_on": "2024-01-05",
    }
    return plain | cells


def lot(**cells: str) -> Cells:
    plain = {"lot": "L", "sku": "k", "supplier": "v", "arrives_on": "2024-01-02", "quantity": "4"}
    return plain | cells


def sku(**cells: str) -> Cells:
    return {"sku": "k", "name": "K", "vendor": "v", "site_kw": "1"} | cells


def site(**cells: str) -> Cells:
    return {"site": "s", "name": "S", "operator": "v"} | cells


def step(**cells: str) -> Cells:
    return {"site": "s", "step": "hall-1", "ready_on": "2024-01-01", "power_kw": "9"} | cells


def shipment(**cells: str) -> Cells:
    plain = {
        "shipment": "H",
        "order": "A",
        "sku": "k",
        "site": "s",
        "quantity": "2",
        "shipped_on": "2023-12-20",
    }
    return plain | cells


def party(**cells: str) -> Cells:
    return {"party": "c", "name": "C", "kind": "customer"} | cells


GOOD: dict[str, Rows] = {
    "parties": [party(), party(party="v", name="V", kind="supplier")],
    "skus": [sku()],
    "sites": [site()],
    "readiness": [step()],
    "supply": [lot()],
    "orders": [order()],
}


@dataclass(frozen=True, kw_only=True)
class Broken:
    """A scenario with one thing wrong, and what is told of it.

    Attributes:
        file: The file told; `row` and `column` likewise.
        quoted: What the finding quotes of what stands there.
        severity: Its grade.
        tables: The tables that differ from a good scenario; None takes one out.
        settings: The settings that differ; None takes one out.
        files: Files written beside them, or over them.
        encoding: What those files are written in.
        as_known_on: The day looked at.
        rule: The rule under which planning finds it; checks find it without.
    """

    file: str
    row: int | None = None
    column: str = ""
    quoted: str
    severity: Severity = Severity.ERROR
    tables: Mapping[str, Rows | None] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    encoding: str = "utf-8"
    as_known_on: dt.date | None = None
    rule: Rule | None = None


WARNING, INFO = Severity.WARNING, Severity.INFO
FLEET = "holding,party,site,sku,quantity,since_on"
BROKEN: dict[Code, Broken] = {
    Code.TABLE_MISSING: Broken(file="supply.csv", quoted="supply.csv", tables={"supply": None}),
    Code.TABLE_UNKNOWN: Broken(
        file="order.csv", quoted="'order.csv'", severity=WARNING, files={"order.csv": "order\nA\n"}
    ),
    Code.TABLE_EMPTY: Broken(
        file="supply.csv",
        quoted="a header and no row",
        severity=WARNING,
        files={"supply.csv": "lot,sku,supplier,arrives_on,quantity\n"},
    ),
    Code.FILE_UNREADABLE: Broken(file="fleet.csv", quoted="the file is empty", files={"fleet.csv": ""}),
    Code.COLUMN_MISSING: Broken(
        file="skus.csv", column="vendor", quoted="'vendor'", files={"skus.csv": "sku,name,site_kw\nk,K,1\n"}
    ),
    Code.COLUMN_DUPLICATE: Broken(
        file="skus.csv", row=1, column="name", quoted="'name'", files={"skus.csv": "sku,name,vendor,site_kw,name\n"}
    ),
    Code.SETTING_MISSING: Broken(
        file="scenario.toml", column="end_on", quoted="end_on is missing", settings={"end_on": None}
    ),
    Code.SETTING_INVALID: Broken(
        file="scenario.toml", column="policy.rule", quoted="'fair'", settings={"policy": {"rule": "fair"}}
    ),
    Code.SETTING_UNKNOWN: Broken(
        file="scenario.toml", column="rounds", quoted="rounds", severity=WARNING, settings={"rounds": "day"}
    ),
    Code.VALUE_MISSING: Broken(
        file="orders.csv", row=2, column="quantity", quoted="empty", tables={"orders": [order(quantity="")]}
    ),
    Code.VALUE_INVALID: Broken(
        file="supply.csv", row=2, column="quantity", quoted="'1,000'", tables={"supply": [lot(quantity="1,000")]}
    ),
    Code.VALUE_OUT_OF_RANGE: Broken(
        file="skus.csv", row=2, column="site_kw", quoted="'-1'", tables={"skus": [sku(site_kw="-1")]}
    ),
    Code.KEY_DUPLICATE: Broken(
        file="orders.csv", row=3, column="order", quoted="'A' stands in row 2", tables={"orders": [order(), order()]}
    ),
    Code.FACTS_CONFLICT: Broken(
        file="orders.csv",
        row=3,
        column="quantity",
        quoted="says '7' (known on 2024-01-03); row 2 says '5'",
        severity=WARNING,
        tables={"orders": [order(known_on="2024-01-02"), order(quantity="7", known_on="2024-01-03")]},
    ),
    Code.REFERENCE_UNKNOWN: Broken(
        file="orders.csv", row=2, column="sites", quoted="'mars'", tables={"orders": [order(sites="s|mars")]}
    ),
    Code.PUBLIC_BEFORE_KNOWN: Broken(
        file="supply.csv",
        row=2,
        column="public_on",
        quoted="'2024-01-01'",
        tables={"supply": [lot(known_on="2024-01-02", public_on="2024-01-01")]},
    ),
    Code.KNOWN_TO_MISSING: Broken(
        file="supply.csv",
        row=2,
        column="known_to",
        quoted="known on 2024-01-02 and public on 2024-01-09",
        tables={"supply": [lot(known_on="2024-01-02", public_on="2024-01-09")]},
    ),
    Code.PERIOD_EMPTY: Broken(
        file="fleet.csv",
        row=2,
        column="until_on",
        quoted="'2024-01-03'",
        files={
            "fleet.csv": "holding,party,site,sku,quantity,since_on,until_on\nF,c,s,k,1,2024-01-03,2024-01-03\n"
        },
    ),
    Code.RANGE_DISORDERED: Broken(
        file="supply.csv", row=2, column="quantity_low", quoted="'6'", tables={"supply": [lot(quantity_low="6")]}
    ),
    Code.READINESS_FALLS: Broken(
        file="readiness.csv",
        row=3,
        column="power_kw",
        quoted="'hall-2' of 's' has 8",
        tables={"readiness": [step(), step(step="hall-2", ready_on="2024-01-03", power_kw="8")]},
    ),
    Code.FIRST_SKU_RATE: Broken(
        file="orders.csv", row=2, column="skus", quoted="'A'", tables={"orders": [order(skus="k:2")]}
    ),
    Code.OPTION_REPEATED: Broken(
        file="orders.csv", row=2, column="sites", quoted="'A'", tables={"orders": [order(sites="s|s")]}
    ),
    Code.MIN_SHIP_ABOVE_QUANTITY: Broken(
        file="orders.csv", row=2, column="min_ship", quoted="min_ship of 6", tables={"orders": [order(min_ship="6")]}
    ),
    Code.SHIPMENT_SKU_NOT_ACCEPTED: Broken(
        file="shipments.csv",
        row=2,
        column="sku",
        quoted="'j'",
        severity=WARNING,
        tables={"skus": [sku(), sku(sku="j")], "shipments": [shipment(sku="j")]},
    ),
    Code.SHIPMENT_ABOVE_QUANTITY: Broken(
        file="shipments.csv",
        row=2,
        column="quantity",
        quoted="'H' of 6 more has been shipped than order 'A'",
        severity=WARNING,
        tables={"shipments": [shipment(quantity="6")]},
    ),
    Code.SHIPMENT_ABOVE_LOT: Broken(
        file="shipments.csv",
        row=3,
        column="quantity",
        quoted="than lot 'L'",
        severity=WARNING,
        tables={
            "orders": [order(quantity="50")],
            "shipments": [shipment(lot="L"), shipment(lot="L", shipment="I", quantity="3")],
        },
    ),
    Code.LIVE_BEFORE_SHIPPED: Broken(
        file="shipments.csv",
        row=2,
        column="live_on",
        quoted="2023-12-19",
        tables={"shipments": [shipment(live_on="2023-12-19")]},
    ),
    Code.PROMISED_BEFORE_PLACED: Broken(
        file="orders.csv",
        row=2,
        column="promised_on",
        quoted="2024-01-03",
        severity=WARNING,
        tables={"orders": [order(placed_on="2024-01-04", promised_on="2024-01-03")]},
    ),
    Code.SITE_NEVER_READY: Broken(
        file="sites.csv",
        row=3,
        column="site",
        quoted="'t'",
        severity=INFO,
        tables={"sites": [site(), site(site="t")], "orders": [order(sites="s|t")]},
    ),
    Code.NO_USABLE_SITE: Broken(
        file="orders.csv", row=2, column="sites", quoted="'s'", severity=WARNING, tables={"sites": [site(users="v")]}
    ),
    Code.NO_ROUND: Broken(
        file="orders.csv",
        row=2,
        column="requested_on",
        quoted="2024-02-01",
        severity=WARNING,
        tables={"orders": [order(requested_on="2024-02-01")]},
    ),
    Code.SPLIT_POOL: Broken(
        file="orders.csv",
        row=3,
        column="skus",
        quoted="'k' in pools k and j",
        severity=WARNING,
        tables={"skus": [sku(), sku(sku="j")], "orders": [order(), order(order="B", skus="j|k")]},
    ),
    Code.BALANCE_DISAGREES: Broken(
        file="supply.csv",
        row=2,
        column="balance",
        quoted="'x'; order 'A' has 'y'",
        severity=WARNING,
        tables={"supply": [lot(reserved_for="A", balance="x")], "orders": [order(balance="y")]},
    ),
    Code.COUNT_FROM_AFTER_START: Broken(
        file="scenario.toml",
        column="policy.count_from_on",
        quoted="2024-01-02",
        settings={"policy": {"count_from_on": dt.date(2024, 1, 2)}},
    ),
    Code.NOTHING_KNOWN_YET: Broken(
        file="supply.csv",
        quoted="2024-01-04 to all",
        severity=INFO,
        tables={"supply": [lot(known_on="2024-01-05")]},
        as_known_on=dt.date(2024, 1, 4),
    ),
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
    Code.FILE_ENCODING: Broken(
        file="skus.csv",
        quoted="UTF-16",
        severity=INFO,
        files={"skus.csv": "sku,name,vendor,site_kw\nk,K,v,1\n"},
        encoding="utf-16",
    ),
    Code.FILE_SEPARATOR: Broken(
        file="skus.csv", quoted="semicolons", severity=INFO, files={"skus.csv": "sku;name;vendor;site_kw\nk;K;v;1\n"}
    ),
    Code.FINDINGS_CUT: Broken(
        file="fleet.csv",
        quoted="1 more",
        severity=WARNING,
        files={"fleet.csv": f"{FLEET},until on,{','.join(f'until_on{at:03}' for at in range(1_000))}\n"},
    ),
    Code.COLUMN_UNKNOWN: Broken(
        file="orders.csv",
        column="Min Ship",
        quoted="'Min Ship'",
        severity=WARNING,
        tables={"orders": [order(**{"Min Ship": "2"})]},
    ),
}  # fmt: skip


def write_broken(folder: Path, broken: Broken) -> Path:
    """Write the scenario of one broken case."""
    given = {key: value for key, value in {**SETTINGS, **broken.settings}.items() if value is not None}
    tables = {name: rows for name, rows in {**GOOD, **broken.tables}.items() if rows is not None}
    write_scenario(folder, given, tables=tables)
    for name, text in broken.files.items():
        (folder / name).write_text(text, encoding=broken.encoding)
    return folder


def findings_of(folder: Path, broken: Broken) -> list[Finding]:
    """Return what reading, checking and, where a rule is named, planning find."""
    findings = check_scenario(str(folder), as_known_on=broken.as_known_on)
    if broken.rule is not None:
        findings = [
            *findings,
            *make_plan(read_scenario(str(folder)).world, Policy(rule=broken.rule)).findings,
        ]
    return in_order(findings)
