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

NOT_BOOKED, NOT_DECIDED = "not-booked", "not-decided"
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
        site = row["reserved_site"] or order.first_site
        if option is None or (row["sku"], site) not in order.by_place:
            continue
        units = min(max(0, row["quantity"] - gone[row["lot"]]) * MICRO, still_open[order.name] // option.rate)
        if units > 0:
            day = max(row["arrives_on"], calendar.start_on)
            booked[order.name, option.sku, site, day] += units
            still_open[order.name] -= option.rate * units
    return dict(booked)


def read_awaited(world: World, facts: Facts) -> dict[str, dict[dt.date, int]]:
    """Return by order and day what moves would bring that nobody has decided; ordered units in 10**-18.

    Source: A51, "of each lot at most what shipments that name it left; nothing of a lot reserved for the order".
    """
    lots = {row["lot"]: row for row in rows_of(world, "supply")}
    left = {name: row["quantity"] for name, row in lots.items()}
    for row in rows_of(world, "shipments"):
        if row["lot"] in left:
            left[row["lot"]] -= row["quantity"]
    asked: dict[tuple[str, str], int] = defaultdict(int)
    for row in rows_of(world, "undecided"):
        asked[row["lot"], row["order"]] += row["quantity"]
    awaited: dict[str, dict[dt.date, int]] = defaultdict(lambda: defaultdict(int))
    for (name, receiver), quantity in asked.items():
        lot, order = lots.get(name), facts.orders.get(receiver)
        if lot is None or order is None or not order.is_planned or lot["reserved_for"] == receiver:
            continue
        rate = next((option.rate for option in order.options if option.sku == lot["sku"]), 0)
        units = max(0, min(left[name], quantity))
        if lot["arrives_on"] < facts.calendar.end_on and rate * units:
            awaited[receiver][max(lot["arrives_on"], facts.calendar.start_on)] += units * MICRO * rate
    return awaited


def explain_booked(
    facts: Facts, booked: Mapping[BookedKey, int], *, awaited: Mapping[str, Mapping[dt.date, int]]
) -> dict[str, Explained]:
    """Return short and late units of every order, `not-decided` those that undecided moves would bring.

    Source: A28 and A51.
    """
    filled: dict[str, dict[dt.date, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for (name, sku, site, day), units in booked.items():
        order = facts.orders[name]
        both = filled[name][day]
        both[0] += order.options[order.by_place[sku, site]].rate * units
        both[1] += units
    explained: dict[str, Explained] = {}
    for order in facts.orders.values():
        if order.status == "closed" or order.open_amount < order.tolerance:
            continue
        own = awaited.get(order.name, {})
        by_day = filled.get(order.name, {})
        short = order.open_amount - sum(amount for amount, _ in by_day.values())
        shorts = _parted(short if short >= order.tolerance else 0, awaited=sum(own.values()))
        lates: dict[str, int] = defaultdict(int)
        unit_days = 0
        if order.wanted_round < len(facts.calendar):
            wanted_on = facts.calendar.rounds[order.wanted_round]
            for day, (amount, units) in by_day.items():
                if day > wanted_on:
                    before = sum(coming for on, coming in own.items() if on < day)
                    for reason, part in _parted(amount, awaited=before).items():
                        lates[reason] += part
                    unit_days += units * (day - wanted_on).days
        shipped = sum(units for _, units in by_day.values())
        explained[order.name] = Explained(
            short={reason: units for reason, units in shorts.items() if units >= order.tolerance},
            late={reason: units for reason, units in lates.items() if units >= order.tolerance},
            late_days=Fraction(unit_days, shipped) if shipped else None,
        )
    return explained


def _parted(amount: int, *, awaited: int) -> dict[str, int]:
    """Return how much of an amount is awaited, and the rest."""
    undecided = min(amount, awaited)
    return {NOT_DECIDED: undecided, NOT_BOOKED: amount - undecided}
