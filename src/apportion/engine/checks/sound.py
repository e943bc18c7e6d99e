"""The part of a world that later checks may rest on: rows without an error, whose references hold.

A row with an error has its finding already; the checks that need whole rows look at the others, so that all
findings come at once and none is a consequence of another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import polars as pl

from apportion.errors import Finding, Severity
from apportion.model.accepts import parse_accepted
from apportion.model.columns import Kind, Table
from apportion.model.contracts import TABLES
from apportion.model.parsing import FILE, ROW
from apportion.model.told import Cut
from apportion.model.world import World


def whole_rows(world: World, findings: Iterable[Finding]) -> World:
    """Return the world without rows that have an error, and without tables of which not all such rows are named."""
    wrong: dict[str, set[int]] = {}
    unnamed: set[str] = set()
    for one in findings:
        if one.severity is Severity.ERROR and one.row is not None:
            wrong.setdefault(one.file, set()).add(one.row)
        elif one.severity is Severity.ERROR and isinstance(one, Cut):
            unnamed.add(one.file)
    tables = {
        name: _without(frame, wrong)
        for name, frame in world.tables.items()
        if {column.name for column in TABLES[name].needed if column.required} <= set(frame.columns)
        and unnamed.isdisjoint(frame[FILE].head(1))
    }
    return replace(world, tables=tables)


def sound_part(whole: World) -> World:
    """Return a world of whole rows without those that name a row which is left out."""
    tables = dict(whole.tables)
    while True:
        kept = {name: _referring(frame, TABLES[name], tables=tables) for name, frame in tables.items()}
        if all(len(kept[name]) == len(tables[name]) for name in tables):
            return replace(whole, tables=kept)
        tables = kept


def _without(frame: pl.DataFrame, wrong: Mapping[str, set[int]]) -> pl.DataFrame:
    if not len(frame):
        return frame
    return frame.filter(~pl.col(ROW).is_in(list(wrong.get(frame[FILE][0], ()))))


def _referring(frame: pl.DataFrame, contract: Table, *, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return the rows whose strict references hold among the rows kept."""
    for column in contract.columns:
        if not column.refers or column.loose or column.name not in frame.columns:
            continue
        if column.refers not in tables:
            if TABLES[column.refers].required:
                return frame.clear()
            continue
        known = set(tables[column.refers][TABLES[column.refers].key[0]].to_list())
        if column.kind is Kind.LIST:
            # Few lists are different from each other, so each is read once.
            lists = frame[column.name].list.join("|")
            holds = {
                text: known.issuperset(parse_accepted(one)[0] for one in text.split("|"))
                for text in lists.drop_nulls().unique()
            }
            kept = [text for text, is_held in holds.items() if is_held]
            frame = frame.filter(lists.is_null() | lists.is_in(kept))
        else:
            frame = frame.filter(pl.col(column.name).is_null() | pl.col(column.name).is_in(list(known)))
    return frame
