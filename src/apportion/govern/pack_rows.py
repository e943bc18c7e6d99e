"""Which fields of a table make one group of a decision pack: who and what, how many, when, money, how it is known."""

from __future__ import annotations

import enum
from functools import lru_cache

from apportion.model.columns import PROVENANCE, Kind
from apportion.model.contracts import TABLES


class Sort(enum.StrEnum):
    """What kind of fields a group is of."""

    IDENTITY = "identity"
    QUANTITY = "quantity"
    DATES = "dates"
    MONEY = "money"
    PROVENANCE = "provenance"
    NOTE = "note"  # Free words, in which anything may stand.
    DIGEST = "digest"  # Hashes over what a reader may not see, by which a guess could be tried.


# Columns that say what something cost, or say it in words, by table.
_MONEY = {
    "claims": frozenset({"value", "unit", "statement", "metric", "qualifier"}),
    "transfers": frozenset({"quantity", "value_usd", "method"}),
    "rentals": frozenset({"usd_per_unit_hour"}),
    "interests": frozenset({"share_percent"}),
}
_NOTES = {
    "evidence": frozenset({"title", "paraphrase", "source"}),
    "events": frozenset({"title"}),
    "attachments": frozenset({"name"}),
}
_KNOWN = frozenset(column.name for column in PROVENANCE)


@lru_cache
def sort_of(table: str, name: str) -> Sort:
    """Return the group that a column of a table is of.

    >>> [str(sort_of("orders", name)) for name in ("customer", "quantity", "requested_on", "unit_price_usd")]
    ['identity', 'quantity', 'dates', 'money']
    """
    column = TABLES[table].by_name[name]
    plain = name.removesuffix("_low").removesuffix("_high")
    if "USD" in column.unit or plain in _MONEY.get(table, ()):
        return Sort.MONEY
    if name == "note" or name in _NOTES.get(table, ()):
        return Sort.NOTE
    if name in _KNOWN:
        return Sort.PROVENANCE
    if column.kind is Kind.DAY:
        return Sort.DATES
    return Sort.QUANTITY if column.kind in {Kind.COUNT, Kind.NUMBER} else Sort.IDENTITY
