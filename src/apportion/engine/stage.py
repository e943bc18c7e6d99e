"""One stage laid out: who takes part, what is left, what can bind, and which classes hang together.

An option is **live** while everything it uses has something left. A resource **can bind** where all who may use
it could together use more than is left. Classes that share no resource that can bind have nothing to do with
each other, so each such component is solved alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from apportion.engine.problem import Option, Order


@dataclass(frozen=True, slots=True)
class Taking:
    """An order that takes part in a stage.

    Attributes:
        order: The order.
        open: What is still open, in 10⁻¹².
        live: Its live options in order.
    """

    order: Order
    open: int
    live: tuple[Option, ...]


@dataclass(slots=True)
class ClassInStage:
    """A demand class with an order that takes part.

    Attributes:
        index: The class.
        weight: Its weight now, in millionths.
        received: What it has received so far, in its value.
        taking: Its orders that take part, in canonical order.
        rates: Use per value of each resource that can bind, where all its live options agree (one path);
            None where they do not (several paths).
    """

    index: int
    weight: int | Fraction
    received: int
    taking: list[Taking] = field(default_factory=list)
    rates: Mapping[int, Fraction] | None = None

    @property
    def live(self) -> list[Taking]:
        """Return its orders that have a live option."""
        return [one for one in self.taking if one.live]

    @property
    def most(self) -> int:
        """Return what it would gain if every order with a live option were filled."""
        return sum(one.open * one.order.factor for one in self.live)

    @property
    def level(self) -> Fraction:
        """Return its level before the stage, in value per millionth of weight."""
        return Fraction(self.received, self.weight)


@dataclass(frozen=True, slots=True)
class Component:
    """Classes that share resources that can bind, and what is left of those."""

    classes: tuple[ClassInStage, ...]
    left: Mapping[int, int]


def classes_taking(
    taking: Sequence[Taking], *, weights: Mapping[int, int | Fraction], received: Sequence[int]
) -> list[ClassInStage]:
    """Return the classes of a stage by index, with their orders as given (canonical order)."""
    classes: dict[int, ClassInStage] = {}
    for one in taking:
        index = one.order.demand_class
        if index not in classes:
            classes[index] = ClassInStage(index, weights[index], received[index])
        classes[index].taking.append(one)
    return [classes[index] for index in sorted(classes)]


def can_bind(taking: Sequence[Taking], left: Mapping[int, int]) -> set[int]:
    """Return the resources of which more could be used than is left.

    The most an order can use of a resource is what it has open, all put on the option that uses most per
    ordered unit; rounding up errs on the safe side.
    """
    most: dict[int, int] = {}
    for one in taking:
        uses: dict[int, int] = {}
        for option in one.live:
            for resource, use in option.uses:
                if resource in left:
                    bound = -(-one.open * use // option.rate)
                    uses[resource] = max(uses.get(resource, 0), bound)
        for resource, bound in uses.items():
            most[resource] = most.get(resource, 0) + bound
    return {resource for resource, bound in most.items() if bound > left[resource]}


def components(classes: Sequence[ClassInStage], left: Mapping[int, int]) -> list[Component]:
    """Return the live classes in components; one whose resources cannot bind is a component by itself."""
    binding = can_bind([one for item in classes for one in item.taking], left)
    parent: dict[int, int] = {}

    def root(node: int) -> int:
        while parent.setdefault(node, node) != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    # Classes are nodes -1, -2, …; resources are nodes 0, 1, ….
    for item in classes:
        touched = _binding_used(item, binding)
        item.rates = _rates(item, binding)
        for resource in touched:
            parent[root(resource)] = root(-1 - item.index)
    groups: dict[int, list[ClassInStage]] = {}
    for item in classes:
        if item.live:
            groups.setdefault(root(-1 - item.index), []).append(item)
    return [_component(group, left, binding=binding) for group in groups.values()]


def _component(group: Sequence[ClassInStage], left: Mapping[int, int], *, binding: set[int]) -> Component:
    used = {resource for item in group for resource in _binding_used(item, binding)}
    return Component(tuple(group), {resource: left[resource] for resource in sorted(used)})


def _binding_used(item: ClassInStage, binding: set[int]) -> set[int]:
    return {
        resource
        for one in item.live
        for option in one.live
        for resource, _ in option.uses
        if resource in binding
    }


def _rates(item: ClassInStage, binding: set[int]) -> dict[int, Fraction] | None:
    """Return the use per value of each binding resource, or None where live options differ."""
    found: dict[int, Fraction] | None = None
    for one in item.live:
        for option in one.live:
            rates = {
                resource: Fraction(use, option.value) for resource, use in option.uses if resource in binding
            }
            if found is None:
                found = rates
            elif found != rates:
                return None
    return found or {}
