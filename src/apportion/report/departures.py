"""Departures from a policy: their key figures, a bar for each, and the table that sums to the total."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import polars as pl

from apportion.report.summary import total
from apportion.report.tables import DAY, NUMBER, TEXT, Bar, BarTable, Cell, Grid, cell_of, more_rows, rows_of
from apportion.report.words import Words
from apportion.study.adherence import STOCK, Adherence

MOST_BARS = 20
MOST_ROWS = 500
CSV = "departures.csv"
_PERCENT = 100


def departure_keys(found: Adherence, *, words: Words) -> list[tuple[str, str, str]]:
    """Return each key figure as its value, its name and a remark: the total, and the three kinds it is made of."""
    has_winner, has_loser = pl.col("winner") != STOCK, pl.col("loser") != STOCK
    kinds = (
        (has_winner & has_loser, words.say("departure.between"), words.say("departure.between-note")),
        (~has_loser, words.say("departure.early"), words.say("departure.early-note")),
        (~has_winner, words.say("departure.kept"), words.say("departure.kept-note")),
    )
    delivered = found.delivered_unit_days
    note = ""
    if delivered:
        percent = round(found.unit_days * _PERCENT / delivered, 1)
        note = words.say("departure.all-note", percent=percent)
    return [
        (words.text_of(found.unit_days), words.say("departure.all"), note),
        *(
            (words.text_of(total(found.departures.filter(kind)["unit_days"])), name, remark)
            for kind, name, remark in kinds
        ),
    ]


def departure_bars(found: Adherence, *, names: Mapping[str, str], words: Words) -> BarTable:
    """Return a bar per departure, the longest first: what of it can have run, and the rest.

    Args:
        found: The study.
        names: What customers are called, by id.
        words: The language.
    """
    rows = found.departures.sort("unit_days", descending=True, maintain_order=True)
    longest = rows["unit_days"].max() if len(rows) else None
    bars = tuple(
        Bar(
            name=_pair_words(row, names=names, words=words),
            parts=_parts(row, longest=Decimal(str(longest))),
            value=words.text_of(row["unit_days"]),
            cells=(cell_of(row["live_unit_days_most"], words=words), Cell(row["sku"])),
        )
        for row in rows.head(MOST_BARS).iter_rows(named=True)
    )
    return BarTable(
        caption=words.say("table.bars"),
        columns=(
            (words.say("column.pair"), TEXT),
            (words.say("column.unit-days"), NUMBER),
            (words.say("column.ran"), NUMBER),
            (words.say("column.sku"), TEXT),
        ),
        bars=bars,
        more=words.say("departure.bars-more", count=len(rows) - MOST_BARS) if len(rows) > MOST_BARS else "",
    )


def _pair_words(row: Mapping[str, Any], *, names: Mapping[str, str], words: Words) -> str:
    winner, loser = names.get(row["winner"], row["winner"]), names.get(row["loser"], row["loser"])
    if row["loser"] == STOCK:
        return words.say("departure.pair-early", winner=winner)
    if row["winner"] == STOCK:
        return words.say("departure.pair-kept", loser=loser)
    return words.say("departure.pair", winner=winner, loser=loser)


def _parts(row: Mapping[str, Any], *, longest: Decimal) -> tuple[tuple[str, str, str], ...]:
    """Return what a bar is made of: what ran and what did not, or what lay in stock."""

    def percent(days: Decimal) -> str:
        return f"{float(days / longest * _PERCENT):.2f}"

    if row["live_unit_days_most"] is None:
        return (("stock", "", percent(row["unit_days"])),)
    ran, rest = row["live_unit_days_most"], row["unit_days"] - row["live_unit_days_most"]
    return (("ran", "", percent(ran)), ("rest", percent(ran), percent(rest)))


def departures_grid(found: Adherence, *, names: Mapping[str, str], words: Words) -> Grid:
    """Return one row per departure, the most unit-days first, and their sum.

    Args:
        found: The study.
        names: What customers are called, by id.
        words: The language.
    """
    stock = words.say("departure.stock")
    shown = {**names, STOCK: stock}
    rows = found.departures
    table = [
        [
            shown.get(row["winner"], row["winner"]),
            shown.get(row["loser"], row["loser"]),
            row["sku"],
            row["units"],
            row["from_on"],
            row["until_on"],
            row["unit_days"],
            row["live_unit_days_most"],
            None if row["cost_usd"] is None else round(row["cost_usd"]),
        ]
        for row in rows.head(MOST_ROWS).iter_rows(named=True)
    ]
    return Grid(
        id="table-departures",
        caption=words.say("table.departures"),
        columns=(
            (words.say("column.winner"), TEXT),
            (words.say("column.loser"), TEXT),
            (words.say("column.sku"), TEXT),
            (words.say("column.most-units"), NUMBER),
            (words.say("column.day"), DAY),
            (words.say("column.until"), DAY),
            (words.say("column.unit-days"), NUMBER),
            (words.say("column.ran"), NUMBER),
            (words.say("column.rent"), NUMBER),
        ),
        rows=rows_of(table, words=words),
        more=more_rows(len(rows), most=MOST_ROWS, file=CSV, words=words),
        total=_total_row(found, words=words),
    )


def _total_row(found: Adherence, *, words: Words) -> tuple[Cell, ...]:
    """Return the sum of all departures; the rent only where every SKU has one."""
    rows = found.departures
    rent = None if rows["cost_usd"].null_count() else round(total(rows["cost_usd"]))
    ran = total(rows["live_unit_days_most"]) if rows["live_unit_days_most"].count() else None
    cells = [words.say("departure.total"), None, None, None, None, None, found.unit_days, ran, rent]
    return tuple(cell_of(value, words=words) for value in cells)
