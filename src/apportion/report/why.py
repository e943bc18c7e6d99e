"""Why an order got what it got: sentences that can be sent to its customer.

Stages: what was ordered → what it gets → one paragraph per row of `shortages`, which says how much, why,
until when, who else stands there, and what would mend it.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import polars as pl

from apportion.errors import UsageError
from apportion.model.plan import Plan
from apportion.model.world import World
from apportion.report.cells import AT_A_SITE, Kind, Resource, read_resource, remedy_words, resource_words
from apportion.report.facts import commitment_words
from apportion.report.others import customers_named, others_words
from apportion.report.words import Words

MOST_SHIPMENTS = 6
Row: TypeAlias = Mapping[str, Any]
_SHARED = {
    "fair-share": "why.others.share",
    "higher-tier": "why.others.ahead",
    "order-ahead": "why.others.ahead",
    "taken-early": "why.others.ahead",
}
_CAUSES = {
    "not-decided": "why.because.not-decided",
    "no-usable-site": "why.because.no-usable-site",
    "quota": "why.because.quota",
    "site-not-ready": "why.because.site-not-ready",
    "no-supply": "why.because.no-supply",
    "higher-tier": "why.because.higher-tier",
    "fair-share": "why.because.fair-share",
    "below-min-ship": "why.because.below-min-ship",
    "partial-lot": "why.because.partial-lot",
    "order-ahead": "why.because.order-ahead",
    "taken-early": "why.because.taken-early",
    "not-booked": "why.because.not-booked",
    "no-round": "why.because.no-round",
}
_DATED = {
    Kind.SUPPLY: ("why.until.supply", "why.until.supply-unknown"),
    Kind.POWER: ("why.until.site", "why.until.site-unknown"),
    Kind.LIQUID: ("why.until.site", "why.until.site-unknown"),
    Kind.UNITS: ("why.until.site", "why.until.site-unknown"),
    Kind.QUOTA: ("why.until.quota", "why.until.quota-unknown"),
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """One question: the order's own row, the facts, the plan and the language."""

    world: World
    plan: Plan
    order: Row
    words: Words

    @property
    def id(self) -> str:
        return str(self.order["order"])


def why_sentences(world: World, plan: Plan, *, order: str, words: Words) -> list[str]:
    """Return, sentence by sentence, what an order gets, and why the rest of it is short or late.

    Raises:
        UsageError: There is no such order.
    """
    asked = _Asked(world, plan, _order_row(world, order), words)
    sentences = [_ordered(asked), *_gone_before(asked), *_received(asked)]
    shortages = plan.tables["shortages"].filter(pl.col("order") == order)
    late_days = shortages["late_days"].drop_nulls()
    if len(late_days) and late_days[0]:
        sentences.append(words.say("why.late-by", count=late_days[0]))
    sentences.extend(_paragraph(asked, row) for row in shortages.iter_rows(named=True))
    if not len(shortages):
        sentences.append(words.say("why.closed" if asked.order["status"] == "closed" else "why.in-full"))
    return sentences


def _order_row(world: World, order: str) -> Row:
    found = world.orders.filter(pl.col("order") == order)
    if len(found):
        return found.row(0, named=True)
    known = world.orders["order"].to_list()
    near = difflib.get_close_matches(order, known, n=1)
    hint = f"Did you mean {near[0]!r}?" if near else "The table orders lists them all."
    raise UsageError(f"There is no order {order!r}.", fix=hint)


def _ordered(asked: _Asked) -> str:
    row, words = asked.order, asked.words
    customer = str(row["customer"])
    skus, sites = row["skus"], row["sites"]
    return words.say(
        "why.ordered",
        customer=customers_named(asked.world).get(customer, customer),
        order=asked.id,
        count=row["quantity"],
        skus=_alternatives([sku.rsplit(":", 1)[0] for sku in skus or []], words=words),
        sites=_alternatives(sites, words=words),
        day=row["requested_on"],
    )


def _alternatives(names: list[str] | None, *, words: Words) -> str:
    """Return accepted names, best first."""
    return words.either(names or [])


def _gone_before(asked: _Asked) -> list[str]:
    shipped = asked.world.shipments.filter(pl.col("order") == asked.id)
    units = shipped["quantity"].sum()
    return [asked.words.say("why.gone-before", count=int(units))] if units else []


def _received(asked: _Asked) -> list[str]:
    """Return one sentence per shipment, or one per SKU and site where they are many."""
    words = asked.words
    rows = asked.plan.tables["allocations"].filter(pl.col("order") == asked.id)
    if not len(rows):
        return [words.say("why.nothing")]
    keys = ["sku", "site"]
    if len(rows) <= MOST_SHIPMENTS:
        shipments = rows.group_by(["round_on", *keys]).agg(pl.col("units").sum()).sort(["round_on", *keys])
        return [
            words.say(
                "why.receives", count=row["units"], sku=row["sku"], site=row["site"], day=row["round_on"]
            )
            for row in shipments.iter_rows(named=True)
        ]
    runs = rows.group_by(keys).agg(
        pl.col("units").sum(),
        first_on=pl.col("round_on").min(),
        last_on=pl.col("round_on").max(),
        shipments=pl.col("round_on").n_unique(),
    )
    return [
        words.say(
            "why.receives-over",
            count=row["units"],
            sku=row["sku"],
            site=row["site"],
            shipments=words.say("why.shipments", count=row["shipments"]),
            first=row["first_on"],
            last=row["last_on"],
        )
        for row in runs.sort(["first_on", *keys]).iter_rows(named=True)
    ]


def _paragraph(asked: _Asked, row: Row) -> str:
    """Return one row of `shortages` in words."""
    words = asked.words
    parts = [words.say("why.shortage", lead=_lead(row, words=words), cause=_cause(asked, row))]
    resource = read_resource(str(row["resource"] or ""))
    if resource is not None:
        parts.append(_until(resource, row, words=words))
        parts.append(_others(asked, resource, reason=str(row["reason"])))
    elif row["until_on"] is not None:
        parts.append(words.say("why.until.any", day=row["until_on"]))
    remedy = remedy_words(str(row["remedy"] or ""), words=words)
    if remedy:
        parts.append(words.say("why.remedy" if row["short"] else "why.remedy-late", remedy=remedy))
    return words.together(parts)


def _lead(row: Row, *, words: Words) -> str:
    if row["short"]:
        return words.say("why.short", count=row["short"])
    return words.say("why.late")


def _cause(asked: _Asked, row: Row) -> str:
    words, reason = asked.words, str(row["reason"])
    if reason == "on-hold" and asked.order["status"] == "hold":
        return words.say("why.because.on-hold")
    if reason == "on-hold":
        commitment = commitment_words(str(asked.order["commitment"]), words=words)
        return words.say("why.because.not-planned", commitment=commitment)
    cell = str(row["resource"] or "")
    resource = read_resource(cell)
    if reason == "not-decided" and resource is not None:
        return words.say("why.because.not-decided-named", name=words.listed(resource.name.split("|")))
    return words.say(
        _CAUSES[reason],
        resource=resource_words(cell, words=words) or words.say("resource.unnamed"),
        name=resource.name if resource else words.say("resource.unnamed"),
        count=_least_shipment(asked),
    )


def _least_shipment(asked: _Asked) -> int:
    least = asked.order["min_ship"]
    return least if isinstance(least, int) else 1


def _until(resource: Resource, row: Row, *, words: Words) -> str:
    if resource.kind not in _DATED:
        return ""
    dated, unknown = _DATED[resource.kind]
    day = row["until_on"]
    if day is None:
        return words.say(unknown)
    key = "why.until.ready" if row["reason"] == "site-not-ready" and resource.kind in AT_A_SITE else dated
    return words.say(key, day=day, site=resource.name)


def _others(asked: _Asked, resource: Resource, *, reason: str) -> str:
    if reason not in _SHARED:
        return ""
    others = others_words(
        asked.world, asked.plan, order=asked.id, resource=resource, reason=reason, words=asked.words
    )
    return asked.words.say(_SHARED[reason], others=others) if others else ""
