"""A decision of the past, walked through: what a policy pack asks for, and what the facts show of it.

    conflicts, register of dealings, events → one step per thing asked for → held or free

The facts are searched for events of a few kinds. An event that is not found may have happened all the same; a step
says `missing`, never that something was not done.

Source: ``docs/concepts/walk.md``, W1 to W9.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from apportion.govern.conflicts import Side
from apportion.govern.eligible import needed_sides, needs_committee
from apportion.govern.entities import entity_of
from apportion.govern.inquiry import Conflicts
from apportion.govern.materiality import Aggregate
from apportion.govern.movements import Movements
from apportion.govern.packs import Pack
from apportion.govern.refusal import Rule
from apportion.model.proposal import Proposal
from apportion.model.world import World
from apportion.study.moved import STOCK


class Kind(enum.StrEnum):
    """Kinds of event that a walk looks for in the table `events`, each by the parties it names."""

    RECUSAL = "recusal"  # A person stepped aside.
    APPROVAL = "approval"  # The disinterested of a party approved.
    DISCLOSURE = "disclosure"  # A party, or a person's interest, was told of.
    MEMO = "fairness-memo"  # An independent analysis was made for a party.
    RECORD = "related-party-record"  # A record of the dealing was made by a party.
    COMPENSATION = "compensation"  # A party was paid for what it gave.
    NOTICE = "notice"  # A party that loses units was told.


class Answer(enum.StrEnum):
    """What the facts show of a thing asked for."""

    SHOWN = "shown"  # They show it.
    LATE = "late"  # They show it after the day by which it was asked for.
    AGAINST = "against"  # They show the contrary.
    MISSING = "missing"  # They do not show it; it may have been all the same.
    NOT_ASKED = "not-asked"  # The pack does not ask for it.


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that a pack asks for.

    Attributes:
        what: What, as the sentences name it.
        rule: The rule that asks for it.
        answer: What the facts show.
        about: The party or person it is asked of; empty: of the proposal.
        events: The events that show it.
        on: The day that the answer names; None: it names none.
        values: Numbers that the sentence names.
    """

    what: str
    rule: Rule
    answer: Answer
    about: str = ""
    events: tuple[str, ...] = ()
    on: dt.date | None = None
    values: Mapping[str, str | int] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """Return the step as plain values."""
        return {
            "what": self.what,
            "rule": str(self.rule),
            "answer": str(self.answer),
            "about": self.about,
            "events": list(self.events),
            "on": None if self.on is None else self.on.isoformat(),
            "values": dict(self.values),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """What one pack asks of a decision, and what the facts show.

    Attributes:
        conflicts: Who is conflicted, and who is left to decide.
        movements: What it adds up with.
        decided: The day it was decided.
        sides: Each party that needs an approval of its own under the pack.
        steps: What is asked for, in the order of the rules.
        is_held: Whether the pack holds it until the disinterested have decided.
        is_in_force: Whether the pack governed on the day it was decided.
    """

    conflicts: Conflicts
    movements: Movements
    decided: dt.date
    sides: tuple[Side, ...]
    steps: tuple[Step, ...]
    is_held: bool
    is_in_force: bool

    @property
    def pack(self) -> Pack:
        """Return the rules."""
        return self.conflicts.pack

    @property
    def aggregate(self) -> Aggregate | None:
        """Return what the decision comes to with earlier dealings; None: its parties are not related."""
        return self.movements.aggregates.get(self.conflicts.proposal.id)

    def count(self, *answers: Answer) -> int:
        """Return how many steps have one of some answers."""
        return sum(step.answer in answers for step in self.steps)

    @property
    def asked(self) -> tuple[Step, ...]:
        """Return the steps that the pack asks for."""
        return tuple(step for step in self.steps if step.answer is not Answer.NOT_ASKED)


def walk_decision(conflicts: Conflicts, movements: Movements) -> Walk:
    """Return what a pack asks of a decision, and what the facts show of it.

    Args:
        conflicts: Who is conflicted on it, under the pack.
        movements: The register under the same pack, with the proposal assessed.
    """
    return _Walking(conflicts, movements).walk()


class _Walking:
    """Walks through one decision under one pack."""

    def __init__(self, conflicts: Conflicts, movements: Movements) -> None:
        self._conflicts = conflicts
        self._movements = movements
        self._pack = conflicts.pack
        self._proposal: Proposal = conflicts.proposal
        self._decided = conflicts.day
        entities = tuple(
            entity_of(conflicts.world, party, graph=conflicts.graph, span=conflicts.span)
            for party in conflicts.entities
        )
        needed = needed_sides(entities, pack=self._pack)
        self._sides = tuple(side for side in conflicts.sides if side.entity in needed)
        self._events = _read_events(conflicts.world)
        self._aggregate = movements.aggregates.get(self._proposal.id)

    def walk(self) -> Walk:
        is_held = bool(self._conflicts.conflicted) and (
            self._is_record() or self._pack.needs_conflict_below_materiality
        )
        return Walk(
            conflicts=self._conflicts,
            movements=self._movements,
            decided=self._decided,
            sides=self._sides,
            steps=tuple(self._steps(is_held=is_held)),
            is_held=is_held,
            is_in_force=self._pack.governs(self._decided),
        )

    def _is_record(self) -> bool:
        return self._aggregate is not None and self._aggregate.is_record

    def _steps(self, *, is_held: bool) -> Iterator[Step]:
        yield from self._record()
        yield self._decider()
        for person in self._conflicts.conflicted:
            yield self._event_step("recusal", Rule.RECUSAL, kind=Kind.RECUSAL, about=person, is_asked=is_held)
            yield self._disclosed_interests(person)
        for side in self._sides:
            yield self._told(side.entity, is_asked=is_held)
            yield self._approval(side, is_asked=is_held)
            yield self._memo(side.entity, is_asked=is_held)
        yield from self._losses()

    def _record(self) -> Iterator[Step]:
        for party in self._conflicts.entities if self._conflicts.conflicted else ():
            step = self._event_step(
                "record", Rule.MATERIALITY, kind=Kind.RECORD, about=party, is_asked=self._is_record()
            )
            # A record made later is still one.
            yield step if step.answer is not Answer.LATE else _with(step, Answer.SHOWN)

    def _decider(self) -> Step:
        person = self._proposal.decided_by
        is_conflicted = person in self._conflicts.conflicted
        named = Answer.AGAINST if is_conflicted else Answer.SHOWN
        answer = named if person else Answer.MISSING
        return Step(what="decider", rule=Rule.ELIGIBLE, answer=answer, about=person, on=self._decided)

    def _disclosed_interests(self, person: str) -> Step:
        """Return whether every interest that conflicts was disclosed by the day of the decision."""
        own = [one for one in self._conflicts.standings if one.person == person and one.is_conflicted]
        ties = {
            tie
            for standing in own
            for stake in standing.conflicting
            for path in stake.paths
            for link in path.steps
            for tie in link.ties
            if not tie.is_claimed
        }
        days = [tie.disclosed_on for tie in ties]
        known = [day for day in days if day is not None]
        values = {"count": len(ties), "without": len(days) - len(known)}
        if len(known) < len(days):
            answer, day = Answer.MISSING, None
        else:
            day = max(known, default=None)
            is_late = day is not None and day > self._decided
            answer = Answer.LATE if is_late else Answer.SHOWN
        return Step(
            what="interests", rule=Rule.ATTESTATION, answer=answer, about=person, on=day, values=values
        )

    def _told(self, party: str, *, is_asked: bool) -> Step:
        """Return whether the facts of the proposal were told to a party's side before it was decided."""
        step = self._event_step("told", Rule.DISCLOSURE, kind=Kind.DISCLOSURE, about=party, is_asked=is_asked)
        public = self._proposal.public_on
        if step.answer is Answer.MISSING and public is not None:
            answer = Answer.LATE if public > self._decided else Answer.SHOWN
            step = _with(step, answer, on=public)
        late = 0 if step.on is None else (step.on - self._decided).days
        return _with(step, step.answer, values={"days": late})

    def _approval(self, side: Side, *, is_asked: bool) -> Step:
        step = self._event_step(
            "approval", Rule.BOTH_SIDES, kind=Kind.APPROVAL, about=side.entity, is_asked=is_asked
        )
        if step.answer is Answer.LATE and not self._pack.is_prior:
            step = _with(step, Answer.SHOWN)
        members = len(side.left) + len(side.conflicted)
        is_board_out = needs_committee(conflicted=len(side.conflicted), members=members, pack=self._pack)
        values = {
            "members": members,
            "left": len(side.left),
            "majority": len(side.left) // 2 + 1,
            "needs_committee": int(is_board_out),
            "committee_least": self._pack.committee_least,
        }
        return _with(step, step.answer, values=values)

    def _memo(self, party: str, *, is_asked: bool) -> Step:
        least, total = self._pack.memo_from_usd, self._aggregate
        is_over = (
            least is not None
            and total is not None
            and (bool(total.total.unvalued) or total.total.high >= least)
        )
        return self._event_step("memo", Rule.MEMO, kind=Kind.MEMO, about=party, is_asked=is_asked and is_over)

    def _losses(self) -> Iterator[Step]:
        """Yield what was given for the units that each party lost, and whether it was told."""
        moved = [
            (giver, receiver, units)
            for proposed in self._movements.proposed
            if proposed.proposal.id == self._proposal.id
            for (giver, receiver, _), units in proposed.units.items()
            if giver not in {STOCK, receiver}
        ]
        for party in sorted({giver for giver, _, _ in moved}):
            lost = sum(units for giver, _, units in moved if giver == party)
            back = sum(units for _, receiver, units in moved if receiver == party)
            paid = self._paid(party, by={receiver for giver, receiver, _ in moved if giver == party})
            yield Step(
                what="compensation",
                rule=Rule.MAKE_GOOD,
                answer=Answer.SHOWN if paid else Answer.MISSING,
                about=party,
                events=paid,
                values={"lost": lost, "back": back},
            )
            notice = self._event_step("notice", Rule.NOTICES, kind=Kind.NOTICE, about=party, is_asked=True)
            yield _with(notice, notice.answer, values={"days": self._pack.notice_days})

    def _paid(self, party: str, *, by: set[str]) -> tuple[str, ...]:
        """Return the events and transfers of money by which a party was paid from the decision on."""
        events = self._found(Kind.COMPENSATION, about=party)
        since = [event.name for event in events if event.on >= self._decided]
        money = [
            one.transfer
            for one in self._movements.transfers
            if one.kind == "money" and one.receiver == party and one.giver in by and one.on >= self._decided
        ]
        return (*since, *money)

    def _found(self, kind: Kind, *, about: str) -> list[_Event]:
        return [event for event in self._events if event.kind == kind and about in event.parties]

    def _event_step(self, what: str, rule: Rule, *, kind: Kind, about: str, is_asked: bool) -> Step:
        """Return whether an event of a kind names somebody, by the day of the decision or after it."""
        events = self._found(kind, about=about)
        before = [event for event in events if event.on <= self._decided]
        if before:
            answer = Answer.SHOWN
        elif not is_asked:
            answer = Answer.NOT_ASKED
        else:
            answer = Answer.LATE if events else Answer.MISSING
        shown = before[-1:] or events[:1]
        return Step(
            what=what,
            rule=rule,
            answer=answer,
            about=about,
            events=tuple(event.name for event in shown),
            on=shown[0].on if shown else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    """A row of the table `events`, as far as a walk looks at it."""

    name: str
    kind: str
    on: dt.date
    parties: frozenset[str]


def _read_events(world: World) -> list[_Event]:
    rows = world.table("events").select("event", "kind", "on", "parties").sort("on", "event").iter_rows()
    return [
        _Event(name=name, kind=kind, on=on, parties=frozenset(parties or ()))
        for name, kind, on, parties in rows
    ]


def _with(
    step: Step,
    answer: Answer,
    *,
    on: dt.date | None = None,
    values: Mapping[str, str | int] | None = None,
) -> Step:
    """Return a step with another answer, and with another day or other values where they are given."""
    return replace(step, answer=answer, on=on or step.on, values=step.values if values is None else values)
