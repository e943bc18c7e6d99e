"""Every way in which an edit of the files could move units between tied parties, and what becomes of it.

Bookings and shipments have modules of their own, since they are looked at as a whole; here is all that can be told
of one row.

Source: ``docs/concepts/held.md``, H7.
"""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from typing import cast

from apportion.govern.frozen import Changed, Frozen, filled
from apportion.govern.rows import Key, PlainRow
from apportion.govern.ties import Ties
from apportion.model.accepts import accepted


class Answer(enum.StrEnum):
    """What becomes of a change that nobody decided."""

    PUT_BACK = "put-back"  # Treated as not made: what was frozen stands.
    STOPS = "stops"  # Nothing is planned until it is decided or taken out.
    TOLD = "told"  # It stands; it is told, since files alone cannot say whether it moves anything.


# What gives an order its place before others, or keeps it from units that others then receive.
_ORDER_COLUMNS = frozenset(
    {
        "customer",
        "skus",
        "sites",
        "requested_on",
        "earliest_on",
        "placed_on",
        "promised_on",
        "tier",
        "status",
        "commitment",
        "min_ship",
        "max_late_days",
    }
)
_PARTY_COLUMNS = frozenset({"weight", "group"})
_OF_PARTY = ("raises", "entitlements")


class Doors:
    """Says of each change whom it lies between and what becomes of it."""

    def __init__(self, frozen: Frozen, present: Frozen, *, ties: Ties) -> None:
        """Read what the answers need once.

        Args:
            frozen: What stood at the freeze.
            present: What the files say now.
            ties: Who is tied to whom.
        """
        self._ties = ties
        self._orders = {str(row["order"]): row for row in frozen.tables["orders"]}
        both = [*frozen.tables["orders"], *present.tables["orders"]]
        theirs = [row for row in both if str(row["customer"]) in ties.rivals]
        self._skus = {one.sku for row in theirs for one in accepted(cast("Mapping[str, object]", row))}
        self._sites = {site for row in theirs for site in cast("list[str]", row["sites"])}
        self._lots = frozen.by_key("supply")
        self._lots_now = present.by_key("supply")
        self._quotas: dict[Key, list[PlainRow]] = defaultdict(list)
        for rows in (frozen.by_key("quotas"), present.by_key("quotas")):
            for key, row in rows.items():
                self._quotas[key].append(row)

    def answer(self, change: Changed) -> tuple[Answer, tuple[str, ...]]:
        """Return what becomes of a change and the parties it lies between."""
        asked: Mapping[str, Callable[[Changed], tuple[Answer, tuple[str, ...]]]] = {
            "orders": self._of_order,
            "parties": self._of_party,
            "supply": self._of_lot,
            "quotas": self._of_quota,
            "policy": self._of_policy,
            **dict.fromkeys(_OF_PARTY, self._of_standing),
        }
        known = asked.get(change.table)
        return known(change) if known else (Answer.TOLD, ())

    def _held(self, party: object) -> tuple[Answer, tuple[str, ...]]:
        tied = self._ties.of(str(party))
        return (Answer.PUT_BACK if tied else Answer.TOLD), tied

    def _of_order(self, change: Changed) -> tuple[Answer, tuple[str, ...]]:
        order = self._orders.get(str(change.key[0]))
        if order is None:
            row = filled("orders", cast("PlainRow", change.now))
            is_ahead = cast("int", row["tier"]) < self.least_tier(str(row["customer"]))
            return self._held(row["customer"]) if is_ahead else (Answer.TOLD, ())
        is_less = change.column == "quantity" and cast("int", change.now) < cast("int", change.was)
        if change.column in _ORDER_COLUMNS or is_less or not change.column:
            return self._held(order["customer"])
        return Answer.TOLD, ()

    def least_tier(self, party: str) -> int:
        """Return the smallest tier that a new order of a party may have: that of its orders as frozen.

        Had it none, that of the orders of those it is tied to; 1 where there are none.
        """
        for parties in ({party}, self._ties.rivals.get(party, frozenset())):
            theirs = [row for row in self._orders.values() if str(row["customer"]) in parties]
            tiers = [cast("int", filled("orders", row)["tier"]) for row in theirs]
            if tiers:
                return min(tiers)
        return 1

    def _of_party(self, change: Changed) -> tuple[Answer, tuple[str, ...]]:
        is_gone = change.now is None and not change.column
        return self._held(change.key[0]) if change.column in _PARTY_COLUMNS or is_gone else (Answer.TOLD, ())

    def _of_standing(self, change: Changed) -> tuple[Answer, tuple[str, ...]]:
        return self._held(change.key[0])

    def _of_lot(self, change: Changed) -> tuple[Answer, tuple[str, ...]]:
        """Answer for a lot that is called another SKU and booked for the other party: its booking has no way back."""
        was, now = self._lots.get(change.key), self._lots_now.get(change.key)
        if change.column != "sku" or was is None or now is None:
            return Answer.TOLD, ()
        owner, gainer = (self._ties.customers.get(str(row.get("reserved_for"))) for row in (was, now))
        is_taken = self._ties.is_between(owner, gainer)
        return (Answer.STOPS, self._ties.of(str(owner))) if is_taken else (Answer.TOLD, ())

    def _of_quota(self, change: Changed) -> tuple[Answer, tuple[str, ...]]:
        is_binding = any(self._binds(row) for row in self._quotas[change.key])
        return (Answer.STOPS, tuple(sorted(self._ties.rivals))) if is_binding else (Answer.TOLD, ())

    def _binds(self, row: PlainRow) -> bool:
        """Return whether a quota may bind an order of a tied party."""
        limits: Mapping[str, Collection[str]] = {
            "party": self._ties.rivals,
            "group": self._ties.groups,
            "sku": self._skus,
            "site": self._sites,
        }
        return bool(self._ties.rivals) and all(
            row.get(name) is None or row.get(name) in known for name, known in limits.items()
        )

    def _of_policy(self, _change: Changed) -> tuple[Answer, tuple[str, ...]]:
        tied = tuple(sorted(self._ties.rivals))
        return (Answer.PUT_BACK if tied else Answer.TOLD), tied
