"""The search for the fair levels of one component, exact.

The common level λ rises. A class takes part from the λ of what it already received; its demand is then
``d(λ) = w·λ − h``. A class whose live options all use resources alike has one path: its use is known from its
demand alone. A class with several paths keeps its shares as variables of a tableau. When λ can rise no further,
the row that stops it is the proof: its prices y and coefficients c say Σ c·gain ≤ Σ y·left for every choice,
and every class in it that was rising has its final level.

Source:
    Levels one bottleneck after another: B. Radunović and J.-Y. Le Boudec, "A unified framework for max-min and
    min-max fairness" (2007). Prices from the stopping row: duality of linear programs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from apportion.engine.stage import ClassInStage, Component, Taking
from apportion.engine.tableau import Tableau


@dataclass(frozen=True, slots=True)
class Bound:
    """What stopped some classes at a level, in the scales of `problem`.

    Attributes:
        level: λ.
        classes: c of each class in it.
        prices: y of each resource.
        quantities: y of each order's open quantity.
    """

    level: Fraction
    classes: Mapping[int, Fraction]
    prices: Mapping[int, Fraction]
    quantities: Mapping[int, Fraction]


@dataclass(slots=True)
class Raised:
    """The levels of one component.

    Attributes:
        gains: What each class gains in the stage, in its value.
        bounds: What stopped them.
        named: The index in `bounds` of what stopped each class.
        tableau: The rows of the classes with several paths, at the final levels; None where there are none.
        shares: The tableau's variable of each (order, option) of those classes.
    """

    gains: dict[int, Fraction] = field(default_factory=dict)
    bounds: list[Bound] = field(default_factory=list)
    named: dict[int, int] = field(default_factory=dict)
    tableau: Tableau | None = None
    shares: dict[tuple[int, int], int] = field(default_factory=dict)
    surpluses: list[int] = field(default_factory=list)


def raise_levels(component: Component) -> Raised:
    """Return the max-min levels of one component with what stopped each class."""
    return _Search(component).run()


def filled_bound(item: ClassInStage) -> tuple[dict[int, Fraction], dict[int, Fraction]]:
    """Return c and the prices on quantities that stop a class whose orders with live options are all filled."""
    quantities = {one.order.index: Fraction(one.order.factor) for one in item.live}
    return {item.index: Fraction(1)}, quantities


class _Search:
    """The state of one search: the tableau, who is rising, and what has stopped."""

    def __init__(self, component: Component) -> None:
        self._component = component
        self._raised = Raised()
        self._tableau = Tableau()
        self._of_resource: dict[int, int] = {}
        self._of_order: dict[int, int] = {}
        self._of_class: dict[int, int] = {}
        self._rising: dict[int, ClassInStage] = {}
        self._entered: set[int] = set()
        self._next_variable = 0
        self._lay_out()

    def run(self) -> Raised:
        pending = sorted(self._component.classes, key=lambda item: (item.level, item.index), reverse=True)
        level = pending[-1].level
        while pending or self._rising:
            while pending and pending[-1].level <= level:
                self._enter(pending.pop())
            self._stop_filled(level)
            self._stop_bound(level)
            level = self._next_level(level, pending)
        self._raised.tableau = self._tableau if self._raised.shares else None
        return self._raised

    def _next_level(self, level: Fraction, pending: list[ClassInStage]) -> Fraction:
        stops = [self._tableau.next_stop()]
        stops += [_filled_at(item) for item in self._rising.values() if item.rates is not None]
        if pending:
            stops.append(pending[-1].level)
        known = [stop for stop in stops if stop is not None]
        if not known and self._rising:
            raise AssertionError("A class that rises is always stopped by its orders' quantities.")
        return min(known, default=level)

    def _variable(self) -> int:
        self._next_variable += 1
        return self._next_variable - 1

    def _lay_out(self) -> None:
        """Add the rows: resources, the orders of classes with several paths, those classes' demands."""
        wide = [item for item in self._component.classes if item.rates is None]
        columns: dict[int, dict[int, int]] = {resource: {} for resource in self._component.left}
        quantities: list[tuple[Taking, dict[int, int]]] = []
        demands: list[tuple[ClassInStage, dict[int, int]]] = []
        for item in wide:
            demand: dict[int, int] = {}
            quantities += [(one, self._lay_out_order(one, columns, demand=demand)) for one in item.live]
            demands.append((item, demand))
        for resource, left in self._component.left.items():
            self._of_resource[resource] = self._variable()
            self._tableau.add_row(columns[resource], slack=self._of_resource[resource], right=left)
        for one, fills in quantities:
            self._of_order[one.order.index] = self._variable()
            self._tableau.add_row(fills, slack=self._of_order[one.order.index], right=one.open)
        for item, demand in demands:
            self._of_class[item.index] = self._variable()
            self._tableau.add_row(demand, slack=self._of_class[item.index], right=0)
        self._raised.surpluses = list(self._of_class.values())

    def _lay_out_order(
        self, one: Taking, columns: dict[int, dict[int, int]], *, demand: dict[int, int]
    ) -> dict[int, int]:
        fills: dict[int, int] = {}
        for option in one.live:
            variable = self._variable()
            self._raised.shares[one.order.index, option.index] = variable
            fills[variable] = option.rate
            demand[variable] = -option.value
            for resource, use in option.uses:
                if resource in columns:
                    columns[resource][variable] = use
        return fills

    def _enter(self, item: ClassInStage) -> None:
        self._rising[item.index] = item
        self._entered.add(item.index)
        received, weight = Fraction(item.received), Fraction(item.weight)
        self._demand(item, base=-received, slope=weight)

    def _demand(self, item: ClassInStage, *, base: Fraction, slope: Fraction) -> None:
        """Add ``base + slope·λ`` to the demand of a class."""
        if item.rates is None:
            self._tableau.shift(self._of_class[item.index], base=-base, slope=-slope)
            return
        for resource, rate in item.rates.items():
            self._tableau.shift(self._of_resource[resource], base=-rate * base, slope=-rate * slope)

    def _stop(self, item: ClassInStage, level: Fraction) -> None:
        """Hold a class at its demand of this level."""
        gain = item.weight * level - item.received
        self._raised.gains[item.index] = gain
        del self._rising[item.index]
        self._demand(item, base=gain + item.received, slope=Fraction(-item.weight))

    def _stop_filled(self, level: Fraction) -> None:
        """Stop the classes of one path whose orders are all filled at this level."""
        filled = [
            item for item in self._rising.values() if item.rates is not None and _filled_at(item) <= level
        ]
        for item in filled:
            classes, quantities = filled_bound(item)
            self._stop(item, level)
            self._raised.named[item.index] = len(self._raised.bounds)
            self._raised.bounds.append(Bound(level, classes, {}, quantities))

    def _stop_bound(self, level: Fraction) -> None:
        """Stop every class that a row holds at this level, one proof after another."""
        while (row := self._tableau.settle(level)) is not None:
            bound = self._bound(row, level)
            stopped = [item for index, item in self._rising.items() if bound.classes.get(index)]
            if not stopped:
                raise AssertionError("A row that stops the level prices a class that rises.")
            for item in stopped:
                self._stop(item, level)
                self._raised.named[item.index] = len(self._raised.bounds)
            self._raised.bounds.append(bound)

    def _bound(self, row: int, level: Fraction) -> Bound:
        coefficients = self._tableau.rows[row]
        prices = {
            resource: Fraction(coefficients[slack])
            for resource, slack in self._of_resource.items()
            if slack in coefficients
        }
        quantities = {
            order: Fraction(coefficients[slack])
            for order, slack in self._of_order.items()
            if slack in coefficients
        }
        classes: dict[int, Fraction] = {}
        for item in self._component.classes:
            # A class that has not entered gains nothing here, so it needs no part in the proof.
            if item.index not in self._entered:
                continue
            if item.rates is None:
                share = Fraction(coefficients.get(self._of_class[item.index], 0))
            else:
                share = sum(
                    (prices.get(one, Fraction(0)) * rate for one, rate in item.rates.items()), Fraction(0)
                )
            if share:
                classes[item.index] = share
        return Bound(level, classes, prices, quantities)


def _filled_at(item: ClassInStage) -> Fraction:
    """Return the level at which every order of the class that has a live option is filled."""
    return Fraction(item.most + item.received, item.weight)
