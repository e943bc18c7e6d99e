"""The rule `as-booked`: each lot, on its own date, to the order it is reserved for.

"each lot, on its own date whatever the rounds, to its reserved_for order at the order's first site;
readiness, dates, users, cooling, quotas, tiers and lots are ignored"
"""

import datetime as dt
from fractions import Fraction

from .maxmin import cut_to_millionth
from .reasons import NOT_BOOKED, RefReasons
from .tables import day, number, text
from .world import RefOrder, RefWorld

BookedKey = tuple[str, str, str, dt.date]


def book_lots(world: RefWorld) -> dict[BookedKey, Fraction]:
    """Return the allocations, lots in the order (date, lot).

    What is beyond the order's quantity, or of a SKU it does not accept, stays in stock; "lots before the
    start go on start_on, from end_on on not at all, less what shipments took of them; held orders get
    nothing".
    """
    orders = {order.name: order for order in world.orders}
    still_open = {order.name: order.open_before for order in world.orders}
    booked: dict[BookedKey, Fraction] = {}
    for row in sorted(world.tables["supply"], key=lambda row: (day(row, "arrives_on"), row["lot"])):
        order = orders.get(text(row, "reserved_for"))
        if order is None or not order.is_planned or day(row, "arrives_on") >= world.end_on:
            continue
        option = next((option for option in order.options if option.sku == row["sku"]), None)
        if option is None:
            continue
        units = min(left_of_lot(world, row=row), cut_to_millionth(still_open[order.name] / option.ratio))
        if units > 0:
            key = (order.name, option.sku, order.options[0].site, max(day(row, "arrives_on"), world.start_on))
            booked[key] = booked.get(key, Fraction(0)) + units
            still_open[order.name] -= option.ratio * units
    return booked


def left_of_lot(world: RefWorld, *, row: dict[str, str]) -> Fraction:
    """Return the quantity of a lot less what shipments took of it."""
    gone = sum(
        (
            number(shipment, "quantity")
            for shipment in world.tables.get("shipments", [])
            if text(shipment, "lot") == row["lot"]
        ),
        Fraction(0),
    )
    return max(Fraction(0), number(row, "quantity") - gone)


def explain_booked(world: RefWorld, *, booked: dict[BookedKey, Fraction]) -> RefReasons:
    """Return short and late units: "under as-booked the only reason is not-booked"."""
    reasons = RefReasons()
    for order in world.orders:
        if order.is_closed or order.open_before < order.tolerance:
            continue
        filled = filled_by_day(order, booked=booked)
        total = sum(filled.values(), Fraction(0))
        short = order.open_before - total
        if short >= order.tolerance:
            reasons.shortages[order.name, NOT_BOOKED] = short
        if total == 0:
            continue
        late = unit_days = Fraction(0)
        if order.wanted_round is not None:
            wanted_on = world.rounds[order.wanted_round]
            late = sum((units for on, units in filled.items() if on > wanted_on), Fraction(0))
            unit_days = sum(
                (
                    units * (on - wanted_on).days
                    for (name, _, _, on), units in booked.items()
                    if name == order.name and on > wanted_on
                ),
                Fraction(0),
            )
        if late > 0 and late >= order.tolerance:
            reasons.late[order.name, NOT_BOOKED] = late
        shipped = sum((units for at, units in booked.items() if at[0] == order.name), Fraction(0))
        reasons.late_days[order.name] = unit_days / shipped
    return reasons


def filled_by_day(order: RefOrder, *, booked: dict[BookedKey, Fraction]) -> dict[dt.date, Fraction]:
    """Return the ordered units that an order's bookings fill on each day."""
    ratios = {option.sku: option.ratio for option in order.options}
    filled: dict[dt.date, Fraction] = {}
    for (name, sku, _, on), units in booked.items():
        if name == order.name:
            filled[on] = filled.get(on, Fraction(0)) + ratios[sku] * units
    return filled
