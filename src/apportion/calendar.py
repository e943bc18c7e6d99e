"""Dates and rounds: the only place that turns a date into an index.

A **round** is a day on which supply is divided: the first day of each period that lies in the horizon.
What is dated between rounds counts from the next round on or after its date; what is dated before the
horizon counts at the first round; what is dated after the last round never counts.
"""

from __future__ import annotations

import datetime as dt
import enum
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field


class RoundLength(enum.StrEnum):
    """How often supply is divided."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


def _rounds(start_on: dt.date, end_on: dt.date, *, length: RoundLength) -> tuple[dt.date, ...]:
    days = (dt.date.fromordinal(day) for day in range(start_on.toordinal(), end_on.toordinal()))
    if length is RoundLength.DAY:
        return tuple(days)
    if length is RoundLength.WEEK:
        return tuple(day for day in days if day.weekday() == 0)
    return tuple(day for day in days if day.day == 1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The rounds of one horizon.

    Attributes:
        start_on: First day of the plan.
        end_on: First day after it.
        length: The period between rounds.
        rounds: The round days, ascending.

    >>> calendar = Calendar(dt.date(2024, 1, 1), dt.date(2024, 2, 1), length=RoundLength.WEEK)
    >>> [day.day for day in calendar.rounds]
    [1, 8, 15, 22, 29]
    >>> calendar.first_round(dt.date(2024, 1, 9))
    2
    """

    start_on: dt.date
    end_on: dt.date
    length: RoundLength = field(kw_only=True)
    rounds: tuple[dt.date, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Lay out the round days once."""
        object.__setattr__(self, "rounds", _rounds(self.start_on, self.end_on, length=self.length))

    def __len__(self) -> int:
        """Return the number of rounds."""
        return len(self.rounds)

    def first_round(self, day: dt.date | None) -> int:
        """Return the index of the first round on or after ``day``; the number of rounds if there is none.

        An unknown day (None) is before every round.
        """
        return 0 if day is None else bisect_left(self.rounds, day)

    def round_after(self, day: dt.date | None) -> int:
        """Return the index of the first round after ``day``; the number of rounds if None (no end)."""
        return len(self.rounds) if day is None else bisect_right(self.rounds, day)

    def days_between(self, first: dt.date, then: dt.date) -> int:
        """Return the days from ``first`` to ``then``; the first counts, the last does not."""
        return then.toordinal() - first.toordinal()
