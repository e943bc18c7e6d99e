"""Shares that wait for a least shipment: what ships of them, and when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from apportion.verify.facts import Facts, Order
from apportion.verify.figures import USE
from apportion.verify.reading import Movement
from apportion.verify.stages import stage_rounds


@dataclass(frozen=True, kw_only=True)
class Shipping:
    """What ships after waiting, and the orders with shares still waiting at their window's end.

    Attributes:
        shipped: Movements in the order of rounds.
        left_waiting: Orders in canonical order.
    """

    shipped: Sequence[Movement]
    left_waiting: Sequence[Order]


def ship_waiting(facts: Facts, movements: Sequence[Movement], *, kept: Mapping[str, int]) -> Shipping:
    """Return what ships of the shares: at once for orders without `min_ship`, else after waiting.

    Source: "each round ships the largest part of what waits, options in order, that is at least `min_ship`
    and leaves 0 or at least `min_ship`, if every quota of its round holds with all that ships in it; else it
    waits".
    """
    queue = _Queue(facts, movements, kept=kept)
    if queue.patient:
        for at in stage_rounds(facts):
            for order in queue.patient:
                if order.is_open_in(at):
                    queue.ship(order, at=at)
    shipped = sorted(
        queue.shipped, key=lambda one: (one.at, one.order.tier_in(one.at), one.order.canonical, one.place)
    )
    left = [order for order in queue.patient if any(queue.waiting[order.name])]
    return Shipping(shipped=shipped, left_waiting=left)


class _Queue:
    """The shares that wait, and what has shipped."""

    def __init__(self, facts: Facts, movements: Sequence[Movement], *, kept: Mapping[str, int]) -> None:
        self.facts = facts
        self.patient = [order for order in facts.orders.values() if order.min_ship and order.is_planned]
        self.shipped = [one for one in movements if not one.order.min_ship]
        # The quotas count the shares of all rounds of those that never wait, later rounds included.
        self.used: dict[str, int] = defaultdict(int)
        for one in self.shipped:
            for quota in facts.active_quotas(one.option, one.at):
                self.used[quota] += USE * one.units
        self.arriving: dict[tuple[str, int], list[Movement]] = defaultdict(list)
        for one in movements:
            if one.order.min_ship:
                self.arriving[one.order.name, one.at].append(one)
        self.waiting = {order.name: [0] * len(order.options) for order in self.patient}
        self.still_open = {order.name: kept.get(order.name, order.open_amount) for order in self.patient}

    def ship(self, order: Order, *, at: int) -> None:
        """Ship what may ship of an order in a round."""
        waiting = self.waiting[order.name]
        for one in self.arriving.get((order.name, at), ()):
            waiting[one.place] += one.units
        still_open = self.still_open[order.name]
        parts = largest_part(order, waiting=waiting, still_open=still_open, least=least_shipment(order))
        if not any(parts) or not _quotas_hold(self.facts, order, at=at, parts=parts, used=self.used):
            return
        for place, units in enumerate(parts):
            if units:
                option = order.options[place]
                waiting[place] -= units
                self.still_open[order.name] -= option.rate * units
                self.shipped.append(Movement(order=order, place=place, at=at, units=units))
                for quota in self.facts.active_quotas(option, at):
                    self.used[quota] += USE * units


def least_shipment(order: Order) -> int:
    """Return the least that ships at once: `min_ship`, "at most what is open"; ordered units in 10**-18."""
    return min(order.min_ship, order.open_amount)


def largest_part(order: Order, *, waiting: Sequence[int], still_open: int, least: int) -> list[int]:
    """Return by option what may ship of what waits, in millionths; what completes the order always may.

    Args:
        order: The order.
        waiting: What there is to ship by option, in millionths.
        still_open: What the order still wants, ordered units in 10**-18.
        least: The least that ships and, where not 0, is left; the same unit.
    """
    total = sum(option.rate * units for option, units in zip(order.options, waiting, strict=True))
    if total and still_open - total < order.tolerance:
        return list(waiting)
    room = max(0, min(total, still_open - least))
    parts = []
    for option, units in zip(order.options, waiting, strict=True):
        part = min(units, room // option.rate)
        parts.append(part)
        room -= option.rate * part
    shipping = sum(option.rate * part for option, part in zip(order.options, parts, strict=True))
    return parts if shipping >= least else [0] * len(parts)


def _quotas_hold(facts: Facts, order: Order, *, at: int, parts: list[int], used: Mapping[str, int]) -> bool:
    mine: dict[str, int] = defaultdict(int)
    for option, units in zip(order.options, parts, strict=True):
        if units:
            for quota in facts.active_quotas(option, at):
                mine[quota] += USE * units
    return all(used.get(quota, 0) + amount <= facts.quotas[quota].at_most for quota, amount in mine.items())
