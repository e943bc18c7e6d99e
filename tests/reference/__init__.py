"""An independent reference of the allocation: naive, exact, and free of the package it judges.

    plan = reference_plan(RefWorld(settings, tables), level_by="customer")

It follows the allocation page sentence by sentence, for every rule, and imports only the standard library.
It is slow on purpose: a few orders, sites and rounds are its size.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from .booked import book_lots, explain_booked
from .inturn import serve_in_turn
from .lots import round_to_lots
from .maxmin import LevelKey, ShareKey
from .minship import plan_shipping
from .reasons import Entitled, Reasoned, entitle_fairly, entitle_in_turn, explain_plan
from .world import RefWorld

__all__ = ["AllocationKey", "RefPlan", "RefWorld", "reference_plan"]

AllocationKey = tuple[str, str, str, dt.date]


@dataclass(frozen=True, kw_only=True)
class RefPlan:
    """One plan. Units by (order, sku, site, round_on); zeros are left out.

    Attributes:
        shares: The exact shares, cut to millionths, before any waiting for `min_ship` (under `priority` and
            `first-come` nothing waits: what an order takes, it ships).
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
    rule = world.policy.rule
    if rule == "as-booked":
        return plan_as_booked(world)
    if rule in {"priority", "first-come"}:
        return plan_in_turn(world)
    if rule in {"max-min", "pro-rata"}:
        return plan_fairly(world)
    raise ValueError(f"The reference does not know the rule {rule}.")


def plan_as_booked(world: RefWorld) -> RefPlan:
    """Return the plan that follows the bookings of the lots."""
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


def plan_in_turn(world: RefWorld) -> RefPlan:
    """Return the plan that serves orders one after another."""
    turns = serve_in_turn(world)
    entitled = entitle_in_turn(world, impatient=turns.impatient, shipped=turns.units)
    return finish(world, shares=turns.units, shipped=turns.units, entitled=entitled)


def plan_fairly(world: RefWorld) -> RefPlan:
    """Return the plan that serves stage after stage, each by max-min."""
    shipping = plan_shipping(world)
    shares = {order.name: shipping.first_cut.get(order.name, shipping.shares).units for order in world.orders}
    entitled = entitle_fairly(world, shares=shares, shipped=shipping.shipped)
    plan = finish(world, shares=shipping.shares.units, shipped=shipping.shipped, entitled=entitled)
    return replace(plan, levels=shipping.shares.levels, cut_orders=list(shipping.first_cut))


def finish(
    world: RefWorld,
    *,
    shares: Mapping[ShareKey, Fraction],
    shipped: Mapping[ShareKey, Fraction],
    entitled: Mapping[str, Entitled],
) -> RefPlan:
    """Return a plan with its lots rounded and its reasons told."""
    allocations = round_to_lots(world, shipped=shipped) if world.policy.whole_lots else shipped
    reasons = explain_plan(world, entitled=entitled, allocations=allocations)
    return RefPlan(
        shares=named(world, units=shares),
        shipped=named(world, units=shipped),
        allocations=named(world, units=allocations),
        shortages=reasons.shortages,
        late=reasons.late,
        late_days=reasons.late_days,
    )


def named(world: RefWorld, *, units: Mapping[ShareKey, Fraction]) -> dict[AllocationKey, Fraction]:
    """Return units by the SKU, site and day instead of the places they have in the reference."""
    orders = {order.name: order for order in world.orders}
    by_name: dict[AllocationKey, Fraction] = {}
    for (name, place, round_number), amount in units.items():
        option = orders[name].options[place]
        by_name[name, option.sku, option.site, world.rounds[round_number]] = amount
    return by_name
