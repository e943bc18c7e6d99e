"""Interests as a graph: who is tied to whom, as what, by which share, over which days.

    table interests → ties ┐
    claimed shares  → ties ┼→ graph → what is active over a span of days
    ties frozen earlier    ┘

A tie of basis ``claim`` says what is claimed or asked for; it counts only in the reading that looks at that.

Source: ``docs/concepts/governance.md``, "Interests".
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

import polars as pl

from apportion.model.world import World
from apportion.study.known import without_claims
from apportion.study.support import CLAIM, is_no_claim

OWNER = "owner"
DIRECTOR = "director"
# These tie the two to each other; every other role ties its holder to the entity.
MUTUAL = frozenset({"family", "creditor"})
PERSONS = frozenset({"person", "body"})
_SHARE_METRIC = "share_percent"
_PERCENT = "percent"


class Reading(enum.StrEnum):
    """Which value of a share is looked at."""

    LOW = "low"
    PLAIN = "plain"
    HIGH = "high"
    ASKED = "asked"  # As claimed or asked for, where that is more.


@dataclass(frozen=True, slots=True)
class Span:
    """The days that a decision is about, the last one included."""

    first: dt.date
    last: dt.date

    @classmethod
    def over(cls, *days: dt.date) -> Span:
        """Return the shortest span that holds all the days.

        >>> Span.over(dt.date(2024, 6, 15), dt.date(2023, 12, 1)).first
        datetime.date(2023, 12, 1)
        """
        return cls(min(days), max(days))


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share held, in percent.

    Attributes:
        low: The lowest it may be.
        plain: As stated.
        high: The highest it may be.
    """

    low: Fraction
    plain: Fraction
    high: Fraction

    def at(self, reading: Reading) -> Fraction:
        """Return the share under a reading; what is asked for is more than the plain one only by a tie of its own."""
        if reading is Reading.LOW:
            return self.low
        return self.high if reading is Reading.HIGH else self.plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """One interest.

    Attributes:
        holder: Who holds it.
        entity: In whom.
        role: As what.
        from_on: First day; None: since ever.
        until_on: First day it no longer holds; None: no end.
        share: The share of an owner; None: not known, or no owner.
        disclosed_on: Day it was disclosed; None: no disclosure is recorded.
        file: The file it stands in.
        row: Its row there.
        basis: How it is known; empty: not said.
        evidence: Ids of evidence.
        is_frozen: Whether an earlier analysis holds it against what the file says now.
        public_on: First day on which anyone could know it; None: not said.
    """

    holder: str
    entity: str
    role: str
    from_on: dt.date | None = None
    until_on: dt.date | None = None
    share: Share | None = None
    disclosed_on: dt.date | None = None
    file: str = ""
    row: int = 0
    basis: str = ""
    evidence: tuple[str, ...] = ()
    is_frozen: bool = False
    public_on: dt.date | None = None

    @property
    def key(self) -> tuple[str, str, str, dt.date | None]:
        """Return what names the interest: holder, entity, role and first day."""
        return self.holder, self.entity, self.role, self.from_on

    @property
    def is_claimed(self) -> bool:
        """Return whether it is only claimed or asked for."""
        return self.basis == CLAIM

    @property
    def is_owner(self) -> bool:
        """Return whether its weight is a share."""
        return self.role == OWNER

    def is_active(self, span: Span) -> bool:
        """Return whether it holds on any day of a span."""
        begins = self.from_on is None or self.from_on <= span.last
        return begins and (self.until_on is None or self.until_on > span.first)

    def days_to_disclosure(self, looked_from: dt.date) -> int | None:
        """Return for how many days it was held before its disclosure; None where its first day is not known.

        Args:
            looked_from: The day counted to where no disclosure is recorded by then.
        """
        if self.from_on is None:
            return None
        until_on = self.disclosed_on if self.is_disclosed(looked_from) else looked_from
        return max(0, ((until_on or looked_from) - self.from_on).days)

    def is_disclosed(self, looked_from: dt.date) -> bool:
        """Return whether a disclosure is recorded by a day."""
        return self.disclosed_on is not None and self.disclosed_on <= looked_from

    def as_json(self) -> dict[str, object]:
        """Return the tie as plain values; shares as text, exact."""
        share = self.share
        return {
            "holder": self.holder,
            "entity": self.entity,
            "role": self.role,
            "from_on": _day_text(self.from_on),
            "until_on": _day_text(self.until_on),
            "share_percent_low": None if share is None else str(share.low),
            "share_percent": None if share is None else str(share.plain),
            "share_percent_high": None if share is None else str(share.high),
            "disclosed_on": _day_text(self.disclosed_on),
            "file": self.file,
            "row": self.row,
            "basis": self.basis,
            "evidence": list(self.evidence),
        }

    @classmethod
    def of_json(cls, row: Mapping[str, object]) -> Tie:
        """Return the tie that `as_json` wrote.

        Raises:
            KeyError: It lacks a value.
        """
        evidence = row["evidence"]
        return cls(
            holder=str(row["holder"]),
            entity=str(row["entity"]),
            role=str(row["role"]),
            from_on=_day_of(row["from_on"]),
            until_on=_day_of(row["until_on"]),
            share=_share_of(row),
            disclosed_on=_day_of(row["disclosed_on"]),
            file=str(row["file"]),
            row=int(str(row["row"])),
            basis=str(row["basis"]),
            evidence=tuple(str(one) for one in evidence) if isinstance(evidence, list | tuple) else (),
        )


@dataclass(frozen=True, slots=True)
class Graph:
    """Every tie that is known.

    Attributes:
        ties: The ties, in the order of their rows.
        kinds: What each party is, e.g. ``person``.
    """

    ties: tuple[Tie, ...]
    kinds: Mapping[str, str]

    def active(self, span: Span, *, is_claimed: bool = False) -> tuple[Tie, ...]:
        """Return the ties that are documented and hold on any day of a span.

        Args:
            span: The days.
            is_claimed: Whether claimed ties are among them: what is asked for has no first day, so only an end
                before the span leaves one out.
        """
        return tuple(
            tie
            for tie in self.ties
            if (tie.is_active(span) if not tie.is_claimed else is_claimed and _is_asked(tie, span))
        )

    def members_of(self, entity: str, on: dt.date) -> tuple[str, ...]:
        """Return who is a director of an entity on a day, by name."""
        ties = self.active(Span(on, on))
        return tuple(sorted({tie.holder for tie in ties if tie.role == DIRECTOR and tie.entity == entity}))

    def is_person(self, party: str) -> bool:
        """Return whether a party is a person, or a body that stands for persons."""
        return self.kinds.get(party) in PERSONS


def read_graph(world: World) -> Graph:
    """Return the interests that the view of a world lets through, with the shares that are only claimed."""
    kinds = dict(world.table("parties").select("party", "kind").iter_rows())
    asked = replace(world, tables={name: _asked(frame, name) for name, frame in world.tables.items()})
    # A claim known later never takes the place of what is documented, so the two are read apart.
    return Graph((*_stated(without_claims(world)), *_stated(asked), *_claimed(world)), kinds)


def union(graph: Graph, frozen_rows: Iterable[Mapping[str, object]]) -> Graph:
    """Return a graph in which no tie is lost that an earlier analysis froze.

    A frozen tie counts although the facts leave it out now, end it on a day not after the one it was last seen
    on, make a claim of it, or state a smaller share.

    Args:
        graph: The ties as the facts state them now.
        frozen_rows: What `Tie.as_json` wrote, each with ``seen_on``: the day on which it was last seen active.

    Raises:
        KeyError: A row lacks a value.
    """
    present = {tie.key: tie for tie in graph.ties}
    kept: dict[Tie, None] = {}
    for row in frozen_rows:
        frozen, seen_on = Tie.of_json(row), _day_of(row["seen_on"])
        now = present.get(frozen.key)
        if not frozen.is_claimed and _is_lost(now, seen_on=seen_on):
            kept[replace(frozen, is_frozen=True)] = None
        elif now is not None and not frozen.is_claimed and _is_less(now.share, frozen.share):
            kept[replace(frozen, until_on=now.until_on, is_frozen=True)] = None
    return Graph((*graph.ties, *kept), graph.kinds)


def _is_lost(now: Tie | None, *, seen_on: dt.date | None) -> bool:
    if now is None or now.is_claimed:
        return True
    return now.until_on is not None and seen_on is not None and now.until_on <= seen_on


def _is_less(now: Share | None, frozen: Share | None) -> bool:
    """Return whether a share is lower than the one frozen under any reading; one not known is above all."""
    if now is None:
        return False
    return frozen is None or any(now.at(one) < frozen.at(one) for one in Reading)


def _is_asked(tie: Tie, span: Span) -> bool:
    return tie.until_on is None or tie.until_on > span.first


def _asked(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    return frame.filter(~is_no_claim(frame)) if name == "interests" else frame


def _stated(world: World) -> Iterator[Tie]:
    for row in world.table("interests").iter_rows(named=True):
        yield Tie(
            holder=row["holder"],
            entity=row["entity"],
            role=row["role"],
            from_on=row["from_on"],
            until_on=row["until_on"],
            share=_share_of(row) if row["role"] == OWNER else None,
            disclosed_on=row.get("disclosed_on"),
            file=row["_file"],
            row=row["_row"],
            basis=row.get("basis") or "",
            evidence=tuple(row.get("evidence") or ()),
            public_on=row.get("public_on"),
        )


def _claimed(world: World) -> Iterator[Tie]:
    """Yield the shares that a claim says somebody owns of its party."""
    for row in world.table("claims").iter_rows(named=True):
        is_share = row["metric"] == _SHARE_METRIC and row["unit"] == _PERCENT
        if not (is_share and row["counterparty"] and row["value"] is not None):
            continue
        value = Fraction(row["value"])
        yield Tie(
            holder=row["counterparty"],
            entity=row["party"],
            role=OWNER,
            from_on=row["from_on"],
            share=Share(low=value, plain=value, high=value),
            file=row["_file"],
            row=row["_row"],
            basis=CLAIM,
            evidence=tuple(row.get("evidence") or ()),
        )


def _share_of(row: Mapping[str, object]) -> Share | None:
    """Return a share with its range; where only its highest value is stated, that one is the plain one too."""
    plain, low, high = (
        None if row.get(name) is None else Fraction(str(row[name]))
        for name in ("share_percent", "share_percent_low", "share_percent_high")
    )
    stated = high if plain is None else plain
    if stated is None:
        return None
    return Share(low=stated if low is None else low, plain=stated, high=stated if high is None else high)


def _day_text(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day_of(value: object) -> dt.date | None:
    if value is None or isinstance(value, dt.date):
        return value
    return dt.date.fromisoformat(str(value))
