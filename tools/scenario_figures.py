"""What a figure of the facts stands for: the first, middle or last day of a month or year, a scaled number, a range."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from decimal import Decimal


def month_of(text: str) -> tuple[int, int]:
    """Return year and month of ``2024-05`` or ``2024-05-20``."""
    year, month = text.split("-")[:2]
    return int(year), int(month)


def first_day(text: str) -> str:
    """Return the first day of a month; of a day, the first of its month."""
    year, month = month_of(text)
    return f"{year:04}-{month:02}-01"


def last_day(text: str) -> str:
    """Return the last day of a month or year; a day and an empty text stay as they are."""
    if not text or text.count("-") == len(("month", "day")):
        return text
    if "-" not in text:
        return f"{text}-12-31"
    year, month = month_of(text)
    return f"{text}-{calendar.monthrange(year, month)[1]}"


def middle_day(text: str) -> str:
    """Return the 15th of a month; a day and an empty text stay as they are."""
    return f"{text}-15" if text.count("-") == 1 else text


def lead_time_day(fact: Mapping[str, str]) -> str:
    """Return the day that a lead time speaks of: its own, though no later than the quarter it is of."""
    year, quarter = fact["quarter"].split("Q")
    return min(middle_day(fact["as_of"]), last_day(f"{year}-{3 * int(quarter):02}"))


def scaled(text: str, factor: int) -> str:
    """Return a figure times a factor, without an exponent; unknown stays empty."""
    if not text:
        return ""
    value = Decimal(text) * factor
    return format(value.quantize(Decimal(1)) if value == value.to_integral() else value.normalize(), "f")


def ranged(column: str, fact: Mapping[str, str], *, source: str) -> dict[str, str]:
    """Return a column with its range, from the low, mid and high of a figure."""
    names = {"low": f"{column}_low", "mid": column, "high": f"{column}_high"}
    return {name: fact[source.format(case)] for case, name in names.items()}
