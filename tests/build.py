"""Builders for tests: worlds from text tables, with defaults for what a test does not speak of."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import tomli_w

from apportion.engine.planning import draft_plan
from apportion.files.folder import read_folder
from apportion.files.settings import SettingsReader
from apportion.model.columns import DECIMALS, Kind
from apportion.model.contracts import TABLES
from apportion.model.parsing import FILE, ROW, parse_table
from apportion.model.plan import Plan
from apportion.model.policy import Policy
from apportion.model.world import World
from apportion.study.capacity import PARTS
from apportion.study.sharing import Programme
from apportion.verify import verify

Rows = Sequence[Mapping[str, str]]


def write_scenario(folder: Path, settings: Mapping[str, Any], *, tables: Mapping[str, Rows]) -> Path:
    """Write a scenario folder as a planner would have it, and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "scenario.toml").write_text(tomli_w.dumps(dict(settings)), encoding="utf-8")
    for name, rows in tables.items():
        text_frame(rows, table=name).drop(ROW).write_csv(folder / f"{name}.csv")
    return folder


def text_frame(rows: Rows, *, table: str = "") -> pl.DataFrame:
    """Return rows of text as a frame, empty cells unknown; without a row, the columns that a table needs."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    if not columns:
        columns = [column.name for column in TABLES[table].needed]
    cells = {column: [row.get(column) or None for row in rows] for column in columns}
    return pl.DataFrame(cells, schema=dict.fromkeys(columns, pl.String)).with_row_index(ROW, offset=2)


def make_world(settings: Mapping[str, Any], tables: Mapping[str, Rows]) -> World:
    """Return the world of settings and text tables; findings of reading are a failure of the test."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        (path / "scenario.toml").write_text(tomli_w.dumps(dict(settings)), encoding="utf-8")
        reading = read_folder(path)
    assert reading.world is not None, reading.findings
    typed: dict[str, pl.DataFrame] = {}
    for name, rows in tables.items():
        parsed = parse_table(text_frame(rows, table=name), TABLES[name], file=f"{name}.csv")
        assert not parsed.findings, parsed.findings
        typed[name] = parsed.frame
    return World(reading.world.settings, typed)


def typed_world(settings: Mapping[str, Any], tables: Mapping[str, Rows]) -> World:
    """Return the world of settings and text tables without the readers, for tests that make thousands.

    Only for cells that are known to fit their columns; `make_world` gives the same world.
    """
    read = SettingsReader(dict(settings)).read()
    assert read is not None
    return World(read, {name: _typed_frame(rows, table=name) for name, rows in tables.items()})


_PLACES = Decimal(1).scaleb(-DECIMALS)
_TYPED: dict[Kind, Callable[[str], object]] = {
    Kind.TEXT: str,
    Kind.CHOICE: str,
    Kind.COUNT: int,
    Kind.NUMBER: lambda cell: Decimal(cell).quantize(_PLACES),
    Kind.DAY: dt.date.fromisoformat,
    Kind.LIST: lambda cell: [part.strip() for part in cell.split("|")],
}


def _typed_frame(rows: Rows, *, table: str) -> pl.DataFrame:
    contract = TABLES[table]
    names = list(dict.fromkeys(name for row in rows for name in row))
    names = names or [column.name for column in contract.needed]
    kinds = {name: contract.by_name[name].kind if name in contract.by_name else Kind.TEXT for name in names}
    cells: dict[str, list[object]] = {
        name: [_TYPED[kind](row[name]) if row.get(name) else None for row in rows]
        for name, kind in kinds.items()
    }
    columns: dict[str, list[object]] = {
        ROW: list(range(2, len(rows) + 2)),
        FILE: [f"{table}.csv"] * len(rows),
    }
    schema: dict[str, pl.DataType] = {ROW: pl.UInt32(), FILE: pl.String()}
    schema |= {name: kind.dtype for name, kind in kinds.items()}
    return pl.DataFrame(columns | cells, schema=schema)


def proven_plan(world: World, policy: Policy | None = None) -> Plan:
    """Return the plan that the engine makes of a world, without the studies; a plan not proven fails the test."""
    chosen = policy or world.settings.policy
    draft = draft_plan(world, chosen)
    plan = Plan(
        scenario=world.settings.name,
        world_digest=world.digest,
        view=world.view,
        policy=chosen,
        software="test",
        shares=draft.shares,
        stages=draft.stages,
        cut_orders=draft.cut_orders,
        tables={
            "allocations": draft.allocations,
            "shortages": draft.shortages,
            "levels": draft.levels,
        },
        findings=draft.findings,
    )
    assert verify(world, plan) == []
    return plan


def day(text: str) -> dt.date:
    """Return a date from its text."""
    return dt.date.fromisoformat(text)


def make_programme(
    name: str,
    *,
    origin: int,
    first: int = 0,
    deadline: int | None = None,
    units: int | None = None,
    work: int | None = None,
    sites: Sequence[str] = (),
) -> Programme:
    """Return a programme of the party `us`, its days counted from `origin`, its need in whole reference units."""
    return Programme(
        programme=name,
        party="us",
        name=name,
        kind="training",
        start=origin + first,
        deadline=None if deadline is None else origin + deadline,
        units=None if units is None else units * PARTS,
        work=None if work is None else work * PARTS,
        sites=frozenset(sites),
        basis="",
        evidence=(),
    )
