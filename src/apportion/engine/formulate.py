"""The standing facts of a world, under a policy → a `Problem`.

Stages: parse what orders accept → demand classes and weights → resources with their limits by round → orders with
their usable options → which rounds are stages.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from apportion.engine.classes import Classes, read_classes
from apportion.engine.problem import MILLION, ORDERED, Option, Order, Problem, Resource
from apportion.engine.quotas import quota_resources, read_quotas
from apportion.engine.raises import Raises, read_raises
from apportion.model.accepts import Accepted, accepted
from apportion.model.policy import Count, LevelBy, Policy, Rule
from apportion.model.room import Rooms, later, millionths, read_rooms
from apportion.model.world import World

Row = Mapping[str, object]
_NO_DATE = dt.date.max


def formulate(world: World, policy: Policy) -> Problem:
    """Return the problem of a world under a policy.

    Facts are taken as checked; a row that names something the view does not let through is left out.
    """
    return _Formulation(world, policy).problem()


@dataclass(frozen=True, slots=True)
class _Shipped:
    """One shipment in the terms of its order."""

    order: str
    units: int
    rate: int
    counts: bool


class _Formulation:
    """Collects the parts of one problem from the tables of one world."""

    def __init__(self, world: World, policy: Policy) -> None:
        self._world = world
        self._policy = policy
        self._calendar = world.settings.calendar
        self._rooms = read_rooms(world)
        skus = world.table("skus")
        self._skus = dict(zip(skus["sku"].to_list(), skus.iter_rows(named=True), strict=True))
        self._reference: dict[str, int] = dict(
            zip(skus["sku"].to_list(), millionths(skus["reference_units"]), strict=True)
        )
        self._rows = sorted(world.table("orders").iter_rows(named=True), key=canonical_key)
        self._accepted = {row["order"]: accepted(row) for row in self._rows}
        self._shipped = self._read_shipments()
        self._classes: Classes = read_classes(world, policy, rows=self._rows, skus=self._skus)
        self._quotas = read_quotas(world)
        self._raises: Raises = read_raises(world, policy)

    def problem(self) -> Problem:
        resources, numbers = self._resources()
        orders: list[Order] = []
        options = 0
        for index, row in enumerate(self._rows):
            order = self._order(index, row, numbers=numbers, first_option=options)
            options += len(order.options)
            orders.append(order)
        names = self._classes.names
        return Problem(
            calendar=self._calendar,
            policy=self._policy,
            orders=tuple(orders),
            resources=tuple(resources),
            classes=tuple(names),
            weights=self._classes.weights,
            received=tuple(self._received(orders)),
            stage_rounds=tuple(self._stage_rounds(orders, resources)),
            lots={sku: int(row["lot_units"]) for sku, row in self._skus.items()},
            turns=tuple(turns(self._rows, self._policy.rule, orders=orders)),
            value_scale=ORDERED * MILLION if self._counts_reference else ORDERED,
        )

    @property
    def _counts_reference(self) -> bool:
        return self._policy.count is Count.REFERENCE and self._policy.classes_by is not LevelBy.ORDER

    def _factor(self, row: Row) -> int:
        """Return what an ordered unit counts for its class: 1, or its first SKU's reference units."""
        if not self._counts_reference:
            return 1
        return self._reference[self._accepted[str(row["order"])][0].sku]

    def _read_shipments(self) -> dict[str, list[_Shipped]]:
        shipped: dict[str, list[_Shipped]] = {}
        count_from_on = self._policy.count_from_on or self._calendar.start_on
        for row in self._world.table("shipments").iter_rows(named=True):
            rates = {one.sku: one.rate for one in self._accepted.get(row["order"], ())}
            one = _Shipped(
                row["order"],
                row["quantity"] * MILLION,
                rates.get(row["sku"], MILLION),
                row["shipped_on"] >= count_from_on,
            )
            shipped.setdefault(row["order"], []).append(one)
        return shipped

    def _received(self, orders: Sequence[Order]) -> list[int]:
        received = [0] * len(self._classes.names)
        for order in orders:
            for one in self._shipped.get(order.order, ()):
                if one.counts:
                    received[order.demand_class] += one.units * one.rate * order.factor
        return received

    def _order(self, index: int, row: Row, *, numbers: Mapping[str, int], first_option: int) -> Order:
        name, customer = str(row["order"]), str(row["customer"])
        quantity = int(str(row["quantity"])) * ORDERED
        filled = sum(one.units * one.rate for one in self._shipped.get(name, ()))
        is_planned = row["status"] == "open" and row["commitment"] in self._policy.commitments
        wants = 0 if row["status"] == "closed" else max(0, quantity - filled)
        still_open = wants if is_planned else 0
        first, end, wanted = self._window(row)
        factor = self._factor(row)
        accepts = self._accepted[name]
        sites = _texts(row["sites"])
        minimum = row["min_ship"]
        return Order(
            index=index,
            order=name,
            customer=customer,
            demand_class=self._classes.of_order[name],
            tiers=self._raises.tiers(customer, own=int(str(row["tier"]))),
            first_round=first,
            end_round=end,
            wanted_round=wanted,
            quantity=quantity,
            wants=wants,
            open=still_open,
            least_open=sum(one.rate for one in accepts) * len(sites),
            factor=factor,
            min_ship=0 if minimum is None else min(int(str(minimum)) * ORDERED, still_open),
            options=tuple(
                self._options(index, row, accepts=accepts, numbers=numbers, first_option=first_option)
            ),
        )

    def _window(self, row: Row) -> tuple[int, int, int]:
        requested_on, earliest_on = _day(row["requested_on"]), _day(row["earliest_on"])
        late_days = row["max_late_days"]
        first = self._calendar.first_round(earliest_on)
        end = len(self._calendar)
        if late_days is not None:
            end = self._calendar.round_after(later(requested_on, days=int(str(late_days))))
        return first, max(first, end), self._calendar.first_round(requested_on)

    def _options(
        self,
        index: int,
        row: Row,
        *,
        accepts: Sequence[Accepted],
        numbers: Mapping[str, int],
        first_option: int,
    ) -> Iterable[Option]:
        customer, factor = str(row["customer"]), self._factor(row)
        place, count = 0, first_option
        for one in accepts:
            for site in _texts(row["sites"]):
                place += 1
                if not usable(self._rooms, customer=customer, sku=one.sku, site=site):
                    continue
                uses = self._uses(row, sku=one.sku, site=site, numbers=numbers)
                yield Option(count, index, place - 1, one.sku, site, one.rate, one.rate * factor, uses)
                count += 1

    def _uses(
        self, row: Row, *, sku: str, site: str, numbers: Mapping[str, int]
    ) -> tuple[tuple[int, int], ...]:
        draw = self._rooms.unit_draw(sku, site=site)
        uses = {
            f"supply:{sku}": 1,
            f"power:{site}": draw.power_milliwatt,
            f"liquid:{site}": draw.liquid_milliwatt,
            f"units:{site}": draw.units,
        }
        customer = str(row["customer"])
        for quota in self._quotas:
            if quota.matches(customer=customer, group=self._classes.group_of(customer), sku=sku, site=site):
                uses[f"quota:{quota.quota}"] = 1
        return tuple((numbers[key], use) for key, use in uses.items() if use and key in numbers)

    def _resources(self) -> tuple[list[Resource], dict[str, int]]:
        resources = [*self._supply(), *self._site_resources(), *quota_resources(self._quotas, self._calendar)]
        return resources, {resource.key: index for index, resource in enumerate(resources)}

    def _supply(self) -> Iterable[Resource]:
        gone: dict[str, int] = {}
        for row in self._world.table("shipments").iter_rows(named=True):
            gone[row["sku"]] = gone.get(row["sku"], 0) + row["quantity"]
        arriving: dict[str, dict[int, int]] = {sku: {} for sku in self._skus}
        for row in self._world.table("supply").iter_rows(named=True):
            at_round = self._calendar.first_round(row["arrives_on"])
            arrived = arriving.setdefault(row["sku"], {})
            arrived[at_round] = arrived.get(at_round, 0) + row["quantity"]
        for sku in sorted(arriving):
            total = -gone.get(sku, 0)
            unclipped = [
                (total := total + arriving[sku].get(at_round, 0)) * MILLION
                for at_round in range(len(self._calendar))
            ]
            clipped = [max(0, units) for units in unclipped]
            yield Resource(f"supply:{sku}", clipped, unclipped, None, MILLION)

    def _site_resources(self) -> Iterable[Resource]:
        """Return power, liquid and units of each site; a policy without readiness knows none of them."""
        if not self._policy.readiness:
            return
        for site in sorted(self._rooms.sites):
            room = self._rooms.sites[site]
            left = [room.unclipped_from(later(day, days=room.lead_days)) for day in self._calendar.rounds]
            power = [one.power_milliwatt * MILLION for one in left]
            liquid = [
                None if one.liquid_milliwatt is None else one.liquid_milliwatt * MILLION for one in left
            ]
            units = [None if one.units is None else one.units * MILLION for one in left]
            yield _limited(f"power:{site}", power, scale=MILLION * MILLION)
            yield _limited(f"liquid:{site}", liquid, scale=MILLION * MILLION)
            yield _limited(f"units:{site}", units, scale=MILLION)

    def _stage_rounds(self, orders: Sequence[Order], resources: Sequence[Resource]) -> list[int]:
        """Return the rounds in which anything changes: the first, and those that open, close, bring or free."""
        rounds = {0}
        for order in orders:
            if order.open >= order.least_open and order.first_round < order.end_round:
                rounds.update((order.first_round, order.end_round))
        for row in self._world.table("supply").iter_rows(named=True):
            rounds.add(self._calendar.first_round(row["arrives_on"]))
        for resource in resources:
            if resource.window is not None:
                rounds.update(resource.window)
            elif not resource.key.startswith("supply:"):
                rounds.update(_changes(resource.limits))
        rounds.update(self._classes.changes)
        rounds.update(self._raises.edges)
        return sorted(one for one in rounds if one < len(self._calendar))


def canonical_key(row: Row) -> tuple[object, ...]:
    """Return the canonical order of orders: by request, promise, placing and id, empty dates last."""
    return (*_dated(row["requested_on"], row["promised_on"], row["placed_on"]), row["order"])


def _dated(*days: object) -> tuple[tuple[bool, object], ...]:
    """Return days such that an empty one comes after every date there is."""
    return tuple((day is None, day or "") for day in days)


def turns(rows: Sequence[Row], rule: Rule, *, orders: Sequence[Order]) -> list[int]:
    """Return the place of each order in the rule's order of serving; rows and orders are in canonical order."""
    if rule not in {Rule.PRIORITY, Rule.FIRST_COME}:
        return list(range(len(rows)))
    served = sorted(range(len(rows)), key=lambda index: _turn_key(rows[index], rule, order=orders[index]))
    places = [0] * len(rows)
    for place, index in enumerate(served):
        places[index] = place
    return places


def _turn_key(row: Row, rule: Rule, *, order: Order) -> tuple[object, ...]:
    """Return what orders are served by, empty dates last: promise in each tier, or the day placed."""
    if rule is Rule.FIRST_COME:
        return (*_dated(row["placed_on"]), row["order"])
    tier = order.tiers.least(order.first_round, order.end_round)
    return (tier, *_dated(row["promised_on"], row["requested_on"], row["placed_on"]), row["order"])


def usable(rooms: Rooms, *, customer: str, sku: str, site: str) -> bool:
    """Return whether the customer may use the site and the site can cool the SKU."""
    return rooms.may_use(customer, site=site) and rooms.is_cooled(sku, site=site)


def _limited(key: str, amounts: Sequence[int | None], *, scale: int) -> Resource:
    clipped = [None if one is None else max(0, one) for one in amounts]
    return Resource(key, clipped, amounts, None, scale)


def _changes(limits: Sequence[int | None]) -> Iterable[int]:
    return (index for index in range(1, len(limits)) if limits[index] != limits[index - 1])


def _texts(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


def _day(value: object) -> dt.date:
    return value if isinstance(value, dt.date) else _NO_DATE
