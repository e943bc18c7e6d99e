"""Whole numbers of decimal parts → exact decimals, and rows → typed frames."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import cast

import polars as pl


def in_units(parts: int, *, places: int = 6) -> Decimal:
    """Return a whole number of decimal parts as the exact decimal.

    >>> in_units(1_430_000)
    Decimal('1.430000')
    """
    return Decimal(f"{parts}e-{places}")


def frame_of(rows: Iterable[Sequence[object]], *, columns: Mapping[str, object]) -> pl.DataFrame:
    """Return a frame of the rows with the columns and types given."""
    schema = cast("dict[str, pl.DataType]", dict(columns))
    return pl.DataFrame(list(rows), schema=schema, orient="row")
