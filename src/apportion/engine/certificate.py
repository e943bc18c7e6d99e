"""The cuts that stopped each class, written into the plan and checked before it leaves the engine.

The search gives prices for what it looked at: live options and resources that can bind. A cut must price **every**
open option of a class it counts, so options that are dead, because something they use is spent, are priced on
what is spent; that costs nothing, since nothing of it is left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from apportion.engine.levels import Bound
from apportion.engine.maxmin import StageShares
from apportion.engine.problem import MILLION, Option, Problem
from apportion.engine.stage import ClassInStage
from apportion.errors import ProofError
from apportion.model.plan import Cut, StageProof

ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class _Priced:
    """A bound with every option of its classes priced, still in the engine's scales."""

    classes: Mapping[int, Fraction]
    prices: Mapping[int, Fraction]
    quantities: Mapping[int, Fraction]


def certify_stages(problem: Problem, stages: Sequence[StageShares]) -> tuple[StageProof, ...]:
    """Return the proof of each stage.

    Raises:
        ProofError: A cut does not hold: a bug of the engine, so there is no plan.
    """
    return tuple(_certify(problem, stage) for stage in stages)


def _certify(problem: Problem, stage: StageShares) -> StageProof:
    by_class = {item.index: item for item in stage.classes}
    cuts: list[Cut] = []
    named: dict[str, int] = {}
    for bound_index, members in _members(stage).items():
        priced = _price_dead(stage.bounds[bound_index], by_class, left=stage.left)
        _check(priced, stage, by_class=by_class)
        named.update({problem.classes[index]: len(cuts) for index in members})
        cuts.append(_written(problem, priced, stage=stage))
    for item in stage.classes:
        if item.index not in stage.named:
            alone = Bound(item.level, {item.index: Fraction(1)}, {}, {})
            priced = _price_dead(alone, by_class, left=stage.left)
            named[problem.classes[item.index]] = len(cuts)
            cuts.append(_written(problem, priced, stage=stage))
    scale = Fraction(MILLION, problem.value_scale)
    return StageProof(
        round_on=problem.day(stage.at_round),
        tier=stage.tier,
        levels={problem.classes[index]: level * scale for index, level in stage.levels.items()},
        named=named,
        cuts=tuple(cuts),
    )


def _members(stage: StageShares) -> dict[int, list[int]]:
    """Return the classes that each bound stopped, bounds in their order."""
    members: dict[int, list[int]] = {}
    for index, bound in sorted(stage.named.items(), key=lambda pair: (pair[1], pair[0])):
        members.setdefault(bound, []).append(index)
    return members


def _price_dead(bound: Bound, by_class: Mapping[int, ClassInStage], *, left: Mapping[int, int]) -> _Priced:
    prices = dict(bound.prices)
    for index, share in bound.classes.items():
        for one in by_class[index].taking:
            quantity = bound.quantities.get(one.order.index, ZERO)
            for option in one.order.options:
                lack = share * option.value - quantity * option.rate - _use_priced(option, prices)
                if lack > 0:
                    spent, use = next((pair for pair in option.uses if left.get(pair[0], 1) <= 0), (None, 0))
                    if spent is None:
                        raise ProofError(f"An option of order {one.order.order} is not priced by its cut.")
                    prices[spent] = prices.get(spent, ZERO) + lack / use
    return _Priced(bound.classes, prices, bound.quantities)


def _use_priced(option: Option, prices: Mapping[int, Fraction]) -> Fraction:
    return sum((prices[resource] * use for resource, use in option.uses if resource in prices), ZERO)


def _check(priced: _Priced, stage: StageShares, *, by_class: Mapping[int, ClassInStage]) -> None:
    """Refuse a cut that the shares do not meet, but for what cutting to millionths can take."""
    gained = ZERO
    slack = ZERO
    for index, share in priced.classes.items():
        item = by_class[index]
        gained += share * (stage.levels[index] * item.weight - item.received)
        slack += share * sum(option.value for one in item.taking for option in one.order.options)
    opens = {one.order.index: one.open for item in stage.classes for one in item.taking}
    offered = sum((price * stage.left[resource] for resource, price in priced.prices.items()), ZERO)
    offered += sum((price * opens[order] for order, price in priced.quantities.items()), ZERO)
    if not offered - slack <= gained <= offered:
        raise ProofError("The shares of a stage do not meet the cut that stopped it.")


def _written(problem: Problem, priced: _Priced, *, stage: StageShares) -> Cut:
    """Return the cut in real units, scaled so that its first class counts 1."""
    value_scale = problem.value_scale // MILLION
    first = min(priced.classes)
    norm = priced.classes[first] * value_scale
    prices = {
        problem.resources[resource].key: price * problem.resources[resource].scale / MILLION / norm
        for resource, price in priced.prices.items()
        if price
    }
    for order, price in priced.quantities.items():
        if price:
            prices[f"quantity:{problem.orders[order].order}"] = price * MILLION / norm
    level = max(stage.levels[index] for index in priced.classes)
    return Cut(
        level=level * Fraction(MILLION, problem.value_scale),
        classes={
            problem.classes[index]: share * value_scale / norm for index, share in priced.classes.items()
        },
        prices=prices,
    )
