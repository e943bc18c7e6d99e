"""What an event does to where all stands. It asks no rule: `decision.py` does, before anything is stored or read.

An approval, a rejection and the marks are found here from the votes and the frozen facts, after every event.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace

from apportion.digest import digest
from apportion.govern import acts
from apportion.govern import state as kept
from apportion.govern.at_stake import needs_decision, needs_record
from apportion.govern.eligible import sides
from apportion.govern.events import SYSTEM, Event
from apportion.govern.facts import Analysis, plain
from apportion.govern.packs import Pack
from apportion.govern.register import conflicted_by_register, needs_power_to_reject, register_of
from apportion.govern.rules.carrying import is_enough_in_emergency, is_late
from apportion.govern.state import Case, Mark, State, Status
from apportion.govern.stored import read_act, read_as

_VOTING = frozenset({Status.UNDER_REVIEW, Status.APPROVED})
_ATTESTS = acts.Disclose | acts.Acknowledge | acts.Attest | acts.Vote


def fold(state: State, event: Event) -> State:
    """Return where all stands after an event.

    Raises:
        ValueError: The event does not tell an act.
    """
    act, at = read_act(event), event.time
    bookings = event.body.get("bookings") if state.count == 0 else None
    state = replace(
        state,
        last_at=at,
        count=state.count + 1,
        bookings=bookings if isinstance(bookings, dict) else state.bookings,
        attested={**state.attested, act.by: at} if isinstance(act, _ATTESTS) else state.attested,
    )
    if isinstance(act, acts.Attempt):
        return replace(state, attempts=(*state.attempts, act.content))
    if isinstance(act, acts.Propose):
        return _with(state, _proposed(event))
    case = state.cases.get(act.proposal)
    if case is None:
        return state
    case = case.seen_with(_seen_conflicted(event), by=act.by)
    if isinstance(act, acts.Analyse):
        return _analysed(state, case, event=event)
    changed = _EFFECTS[act.verb](case, act, at=at) if act.verb in _EFFECTS else case
    if isinstance(act, acts.Apply):
        changed = _applied(state, changed, act=act, at=at)
    return _marked(_with(state, _stands(_with(state, changed), changed, at=at)))


def _with(state: State, case: Case) -> State:
    return replace(state, cases={**state.cases, case.proposal: case})


def _seen_conflicted(event: Event) -> frozenset[str]:
    seen = event.body.get("seen")
    listed = seen.get("conflicted") if isinstance(seen, dict) else None
    return (
        frozenset(one for one in listed if isinstance(one, str)) if isinstance(listed, list) else frozenset()
    )


def _proposed(event: Event) -> Case:
    return Case(
        proposal=event.proposal,
        proposer=event.by,
        proposed_at=event.time,
        status=Status.DRAFT,
        pack=read_as(Pack, event.body.get("pack")),
        conflicted=_seen_conflicted(event),
    )


def _analysed(state: State, case: Case, *, event: Event) -> State:
    found, day = read_as(Analysis, event.body.get("analysis")), event.time.date()
    number = case.analyses + 1
    register = register_of(found, state.ties)
    registered = case.registered | conflicted_by_register(register, found, pack=case.pack, day=day)
    concerned = {one.person for one in found.seats} | {found.decided_by or "", case.proposer}
    conflicted = case.conflicted | found.conflicted | (registered & concerned)
    case = replace(
        case,
        status=Status.ANALYSED,
        frozen=found,
        frozen_at=event.time,
        analyses=number,
        # The number keeps what was acknowledged before a change from counting again once it is undone.
        digest=digest({"analysis": plain(found), "pack": case.pack.digest, "number": number}),
        analysts=case.analysts if event.by == SYSTEM else case.analysts | {event.by},
        registered=registered,
        conflicted=conflicted,
        needs_power=needs_power_to_reject(register, found, persons=conflicted, pack=case.pack, day=day),
    )
    new = tuple(row for row in found.ties if row not in state.ties)
    return _marked(_with(replace(state, ties=(*state.ties, *new)), case))


def _drafted(case: Case) -> Case:
    """Return a case whose facts or rules are others now: nothing that was said on the old ones counts (G13)."""
    return replace(
        case,
        status=Status.DRAFT,
        digest="",
        disclosed_at=None,
        committees={},
        emergency=None,
        approved_at=None,
    )


def _acknowledged(case: Case, act: acts.Acknowledge, *, at: dt.datetime) -> Case:
    del at
    return replace(case, acknowledged={**case.acknowledged, act.by: act.digest})


def _convened(case: Case, act: acts.Convene, *, at: dt.datetime) -> Case:
    committee = kept.Committee(
        at=at,
        side=act.side,
        members=act.members,
        found_disinterested_by=act.found_disinterested_by,
        finding=act.finding,
        may_negotiate=act.may_negotiate,
        may_reject=act.may_reject,
    )
    return replace(case, committees={**case.committees, act.side: committee})


def _opened(case: Case, act: acts.OpenReview, *, at: dt.datetime) -> Case:
    emergency = kept.Emergency(at=at, by=act.by, reason=act.reason) if act.emergency else None
    return replace(case, status=Status.UNDER_REVIEW, emergency=emergency)


def _noted(case: Case, act: acts.Memo, *, at: dt.datetime) -> Case:
    one = kept.Memo(at=at, by=act.by, text=act.text, alternatives=act.alternatives, digest=case.digest)
    return replace(case, memos=(*case.memos, one))


def _said(case: Case, act: acts.Statement, *, at: dt.datetime) -> Case:
    one = kept.Statement(at=at, by=act.by, text=act.text, is_conflicted=act.by in case.shut_out)
    return replace(case, statements=(*case.statements, one))


def _voted(case: Case, act: acts.Vote, *, at: dt.datetime) -> Case:
    one = kept.Cast(at=at, by=act.by, side=act.side, choice=act.choice, text=act.text, digest=case.digest)
    return replace(case, votes=(*case.votes, one))


def _lapsed(case: Case, act: acts.Lapse, *, at: dt.datetime) -> Case:
    del act, at
    if case.applied is not None:
        return replace(case, marks=case.marks | {Mark.REVERSE_DUE})
    return replace(case, status=Status.LAPSED, approved_at=None)


def _settled(case: Case, act: acts.Settle, *, at: dt.datetime) -> Case:
    one = kept.Settled(at=at, by=act.by, obligation=act.obligation, units=act.units)
    return replace(case, settled=(*case.settled, one))


def _told(case: Case, act: acts.SendNotice, *, at: dt.datetime) -> Case:
    loser = next(one for one in (case.frozen.losers if case.frozen else ()) if one.party == act.party)
    one = kept.Notice(
        at=at,
        by=act.by,
        party=act.party,
        how=act.how,
        delay_days=loser.delay_days,
        quota_units=loser.quota_units,
        reply_by=at.date() + dt.timedelta(days=case.pack.notice_days),
    )
    return replace(case, notices=(*case.notices, one))


def _overridden(case: Case, act: acts.Override, *, at: dt.datetime) -> Case:
    one = kept.Override(
        at=at,
        by=act.by,
        code=act.code,
        text=act.text,
        winner=act.winner,
        loser=act.loser,
        sku="",
        delta_units=act.delta_units,
    )
    return replace(case, overrides=(*case.overrides, one))


_EFFECTS: Mapping[str, Callable[..., Case]] = {
    "disclose": lambda case, _act, *, at: replace(case, status=Status.DISCLOSED, disclosed_at=at),
    "acknowledge": _acknowledged,
    "convene": _convened,
    "open-review": _opened,
    "memo": _noted,
    "state": _said,
    "recuse": lambda case, act, **_at: replace(case, recused=case.recused | {act.by}),
    "vote": _voted,
    "withdraw": lambda case, _act, **_at: replace(case, status=Status.WITHDRAWN, approved_at=None),
    "facts-changed": lambda case, _act, **_at: _drafted(case),
    "change-pack": lambda case, act, **_at: replace(_drafted(case), pack=act.pack),
    "lapse": _lapsed,
    "settle": _settled,
    "notice": _told,
    "override": _overridden,
    "close": lambda case, _act, **_at: replace(case, status=Status.CLOSED),
}


def overrides_of(case: Case, act: acts.Apply, *, at: dt.datetime) -> tuple[kept.Override, ...]:
    """Return what carrying a proposal out moves by hand: one entry for each of its dealings (G18)."""
    return tuple(
        kept.Override(
            at=at,
            by=act.by,
            code=act.code,
            text=act.text,
            winner=one.taker,
            loser=one.giver,
            sku=one.sku,
            delta_units=one.units,
        )
        for one in (case.frozen.dealings if case.frozen else ())
    )


def _applied(state: State, case: Case, *, act: acts.Apply, at: dt.datetime) -> Case:
    is_decided = needs_decision(state, case)
    every = sides(state, case, now=at)
    is_full = all(one.is_approved for one in every if one.is_needed)
    marks = set(case.marks)
    if is_late(case, now=at):
        marks.add(Mark.RATIFICATION if case.pack.is_prior else Mark.LATER_REVIEW)
    if not is_decided:
        marks.add(Mark.NO_DECISION_NEEDED)
    elif case.emergency is not None:
        marks.add(Mark.EMERGENCY)
    done = kept.Applied(
        at=at,
        by=act.by,
        code=act.code,
        text=act.text,
        late_reason=act.late_reason,
        approved_at=case.approved_at if is_decided else None,
    )
    return replace(
        case,
        status=Status.MAKE_GOOD_DUE if case.obligations else Status.APPLIED,
        applied=done,
        emergency=case.emergency if is_decided else None,
        reviewed_at=at if is_full or not is_decided else None,
        overrides=(*case.overrides, *overrides_of(case, act, at=at)),
        marks=frozenset(marks),
    )


def _stands(state: State, case: Case, *, at: dt.datetime) -> Case:
    """Return a case with what follows from its votes: approved, rejected, reviewed, advisory."""
    if case.status not in _VOTING and not case.awaits_review:
        return case
    every = sides(state, case, now=at)
    needed = [one for one in every if one.is_needed]
    if any(one.is_advisory and (one.yes or one.no or one.abstain) for one in every):
        case = replace(case, marks=case.marks | {Mark.ADVISORY})
    is_full = bool(needed) and all(one.is_approved for one in needed)
    is_lost = any(one.is_lost for one in needed)
    if case.applied is not None:
        marks = case.marks | {Mark.REVERSE_DUE} if is_lost else case.marks
        return replace(case, reviewed_at=at if is_full else None, marks=marks)
    if is_lost:
        return replace(case, status=Status.REJECTED, approved_at=None)
    least = case.pack.emergency_least
    if is_full or (case.emergency is not None and is_enough_in_emergency(every, least=least)):
        return replace(case, status=Status.APPROVED, approved_at=case.approved_at or at)
    return replace(case, status=Status.UNDER_REVIEW, approved_at=None)


def _marked(state: State) -> State:
    """Return where all stands, with a related-party record on each proposal that needs one by now (G4, G5)."""
    new = {
        name: replace(case, marks=case.marks | {Mark.RELATED_PARTY_RECORD})
        for name, case in state.cases.items()
        if Mark.RELATED_PARTY_RECORD not in case.marks and needs_record(state, case)
    }
    return replace(state, cases={**state.cases, **new}) if new else state
