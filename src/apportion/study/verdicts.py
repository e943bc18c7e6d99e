"""One claim against what is known: the evidence, what is still to come, the gap and the verdict.

Source: ``docs/concepts/claims.md``, E4 and E13 to E18.
"""

from __future__ import annotations

import datetime as dt
import enum
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from apportion.model.metrics import MetricKind
from apportion.study.band import Evidence
from apportion.study.counts import NOTHING, Item, documented, fleet, last_fleet_day, rented, scope_of
from apportion.study.known import Known
from apportion.study.metrics import evidence_for, is_count
from apportion.study.stated import Claim, Meant, exact
from apportion.study.support import Support, support_of, weakest

ACTIVE, PLANNED = "units_active", "units_planned"
DAYS_OF_A_WEEK = 7
# Claims of what is active, by party, SKU and unit.
Bases = Mapping[tuple[str, str, str], Sequence[Claim]]


class Verdict(enum.StrEnum):
    """What the facts say of a claim."""

    CONSISTENT = "consistent"  # The values it allows meet the band of the evidence.
    CONTRADICTED = "contradicted"  # The facts bound what may be true, and no value it allows lies within.
    UNSUPPORTED = "unsupported"  # The evidence does not reach it; what is not documented may be true.
    NOT_COMPARABLE = "not comparable"  # Nothing in the facts speaks of it.
    TOO_EARLY = "too early"  # Its day has not come, it is not reached, and could still be.


_VERDICTS = {
    "above-ceiling": Verdict.CONTRADICTED,
    "below-floor": Verdict.CONTRADICTED,
    "reached": Verdict.CONSISTENT,
    "reached-within": Verdict.CONSISTENT,
    "below-assumed": Verdict.UNSUPPORTED,
    "not-reached": Verdict.UNSUPPORTED,
    "too-late": Verdict.UNSUPPORTED,
    "may-still": Verdict.TOO_EARLY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A target beside what is documented towards it.

    Attributes:
        base_claim: The claim of what is active already; empty: the documented fleet stands in.
        base: What is there already, by that claim or that fleet.
        to_add: The value less the base.
        least: The least documented towards it: deliveries after the day of the base claim.
        most: The most: deliveries after the last fleet row.
        support: The rows of the deliveries.
    """

    base_claim: str
    base: Fraction
    to_add: Fraction
    least: Fraction
    most: Fraction
    support: tuple[Support, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """The last days on which an order placed could still be live by a target's day.

    Attributes:
        support: The row of the lead time in force.
        best_on: With the shortest lead time stated.
        plain_on: With the plain one.
        worst_on: With the longest.
    """

    support: Support
    best_on: dt.date
    plain_on: dt.date
    worst_on: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """What is stated less what is documented; of days, how much later the facts are than said."""

    low: Fraction
    high: Fraction
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One claim with what is known of it.

    Attributes:
        claim: The claim.
        verdict: What the facts say of it.
        reason: Why, as the words name it.
        evidence: What the facts give; None: nothing comparable.
        gap: What is missing; None: nothing comparable.
        target: Of a target, what is documented towards it.
        reach: Of a target, the last days to order; None: no target, or no lead time is known.
        set_apart: Rows of the same party that a claim alone stands behind; they support nothing.
        met_on: Of a target, the first day on which the evidence reaches it; None: not met, or no target.
        rented: Of a claim of units, what the party rents on its day; it is not in the evidence.
    """

    claim: Claim
    verdict: Verdict
    reason: str
    evidence: Evidence | None = None
    gap: Gap | None = None
    target: Target | None = None
    reach: Reach | None = None
    set_apart: tuple[Support, ...] = ()
    met_on: dt.date | None = None
    rented: tuple[Item, ...] = ()

    @property
    def support(self) -> tuple[Support, ...]:
        """Return the rows that evidence and gap rest on."""
        own = self.evidence.support if self.evidence is not None else ()
        towards = self.target.support if self.target is not None else ()
        return tuple(dict.fromkeys((*own, *towards)))

    @property
    def basis(self) -> str:
        """Return the weakest class of the rows that evidence and gap rest on; empty: not said."""
        return weakest(row.basis for row in self.support)

    @property
    def shared_evidence(self) -> tuple[str, ...]:
        """Return the evidence that both the claim and rows in its support cite."""
        cited = {one for row in self.support for one in row.evidence}
        return tuple(one for one in self.claim.evidence if one in cited)


def judge(known: Known, claim: Claim, *, bases: Bases) -> Judged:
    """Return what the facts say of a claim.

    Args:
        known: What the viewer knows.
        claim: The claim.
        bases: The claims of the view that a target may count from.
    """
    unknown, meant = _unknown_name(known, claim), claim.meant
    found = unknown or evidence_for(known, claim)
    if isinstance(found, str) or meant is None:
        return Judged(claim=claim, verdict=Verdict.NOT_COMPARABLE, reason=str(found))
    target = target_of(known, claim, bases=bases) if claim.metric == PLANNED else None
    reach = reach_of(known, claim) if _is_to_come(claim) and is_count(claim) else None
    reason = _reason(claim, found, meant=meant, day=known.day, reach=reach)
    return Judged(
        claim=claim,
        verdict=_VERDICTS[reason],
        reason=reason,
        evidence=found,
        gap=_gap(claim, found, target=target),
        target=target,
        reach=reach,
        set_apart=_set_apart(known, claim),
        met_on=_met_on(known, claim) if _is_to_come(claim) and is_count(claim) else None,
        rented=tuple(rented(known, scope_of(claim))) if is_count(claim) else (),
    )


def _unknown_name(known: Known, claim: Claim) -> str:
    if claim.sku and claim.sku not in known.skus:
        return "unknown-sku"
    return "unknown-site" if claim.site and claim.site not in known.lead_days else ""


def _is_to_come(claim: Claim) -> bool:
    return claim.as_of_on > claim.said_on


def _reason(claim: Claim, found: Evidence, *, meant: Meant, day: dt.date, reach: Reach | None) -> str:
    """Return why a claim has its verdict; the first that fits, in this order."""
    if found.ceiling is not None and meant.exceeds(found.ceiling):
        return "above-ceiling"
    if found.floor is not None and meant.falls_short(found.floor):
        return "below-floor"
    falls_short = meant.falls_short(found.low)
    if not falls_short and not meant.exceeds(found.high):
        is_plain = not meant.exceeds(found.plain) and not meant.falls_short(found.plain)
        return "reached" if is_plain else "reached-within"
    is_counted = claim.kind is not None and claim.kind.kind in {MetricKind.COUNT, MetricKind.FLOW}
    if is_counted and falls_short:
        return "below-assumed"
    if claim.as_of_on <= day:
        return "not-reached"
    return "too-late" if reach is not None and reach.best_on < day else "may-still"


def _gap(claim: Claim, found: Evidence, *, target: Target | None) -> Gap:
    if target is not None:
        return Gap(low=target.to_add - target.most, high=target.to_add - target.least, unit=claim.unit)
    if claim.is_dated:
        day = claim.as_of_on.toordinal()
        return Gap(low=found.low - day, high=found.high - day, unit="days")
    low, high = claim.low or NOTHING, claim.high or NOTHING
    return Gap(low=low - found.high, high=high - found.low, unit=claim.unit)


def bases_among(claims: Iterable[Claim]) -> Bases:
    """Return the claims of what is active, by what they have to share with a target that counts from them."""
    found: dict[tuple[str, str, str], list[Claim]] = {}
    for one in claims:
        if one.metric == ACTIVE and one.value is not None:
            found.setdefault((one.party, one.sku, one.unit), []).append(one)
    return found


def base_of(claim: Claim, bases: Bases) -> Claim | None:
    """Return the claim of what is active that a target counts from: the latest by then, of its site or of all."""
    those = [
        one
        for one in bases.get((claim.party, claim.sku, claim.unit), ())
        if one.site in {"", claim.site} and one.said_on <= claim.said_on and one.as_of_on <= claim.as_of_on
    ]
    return max(those, key=lambda one: (one.as_of_on, one.said_on, one.site, one.claim), default=None)


def target_of(known: Known, claim: Claim, *, bases: Bases) -> Target:
    """Return a target beside what is documented towards it.

    A claim of what all sites run is no base of a target for one site, whose fleet stands in; its day is: what was
    delivered before may be among what runs already.
    """
    scope, base = scope_of(claim), base_of(claim, bases)
    fleet_on = last_fleet_day(known, scope)
    after_fleet = documented(known, scope, after=fleet_on)
    after_base = after_fleet if base is None else documented(known, scope, after=base.as_of_on)
    sums = [
        (sum((item.low for item in items), NOTHING), sum((item.high for item in items), NOTHING))
        for items in (after_fleet, after_base)
    ]
    is_base = base is not None and base.site == claim.site
    there = base.value if base is not None and is_base else None
    if there is None:
        standing = fleet(known, replace(scope, day=fleet_on)) if fleet_on is not None else ()
        there = sum((item.plain for item in standing), NOTHING)
    return Target(
        base_claim=base.claim if base is not None and is_base else "",
        base=there,
        to_add=(claim.value or NOTHING) - there,
        least=min(low for low, _ in sums),
        most=max(high for _, high in sums),
        support=tuple(dict.fromkeys(one for item in (*after_fleet, *after_base) for one in item.support)),
    )


def reach_of(known: Known, claim: Claim) -> Reach | None:
    """Return the last days to order for a target, by the lead time stated last; None: none is known."""
    rows = [
        row
        for row in known.lookup.rows("lead_times", column="sku", values=[claim.sku])
        if row["stated_on"] <= known.day
    ]
    if not rows:
        return None
    row = max(rows, key=lambda one: (one["stated_on"], one["lead"]))
    sites = [claim.site] if claim.site else known.sites_of.get(claim.party, ())
    lead_days = min((known.lead_days[site] for site in sites), default=0)
    plain = exact(row["weeks"]) or NOTHING
    low, high = exact(row.get("weeks_low")), exact(row.get("weeks_high"))
    best_on, plain_on, worst_on = (
        _before(claim.as_of_on, weeks=weeks, days=lead_days)
        for weeks in (plain if low is None else low, plain, plain if high is None else high)
    )
    support = support_of("lead_times", row, name=row["lead"])
    return Reach(support=support, best_on=best_on, plain_on=plain_on, worst_on=worst_on)


def _before(day: dt.date, *, weeks: Fraction, days: int) -> dt.date:
    """Return the day so many weeks and days before, part of a day as a whole one."""
    whole = -(-weeks * DAYS_OF_A_WEEK // 1)
    return dt.date.fromordinal(max(1, day.toordinal() - int(whole) - days))


def _set_apart(known: Known, claim: Claim) -> tuple[Support, ...]:
    """Return the rows of the claim's party, SKU and site that are known by a claim alone."""
    sites = (claim.site,) if claim.site else known.sites_of.get(claim.party, ())
    found = [
        support_of(table, row, name=str(row[key]))
        for table, key, party in (
            ("fleet", "holding", "party"),
            ("orders", "order", "customer"),
            ("rentals", "contract", "party"),
        )
        for row in known.claimed.rows(table, column=party, values=[claim.party])
    ]
    found += [
        support_of("readiness", row, name=f"{row['site']} {row['step']}")
        for row in known.claimed.rows("readiness", column="site", values=sites)
    ]
    return tuple(found)


def _met_on(known: Known, claim: Claim) -> dt.date | None:
    """Return the first day by the day looked from on which the plain evidence reaches a target.

    Between two changes of something of the party the evidence is the same, so the first day of each span is tried;
    of the span before all changes, the first day on which units of anybody begin to run or to be held.
    """
    meant = claim.meant
    changes = changes_of(known, claim.party)
    for place, change in enumerate(changes):
        until = min([known.day.toordinal() + 1, *changes[place + 1 : place + 2]])
        day = change if place else _next(known.event_days, change)
        if day >= until:
            continue
        found = evidence_for(known, replace(claim, as_of_on=dt.date.fromordinal(day)))
        if not isinstance(found, str) and meant is not None and not meant.exceeds(found.plain):
            return dt.date.fromordinal(day)
    return None


def changes_of(known: Known, party: str) -> list[int]:
    """Return the days on which a count of a party can change, and the first of all before them."""
    deliveries = known.deliveries_of.get(party, ())
    days = {1, *(one.arrives for one in deliveries), *(one.delivered for one in deliveries)}
    days.update(since for one in deliveries for live in one.live.values() for since, _ in live)
    for table, columns, owner in (
        ("fleet", ("since_on", "until_on"), "party"),
        ("orders", ("placed_on",), "customer"),
    ):
        for row in known.lookup.rows(table, column=owner, values=[party]):
            days.update(row[column].toordinal() for column in columns if row[column] is not None)
    return sorted(days)


def _next(days: Sequence[int], first: int) -> int:
    """Return the first of some days in order from a day on; where there is none, one after all days."""
    place = bisect_left(days, first)
    return days[place] if place < len(days) else dt.date.max.toordinal() + 1
