"""One file of a table → every cell as text, with all that is wrong with it as a file.

A file that is damaged in some rows is read again row by row, so that each of them is named and the others
are still looked at; only what cannot be divided into rows at all gives no table.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from pathlib import Path

import polars as pl

from apportion.errors import Code, Finding, Severity
from apportion.model.canonical import as_text
from apportion.model.parsing import FILE, ROW

_HEADER_ROW = 1  # As a spreadsheet counts.
# The reader of Parquet gives up on some damaged files with a panic, which is no Exception.
_BROKEN = (pl.exceptions.PolarsError, pl.exceptions.PanicException)
_WRONG_BYTES = re.compile("[\udc80-\udcff]+")


def read_cells(file: Path) -> tuple[pl.DataFrame | None, list[Finding]]:
    """Return every cell of a file as text, empty ones null, with row numbers; None where there are no rows to tell."""
    try:
        if file.suffix == ".csv":
            return _read_csv(file)
        text = _parquet_as_text(file)
    except (*_BROKEN, OSError) as error:
        return None, [_unreadable(file, str(error) or type(error).__name__)]
    return _with_rows(text, file, header=text.columns)


def _read_csv(file: Path) -> tuple[pl.DataFrame | None, list[Finding]]:
    try:
        header, header_row = _header(file)
        if not header:
            return None, [_unreadable(file, "the file is empty")]
        if len(set(header)) < len(header):
            return None, list(_wrong_names(file, header))
        text = pl.read_csv(file, infer_schema=False, glob=False)
        text.columns = header  # The reader leaves quotes inside a name doubled.
    except (*_BROKEN, UnicodeDecodeError, csv.Error) as error:
        return _read_damaged(file, error)
    return _with_rows(text, file, header=header, header_row=header_row)


def _header(file: Path) -> tuple[list[str], int]:
    """Return the names of the columns and their row; none where every line is blank."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        for row, cells in enumerate(csv.reader(lines), start=_HEADER_ROW):
            if cells:
                return cells, row
    return [], _HEADER_ROW


def _with_rows(
    text: pl.DataFrame, file: Path, *, header: list[str], header_row: int = _HEADER_ROW
) -> tuple[pl.DataFrame | None, list[Finding]]:
    wrong = list(_wrong_names(file, header))
    if wrong:
        return None, wrong
    filled = text.with_columns(pl.when(pl.all() != "").then(pl.all()).name.keep())
    return filled.with_row_index(ROW, offset=header_row + 1), []


def _parquet_as_text(file: Path) -> pl.DataFrame:
    """Return every cell of a Parquet file as the text of its value; floats by their shortest decimal."""
    frame = pl.read_parquet(file, glob=False)
    return pl.DataFrame([_spelled(series) for series in frame.iter_columns()])


def _spelled(series: pl.Series) -> pl.Series:
    if series.dtype.is_float():
        texts = [None if text is None else _plain(text) for text in series.cast(pl.String).to_list()]
        return pl.Series(series.name, texts, dtype=pl.String)
    if series.dtype.is_nested() and series.dtype != pl.List(pl.String):
        raise pl.exceptions.SchemaError(
            f"column {series.name!r} holds {series.dtype}, which is no plain value"
        )
    return as_text(pl.DataFrame([series]))[series.name]


def _plain(text: str) -> str:
    """Return the shortest decimal of a float without a power of ten.

    >>> _plain("5e-05"), _plain("1.43")
    ('0.00005', '1.43')
    """
    return format(Decimal(text), "f")


def _read_damaged(file: Path, error: Exception) -> tuple[pl.DataFrame | None, list[Finding]]:
    """Return what can be told of a file that is no table as a whole, and each row that is damaged."""
    text = file.read_bytes().decode("utf-8-sig", errors="surrogateescape")
    reader = enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), start=_HEADER_ROW)
    findings: list[Finding] = []
    rows: list[list[str]] = []
    row, header = _HEADER_ROW, list[str]()
    try:
        row, header = next(((row, cells) for row, cells in reader if cells), (row, []))
        header_row = row
        findings.extend(_damage(file, header, row=row, header=header))
        for row, cells in reader:
            findings.extend(_damage(file, cells, row=row, header=header))
            rows.append([_WRONG_BYTES.sub("\ufffd", cell) for cell in islice(cells, len(header))])
    except csv.Error as broken:
        return None, [*findings, _unreadable(file, f"after row {row}: {broken}", row=row + 1)]
    if not findings:
        return None, [_unreadable(file, str(error))]
    names = [_WRONG_BYTES.sub("\ufffd", name) for name in header]
    columns = {
        name: [cells[at] if at < len(cells) else None for cells in rows] for at, name in enumerate(names)
    }
    table = pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String))
    frame, wrong = _with_rows(table, file, header=names, header_row=header_row)
    return frame, findings + wrong


def _damage(file: Path, cells: list[str], *, row: int, header: list[str]) -> Iterator[Finding]:
    if len(cells) > len(header):
        told = f"the row has {len(cells)} cells, the header {len(header)}; left over are {cells[len(header) :]!r}"
        yield _unreadable(file, told, row=row)
    for name, cell in zip(header, cells, strict=False):
        if _WRONG_BYTES.search(cell):
            held = cell.encode(errors="surrogateescape")
            column = _WRONG_BYTES.sub("\ufffd", name)
            yield _unreadable(file, f"the cell holds the bytes {held!r}", row=row, column=column)


def _wrong_names(file: Path, header: list[str]) -> Iterator[Finding]:
    for name, count in Counter(header).items():
        if count > 1:
            yield _wrong_name(
                file, name, found=f"The header names {name!r} twice.", expected="each column once."
            )
        elif name in {ROW, FILE}:
            found = f"The header names {name!r}, which stands for the place of a row inside apportion."
            yield _wrong_name(file, name, found=found, expected=f"a name other than {ROW} and {FILE}.")


def _wrong_name(file: Path, name: str, *, found: str, expected: str) -> Finding:
    return Finding(
        code=Code.COLUMN_DUPLICATE,
        severity=Severity.ERROR,
        file=file.name,
        row=_HEADER_ROW,
        column=name,
        found=found,
        expected=expected,
        fix="Rename the column or take it out.",
    )


def _unreadable(file: Path, told: str, *, row: int | None = None, column: str = "") -> Finding:
    first_line = (told.strip().splitlines() or ["no reason given"])[0].rstrip(".")
    return Finding(
        code=Code.FILE_UNREADABLE,
        severity=Severity.ERROR,
        file=file.name,
        row=row,
        column=column,
        found=f"It cannot be read as a table: {first_line}.",
        expected="a header and one line per row, each with no more cells than the header, in UTF-8.",
        fix="Mend the file, or export it again.",
    )
