"""Canonical routing: a cheap condition on every stage, and every part that is small enough solved again.

What is proven at which size:

- Always: of two orders of one class with the same options, the later one in canonical order receives nothing
  in a stage that leaves the earlier one incomplete.
- Where every order of a part can be filled by its first live option, the shares are compared at any size.
- Parts of at most `PART_ORDERS` orders and `PART_COLUMNS` live options are solved again exactly, in the first
  `STAGES` stages, as long as the budget of `CELLS` lasts. A part is what shares a class or a contested
  resource; options with nothing left, and resources that suffice for all, part nobody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import inf

from apportion.verify.facts import Option, Order
from apportion.verify.fairest import Column, Part, first_options_suffice, solve_part
from apportion.verify.figures import MICRO, USE
from apportion.verify.refusal import Refusal, shown
from apportion.verify.replay import Stage
from apportion.verify.simplex import Budget, WorkSpent

PART_ORDERS = 40
PART_COLUMNS = 120
STAGES = 400
CELLS = 15_000_000
# Reading one live option costs about as much as this many cells.
_COLUMN_CELLS = 30


@dataclass(frozen=True, kw_only=True)
class Solved:
    """What a stage gives when it is solved again: units in millionths by order and place.

    Attributes:
        units: Of every live option of every part that was solved.
        is_whole: Whether every part was.
    """

    units: Mapping[tuple[str, int], int]
    is_whole: bool


def check_alike(stage: Stage) -> Iterator[Refusal]:
    """Yield the orders served before an earlier one that is alike.

    Source: "orders by (`requested_on`, `promised_on`, `placed_on`, id), empty dates last, each in turn fill
    as many ordered units as they can".
    """
    filled: dict[str, int] = defaultdict(int)
    for one in stage.movements:
        filled[one.order.name] += one.option.rate * one.units
    waiting: dict[tuple[str, tuple[tuple[int, bool], ...]], Order] = {}
    for order in stage.members:
        alike = (order.demand_class, tuple((option.kind, option.is_usable) for option in order.options))
        if alike in waiting and filled[order.name]:
            sentence = (
                f"Order {order.name} receives a share while order {waiting[alike].name}, which is alike and "
                "comes before it, is left incomplete."
            )
            day = stage.history.facts.calendar.rounds[stage.at]
            yield Refusal(rule="routing", order=order.name, round_on=day, sentence=sentence)
        left = stage.history.open_amount(order) - filled[order.name]
        if left >= order.tolerance:
            waiting.setdefault(alike, order)


def check_routing(stage: Stage, *, budget: Budget) -> list[Refusal]:
    """List the shares of a stage that differ from those of the stage solved again, where it can be."""
    solved = solve_stage(stage, budget=budget)
    stated = {(one.order.name, one.place): one.units for one in stage.movements}
    day = stage.history.facts.calendar.rounds[stage.at]
    refusals = []
    for (name, place), units in solved.units.items():
        if stated.get((name, place), 0) == units:
            continue
        option = stage.history.facts.orders[name].options[place]
        sentence = (
            f"Order {name} has a share of {_text(stated.get((name, place), 0))} units of {option.sku} at "
            f"{option.site}; the canonical routing gives {_text(units)}."
        )
        refusals.append(Refusal(rule="routing", order=name, round_on=day, sentence=sentence))
    return refusals


def _text(units: int) -> str:
    whole, part = divmod(units, MICRO)
    return f"{shown(whole)}.{part:06d}".rstrip("0").rstrip(".")


def solve_stage(stage: Stage, *, budget: Budget) -> Solved:
    """Return the shares of every part of a stage that is small or plain enough."""
    try:
        columns, lefts = _live_columns(stage, budget=budget)
    except WorkSpent:
        return Solved(units={}, is_whole=False)
    units: dict[tuple[str, int], int] = {}
    is_whole = True
    for part in _parts(stage, columns=columns, lefts=lefts):
        shares = first_options_suffice(part)
        if shares is not None:
            units |= {(order.name, place): 0 for order, place in part.columns} | shares
            continue
        if len(part.columns) > PART_COLUMNS or len(part.orders) > PART_ORDERS:
            is_whole = False
            continue
        try:
            units |= solve_part(part, budget=budget)
        except WorkSpent:
            is_whole = False
    return Solved(units=units, is_whole=is_whole)


def _uses(stage: Stage, option: Option) -> dict[str, int]:
    quotas = stage.history.facts.active_quotas(option, stage.at)
    return {**option.uses, **dict.fromkeys(quotas, USE)}


def _live_columns(stage: Stage, *, budget: Budget) -> tuple[list[Column], dict[str, int | float]]:
    """Return the options by which at least something can ship, and what is left of their resources."""
    lefts: dict[str, int | float] = {}
    live: set[int] = set()
    for of_class in stage.kinds.values():
        budget.spend(_COLUMN_CELLS * len(of_class))
        for kind, (option, _) in of_class.items():
            uses = _uses(stage, option)
            for resource in uses:
                if resource not in lefts:
                    left = stage.history.left(resource, stage.at)
                    lefts[resource] = inf if left is None else left
            if all(lefts[resource] > 0 for resource in uses):
                live.add(kind)
    columns = [
        (order, place)
        for order in stage.members
        for place, option in enumerate(order.options)
        if option.is_usable and option.kind in live
    ]
    budget.spend(_COLUMN_CELLS * len(columns))
    return columns, lefts


def _contested(stage: Stage, *, columns: list[Column], lefts: Mapping[str, int | float]) -> dict[str, int]:
    """Return what is left of the resources that might not suffice if every order took all it can of each."""
    most: dict[tuple[str, str], int] = {}
    for order, place in columns:
        option = order.options[place]
        open_amount = stage.history.open_amount(order)
        for resource, use in _uses(stage, option).items():
            # Rounded up, so that a resource is never thought to suffice when it does not.
            taken = -(-use * open_amount // option.rate)
            key = (resource, order.name)
            most[key] = max(most.get(key, 0), taken)
    totals: dict[str, int] = defaultdict(int)
    for (resource, _), taken in most.items():
        totals[resource] += taken
    return {name: int(lefts[name]) for name, total in totals.items() if total > lefts[name]}


def _parts(stage: Stage, *, columns: list[Column], lefts: Mapping[str, int | float]) -> list[Part]:
    """Return the live options in parts that do not touch each other."""
    contested = _contested(stage, columns=columns, lefts=lefts)
    roots: dict[str, str] = {}

    def root(name: str) -> str:
        while roots.setdefault(name, name) != name:
            roots[name] = roots[roots[name]]
            name = roots[name]
        return name

    for order, place in columns:
        owner = root(f"class:{order.demand_class}")
        for resource in _uses(stage, order.options[place]):
            if resource in contested:
                roots[root(resource)] = owner
    grouped: dict[str, list[Column]] = defaultdict(list)
    for order, place in columns:
        grouped[root(f"class:{order.demand_class}")].append((order, place))
    return [_part(stage, columns=group, contested=contested) for group in grouped.values()]


def _part(stage: Stage, *, columns: list[Column], contested: Mapping[str, int]) -> Part:
    uses: dict[str, dict[int, int]] = defaultdict(dict)
    for number, (order, place) in enumerate(columns):
        for resource, use in _uses(stage, order.options[place]).items():
            if resource in contested:
                uses[resource][number] = use
    names = {order.demand_class for order, _ in columns}
    history = stage.history
    return Part(
        columns=columns,
        open_amounts={order.name: history.open_amount(order) for order, _ in columns},
        left={resource: contested[resource] for resource in uses},
        uses=uses,
        received={name: history.received.get(name, 0) for name in names},
        weights={name: stage.weight(name) for name in names},
    )
