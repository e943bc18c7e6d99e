"""The tables of a plan, each with what was left out of it."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import polars as pl

from apportion.errors import Finding
from apportion.model.plan import Plan
from apportion.report.cells import bottleneck_words, reason_words, remedy_words, resource_words
from apportion.report.facts import grade_words, place_words
from apportion.report.summary import CustomerLine
from apportion.report.tables import DAY, NUMBER, TEXT, Bar, BarTable, Cell, Grid, more_rows, rows_of
from apportion.report.words import Words

MOST_ROWS = 500
MOST_LEVELS = 40
MOST_FINDINGS = 25


def customers_grid(lines: Sequence[CustomerLine], *, words: Words) -> Grid:
    """Return one row per customer: ordered, filled, short, first shipment and main reason."""
    table = [
        [
            line.name
            if line.name == line.customer
            else words.say("joint.named", name=line.name, note=line.customer),
            line.ordered,
            line.filled,
            line.short,
            line.first_on,
            line.reason,
        ]
        for line in lines[:MOST_ROWS]
    ]
    return Grid(
        id="table-customers",
        caption=words.say("table.customers"),
        columns=(
            (words.say("column.customer"), TEXT),
            (words.say("column.ordered"), NUMBER),
            (words.say("column.filled"), NUMBER),
            (words.say("column.short"), NUMBER),
            (words.say("column.first-shipment"), DAY),
            (words.say("column.main-reason"), TEXT),
        ),
        rows=rows_of(table, words=words),
        more=more_rows(len(lines), most=MOST_ROWS, file="customers.csv", words=words),
    )


def shortages_grid(plan: Plan, *, words: Words) -> Grid:
    """Return one row per order and reason, the most units short first."""
    shortages = plan.tables["shortages"]
    ranked = shortages.sort(
        ["short", "late_days", "order", "reason"], descending=[True, True, False, False], nulls_last=True
    )
    table = [
        [
            row["order"],
            row["customer"],
            row["short"],
            row["late_days"],
            reason_words(row["reason"], resource=row["resource"], words=words),
            resource_words(row["resource"], words=words),
            row["until_on"],
            remedy_words(row["remedy"], words=words),
        ]
        for row in ranked.head(MOST_ROWS).iter_rows(named=True)
    ]
    return Grid(
        id="table-shortages",
        caption=words.say("table.shortages"),
        columns=(
            (words.say("column.order"), TEXT),
            (words.say("column.customer"), TEXT),
            (words.say("column.short"), NUMBER),
            (words.say("column.late-days"), NUMBER),
            (words.say("column.reason"), TEXT),
            (words.say("column.resource"), TEXT),
            (words.say("column.until"), DAY),
            (words.say("column.remedy"), TEXT),
        ),
        rows=rows_of(table, words=words),
        more=more_rows(len(shortages), most=MOST_ROWS, file="shortages.csv", words=words),
    )


def allocations_grid(plan: Plan, *, words: Words) -> Grid:
    """Return one row per order, SKU and site, with the first and last day, by order."""
    runs = (
        plan.tables["allocations"]
        .group_by(["order", "customer", "sku", "site"])
        .agg(
            pl.col("units").sum(),
            pl.col("filled").sum(),
            shipments=pl.col("round_on").n_unique(),
            first_on=pl.col("round_on").min(),
            last_on=pl.col("round_on").max(),
        )
        .sort(["first_on", "order", "sku", "site"])
    )
    names = ("order", "customer", "sku", "site", "units", "filled", "shipments", "first_on", "last_on")
    return Grid(
        id="table-allocations",
        caption=words.say("table.allocations"),
        columns=(
            (words.say("column.order"), TEXT),
            (words.say("column.customer"), TEXT),
            (words.say("column.sku"), TEXT),
            (words.say("column.site"), TEXT),
            (words.say("column.units"), NUMBER),
            (words.say("column.filled"), NUMBER),
            (words.say("column.shipments"), NUMBER),
            (words.say("column.first-day"), DAY),
            (words.say("column.last-day"), DAY),
        ),
        rows=rows_of(runs.head(MOST_ROWS).select(names).rows(), words=words),
        more=more_rows(len(runs), most=MOST_ROWS, file="allocations.csv", words=words),
    )


def findings_grid(findings: Sequence[Finding], *, words: Words) -> Grid:
    """Return one row per finding, the gravest first, else in their order."""
    ranked = sorted(findings, key=lambda one: -one.severity)
    table = [
        [grade_words(one.severity, words=words), place_words(one, words=words), one.found, one.fix]
        for one in ranked[:MOST_FINDINGS]
    ]
    return Grid(
        id="table-findings",
        caption=words.say("table.findings"),
        columns=(
            (words.say("column.grade"), TEXT),
            (words.say("column.where"), TEXT),
            (words.say("column.found"), TEXT),
            (words.say("column.fix"), TEXT),
        ),
        rows=rows_of(table, words=words),
        more=more_rows(len(findings), most=MOST_FINDINGS, file="plan.json", words=words),
    )


def level_bars(plan: Plan, *, words: Words) -> BarTable:
    """Return the last level of each demand class, the lowest first."""
    last = (
        plan.tables["levels"]
        .sort(["round_on", "tier"], maintain_order=True)
        .unique(subset="demand_class", keep="last", maintain_order=True)
    )
    rows = [(Fraction(row["level"]), row) for row in last.iter_rows(named=True)]
    rows.sort(key=lambda pair: (pair[0], pair[1]["demand_class"]))
    highest = max((level for level, _ in rows), default=Fraction(0)) or Fraction(1)
    bars = tuple(
        Bar(
            name=row["demand_class"],
            parts=(("level", "", f"{float(level / highest * 100):.2f}"),),
            value=words.text_of(level),
            cells=(
                Cell(bottleneck_words(row["bottleneck"], words=words)),
                Cell(row["round_on"].isoformat()),
            ),
        )
        for level, row in rows[:MOST_LEVELS]
    )
    return BarTable(
        caption=words.say("table.levels"),
        columns=(
            (words.say("column.class"), TEXT),
            (words.say("column.level"), NUMBER),
            (words.say("column.stopped-by"), TEXT),
            (words.say("column.last-day"), DAY),
        ),
        bars=bars,
        more=more_rows(len(rows), most=MOST_LEVELS, file="levels.csv", words=words),
    )
