"""What a decision log has to have in it before a change may be applied: counted the slow way, from the acts alone.

It shares no code with the rules it checks: a list of what was done, and questions asked of that list.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from fractions import Fraction

from apportion.govern import acts
from apportion.govern.acts import Act, Choice
from apportion.govern.facts import Analysis
from apportion.govern.packs import Majority, Pack, Sides


@dataclass
class Done:
    """One act that went through.

    Attributes:
        at: When.
        act: What.
        analysis: What was frozen by it; None: nothing.
        conflicted: Who the world, or the ties frozen before, showed as conflicted then.
    """

    at: dt.datetime
    act: Act
    analysis: Analysis | None
    conflicted: frozenset[str]


@dataclass
class Memory:
    """All that went through, in order, and under which pack each proposal stands."""

    done: list[Done] = field(default_factory=list)
    packs: dict[str, Pack] = field(default_factory=dict)

    def of(self, name: str) -> list[Done]:
        """Return what was done to a proposal."""
        return [one for one in self.done if one.act.proposal == name]

    def standing(self, name: str) -> list[Done]:
        """Return what was done since its last analysis, if nothing undid that."""
        since: list[Done] = []
        for one in self.of(name):
            if isinstance(one.act, acts.Analyse):
                since = [one]
            elif isinstance(one.act, acts.FactsChanged | acts.ChangePack):
                since = []
            elif since:
                since.append(one)
        return since

    def frozen(self, name: str) -> Analysis | None:
        """Return what is frozen; None: nothing stands."""
        since = self.standing(name)
        return since[0].analysis if since else None

    def conflicted(self, name: str) -> frozenset[str]:
        """Return who ever was conflicted on a proposal."""
        return frozenset().union(*(one.conflicted for one in self.of(name)))

    def aside(self, name: str) -> frozenset[str]:
        """Return who stepped aside."""
        return frozenset(one.act.by for one in self.of(name) if isinstance(one.act, acts.Recuse))

    def never(self, name: str) -> frozenset[str]:
        """Return who put it forward, decided it or wrote about it."""
        frozen = self.frozen(name)
        authors = {
            one.act.by
            for one in self.of(name)
            if isinstance(one.act, acts.Propose | acts.Memo | acts.Analyse)
        }
        return frozenset(authors | {frozen.decided_by or "" if frozen else ""})

    def worth(self, name: str) -> Fraction | None:
        """Return what a proposal and everything like it is worth; None: not known."""
        frozen = self.frozen(name)
        if frozen is None or frozen.value is None:
            return None
        total = frozen.value.high
        for other in self.packs:
            ended = any(isinstance(one.act, acts.Withdraw | acts.Lapse) for one in self.of(other))
            last = [one.analysis for one in self.of(other) if one.analysis is not None]
            if other == name or not last or (ended and not self.is_applied(other)) or self.is_rejected(other):
                continue
            # In the worlds that are drawn everything passes between the same two, in one SKU, within a year.
            for dealing in last[-1].dealings:
                if dealing.value is None:
                    return None
                total += dealing.value.high
        return total

    def is_applied(self, name: str) -> bool:
        """Return whether a proposal was applied."""
        return any(isinstance(one.act, acts.Apply) for one in self.of(name))

    def is_rejected(self, name: str) -> bool:
        """Return whether a needed side could not approve any more at some vote before it was applied."""
        return name in self.rejected

    rejected: set[str] = field(default_factory=set)

    def note(self, one: Done) -> None:
        """Remember what went through."""
        self.done.append(one)
        name = one.act.proposal
        if self.frozen(name) is not None and not self.is_applied(name) and self.is_open(name):
            needed = self.needed(name)
            if any(self.cannot(name, side, now=one.at) for side in needed):
                self.rejected.add(name)

    def is_open(self, name: str) -> bool:
        """Return whether votes are taken."""
        return any(isinstance(one.act, acts.OpenReview) for one in self.standing(name))

    def needed(self, name: str) -> list[str]:
        """Return the sides that have to approve."""
        frozen = self.frozen(name)
        if frozen is None:
            return []
        which = self.packs[name].sides
        chosen = [
            one.id
            for one in frozen.entities
            if which is Sides.ALL
            or (which is Sides.LISTED and one.is_listed)
            or (which is Sides.OUTSIDE_OWNERS and one.has_outside_owners)
        ]
        return chosen or [one.id for one in frozen.entities]

    def forum(
        self, name: str, side: str, *, now: dt.datetime
    ) -> tuple[set[str], set[str], acts.Convene | None]:
        """Return a side's board, its forum, and the committee that it is."""
        frozen, today = self.frozen(name), now.date()
        seats = frozen.seats if frozen else ()
        board = {
            one.person
            for one in seats
            if one.entity == side and (one.until_on is None or today < one.until_on)
        }
        formed = [
            one.act
            for one in self.standing(name)
            if isinstance(one.act, acts.Convene) and one.act.side == side
        ]
        return board, (board & set(formed[-1].members) if formed else board), (formed[-1] if formed else None)

    def said(self, name: str, side: str, *, now: dt.datetime) -> dict[str, Choice]:
        """Return what each member whose vote counts says."""
        _, forum, _ = self.forum(name, side, now=now)
        out = self.conflicted(name) | self.aside(name) | self.never(name)
        told: dict[str, Choice] = {}
        seen: set[str] = set()
        for one in self.standing(name):
            if isinstance(one.act, acts.Acknowledge):
                seen.add(one.act.by)
            if isinstance(one.act, acts.Vote) and one.act.side == side and one.act.by in seen:
                told[one.act.by] = one.act.choice
        return {
            by: choice
            for by, choice in told.items()
            if by in forum - out and self.attested(by, name=name, now=now)
        }

    def attested(self, person: str, *, name: str, now: dt.datetime) -> bool:
        """Return whether somebody's last attestation is no older than the pack lets it be."""
        kinds = acts.Disclose | acts.Acknowledge | acts.Attest | acts.Vote
        days = [one.at.date() for one in self.done if one.act.by == person and isinstance(one.act, kinds)]
        return bool(days) and now.date() <= max(days) + dt.timedelta(days=self.packs[name].attestation_days)

    def may(self, name: str, side: str, *, now: dt.datetime) -> bool:
        """Return whether a side's forum may decide and reject at all."""
        board, forum, committee = self.forum(name, side, now=now)
        shut, pack = self.conflicted(name) | self.aside(name), self.packs[name]
        if committee is None:
            return bool(forum - shut) and len(board & shut) * 100 <= pack.board_conflicted_percent * len(
                board
            )
        has_power = committee.may_negotiate and committee.may_reject
        return len(forum - shut) >= pack.committee_least and (has_power or not pack.needs_power_to_reject)

    def approves(self, name: str, side: str, *, now: dt.datetime) -> bool:
        """Return whether a side approves: a majority of its unconflicted members then serving says yes."""
        if not self.may(name, side, now=now):
            return False
        said = list(self.said(name, side, now=now).values())
        _, forum, _ = self.forum(name, side, now=now)
        serving = len(forum - self.conflicted(name) - self.aside(name))
        pack, yes, no = self.packs[name], said.count(Choice.YES), said.count(Choice.NO)
        if pack.majority is Majority.SERVING:
            return yes > serving - yes
        return Fraction(len(said), serving) >= pack.quorum_percent / 100 and yes > no

    def cannot(self, name: str, side: str, *, now: dt.datetime) -> bool:
        """Return whether a side cannot approve any more by the votes that are cast."""
        said = self.said(name, side, now=now)
        against = {by for by, choice in said.items() if choice is not Choice.YES}
        if not against or not self.may(name, side, now=now):
            return False
        _, forum, _ = self.forum(name, side, now=now)
        left = forum - self.conflicted(name) - self.aside(name)
        still = len(left - self.never(name) - against)
        if self.packs[name].majority is Majority.SERVING:
            return still <= len(left) - still
        return still <= list(said.values()).count(Choice.NO)

    def may_apply(self, name: str, *, now: dt.datetime) -> bool:
        """Return whether a proposal may be applied now, by its votes, its size or its emergency."""
        if not self.standing(name):
            return False
        pack, worth = self.packs[name], self.worth(name)
        is_small = worth is not None and worth < pack.materiality_usd
        if is_small and self.conflicted(name) and not pack.needs_conflict_below_materiality:
            return True
        needed = self.needed(name)
        approve = [side for side in needed if self.approves(name, side, now=now)]
        opened = [one.act for one in self.standing(name) if isinstance(one.act, acts.OpenReview)]
        if not opened or name in self.rejected:
            return False
        if opened[-1].emergency:
            out = self.conflicted(name) | self.aside(name) | self.never(name)
            return any(
                sum(
                    self.attested(one, name=name, now=now) for one in self.forum(name, side, now=now)[1] - out
                )
                >= pack.emergency_least
                for side in approve
            ) or (len(approve) == len(needed))
        return bool(needed) and len(approve) == len(needed)
