"""Held means held: the world as it stands, with the decision log laid over the files.

What was decided and applied is carried out; what waits for a decision, or was refused one, is not made, and the
tables say so. What the files move between parties tied by a conflict without a decision is put back.

Source: ``docs/concepts/held.md``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import cast

from apportion.errors import Finding, FindingsError, in_order
from apportion.govern.attempts import Attempt, finding_of, made_by, placed, with_bookings
from apportion.govern.bookings import put_bookings_back
from apportion.govern.carry import carried_out, joined
from apportion.govern.doors import Answer, Doors
from apportion.govern.frozen import Changed, Frozen, Later, changes_since, with_later, with_settled
from apportion.govern.put_back import put_back
from apportion.govern.rows import PlainRow
from apportion.govern.shipped import check_sent, with_shipments, without_new_shipments
from apportion.govern.ties import read_ties
from apportion.govern.undecided import waiting_of, with_undecided
from apportion.model.proposal import Proposal
from apportion.model.world import World

__all__ = ["Answer", "Attempt", "Frozen", "Held", "Standing", "carried_out", "stand"]

Pair = frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What the decision log says of a scenario.

    Attributes:
        frozen: What stood at its first event.
        applied: The proposals approved and applied, in the order in which they were.
        open: Those that wait for a decision or for being applied; what they would send counts as not decided.
        refused: Those rejected, withdrawn or lapsed: not made, and nothing waits for them.
        conflicted_pairs: Each two parties that somebody's conflict ties on a proposal of the log.
        settled: Digests of attempts that a decision has let stand.
        later: What `Standing.news` gave at later events of the log: from then on it counts as frozen too.
    """

    frozen: Frozen
    applied: tuple[Proposal, ...] = ()
    open: tuple[Proposal, ...] = ()
    refused: tuple[Proposal, ...] = ()
    conflicted_pairs: frozenset[Pair] = frozenset()
    settled: frozenset[str] = frozenset()
    later: Later = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A world with the log laid over it.

    Attributes:
        world: The facts as they stand.
        findings: What was put back, as warnings; what stops, as errors: nothing is to be planned then.
        attempts: Every change since the freeze that no applied proposal makes, in the order of tables and keys.
    """

    world: World
    findings: tuple[Finding, ...] = ()
    attempts: tuple[Attempt, ...] = ()

    @property
    def held(self) -> tuple[Attempt, ...]:
        """Return the attempts that do not stand: put back, or stopping everything."""
        return tuple(one for one in self.attempts if one.answer is not Answer.TOLD)

    @property
    def news(self) -> Later:
        """Return the lots and orders that are new and stand: what an event that looks at them freezes as well."""
        new = [one.changed for one in self.attempts if one.answer is Answer.TOLD and one.changed.was is None]
        return {
            table: tuple(cast("PlainRow", one.now) for one in new if one.table == table and not one.column)
            for table in ("supply", "orders")
        }


def stand(world: World, held: Held) -> Standing:
    """Return the world as it stands: what was applied is carried out, what nobody decided is not made.

    Args:
        world: The facts as the files state them.
        held: What the log says.
    """
    stated = Frozen.from_world(world)
    first = with_settled(held.frozen, stated, settled=held.settled)
    frozen = with_later(first, held.later)
    ties = read_ties(frozen, world, pairs=held.conflicted_pairs)
    doors = Doors(frozen, stated, ties=ties)
    attempts = [_attempt(change, doors) for change in changes_since(frozen, stated)]
    undone = [one.changed for one in attempts if one.answer is Answer.PUT_BACK]
    mended = joined(put_back(world, undone, frozen=frozen, doors=doors), frozen=frozen, applied=held.applied)
    later = {str(row["lot"]) for row in frozen.tables["supply"]} - {
        str(row["lot"]) for row in first.tables["supply"]
    }
    returned = put_bookings_back(mended, frozen=frozen, later=later, ties=ties)
    known = {str(row["shipment"]) for row in frozen.tables["shipments"]}
    carried, findings = _carry(returned.world, held.applied, known=known)
    sent = {one.shipment: one for one in check_sent(carried, known=known, ties=ties)}
    waiting = [*waiting_of(carried, held.open), *returned.waiting]
    made = made_by(world, before=returned.world, after=carried) if held.applied else ()
    shipments = {name: one.parties for name, one in sent.items()}
    attempts = [
        one
        for one in placed(with_bookings(attempts, lots=returned.lots, shipments=shipments), world)
        if (one.changed.table, one.changed.key) not in made
    ]
    told = [
        finding_of(one)
        for one in attempts
        if one.answer is not Answer.TOLD and one.changed.table != "shipments"
    ]
    return Standing(
        world=with_undecided(carried, waiting),
        findings=tuple(in_order([*findings, *(one.finding for one in sent.values()), *told])),
        attempts=tuple(attempts),
    )


def _attempt(change: Changed, doors: Doors) -> Attempt:
    answer, parties = doors.answer(change)
    return Attempt(changed=change, answer=answer, parties=parties)


def _carry(
    world: World, applied: Iterable[Proposal], *, known: Collection[str]
) -> tuple[World, list[Finding]]:
    """Return the world with applied proposals carried out in order, and why one cannot be any more.

    Their moves are those of the units that had not shipped when they were decided, so what has shipped since does
    not count while they are carried out.
    """
    proposals, shipments = list(applied), world.tables.get("shipments")
    if not proposals:
        return world, []
    standing, findings = without_new_shipments(world, known), list[Finding]()
    for proposal in proposals:
        try:
            standing = carried_out(standing, proposal)
        except FindingsError as refused:
            findings.extend(refused.findings)
    if shipments is not None:
        standing = with_shipments(standing, shipments, known=known)
    return standing, findings
