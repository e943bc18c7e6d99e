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
from pathlib import Path

import polars as pl

from apportion.errors import Code, Finding, Severity
from apportion.files.encodings import (
    HEADER_ROW,
    Source,
    count_of,
    header_of,
    holds_nul,
    likely_encoding,
    opened_bytes,
    rows_of,
    separator_of,
    separator_stated,
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
# A Parquet file begins and ends with these bytes; before the last stands the length of its footer.
_PARQUET_MARKS = (b"PAR1", b"PARE")
_MARK_BYTES, _LENGTH_BYTES = 4, 4


@dataclass(frozen=True, slots=True)
class _Csv:
    """A CSV file: where its UTF-8 is, what separates its cells, and whether its first line states that."""

    file: Path
    source: Source
    separator: str
    is_stated: bool

    @property
    def above(self) -> int:
        """Return how many lines stand above the header that are none of the table."""
        return int(self.is_stated)


def read_cells(file: Path, *, table: Table | None = None) -> tuple[pl.DataFrame | None, Told]:
    """Return every cell of a file as text, empty ones null, with row numbers; None where there are no rows to tell.

    Args:
        file: A CSV or Parquet file.
        table: Its contract, whose names tell the separator; without it, the comma.
    """
    told = Told(file.name)
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
    stated = separator_stated(source)
    one = _Csv(file, source, stated or separator_of(source, table), is_stated=bool(stated))
    told.add(separator_told(one.separator, file=file.name, is_stated=one.is_stated))
    try:
        header, header_row = header_of(source, separator=one.separator, above=one.above)
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
        text = pl.read_csv(
            source, separator=one.separator, infer_schema=False, glob=False, skip_lines=one.above
        )
        text.columns = header  # The reader leaves quotes inside a name doubled.
        told.add_all(_short_rows(one, text))
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


def _short_rows(one: _Csv, text: pl.DataFrame) -> Told:
    """Return the rows with fewer cells than the header; the reader takes the others for empty.

    A table of which every row is whole holds as many separators as its rows need, beside those inside its cells,
    so that the rows of a good file need not be looked at one by one.
    """
    told = Told(one.file.name)
    mark = one.separator.encode()
    needed = (text.width - 1) * (text.height + 1) + one.above
    if count_of(one.source, b'"'):  # Only cells between quotes hold separators.
        inside = text.select(pl.all().str.count_matches(one.separator, literal=True).sum()).row(0)
        needed += sum(inside) + sum(name.count(one.separator) for name in text.columns)
    if count_of(one.source, mark) == needed:
        return told
    header: list[str] = []
    with io.TextIOWrapper(opened_bytes(one.source), encoding="utf-8-sig", newline="") as lines:
        try:
            for row, cells in rows_of(lines, separator=one.separator, above=one.above):
                header = header or cells
                _tell_short(told, cells, row=row, header=header)
        except csv.Error:
            # A cell longer than the reader by rows takes: those before it are told, and no table is refused for it.
            return told
    return told


def _tell_short(told: Told, cells: list[str], *, row: int, header: list[str]) -> None:
    """Tell a row that has fewer cells than the header; a blank one lacks its key, which is told of it."""
    if not 0 < len(cells) < len(header):
        return
    if told.is_full:
        told.add((), rest=1, severity=Severity.WARNING)
        return
    finding = Finding(
        code=Code.ROW_SHORT,
        severity=Severity.WARNING,
        file=told.file,
        row=row,
        found=f"The row has {len(cells)} cells, the header {len(header)}; those that lack are read as empty.",
        expected="a cell under each name of the header, also where it is empty.",
        fix="Add the separators that lack at its end; or, where one was lost further left, put it back there.",
    )
    told.add([finding])


def _parquet_as_text(file: Path) -> pl.DataFrame:
    """Return every cell of a Parquet file as the text of its value; floats by their shortest decimal.

    Raises:
        SchemaError: It does not begin and end as a Parquet file does, or a column holds no plain values.
    """
    if not _ends_as_parquet(file):  # The reader would speak of it on the standard error.
        raise pl.exceptions.SchemaError("it does not begin and end as a Parquet file does")
    frame = pl.read_parquet(file, glob=False)
    return pl.DataFrame([_spelled(series) for series in frame.iter_columns()])


def _ends_as_parquet(file: Path) -> bool:
    with file.open("rb") as opened:
        first = opened.read(_MARK_BYTES)
        size = opened.seek(0, io.SEEK_END)
        if size < 2 * _MARK_BYTES + _LENGTH_BYTES:
            return False
        opened.seek(-_MARK_BYTES - _LENGTH_BYTES, io.SEEK_END)
        length, last = opened.read(_LENGTH_BYTES), opened.read(_MARK_BYTES)
    room = size - 2 * _MARK_BYTES - _LENGTH_BYTES
    return first in _PARQUET_MARKS and last in _PARQUET_MARKS and 0 < int.from_bytes(length, "little") <= room


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
        held = opened.read()
    lines = io.StringIO(held.decode("utf-8-sig", errors="surrogateescape"), newline="")
    reader = rows_of(lines, separator=one.separator, above=one.above, is_strict=True)
    damage, short = Told(told.file), Told(told.file)
    row, header, header_row = HEADER_ROW, list[str](), HEADER_ROW
    try:
        header_row, header = next(((row, cells) for row, cells in reader if cells), (row, []))
        row = header_row
        if any("\0" in name for name in header):
            told.add([_nul_header(one.file)])
            return None
        _tell_damage(damage, header, row=row, header=header)
        for row, cells in reader:
            if not _is_plain(cells) or len(cells) != len(header):
                _tell_damage(damage, cells, row=row, header=header)
                _tell_short(short, cells, row=row, header=header)
    except csv.Error as broken:
        told.add_all(damage)
        told.add([unreadable(told.file, f"after row {row}: {broken}", row=row + 1)])
        return None
    if not damage:
        told.add([unreadable(told.file, str(error))])
        return None
    told.add_all(damage)
    told.add_all(short)
    names = [_NOT_TEXT.sub(_UNREAD, name) for name in header]
    table = _without_damage(one, held, names=names)
    if table is None or len(table) != row - header_row:
        return None  # The other rows are divided otherwise than those that were told, so they are left out.
    return _with_rows(table, told, header=names, header_row=header_row)


def _without_damage(one: _Csv, held: bytes, *, names: list[str]) -> pl.DataFrame | None:
    """Return the rows with a stand-in for what is no text, and without the cells that no name stands over."""
    clean = held.decode("utf-8-sig", errors="replace").replace("\0", _UNREAD)
    try:
        table = pl.read_csv(
            clean.encode(),
            separator=one.separator,
            infer_schema=False,
            skip_lines=one.above,
            truncate_ragged_lines=True,
        )
    except _BROKEN:
        return None
    if table.width != len(names):
        return None
    if len(set(names)) == len(names):  # Names that stand twice are told from the header.
        table.columns = names
    return table


def _is_plain(cells: list[str]) -> bool:
    whole = "".join(cells)
    return whole.isascii() and "\0" not in whole


def _tell_damage(damage: Told, cells: list[str], *, row: int, header: list[str]) -> None:
    if len(cells) > len(header):
        if damage.is_full:
            damage.add((), rest=1)
        else:
            left = f"the row has {len(cells)} cells, the header {len(header)}; left over are"
            damage.add([unreadable(damage.file, f"{left} {cells[len(header) :]!r}", row=row)])
    for name, cell in zip(header, cells, strict=False):
        if cell.isascii() and "\0" not in cell:
            continue
        is_wrong, has_nul = _WRONG_BYTES.search(cell) is not None, "\0" in cell
        if damage.is_full:
            damage.add((), rest=is_wrong + has_nul)
            continue
        column = _NOT_TEXT.sub(_UNREAD, name)
        if is_wrong:
            damage.add([_wrong_bytes(damage.file, cell, row=row, column=column)])
        if has_nul:
            damage.add([unreadable(damage.file, "the cell holds a NUL byte", row=row, column=column)])


def _wrong_bytes(file: str, cell: str, *, row: int, column: str) -> Finding:
    held = cell.encode(errors="surrogateescape")
    likely = likely_encoding(held)
    looks = f", which look like {likely}" if likely else ""
    told = f"the cell holds the bytes {held!r}{looks}"
    return unreadable(file, told, row=row, column=column, fix="Save the file as UTF-8.")


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
