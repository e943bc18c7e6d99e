"""What the facts give for a claim: least, plain and most, and how far these bound what may be true.

What is documented is there; what is not may be there all the same. So a count has a floor (what rows that are no
assumption document) and a ceiling only where all power is known. A price, share, date or power that the facts
state is both.

Source: ``docs/concepts/claims.md``, E5 to E12.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from apportion.model.metrics import METRICS, REFERENCE_UNITS, MetricKind
from apportion.model.policy import Case
from apportion.study.counts import (
    NOTHING,
    Item,
    Scope,
    active,
    delivered,
    documented,
    of_party,
    ordered,
    output,
    power,
    readiness_rows,
    reserved,
    room,
    sites_meant,
    sites_without_date,
)
from apportion.study.known import CASES, Known
from apportion.study.stated import Claim, exact
from apportion.study.support import ASSUMPTION, Support, support_of, weakest


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the facts give for a claim.

    Attributes:
        low: The least; days stand as ordinals.
        plain: As stated, in the case of the view.
        high: The most documented.
        floor: No value below it agrees with the facts; None: no such value.
        ceiling: No value above it does; None: no such value.
        support: The rows this rests on.
        unknown: Sites of which no readiness is known.
    """

    low: Fraction
    plain: Fraction
    high: Fraction
    floor: Fraction | None = None
    ceiling: Fraction | None = None
    support: tuple[Support, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def basis(self) -> str:
        """Return the weakest class of the rows it rests on."""
        return weakest(one.basis for one in self.support)


# Why a claim cannot be compared, as the words name it.
NoEvidence = str
Found = Evidence | NoEvidence


def scope_of(claim: Claim) -> Scope:
    """Return whose units of what and where a claim speaks of."""
    return Scope(
        party=claim.party,
        sku=claim.sku,
        site=claim.site,
        day=claim.as_of_on,
        is_reference=claim.unit == REFERENCE_UNITS,
    )


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


def summed(items: Iterable[Item], *, is_floor: bool = True) -> Evidence:
    """Return items as evidence; the floor is what is there and rests on no assumption."""
    listed = list(items)
    firm = [item.low for item in listed if item.is_there and _is_firm(item.support)]
    return Evidence(
        low=sum((item.low for item in listed), NOTHING),
        plain=sum((item.plain for item in listed), NOTHING),
        high=sum((item.high for item in listed), NOTHING),
        floor=sum(firm, NOTHING) if is_floor else None,
        support=tuple(dict.fromkeys(one for item in listed for one in item.support)),
    )


def _is_firm(support: Iterable[Support]) -> bool:
    return all(one.basis != ASSUMPTION for one in support)


def _with_ceiling(known: Known, found: Evidence, *, scope: Scope) -> Evidence:
    """Return a count with the most that all known power can run, where no site's power is unknown or assumed."""
    rows = readiness_rows(known, scope)
    if not scope.sku or not rows or sites_without_date(known, scope) or not _is_firm(rows):
        return found
    row = known.skus[scope.sku]
    site_kw = exact(row.get("site_kw_low")) or exact(row["site_kw"])
    if not site_kw:
        return found
    units = Fraction(power(known, scope)[Case.FAVOURABLE] // site_kw)
    weight = (exact(row["reference_units"]) or Fraction(1)) if scope.is_reference else Fraction(1)
    return Evidence(
        low=found.low,
        plain=found.plain,
        high=found.high,
        floor=found.floor,
        ceiling=max(found.high, units * weight),
        support=(*found.support, *rows),
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


def _bounded(
    known: Known, scope: Scope, *, by_case: Mapping[Case, Fraction], support: tuple[Support, ...]
) -> Evidence:
    """Return a value by case that is a floor, and a ceiling where no site's readiness is unknown."""
    low, high = min(by_case.values()), max(by_case.values())
    unknown = sites_without_date(known, scope)
    is_firm = _is_firm(support)
    return Evidence(
        low=low,
        plain=by_case[known.stated.view.case],
        high=high,
        floor=low if is_firm else None,
        ceiling=high if is_firm and not unknown else None,
        support=support,
        unknown=unknown,
    )


def _power(known: Known, claim: Claim) -> Found:
    scope = scope_of(claim)
    rows = readiness_rows(known, scope)
    if not rows:
        return "no-readiness"
    return _bounded(known, scope, by_case=power(known, scope), support=rows)


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
    return _bounded(known, scope, by_case=by_case, support=(*rows, *standing))


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
    is_firm = _is_firm(support)
    low, high = min(by_case.values()), max(by_case.values())
    return Evidence(
        low=low,
        plain=by_case[known.stated.view.case],
        high=high,
        floor=low if is_firm else None,
        ceiling=high if is_firm else None,
        support=support,
    )


def price_of(known: Known, sku: str, *, order: str = "") -> tuple[Item, ...]:
    """Return the price of one unit: that of its order, or else the SKU's; empty where neither states one."""
    orders = known.world.table("orders").iter_rows(named=True) if order else iter(())
    named = next((row for row in orders if row["order"] == order and row["unit_price_usd"] is not None), None)
    row = named or known.skus.get(sku)
    if row is None or row["unit_price_usd"] is None:
        return ()
    support = support_of("orders" if named else "skus", row, name=order if named else sku)
    plain = exact(row["unit_price_usd"]) or NOTHING
    low, high = exact(row.get("unit_price_usd_low")), exact(row.get("unit_price_usd_high"))
    return (
        Item(
            low=plain if low is None else low,
            plain=plain,
            high=plain if high is None else high,
            support=(support,),
        ),
    )


def _price(known: Known, claim: Claim) -> Found:
    if not claim.sku:
        return "no-sku"
    prices = price_of(known, claim.sku)
    if not prices:
        return "no-price"
    price = prices[0]
    is_firm = _is_firm(price.support)
    return Evidence(
        low=price.low,
        plain=price.plain,
        high=price.high,
        floor=price.low if is_firm else None,
        ceiling=price.high if is_firm else None,
        support=price.support,
    )


def _priced(item: Item, *, price: Item) -> Item:
    return Item(
        low=item.low * price.low,
        plain=item.plain * price.plain,
        high=item.high * price.high,
        support=(*item.support, *price.support),
        is_there=item.is_there,
    )


def _worth(known: Known, items: Iterable[tuple[Item, str, str]]) -> Found:
    """Return units times their price; `items` come with SKU and order."""
    found: list[Item] = []
    is_unpriced = False
    for item, sku, order in items:
        prices = price_of(known, sku, order=order)
        is_unpriced = is_unpriced or not prices
        found.extend(_priced(item, price=price) for price in prices)
    return "no-price" if is_unpriced and not found else summed(found)


def _spend(known: Known, claim: Claim) -> Found:
    scope = scope_of(claim)
    first = claim.from_on.toordinal() if claim.from_on else 0
    found = [
        (
            _units(
                known, low=one.low, plain=one.plain, high=one.high, day=one.delivered, support=one.support
            ),
            one,
        )
        for one in of_party(known, scope)
        if first <= one.delivered <= scope.day.toordinal() and claim.counterparty in {"", one.supplier}
    ]
    return _worth(known, ((item, one.sku, one.order) for item, one in found))


def _units(
    known: Known, *, low: Fraction, plain: Fraction, high: Fraction, day: int, support: tuple[Support, ...]
) -> Item:
    is_there = day <= known.day.toordinal()
    return Item(low=low, plain=plain, high=high, support=support, is_there=is_there)


def units_sent(known: Known, claim: Claim) -> list[tuple[Item, str, str]]:
    """Return what decided moves send of the party's own lots to the counterparty, with SKU and order."""
    found = []
    supply = {row["lot"]: row for row in known.world.table("supply").iter_rows(named=True)}
    by = tuple(Support("proposal", one.id, basis=one.basis, evidence=one.evidence) for one in known.applied)
    for send in known.sends:
        owner = known.book.lines.get(known.book.lots[send.lot].reserved_for)
        receiver = known.book.lines[send.order]
        is_meant = owner is not None and owner.customer == claim.party
        if not is_meant or receiver.customer != claim.counterparty:
            continue
        sku = known.book.lots[send.lot].sku
        if claim.sku in {"", sku}:
            own = support_of("supply", supply[send.lot], name=send.lot)
            units = Fraction(send.units)
            day = known.book.lots[send.lot].arrives
            item = _units(known, low=units, plain=units, high=units, day=day, support=(own, *by))
            found.append((item, sku, send.order))
    return found


def _value(known: Known, claim: Claim) -> Found:
    if claim.counterparty:
        return _worth(known, units_sent(known, claim))
    scope = scope_of(claim)
    held = []
    for sku in [claim.sku] if claim.sku else sorted(known.skus):
        one = Scope(party=scope.party, sku=sku, site=scope.site, day=scope.day)
        held += [(item, sku, "") for item in delivered(known, one)]
    return _worth(known, held)


def _share(known: Known, claim: Claim) -> Found:
    if not claim.counterparty:
        return "no-counterparty"
    items = []
    for row in known.world.table("interests").iter_rows(named=True):
        is_meant = row["holder"] == claim.counterparty and row["entity"] == claim.party
        is_over = row["until_on"] is not None and row["until_on"] <= claim.as_of_on
        is_begun = row["from_on"] is None or row["from_on"] <= claim.as_of_on
        plain = exact(row["share_percent"])
        if is_meant and row["role"] == "owner" and is_begun and not is_over and plain is not None:
            low, high = exact(row.get("share_percent_low")), exact(row.get("share_percent_high"))
            items.append(
                Item(
                    low=plain if low is None else low,
                    plain=plain,
                    high=plain if high is None else high,
                    support=(support_of("interests", row, name=f"{row['holder']} {row['entity']}"),),
                )
            )
    if not items:
        return "no-share"
    found = summed(items)
    is_firm = _is_firm(found.support)
    return Evidence(
        low=found.low,
        plain=found.plain,
        high=found.high,
        floor=found.low if is_firm else None,
        ceiling=found.high if is_firm else None,
        support=found.support,
    )


_FINDERS: dict[str, Callable[[Known, Claim], Found]] = {
    "units_ordered": _ordered,
    "units_reserved": _reserved,
    "units_delivered": _delivered,
    "units_active": _active,
    "units_planned": _active,
    "units_room": _room,
    "units_output": _output,
    "spend_usd": _spend,
    "value_usd": _value,
    "unit_price_usd": _price,
    "power_kw": _power,
    "ready_on": _ready,
    "share_percent": _share,
}
assert _FINDERS.keys() == METRICS.keys()


def is_count(claim: Claim) -> bool:
    """Return whether lead times decide if a claim can still be met: units on a day."""
    return claim.kind is not None and claim.kind.kind is MetricKind.COUNT


__all__ = [
    "Evidence",
    "documented",
    "evidence_for",
    "is_count",
    "price_of",
    "scope_of",
    "summed",
    "units_sent",
]
