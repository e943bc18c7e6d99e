"""What was said against what was known: a board for a terminal, sentences, and plain values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from fractions import Fraction

from apportion.model.canonical import as_text
from apportion.report.facts import basis_words, currency_words
from apportion.report.others import customers_named
from apportion.report.relations import contradiction_sentence, is_shown
from apportion.report.rules import seen_by
from apportion.report.words import Words
from apportion.study.claims import Claims, day_of
from apportion.study.stated import Claim
from apportion.study.support import weakest
from apportion.study.verdicts import Judged, Verdict
from apportion.version import VERSION

_VERDICTS = {
    Verdict.CONSISTENT: "claims.verdict.consistent",
    Verdict.CONTRADICTED: "claims.verdict.contradicted",
    Verdict.UNSUPPORTED: "claims.verdict.unsupported",
    Verdict.NOT_COMPARABLE: "claims.verdict.not-comparable",
    Verdict.TOO_EARLY: "claims.verdict.too-early",
}
_METRICS = {
    "units_ordered": ("claims.metric.ordered", "claims.settled.ordered"),
    "units_reserved": ("claims.metric.reserved", "claims.settled.reserved"),
    "units_delivered": ("claims.metric.delivered", "claims.settled.delivered"),
    "units_active": ("claims.metric.active", "claims.settled.active"),
    "units_planned": ("claims.metric.planned", "claims.settled.planned"),
    "units_room": ("claims.metric.room", "claims.settled.room"),
    "units_output": ("claims.metric.output", "claims.settled.output"),
    "spend_usd": ("claims.metric.spend", "claims.settled.spend"),
    "value_usd": ("claims.metric.value", "claims.settled.value"),
    "unit_price_usd": ("claims.metric.price", "claims.settled.price"),
    "power_kw": ("claims.metric.power", "claims.settled.power"),
    "ready_on": ("claims.metric.ready", "claims.settled.ready"),
    "share_percent": ("claims.metric.share", "claims.settled.share"),
}
_REASONS = {
    "above-ceiling": "claims.reason.above-ceiling",
    "below-floor": "claims.reason.below-floor",
    "reached": "claims.reason.reached",
    "reached-within": "claims.reason.reached-within",
    "below-assumed": "claims.reason.below-assumed",
    "not-reached": "claims.reason.not-reached",
    "too-late": "claims.reason.too-late",
    "may-still": "claims.reason.may-still",
    "unknown-metric": "claims.reason.unknown-metric",
    "unit-unfit": "claims.reason.unit-unfit",
    "no-value": "claims.reason.no-value",
    "no-readiness": "claims.reason.no-readiness",
    "no-site": "claims.reason.no-site",
    "no-sku": "claims.reason.no-sku",
    "no-price": "claims.reason.no-price",
    "no-share": "claims.reason.no-share",
    "no-counterparty": "claims.reason.no-counterparty",
    "unknown-sku": "claims.reason.unknown-sku",
    "unknown-site": "claims.reason.unknown-site",
}
_HEDGES = {
    "about": "claims.hedge.about",
    "more than": "claims.hedge.more-than",
    "at least": "claims.hedge.at-least",
    "at most": "claims.hedge.at-most",
}
_UNITS = {
    "units": "unit.units",
    "reference units": "unit.reference",
    "kW": "unit.kw",
    "percent": "unit.percent",
    "days": "unit.days",
}
_HEAD = (
    "claims.head.claim",
    "claims.head.party",
    "claims.head.said",
    "claims.head.metric",
    "claims.head.stated",
    "claims.head.for-day",
    "claims.head.documented",
    "claims.head.gap",
    "claims.head.basis",
    "claims.head.verdict",
)


def verdict_words(verdict: Verdict, *, words: Words) -> str:
    """Return a verdict in words."""
    return words.say(_VERDICTS[verdict])


def metric_words(metric: str, *, words: Words) -> str:
    """Return what a claim measures; what is no metric, as it stands."""
    return words.say(_METRICS[metric][0]) if metric in _METRICS else metric


def reason_words(reason: str, *, words: Words) -> str:
    """Return why a claim has its verdict."""
    return words.say(_REASONS[reason])


def settled_words(claim: Claim, *, words: Words) -> str:
    """Return what would settle a claim."""
    return words.say(_METRICS[claim.metric][1] if claim.metric in _METRICS else "claims.settled.unknown")


def claim_unit_words(unit: str, *, words: Words) -> str:
    """Return a unit of a claim; one that is not known here, as it stands."""
    if unit == "USD":
        return currency_words(unit, words=words)
    return words.say(_UNITS[unit]) if unit in _UNITS else unit


def span(low: Fraction | None, high: Fraction | None, *, words: Words) -> str:
    """Return a range, or the one value that it is."""
    if low is None or high is None:
        return words.say("claims.nothing")
    if low == high:
        return words.text_of(low)
    return words.say("claims.range", low=low, high=high)


def stated_words(claim: Claim, *, words: Words) -> str:
    """Return the value of a claim as it was stated, with its hedge and unit."""
    if claim.is_dated:
        return claim.as_of_on.isoformat()
    if claim.value is None:
        return words.say("claims.no-value")
    value = words.say(
        "claims.unit",
        value=span(claim.low, claim.high, words=words),
        unit=claim_unit_words(claim.unit, words=words),
    )
    return words.say(_HEDGES[claim.qualifier], value=value) if claim.qualifier in _HEDGES else value


def documented_words(one: Judged, *, words: Words) -> str:
    """Return what is documented for a claim; of a target, towards what is to be added."""
    if one.evidence is None:
        return words.say("claims.nothing")
    if one.claim.is_dated:
        days = [day_of(value) or dt.date.max for value in (one.evidence.low, one.evidence.high)]
        ends = [day.isoformat() for day in days]
        return ends[0] if ends[0] == ends[1] else words.say("claims.range", low=ends[0], high=ends[1])
    if one.target is not None:
        return span(one.target.least, one.target.most, words=words)
    return span(one.evidence.low, one.evidence.high, words=words)


def gap_words(one: Judged, *, words: Words) -> str:
    """Return the gap of a claim with its unit; empty where there is none to speak of."""
    if one.gap is None or one.verdict is Verdict.CONSISTENT:
        return ""
    value = span(one.gap.low, one.gap.high, words=words)
    return words.say("claims.unit", value=value, unit=claim_unit_words(one.gap.unit, words=words))


def claims_table(found: Claims, *, words: Words) -> list[tuple[str, ...]]:
    """Return a line for each claim under a header."""
    names = customers_named(found.world)
    rows = [
        (
            one.claim.claim,
            names.get(one.claim.party, one.claim.party),
            one.claim.said_on.isoformat(),
            metric_words(one.claim.metric, words=words),
            stated_words(one.claim, words=words),
            one.claim.as_of_on.isoformat(),
            documented_words(one, words=words),
            gap_words(one, words=words),
            basis_words(one.basis, words=words) if one.support else "",
            verdict_words(one.verdict, words=words),
        )
        for one in found.judged
    ]
    return [tuple(words.say(key) for key in _HEAD), *rows]


def claim_sentence(one: Judged, *, words: Words) -> str:
    """Return a claim with its verdict, why it has it, and what would settle it."""
    return words.say(
        "claims.one",
        claim=one.claim.claim,
        statement=one.claim.statement,
        verdict=verdict_words(one.verdict, words=words),
        reason=reason_words(one.reason, words=words),
        settled=settled_words(one.claim, words=words),
    )


def claims_sentences(found: Claims, *, words: Words) -> list[str]:
    """Return what was looked at, what does not hold together, and what the verdicts do not say."""
    told = [contradiction_sentence(found, one, words=words) for one in found.found if is_shown(one)]
    return [
        *([] if found.judged else [words.say("claims.none")]),
        *(told or [words.say("claims.nothing-meets")]),
        words.together(seen_by(found.world.view, words=words, names=customers_named(found.world))),
        *proposal_sentences(found, words=words),
        *rented_sentences(found, words=words),
        words.say("claims.documented"),
    ]


def proposal_sentences(found: Claims, *, words: Words) -> list[str]:
    """Return which proposals were carried out, and which could not be."""
    told = []
    if found.known.applied:
        names = words.listed([one.id for one in found.known.applied])
        told.append(words.say("claims.applied", proposals=names))
    if found.known.left_out:
        names = words.listed([one.id for one in found.known.left_out])
        told.append(words.say("claims.left-out", proposals=names))
    return told


def rented_sentences(found: Claims, *, words: Words) -> list[str]:
    """Return what parties rent beside what is counted for their claims, one sentence for each party and amount."""
    names = customers_named(found.world)
    told: dict[tuple[str, str, Fraction, Fraction, str], list[str]] = {}
    for one in found.judged:
        if one.rented:
            low = sum((item.low for item in one.rented), Fraction(0))
            high = sum((item.high for item in one.rented), Fraction(0))
            basis = weakest(row.basis for item in one.rented for row in item.support)
            told.setdefault((one.claim.party, one.claim.unit, low, high, basis), []).append(one.claim.claim)
    return [
        words.say(
            "claims.rented",
            claims=words.listed(claims),
            party=names.get(party, party),
            amount=span(low, high, words=words),
            unit=claim_unit_words(unit, words=words),
            basis=basis_words(basis, words=words),
        )
        for (party, unit, low, high, basis), claims in told.items()
    ]


def claims_json(found: Claims, *, words: Words) -> Mapping[str, object]:
    """Return all that a study says as plain values."""
    world = found.world
    rows = as_text(found.claims).to_dicts()
    relations = as_text(found.contradictions).to_dicts()
    return {
        "scenario": world.settings.name,
        "world_digest": world.digest,
        "software": VERSION,
        "language": words.language,
        "view": world.view.as_json(),
        "day_on": found.day.isoformat(),
        "proposals": [one.id for one in found.known.applied],
        "proposals_left_out": [one.id for one in found.known.left_out],
        "sentences": claims_sentences(found, words=words),
        "claims": [
            row | {"sentence": claim_sentence(one, words=words)}
            for row, one in zip(rows, found.judged, strict=True)
        ],
        "contradictions": [
            row | {"sentence": contradiction_sentence(found, one, words=words)}
            for row, one in zip(relations, found.found, strict=True)
        ],
        "ageing": as_text(found.ageing).to_dicts(),
        **({} if found.under_each is None else {"under_each": found.under_each.as_json()}),
    }
