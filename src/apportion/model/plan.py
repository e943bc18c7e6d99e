"""`Plan`: who got what, when and where, why the rest did not, and the proof.

What a sceptic needs stands in the body (`Plan.body`): digests, policy, exact shares and cuts. The tables
can all be made again from the body and the scenario; the program that proves a plan does so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

import polars as pl

from apportion.digest import digest
from apportion.errors import Finding
from apportion.model.canonical import as_text
from apportion.model.columns import NUMBER
from apportion.model.policy import Policy
from apportion.model.world import View

FORMAT = "apportion-plan/1"
# A filled quantity is a share of six decimals times a rate of six.
FILLED = pl.Decimal(38, 12)
MILLION = 10**6
# A share of six decimals times two rates of six, and six to spare.
_MOST_PLACES = 24

Schema = dict[str, pl.DataType | type[pl.DataType]]

SHARES: Schema = {
    "order": pl.String,
    "sku": pl.String,
    "site": pl.String,
    "round_on": pl.Date,
    "units": NUMBER,
}
ALLOCATIONS: Schema = {
    "order": pl.String,
    "customer": pl.String,
    "sku": pl.String,
    "site": pl.String,
    "round_on": pl.Date,
    "units": NUMBER,
    "filled": FILLED,
    "partial": NUMBER,
}
SHORTAGES: Schema = {
    "order": pl.String,
    "customer": pl.String,
    "short": FILLED,
    "late_days": NUMBER,
    "reason": pl.String,
    "resource": pl.String,
    "until_on": pl.Date,
    "remedy": pl.String,
}
LEVELS: Schema = {
    "round_on": pl.Date,
    "tier": pl.Int64,
    "demand_class": pl.String,
    "level": pl.String,
    "bottleneck": pl.String,
}
CUSTOMERS: Schema = {
    "customer": pl.String,
    "ordered": pl.Int64,
    "filled": FILLED,
    "fill_share": NUMBER,
    "weight": NUMBER,
    "live_units_at_end": NUMBER,
    "live_gpu_days": NUMBER,
    "idle_gpu_days": NUMBER,
    "held_gpu_days": NUMBER,
}
SITES: Schema = {
    "site": pl.String,
    "round_on": pl.Date,
    "power_kw": NUMBER,
    "load_kw": NUMBER,
    "units": NUMBER,
}
SCHEMAS: dict[str, Schema] = {
    "allocations": ALLOCATIONS,
    "shortages": SHORTAGES,
    "levels": LEVELS,
    "customers": CUSTOMERS,
    "sites": SITES,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A bound that no choice in the stage can pass: Σ c·gain ≤ Σ y·left.

    Attributes:
        level: The highest level among its classes.
        classes: c > 0 of each class it stops, by demand class.
        prices: y > 0 of each resource, by its key, e.g. ``supply:H100`` or ``quantity:T1``.

    Source:
        ``docs/concepts/allocation.md``, "Certificate".
    """

    level: Fraction
    classes: Mapping[str, Fraction]
    prices: Mapping[str, Fraction]

    def as_json(self) -> dict[str, object]:
        """Return the cut as plain values, fractions as text."""
        return {
            "level": str(self.level),
            "classes": {name: str(value) for name, value in sorted(self.classes.items())},
            "prices": {name: str(value) for name, value in sorted(self.prices.items())},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class StageProof:
    """What one stage proves: the level of each class that took part, and the cut that stopped it.

    Attributes:
        round_on: The round's day.
        tier: The tier served.
        levels: The level of each class after the stage.
        named: The index in `cuts` of the cut that stopped each class.
        cuts: The cuts.
    """

    round_on: dt.date
    tier: int
    levels: Mapping[str, Fraction]
    named: Mapping[str, int]
    cuts: tuple[Cut, ...]

    def as_json(self) -> dict[str, object]:
        """Return the stage as plain values."""
        return {
            "round_on": self.round_on.isoformat(),
            "tier": self.tier,
            "classes": [[name, str(level), self.named[name]] for name, level in sorted(self.levels.items())],
            "cuts": [cut.as_json() for cut in self.cuts],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class CutOrder:
    """An order that could not reach its least shipment and was cut.

    Attributes:
        order: The order.
        kept: The ordered units it may still receive.
        first_share: Its share, cumulative ordered units by round day, in the plan it was first cut from.
    """

    order: str
    kept: Fraction
    first_share: tuple[tuple[dt.date, Fraction], ...]

    def as_json(self) -> dict[str, object]:
        """Return the cut order as plain values."""
        return {
            "order": self.order,
            "kept": str(self.kept),
            "first_share": [[day.isoformat(), str(share)] for day, share in self.first_share],
        }


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One plan.

    Attributes:
        scenario: The scenario's name.
        world_digest: Digest of all facts it was made from.
        view: Which statements were looked at.
        policy: The rules it was made under.
        software: The version that made it.
        shares: Exact shares before whole lots, one row per order, SKU, site and round.
        stages: The proof of each stage (rule max-min).
        cut_orders: Orders cut below their least shipment.
        tables: `allocations`, `shortages`, `levels`, `customers` and `sites`.
        findings: Warnings and infos on the way.
    """

    scenario: str
    world_digest: str
    view: View
    policy: Policy
    software: str
    shares: pl.DataFrame
    stages: tuple[StageProof, ...]
    cut_orders: tuple[CutOrder, ...] = ()
    tables: Mapping[str, pl.DataFrame]
    findings: tuple[Finding, ...] = field(default=())

    @cached_property
    def body(self) -> dict[str, object]:
        """Return what ``plan.json`` holds but for its digests: all the rest can be made again from it."""
        return {
            "format": FORMAT,
            "software": self.software,
            "scenario": self.scenario,
            "world_digest": self.world_digest,
            "view": self.view.as_json(),
            "policy": self.policy.as_json(),
            "policy_digest": digest(self.policy.as_json()),
            "totals": self.totals,
            "cut_orders": [order.as_json() for order in self.cut_orders],
            "shares": [list(row) for row in as_text(self.shares).rows()],
            "stages": [stage.as_json() for stage in self.stages],
            "findings": [finding.as_json() for finding in self.findings],
        }

    @cached_property
    def digest(self) -> str:
        """Return the SHA-256 of the plan: its body and the digests of its tables."""
        return digest({"body": self.body, "tables": self.table_digests})

    @cached_property
    def table_digests(self) -> dict[str, str]:
        """Return the SHA-256 of each table's rows, in their order."""
        return {
            name: digest([list(row) for row in as_text(frame).rows()]) for name, frame in self.tables.items()
        }

    @property
    def totals(self) -> dict[str, str]:
        """Return units shipped, ordered units filled and short in all, as decimal text."""
        allocations, shortages = self.tables["allocations"], self.tables["shortages"]
        return {
            "units": decimal_text(_sum(allocations, "units")),
            "filled": decimal_text(_sum(allocations, "filled")),
            "short": decimal_text(_sum(shortages, "short")),
        }


_WORDS = {
    "supply": "supply of",
    "power": "power_kw at",
    "liquid": "liquid_kw at",
    "units": "units_at_most at",
    "quota": "quota",
    "quantity": "quantity of",
}


def resource_words(key: str) -> str:
    """Return a resource as the tables name it.

    >>> resource_words("power:oslo"), resource_words("supply:H100")
    ('power_kw at oslo', 'supply of H100')
    """
    kind, _, name = key.partition(":")
    return f"{_WORDS.get(kind, kind)} {name}"


def _sum(frame: pl.DataFrame, column: str) -> Fraction:
    return Fraction(frame[column].sum() or 0)


def decimal_text(value: Fraction) -> str:
    """Return a fraction that ends as a decimal in its shortest spelling.

    Raises:
        ValueError: It has no end as a decimal.

    >>> decimal_text(Fraction(5, 2)), decimal_text(Fraction(12))
    ('2.5', '12')
    """
    places, scaled = 0, value
    while scaled.denominator != 1:
        scaled *= 10
        places += 1
        if places > _MOST_PLACES:
            raise ValueError(f"{value} has no end as a decimal.")
    digits = str(abs(scaled.numerator)).rjust(places + 1, "0")
    sign = "-" if scaled < 0 else ""
    return (
        f"{sign}{digits[: len(digits) - places]}.{digits[len(digits) - places :]}".rstrip(".")
        if places
        else (f"{sign}{digits}")
    )
