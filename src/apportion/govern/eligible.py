"""Who may approve, side by side, and how each side stands. Counted anew at every vote, at apply, and for a look.

Two sets, and both matter: the *disinterested* are the members of whom a majority is needed (G10), the *eligible*
are those of them whose yes counts (G8). A member who may not approve for another reason than a conflict still
serves, so a forum never passes by waiting for its members' attestations to lapse.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from apportion.govern.acts import Choice
from apportion.govern.facts import Entity
from apportion.govern.packs import Majority, Pack, Sides
from apportion.govern.refusal import Rule
from apportion.govern.state import Case, State

_WHOLE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """How one side's forum stands at a moment.

    Attributes:
        entity: The side.
        is_needed: Whether it needs an approval of its own (G12).
        members: Who serves in its forum: its board, or its committee.
        excluded: Who of them may not approve, and the rule that says so.
        disinterested: Of whom a majority is needed: members neither conflicted nor stepped aside (G10).
        eligible: Whose yes counts: the disinterested whom nothing else bars (G8).
        yes: Who of the eligible says yes, on the facts that are frozen and acknowledged.
        no: Who of them says no.
        abstain: Who of them abstains.
        has_committee: Whether the forum is a committee.
        needs_committee: Whether so much of the board is conflicted that only a committee counts (G9).
        is_accepted: Whether the forum may decide at all: no committee is missing, and none has too few members.
        is_advisory: Whether its mandate lets it not reject, so that its yes approves nothing (G11).
        is_approved: Whether it approves.
        is_lost: Whether it cannot approve any more, by the votes that were cast.
    """

    entity: str
    is_needed: bool
    members: tuple[str, ...]
    excluded: tuple[tuple[str, Rule], ...]
    disinterested: frozenset[str]
    eligible: frozenset[str]
    yes: frozenset[str]
    no: frozenset[str]
    abstain: frozenset[str]
    has_committee: bool
    needs_committee: bool
    is_accepted: bool
    is_advisory: bool
    is_approved: bool
    is_lost: bool


def sides(state: State, case: Case, *, now: dt.datetime) -> tuple[Side, ...]:
    """Return how each side of a proposal stands at a moment, sorted; empty: nothing is frozen."""
    if case.frozen is None:
        return ()
    needed = needed_sides(case.frozen.entities, pack=case.pack)
    names = sorted(entity.id for entity in case.frozen.entities)
    return tuple(_side(state, case, entity=name, is_needed=name in needed, now=now) for name in names)


def needed_sides(entities: tuple[Entity, ...], *, pack: Pack) -> frozenset[str]:
    """Return which sides need an approval of their own; all of them where the pack's test fits none (G12).

    A rule for listed companies says nothing about a deal between two that are not, and nothing is no approval.
    """
    fits = {
        Sides.ALL: frozenset(one.id for one in entities),
        Sides.OUTSIDE_OWNERS: frozenset(one.id for one in entities if one.has_outside_owners),
        Sides.LISTED: frozenset(one.id for one in entities if one.is_listed),
    }[pack.sides]
    return fits or frozenset(one.id for one in entities)


def needs_committee(*, conflicted: int, members: int, pack: Pack) -> bool:
    """Return whether so much of a board is conflicted that only a committee of it counts (G9)."""
    return conflicted * _WHOLE > pack.board_conflicted_percent * members


def is_attested(state: State, person: str, *, pack: Pack, now: dt.datetime) -> bool:
    """Return whether a person's attestation of interests still holds (G20).

    With 365 days it holds on day 365 after the day it was given, and no longer on day 366.
    """
    given = state.attested.get(person)
    return given is not None and (now.date() - given.date()).days <= pack.attestation_days


def _side(state: State, case: Case, *, entity: str, is_needed: bool, now: dt.datetime) -> Side:
    board = () if case.frozen is None else case.frozen.members(entity, day=now.date())
    committee = case.committees.get(entity)
    members = board if committee is None else tuple(one for one in board if one in committee.members)
    excluded = tuple(
        (member, rule)
        for member in members
        for rule in [_excludes(state, case, member=member, now=now)]
        if rule is not None
    )
    disinterested = frozenset(members) - case.shut_out
    eligible = disinterested - {member for member, _ in excluded}
    said = _said(case, entity=entity, eligible=eligible)
    shut = len(case.shut_out.intersection(board))
    is_board_out = needs_committee(conflicted=shut, members=len(board), pack=case.pack)
    least = 1 if committee is None else case.pack.committee_least
    is_accepted = (committee is not None or not is_board_out) and len(disinterested) >= least
    has_power = committee is None or (committee.may_negotiate and committee.may_reject)
    is_advisory = case.needs_power and not has_power
    counts = is_accepted and not is_advisory
    return Side(
        entity=entity,
        is_needed=is_needed,
        members=members,
        excluded=excluded,
        disinterested=disinterested,
        eligible=eligible,
        yes=said[Choice.YES],
        no=said[Choice.NO],
        abstain=said[Choice.ABSTAIN],
        has_committee=committee is not None,
        needs_committee=is_board_out,
        is_accepted=is_accepted,
        is_advisory=is_advisory,
        is_approved=counts and _is_majority(said, of=len(disinterested), pack=case.pack),
        is_lost=counts
        and _is_lost(
            said, disinterested=disinterested - case.barred, serving=len(disinterested), pack=case.pack
        ),
    )


def _excludes(state: State, case: Case, *, member: str, now: dt.datetime) -> Rule | None:
    if member in case.shut_out:
        return Rule.RECUSAL
    if member in case.barred:
        return Rule.PROPOSER
    return None if is_attested(state, member, pack=case.pack, now=now) else Rule.ATTESTATION


def _said(case: Case, *, entity: str, eligible: frozenset[str]) -> dict[Choice, frozenset[str]]:
    """Return who says what: the eligible who acknowledged the very facts that are frozen, by their last vote."""
    counting = {
        by: cast.choice
        for (side, by), cast in case.counting.items()
        if side == entity and by in eligible and case.acknowledged.get(by) == case.digest
    }
    return {choice: frozenset(by for by, one in counting.items() if one is choice) for choice in Choice}


def _is_majority(said: dict[Choice, frozenset[str]], *, of: int, pack: Pack) -> bool:
    """Return whether enough say yes: of those serving; or of yes and no, once a quorum has voted at all."""
    yes, no = len(said[Choice.YES]), len(said[Choice.NO])
    if pack.majority is Majority.SERVING:
        return 2 * yes > of
    voted = yes + no + len(said[Choice.ABSTAIN])
    return voted * _WHOLE >= pack.quorum_percent * of and yes > no


def _is_lost(
    said: dict[Choice, frozenset[str]], *, disinterested: frozenset[str], serving: int, pack: Pack
) -> bool:
    """Return whether the votes against and aside leave no way to enough yes.

    Args:
        said: Who says what.
        disinterested: Who might still say yes or does.
        serving: Of how many a majority is needed.
        pack: The pack.
    """
    against = said[Choice.NO] | said[Choice.ABSTAIN]
    if not against:
        return False
    still = len(disinterested - against)
    return 2 * still <= serving if pack.majority is Majority.SERVING else still <= len(said[Choice.NO])
