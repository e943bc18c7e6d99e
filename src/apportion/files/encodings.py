"""In which encoding and with which separator a CSV file is written, and what is told of it.

A byte order mark says the encoding; a first line as ``sep=;`` or known names in the header say the separator;
nothing else is guessed.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, TextIO

from apportion.errors import Code, Finding, Severity
from apportion.model.columns import Table

# The mark of UTF-32 begins with that of UTF-16, so it is looked for first.
_MARKS = {
    "UTF-32": (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE),
    "UTF-16": (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE),
}
_LONGEST_MARK = 4
_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
# Bars part the names of a list, so they are taken only where the file says so.
_LOOKED_FOR = (";", "\t")
# What Excel writes and reads on a line of its own above the header.
_STATED = re.compile(rb'(?:\xef\xbb\xbf)?"?sep=([,;\t|])"?(?:\r|\n|$)', re.IGNORECASE)
_LONGEST_STATED = 16
_PART_BYTES = 1 << 22
HEADER_ROW = 1  # As a spreadsheet counts.

# A file of UTF-8 as it lies on the disk, or the bytes of one that was decoded from something else.
Source = Path | bytes


def source_of(file: Path) -> tuple[Source, list[Finding]]:
    """Return where to read the UTF-8 of a file; one that a mark says to be in another is decoded and told.

    Raises:
        UnicodeDecodeError: It has the mark of UTF-16 or UTF-32 and is none.
        OSError: It cannot be read.
    """
    with file.open("rb") as opened:
        first = opened.read(_LONGEST_MARK)
    encoding = next((name for name, marks in _MARKS.items() if first.startswith(marks)), None)
    if encoding is None:
        return file, []
    encoded = file.read_bytes().decode(encoding).encode("utf-8")
    told = Finding(
        code=Code.FILE_ENCODING,
        severity=Severity.INFO,
        file=file.name,
        found=f"It is in {encoding}, as its first bytes say; it is read so.",
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


def count_of(source: Source, mark: bytes) -> int:
    """Return how often a byte stands in it."""
    with opened_bytes(source) as opened:
        return sum(part.count(mark) for part in iter(lambda: opened.read(_PART_BYTES), b""))


def header_of(source: Source, *, separator: str = ",", above: int = 0) -> tuple[list[str], int]:
    """Return the names of the columns and their row; none where every line is blank.

    Args:
        source: The file.
        separator: What separates its cells.
        above: How many lines to pass over.

    Raises:
        UnicodeDecodeError: It is not in UTF-8.
        csv.Error: It cannot be divided into cells.
    """
    with io.TextIOWrapper(opened_bytes(source), encoding="utf-8-sig", newline="") as lines:
        for row, cells in rows_of(lines, separator=separator, above=above):
            if cells:
                return cells, row
    return [], HEADER_ROW


def rows_of(
    lines: TextIO, *, separator: str, above: int, is_strict: bool = False
) -> Iterator[tuple[int, list[str]]]:
    """Yield each row with its number, blank ones too, as a spreadsheet divides the file.

    Raises:
        csv.Error: What follows cannot be divided into cells.
    """
    for _ in range(above):
        lines.readline()
    reader = csv.reader(lines, delimiter=separator, strict=is_strict)
    yield from enumerate(reader, start=HEADER_ROW + above)


def separator_stated(source: Source) -> str:
    """Return the separator that a first line as ``sep=;`` states; empty where there is none."""
    with opened_bytes(source) as opened:
        found = _STATED.match(opened.read(_LONGEST_STATED))
    return found[1].decode() if found else ""


def separator_of(source: Source, table: Table | None) -> str:
    """Return what separates the cells: a comma, unless the header has known names only by another."""
    if table is None or _names_any(source, ",", known=table.by_name):
        return ","
    return next((one for one in _LOOKED_FOR if _names_any(source, one, known=table.by_name)), ",")


def _names_any(source: Source, separator: str, *, known: Iterable[str]) -> bool:
    """Return whether the header names a known column, looking past bytes that are no UTF-8."""
    with io.TextIOWrapper(opened_bytes(source), encoding="utf-8-sig", errors="replace", newline="") as lines:
        try:
            header = next((cells for cells in csv.reader(lines, delimiter=separator) if cells), [])
        except csv.Error:
            return False
    return not {name.strip() for name in header}.isdisjoint(known)


def separator_told(separator: str, *, file: str, is_stated: bool = False) -> list[Finding]:
    """Return that a file has another separator than the comma, or states one."""
    if separator == "," and not is_stated:
        return []
    states = "Its first line says that its cells" if is_stated else "Its cells"
    finding = Finding(
        code=Code.FILE_SEPARATOR,
        severity=Severity.INFO,
        file=file,
        found=f"{states} are separated by {_SEPARATORS[separator]}; it is read so.",
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
