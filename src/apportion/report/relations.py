"""What does not hold together, one sentence for each relation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from apportion.model.world import World
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
    told = Telling(words, customers_named(found.world), sites_named(found.world))
    values = {"claims": words.listed(one.claims), "party": told.name(one.party)}
    return words.say(_SENTENCES[one.relation], **values, **_VALUES[one.relation](one, told))


def _disputed(found: Claims, one: Contradiction, *, words: Words) -> str:
    titles = dict(found.world.table("evidence").select("id", "title").iter_rows())
    values: Mapping[str, Value] = {
        "evidence": one.evidence[0],
        "title": titles[one.evidence[0]],
        "disputed": words.listed([_titled(name, titles, words=words) for name in one.disputes]),
    }
    if not one.claims:
        return words.say("claims.relation.disputed", **values)
    return words.say("claims.relation.disputed-claims", claims=words.listed(one.claims), **values)


def _titled(evidence: str, titles: Mapping[str, str], *, words: Words) -> str:
    if evidence not in titles:
        return evidence
    return words.say("joint.named", name=evidence, note=titles[evidence])


def sites_named(world: World) -> dict[str, str]:
    """Return the name of each site by its id."""
    return {site: name or site for site, name in world.sites.select("site", "name").iter_rows()}


Values = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Telling:
    """In which words a study is told, and what its parties and sites are called."""

    words: Words
    names: Mapping[str, str]
    sites: Mapping[str, str]

    def name(self, party: object) -> str:
        """Return what a party is called."""
        return self.names.get(str(party), str(party))

    def site(self, site: object) -> str:
        """Return what a site is called."""
        return self.sites.get(str(site), str(site))

    def span(self, low: object, high: object) -> str:
        """Return a range, or the one value that it is."""
        ends = [one if isinstance(one, Fraction) else Fraction(0) for one in (low, high)]
        if ends[0] == ends[1]:
            return self.words.text_of(ends[0])
        return self.words.say("claims.range", low=ends[0], high=ends[1])

    def with_unit(self, value: str, unit: str) -> str:
        """Return a value with its unit."""
        named = currency_words(unit, words=self.words)
        unit_told = self.words.say(_UNITS[unit]) if unit in _UNITS else named
        return self.words.say("claims.unit", value=value, unit=unit_told)

    def dollars(self, low: object, high: object | None = None) -> str:
        """Return a sum of money, or a range of it."""
        return self.with_unit(self.span(low, low if high is None else high), "USD")


def _book(one: Contradiction, told: Telling) -> Values:
    return {
        "added": told.span(one.values["to_add"], one.values["to_add"]),
        "unit": told.words.say(_UNITS[one.unit]),
        "day": _day(one.last_on),
        "documented": told.span(one.values["least"], one.values["most"]),
        "gap": told.span(one.low, one.high),
    }


def _reach(one: Contradiction, told: Telling) -> Values:
    return {
        "gap": told.span(one.low, one.high),
        "unit": told.words.say(_UNITS[one.unit]),
        "last": _day(one.first_on),
        "day": _day(one.last_on),
    }


def _part(one: Contradiction, told: Telling) -> Values:
    return {
        "total": told.dollars(one.values["total"]),
        "share": told.span(one.low, one.high),
        "counterparty": told.name(one.values["counterparty"]),
    }


def _spend(one: Contradiction, told: Telling) -> Values:
    values = one.values
    bought = told.span(values["units_low"], values["units_high"])
    return {
        "added": values["units"],
        "price": told.dollars(values["price"]),
        "cost": told.dollars(values["cost"]),
        "stated": told.dollars(values["low"], values["high"]),
        "bought": bought,
        "counterparty": told.name(values["counterparty"]),
    }


def _power(one: Contradiction, told: Telling) -> Values:
    return {
        "units": one.values["units"],
        "need": one.values["need"],
        "each": one.values["site_kw"],
        "day": _day(one.last_on),
        "known": told.span(one.values["low"], one.values["high"]),
    }


def _room(one: Contradiction, _told: Telling) -> Values:
    return {"day": one.values["day"], "added": one.values["added"], "room": one.values["room"]}


def _readiness(one: Contradiction, told: Telling) -> Values:
    return {**one.values, "site": told.site(one.values["site"])}


def _site(one: Contradiction, told: Telling) -> Values:
    others = str(one.values["others"]).split("|")
    return {
        "site": told.site(one.values["site"]),
        "others": told.words.listed([told.site(other) for other in others]),
    }


def _days(one: Contradiction, _told: Telling) -> Values:
    return {"first": _day(one.first_on), "last": _day(one.last_on), "days": one.high or Fraction(0)}


def _between(one: Contradiction, told: Telling) -> Values:
    low, high = (told.span(end, end) for end in (one.low, one.high))
    return {"low": low, "high": told.with_unit(high, one.unit)}


def _prices(one: Contradiction, told: Telling) -> Values:
    return {**_between(one, told), "sku": one.values["sku"], "factor": one.values["factor"]}


def _hedges(one: Contradiction, told: Telling) -> Values:
    hedges = [
        told.words.say("claims.hedge.quoted", hedge=told.words.say(_HEDGES[hedge]))
        if hedge
        else told.words.say(_HEDGES[hedge])
        for hedge in str(one.values["hedges"]).split("|")
    ]
    value = told.span(one.low, one.high)
    return {"value": told.with_unit(value, one.unit), "hedges": told.words.listed(hedges)}


def _day(day: dt.date | None) -> dt.date:
    return day or dt.date.max


_VALUES: dict[Relation, Callable[[Contradiction, Telling], Values]] = {
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
