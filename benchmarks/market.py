"""A market of any size with a seed: customers of heavy-tailed demand, sites that grow, supply below demand."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from random import Random

import polars as pl

START_ON = dt.date(2024, 1, 1)
WEEKS = 104
SETTINGS = """name = "market"
title = "A made-up market"
start_on = 2024-01-01
end_on = 2025-12-29
round = "week"
"""


def write_market(folder: Path, *, orders: int, seed: int) -> Path:
    """Write a scenario folder with so many orders over 104 weeks, and return it.

    One order in twelve accepts several SKUs or sites; there are three tiers; supply is seven tenths of demand.
    """
    rng = Random(seed)
    skus = [f"sku-{number}" for number in range(max(3, min(50, orders // 100)))]
    sites = [f"site-{number}" for number in range(max(4, min(1000, orders // 20)))]
    customers = [f"customer-{number}" for number in range(max(5, min(2000, orders // 10)))]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "scenario.toml").write_text(SETTINGS, encoding="utf-8")
    rows = [_order(rng, number, skus=skus, sites=sites, customers=customers) for number in range(orders)]
    tables = {
        "parties": [
            {"party": one, "name": one, "kind": "customer", "weight": str(rng.choice([1, 1, 2, 3, 5, 8]))}
            for one in customers
        ],
        "skus": [
            {
                "sku": one,
                "name": one,
                "vendor": "v",
                "site_kw": str(rng.choice(["1.43", "2", "2.4"])),
                "lot_units": "8",
            }
            for one in skus
        ],
        "sites": [{"site": one, "name": one, "operator": "v"} for one in sites],
        "readiness": _readiness(rng, sites, demand=sum(int(row["quantity"]) for row in rows)),
        "supply": _supply(rng, skus, demand=sum(int(row["quantity"]) for row in rows)),
        "orders": rows,
    }
    for name, content in tables.items():
        pl.DataFrame(content).write_csv(folder / f"{name}.csv")
    return folder


def _day(rng: Random, first: int, *, last: int) -> str:
    return (START_ON + dt.timedelta(days=rng.randint(first, last))).isoformat()


def _order(
    rng: Random, number: int, *, skus: list[str], sites: list[str], customers: list[str]
) -> dict[str, str]:
    several = rng.random() < 0.08
    own = rng.sample(skus, 2) if several and rng.random() < 0.5 else [rng.choice(skus)]
    at = rng.sample(sites, 2) if several else [rng.choice(sites)]
    customer = customers[min(len(customers) - 1, int(rng.paretovariate(1.1)) - 1)]
    return {
        "order": f"order-{number}",
        "customer": customer,
        "skus": "|".join(own),
        "quantity": str(8 * max(1, int(4 * rng.paretovariate(1.3)))),
        "sites": "|".join(at),
        "requested_on": _day(rng, 0, last=7 * (WEEKS - 8)),
        "tier": rng.choice(["1", "2", "2", "3"]),
    }


def _readiness(rng: Random, sites: list[str], *, demand: int) -> list[dict[str, str]]:
    per_site = 2.2 * demand / len(sites)
    rows = []
    for site in sites:
        for step, share in enumerate((0.3, 0.7, 1.1)):
            ready_on = _day(rng, step * 200, last=step * 200 + 180)
            power = int(per_site * share * rng.uniform(0.6, 1.4)) + step
            rows.append({"site": site, "step": f"hall-{step}", "ready_on": ready_on, "power_kw": str(power)})
    for site in sites:
        # Whatever the order of the dates, a later step never has less.
        steps = sorted((row for row in rows if row["site"] == site), key=lambda row: row["ready_on"])
        for row, power in zip(steps, sorted(int(row["power_kw"]) for row in steps), strict=True):
            row["power_kw"] = str(power)
    return rows


def _supply(rng: Random, skus: list[str], *, demand: int) -> list[dict[str, str]]:
    per_lot = 0.7 * demand / (len(skus) * WEEKS / 2)
    return [
        {
            "lot": f"{sku}-{week}",
            "sku": sku,
            "supplier": "v",
            "arrives_on": (START_ON + dt.timedelta(weeks=week)).isoformat(),
            "quantity": str(8 * max(1, round(per_lot * rng.uniform(0.5, 1.5) / 8))),
        }
        for sku in skus
        for week in range(0, WEEKS, 2)
    ]
