"""The smallest scenario that gives each finding about an interest, by its code."""

from __future__ import annotations

from apportion.errors import Code, Severity
from tests.broken import Broken, Cells, party

PARTIES = [party(), *(party(party=name, name=name, kind="person") for name in ("v", "o"))]


def interest(**cells: str) -> Cells:
    return {"holder": "v", "entity": "c", "role": "owner", "from_on": "2020-01-01"} | cells


OF_INTERESTS: dict[Code, Broken] = {
    Code.INTEREST_SHARE: Broken(
        file="interests.csv",
        row=2,
        column="share_percent",
        quoted="holds 101 percent of 'c'",
        tables={"parties": PARTIES, "interests": [interest(share_percent="101")]},
    ),
    Code.INTEREST_IN_ITSELF: Broken(
        file="interests.csv",
        row=2,
        column="holder",
        quoted="'c'",
        severity=Severity.WARNING,
        tables={"parties": PARTIES, "interests": [interest(holder="c")]},
    ),
    Code.INTEREST_SUM: Broken(
        file="interests.csv",
        row=3,
        column="share_percent",
        quoted="hold 100.5 percent of it on 2021-01-01",
        severity=Severity.WARNING,
        tables={
            "parties": PARTIES,
            "interests": [
                interest(share_percent="60"),
                interest(holder="o", from_on="2021-01-01", share_percent="40.5"),
            ],
        },
    ),
}
