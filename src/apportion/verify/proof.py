"""`verify`: proves a plan feasible and fair from world and plan alone, in exact arithmetic.

Stages, each resting on those before it, so that the first that refuses is the last that runs:
shape → digest → shares feasible → stages, levels and cuts → canonical routing → waiting and whole lots,
feasible again → reasons and remedies.
Under `priority`, `first-come` and `as-booked` the shares are made again instead, and compared.

Not part of the proof: the words of `bottleneck`, `resource` and `until_on`, and the tables of customers and
sites, which follow from the allocations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

import polars as pl

from apportion.model.plan import Plan
from apportion.model.policy import Rule
from apportion.model.world import World
from apportion.verify.alone import Granted
from apportion.verify.booked import book_lots, explain_booked, read_awaited
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
from apportion.verify.reasons import Account, FilledBy, check_shortages, explain, filled_by
from apportion.verify.refusal import Refusal
from apportion.verify.remedies import Remedies
from apportion.verify.replay import check_in_stages, replay
from apportion.verify.routing import CELLS, STAGES, check_alike, check_routing
from apportion.verify.rows import LevelKey, booked_rows, check_cells, check_levels, check_rows, keyed
from apportion.verify.simplex import Budget
from apportion.verify.turns import TURN_RULES, serve_in_turn
from apportion.verify.waiting import ship_waiting

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
    if plan.policy.rule in TURN_RULES:
        return _verify_in_turn(plan, facts=facts)
    return _verify_fair(plan, facts=facts)


def _verify_booked(world: World, plan: Plan, *, facts: Facts) -> list[Refusal]:
    """Run the rule as-booked again and compare."""
    booked = book_lots(world, facts)
    refusals = list(_check_no_stages(plan))
    if refusals:
        return refusals
    for table, frame in (("shares", plan.shares), ("allocations", plan.tables["allocations"])):
        rows, refusals = booked_rows(facts, frame, table=table)
        refusals += check_rows(rows, booked, rule="as-booked", table=table)
        if refusals:
            return refusals
    refusals = list(check_cells(facts, plan.tables["allocations"], whole_lots=False))
    if refusals:
        return refusals
    granted = Granted(facts, ())
    expected = explain_booked(facts, booked, awaited=read_awaited(world, facts))
    return check_shortages(
        facts, plan.tables["shortages"], expected=expected, remedies=Remedies(facts, granted)
    )


def _check_no_stages(plan: Plan) -> Iterator[Refusal]:
    """Yield the refusal of what only a rule of stages has."""
    if plan.stages or plan.cut_orders or len(plan.tables["levels"]):
        sentence = f"A plan under the rule {plan.policy.rule} has no stages, levels or cut orders."
        yield Refusal(rule="stages", sentence=sentence)


def _verify_in_turn(plan: Plan, *, facts: Facts) -> list[Refusal]:
    """Run priority or first-come again and compare."""
    refusals = list(_check_no_stages(plan))
    if refusals:
        return refusals
    shares, refusals = _movements(facts, plan.shares, table="shares")
    refusals = refusals or check_feasible(facts, shares, table="shares", kept={})
    if refusals:
        return refusals
    turns = serve_in_turn(facts)
    refusals = check_rows(
        keyed(facts, shares), keyed(facts, turns.taken), rule=str(plan.policy.rule), table="shares"
    )
    if refusals:
        return refusals
    share_by = filled_by(turns.taken_at_once)
    return _check_tables(plan, facts=facts, shipped=turns.taken, share_by=share_by)


def _verify_fair(plan: Plan, *, facts: Facts) -> list[Refusal]:
    """Check the shares of max-min or pro-rata stage by stage."""
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
    share_by = share_in_first_plan(facts, plan.cut_orders, shares=filled_by(shares))
    return _check_tables(plan, facts=facts, shipped=shipping.shipped, share_by=share_by)


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


def _check_tables(
    plan: Plan, *, facts: Facts, shipped: Sequence[Movement], share_by: FilledBy
) -> list[Refusal]:
    """List what the allocations state wrongly of the shares as they ship, then what the shortages do."""
    allocations, refusals = _movements(facts, plan.tables["allocations"], table="allocations")
    if refusals:
        return refusals
    refusals = _check_shipping(plan, facts=facts, allocations=allocations, shipped=shipped)
    if refusals:
        return refusals
    granted = Granted(facts, allocations)
    account = Account(facts=facts, granted=granted, share_by=share_by, shipped_by=filled_by(shipped))
    return check_shortages(
        facts,
        plan.tables["shortages"],
        expected=explain(account),
        remedies=Remedies(facts, granted),
    )


def _check_shipping(
    plan: Plan, *, facts: Facts, allocations: Sequence[Movement], shipped: Sequence[Movement]
) -> list[Refusal]:
    """List what ships against the shares, lot by lot, or against the limits."""
    follows = round_to_lots(facts, shipped) if plan.policy.whole_lots else shipped
    refusals = check_rows(
        keyed(facts, allocations), keyed(facts, follows), rule="allocations", table="allocations"
    )
    if not refusals:
        refusals = list(check_cells(facts, plan.tables["allocations"], whole_lots=plan.policy.whole_lots))
    return refusals or check_feasible(facts, allocations, table="allocations", kept={})
