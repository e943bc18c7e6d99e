"""One break-even: what was searched for, what was found, and the fact that stands nearest."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from apportion.model.columns import NUMBER
from apportion.study.frames import in_units


class Question(enum.StrEnum):
    """What is searched for."""

    READY_ON = "ready-on"  # The day from which full power at the site does no harm.
    DAYS_EARLIER = "days-earlier"  # How many days earlier every step of the site could come.
    ELSEWHERE = "elsewhere"  # Units that run elsewhere from a day on, from which it harms.
    SPLIT = "split"  # Units moved within a balance from which it harms.


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakEven:
    """One search and the fact that stands nearest to what it found.

    Attributes:
        question: What was searched for.
        party: Who would lose.
        site: Where; empty: another site of the party, or everywhere.
        name: The step, site or balance that comes nearest; empty: none.
        from_on: For `elsewhere` the day from which there is room.
        day: The day found.
        amount: The days or units found.
        milliwatt: The power those units need; None: several SKUs, or no such point.
        stated_on: The day that the nearest fact states.
        stated: The amount that the nearest fact states.
        basis: How that fact is known; empty: not said.
        evidence: Its ids of evidence.
        is_found: Whether there is such a point; without one nothing in the range searched changes the answer.
    """

    question: Question
    party: str
    site: str = ""
    name: str = ""
    from_on: dt.date | None = None
    day: dt.date | None = None
    amount: int | None = None
    milliwatt: int | None = None
    stated_on: dt.date | None = None
    stated: int | None = None
    basis: str = ""
    evidence: tuple[str, ...] = ()
    is_found: bool = True


BREAK_EVENS: dict[str, pl.DataType | type[pl.DataType]] = {
    "question": pl.String,
    "party": pl.String,
    "site": pl.String,
    "name": pl.String,
    "from_on": pl.Date,
    "day": pl.Date,
    "amount": pl.Int64,
    "power_kw": NUMBER,
    "stated_on": pl.Date,
    "stated": pl.Int64,
    "basis": pl.String,
    "evidence": pl.List(pl.String()),
    "is_found": pl.Boolean,
}


def break_evens_frame(found: Sequence[BreakEven]) -> pl.DataFrame:
    """Return break-evens as a table: days, units, and kW."""
    rows = [
        {
            "question": str(one.question),
            "party": one.party,
            "site": one.site,
            "name": one.name,
            "from_on": one.from_on,
            "day": one.day,
            "amount": one.amount,
            "power_kw": None if one.milliwatt is None else in_units(one.milliwatt),
            "stated_on": one.stated_on,
            "stated": one.stated,
            "basis": one.basis,
            "evidence": list(one.evidence),
            "is_found": one.is_found,
        }
        for one in found
    ]
    return pl.DataFrame(rows, schema=BREAK_EVENS)
