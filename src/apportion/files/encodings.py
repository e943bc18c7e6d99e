"""In which encoding and with which separator a CSV file is written, and what is told of it.

A byte order mark says the encoding, and known names in the header say the separator; nothing else is guessed.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from apportion.errors import Code, Finding, Severity
from apportion.model.columns import Table

_UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SEPARATORS = {";": "semicolons", "\t": "tabs"}
_PART_BYTES = 1 << 22
HEADER_ROW = 1  # As a spreadsheet counts.

# A file of UTF-8 as it lies on the disk, or the bytes of one that was decoded from something else.
Source = Path | bytes


def source_of(file: Path) -> tuple[Source, list[Finding]]:
    """Return where to read the UTF-8 of a file; one that a mark says to be in UTF-16 is decoded and told.

    Raises:
        UnicodeDecodeError: It has the mark of UTF-16 and is none.
        OSError: It cannot be read.
    """
    with file.open("rb") as opened:
        if opened.read(2) not in _UTF_16_MARKS:
            return file, []
    encoded = file.read_bytes().decode("utf-16").encode("utf-8")
    told = Finding(
        code=Code.FILE_ENCODING,
        severity=Severity.INFO,
        file=file.name,
        found="It is in UTF-16, as its first bytes say; it is read so.",
        expected="a file in UTF-8.",
        fix="Nothing, or save it as UTF-8.",
    )
    return encoded, [told]


def opened_bytes(source: Source) -> IO[bytes]:
    """Return the bytes of a source to be read from their beginning."""
    return source.open("rb") if isinstance(source, Path) else io.BytesIO(source)


def holds_nul(source: Source) -> bool:
    """Return whether there is a NUL byte in it."""
    with opened_bytes(source) as opened:
        return any(b"\0" in part for part in iter(lambda: opened.read(_PART_BYTES), b""))


def header_of(source: Source, *, separator: str = ",") -> tuple[list[str], int]:
    """Return the names of the columns and their row; none where every line is blank.

    Raises:
        UnicodeDecodeError: It is not in UTF-8.
        csv.Error: It cannot be divided into cells.
    """
    with io.TextIOWrapper(opened_bytes(source), encoding="utf-8-sig", newline="") as lines:
        for row, cells in enumerate(csv.reader(lines, delimiter=separator), start=HEADER_ROW):
            if cells:
                return cells, row
    return [], HEADER_ROW


def separator_of(source: Source, table: Table | None) -> str:
    """Return what separates the cells: a comma, unless the header has known names only by another."""
    if table is None or _names_any(source, ",", known=table.by_name):
        return ","
    return next((one for one in _SEPARATORS if _names_any(source, one, known=table.by_name)), ",")


def _names_any(source: Source, separator: str, *, known: Iterable[str]) -> bool:
    """Return whether the header names a known column, looking past bytes that are no UTF-8."""
    with io.TextIOWrapper(opened_bytes(source), encoding="utf-8-sig", errors="replace", newline="") as lines:
        try:
            header = next((cells for cells in csv.reader(lines, delimiter=separator) if cells), [])
        except csv.Error:
            return False
    return not {name.strip() for name in header}.isdisjoint(known)


def separator_told(separator: str, *, file: str) -> list[Finding]:
    """Return that a file has another separator than the comma."""
    if separator == ",":
        return []
    finding = Finding(
        code=Code.FILE_SEPARATOR,
        severity=Severity.INFO,
        file=file,
        found=f"Its cells are separated by {_SEPARATORS[separator]}; it is read so.",
        expected="commas between cells, and a point before decimals.",
        fix="Nothing, or save it with commas.",
    )
    return [finding]


def likely_encoding(held: bytes) -> str:
    """Return the encoding in which bytes that are no UTF-8 most likely are; empty where it cannot be told.

    >>> likely_encoding("é".encode("cp1252"))
    'Windows-1252'
    """
    try:
        held.decode("cp1252")
    except UnicodeDecodeError:
        return ""
    return "Windows-1252"
