"""Checks of claims: what they measure, in which unit, of which place, and on which days. No plan rests on them."""

from __future__ import annotations

import difflib
from functools import partial

import polars as pl

from apportion.engine.at_row import Row, finding_at, findings_at
from apportion.errors import Code, Finding, Severity
from apportion.model.metrics import METRICS
from apportion.model.world import World

# Metrics that say nothing without one more column.
_NEEDS = {
    "units_room": "sku",
    "unit_price_usd": "sku",
    "ready_on": "site",
    "share_percent": "counterparty",
}


def check_metrics(world: World) -> list[Finding]:
    """List the claims of a metric that is none."""
    claims = world.statements("claims")
    return findings_at(claims.filter(~pl.col("metric").is_in(list(METRICS))), _no_metric)


def _no_metric(row: Row) -> Finding:
    near = difflib.get_close_matches(str(row["metric"]), METRICS, n=1)
    meant = f"Did you mean {near[0]!r}? " if near else ""
    return finding_at(
        row,
        Code.METRIC_UNKNOWN,
        severity=Severity.WARNING,
        column="metric",
        found=f"Claim {row['claim']!r} measures {row['metric']!r}.",
        expected=f"one of {', '.join(METRICS)}.",
        fix=f"{meant}Name one of them; until then the claim cannot be compared with the facts.",
    )


def check_metric_units(world: World) -> list[Finding]:
    """List the claims whose unit is none of their metric."""
    claims = world.statements("claims")
    found: list[Finding] = []
    for metric in METRICS.values():
        wrong = claims.filter((pl.col("metric") == metric.name) & ~pl.col("unit").is_in(metric.units))
        found += findings_at(wrong, partial(_unfit, units=metric.units))
    return found


def _unfit(row: Row, *, units: tuple[str, ...]) -> Finding:
    return finding_at(
        row,
        Code.METRIC_UNIT,
        severity=Severity.WARNING,
        column="unit",
        found=f"Claim {row['claim']!r} states {row['metric']} in {row['unit']!r}.",
        expected=f"{' or '.join(repr(unit) for unit in units)}.",
        fix="Convert the value, or correct the metric; until then the claim cannot be compared with the facts.",
    )


def check_metric_places(world: World) -> list[Finding]:
    """List the claims that lack the SKU, site or counterparty without which their metric says nothing."""
    claims = world.statements("claims")
    found: list[Finding] = []
    for metric, column in _NEEDS.items():
        is_empty = pl.col(column).is_null() if column in claims.columns else pl.lit(value=True)
        found += findings_at(
            claims.filter((pl.col("metric") == metric) & is_empty), partial(_placeless, column=column)
        )
    return found


def _placeless(row: Row, *, column: str) -> Finding:
    return finding_at(
        row,
        Code.METRIC_PLACE,
        severity=Severity.WARNING,
        column=column,
        found=f"Claim {row['claim']!r} measures {row['metric']!r} and its {column} is empty.",
        expected=f"the {column} that it speaks of.",
        fix="Name it; until then the claim cannot be compared with the facts.",
    )


def check_claims_known_after_said(world: World) -> list[Finding]:
    """List the claims that are known, or public, before they were made."""
    claims = world.statements("claims")
    found: list[Finding] = []
    for column in ("known_on", "public_on"):
        if column in claims.columns:
            early = claims.filter(pl.col(column) < pl.col("said_on"))
            found += findings_at(early, partial(_known_early, column=column))
    return found


def _known_early(row: Row, *, column: str) -> Finding:
    return finding_at(
        row,
        Code.CLAIM_KNOWN_EARLY,
        severity=Severity.WARNING,
        column=column,
        found=f"Claim {row['claim']!r} was said on {row['said_on']} and its {column} is {str(row[column])!r}.",
        expected=f"{column} no earlier than said_on: nobody knows a claim before it is made.",
        fix="Correct one of the dates.",
    )


def check_targets_after_said(world: World) -> list[Finding]:
    """List the plans for a day that had passed when they were made."""
    claims = world.statements("claims")
    past = claims.filter((pl.col("metric") == "units_planned") & (pl.col("as_of_on") < pl.col("said_on")))
    return findings_at(past, _in_the_past)


def _in_the_past(row: Row) -> Finding:
    return finding_at(
        row,
        Code.CLAIM_BEFORE_SAID,
        severity=Severity.WARNING,
        column="as_of_on",
        found=f"Claim {row['claim']!r} plans for {row['as_of_on']} and was said on {row['said_on']}.",
        expected="a day no earlier than said_on.",
        fix="Correct one of the dates, or take units_active where it speaks of what runs.",
    )


CLAIM_CHECKS = (
    check_metrics,
    check_metric_units,
    check_metric_places,
    check_claims_known_after_said,
    check_targets_after_said,
)
