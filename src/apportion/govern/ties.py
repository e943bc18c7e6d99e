"""Who is tied to whom by a conflict, among those who order: the parties whose facts stand as frozen.

Source: ``docs/concepts/held.md``, H6.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from apportion.govern.frozen import Frozen
from apportion.model.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Ties:
    """The parties tied by a conflict that both order.

    Attributes:
        rivals: Of each such party those it is tied to.
        customers: The customer of every order: as frozen, of a new one as the files say.
        groups: The groups of these parties, as frozen and as the files say.
    """

    rivals: Mapping[str, frozenset[str]]
    customers: Mapping[str, str]
    groups: frozenset[str]

    def of(self, party: str) -> tuple[str, ...]:
        """Return a party with those it is tied to, by id; empty where it is tied to none."""
        return tuple(sorted({party, *self.rivals[party]})) if party in self.rivals else ()

    def is_between(self, one: str | None, other: str | None) -> bool:
        """Return whether two parties are tied."""
        return one is not None and other in self.rivals.get(one, frozenset())

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Return each pair once, in order."""
        return sorted({(min(one, two), max(one, two)) for one, rest in self.rivals.items() for two in rest})


def read_ties(frozen: Frozen, world: World, *, pairs: Iterable[frozenset[str]]) -> Ties:
    """Return the ties of those who had an order at the freeze or have one now."""
    customers = dict(world.table("orders").select("order", "customer").iter_rows())
    ordering = set(customers.values())
    for row in frozen.tables["orders"]:
        customers[str(row["order"])] = str(row["customer"])
    ordering |= set(customers.values())
    rivals: dict[str, set[str]] = defaultdict(set)
    for pair in pairs:
        for one in pair & ordering:
            rivals[one] |= (pair & ordering) - {one}
    held = {party: frozenset(others) for party, others in rivals.items() if others}
    groups = dict(world.table("parties").select("party", "group").iter_rows())
    stated = {str(row["party"]): row.get("group") for row in frozen.tables["parties"]}
    named = {str(known.get(party) or party) for party in held for known in (groups, stated)}
    return Ties(rivals=held, customers=customers, groups=frozenset(named))
