"""World and policy → integers with named axes: the only place for index maps; readiness is applied here.

Scales, so that every step is exact in whole numbers:

==================  =================================================================
a share             millionths of a unit
an ordered quantity  10⁻¹² of an ordered unit: a share times a rate ρ in millionths
power, liquid       10⁻⁶ of a milliwatt: a share times milliwatts per unit
a class's value     10⁻¹² (counting units) or 10⁻¹⁸ (counting reference units)
a weight            millionths
==================  =================================================================
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from apportion.calendar import Calendar
from apportion.model.policy import Policy, Rule

MILLION = 10**6  # Millionths in a unit.
ORDERED = MILLION * MILLION  # Parts of 10⁻¹² in an ordered unit.


@dataclass(frozen=True, slots=True)
class Option:
    """One SKU at one site that an order accepts and may use.

    Attributes:
        index: Its place among all options.
        order: Index of its order.
        place: Its place among all options of its order, usable or not.
        sku: The SKU's id.
        site: The site's id.
        rate: ρ in millionths: ordered units that one unit fills.
        value: What one millionth of a unit counts for its class.
        uses: (resource, use per millionth of a unit), quotas included.
    """

    index: int
    order: int
    place: int
    sku: str
    site: str
    rate: int
    value: int
    uses: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Tiers:
    """Whom an order comes after, by round: smaller numbers are served first.

    Attributes:
        own: Its tier wherever no raise holds.
        raised: Where one does: (first round, first round after it, tier), apart from each other, rounds ascending.
    """

    own: int
    raised: tuple[tuple[int, int, int], ...] = ()

    def at(self, at_round: int) -> int:
        """Return the tier in a round."""
        for first, end, tier in self.raised:
            if first <= at_round < end:
                return tier
        return self.own

    def least(self, first: int, end: int) -> int:
        """Return the smallest tier in the rounds from `first` to before `end`; its own where there are none.

        >>> Tiers(2, ((3, 5, 1),)).least(0, 4), Tiers(2, ((3, 5, 1),)).least(0, 3)
        (1, 2)
        """
        met = [tier for since, until, tier in self.raised if max(since, first) < min(until, end)]
        return min(met, default=self.own)


@dataclass(frozen=True, slots=True)
class Order:
    """One order that the plan may serve; of those there are few enough in this engine to hold one by one.

    Attributes:
        index: Its place in canonical order.
        order: Its id.
        customer: Its customer.
        demand_class: Index of its class.
        tiers: Its tier by round.
        first_round: First round in its window.
        end_round: First round after its window.
        wanted_round: First round on or after the day requested.
        quantity: Ordered, in 10⁻¹².
        wants: What its shipments left of that; 0 once it is closed.
        open: What the plan may fill, in 10⁻¹²: as `wants`, or 0 where it is not to be planned.
        least_open: Below this it is complete.
        factor: What 10⁻¹² of an ordered unit counts for its class.
        min_ship: Least shipment in 10⁻¹², at most what is open; 0: none.
        options: Its usable options in order.
    """

    index: int
    order: str
    customer: str
    demand_class: int
    tiers: Tiers
    first_round: int
    end_round: int
    wanted_round: int
    quantity: int
    wants: int
    open: int
    least_open: int
    factor: int
    min_ship: int
    options: tuple[Option, ...]

    @property
    def last_round(self) -> int:
        """Return the last round in its window; before `first_round` where there is none."""
        return self.end_round - 1

    @property
    def is_planned(self) -> bool:
        """Return whether the plan may fill what it wants."""
        return self.open == self.wants

    def is_open(self, at_round: int) -> bool:
        """Return whether the round lies in its window."""
        return self.first_round <= at_round < self.end_round


@dataclass(frozen=True, slots=True)
class Resource:
    """Something that binds.

    Attributes:
        key: Its name in the certificate, e.g. ``power:oslo``.
        limits: The most that may be used by each round, cumulative; None: not limited. For a quota the most
            inside its window.
        unclipped: The same before it is clipped at 0.
        window: The rounds of a quota as (first, end); None: every round.
        scale: Parts in one real unit (unit, kW).
    """

    key: str
    limits: Sequence[int | None]
    unclipped: Sequence[int | None]
    window: tuple[int, int] | None
    scale: int

    def holds_in(self, at_round: int) -> bool:
        """Return whether it binds what ships in that round."""
        return self.window is None or self.window[0] <= at_round < self.window[1]


@dataclass(frozen=True)
class Problem:
    """All that a rule needs, in integers.

    Attributes:
        calendar: The rounds.
        policy: The rules.
        orders: Every order of the world in canonical order, those not to be planned with nothing open.
        resources: What binds, by index.
        classes: The demand classes' names, by index.
        weights: The weight of each class by round, in millionths.
        received: What each class received before the plan, in its value.
        stage_rounds: The rounds that are stages.
        lots: Units that ship together, by SKU.
        turns: The place of each order in the rule's order of serving; canonical where all are served together.
        value_scale: Parts of a class's value in one counted unit.
    """

    calendar: Calendar
    policy: Policy
    orders: tuple[Order, ...]
    resources: tuple[Resource, ...]
    classes: tuple[str, ...]
    weights: Sequence[Sequence[int]]
    received: tuple[int, ...]
    stage_rounds: tuple[int, ...]
    lots: dict[str, int]
    turns: tuple[int, ...]
    value_scale: int

    @property
    def is_afresh(self) -> bool:
        """Return whether every stage begins at level 0, whatever came before: the rule `pro-rata`."""
        return self.policy.rule is Rule.PRO_RATA

    @cached_property
    def options(self) -> tuple[Option, ...]:
        """Return every usable option by its index."""
        return tuple(option for order in self.orders for option in order.options)

    @cached_property
    def tier_changes(self) -> frozenset[int]:
        """Return the rounds in which the tier of an order is not that of the round before."""
        raised = {order.tiers.raised for order in self.orders}
        return frozenset(edge for spans in raised for first, end, _ in spans for edge in (first, end))

    @cached_property
    def by_id(self) -> dict[str, Order]:
        """Return the orders by id."""
        return {order.order: order for order in self.orders}

    def wanted_on(self, order: Order) -> dt.date | None:
        """Return the day from which on an order's units are late; None where the plan ends before."""
        return self.day(order.wanted_round) if order.wanted_round < len(self.calendar) else None

    def day(self, at_round: int) -> dt.date:
        """Return the day of a round."""
        return self.calendar.rounds[at_round]
