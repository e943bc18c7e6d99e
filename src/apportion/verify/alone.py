"""What an order could have filled alone in the world, counting one more limit at each step: F_0 to F_6.

Source: ``docs/concepts/allocation.md``, "Reasons".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import accumulate
from math import gcd

from apportion.verify.facts import Facts, Option, Order
from apportion.verify.figures import AMOUNT, MICRO, USE
from apportion.verify.reading import Movement
from apportion.verify.simplex import Budget, Program
from apportion.verify.turns import Rank, least_from, ranks

ON_HOLD, NO_USABLE_SITE, QUOTA, SITE_NOT_READY, NO_SUPPLY, SERVED_BEFORE = range(1, 7)
# Small programs of one order each: their work is bounded by its options and quotas.
_CELLS = 10**12
Bounds = list[tuple[dict[int, int], int]]


class _Before:
    """What the orders below a rank use of one resource, by round; ranks are best asked for in their order."""

    def __init__(self, uses: Sequence[tuple[int, int, int]], *, rounds: int) -> None:
        self.uses = sorted(uses)
        self.rounds = rounds
        self.below = self.place = self.total = 0
        self.by_round = [0] * rounds
        self.lowest: list[int | None] | None = None

    def move_to(self, below: int) -> None:
        if below == self.below:
            return
        if below < self.below:
            self.place = self.total = 0
            self.by_round = [0] * self.rounds
        first = self.place
        while self.place < len(self.uses) and self.uses[self.place][0] < below:
            _, at, amount = self.uses[self.place]
            self.by_round[at] += amount
            self.total += amount
            self.place += 1
        if self.place != first or below < self.below:
            self.lowest = None
        self.below = below


class Granted:
    """What ships, added up by round: by resource for each rank and those before it, and by order."""

    def __init__(self, facts: Facts, allocations: Sequence[Movement]) -> None:
        self.facts = facts
        self.ranks = ranks(facts)
        self.filled: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        self.units: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        self._uses: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
        for one in allocations:
            rank = _in_round(self.ranks[one.order.name], one.at)
            for resource, use in one.option.uses.items():
                self._uses[resource].append((rank, one.at, use * one.units))
            for quota in facts.active_quotas(one.option, one.at):
                self._uses[quota].append((rank, one.at, USE * one.units))
            self.filled[one.order.name][one.at] += one.option.rate * one.units
            self.units[one.order.name][one.at] += one.units
        self._before: dict[str, _Before] = {}
        self._before_raised: dict[tuple[str, Rank], _Before] = {}
        self._lowest: dict[str, list[int | None]] = {}

    def taken(self, resource: str) -> list[int]:
        """Return what is used of a resource up to each round."""
        by_round = [0] * len(self.facts.calendar)
        for _, at, amount in self._uses.get(resource, ()):
            by_round[at] += amount
        return list(accumulate(by_round))

    def place(self, order: Order) -> int:
        """Return where it is best to ask for an order: ranks that are the same in all rounds one after another."""
        return _in_round(self.ranks[order.name], 0)

    def taken_before(self, resource: str, *, below: Rank) -> int:
        """Return what the orders below a rank use of a resource over all rounds."""
        return self._before_rank(resource, below=below).total if below else 0

    def lowest(self, resource: str, *, below: Rank) -> list[int | None]:
        """Return the least, from each round on, that the orders below a rank leave; never below 0."""
        if not below:
            if resource not in self._lowest:
                self._lowest[resource] = least_from(self.facts, resource)
            return self._lowest[resource]
        before = self._before_rank(resource, below=below)
        if before.lowest is None:
            taken = list(accumulate(before.by_round))
            before.lowest = least_from(self.facts, resource, taken=taken)
        return before.lowest

    def _before_rank(self, resource: str, *, below: Rank) -> _Before:
        if isinstance(below, tuple):
            return self._before_each(resource, below)
        if resource not in self._before:
            self._before[resource] = _Before(self._uses.get(resource, ()), rounds=len(self.facts.calendar))
        self._before[resource].move_to(below)
        return self._before[resource]

    def _before_each(self, resource: str, below: tuple[int, ...]) -> _Before:
        """Return what ships to orders that are below a rank in the round in which it ships."""
        if (resource, below) not in self._before_raised:
            uses = [(0, at, amount) for rank, at, amount in self._uses.get(resource, ()) if rank < below[at]]
            before = _Before(uses, rounds=len(self.facts.calendar))
            before.move_to(1)
            self._before_raised[resource, below] = before
        return self._before_raised[resource, below]

    def filled_by(self, order: Order, at: int) -> int:
        """Return the ordered units shipped up to a round, in 10**-18."""
        return sum(
            amount for round_number, amount in self.filled.get(order.name, {}).items() if round_number <= at
        )


def _in_round(rank: Rank, at: int) -> int:
    return rank[at] if isinstance(rank, tuple) else rank


def most_alone(granted: Granted, order: Order, *, step: int, at: int) -> int:
    """Return F of one step at a round, in 10**-18 ordered units, cut down to a millionth."""
    if not order.first_round <= at or order.first_round >= order.end_round:
        return 0
    if step >= ON_HOLD and not order.is_planned:
        return 0
    usable = [option for option in order.options if option.is_usable]
    if step >= NO_USABLE_SITE and not usable:
        return 0
    if step < QUOTA:
        return order.open_amount
    segments = _segments(granted.facts, order, usable=usable, at=at)
    columns = [(option, number) for number in range(len(segments)) for option in usable]
    bounds = _bounds(granted, order, columns=columns, segments=segments, step=step)
    rates = {number: option.rate for number, (option, _) in enumerate(columns)}
    bounds.append((rates, order.open_amount))
    highest = _highest(rates, bounds=bounds)
    return highest // (AMOUNT // MICRO) * (AMOUNT // MICRO)


def _segments(
    facts: Facts, order: Order, *, usable: Sequence[Option], at: int
) -> list[tuple[frozenset[str], int]]:
    """Return the open rounds in runs under the same quotas: those quotas, and the last round of each run.

    Limits never fall, so shipping in the last round of a run is best.
    """
    mine = sorted({quota for option in usable for quota in option.quotas})
    end = min(at + 1, order.end_round)
    edges = {end}
    for name in mine:
        quota = facts.quotas[name]
        edges |= {edge for edge in (quota.first, quota.end) if order.first_round < edge < end}
    return [
        (
            frozenset(name for name in mine if facts.quotas[name].first <= edge - 1 < facts.quotas[name].end),
            edge - 1,
        )
        for edge in sorted(edges)
    ]


def _bounds(
    granted: Granted,
    order: Order,
    *,
    columns: Sequence[tuple[Option, int]],
    segments: Sequence[tuple[frozenset[str], int]],
    step: int,
) -> Bounds:
    """Return rows and bounds of the limits counted at a step: quotas, then room, then supply."""
    facts = granted.facts
    # No rank is below 0, so nothing is taken out before the step of those served before.
    below = granted.ranks[order.name] if step >= SERVED_BEFORE else 0
    bounds: Bounds = []
    for quota in sorted({name for names, _ in segments for name in names}):
        taken = granted.taken_before(quota, below=below)
        row = {
            number: USE
            for number, (option, run) in enumerate(columns)
            if quota in option.quotas and quota in segments[run][0]
        }
        bounds.append((row, max(0, facts.quotas[quota].at_most - taken)))
    if step < SITE_NOT_READY:
        return bounds
    resources = {resource for option, _ in columns for resource in option.uses}
    for resource in sorted(resources):
        if step < NO_SUPPLY and resource.startswith("supply:"):
            continue
        lowest = granted.lowest(resource, below=below)
        for number, (_, last) in enumerate(segments):
            left = lowest[last]
            if left is not None:
                row = {
                    column: option.uses[resource]
                    for column, (option, run) in enumerate(columns)
                    if run <= number and resource in option.uses
                }
                bounds.append((row, left))
    return bounds


def _highest(rates: Mapping[int, int], *, bounds: Bounds) -> int:
    """Return the most ordered units under the bounds, in 10**-18 cut down; units are in millionths."""
    if len(rates) == 1:
        [(column, rate)] = rates.items()
        # One variable: the tightest bound decides, exactly.
        return min(bound * rate // row[column] for row, bound in bounds if column in row)
    greedy = _greedy(rates, bounds=bounds)
    # The last bound is the open quantity itself, which nothing exceeds.
    if greedy == bounds[-1][1]:
        return greedy
    program = Program(len(rates), budget=Budget(_CELLS))
    for row, bound in bounds:
        if row:
            divisor = gcd(bound, *row.values())
            program.add_row({column: use // divisor for column, use in row.items()}, bound=bound // divisor)
    value = program.probe(rates)
    return value.numerator // value.denominator


def _greedy(rates: Mapping[int, int], *, bounds: Bounds) -> int:
    """Return what the columns in turn fill in whole millionths: never more than the most there is."""
    left = [bound for _, bound in bounds]
    filled = 0
    for column, rate in rates.items():
        units = min(
            bound // row[column] for (row, _), bound in zip(bounds, left, strict=True) if column in row
        )
        left = [bound - units * row.get(column, 0) for (row, _), bound in zip(bounds, left, strict=True)]
        filled += units * rate
    return filled
