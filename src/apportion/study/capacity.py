"""What each party can compute with: its live units at each site and the units it rents, in reference units.

    fleet, shipments, contracts held        → the same in every future and case
    what is booked outside the scope        → the same in every future of a case
    what goes live of the scope             → by future and case

A row of basis `claim` is no capacity: these may be units of another row, or none. Amounts are whole numbers of
10⁻¹² of a reference unit, which is exact: millionths of a unit times reference units in millionths.

Source: ``docs/concepts/assessment.md``, "Programmes and rentals".
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from apportion.model.plan import MILLION
from apportion.model.room import later, millionths
from apportion.model.world import World
from apportion.study.book import Book, booked_parts
from apportion.study.elsewhere import CLAIM
from apportion.study.entries import EntryMaker, Horizon
from apportion.study.futures import CaseStudy
from apportion.study.outcome import entries_of
from apportion.study.replay import Switch, walk_sites
from apportion.study.scope import Scope

PARTS = MILLION * MILLION  # Parts of 10⁻¹² in a reference unit.
RENTED = ""  # Stands for the site of what is rented.
HELD = "held"
Changes = Counter[tuple[str, str, int]]  # By party, site and day: how many parts come (above 0) or go.
Steps = tuple[tuple[int, int], ...]  # From a day on, as an ordinal: how many parts there are.


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What computes whatever becomes of the scope.

    Attributes:
        changes: How it changes, by party, site and day.
        claimed: Table and id of the rows that are left out since they are claims, by party.
    """

    changes: Changes
    claimed: Mapping[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class Capacity:
    """What one party can compute with, by site; what is rented stands at the site `RENTED`.

    Attributes:
        steps: Of each site, ascending by its name, the parts there are from each day on.
    """

    steps: tuple[tuple[str, Steps], ...]

    def days(self) -> set[int]:
        """Return the days on which it changes."""
        return {day for _, steps in self.steps for day, _ in steps}

    def on(self, day: int) -> dict[str, int]:
        """Return the parts at each site on a day."""
        return {
            site: next((parts for since, parts in reversed(steps) if since <= day), 0)
            for site, steps in self.steps
        }


def capacity_of(changes: Changes, *, party: str, horizon: Horizon) -> Capacity:
    """Return the capacity of a party over the days of a plan."""
    by_site: dict[str, Counter[int]] = defaultdict(Counter)
    for (owner, site, day), parts in changes.items():
        if owner == party and day < horizon.end:
            by_site[site][max(day, horizon.start)] += parts
    return Capacity(tuple((site, _steps(by_site[site])) for site in sorted(by_site)))


def _steps(changes: Mapping[int, int]) -> Steps:
    steps, parts = [], 0
    for day in sorted(changes):
        if changes[day]:
            parts += changes[day]
            steps.append((day, parts))
    return tuple(steps)


def reference_rates(world: World) -> dict[str, int]:
    """Return the reference units of one unit of each SKU, in millionths."""
    skus = world.table("skus")
    return dict(zip(skus["sku"].to_list(), millionths(skus["reference_units"]), strict=True))


def read_standing(world: World, *, parties: Collection[str]) -> Standing:
    """Return the fleet, the shipments and the contracts held of some parties."""
    rates = reference_rates(world)
    changes: Changes = Counter()
    claimed: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for one in [*_fleet(world), *_shipments(world), *_contracts(world)]:
        if one.party not in parties:
            continue
        if one.basis == CLAIM:
            claimed[one.party].append((one.table, one.name))
        elif one.until_on is None or one.until_on > one.since_on:
            parts = one.units * MILLION * rates[one.sku]
            changes[one.party, one.site, one.since_on.toordinal()] += parts
            if one.until_on is not None:
                changes[one.party, one.site, one.until_on.toordinal()] -= parts
    return Standing(changes=changes, claimed={party: tuple(rows) for party, rows in claimed.items()})


class _Row(NamedTuple):
    """Units of a party from a day on."""

    table: str
    name: str
    party: str
    site: str
    sku: str
    units: int
    since_on: dt.date
    until_on: dt.date | None
    basis: str | None


def _fleet(world: World) -> Iterator[_Row]:
    for row in world.table("fleet").iter_rows(named=True):
        place = (row["party"], row["site"], row["sku"], row["quantity"])
        yield _Row("fleet", row["holding"], *place, row["since_on"], row["until_on"], row.get("basis"))


def _shipments(world: World) -> Iterator[_Row]:
    customers = dict(world.table("orders").select("order", "customer").iter_rows())
    lead_days = dict(world.table("sites").select("site", "lead_days").iter_rows())
    for row in world.table("shipments").iter_rows(named=True):
        live_on = row["live_on"] or later(row["shipped_on"], days=lead_days[row["site"]])
        place = (customers.get(row["order"], ""), row["site"], row["sku"], row["quantity"])
        yield _Row("shipments", row["shipment"], *place, live_on, None, row.get("basis"))


def _contracts(world: World) -> Iterator[_Row]:
    for row in world.table("rentals").filter(pl.col("status") == HELD).iter_rows(named=True):
        place = (row["party"], RENTED, row["sku"], row["quantity"])
        yield _Row("rentals", row["contract"], *place, row["start_on"], row["end_on"], row.get("basis"))


def outside_switches(
    world: World, study: CaseStudy, *, book: Book, scope: Scope, horizon: Horizon
) -> list[Switch]:
    """Return what goes live of the orders outside the scope, as booked.

    Their sites are not those of the scope, which has taken in every order booked at a site that one of its orders
    accepts; so neither takes the other's room.

    Args:
        world: All facts.
        study: The case: the room of the sites.
        book: All lots and orders.
        scope: What is divided anew.
        horizon: The days of the plan.
    """
    parts = [part for part in booked_parts(book) if part.order not in scope.orders]
    maker = EntryMaker.of(world, rooms=study.rooms)
    return walk_sites(entries_of(parts, maker=maker), rooms=study.rooms, horizon=horizon)


def changes_of(switches: Iterable[Switch], *, rates: Mapping[str, int]) -> Changes:
    """Return what goes live as changes of capacity."""
    changes: Changes = Counter()
    for entry, day, units in switches:
        changes[entry.party, entry.site, day] += units * rates[entry.sku]
    return changes


def together(parts: Sequence[Changes]) -> Changes:
    """Return several series of changes as one."""
    added: Changes = Counter()
    for one in parts:
        added.update(one)
    return added
