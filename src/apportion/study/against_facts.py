"""Claims against what they lean on: the book, prices, power, room, readiness and lead times.

Source: ``docs/concepts/claims.md``, E22 and E23.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from fractions import Fraction

from apportion.study.counts import NOTHING, fleet, power, readiness_rows, rented_most, scope_of
from apportion.study.known import Known
from apportion.study.relations import Contradiction, Relation, is_open_ended, with_claims
from apportion.study.stated import Meant, exact
from apportion.study.support import Support, support_of
from apportion.study.verdicts import ACTIVE, PLANNED, Judged
from apportion.study.worth import price_of


def targets_against_book(known: Known, judged: Sequence[Judged]) -> Iterator[Contradiction]:
    """Yield targets towards which less is documented than is to be added, with the claim they count from."""
    del known
    named = {one.claim.claim: one.claim for one in judged}
    for one in judged:
        target, gap = one.target, one.gap
        if target is None or gap is None or gap.low <= 0:
            continue
        base = [named[target.base_claim]] if target.base_claim in named else []
        yield with_claims(
            Contradiction(
                relation=Relation.BOOK,
                low=gap.low,
                high=gap.high,
                unit=gap.unit,
                first_on=one.claim.as_of_on,
                last_on=one.claim.as_of_on,
                support=target.support,
                values={"to_add": target.to_add, "least": target.least, "most": target.most},
            ),
            [*base, one.claim],
        )


def targets_out_of_reach(known: Known, judged: Sequence[Judged]) -> Iterator[Contradiction]:
    """Yield targets not reached for which no order placed on the day looked from could be live in time."""
    for one in judged:
        if one.reason == "too-late" and one.reach is not None and one.gap is not None:
            yield with_claims(
                Contradiction(
                    relation=Relation.REACH,
                    low=one.gap.low,
                    high=one.gap.high,
                    unit=one.gap.unit,
                    first_on=one.reach.best_on,
                    last_on=one.claim.as_of_on,
                    support=(one.reach.support,),
                    values={"last": one.reach.best_on, "day": known.day},
                ),
                [one.claim],
            )


def counts_against_spend(known: Known, judged: Sequence[Judged]) -> Iterator[Contradiction]:
    """Yield targets whose units to add come, at the SKU's price, to another sum than the spending on its supplier."""
    spends = [
        one.claim
        for one in judged
        if one.claim.metric == "spend_usd" and one.claim.counterparty and not is_open_ended(one.claim)
    ]
    for one in judged:
        claim, target = one.claim, one.target
        prices = price_of(known, claim.sku) if claim.sku else ()
        if target is None or target.to_add <= 0 or not prices or not prices[0].plain:
            continue
        price, cost = prices[0].plain, target.to_add * prices[0].plain
        for spend in spends:
            is_over_then = spend.period[0] <= claim.as_of_on <= spend.period[1]
            is_meant = spend.party == claim.party and not spend.site and spend.sku in {"", claim.sku}
            is_supplier = spend.counterparty in _suppliers(known, claim.sku)
            if not (is_meant and is_over_then and is_supplier) or _allows(spend.meant, cost):
                continue
            low, high = spend.low or NOTHING, spend.high or NOTHING
            yield with_claims(
                Contradiction(
                    relation=Relation.SPEND,
                    low=low - cost,
                    high=high - cost,
                    unit="USD",
                    first_on=spend.from_on,
                    last_on=spend.as_of_on,
                    support=prices[0].support,
                    values={
                        "units": target.to_add,
                        "price": price,
                        "cost": cost,
                        "low": low,
                        "high": high,
                        "units_low": Fraction(round(low / price)),
                        "units_high": Fraction(round(high / price)),
                        "counterparty": spend.counterparty,
                    },
                ),
                sorted((claim, spend), key=lambda other: (other.said_on, other.claim)),
            )


def _allows(meant: Meant | None, value: Fraction) -> bool:
    return meant is None or (not meant.exceeds(value) and not meant.falls_short(value))


def _suppliers(known: Known, sku: str) -> set[str]:
    """Return who supplies a SKU: whoever supplies a lot of it, and its vendor where a party is called so."""
    supply = known.world.table("supply").select("sku", "supplier").iter_rows()
    vendor = str(known.skus[sku]["vendor"]).casefold()
    names = {
        str(party)
        for party, name in known.world.table("parties").select("party", "name").iter_rows()
        if vendor in {party.casefold(), name.casefold()}
    }
    return names | {supplier for one, supplier in supply if one == sku}


def counts_against_power(known: Known, judged: Sequence[Judged]) -> Iterator[Contradiction]:
    """Yield claims of units that run which need more power than is known in any case, where some is known."""
    for one in judged:
        claim = one.claim
        if claim.metric not in {ACTIVE, PLANNED} or not claim.sku or claim.value is None:
            continue
        scope = scope_of(claim)
        rows = readiness_rows(known, scope, until=scope.day)
        site_kw = exact(known.skus[claim.sku]["site_kw"]) or NOTHING
        weight = (exact(known.skus[claim.sku]["reference_units"]) or NOTHING) if scope.is_reference else 1
        need, there = claim.value / weight * site_kw, power(known, scope)
        # What may be meant and is rented needs no power here.
        needed = need - rented_most(known, scope) / weight * site_kw
        if rows and needed > max(there.values()):
            yield with_claims(
                Contradiction(
                    relation=Relation.POWER,
                    low=need - max(there.values()),
                    high=need - min(there.values()),
                    unit="kW",
                    first_on=claim.as_of_on,
                    last_on=claim.as_of_on,
                    support=rows,
                    values={
                        "units": claim.value,
                        "site_kw": site_kw,
                        "need": need,
                        "low": min(there.values()),
                        "high": max(there.values()),
                    },
                ),
                [claim],
            )


def active_against_room(known: Known, judged: Sequence[Judged]) -> Iterator[Contradiction]:
    """Yield a claim of room over a period in which, by another, more units began to run than that."""
    rooms = [one.claim for one in judged if one.claim.metric == "units_room"]
    for one in judged:
        claim = one.claim
        if claim.metric != ACTIVE or claim.value is None:
            continue
        there = list(fleet(known, scope_of(claim)))
        added = claim.value - sum((item.plain for item in there), NOTHING)
        for other in rooms:
            is_same = (other.party, other.sku, other.site) == (claim.party, claim.sku, claim.site)
            is_then = (other.from_on or other.as_of_on) <= claim.as_of_on <= other.as_of_on
            if is_same and is_then and other.high is not None and added > other.high:
                yield with_claims(
                    Contradiction(
                        relation=Relation.ROOM,
                        low=(claim.low or NOTHING) - sum((item.high for item in there), NOTHING) - other.high,
                        high=(claim.high or NOTHING)
                        - sum((item.low for item in there), NOTHING)
                        - other.high,
                        unit=claim.unit,
                        first_on=other.from_on,
                        last_on=other.as_of_on,
                        support=tuple(dict.fromkeys(row for item in there for row in item.support)),
                        values={"added": added, "room": other.high, "day": claim.as_of_on},
                    ),
                    sorted((claim, other), key=lambda each: (each.said_on, each.claim)),
                )


def dates_against_readiness(known: Known, judged: Sequence[Judged]) -> Iterator[Contradiction]:
    """Yield days that were said before the one that readiness names."""
    del known
    for one in judged:
        claim, found = one.claim, one.evidence
        if not claim.is_dated or found is None or found.plain <= claim.as_of_on.toordinal():
            continue
        day = claim.as_of_on.toordinal()
        yield with_claims(
            Contradiction(
                relation=Relation.READINESS,
                low=max(NOTHING, found.low - day),
                high=found.high - day,
                unit="days",
                first_on=claim.as_of_on,
                last_on=dt.date.fromordinal(int(found.high)),
                support=found.support,
                values={
                    "site": claim.site,
                    "said": claim.as_of_on,
                    "early": dt.date.fromordinal(int(found.low)),
                    "plain": dt.date.fromordinal(int(found.plain)),
                    "late": dt.date.fromordinal(int(found.high)),
                },
            ),
            [claim],
        )


def sites_replaced(known: Known, judged: Sequence[Judged]) -> Iterator[Contradiction]:
    """Yield days of sites without readiness that no order of the party names, where its orders name a ready one."""
    dated = set(known.world.table("readiness")["site"])
    accepted: dict[str, set[str]] = {}
    rows: dict[str, list[Support]] = {}
    for row in known.world.table("orders").iter_rows(named=True):
        accepted.setdefault(row["customer"], set()).update(row["sites"])
        rows.setdefault(row["customer"], []).append(support_of("orders", row, name=row["order"]))
    for one in judged:
        claim = one.claim
        others = sorted(accepted.get(claim.party, set()) & dated)
        is_named = claim.site in accepted.get(claim.party, set()) | dated
        if claim.is_dated and claim.site and not is_named and others:
            yield with_claims(
                Contradiction(
                    relation=Relation.SITE,
                    first_on=claim.as_of_on,
                    last_on=claim.as_of_on,
                    support=tuple(rows[claim.party]),
                    values={"site": claim.site, "others": "|".join(others)},
                ),
                [claim],
            )
