"""What stood when the first event of a decision log was written: the rows and rules that a decision is about.

Later edits of the files are laid beside it, so that a change nobody decided is seen, and what moves units between
related parties can be treated as not made.

Source: ``docs/concepts/held.md``, H1 and H2.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, cast

from apportion.digest import digest
from apportion.govern.rows import Key, PlainRow, is_cell, plain_rows, stated_rows
from apportion.model.columns import PROVENANCE, Same
from apportion.model.contracts import TABLES
from apportion.model.parsing import FILE, ROW
from apportion.model.policy import Count, LevelBy, Policy, Rule
from apportion.model.world import World

# The tables that decide who receives what.
FROZEN_TABLES = (
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
# Rows that were new at a later event of a log, by table.
Later = Mapping[str, tuple[PlainRow, ...]]
# What a row is called, and how it is known, moves no unit.
_WORDS = {"name", *(column.name for column in PROVENANCE)}


@dataclass(frozen=True)
class Frozen:
    """The material facts of one moment, as plain values.

    Attributes:
        tables: Of each material table the rows that stood, in the order of their keys: cells as the files stated
            them, remarks left out; numbers as text, exact.
        columns: The columns of each of these tables that there is.
        policy: The scenario's policy.
        horizon: First day, first day after the last, and period of the rounds.
    """

    tables: Mapping[str, tuple[PlainRow, ...]]
    columns: Mapping[str, list[str]]
    policy: Mapping[str, str | bool | list[str] | None]
    horizon: Mapping[str, str]

    @classmethod
    def from_world(cls, world: World) -> Frozen:
        """Return what stands in a world, whatever its view."""
        calendar = world.settings.calendar
        return cls(
            tables={name: standing_rows(world, name) for name in FROZEN_TABLES},
            columns={
                name: sorted(set(world.tables[name].columns) - {FILE, ROW})
                for name in FROZEN_TABLES
                if name in world.tables
            },
            policy=world.settings.policy.as_json(),
            horizon={
                "start_on": calendar.start_on.isoformat(),
                "end_on": calendar.end_on.isoformat(),
                "round": str(calendar.length),
            },
        )

    @classmethod
    def from_json(cls, value: Mapping[str, object]) -> Frozen:
        """Return what `as_json` gave.

        Raises:
            ValueError: It is no such thing; a log that was written elsewhere may say anything.
        """
        parts = [value.get(name) for name in ("tables", "columns", "policy", "horizon")]
        if not all(isinstance(part, Mapping) for part in parts):
            raise ValueError("What the log froze is not tables, columns, policy and horizon.")
        tables, columns, policy, horizon = cast("list[Mapping[str, Any]]", parts)
        policy_from_json(policy)
        return cls(
            tables={name: tuple(_read_rows(name, tables.get(name, ()))) for name in FROZEN_TABLES},
            columns={name: list(held) for name, held in columns.items()},
            policy=policy,
            horizon=horizon,
        )

    def as_json(self) -> dict[str, object]:
        """Return it as plain values; a cell that is empty is left out."""
        return {
            "tables": {name: [dict(row) for row in rows] for name, rows in self.tables.items()},
            "columns": dict(self.columns),
            "policy": dict(self.policy),
            "horizon": dict(self.horizon),
        }

    @cached_property
    def digest(self) -> str:
        """Return the SHA-256 of all of it."""
        return digest(self.as_json())

    def by_key(self, table: str) -> dict[Key, PlainRow]:
        """Return the rows of one table by their key."""
        return {_key(table, row): row for row in self.tables[table]}


def standing_rows(world: World, table: str) -> tuple[PlainRow, ...]:
    """Return the standing rows of a table as plain values, empty cells left out, in the order of their keys."""
    columns = [name for name in TABLES[table].by_name if name != "note"]
    rows = plain_rows(stated_rows(world, table)[0], columns=columns)
    return tuple(sorted(rows, key=lambda row: _in_words(_key(table, row))))


def policy_from_json(stated: Mapping[str, Any]) -> Policy:
    """Return the policy that was frozen.

    Raises:
        ValueError: It is none.
    """
    try:
        first = stated["count_from_on"]
        return Policy(
            rule=Rule(str(stated["rule"])),
            level_by=LevelBy(str(stated["level_by"])),
            count=Count(str(stated["count"])),
            readiness=bool(stated["readiness"]),
            whole_lots=bool(stated["whole_lots"]),
            commitments=tuple(stated["commitments"]),
            count_from_on=None if first is None else dt.date.fromisoformat(str(first)),
        )
    except (KeyError, TypeError) as problem:
        raise ValueError(f"The frozen policy lacks or misstates {problem}.") from problem


def _read_rows(table: str, rows: object) -> Iterator[PlainRow]:
    contract = TABLES[table].by_name
    needed = {column.name for column in TABLES[table].columns if column.required}
    for row in rows if isinstance(rows, list | tuple) else [rows]:
        held: Mapping[str, Any] = row if isinstance(row, dict) else {}
        is_row = needed <= held.keys() <= contract.keys()
        if not is_row or not all(is_cell(cell, contract[name].kind) for name, cell in held.items()):
            raise ValueError(f"A frozen row is none of {table}: {row!r}.")
        yield held


def _key(table: str, row: PlainRow) -> Key:
    return tuple(row[name] for name in TABLES[table].key)


def _in_words(key: Key) -> list[str]:
    return [str(cell) for cell in key]


def filled(table: str, row: PlainRow) -> PlainRow:
    """Return the cells of a row that a plan or a study may rest on, defaults filled in."""
    contract = TABLES[table]
    cells = {name: row.get(name) for name in contract.by_name if name not in _WORDS}
    for column in contract.columns:
        if column.name in cells and cells[column.name] is None:
            default = column.default
            cells[column.name] = cells[default.column] if isinstance(default, Same) else default
    return cells


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

    def as_json(self) -> dict[str, object]:
        """Return it as plain values."""
        return {
            "table": self.table,
            "key": list(self.key),
            "column": self.column,
            "was": self.was,
            "now": self.now,
        }

    @property
    def digest(self) -> str:
        """Return the SHA-256 of what changed, the same wherever the row stands."""
        return digest(self.as_json())


def changes_since(frozen: Frozen, present: Frozen) -> Iterator[Changed]:
    """Yield every material cell and row that differs from what was frozen, table by table, in the order of keys."""
    for name in FROZEN_TABLES:
        was, now = frozen.by_key(name), present.by_key(name)
        changed = [key for key in {*was, *now} if was.get(key) != now.get(key)]
        for key in sorted(changed, key=_in_words):
            yield from _changed_row(name, key, was=was.get(key), now=now.get(key))
    settings = (("policy", frozen.policy, present.policy), ("horizon", frozen.horizon, present.horizon))
    for where, before, after in settings:
        for column in sorted({*before, *after}):
            if before.get(column) != after.get(column):
                yield Changed(
                    table=where, key=(), column=column, was=before.get(column), now=after.get(column)
                )


def _changed_row(table: str, key: Key, *, was: PlainRow | None, now: PlainRow | None) -> Iterator[Changed]:
    if was is None or now is None:
        yield Changed(table=table, key=key, column="", was=was and dict(was), now=now and dict(now))
        return
    before, after = filled(table, was), filled(table, now)
    for column in before:
        if before[column] != after[column]:
            yield Changed(table=table, key=key, column=column, was=before[column], now=after[column])


def with_later(frozen: Frozen, later: Later) -> Frozen:
    """Return what was frozen with the rows that were new at later events; what was frozen first stands."""
    tables = {
        name: {**{_key(name, row): row for row in later.get(name, ())}, **frozen.by_key(name)}
        for name in FROZEN_TABLES
    }
    return replace(frozen, tables=_sorted(tables)) if any(later.values()) else frozen


def with_settled(frozen: Frozen, present: Frozen, *, settled: Collection[str]) -> Frozen:
    """Return what was frozen with the changes of these digests in it, so that they count as made."""
    tables = {name: frozen.by_key(name) for name in FROZEN_TABLES} if settled else {}
    policy, horizon = dict(frozen.policy), dict(frozen.horizon)
    for change in changes_since(frozen, present) if settled else ():
        if change.digest not in settled:
            continue
        if change.table == "policy":
            policy[change.column] = present.policy[change.column]
        elif change.table == "horizon":
            horizon[change.column] = present.horizon[change.column]
        elif change.now is None and not change.column:
            del tables[change.table][change.key]
        else:
            now = present.by_key(change.table)[change.key]
            row = dict(tables[change.table].get(change.key, now))
            row.pop(change.column, None)
            if change.column in now:
                row[change.column] = now[change.column]
            tables[change.table][change.key] = row
    if not settled:
        return frozen
    return replace(frozen, tables=_sorted(tables), policy=policy, horizon=horizon)


def _sorted(tables: Mapping[str, Mapping[Key, PlainRow]]) -> dict[str, tuple[PlainRow, ...]]:
    return {name: tuple(rows[key] for key in sorted(rows, key=_in_words)) for name, rows in tables.items()}
