"""Fair: the cuts of each stage, checked in whole numbers.

A cut with coefficients c on classes and prices y on resources proves that no class it stops can rise unless
an equal or poorer one falls.

Source: ``docs/concepts/allocation.md``, "Certificate".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from apportion.model.plan import Cut, StageProof
from apportion.verify.facts import Order
from apportion.verify.figures import USE
from apportion.verify.refusal import Refusal, shown
from apportion.verify.replay import Kinds, Stage


@dataclass(frozen=True, kw_only=True)
class _Whole:
    """A cut with its coefficients and prices multiplied through to whole numbers; zeros left out."""

    classes: Mapping[str, int]
    prices: Mapping[str, int]


def check_stage_proof(stage: Stage, proof: StageProof) -> list[Refusal]:
    """List what the proof of one stage states wrongly or does not prove."""
    kinds = stage.kinds
    gains = stage.gains
    levels = {name: stage.level(name, gain=gains.get(name, 0)) for name in kinds}
    found = list(_check_classes(stage, proof, classes=set(kinds)))
    if not found:
        found += _check_levels(stage, proof, levels=levels)
        # What cutting to millionths can take of each class: a millionth of a unit by each open option.
        slack = {name: _slack(of_class) for name, of_class in kinds.items()}
        for cut in proof.cuts:
            found += _check_cut(stage, cut, kinds=kinds, levels=levels, slack=slack)
        found += _check_named(stage, proof, levels=levels, slack=slack)
    return found


def _refusal(stage: Stage, rule: str, *, sentence: str, order: str = "") -> Refusal:
    day = stage.history.facts.calendar.rounds[stage.at]
    return Refusal(rule=rule, order=order, round_on=day, sentence=f"Tier {stage.tier}: {sentence}")


def _slack(of_class: Kinds) -> int:
    return sum(option.value * len(orders) for option, orders in of_class.values())


def _check_classes(stage: Stage, proof: StageProof, *, classes: set[str]) -> Iterator[Refusal]:
    if set(proof.levels) != classes or set(proof.named) != classes:
        odd = sorted((set(proof.levels) ^ classes) | (set(proof.named) ^ classes))
        sentence = f"exactly the classes with an open, incomplete order take part, which fails for {odd[0]}."
        yield _refusal(stage, "classes", sentence=sentence)
        return
    for name, place in sorted(proof.named.items()):
        if not 0 <= place < len(proof.cuts):
            yield _refusal(stage, "cut-missing", sentence=f"class {name} names a cut that is not there.")
    unnamed = set(range(len(proof.cuts))) - set(proof.named.values())
    if unnamed:
        yield _refusal(stage, "cut-unused", sentence=f"no class names cut {min(unnamed)}.")


def _check_levels(stage: Stage, proof: StageProof, *, levels: Mapping[str, Fraction]) -> Iterator[Refusal]:
    for name in sorted(levels):
        if proof.levels[name] != levels[name]:
            stated = shown(proof.levels[name])
            sentence = f"class {name} stands at level {shown(levels[name])}, but the plan states {stated}."
            yield _refusal(stage, "level", sentence=sentence)


def _check_cut(
    stage: Stage,
    cut: Cut,
    *,
    kinds: Mapping[str, Kinds],
    levels: Mapping[str, Fraction],
    slack: Mapping[str, int],
) -> list[Refusal]:
    """List which of conditions 1 to 3 a cut breaks."""
    if any(value < 0 for value in [*cut.classes.values(), *cut.prices.values()]):
        return [_refusal(stage, "cut-negative", sentence="a coefficient or price of a cut is below 0.")]
    unknown = sorted(set(cut.classes) - set(kinds))
    if unknown:
        return [_refusal(stage, "cut-unknown", sentence=f"a cut counts {unknown[0]}, which takes no part.")]
    whole = _as_whole(cut)
    if not whole.classes:
        return [_refusal(stage, "cut-empty", sentence="a cut stops no class.")]
    left = _priced(stage, whole)
    if isinstance(left, Refusal):
        return [left]
    refusals = []
    top = max(levels[name] for name in whole.classes)
    if cut.level != top:
        sentence = f"a cut states level {shown(cut.level)}, but its highest class stands at {shown(top)}."
        refusals.append(_refusal(stage, "cut-level", sentence=sentence))
    refusals += [
        one
        for name in sorted(whole.classes)
        for one in _check_bound(stage, whole, name=name, kinds=kinds[name])
    ]
    gains = stage.gains
    gained = sum(factor * gains.get(name, 0) for name, factor in whole.classes.items())
    allowed = sum(factor * slack[name] for name, factor in whole.classes.items())
    if left - gained > allowed:
        names = ", ".join(sorted(whole.classes)[:3])
        sentence = f"a cut over {names} leaves more than cutting to millionths takes: they could gain more."
        refusals.append(_refusal(stage, "cut-slack", sentence=sentence))
    return refusals


def _as_whole(cut: Cut) -> _Whole:
    values = [Fraction(value) for value in [*cut.classes.values(), *cut.prices.values()]]
    scale = lcm(*(value.denominator for value in values))

    def whole(values: Mapping[str, Fraction]) -> dict[str, int]:
        return {name: int(value * scale) for name, value in values.items() if value}

    return _Whole(classes=whole(cut.classes), prices=whole(cut.prices))


def _priced(stage: Stage, whole: _Whole) -> int | Refusal:
    """Return Σ y · left, or the refusal of a price on what does not exist or has no limit."""
    total = 0
    for resource, price in sorted(whole.prices.items()):
        try:
            left = stage.history.left(resource, stage.at)
        except KeyError:
            return _refusal(stage, "cut-unknown", sentence=f"a cut prices {resource}, which does not exist.")
        if left is None:
            return _refusal(stage, "cut-unlimited", sentence=f"a cut prices {resource}, which has no limit.")
        total += price * left
    return total


def _check_bound(stage: Stage, whole: _Whole, *, name: str, kinds: Kinds) -> Iterator[Refusal]:
    """Yield the first open option of a class whose use is priced below its worth.

    Source: "for every open option e of every class g, Σ_r y_r · use(r,e) ≥ c_g · v_e".
    """
    factor, prices = whole.classes[name], whole.prices
    for option, orders in kinds.values():
        price = sum(prices[resource] * use for resource, use in option.uses.items() if resource in prices)
        for quota in stage.history.facts.active_quotas(option, stage.at):
            price += prices.get(quota, 0) * USE
        lacking = factor * option.value - price
        if lacking > 0:
            short = _unpriced(orders, prices=prices, lacking=lacking, rate=option.rate)
            if short is not None:
                sentence = (
                    f"a cut prices {option.sku} at {option.site} below what it counts for class {name}."
                )
                yield _refusal(stage, "cut-bound", sentence=sentence, order=short.name)
                return


def _unpriced(orders: list[Order], *, prices: Mapping[str, int], lacking: int, rate: int) -> Order | None:
    return next((order for order in orders if prices.get(order.resource, 0) * rate < lacking), None)


def _check_named(
    stage: Stage, proof: StageProof, *, levels: Mapping[str, Fraction], slack: Mapping[str, int]
) -> Iterator[Refusal]:
    """Yield the classes whose named cut does not stop them.

    Source: "names a cut with its own c_g > 0, whose level exceeds its own by at most s_g / w_g".
    """
    for name, place in sorted(proof.named.items()):
        cut = proof.cuts[place]
        if not cut.classes.get(name, 0) > 0:
            yield _refusal(stage, "cut-own", sentence=f"class {name} names a cut that does not count it.")
            continue
        if (cut.level - levels[name]) * stage.weight(name) > slack[name]:
            level = shown(cut.level)
            sentence = f"class {name} stands at {shown(levels[name])}, below the level {level} of its cut."
            yield _refusal(stage, "cut-above", sentence=sentence)
