"""The rules that serve orders one after another over the whole horizon: `priority` and `first-come`.

Each order in its turn takes the earliest it can without breaking what was given before it: of every resource the
least that is left over the round and all later ones (available to promise, with look-ahead). The earliest round
comes first, inside a round the order's options in order; each share is cut down to a millionth of a unit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from apportion.engine.problem import Option, Order, Problem

Units = dict[tuple[int, int], int]  # (option, round) → millionths of a unit


@dataclass(frozen=True, slots=True)
class InTurn:
    """What orders take in their turn.

    Attributes:
        shares: What each option takes in each round.
        freely: What an order with a least shipment would have taken without it, cumulative ordered units in
            10⁻¹² by round.
    """

    shares: Units
    freely: Mapping[int, Mapping[int, int]]


def shares_in_turn(problem: Problem) -> InTurn:
    """Return what every order takes in its turn."""
    stock = _Stock(problem)
    shares: Units = {}
    freely: dict[int, Mapping[int, int]] = {}
    for order in sorted(problem.orders, key=lambda one: problem.turns[one.index]):
        if order.open < order.least_open:
            continue
        if order.min_ship:
            freely[order.index] = _cumulative(problem, _Turn(problem, stock, order).take_freely())
        taken = _Turn(problem, stock, order).take()
        stock.book(taken)
        shares.update(taken)
    return InTurn(shares, freely)


def _cumulative(problem: Problem, taken: Units) -> dict[int, int]:
    series: dict[int, int] = {}
    total = 0
    for (index, at_round), units in sorted(taken.items(), key=lambda pair: pair[0][1]):
        total += units * problem.options[index].rate
        series[at_round] = total
    return series


class _Stock:
    """What is left of each resource by round, at the least over it and all later rounds; of quotas, in all."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._left = [list(resource.limits) for resource in problem.resources]
        self.least = [_least_to_come(left) for left in self._left]
        self.in_window = {
            index: resource.limits[0]
            for index, resource in enumerate(problem.resources)
            if resource.window is not None
        }

    def book(self, taken: Units) -> None:
        """Take units out of what is left from their round on."""
        touched: set[int] = set()
        for (index, at_round), units in taken.items():
            for resource, use in self._problem.options[index].uses:
                if resource in self.in_window:
                    if self._problem.resources[resource].holds_in(at_round):
                        self.in_window[resource] = (self.in_window[resource] or 0) - units * use
                    continue
                left = self._left[resource]
                for later in range(at_round, len(left)):
                    amount = left[later]
                    if amount is not None:
                        left[later] = amount - units * use
                touched.add(resource)
        for resource in touched:
            self.least[resource] = _least_to_come(self._left[resource])


def _least_to_come(left: Sequence[int | None]) -> list[int | None]:
    least: int | None = None
    series: list[int | None] = []
    for amount in reversed(left):
        if amount is not None:
            least = amount if least is None else min(least, amount)
        series.append(least)
    return series[::-1]


@dataclass(slots=True)
class _Turn:
    """One order taking its turn; what it took in earlier rounds is used in all later ones."""

    problem: Problem
    stock: _Stock
    order: Order
    taken: Units = field(default_factory=dict)
    filled: int = 0
    used: dict[int, int] = field(default_factory=dict)

    def take_freely(self) -> Units:
        """Return what the order takes with no regard to a least shipment."""
        for at_round in self._rounds():
            self._commit(self._parts(at_round), at_round)
        return self.taken

    def take(self) -> Units:
        """Return what the order takes, each round nothing or at least its least shipment."""
        if not self.order.min_ship:
            return self.take_freely()
        for at_round in self._rounds():
            self._commit(self._largest_part(self._parts(at_round)), at_round)
        return self.taken

    def _rounds(self) -> list[int]:
        return [one for one in self.problem.stage_rounds if self.order.is_open(one)]

    def _parts(self, at_round: int) -> dict[Option, int]:
        """Return the most that each option could take in the round, options in order."""
        parts: dict[Option, int] = {}
        still_open = self.order.open - self.filled
        trial = dict(self.used)
        for option in self.order.options:
            units = still_open // option.rate
            for resource, use in option.uses:
                left = self._left(resource, at_round, used=trial)
                if left is not None:
                    units = min(units, max(0, left) // use)
            if units:
                parts[option] = units
                still_open -= units * option.rate
                for resource, use in option.uses:
                    trial[resource] = trial.get(resource, 0) + self._counted(resource, at_round) * units * use
        return parts

    def _left(self, resource: int, at_round: int, *, used: Mapping[int, int]) -> int | None:
        if resource in self.stock.in_window:
            if not self._counted(resource, at_round):
                return None
            return (self.stock.in_window[resource] or 0) - used.get(resource, 0)
        least = self.stock.least[resource][at_round]
        return None if least is None else least - used.get(resource, 0)

    def _counted(self, resource: int, at_round: int) -> int:
        """Return 1 where what ships in the round counts in the resource: a quota counts its window only."""
        return int(self.problem.resources[resource].holds_in(at_round))

    def _largest_part(self, parts: Mapping[Option, int]) -> dict[Option, int]:
        """Return the largest amount that is at least the least shipment and leaves nothing or as much."""
        waiting = sum(units * option.rate for option, units in parts.items())
        still_open, least = self.order.open - self.filled, self.order.min_ship
        if still_open - waiting < self.order.least_open:
            return dict(parts)
        amount = min(waiting, still_open - least)
        if amount < least:
            return {}
        chosen: dict[Option, int] = {}
        for option, most in parts.items():
            units = min(most, amount // option.rate)
            amount -= units * option.rate
            chosen[option] = units
        # Cutting down to a millionth may have taken it below the least shipment: then it ships nothing.
        filled = sum(units * option.rate for option, units in chosen.items())
        return chosen if filled >= least else {}

    def _commit(self, parts: Mapping[Option, int], at_round: int) -> None:
        for option, units in parts.items():
            if not units:
                continue
            self.taken[option.index, at_round] = units
            self.filled += units * option.rate
            for resource, use in option.uses:
                self.used[resource] = (
                    self.used.get(resource, 0) + self._counted(resource, at_round) * units * use
                )
