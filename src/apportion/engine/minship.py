"""Least shipments: shares that wait until enough has come together, and orders for which it never does.

The shares never know of `min_ship`: it would leave no unique fair answer. An order's shares wait, spoken for, and
each round ships the largest part that is at least the least shipment and leaves nothing or at least as much.
Where shares still wait when the order's window ends, the order is cut to what it shipped, a second time to
nothing, the last in canonical order first, and everything is made again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from apportion.engine.maxmin import FairShares, fair_shares
from apportion.engine.problem import Order, Problem

Units = dict[tuple[int, int], int]  # (option, round) → millionths of a unit


@dataclass(frozen=True, slots=True)
class CutShort:
    """An order cut below its least shipment.

    Attributes:
        keep: What it may still receive, in 10⁻¹².
        first_share: What it would have received in the plan it was first cut from, cumulative, by round.
    """

    keep: int
    first_share: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Shares:
    """The exact shares of a plan and how they ship."""

    fair: FairShares
    shares: Units
    shipped: Units
    cut: Mapping[int, CutShort]


@dataclass(slots=True)
class _Waiting:
    """One order's shares that wait, by option, and what it has shipped."""

    order: Order
    open: int
    shipped: int = 0
    parts: dict[int, int] = field(default_factory=dict)

    def filled(self, problem: Problem) -> int:
        """Return the ordered units that wait, in 10⁻¹²."""
        return sum(units * problem.options[option].rate for option, units in self.parts.items())


def shares_with_least_shipments(problem: Problem) -> Shares:
    """Return the max-min shares once every order ships at least its least, or is cut."""
    cut: dict[int, CutShort] = {}
    while True:
        fair = fair_shares(problem, {order: one.keep for order, one in cut.items()})
        shares = fair.by_round()
        shipped, waiting = _ship(problem, shares, keep={order: one.keep for order, one in cut.items()})
        if not waiting:
            return Shares(fair, shares, shipped, cut)
        last = max(waiting)
        keep = 0 if last in cut else waiting[last].shipped
        first = cut[last].first_share if last in cut else _cumulative(problem, shares, order=last)
        cut[last] = CutShort(keep, first)


def _cumulative(problem: Problem, shares: Units, *, order: int) -> dict[int, int]:
    series: dict[int, int] = {}
    total = 0
    own = sorted((at_round, option, units) for (option, at_round), units in shares.items())
    for at_round, option, units in own:
        if problem.options[option].order == order:
            total += units * problem.options[option].rate
            series[at_round] = total
    return series


def _ship(problem: Problem, shares: Units, *, keep: Mapping[int, int]) -> tuple[Units, dict[int, _Waiting]]:
    """Return what ships when, and the orders with shares still waiting when their window ends."""
    waits = {
        order.index: _Waiting(order, min(order.open, keep.get(order.index, order.open)))
        for order in problem.orders
        if order.min_ship
    }
    if not waits:
        return shares, {}
    shipped = {key: units for key, units in shares.items() if problem.options[key[0]].order not in waits}
    coming: dict[int, list[tuple[int, int]]] = {}
    for (option, at_round), units in shares.items():
        if problem.options[option].order in waits:
            coming.setdefault(at_round, []).append((option, units))
    in_window = _quota_use(problem, shipped)
    for at_round in problem.stage_rounds:
        for option, units in coming.get(at_round, ()):
            parts = waits[problem.options[option].order].parts
            parts[option] = parts.get(option, 0) + units
        for index in sorted(waits):
            one = waits[index]
            if one.parts and one.order.is_open(at_round):
                _ship_one(problem, one, at_round=at_round, in_window=in_window, shipped=shipped)
    return shipped, {index: one for index, one in waits.items() if one.parts}


def _quota_use(problem: Problem, shipped: Units) -> dict[int, int]:
    """Return what ships inside each quota's window, over all rounds."""
    used: dict[int, int] = {}
    for (option, at_round), units in shipped.items():
        for resource, use in problem.options[option].uses:
            if problem.resources[resource].window and problem.resources[resource].holds_in(at_round):
                used[resource] = used.get(resource, 0) + units * use
    return used


def _ship_one(
    problem: Problem, one: _Waiting, *, at_round: int, in_window: dict[int, int], shipped: Units
) -> None:
    parts = _largest_part(problem, one)
    uses: dict[int, int] = {}
    for option, units in parts.items():
        for resource, use in problem.options[option].uses:
            if problem.resources[resource].window and problem.resources[resource].holds_in(at_round):
                uses[resource] = uses.get(resource, 0) + units * use
    for resource, use in uses.items():
        limit = problem.resources[resource].limits[at_round]
        if limit is not None and in_window.get(resource, 0) + use > limit:
            return
    for resource, use in uses.items():
        in_window[resource] = in_window.get(resource, 0) + use
    for option, units in parts.items():
        shipped[option, at_round] = units
        one.shipped += units * problem.options[option].rate
        one.parts[option] -= units
        if not one.parts[option]:
            del one.parts[option]


def _largest_part(problem: Problem, one: _Waiting) -> dict[int, int]:
    """Return the largest part of what waits that ships at once, by option; nothing where none may."""
    waiting, still_open, least = one.filled(problem), one.open - one.shipped, one.order.min_ship
    if still_open - waiting < one.order.least_open:
        return dict(one.parts)
    amount = min(waiting, still_open - least)
    if amount < least:
        return {}
    parts: dict[int, int] = {}
    for option in (option for option in one.order.options if option.index in one.parts):
        units = min(one.parts[option.index], amount // option.rate)
        amount -= units * option.rate
        if units:
            parts[option.index] = units
    # Cutting down to a millionth may have taken it below the least shipment: then it waits.
    filled = sum(units * problem.options[option].rate for option, units in parts.items())
    return parts if filled >= least else {}
