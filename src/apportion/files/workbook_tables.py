"""One sheet of a workbook → a typed table, with every finding of it.

Stages: the area the table stands in → its header → each cell as text, with the rows as the spreadsheet counts
them → typed columns by the contract. What stands outside is told, so that no row is lost in silence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from apportion.errors import Code, Finding, Severity
from apportion.files.other_names import OtherTable
from apportion.files.other_reading import OtherReader, check_not_taken
from apportion.files.workbook_cells import Area, Cells, Value, Wrong, column_name
from apportion.files.workbook_headers import WHOLE_SHEET, Header, find_header
from apportion.files.workbook_words import is_other_spelling, words, words_for, words_for_length
from apportion.model.columns import Column, Kind, Table
from apportion.model.parsing import FILE, ROW, parse_table
from apportion.model.told import Cut, first_of_each

# Beyond this a table is a mistake of the file: a header in every column, a mark in every row.
_MOST_CELLS = 50_000_000


@dataclass(frozen=True, slots=True)
class SheetTable:
    """A table read from a sheet: None where it cannot be told apart into columns."""

    frame: pl.DataFrame | None
    findings: tuple[Finding, ...]


def read_table(
    cells: Cells, table: Table, *, place: str, within: Area | None, other: OtherTable | None = None
) -> SheetTable:
    """Return the typed table of a sheet.

    Args:
        cells: What stands on the sheet.
        table: Its contract.
        place: The sheet as findings name it.
        within: The defined range of the table; None: the whole sheet.
        other: The table in the names of another system, where the sheet bears one.
    """
    region = within or WHOLE_SHEET
    header = find_header(cells, table, within=region, other=other)
    if header is None:
        # A sheet that holds nothing is a table without columns, and each that is needed is missed.
        header = Header(region.top, {}, ())
    named = {at: name for at, name in header.columns.items() if name}
    findings = [
        *_check_names(named, theirs=header.theirs, place=place, row=header.row),
        *_check_outside(cells, header=header, within=within, place=place),
    ]
    rows = [row for row in sorted(cells.rows) if header.row < row <= region.bottom]
    rows = [row for row in rows if any(at in cells.rows[row] for at in named)]
    if len(rows) * len(named) > _MOST_CELLS:
        findings.append(_too_large(place, rows=len(rows), columns=len(named)))
    if any(finding.severity is Severity.ERROR for finding in findings):
        return SheetTable(None, tuple(findings))
    lengths = {named[at] for at in header.theirs} & (other.lengths if other else set())
    columns: dict[str, pl.Series] = {}
    wrong: dict[str, list[int]] = {}
    for at, name in named.items():
        values = [cells.rows[row].get(at) for row in rows]
        if name in lengths:
            values = [_length(value) for value in values]
        column = _column(name, table, is_length=name in lengths)
        columns[name] = pl.Series(name, _texts(values, column.kind), dtype=pl.String)
        wrong[name] = [row for row, value in zip(rows, values, strict=True) if isinstance(value, Wrong)]
        is_known = name in table.by_name
        told = _check_cells(values, rows=rows, column=column, place=place, is_known=is_known)
        findings.extend(first_of_each(told))
    findings.extend(_check_merged(cells, rows=rows, named=named, place=place))
    findings.extend(_check_unnamed(cells, named=named, header=header, region=region, place=place))
    text = pl.DataFrame([pl.Series(ROW, rows, dtype=pl.UInt32), *columns.values()])
    text, translated = _in_our_names(text, header, table=table, other=other, place=place)
    findings.extend(translated)
    return _typed(text, table, place=place, findings=findings, wrong=wrong)


def _typed(
    text: pl.DataFrame, table: Table, *, place: str, findings: list[Finding], wrong: Mapping[str, list[int]]
) -> SheetTable:
    """Return the typed table with all that is found of the sheet.

    Args:
        text: Every column as text.
        table: Its contract.
        place: The sheet as findings name it.
        findings: What was found so far.
        wrong: Of each column the rows whose cell was found wrong.
    """
    parsed = parse_table(text, table, file=place, emptied=wrong)
    # A cell that was found wrong is empty from there on; that it is empty is not said again.
    emptied = {
        (one.row, one.column)
        for one in findings
        if one.code is Code.VALUE_INVALID and one.severity is Severity.ERROR
    }
    more = (one for one in parsed.findings if (one.row, one.column) not in emptied)
    told = first_of_each([*findings, *more])
    # A row that is wrong and not named would be taken for a good one by the checks, so they see none of these.
    is_cut = any(isinstance(one, Cut) and one.severity is Severity.ERROR for one in told)
    return SheetTable(None if is_cut else parsed.frame, tuple(told))


def _length(value: Value | None) -> Value | None:
    return value if value is None or isinstance(value, Wrong) else words_for_length(value)


def _column(name: str, table: Table, *, is_length: bool) -> Column:
    """Return the contract of a column; a length of time is a text until it is in our names."""
    column = table.by_name.get(name) or Column(name, Kind.TEXT, "A column that apportion does not know.")
    return replace(column, kind=Kind.TEXT) if is_length else column


def _in_our_names(
    text: pl.DataFrame, header: Header, *, table: Table, other: OtherTable | None, place: str
) -> tuple[pl.DataFrame, list[Finding]]:
    """Return the cells under our names, and what is told of those that bore another system's."""
    if other is None:
        return text, list(check_not_taken(text.columns, table, place=place))
    theirs = {header.columns[at]: name for at, name in header.theirs.items()}
    reader = OtherReader(text, other, theirs=theirs, place=place)
    return reader.read(), list(reader.findings)


def _texts(values: Sequence[Value | None], kind: Kind) -> list[str | None]:
    return [
        None if value is None or isinstance(value, Wrong) else words_for(value, kind) or None
        for value in values
    ]


def _check_names(
    named: Mapping[int, str], *, theirs: Mapping[int, str], place: str, row: int
) -> Iterator[Finding]:
    for name, count in Counter(named.values()).items():
        places = [at for at, one in named.items() if one == name]
        letters = ", ".join(map(column_name, places))
        if count > 1:
            found, expected = f"The header names {name!r} in the columns {letters}.", "each column once."
            if not theirs.keys().isdisjoint(places):
                headers = " and ".join(repr(theirs.get(at, name)) for at in places)
                found = f"The headers {headers} in the columns {letters} all mean {name!r}."
        elif name in {ROW, FILE}:
            found = f"The header names {name!r}, which stands for the place of a row inside apportion."
            expected = f"a name other than {ROW} and {FILE}."
        else:
            continue
        yield Finding(
            code=Code.COLUMN_DUPLICATE,
            severity=Severity.ERROR,
            file=place,
            row=row,
            column=name,
            found=found,
            expected=expected,
            fix="Rename the column or take it out.",
        )


def _check_outside(cells: Cells, *, header: Header, within: Area | None, place: str) -> Iterator[Finding]:
    if header.above:
        yield Finding(
            code=Code.TABLE_UNKNOWN,
            severity=Severity.INFO,
            file=place,
            row=header.above[0],
            found=f"{len(header.above)} row(s) stand above the header in row {header.row}; they are left out.",
            expected="titles and notes, no rows of the table.",
            fix="If they are rows, move them under the header.",
        )
    if within is None:
        return
    outside = [
        row
        for row in sorted(cells.rows)
        if row > within.bottom
        or (row > header.row and any(not within.left <= at <= within.right for at in cells.rows[row]))
    ]
    if outside:
        yield Finding(
            code=Code.TABLE_UNKNOWN,
            severity=Severity.WARNING,
            file=place,
            row=outside[0],
            found=f"{len(outside)} row(s) hold cells outside the table's range {within.name}; "
            "these cells are left out.",
            expected="every cell of the table within its defined range.",
            fix="If they belong to the table, widen the range; in a spreadsheet: resize the table.",
        )


def _check_cells(
    values: Sequence[Value | None], *, rows: Sequence[int], column: Column, place: str, is_known: bool
) -> Iterator[Finding]:
    for row, value in zip(rows, values, strict=True):
        if isinstance(value, Wrong):
            yield Finding(
                code=Code.VALUE_INVALID,
                severity=Severity.ERROR if is_known else Severity.WARNING,
                file=place,
                row=row,
                column=column.name,
                found=f"The cell holds {value.told}; it counts as empty.",
                expected=f"a {column.kind.value}, or a formula that gives one.",
                fix="Mend the formula, open the file in a spreadsheet and save it, or write the value itself.",
            )
        elif isinstance(value, str) and is_other_spelling(value, text := words_for(value, column.kind)):
            yield Finding(
                code=Code.VALUE_INVALID,
                severity=Severity.INFO,
                file=place,
                row=row,
                column=column.name,
                found=f"The cell holds the text {value!r}; it is read as {text}.",
                expected="a number, not a text with a decimal comma.",
                fix="Nothing, if that is what is meant; else write the number.",
            )


def _check_merged(
    cells: Cells, *, rows: Sequence[int], named: Mapping[int, str], place: str
) -> Iterator[Finding]:
    if not rows:
        return
    for merged in cells.merged:
        covered = [at for at in named if merged.left <= at <= merged.right]
        if covered and merged.bottom >= rows[0] and merged.top <= rows[-1]:
            yield Finding(
                code=Code.VALUE_INVALID,
                severity=Severity.WARNING,
                file=place,
                row=max(merged.top, rows[0]),
                column=named[covered[0]],
                found=f"The cells {merged.name} are merged; only the first holds a value, the others are empty.",
                expected="each cell of a table by itself.",
                fix="Part the cells and fill each of them.",
            )


def _check_unnamed(
    cells: Cells, *, named: Mapping[int, str], header: Header, region: Area, place: str
) -> Iterator[Finding]:
    first: dict[int, int] = {}
    for row in sorted(cells.rows):
        if header.row < row <= region.bottom:
            for at in cells.rows[row]:
                if at not in named and region.left <= at <= region.right:
                    first.setdefault(at, row)
    for at, row in sorted(first.items()):
        yield Finding(
            code=Code.COLUMN_MISSING,
            severity=Severity.WARNING,
            file=place,
            row=row,
            column=column_name(at),
            found=f"The cell holds {words(cells.rows[row][at])!r} under no header; the column is left out.",
            expected="a header over every column of the table.",
            fix=f"Name the column in row {header.row}, or take it out.",
        )


def _too_large(place: str, *, rows: int, columns: int) -> Finding:
    return Finding(
        code=Code.FILE_UNREADABLE,
        severity=Severity.ERROR,
        file=place,
        found=f"The table has {rows:,} rows of {columns:,} columns.",
        expected=f"at most {_MOST_CELLS:,} cells.",
        fix="Take out the columns that are not needed, or use a folder of Parquet files.",
    )
