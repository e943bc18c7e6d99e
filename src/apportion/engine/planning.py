"""World and policy → a draft plan: shares, proof, allocations and reasons. The acts add what the studies say of it.

formulate → fair shares → least shipments → whole lots → certificate → reasons
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import polars as pl

from apportion.engine.booked import Booked, book
from apportion.engine.booked_reasons import booked_shortages
from apportion.engine.certificate import certify_stages
from apportion.engine.explain import (
    Explainer,
    Shortage,
    late_days,
    share_series,
)
from apportion.engine.formulate import formulate
from apportion.engine.lookahead import shares_in_turn
from apportion.engine.lots import whole_lots
from apportion.engine.minship import Shares, shares_with_least_shipments
from apportion.engine.outlook import Outlook
from apportion.engine.problem import MILLION, ORDERED, Order, Problem
from apportion.errors import Finding
from apportion.model.plan import (
    ALLOCATIONS,
    LEVELS,
    SHARES,
    SHORTAGES,
    CutOrder,
    StageProof,
    resource_words,
)
from apportion.model.policy import Policy, Rule
from apportion.model.world import World

Units = Mapping[tuple[int, int], int]
_PLACES = Decimal("0.000001")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What the engine decides; the tables of `model.plan` but for customers and sites."""

    shares: pl.DataFrame
    stages: tuple[StageProof, ...]
    cut_orders: tuple[CutOrder, ...]
    allocations: pl.DataFrame
    shortages: pl.DataFrame
    levels: pl.DataFrame
    findings: tuple[Finding, ...]


def draft_plan(world: World, policy: Policy) -> Draft:
    """Return the plan of a world under a policy.

    Raises:
        ProofError: The plan does not prove; a bug of ours.
    """
    problem = formulate(world, policy)
    if policy.rule is Rule.AS_BOOKED:
        return _booked_draft(world, problem)
    decided = _decide(problem)
    given = whole_lots(problem, decided.shipped) if policy.whole_lots else decided.shipped
    explainer = Explainer(problem, given, decided.shipped, decided.freely, Outlook(world))
    return Draft(
        shares=_shares_table(problem, decided.shares),
        stages=decided.stages,
        cut_orders=decided.cut_orders,
        allocations=_allocations_table(problem, given, is_whole=policy.whole_lots),
        shortages=_shortages_table(problem, explainer.shortages(), mean_days=_days_by_order(problem, given)),
        levels=_levels_table(decided.stages),
        findings=(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decided:
    """What a rule decides before lots are made whole.

    Attributes:
        shares: Exact shares, in millionths of a unit by (option, round).
        shipped: The same as they ship, least shipments kept.
        freely: Cumulative shares by order and round with no regard to a least shipment.
        stages: The proof of each stage; none where orders are served one after another.
        cut_orders: Orders cut below their least shipment.
    """

    shares: Units
    shipped: dict[tuple[int, int], int]
    freely: Mapping[int, Mapping[int, int]]
    stages: tuple[StageProof, ...] = ()
    cut_orders: tuple[CutOrder, ...] = ()


def _decide(problem: Problem) -> _Decided:
    if problem.policy.rule in {Rule.PRIORITY, Rule.FIRST_COME}:
        taken = shares_in_turn(problem)
        freely = {**share_series(problem, taken.shares), **taken.freely}
        return _Decided(shares=taken.shares, shipped=taken.shares, freely=freely)
    shares = shares_with_least_shipments(problem)
    return _Decided(
        shares=shares.shares,
        shipped=shares.shipped,
        freely=_shares_by_round(problem, shares),
        stages=certify_stages(problem, shares.fair.stages),
        cut_orders=tuple(_cut_order(problem, index, shares=shares) for index in sorted(shares.cut)),
    )


def _shares_by_round(problem: Problem, shares: Shares) -> dict[int, Mapping[int, int]]:
    """Return each order's cumulative share; that of a cut order in the plan it was first cut from."""
    series: dict[int, Mapping[int, int]] = dict(share_series(problem, shares.shares))
    return series | {index: cut.first_share for index, cut in shares.cut.items()}


def _cut_order(problem: Problem, index: int, *, shares: Shares) -> CutOrder:
    cut = shares.cut[index]
    return CutOrder(
        order=problem.orders[index].order,
        kept=Fraction(cut.keep, ORDERED),
        first_share=tuple(
            (problem.day(at_round), Fraction(share, ORDERED))
            for at_round, share in sorted(cut.first_share.items())
        ),
    )


def _decimal(amount: int, *, places: int = 6) -> Decimal:
    """Return a whole number of 10⁻ⁿ as the decimal it is."""
    return Decimal(amount).scaleb(-places)


def _rows(problem: Problem, units: Units) -> Iterable[tuple[Order, int, int, int]]:
    """Return (order, option, round, millionths of a unit) by round, order and option, all that is not 0."""
    for (index, at_round), amount in sorted(units.items(), key=lambda pair: (pair[0][1], pair[0][0])):
        if amount:
            yield problem.orders[problem.options[index].order], index, at_round, amount


def _shares_table(problem: Problem, shares: Units) -> pl.DataFrame:
    rows = [
        (
            order.order,
            problem.options[index].sku,
            problem.options[index].site,
            problem.day(at_round),
            _decimal(amount),
        )
        for order, index, at_round, amount in _rows(problem, shares)
    ]
    return pl.DataFrame(rows, schema=SHARES, orient="row")


def _allocations_table(problem: Problem, given: Units, *, is_whole: bool) -> pl.DataFrame:
    rows = []
    for order, index, at_round, amount in _rows(problem, given):
        option = problem.options[index]
        lot = problem.lots[option.sku] * MILLION
        rows.append(
            (
                order.order,
                order.customer,
                option.sku,
                option.site,
                problem.day(at_round),
                _decimal(amount),
                _decimal(amount * option.rate, places=12),
                _decimal(amount % lot if is_whole else 0),
            )
        )
    return pl.DataFrame(rows, schema=ALLOCATIONS, orient="row")


def _days_by_order(problem: Problem, given: Units) -> dict[int, Fraction | None]:
    days: dict[int, list[tuple[dt.date, int]]] = {}
    for order, _, at_round, amount in _rows(problem, given):
        days.setdefault(order.index, []).append((problem.day(at_round), amount))
    return {
        index: late_days(shipped, wanted_on=problem.wanted_on(problem.orders[index]))
        for index, shipped in days.items()
    }


def _shortages_table(
    problem: Problem, shortages: Sequence[Shortage], *, mean_days: Mapping[int, Fraction | None]
) -> pl.DataFrame:
    rows = []
    for one in shortages:
        order, mean = problem.orders[one.order], mean_days.get(one.order)
        rows.append(
            (
                order.order,
                order.customer,
                _decimal(one.short, places=12),
                None if mean is None else rounded(mean),
                one.reason,
                one.resource or None,
                one.until_on,
                one.remedy or None,
            )
        )
    return pl.DataFrame(rows, schema=SHORTAGES, orient="row")


def rounded(value: Fraction) -> Decimal:
    """Return a fraction as a decimal of six places, half to even."""
    return Decimal(round(value * MILLION)).scaleb(-6).quantize(_PLACES)


def _levels_table(stages: Sequence[StageProof]) -> pl.DataFrame:
    rows = []
    for stage in stages:
        for name, level in sorted(stage.levels.items()):
            cut = stage.cuts[stage.named[name]]
            rows.append((stage.round_on, stage.tier, name, str(level), bottleneck(cut.prices)))
    return pl.DataFrame(rows, schema=LEVELS, orient="row")


def bottleneck(prices: Iterable[str]) -> str:
    """Return what a cut's prices name, in words; ``filled`` where only quantities bind."""
    scarce = sorted(key for key in prices if not key.startswith("quantity:"))
    return " + ".join(resource_words(key) for key in scarce) or "filled"


def _booked_draft(world: World, problem: Problem) -> Draft:
    booked, findings = book(world, problem)
    shares = [
        (problem.orders[one.order].order, one.sku, one.site, one.day, _decimal(one.units)) for one in booked
    ]
    allocations = [
        (
            problem.orders[one.order].order,
            problem.orders[one.order].customer,
            one.sku,
            one.site,
            one.day,
            _decimal(one.units),
            _decimal(one.units * one.rate, places=12),
            _decimal(0),
        )
        for one in booked
    ]
    by_order: dict[int, list[Booked]] = {}
    for one in booked:
        by_order.setdefault(one.order, []).append(one)
    mean_days = {
        index: late_days(
            ((one.day, one.units) for one in lots), wanted_on=problem.wanted_on(problem.orders[index])
        )
        for index, lots in by_order.items()
    }
    return Draft(
        shares=pl.DataFrame(shares, schema=SHARES, orient="row"),
        stages=(),
        cut_orders=(),
        allocations=pl.DataFrame(allocations, schema=ALLOCATIONS, orient="row"),
        shortages=_shortages_table(
            problem, list(booked_shortages(world, problem, booked=booked)), mean_days=mean_days
        ),
        levels=_levels_table(()),
        findings=tuple(findings),
    )
