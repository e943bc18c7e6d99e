"""Who else stands at a resource: the customers whose orders took of it, and how much."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import polars as pl

from apportion.engine.raises import read_raises
from apportion.model.plan import Plan
from apportion.model.policy import Rule
from apportion.model.world import World
from apportion.report.cells import AT_A_SITE, Kind, Resource
from apportion.report.words import Words

MOST_NAMED = 5
_IN_TURN = frozenset({"order-ahead", "taken-early"})
_LAST = (True, dt.date.max)
_TURN = {
    Rule.FIRST_COME: ("placed_on",),
    Rule.PRIORITY: ("promised_on", "requested_on", "placed_on"),
}


def customers_named(world: World) -> dict[str, str]:
    """Return the name of each party by its id."""
    parties = world.parties
    return {party: name or party for party, name in zip(parties["party"], parties["name"], strict=True)}


def others_words(
    world: World, plan: Plan, *, order: str, resource: Resource, reason: str, words: Words
) -> str:
    """Return who else received units of a resource, the most first, at most five; empty if nobody.

    Args:
        world: The facts.
        plan: The plan.
        order: The order that is short; its own units are left out.
        resource: What it is short of.
        reason: ``higher-tier``, ``order-ahead`` and ``taken-early`` keep only the orders served first.
        words: The language.
    """
    rows = _taking(world, plan, resource=resource).filter(pl.col("order") != order)
    if reason == "higher-tier":
        rows = _of_higher_tier(world, plan, rows=rows, order=order)
    elif reason in _IN_TURN:
        rows = rows.filter(pl.col("order").is_in(_ahead(world, plan, order=order)))
    totals = (
        rows.group_by("customer")
        .agg(pl.col("units").sum())
        .filter(pl.col("units") > 0)
        .sort(["units", "customer"], descending=[True, False])
    )
    names = customers_named(world)
    own = world.orders.filter(pl.col("order") == order)["customer"].to_list()
    named = [
        words.say("others.own", count=units)
        if customer in own
        else words.say("others.one", customer=names.get(customer, customer), count=units)
        for customer, units in totals.head(MOST_NAMED).iter_rows()
    ]
    if len(totals) > MOST_NAMED:
        named.append(words.say("others.more", number=len(totals) - MOST_NAMED))
    return words.listed(named)


def _taking(world: World, plan: Plan, *, resource: Resource) -> pl.DataFrame:
    """Return the allocations that took of a resource."""
    rows = plan.tables["allocations"]
    if resource.kind is Kind.SUPPLY:
        return rows.filter(pl.col("sku") == resource.name)
    if resource.kind in AT_A_SITE:
        return rows.filter(pl.col("site") == resource.name)
    if resource.kind is Kind.QUOTA:
        return _counted_by(world, rows, quota=resource.name)
    return rows.clear()


def _counted_by(world: World, rows: pl.DataFrame, *, quota: str) -> pl.DataFrame:
    """Return the allocations that a quota counts."""
    found = world.quotas.filter(pl.col("quota") == quota)
    if not len(found):
        return rows.clear()
    rule = found.row(0, named=True)
    groups = world.parties.select(customer="party", group=pl.coalesce("group", "party")).unique(
        subset="customer", keep="last"
    )
    countries = world.sites.select("site", "country")
    wide = rows.join(groups, on="customer", how="left").join(countries, on="site", how="left")
    wide = wide.with_columns(pl.col("group").fill_null(pl.col("customer")))
    given = {"party": "customer", "group": "group", "sku": "sku", "site": "site", "country": "country"}
    for cell, column in given.items():
        if rule[cell] is not None:
            wide = wide.filter(pl.col(column) == rule[cell])
    if rule["from_on"] is not None:
        wide = wide.filter(pl.col("round_on") >= rule["from_on"])
    if rule["until_on"] is not None:
        wide = wide.filter(pl.col("round_on") < rule["until_on"])
    return wide.select(rows.columns)


def _of_higher_tier(world: World, plan: Plan, *, rows: pl.DataFrame, order: str) -> pl.DataFrame:
    """Return the allocations that went, in their round, to an order of a smaller tier than one has then."""
    raises = read_raises(world, plan.policy)
    if not raises.of_party:
        own = world.orders.filter(pl.col("order") == order)["tier"].item()
        ahead = world.orders.filter(pl.col("tier") < own)["order"]
        return rows.filter(pl.col("order").is_in(ahead.implode()))
    calendar = world.settings.calendar
    tiers = {
        name: raises.tiers(customer, own=tier)
        for name, customer, tier in world.orders.select("order", "customer", "tier").iter_rows()
    }
    is_ahead = [
        tiers[other].at(number) < tiers[order].at(number)
        for other, number in zip(
            rows["order"].to_list(), map(calendar.first_round, rows["round_on"].to_list()), strict=True
        )
    ]
    return rows.filter(pl.Series(is_ahead, dtype=pl.Boolean))


def _ahead(world: World, plan: Plan, *, order: str) -> list[str]:
    """Return the orders that were served before one by the rule's turn."""
    orders = world.orders
    own = orders.filter(pl.col("order") == order).row(0, named=True)
    return [row["order"] for row in orders.iter_rows(named=True) if _turn(row, plan) < _turn(own, plan)]


def _turn(row: Mapping[str, Any], plan: Plan) -> tuple[object, ...]:
    """Return when an order's turn comes under a rule that serves one after another; unknown days last."""
    rule = plan.policy.rule
    days = [_LAST if row[name] is None else (False, row[name]) for name in _TURN.get(rule, ())]
    tier = row["tier"] if rule is Rule.PRIORITY else 0
    return (tier, *days, row["order"])
