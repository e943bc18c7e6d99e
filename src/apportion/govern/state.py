"""Where every proposal of a log stands. A ``State`` is a fold over events and holds no claim of its own."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from apportion.govern.acts import Choice
from apportion.govern.events import Plain
from apportion.govern.facts import Analysis, Obligation
from apportion.govern.packs import Pack


class Status(enum.StrEnum):
    """Where a proposal stands."""

    DRAFT = "draft"  # Put forward, or analysed on facts that have changed since.
    ANALYSED = "analysed"  # The policy's own result is stored, before any approver sees the proposal.
    DISCLOSED = "disclosed"  # The frozen facts lie before the forums.
    UNDER_REVIEW = "under-review"  # Votes are taken.
    APPROVED = "approved"  # Every side that is needed says yes; found from the votes.
    REJECTED = "rejected"  # A side that is needed cannot say yes any more; found from the votes.
    WITHDRAWN = "withdrawn"
    APPLIED = "applied"
    LAPSED = "lapsed"  # Approved, and not applied in time.
    MAKE_GOOD_DUE = "make-good-due"  # Applied, and units are owed back.
    CLOSED = "closed"


OVER = frozenset({Status.REJECTED, Status.WITHDRAWN, Status.LAPSED, Status.CLOSED})
CARRIED_OUT = frozenset({Status.APPLIED, Status.MAKE_GOOD_DUE, Status.CLOSED})


class Mark(enum.StrEnum):
    """What is shown with a proposal for ever."""

    RATIFICATION = "ratification"  # Approved no earlier than the day it took effect (G14).
    LATER_REVIEW = "later-review"  # The same under a pack that asks for no prior review (G14).
    EMERGENCY = "emergency"  # Applied on one forum's yes, with a full review due (G15).
    REVERSE_DUE = "reverse-due"  # That review did not say yes in time (G15).
    ADVISORY = "advisory"  # A forum without power to reject voted (G11).
    RELATED_PARTY_RECORD = "related-party-record"  # Conflicts, and a value over materiality (G4).
    NO_DECISION_NEEDED = "no-decision-needed"  # Under materiality, where the pack asks for none (G4).


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """A vote as it was cast; one that is void or replaced is kept (G25)."""

    at: dt.datetime
    by: str
    side: str
    choice: Choice
    text: str
    digest: str  # Of the frozen facts it was cast on.


@dataclass(frozen=True, slots=True, kw_only=True)
class Committee:
    """A committee of one side (G9, G11)."""

    at: dt.datetime
    side: str
    members: tuple[str, ...]
    found_disinterested_by: str
    finding: str
    may_negotiate: bool
    may_reject: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Memo:
    """An independent analysis (G16)."""

    at: dt.datetime
    by: str
    text: str
    alternatives: tuple[str, ...]
    digest: str  # Of the frozen facts it is about.


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What somebody said."""

    at: dt.datetime
    by: str
    text: str
    is_conflicted: bool  # Whether who said it was conflicted or had stepped aside then.


@dataclass(frozen=True, slots=True, kw_only=True)
class Emergency:
    """An emergency (G15)."""

    at: dt.datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """What a manual change moved, and why (G18)."""

    at: dt.datetime
    by: str
    code: str
    text: str
    winner: str
    loser: str
    sku: str  # Empty: of no one SKU.
    delta_units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """That a party which loses was told (G27)."""

    at: dt.datetime
    by: str
    party: str
    how: str
    delay_days: int | None
    quota_units: int | None
    reply_by: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """Units that came back (G19)."""

    at: dt.datetime
    by: str
    obligation: str
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """That a proposal was carried out."""

    at: dt.datetime
    by: str
    code: str
    text: str
    late_reason: str
    approved_at: dt.datetime | None  # None: no decision was needed (G4).


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One proposal's life so far.

    Attributes:
        proposal: The proposal.
        proposer: Who put it forward.
        proposed_at: When.
        status: Where it stands after the last event.
        pack: What it is decided under.
        frozen: The last analysis; None: none yet. It may be of facts that have changed (`DRAFT`).
        frozen_at: When that was stored.
        analyses: How many analyses there were.
        digest: What approvers acknowledge: of the last analysis, its number and the pack; empty while `DRAFT`.
        analysts: Persons who made an analysis of it, the program itself left out.
        conflicted: Everyone conflicted by any analysis of it or at any act, for ever (G7).
        registered: Every party that the frozen ties show as conflicted, whatever an analysis says; who of them acts,
            sits on a board or decided it is among `conflicted`.
        needs_power: Whether a committee's mandate has to say that it may negotiate and reject (G11).
        disclosed_at: When the facts that are frozen were disclosed; None: not yet.
        acknowledged: Digest that each person acknowledged last.
        committees: The committee of each side that has one.
        memos: Every memo, those on older facts too.
        statements: Every statement.
        recused: Who stepped aside.
        votes: Every vote, in order; those on an older digest are void.
        emergency: Why it could not wait; None: it could.
        approved_at: Since when every side that is needed says yes; None: not so now.
        reviewed_at: Since when an emergency has its full approval; None: not so now.
        applied: How it was carried out; None: not.
        settled: What came back.
        notices: Who was told.
        overrides: What was moved by hand, and why.
        marks: What is shown with it for ever.
    """

    proposal: str
    proposer: str
    proposed_at: dt.datetime
    status: Status
    pack: Pack
    frozen: Analysis | None = None
    frozen_at: dt.datetime | None = None
    analyses: int = 0
    digest: str = ""
    analysts: frozenset[str] = frozenset()
    conflicted: frozenset[str] = frozenset()
    registered: frozenset[str] = frozenset()
    needs_power: bool = True
    disclosed_at: dt.datetime | None = None
    acknowledged: Mapping[str, str] = field(default_factory=dict)
    committees: Mapping[str, Committee] = field(default_factory=dict)
    memos: tuple[Memo, ...] = ()
    statements: tuple[Statement, ...] = ()
    recused: frozenset[str] = frozenset()
    votes: tuple[Cast, ...] = ()
    emergency: Emergency | None = None
    approved_at: dt.datetime | None = None
    reviewed_at: dt.datetime | None = None
    applied: Applied | None = None
    settled: tuple[Settled, ...] = ()
    notices: tuple[Notice, ...] = ()
    overrides: tuple[Override, ...] = ()
    marks: frozenset[Mark] = frozenset()

    @property
    def obligations(self) -> tuple[Obligation, ...]:
        """Return what the proposal owes back."""
        return () if self.frozen is None else self.frozen.obligations

    @property
    def counting(self) -> Mapping[tuple[str, str], Cast]:
        """Return the last vote of each member on each side that was cast on the facts frozen now."""
        return {(one.side, one.by): one for one in self.votes if one.digest == self.digest}

    @property
    def shut_out(self) -> frozenset[str]:
        """Return who takes no part in the decision: conflicted, or stepped aside (G7)."""
        return self.conflicted | self.recused

    @property
    def barred(self) -> frozenset[str]:
        """Return who never approves it: who put it forward, decided it, or wrote an analysis of it (G6)."""
        decided_by = "" if self.frozen is None else self.frozen.decided_by or ""
        authors = {one.by for one in self.memos}
        return frozenset({self.proposer, decided_by} | self.analysts | authors) - {""}

    def seen_with(self, conflicted: frozenset[str], *, by: str) -> Case:
        """Return the case as an act meets it: whom the files show as conflicted now is so from then on."""
        return replace(self, conflicted=self.conflicted | conflicted | (self.registered & {by}))

    @property
    def awaits_review(self) -> bool:
        """Return whether it was carried out in an emergency and its full review is still to come (G15)."""
        is_reversed = Mark.REVERSE_DUE in self.marks
        return (
            self.applied is not None
            and self.emergency is not None
            and self.reviewed_at is None
            and not is_reversed
        )

    def outstanding(self, obligation: Obligation) -> int:
        """Return how many units of an obligation have not come back."""
        return obligation.units - sum(one.units for one in self.settled if one.obligation == obligation.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Every proposal of a log.

    Attributes:
        cases: Each proposal's life.
        attested: When each person attested their interests last (G20).
        ties: Every tie that any analysis of any proposal froze, in plain rows: the register never shrinks.
        bookings: Who held which lot when the log began, in plain values.
        attempts: What was tried in the files without a decision, in plain values.
        last_at: When the last event was; None: the log is empty.
        count: How many events there are.
    """

    cases: Mapping[str, Case] = field(default_factory=dict)
    attested: Mapping[str, dt.datetime] = field(default_factory=dict)
    ties: tuple[Mapping[str, Plain], ...] = ()
    bookings: Mapping[str, Plain] = field(default_factory=dict)
    attempts: tuple[Mapping[str, Plain], ...] = ()
    last_at: dt.datetime | None = None
    count: int = 0
