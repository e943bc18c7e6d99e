"""A finding about one row of a typed table: where it stands is read off the row."""

from __future__ import annotations

from collections.abc import Mapping

from apportion.errors import Code, Finding, Severity
from apportion.model.parsing import FILE, ROW

Row = Mapping[str, object]


def finding_at(row: Row, code: Code, *, severity: Severity, **words: str) -> Finding:
    """Return a finding about a row; `words` are its column, found, expected and fix."""
    return Finding(code=code, severity=severity, file=str(row[FILE]), row=int(str(row[ROW])), **words)
