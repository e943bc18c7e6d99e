"""How long do the suggestions for a booked market of 2,000 orders take, against reading and checking its files?"""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from random import Random

import polars as pl
import pytest

from apportion.commands.scenarios import read_scenario
from apportion.study.suggest import suggest

ORDERS = 2_000
SEED = 1
DAYS = 480
START_ON = dt.date(2024, 1, 1)
SETTINGS = f"""name = "booked-market"
start_on = 2024-01-01
end_on = {START_ON + dt.timedelta(days=DAYS)}
round = "day"
"""
Rows = list[dict[str, str]]


def write_booked_market(folder: Path, *, orders: int, customers: int, seed: int, skus: int) -> Path:
    """Write a market in which each order has its lot, and many a site is late; return its folder.

    A customer has one to three halls of its own; one in ten may use a hall of several customers as well.
    """
    rng = Random(seed)
    customer_names = [f"customer-{number}" for number in range(customers)]
    names = [f"sku-{number}" for number in range(skus)]
    shared = [f"shared-{number}" for number in range(max(1, len(customer_names) // 40))]
    own = {one: [f"{one}-hall-{number}" for number in range(rng.randint(1, 3))] for one in customer_names}
    for one in customer_names:
        if rng.random() < 0.1:
            own[one].append(rng.choice(shared))
    rows = [_order(rng, number, own=own, names=names) for number in range(orders)]
    need: dict[str, int] = {}
    for row in rows:
        for site in row["sites"].split("|"):
            need[site] = need.get(site, 0) + int(row["quantity"])
    places = [(site, one) for one in customer_names for site in own[one] if site not in shared]
    sites = [{"site": site, "name": site, "operator": "v", "users": user} for site, user in places]
    sites += [{"site": site, "name": site, "operator": "v", "users": ""} for site in shared]
    tables: dict[str, Rows] = {
        "parties": [{"party": one, "name": one, "kind": "customer"} for one in customer_names],
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


def spread_over(folder: Path, *, halls: int, seed: int) -> Path:
    """Let all orders of a market accept halls that anybody may use, so that every exchange meets third parties."""
    rng = Random(seed)
    names = [f"hall-{number}" for number in range(halls)]
    orders = pl.read_csv(folder / "orders.csv", infer_schema=False)
    accepted = ["|".join(rng.sample(names, rng.randint(1, 2))) for _ in range(len(orders))]
    orders.with_columns(pl.Series("sites", accepted)).write_csv(folder / "orders.csv")
    pl.DataFrame([{"site": one, "name": one, "operator": "v"} for one in names]).write_csv(
        folder / "sites.csv"
    )
    each = sum(map(int, orders["quantity"])) // halls
    steps = _readiness(rng, names, need=dict.fromkeys(names, each))
    pl.DataFrame(steps).write_csv(folder / "readiness.csv")
    return folder


@pytest.mark.parametrize(
    ("customers", "skus", "halls"),
    [(200, 1, 0), (200, 3, 0), (2_000, 1, 0), (20, 3, 0), (200, 1, 5), (200, 3, 40)],
)
def test_suggestions_for_two_thousand_orders(customers: int, skus: int, halls: int, tmp_path: Path) -> None:
    scenario = write_booked_market(
        tmp_path / "market", orders=ORDERS, customers=customers, seed=SEED, skus=skus
    )
    if halls:
        spread_over(scenario, halls=halls, seed=SEED)
    began = time.process_time()
    world = read_scenario(str(scenario)).world
    read_seconds = time.process_time() - began
    began = time.process_time()
    found = suggest(world)
    seconds = time.process_time() - began
    best = found.items[0]
    where = f"{halls} halls of all" if halls else "halls of their own"
    print(
        f"\n{ORDERS} orders of {customers} customers, {skus} SKU(s), {where}: suggestions in {seconds:.1f} s of "
        f"processor ({seconds / read_seconds:.0f} times reading and checking); {found.solved} solved, "
        f"{found.unsettled} unsettled; the best gains {int(best.gain)} unit-days, gap {int(best.gap)}, "
        f"of at most {int(found.possible)}"
    )
    assert all(one.gain > 0 <= min(one.gains.values()) for one in found.items)
