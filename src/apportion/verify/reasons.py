"""Reasons, derived again from the shares and what ships, and compared with the shortages of the plan.

Source: ``docs/concepts/allocation.md``, "Reasons".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl

from apportion.verify.alone import SERVED_BEFORE, Granted, most_alone
from apportion.verify.facts import Facts, Order
from apportion.verify.figures import AMOUNT, MICRO, ordered_units, scaled
from apportion.verify.reading import Movement
from apportion.verify.refusal import Refusal, shown
from apportion.verify.remedies import NO_REMEDY, Remedies, broken_law
from apportion.verify.turns import TURN_RULES

NO_ROUND = "no-round"
# By the step at which the units are lost; before the first, no round of the order's window had come.
REASONS = (
    NO_ROUND,
    "on-hold",
    "no-usable-site",
    "quota",
    "site-not-ready",
    "no-supply",
    "higher-tier",
    "fair-share",
    "below-min-ship",
    "partial-lot",
)
IN_TURN = (*REASONS[:6], "order-ahead", "taken-early", *REASONS[8:])
# Ordered units by order up to a round, in 10**-18.
FilledBy = Callable[[Order, int], int]


@dataclass(frozen=True, kw_only=True)
class Explained:
    """Why one order is short or late; ordered units in 10**-18 by reason, in the order of the reasons.

    Attributes:
        short: Units short, those from a tolerance on.
        late: Units late, those from a tolerance on.
        late_days: The mean days late over the shipped units; None where nothing shipped.
    """

    short: Mapping[str, int] = field(default_factory=dict)
    late: Mapping[str, int] = field(default_factory=dict)
    late_days: Fraction | None = None

    @property
    def reasons(self) -> set[str]:
        """Return every reason that makes a row."""
        return set(self.short) | set(self.late)


@dataclass(frozen=True, kw_only=True)
class Account:
    """What the reasons rest on.

    Attributes:
        facts: The world.
        granted: What ships.
        share_by: The exact share of an order up to a round; of a cut one, in the plan it was first cut from;
            where orders take turns, what it would take in its turn without a least shipment.
        shipped_by: The share as it ships after waiting.
    """

    facts: Facts
    granted: Granted
    share_by: FilledBy
    shipped_by: FilledBy

    @property
    def reasons(self) -> tuple[str, ...]:
        """Return the reasons by step under the plan's rule."""
        return IN_TURN if self.facts.policy.rule in TURN_RULES else REASONS


def filled_by(movements: Sequence[Movement]) -> FilledBy:
    """Return the ordered units that movements fill of an order up to a round."""
    filled: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for one in movements:
        filled[one.order.name].append((one.at, one.option.rate * one.units))

    def by(order: Order, at: int) -> int:
        return sum(amount for moved_at, amount in filled.get(order.name, ()) if moved_at <= at)

    return by


def explain(account: Account) -> dict[str, Explained]:
    """Return the reasons of every order that was open before the plan, and not closed."""
    return {
        order.name: explain_order(account, order)
        for order in sorted(account.facts.orders.values(), key=account.granted.place)
        if order.status != "closed" and order.open_amount >= order.tolerance
    }


def explain_order(account: Account, order: Order) -> Explained:
    """Return why units of one order are short or late."""
    if order.first_round >= order.end_round:
        return Explained(short={NO_ROUND: order.open_amount})
    end = len(account.facts.calendar) - 1
    short: dict[str, int] = {}
    if order.open_amount - account.granted.filled_by(order, end) >= order.tolerance:
        most = _possible(account, order, at=end)
        for step in range(1, len(most)):
            units = most[step - 1] - most[step]
            if units >= order.tolerance:
                short[account.reasons[step]] = units
    late, late_days = _late(account, order)
    return Explained(short=short, late=late, late_days=late_days)


def _possible(account: Account, order: Order, *, at: int) -> list[int]:
    """Return F_0 to F_9 of an order at a round; none of them below what was granted."""
    granted = account.granted.filled_by(order, at)
    most: list[int] = []
    for step in range(SERVED_BEFORE + 1):
        alone = (
            max(granted, most_alone(account.granted, order, step=step, at=at)) if not most or most[-1] else 0
        )
        most.append(min(most[-1], alone) if most else alone)
    most.append(min(most[-1], max(account.share_by(order, at), granted)))
    most.append(min(most[-1], max(account.shipped_by(order, at), granted)))
    most.append(granted)
    return most


def _late(account: Account, order: Order) -> tuple[dict[str, int], Fraction | None]:
    """Return late units by reason, and the mean days late.

    Source: "The n-th filled unit is late if it shipped after the first round on or after `requested_on`, by
    the first k whose F_k reaches n only when it shipped".
    """
    rounds = account.facts.calendar.rounds
    shipped = sorted(account.granted.filled.get(order.name, {}).items())
    if not shipped:
        return {}, None
    late: dict[str, int] = defaultdict(int)
    units = account.granted.units[order.name]
    before = unit_days = 0
    for at, amount in shipped:
        until_now = before + amount
        if at > order.wanted_round:
            unit_days += units[at] * (rounds[at] - rounds[order.wanted_round]).days
            # Before its first round nothing could be filled: no limit comes before that.
            most = [until_now, *_possible(account, order, at=at - 1)]
            for step, reason in enumerate(account.reasons):
                late[reason] += max(0, min(until_now, most[step]) - max(before, most[step + 1]))
        before = until_now
    counted = {reason: units for reason, units in late.items() if units >= order.tolerance}
    return counted, Fraction(unit_days, sum(units.values()))


def check_shortages(
    facts: Facts, frame: pl.DataFrame, *, expected: Mapping[str, Explained], remedies: Remedies
) -> list[Refusal]:
    """List the rows of the shortages that are missing, odd or wrong."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    refusals: list[Refusal] = []
    for row in frame.iter_rows(named=True):
        key = (row["order"], row["reason"])
        if key in rows:
            refusals.append(_refuse(key, "stands twice"))
        rows[key] = row
    wanted = {(name, reason) for name, one in expected.items() for reason in one.reasons}
    for key in sorted(set(rows) | wanted):
        name, reason = key
        if key not in rows:
            refusals.append(_refuse(key, "is missing"))
        elif key not in wanted:
            refusals.append(_refuse(key, "does not follow from the shares"))
        else:
            order, one = facts.orders[name], expected[name]
            refusals += _check_row(order, rows[key], one=one)
            lacks: dict[str, int] = {}
            if reason not in NO_REMEDY:
                lacks = remedies.lacks(order, is_short=one.short.get(reason, 0) > 0)
            told = broken_law(rows[key]["remedy"], lacks=lacks)
            if told:
                refusals.append(_refuse(key, f"names a remedy against the law: {told}", rule="remedy"))
    return refusals


def _check_row(order: Order, row: Mapping[str, Any], *, one: Explained) -> list[Refusal]:
    key = (order.name, row["reason"])
    refusals = []
    short = one.short.get(row["reason"], 0)
    if row["customer"] != order.customer:
        refusals.append(_refuse(key, "names another customer"))
    if scaled(row["short"], AMOUNT) != short:
        refusals.append(_refuse(key, f"states other units short than {shown(ordered_units(short))}"))
    if not _same_days(row["late_days"], one.late_days):
        refusals.append(
            _refuse(key, "states other late days than the mean over what shipped", rule="late-days")
        )
    return refusals


def _same_days(stated: Decimal | None, days: Fraction | None) -> bool:
    """Return whether a mean in six places is the exact one, rounded half to even."""
    if stated is None or days is None:
        return stated is None and days is None
    return scaled(stated, MICRO) == round(days * MICRO)


def _refuse(key: tuple[str, str], told: str, *, rule: str = "shortages") -> Refusal:
    name, reason = key
    return Refusal(
        rule=rule, order=name, sentence=f"The shortage row of order {name} with reason {reason} {told}."
    )
