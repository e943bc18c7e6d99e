"""Rows of tables by what stands in one column: each table is read once, however many claims ask for its rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

Row = Mapping[str, Any]


class Lookup:
    """Rows of tables by what stands in one column.

    Args:
        tables: The tables, as a world gives them.
    """

    def __init__(self, tables: Mapping[str, pl.DataFrame]) -> None:
        self._tables = tables
        self._found: dict[tuple[str, str], dict[object, list[tuple[int, Row]]]] = {}

    def rows(self, table: str, *, column: str, values: Iterable[object]) -> list[Row]:
        """Return the rows of a table in which one of some values stands in a column, in the order of the table."""
        held = self._found.get((table, column))
        if held is None:
            held = {}
            for place, row in enumerate(self._tables[table].iter_rows(named=True)):
                held.setdefault(row[column], []).append((place, row))
            self._found[table, column] = held
        parts = [held[value] for value in dict.fromkeys(values) if value in held]
        if len(parts) == 1:
            return [row for _, row in parts[0]]
        return [row for _, row in sorted((one for part in parts for one in part), key=_place)]


def _place(one: tuple[int, Row]) -> int:
    return one[0]
