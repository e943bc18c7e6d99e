"""How far what happened departs from a policy, in sentences and as a table for a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import polars as pl

from apportion.model.canonical import as_text
from apportion.report.summary import total
from apportion.report.words import Words
from apportion.study.adherence import STOCK, Adherence

_MOST_SENTENCES = 5
_PERCENT = 100


def adherence_sentences(
    found: Adherence, *, words: Words, names: Mapping[str, str] | None = None
) -> list[str]:
    """Return the total, what of it ran, and the largest departures, each as a sentence.

    Args:
        found: The study.
        words: The language.
        names: What customers are called, by id; by default by their ids.
    """
    return [
        _total(found, words=words),
        *_ran(found, words=words),
        *(
            departure_sentence(row, words=words, names=names or {})
            for row in found.departures.head(_MOST_SENTENCES).iter_rows(named=True)
        ),
    ]


def _total(found: Adherence, *, words: Words) -> str:
    if not found.unit_days:
        return words.say("adherence.none")
    if not found.delivered_unit_days:
        return words.say("adherence.nothing", days=found.unit_days)
    share = found.unit_days * _PERCENT / found.delivered_unit_days
    return words.say("adherence.total", days=found.unit_days, share=f"{share.quantize(Decimal('0.1'))}%")


def _ran(found: Adherence, *, words: Words) -> list[str]:
    ahead = found.departures.filter(pl.col("winner") != STOCK)
    if not len(ahead):
        return []
    return [
        words.say("adherence.live", days=total(ahead["unit_days"]), live=total(ahead["live_unit_days_most"]))
    ]


def departure_sentence(row: Mapping[str, Any], *, words: Words, names: Mapping[str, str]) -> str:
    """Return one row of `departures` as a sentence."""
    winner, loser = names.get(row["winner"], row["winner"]), names.get(row["loser"], row["loser"])
    values = {
        "units": row["units"],
        "sku": row["sku"],
        "first": row["from_on"],
        "last": row["until_on"],
        "days": row["unit_days"],
    }
    if row["loser"] == STOCK:
        return words.say("adherence.early", winner=winner, **values)
    if row["winner"] == STOCK:
        return words.say("adherence.kept", loser=loser, **values)
    return words.say("adherence.ahead", winner=winner, loser=loser, **values)


def adherence_table(found: Adherence) -> list[tuple[str, ...]]:
    """Return the departures as rows of text, the header first."""
    text = as_text(found.departures)
    return [tuple(text.columns), *[tuple(cell or "" for cell in row) for row in text.rows()]]
