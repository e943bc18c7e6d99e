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
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from pathlib import Path

import polars as pl

from apportion.errors import Code, Finding, Severity
from apportion.files.encodings import (
    HEADER_ROW,
    Source,
    header_of,
    holds_nul,
    likely_encoding,
    opened_bytes,
    separator_of,
    separator_told,
    source_of,
)
from apportion.model.canonical import as_text
from apportion.model.columns import Table
from apportion.model.parsing import FILE, ROW
from apportion.model.told import Told

# The reader of Parquet gives up on some damaged files with a panic, which is no Exception.
_BROKEN = (pl.exceptions.PolarsError, pl.exceptions.PanicException)
_WRONG_BYTES = re.compile("[\udc80-\udcff]+")
_NOT_TEXT = re.compile("[\udc80-\udcff]+|\\0")
_UNREAD = "\ufffd"
_MOST_FINDINGS = 1_000


@dataclass(frozen=True, slots=True)
class _Csv:
    """A CSV file: where its UTF-8 is, and what separates its cells."""

    file: Path
    source: Source
    separator: str


def read_cells(file: Path, *, table: Table | None = None) -> tuple[pl.DataFrame | None, Told]:
    """Return every cell of a file as text, empty ones null, with row numbers; None where there are no rows to tell.

    Args:
        file: A CSV or Parquet file.
        table: Its contract, whose names tell the separator; without it, the comma.
    """
    told = Told(file.name, most=_MOST_FINDINGS)
    try:
        if file.suffix == ".csv":
            return _read_csv(file, table=table, told=told), told
        text = _parquet_as_text(file)
        return _with_rows(text, told, header=text.columns), told
    except (*_BROKEN, OSError, UnicodeDecodeError) as error:
        told.add([unreadable(file.name, str(error) or type(error).__name__)])
    return None, told


def _read_csv(file: Path, *, table: Table | None, told: Told) -> pl.DataFrame | None:
    source, decoded = source_of(file)
    told.add(decoded)
    one = _Csv(file, source, separator_of(source, table))
    told.add(separator_told(one.separator, file=file.name))
    try:
        header, header_row = header_of(source, separator=one.separator)
        if not header:
            told.add([unreadable(file.name, "the file is empty")])
            return None
        has_nul = holds_nul(source)
        if has_nul and any("\0" in name for name in header):
            told.add([_nul_header(file)])
            return None
        if len(set(header)) < len(header):
            told.add(_wrong_names(file.name, header))
            return None
        text = pl.read_csv(source, separator=one.separator, infer_schema=False, glob=False)
        text.columns = header  # The reader leaves quotes inside a name doubled.
    except (*_BROKEN, UnicodeDecodeError, csv.Error) as error:
        return _read_damaged(one, error, told=told)
    frame = _with_rows(text, told, header=header, header_row=header_row)
    return _without_nul(frame, told) if has_nul and frame is not None else frame


def _with_rows(
    text: pl.DataFrame, told: Told, *, header: list[str], header_row: int = HEADER_ROW
) -> pl.DataFrame | None:
    wrong = list(_wrong_names(told.file, header))
    if wrong:
        told.add(wrong)
        return None
    filled = text.with_columns(pl.when(pl.all() != "").then(pl.all()).name.keep())
    return filled.with_row_index(ROW, offset=header_row + 1)


def _without_nul(text: pl.DataFrame, told: Told) -> pl.DataFrame:
    """Return the cells with each NUL replaced, and tell the rows that held one."""
    names = [name for name in text.columns if name != ROW]
    for name in names:
        rows = text.filter(text[name].str.contains("\0", literal=True).fill_null(value=False))[ROW]
        told.add(
            (
                unreadable(told.file, "the cell holds a NUL byte", row=row, column=name)
                for row in rows.head(told.most).to_list()
            ),
            rest=max(len(rows) - told.most, 0),
        )
    return text.with_columns(pl.col(names).str.replace_all("\0", _UNREAD, literal=True))


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


def _read_damaged(one: _Csv, error: Exception, *, told: Told) -> pl.DataFrame | None:
    """Return what can be told of a file that is no table as a whole, and each row that is damaged."""
    with opened_bytes(one.source) as opened:
        text = opened.read().decode("utf-8-sig", errors="surrogateescape")
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=one.separator, strict=True)
    reader = enumerate(lines, start=HEADER_ROW)
    damage = Told(told.file, most=told.most)
    rows: list[list[str]] = []
    row, header = HEADER_ROW, list[str]()
    try:
        row, header = next(((row, cells) for row, cells in reader if cells), (row, []))
        header_row = row
        if any("\0" in name for name in header):
            told.add([_nul_header(one.file)])
            return None
        _tell_damage(damage, header, row=row, header=header)
        for row, cells in reader:
            _tell_damage(damage, cells, row=row, header=header)
            rows.append([_NOT_TEXT.sub(_UNREAD, cell) for cell in islice(cells, len(header))])
    except csv.Error as broken:
        told.add_all(damage)
        told.add([unreadable(told.file, f"after row {row}: {broken}", row=row + 1)])
        return None
    if not damage:
        told.add([unreadable(told.file, str(error))])
        return None
    told.add_all(damage)
    names = [_NOT_TEXT.sub(_UNREAD, name) for name in header]
    columns = {
        name: [cells[at] if at < len(cells) else None for cells in rows] for at, name in enumerate(names)
    }
    table = pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String))
    return _with_rows(table, told, header=names, header_row=header_row)


def _tell_damage(damage: Told, cells: list[str], *, row: int, header: list[str]) -> None:
    if len(cells) > len(header):
        left = f"the row has {len(cells)} cells, the header {len(header)}; left over are {cells[len(header) :]!r}"
        damage.add_next(unreadable(damage.file, left, row=row))
    for name, cell in zip(header, cells, strict=False):
        if not cell.isascii() and _WRONG_BYTES.search(cell):
            held = cell.encode(errors="surrogateescape")
            likely = likely_encoding(held)
            looks = f", which look like {likely}" if likely else ""
            damage.add_next(
                unreadable(
                    damage.file,
                    f"the cell holds the bytes {held!r}{looks}",
                    row=row,
                    column=_NOT_TEXT.sub(_UNREAD, name),
                    fix="Save the file as UTF-8.",
                )
            )
        if "\0" in cell:
            column = _NOT_TEXT.sub(_UNREAD, name)
            damage.add_next(unreadable(damage.file, "the cell holds a NUL byte", row=row, column=column))


def _nul_header(file: Path) -> Finding:
    return unreadable(
        file.name,
        "the header holds NUL bytes, which look like UTF-16 without its mark",
        row=HEADER_ROW,
        fix="Save the file as UTF-8.",
    )


def _wrong_names(file: str, header: list[str]) -> Iterator[Finding]:
    for name, count in Counter(header).items():
        if count > 1:
            yield _wrong_name(
                file, name, found=f"The header names {name!r} twice.", expected="each column once."
            )
        elif name in {ROW, FILE}:
            found = f"The header names {name!r}, which stands for the place of a row inside apportion."
            yield _wrong_name(file, name, found=found, expected=f"a name other than {ROW} and {FILE}.")


def _wrong_name(file: str, name: str, *, found: str, expected: str) -> Finding:
    return Finding(
        code=Code.COLUMN_DUPLICATE,
        severity=Severity.ERROR,
        file=file,
        row=HEADER_ROW,
        column=name,
        found=found,
        expected=expected,
        fix="Rename the column or take it out.",
    )


def unreadable(
    file: str,
    told: str,
    *,
    row: int | None = None,
    column: str = "",
    fix: str = "Mend the file, or export it again.",
) -> Finding:
    """Return that a file, or a cell of it, cannot be read."""
    first_line = (told.strip().splitlines() or ["no reason given"])[0].rstrip(".")
    return Finding(
        code=Code.FILE_UNREADABLE,
        severity=Severity.ERROR,
        file=file,
        row=row,
        column=column,
        found=f"It cannot be read as a table: {first_line}.",
        expected="a header and one line per row, each with no more cells than the header, in UTF-8.",
        fix=fix,
    )
