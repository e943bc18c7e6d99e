"""`min_ship`: shares wait until enough can ship; orders left waiting are cut and the plan made again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from .maxmin import RefShares, ShareKey, cut_to_millionth, plan_shares
from .world import RefOrder, RefWorld


@dataclass
class RefShipping:
    """The shares of the last plan, what ships of them after waiting, and the cut orders.

    `first_cut` holds, for each cut order in the order of cutting, the shares of the plan it was first
    cut from.
    """

    shares: RefShares = field(default_factory=RefShares)
    shipped: dict[ShareKey, Fraction] = field(default_factory=dict)
    first_cut: dict[str, RefShares] = field(default_factory=dict)


def plan_shipping(world: RefWorld) -> RefShipping:
    """Return the plan in which no order is left waiting.

    "cut to what it shipped (a second time, to nothing), the last in canonical order first, one at a time,
    and the plan made again until none is left"
    """
    wanted = {order.name: order.open_before for order in world.orders}
    first_cut: dict[str, RefShares] = {}
    while True:
        shares = plan_shares(world, wanted=wanted)
        shipped = ship_waiting(world, shares=shares, wanted=wanted)
        left = [order for order in world.orders if is_waiting(order, shares=shares, shipped=shipped)]
        if not left:
            return RefShipping(shares=shares, shipped=shipped, first_cut=first_cut)
        order = left[-1]
        if order.name in first_cut:
            wanted[order.name] = Fraction(0)
        else:
            first_cut[order.name] = shares
            wanted[order.name] = filled_units(order, units=shipped)


def filled_units(
    order: RefOrder, *, units: Mapping[ShareKey, Fraction], until_round: int | None = None
) -> Fraction:
    """Return the ordered units that an order's shares fill up to a round; None: in all."""
    return sum(
        (
            order.options[place].ratio * amount
            for (name, place, round_number), amount in units.items()
            if name == order.name and (until_round is None or round_number <= until_round)
        ),
        Fraction(0),
    )


def is_waiting(order: RefOrder, *, shares: RefShares, shipped: Mapping[ShareKey, Fraction]) -> bool:
    """Say whether shares of an order never shipped."""
    return filled_units(order, units=shares.units) > filled_units(order, units=shipped)


def ship_waiting(
    world: RefWorld, *, shares: RefShares, wanted: Mapping[str, Fraction]
) -> dict[ShareKey, Fraction]:
    """Return what ships in each round: at once for orders without `min_ship`, else after waiting."""
    patient = [order for order in world.orders if order.min_ship > 0]
    names = {order.name for order in patient}
    shipped = {key: units for key, units in shares.units.items() if key[0] not in names}
    waiting: dict[str, list[Fraction]] = {order.name: [Fraction(0)] * len(order.options) for order in patient}
    still_open = {order.name: wanted[order.name] for order in patient}
    for round_number in world.stage_rounds:
        for order in patient:
            if round_number not in order.open_rounds:
                continue
            for place in range(len(order.options)):
                waiting[order.name][place] += shares.units.get((order.name, place, round_number), Fraction(0))
            parts = largest_part(order, waiting=waiting[order.name], still_open=still_open[order.name])
            if not any(parts):
                continue
            if not quotas_hold(world, order=order, parts=parts, round_number=round_number, shipped=shipped):
                continue
            for place, units in enumerate(parts):
                if units:
                    shipped[order.name, place, round_number] = units
                    waiting[order.name][place] -= units
                    still_open[order.name] -= order.options[place].ratio * units
    return shipped


def largest_part(order: RefOrder, *, waiting: list[Fraction], still_open: Fraction) -> list[Fraction]:
    """Return by option the largest part of what waits that may ship, or zeros.

    "the largest part of what waits, options in order, that is at least min_ship and leaves 0 or at least
    min_ship"; `min_ship` is "at most what is open". What completes the order always may.
    """
    least = min(order.min_ship, order.open_before)
    filling = [option.ratio * units for option, units in zip(order.options, waiting, strict=True)]
    total = sum(filling, Fraction(0))
    if total > 0 and still_open - total < order.tolerance:
        return list(waiting)
    budget = min(total, still_open - least)
    parts = []
    for option, units in zip(order.options, waiting, strict=True):
        part = min(units, cut_to_millionth(max(Fraction(0), budget) / option.ratio))
        parts.append(part)
        budget -= option.ratio * part
    shipping = sum(
        (option.ratio * part for option, part in zip(order.options, parts, strict=True)), Fraction(0)
    )
    return parts if shipping >= least else [Fraction(0)] * len(parts)


def quotas_hold(
    world: RefWorld,
    *,
    order: RefOrder,
    parts: list[Fraction],
    round_number: int,
    shipped: Mapping[ShareKey, Fraction],
) -> bool:
    """Say whether every quota of the round holds with all that ships in its window, later shares included.

    `shipped` has the shares of all rounds of the orders that never wait, and what the others shipped so far.
    """
    options = {
        (other.name, place): option for other in world.orders for place, option in enumerate(other.options)
    }
    for quota in world.quotas.values():
        if round_number not in quota.rounds:
            continue
        mine = sum(
            (
                units
                for option, units in zip(order.options, parts, strict=True)
                if quota.name in option.quotas
            ),
            Fraction(0),
        )
        others = sum(
            (
                units
                for (name, place, at), units in shipped.items()
                if at in quota.rounds and quota.name in options[name, place].quotas
            ),
            Fraction(0),
        )
        if mine and mine + others > quota.at_most:
            return False
    return True
