"""Checks of rows with the same key: two statements of one fact, or a slip."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import polars as pl

from apportion.errors import Code, Finding, Severity
from apportion.model.canonical import as_text
from apportion.model.columns import Table
from apportion.model.contracts import TABLES
from apportion.model.parsing import FILE, ROW
from apportion.model.world import World

# What a statement may change without saying anything else of the fact.
_ABOUT = {FILE, ROW, "basis", "evidence", "note", "known_on", "public_on", "known_to"}


def check_statements(world: World) -> list[Finding]:
    """List repeated keys: the same day twice is an error; different days that disagree are a warning."""
    found: list[Finding] = []
    for name in world.tables:
        contract, frame = TABLES[name], world.statements(name)
        key = list(contract.key)
        if set(key) <= set(frame.columns) and frame.select(key).is_duplicated().any():
            found.extend(_of_table(frame, contract))
    return found


def _of_table(frame: pl.DataFrame, contract: Table) -> Iterable[Finding]:
    key = list(contract.key)
    # A row without its key has its finding already, and names no fact that another could repeat.
    named = [column.name for column in contract.needed if column.name in key and column.required]
    repeated = frame.filter(frame.select(key).is_duplicated()).drop_nulls(named)
    if "known_on" not in repeated.columns:
        repeated = repeated.with_columns(pl.lit(None, dtype=pl.Date()).alias("known_on"))
    text = as_text(repeated)
    groups: dict[tuple[str | None, ...], list[dict[str, str | None]]] = {}
    for row in text.iter_rows(named=True):
        groups.setdefault(tuple(row[part] for part in key), []).append(row)
    for name, rows in groups.items():
        first_of_day: dict[str | None, dict[str, str | None]] = {}
        for row in rows:
            day = row["known_on"]
            if day in first_of_day:
                yield _duplicate(contract, name, row=row, first=first_of_day[day])
            first_of_day.setdefault(day, row)
        yield from _conflicts(contract, name, rows=list(first_of_day.values()))


def _duplicate(
    contract: Table,
    name: tuple[str | None, ...],
    *,
    row: dict[str, str | None],
    first: dict[str, str | None],
) -> Finding:
    return Finding(
        code=Code.KEY_DUPLICATE,
        severity=Severity.ERROR,
        file=str(row[FILE]),
        row=int(row[ROW] or 0),
        column=contract.key[0],
        found=f"{_named(contract, name)} stands in row {first[ROW]} already, with the same known_on.",
        expected="each key once, or a later known_on for each further statement of the fact.",
        fix="Take one row out, rename it, or give the day on which the new statement could be known.",
    )


def _conflicts(
    contract: Table, name: tuple[str | None, ...], *, rows: list[dict[str, str | None]]
) -> Iterable[Finding]:
    ordered = sorted(rows, key=lambda row: row["known_on"] or "")
    for earlier, then in pairwise(ordered):
        differing = [column for column in then if column not in _ABOUT and then[column] != earlier[column]]
        for column in differing:
            yield Finding(
                code=Code.FACTS_CONFLICT,
                severity=Severity.WARNING,
                file=str(then[FILE]),
                row=int(then[ROW] or 0),
                column=column,
                found=(
                    f"{_named(contract, name)} says {then[column] or ''!r} (known on {then['known_on']}); "
                    f"row {earlier[ROW]} says {earlier[column] or ''!r} "
                    f"(known on {earlier['known_on'] or 'any day'})."
                ),
                expected="one value, or a later one that corrects the earlier.",
                fix="Both are kept; the one known last by the day looked at stands.",
            )


def _named(contract: Table, name: tuple[str | None, ...]) -> str:
    parts = ", ".join(f"{column} {value!r}" for column, value in zip(contract.key, name, strict=True))
    return f"In {contract.name} the row with {parts}"


def check_view(world: World) -> list[Finding]:
    """List the tables of which nothing was known yet to the viewer on the day looked at."""
    view = world.view
    return [
        Finding(
            code=Code.NOTHING_KNOWN_YET,
            severity=Severity.INFO,
            file=str(world.tables[name][FILE][0]),
            found=f"No row of {name} was known by {view.as_known_on or 'any day'} to {view.viewpoint}.",
            expected="nothing else: this is what the viewer knew.",
            fix="Look at a later day or another viewpoint to see more.",
        )
        for name in world.emptied
    ]


STATEMENT_CHECKS = (check_statements, check_view)
