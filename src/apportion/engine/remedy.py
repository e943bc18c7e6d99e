"""What would mend a shortage: what the order's next lot lacks, everyone else's allocations unchanged.

With all of it the allocations plus that lot are feasible; with any part left out they are not. What a full re-plan
would do with it may differ, since the rule may serve somebody poorer first.
"""

from __future__ import annotations

from fractions import Fraction

from apportion.engine.problem import MILLION, Option, Order, Problem
from apportion.engine.reasons import Granted
from apportion.model.plan import decimal_text

_WORDS = {
    "supply": "{amount} units of {name}",
    "power": "{amount} kW at {name}",
    "liquid": "{amount} liquid kW at {name}",
    "units": "{amount} units of room at {name}",
    "quota": "{amount} units of quota {name}",
}


def remedy(problem: Problem, granted: Granted, *, order: Order, at_round: int, filled: int) -> str:
    """Return what the order's next lot lacks in a round, parts separated by bars; empty where it lacks nothing.

    Args:
        problem: The problem.
        granted: All allocations.
        order: The order.
        at_round: The round in which the lot would ship.
        filled: What the plan fills of the order, in 10⁻¹².
    """
    if not order.options:
        return ""
    option = order.options[0]
    lot = next_lot(problem, order, filled=filled)
    parts: list[str] = []
    for resource, use in option.uses:
        lack = _lack(problem, granted, resource=resource, at_round=at_round, wanted=lot * use)
        if lack > 0:
            kind, _, name = problem.resources[resource].key.partition(":")
            amount = _rounded_up(Fraction(lack, problem.resources[resource].scale))
            parts.append(_WORDS[kind].format(amount=amount, name=name))
    return "|".join(parts)


def next_lot(problem: Problem, order: Order, *, filled: int) -> int:
    """Return the next lot in millionths of a unit: the SKU's lot, or the whole units still open if fewer."""
    option: Option = order.options[0]
    lot = problem.lots[option.sku]
    still_open = (order.wants - filled) // (option.rate * MILLION)
    return (min(lot, still_open) if still_open >= 1 else lot) * MILLION


def _lack(problem: Problem, granted: Granted, *, resource: int, at_round: int, wanted: int) -> int:
    """Return the largest lack over the round and all later ones, before anything is clipped at 0."""
    one = problem.resources[resource]
    if not one.holds_in(at_round):
        return 0
    used = granted.used(resource, ahead_of=None)
    rounds = range(at_round, len(used)) if one.window is None else (len(used) - 1,)
    lacks = [wanted + used[later] - limit for later in rounds if (limit := one.unclipped[later]) is not None]
    return max(lacks, default=0)


def _rounded_up(amount: Fraction) -> str:
    """Return the amount as a decimal, up to a millionth where it has no end before."""
    scaled = amount * MILLION
    whole = -(-scaled.numerator // scaled.denominator)
    return decimal_text(Fraction(whole, MILLION))
