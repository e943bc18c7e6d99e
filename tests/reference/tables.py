"""Reading single cells of raw text tables: an empty or absent cell takes its default."""

import datetime as dt
from collections.abc import Mapping
from fractions import Fraction

Row = Mapping[str, str]
Tables = Mapping[str, list[dict[str, str]]]


def text(row: Row, column: str, *, default: str = "") -> str:
    """Return the cell, or `default` where it is empty or absent."""
    return row.get(column) or default


def listed(row: Row, column: str) -> list[str]:
    """Return the parts of a list cell, separated by `|`."""
    return [part.strip() for part in text(row, column).split("|") if part.strip()]


def number(row: Row, column: str, *, default: str = "") -> Fraction:
    """Return a number that must be there or have a default."""
    return Fraction(text(row, column, default=default))


def optional_number(row: Row, column: str) -> Fraction | None:
    """Return a number, or None where the cell is empty."""
    cell = text(row, column)
    return Fraction(cell) if cell else None


def day(row: Row, column: str) -> dt.date:
    """Return a date that must be there."""
    return dt.date.fromisoformat(text(row, column))


def optional_day(row: Row, column: str) -> dt.date | None:
    """Return a date, or None where the cell is empty."""
    cell = text(row, column)
    return dt.date.fromisoformat(cell) if cell else None


def setting_day(value: object) -> dt.date:
    """Return a date of the settings, which may be a date already or its text."""
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value))


def days_after(start: dt.date, *, days: Fraction) -> dt.date:
    """Return the day a whole number of days after `start`."""
    return start + dt.timedelta(days=int(days))
