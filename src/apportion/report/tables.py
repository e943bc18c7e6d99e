"""Tables of a page as values: columns, rows as text with the value they sort by, a total, and what was left out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from apportion.report.words import Value, Words

TEXT, NUMBER, DAY = "text", "number", "day"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its text and what it sorts by."""

    text: str
    value: str = ""
    is_number: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """One table.

    Attributes:
        id: Its id in the page.
        caption: What a row is, in one sentence.
        columns: Each heading, and what stands under it: ``text``, ``number`` or ``day``.
        rows: The cells.
        more: The sentence that says how many rows stand only in which file; empty if none.
        total: The last row, which sums the others and those left out; empty if there is none.
    """

    id: str
    caption: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[Cell, ...], ...]
    more: str = ""
    total: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One row of a table that is a bar chart as well.

    Attributes:
        name: Whose bar.
        parts: What it is made of, from the left: role, start and length in percent of the longest bar.
        value: Its value as people read it.
        cells: What else is said of it.
    """

    name: str
    parts: tuple[tuple[str, str, str], ...]
    value: str
    cells: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BarTable:
    """A bar chart that is a table.

    Attributes:
        caption: What a bar is, in one sentence.
        columns: The headings of name and value, then of the other cells with what stands under them.
        bars: The bars.
        more: The sentence that says how many stand only elsewhere; empty if none.
    """

    caption: str
    columns: tuple[tuple[str, str], ...]
    bars: tuple[Bar, ...]
    more: str = ""


def cell_of(value: Value | None, *, words: Words) -> Cell:
    """Return a value as a cell; None is an empty one."""
    if value is None:
        return Cell("")
    if isinstance(value, str | dt.date):
        return Cell(words.text_of(value), str(value))
    return Cell(words.text_of(value), f"{float(value):.6f}".rstrip("0").rstrip("."), is_number=True)


def rows_of(table: Sequence[Sequence[Value | None]], *, words: Words) -> tuple[tuple[Cell, ...], ...]:
    """Return rows of values as rows of cells."""
    return tuple(tuple(cell_of(value, words=words) for value in row) for row in table)


def more_rows(count: int, *, most: int, file: str, words: Words) -> str:
    """Return the sentence that says how many rows stand only in a file; empty if all are shown."""
    return words.say("table.more", count=count - most, file=file) if count > most else ""
