"""Which rounds are stages: facts only, never the state of the plan."""

from __future__ import annotations

from apportion.verify.facts import Facts


def stage_rounds(facts: Facts) -> list[int]:
    """Return the rounds in which something happens, ascending.

    Source: "A round in which no order opens or closes, no supply counts, no room changes, no quota window or
    weight begins or ends, is no stage." The first round is always one.
    """
    rounds = len(facts.calendar)
    found = {0} | facts.counting_rounds | facts.raising_rounds
    for order in facts.orders.values():
        if order.is_planned and order.open_amount >= order.tolerance and order.first_round < order.end_round:
            found |= {order.first_round, order.end_round}
    for quota in facts.quotas.values():
        if quota.first < min(quota.end, rounds):
            found |= {quota.first, quota.end} if quota.begins else {quota.end}
    room = [name for name in facts.limits if not name.startswith("supply:")]
    for at in range(1, rounds):
        if at in found:
            continue
        changed = any(facts.limits[name][at] != facts.limits[name][at - 1] for name in room)
        if (changed and _room_changes(facts, at=at, room=room)) or facts.weights.changes(at):
            found.add(at)
    return sorted(at for at in found if at < rounds)


def _room_changes(facts: Facts, *, at: int, room: list[str]) -> bool:
    """Return whether the room above 0 of any site differs from the round before."""
    return any(facts.limit(name, at) != facts.limit(name, at - 1) for name in room)
