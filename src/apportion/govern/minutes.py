"""Minutes: what was done to a proposal, made from the events alone and from nothing else (G25).

Every event of the proposal gives one entry, and so does what follows from it. A vote that was replaced or became
void stays; so do dissent and abstention, in the words of whoever cast them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from apportion.govern import acts
from apportion.govern.acts import Act, Choice
from apportion.govern.events import SYSTEM, Event
from apportion.govern.fold import fold
from apportion.govern.state import Case, Mark, State, Status
from apportion.govern.stored import read_act

_DELIBERATION = acts.Vote | acts.Memo | acts.Convene


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the minutes.

    Attributes:
        at: When.
        by: Who; empty where the viewer may not see it.
        key: The sentence's key in the words, e.g. ``minutes.vote-no``.
        values: What the sentence names.
        text: What was said, in the words of whoever said it; empty: nothing.
        is_hidden: Whether the viewer may not see it: deliberation before a conflicted person (G7).
    """

    at: dt.datetime
    by: str
    key: str
    values: Mapping[str, str | int] = field(default_factory=dict)
    text: str = ""
    is_hidden: bool = False


def minutes(
    events: Iterable[Event],
    *,
    proposal: str,
    viewer: str | None = None,
    forums: Collection[str] | None = None,
) -> tuple[Entry, ...]:
    """Return the minutes of a proposal as somebody may see them; None: as whoever may see all.

    Args:
        events: The events of a log that `replay` accepts, in order.
        proposal: The proposal.
        viewer: Who looks. From whoever is conflicted or stepped aside, now or later, votes, memos and committees
            are withheld, not left out: that there is something, and when, is no secret.
        forums: The sides whose forum they may hear; None: all. Of other forums votes and committees are withheld;
            from who hears none, memos too.
    """
    state = State()
    found: list[tuple[Act, Entry]] = []
    for event in events:
        before, state = state, fold(state, event)
        if event.proposal == proposal:
            act = read_act(event)
            found.extend((act, entry) for entry in _entries(before, state, event=event, act=act))
    case = state.cases.get(proposal)
    is_shut_out = viewer is not None and case is not None and not may_see_deliberation(case, viewer)
    heard = frozenset[str]() if is_shut_out else forums
    return tuple(_seen(entry, act=act, forums=heard) for act, entry in found)


def may_see_deliberation(case: Case, person: str) -> bool:
    """Return whether somebody may see votes, memos and committees: not who is conflicted or stepped aside (G7)."""
    return person not in case.shut_out


def is_heard(act: Act, *, forums: Collection[str] | None) -> bool:
    """Return whether whoever hears these forums may see an act: a memo from any of them on; None: they hear all."""
    if forums is None or not isinstance(act, _DELIBERATION):
        return True
    return bool(forums) if isinstance(act, acts.Memo) else act.side in forums


def _seen(entry: Entry, *, act: Act, forums: Collection[str] | None) -> Entry:
    """Return an entry as whoever hears these forums sees it; what follows from votes is no deliberation."""
    if entry.by == SYSTEM or is_heard(act, forums=forums):
        return entry
    return Entry(at=entry.at, by="", key="minutes.withheld", is_hidden=True)


def _entries(before: State, after: State, *, event: Event, act: Act) -> Iterator[Entry]:
    then, now = before.cases.get(event.proposal), after.cases.get(event.proposal)
    if now is None:
        return
    key, values, text = _TELLS[act.verb](act, now)
    if isinstance(act, acts.FactsChanged | acts.ChangePack) and then is not None:
        values = {**values, "count": len(then.counting)}
    yield Entry(at=event.time, by=event.by, key=key, values={"person": event.by, **values}, text=text)
    yield from (Entry(at=event.time, by=SYSTEM, key=one) for one in _followed(then, now))


def _followed(then: Case | None, now: Case) -> Iterator[str]:
    """Yield the key of each thing that followed from an event by itself."""
    was = None if then is None else then.status
    if now.status is not was and now.status is Status.APPROVED:
        yield "minutes.approved" if now.emergency is None else "minutes.approved-emergency"
    if now.status is not was and now.status is Status.REJECTED:
        yield "minutes.rejected"
    if was is Status.APPROVED and now.status is Status.UNDER_REVIEW:
        yield "minutes.no-longer-approved"
    if then is not None and then.awaits_review and now.reviewed_at is not None:
        yield "minutes.reviewed"
    if Mark.REVERSE_DUE in now.marks and (then is None or Mark.REVERSE_DUE not in then.marks):
        yield "minutes.reverse-due"
    if Mark.RELATED_PARTY_RECORD in now.marks and (
        then is None or Mark.RELATED_PARTY_RECORD not in then.marks
    ):
        yield "minutes.related-party-record"


Told = tuple[str, dict[str, str | int], str]


def _convened(act: acts.Convene, case: Case) -> Told:
    del case
    has_power = act.may_negotiate and act.may_reject
    key = "minutes.convene" if has_power else "minutes.convene-advisory"
    return key, {"side": act.side, "members": ", ".join(act.members)}, act.finding


def _opened(act: acts.OpenReview, case: Case) -> Told:
    del case
    return ("minutes.open-emergency" if act.emergency else "minutes.open-review"), {}, act.reason


def _said(act: acts.Statement, case: Case) -> Told:
    is_conflicted = case.statements[-1].is_conflicted
    return ("minutes.statement-conflicted" if is_conflicted else "minutes.statement"), {}, act.text


def _voted(act: acts.Vote, case: Case) -> Told:
    del case
    keys = {
        Choice.YES: "minutes.vote-yes",
        Choice.NO: "minutes.vote-no",
        Choice.ABSTAIN: "minutes.vote-abstain",
    }
    return keys[act.choice], {"side": act.side}, act.text


def _applied(act: acts.Apply, case: Case) -> Told:
    keys = {
        Mark.RATIFICATION: "minutes.apply-ratification",
        Mark.LATER_REVIEW: "minutes.apply-later-review",
        Mark.NO_DECISION_NEEDED: "minutes.apply-undecided",
        Mark.EMERGENCY: "minutes.apply-emergency",
    }
    key = next((keys[mark] for mark in keys if mark in case.marks), "minutes.apply")
    text = f"{act.text} / {act.late_reason}" if act.late_reason else act.text
    return key, {"code": act.code}, text


def _noticed(act: acts.SendNotice, case: Case) -> Told:
    return "minutes.notice", {"party": act.party, "reply_by": case.notices[-1].reply_by.isoformat()}, act.how


def _lapsed(act: acts.Lapse, case: Case) -> Told:
    del act
    return ("minutes.lapse" if case.applied is None else "minutes.lapse-emergency"), {}, ""


def _overridden(act: acts.Override, case: Case) -> Told:
    del case
    values: dict[str, str | int] = {
        "code": act.code,
        "winner": act.winner,
        "loser": act.loser,
        "count": act.delta_units,
    }
    return "minutes.override", values, act.text


def _analysed(act: acts.Analyse, case: Case) -> Told:
    del act
    frozen = case.frozen
    values: dict[str, str | int] = {
        "digest": case.digest,
        "conflicted": 0 if frozen is None else len(frozen.conflicted),
        "effective_on": "" if frozen is None else frozen.effective_on.isoformat(),
    }
    return "minutes.analyse", values, ""


def _tried(act: acts.Attempt) -> Told:
    """Return an attempt: of somebody who was refused who, what and by which rule, else that the files made it."""
    said = {name: str(act.content.get(name, "")) for name in ("person", "verb", "rule")}
    if not all(said.values()):
        return "minutes.attempt", {}, ""
    return (
        "minutes.attempt-refused",
        {"tried_by": said["person"], "verb": said["verb"], "rule": said["rule"]},
        "",
    )


_TELLS: Mapping[str, Callable[[Any, Case], Told]] = {
    "propose": lambda _act, case: (
        "minutes.propose",
        {"proposal": case.proposal, "pack": case.pack.name},
        "",
    ),
    "analyse": _analysed,
    "disclose": lambda act, _case: ("minutes.disclose", {}, act.text),
    "acknowledge": lambda act, _case: ("minutes.acknowledge", {"digest": act.digest}, ""),
    "attest": lambda _act, _case: ("minutes.attest", {}, ""),
    "convene": _convened,
    "open-review": _opened,
    "memo": lambda act, _case: ("minutes.memo", {"alternatives": ", ".join(act.alternatives)}, act.text),
    "state": _said,
    "recuse": lambda act, _case: ("minutes.recuse", {}, act.reason),
    "vote": _voted,
    "withdraw": lambda act, _case: ("minutes.withdraw", {}, act.reason),
    "apply": _applied,
    "facts-changed": lambda _act, _case: ("minutes.facts-changed", {}, ""),
    "lapse": _lapsed,
    "change-pack": lambda act, _case: ("minutes.change-pack", {"pack": act.pack.name}, ""),
    "settle": lambda act, _case: ("minutes.settle", {"obligation": act.obligation, "count": act.units}, ""),
    "notice": _noticed,
    "override": _overridden,
    "attempt": lambda act, _case: _tried(act),
    "close": lambda _act, _case: ("minutes.close", {}, ""),
}
