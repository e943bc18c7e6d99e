"""Builders for tests: worlds from text tables, with defaults for what a test does not speak of."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import tomli_w

from apportion.files.folder import read_folder
from apportion.model.contracts import TABLES
from apportion.model.parsing import ROW, parse_table
from apportion.model.world import World

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


def day(text: str) -> dt.date:
    """Return a date from its text."""
    return dt.date.fromisoformat(text)
