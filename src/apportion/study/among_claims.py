"""Claims against claims: one thing said twice, and the parts of a whole.

Source: ``docs/concepts/claims.md``, E19 to E21.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from apportion.study.counts import NOTHING
from apportion.study.known import Known
from apportion.study.relations import Contradiction, Relation, is_open_ended, with_claims
from apportion.study.stated import Claim
from apportion.study.verdicts import Judged
from apportion.study.worth import units_sent


def _groups(judged: Iterable[Judged], *, by: Callable[[Claim], tuple[object, ...]]) -> Iterator[list[Claim]]:
    """Yield the claims of each group that has two or more, in the order in which they were said."""
    grouped: dict[tuple[object, ...], list[Claim]] = {}
    for one in judged:
        grouped.setdefault(by(one.claim), []).append(one.claim)
    yield from (claims for claims in grouped.values() if len(claims) > 1)


def days_differ(known: Known, judged: Sequence[Judged]) -> Iterator[Contradiction]:
    """Yield targets of one value, or days of one thing, for different days."""
    del known
    targets = [one for one in judged if one.claim.is_dated or one.claim.as_of_on > one.claim.said_on]
    for claims in _groups(targets, by=lambda one: (*one.subject, one.unit, one.low, one.high, one.from_on)):
        days = sorted({claim.as_of_on for claim in claims})
        if len(days) > 1:
            apart = Fraction((days[-1] - days[0]).days)
            yield with_claims(
                Contradiction(
                    relation=Relation.DAYS,
                    low=apart,
                    high=apart,
                    unit="days",
                    first_on=days[0],
                    last_on=days[-1],
                    values={"metric": claims[0].metric},
                ),
                claims,
            )


def values_differ(known: Known, judged: Sequence[Judged]) -> Iterator[Contradiction]:
    """Yield claims of one thing over one period of which no value fits all, prices left to their own rule."""
    del known
    valued = [one for one in judged if not one.claim.is_dated and one.claim.metric != "unit_price_usd"]
    for claims in _groups(valued, by=lambda one: (*one.subject, one.unit, *one.period)):
        if not _fit(claims):
            least = min(claim.low or NOTHING for claim in claims)
            most = max(claim.high or NOTHING for claim in claims)
            yield with_claims(
                Contradiction(
                    relation=Relation.VALUES,
                    low=least,
                    high=most,
                    unit=claims[0].unit,
                    first_on=claims[0].as_of_on,
                    last_on=claims[0].as_of_on,
                    values={"metric": claims[0].metric},
                ),
                claims,
            )


def _fit(claims: Sequence[Claim]) -> bool:
    """Return whether any two of the claims allow one value."""
    meant = [claim.meant for claim in claims]
    return all(
        one is None or other is None or one.meets(other)
        for place, one in enumerate(meant)
        for other in meant[place + 1 :]
    )


def words_differ(known: Known, judged: Sequence[Judged]) -> Iterator[Contradiction]:
    """Yield claims of one value of one thing that is hedged in different words."""
    del known
    stated = [one for one in judged if not one.claim.is_dated and one.claim.as_of_on <= one.claim.said_on]
    for claims in _groups(stated, by=lambda one: (*one.subject, one.unit, one.low, one.high)):
        hedges = dict.fromkeys(claim.qualifier for claim in claims)
        if len(hedges) > 1:
            yield with_claims(
                Contradiction(
                    relation=Relation.WORDS,
                    low=claims[0].low,
                    high=claims[0].high,
                    unit=claims[0].unit,
                    first_on=min(claim.said_on for claim in claims),
                    last_on=max(claim.said_on for claim in claims),
                    values={"metric": claims[0].metric, "hedges": "|".join(hedges)},
                ),
                claims,
            )


def prices_differ(known: Known, judged: Sequence[Judged]) -> Iterator[Contradiction]:
    """Yield claims of the price of one SKU, by whomever and of whatever scope, that no one price fits.

    A value of units that decided moves sent is a price too, for each of the units.
    """
    priced: dict[str, list[tuple[Claim, Claim]]] = {}
    for one in judged:
        claim = one.claim
        if claim.metric == "unit_price_usd" and claim.sku:
            priced.setdefault(claim.sku, []).append((claim, claim))
        elif claim.metric == "value_usd" and claim.sku and claim.counterparty:
            units = sum((item.plain for item, _, _ in units_sent(known, claim)), NOTHING)
            if units:
                priced.setdefault(claim.sku, []).append((claim, _for_each(claim, units)))
    for sku in sorted(priced):
        each = [price for _, price in priced[sku]]
        if len(each) > 1 and not _fit(each):
            low, high = (min(one.low or NOTHING for one in each), max(one.high or NOTHING for one in each))
            yield with_claims(
                Contradiction(
                    relation=Relation.PRICES,
                    low=low,
                    high=high,
                    unit="USD",
                    first_on=min(claim.as_of_on for claim in each),
                    last_on=max(claim.as_of_on for claim in each),
                    values={"sku": sku, "factor": high / low if low else NOTHING},
                ),
                [claim for claim, _ in priced[sku]],
            )


def _for_each(claim: Claim, units: Fraction) -> Claim:
    """Return a claim of a value as one of a price."""
    value, low, high = (None if one is None else one / units for one in (claim.value, claim.low, claim.high))
    return replace(claim, value=value, low=low, high=high)


def parts_of_totals(known: Known, judged: Sequence[Judged]) -> Iterator[Contradiction]:
    """Yield what the latest claim of spending on one supplier leaves of the latest claim of all spending."""
    del known
    latest: dict[tuple[object, ...], Claim] = {}
    for one in judged:
        claim = one.claim
        if claim.metric == "spend_usd" and not claim.site and not claim.sku:
            latest[claim.party, claim.unit, claim.period, claim.counterparty] = claim
    for (party, unit, period, counterparty), part in latest.items():
        total = latest.get((party, unit, period, ""))
        if not counterparty or total is None or not total.value or is_open_ended(part):
            continue
        shares = [100 * (1 - (end or NOTHING) / total.value) for end in (part.high, part.low)]
        yield with_claims(
            Contradiction(
                relation=Relation.PART,
                low=shares[0],
                high=shares[1],
                unit="percent",
                first_on=total.from_on,
                last_on=total.as_of_on,
                values={"counterparty": str(counterparty), "total": total.value},
            ),
            sorted((total, part), key=lambda one: (one.said_on, one.claim)),
        )
