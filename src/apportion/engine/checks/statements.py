"""Checks of rows with the same key: two statements of one fact, or a slip."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import polars as pl

from apportion.engine.at_row import Row, finding_at, findings_at
from apportion.errors import Code, Finding, Severity
from apportion.model.canonical import as_text
from apportion.model.columns import Table
from apportion.model.contracts import TABLES
from apportion.model.parsing import FILE, ROW
from apportion.model.world import World

# What a statement may change without saying anything else of the fact.
_ABOUT = {FILE, ROW, "basis", "evidence", "note", "known_on", "public_on", "known_to"}
# What rests on a document, if it is so.
_NEEDING = ("fact", "order", "estimate", "claim")
# Parts of names that nobody gives a column.
_FIRST, _EARLIER = "\x1ffirst", "\x1fearlier"


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
    first = repeated.select(pl.col(ROW).first().over(*key, "known_on").alias(_FIRST)).to_series()
    rows = as_text(repeated).with_columns(repeated[ROW], first)
    yield from findings_at(rows.filter(pl.col(ROW) != first), partial(_duplicate, contract=contract))
    yield from _conflicts(rows.filter(pl.col(ROW) == first).drop(_FIRST), contract)


def _duplicate(row: Row, *, contract: Table) -> Finding:
    return finding_at(
        row,
        Code.KEY_DUPLICATE,
        severity=Severity.ERROR,
        column=contract.key[0],
        found=f"{_named(row, contract)} stands in row {row[_FIRST]} already, with the same known_on.",
        expected="each key once, or a later known_on for each further statement of the fact.",
        fix="Take one row out, rename it, or give the day on which the new statement could be known.",
    )


def _conflicts(statements: pl.DataFrame, contract: Table) -> Iterable[Finding]:
    """Yield where a statement differs from the one of the same fact that was known last before it."""
    key = list(contract.key)
    ordered = statements.sort(*key, "known_on", nulls_last=False)
    said = [column for column in ordered.columns if column not in {*_ABOUT, *key}]
    above = pl.col(ROW, "known_on", *key, *said).shift().name.suffix(_EARLIER)
    is_same_fact = pl.all_horizontal(pl.col(part).eq_missing(pl.col(f"{part}{_EARLIER}")) for part in key)
    has_above = pl.col(f"{ROW}{_EARLIER}").is_not_null()
    beside = ordered.with_columns(above).filter(has_above & is_same_fact)
    for column in said:
        differing = beside.filter(pl.col(column).ne_missing(pl.col(f"{column}{_EARLIER}")))
        yield from findings_at(differing, partial(_conflict, contract=contract, column=column))


def _conflict(then: Row, *, contract: Table, column: str) -> Finding:
    earlier = {name: then[f"{name}{_EARLIER}"] for name in (ROW, "known_on", column)}
    return finding_at(
        then,
        Code.FACTS_CONFLICT,
        severity=Severity.WARNING,
        column=column,
        found=(
            f"{_named(then, contract)} says {then[column] or ''!r} (known on {then['known_on']}); "
            f"row {earlier[ROW]} says {earlier[column] or ''!r} "
            f"(known on {earlier['known_on'] or 'any day'})."
        ),
        expected="one value, or a later one that corrects the earlier.",
        fix="Both are kept; the one known last by the day looked at stands.",
    )


def _named(row: Row, contract: Table) -> str:
    parts = ", ".join(f"{column} {row[column]!r}" for column in contract.key)
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


def check_evidence(world: World) -> list[Finding]:
    """List the tables with rows that say how they are known and not by what; only where evidence is listed at all.

    What is forecast or assumed needs none, and a document needs no other.
    """
    if "evidence" not in world.tables:
        return []
    found: list[Finding] = []
    for name in world.tables:
        frame = world.statements(name)
        if name == "evidence" or "basis" not in frame.columns:
            continue
        has_none = pl.col("evidence").is_null() if "evidence" in frame.columns else pl.lit(value=True)
        bare = frame.filter(has_none, pl.col("basis").is_in(_NEEDING))
        if len(bare):
            found.append(_evidence_missing(bare, table=name))
    return found


def _evidence_missing(bare: pl.DataFrame, *, table: str) -> Finding:
    first = bare.bottom_k(1, by=ROW).row(0, named=True)
    rows = f"1 row of {table} stands" if len(bare) == 1 else f"{len(bare):,} rows of {table} stand"
    return Finding(
        code=Code.EVIDENCE_MISSING,
        severity=Severity.INFO,
        file=str(first[FILE]),
        column="evidence",
        found=f"{rows} without evidence; the first is row {first[ROW]}, of basis {first['basis']!r}.",
        expected=f"ids of the table evidence in each row of basis {', '.join(_NEEDING)}.",
        fix="Name what the rows rest on, or give them the basis assumption.",
    )


STATEMENT_CHECKS = (check_statements, check_view, check_evidence)
