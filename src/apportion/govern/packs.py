"""Policy packs: the thresholds, forums and clocks a decision is taken under. Data with a version, never constants.

Product input, not legal advice. A pack is read from its file by ``files/packs.py``; nothing here names one.

Source: ``docs/concepts/policy-packs.md``.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from apportion.digest import digest


class Sides(enum.StrEnum):
    """Which entities on a proposal need an approval of their own (G12)."""

    ALL = "all"  # Every entity that gains or loses.
    OUTSIDE_OWNERS = "outside-owners"  # Those not known to have one owner alone.
    LISTED = "listed"  # Those whose shares are listed.


class Majority(enum.StrEnum):
    """Of whom a majority is needed (G10)."""

    SERVING = "serving"  # The disinterested members then serving.
    CAST = "cast"  # The votes cast, where a quorum of them is present.


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a pack's rules stand.

    Attributes:
        title: The rule or law, by its name.
        where: Where it can be read.
        says: What it says, in our words.
        is_verified: Whether its text was read; else what it says is taken from others.
        values: The values of the pack that stand on it, by the names of their fields.
    """

    title: str
    where: str
    says: str
    is_verified: bool = True
    values: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Return the source as plain values."""
        return {
            "title": self.title,
            "where": self.where,
            "says": self.says,
            "verified": self.is_verified,
            "values": list(self.values),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """One version of the rules that a decision is taken under.

    Attributes:
        id: Its id, e.g. ``house-strict``.
        version: Its version, counted from 1.
        title: Its title.
        disclaimer: That it is no legal advice.
        from_on: First day it governs; None: since ever.
        until_on: First day it no longer governs; None: no end.
        note: What the days do not say of when it governs; empty: nothing.
        sources: Where its rules stand.
        interest_percent: An owner's share at or above this conflicts, in percent (G3).
        marks_percent: Shares at which a stake is told apart, in percent, ascending.
        materiality_usd: Value at stake from which a record is made, in USD (G4).
        needs_conflict_below_materiality: Whether a conflicted change below that still needs a decision.
        window_months: Within so many months dealings of the same parties add up (G5).
        is_prior: Whether review has to come first; else a later one is no ratification (G14).
        sides: Which entities need an approval of their own (G12).
        majority: Of whom a majority is needed (G10).
        quorum_percent: Of the disinterested members so many percent must vote, where votes cast decide.
        committee_least: The fewest members of a committee (G9).
        board_conflicted_percent: Above this share of conflicted members a board's approval is not accepted (G9).
        needs_power_to_reject: Whether a mandate must say that the forum may negotiate and reject (G11).
        power_to_reject_from_percent: With that, an owner's share from which it must, in percent; a controller always
            has it. None: in every deal (G11).
        memo_from_usd: Value at stake from which an independent memo is needed, in USD; None: never (G16).
        emergency_least: The fewest eligible members in an emergency (G15).
        emergency_days: Days until the full review of an emergency; None: no emergencies (G15).
        attestation_days: Days for which an attestation of interests holds (G20).
        notice_days: Days in which somebody who loses units may reply (G27).
        apply_days: Days in which an approval is to be applied before it lapses.
        person_year_usd: What a person's year is imputed at, in USD; None: it is not valued.
    """

    id: str
    version: int
    title: str
    disclaimer: str
    from_on: dt.date | None
    until_on: dt.date | None
    sources: tuple[Source, ...]
    interest_percent: Fraction
    marks_percent: tuple[Fraction, ...]
    materiality_usd: Fraction
    needs_conflict_below_materiality: bool
    window_months: int
    is_prior: bool
    sides: Sides
    majority: Majority
    quorum_percent: Fraction
    committee_least: int
    board_conflicted_percent: Fraction
    needs_power_to_reject: bool
    memo_from_usd: Fraction | None
    emergency_least: int
    emergency_days: int | None
    attestation_days: int
    notice_days: int
    apply_days: int
    person_year_usd: Fraction | None
    note: str = ""
    power_to_reject_from_percent: Fraction | None = None

    @property
    def name(self) -> str:
        """Return id and version as a decision records them, e.g. ``house-strict 1`` (G24)."""
        return f"{self.id} {self.version}"

    def governs(self, day: dt.date) -> bool:
        """Return whether the pack was in force on a day."""
        return (self.from_on is None or self.from_on <= day) and (
            self.until_on is None or day < self.until_on
        )

    def sources_of(self, value: str) -> tuple[Source, ...]:
        """Return the sources on which a value stands, by the name of its field."""
        return tuple(one for one in self.sources if value in one.values)

    def asks_less_than(self, other: Pack) -> tuple[str, ...]:
        """Return the values by which this pack guards a conflicted change less than another, by name (G24, G26)."""
        return tuple(name for name, rank in _STRICTNESS.items() if rank(self) < rank(other))

    def as_json(self) -> dict[str, object]:
        """Return all it says as plain values; fractions as text, exact."""
        plain: dict[str, object] = {
            name: _plain(getattr(self, name)) for name in self.__slots__ if name != "sources"
        }
        return {**plain, "sources": [one.as_json() for one in self.sources]}

    @property
    def digest(self) -> str:
        """Return the SHA-256 of all it says."""
        return digest(self.as_json())


_SIDES = (Sides.LISTED, Sides.OUTSIDE_OWNERS, Sides.ALL)
_NEVER = Fraction(10**18)  # No value at stake reaches it.
# How strict each value is: the greater, the more is asked for.
_STRICTNESS: Mapping[str, Callable[[Pack], Fraction | int]] = {
    "interest_percent": lambda pack: -pack.interest_percent,
    "materiality_usd": lambda pack: 0 if pack.needs_conflict_below_materiality else -pack.materiality_usd,
    "needs_conflict_below_materiality": lambda pack: pack.needs_conflict_below_materiality,
    "window_months": lambda pack: pack.window_months,
    "is_prior": lambda pack: pack.is_prior,
    "sides": lambda pack: _SIDES.index(pack.sides),
    "majority": lambda pack: pack.majority is Majority.SERVING,
    "committee_least": lambda pack: pack.committee_least,
    "board_conflicted_percent": lambda pack: -pack.board_conflicted_percent,
    "needs_power_to_reject": lambda pack: pack.needs_power_to_reject,
    "memo_from_usd": lambda pack: -(_NEVER if pack.memo_from_usd is None else pack.memo_from_usd),
    "emergency_least": lambda pack: pack.emergency_least,
    "emergency_days": lambda pack: -(pack.emergency_days or 0),
    "attestation_days": lambda pack: -pack.attestation_days,
    "notice_days": lambda pack: pack.notice_days,
}


def _plain(value: object) -> object:
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return str(value) if isinstance(value, enum.Enum) else value
