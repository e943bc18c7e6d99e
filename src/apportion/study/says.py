"""What a row of each table says in a few cells: those that a plan reads, or that tell what it is about."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

SAYS: Mapping[str, tuple[str, ...]] = {
    "parties": ("name", "weight", "group"),
    "entitlements": ("weight", "until_on"),
    "skus": ("site_kw", "lot_units", "reference_units"),
    "sites": ("lead_days", "cooling", "users"),
    "readiness": ("ready_on", "power_kw", "liquid_kw", "units_at_most"),
    "supply": ("sku", "quantity", "arrives_on"),
    "orders": ("skus", "quantity", "sites", "requested_on", "max_late_days", "min_ship", "tier", "status"),
    "raises": ("tier", "until_on"),
    "shipments": ("order", "sku", "site", "quantity", "shipped_on"),
    "fleet": ("party", "sku", "quantity", "since_on", "until_on"),
    "quotas": ("party", "group", "sku", "site", "country", "from_on", "until_on", "at_most"),
    "programmes": ("party", "kind", "start_on", "deadline_on", "need_reference_units", "need_reference_days"),
    "rentals": ("party", "provider", "sku", "quantity", "start_on", "end_on", "usd_per_unit_hour"),
    "interests": ("share_percent", "until_on"),
    "transfers": ("from_party", "to_party", "kind", "on", "quantity", "value_usd"),
    "claims": ("statement",),
    "events": ("title",),
    "evidence": ("title",),
    "attachments": ("name", "kind", "size_bytes"),
}
# What stands for itself, without the name of its column.
_PLAIN = frozenset({"statement", "title"})


def says_text(columns: list[str], *, table: str) -> pl.Expr:
    """Return what the rows of a frame of text say, empty cells left out, e.g. ``sku H100, quantity 8``.

    Args:
        columns: The columns that the frame has.
        table: The table.
    """
    names = [name for name in SAYS.get(table, ()) if name in columns]
    parts = [pl.concat_str([pl.lit("" if name in _PLAIN else f"{name} "), name]) for name in names]
    if not parts:
        return pl.lit("")
    return pl.concat_list(parts).list.drop_nulls().list.join(", ")
