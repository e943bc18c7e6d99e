"""The rules priority and first-come, run again: orders one after another, each taking the earliest it can.

Source: ``docs/concepts/allocation.md``, "The other rules".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from apportion.model.policy import Rule
from apportion.verify.facts import Canonical, Facts, Option, Order
from apportion.verify.figures import USE
from apportion.verify.reading import Movement
from apportion.verify.stages import stage_rounds
from apportion.verify.waiting import largest_part, least_shipment

TURN_RULES = frozenset({Rule.PRIORITY, Rule.FIRST_COME})
# Whom an order is served after: a number for all rounds, or one by round.
Rank = int | tuple[int, ...]


def turn_order(facts: Facts) -> list[Order]:
    """Return all orders as the rule serves them; in canonical order where it serves them together."""
    orders = list(facts.orders.values())
    match facts.policy.rule:
        case Rule.PRIORITY:
            return sorted(orders, key=_priority)
        case Rule.FIRST_COME:
            return sorted(orders, key=lambda order: (order.canonical[2], order.name))
        case _:
            return orders


def _priority(order: Order) -> tuple[int, Canonical]:
    requested, promised, placed, name = order.canonical
    # "The smallest that the order has in any round of its window"; without such a round it is served nothing.
    window = order.tiers if len(order.tiers) == 1 else order.tiers[order.first_round : order.end_round]
    return min(window, default=max(order.tiers)), (promised, requested, placed, name)


def ranks(facts: Facts) -> dict[str, Rank]:
    """Return a number by order: those of smaller numbers are served before it, those of its own beside it.

    Under priority and first-come its place among all orders, from 0; else its tier, by round where it changes.
    """
    if facts.policy.rule in TURN_RULES:
        return {order.name: place for place, order in enumerate(turn_order(facts))}
    return {
        order.name: order.tiers if len(order.tiers) > 1 else order.tiers[0] for order in facts.orders.values()
    }


@dataclass(frozen=True, kw_only=True)
class Turns:
    """What the orders take.

    Attributes:
        taken: By every order in its turn.
        taken_at_once: What each would take in the same turn if it had no least shipment.
    """

    taken: Sequence[Movement]
    taken_at_once: Sequence[Movement]


def serve_in_turn(facts: Facts) -> Turns:
    """Return what every order takes "without breaking what was given before it".

    Only in a round in which something happens can an order take more than in the round before.
    """
    stock = _Stock(facts)
    rounds = stage_rounds(facts)
    taken: list[Movement] = []
    taken_at_once: list[Movement] = []
    for order in turn_order(facts):
        if not order.is_planned or order.open_amount < order.tolerance:
            continue
        window = [at for at in rounds if order.is_open_in(at)]
        at_once: list[Movement] | None = None
        if order.min_ship:
            at_once = _serve(stock.beside(order), order, rounds=window, least=0)
        mine = _serve(stock, order, rounds=window, least=least_shipment(order))
        taken += mine
        taken_at_once += mine if at_once is None else at_once
    taken.sort(key=lambda one: (one.at, one.order.tier_in(one.at), one.order.canonical, one.place))
    return Turns(taken=taken, taken_at_once=taken_at_once)


def _serve(stock: _Stock, order: Order, *, rounds: Sequence[int], least: int) -> list[Movement]:
    """Take the earliest there is, book it, and return it.

    Source: "the earliest round first, inside a round options in order, each share cut to a millionth"; with a
    least shipment "in the earliest round, the largest amount that is at least `min_ship` and leaves 0 or at
    least `min_ship`". There are no stages for which an order could be complete: it takes to the last millionth.
    """
    still_open = order.open_amount
    taken: list[Movement] = []
    for at in rounds:
        if not still_open:
            break
        most = stock.most(order, at=at, still_open=still_open)
        if not any(most):
            continue
        for place, units in enumerate(largest_part(order, waiting=most, still_open=still_open, least=least)):
            if units:
                taken.append(Movement(order=order, place=place, at=at, units=units))
                stock.book(taken[-1])
        still_open -= sum(one.option.rate * one.units for one in taken if one.at == at)
    return taken


class _Stock:
    """What may still ship in each round: the least that is left in it and all later rounds.

    Of a quota, what is left in its window.
    """

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.least = {resource: least_from(facts, resource) for resource in facts.limits}
        self.in_window = {name: quota.at_most for name, quota in facts.quotas.items()}

    def beside(self, order: Order) -> _Stock:
        """Return the same stock for one order to try what it could take."""
        other = object.__new__(_Stock)
        other.facts = self.facts
        mine = {resource for option in order.options for resource in option.uses}
        other.least = {resource: list(self.least[resource]) for resource in mine}
        other.in_window = dict(self.in_window)
        return other

    def most(self, order: Order, *, at: int, still_open: int) -> list[int]:
        """Return the most that an order could take in a round by option, in millionths, options in order."""
        spent: dict[str, int] = defaultdict(int)
        parts = []
        for option in order.options:
            units = self._most_by(option, at=at, spent=spent) if option.is_usable else 0
            units = max(0, min(units, still_open // option.rate))
            if units:
                still_open -= option.rate * units
                for resource, use in self._uses(option, at=at).items():
                    spent[resource] += use * units
            parts.append(units)
        return parts

    def _uses(self, option: Option, *, at: int) -> Mapping[str, int]:
        quotas = self.facts.active_quotas(option, at)
        return {**option.uses, **dict.fromkeys(quotas, USE)} if quotas else option.uses

    def _most_by(self, option: Option, *, at: int, spent: Mapping[str, int]) -> int:
        """Return the most units by one option beside what the better ones of the order would use."""
        lefts = ((self.least[resource][at], resource, use) for resource, use in option.uses.items())
        most = min((left - spent.get(name, 0)) // use for left, name, use in lefts if left is not None)
        for name in self.facts.active_quotas(option, at):
            most = min(most, (self.in_window[name] - spent.get(name, 0)) // USE)
        return most

    def book(self, movement: Movement) -> None:
        """Take a shipment out of its round and all later ones, and of the earlier ones what it needs."""
        for name in self.facts.active_quotas(movement.option, movement.at):
            self.in_window[name] -= USE * movement.units
        for resource, use in movement.option.uses.items():
            least, amount = self.least[resource], use * movement.units
            for later in range(movement.at, len(least)):
                left = least[later]
                if left is None:
                    break
                least[later] = left - amount
            now = least[movement.at]
            for earlier in range(movement.at - 1, -1, -1):
                left = least[earlier]
                if now is None or (left is not None and left <= now):
                    break
                least[earlier] = now


def least_from(facts: Facts, resource: str, *, taken: Sequence[int] | None = None) -> list[int | None]:
    """Return by round the least of a resource over it and all later rounds, never below 0; None is no limit.

    Args:
        facts: The world.
        resource: A supply or a room.
        taken: What is used up to each round; None: nothing.
    """
    least: int | None = None
    reverse: list[int | None] = []
    for at in range(len(facts.calendar) - 1, -1, -1):
        limit = facts.limit(resource, at)
        if limit is not None:
            left = limit if taken is None else max(0, limit - taken[at])
            least = left if least is None else min(least, left)
        reverse.append(least)
    return reverse[::-1]
