"""Export then import is the identity, and the digest of a world speaks of all its facts and of nothing else."""

from __future__ import annotations

import datetime as dt
import tempfile
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from apportion.files.folder import read_folder, write_folder
from apportion.model.columns import Column, Kind
from apportion.model.contracts import TABLES
from apportion.model.parsing import FILE, ROW
from apportion.model.world import World
from tests.build import write_scenario

SETTINGS = {"name": "odd", "start_on": dt.date(2024, 1, 1), "end_on": dt.date(2024, 2, 1)}
SUFFIXES = (".csv", ".parquet")
TABLE_NAMES = st.lists(st.sampled_from(sorted(TABLES)), min_size=1, max_size=2, unique=True)
ODD = (
    '"', '""', ",", "a,b", "a\nb", "a\r\nb", "\r", "|", "a|b", " lead", "trail ", "001", "1e3", "1.50", "-0",
    "2024-06-15", "2024-02-30", "null", "NA", "None", "true", "=1+1", "#", "\\", "'", "é", "Ω", "漢", "🙂",
    "\u2028", "\ufeff", "\t", "a\x1fb", "a\x1eb", "\\u", "_row", "nan", "inf",
)  # fmt: skip
LETTERS = st.characters(codec="utf-8", exclude_characters="\x00")
ODD_TEXT = st.one_of(st.sampled_from(ODD), st.text(LETTERS, min_size=1, max_size=6))
NAMES = st.one_of(
    st.sampled_from(["B", "a,b", 'q"', "x\ny", " blank ", "Ω", "1", "a_duplicated_0"]), ODD_TEXT
)
TAKEN = {ROW, FILE, *(name for table in TABLES.values() for name in table.by_name)}
DAYS = st.dates(dt.date(1900, 1, 1), dt.date(9999, 12, 31)).map(dt.date.isoformat)
PLAIN_SETTINGS = st.one_of(
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**6), max_value=10**6),
    st.dates(dt.date(1900, 1, 1)),
    st.text(LETTERS, max_size=4),
)
UNKNOWN_SETTINGS = st.recursive(
    PLAIN_SETTINGS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text("abz.", max_size=2), inner, max_size=3)
    ),
    max_leaves=5,
)


def cells(column: Column) -> st.SearchStrategy[str]:
    """Return the texts that may stand in a column."""
    if column.choices:
        choice = st.sampled_from(column.choices)
        return choice if column.kind is Kind.CHOICE else st.lists(choice, min_size=1).map("|".join)
    least = 0 if column.least is None else column.least
    by_kind: dict[Kind, st.SearchStrategy[str]] = {
        Kind.TEXT: ODD_TEXT,
        Kind.COUNT: st.integers(least, 10**15 - 1).map(str),
        Kind.NUMBER: st.decimals(1, 10**15 - 1, places=6).map(lambda value: format(value, "f")),
        Kind.DAY: DAYS,
        Kind.LIST: st.lists(st.text("aé 1,\"'", min_size=1).filter(str.strip), min_size=1).map("|".join),
    }
    return by_kind[column.kind]


@st.composite
def text_tables(draw: st.DrawFn) -> dict[str, list[dict[str, str]]]:
    """Return tables of text whose cells fit their columns, unknown columns and repeated keys among them."""
    tables: dict[str, list[dict[str, str]]] = {}
    for name in draw(TABLE_NAMES):
        table = TABLES[name]
        needed = {column.name for column in table.columns if column.required or column.filled_once_present}
        spare = draw(st.lists(st.sampled_from(sorted(set(table.by_name) - needed)), max_size=4, unique=True))
        unknown = draw(st.lists(NAMES.filter(lambda text: text not in TAKEN), max_size=2, unique=True))
        columns = [*(column.name for column in table.needed), *spare, *unknown]
        row = st.fixed_dictionaries(
            {
                column: cells(table.by_name[column])
                if column in needed
                else st.one_of(st.just(""), cells(table.by_name.get(column, Column(column, Kind.TEXT, ""))))
                for column in columns
            }
        )
        rows = draw(st.lists(row, min_size=1, max_size=3))
        tables[name] = draw(st.permutations([*rows, rows[0]]))
    return tables


def read_there(folder: Path) -> World:
    """Return the world of a folder; its tables may be few, but none of its cells is wrong."""
    reading = read_folder(folder)
    assert {finding.code for finding in reading.findings} <= {"table-missing", "setting-unknown"}
    assert reading.world is not None
    return reading.world


def facts(world: World) -> dict[str, pl.DataFrame]:
    """Return the tables without the places of their rows."""
    return {name: frame.drop(ROW, FILE) for name, frame in world.tables.items()}


def assert_same(one: World, other: World) -> None:
    """Hold that two worlds are the same to the letter and in every type."""
    assert other.settings == one.settings
    assert facts(other).keys() == facts(one).keys()
    for name, frame in facts(one).items():
        assert facts(other)[name].schema == frame.schema
        assert facts(other)[name].equals(frame), name
    assert other.digest == one.digest


@settings(max_examples=25)
@given(text_tables(), st.dictionaries(st.text("abcz_", min_size=1, max_size=3), UNKNOWN_SETTINGS, max_size=3))
def test_export_then_import_is_the_identity(
    tables: dict[str, list[dict[str, str]]], unknown: dict[str, Any]
) -> None:
    with tempfile.TemporaryDirectory() as root:
        path = Path(root)
        policy = {"level_by": "group", "count_from_on": dt.date(2023, 12, 1), **unknown}
        world = read_there(
            write_scenario(path / "in", {**unknown, **SETTINGS, "policy": policy}, tables=tables)
        )
        for name, rows in tables.items():
            texts = [text for text, column in TABLES[name].by_name.items() if column.kind is Kind.TEXT]
            for column in (column for column in world.tables[name].columns if column in texts):
                assert world.tables[name][column].to_list() == [row[column] or None for row in rows]
        for first in SUFFIXES:
            write_folder(world, path / first, suffix=first)
            again = read_there(path / first)
            assert_same(world, again)
            for then in SUFFIXES:
                write_folder(again, path / f"{first}{then}", suffix=then)
                assert_same(world, read_there(path / f"{first}{then}"))


@settings(max_examples=25)
@given(text_tables(), st.randoms(use_true_random=False))
def test_the_digest_speaks_of_every_fact_and_not_of_the_order_of_rows(
    tables: dict[str, list[dict[str, str]]], rng: Random
) -> None:
    with tempfile.TemporaryDirectory() as root:
        world = read_there(write_scenario(Path(root), SETTINGS, tables=tables))
    shuffled = {
        name: frame.select(rng.sample(frame.columns, len(frame.columns))).sample(
            fraction=1, shuffle=True, seed=rng.randrange(100)
        )
        for name, frame in world.tables.items()
    }
    assert World(world.settings, shuffled).digest == world.digest
    seen = {world.digest}
    for name, frame in facts(world).items():
        row = frame.height - 1
        for column in frame.columns:
            other = pl.Series(
                column, [another(frame[column][row], frame.schema[column])], dtype=frame.schema[column]
            )
            changed = frame.with_columns(pl.concat([frame[column][:row], other]).alias(column))
            whole = changed.with_columns(world.tables[name][ROW], world.tables[name][FILE])
            seen.add(World(world.settings, {**world.tables, name: whole}).digest)
        fewer = world.tables[name][1:]
        seen.add(World(world.settings, {**world.tables, name: fewer}).digest)
    assert len(seen) == 1 + sum(len(frame.columns) + 1 for frame in facts(world).values())


def another(value: Any, dtype: pl.DataType) -> object:  # noqa: ANN401 - a cell of any kind
    """Return a cell that holds something else."""
    empty = {
        pl.String: "z",
        pl.List: ["z"],
        pl.Int64: 1,
        pl.Decimal: Decimal(1),
        pl.Date: dt.date(2000, 1, 1),
    }
    match value:
        case None:
            return empty[type(dtype)]
        case dt.date():
            return dt.date(2000, 1, 1) if value.year < 2000 else value - dt.timedelta(days=1)
        case pl.Series():
            return [*value.to_list(), "z"]
        case str():
            return f"{value}z"
        case _:
            return value + 1
