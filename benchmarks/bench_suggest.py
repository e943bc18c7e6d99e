"""How long do the suggestions for a booked market of 2,000 orders take, against reading and checking its files?"""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from random import Random

import polars as pl
import pytest

from apportion.commands.scenarios import read_scenario
from apportion.model.plan import MILLION
from apportion.study.suggest import suggest

ORDERS = 2_000
CUSTOMERS = 200
SEED = 1
DAYS = 480
START_ON = dt.date(2024, 1, 1)
SETTINGS = f"""name = "booked-market"
start_on = 2024-01-01
end_on = {START_ON + dt.timedelta(days=DAYS)}
round = "day"
"""
Rows = list[dict[str, str]]


def write_booked_market(folder: Path, *, orders: int, seed: int, skus: int) -> Path:
    """Write a market in which each order has its lot, and many a site is late; return its folder.

    A customer has one to three halls of its own; one in ten may use a hall of several customers as well.
    """
    rng = Random(seed)
    customers = [f"customer-{number}" for number in range(max(2, orders * CUSTOMERS // ORDERS))]
    names = [f"sku-{number}" for number in range(skus)]
    shared = [f"shared-{number}" for number in range(max(1, len(customers) // 40))]
    own = {one: [f"{one}-hall-{number}" for number in range(rng.randint(1, 3))] for one in customers}
    for one in customers:
        if rng.random() < 0.1:
            own[one].append(rng.choice(shared))
    rows = [_order(rng, number, own=own, names=names) for number in range(orders)]
    need: dict[str, int] = {}
    for row in rows:
        for site in row["sites"].split("|"):
            need[site] = need.get(site, 0) + int(row["quantity"])
    places = [(site, one) for one in customers for site in own[one] if site not in shared]
    sites = [{"site": site, "name": site, "operator": "v", "users": user} for site, user in places]
    sites += [{"site": site, "name": site, "operator": "v", "users": ""} for site in shared]
    tables: dict[str, Rows] = {
        "parties": [{"party": one, "name": one, "kind": "customer"} for one in customers],
        "skus": [
            {"sku": one, "name": one, "vendor": "v", "site_kw": rng.choice(["1", "1.43", "2"])}
            for one in names
        ],
        "sites": sites,
        "readiness": _readiness(rng, [row["site"] for row in sites], need=need),
        "supply": [_lot(rng, row) for row in rows],
        "orders": rows,
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "scenario.toml").write_text(SETTINGS, encoding="utf-8")
    for name, content in tables.items():
        pl.DataFrame(content).write_csv(folder / f"{name}.csv")
    return folder


def _day(number: int) -> str:
    return (START_ON + dt.timedelta(days=number)).isoformat()


def _order(rng: Random, number: int, *, own: dict[str, list[str]], names: list[str]) -> dict[str, str]:
    customer = rng.choice(list(own))
    sites = rng.sample(own[customer], rng.randint(1, min(2, len(own[customer]))))
    return {
        "order": f"order-{number}",
        "customer": customer,
        "skus": rng.choice(names),
        "quantity": str(8 * max(1, int(4 * rng.paretovariate(1.3)))),
        "sites": "|".join(sites),
        "requested_on": _day(rng.randint(0, DAYS - 60)),
    }


def _readiness(rng: Random, sites: list[str], *, need: dict[str, int]) -> Rows:
    rows = []
    for site in sites:
        days = sorted(rng.sample(range(DAYS), 3))
        for step, share in enumerate((0.4, 0.8, 1.2)):
            power = int(2 * need.get(site, 0) * share) + 1
            row = {"site": site, "step": f"hall-{step}", "ready_on": _day(days[step]), "power_kw": str(power)}
            rows.append(row)
    return rows


def _lot(rng: Random, order: dict[str, str]) -> dict[str, str]:
    asked = dt.date.fromisoformat(order["requested_on"])
    late = dt.timedelta(days=7 * rng.randint(0, 20))
    return {
        "lot": order["order"].replace("order", "lot"),
        "sku": order["skus"],
        "supplier": "v",
        "arrives_on": (asked + late).isoformat(),
        "quantity": order["quantity"],
        "reserved_for": order["order"],
    }


@pytest.mark.parametrize("skus", [1, 3])
def test_suggestions_for_two_thousand_orders(skus: int, tmp_path: Path) -> None:
    scenario = write_booked_market(tmp_path / "market", orders=ORDERS, seed=SEED, skus=skus)
    began = time.perf_counter()
    world = read_scenario(str(scenario)).world
    read_seconds = time.perf_counter() - began
    began = time.perf_counter()
    found = suggest(world)
    seconds = time.perf_counter() - began
    best = found.items[0]
    print(
        f"\n{ORDERS} orders of {CUSTOMERS} customers, {skus} SKU(s): suggestions in {seconds:.2f} s "
        f"({seconds / read_seconds:.1f} times reading and checking); the best moves {best.units} units and gains "
        f"{best.gain:.0f} of at most {found.possible} unit-days; {found.unsettled} circles unsettled"
    )
    assert all(sum(one.gains.values()) * MILLION > 0 for one in found.items)
