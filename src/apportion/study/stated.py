"""A claim as it was stated, and the values that its words allow.

Source: ``docs/concepts/claims.md``, E4.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl

from apportion.model.metrics import METRICS, Metric
from apportion.model.parsing import FILE, ROW
from apportion.model.world import World

# "About" allows a tenth either way: a convention, and the only number here that no row states.
ABOUT = Fraction(1, 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """The values that a claim allows.

    Attributes:
        low: The least; None: no least.
        high: The most; None: no most.
        is_above: Whether it must be more than the least, not equal to it.
    """

    low: Fraction | None
    high: Fraction | None
    is_above: bool = False

    def exceeds(self, most: Fraction) -> bool:
        """Return whether every value allowed is above `most`."""
        return self.low is not None and (self.low > most or (self.is_above and self.low == most))

    def falls_short(self, least: Fraction) -> bool:
        """Return whether every value allowed is below `least`."""
        return self.high is not None and self.high < least

    def meets(self, other: Meant) -> bool:
        """Return whether both allow one value."""
        lows = [one for one in (self.low, other.low) if one is not None]
        highs = [one for one in (self.high, other.high) if one is not None]
        if not lows or not highs:
            return True
        is_above = any(one.is_above and one.low == max(lows) for one in (self, other))
        return max(lows) < min(highs) or (max(lows) == min(highs) and not is_above)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One claim that stands.

    Attributes:
        claim: Its id.
        party: Of whom it speaks.
        speaker: Who said it.
        said_on: When.
        metric: What it measures, as the row has it.
        value: The value; None: none was named.
        low: Its own least; the value where the row gives none.
        high: Its own most.
        unit: The unit.
        from_on: First day of the period meant; None: no first day.
        as_of_on: The day, or last day, meant.
        sku: The SKU meant; empty: all.
        site: The site meant; empty: all.
        counterparty: The other party meant; empty: none.
        qualifier: How the value was hedged; empty: not at all.
        statement: The claim in neutral words.
        basis: How the row is known.
        evidence: Ids of evidence.
    """

    claim: str
    party: str
    speaker: str
    said_on: dt.date
    metric: str
    value: Fraction | None
    low: Fraction | None
    high: Fraction | None
    unit: str
    from_on: dt.date | None
    as_of_on: dt.date
    sku: str
    site: str
    counterparty: str
    qualifier: str
    statement: str
    basis: str
    evidence: tuple[str, ...]

    @property
    def kind(self) -> Metric | None:
        """Return the metric; None: there is no such metric."""
        return METRICS.get(self.metric)

    @property
    def is_dated(self) -> bool:
        """Return whether it states a day and not a value."""
        return self.unit == "date"

    @property
    def subject(self) -> tuple[str, str, str, str, str]:
        """Return what it speaks of: claims of one subject can be laid beside each other."""
        return self.party, self.metric, self.sku, self.site, self.counterparty

    @property
    def period(self) -> tuple[dt.date, dt.date]:
        """Return the first and last day meant."""
        return self.from_on or dt.date.min, self.as_of_on

    @property
    def meant(self) -> Meant | None:
        """Return the values that it allows; None: it states none."""
        if self.is_dated:
            day = Fraction(self.as_of_on.toordinal())
            return Meant(low=day, high=day)
        if self.value is None or self.low is None or self.high is None:
            return None
        if self.qualifier == "at most":
            return Meant(low=None, high=self.high)
        if self.qualifier in {"at least", "more than"}:
            return Meant(low=self.low, high=None, is_above=self.qualifier == "more than")
        slack = ABOUT if self.qualifier == "about" and self.low == self.high else Fraction(0)
        return Meant(low=self.low * (1 - slack), high=self.high * (1 + slack))


def read_claims(world: World, *, read: dict[tuple[str, int], Claim] | None = None) -> list[Claim]:
    """Return the claims that stand under the view, in the order in which they were said, then by id.

    Args:
        world: The facts under the view.
        read: Claims of the same facts read before, by file and row; those read now are added.
    """
    seen = {} if read is None else read
    frame = world.table("claims")
    places = list(frame.select(FILE, ROW).iter_rows())
    is_new = pl.Series([place not in seen for place in places], dtype=pl.Boolean)
    for row in frame.filter(is_new).iter_rows(named=True):
        seen[row[FILE], row[ROW]] = _claim(row)
    return sorted((seen[place] for place in places), key=lambda one: (one.said_on, one.claim))


def exact(value: object) -> Fraction | None:
    """Return a cell as the exact number; None where it is empty."""
    return Fraction(value) if isinstance(value, int | Decimal) else None


def _claim(row: Mapping[str, Any]) -> Claim:
    value = exact(row["value"])
    low, high = exact(row.get("value_low")), exact(row.get("value_high"))
    return Claim(
        claim=row["claim"],
        party=row["party"],
        speaker=row["speaker"],
        said_on=row["said_on"],
        metric=row["metric"],
        value=value,
        low=value if low is None else low,
        high=value if high is None else high,
        unit=row["unit"],
        from_on=row["from_on"],
        as_of_on=row["as_of_on"],
        sku=row["sku"] or "",
        site=row["site"] or "",
        counterparty=row["counterparty"] or "",
        qualifier=row["qualifier"] or "",
        statement=row["statement"],
        basis=row.get("basis") or "",
        evidence=tuple(row.get("evidence") or ()),
    )
