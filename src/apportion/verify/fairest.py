"""One contested part of a stage solved again: levels by max-min, then the canonical routing, then millionths.

Independent of the plan's levels and cuts: only what was left before the stage goes in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor, gcd

from apportion.verify.facts import Order
from apportion.verify.simplex import Budget, Program

Column = tuple[Order, int]


@dataclass(frozen=True, kw_only=True)
class Part:
    """Orders that share a class or a contested resource, directly or through others.

    Attributes:
        columns: Order and place of each live option, orders in canonical order and options in theirs.
        open_amounts: Ordered units open by order, in 10**-18.
        left: What is left of each contested resource, in 10**-18.
        uses: By resource, what a unit by each column uses, in 10**-12.
        received: Value by class before the stage, in 10**-18.
        weights: Weight by class, in 10**-18.
    """

    columns: Sequence[Column]
    open_amounts: Mapping[str, int]
    left: Mapping[str, int]
    uses: Mapping[str, Mapping[int, int]]
    received: Mapping[str, int]
    weights: Mapping[str, int]

    @property
    def orders(self) -> list[Order]:
        """Return the orders, each once, in canonical order."""
        return list({order.name: order for order, _ in self.columns}.values())


def first_options_suffice(part: Part) -> dict[tuple[str, int], int] | None:
    """Return the shares where every order can be filled by its first live option; None where it cannot.

    Then every class stands as high as it ever can, every order is full, and its first option has it all.
    """
    seen: set[str] = set()
    wanted: dict[int, int] = {}
    for number, (order, place) in enumerate(part.columns):
        if order.name not in seen:
            seen.add(order.name)
            wanted[number] = part.open_amounts[order.name] // order.options[place].rate
    for resource, left in part.left.items():
        # One millionth more than the share cut down is never less than the share itself.
        if (
            sum(use * (wanted[number] + 1) for number, use in part.uses[resource].items() if number in wanted)
            > left
        ):
            return None
    return {
        (part.columns[number][0].name, part.columns[number][1]): units for number, units in wanted.items()
    }


def solve_part(part: Part, *, budget: Budget) -> dict[tuple[str, int], int]:
    """Return the units of each order and option, in millionths, zeros included.

    Raises:
        WorkSpent: The budget did not suffice.

    Source: "Levels are unique, the routing is not. Canonical routing: …" and "each share, an exact rational,
    is cut down to a millionth of a unit".
    """
    program = Program(len(part.columns) + 1, budget=budget)
    for resource, left in part.left.items():
        _add_scaled(program, part.uses[resource], bound=left)
    columns_of: dict[str, dict[int, int]] = defaultdict(dict)
    for number, (order, place) in enumerate(part.columns):
        columns_of[order.name][number] = order.options[place].rate
    for name, rates in columns_of.items():
        _add_scaled(program, rates, bound=part.open_amounts[name])
    _raise_levels(program, part)
    for rates in columns_of.values():
        program.maximise(rates)
        for number in rates:
            program.maximise({number: 1})
    values = program.values()
    return {
        (order.name, place): floor(values.get(number, Fraction(0)))
        for number, (order, place) in enumerate(part.columns)
    }


def _add_scaled(program: Program, row: Mapping[int, int], *, bound: int) -> int:
    """Add a row divided by what divides all of it, so that the whole numbers stay short."""
    divisor = gcd(bound, *row.values()) or 1
    return program.add_row(
        {column: entry // divisor for column, entry in row.items()}, bound=bound // divisor
    )


def _raise_levels(program: Program, part: Part) -> None:
    """Keep of all choices those of the highest levels, the lowest first.

    The common level is a variable; each class keeps the slack by which it stands above it. Where no choice
    lifts a class above the highest common level, it stays there; the others go on from it.
    """
    common = len(part.columns)
    gains: dict[str, dict[int, int]] = defaultdict(dict)
    for number, (order, place) in enumerate(part.columns):
        gains[order.demand_class][number] = -order.options[place].value
    above: dict[str, int] = {}
    weights: dict[str, int] = {}
    for name, row in sorted(gains.items()):
        weight, received = part.weights[name], part.received[name]
        divisor = gcd(received, weight, *row.values())
        weights[name] = weight // divisor
        scaled_row = {number: value // divisor for number, value in row.items()}
        above[name] = program.add_row(scaled_row | {common: weights[name]}, bound=received // divisor)
    while above:
        program.maximise({common: 1})
        rising: set[str] = set()
        while True:
            resting = {slack: 1 for name, slack in above.items() if name not in rising}
            if not resting or not program.probe(resting):
                break
            values = program.values()
            rising |= {name for name, slack in above.items() if slack in values}
        if resting:
            program.maximise(resting)
        common = program.add_variable()
        above = {
            name: program.add_row({common: weights[name], slack: -1}, bound=0)
            for name, slack in above.items()
            if name in rising
        }
