"""What is due after a proposal is approved or carried out: notices to those who lose, and units that come back."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterator
from dataclasses import dataclass

from apportion.govern.state import CARRIED_OUT, Case, Mark, Status


class Kind(enum.StrEnum):
    """What is due."""

    NOTICE = "notice"  # A party that loses has not been told (G27).
    REPLY = "reply"  # A party that was told may still reply (G27).
    MAKE_GOOD = "make-good"  # Units are owed back (G19).
    REVIEW = "review"  # The full review of an emergency (G15).
    APPLY = "apply"  # An approval that is not applied.


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One thing that is due.

    Attributes:
        kind: What.
        party: Who is to be told, may reply or is owed; empty: nobody in particular.
        due_on: The last day on which it is in time; None: no day is known, so it is never late.
        units: How many units; 0: none.
        is_late: Whether that day is over.
        name: The obligation; empty: none.
    """

    kind: Kind
    party: str
    due_on: dt.date | None
    units: int
    is_late: bool
    name: str = ""


def due(case: Case, *, now: dt.datetime) -> tuple[Due, ...]:
    """Return what is due on a proposal at a moment: the late first, then by day, what has no day last."""
    found = [*_clocks(case, now=now), *_notices(case, now=now), *_make_goods(case, now=now)]
    return tuple(
        sorted(found, key=lambda one: (not one.is_late, one.due_on or dt.date.max, one.kind, one.party))
    )


def in_force(case: Case, *, now: dt.datetime) -> bool:
    """Return whether a proposal is carried out and stays so: an emergency that was not reviewed in time does not."""
    if case.status not in CARRIED_OUT or Mark.REVERSE_DUE in case.marks:
        return False
    # The log may not have noted yet that the clock ran out.
    return not (case.awaits_review and now > _review_by(case))


def _review_by(case: Case) -> dt.datetime:
    days = case.pack.emergency_days
    assert case.applied is not None  # noqa: S101 - only what is carried out awaits a review
    assert days is not None  # noqa: S101 - a pack without emergencies opens none
    return case.applied.at + dt.timedelta(days=days)


def _clocks(case: Case, *, now: dt.datetime) -> Iterator[Due]:
    if case.status is Status.APPROVED and case.approved_at is not None:
        last = case.approved_at + dt.timedelta(days=case.pack.apply_days)
        yield Due(kind=Kind.APPLY, party="", due_on=last.date(), units=0, is_late=now > last)
    if case.awaits_review:
        last = _review_by(case)
        yield Due(kind=Kind.REVIEW, party="", due_on=last.date(), units=0, is_late=now > last)


def _notices(case: Case, *, now: dt.datetime) -> Iterator[Due]:
    if case.applied is None or case.frozen is None:
        return
    told = {one.party: one for one in reversed(case.notices)}
    for loser in case.frozen.losers:
        notice = told.get(loser.party)
        if notice is None:
            # A notice is owed at once: a day without one is a day too many.
            on = case.applied.at.date()
            late = now.date() > on
            yield Due(kind=Kind.NOTICE, party=loser.party, due_on=on, units=loser.units, is_late=late)
        elif now.date() <= notice.reply_by:
            yield Due(
                kind=Kind.REPLY, party=loser.party, due_on=notice.reply_by, units=loser.units, is_late=False
            )


def _make_goods(case: Case, *, now: dt.datetime) -> Iterator[Due]:
    if case.applied is None:
        return
    for owed in case.obligations:
        left = case.outstanding(owed)
        if left:
            yield Due(
                kind=Kind.MAKE_GOOD,
                party=owed.creditor,
                due_on=owed.due_on,
                units=left,
                is_late=owed.due_on is not None and now.date() > owed.due_on,
                name=owed.id,
            )
