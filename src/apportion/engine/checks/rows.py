"""Checks of single rows, the same for every table: references, ranges, periods, who knew when."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import polars as pl

from apportion.engine.at_row import Row, finding_at, findings_at
from apportion.errors import Code, Finding, Severity
from apportion.model.accepts import parse_accepted
from apportion.model.columns import Column, Kind
from apportion.model.contracts import TABLES
from apportion.model.parsing import FILE, ROW
from apportion.model.world import World

_PERIODS = (("from_on", "until_on"), ("since_on", "until_on"), ("start_on", "end_on"), ("on", "until_on"))


def check_references(world: World) -> list[Finding]:
    """List the cells that name something which no row of the table they refer to is called."""
    found: list[Finding] = []
    for name, frame in world.tables.items():
        for column in TABLES[name].by_name.values():
            if column.refers in world.tables and column.name in frame.columns:
                key = TABLES[column.refers].key[0]
                known = world.tables[column.refers]
                if key in known.columns:
                    found.extend(_unknown(frame, column, known=set(known[key].to_list())))
    return found


def _unknown(frame: pl.DataFrame, column: Column, *, known: set[str]) -> Iterable[Finding]:
    cells = frame.select(FILE, ROW, column.name).drop_nulls(column.name)
    if column.kind is Kind.LIST:
        # A name between two bars that is empty has its finding already.
        cells = cells.explode(column.name).filter(pl.col(column.name) != "")
    if column.name == "skus":
        # Few texts are different from each other, so each is read once.
        meant = {text: parse_accepted(text)[0] for text in cells[column.name].unique().to_list()}
        cells = cells.with_columns(pl.col(column.name).replace_strict(meant, return_dtype=pl.String))
    unknown = cells.filter(~pl.col(column.name).is_in(list(known))).unique(maintain_order=True)
    if column.loose:
        # No plan rests on it, so a name is told once, not in each of its rows.
        unknown = unknown.unique(subset=[column.name], keep="first", maintain_order=True)
    severity = Severity.WARNING if column.loose else Severity.ERROR
    return findings_at(
        unknown,
        lambda row: finding_at(
            row,
            Code.REFERENCE_UNKNOWN,
            severity=severity,
            column=column.name,
            found=f"The cell names {row[column.name]!r}.",
            expected=f"a name that stands in the table {column.refers}.",
            fix=f"Correct the name, or add {row[column.name]!r} to {column.refers}.",
        ),
    )


def check_ranges(world: World) -> list[Finding]:
    """List the values that lie outside their own low and high."""
    found: list[Finding] = []
    for name, frame in world.tables.items():
        for column in TABLES[name].columns:
            if column.range_columns and column.name in frame.columns:
                found.extend(_disordered(frame, column))
    return found


def _disordered(frame: pl.DataFrame, column: Column) -> Iterable[Finding]:
    low, high = column.range_columns or ("", "")
    for one, other in ((low, column.name), (column.name, high), (low, high)):
        if one not in frame.columns or other not in frame.columns:
            continue
        tell = partial(_out_of_order, one=one, other=other)
        yield from findings_at(frame.filter(pl.col(one) > pl.col(other)), tell)


def _out_of_order(row: Row, *, one: str, other: str) -> Finding:
    return finding_at(
        row,
        Code.RANGE_DISORDERED,
        severity=Severity.ERROR,
        column=one,
        found=f"{one} is {str(row[one])!r} and {other} is {str(row[other])!r}.",
        expected=f"{one} no greater than {other}.",
        fix="Correct one of them.",
    )


def check_periods(world: World) -> list[Finding]:
    """List the rows whose period ends before or when it begins."""
    found: list[Finding] = []
    for name, frame in world.tables.items():
        for first, end in _PERIODS:
            if {first, end} <= set(frame.columns) and {first, end} <= set(TABLES[name].by_name):
                ended = frame.filter(pl.col(end) <= pl.col(first))
                found.extend(findings_at(ended, partial(_empty_period, first=first, end=end)))
    return found


def _empty_period(row: Row, *, first: str, end: str) -> Finding:
    return finding_at(
        row,
        Code.PERIOD_EMPTY,
        severity=Severity.ERROR,
        column=end,
        found=f"{first} is {str(row[first])!r} and {end} is {str(row[end])!r}.",
        expected=f"{end} after {first}: it is the first day that no longer counts.",
        fix="Correct one of the dates.",
    )


def check_who_knew_when(world: World) -> list[Finding]:
    """List the rows made public before they could be known, and those that do not say who knew them first."""
    found: list[Finding] = []
    for frame in world.tables.values():
        if not {"known_on", "public_on"} <= set(frame.columns):
            continue
        told = pl.col("known_to").is_null() if "known_to" in frame.columns else pl.lit(value=True)
        early = frame.filter(pl.col("public_on") < pl.col("known_on"))
        is_later = pl.col("known_on").is_null() | (pl.col("public_on") > pl.col("known_on"))
        untold = frame.filter(pl.col("public_on").is_not_null() & is_later & told)
        found += findings_at(early, _public_too_early)
        found += findings_at(untold, _known_late)
    return found


def check_known_to_somebody(world: World) -> list[Finding]:
    """List the rows that are never public and known to no party, so that no viewpoint but all sees them."""
    found: list[Finding] = []
    for name, frame in world.tables.items():
        if "public_on" in frame.columns and not TABLES[name].always_known:
            is_untold = pl.col("known_to").is_null() if "known_to" in frame.columns else pl.lit(value=True)
            found += findings_at(frame.filter(pl.col("public_on").is_null() & is_untold), _known_to_nobody)
    return found


def _public_too_early(row: Row) -> Finding:
    return finding_at(
        row,
        Code.PUBLIC_BEFORE_KNOWN,
        severity=Severity.ERROR,
        column="public_on",
        found=f"public_on is {str(row['public_on'])!r} and known_on is {str(row['known_on'])!r}.",
        expected="public_on no earlier than known_on.",
        fix="Correct one of the dates.",
    )


def _known_late(row: Row) -> Finding:
    return finding_at(
        row,
        Code.KNOWN_TO_MISSING,
        severity=Severity.ERROR,
        column="known_to",
        found=f"It was known on {row['known_on'] or 'any day'} and public on {row['public_on']}; known_to is empty.",
        expected="the parties who knew it from known_on.",
        fix="Name them, separated by bars.",
    )


def _known_to_nobody(row: Row) -> Finding:
    return finding_at(
        row,
        Code.KNOWN_TO_NOBODY,
        severity=Severity.WARNING,
        column="known_to",
        found="public_on and known_to are empty: the row is not public and known to no party.",
        expected="the first day anyone could know it, or the parties who knew it.",
        fix="Fill one of them; until then only the viewpoint all sees the row.",
    )


def check_reference_sku(world: World) -> list[Finding]:
    """List a reference SKU that is none of the SKUs."""
    sku = world.settings.reference_sku
    known = world.tables.get("skus")
    if not sku or known is None or "sku" not in known.columns or sku in known["sku"].to_list():
        return []
    finding = Finding(
        code=Code.REFERENCE_UNKNOWN,
        severity=Severity.ERROR,
        file="scenario.toml",
        column="reference_sku",
        found=f"The setting names {sku!r}.",
        expected="a name that stands in the table skus.",
        fix="Correct the name, or add the SKU.",
    )
    return [finding]


ROW_CHECKS = (check_references, check_ranges, check_periods, check_who_knew_when, check_reference_sku)
WHOLE_ROW_CHECKS = (check_known_to_somebody,)
