"""A value of a cell → the text that the contract of its column parses."""

from __future__ import annotations

import re
from decimal import Decimal

from apportion.files.workbook_cells import Elapsed, Percent, Value, Wrong, spelled_number
from apportion.model.columns import Kind

_DAY_AT_MIDNIGHT = re.compile(r"\s*(\d{4}-\d{2}-\d{2})[\sT]+00:00(:00(\.0+)?)?\s*")
# A comma that can only mark decimals: thousands stand in groups of three, and never after a leading zero.
_DECIMAL_COMMA = re.compile(r"\s*([+-]?)(\d{1,15}),(\d+)\s*")
_THOUSANDS_DIGITS = 3
_SECONDS_PER_DAY = 86_400
_LONGEST_THOUSANDS = 3


def words(value: Value) -> str:
    """Return a value as text: days as ISO, numbers by their shortest decimal, text to the letter.

    >>> words(Percent(0.055))
    '5.5%'
    """
    match value:
        case str():
            return value
        case int():
            return str(value).lower()  # True and False are whole numbers too.
        case Percent():
            return f"{format((Decimal(repr(float(value))) * 100).normalize(), 'f')}%"
        case float():
            return spelled_number(value)
        case Wrong():
            return value.told
        case _:
            return value.isoformat()


def words_for_length(value: Value) -> str:
    """Return a value as the text for a length of time; a number that is shown as one counts days.

    >>> words_for_length(Elapsed(7.5)), words_for_length(259200), words_for_length("168:00:00")
    ('180:00:00', '259200', '168:00:00')
    """
    if not isinstance(value, Elapsed) or value < 0:
        return words(value)
    minutes, seconds = divmod(round(value * _SECONDS_PER_DAY), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"


def words_for(value: Value, kind: Kind) -> str:
    """Return a value as the text for a column of a kind, where a spreadsheet's way of writing it is certain.

    A day written as text with a time of zero is that day; a comma that can only mark decimals is a point.

    >>> words_for("2023-01-01  00:00:00", Kind.DAY), words_for("0,125", Kind.NUMBER)
    ('2023-01-01', '0.125')
    >>> words_for("1,5", Kind.NUMBER), words_for("1,500", Kind.NUMBER), words_for("1,5", Kind.TEXT)
    ('1.5', '1,500', '1,5')
    """
    text = words(value)
    if not isinstance(value, str):
        return text
    if kind is Kind.DAY:
        day = _DAY_AT_MIDNIGHT.fullmatch(text)
        return text if day is None else day[1]
    if kind in {Kind.COUNT, Kind.NUMBER} and (found := _DECIMAL_COMMA.fullmatch(text)):
        sign, whole, decimals = found.groups()
        is_sure = (
            len(decimals) != _THOUSANDS_DIGITS or whole.startswith("0") or len(whole) > _LONGEST_THOUSANDS
        )
        return f"{sign}{whole}.{decimals}" if is_sure else text
    return text


def is_other_spelling(text: str, read: str) -> bool:
    """Return whether a decimal comma was read as a point, which the reader of the file should be told."""
    return "," in text and "," not in read
