"""Notices to those who get less or later: one text each, with the time they have to reply."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from apportion.govern.facts import Loser
from apportion.govern.state import CARRIED_OUT, Case, Notice
from apportion.report.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A notice as a text.

    Attributes:
        loser: To whom, and what is told.
        sent: When and how it was told; None: it was not.
        days_left: Days in which a reply is in time, the present one left out; None: it was not told.
        text: All of it, line by line.
    """

    loser: Loser
    sent: Notice | None
    days_left: int | None
    text: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """Return the notice as plain values."""
        return {
            "party": self.loser.party,
            "units": self.loser.units,
            "delay_days": self.loser.delay_days,
            "quota_units": self.loser.quota_units,
            "sent_at": None if self.sent is None else self.sent.at.isoformat(),
            "reply_by": None if self.sent is None else self.sent.reply_by.isoformat(),
            "days_left": self.days_left,
            "text": list(self.text),
        }


def notices_told(case: Case, *, now: dt.datetime, words: Words) -> list[Told]:
    """Return the notice to each party that gets less or later."""
    first = {one.party: one for one in reversed(case.notices)}
    return [
        _told(case, loser, sent=first.get(loser.party), today=now.date(), words=words)
        for loser in (() if case.frozen is None else case.frozen.losers)
    ]


def preface(case: Case, *, words: Words) -> list[str]:
    """Return what is to be known before the notices: that nobody loses, or that nothing is carried out yet."""
    if case.frozen is None or not case.frozen.losers:
        return [words.say("decision.notice.none", proposal=case.proposal)]
    if case.status not in CARRIED_OUT:
        return [words.say("decision.notice.not-applied", proposal=case.proposal)]
    return []


def _told(case: Case, loser: Loser, *, sent: Notice | None, today: dt.date, words: Words) -> Told:
    left = None if sent is None else max(0, (sent.reply_by - today).days)
    lines = [
        words.say("decision.notice.title", party=loser.party, proposal=case.proposal),
        *_losses(loser, words=words),
        _clock(case, sent=sent, today=today, words=words),
        words.say("decision.notice.voluntary"),
    ]
    return Told(loser=loser, sent=sent, days_left=left, text=tuple(lines))


def _losses(loser: Loser, *, words: Words) -> Iterator[str]:
    yield words.say("decision.notice.units", count=loser.units)
    if loser.delay_days is None:
        yield words.say("decision.notice.delay-unknown")
    else:
        yield words.say("decision.notice.delay", count=loser.delay_days)
    if loser.quota_units is None:
        yield words.say("decision.notice.quota-unknown")
    else:
        yield words.say("decision.notice.quota", count=loser.quota_units)


def _clock(case: Case, *, sent: Notice | None, today: dt.date, words: Words) -> str:
    if sent is None:
        return words.say("decision.notice.not-sent", count=case.pack.notice_days)
    if today > sent.reply_by:
        return words.say("decision.notice.over", sent=sent.at.date(), day=sent.reply_by)
    left = (sent.reply_by - today).days
    return words.say("decision.notice.reply", sent=sent.at.date(), day=sent.reply_by, count=left)
