"""Rows of text → typed columns, or findings.

Every cell arrives as text, so that nothing is guessed before the contract speaks: `001` is not 1. A cell
that does not fit becomes empty in the typed column **and** a finding, so no later step can miss it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from apportion.errors import Code, Finding, Severity
from apportion.model.columns import DECIMALS, NUMBER, Column, Kind
from apportion.model.told import Told

if TYPE_CHECKING:
    from apportion.model.columns import Table

ROW = "_row"
FILE = "_file"
_WHOLE = r"^[+-]?\d{1,15}(\.0*)?$"
_DECIMAL = r"^[+-]?(\d{1,15}(\.\d*)?|\.\d+)$"
_TOO_FINE = rf"\.\d{{{DECIMALS}}}\d*[1-9]"
_ISO_DAY = r"^\d{4}-\d{2}-\d{2}$"
# Spreadsheets put a day of the year 1900 where a cell held none; nothing here is older.
_FIRST_YEAR = 1900
_BLANKS = re.compile(r"[\s_]+")
# So alike are two names of which one is most likely the other misspelt.
_NEAR = 0.8
_MOST_NAMES = 2_000
_EXPECTED = {
    Kind.COUNT: "a whole number of at most 15 digits, without thousands separators.",
    Kind.NUMBER: f"a decimal number of at most {DECIMALS} decimals, without thousands separators.",
    Kind.DAY: "a date as YYYY-MM-DD between 1900 and 9999.",
}


@dataclass(frozen=True, slots=True)
class Parsed:
    """A typed table and what was wrong with the text."""

    frame: pl.DataFrame
    told: Told

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return what was wrong; where that is limited, the first of it and how much more there was."""
        return tuple(self.told.findings())


def parse_table(
    text: pl.DataFrame,
    table: Table,
    *,
    file: str,
    before: Told | None = None,
    emptied: Mapping[str, Sequence[int]] | None = None,
) -> Parsed:
    """Return the typed columns of one table.

    Args:
        text: Every column as text, empty cells null, with the row numbers in `_row`.
        table: Its contract.
        file: The file as the user named it, for findings.
        before: What is told of the file already; without it, misspelt columns are not told.
        emptied: Of a column the rows whose cell is empty because what stands there was told already.
    """
    told = Told(file) if before is None else before
    columns: list[pl.Series] = [text[ROW], pl.Series(FILE, [file] * len(text), dtype=pl.String)]
    for name in text.columns:
        if name == ROW:
            continue
        column = table.by_name.get(name)
        if column is None:
            columns.append(text[name])
            continue
        columns.append(_parse_column(text, column, told=told))
        rows = text if emptied is None else text.filter(~pl.col(ROW).is_in(list(emptied.get(name, ()))))
        _check_filled(rows, column, table=table, told=told)
    near = near_columns(text.columns, table)
    told.add(_check_columns_there(text, table, file=file, near=near))
    if (
        before is not None
    ):  # A workbook's reader knows other spellings itself, and which are meant to the letter.
        told.add(_check_columns_known(near, file=file))
    return Parsed(pl.DataFrame(columns), told)


def near_columns(header: Sequence[str], table: Table) -> dict[str, str]:
    """Return of each unknown column the known one that is not there and has nearly its name.

    >>> from apportion.model.contracts import TABLES
    >>> near_columns(["order", "Requested On", "remark"], TABLES["orders"])
    {'Requested On': 'requested_on'}
    """
    missing = {_squashed(name): name for name in table.by_name if name not in header}
    near: dict[str, str] = {}
    for name in header[:_MOST_NAMES]:
        if name == ROW or name in table.by_name:
            continue
        found = difflib.get_close_matches(_squashed(name), missing, n=1, cutoff=_NEAR)
        if found:
            near[name] = missing[found[0]]
    return near


def _squashed(name: str) -> str:
    """Return a name without what people write differently."""
    return _BLANKS.sub("", name).casefold()


def _check_columns_known(near: Mapping[str, str], *, file: str) -> Iterator[Finding]:
    for name, meant in near.items():
        yield Finding(
            code=Code.COLUMN_UNKNOWN,
            severity=Severity.WARNING,
            file=file,
            column=name,
            found=f"No column {name!r} is known; it is kept and changes nothing.",
            expected=f"{meant!r}, which is not there, or a name unlike it.",
            fix=f"Did you mean {meant}? Then rename it.",
        )


def _check_columns_there(
    text: pl.DataFrame, table: Table, *, file: str, near: Mapping[str, str]
) -> Iterator[Finding]:
    written = {meant: name for name, meant in near.items()}
    for column in table.needed:
        if column.name in text.columns or not column.required:
            continue
        fix = "Add it and fill every row."
        if column.name in written:
            fix = f"Rename the column {written[column.name]!r} to it, or add it and fill every row."
        yield Finding(
            code=Code.COLUMN_MISSING,
            severity=Severity.ERROR,
            file=file,
            column=column.name,
            found=f"There is no column {column.name!r}.",
            expected=f"a column {column.name!r}: {column.meaning}",
            fix=fix,
        )


def _check_filled(text: pl.DataFrame, column: Column, *, table: Table, told: Told) -> None:
    if not (column.required or column.filled_once_present):
        return
    empty = text.filter(pl.col(column.name).is_null())[ROW]
    told.add(
        (
            Finding(
                code=Code.VALUE_MISSING,
                severity=Severity.ERROR,
                file=told.file,
                row=row,
                column=column.name,
                found="The cell is empty.",
                expected=f"a value in every row of {table.name}: {column.meaning}",
                fix="Fill the cell; empty is unknown, and no plan can be made of it.",
            )
            for row in empty.head(told.most).to_list()
        ),
        rest=max(len(empty) - told.most, 0),
    )


def _parse_column(text: pl.DataFrame, column: Column, *, told: Told) -> pl.Series:
    raw = text[column.name]
    typed = _typed(raw, column.kind)
    _check_fits(text, typed, column=column, told=told)
    if column.kind in {Kind.COUNT, Kind.NUMBER} and (column.least is not None or column.above is not None):
        _check_range(text, typed, column=column, told=told)
    if column.choices:
        _check_choice(text, typed, column=column, told=told)
    return typed.alias(column.name)


def _typed(raw: pl.Series, kind: Kind) -> pl.Series:
    if kind in {Kind.TEXT, Kind.CHOICE}:
        return raw
    if kind is Kind.LIST:
        return _split(raw)
    trimmed = raw.str.strip_chars()
    if kind is Kind.DAY:
        days = trimmed.set(~trimmed.str.contains(_ISO_DAY).fill_null(value=True), None)
        parsed = days.str.to_date("%Y-%m-%d", strict=False)
        return parsed.set((parsed.dt.year() < _FIRST_YEAR).fill_null(value=False), None)
    if kind is Kind.COUNT:
        whole = trimmed.set(~trimmed.str.contains(_WHOLE).fill_null(value=True), None)
        return whole.str.replace(r"\.0*$", "").str.strip_prefix("+").cast(pl.Int64, strict=False)
    exact = trimmed.str.contains(_DECIMAL) & ~trimmed.str.contains(_TOO_FINE)
    decimals = trimmed.set(~exact.fill_null(value=True), None)
    padded = decimals.str.strip_prefix("+").str.replace(r"^(-?)\.", "${1}0.").str.replace(r"\.$", "")
    return padded.cast(NUMBER, strict=False)


def _split(raw: pl.Series) -> pl.Series:
    """Return lists of the parts between bars, each without surrounding blanks; an empty cell stays unknown."""
    parts = raw.str.split("|").list.eval(pl.element().str.strip_chars())
    return parts.cast(pl.List(pl.String))


def _check_fits(text: pl.DataFrame, typed: pl.Series, *, column: Column, told: Told) -> None:
    raw = text[column.name]
    if column.kind is Kind.LIST:
        wrong = typed.list.eval(pl.element() == "").list.any().fill_null(value=False)
        expected = "names separated by single bars, as in a|b."
    elif column.kind in _EXPECTED:
        wrong = raw.is_not_null() & typed.is_null()
        expected = _EXPECTED[column.kind]
    else:
        return
    _tell_cells(told, text.filter(wrong), column=column, code=Code.VALUE_INVALID, expected=expected)


def _check_range(text: pl.DataFrame, typed: pl.Series, *, column: Column, told: Told) -> None:
    if column.above is not None:
        wrong, expected = typed <= column.above, f"a number above {column.above}."
    else:
        wrong, expected = typed < column.least, f"a number of at least {column.least}."
    _tell_cells(
        told,
        text.filter(wrong.fill_null(value=False)),
        column=column,
        code=Code.VALUE_OUT_OF_RANGE,
        expected=expected,
    )


def _check_choice(text: pl.DataFrame, typed: pl.Series, *, column: Column, told: Told) -> None:
    allowed = list(column.choices)
    if column.kind is Kind.LIST:
        wrong = typed.list.eval(~pl.element().is_in(allowed)).list.any()
    else:
        wrong = ~typed.is_in(allowed)
    _tell_cells(
        told,
        text.filter(wrong.fill_null(value=False)),
        column=column,
        code=Code.VALUE_INVALID,
        expected=f"one of {', '.join(allowed)}.",
    )


def _tell_cells(told: Told, rows: pl.DataFrame, *, column: Column, code: Code, expected: str) -> None:
    first = rows.head(told.most)
    told.add(
        (
            Finding(
                code=code,
                severity=Severity.ERROR,
                file=told.file,
                row=row,
                column=column.name,
                found=f"The cell holds {value!r}.",
                expected=expected,
                fix="Correct the cell, or leave it empty if it is not known."
                if not column.required
                else "Correct the cell.",
            )
            for row, value in zip(first[ROW].to_list(), first[column.name].to_list(), strict=True)
        ),
        rest=len(rows) - len(first),
    )
