"""A plan's allocations → one reason for every unit that is short or late, and what would mend it.

For each order Fₖ(t) is the most it could have filled by round t, counting only the first k kinds of limit. Units
short with reason k are Fₖ₋₁ − Fₖ at the end. A unit that shipped late is late by the first k whose Fₖ reached it
only when it shipped.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from apportion.engine.outlook import Outlook
from apportion.engine.problem import MILLION, Order, Problem
from apportion.engine.reasons import Granted, Limits, first_spent, most_filled
from apportion.engine.remedy import remedy
from apportion.model.plan import resource_words
from apportion.model.policy import Rule

ON_HOLD, NO_USABLE_SITE, QUOTA, SITE_NOT_READY = "on-hold", "no-usable-site", "quota", "site-not-ready"
NO_SUPPLY, HIGHER_TIER, FAIR_SHARE = "no-supply", "higher-tier", "fair-share"
ORDER_AHEAD, TAKEN_EARLY = "order-ahead", "taken-early"
BELOW_MIN_SHIP, PARTIAL_LOT, NO_ROUND = "below-min-ship", "partial-lot", "no-round"
NOT_BOOKED, NOT_DECIDED = "not-booked", "not-decided"
REASONS = frozenset(
    {
        *(ON_HOLD, NO_USABLE_SITE, QUOTA, SITE_NOT_READY, NO_SUPPLY, HIGHER_TIER, FAIR_SHARE, ORDER_AHEAD),
        *(TAKEN_EARLY, BELOW_MIN_SHIP, PARTIAL_LOT, NO_ROUND, NOT_BOOKED, NOT_DECIDED),
    }
)
_WITHOUT_REMEDY = {ON_HOLD, NO_USABLE_SITE, NO_ROUND}
_LIMITS = {
    QUOTA: Limits.QUOTA,
    SITE_NOT_READY: Limits.SITE,
    NO_SUPPLY: Limits.SUPPLY,
    HIGHER_TIER: Limits.AHEAD,
}
# The two steps of the ladder that depend on the rule, where orders are served one after another.
_IN_TURN = {HIGHER_TIER: ORDER_AHEAD, FAIR_SHARE: TAKEN_EARLY}

Units = Mapping[tuple[int, int], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortage:
    """One reason of one order.

    Attributes:
        order: Index of the order.
        reason: The reason's code.
        short: Ordered units never filled, in 10⁻¹².
        late: Ordered units filled late, in 10⁻¹².
        resource: What binds, in words; empty where nothing does.
        until_on: The day there is more of it; None where no date is known.
        remedy: What would mend it.
    """

    order: int
    reason: str
    short: int
    late: int
    resource: str
    until_on: dt.date | None
    remedy: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the ladder: Fₖ by a round, and what binds there."""

    reason: str
    filled: int
    binding: int | None = None


@dataclass(slots=True)
class _Account:
    """What one reason holds of one order so far."""

    short: int = 0
    late: int = 0
    at_round: int = 0
    binding: int | None = None


@dataclass(frozen=True)
class Explainer:
    """Everything the reasons of one plan are made from.

    Attributes:
        problem: The problem.
        given: Allocations, in millionths of a unit by (option, round).
        shipped: Exact shares as they ship, after waiting for a least shipment.
        shares: Each order's cumulative share by round, in 10⁻¹², with no regard to a least shipment; a cut
            order's from the plan it was first cut from.
        outlook: When there will be more of a resource.
    """

    problem: Problem
    given: Units
    shipped: Units
    shares: Mapping[int, Mapping[int, int]]
    outlook: Outlook
    granted: Granted = field(init=False)

    def __post_init__(self) -> None:
        """Add up what is granted of each resource once."""
        object.__setattr__(self, "granted", Granted(self.problem, self.given))

    def shortages(self) -> list[Shortage]:
        """Return every reason of every order, by order id and then by reason's rank."""
        given, shipped = _by_order(self.problem, self.given), _by_order(self.problem, self.shipped)
        found: list[Shortage] = []
        for order in sorted(self.problem.orders, key=lambda one: one.order):
            series = _Series(
                given=_cumulative(given.get(order.index, ())),
                shipped=_cumulative(shipped.get(order.index, ())),
                shares=dict(self.shares.get(order.index, {})),
            )
            found.extend(self._of(order, series))
        return found

    def _of(self, order: Order, series: _Series) -> Iterable[Shortage]:
        if not order.wants:
            return
        if order.first_round >= order.end_round:
            yield self._shortage(order, NO_ROUND, account=_Account(short=order.wants), filled=0)
            return
        last = len(self.problem.calendar) - 1
        accounts: dict[str, _Account] = {}
        filled = _at(series.given, last)
        if order.wants - filled >= order.least_open:
            for above, step in _pairs(order.wants, self._ladder(order, series, by_round=last)):
                if above - step.filled >= order.least_open:
                    accounts[step.reason] = _Account(
                        short=above - step.filled, at_round=order.last_round, binding=step.binding
                    )
        self._add_late(order, series, accounts=accounts)
        for reason, account in accounts.items():
            if max(account.short, account.late) >= order.least_open:
                yield self._shortage(order, reason, account=account, filled=filled)

    def _add_late(self, order: Order, series: _Series, *, accounts: dict[str, _Account]) -> None:
        before = 0
        for at_round, after in sorted(series.given.items()):
            if at_round > order.wanted_round:
                steps = self._ladder(order, series, by_round=at_round - 1)
                for above, step in _pairs(order.wants, steps):
                    late = min(after, above) - max(before, step.filled)
                    if late > 0:
                        account = accounts.setdefault(step.reason, _Account())
                        account.late += late
                        if not account.short:
                            account.at_round, account.binding = at_round - 1, step.binding
            before = after

    def _ladder(self, order: Order, series: _Series, *, by_round: int) -> list[Step]:
        """Return F₁ … F₉ by a round, never rising, never below what is granted by then."""
        granted = _at(series.given, by_round)
        if by_round < order.first_round:
            return [Step(NO_ROUND, 0)]
        if not order.is_planned:
            return [Step(ON_HOLD, granted)]
        steps = [Step(NO_USABLE_SITE, order.wants if order.options else granted)]
        for reason, limits in _LIMITS.items():
            most = most_filled(self.problem, self.granted, order=order, by_round=by_round, limits=limits)
            filled = min(max(most.filled, granted), steps[-1].filled)
            steps.append(Step(self._by_rule(reason), filled, most.binding))
        at_round = min(by_round, order.last_round)
        spent = first_spent(self.problem, self.granted, options=order.options, at_round=at_round, units=1)
        share = max(_at(series.shares, by_round), granted)
        steps.append(Step(self._by_rule(FAIR_SHARE), min(share, steps[-1].filled), spent))
        ships = max(_at(series.shipped, by_round), granted)
        steps.append(Step(BELOW_MIN_SHIP, min(ships, steps[-1].filled)))
        lot = self.problem.lots[order.options[0].sku] * MILLION if order.options else 1
        no_lot = first_spent(self.problem, self.granted, options=order.options, at_round=at_round, units=lot)
        steps.append(Step(PARTIAL_LOT, granted, no_lot))
        return steps

    def _by_rule(self, reason: str) -> str:
        """Return the reason's name under the rule: those who serve in turn know no tiers and no shares."""
        is_in_turn = self.problem.policy.rule in {Rule.PRIORITY, Rule.FIRST_COME}
        return _IN_TURN.get(reason, reason) if is_in_turn else reason

    def _shortage(self, order: Order, reason: str, *, account: _Account, filled: int) -> Shortage:
        resource, until_on = self._named(order, reason, account=account)
        at_round = order.last_round if account.short else max(order.wanted_round, order.first_round)
        mend = ""
        if reason not in _WITHOUT_REMEDY:
            mend = remedy(self.problem, self.granted, order=order, at_round=at_round, filled=filled)
        return Shortage(
            order=order.index,
            reason=reason,
            short=account.short,
            late=account.late,
            resource=resource,
            until_on=until_on,
            remedy=mend,
        )

    def _named(self, order: Order, reason: str, *, account: _Account) -> tuple[str, dt.date | None]:
        if reason in {ON_HOLD, NO_USABLE_SITE}:
            return self.outlook.why_not_served(order.order), None
        if account.binding is None:
            return "", None
        key = self.problem.resources[account.binding].key
        return resource_words(key), self.outlook.more_from(key, after=self.problem.day(account.at_round))


@dataclass(frozen=True, slots=True)
class _Series:
    """One order's cumulative ordered units by round, in 10⁻¹²: allocations, shares as they ship, shares."""

    given: dict[int, int]
    shipped: dict[int, int]
    shares: dict[int, int]


def _by_order(problem: Problem, units: Units) -> dict[int, list[tuple[int, int]]]:
    """Return (round, ordered units) of each order, rounds ascending."""
    found: dict[int, list[tuple[int, int]]] = {}
    for (index, at_round), amount in sorted(units.items(), key=lambda pair: pair[0][1]):
        option = problem.options[index]
        found.setdefault(option.order, []).append((at_round, amount * option.rate))
    return found


def _cumulative(amounts: Iterable[tuple[int, int]]) -> dict[int, int]:
    series: dict[int, int] = {}
    total = 0
    for at_round, amount in amounts:
        total += amount
        series[at_round] = total
    return series


def _at(series: Mapping[int, int], by_round: int) -> int:
    """Return the cumulative amount by a round."""
    return max((amount for at_round, amount in series.items() if at_round <= by_round), default=0)


def _pairs(wants: int, steps: Sequence[Step]) -> Iterable[tuple[int, Step]]:
    """Return each step with the amount that the step before it allowed."""
    above = wants
    for step in steps:
        yield above, step
        above = step.filled


def share_series(problem: Problem, shares: Units) -> dict[int, dict[int, int]]:
    """Return each order's cumulative share by round, in 10⁻¹²."""
    return {order: _cumulative(amounts) for order, amounts in _by_order(problem, shares).items()}


def late_days(days: Iterable[tuple[dt.date, int]], *, wanted_on: dt.date | None) -> Fraction | None:
    """Return the unit-weighted mean of days after `wanted_on`, early units counting 0; None if none shipped.

    Args:
        days: (day shipped, millionths of a unit).
        wanted_on: The first round on or after the day requested; None where there is none.
    """
    late = total = 0
    for day, units in days:
        total += units
        if wanted_on is not None:
            late += units * max(0, (day - wanted_on).days)
    return Fraction(late, total) if total else None
