"""A workbook being written: cells by their kind, never as a formula, and the same bytes for the same facts."""

from __future__ import annotations

import datetime as dt
import io
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

from apportion.errors import Code, Finding, FindingsError, Severity
from apportion.files.archive import write_whole
from apportion.files.workbook_cells import LAST_COLUMN, LAST_ROW, Wrong
from apportion.model.columns import Kind

# What a cell holds; counted as spreadsheets do, in UTF-16.
LONGEST_TEXT = 32_767
# A number of up to 15 digits goes through a cell and back unchanged; spreadsheets show and edit no more.
EXACT_DIGITS = 15
FIRST_SURE_DAY = dt.date(1900, 3, 1)  # Before it, spreadsheets count days differently.
DAY_FORMAT = "yyyy-mm-dd"
_LONGEST_NAME = 31
_NOT_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\", "_"))
_ROWS_MEASURED = 1_000
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_PAPER_A4 = 9
_NARROWEST, _WIDEST = 9, 48
_FORMATS: dict[str, dict[str, Any]] = {
    "header": {
        "bold": True,
        "bg_color": "#E8EDF3",
        "bottom": 1,
        "num_format": "@",
        "align": "left",
        "valign": "top",
    },
    "needed": {
        "bold": True,
        "bg_color": "#CFE0F2",
        "bottom": 1,
        "num_format": "@",
        "align": "left",
        "valign": "top",
    },
    "title": {"bold": True, "font_size": 14, "num_format": "@"},
    "label": {"bold": True, "num_format": "@", "valign": "top"},
    "prose": {"text_wrap": True, "num_format": "@", "valign": "top"},
    "text": {"num_format": "@"},
    "day": {"num_format": DAY_FORMAT, "align": "left"},
    "moment": {"num_format": f"{DAY_FORMAT} hh:mm:ss", "align": "left"},
    "time": {"num_format": "hh:mm:ss", "align": "left"},
    "whole": {"num_format": "#,##0"},
    "number": {"num_format": "#,##0.######"},
    "general": {},
}
_OF_KIND = {Kind.DAY: "day", Kind.COUNT: "whole", Kind.NUMBER: "number"}

Cell = str | int | float | bool | Decimal | dt.date | dt.datetime | dt.time | Wrong | None


def printable(text: str) -> str:
    """Return a text with a stand-in for what only a cell can hold, and neither a chart nor a property.

    >>> printable(f"a{chr(1)}b") == f"a{chr(0xFFFD)}b"
    True
    """
    return _UNPRINTABLE.sub("\ufffd", text)


class Book:
    """A workbook in the making.

    Attributes:
        findings: What no cell can hold, found on the way; `save` refuses while there is any.
    """

    def __init__(self, *, made_on: dt.date, title: str) -> None:
        """Start an empty workbook; `made_on` is the only day that its bytes speak of."""
        import xlsxwriter  # type: ignore[import-untyped]  # noqa: PLC0415 - slow to load, and few write a workbook

        self.findings: list[Finding] = []
        self._bytes = io.BytesIO()
        self._book: Any = xlsxwriter.Workbook(self._bytes, {"in_memory": True})
        midnight = dt.datetime.combine(made_on, dt.time())
        self._book.set_properties(
            {"title": printable(title)[:255], "author": "apportion", "created": midnight}
        )
        self._formats = {name: self._book.add_format(looks) for name, looks in _FORMATS.items()}
        self._names: set[str] = set()

    def sheet(self, name: str) -> Sheet:
        """Add a sheet; a name that no sheet can have, or that is taken, is changed to one that can be."""
        clean = name.translate(_NOT_IN_NAMES).strip("'")[:_LONGEST_NAME] or "sheet"
        if clean.lower() == "history":  # Spreadsheets keep this name for themselves.
            clean = "history_"
        free, number = clean, 2
        while free.lower() in self._names:
            ending = f" {number}"
            free, number = f"{clean[: _LONGEST_NAME - len(ending)]}{ending}", number + 1
        self._names.add(free.lower())
        return Sheet(self, self._book.add_worksheet(free), name=free)

    def chart(self, kind: dict[str, str]) -> Any:  # noqa: ANN401, the library has no types
        """Add a chart of a kind, still to be filled and placed."""
        return self._book.add_chart(kind)

    def looks(self, name: str) -> Any:  # noqa: ANN401
        """Return a format by its name."""
        return self._formats[name]

    def save(self, path: Path) -> Path:
        """Write the file.

        Raises:
            FindingsError: Something does not fit into a workbook.
            UsageError: No file can be written there.
        """
        self._book.close()
        if self.findings:
            raise FindingsError(self.findings)
        write_whole(path, self._bytes.getvalue())
        return path


class Sheet:
    """A sheet of a `Book`; rows and columns count from 1, as its reader sees them."""

    def __init__(self, book: Book, sheet: Any, *, name: str) -> None:  # noqa: ANN401
        """Wrap a sheet of the library."""
        self.name = name
        self.inner = sheet
        self._book = book
        self._widths: dict[int, int] = {}
        self.inner.set_landscape()
        self.inner.set_paper(_PAPER_A4)
        self.inner.fit_to_pages(1, 0)

    def write(self, at: tuple[int, int], value: Cell, *, looks: str = "", column: str = "") -> None:
        """Write one cell: text as text, whatever it begins with; None and empty text not at all.

        Args:
            at: Row and column.
            value: What it holds.
            looks: The name of a format; empty: that of the value's kind.
            column: The column's name, for findings.
        """
        row, place = at
        if value is None or value == "":
            return
        if row > LAST_ROW or place > LAST_COLUMN:
            if row == LAST_ROW + 1 or place == LAST_COLUMN + 1:
                self._book.findings.append(_beyond(self.name, column=column))
            return
        spot = (row - 1, place - 1)
        formats = self._book.looks
        match value:
            case bool():
                self.inner.write_boolean(*spot, value, formats(looks or "general"))
            case str() | Wrong():
                text = value.told if isinstance(value, Wrong) else value
                # No letter counts for more than two.
                if 2 * len(text) > LONGEST_TEXT and len(text.encode("utf-16-le")) // 2 > LONGEST_TEXT:
                    self._book.findings.append(_too_long(self.name, row, column=column, text=text))
                    return
                self.inner.write_string(*spot, text, formats(looks or "text"))
            case int() | float() | Decimal():
                self._write_number(spot, value, looks=looks)
            case dt.datetime() | dt.time():
                moment = value.replace(tzinfo=None)
                self.inner.write_datetime(
                    *spot, moment, formats("time" if isinstance(value, dt.time) else "moment")
                )
            case _:
                self._write_day(spot, value, looks=looks)
        if row <= _ROWS_MEASURED:
            self._widen(place, value)

    def _write_number(self, spot: tuple[int, int], value: float | Decimal, *, looks: str) -> None:
        exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        digits = exact.normalize().as_tuple().digits
        if len(digits) > EXACT_DIGITS:
            # A number that a cell would round stands as text, to the last digit.
            self.inner.write_string(*spot, format(exact, "f"), self._book.looks("text"))
            return
        plain = looks or ("whole" if exact == exact.to_integral_value() else "number")
        self.inner.write_number(*spot, float(exact), self._book.looks(plain))

    def _write_day(self, spot: tuple[int, int], day: dt.date, *, looks: str) -> None:
        if day < FIRST_SURE_DAY:
            self.inner.write_string(*spot, day.isoformat(), self._book.looks("text"))
        else:
            midnight = dt.datetime.combine(day, dt.time())
            self.inner.write_datetime(*spot, midnight, self._book.looks(looks or "day"))

    def _widen(self, place: int, value: Cell) -> None:
        text = str(value)
        longest = max(map(len, text.splitlines()), default=0)
        self._widths[place] = max(self._widths.get(place, _NARROWEST), min(longest + 2, _WIDEST))

    def set_widths(self, kinds: dict[int, Kind] | None = None) -> None:
        """Fit each column to what was written; empty cells of a column take the format of its kind."""
        for place, width in sorted(self._widths.items()):
            looks = "general" if kinds is None else _OF_KIND.get(kinds.get(place, Kind.TEXT), "text")
            self.inner.set_column(place - 1, place - 1, width, self._book.looks(looks))

    def freeze_header(self, *, rows: int, columns: int) -> None:
        """Keep row 1 in sight, on paper too, and put a filter on it, over the rows written."""
        self.inner.freeze_panes(1, 0)
        self.inner.repeat_rows(0)
        if columns:
            self.inner.autofilter(0, 0, max(rows, 1), min(columns, LAST_COLUMN) - 1)


def _too_long(sheet: str, row: int, *, column: str, text: str) -> Finding:
    return Finding(
        code=Code.VALUE_INVALID,
        severity=Severity.ERROR,
        file=f"sheet {sheet}",
        row=row,
        column=column,
        found=f"The cell would hold {len(text):,} letters, beginning with {text[:40]!r}.",
        expected=f"at most {LONGEST_TEXT:,}, the most that a cell of a workbook holds.",
        fix="Export to a folder or a .zip, or shorten the text.",
    )


def _beyond(sheet: str, *, column: str) -> Finding:
    return Finding(
        code=Code.VALUE_INVALID,
        severity=Severity.ERROR,
        file=f"sheet {sheet}",
        column=column,
        found="The table is larger than a sheet.",
        expected=f"at most {LAST_ROW:,} rows and {LAST_COLUMN:,} columns.",
        fix="Export to a folder or a .zip.",
    )
