"""What stood when the first event of a decision log was written: the rows and rules that a decision is about.

Later edits of the files are laid beside it, so that a change nobody decided is seen, and what moves units between
related parties can be treated as not made.

Source: ``docs/concepts/held.md``, H1 and H2.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import cast

from apportion.digest import digest
from apportion.model.contracts import TABLES
from apportion.model.world import View, World

Cell = str | int | None | list[str]
Row = Mapping[str, Cell]
Key = tuple[Cell, ...]

# The tables that decide who receives what.
MATERIAL = (
    "parties",
    "entitlements",
    "skus",
    "sites",
    "readiness",
    "supply",
    "orders",
    "raises",
    "shipments",
    "fleet",
    "quotas",
)
# What a row is called, or remarks; it moves no unit.
_NAMES = {"name", "note"}


@dataclass(frozen=True)
class Frozen:
    """The material facts of one moment, as plain values.

    Attributes:
        tables: Of each material table the rows that stood, in the order of their keys; numbers as text, exact.
        policy: The scenario's policy.
        horizon: First day, first day after the last, and period of the rounds.
    """

    tables: Mapping[str, tuple[Row, ...]]
    policy: Mapping[str, str | bool | list[str] | None]
    horizon: Mapping[str, str]

    @classmethod
    def from_world(cls, world: World) -> Frozen:
        """Return what stands in a world, whatever its view."""
        seen = replace(world, view=View())
        calendar = world.settings.calendar
        return cls(
            tables={name: standing_rows(seen, name) for name in MATERIAL},
            policy=world.settings.policy.as_json(),
            horizon={
                "start_on": calendar.start_on.isoformat(),
                "end_on": calendar.end_on.isoformat(),
                "round": str(calendar.length),
            },
        )

    @classmethod
    def from_json(cls, value: Mapping[str, object]) -> Frozen:
        """Return what `as_json` gave; what it says is not checked here, its digest in the log is."""
        tables = cast("Mapping[str, list[Row]]", value["tables"])
        return cls(
            tables={name: tuple(tables.get(name, ())) for name in MATERIAL},
            policy=cast("Mapping[str, str | bool | list[str] | None]", value["policy"]),
            horizon=cast("Mapping[str, str]", value["horizon"]),
        )

    def as_json(self) -> dict[str, object]:
        """Return it as plain values; a cell that is empty is left out."""
        return {
            "tables": {
                name: [{column: cell for column, cell in row.items() if cell is not None} for row in rows]
                for name, rows in self.tables.items()
            },
            "policy": dict(self.policy),
            "horizon": dict(self.horizon),
        }

    @cached_property
    def digest(self) -> str:
        """Return the SHA-256 of all of it."""
        return digest(self.as_json())

    def by_key(self, table: str) -> dict[Key, Row]:
        """Return the rows of one table by their key."""
        return {key_of(table, row): row for row in self.tables[table]}


def standing_rows(world: World, table: str) -> tuple[Row, ...]:
    """Return the standing rows of a table as plain values, in the order of their keys."""
    rows = [plain_row(table, row) for row in world.table(table).iter_rows(named=True)]
    return tuple(sorted(rows, key=lambda row: [str(cell) for cell in key_of(table, row)]))


def plain_row(table: str, row: Mapping[str, object]) -> Row:
    """Return the cells of a row that a plan rests on, as plain values."""
    columns = [column.name for column in TABLES[table].columns if column.name not in _NAMES]
    return {name: _plain(row.get(name)) for name in columns}


def _plain(cell: object) -> Cell:
    if isinstance(cell, dt.date):
        return cell.isoformat()
    if isinstance(cell, Decimal):
        # One spelling for one number: 5 and 5.000000 are the same.
        text = format(cell, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(cell, list):
        return [str(part) for part in cell]
    return cast("str | int | None", cell)


def key_of(table: str, row: Row) -> Key:
    """Return what names a row in its table."""
    return tuple(row.get(name) for name in TABLES[table].key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """One cell, or one whole row, that is not what it was.

    Attributes:
        table: Its table; ``policy`` and ``horizon`` for the settings.
        key: What names the row.
        column: The column; empty: the row is new or gone.
        was: What stood there; None: nothing.
        now: What stands there; None: nothing.
    """

    table: str
    key: Key
    column: str
    was: object
    now: object


def changes_since(frozen: Frozen, world: World) -> Iterator[Changed]:
    """Yield every material cell and row that differs from what was frozen, table by table, in the order of keys."""
    present = Frozen.from_world(world)
    for name in MATERIAL:
        was, now = frozen.by_key(name), present.by_key(name)
        for key in sorted({*was, *now}, key=lambda key: [str(cell) for cell in key]):
            yield from _changed_row(name, key, was=was.get(key), now=now.get(key))
    settings = (("policy", frozen.policy, present.policy), ("horizon", frozen.horizon, present.horizon))
    for where, before, after in settings:
        for column in sorted({*before, *after}):
            if before.get(column) != after.get(column):
                yield Changed(
                    table=where, key=(), column=column, was=before.get(column), now=after.get(column)
                )


def _changed_row(table: str, key: Key, *, was: Row | None, now: Row | None) -> Iterator[Changed]:
    if was is None or now is None:
        yield Changed(table=table, key=key, column="", was=_filled(was), now=_filled(now))
        return
    for column in sorted({*was, *now}):
        if was.get(column) != now.get(column):
            yield Changed(table=table, key=key, column=column, was=was.get(column), now=now.get(column))


def _filled(row: Row | None) -> dict[str, Cell] | None:
    return None if row is None else {column: cell for column, cell in row.items() if cell is not None}
