"""A proposal: what somebody wants to decide, before it is decided.

A **swap** or **diversion** names parts of lots and the orders that shall receive them instead. A **priority** is a
standing instruction: the orders of a party are served in another tier for a while.
"""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass

from apportion.digest import digest


class Kind(enum.StrEnum):
    """What a proposal asks for."""

    DIVERT = "divert"  # Units go to another order, for nothing in return.
    SWAP = "swap"  # Units change places with others.
    PRIORITY = "priority"  # A party is served in another tier for a while.


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One part of a lot that shall go elsewhere than where it is booked.

    Attributes:
        lot: The lot.
        to_orders: The orders that receive it, filled in turn.
        site: Where to; empty: each order's first site.
        quantity: Whole units; None: all that is left of the lot.
    """

    lot: str
    to_orders: tuple[str, ...]
    site: str = ""
    quantity: int | None = None

    def as_json(self) -> dict[str, object]:
        """Return the move as plain values."""
        return {
            "lot": self.lot,
            "to_orders": list(self.to_orders),
            "site": self.site,
            "quantity": self.quantity,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Raise:
    """A tier in which the orders of a party are served for a while.

    Attributes:
        party: The party.
        tier: Its tier, 0 or more; the lower is served first.
        from_on: First day.
        until_on: First day after; None: to the end.
    """

    party: str
    tier: int
    from_on: dt.date
    until_on: dt.date | None = None

    def as_json(self) -> dict[str, object]:
        """Return the raise as plain values."""
        return {
            "party": self.party,
            "tier": self.tier,
            "from_on": self.from_on.isoformat(),
            "until_on": None if self.until_on is None else self.until_on.isoformat(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What somebody wants to decide.

    Attributes:
        id: Its id.
        kind: What it asks for.
        title: Its title in words.
        decided_by: The person or body that would decide, or has; empty: not known.
        decided_on: When; None: not known.
        moves: The parts of lots that go elsewhere.
        raises: The tiers that change.
        basis: How it is known: fact, order, claim and so on; empty: not said.
        evidence: Ids of evidence.
        known_on: First day a party to it could know it; None: always known.
        public_on: First day anyone could; None: not public.
        known_to: Who knew it before it was public.
        file: The file it was read from, as findings name it.
    """

    id: str
    kind: Kind
    title: str = ""
    decided_by: str = ""
    decided_on: dt.date | None = None
    moves: tuple[Move, ...] = ()
    raises: tuple[Raise, ...] = ()
    basis: str = ""
    evidence: tuple[str, ...] = ()
    known_on: dt.date | None = None
    public_on: dt.date | None = None
    known_to: tuple[str, ...] = ()
    file: str = "proposal"

    def as_json(self) -> dict[str, object]:
        """Return the proposal as plain values."""
        days = {"decided_on": self.decided_on, "known_on": self.known_on, "public_on": self.public_on}
        return {
            "id": self.id,
            "kind": str(self.kind),
            "title": self.title,
            "decided_by": self.decided_by,
            **{name: None if day is None else day.isoformat() for name, day in days.items()},
            "basis": self.basis,
            "evidence": list(self.evidence),
            "known_to": list(self.known_to),
            "moves": [move.as_json() for move in self.moves],
            "raises": [one.as_json() for one in self.raises],
        }

    @property
    def digest(self) -> str:
        """Return the SHA-256 of all it says."""
        return digest(self.as_json())
