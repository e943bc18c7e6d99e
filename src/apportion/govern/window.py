"""Over which days dealings add up: one count of months, so that register and decision never differ (G5)."""

from __future__ import annotations

import calendar
import datetime as dt

_MONTHS = 12


def window_start(day: dt.date, *, months: int) -> dt.date:
    """Return the first day of the window of so many months that ends on a day.

    The same day of the month so many months before; where that month is shorter, its last day.

    >>> window_start(dt.date(2024, 2, 29), months=12)
    datetime.date(2023, 2, 28)
    """
    year, month = divmod(day.year * _MONTHS + day.month - 1 - months, _MONTHS)
    if year < dt.MINYEAR:
        return dt.date.min
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def is_within(one: dt.date, other: dt.date, *, months: int) -> bool:
    """Return whether two days lie within one window of so many months, whichever comes first."""
    return min(one, other) >= window_start(max(one, other), months=months)
