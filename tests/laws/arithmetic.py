"""Feasibility by plain sums in fractions: facts as the reference reads them, limits added up day by day here.

No line of the engine or of the proof is used, so that what they agree on can still be found wrong.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from tests.reference import AllocationKey, RefWorld
from tests.reference.rooms import limit_on, site_draws, site_steps
from tests.reference.tables import day, number
from tests.reference.world import RefOption, RefOrder, Resource

ONE_DAY = dt.timedelta(days=1)
ZERO = Fraction(0)
NOTHING: Mapping[Resource, Fraction] = {}


@dataclass(frozen=True)
class Sums:
    """The limits of one world, before anything is clipped at 0, and what units use of them."""

    world: RefWorld

    @cached_property
    def orders(self) -> dict[str, RefOrder]:
        return {order.name: order for order in self.world.orders}

    @cached_property
    def options(self) -> dict[tuple[str, str, str], RefOption]:
        return {
            (order.name, option.sku, option.site): option
            for order in self.world.orders
            for option in order.options
        }

    @cached_property
    def limits(self) -> dict[Resource, list[Fraction | None]]:
        found: dict[Resource, list[Fraction | None]] = {
            ("supply", sku): [self.supply(sku, until=on) for on in self.world.rounds]
            for sku in self.world.skus
        }
        if self.world.policy.readiness:
            for site in self.world.sites:
                for kind in ("power", "liquid", "units"):
                    found[kind, site] = self.room(site, kind=kind)
        return found

    def supply(self, sku: str, *, until: dt.date) -> Fraction:
        arrived = (
            number(row, "quantity")
            for row in self.world.tables["supply"]
            if row["sku"] == sku and day(row, "arrives_on") <= until
        )
        gone = (
            number(row, "quantity") for row in self.world.tables.get("shipments", []) if row["sku"] == sku
        )
        return sum(arrived, ZERO) - sum(gone, ZERO)

    def room(self, site: str, *, kind: str) -> list[Fraction | None]:
        """Return by round the least of limit less draw over every day from arrival until nothing changes."""
        row = self.world.sites[site]
        steps = site_steps(one for one in self.world.tables["readiness"] if one["site"] == site)
        draws = site_draws(self.world.tables, site=row, skus=self.world.skus)
        lead = ONE_DAY * int(number(row, "lead_days", default="0"))
        changes = [step.ready_on for step in steps] + [draw.from_on for draw in draws]
        changes += [draw.until_on for draw in draws if draw.until_on is not None]
        last = max([*changes, self.world.rounds[-1] + lead]) + ONE_DAY
        left: dict[dt.date, Fraction | None] = {}
        on = self.world.rounds[0] + lead
        while on <= last:
            limit = limit_on(steps, kind=kind, on=on)
            left[on] = (
                None if limit is None else limit - sum((one.amount(kind, on=on) for one in draws), ZERO)
            )
            on += ONE_DAY
        return [
            min((room for then, room in left.items() if then >= at + lead and room is not None), default=None)
            for at in self.world.rounds
        ]

    def broken(
        self, units: Mapping[AllocationKey, Fraction], *, added: Mapping[Resource, Fraction] = NOTHING
    ) -> list[str]:
        """Return which limits units break that are raised by what is `added`; quantities are not looked at."""
        rounds = self.world.rounds
        found = []
        for resource, by_round in self.limits.items():
            for at, limit in zip(rounds, by_round, strict=True):
                use = sum(
                    (
                        self.options[key[:3]].uses.get(resource, ZERO) * amount
                        for key, amount in units.items()
                        if key[3] <= at
                    ),
                    ZERO,
                )
                if limit is not None and use > max(ZERO, limit + added.get(resource, ZERO)):
                    found.append(f"{resource} by {at}: {use} of {limit}")
        for name, quota in self.world.quotas.items():
            inside = {rounds[at] for at in quota.rounds}
            count = sum(
                (
                    amount
                    for key, amount in units.items()
                    if key[3] in inside and name in self.options[key[:3]].quotas
                ),
                ZERO,
            )
            if count > quota.at_most + added.get(("quota", name), ZERO):
                found.append(f"quota {name}: {count} of {quota.at_most}")
        return found

    def misplaced(self, units: Iterable[AllocationKey]) -> list[AllocationKey]:
        """Return what goes by an option that is not usable, or outside its order's window."""
        return [
            key
            for key in units
            if not self.options[key[:3]].is_usable
            or not self.orders[key[0]].is_planned
            or self.world.rounds.index(key[3]) not in self.orders[key[0]].open_rounds
        ]

    def filled(
        self, units: Mapping[AllocationKey, Fraction], *, order: str, until: dt.date = dt.date.max
    ) -> Fraction:
        """Return the ordered units that units fill of an order."""
        return sum(
            (
                self.options[key[:3]].ratio * amount
                for key, amount in units.items()
                if key[0] == order and key[3] <= until
            ),
            ZERO,
        )
