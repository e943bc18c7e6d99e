"""The one sentence that matters about a plan, and one row per customer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from apportion.model.plan import Plan
from apportion.model.world import World
from apportion.report.cells import REASON_CAUSES, REASON_NAMES, read_resource
from apportion.report.facts import commitment_words
from apportion.report.others import customers_named
from apportion.report.words import Words

_ORDER_OF_REASONS = {reason: index for index, reason in enumerate(REASON_NAMES)}
_HALF = Decimal("0.5")
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The key figures of a plan.

    Attributes:
        units: Units shipped.
        filled: Ordered units they fill.
        short: Ordered units short, without orders whose commitment is left out.
        set_aside: Ordered units of those.
        late: Ordered units that ship after the first round on or after the day wanted.
        sites: Sites that receive units.
    """

    units: Decimal
    filled: Decimal
    short: Decimal
    set_aside: Decimal
    late: Decimal
    sites: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerLine:
    """One customer in the summary.

    Attributes:
        customer: Its id.
        name: Its name.
        ordered: Ordered units.
        filled: Ordered units filled.
        short: Ordered units short.
        first_on: Day of its first shipment; None if nothing ships.
        reason: The main reason in words; empty if nothing is short or late.
    """

    customer: str
    name: str
    ordered: Decimal
    filled: Decimal
    short: Decimal
    first_on: dt.date | None
    reason: str


def totals_of(world: World, plan: Plan) -> Totals:
    """Return the key figures of a plan."""
    allocations, shortages = plan.tables["allocations"], plan.tables["shortages"]
    short = total(planned_shortages(world, plan)["short"])
    return Totals(
        units=total(allocations["units"]),
        filled=total(allocations["filled"]),
        short=short,
        set_aside=total(shortages["short"]) - short,
        late=total(late_rows(world, allocations)["filled"]),
        sites=allocations.filter(pl.col("units") > 0)["site"].n_unique(),
    )


def planned_shortages(world: World, plan: Plan) -> pl.DataFrame:
    """Return the shortages of orders whose commitment the policy plans."""
    left_out = _left_out(world, plan)["order"].implode()
    return plan.tables["shortages"].filter(~pl.col("order").is_in(left_out))


def _left_out(world: World, plan: Plan) -> pl.DataFrame:
    """Return the orders whose commitment the policy does not plan."""
    return world.orders.filter(~pl.col("commitment").is_in(list(plan.policy.commitments)))


def total(column: pl.Series) -> Decimal:
    """Return the exact sum of a column of decimals, nulls left out."""
    value: Decimal = column.to_frame().select(pl.all().sum()).item()
    return value


def late_rows(world: World, allocations: pl.DataFrame) -> pl.DataFrame:
    """Return the allocations after their order's first round on or after the day wanted."""
    calendar = world.settings.calendar
    orders = world.orders
    due = [_round_day(calendar.rounds, calendar.first_round(day)) for day in orders["requested_on"]]
    wanted = pl.DataFrame({"order": orders["order"], "due_on": pl.Series(due, dtype=pl.Date)})
    joined = allocations.join(wanted, on="order", how="left", maintain_order="left")
    return joined.filter((pl.col("round_on") > pl.col("due_on")).fill_null(value=False)).drop("due_on")


def _round_day(rounds: tuple[dt.date, ...], index: int) -> dt.date | None:
    return rounds[index] if index < len(rounds) else None


def summary_sentence(world: World, plan: Plan, *, words: Words) -> str:
    """Return the one sentence that matters: how much ships, how much is short, and mostly why.

    Where units wait for a decision, another one says how many.
    """
    return words.together([_sums(world, plan, words=words), waiting_sentence(world, words=words)])


def waiting_sentence(world: World, *, words: Words) -> str:
    """Return how many units of lots wait for a decision, and by which proposals; empty: none."""
    rows = world.table("undecided")
    by_lot = rows.group_by("lot").agg(pl.col("quantity").sum().alias("units"))
    lots = by_lot.join(world.table("supply").select("lot", "quantity"), on="lot")
    units = lots.select(pl.min_horizontal("units", "quantity").sum()).item()
    if not units:
        return ""
    return words.say(
        "summary.waiting", count=units, proposals=words.listed(sorted(set(rows["proposal"].to_list())))
    )


def _sums(world: World, plan: Plan, *, words: Words) -> str:
    found = totals_of(world, plan)
    end_on = world.settings.calendar.end_on
    wanted = found.filled + found.short
    aside = _set_aside(world, plan, count=found.set_aside, words=words)
    if not wanted:
        return words.together([words.say("summary.nothing-planned"), aside])
    if not found.short:
        sentence = words.say("summary.all", count=wanted, day=end_on)
        if found.late:
            is_all = found.late == wanted
            sentence += (
                words.say("summary.all-late")
                if is_all
                else words.say("summary.of-them-late", number=found.late)
            )
            sentence += _late_because(world, plan, words=words)
        return words.together([words.say("summary.whole", sentence=sentence), aside])
    sentence = words.say(
        "summary.short",
        shipped=words.say("summary.shipped", count=found.filled, wanted=wanted),
        short=words.say("summary.are-short", count=found.short),
        because=_because(world, plan, short=found.short, words=words),
        day=end_on,
    )
    return words.together([sentence, aside])


def _set_aside(world: World, plan: Plan, *, count: Decimal, words: Words) -> str:
    """Return the sentence on orders whose commitment is left out; empty if there are none."""
    if not count:
        return ""
    left_out = sorted(set(_left_out(world, plan)["commitment"]))
    kinds = [commitment_words(one, words=words) for one in left_out]
    return words.say("summary.set-aside", count=count, commitments=words.listed(kinds))


def _because(world: World, plan: Plan, *, short: Decimal, words: Words) -> str:
    """Return the main reason as a clause, with its resource where one makes up most of it."""
    rows = planned_shortages(world, plan).filter(pl.col("short") > 0)
    by_reason = _added(rows, ["reason"])
    reason = min(by_reason, key=lambda one: (-by_reason[one], _ORDER_OF_REASONS[one[0]]))[0]
    of_reason = by_reason[(reason,)]
    by_resource = _added(rows.filter(pl.col("reason") == reason), ["resource"])
    cell = min(by_resource, key=lambda one: (-by_resource[one], one[0]))[0]
    resource, resource_short = read_resource(cell), by_resource[(cell,)]
    named, part = (resource, resource_short) if resource_short > of_reason * _HALF else (None, of_reason)
    cause = _cause(reason, name=named.name if named else "", words=words)
    if part == short:
        return words.say("summary.all-because", cause=cause)
    key = "summary.most-because" if part > short * _HALF else "summary.largest-because"
    return words.say(key, cause=cause)


def _late_because(world: World, plan: Plan, *, words: Words) -> str:
    """Return the reason that most of the late orders have, as a clause; empty where there is none."""
    orders = late_rows(world, plan.tables["allocations"])["order"].unique()
    rows = plan.tables["shortages"].filter(pl.col("order").is_in(orders.implode()))
    counts = dict(rows.group_by("reason").agg(pl.col("order").n_unique()).rows())
    reason = min(counts, key=lambda one: (-counts[one], _ORDER_OF_REASONS[one]), default="")
    if not reason or counts[reason] * 2 <= len(orders):
        return ""
    return words.say("summary.late-because", cause=_cause(reason, name="", words=words))


def _cause(reason: str, *, name: str, words: Words) -> str:
    if name and reason == "site-not-ready":
        return words.say("summary.because-site", site=name)
    if name and reason == "no-supply":
        return words.say("summary.because-supply", sku=name)
    return words.say(REASON_CAUSES[reason])


def _added(rows: pl.DataFrame, keys: list[str]) -> dict[tuple[str, ...], Decimal]:
    grouped = rows.with_columns(pl.col(keys).fill_null("")).group_by(keys).agg(pl.col("short").sum())
    return {tuple(row[:-1]): row[-1] for row in grouped.rows()}


def customer_lines(world: World, plan: Plan, *, words: Words) -> list[CustomerLine]:
    """Return one line per customer: the most short first, then by id."""
    names = customers_named(world)
    allocations = plan.tables["allocations"]
    first_days = allocations.filter(pl.col("units") > 0).group_by("customer").agg(pl.col("round_on").min())
    first_on: Mapping[str, dt.date] = dict(first_days.rows())
    planned = planned_shortages(world, plan)
    short, by_reason = _added(planned, ["customer"]), _added(planned, ["customer", "reason"])
    reasons = {name: _main_reason(by_reason, customer=name, words=words) for (name,) in short}
    left_out = dict.fromkeys(plan.tables["shortages"]["customer"], words.say("reason.not-planned"))
    told = left_out | reasons
    lines = [
        CustomerLine(
            customer=row["customer"],
            name=names.get(row["customer"], row["customer"]),
            ordered=Decimal(row["ordered"]),
            filled=row["filled"],
            short=short.get((row["customer"],), NOTHING),
            first_on=first_on.get(row["customer"]),
            reason=told.get(row["customer"], ""),
        )
        for row in plan.tables["customers"].iter_rows(named=True)
    ]
    return sorted(lines, key=lambda line: (-line.short, -line.ordered, line.customer))


def _main_reason(by_reason: Mapping[tuple[str, ...], Decimal], *, customer: str, words: Words) -> str:
    """Return the reason of most units short; of a customer that is late only, the first of those."""
    own = {reason: short for (name, reason), short in by_reason.items() if name == customer}
    reason = min(own, key=lambda one: (-own[one], _ORDER_OF_REASONS[one]))
    name = words.say(REASON_NAMES[reason])
    return name if own[reason] else words.say("summary.late-by-reason", reason=name)


def summary_table(world: World, plan: Plan, *, words: Words) -> list[tuple[str, ...]]:
    """Return the customers as rows of text for a terminal, the header first."""
    header = (
        words.say("column.customer"),
        words.say("column.ordered"),
        words.say("column.filled"),
        words.say("column.short"),
        words.say("column.first-shipment"),
        words.say("column.main-reason"),
    )
    rows = [
        (
            line.customer,
            words.text_of(line.ordered),
            words.text_of(line.filled),
            words.text_of(line.short),
            "" if line.first_on is None else words.text_of(line.first_on),
            line.reason,
        )
        for line in customer_lines(world, plan, words=words)
    ]
    return [header, *rows]
