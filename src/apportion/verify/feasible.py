"""Feasible: quantity, window, supply, readiness over all later days, users, cooling and quotas.

Held by the shares and, again, by what ships.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from apportion.verify.facts import Facts
from apportion.verify.figures import USE, ordered_units
from apportion.verify.reading import Movement
from apportion.verify.refusal import Refusal, shown


def check_feasible(
    facts: Facts, movements: Sequence[Movement], *, table: str, kept: Mapping[str, int]
) -> list[Refusal]:
    """List every limit that the movements pass.

    Args:
        facts: The world.
        movements: What moves, in the order of rounds.
        table: ``shares`` or ``allocations``, for the sentence.
        kept: The ordered units in 10**-18 that an order may receive, where that is not its open quantity.

    Source: ``docs/concepts/allocation.md``, "What is feasible".
    """
    refusals = [refusal for one in movements for refusal in _check_allowed(facts, one, table=table)]
    refusals += _check_quantities(facts, movements, table=table, kept=kept)
    refusals += _check_limits(facts, movements, table=table)
    refusals += _check_quotas(facts, movements, table=table)
    return sorted(refusals, key=lambda one: (one.round_on is None, one.round_on, one.rule, one.order))


def _check_allowed(facts: Facts, movement: Movement, *, table: str) -> list[Refusal]:
    order, option = movement.order, movement.option
    day = facts.calendar.rounds[movement.at]
    wrong = []
    if not order.is_planned:
        wrong.append(("order-closed", "is not planned: it is on hold, closed or of another commitment"))
    if not order.is_open_in(movement.at):
        wrong.append(("window", "is not open in that round"))
    if not option.is_usable:
        wrong.append(("site-not-usable", f"may not use {option.site} with {option.sku}: users or cooling"))
    return [
        Refusal(
            rule=rule,
            order=order.name,
            round_on=day,
            sentence=f"In the {table}, order {order.name} receives units but {told}.",
        )
        for rule, told in wrong
    ]


def _check_quantities(
    facts: Facts, movements: Sequence[Movement], *, table: str, kept: Mapping[str, int]
) -> list[Refusal]:
    filled: dict[str, int] = defaultdict(int)
    refusals = []
    for one in movements:
        name = one.order.name
        before = filled[name]
        filled[name] = before + one.option.rate * one.units
        limit = kept.get(name, one.order.open_amount)
        if before <= limit < filled[name]:
            most = shown(ordered_units(limit))
            sentence = f"In the {table}, order {name} is filled beyond the {most} ordered units open."
            day = facts.calendar.rounds[one.at]
            refusals.append(Refusal(rule="quantity", order=name, round_on=day, sentence=sentence))
    return refusals


def _check_limits(facts: Facts, movements: Sequence[Movement], *, table: str) -> list[Refusal]:
    """List the supply and room passed; neither falls with the rounds, so each is checked where units ship."""
    used: dict[str, int] = defaultdict(int)
    refusals = []
    for place, one in enumerate(movements):
        for resource, use in one.option.uses.items():
            used[resource] += use * one.units
        if place + 1 < len(movements) and movements[place + 1].at == one.at:
            continue
        for resource, amount in used.items():
            limit = facts.limit(resource, one.at)
            if limit is not None and amount > limit:
                rule, _, name = resource.partition(":")
                sentence = (
                    f"In the {table}, {shown(ordered_units(amount))} of {resource} are used up to this "
                    f"round, but {shown(ordered_units(limit))} are there."
                )
                day = facts.calendar.rounds[one.at]
                touching = [
                    other.order.name
                    for other in movements
                    if other.at == one.at and resource in other.option.uses
                ]
                refusals.append(
                    Refusal(
                        rule=rule, order=touching[0] if touching else name, round_on=day, sentence=sentence
                    )
                )
    return refusals


def _check_quotas(facts: Facts, movements: Sequence[Movement], *, table: str) -> list[Refusal]:
    used: dict[str, int] = defaultdict(int)
    refusals = []
    for one in movements:
        for name in facts.active_quotas(one.option, one.at):
            before = used[name]
            used[name] = before + USE * one.units
            limit = facts.quotas[name].at_most
            if before <= limit < used[name]:
                most = shown(ordered_units(limit))
                sentence = f"In the {table}, more ships than the {most} units that {name} lets through."
                day = facts.calendar.rounds[one.at]
                refusals.append(Refusal(rule="quota", order=one.order.name, round_on=day, sentence=sentence))
    return refusals
