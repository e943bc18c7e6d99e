"""Whole lots: floors of the cumulative shares in every round, then one extra lot each where all still holds.

"The exact plan of all rounds comes first; rounding follows it and does not feed back."
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor

from .maxmin import ShareKey, use_of
from .tables import number
from .world import RefOption, RefOrder, RefQuota, RefWorld, Resource

OptionKey = tuple[str, int]


@dataclass(kw_only=True)
class Rounding:
    """Cumulative shares and floors of each option by round, and what has shipped in whole lots.

    `turn` is the place of each order among those the rule serves: it breaks the ties of extra lots.
    """

    world: RefWorld
    options: dict[OptionKey, tuple[RefOrder, RefOption]]
    shares: dict[OptionKey, list[Fraction]]
    floors: dict[OptionKey, list[Fraction]]
    complete_from: dict[str, int]
    turn: dict[str, int]
    allocations: dict[ShareKey, Fraction] = field(default_factory=dict)

    def shipped(self, key: OptionKey) -> Fraction:
        """Return the units of an option shipped so far."""
        return sum((units for at, units in self.allocations.items() if at[:2] == key), Fraction(0))

    def ship(self, key: OptionKey, *, units: Fraction, round_number: int) -> None:
        """Ship units of an option in a round."""
        at = (*key, round_number)
        self.allocations[at] = self.allocations.get(at, Fraction(0)) + units

    def is_complete(self, order: RefOrder, *, round_number: int) -> bool:
        """Say whether the order's exact share is complete by a round."""
        first = self.complete_from.get(order.name)
        return first is not None and round_number >= first

    def quota_used(self, quota: RefQuota) -> Fraction:
        """Return what has shipped in the window of a quota."""
        return sum(
            (
                units
                for (name, place, at), units in self.allocations.items()
                if at in quota.rounds and quota.name in self.options[name, place][1].quotas
            ),
            Fraction(0),
        )


def round_to_lots(world: RefWorld, *, shipped: Mapping[ShareKey, Fraction]) -> dict[ShareKey, Fraction]:
    """Return the allocations in whole lots: round by round the floors, then the extras, tier by tier."""
    rounding = prepare(world, shipped=shipped)
    for round_number in world.stage_rounds:
        ship_floors(rounding, round_number=round_number)
        for tier in sorted({order.tiers[round_number] for order in world.orders}):
            for sku in sorted(world.skus):
                ship_extras(rounding, round_number=round_number, tier=tier, sku=sku)
    return rounding.allocations


def lot_units(world: RefWorld, *, sku: str) -> Fraction:
    """Return the units that ship together."""
    return number(world.skus[sku], "lot_units", default="1")


def prepare(world: RefWorld, *, shipped: Mapping[ShareKey, Fraction]) -> Rounding:
    """Add up the shares as they ship after waiting, and cut them down.

    "each order and option's cumulative exact share, down to whole lot_units, or to whole units from the
    round on in which the order's exact share is complete"
    """
    options = {
        (order.name, place): (order, option)
        for order in world.orders
        for place, option in enumerate(order.options)
    }
    shares: dict[OptionKey, list[Fraction]] = {}
    for key in options:
        total = Fraction(0)
        shares[key] = []
        for round_number in range(len(world.rounds)):
            total += shipped.get((*key, round_number), Fraction(0))
            shares[key].append(total)
    rounding = Rounding(world=world, options=options, shares=shares, floors={}, complete_from={}, turn={})
    rounding.turn |= {order.name: turn for turn, order in enumerate(world.serving_order())}
    for order in world.orders:
        for round_number in range(len(world.rounds)):
            filled = sum(
                (
                    option.ratio * shares[order.name, place][round_number]
                    for place, option in enumerate(order.options)
                ),
                Fraction(0),
            )
            if order.open_before - filled < order.tolerance:
                rounding.complete_from.setdefault(order.name, round_number)
    for key, (order, option) in options.items():
        lot = lot_units(world, sku=option.sku)
        rounding.floors[key] = [
            cut_to_whole(total, step=Fraction(1) if rounding.is_complete(order, round_number=at) else lot)
            for at, total in enumerate(shares[key])
        ]
    lay_floors(rounding)
    return rounding


def lay_floors(rounding: Rounding) -> None:
    """Put off every floor that a quota window does not let through; one of a closed order never ships.

    "a floor that a quota window does not let through waits, in canonical order and whole lots, for the
    next open round that does"
    """
    world = rounding.world
    laid = {key: [Fraction(0)] * len(world.rounds) for key in rounding.options}
    in_window: dict[str, Fraction] = dict.fromkeys(world.quotas, Fraction(0))
    for round_number in range(len(world.rounds)):
        for key, (order, option) in rounding.options.items():
            before = laid[key][round_number - 1] if round_number else Fraction(0)
            due = rounding.floors[key][round_number] - before
            if due <= 0 or round_number not in order.open_rounds or round_number not in world.stage_rounds:
                laid[key][round_number] = before
                continue
            quotas = [
                quota
                for quota in world.quotas.values()
                if round_number in quota.rounds and quota.name in option.quotas
            ]
            let_through = min((quota.at_most - in_window[quota.name] for quota in quotas), default=due)
            if let_through < due:
                is_complete = rounding.is_complete(order, round_number=round_number)
                step = Fraction(1) if is_complete else lot_units(world, sku=option.sku)
                due = cut_to_whole(max(Fraction(0), let_through), step=step)
            for quota in quotas:
                in_window[quota.name] += due
            laid[key][round_number] = before + due
    rounding.floors.update(laid)


def cut_to_whole(amount: Fraction, *, step: Fraction) -> Fraction:
    """Return the largest whole multiple of `step` that is at most `amount`."""
    return floor(amount / step) * step


def ship_floors(rounding: Rounding, *, round_number: int) -> None:
    """Ship what the floors of the round ask for beyond what extras shipped already."""
    for key in rounding.options:
        due = rounding.floors[key][round_number] - rounding.shipped(key)
        if due > 0:
            rounding.ship(key, units=due, round_number=round_number)


def ship_extras(rounding: Rounding, *, round_number: int, tier: int, sku: str) -> None:
    """Ship one extra lot each to options whose share exceeds what they have shipped.

    "largest excess in units first, ties canonical (under priority and first-come: in the rule's order), if
    the order is open and supply, room, quotas and its quantity still hold with every later floor of every
    order"
    """
    world = rounding.world
    excesses = [
        (rounding.shares[key][round_number] - rounding.shipped(key), key)
        for key, (order, option) in rounding.options.items()
        if order.tiers[round_number] == tier and option.sku == sku and round_number in order.open_rounds
    ]
    # The options of an order are in its own order, and sorting is stable.
    for excess, key in sorted(excesses, key=lambda pair: (-pair[0], rounding.turn[pair[1][0]])):
        if excess <= 0:
            continue
        order = rounding.options[key][0]
        units = lot_units(world, sku=sku)
        if rounding.is_complete(order, round_number=round_number):
            units = min(units, cut_to_whole(open_units(rounding, key=key), step=Fraction(1)))
        if units > 0 and extra_holds(rounding, key=key, units=units, round_number=round_number):
            rounding.ship(key, units=units, round_number=round_number)


def open_units(rounding: Rounding, *, key: OptionKey) -> Fraction:
    """Return the units of an option that would fill what is still open beside every later floor."""
    order, option = rounding.options[key]
    filled = sum(
        (
            other.ratio * max(rounding.shipped((order.name, place)), rounding.floors[order.name, place][-1])
            for place, other in enumerate(order.options)
        ),
        Fraction(0),
    )
    return max(Fraction(0), order.open_before - filled) / option.ratio


def extra_holds(rounding: Rounding, *, key: OptionKey, units: Fraction, round_number: int) -> bool:
    """Say whether all that an extra lot touches still holds with every later floor of every order.

    By a later round t' an option will have shipped the larger of what it has shipped so far and its floor.
    """
    world = rounding.world
    order, option = rounding.options[key]
    so_far = {other: rounding.shipped(other) for other in rounding.options}
    so_far[key] += units
    by_round = {round_number: so_far}
    for later in range(round_number + 1, len(world.rounds)):
        by_round[later] = {
            other: max(total, rounding.floors[other][later]) for other, total in so_far.items()
        }
    last = by_round[len(world.rounds) - 1]
    filled = sum(
        (other.ratio * last[order.name, place] for place, other in enumerate(order.options)), Fraction(0)
    )
    if filled > order.open_before:
        return False
    for resource in option.uses:
        for at, totals in by_round.items():
            limit = world.limit(resource, round_number=at)
            if limit is not None and total_use(rounding, resource=resource, totals=totals) > limit:
                return False
    for name in option.quotas:
        quota = world.quotas[name]
        if round_number in quota.rounds:
            # A window is one run of rounds, so what ships in it later is the difference of two totals.
            resource = ("quota", name)
            later_use = total_use(rounding, resource=resource, totals=by_round[quota.rounds[-1]]) - total_use(
                rounding, resource=resource, totals=so_far
            )
            if rounding.quota_used(quota) + units + later_use > quota.at_most:
                return False
    return True


def total_use(rounding: Rounding, *, resource: Resource, totals: Mapping[OptionKey, Fraction]) -> Fraction:
    """Return what the cumulative units of all options use of a resource."""
    return sum(
        (use_of(rounding.options[key][1], resource) * units for key, units in totals.items()),
        Fraction(0),
    )
