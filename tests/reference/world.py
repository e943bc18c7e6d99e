"""A scenario as plain values: rounds, orders with their options, limits by round, quotas, weights, classes.

Everything is read from raw text tables with one row per key. Amounts are fractions, days are dates,
rounds are numbered from 0.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields
from fractions import Fraction

from .policy import list_rounds, read_policy
from .raises import raise_rounds, tiers_by_round
from .rooms import cooling_kinds, site_amounts, site_room, split
from .tables import (
    Tables,
    day,
    days_after,
    listed,
    number,
    optional_day,
    optional_number,
    setting_day,
    text,
)

Resource = tuple[str, str]
Dated = tuple[bool, dt.date]
Canonical = tuple[Dated, Dated, Dated, str]
MILLIONTH = Fraction(1, 1_000_000)


@dataclass(frozen=True, kw_only=True)
class RefOption:
    """One SKU at one site for one order: what a unit fills, counts and uses."""

    sku: str
    site: str
    ratio: Fraction
    value: Fraction
    is_usable: bool
    uses: dict[Resource, Fraction]
    quotas: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class RefOrder:
    """One order. `wanted_round` is the first round on or after requested_on, None if there is none.

    `tiers` are its tier in each round.
    """

    name: str
    customer: str
    demand_class: str
    tiers: tuple[int, ...]
    quantity: Fraction
    open_before: Fraction
    tolerance: Fraction
    min_ship: Fraction
    is_closed: bool
    is_planned: bool
    options: tuple[RefOption, ...]
    open_rounds: tuple[int, ...]
    wanted_round: int | None
    canonical: Canonical

    @property
    def takes_part(self) -> bool:
        """An order that is planned and not complete before the plan begins."""
        return self.is_planned and self.open_before >= self.tolerance


@dataclass(frozen=True, kw_only=True)
class RefQuota:
    """At most so many units in the rounds of the window."""

    name: str
    rounds: tuple[int, ...]
    begins: bool
    at_most: Fraction


class RefWorld:
    """One scenario under one policy, read once."""

    def __init__(self, settings: Mapping[str, object], tables: Tables, **policy: object) -> None:
        self.settings = settings
        self.tables = tables
        self.policy = read_policy(settings, overrides=policy)
        self.start_on = setting_day(settings["start_on"])
        self.end_on = setting_day(settings["end_on"])
        self.rounds = list_rounds(
            self.start_on, until_on=self.end_on, every=str(settings.get("round", "day"))
        )
        self.skus = {row["sku"]: row for row in tables["skus"]}
        self.sites = {row["site"]: row for row in tables["sites"]}
        self.parties = {row["party"]: row for row in tables.get("parties", [])}
        self.order_rows = {row["order"]: row for row in tables["orders"]}
        self.quotas = {row["quota"]: self._read_quota(row) for row in tables.get("quotas", [])}
        self.limits = self._read_limits()
        self.orders = sorted((self._read_order(row) for row in tables["orders"]), key=canonical_key)
        self.stage_rounds = self._find_stage_rounds()

    def serving_order(self) -> list[RefOrder]:
        """Return the orders as the rule serves them: in canonical order unless it has an order of its own.

        "priority (tier, promised_on, requested_on, placed_on, id) and first-come (placed_on, id)"
        """
        if self.policy.rule == "priority":
            return sorted(self.orders, key=priority_key)
        if self.policy.rule == "first-come":
            return sorted(self.orders, key=first_come_key)
        return list(self.orders)

    def with_policy(self, **overrides: object) -> "RefWorld":
        """Return the same scenario under a policy changed in the named fields."""
        named = {field.name: getattr(self.policy, field.name) for field in fields(self.policy)}
        return RefWorld(self.settings, self.tables, **(named | overrides))

    def first_round_from(self, on: dt.date) -> int | None:
        """Return the first round on or after a day, None if there is none."""
        return next((number for number, round_on in enumerate(self.rounds) if round_on >= on), None)

    def limit(self, resource: Resource, *, round_number: int) -> Fraction | None:
        """Return how much of supply or room may be used in all up to a round; None is no limit."""
        by_round = self.limits.get(resource)
        return None if by_round is None else by_round[round_number]

    def group(self, party: str) -> str:
        """Return the group of a party: "a party without a group is its own"."""
        return text(self.parties.get(party, {}), "group", default=party)

    def party_weight(self, party: str) -> Fraction:
        """Return `parties.weight`, 1 where it is not stated."""
        return number(self.parties.get(party, {}), "weight", default="1")

    def pool_weight(self, party: str, *, pool: str, on: dt.date) -> Fraction:
        """Return the weight of a customer in a pool: "the latest from_on wins", else `parties.weight`."""
        best: tuple[dt.date, Fraction] | None = None
        for row in self.tables.get("entitlements", []):
            if row["party"] == party and row["pool"] == pool:
                from_on, until_on = day(row, "from_on"), optional_day(row, "until_on")
                if (
                    from_on <= on
                    and (until_on is None or on < until_on)
                    and (best is None or from_on > best[0])
                ):
                    best = (from_on, number(row, "weight"))
        return self.party_weight(party) if best is None else best[1]

    def weight(self, order: RefOrder, *, round_number: int) -> Fraction:
        """Return the weight of the order's class in a round, "never from the ask" but under `order`."""
        if self.policy.level_by == "order":
            return order.quantity
        if self.policy.level_by == "customer":
            return self.party_weight(order.customer)
        if self.policy.level_by == "group":
            group = self.group(order.customer)
            members = {party for party in self.parties if self.group(party) == group} | {order.customer}
            return sum((self.party_weight(party) for party in members), Fraction(0))
        pool = self.pool(order.options[0].sku)
        return self.pool_weight(order.customer, pool=pool, on=self.rounds[round_number])

    def pool(self, sku: str) -> str:
        """Return the pool of a SKU, by default the SKU itself."""
        return text(self.skus[sku], "pool", default=sku)

    def received_before(self) -> dict[str, Fraction]:
        """Return by class what shipments since `count_from_on` gave its orders, whatever their status."""
        received: dict[str, Fraction] = {}
        classes = {order.name: order.demand_class for order in self.orders}
        for row in self.tables.get("shipments", []):
            if day(row, "shipped_on") >= self.policy.count_from_on:
                order_row = self.order_rows[row["order"]]
                ratios = dict(accepted_skus(order_row))
                value = ratios.get(row["sku"], Fraction(1)) * self._value_of_ordered_unit(order_row)
                demand_class = classes[row["order"]]
                received[demand_class] = received.get(demand_class, Fraction(0)) + value * number(
                    row, "quantity"
                )
        return received

    def _value_of_ordered_unit(self, row: dict[str, str]) -> Fraction:
        """Return v / rho: "counting reference units, rho x reference_units of the order's first SKU"."""
        if self.policy.count == "reference" and not self.policy.is_by_order:
            return number(self.skus[accepted_skus(row)[0][0]], "reference_units", default="1")
        return Fraction(1)

    def _class_name(self, row: dict[str, str]) -> str:
        """Return the demand class of an order."""
        customer = row["customer"]
        if self.policy.is_by_order:
            return row["order"]
        if self.policy.level_by == "customer":
            return customer
        if self.policy.level_by == "group":
            return self.group(customer)
        return f"{customer}/{self.pool(accepted_skus(row)[0][0])}"

    def _read_quota(self, row: dict[str, str]) -> RefQuota:
        """Return a quota with the rounds of [from_on, until_on)."""
        from_on, until_on = optional_day(row, "from_on"), optional_day(row, "until_on")
        inside = tuple(
            at
            for at, on in enumerate(self.rounds)
            if (from_on is None or from_on <= on) and (until_on is None or on < until_on)
        )
        return RefQuota(
            name=row["quota"], rounds=inside, begins=from_on is not None, at_most=number(row, "at_most")
        )

    def _quota_matches(self, row: dict[str, str], *, customer: str, sku: str, site: str) -> bool:
        """Say whether an allocation matches all given columns; `country` is the site's."""
        facts = {
            "party": customer,
            "group": self.group(customer),
            "sku": sku,
            "site": site,
            "country": text(self.sites[site], "country"),
        }
        return all(not text(row, column) or text(row, column) == fact for column, fact in facts.items())

    def _read_limits(self) -> dict[Resource, list[Fraction | None]]:
        """Return by resource and round what may be used in all up to that round.

        Supply: "units of k arrived up to t, less all shipments of k from the first round on, never below 0".
        Without `readiness`, "power, liquid, units and this rule together" are dropped.
        """
        limits: dict[Resource, list[Fraction | None]] = {}
        for sku in self.skus:
            gone = sum(
                (number(row, "quantity") for row in self.tables.get("shipments", []) if row["sku"] == sku),
                Fraction(0),
            )
            by_round: list[Fraction | None] = []
            for round_on in self.rounds:
                lots = [
                    row
                    for row in self.tables["supply"]
                    if row["sku"] == sku and day(row, "arrives_on") <= round_on
                ]
                by_round.append(
                    max(Fraction(0), sum((number(row, "quantity") for row in lots), Fraction(0)) - gone)
                )
            limits["supply", sku] = by_round
        if self.policy.readiness:
            for name, site in self.sites.items():
                room = site_room(self.tables, site=site, skus=self.skus, rounds=self.rounds)
                limits |= {(kind, name): amounts for kind, amounts in room.items()}
        return limits

    def _read_order(self, row: dict[str, str]) -> RefOrder:
        """Return an order with its options, window and what is open before the plan."""
        skus = accepted_skus(row)
        options = tuple(
            self._read_option(row, sku=sku, ratio=ratio, site=site)
            for sku, ratio in skus
            for site in listed(row, "sites")
        )
        quantity = number(row, "quantity")
        ratios = dict(skus)
        filled = sum(
            (
                ratios.get(shipment["sku"], Fraction(1)) * number(shipment, "quantity")
                for shipment in self.tables.get("shipments", [])
                if shipment["order"] == row["order"]
            ),
            Fraction(0),
        )
        status = text(row, "status", default="open")
        commitment = text(row, "commitment", default="firm")
        requested_on = day(row, "requested_on")
        return RefOrder(
            name=row["order"],
            customer=row["customer"],
            demand_class=self._class_name(row),
            tiers=tiers_by_round(self.tables, order=row, rule=self.policy.rule, rounds=self.rounds),
            quantity=quantity,
            open_before=max(Fraction(0), quantity - filled),
            tolerance=MILLIONTH * sum((option.ratio for option in options), Fraction(0)),
            min_ship=number(row, "min_ship", default="0"),
            is_closed=status == "closed",
            is_planned=status == "open" and commitment in self.policy.commitments,
            options=options,
            open_rounds=self._window(row),
            wanted_round=self.first_round_from(requested_on),
            canonical=(
                empty_last(requested_on),
                empty_last(optional_day(row, "promised_on")),
                empty_last(optional_day(row, "placed_on")),
                row["order"],
            ),
        )

    def _window(self, row: dict[str, str]) -> tuple[int, ...]:
        """Return the rounds from the first on or after `earliest_on` until requested_on + max_late_days."""
        earliest_on = optional_day(row, "earliest_on") or day(row, "requested_on")
        late = optional_number(row, "max_late_days")
        last_on = None if late is None else days_after(day(row, "requested_on"), days=late)
        return tuple(
            at
            for at, on in enumerate(self.rounds)
            if earliest_on <= on and (last_on is None or on <= last_on)
        )

    def _read_option(self, row: dict[str, str], *, sku: str, ratio: Fraction, site: str) -> RefOption:
        """Return one option: users and cooling say whether it is usable."""
        site_row = self.sites[site]
        users = listed(site_row, "users")
        meets = cooling_kinds(split(self.skus[sku])) & cooling_kinds(split(site_row))
        uses: dict[Resource, Fraction] = {("supply", sku): Fraction(1)}
        if self.policy.readiness:
            amounts = site_amounts(self.skus[sku], site=site_row)
            uses |= {(kind, site): amount for kind, amount in amounts.items() if amount}
        return RefOption(
            sku=sku,
            site=site,
            ratio=ratio,
            value=ratio * self._value_of_ordered_unit(row),
            is_usable=bool(meets) and (not users or row["customer"] in users),
            uses=uses,
            quotas=tuple(
                quota["quota"]
                for quota in self.tables.get("quotas", [])
                if self._quota_matches(quota, customer=row["customer"], sku=sku, site=site)
            ),
        )

    def _find_stage_rounds(self) -> list[int]:
        """Return the rounds in which something happens.

        "A round in which no order opens or closes, no supply counts, no room changes, no quota window or
        weight begins or ends, is no stage."
        """
        found = {0, *raise_rounds(self.tables, rule=self.policy.rule, rounds=self.rounds)}
        for order in self.orders:
            if order.takes_part and order.open_rounds:
                found |= {order.open_rounds[0], order.open_rounds[-1] + 1}
        for row in self.tables["supply"]:
            counts_in = self.first_round_from(day(row, "arrives_on"))
            found |= set() if counts_in is None else {counts_in}
        for quota in self.quotas.values():
            if quota.rounds:
                found |= {quota.rounds[0]} if quota.begins else set()
                found |= {quota.rounds[-1] + 1}
        for at in range(1, len(self.rounds)):
            rooms = [amounts for (kind, _), amounts in self.limits.items() if kind != "supply"]
            if any(amounts[at] != amounts[at - 1] for amounts in rooms) or self._weight_changes(at):
                found.add(at)
        return sorted(at for at in found if at < len(self.rounds))

    def _weight_changes(self, at: int) -> bool:
        """Say whether an entitlement gives somebody another weight than in the round before."""
        if self.policy.rule != "max-min" or self.policy.level_by != "pool":
            return False
        pairs = {(row["party"], row["pool"]) for row in self.tables.get("entitlements", [])}
        before, now = self.rounds[at - 1], self.rounds[at]
        return any(
            self.pool_weight(party, pool=pool, on=before) != self.pool_weight(party, pool=pool, on=now)
            for party, pool in pairs
        )


def canonical_key(order: RefOrder) -> Canonical:
    """Orders by (requested_on, promised_on, placed_on, id), empty dates last."""
    return order.canonical


def priority_key(order: RefOrder) -> tuple[int, Dated, Dated, Dated, str]:
    """Orders by (smallest tier in the window, promised_on, requested_on, placed_on, id), empty dates last."""
    requested_on, promised_on, placed_on, name = order.canonical
    tier = min((order.tiers[at] for at in order.open_rounds), default=0)
    return (tier, promised_on, requested_on, placed_on, name)


def first_come_key(order: RefOrder) -> tuple[Dated, str]:
    """Orders by (placed_on, id), empty dates last."""
    return order.canonical[2:]


def empty_last(on: dt.date | None) -> Dated:
    """Return a sort key that puts empty dates last."""
    return (on is None, on or dt.date.min)


def accepted_skus(row: dict[str, str]) -> list[tuple[str, Fraction]]:
    """Return the accepted SKUs, best first, with the ordered units that one unit fills."""
    accepted = []
    for part in listed(row, "skus"):
        sku, colon, ratio = part.rpartition(":")
        accepted.append((sku, Fraction(ratio)) if colon else (part, Fraction(1)))
    return accepted
