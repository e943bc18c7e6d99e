"""Canonical routing: which of the many choices with the fair levels is taken.

Keeping the levels, orders in canonical order each in turn fill as many ordered units as they can; then an
order's options in order get as many units as they can. Where a class has one path its orders only share the
class's gain, so a running sum does it; where it has several, each step is one objective of the tableau.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from apportion.engine.levels import Raised
from apportion.engine.stage import ClassInStage, Component, Taking


def route(component: Component, raised: Raised) -> dict[int, Fraction]:
    """Return the exact share of each option, in millionths of a unit, zero shares left out."""
    shares: dict[int, Fraction] = {}
    for item in component.classes:
        if item.rates is not None:
            shares.update(_one_path(item, raised.gains[item.index]))
    if raised.tableau is not None:
        shares.update(_several_paths(component, raised))
    return shares


def _one_path(item: ClassInStage, gain: Fraction) -> dict[int, Fraction]:
    shares: dict[int, Fraction] = {}
    left = gain
    for one in item.live:
        if left <= 0:
            break
        filled = min(Fraction(one.open), left / one.order.factor)
        left -= filled * one.order.factor
        shares[one.live[0].index] = filled / one.live[0].rate
    return shares


def _several_paths(component: Component, raised: Raised) -> dict[int, Fraction]:
    tableau = raised.tableau
    if tableau is None:
        return {}
    # The levels are the highest there are, so no demand can be passed: their surpluses stay 0.
    tableau.drop(raised.surpluses)
    taking = [one for item in component.classes if item.rates is None for one in item.live]
    for one in sorted(taking, key=lambda this: this.order.index):
        _fill(one, raised)
    values = {option: tableau.value(variable) for (_, option), variable in raised.shares.items()}
    return {option: value for option, value in values.items() if value}


def _fill(one: Taking, raised: Raised) -> None:
    """Fill one order as far as it can be, then its options in order; each step keeps the ones before."""
    tableau = raised.tableau
    if tableau is None:
        return
    fills: Mapping[int, int] = {
        raised.shares[one.order.index, option.index]: option.rate for option in one.live
    }
    tableau.maximise(fills)
    for variable in list(fills)[:-1]:
        tableau.maximise({variable: 1})
