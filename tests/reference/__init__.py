"""An independent reference of the allocation: naive, exact, and free of the package it judges.

    plan = reference_plan(RefWorld(settings, tables), level_by="customer")

It follows the allocation page sentence by sentence, for the rules `max-min` and `as-booked`, and imports
only the standard library. It is slow on purpose: a few orders, sites and rounds are its size.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from .booked import book_lots, explain_booked
from .lots import round_to_lots
from .maxmin import LevelKey, ShareKey
from .minship import plan_shipping
from .reasons import Reasoned, explain_plan
from .world import RefWorld

__all__ = ["AllocationKey", "RefPlan", "RefWorld", "reference_plan"]

AllocationKey = tuple[str, str, str, dt.date]


@dataclass(frozen=True, kw_only=True)
class RefPlan:
    """One plan. Units by (order, sku, site, round_on); zeros are left out.

    Attributes:
        shares: The exact shares, cut to millionths, before any waiting for `min_ship`.
        shipped: What ships of them, after waiting.
        allocations: What ships in whole lots; `shipped` where `whole_lots` is false.
        levels: The level of every class with an open, incomplete order, by (round_on, tier, class).
        shortages: Short ordered units by (order, reason).
        late: Late ordered units by (order, reason).
        late_days: The mean days late of what shipped, of every order that shipped.
        cut_orders: The orders cut for `min_ship`, in the order in which they were first cut.
    """

    shares: dict[AllocationKey, Fraction]
    shipped: dict[AllocationKey, Fraction]
    allocations: dict[AllocationKey, Fraction]
    levels: dict[LevelKey, Fraction] = field(default_factory=dict)
    shortages: Reasoned
    late: Reasoned
    late_days: dict[str, Fraction]
    cut_orders: list[str] = field(default_factory=list)


def reference_plan(world: RefWorld, **policy: object) -> RefPlan:
    """Return the plan of a world, under its policy changed in the named fields.

    Raises:
        ValueError: The rule is not one this reference knows.
    """
    if policy:
        world = world.with_policy(**policy)
    if world.policy.rule == "as-booked":
        booked = book_lots(world)
        reasons = explain_booked(world, booked=booked)
        return RefPlan(
            shares=booked,
            shipped=booked,
            allocations=booked,
            shortages=reasons.shortages,
            late=reasons.late,
            late_days=reasons.late_days,
        )
    if world.policy.rule != "max-min":
        raise ValueError(f"The reference knows max-min and as-booked, not {world.policy.rule}.")
    shipping = plan_shipping(world)
    allocations = shipping.shipped
    if world.policy.whole_lots:
        allocations = round_to_lots(world, shipped=shipping.shipped)
    reasons = explain_plan(world, shipping=shipping, allocations=allocations)
    return RefPlan(
        shares=named(world, units=shipping.shares.units),
        shipped=named(world, units=shipping.shipped),
        allocations=named(world, units=allocations),
        levels=shipping.shares.levels,
        shortages=reasons.shortages,
        late=reasons.late,
        late_days=reasons.late_days,
        cut_orders=list(shipping.first_cut),
    )


def named(world: RefWorld, *, units: Mapping[ShareKey, Fraction]) -> dict[AllocationKey, Fraction]:
    """Return units by the SKU, site and day instead of the places they have in the reference."""
    orders = {order.name: order for order in world.orders}
    by_name: dict[AllocationKey, Fraction] = {}
    for (name, place, round_number), amount in units.items():
        option = orders[name].options[place]
        by_name[name, option.sku, option.site, world.rounds[round_number]] = amount
    return by_name
