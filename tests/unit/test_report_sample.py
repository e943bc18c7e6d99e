"""Worlds and plans made by hand for the tests of the report; their rows add up as a real plan's do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, cast

import polars as pl
from polars._typing import SchemaDict

from apportion.calendar import Calendar, RoundLength
from apportion.errors import Code, Finding, Severity
from apportion.model.contracts import TABLES
from apportion.model.parsing import ROW, parse_table
from apportion.model.plan import SCHEMAS, SHARES, Plan
from apportion.model.policy import Policy, Settings
from apportion.model.world import View, World
from apportion.report.summary import total

Cells = Mapping[str, str]
START = dt.date(2023, 12, 1)
END = dt.date(2025, 3, 31)

PARTIES = (
    {"party": "tesla", "name": "Tesla", "kind": "customer", "weight": "40"},
    {"party": "x", "name": "X", "kind": "customer", "weight": "25", "group": "x-group"},
    {"party": "xai", "name": "xAI", "kind": "customer", "weight": "15", "group": "x-group"},
    {"party": "harbour", "name": "Harbour University", "kind": "customer", "weight": "12"},
    {"party": "ministry", "name": "National programme", "kind": "customer", "weight": "8"},
    {"party": "foundry", "name": "Foundry", "kind": "supplier", "weight": "1"},
)
SITES = (
    {"site": "giga_texas", "name": "Giga Texas", "operator": "tesla", "lead_days": "14", "country": "US"},
    {"site": "x_atlanta", "name": "X Atlanta", "operator": "x", "country": "US"},
    {"site": "memphis", "name": "Memphis hall", "operator": "xai", "country": "US"},
    {"site": "harbour_hall", "name": "Harbour hall", "operator": "harbour", "country": "NO"},
)
ORDERS = (
    ("T1", "tesla", "H100-SXM", 52000, "giga_texas", "2023-12-01", "open", "firm"),
    ("X1", "x", "H100-SXM", 24000, "x_atlanta", "2024-01-15", "open", "firm"),
    ("X2", "x", "H100-SXM", 8000, "x_atlanta|memphis", "2024-06-01", "open", "firm"),
    ("A1", "xai", "H100-SXM|B200-SXM:2", 26000, "memphis", "2024-05-01", "open", "firm"),
    ("H1", "harbour", "B200-SXM", 9000, "harbour_hall", "2024-09-01", "open", "firm"),
    ("M1", "ministry", "H100-SXM", 5000, "harbour_hall", "2024-02-01", "open", "firm"),
    ("T2", "tesla", "H100-SXM", 35000, "giga_texas", "2024-12-01", "open", "forecast"),
)
READINESS = (
    ("x_atlanta", "hall-1", "2023-12-15", 24000),
    ("x_atlanta", "hall-2", "2024-04-20", 36000),
    ("giga_texas", "hall-1", "2024-06-15", 40000),
    ("giga_texas", "hall-2", "2024-12-01", 62000),
    ("memphis", "hall-1", "2024-07-22", 32000),
    ("harbour_hall", "hall-1", "2024-02-01", 7000),
    ("harbour_hall", "hall-2", "2024-10-10", 16000),
)
ALLOCATED = (
    # order, sku, site, first day, days apart, times, units each
    ("T1", "H100-SXM", "giga_texas", "2024-06-17", 11, 24, 1500),
    ("X1", "H100-SXM", "x_atlanta", "2024-01-15", 12, 16, 1500),
    ("X2", "H100-SXM", "memphis", "2024-07-22", 15, 8, 1000),
    ("A1", "H100-SXM", "memphis", "2024-07-22", 9, 14, 1000),
    ("A1", "B200-SXM", "memphis", "2024-12-02", 21, 4, 1000),
    ("H1", "B200-SXM", "harbour_hall", "2024-10-10", 14, 5, 1200),
    ("M1", "H100-SXM", "harbour_hall", "2024-02-05", 30, 4, 1000),
)
SHORT = (
    # order, short, late days, reason, resource, until, remedy
    ("T1", "0", "211.5", "site-not-ready", "power_kw at giga_texas", "2024-06-15", "10.2 kW at giga_texas"),
    (
        "T1",
        "16000",
        "211.5",
        "site-not-ready",
        "power_kw at giga_texas",
        None,
        "10.2 kW at giga_texas|8 units of H100-SXM",
    ),
    ("X2", "0", "84.25", "fair-share", "supply of H100-SXM", "2024-08-01", "8 units of H100-SXM"),
    ("A1", "4000", "61", "fair-share", "supply of H100-SXM", "2025-04-07", "8 units of H100-SXM"),
    ("H1", "2000", "39", "no-supply", "supply of B200-SXM", "2025-04-14", "8 units of B200-SXM"),
    ("H1", "1000", "39", "quota", "quota NO-2024", None, "8 units of quota NO-2024"),
    ("M1", "996", "12", "fair-share", "power_kw at harbour_hall", "2024-10-10", "8.1 kW at harbour_hall"),
    ("M1", "4", "12", "partial-lot", None, None, "8 units of H100-SXM"),
    ("T2", "35000", None, "on-hold", "commitment forecast", None, None),
)
FINDING = Finding(
    code=Code.SITE_NEVER_READY,
    severity=Severity.WARNING,
    file="readiness.csv",
    row=4,
    column="power_kw",
    found="Giga Texas never has power for all that is ordered there.",
    expected="power for every order.",
    fix="Add a step with its date, or name another site.",
)


def table_of(name: str, rows: Sequence[Cells]) -> pl.DataFrame:
    """Return one table of a world, each cell read as from a file."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    text = pl.DataFrame({column: [row.get(column) for row in rows] for column in columns})
    parsed = parse_table(text.with_row_index(ROW, offset=2), TABLES[name], file=f"{name}.csv")
    assert not parsed.findings
    return parsed.frame


def make_world(
    tables: Mapping[str, Sequence[Cells]], *, title: str = "A made-up market", policy: Policy | None = None
) -> World:
    """Return a world of the tables given, with the horizon of the sample."""
    settings = Settings(
        name="made-up",
        title=title,
        calendar=Calendar(START, END, length=RoundLength.DAY),
        reference_sku="H100-SXM",
        policy=policy or Policy(),
    )
    return World(settings, {name: table_of(name, rows) for name, rows in tables.items()})


def make_plan(
    world: World,
    *,
    tables: Mapping[str, Sequence[Sequence[Any]]],
    policy: Policy | None = None,
    view: View | None = None,
    findings: Sequence[Finding] = (),
) -> Plan:
    """Return a plan of the rows given; a table that is not given is empty."""
    frames = {
        name: pl.DataFrame(
            [list(row) for row in tables.get(name, ())],
            schema=cast("SchemaDict", schema),
            orient="row",
            strict=False,
        )
        for name, schema in SCHEMAS.items()
    }
    return Plan(
        scenario=world.settings.name,
        world_digest=world.digest,
        view=view or world.view,
        policy=policy or world.settings.policy,
        software="0.1.0",
        shares=pl.DataFrame(schema=cast("SchemaDict", SHARES)),
        stages=(),
        tables=frames,
        findings=tuple(findings),
    )


def sample_orders() -> list[Cells]:
    """Return the orders of the sample market."""
    names = ("order", "customer", "skus", "quantity", "sites", "requested_on", "status", "commitment")
    return [dict(zip(names, map(str, row), strict=True)) for row in ORDERS]


def sample_world(*, title: str = "A made-up market: five customers, four halls, two chips") -> World:
    """Return a market over sixteen months of daily rounds."""
    arrivals = [START + dt.timedelta(days=14 * step) for step in range(34)]
    supply = [
        {
            "lot": f"L{step}",
            "sku": "H100-SXM",
            "supplier": "foundry",
            "arrives_on": str(day),
            "quantity": "2900",
        }
        for step, day in enumerate(arrivals)
    ]
    supply += [
        {
            "lot": f"B{step}",
            "sku": "B200-SXM",
            "supplier": "foundry",
            "arrives_on": str(day),
            "quantity": "1000",
        }
        for step, day in enumerate(arrivals[22:])
    ]
    steps = ("site", "step", "ready_on", "power_kw")
    return make_world(
        {
            "parties": PARTIES,
            "skus": [
                {
                    "sku": "H100-SXM",
                    "name": "H100",
                    "vendor": "foundry",
                    "site_kw": "1.275",
                    "lot_units": "8",
                },
                {"sku": "B200-SXM", "name": "B200", "vendor": "foundry", "site_kw": "1.9", "lot_units": "8"},
            ],
            "sites": SITES,
            "readiness": [dict(zip(steps, map(str, row), strict=True)) for row in READINESS],
            "supply": supply,
            "orders": sample_orders(),
            "quotas": [{"quota": "NO-2024", "country": "NO", "at_most": "10000"}],
        },
        title=title,
    )


def allocation_rows() -> list[tuple[Any, ...]]:
    """Return the allocations of the sample plan, by day and order."""
    customers = {row[0]: row[1] for row in ORDERS}
    rows: list[tuple[Any, ...]] = []
    for order, sku, site, first, apart, times, units in ALLOCATED:
        for step in range(times):
            day = dt.date.fromisoformat(first) + dt.timedelta(days=apart * step)
            filled = units * (2 if (order, sku) == ("A1", "B200-SXM") else 1)
            rows.append(
                (order, customers[order], sku, site, day, Decimal(units), Decimal(filled), Decimal(0))
            )
    return sorted(rows, key=lambda row: (row[4], row[0], row[2]))


def site_rows(world: World, allocations: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
    """Return power and load of each site on each day."""
    kilowatts = {"H100-SXM": Decimal("1.275"), "B200-SXM": Decimal("1.9")}
    rows: list[tuple[Any, ...]] = []
    for site in sorted(str(one["site"]) for one in SITES):
        power = load = units = Decimal(0)
        for day in world.settings.calendar.rounds:
            steps = [step[3] for step in READINESS if step[0] == site and step[2] <= day.isoformat()]
            power = Decimal(max(steps, default=0))
            for row in allocations:
                if row[3] == site and row[4] == day:
                    units += Decimal(str(row[5]))
                    load += Decimal(str(row[5])) * kilowatts[str(row[2])]
            rows.append((site, day, power, load, units))
    return rows


def sample_plan(world: World | None = None) -> Plan:
    """Return a plan of the sample market."""
    world = world or sample_world()
    allocations = allocation_rows()
    customers = {row[0]: row[1] for row in ORDERS}
    shortages = [
        (
            order,
            customers[order],
            Decimal(short),
            None if late is None else Decimal(late),
            reason,
            resource,
            None if until is None else dt.date.fromisoformat(until),
            remedy,
        )
        for order, short, late, reason, resource, until, remedy in SHORT
    ]
    levels = [
        (dt.date(2024, 1, 15), 1, "x/H100-SXM", "20", "supply of H100-SXM"),
        (dt.date(2025, 3, 3), 1, "tesla/H100-SXM", "900", "power_kw at giga_texas + supply of H100-SXM"),
        (dt.date(2025, 3, 3), 1, "xai/H100-SXM", str(Fraction(22000, 15)), "supply of H100-SXM"),
        (dt.date(2025, 3, 3), 1, "harbour/B200-SXM", "500", "supply of B200-SXM"),
        (dt.date(2025, 3, 3), 1, "ministry/H100-SXM", "500", "power_kw at harbour_hall"),
        (dt.date(2024, 11, 4), 1, "x/H100-SXM", "1280", "filled"),
    ]
    by_customer = [customer_row(str(party["party"]), allocations) for party in PARTIES[:5]]
    return make_plan(
        world,
        tables={
            "allocations": allocations,
            "shortages": shortages,
            "levels": levels,
            "customers": by_customer,
            "sites": site_rows(world, allocations),
        },
        findings=[FINDING],
    )


def customer_row(customer: str, allocations: Sequence[Sequence[Any]]) -> tuple[Any, ...]:
    """Return one row of the table customers."""
    ordered = sum(row[3] for row in ORDERS if row[1] == customer and row[7] == "firm")
    filled = sum((Decimal(str(row[6])) for row in allocations if row[1] == customer), Decimal(0))
    weight = next(Decimal(party["weight"]) for party in PARTIES if party["party"] == customer)
    return (customer, ordered, filled, filled / ordered, weight, filled, Decimal(0), Decimal(0), Decimal(0))


def test_the_sample_adds_up_to_what_is_ordered() -> None:
    plan = sample_plan()
    for order, _, _, quantity, *_ in ORDERS:
        granted = total(plan.tables["allocations"].filter(pl.col("order") == order)["filled"])
        short = total(plan.tables["shortages"].filter(pl.col("order") == order)["short"])
        assert granted + short == quantity, order
