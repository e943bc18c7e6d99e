"""The rules that one plan is made under, and the settings of a scenario."""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass, field

from apportion.calendar import Calendar, RoundLength
from apportion.errors import UsageError

COMMITMENTS = ("firm", "soft", "forecast")


class Rule(enum.StrEnum):
    """How supply is divided."""

    MAX_MIN = "max-min"  # Raise the poorest first, in proportion to entitlement.
    PRO_RATA = "pro-rata"  # In proportion to what each order still has open.
    FIRST_COME = "first-come"  # The order placed first takes first.
    PRIORITY = "priority"  # By tier, then promise, then request.
    AS_BOOKED = "as-booked"  # Each lot to the order it is reserved for: the baseline.


class LevelBy(enum.StrEnum):
    """Whose levels are evened."""

    POOL = "pool"  # The customer with the pool of the order's first SKU.
    CUSTOMER = "customer"
    GROUP = "group"  # So that splitting a party inside its group changes nothing.
    ORDER = "order"  # Each order by its filled share.


class Count(enum.StrEnum):
    """What is counted in a level."""

    UNITS = "units"
    REFERENCE = "reference"  # Equivalents of the reference SKU.


class Case(enum.StrEnum):
    """Which readiness of the sites is taken."""

    FAVOURABLE = "favourable"
    MIDDLE = "middle"
    UNFAVOURABLE = "unfavourable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The rules one plan is made under; printed in the plan and part of its digest.

    Words stand for the members they name: ``Policy(rule="as-booked")``.

    Raises:
        UsageError: A word names no rule, class or count.
    """

    rule: Rule = Rule.MAX_MIN
    level_by: LevelBy = LevelBy.POOL
    count: Count = Count.UNITS
    readiness: bool = True  # Never ship before the site can power it.
    whole_lots: bool = True
    commitments: tuple[str, ...] = ("firm",)
    count_from_on: dt.date | None = None  # None: the first day of the plan.

    def __post_init__(self) -> None:
        """Turn words into the members they name, so that no unknown word can pass for a rule."""
        for name, kinds in (("rule", Rule), ("level_by", LevelBy), ("count", Count)):
            word = getattr(self, name)
            if word not in {str(one) for one in kinds}:
                allowed = ", ".join(kinds)
                raise UsageError(f"There is no {name} {word!r}.", fix=f"Use one of {allowed}.")
            object.__setattr__(self, name, kinds(word))
        unknown = [one for one in self.commitments if one not in COMMITMENTS]
        if unknown:
            raise UsageError(f"There is no commitment {unknown[0]!r}.", fix=f"Use {', '.join(COMMITMENTS)}.")

    @property
    def classes_by(self) -> LevelBy:
        """Return whose levels are evened in fact: under `pro-rata` every order is a class of its own."""
        return LevelBy.ORDER if self.rule is Rule.PRO_RATA else self.level_by

    def as_json(self) -> dict[str, str | bool | list[str] | None]:
        """Return the policy as plain values."""
        return {
            "rule": str(self.rule),
            "level_by": str(self.level_by),
            "count": str(self.count),
            "readiness": self.readiness,
            "whole_lots": self.whole_lots,
            "commitments": list(self.commitments),
            "count_from_on": None if self.count_from_on is None else self.count_from_on.isoformat(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What ``scenario.toml`` says.

    Attributes:
        name: The scenario's id.
        title: Its title in words.
        calendar: The horizon and its rounds.
        reference_sku: The unit of reference-unit comparisons; empty where none is named.
        currency: The currency of money.
        capital_percent_per_year: The cost of money tied up in idle units, percent as decimal text.
        policy: The policy of the scenario.
        unknown: Settings that apportion does not know, by name, kept for export.
        unknown_policy: The same of the table ``[policy]``.
    """

    name: str
    title: str = ""
    calendar: Calendar
    reference_sku: str = ""
    currency: str = "USD"
    capital_percent_per_year: str | None = None
    policy: Policy = field(default_factory=Policy)
    unknown: tuple[tuple[str, object], ...] = ()
    unknown_policy: tuple[tuple[str, object], ...] = ()

    @property
    def round(self) -> RoundLength:
        """Return the period between rounds."""
        return self.calendar.length
