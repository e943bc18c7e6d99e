"""Checks of standing instructions."""

from __future__ import annotations

import datetime as dt

import polars as pl

from apportion.engine.at_row import Row, finding_at, findings_at
from apportion.errors import Code, Finding, Severity
from apportion.model.world import World

_EPOCH = dt.date(1970, 1, 1).toordinal()  # Day 0 of a column of dates.
_DAY = pl.Int64()


def check_raises_change_tiers(world: World) -> list[Finding]:
    """List the raises by which no open order has a smaller tier than its own in a round of its window."""
    raises = world.table("raises")
    if not len(raises):
        return []
    rounds = pl.Series([day.toordinal() - _EPOCH for day in world.settings.calendar.rounds], dtype=_DAY)
    orders = world.table("orders").filter(pl.col("status") == "open")
    met = (
        orders.select("customer", "earliest_on", "requested_on", "max_late_days", own="tier")
        .join(raises.with_row_index("raise"), left_on="customer", right_on="party", how="inner")
        .filter(pl.col("tier") < pl.col("own"))
    )
    first = met.select(pl.max_horizontal("earliest_on", "from_on").to_physical().cast(_DAY)).to_series()
    # The first day on which the order is no longer wanted, or the raise no longer holds.
    end = met.select(
        pl.min_horizontal(
            pl.col("requested_on").to_physical().cast(_DAY) + pl.col("max_late_days") + 1,
            pl.col("until_on").to_physical().cast(_DAY),
        ).fill_null(rounds[-1] + 1)
    ).to_series()
    is_raised = rounds.search_sorted(first, side="left") < rounds.search_sorted(end, side="left")
    changing = met.filter(is_raised)["raise"].unique()
    idle = raises.with_row_index("raise").filter(~pl.col("raise").is_in(changing.implode()))
    return findings_at(idle, _changes_nothing)


def _changes_nothing(row: Row) -> Finding:
    days = (
        f"from {row['from_on']} on" if row["until_on"] is None else f"{row['from_on']} to {row['until_on']}"
    )
    return finding_at(
        row,
        Code.RAISE_CHANGES_NOTHING,
        severity=Severity.INFO,
        column="tier",
        found=f"No open order of {row['party']!r} is of a tier after {row['tier']} in a round {days}.",
        expected="an open order of the party whose own tier is a greater number, in a round of those days.",
        fix="It changes no order's tier; correct party, tier or days, or take the row out.",
    )


RAISE_CHECKS = (check_raises_change_tiers,)
