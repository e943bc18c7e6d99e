"""The rule as-booked, run again: each lot on its own day to the order it is reserved for.

Source: ``docs/concepts/allocation.md``, "The other rules".
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction

from apportion.model.world import World
from apportion.verify.facts import Facts
from apportion.verify.figures import MICRO
from apportion.verify.limits import rows_of
from apportion.verify.reasons import Explained

NOT_BOOKED = "not-booked"
# Order, SKU, site and day.
BookedKey = tuple[str, str, str, dt.date]


def book_lots(world: World, facts: Facts) -> dict[BookedKey, int]:
    """Return what every lot gives to whom, in millionths of a unit; lots by day, then by id."""
    calendar = facts.calendar
    gone: dict[str, int] = defaultdict(int)
    for row in rows_of(world, "shipments"):
        if row["lot"] is not None:
            gone[row["lot"]] += row["quantity"]
    still_open = {name: order.open_amount for name, order in facts.orders.items()}
    booked: dict[BookedKey, int] = defaultdict(int)
    for row in sorted(rows_of(world, "supply"), key=lambda row: (row["arrives_on"], row["lot"])):
        order = facts.orders.get(row["reserved_for"] or "")
        if order is None or not order.is_planned or row["arrives_on"] >= calendar.end_on:
            continue
        option = next((option for option in order.options if option.sku == row["sku"]), None)
        if option is None:
            continue
        units = min(max(0, row["quantity"] - gone[row["lot"]]) * MICRO, still_open[order.name] // option.rate)
        if units > 0:
            day = max(row["arrives_on"], calendar.start_on)
            booked[order.name, option.sku, order.first_site, day] += units
            still_open[order.name] -= option.rate * units
    return dict(booked)


def explain_booked(facts: Facts, booked: Mapping[BookedKey, int]) -> dict[str, Explained]:
    """Return short and late units of every order: "under `as-booked` the only reason is `not-booked`"."""
    filled: dict[str, list[tuple[dt.date, int, int]]] = defaultdict(list)
    for (name, sku, site, day), units in booked.items():
        order = facts.orders[name]
        filled[name].append((day, order.options[order.by_place[sku, site]].rate * units, units))
    explained: dict[str, Explained] = {}
    for order in facts.orders.values():
        if order.status == "closed" or order.open_amount < order.tolerance:
            continue
        lots = filled.get(order.name, [])
        shipped = sum(units for _, _, units in lots)
        late = unit_days = 0
        if order.wanted_round < len(facts.calendar):
            wanted_on = facts.calendar.rounds[order.wanted_round]
            for day, amount, units in lots:
                if day > wanted_on:
                    late += amount
                    unit_days += units * (day - wanted_on).days
        short = order.open_amount - sum(amount for _, amount, _ in lots)
        explained[order.name] = Explained(
            short={NOT_BOOKED: short} if short >= order.tolerance else {},
            late={NOT_BOOKED: late} if late >= order.tolerance else {},
            late_days=Fraction(unit_days, shipped) if shipped else None,
        )
    return explained
