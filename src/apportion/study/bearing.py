"""Which rows of the facts bear on a number of a plan, one frame for each part they have in it.

    number → the orders it speaks of → their SKUs, sites and customers → the rows of each part

One step is taken from those orders, not more: the orders that compete with them are named, what those in turn
compete for is not.

Source: ``docs/concepts/evidence.md``, rules V4 to V6.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import polars as pl

from apportion.model.accepts import parse_accepted
from apportion.model.plan import Plan
from apportion.model.policy import LevelBy, Rule
from apportion.model.world import World
from apportion.study.number import Number, day_of

_RUN = {"live_units_at_end", "live_gpu_days", "idle_gpu_days", "held_gpu_days"}


class Role(enum.StrEnum):
    """What rows have to do with a number."""

    ORDER = "order"  # The orders that it speaks of.
    SHIPPED = "shipped"  # What is gone already: to them, or to their sites.
    LOT = "lot"  # Lots that could serve them in time.
    STEP = "step"  # Readiness of their sites in force within the horizon.
    FLEET = "fleet"  # What else stands at their sites.
    SITE = "site"
    SKU = "sku"
    PARTY = "party"  # Their customers, with their entitlement.
    ENTITLEMENT = "entitlement"
    RAISE = "raise"
    QUOTA = "quota"
    RIVAL = "rival"  # Other orders that could take the same lots or room.


@dataclass(frozen=True, slots=True)
class Bearing:
    """Rows of one table that have the same part in a number.

    Attributes:
        role: The part.
        table: Their table.
        rows: The rows, as they stand.
    """

    role: Role
    table: str
    rows: pl.DataFrame


def bearings(world: World, plan: Plan, *, number: Number) -> list[Bearing]:
    """Return the rows that bear on a number, part by part; parts without a row are left out."""
    named = _orders_of(world, plan, number=number)
    return [one for one in _parts(world, plan, number=number, named=named) if len(one.rows)]


def _parts(world: World, plan: Plan, *, number: Number, named: pl.DataFrame) -> Iterator[Bearing]:
    if (number.table, number.column) == ("customers", "weight"):
        parties = world.table("parties")
        yield Bearing(Role.PARTY, "parties", parties.filter(pl.col("party") == number.name))
        return
    at_site = number.name if number.table == "sites" else ""
    if number.column == "power_kw":
        yield Bearing(Role.STEP, "readiness", _step_on(world, site=at_site, day=day_of(number, plan=plan)))
        return
    yield Bearing(Role.ORDER, "orders", named.sort("requested_on", "order"))
    if number.column == "ordered":
        closed = named.filter(pl.col("status") == "closed")
        yield Bearing(Role.SHIPPED, "shipments", _shipped(world, orders=closed, sites=()))
        return
    scope = Scope.of(world, plan, named=named, at_site=at_site, is_run=number.column in _RUN)
    yield from scope.bearings()


def _orders_of(world: World, plan: Plan, *, number: Number) -> pl.DataFrame:
    """Return the orders that a number speaks of: of a customer or class those that the policy plans."""
    orders = world.table("orders")
    if number.table in {"allocations", "shortages"}:
        return orders.filter(pl.col("order") == number.name)
    is_planned = pl.col("commitment").is_in(list(plan.policy.commitments))
    if number.table == "customers":
        return orders.filter(is_planned & (pl.col("customer") == number.name))
    if number.table == "levels":
        classes = _classes(world, plan, orders=orders)
        return orders.filter(is_planned & (classes == number.name))
    day = day_of(number, plan=plan) or world.settings.calendar.end_on
    at_site = plan.tables["allocations"].filter((pl.col("site") == number.name) & (pl.col("round_on") <= day))
    return orders.filter(pl.col("order").is_in(at_site["order"].unique().to_list()))


def _classes(world: World, plan: Plan, *, orders: pl.DataFrame) -> pl.Series:
    """Return the name of the demand class of each order."""
    level_by = plan.policy.classes_by
    if level_by is LevelBy.ORDER:
        return orders["order"]
    if level_by is LevelBy.CUSTOMER:
        return orders["customer"]
    if level_by is LevelBy.GROUP:
        parties = world.table("parties").drop_nulls("group")
        groups = dict(parties.select("party", "group").iter_rows())
        return orders["customer"].replace(groups)
    pools = dict(world.table("skus").select("sku", "pool").iter_rows())
    first = orders["skus"].list.first()
    names = {text: parse_accepted(text)[0] for text in first.unique().drop_nulls().to_list()}
    pool_of = {text: pools.get(sku, sku) for text, sku in names.items()}
    return orders["customer"] + "/" + first.replace(pool_of)


def _shipped(world: World, *, orders: pl.DataFrame, sites: Iterable[str]) -> pl.DataFrame:
    shipments = world.table("shipments")
    is_own = pl.col("order").is_in(orders["order"].to_list())
    return shipments.filter(is_own | pl.col("site").is_in(list(sites))).sort("shipped_on", "shipment")


def _step_on(world: World, *, site: str, day: dt.date | None) -> pl.DataFrame:
    """Return the step in force at a site on a day, or, where none is, the first to come."""
    steps = world.table("readiness").filter(pl.col("site") == site).sort("ready_on", "power_kw", "step")
    ready = steps if day is None else steps.filter(pl.col("ready_on") <= day)
    return ready.tail(1) if len(ready) else steps.head(1)


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What the orders of a number could take, where, and who else could.

    Attributes:
        world: The facts.
        plan: The plan.
        orders: The orders it speaks of.
        active: Those of them that are planned: open, and of a commitment that the policy plans.
        skus: The SKUs that these accept.
        sites: The sites that these accept.
        is_run: Whether the number speaks of units after they ship.
    """

    world: World
    plan: Plan
    orders: pl.DataFrame
    active: pl.DataFrame
    skus: frozenset[str]
    sites: frozenset[str]
    is_run: bool

    @classmethod
    def of(cls, world: World, plan: Plan, *, named: pl.DataFrame, at_site: str, is_run: bool) -> Scope:
        """Return the scope of the orders named; `at_site` is the site that the number speaks of, or empty."""
        is_planned = pl.col("commitment").is_in(list(plan.policy.commitments)) & (pl.col("status") == "open")
        active = named.filter(is_planned)
        accepted = active["skus"].explode().unique().drop_nulls().to_list()
        sites = {at_site} if at_site else set(active["sites"].explode().drop_nulls().to_list())
        return cls(
            world=world,
            plan=plan,
            orders=named,
            active=active,
            skus=frozenset(parse_accepted(text)[0] for text in accepted),
            sites=frozenset(sites),
            is_run=is_run,
        )

    @property
    def _is_booked(self) -> bool:
        return self.plan.policy.rule is Rule.AS_BOOKED

    def bearings(self) -> Iterator[Bearing]:
        """Yield the rows of every part but the orders themselves."""
        world, at_sites = self.world, pl.col("site").is_in(sorted(self.sites))
        yield Bearing(Role.SHIPPED, "shipments", _shipped(world, orders=self.orders, sites=self.sites))
        yield Bearing(Role.LOT, "supply", self._lots())
        if self.plan.policy.readiness or self.is_run:
            yield Bearing(Role.STEP, "readiness", self._steps())
        yield Bearing(Role.FLEET, "fleet", self._fleet())
        yield Bearing(Role.SITE, "sites", world.table("sites").filter(at_sites).sort("site"))
        skus = world.table("skus").filter(pl.col("sku").is_in(sorted(self.skus)))
        yield Bearing(Role.SKU, "skus", skus.sort("sku"))
        yield from self._weighed()
        yield Bearing(Role.QUOTA, "quotas", self._quotas())
        yield Bearing(Role.RIVAL, "orders", self._rivals())

    def _lots(self) -> pl.DataFrame:
        """Return the lots of accepted SKUs that arrive while they can still be taken."""
        lots = self.world.table("supply").filter(pl.col("sku").is_in(sorted(self.skus)))
        if self._is_booked:
            lots = lots.filter(pl.col("reserved_for").is_in(self.active["order"].to_list()))
        last = self.world.settings.calendar.end_on - dt.timedelta(days=1)
        if len(self.active) and not self.active["max_late_days"].has_nulls():
            late = pl.col("requested_on").cast(pl.Int64) + pl.col("max_late_days")
            days = self.active.select(late.max()).item()
            last = min(last, dt.date.fromordinal(min(days, 10**6) + _EPOCH))
        return lots.filter(pl.col("arrives_on") <= last).sort("arrives_on", "lot")

    def _steps(self) -> pl.DataFrame:
        """Return the steps in force on a day of the horizon; of a site with none, the first to come."""
        calendar = self.world.settings.calendar
        steps = self.world.table("readiness").filter(pl.col("site").is_in(sorted(self.sites)))
        steps = steps.sort("site", "ready_on", "power_kw", "step")
        is_before = pl.col("ready_on") <= calendar.start_on
        in_time = steps.filter(pl.col("ready_on") < calendar.end_on)
        first = in_time.filter(is_before).group_by("site", maintain_order=True).tail(1)
        later = in_time.filter(~is_before)
        never = steps.filter(~pl.col("site").is_in(in_time["site"].to_list()))
        waited = never.group_by("site", maintain_order=True).head(1)
        kept = [frame.select(steps.columns) for frame in (first, later, waited)]
        return pl.concat(kept).sort("site", "ready_on", "power_kw", "step")

    def _fleet(self) -> pl.DataFrame:
        calendar = self.world.settings.calendar
        is_there = (pl.col("since_on") < calendar.end_on) & (
            pl.col("until_on").is_null() | (pl.col("until_on") > calendar.start_on)
        )
        fleet = self.world.table("fleet").filter(pl.col("site").is_in(sorted(self.sites)) & is_there)
        return fleet.sort("site", "since_on", "holding")

    def _weighed(self) -> Iterator[Bearing]:
        """Yield what the customers are entitled to, and in which tier they are served."""
        policy, calendar = self.plan.policy, self.world.settings.calendar
        customers = self.active["customer"].unique().to_list()
        is_theirs = pl.col("party").is_in(customers)
        holds = (pl.col("from_on") < calendar.end_on) & (
            pl.col("until_on").is_null() | (pl.col("until_on") > calendar.start_on)
        )
        if policy.rule is Rule.MAX_MIN and policy.classes_by is not LevelBy.ORDER:
            parties = self.world.table("parties").filter(is_theirs).sort("party")
            yield Bearing(Role.PARTY, "parties", parties)
            skus = self.world.table("skus").filter(pl.col("sku").is_in(sorted(self.skus)))
            entitled = self.world.table("entitlements").filter(
                is_theirs & holds & pl.col("pool").is_in(skus["pool"].to_list())
            )
            yield Bearing(Role.ENTITLEMENT, "entitlements", entitled.sort("party", "pool", "from_on"))
        if not self._is_booked:
            raises = self.world.table("raises").filter(is_theirs & holds)
            yield Bearing(Role.RAISE, "raises", raises.sort("party", "from_on"))

    def _quotas(self) -> pl.DataFrame:
        """Return the quotas that limit any of the orders; one that names nothing limits all."""
        if self._is_booked:
            return self.world.table("quotas").clear()
        calendar = self.world.settings.calendar
        customers = self.active["customer"].unique().to_list()
        parties = self.world.table("parties").filter(pl.col("party").is_in(customers))
        sites = self.world.table("sites").filter(pl.col("site").is_in(sorted(self.sites)))
        groups = [*parties["group"].drop_nulls().to_list(), *customers]
        named = {
            "party": customers,
            "group": groups,
            "sku": sorted(self.skus),
            "site": sorted(self.sites),
            "country": sites["country"].drop_nulls().to_list(),
        }
        limits = [pl.col(column).is_null() | pl.col(column).is_in(names) for column, names in named.items()]
        starts = pl.col("from_on").is_null() | (pl.col("from_on") < calendar.end_on)
        holds = pl.col("until_on").is_null() | (pl.col("until_on") > calendar.start_on)
        has_orders = pl.lit(value=bool(len(self.active)))
        return self.world.table("quotas").filter(has_orders, starts, holds, *limits).sort("quota")

    def _rivals(self) -> pl.DataFrame:
        """Return the other planned orders that could take the same lots or, at the same sites, the same room."""
        orders = self.world.table("orders")
        is_other = ~pl.col("order").is_in(self.active["order"].to_list())
        is_planned = pl.col("commitment").is_in(list(self.plan.policy.commitments)) & (
            pl.col("status") == "open"
        )
        texts = orders["skus"].explode().unique().drop_nulls().to_list()
        same = [text for text in texts if parse_accepted(text)[0] in self.skus]
        takes_lots = pl.col("skus").list.eval(pl.element().is_in(same)).list.any()
        takes_room = pl.col("sites").list.eval(pl.element().is_in(sorted(self.sites))).list.any()
        # As booked nobody takes what is reserved for another, and room counts only for what runs.
        as_booked = takes_room if self.is_run else pl.lit(value=False)
        competes = as_booked if self._is_booked else takes_lots | takes_room
        return orders.filter(is_other, is_planned, competes).sort("requested_on", "order")


# The day before which a number of days since 1970 counts, as an ordinal.
_EPOCH = dt.date(1970, 1, 1).toordinal()
