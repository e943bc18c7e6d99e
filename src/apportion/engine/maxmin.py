"""The exact search for the fair levels, stage by stage, and its canonical routing.

Rounds one after another, inside a round tiers one after another. In each stage every component of classes that
can hinder each other is solved alone; each share is cut down to a millionth of a unit; the next stage starts
from the cut shares.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from apportion.engine.levels import Bound, raise_levels
from apportion.engine.problem import MILLION, Order, Problem
from apportion.engine.routing import route
from apportion.engine.stage import ClassInStage, Taking, classes_taking, components


@dataclass(frozen=True, slots=True)
class StageShares:
    """What one stage gave.

    Attributes:
        at_round: Index of the round.
        tier: The tier.
        classes: The classes that took part, by index.
        left: What was left of each limited resource before the stage.
        shares: Whole millionths of a unit by option.
        levels: Each class's level after the stage, in value per millionth of weight, exact.
        bounds: What stopped the classes.
        named: The bound that stopped each class; a class without a live option has none.
    """

    at_round: int
    tier: int
    classes: tuple[ClassInStage, ...]
    left: Mapping[int, int]
    shares: Mapping[int, int]
    levels: Mapping[int, Fraction]
    bounds: tuple[Bound, ...]
    named: Mapping[int, int]


@dataclass(slots=True)
class Standing:
    """What has been given so far, as the next stage finds it.

    Attributes:
        open: Still open by order, in 10⁻¹².
        used: Used so far by resource.
        received: Received so far by class, in its value.
    """

    open: list[int]
    used: list[int]
    received: list[int]

    @classmethod
    def before(cls, problem: Problem, keep: Mapping[int, int]) -> Standing:
        """Return the standing before the first stage; `keep` caps what is open of some orders."""
        return cls(
            open=[min(order.open, keep.get(order.index, order.open)) for order in problem.orders],
            used=[0] * len(problem.resources),
            received=list(problem.received),
        )


@dataclass(slots=True)
class FairShares:
    """The exact shares of all stages."""

    stages: list[StageShares] = field(default_factory=list)

    def by_round(self) -> dict[tuple[int, int], int]:
        """Return the share of each (option, round), in millionths of a unit."""
        return {
            (option, stage.at_round): units
            for stage in self.stages
            for option, units in stage.shares.items()
            if units
        }


def fair_shares(problem: Problem, keep: Mapping[int, int] | None = None) -> FairShares:
    """Return the weighted lexicographic max-min shares of every stage.

    Args:
        problem: The problem.
        keep: Orders cut below their least shipment, with what they may still receive, in 10⁻¹².
    """
    standing = Standing.before(problem, keep or {})
    found = FairShares()
    by_tier = _by_tier(problem, 0)
    for at_round in problem.stage_rounds:
        if at_round in problem.tier_changes:
            by_tier = _by_tier(problem, at_round)
        left_of_round: dict[int, int] | None = None
        for tier, of_tier in by_tier.items():
            orders = [
                order
                for order in of_tier
                if order.is_open(at_round) and standing.open[order.index] >= order.least_open
            ]
            if not orders:
                continue
            left = left_of_round if left_of_round is not None else _left(problem, standing, at_round=at_round)
            stage = _solve(problem, standing, orders=orders, left=left, at_round=at_round, tier=tier)
            found.stages.append(stage)
            left_of_round = _take(problem, standing, stage=stage)
    return found


def _by_tier(problem: Problem, at_round: int) -> dict[int, list[Order]]:
    """Return all orders by their tier in a round, first served first."""
    found: dict[int, list[Order]] = {}
    for order in problem.orders:
        found.setdefault(order.tiers.at(at_round), []).append(order)
    return dict(sorted(found.items()))


def _left(problem: Problem, standing: Standing, *, at_round: int) -> dict[int, int]:
    """Return what is left of each resource that is limited in the round."""
    left: dict[int, int] = {}
    for index, resource in enumerate(problem.resources):
        limit = resource.limits[at_round]
        if limit is not None and resource.holds_in(at_round):
            left[index] = limit - standing.used[index]
    return left


def _solve(
    problem: Problem,
    standing: Standing,
    *,
    orders: Sequence[Order],
    left: Mapping[int, int],
    at_round: int,
    tier: int,
) -> StageShares:
    taking = [
        Taking(
            order,
            standing.open[order.index],
            tuple(
                option
                for option in order.options
                if all(left.get(resource, 1) > 0 for resource, _ in option.uses)
            ),
        )
        for order in orders
    ]
    weights = _weights(problem, standing, orders=orders, at_round=at_round)
    received = [0] * len(problem.classes) if problem.is_afresh else standing.received
    classes = classes_taking(taking, weights=weights, received=received)
    exact: dict[int, Fraction] = {}
    bounds: list[Bound] = []
    named: dict[int, int] = {}
    for component in components(classes, left):
        raised = raise_levels(component)
        exact.update(route(component, raised))
        named.update({index: len(bounds) + bound for index, bound in raised.named.items()})
        bounds.extend(raised.bounds)
    shares = {option: int(share) for option, share in exact.items() if share >= 1}
    levels = _levels_after(classes, shares)
    return StageShares(at_round, tier, tuple(classes), left, shares, levels, tuple(bounds), named)


def _weights(
    problem: Problem, standing: Standing, *, orders: Sequence[Order], at_round: int
) -> dict[int, int | Fraction]:
    """Return the weights of the classes that take part; pro rata, what each order has open, in millionths."""
    if problem.is_afresh:
        return {order.demand_class: Fraction(standing.open[order.index], MILLION) for order in orders}
    return {order.demand_class: problem.weights[order.demand_class][at_round] for order in orders}


def _levels_after(classes: Sequence[ClassInStage], shares: Mapping[int, int]) -> dict[int, Fraction]:
    levels: dict[int, Fraction] = {}
    for item in classes:
        gain = sum(shares.get(option.index, 0) * option.value for one in item.live for option in one.live)
        levels[item.index] = Fraction(item.received + gain, item.weight)
    return levels


def _take(problem: Problem, standing: Standing, *, stage: StageShares) -> dict[int, int]:
    """Book the shares of a stage and return what they leave for the next tier of the round."""
    left = dict(stage.left)
    for index, units in stage.shares.items():
        option = problem.options[index]
        order = problem.orders[option.order]
        standing.open[order.index] -= units * option.rate
        standing.received[order.demand_class] += units * option.value
        for resource, use in option.uses:
            if resource in left:
                left[resource] -= units * use
                standing.used[resource] += units * use
    return left
