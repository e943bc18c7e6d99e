"""Demand classes: whose level an order counts in, and what that class is entitled to in each round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from apportion.calendar import Calendar
from apportion.engine.problem import MILLION
from apportion.model.accepts import accepted
from apportion.model.policy import LevelBy, Policy
from apportion.model.room import millionths
from apportion.model.world import World

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Classes:
    """The demand classes of one problem.

    Attributes:
        names: The classes' names, sorted.
        of_order: The index of the class of each order.
        weights: The weight of each class by round, in millionths.
        changes: The rounds at which a weight changes.
        groups: The group of each party that names one.
    """

    names: list[str]
    of_order: Mapping[str, int]
    weights: Sequence[Sequence[int]]
    changes: set[int]
    groups: Mapping[str, str]

    def group_of(self, party: str) -> str:
        """Return the group of a party; a party without one is its own."""
        return self.groups.get(party, party)


def read_classes(
    world: World, policy: Policy, *, rows: Sequence[Row], skus: Mapping[str, Mapping[str, object]]
) -> Classes:
    """Return the classes of all orders with their weights."""
    parties = world.table("parties")
    weight = dict(zip(parties["party"].to_list(), millionths(parties["weight"]), strict=True))
    groups = {party: group for party, group in parties.select("party", "group").iter_rows() if group}
    pools = {sku: str(row["pool"]) for sku, row in skus.items()}
    naming = _Naming(policy.classes_by, groups=groups, pools=pools)
    class_of = {str(row["order"]): naming.name(row) for row in rows}
    names = sorted(set(class_of.values()))
    index_of = {name: index for index, name in enumerate(names)}
    weighing = _Weighing(world, policy, weight=weight, groups=groups)
    by_class: dict[str, Row] = {}
    for row in rows:
        by_class.setdefault(class_of[str(row["order"])], row)
    weights = [weighing.weights(name, by_class[name], pool=naming.pool(by_class[name])) for name in names]
    return Classes(
        names=names,
        of_order={order: index_of[name] for order, name in class_of.items()},
        weights=weights,
        changes=weighing.changes(),
        groups=groups,
    )


class _Naming:
    """Gives each order the name of its class."""

    def __init__(self, level_by: LevelBy, *, groups: Mapping[str, str], pools: Mapping[str, str]) -> None:
        self._level_by = level_by
        self._groups = groups
        self._pools = pools

    def pool(self, row: Row) -> str:
        """Return the pool of the order's first SKU."""
        first = accepted(row)[0].sku
        return self._pools.get(first, first)

    def name(self, row: Row) -> str:
        """Return the class's name; a pool class is written ``customer/pool``."""
        customer = str(row["customer"])
        if self._level_by is LevelBy.POOL:
            return f"{customer}/{self.pool(row)}"
        if self._level_by is LevelBy.GROUP:
            return self._groups.get(customer, customer)
        return customer if self._level_by is LevelBy.CUSTOMER else str(row["order"])


class _Weighing:
    """Gives each class its weight in each round."""

    def __init__(
        self, world: World, policy: Policy, *, weight: Mapping[str, int], groups: Mapping[str, str]
    ) -> None:
        self._calendar: Calendar = world.settings.calendar
        self._level_by = policy.classes_by
        self._weight = weight
        self._group_weight: dict[str, int] = {}
        for party, value in weight.items():
            group = groups.get(party, party)
            self._group_weight[group] = self._group_weight.get(group, 0) + value
        self._entitled: dict[tuple[str, str], list[tuple[int, int, int]]] = {}
        if policy.classes_by is LevelBy.POOL:
            self._read_entitlements(world)

    def _read_entitlements(self, world: World) -> None:
        rows = world.table("entitlements").sort("from_on")
        for row, value in zip(rows.iter_rows(named=True), millionths(rows["weight"]), strict=True):
            first = self._calendar.first_round(row["from_on"])
            end = len(self._calendar)
            if row["until_on"] is not None:
                end = self._calendar.first_round(row["until_on"])
            if first < end:
                self._entitled.setdefault((row["party"], row["pool"]), []).append((first, end, value))

    def weights(self, name: str, row: Row, *, pool: str) -> Sequence[int]:
        """Return the weight of the class of an order by round, in millionths."""
        rounds = len(self._calendar)
        if self._level_by is LevelBy.ORDER:
            return [int(str(row["quantity"])) * MILLION] * rounds
        if self._level_by is LevelBy.GROUP:
            return [self._group_weight.get(name, MILLION)] * rounds
        return self._by_pool(str(row["customer"]), pool)

    def _by_pool(self, customer: str, pool: str) -> list[int]:
        """Return the weights of a customer in a pool; of its entitlements the latest `from_on` wins."""
        series = [self._weight.get(customer, MILLION)] * len(self._calendar)
        for first, end, weight in self._entitled.get((customer, pool), ()):
            series[first:end] = [weight] * (end - first)
        return series

    def changes(self) -> set[int]:
        """Return the rounds at which an entitlement changes a weight, whoever has orders there."""
        found: set[int] = set()
        for customer, pool in self._entitled:
            series = self._by_pool(customer, pool)
            found.update(at for at in range(1, len(series)) if series[at] != series[at - 1])
        return found
