"""`verify`: proves a plan feasible and fair from world and plan alone, in exact arithmetic.

Stages, each resting on those before it, so that the first that refuses is the last that runs:
shape → digest → shares feasible → stages, levels and cuts → canonical routing → waiting and whole lots,
feasible again → reasons and remedies.

Not part of the proof: the words of `bottleneck`, `resource` and `until_on`, and the tables of customers and
sites, which follow from the allocations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import polars as pl

from apportion.model.plan import Plan
from apportion.model.policy import Rule
from apportion.model.world import World
from apportion.verify.alone import Granted
from apportion.verify.booked import book_lots, explain_booked
from apportion.verify.cuts import check_stage_proof
from apportion.verify.cutting import (
    check_again,
    check_waiting,
    make_again,
    read_cut_orders,
    share_in_first_plan,
)
from apportion.verify.facts import Facts, read_facts
from apportion.verify.feasible import check_feasible
from apportion.verify.lots import round_to_lots
from apportion.verify.reading import Movement, check_shape, read_movements
from apportion.verify.reasons import Account, check_shortages, explain, filled_by
from apportion.verify.refusal import Refusal
from apportion.verify.remedies import Remedies
from apportion.verify.replay import check_in_stages, replay
from apportion.verify.routing import CELLS, STAGES, check_alike, check_routing
from apportion.verify.rows import LevelKey, booked_rows, check_cells, check_levels, check_rows, keyed
from apportion.verify.simplex import Budget
from apportion.verify.waiting import Shipping, ship_waiting

_ROW = ("order", "sku", "site", "round_on", "units")


def verify(world: World, plan: Plan) -> list[Refusal]:
    """Return what refuses a plan; an empty list proves it.

    The world is looked at through the view that the plan states.

    Args:
        world: The facts, as read again from the scenario; they have no finding of error grade.
        plan: Any plan, however it came about; a broken one is refused, never a traceback.

    Returns:
        The refusals of the first step of the proof that refuses, in a stable order.
    """
    refusals = check_shape(plan)
    if refusals:
        return refusals
    if plan.world_digest != world.digest:
        return [
            Refusal(rule="world-digest", sentence="The plan was made from other facts than this scenario's.")
        ]
    seen = world if plan.view == world.view else replace(world, view=plan.view)
    facts = read_facts(seen, plan.policy)
    if plan.policy.rule is Rule.AS_BOOKED:
        return _verify_booked(seen, plan, facts=facts)
    if plan.policy.rule is not Rule.MAX_MIN:
        sentence = f"Plans under the rule {plan.policy.rule} cannot be proven yet."
        return [Refusal(rule="rule-not-supported", sentence=sentence)]
    return _verify_max_min(plan, facts=facts)


def _verify_booked(world: World, plan: Plan, *, facts: Facts) -> list[Refusal]:
    """Run the rule as-booked again and compare."""
    booked = book_lots(world, facts)
    if plan.stages or plan.cut_orders or len(plan.tables["levels"]):
        return [Refusal(rule="stages", sentence="A plan as booked has stages, levels or cut orders.")]
    for table, frame in (("shares", plan.shares), ("allocations", plan.tables["allocations"])):
        rows, refusals = booked_rows(facts, frame, table=table)
        refusals += check_rows(rows, booked, rule="as-booked", table=table)
        if refusals:
            return refusals
    refusals = list(check_cells(facts, plan.tables["allocations"], whole_lots=False))
    if refusals:
        return refusals
    granted = Granted(facts, ())
    expected = explain_booked(facts, booked)
    return check_shortages(
        facts, plan.tables["shortages"], expected=expected, remedies=Remedies(facts, granted)
    )


@dataclass(frozen=True, kw_only=True)
class _Read:
    """The rows of a max-min plan, read."""

    shares: Sequence[Movement]
    allocations: Sequence[Movement]
    kept: Mapping[str, int]


def _verify_max_min(plan: Plan, *, facts: Facts) -> list[Refusal]:
    shares, refusals = _movements(facts, plan.shares, table="shares")
    kept, wrong = read_cut_orders(facts, plan.cut_orders)
    refusals += wrong
    if refusals:
        return refusals
    refusals = check_feasible(facts, shares, table="shares", kept=kept)
    if refusals:
        return refusals
    budget = Budget(CELLS)
    refusals = _check_fair(plan, facts=facts, shares=shares, kept=kept, budget=budget)
    if refusals:
        return refusals
    shipping = ship_waiting(facts, shares, kept=kept)
    refusals = list(check_waiting(shipping, kept=kept))
    if not refusals and any(order.min_ship and order.is_planned for order in facts.orders.values()):
        again = make_again(facts, budget=budget)
        refusals = [] if again is None else list(check_again(facts, plan.cut_orders, again=again))
    if refusals:
        return refusals
    allocations, refusals = _movements(facts, plan.tables["allocations"], table="allocations")
    if refusals:
        return refusals
    read = _Read(shares=shares, allocations=allocations, kept=kept)
    refusals = _check_shipping(plan, facts=facts, read=read, shipping=shipping)
    return refusals or _check_reasons(plan, facts=facts, read=read, shipping=shipping)


def _movements(facts: Facts, frame: pl.DataFrame, *, table: str) -> tuple[list[Movement], list[Refusal]]:
    return read_movements(facts, frame.select(_ROW).iter_rows(), table=table)


def _check_fair(
    plan: Plan, *, facts: Facts, shares: Sequence[Movement], kept: Mapping[str, int], budget: Budget
) -> list[Refusal]:
    """List what the stages, levels and cuts state wrongly, then what the routing does."""
    members: dict[tuple[int, int], frozenset[str]] = {}
    levels: dict[LevelKey, Fraction] = {}
    refusals: list[Refusal] = []
    routing: list[Refusal] = []
    days = facts.calendar.rounds
    for number, stage in enumerate(replay(facts, shares, kept=kept)):
        members[stage.at, stage.tier] = frozenset(order.name for order in stage.members)
        proof = plan.stages[number] if number < len(plan.stages) else None
        if proof is None or (proof.round_on, proof.tier) != (days[stage.at], stage.tier):
            found = "none" if proof is None else f"round {proof.round_on}, tier {proof.tier}"
            sentence = (
                f"Stage {number + 1} is round {days[stage.at]}, tier {stage.tier}; the plan states {found}."
            )
            return [*refusals, Refusal(rule="stages", round_on=days[stage.at], sentence=sentence)]
        refusals += check_stage_proof(stage, proof)
        gains = stage.gains
        for name in stage.kinds:
            levels[days[stage.at], stage.tier, name] = stage.level(name, gain=gains.get(name, 0))
        if not refusals and not routing:
            routing += check_alike(stage)
            if number < STAGES and not routing:
                routing += check_routing(stage, budget=budget)
    if len(plan.stages) > len(members):
        extra = plan.stages[len(members)].round_on
        refusals.append(Refusal(rule="stages", round_on=extra, sentence="The plan states a stage too many."))
    refusals += check_in_stages(facts, shares, stages=members)
    refusals += check_levels(plan.tables["levels"], levels)
    return refusals or routing


def _check_shipping(plan: Plan, *, facts: Facts, read: _Read, shipping: Shipping) -> list[Refusal]:
    """List what ships against the shares, lot by lot, or against the limits."""
    follows = round_to_lots(facts, shipping.shipped) if plan.policy.whole_lots else shipping.shipped
    refusals = check_rows(
        keyed(facts, read.allocations), keyed(facts, follows), rule="allocations", table="allocations"
    )
    if not refusals:
        refusals = list(check_cells(facts, plan.tables["allocations"], whole_lots=plan.policy.whole_lots))
    return refusals or check_feasible(facts, read.allocations, table="allocations", kept={})


def _check_reasons(plan: Plan, *, facts: Facts, read: _Read, shipping: Shipping) -> list[Refusal]:
    granted = Granted(facts, read.allocations)
    account = Account(
        facts=facts,
        granted=granted,
        share_by=share_in_first_plan(facts, plan.cut_orders, shares=filled_by(read.shares)),
        shipped_by=filled_by(shipping.shipped),
    )
    return check_shortages(
        facts,
        plan.tables["shortages"],
        expected=explain(account),
        remedies=Remedies(facts, granted),
    )
