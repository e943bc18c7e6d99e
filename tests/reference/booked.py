"""The rule `as-booked`: each lot, on its own date, to the order it is reserved for.

"each lot, on its own date whatever the rounds, to its reserved_for order at the order's first site;
readiness, dates, users, cooling, quotas, tiers and lots are ignored"
"""

import datetime as dt
from fractions import Fraction

from .maxmin import cut_to_millionth
from .reasons import NOT_BOOKED, NOT_DECIDED, Reasoned, RefReasons
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
        fitting = [option for option in order.options if option.sku == row["sku"]]
        site = text(row, "reserved_site") or order.options[0].site
        option = next((option for option in fitting if option.site == site), None)
        if option is None:
            continue
        units = min(left_of_lot(world, row=row), cut_to_millionth(still_open[order.name] / option.ratio))
        if units > 0:
            key = (order.name, option.sku, site, max(day(row, "arrives_on"), world.start_on))
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


def waiting_by_day(world: RefWorld, *, order: RefOrder) -> dict[dt.date, Fraction]:
    """Return the ordered units that undecided moves would bring an order, by day.

    "of each lot at most what shipments that name it left; nothing of a lot reserved for the order"
    """
    waiting: dict[dt.date, Fraction] = {}
    for row in world.tables["supply"]:
        asked = sum(
            (
                number(one, "quantity")
                for one in world.tables.get("undecided", [])
                if (one["lot"], one["order"]) == (row["lot"], order.name)
            ),
            Fraction(0),
        )
        option = next((option for option in order.options if option.sku == row["sku"]), None)
        arrives_on = day(row, "arrives_on")
        is_own = text(row, "reserved_for") == order.name
        if option is None or not order.is_planned or is_own or arrives_on >= world.end_on:
            continue
        on = max(arrives_on, world.start_on)
        units = min(asked, left_of_lot(world, row=row)) * option.ratio
        waiting[on] = waiting.get(on, Fraction(0)) + units
    return waiting


def explain_booked(world: RefWorld, *, booked: dict[BookedKey, Fraction]) -> RefReasons:
    """Return short and late units, unit by unit as it were.

    "the n-th unit is `not-decided` if what is filled and what waits before its day reach n, else `not-booked`"; a
    unit never filled has no day: all that waits counts.
    """
    reasons = RefReasons()
    for order in world.orders:
        if order.is_closed or order.open_before < order.tolerance:
            continue
        waiting = waiting_by_day(world, order=order)
        lots = filled_by_day(order, booked=booked)
        total = sum(lots.values(), Fraction(0))
        if order.open_before - total >= order.tolerance:
            reach = total + sum(waiting.values(), Fraction(0))
            halves = halved(total, order.open_before, at=reach)
            note(reasons.shortages, order, halves=halves)
        if total == 0:
            continue
        late = [Fraction(0), Fraction(0)]
        unit_days = Fraction(0)
        if order.wanted_round is not None:
            wanted_on = world.rounds[order.wanted_round]
            for on in sorted(on for on in lots if on > wanted_on):
                before = sum((units for then, units in lots.items() if then < on), Fraction(0))
                reach = before + sum((units for then, units in waiting.items() if then < on), Fraction(0))
                parts = halved(before, before + lots[on], at=reach)
                late = [late[0] + parts[0], late[1] + parts[1]]
            unit_days = sum(
                (
                    units * (on - wanted_on).days
                    for (name, _, _, on), units in booked.items()
                    if name == order.name and on > wanted_on
                ),
                Fraction(0),
            )
        note(reasons.late, order, halves=(late[0], late[1]))
        shipped = sum((units for at, units in booked.items() if at[0] == order.name), Fraction(0))
        reasons.late_days[order.name] = unit_days / shipped
    return reasons


def halved(first: Fraction, last: Fraction, *, at: Fraction) -> tuple[Fraction, Fraction]:
    """Return how much of a stretch of units lies below a place, and how much above."""
    place = min(max(at, first), last)
    return place - first, last - place


def note(into: Reasoned, order: RefOrder, *, halves: tuple[Fraction, Fraction]) -> None:
    """Note what is not decided and what is not booked; less than the tolerance is left out."""
    for reason, units in zip((NOT_DECIDED, NOT_BOOKED), halves, strict=True):
        if units > 0 and units >= order.tolerance:
            into[order.name, reason] = units


def filled_by_day(order: RefOrder, *, booked: dict[BookedKey, Fraction]) -> dict[dt.date, Fraction]:
    """Return the ordered units that an order's bookings fill on each day."""
    ratios = {option.sku: option.ratio for option in order.options}
    filled: dict[dt.date, Fraction] = {}
    for (name, sku, _, on), units in booked.items():
        if name == order.name:
            filled[on] = filled.get(on, Fraction(0)) + ratios[sku] * units
    return filled
