"""Checks of readiness, reservations and settings."""

from __future__ import annotations

import polars as pl

from apportion.engine.at_row import Row, finding_at, findings_at
from apportion.errors import Code, Finding, Severity
from apportion.model.policy import Case
from apportion.model.world import World


def check_readiness_never_falls(world: World) -> list[Finding]:
    """List the steps of a site with less power than an earlier one; cases may reorder steps, so the middle counts."""
    steps = world.case(Case.MIDDLE).table("readiness").sort("site", "ready_on", "power_kw", "step")
    before = pl.col("power_kw").shift().over("site")
    falling = steps.with_columns(
        before.alias("before"), pl.col("step").shift().over("site").alias("step_before")
    )
    return findings_at(falling.filter(pl.col("power_kw") < pl.col("before")), _falls)


def _falls(row: Row) -> Finding:
    return finding_at(
        row,
        Code.READINESS_FALLS,
        severity=Severity.ERROR,
        column="power_kw",
        found=f"Step {row['step']!r} of {row['site']!r} has {row['power_kw']} kW, after {row['before']} kW.",
        expected="usable power in all from that day on, never less than the step before.",
        fix=f"Add the power of step {row['step_before']!r}, or correct one of the rows.",
    )


def check_sites_have_dates(world: World, *, stated: World) -> list[Finding]:
    """List the sites that open orders accept and of which no readiness is known.

    Args:
        world: Orders and sites without an error.
        stated: Everything that was read: a row of readiness that is wrong has its own finding, and a table that
            could not be read has one too.
    """
    readiness = stated.statements("readiness")
    if not len(world.table("sites")) or "readiness" not in stated.tables or "site" not in readiness.columns:
        return []
    known = set(readiness["site"].to_list())
    orders = world.table("orders").filter(pl.col("status") == "open")
    accepted = set(orders["sites"].explode().drop_nulls().to_list()) if len(orders) else set()
    sites = world.table("sites").filter(pl.col("site").is_in(list(accepted - known)))
    return findings_at(sites, _never_ready)


def _never_ready(row: Row) -> Finding:
    return finding_at(
        row,
        Code.SITE_NEVER_READY,
        severity=Severity.INFO,
        column="site",
        found=f"Open orders accept {row['site']!r}; no readiness of it is known.",
        expected="a row of readiness for each site that should be supplied.",
        fix="Nothing ships there; add the day and the power when they are known.",
    )


def check_balances(world: World) -> list[Finding]:
    """List the lots whose balance is not that of the order they are reserved for."""
    orders = world.table("orders").select(pl.col("order").alias("reserved_for"), theirs=pl.col("balance"))
    lots = world.table("supply").join(orders, on="reserved_for", how="inner")
    return findings_at(lots.filter(pl.col("balance") != pl.col("theirs")), _balance)


def _balance(row: Row) -> Finding:
    found = f"Lot {row['lot']!r} has balance {row['balance']!r}; order {row['reserved_for']!r} has {row['theirs']!r}."
    return finding_at(
        row,
        Code.BALANCE_DISAGREES,
        severity=Severity.WARNING,
        column="balance",
        found=found,
        expected="the same balance, so that lot and order move by the same units.",
        fix="Give both the same name, or leave one empty.",
    )


def check_count_from(world: World) -> list[Finding]:
    """List a first day of counting that lies after the first day of the plan."""
    count_from_on = world.settings.policy.count_from_on
    if count_from_on is None or count_from_on <= world.settings.calendar.start_on:
        return []
    finding = Finding(
        code=Code.COUNT_FROM_AFTER_START,
        severity=Severity.ERROR,
        file="scenario.toml",
        column="policy.count_from_on",
        found=f"Receipts count from {count_from_on} on; the plan starts on {world.settings.calendar.start_on}.",
        expected="a day no later than start_on, so that everything the plan ships counts.",
        fix="Correct the date, or leave it out for start_on.",
    )
    return [finding]


SITE_ROW_CHECKS = (check_readiness_never_falls, check_count_from)
SITE_CHECKS = (check_balances,)
