"""The smallest scenario that gives each finding about a claim, by its code."""

from __future__ import annotations

from apportion.errors import Code, Severity
from tests.broken import Broken, claim

OF_CLAIMS: dict[Code, Broken] = {
    Code.METRIC_UNKNOWN: Broken(
        file="claims.csv",
        row=2,
        column="metric",
        quoted="'unit_active'",
        severity=Severity.WARNING,
        tables={"claims": [claim(metric="unit_active")]},
    ),
    Code.METRIC_UNIT: Broken(
        file="claims.csv",
        row=2,
        column="unit",
        quoted="'kW'",
        severity=Severity.WARNING,
        tables={"claims": [claim(unit="kW")]},
    ),
    Code.METRIC_PLACE: Broken(
        file="claims.csv",
        row=2,
        column="site",
        quoted="'ready_on'",
        severity=Severity.WARNING,
        tables={"claims": [claim(metric="ready_on", unit="date")]},
    ),
    Code.CLAIM_KNOWN_EARLY: Broken(
        file="claims.csv",
        row=2,
        column="known_on",
        quoted="'2024-01-01'",
        severity=Severity.WARNING,
        tables={"claims": [claim(known_on="2024-01-01")]},
    ),
    Code.CLAIM_BEFORE_SAID: Broken(
        file="claims.csv",
        row=2,
        column="as_of_on",
        quoted="2024-01-02",
        severity=Severity.WARNING,
        tables={"claims": [claim(metric="units_planned", as_of_on="2024-01-02")]},
    ),
}
