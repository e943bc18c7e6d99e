"""What a plan says, in the words of the reference; and what of the rules a plan has tried."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from fractions import Fraction

import polars as pl

from apportion.model.plan import Plan, StageProof
from tests.reference import AllocationKey, RefPlan, RefWorld
from tests.reference.world import RefOrder
from tests.worlds import RawWorld

MILLION = 10**6
ROOM = ("power:", "liquid:", "units:")


def units_of(frame: pl.DataFrame) -> dict[AllocationKey, Fraction]:
    """Return shares or allocations by (order, sku, site, round_on)."""
    rows = frame.select("order", "sku", "site", "round_on", "units").iter_rows()
    return {(order, sku, site, on): Fraction(units) for order, sku, site, on, units in rows}


def levels_of(plan: Plan) -> dict[tuple[dt.date, int, str], Fraction]:
    """Return the level of each class by (round_on, tier, class), as `levels` states it."""
    rows = plan.tables["levels"].select("round_on", "tier", "demand_class", "level").iter_rows()
    return {(on, tier, name): Fraction(level) for on, tier, name, level in rows}


def short_of(plan: Plan) -> dict[tuple[str, str], Fraction]:
    """Return the ordered units short by (order, reason)."""
    rows = plan.tables["shortages"].select("order", "reason", "short").iter_rows()
    return {(order, reason): Fraction(short) for order, reason, short in rows if short}


def late_only_of(plan: Plan) -> set[tuple[str, str]]:
    """Return the (order, reason) of the rows that are late and not short.

    That the window alone made units late is a row of the plan (`no-round`) which the reference has no word for.
    """
    rows = plan.tables["shortages"].select("order", "reason", "short").iter_rows()
    return {(order, reason) for order, reason, short in rows if not short and reason != "no-round"}


def late_days_of(plan: Plan) -> dict[str, Fraction | None]:
    """Return the mean days late that each order with a shortage row states."""
    rows = plan.tables["shortages"].select("order", "late_days").iter_rows()
    return {order: None if days is None else Fraction(days) for order, days in rows}


def disagreements(reference: RefPlan, plan: Plan) -> list[str]:
    """Return in which of its tables a plan differs from the reference; the first says most."""
    stated_days = late_days_of(plan)
    pairs: list[tuple[str, object, object]] = [
        ("shares", reference.shares, units_of(plan.shares)),
        ("levels", reference.levels, levels_of(plan)),
        ("cut orders", set(reference.cut_orders), {one.order for one in plan.cut_orders}),
        ("allocations", reference.allocations, units_of(plan.tables["allocations"])),
        ("short", reference.shortages, short_of(plan)),
        ("late only", {key for key in reference.late if key not in reference.shortages}, late_only_of(plan)),
        ("late days", {order: rounded(reference.late_days.get(order)) for order in stated_days}, stated_days),
    ]
    return [f"{name}: {expected} but {found}" for name, expected, found in pairs if expected != found]


def rounded(days: Fraction | None) -> Fraction | None:
    """Return a mean in the six places of the table."""
    return None if days is None else Fraction(round(days * MILLION), MILLION)


def tried(raw: RawWorld, *, reference: RefWorld, plan: Plan) -> Iterator[str]:
    """Yield what a world and its plan had to do with: the rows of the table that the run prints."""
    prices = {key for stage in plan.stages for cut in stage.cuts for key in cut.prices}
    orders = {order.name: order for order in reference.orders}
    given = plan.tables["allocations"]
    tiers: dict[dt.date, set[int]] = {}
    for stage in plan.stages:
        tiers.setdefault(stage.round_on, set()).add(stage.tier)
    statements: Mapping[str, bool] = {
        "several options per class": any(contests_options(stage, reference) for stage in plan.stages),
        "several tiers": any(len(of_round) > 1 for of_round in tiers.values()),
        "a raise": any(is_raised(order) for order in reference.orders),
        "a binding room": any(key.startswith(ROOM) for key in prices),
        "a binding quota": any(key.startswith("quota:") for key in prices),
        "min_ship": any(orders[name].min_ship for name in plan.shares["order"].unique()),
        "a partial lot": bool((given["partial"] > 0).any()),
        "a group": reference.policy.level_by == "group" and has_group(reference),
        "a restated readiness step": raw.restated_steps > 0,
        "shipments": "shipments" in raw.tables,
        "fleet": "fleet" in raw.tables,
        "cooling": any(not is_cooled(order, reference) for order in reference.orders),
        "an entitlement": reference.policy.level_by == "pool" and "entitlements" in raw.tables,
        "reference units": reference.policy.count == "reference",
    }
    yield from (name for name, is_there in statements.items() if is_there)


def contests_options(stage: StageProof, reference: RefWorld) -> bool:
    """Say whether a class with several open options was stopped by what it contests with another class."""
    at = reference.rounds.index(stage.round_on)
    for name, place in stage.named.items():
        cut = stage.cuts[place]
        is_contested = len(cut.classes) > 1 and any(not key.startswith("quantity:") for key in cut.prices)
        options = sum(
            option.is_usable
            for order in reference.orders
            if order.demand_class == name
            and order.tiers[at] == stage.tier
            and order.takes_part
            and at in order.open_rounds
            for option in order.options
        )
        if is_contested and options > 1:
            return True
    return False


def is_raised(order: RefOrder) -> bool:
    """Say whether an order that takes part has several tiers in its window."""
    return order.takes_part and len({order.tiers[at] for at in order.open_rounds}) > 1


def has_group(reference: RefWorld) -> bool:
    """Say whether two customers with open orders are of one group."""
    customers = {order.customer for order in reference.orders if order.takes_part}
    return len({reference.group(customer) for customer in customers}) < len(customers)


def is_cooled(order: RefOrder, reference: RefWorld) -> bool:
    """Say whether the order may use every option but for `users`, none of them drawing on liquid power."""
    return all(
        not any(kind == "liquid" for kind, _ in option.uses)
        and (option.is_usable or reference.sites[option.site].get("users"))
        for option in order.options
    )
