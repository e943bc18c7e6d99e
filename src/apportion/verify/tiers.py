"""The tier of an order in each round: its own, or a smaller one that a raise of its customer gives it.

Source: ``docs/concepts/allocation.md``, "Standing priorities".
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from apportion.model.policy import Policy, Rule
from apportion.model.world import World
from apportion.verify.limits import rows_of

# "Under first-come and as-booked raises are not looked at."
_BLIND = frozenset({Rule.FIRST_COME, Rule.AS_BOOKED})


class Tiers:
    """Answers which tier an order has in which round, day by day."""

    def __init__(self, world: World, policy: Policy) -> None:
        self.days = world.settings.calendar.rounds
        self.raises: dict[str, list[tuple[dt.date, dt.date, int]]] = defaultdict(list)
        self.begin_or_end: set[int] = set()
        self._by_round: dict[tuple[str, int], tuple[int, ...]] = {}
        if policy.rule not in _BLIND:
            for row in rows_of(world, "raises"):
                span = (row["from_on"], row["until_on"] or dt.date.max, row["tier"])
                self.raises[row["party"]].append(span)
                inside = [at for at, day in enumerate(self.days) if span[0] <= day < span[1]]
                self.begin_or_end.update({inside[0], inside[-1] + 1} if inside else ())

    def by_round(self, customer: str, *, own: int) -> tuple[int, ...]:
        """Return the tier of an order by round; a single one where it is the same in all.

        "the smallest of its own and those of the raises of its customer that hold in the round"
        """
        if customer not in self.raises:
            return (own,)
        if (customer, own) not in self._by_round:
            tiers = tuple(self._on(customer, day, own=own) for day in self.days)
            self._by_round[customer, own] = tiers if len(set(tiers)) > 1 else tiers[:1]
        return self._by_round[customer, own]

    def _on(self, customer: str, day: dt.date, *, own: int) -> int:
        return min([own, *(tier for first, end, tier in self.raises[customer] if first <= day < end)])
