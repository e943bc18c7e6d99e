"""What a decision is taken on: what an analysis froze, and what the world shows at the moment of an act.

An ``Analysis`` is stored whole in the log, so that reading the log needs no world. ``Facts`` are what the act is
compared with: digests of the present files, and who is conflicted by them now.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from fractions import Fraction

from apportion.govern.events import Plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A party that gains or loses units by the proposal, and so has a forum.

    Attributes:
        id: The party.
        has_outside_owners: Whether it is not known to belong to one holder alone (G12).
        is_listed: Whether its shares are listed.
    """

    id: str
    has_outside_owners: bool
    is_listed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A seat on an entity's board over days [from_on, until_on).

    Attributes:
        entity: The entity.
        person: Who holds it.
        from_on: First day; None: since ever.
        until_on: First day no longer; None: no end.
    """

    entity: str
    person: str
    from_on: dt.date | None = None
    until_on: dt.date | None = None

    def is_held_on(self, day: dt.date) -> bool:
        """Return whether the seat is held on a day."""
        return (self.from_on is None or self.from_on <= day) and (
            self.until_on is None or day < self.until_on
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """Value at stake under three readings, in USD: cash, imputed value of the slots and cost of a bridge (G4)."""

    low: Fraction
    plain: Fraction
    high: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Dealing:
    """Units of one SKU that pass, or passed, between two parties.

    Attributes:
        giver: Who has less afterwards.
        taker: Who has more afterwards.
        sku: The SKU.
        units: How many, at least 1.
        value: What they are worth, in USD; None: not known, which counts as over every threshold.
        on: The day it takes effect.
    """

    giver: str
    taker: str
    sku: str
    units: int
    value: Value | None
    on: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Loser:
    """A party that gets less or later, and is to be told (G27).

    Attributes:
        party: The party.
        units: Units it loses or waits for.
        delay_days: Mean days of delay; None: not known.
        quota_units: Units it is estimated to get all the same; None: not known.
    """

    party: str
    units: int
    delay_days: int | None
    quota_units: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """Units that come back to a party that gave some up (G19).

    Attributes:
        id: Its name within the proposal.
        debtor: Who gives back.
        creditor: Who gets back.
        sku: The SKU.
        units: How many, at least 1.
        due_on: The day they are due; None: no day is known, which is told and never late.
        lot: The lot they come from; empty: none is named.
        remedy: What is owed if they do not come, as the proposal says.
    """

    id: str
    debtor: str
    creditor: str
    sku: str
    units: int
    due_on: dt.date | None
    lot: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """What an analysis found and froze; every approver acknowledges it by the digest of its case (G13).

    Attributes:
        material: Digest of the material tables.
        proposal: Digest of the proposal.
        policy_result: Digest of the plan that the policy gives without the proposal (G17).
        assessment: Digest of the assessment.
        effective_on: The day the change takes effect.
        decided_by: Who is said to have decided the change; None: nobody is named.
        entities: The parties that gain or lose, sorted.
        seats: The seats of their boards, with their days.
        ties: Every tie that counted, as `Tie.as_json` writes it, with ``seen_on``.
        conflicted: Who is conflicted on the proposal, as `govern.conflicts.conflicted_on` finds: not who is tied to
            one entity alone.
        standings: Each conflict with its paths, as plain rows of ``govern/conflicts.py``.
        in_line: Parties, and persons tied to them, that wait in the same line (G26).
        dealings: What passes between whom.
        earlier: What passed before, by the transfers of the files (G5).
        value: Value at stake of this proposal alone, in USD; None: not known.
        losers: Who gets less or later.
        obligations: What comes back.
    """

    material: str
    proposal: str
    policy_result: str
    assessment: str
    effective_on: dt.date
    decided_by: str | None
    entities: tuple[Entity, ...]
    seats: tuple[Seat, ...]
    ties: tuple[Mapping[str, Plain], ...]
    conflicted: frozenset[str]
    standings: tuple[Mapping[str, Plain], ...] = ()
    in_line: frozenset[str] = frozenset()
    dealings: tuple[Dealing, ...] = ()
    earlier: tuple[Dealing, ...] = ()
    value: Value | None = None
    losers: tuple[Loser, ...] = ()
    obligations: tuple[Obligation, ...] = ()

    def members(self, entity: str, *, day: dt.date) -> tuple[str, ...]:
        """Return who serves on an entity's board on a day, sorted."""
        held = {seat.person for seat in self.seats if seat.entity == entity and seat.is_held_on(day)}
        return tuple(sorted(held))

    def as_json(self) -> dict[str, Plain]:
        """Return all of it as plain values; fractions as exact text, days as ISO text."""
        return {one.name: plain(getattr(self, one.name)) for one in fields(self)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the present world shows at the moment of an act.

    Attributes:
        material: Digest of the material tables now.
        proposal: Digest of the proposal now; empty: the act is about none, or the files no longer hold it.
        conflicted: Who is conflicted on the proposal by the present files, found in the same way.
        analysis: What an analysis found; needed by `Analyse` alone.
        bookings: Who holds which lot, frozen by the first event of a log, in plain values.
    """

    material: str
    proposal: str = ""
    conflicted: frozenset[str] = frozenset()
    analysis: Analysis | None = None
    bookings: Mapping[str, Plain] = field(default_factory=dict)


def plain(value: object) -> Plain:
    """Return a value of an analysis or an act as plain values: sets sorted, fractions exact, days as ISO text.

    Raises:
        TypeError: It has no plain spelling.

    >>> plain({"b": Fraction(1, 3), "a": frozenset({"y", "x"})})
    {'a': ['x', 'y'], 'b': '1/3'}
    """
    match value:
        case enum.Enum() | Fraction():
            found: Plain = str(value)
        case None | str() | bool() | int():
            found = value
        case dt.date():
            found = value.isoformat()
        case Mapping():
            found = {str(name): plain(value[name]) for name in sorted(value)}
        case frozenset():
            found = [plain(one) for one in sorted(value)]
        case tuple() | list():
            found = [plain(one) for one in value]
        case _ if is_dataclass(value):
            found = {one.name: plain(getattr(value, one.name)) for one in fields(value)}
        case _:
            raise TypeError(f"{value!r} has no plain spelling.")
    return found
