"""The standing rows of one table while some of them are put back; statements that no longer stand are kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import polars as pl

from apportion.model.columns import Kind
from apportion.model.contracts import TABLES
from apportion.model.parsing import FILE, ROW
from apportion.model.world import View, World

_AT = "_at"
_MOST_DIGITS = Decimal("0.000001")

Cell = str | int | None | list[str]
Key = tuple[Cell, ...]
PlainRow = Mapping[str, Cell]
TypedRow = dict[str, Any]


def stated_rows(world: World, table: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the statements of a table that stand, whatever the view, defaults not filled in; and all others."""
    seen = replace(world, view=View())
    frame = seen.statements(table).with_row_index(_AT)
    standing = replace(seen, tables={**seen.tables, table: frame}).table(table)[_AT]
    stands = frame[_AT].is_in(standing.implode())
    return frame.filter(stands).drop(_AT), frame.filter(~stands).drop(_AT)


def plain_rows(frame: pl.DataFrame, *, columns: Iterable[str]) -> list[PlainRow]:
    """Return the rows of a frame as plain values, empty cells left out: days and numbers as text, exact.

    Of each number there is one spelling: no zeros at the end of its decimals.
    """
    known = [name for name in columns if name in frame.columns]
    texts: list[pl.Expr] = []
    for name in known:
        dtype = frame.schema[name]
        if dtype == pl.Date():
            texts.append(pl.col(name).dt.to_string("%Y-%m-%d"))
        elif dtype.is_decimal():
            texts.append(pl.col(name).cast(pl.String()).str.replace(r"\.?0+$", ""))
    cells = frame.select(known).with_columns(texts)
    return [
        {name: cell for name, cell in zip(known, row, strict=True) if cell is not None}
        for row in cells.iter_rows()
    ]


class Rows:
    """Rows by their key, typed as the table's.

    Attributes:
        rows: The standing row of each key; cells as the files state them, defaults not filled in.
    """

    def __init__(self, world: World, table: str) -> None:
        """Take the standing row of each key of a table."""
        self._table = table
        self.rows: dict[Key, TypedRow] = {}
        rows, self._before = stated_rows(world, table)
        self._schema = dict(rows.schema)
        self._stated = set(self._schema)
        for column in TABLES[table].columns:
            self._schema.setdefault(column.name, column.kind.dtype)
        for row in rows.iter_rows(named=True):
            self.rows[self.key_of(row)] = dict.fromkeys(self._schema) | row

    def key_of(self, row: Mapping[str, Any]) -> Key:
        """Return a row's key as plain cells."""
        return tuple(_plain_key(row[name]) for name in TABLES[self._table].key)

    def put(self, key: Key, cells: Mapping[str, Cell]) -> None:
        """Set cells of a row from plain values; a row that is not there is made, its place the decision log."""
        contract = TABLES[self._table].by_name
        row = self.rows.get(key)
        if row is None:
            row = dict.fromkeys(self._schema) | {FILE: "", ROW: 0}
        self.rows[key] = row | {name: _typed(cell, contract[name].kind) for name, cell in cells.items()}

    def drop(self, key: Key) -> None:
        """Take a row out with all that was stated of it before."""
        del self.rows[key]
        names = TABLES[self._table].key
        before = self._before.select(names).iter_rows(named=True)
        keeps = pl.Series([self.key_of(row) != key for row in before], dtype=pl.Boolean)
        self._before = self._before.filter(keeps)

    def into(self, world: World, *, columns: Collection[str] | None = None) -> World:
        """Return the world with these rows.

        Args:
            world: The world they were taken from.
            columns: Those that are there though they be empty; None: those that the files have. Other empty columns
                are left out, so that what is put back is to the digest what it was.
        """
        made = pl.DataFrame(list(self.rows.values()), schema=self._schema)
        frame = pl.concat([self._before, made], how="diagonal")
        there = {FILE, ROW, *(self._stated if columns is None else columns)}
        empty = [name for name in frame.columns if name not in there and frame[name].is_null().all()]
        return replace(world, tables={**world.tables, self._table: frame.drop(empty)})


def _plain_key(cell: object) -> Cell:
    return cell.isoformat() if isinstance(cell, dt.date) else str(cell)


def is_cell(cell: object, kind: Kind) -> bool:
    """Return whether a plain value is a cell of a kind."""
    if kind is Kind.LIST:
        return isinstance(cell, list) and all(isinstance(one, str) for one in cell)
    if kind is Kind.COUNT:
        return type(cell) is int
    try:
        return isinstance(cell, str) and _typed(cell, kind) is not None
    except (ValueError, ArithmeticError):
        return False


def _typed(cell: Cell, kind: Kind) -> object:
    if cell is None:
        return None
    if kind is Kind.DAY:
        return dt.date.fromisoformat(str(cell))
    if kind is Kind.NUMBER:
        return Decimal(str(cell)).quantize(_MOST_DIGITS)
    return cell
