"""Rows of text → typed columns, or findings.

Every cell arrives as text, so that nothing is guessed before the contract speaks: `001` is not 1. A cell
that does not fit becomes empty in the typed column **and** a finding, so no later step can miss it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from apportion.errors import Code, Finding, Severity
from apportion.model.columns import DECIMALS, NUMBER, Column, Kind

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
_EXPECTED = {
    Kind.COUNT: "a whole number of at most 15 digits, without thousands separators.",
    Kind.NUMBER: f"a decimal number of at most {DECIMALS} decimals, without thousands separators.",
    Kind.DAY: "a date as YYYY-MM-DD between 1900 and 9999.",
}


@dataclass(frozen=True, slots=True)
class Parsed:
    """A typed table and what was wrong with the text."""

    frame: pl.DataFrame
    findings: tuple[Finding, ...]


def parse_table(text: pl.DataFrame, table: Table, *, file: str) -> Parsed:
    """Return the typed columns of one table.

    Args:
        text: Every column as text, empty cells null, with the row numbers in `_row`.
        table: Its contract.
        file: The file as the user named it, for findings.
    """
    findings: list[Finding] = []
    columns: list[pl.Series] = [text[ROW], pl.Series(FILE, [file] * len(text), dtype=pl.String)]
    for name in text.columns:
        if name == ROW:
            continue
        column = table.by_name.get(name)
        if column is None:
            columns.append(text[name])
            continue
        typed, wrong = _parse_column(text, column, file=file)
        columns.append(typed)
        findings.extend(wrong)
        findings.extend(_check_filled(text, column, table=table, file=file))
    findings.extend(_check_columns_there(text, table, file=file))
    return Parsed(pl.DataFrame(columns), tuple(findings))


def _check_columns_there(text: pl.DataFrame, table: Table, *, file: str) -> list[Finding]:
    return [
        Finding(
            code=Code.COLUMN_MISSING,
            severity=Severity.ERROR,
            file=file,
            column=column.name,
            found=f"There is no column {column.name!r}.",
            expected=f"a column {column.name!r}: {column.meaning}",
            fix="Add it and fill every row.",
        )
        for column in table.needed
        if column.name not in text.columns and column.required
    ]


def _check_filled(text: pl.DataFrame, column: Column, *, table: Table, file: str) -> list[Finding]:
    if not (column.required or column.filled_once_present):
        return []
    empty = text.filter(pl.col(column.name).is_null())[ROW].to_list()
    return [
        Finding(
            code=Code.VALUE_MISSING,
            severity=Severity.ERROR,
            file=file,
            row=row,
            column=column.name,
            found="The cell is empty.",
            expected=f"a value in every row of {table.name}: {column.meaning}",
            fix="Fill the cell; empty is unknown, and no plan can be made of it.",
        )
        for row in empty
    ]


def _parse_column(text: pl.DataFrame, column: Column, *, file: str) -> tuple[pl.Series, list[Finding]]:
    raw = text[column.name]
    typed = _typed(raw, column.kind)
    findings = _check_fits(text, typed, column=column, file=file)
    if column.kind in {Kind.COUNT, Kind.NUMBER} and (column.least is not None or column.above is not None):
        findings += _check_range(text, typed, column=column, file=file)
    if column.choices:
        findings += _check_choice(text, typed, column=column, file=file)
    return typed.alias(column.name), findings


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


def _check_fits(text: pl.DataFrame, typed: pl.Series, *, column: Column, file: str) -> list[Finding]:
    raw = text[column.name]
    if column.kind is Kind.LIST:
        wrong = typed.list.eval(pl.element() == "").list.any().fill_null(value=False)
        expected = "names separated by single bars, as in a|b."
    elif column.kind in _EXPECTED:
        wrong = raw.is_not_null() & typed.is_null()
        expected = _EXPECTED[column.kind]
    else:
        return []
    return _findings_at(text.filter(wrong), column, code=Code.VALUE_INVALID, file=file, expected=expected)


def _check_range(text: pl.DataFrame, typed: pl.Series, *, column: Column, file: str) -> list[Finding]:
    if column.above is not None:
        wrong, expected = typed <= column.above, f"a number above {column.above}."
    else:
        wrong, expected = typed < column.least, f"a number of at least {column.least}."
    return _findings_at(
        text.filter(wrong.fill_null(value=False)),
        column,
        code=Code.VALUE_OUT_OF_RANGE,
        file=file,
        expected=expected,
    )


def _check_choice(text: pl.DataFrame, typed: pl.Series, *, column: Column, file: str) -> list[Finding]:
    allowed = list(column.choices)
    if column.kind is Kind.LIST:
        wrong = typed.list.eval(~pl.element().is_in(allowed)).list.any()
    else:
        wrong = ~typed.is_in(allowed)
    return _findings_at(
        text.filter(wrong.fill_null(value=False)),
        column,
        code=Code.VALUE_INVALID,
        file=file,
        expected=f"one of {', '.join(allowed)}.",
    )


def _findings_at(
    rows: pl.DataFrame, column: Column, *, code: Code, file: str, expected: str
) -> list[Finding]:
    return [
        Finding(
            code=code,
            severity=Severity.ERROR,
            file=file,
            row=row,
            column=column.name,
            found=f"The cell holds {value!r}.",
            expected=expected,
            fix="Correct the cell, or leave it empty if it is not known."
            if not column.required
            else "Correct the cell.",
        )
        for row, value in zip(rows[ROW].to_list(), rows[column.name].to_list(), strict=True)
    ]
