"""Small worlds for the cases of the reference: rows with defaults, and sums over a plan."""

import datetime as dt
from fractions import Fraction

from . import AllocationKey, RefPlan, RefWorld

Rows = list[dict[str, str]]


def january(number: int) -> dt.date:
    """Return a day of the month in which all cases play."""
    return dt.date(2024, 1, number)


def make_sku(sku: str = "k", **cells: str) -> dict[str, str]:
    """Return a SKU that takes 1 kW."""
    return {"sku": sku, "site_kw": "1"} | cells


def make_order(order: str, **cells: str) -> dict[str, str]:
    """Return an order of its own customer for SKU k at site s, wanted on 1 January."""
    defaults = {"order": order, "customer": f"customer-{order}", "skus": "k", "sites": "s"}
    return defaults | {"requested_on": "2024-01-01"} | cells


def make_lot(lot: str, **cells: str) -> dict[str, str]:
    """Return a lot of SKU k that arrives on 1 January."""
    return {"lot": lot, "sku": "k", "arrives_on": "2024-01-01"} | cells


def make_step(site: str = "s", **cells: str) -> dict[str, str]:
    """Return a step of readiness with plenty of power since long ago."""
    return {"site": site, "step": "hall", "ready_on": "2023-01-01", "power_kw": "1000"} | cells


def make_world(
    orders: Rows, supply: Rows, *, days: int = 10, level_by: str = "pool", **tables: Rows
) -> RefWorld:
    """Return a world of daily rounds from 1 January with one SKU k and one ready site s, unless told."""
    settings = {
        "start_on": january(1),
        "end_on": january(1) + dt.timedelta(days=days),
        "round": "day",
        "policy": {"level_by": level_by},
    }
    defaults = {"skus": [make_sku()], "sites": [{"site": "s"}], "readiness": [make_step()]}
    return RefWorld(settings, {**defaults, "orders": orders, "supply": supply, **tables})


def units_by_order(units: dict[AllocationKey, Fraction], *, site: str | None = None) -> dict[str, Fraction]:
    """Return the units of each order over all rounds, at one site or (None) at all."""
    totals: dict[str, Fraction] = {}
    for (order, _, at, _), amount in units.items():
        if site is None or at == site:
            totals[order] = totals.get(order, Fraction(0)) + amount
    return totals


def units_by_day(units: dict[AllocationKey, Fraction], *, order: str) -> dict[int, Fraction]:
    """Return the units of one order by day of January."""
    totals: dict[int, Fraction] = {}
    for (name, _, _, on), amount in units.items():
        if name == order:
            totals[on.day] = totals.get(on.day, Fraction(0)) + amount
    return totals


def levels_on(plan: RefPlan, *, day: int, tier: int = 1) -> dict[str, Fraction]:
    """Return the levels of one stage by class."""
    return {name: level for (on, of, name), level in plan.levels.items() if (on, of) == (january(day), tier)}
