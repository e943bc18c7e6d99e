"""Where a table stands on its sheet, and which column each header names.

Headers come as ``Requested On``, ``requested_on`` or merged over two rows, under titles, beside notes. A header
between quotation marks is taken to the letter: so are written those that would otherwise be read as another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from apportion.files.other_names import OtherTable, squashed
from apportion.files.workbook_cells import LAST_COLUMN, LAST_ROW, Area, Cells, Value, Wrong
from apportion.files.workbook_words import words
from apportion.model.columns import Table
from apportion.model.parsing import FILE, ROW

# Titles above a header are few; further down, a row that looks like a header is one of the table's own.
_ROWS_SEARCHED = 10
_SURE_MATCHES = 2
WHOLE_SHEET = Area(1, 1, LAST_ROW, LAST_COLUMN)


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a table on its sheet.

    Attributes:
        row: Its last row; the rows of the table follow it.
        columns: The name of each column by its place; names may repeat.
        above: The rows above it that hold something.
        theirs: Of the columns that another system calls otherwise, what stands over them.
    """

    row: int
    columns: Mapping[int, str]
    above: tuple[int, ...]
    theirs: Mapping[int, str] = field(default_factory=dict)


def column_of(header: str, table: Table) -> str:
    """Return the column that a header means: a known one whatever its blanks and capitals, else itself, trimmed.

    >>> from apportion.model.contracts import TABLES
    >>> column_of("Requested On ", TABLES["orders"]), column_of(" Remark", TABLES["orders"])
    ('requested_on', 'Remark')
    >>> column_of('"Requested On"', TABLES["orders"])
    'Requested On'
    """
    trimmed = header.strip()
    if _is_quoted(trimmed):
        return trimmed[1:-1]
    return _known(table).get(squashed(trimmed), trimmed)


def header_of(column: str, table: Table) -> str:
    """Return the header that means a column, in quotation marks where the bare name would mean another.

    >>> from apportion.model.contracts import TABLES
    >>> header_of("tier", TABLES["orders"]), header_of("Tier", TABLES["orders"])
    ('tier', '"Tier"')
    """
    is_plain = bool(column) and column_of(column, table) == column and not _is_quoted(column)
    return column if is_plain else f'"{column}"'


def _is_quoted(text: str) -> bool:
    return len(text) > 1 and text[0] == text[-1] == '"'


def _known(table: Table) -> dict[str, str]:
    return {squashed(name): name for name in (*table.by_name, ROW, FILE)}


def find_header(
    cells: Cells, table: Table, *, within: Area, other: OtherTable | None = None
) -> Header | None:
    """Return the header: the first row that names two columns and is not merged sideways, else the best match.

    Args:
        cells: What stands on the sheet.
        table: The contract of the table.
        within: Where to look.
        other: The table in another system's names, which are known beside ours.

    Returns:
        None where nothing stands within the area.
    """
    numbers = sorted(row for row in cells.rows if within.top <= row <= within.bottom)
    rows = {row: _named(cells, row, within=within) for row in numbers[:_ROWS_SEARCHED]}
    rows = {row: names for row, names in rows.items() if names}
    if not rows:
        return None
    known = set(table.by_name)
    columns = {row: _columns(names, table, other=other) for row, names in rows.items()}
    matches = {row: len(known.intersection(named.values())) for row, named in columns.items()}
    sideways = {area.top for area in cells.merged if area.right > area.left}
    sure = [row for row, count in matches.items() if count >= _SURE_MATCHES and row not in sideways]
    row = sure[0] if sure else max(matches, key=lambda one: matches[one])
    theirs = {at: rows[row][at].strip() for at in _theirs(rows[row], table, other=other)}
    return Header(row, columns[row], tuple(one for one in numbers if one < row), theirs)


def _columns(names: Mapping[int, str], table: Table, *, other: OtherTable | None) -> dict[int, str]:
    ours = {at: column_of(name, table) for at, name in names.items()}
    return ours | _theirs(names, table, other=other)


def _theirs(names: Mapping[int, str], table: Table, *, other: OtherTable | None) -> dict[int, str]:
    """Return of each header in another system's words the column of ours; one in quotation marks is none."""
    if other is None:
        return {}
    there = {column_of(name, table) for name in names.values()} & set(table.by_name)
    return other.taken({at: name for at, name in names.items() if not _is_quoted(name.strip())}, there=there)


def _named(cells: Cells, row: int, *, within: Area) -> dict[int, str]:
    """Return the headers of one row; a cell merged downwards stands in each of its rows."""
    found = dict(_inside(cells.rows.get(row, {}), within))
    for merged in cells.merged:
        if merged.top < row <= merged.bottom and within.left <= merged.left <= within.right:
            above = cells.rows.get(merged.top, {}).get(merged.left)
            if above is not None and merged.left not in found:
                found[merged.left] = above
    return {at: words(value) for at, value in sorted(found.items()) if not isinstance(value, Wrong)}


def _inside(row: Mapping[int, Value], within: Area) -> Iterable[tuple[int, Value]]:
    return ((at, value) for at, value in row.items() if within.left <= at <= within.right)
