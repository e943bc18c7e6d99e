"""Exact shares of the rules max-min and pro-rata: stage after stage, the levels by the textbook method.

In each stage the common level of all active classes is raised as far as it goes; a class that cannot
gain more while all others hold their level is frozen; the rest go on. The levels found, the canonical
routing fixes the one plan, and each share is cut down to a millionth of a unit.

`pro-rata` is the same search in "each stage afresh, every order a class, h = 0, w = its open quantity
before the stage".
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor

from .linear import Program
from .world import MILLIONTH, RefOption, RefOrder, RefWorld, Resource

ShareKey = tuple[str, int, int]
LevelKey = tuple[dt.date, int, str]


@dataclass
class RefShares:
    """Shares by (order, place of the option in the order, round), and the levels of every stage."""

    units: dict[ShareKey, Fraction] = field(default_factory=dict)
    levels: dict[LevelKey, Fraction] = field(default_factory=dict)


@dataclass
class Progress:
    """What all earlier stages have used, filled and given."""

    used: dict[Resource, Fraction] = field(default_factory=dict)
    filled: dict[str, Fraction] = field(default_factory=dict)
    received: dict[str, Fraction] = field(default_factory=dict)

    def book(
        self, order: RefOrder, option: RefOption, *, units: Fraction, counting: frozenset[Resource]
    ) -> None:
        """Add units of an option to all that counts them; `counting` are the quotas of the round."""
        for resource, use in option.uses.items():
            add(self.used, resource, amount=use * units)
        for quota in option.quotas:
            if ("quota", quota) in counting:
                add(self.used, ("quota", quota), amount=units)
        self.filled[order.name] = self.filled.get(order.name, Fraction(0)) + option.ratio * units
        gained = option.value * units
        self.received[order.demand_class] = self.received.get(order.demand_class, Fraction(0)) + gained


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One tier in one round: its open orders, one column per usable option, and the limits that hold."""

    orders: list[RefOrder]
    columns: list[tuple[RefOrder, int]]
    rows: list[list[Fraction]]
    bounds: list[Fraction]
    received: dict[str, Fraction]
    weights: dict[str, Fraction]

    def values(self, demand_class: str) -> list[Fraction]:
        """Return what a unit by each column counts for a class."""
        return [
            order.options[place].value if order.demand_class == demand_class else Fraction(0)
            for order, place in self.columns
        ]


def add(amounts: dict[Resource, Fraction], resource: Resource, *, amount: Fraction) -> None:
    """Add to an amount that begins at 0."""
    amounts[resource] = amounts.get(resource, Fraction(0)) + amount


def plan_shares(world: RefWorld, *, wanted: Mapping[str, Fraction]) -> RefShares:
    """Return the shares of all rounds when each order wants so much: `min_ship` never enters them."""
    shares = RefShares()
    progress = Progress(received=world.received_before())
    for round_number in world.stage_rounds:
        for tier in sorted({order.tiers[round_number] for order in world.orders}):
            orders = [
                order
                for order in world.orders
                if order.tiers[round_number] == tier
                and order.is_planned
                and round_number in order.open_rounds
                and wanted[order.name] - progress.filled.get(order.name, Fraction(0)) >= order.tolerance
            ]
            if orders:
                stage = describe_stage(
                    world, orders=orders, progress=progress, round_number=round_number, wanted=wanted
                )
                plan_stage(world, stage=stage, progress=progress, round_number=round_number, shares=shares)
    return shares


def plan_stage(
    world: RefWorld, *, stage: Stage, progress: Progress, round_number: int, shares: RefShares
) -> None:
    """Settle one stage: levels, routing, cut to millionths; the next stage starts from the snapped shares."""
    gains = fair_gains(stage)
    before = dict(progress.received)
    counting = quotas_of_round(world, round_number=round_number)
    if stage.columns:
        exact = canonical_routing(stage, gains=gains)
        for (order, place), amount in zip(stage.columns, exact, strict=True):
            units = cut_to_millionth(amount)
            if units:
                shares.units[order.name, place, round_number] = units
                progress.book(order, order.options[place], units=units, counting=counting)
    tier = stage.orders[0].tiers[round_number]
    for demand_class, weight in stage.weights.items():
        gain = progress.received.get(demand_class, Fraction(0)) - before.get(demand_class, Fraction(0))
        level = (stage.received[demand_class] + gain) / weight
        shares.levels[world.rounds[round_number], tier, demand_class] = level


def cut_to_millionth(amount: Fraction) -> Fraction:
    """Return what is kept of a share: "each share [...] is cut down to a millionth of a unit"."""
    return floor(amount / MILLIONTH) * MILLIONTH


def quotas_of_round(world: RefWorld, *, round_number: int) -> frozenset[Resource]:
    """Return the quotas whose window holds the round."""
    return frozenset(("quota", name) for name, quota in world.quotas.items() if round_number in quota.rounds)


def describe_stage(
    world: RefWorld,
    *,
    orders: list[RefOrder],
    progress: Progress,
    round_number: int,
    wanted: Mapping[str, Fraction],
) -> Stage:
    """Write down the limits of a stage: quantity, supply, readiness and quotas, less what is used."""
    columns = [
        (order, place) for order in orders for place, option in enumerate(order.options) if option.is_usable
    ]
    rows: list[list[Fraction]] = []
    bounds: list[Fraction] = []
    for order in orders:
        rows.append(
            [other.options[place].ratio if other is order else Fraction(0) for other, place in columns]
        )
        bounds.append(wanted[order.name] - progress.filled.get(order.name, Fraction(0)))
    for resource, limit in limits_of_round(world, round_number=round_number):
        row = [use_of(order.options[place], resource) for order, place in columns]
        if any(row):
            rows.append(row)
            bounds.append(limit - progress.used.get(resource, Fraction(0)))
    received = {
        order.demand_class: progress.received.get(order.demand_class, Fraction(0)) for order in orders
    }
    weights = {order.demand_class: world.weight(order, round_number=round_number) for order in orders}
    if world.policy.rule == "pro-rata":
        received = {order.demand_class: Fraction(0) for order in orders}
        # The first bounds are the quantities: what each order has open before the stage.
        weights = {order.demand_class: bound for order, bound in zip(orders, bounds, strict=False)}
    return Stage(orders=orders, columns=columns, rows=rows, bounds=bounds, received=received, weights=weights)


def limits_of_round(world: RefWorld, *, round_number: int) -> Iterator[tuple[Resource, Fraction]]:
    """Yield what may be used in all by the end of a round: supply, room, and quotas in their windows."""
    for resource in world.limits:
        limit = world.limit(resource, round_number=round_number)
        if limit is not None:
            yield resource, limit
    for resource in sorted(quotas_of_round(world, round_number=round_number)):
        yield resource, world.quotas[resource[1]].at_most


def use_of(option: RefOption, resource: Resource) -> Fraction:
    """Return what one unit by an option uses of a resource."""
    if resource[0] == "quota":
        return Fraction(int(resource[1] in option.quotas))
    return option.uses.get(resource, Fraction(0))


def fair_gains(stage: Stage) -> dict[str, Fraction]:
    """Return the gain of each class in the weighted lexicographic max-min choice.

    "no feasible choice gives a lexicographically larger list of levels sorted upwards"
    """
    frozen: dict[str, Fraction] = {}
    active = sorted(stage.weights)
    while active:
        level = highest_common_level(stage, active=active, frozen=frozen)
        held = dict(frozen)
        for demand_class in active:
            held[demand_class] = max(Fraction(0), gain_at(stage, demand_class=demand_class, level=level))
        program = program_holding(stage, gains=held)
        for demand_class in list(active):
            highest = program.maximise(stage.values(demand_class))
            if highest <= gain_at(stage, demand_class=demand_class, level=level):
                frozen[demand_class] = highest
                active.remove(demand_class)
    return frozen


def gain_at(stage: Stage, *, demand_class: str, level: Fraction) -> Fraction:
    """Return what a class must gain to stand at a level; below 0 when it stands higher already."""
    return level * stage.weights[demand_class] - stage.received[demand_class]


def highest_common_level(stage: Stage, *, active: list[str], frozen: Mapping[str, Fraction]) -> Fraction:
    """Return the highest level that all active classes can reach while the frozen ones keep their gain.

    The level is one more variable: weight · level - gain <= received, for each active class.
    """
    rows = [[*row, Fraction(0)] for row in stage.rows]
    bounds = list(stage.bounds)
    for demand_class in active:
        rows.append([*(-value for value in stage.values(demand_class)), stage.weights[demand_class]])
        bounds.append(stage.received[demand_class])
    for demand_class, gain in frozen.items():
        if gain > 0:
            rows.append([*(-value for value in stage.values(demand_class)), Fraction(0)])
            bounds.append(-gain)
    size = len(stage.columns) + 1
    return Program(rows, bounds, size=size).maximise([*([0] * len(stage.columns)), 1])


def program_holding(stage: Stage, *, gains: Mapping[str, Fraction]) -> Program:
    """Return the choices of a stage in which every class gains at least so much."""
    rows, bounds = list(stage.rows), list(stage.bounds)
    for demand_class, gain in gains.items():
        if gain > 0:
            rows.append([-value for value in stage.values(demand_class)])
            bounds.append(-gain)
    return Program(rows, bounds, size=len(stage.columns))


def canonical_routing(stage: Stage, *, gains: Mapping[str, Fraction]) -> list[Fraction]:
    """Return the units of each column.

    "keeping the levels, orders [in canonical order], each in turn fill as many ordered units as they can;
    then its options in order get as many units as they can, then the next order"
    """
    program = program_holding(stage, gains=gains)
    for order in stage.orders:
        program.keep_highest(
            [other.options[place].ratio if other is order else Fraction(0) for other, place in stage.columns]
        )
        for column, (other, _) in enumerate(stage.columns):
            if other is order:
                program.keep_highest([int(number == column) for number in range(len(stage.columns))])
    return program.point()
