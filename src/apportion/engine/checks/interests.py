"""Checks of interests: shares that cannot be, ties of a party to itself, and more than the whole of one entity."""

from __future__ import annotations

from functools import partial

import polars as pl

from apportion.engine.at_row import Row, finding_at, findings_at
from apportion.errors import Code, Finding, Severity
from apportion.model.world import World

_WHOLE = 100
_OWNER = "owner"
_SHARES = ("share_percent", "share_percent_low", "share_percent_high")


def check_shares(world: World) -> list[Finding]:
    """List the interests with a share above the whole, or with one that counts for nothing."""
    stated = world.statements("interests")
    found: list[Finding] = []
    for column in (name for name in _SHARES if name in stated.columns):
        found += findings_at(stated.filter(pl.col(column) > _WHOLE), partial(_above_whole, column=column))
    if "share_percent" in stated.columns:
        idle = stated.filter(pl.col("share_percent").is_not_null() & (pl.col("role") != _OWNER))
        found += findings_at(idle, _no_owner)
    return found


def _above_whole(row: Row, *, column: str) -> Finding:
    return finding_at(
        row,
        Code.INTEREST_SHARE,
        severity=Severity.ERROR,
        column=column,
        found=f"{row['holder']!r} holds {_text(row[column])} percent of {row['entity']!r}.",
        expected="a share from 0 to 100 percent.",
        fix="Correct the share.",
    )


def _no_owner(row: Row) -> Finding:
    return finding_at(
        row,
        Code.INTEREST_SHARE,
        severity=Severity.WARNING,
        column="share_percent",
        found=f"{row['holder']!r} holds {_text(row['share_percent'])} percent of {row['entity']!r}"
        f" as {row['role']!r}.",
        expected="a share in a row of the role 'owner'; every other role ties in full.",
        fix="The share is counted nowhere; state it in a row of its own, with the role owner.",
    )


def check_own_entity(world: World) -> list[Finding]:
    """List the interests of a party in itself."""
    stated = world.statements("interests")
    return findings_at(stated.filter(pl.col("holder") == pl.col("entity")), _in_itself)


def _in_itself(row: Row) -> Finding:
    return finding_at(
        row,
        Code.INTEREST_IN_ITSELF,
        severity=Severity.WARNING,
        column="holder",
        found=f"{row['holder']!r} holds an interest in itself, as {row['role']!r}.",
        expected="a holder other than the entity.",
        fix="The row ties nobody to anybody; correct one of the two.",
    )


def check_shares_of_one(world: World) -> list[Finding]:
    """List, of each entity, the first interest by which its owners hold more than the whole of it on a day."""
    stated = world.table("interests")
    is_claimed = pl.col("basis").eq_missing("claim") if "basis" in stated.columns else pl.lit(value=False)
    is_owned = (pl.col("role") == _OWNER) & pl.col("share_percent").is_not_null()
    owners = stated.filter(is_owned & ~is_claimed)
    begins = owners.with_columns(day=pl.col("from_on"), change=pl.col("share_percent"))
    ends = owners.filter(pl.col("until_on").is_not_null()).with_columns(
        day=pl.col("until_on"), change=-pl.col("share_percent")
    )
    # On one day what ends goes before what begins: `until_on` is the first day on which it no longer holds.
    changes = pl.concat([begins, ends]).sort("entity", "day", "change", "_row", nulls_last=False)
    held = changes.with_columns(held=pl.col("change").cum_sum().over("entity"))
    above = held.filter((pl.col("held") > _WHOLE) & (pl.col("change") > 0))
    return findings_at(above.unique(subset="entity", keep="first", maintain_order=True), _above_all)


def _above_all(row: Row) -> Finding:
    day = "since ever" if row["day"] is None else f"on {row['day']}"
    return finding_at(
        row,
        Code.INTEREST_SUM,
        severity=Severity.WARNING,
        column="share_percent",
        found=f"The owners of {row['entity']!r} hold {_text(row['held'])} percent of it {day}.",
        expected="at most 100 percent of one entity on one day.",
        fix="Correct a share, or end one holding where another begins; a stake counts for at most the whole.",
    )


def _text(value: object) -> str:
    text = str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


INTEREST_CHECKS = (check_shares, check_own_entity)
INTEREST_SUM_CHECKS = (check_shares_of_one,)
