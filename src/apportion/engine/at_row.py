"""A finding about one row of a typed table: where it stands is read off the row."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from apportion.errors import Code, Finding, Severity
from apportion.model.parsing import FILE, ROW
from apportion.model.told import MOST, cut

Row = Mapping[str, object]


def finding_at(row: Row, code: Code, *, severity: Severity, **words: str) -> Finding:
    """Return a finding about a row; `words` are its column, found, expected and fix."""
    return Finding(code=code, severity=severity, file=str(row[FILE]), row=int(str(row[ROW])), **words)


def findings_at(rows: pl.DataFrame, tell: Callable[[Row], Finding]) -> list[Finding]:
    """Return one finding about each row of one file; beyond the first thousand rows, how many more there are.

    Args:
        rows: The rows told of, in any order, with `_file` and `_row`.
        tell: What is told of a row; of all rows in the same grade.
    """
    first = rows if len(rows) <= MOST else rows.bottom_k(MOST, by=ROW)
    found = [tell(row) for row in first.iter_rows(named=True)]
    if len(rows) > len(first):
        found.append(cut(found[0].file, len(rows) - len(first), severity=found[0].severity))
    return found
