"""The tables of the page: columns, rows as text with the value they sort by, and what was left out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import polars as pl

from apportion.errors import Finding
from apportion.model.plan import Plan
from apportion.report.cells import bottleneck_words, reason_words, remedy_words, resource_words
from apportion.report.summary import CustomerLine
from apportion.report.words import Value, Words

MOST_ROWS = 500
MOST_LEVELS = 40
MOST_FINDINGS = 25
TEXT, NUMBER, DAY = "text", "number", "day"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its text and what it sorts by."""

    text: str
    value: str = ""
    is_number: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """One table.

    Attributes:
        id: Its id in the page.
        caption: What a row is, in one sentence.
        columns: Each heading, and what stands under it: ``text``, ``number`` or ``day``.
        rows: The cells.
        more: The sentence that says how many rows stand only in which file; empty if none.
    """

    id: str
    caption: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[Cell, ...], ...]
    more: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """The level of one demand class at the end.

    Attributes:
        name: The class.
        level: The level as people read it.
        percent: Its length against the longest, in percent.
        bottleneck: What stopped it, in words.
        day: The last day on which it stood.
    """

    name: str
    level: str
    percent: str
    bottleneck: str
    day: str


def _cell(value: Value | None, *, words: Words) -> Cell:
    if value is None:
        return Cell("")
    if isinstance(value, str | dt.date):
        return Cell(words.text_of(value), str(value))
    return Cell(words.text_of(value), f"{float(value):.6f}".rstrip("0").rstrip("."), is_number=True)


def _rows(table: Sequence[Sequence[Value | None]], *, words: Words) -> tuple[tuple[Cell, ...], ...]:
    return tuple(tuple(_cell(value, words=words) for value in row) for row in table)


def _more(count: int, *, most: int, file: str, words: Words) -> str:
    return words.say("table.more", count=count - most, file=file) if count > most else ""


def customers_grid(lines: Sequence[CustomerLine], *, words: Words) -> Grid:
    """Return one row per customer: ordered, filled, short, first shipment and main reason."""
    table = [
        [
            line.name if line.name == line.customer else f"{line.name} ({line.customer})",
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
        rows=_rows(table, words=words),
        more=_more(len(lines), most=MOST_ROWS, file="customers.csv", words=words),
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
        rows=_rows(table, words=words),
        more=_more(len(shortages), most=MOST_ROWS, file="shortages.csv", words=words),
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
        rows=_rows(runs.head(MOST_ROWS).select(names).rows(), words=words),
        more=_more(len(runs), most=MOST_ROWS, file="allocations.csv", words=words),
    )


def findings_grid(findings: Sequence[Finding], *, words: Words) -> Grid:
    """Return one row per finding, the gravest first, else in their order."""
    ranked = sorted(findings, key=lambda one: -one.severity)
    table = [[one.severity.word, one.where, one.found, one.fix] for one in ranked[:MOST_FINDINGS]]
    return Grid(
        id="table-findings",
        caption=words.say("table.findings"),
        columns=(
            (words.say("column.grade"), TEXT),
            (words.say("column.where"), TEXT),
            (words.say("column.found"), TEXT),
            (words.say("column.fix"), TEXT),
        ),
        rows=_rows(table, words=words),
        more=_more(len(findings), most=MOST_FINDINGS, file="plan.json", words=words),
    )


def level_bars(plan: Plan, *, words: Words) -> tuple[tuple[Bar, ...], str]:
    """Return the last level of each demand class, the lowest first, and what was left out."""
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
            level=words.text_of(level),
            percent=f"{float(level / highest * 100):.2f}",
            bottleneck=bottleneck_words(row["bottleneck"], words=words),
            day=row["round_on"].isoformat(),
        )
        for level, row in rows[:MOST_LEVELS]
    )
    return bars, _more(len(rows), most=MOST_LEVELS, file="levels.csv", words=words)
