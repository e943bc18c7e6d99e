"""Standing instructions: the tiers that the orders of a party have in the rounds of its raises.

Only rules that look at tiers look at raises: under `first-come` and `as-booked` every order keeps its own tier.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from apportion.engine.problem import Tiers
from apportion.model.policy import Policy, Rule
from apportion.model.world import World

_WITH_TIERS = frozenset({Rule.MAX_MIN, Rule.PRO_RATA, Rule.PRIORITY})
Span = tuple[int, int, int]  # First round, first round after it, tier.


@dataclass(frozen=True, slots=True, kw_only=True)
class Raises:
    """The raises of one world in rounds.

    Attributes:
        of_party: The spans of each party that has one, each with a round in it.
        known: The tiers of each (party, own tier) asked for; most orders share theirs with many others.
    """

    of_party: dict[str, list[Span]]
    known: dict[tuple[str, int], Tiers] = field(default_factory=dict)

    @property
    def edges(self) -> set[int]:
        """Return the first round of each raise and the first one after it."""
        return {edge for spans in self.of_party.values() for first, end, _ in spans for edge in (first, end)}

    def tiers(self, party: str, *, own: int) -> Tiers:
        """Return the tiers by round of an order of a party with a tier of its own."""
        key = (party if party in self.of_party else "", own)
        if key not in self.known:
            self.known[key] = Tiers(own, _apart(self.of_party.get(party, []), own=own))
        return self.known[key]


def read_raises(world: World, policy: Policy) -> Raises:
    """Return the raises of a world, none under a rule that knows no tiers."""
    found: dict[str, list[Span]] = {}
    if policy.rule in _WITH_TIERS:
        calendar = world.settings.calendar
        for row in world.table("raises").iter_rows(named=True):
            first = calendar.first_round(row["from_on"])
            end = len(calendar) if row["until_on"] is None else calendar.first_round(row["until_on"])
            if first < end:
                found.setdefault(row["party"], []).append((first, end, row["tier"]))
    return Raises(of_party=found)


def _apart(spans: list[Span], *, own: int) -> tuple[Span, ...]:
    """Return the spans in which some raise is before an order's own tier, cut where the smallest tier changes."""
    counting = [span for span in spans if span[2] < own]
    edges = sorted({edge for first, end, _ in counting for edge in (first, end)})
    apart: list[Span] = []
    for first, end in pairwise(edges):
        tiers = [tier for since, until, tier in counting if since <= first < until]
        if not tiers:
            continue
        if apart and apart[-1][1:] == (first, min(tiers)):
            apart[-1] = (apart[-1][0], end, min(tiers))
        else:
            apart.append((first, end, min(tiers)))
    return tuple(apart)
