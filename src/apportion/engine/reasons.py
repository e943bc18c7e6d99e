"""How much an order could have filled by a round, alone in the world, one kind of limit after another.

F₀ is what it wants. F₁ counts only whether it is on hold, F₂ also users and cooling, F₃ quotas, F₄ readiness,
F₅ supply, F₆ what those ahead (higher tiers, earlier turns) were granted. The most it could fill is a small linear
program over its options and, where quotas have windows, over the stretches between their ends; limits only grow
with the rounds, so inside a stretch nothing is lost by shipping at its end.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate

from apportion.engine.problem import MILLION, Option, Order, Problem, Tiers
from apportion.engine.tableau import Tableau
from apportion.model.policy import Rule


class Limits(enum.IntEnum):
    """The kinds of limit in the order in which they are counted."""

    NONE = 2
    QUOTA = 3
    SITE = 4
    SUPPLY = 5
    AHEAD = 6


_NOBODY = Tiers(-1)  # Every rank is at least 0.
_KIND_RANK = {"quota": 0, "power": 1, "liquid": 2, "units": 3, "supply": 4}


@dataclass(frozen=True, slots=True)
class Most:
    """The most an order could fill by a round.

    Attributes:
        filled: In 10⁻¹² of an ordered unit, cut down to a millionth of an ordered unit.
        binding: The first resource without slack, options in order, then by kind; None where none binds.
    """

    filled: int
    binding: int | None


class Granted:
    """What has been granted of each resource, by round, cumulative (a quota: inside its window).

    Orders have a rank by round: their tier, or their turn where they are served one after another. What was
    granted *ahead* of an order is what ships in rounds in which whoever receives it has a lower rank than the order.
    """

    def __init__(self, problem: Problem, given: Mapping[tuple[int, int], int]) -> None:
        """Add up all allocations; `given` holds millionths of a unit by (option, round)."""
        self._problem = problem
        self._rounds = len(problem.calendar)
        self._entries: dict[int, list[tuple[int, int, int]]] = {}
        for (index, at_round), units in given.items():
            option = problem.options[index]
            rank = rank_of(problem, problem.orders[option.order]).at(at_round)
            for resource, use in option.uses:
                if problem.resources[resource].holds_in(at_round):
                    self._entries.setdefault(resource, []).append((rank, at_round, units * use))
        self._series: dict[tuple[int, Tiers | None], list[int]] = {}
        self._room: dict[tuple[int, Tiers | None], list[int | None]] = {}

    def used(self, resource: int, *, ahead_of: Tiers | None) -> list[int]:
        """Return what is used by each round, of all orders or of those ranked before `ahead_of`."""
        key = (resource, ahead_of)
        if key not in self._series:
            amounts = [0] * self._rounds
            for rank, at_round, amount in self._entries.get(resource, ()):
                if ahead_of is None or rank < (ahead_of.at(at_round) if ahead_of.raised else ahead_of.own):
                    amounts[at_round] += amount
            self._series[key] = list(accumulate(amounts))
        return self._series[key]

    def room(self, resource: int, *, ahead_of: Tiers | None) -> list[int | None]:
        """Return what is left by each round at the least over it and all later rounds, never below 0."""
        key = (resource, ahead_of)
        if key not in self._room:
            one = self._problem.resources[resource]
            used = self.used(resource, ahead_of=ahead_of)
            room: list[int | None] = [None] * self._rounds
            least: int | None = None
            for at_round in reversed(range(self._rounds)):
                limit = one.limits[at_round]
                if limit is not None:
                    # A quota counts its window as a whole: what is used in it later is used.
                    taken = used[-1] if one.window is not None else used[at_round]
                    least = limit - taken if least is None else min(least, limit - taken)
                room[at_round] = None if least is None else max(0, least)
            self._room[key] = room
        return self._room[key]


def rank_of(problem: Problem, order: Order) -> Tiers:
    """Return whom an order comes after: its tiers, or its turn where orders are served one after another."""
    is_in_turn = problem.policy.rule in {Rule.PRIORITY, Rule.FIRST_COME}
    return Tiers(problem.turns[order.index]) if is_in_turn else order.tiers


def most_filled(problem: Problem, granted: Granted, *, order: Order, by_round: int, limits: Limits) -> Most:
    """Return the most that an order could fill by a round, alone, counting limits up to a kind."""
    last = min(by_round, order.last_round)
    if last < order.first_round or not order.options:
        return Most(0, None)
    ahead_of = rank_of(problem, order) if limits is Limits.AHEAD else _NOBODY
    counted = {
        resource: granted.room(resource, ahead_of=ahead_of)
        for option in order.options
        for resource, _ in option.uses
        if _counts(problem, resource, limits=limits)
    }
    quotas = [resource for resource in counted if problem.resources[resource].window is not None]
    if not quotas and len(order.options) == 1:
        return _one_option(problem, order, counted=counted, last=last)
    ends = _ends(problem, order, quotas=quotas, last=last)
    return _Filling(problem, order, counted=counted, ends=ends, limits=limits).most()


def _counts(problem: Problem, resource: int, *, limits: Limits) -> bool:
    kind = problem.resources[resource].key.partition(":")[0]
    first = {"quota": Limits.QUOTA, "supply": Limits.SUPPLY}.get(kind, Limits.SITE)
    return limits >= first


def _one_option(
    problem: Problem, order: Order, *, counted: Mapping[int, Sequence[int | None]], last: int
) -> Most:
    option = order.options[0]
    filled, binding = Fraction(order.wants), None
    for resource, use in sorted(option.uses, key=lambda pair: _rank(problem, pair[0])):
        room = counted[resource][last] if resource in counted else None
        if room is not None and Fraction(room * option.rate, use) < filled:
            filled, binding = Fraction(room * option.rate, use), resource
    return Most(_to_millionth(filled), binding)


def _is_named(problem: Problem, resource: int, *, limits: Limits) -> bool:
    """Return whether a reason of this kind names resources of that kind."""
    kind = problem.resources[resource].key.partition(":")[0]
    return limits is Limits.AHEAD or limits is {"quota": Limits.QUOTA, "supply": Limits.SUPPLY}.get(
        kind, Limits.SITE
    )


def _rank(problem: Problem, resource: int) -> int:
    """Return the place of a resource's kind where one is named: quota, power, liquid, units, supply."""
    return _KIND_RANK[problem.resources[resource].key.partition(":")[0]]


def _to_millionth(filled: Fraction) -> int:
    return int(filled) // MILLION * MILLION


def _ends(problem: Problem, order: Order, *, quotas: Sequence[int], last: int) -> list[int]:
    """Return the last round of each stretch between ends of quota windows, from the order's first to `last`."""
    ends = {last}
    for quota in quotas:
        for edge in problem.resources[quota].window or ():
            if order.first_round <= edge - 1 < last:
                ends.add(edge - 1)
    return sorted(ends)


class _Filling:
    """The small program: shares by option and stretch, each limit at the end of each stretch."""

    def __init__(
        self,
        problem: Problem,
        order: Order,
        *,
        counted: Mapping[int, Sequence[int | None]],
        ends: Sequence[int],
        limits: Limits,
    ) -> None:
        self._problem = problem
        self._order = order
        self._counted = counted
        self._ends = ends
        self._limits = limits
        self._variable = {
            (option.index, place): place * len(order.options) + number
            for place in range(len(ends))
            for number, option in enumerate(order.options)
        }
        self._slacks: dict[int, list[int]] = {}

    def most(self) -> Most:
        """Return the most that can be filled and the first resource without slack."""
        tableau = Tableau()
        rates = {variable: self._rate(option) for (option, _), variable in self._variable.items()}
        slack = len(self._variable)
        tableau.add_row(rates, slack=slack, right=self._order.wants)
        for resource, room in self._counted.items():
            for columns, right in self._rows(resource, room):
                slack += 1
                tableau.add_row(columns, slack=slack, right=right)
                self._slacks.setdefault(resource, []).append(slack)
        tableau.maximise(rates)
        filled = sum((tableau.value(variable) * rate for variable, rate in rates.items()), Fraction(0))
        binding = None if filled >= self._order.wants else self._first_without_slack(tableau)
        return Most(_to_millionth(filled), binding)

    def _rate(self, option: int) -> int:
        return self._problem.options[option].rate

    def _rows(self, resource: int, room: Sequence[int | None]) -> Iterable[tuple[dict[int, int], int]]:
        uses = {option.index: dict(option.uses).get(resource, 0) for option in self._order.options}
        window = self._problem.resources[resource].window
        if window is not None:
            places = [place for place, end in enumerate(self._ends) if window[0] <= end < window[1]]
            if places:
                yield self._columns(uses, places), room[self._ends[-1]] or 0
            return
        for place, end in enumerate(self._ends):
            right = room[end]
            if right is not None:
                yield self._columns(uses, range(place + 1)), right

    def _columns(self, uses: Mapping[int, int], places: Iterable[int]) -> dict[int, int]:
        return {self._variable[option, place]: use for place in places for option, use in uses.items() if use}

    def _first_without_slack(self, tableau: Tableau) -> int | None:
        for option in self._order.options:
            for resource in sorted((one for one, _ in option.uses if one in self._counted), key=self._rank):
                slacks = self._slacks.get(resource, [])
                if _is_named(self._problem, resource, limits=self._limits) and any(
                    not tableau.value(slack) for slack in slacks
                ):
                    return resource
        return None

    def _rank(self, resource: int) -> int:
        return _rank(self._problem, resource)


def first_spent(
    problem: Problem, granted: Granted, *, options: Sequence[Option], at_round: int, units: int
) -> int | None:
    """Return the first resource without room in the plan, options in order, then by kind; None where none is spent.

    Args:
        problem: The problem.
        granted: All allocations.
        options: The options of one order.
        at_round: The round.
        units: The millionths of a unit there should be room for.
    """
    for option in options:
        for resource, use in sorted(option.uses, key=lambda pair: _rank(problem, pair[0])):
            if not problem.resources[resource].holds_in(at_round):
                continue
            room = granted.room(resource, ahead_of=None)[at_round]
            if room is not None and room < use * units:
                return resource
    return None
