"""What does not hold together, one sentence for each relation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from fractions import Fraction

from apportion.report.facts import currency_words
from apportion.report.others import customers_named
from apportion.report.words import Value, Words
from apportion.study.claims import Claims
from apportion.study.relations import Contradiction, Relation

_HEDGES = {
    "": "claims.hedge.plain",
    "about": "claims.hedge-word.about",
    "more than": "claims.hedge-word.more-than",
    "at least": "claims.hedge-word.at-least",
    "at most": "claims.hedge-word.at-most",
}
_UNITS = {
    "units": "unit.units",
    "reference units": "unit.reference",
    "kW": "unit.kw",
    "percent": "unit.percent",
}
_SENTENCES = {
    Relation.BOOK: "claims.relation.book",
    Relation.REACH: "claims.relation.reach",
    Relation.PART: "claims.relation.part",
    Relation.SPEND: "claims.relation.spend",
    Relation.POWER: "claims.relation.power",
    Relation.ROOM: "claims.relation.room",
    Relation.READINESS: "claims.relation.readiness",
    Relation.SITE: "claims.relation.site",
    Relation.DAYS: "claims.relation.days",
    Relation.VALUES: "claims.relation.values",
    Relation.PRICES: "claims.relation.prices",
    Relation.WORDS: "claims.relation.words",
}


def is_shown(one: Contradiction) -> bool:
    """Return whether a contradiction has a sentence of its own: a dispute that a rule tells already has none."""
    return not one.is_told


def contradiction_sentence(found: Claims, one: Contradiction, *, words: Words) -> str:
    """Return what does not hold together, with its numbers."""
    if one.relation is Relation.DISPUTED:
        return _disputed(found, one, words=words)
    values = {"claims": words.listed(one.claims), "party": _name(found, one.party)}
    return words.say(_SENTENCES[one.relation], **values, **_VALUES[one.relation](found, one, words))


def _disputed(found: Claims, one: Contradiction, *, words: Words) -> str:
    titles = dict(found.world.table("evidence").select("id", "title").iter_rows())
    values: Mapping[str, Value] = {
        "evidence": one.evidence[0],
        "title": titles[one.evidence[0]],
        "disputed": words.listed(one.disputes),
    }
    if not one.claims:
        return words.say("claims.relation.disputed", **values)
    return words.say("claims.relation.disputed-claims", claims=words.listed(one.claims), **values)


def _name(found: Claims, party: str) -> str:
    return customers_named(found.world).get(party, party)


def _span(low: object, high: object, *, words: Words) -> str:
    ends = [one if isinstance(one, Fraction) else Fraction(0) for one in (low, high)]
    return (
        words.text_of(ends[0]) if ends[0] == ends[1] else words.say("claims.range", low=ends[0], high=ends[1])
    )


def _with_unit(value: str, unit: str, *, words: Words) -> str:
    named = currency_words(unit, words=words)
    return words.say("claims.unit", value=value, unit=words.say(_UNITS[unit]) if unit in _UNITS else named)


def _dollars(value: object, *, words: Words) -> str:
    return _with_unit(_span(value, value, words=words), "USD", words=words)


Values = Mapping[str, Value]


def _book(found: Claims, one: Contradiction, words: Words) -> Values:
    del found
    return {
        "added": _span(one.values["to_add"], one.values["to_add"], words=words),
        "unit": words.say(_UNITS[one.unit]),
        "day": _day(one.last_on),
        "documented": _span(one.values["least"], one.values["most"], words=words),
        "gap": _span(one.low, one.high, words=words),
    }


def _reach(found: Claims, one: Contradiction, words: Words) -> Values:
    del found
    return {
        "gap": _span(one.low, one.high, words=words),
        "unit": words.say(_UNITS[one.unit]),
        "last": _day(one.first_on),
        "day": _day(one.last_on),
    }


def _part(found: Claims, one: Contradiction, words: Words) -> Values:
    return {
        "total": _dollars(one.values["total"], words=words),
        "share": _span(one.low, one.high, words=words),
        "counterparty": _name(found, str(one.values["counterparty"])),
    }


def _spend(found: Claims, one: Contradiction, words: Words) -> Values:
    values = one.values
    bought = _span(values["units_low"], values["units_high"], words=words)
    return {
        "added": values["units"],
        "price": _dollars(values["price"], words=words),
        "cost": _dollars(values["cost"], words=words),
        "stated": _with_unit(_span(values["low"], values["high"], words=words), "USD", words=words),
        "bought": bought,
        "counterparty": _name(found, str(values["counterparty"])),
    }


def _power(found: Claims, one: Contradiction, words: Words) -> Values:
    del found
    return {
        "units": one.values["units"],
        "need": one.values["need"],
        "each": one.values["site_kw"],
        "day": _day(one.last_on),
        "known": _span(one.values["low"], one.values["high"], words=words),
    }


def _room(found: Claims, one: Contradiction, words: Words) -> Values:
    del found, words
    return {"day": one.values["day"], "added": one.values["added"], "room": one.values["room"]}


def _readiness(found: Claims, one: Contradiction, words: Words) -> Values:
    del found, words
    return one.values


def _site(found: Claims, one: Contradiction, words: Words) -> Values:
    del found
    others = str(one.values["others"]).split("|")
    return {"site": one.values["site"], "others": words.listed(others)}


def _days(found: Claims, one: Contradiction, words: Words) -> Values:
    del found, words
    return {"first": _day(one.first_on), "last": _day(one.last_on), "days": one.high or Fraction(0)}


def _between(found: Claims, one: Contradiction, words: Words) -> Values:
    del found
    low, high = (_span(end, end, words=words) for end in (one.low, one.high))
    return {"low": low, "high": _with_unit(high, one.unit, words=words)}


def _prices(found: Claims, one: Contradiction, words: Words) -> Values:
    return {**_between(found, one, words), "sku": one.values["sku"], "factor": one.values["factor"]}


def _hedges(found: Claims, one: Contradiction, words: Words) -> Values:
    del found
    hedges = [words.say(_HEDGES[hedge]) for hedge in str(one.values["hedges"]).split("|")]
    value = _span(one.low, one.high, words=words)
    return {"value": _with_unit(value, one.unit, words=words), "hedges": words.listed(hedges)}


def _day(day: dt.date | None) -> dt.date:
    return day or dt.date.max


_VALUES: dict[Relation, Callable[[Claims, Contradiction, Words], Values]] = {
    Relation.BOOK: _book,
    Relation.REACH: _reach,
    Relation.PART: _part,
    Relation.SPEND: _spend,
    Relation.POWER: _power,
    Relation.ROOM: _room,
    Relation.READINESS: _readiness,
    Relation.SITE: _site,
    Relation.DAYS: _days,
    Relation.VALUES: _between,
    Relation.PRICES: _prices,
    Relation.WORDS: _hedges,
}
