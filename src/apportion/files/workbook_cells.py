"""The cells of a sheet as values, each at its true place: text, number, truth, day, or what is wrong with it.

Only cells that hold something are kept, so a range to row 1,048,576 costs nothing. Of a formula the stored
value is taken; one without a stored value, and an error value, are `Wrong` and never passed over.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple, TypeAlias

from apportion.files.archive import Broken
from apportion.files.workbook_package import Node, Package

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
# Bounds what a few shared texts, named by many cells, can grow to.
_MOST_LETTERS = 1 << 28
_MOST_MERGED = 100_000
# Day formats that a file may name by number alone. Source: ECMA-376 part 1, 18.8.30.
_DAY_FORMATS = {*range(14, 23), *range(27, 37), *range(50, 59)}
_PERCENT_FORMATS = {"9", "10"}
_ELAPSED_FORMATS = {"46"}
_TIME_LETTERS = re.compile("[dmyhse]", re.IGNORECASE)
_NO_TIME_LETTERS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]|general|e[+-]', re.IGNORECASE)
_ELAPSED = re.compile(r"\[[hms]+\]", re.IGNORECASE)
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})")
_EXACT_WHOLE = re.compile(r"-?\d{1,15}")
_EPOCH, _EPOCH_1904 = dt.datetime(1899, 12, 30), dt.datetime(1904, 1, 1)  # noqa: DTZ001, a sheet has no zone
# The calendar of 1900 in a sheet has a 29 February that never was, serial 60; before it programs disagree.
_FIRST_SURE_SERIAL, _AFTER_LAST_SERIAL = 61, 2_958_466
_DAYS_TO_1904 = 1_462
_SECONDS_PER_DAY = 86_400


class Wrong(NamedTuple):
    """A cell that holds no value, with what it holds in words."""

    told: str


class Percent(float):
    """A number shown as a percentage: 0.05 that reads 5%, so that which of the two is meant is never guessed."""

    __slots__ = ()


class Elapsed(float):
    """A number of days shown as a length of time, such as 7 that reads 168:00:00."""

    __slots__ = ()


Value: TypeAlias = str | int | float | bool | dt.date | dt.datetime | dt.time | Wrong


class Area(NamedTuple):
    """A rectangle of cells, all four edges within it; rows and columns count from 1."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def name(self) -> str:
        """Return it as a spreadsheet writes it.

        >>> Area(1, 1, 20, 28).name
        'A1:AB20'
        """
        return f"{column_name(self.left)}{self.top}:{column_name(self.right)}{self.bottom}"


@dataclass(slots=True)
class Cells:
    """What stands on one sheet: the filled cells by row and column, and the areas that are merged."""

    rows: dict[int, dict[int, Value]] = field(default_factory=dict)
    merged: list[Area] = field(default_factory=list)


def column_name(number: int) -> str:
    """Return the letters of a column.

    >>> column_name(1), column_name(28), column_name(16384)
    ('A', 'AB', 'XFD')
    """
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def place(reference: str) -> tuple[int, int]:
    """Return row and column of a cell.

    Raises:
        Broken: There is no such cell.

    >>> place("$AB$20")
    (20, 28)
    """
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        raise Broken(f"it names the cell {reference!r}, which no sheet has")
    column = 0
    for letter in found[1].upper():
        column = column * 26 + ord(letter) - ord("A") + 1
    row = int(found[2])
    if not 1 <= row <= LAST_ROW or column > LAST_COLUMN:
        raise Broken(f"it names the cell {reference!r}, which no sheet has")
    return row, column


def area(reference: str) -> Area:
    """Return the rectangle of a range such as ``A1:H20``, or of one cell.

    Raises:
        Broken: There is no such cell.
    """
    first, _, last = reference.partition(":")
    (top, left), (bottom, right) = place(first), place(last or first)
    return Area(min(top, bottom), min(left, right), max(top, bottom), max(left, right))


def spelled_number(number: float) -> str:
    """Return the shortest decimal that is this number, whole ones without a point.

    >>> spelled_number(12.0), spelled_number(1.4300), spelled_number(5e-05), spelled_number(-0.0)
    ('12', '1.43', '0.00005', '0')
    """
    text = format(Decimal(repr(number)), "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def plain_text(text: str) -> str:
    """Return a text of the file with its escaped letters as they are.

    >>> plain_text("a_x0042__x005F_x0041_")
    'aB_x0041_'
    """
    if "_x" not in text:
        return text
    whole = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return whole.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class Styles:
    """Which styles of cells show days, lengths of time or percentages."""

    def __init__(self, package: Package) -> None:
        """Read the formats of numbers and the first day of the calendar."""
        path = package.linked("styles")
        tree = Node("", {}) if path is None else package.tree(path)
        codes = {
            node.attributes.get("numFmtId", ""): node.attributes.get("formatCode", "")
            for node in tree.walk("numFmts", "numFmt")
        }
        formats = [node.attributes.get("numFmtId", "0") for node in tree.walk("cellXfs", "xf")]
        self._days = {at for at, number in enumerate(formats) if _shows_day(number, codes=codes)}
        self._lengths = {at for at, number in enumerate(formats) if _shows_length(number, codes=codes)}
        self._percents = {at for at, number in enumerate(formats) if _shows_percent(number, codes=codes)}
        properties = next(package.book.walk("workbookPr"), Node("", {}))
        self._is_1904 = properties.attributes.get("date1904", "0") in {"1", "true"}

    def shown(self, number: float, *, style: str) -> Value | None:
        """Return the day, length or percentage that a style shows a number as; None where it shows the number."""
        at = int(style) if style.isdecimal() else 0
        if at in self._days:
            return self.day(number)
        if at in self._lengths:
            return Elapsed(number)
        return Percent(number) if at in self._percents else None

    def day(self, serial: float) -> Value:
        """Return the day, instant or time that a number stands for; the number itself where that is not sure."""
        first = 1 if self._is_1904 else _FIRST_SURE_SERIAL
        if 0 < serial < 1:
            return (_EPOCH + dt.timedelta(seconds=round(serial * _SECONDS_PER_DAY))).time()
        after_last = _AFTER_LAST_SERIAL - (_DAYS_TO_1904 if self._is_1904 else 0)
        # The last second of all would be rounded to a day that no calendar has.
        if not first <= serial < after_last - 1 / _SECONDS_PER_DAY:
            return serial
        epoch = _EPOCH_1904 if self._is_1904 else _EPOCH
        whole = int(serial)
        moment = epoch + dt.timedelta(days=whole, seconds=round((serial - whole) * _SECONDS_PER_DAY))
        return moment if moment.time() != dt.time() else moment.date()


def _shows_day(number: str, *, codes: Mapping[str, str]) -> bool:
    code = codes.get(number)
    if code is None:
        return number.isdecimal() and int(number) in _DAY_FORMATS
    first = code.partition(";")[0]
    # Hours beyond a day are a length of time: the number is a count of days.
    return not _ELAPSED.search(first) and bool(_TIME_LETTERS.search(_NO_TIME_LETTERS.sub("", first)))


def _shows_length(number: str, *, codes: Mapping[str, str]) -> bool:
    code = codes.get(number)
    return number in _ELAPSED_FORMATS if code is None else bool(_ELAPSED.search(code.partition(";")[0]))


def _shows_percent(number: str, *, codes: Mapping[str, str]) -> bool:
    code = codes.get(number)
    return number in _PERCENT_FORMATS if code is None else "%" in _NO_TIME_LETTERS.sub("", code)


def read_shared_texts(package: Package) -> list[str]:
    """Return the texts that cells name by number, phonetic hints left out."""
    path = package.linked("sharedStrings")
    if path is None:
        return []
    reader = _SharedTexts()
    package.stream(path, start=reader.start, end=reader.end, text=reader.text)
    return reader.texts


class _SharedTexts:
    def __init__(self) -> None:
        self.texts: list[str] = []
        self._parts: list[str] = []
        self._is_open = False
        self._is_hint = False

    def start(self, name: str, _: Mapping[str, str]) -> None:
        if name == "si":
            self._parts = []
        elif name == "rPh":
            self._is_hint = True
        elif name == "t":
            self._is_open = not self._is_hint

    def end(self, name: str) -> None:
        if name == "t":
            self._is_open = False
        elif name == "rPh":
            self._is_hint = False
        elif name == "si":
            self.texts.append(plain_text("".join(self._parts)))

    def text(self, part: str) -> None:
        if self._is_open:
            self._parts.append(part)


def read_sheet(package: Package, path: str, *, styles: Styles, texts: list[str]) -> Cells:
    """Return the cells of one sheet.

    Raises:
        Broken: The sheet is damaged.
    """
    reader = _SheetReader(styles, texts)
    package.stream(path, start=reader.start, end=reader.end, text=reader.text)
    return reader.cells


class _SheetReader:
    def __init__(self, styles: Styles, texts: list[str]) -> None:
        self.cells = Cells()
        self._styles = styles
        self._texts = texts
        self._row = self._column = self._letters = 0
        self._in_rows = self._in_cell = self._has_formula = self._is_open = self._is_hint = False
        self._kind, self._style = "n", "0"
        self._parts: list[str] | None = None
        self._values: dict[str, Callable[[str], Value | None]] = {
            "s": self._shared,
            "str": plain_text,
            "inlineStr": plain_text,
            "b": lambda text: text.strip() in {"1", "true"},
            "e": lambda text: Wrong(f"the error value {text!r}"),
            "d": _iso_moment,
            "n": self._number,
        }

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "c" and self._in_rows:
            reference = attributes.get("r")
            row, self._column = (self._row, self._column + 1) if reference is None else place(reference)
            if row != self._row or self._column > LAST_COLUMN:
                raise Broken(f"a cell of row {self._row} says that it is {reference!r}")
            self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "0")
            self._in_cell, self._has_formula, self._parts = True, False, None
        elif self._in_cell:
            if name == "v" or (name == "t" and not self._is_hint):
                self._is_open = True
                self._parts = self._parts or []
            elif name == "f":
                self._has_formula = True
            elif name == "rPh":
                self._is_hint = True
        elif name == "row" and self._in_rows:
            row_text = attributes.get("r", str(self._row + 1))
            self._row, self._column = place(f"A{row_text}")[0], 0
        elif name == "sheetData":
            self._in_rows = True
        elif name == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def end(self, name: str) -> None:
        if name in {"v", "t"}:
            self._is_open = False
        elif name == "rPh":
            self._is_hint = False
        elif name == "c" and self._in_cell:
            self._in_cell = False
            self._keep(self._value())
        elif name == "sheetData":
            self._in_rows = False

    def text(self, part: str) -> None:
        if self._is_open and self._parts is not None:
            self._parts.append(part)

    def _merge(self, reference: str) -> None:
        self.cells.merged.append(area(reference))
        if len(self.cells.merged) > _MOST_MERGED:
            raise Broken(f"one of its sheets has more than {_MOST_MERGED:,} merged areas")

    def _keep(self, value: Value | None) -> None:
        if value is None or value == "":
            return
        if isinstance(value, str):
            self._letters += len(value)
            if self._letters > _MOST_LETTERS:
                raise Broken(f"one of its sheets holds more than {_MOST_LETTERS:,} letters")
        self.cells.rows.setdefault(self._row, {})[self._column] = value

    def _value(self) -> Value | None:
        text = None if self._parts is None else "".join(self._parts)
        read = self._values.get(self._kind)
        if read is None:
            return Wrong(f"a value of the unknown kind {self._kind!r}")
        if text is None or (not text and self._kind not in {"str", "inlineStr"}):
            return Wrong("a formula without a stored value") if self._has_formula else None
        return read(text)

    def _shared(self, text: str) -> Value:
        number = int(text) if text.isdecimal() and len(text) < len(str(LAST_ROW)) + 3 else -1
        if not 0 <= number < len(self._texts):
            return Wrong(f"the shared text {text!r}, which the file lacks")
        return self._texts[number]

    def _number(self, text: str) -> Value:
        try:
            number = float(text)
        except ValueError:
            return Wrong(f"{text!r} as a number")
        if number in {float("inf"), float("-inf")} or number != number:  # noqa: PLR0124, only nan differs from itself
            return Wrong(f"{text!r} as a number")
        shown = self._styles.shown(number, style=self._style)
        if shown is not None:
            return shown
        return int(text) if _EXACT_WHOLE.fullmatch(text) else number


def _iso_moment(text: str) -> Value:
    try:
        moment = dt.datetime.fromisoformat(text.strip().rstrip("Z"))
    except ValueError:
        return Wrong(f"{text!r} as a date")
    return moment if moment.time() != dt.time() else moment.date()
