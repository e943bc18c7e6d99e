"""How each metric is computed from the facts that a viewer knows.

Source: ``docs/concepts/claims.md``, E7 to E12.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction

from apportion.model.metrics import METRICS, MetricKind
from apportion.model.policy import Case
from apportion.study.band import Evidence, Found, bounded, is_firm, summed
from apportion.study.counts import (
    Scope,
    active,
    delivered,
    item_of,
    ordered,
    output,
    power,
    readiness_rows,
    rented_most,
    reserved,
    room,
    scope_of,
    sites_meant,
    sites_without_date,
)
from apportion.study.known import CASES, Known
from apportion.study.stated import Claim, exact
from apportion.study.support import Support, support_of
from apportion.study.worth import price_found, spend_found, value_found


def evidence_for(known: Known, claim: Claim) -> Found:
    """Return what the facts give for a claim, or why it cannot be compared."""
    metric = METRICS.get(claim.metric)
    if metric is None:
        return "unknown-metric"
    if claim.unit not in metric.units:
        return "unit-unfit"
    if claim.meant is None:
        return "no-value"
    return _FINDERS[metric.name](known, claim)


def _with_ceiling(known: Known, found: Evidence, *, scope: Scope) -> Evidence:
    """Return a count with the most that all known power can run, where no site's power is unknown or assumed."""
    rows = readiness_rows(known, scope)
    is_whole = bool(rows) and not sites_without_date(known, scope) and scope.day <= known.day
    if not scope.sku or not is_whole or not is_firm(rows):
        return found
    row = known.skus[scope.sku]
    site_kw = exact(row.get("site_kw_low")) or exact(row["site_kw"])
    if not site_kw:
        return found
    units = Fraction(power(known, scope)[Case.FAVOURABLE] // site_kw)
    weight = (exact(row["reference_units"]) or Fraction(1)) if scope.is_reference else Fraction(1)
    # Who says "active" may mean what is rented too, and that needs no power of the party's own.
    elsewhere = rented_most(known, scope)
    return replace(
        found, ceiling=max(found.high, units * weight) + elsewhere, support=(*found.support, *rows)
    )


def _ordered(known: Known, claim: Claim) -> Found:
    return summed(ordered(known, scope_of(claim)))


def _reserved(known: Known, claim: Claim) -> Found:
    return summed(reserved(known, scope_of(claim)))


def _delivered(known: Known, claim: Claim) -> Found:
    return summed(delivered(known, scope_of(claim)))


def _active(known: Known, claim: Claim) -> Found:
    scope = scope_of(claim)
    return _with_ceiling(known, summed(active(known, scope)), scope=scope)


def _output(known: Known, claim: Claim) -> Found:
    return summed(output(known, scope_of(claim), from_on=claim.from_on))


def _by_case(known: Known, by_case: Mapping[Case, Fraction], *, support: tuple[Support, ...]) -> Evidence:
    """Return a value that each case has its own of as evidence."""
    return Evidence(
        low=min(by_case.values()),
        plain=by_case[known.stated.view.case],
        high=max(by_case.values()),
        support=support,
    )


def _at_sites(known: Known, scope: Scope, *, found: Evidence) -> Evidence:
    """Return what is known of the sites meant with its bounds: from above only where each has a readiness.

    A hall that nobody knows of may still be built, so a day to come is not bounded from above.
    """
    unknown = sites_without_date(known, scope)
    return bounded(replace(found, unknown=unknown), is_whole=not unknown and scope.day <= known.day)


def _power(known: Known, claim: Claim) -> Found:
    scope = scope_of(claim)
    rows = readiness_rows(known, scope)
    if not rows:
        return "no-readiness"
    return _at_sites(known, scope, found=_by_case(known, power(known, scope), support=rows))


def _room(known: Known, claim: Claim) -> Found:
    scope = scope_of(claim)
    rows = readiness_rows(known, scope)
    if not rows:
        return "no-readiness"
    if not claim.sku:
        return "no-sku"
    standing = tuple(
        support_of("fleet", row, name=row["holding"])
        for row in known.world.table("fleet").iter_rows(named=True)
        if row["site"] in sites_meant(known, scope) and row["since_on"] <= scope.day
    )
    by_case = room(known, scope, from_on=claim.from_on)
    return _at_sites(known, scope, found=_by_case(known, by_case, support=(*rows, *standing)))


def _ready(known: Known, claim: Claim) -> Found:
    if not claim.site:
        return "no-site"
    rows = [
        row
        for row in known.world.table("readiness").iter_rows(named=True)
        if row["site"] == claim.site and row["power_kw"]
    ]
    if not rows:
        return "no-readiness"
    by_case = {}
    for case in CASES:
        standing = known.world.case(str(case)).table("readiness")
        days = [
            row["ready_on"]
            for row in standing.iter_rows(named=True)
            if row["site"] == claim.site and row["power_kw"]
        ]
        by_case[case] = Fraction(min(days).toordinal()) if days else Fraction(dt.date.max.toordinal())
    support = tuple(support_of("readiness", row, name=f"{row['site']} {row['step']}") for row in rows)
    return bounded(_by_case(known, by_case, support=support))


def _share(known: Known, claim: Claim) -> Found:
    if not claim.counterparty:
        return "no-counterparty"
    items = []
    for row in known.world.table("interests").iter_rows(named=True):
        is_meant = row["holder"] == claim.counterparty and row["entity"] == claim.party
        is_over = row["until_on"] is not None and row["until_on"] <= claim.as_of_on
        is_begun = row["from_on"] is None or row["from_on"] <= claim.as_of_on
        is_owned = row["role"] == "owner" and row["share_percent"] is not None
        if is_meant and is_owned and is_begun and not is_over:
            support = (support_of("interests", row, name=f"{row['holder']} {row['entity']}"),)
            items.append(item_of(row, "share_percent", support=support))
    return bounded(summed(items)) if items else "no-share"


_FINDERS: dict[str, Callable[[Known, Claim], Found]] = {
    "units_ordered": _ordered,
    "units_reserved": _reserved,
    "units_delivered": _delivered,
    "units_active": _active,
    "units_planned": _active,
    "units_room": _room,
    "units_output": _output,
    "spend_usd": spend_found,
    "value_usd": value_found,
    "unit_price_usd": price_found,
    "power_kw": _power,
    "ready_on": _ready,
    "share_percent": _share,
}


def is_count(claim: Claim) -> bool:
    """Return whether lead times decide if a claim can still be met: units on a day."""
    return claim.kind is not None and claim.kind.kind is MetricKind.COUNT
