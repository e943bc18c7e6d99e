"""What a machine of decisions draws from: boards that overlap, ties, packs, ways, and lines nobody decided."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from fractions import Fraction

from apportion.govern import acts
from apportion.govern.acts import Act
from apportion.govern.events import Event, Plain, stamp
from apportion.govern.facts import Analysis, Entity, Loser, Obligation, Seat, plain
from apportion.govern.interests import Tie
from apportion.govern.packs import Majority, Sides
from apportion.govern.state import Case
from apportion.govern.stored import act_values
from tests.governed import ALPHA, BETA, EFFECT, make_dealing, make_pack, money, strict

SIDES = (ALPHA, BETA)
PERSONS = ("ada", "bo", "cy", "di", "ed", "flo", "gus", "hal")
EVERYBODY = (*PERSONS, "clerk", "adviser")
PACKS = (
    strict(),
    make_pack(memo_from_usd=None, committee_least=2),
    make_pack(memo_from_usd=None, majority=Majority.CAST, quorum_percent=Fraction(60), is_prior=False),
    make_pack(memo_from_usd=None, sides=Sides.LISTED, needs_power_to_reject=False),
    make_pack(
        memo_from_usd=None,
        sides=Sides.ALL,
        materiality_usd=Fraction(120_000),
        needs_conflict_below_materiality=False,
    ),
)


@dataclass(frozen=True)
class Way:
    """How a proposal goes its usual way.

    Attributes:
        silent: Who says nothing.
        against: Who says no.
        emergency: Whether it cannot wait.
        has_committee: Whether each side forms one, needed or not.
        may_reject: Whether its mandate says so.
    """

    silent: frozenset[str]
    against: frozenset[str]
    emergency: bool
    has_committee: bool
    may_reject: bool


@dataclass
class Files:
    """The present files: who sits where, who is tied to whom, and how often they were edited."""

    seats: dict[tuple[str, str], dt.date | None] = field(default_factory=dict)
    officers: set[tuple[str, str]] = field(default_factory=set)
    edits: int = 0

    def ties(self) -> list[tuple[str, str, str, dt.date | None]]:
        """Return every tie: who, to whom, as what, until when."""
        listed = [(who, of, "director", until) for (who, of), until in self.seats.items()]
        return sorted([*listed, *((who, of, "officer", None) for who, of in self.officers)], key=str)

    def conflicted(self, today: dt.date) -> frozenset[str]:
        """Return who is tied to both sides today or later, by these files alone."""
        tied = {(who, of) for who, of, _, until in self.ties() if until is None or until > today}
        return frozenset(who for who in PERSONS if all((who, of) in tied for of in SIDES))


def analysis_of(
    files: Files, *, name: str, effective_on: dt.date, value: int | None, returns: int
) -> Analysis:
    """Return what the files show of a proposal, with nobody named as conflicted."""
    worth = None if value is None else money(value)
    back = Obligation(id="back", debtor=BETA, creditor=ALPHA, sku="h100", units=returns, due_on=EFFECT)
    return Analysis(
        material=f"facts-{files.edits}",
        proposal=f"of-{name}",
        policy_result="plan",
        assessment="assessment",
        effective_on=effective_on,
        decided_by=None,
        entities=(
            Entity(id=ALPHA, has_outside_owners=True, is_listed=True),
            Entity(id=BETA, has_outside_owners=True, is_listed=False),
        ),
        seats=tuple(Seat(entity=of, person=who, until_on=until) for (who, of), until in files.seats.items()),
        ties=tuple(
            tie_row(who, of, role=role, until=until, seen_on=effective_on)
            for who, of, role, until in files.ties()
        ),
        conflicted=frozenset(),
        dealings=(make_dealing(999, value=worth, on=EFFECT),),
        value=worth,
        losers=(Loser(party=ALPHA, units=999, delay_days=None, quota_units=None),),
        obligations=(back,) if returns else (),
    )


def committee(name: str, of: str, *, members: tuple[str, ...], may_reject: bool) -> acts.Convene:
    """Return the committee that the clerk forms."""
    return acts.Convene(
        by="clerk",
        proposal=name,
        side=of,
        members=members,
        found_disinterested_by="clerk",
        finding="No tie.",
        may_negotiate=True,
        may_reject=may_reject,
    )


def tie_row(who: str, of: str, *, role: str, until: dt.date | None, seen_on: dt.date) -> dict[str, Plain]:
    """Return a tie as an analysis freezes it."""
    row = Tie(holder=who, entity=of, role=role, until_on=until).as_json()
    return {**{key: plain(value) for key, value in row.items()}, "seen_on": seen_on.isoformat()}


def forged(act: Act, *, case: Case, at: dt.datetime) -> Event:
    """Return a line as the rules would store the act if nothing were in its way."""
    frozen = case.frozen
    seen: dict[str, Plain] = {
        "material": frozen.material if frozen else "facts",
        "proposal": frozen.proposal if frozen else "of",
        "conflicted": [],
        "pack": case.pack.name,
    }
    body: dict[str, Plain] = {"act": act_values(act), "seen": seen}
    if isinstance(act, acts.Apply):
        moved = frozen.dealings if frozen else ()
        body["approved_at"] = None if case.approved_at is None else stamp(case.approved_at)
        body["overrides"] = [
            {"winner": one.taker, "loser": one.giver, "sku": one.sku, "units": one.units} for one in moved
        ]
    return Event(at=stamp(at), by=act.by, verb=act.verb, proposal=act.proposal, body=body)
