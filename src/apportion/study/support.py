"""The rows that a number rests on, and the weakest of the classes in which they are known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

CLAIM = "claim"
ASSUMPTION = "assumption"
# From the strongest to the weakest; a row that does not say how it is known stands before what is assumed.
STRENGTHS = ("fact", "order", "estimate", "forecast", "", ASSUMPTION, CLAIM)


@dataclass(frozen=True, slots=True, order=True)
class Support:
    """One row that a number rests on.

    Attributes:
        table: Its table, or ``proposal``.
        name: Its key in words, e.g. site and step.
        basis: How it is known; empty: not said.
        evidence: Ids of evidence.
    """

    table: str
    name: str
    basis: str = ""
    evidence: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """Return the row as tables and sentences name it.

        >>> Support("supply", "L1").place
        'supply L1'
        """
        return f"{self.table} {self.name}"


def support_of(table: str, row: Mapping[str, object], *, name: str) -> Support:
    """Return a row of a table as what a number rests on."""
    evidence = row.get("evidence")
    return Support(
        table=table,
        name=name,
        basis=str(row.get("basis") or ""),
        evidence=tuple(str(one) for one in evidence) if isinstance(evidence, list) else (),
    )


def weakest(bases: Iterable[str]) -> str:
    """Return the weakest of some classes; empty where none is said.

    >>> weakest(["fact", "assumption", "order"])
    'assumption'
    """
    return max(bases, key=STRENGTHS.index, default="")


def is_no_claim(frame: pl.DataFrame) -> pl.Expr:
    """Return which rows of a table are not known by a claim alone; any table may carry a basis, and none must."""
    if "basis" not in frame.columns:
        return pl.lit(value=True)
    return (pl.col("basis") != CLAIM).fill_null(value=True)
