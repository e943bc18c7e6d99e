"""The world as whole numbers: orders with their options, quotas, classes, weights and limits.

Read from the tables once; every later module works on this alone.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from apportion.calendar import Calendar
from apportion.model.policy import Count, LevelBy, Policy, Rule
from apportion.model.world import World
from apportion.verify.figures import AMOUNT, MICRO, USE, exact
from apportion.verify.limits import Limits, room_limits, rows_of, site_use, supply_limits
from apportion.verify.tiers import Tiers

Canonical = tuple[tuple[bool, dt.date], tuple[bool, dt.date], tuple[bool, dt.date], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One way to fill an order.

    Attributes:
        sku: What ships.
        site: Where to.
        rate: Ordered units that one unit fills, in 10**-12.
        value: What one unit counts for the class, in 10**-12.
        is_usable: Whether users and cooling allow it.
        uses: What one unit uses of supply and of the site, in 10**-12, by resource.
        quotas: Resources of the quotas it matches, whatever the day.
        kind: A number shared by the options of a class that are alike in all but the order.
    """

    sku: str
    site: str
    rate: int
    value: int
    is_usable: bool
    uses: Mapping[str, int]
    quotas: tuple[str, ...]
    kind: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One order as the proof needs it; amounts are ordered units in 10**-18, `tiers` by round (one: in all)."""

    name: str
    customer: str
    demand_class: str
    tiers: tuple[int, ...]
    quantity: int
    open_amount: int
    tolerance: int
    min_ship: int
    status: str
    is_planned: bool
    options: tuple[Option, ...]
    by_place: Mapping[tuple[str, str], int]
    first_site: str
    first_round: int
    end_round: int
    wanted_round: int
    canonical: Canonical

    @property
    def resource(self) -> str:
        """Return the resource that is its open quantity."""
        return f"quantity:{self.name}"

    def tier_in(self, at: int) -> int:
        """Return its tier in a round."""
        return self.tiers[at] if len(self.tiers) > 1 else self.tiers[0]

    def is_open_in(self, at: int) -> bool:
        """Return whether the round lies in the order's window."""
        return self.first_round <= at < self.end_round


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """The most units that may ship in rounds ``first`` to ``end`` - 1, in 10**-18 units."""

    name: str
    first: int
    end: int
    begins: bool
    at_most: int
    row: Mapping[str, Any]


@dataclass(frozen=True)
class Facts:
    """All that a proof reads of the world under one policy."""

    policy: Policy
    calendar: Calendar
    orders: Mapping[str, Order]
    quotas: Mapping[str, Quota]
    limits: Limits
    weights: Weights
    received: Mapping[str, int]
    lot_units: Mapping[str, int]
    counting_rounds: frozenset[int]
    raising_rounds: frozenset[int]

    @property
    def starts_afresh(self) -> bool:
        """Return whether each stage counts from nothing and weighs an order by what it has open."""
        return self.policy.rule is Rule.PRO_RATA

    def limit(self, resource: str, at: int) -> int | None:
        """Return what may be used in all up to a round, never below 0; None is no limit."""
        limit = self.limits[resource][at]
        return None if limit is None else max(0, limit)

    def active_quotas(self, option: Option, at: int) -> list[str]:
        """Return the quotas that count a unit shipped by an option in a round."""
        return [name for name in option.quotas if self.quotas[name].first <= at < self.quotas[name].end]


class Weights:
    """The entitlement of each class by round, in millionths."""

    def __init__(self, world: World, policy: Policy) -> None:
        # "`pro-rata`: each stage afresh, every order a class".
        self.level_by = LevelBy.ORDER if policy.rule is Rule.PRO_RATA else policy.level_by
        self.rounds = world.settings.calendar.rounds
        parties = rows_of(world, "parties")
        self.of_party: dict[str, int] = {row["party"]: exact(row["weight"], MICRO) for row in parties}
        self.groups: dict[str, str] = {row["party"]: row["group"] or row["party"] for row in parties}
        self.of_group: dict[str, int] = defaultdict(int)
        for party, group in self.groups.items():
            self.of_group[group] += self.of_party[party]
        self.entitled: dict[tuple[str, str], list[tuple[dt.date, dt.date, int]]] = defaultdict(list)
        for row in rows_of(world, "entitlements"):
            span = (row["from_on"], row["until_on"] or dt.date.max, exact(row["weight"], MICRO))
            self.entitled[row["party"], row["pool"]].append(span)
        self.members: dict[str, tuple[str, str]] = {}
        self.quantities: dict[str, int] = {}

    def group(self, party: str) -> str:
        """Return a party's group; a party without one is its own."""
        return self.groups.get(party, party)

    def in_pool(self, party: str, *, pool: str, at: int) -> int:
        """Return the weight of a party in a pool: "the latest `from_on` wins"."""
        day = self.rounds[at]
        holding = [span for span in self.entitled.get((party, pool), []) if span[0] <= day < span[1]]
        return max(holding)[2] if holding else self.of_party.get(party, MICRO)

    def weight(self, demand_class: str, at: int) -> int:
        """Return the weight of a class in a round, in millionths."""
        if self.level_by is LevelBy.ORDER:
            return self.quantities[demand_class]
        if self.level_by is LevelBy.CUSTOMER:
            return self.of_party.get(demand_class, MICRO)
        if self.level_by is LevelBy.GROUP:
            return self.of_group.get(demand_class, MICRO)
        customer, pool = self.members[demand_class]
        return self.in_pool(customer, pool=pool, at=at)

    def changes(self, at: int) -> bool:
        """Return whether an entitlement gives somebody another weight than in the round before."""
        if self.level_by is not LevelBy.POOL:
            return False
        return any(
            self.in_pool(party, pool=pool, at=at) != self.in_pool(party, pool=pool, at=at - 1)
            for party, pool in self.entitled
        )


def read_facts(world: World, policy: Policy) -> Facts:
    """Return the standing facts of a world as whole numbers under one policy."""
    reader = _Reader(world, policy)
    return reader.facts()


def _rates(skus: list[str], *, known: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Return the accepted SKUs with the ordered units one of them fills, in 10**-12."""
    rates: list[tuple[str, int]] = []
    for text in skus:
        name, colon, rate = text.rpartition(":")
        if not colon or text in known:
            rates.append((text, USE))
            continue
        try:
            rates.append((name.strip(), exact(Decimal(rate.strip()), USE)))
        except (InvalidOperation, OverflowError, ValueError):
            rates.append((text, USE))
    return rates


class _Reader:
    """Turns tables into `Facts`; it holds what several of them need."""

    def __init__(self, world: World, policy: Policy) -> None:
        self.world = world
        self.policy = policy
        self.calendar = world.settings.calendar
        self.skus = {row["sku"]: row for row in rows_of(world, "skus")}
        self.sites = {row["site"]: row for row in rows_of(world, "sites")}
        self.weights = Weights(world, policy)
        self.tiers = Tiers(world, policy)
        self.quotas = {f"quota:{row['quota']}": self._quota(row) for row in rows_of(world, "quotas")}
        self.kinds: dict[object, int] = {}

    def facts(self) -> Facts:
        limits = supply_limits(self.world)
        if self.policy.readiness:
            limits |= room_limits(self.world)
        shipments: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in rows_of(self.world, "shipments"):
            shipments[row["order"]].append(row)
        received: dict[str, int] = defaultdict(int)
        orders = [
            self._order(row, shipments=shipments[row["order"]], received=received)
            for row in rows_of(self.world, "orders")
        ]
        orders.sort(key=lambda order: order.canonical)
        lots = (self.calendar.first_round(row["arrives_on"]) for row in rows_of(self.world, "supply"))
        return Facts(
            policy=self.policy,
            calendar=self.calendar,
            orders={order.name: order for order in orders},
            quotas=self.quotas,
            limits=limits,
            weights=self.weights,
            received=received,
            lot_units={name: sku["lot_units"] for name, sku in self.skus.items()},
            counting_rounds=frozenset(at for at in lots if at < len(self.calendar)),
            raising_rounds=frozenset(self.tiers.begin_or_end),
        )

    def _quota(self, row: dict[str, Any]) -> Quota:
        end = len(self.calendar) if row["until_on"] is None else self.calendar.first_round(row["until_on"])
        return Quota(
            name=row["quota"],
            first=self.calendar.first_round(row["from_on"]),
            end=end,
            begins=row["from_on"] is not None,
            at_most=row["at_most"] * AMOUNT,
            row=row,
        )

    def _class_of(self, row: dict[str, Any], *, first_sku: str) -> str:
        customer: str = row["customer"]
        level_by = self.weights.level_by
        if level_by is LevelBy.ORDER:
            name: str = row["order"]
            self.weights.quantities[name] = row["quantity"] * MICRO
            return name
        if level_by is LevelBy.CUSTOMER:
            return customer
        if level_by is LevelBy.GROUP:
            return self.weights.group(customer)
        pool: str = self.skus[first_sku]["pool"] if first_sku in self.skus else first_sku
        self.weights.members[f"{customer}/{pool}"] = (customer, pool)
        return f"{customer}/{pool}"

    def _worth(self, first_sku: str) -> Decimal:
        """Return what an ordered unit counts: 1, or the reference units of the order's first SKU."""
        counts_reference = self.policy.count is Count.REFERENCE and self.weights.level_by is not LevelBy.ORDER
        if not counts_reference or first_sku not in self.skus:
            return Decimal(1)
        return Decimal(self.skus[first_sku]["reference_units"])

    def _order(
        self, row: dict[str, Any], *, shipments: list[dict[str, Any]], received: dict[str, int]
    ) -> Order:
        rates = _rates(row["skus"], known=self.skus)
        demand_class = self._class_of(row, first_sku=rates[0][0])
        worth = exact(self._worth(rates[0][0]), MICRO)
        options: list[Option] = []
        for sku, rate in rates:
            options.extend(
                self._option(row, sku=sku, site=site, rate=rate, worth=worth) for site in row["sites"]
            )
        by_sku = dict(reversed(rates))
        count_from_on = self.policy.count_from_on or self.calendar.start_on
        filled = 0
        for shipment in shipments:
            amount = by_sku.get(shipment["sku"], USE) * shipment["quantity"] * (AMOUNT // USE)
            filled += amount
            if shipment["shipped_on"] >= count_from_on:
                received[demand_class] += amount * worth // MICRO
        quantity = row["quantity"] * AMOUNT
        requested_on: dt.date = row["requested_on"]
        keys = (requested_on, row["promised_on"], row["placed_on"])
        first, second, third = ((day is None, day or dt.date.min) for day in keys)
        places: dict[tuple[str, str], int] = {}
        for place, option in enumerate(options):
            places.setdefault((option.sku, option.site), place)
        return Order(
            name=row["order"],
            customer=row["customer"],
            demand_class=demand_class,
            tiers=self.tiers.by_round(row["customer"], own=row["tier"]),
            quantity=quantity,
            open_amount=max(0, quantity - filled),
            # A millionth of a unit by every option: amounts are a million times finer than uses.
            tolerance=sum(option.rate for option in options),
            min_ship=(row["min_ship"] or 0) * AMOUNT,
            status=row["status"],
            is_planned=row["status"] == "open" and row["commitment"] in self.policy.commitments,
            options=tuple(options),
            by_place=places,
            first_site=row["sites"][0],
            first_round=self.calendar.first_round(row["earliest_on"]),
            end_round=self._end_round(requested_on, late_days=row["max_late_days"]),
            wanted_round=self.calendar.first_round(requested_on),
            canonical=(first, second, third, row["order"]),
        )

    def _end_round(self, requested_on: dt.date, *, late_days: int | None) -> int:
        """Return the first round after the window: open until `requested_on` + `max_late_days`."""
        last_day = None if late_days is None else requested_on.toordinal() + late_days
        if last_day is None or last_day >= dt.date.max.toordinal():
            return len(self.calendar)
        return self.calendar.round_after(dt.date.fromordinal(last_day))

    def _option(self, row: dict[str, Any], *, sku: str, site: str, rate: int, worth: int) -> Option:
        if sku not in self.skus or site not in self.sites:
            return Option(
                sku=sku, site=site, rate=rate, value=rate, is_usable=False, uses={}, quotas=(), kind=-1
            )
        sku_row, site_row = self.skus[sku], self.sites[site]
        either = {"air", "liquid"}
        meets = (set(sku_row["cooling"] or []) or either) & (set(site_row["cooling"] or []) or either)
        uses = {f"supply:{sku}": USE}
        if self.policy.readiness:
            uses |= {f"{kind}:{site}": use for kind, use in site_use(sku_row, site=site_row).items() if use}
        quotas = tuple(
            name
            for name, quota in self.quotas.items()
            if self._matches(quota.row, order=row, place=(sku, site))
        )
        value = rate * worth // MICRO
        kind = self.kinds.setdefault((sku, site, rate, value, quotas), len(self.kinds))
        users = site_row["users"]
        return Option(
            sku=sku,
            site=site,
            rate=rate,
            value=value,
            is_usable=bool(meets) and (not users or row["customer"] in users),
            uses=uses,
            quotas=quotas,
            kind=kind,
        )

    def _matches(self, quota: Mapping[str, Any], *, order: Mapping[str, Any], place: tuple[str, str]) -> bool:
        """Return whether an option matches every column that a quota gives; `country` is the site's."""
        sku, site = place
        stated = {
            "party": order["customer"],
            "group": self.weights.group(order["customer"]),
            "sku": sku,
            "site": site,
            "country": self.sites[site]["country"],
        }
        return all(quota[column] is None or quota[column] == fact for column, fact in stated.items())
