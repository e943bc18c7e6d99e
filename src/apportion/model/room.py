"""What each site can still power, cool and hold, read by day: readiness less the draw of what stands there.

    readiness rows         → the step in force on each day
    fleet and shipments    → the draw on each day
    limit less draw        → what is left, and the least of it over a day and all days after

All amounts change on a few days only, so each is kept as stretches between those days. Power and liquid are
whole milliwatts (1 kW is 10**6 of them), units are whole: every value is an exact integer.

Source: ``docs/concepts/allocation.md``, "What is feasible".
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from apportion.model.columns import NUMBER
from apportion.model.world import World

LIQUID = "liquid"
AIR = "air"
_ANY_COOLING = frozenset({AIR, LIQUID})


class Room(NamedTuple):
    """What a site has, or has left; None: not limited.

    Attributes:
        power_milliwatt: Power.
        liquid_milliwatt: The part of it that units on liquid can use.
        units: Units.
    """

    power_milliwatt: int
    liquid_milliwatt: int | None
    units: int | None

    @property
    def clipped(self) -> Room:
        """Return the room with nothing below 0."""
        return Room(
            max(0, self.power_milliwatt),
            None if self.liquid_milliwatt is None else max(0, self.liquid_milliwatt),
            None if self.units is None else max(0, self.units),
        )


class Draw(NamedTuple):
    """What units take of a site: power and liquid in milliwatts, and their number."""

    power_milliwatt: int = 0
    liquid_milliwatt: int = 0
    units: int = 0

    def plus(self, other: Draw) -> Draw:
        """Return what both take together."""
        return Draw(
            self.power_milliwatt + other.power_milliwatt,
            self.liquid_milliwatt + other.liquid_milliwatt,
            self.units + other.units,
        )

    def times(self, count: int) -> Draw:
        """Return what `count` times as many units take."""
        return Draw(self.power_milliwatt * count, self.liquid_milliwatt * count, self.units * count)


NO_DRAW = Draw()
NO_STEP = Room(0, None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One row of `readiness`, with what it leaves empty taken from the step before.

    Attributes:
        name: The step.
        ready_on: First day it can be used.
        limit: What the site has in all from that day on.
    """

    name: str
    ready_on: dt.date
    limit: Room


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRoom:
    """Limit, draw and room of one site; nothing changes between two days of `days`.

    Attributes:
        site: The site.
        lead_days: Days from shipping to power on in a ready hall.
        days: The days on which the step in force or the draw changes, ascending.
        steps: The step in force before the first of `days` and from each of them on; None: none.
        draws: What fleet and shipments draw, by the same stretches.
        least: What is left over a stretch and all after it, at the least, by the same stretches.
    """

    site: str
    lead_days: int
    days: tuple[dt.date, ...]
    steps: tuple[Step | None, ...]
    draws: tuple[Draw, ...]
    least: tuple[Room, ...]

    def change_days(self) -> tuple[dt.date, ...]:
        """Return the days on which the step in force or the draw changes, ascending."""
        return self.days

    def step_in_force(self, day: dt.date) -> Step | None:
        """Return the ready step with most power on `day`; None: none is ready."""
        return self.steps[bisect_right(self.days, day)]

    def limit_on(self, day: dt.date) -> Room:
        """Return what the step in force gives on `day`; without one no power, and the rest not limited."""
        step = self.step_in_force(day)
        return NO_STEP if step is None else step.limit

    def draw_on(self, day: dt.date) -> Draw:
        """Return what fleet and shipments draw on `day`."""
        return self.draws[bisect_right(self.days, day)]

    def left_on(self, day: dt.date) -> Room:
        """Return the limit less the draw of that one day, below 0 where more is drawn than there is."""
        return _less(self.limit_on(day), self.draw_on(day))

    def unclipped_from(self, day: dt.date) -> Room:
        """Return the least that is left over `day` and all later days, below 0 where it is overdrawn.

        Lead days are not added here: what ships on a round's day asks from that day plus `lead_days`.
        """
        return self.least[bisect_right(self.days, day)]

    def room_from(self, day: dt.date) -> Room:
        """Return the least that is left over `day` and all later days, never below 0.

        It never falls with the day, so what it once holds it holds for ever.
        """
        return self.unclipped_from(day).clipped


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """The room of every site, and what one unit of each SKU takes of it.

    Attributes:
        sites: The room by site.
        unit_milliwatt: Power that one unit takes, by SKU.
        sku_cooling: The kinds of cooling that each SKU can use.
        site_cooling: The kinds that each site offers.
        users: The parties that may use each site; empty: all.
    """

    sites: Mapping[str, SiteRoom]
    unit_milliwatt: Mapping[str, int]
    sku_cooling: Mapping[str, frozenset[str]]
    site_cooling: Mapping[str, frozenset[str]]
    users: Mapping[str, frozenset[str]]

    def uses_liquid(self, sku: str, *, site: str) -> bool:
        """Return whether a unit takes liquid there: it can use nothing else, or the site offers no air."""
        return uses_liquid(sku_cooling=self.sku_cooling[sku], site_cooling=self.site_cooling[site])

    def is_cooled(self, sku: str, *, site: str) -> bool:
        """Return whether the site offers a kind of cooling that the SKU can use."""
        return not self.sku_cooling[sku].isdisjoint(self.site_cooling[site])

    def may_use(self, party: str, *, site: str) -> bool:
        """Return whether the site is open to the party."""
        return not self.users[site] or party in self.users[site]

    def unit_draw(self, sku: str, *, site: str) -> Draw:
        """Return what one unit takes of the site."""
        power = self.unit_milliwatt[sku]
        return Draw(power, power if self.uses_liquid(sku, site=site) else 0, 1)


def uses_liquid(*, sku_cooling: Collection[str], site_cooling: Collection[str]) -> bool:
    """Return whether units take liquid at a site, by the kinds that SKU and site name; none named: any.

    >>> uses_liquid(sku_cooling=["liquid"], site_cooling=["air", "liquid"])
    True
    >>> uses_liquid(sku_cooling=["air", "liquid"], site_cooling=["air", "liquid"])
    False
    >>> uses_liquid(sku_cooling=[], site_cooling=["liquid"])
    True
    """
    is_liquid_only = set(sku_cooling) == {LIQUID}
    return is_liquid_only or (bool(site_cooling) and AIR not in site_cooling)


def later(day: dt.date, *, days: int) -> dt.date:
    """Return the date so many days after `day`; the last of all dates where the calendar ends before.

    >>> later(dt.date(2024, 2, 28), days=2)
    datetime.date(2024, 3, 1)
    >>> later(dt.date(9999, 12, 1), days=10**15) == dt.date.max
    True
    """
    return dt.date.fromordinal(min(day.toordinal() + days, dt.date.max.toordinal()))


def millionths(column: pl.Series) -> list[int]:
    """Return the exact values of a numeric column in millionths: kW → milliwatts, units → millionths.

    >>> millionths(pl.Series(["1.43", "2"]).cast(NUMBER))
    [1430000, 2000000]
    """
    return [int(value) for value in column.cast(NUMBER).to_physical()]


def millionths_or_none(column: pl.Series) -> list[int | None]:
    """Return the exact values of a numeric column in millionths; None where the cell is empty."""
    return column.cast(NUMBER).to_physical().to_list()


def read_rooms(world: World) -> Rooms:
    """Return the room of every site of a world under its view.

    Facts are taken as checked: every SKU and site named is there.
    """
    skus, sites = world.table("skus"), world.table("sites")
    sku_cooling = _kinds(skus, key="sku", column="cooling", empty=_ANY_COOLING)
    site_cooling = _kinds(sites, key="site", column="cooling", empty=_ANY_COOLING)
    unit_milliwatt = dict(zip(skus["sku"].to_list(), millionths(skus["site_kw"]), strict=True))
    lead_days = dict(sites.select("site", "lead_days").iter_rows())

    def take(sku: str, *, site: str, quantity: int) -> Draw:
        power = unit_milliwatt[sku] * quantity
        is_liquid = uses_liquid(sku_cooling=sku_cooling[sku], site_cooling=site_cooling[site])
        return Draw(power, power if is_liquid else 0, quantity)

    changes: dict[str, dict[dt.date, Draw]] = defaultdict(lambda: defaultdict(Draw))
    for site, sku, quantity, since_on, until_on in _fleet(world):
        draw = take(sku, site=site, quantity=quantity)
        if until_on is not None and until_on <= since_on:
            continue
        changes[site][since_on] = changes[site][since_on].plus(draw)
        if until_on is not None:
            changes[site][until_on] = changes[site][until_on].plus(draw.times(-1))
    for site, sku, quantity, shipped_on, live_on in _shipments(world):
        draw = take(sku, site=site, quantity=quantity)
        since_on = live_on or later(shipped_on, days=lead_days[site])
        changes[site][since_on] = changes[site][since_on].plus(draw)
    steps = _steps(world)
    rooms = {
        site: site_room(site, lead_days=days, steps=steps.get(site, ()), draw_changes=changes.get(site, {}))
        for site, days in lead_days.items()
    }
    return Rooms(
        sites=rooms,
        unit_milliwatt=unit_milliwatt,
        sku_cooling=sku_cooling,
        site_cooling=site_cooling,
        users=_kinds(sites, key="site", column="users", empty=frozenset()),
    )


def site_room(
    site: str, *, lead_days: int, steps: Sequence[Step], draw_changes: Mapping[dt.date, Draw]
) -> SiteRoom:
    """Return the room of one site.

    Args:
        site: Its name.
        lead_days: Its lead.
        steps: Its steps in the order (ready_on, power, name).
        draw_changes: By how much the draw of fleet and shipments changes, by day.
    """
    days: list[dt.date] = []
    in_force: list[Step | None] = [None]
    draws: list[Draw] = [NO_DRAW]
    ready = sorted(steps, key=lambda step: step.ready_on)
    position = 0
    for day in sorted({step.ready_on for step in steps} | set(draw_changes)):
        step, draw = in_force[-1], draws[-1].plus(draw_changes.get(day, NO_DRAW))
        while position < len(ready) and ready[position].ready_on <= day:
            step = _stronger(step, ready[position])
            position += 1
        if (step, draw) != (in_force[-1], draws[-1]):
            days.append(day)
            in_force.append(step)
            draws.append(draw)
    left = [
        _less(NO_STEP if step is None else step.limit, draw)
        for step, draw in zip(in_force, draws, strict=True)
    ]
    return SiteRoom(
        site=site,
        lead_days=lead_days,
        days=tuple(days),
        steps=tuple(in_force),
        draws=tuple(draws),
        least=tuple(_least_to_come(left)),
    )


def _stronger(step: Step | None, other: Step) -> Step:
    if step is None:
        return other
    return max(step, other, key=lambda one: (one.limit.power_milliwatt, one.ready_on, one.name))


def _less(limit: Room, draw: Draw) -> Room:
    liquid, units = limit.liquid_milliwatt, limit.units
    return Room(
        limit.power_milliwatt - draw.power_milliwatt,
        None if liquid is None else liquid - draw.liquid_milliwatt,
        None if units is None else units - draw.units,
    )


def _least_to_come(left: Sequence[Room]) -> list[Room]:
    least = [left[-1]]
    for room in reversed(left[:-1]):
        after = least[-1]
        least.append(
            Room(
                min(room.power_milliwatt, after.power_milliwatt),
                _lower(room.liquid_milliwatt, after.liquid_milliwatt),
                _lower(room.units, after.units),
            )
        )
    return least[::-1]


def _lower(one: int | None, other: int | None) -> int | None:
    given = [value for value in (one, other) if value is not None]
    return min(given, default=None)


def _steps(world: World) -> dict[str, list[Step]]:
    """Return the steps of each site in the order (ready_on, power, step)."""
    rows = world.table("readiness")
    ordered = sorted(
        zip(
            rows["ready_on"].to_list(),
            millionths(rows["power_kw"]),
            rows["step"].to_list(),
            rows["site"].to_list(),
            millionths_or_none(rows["liquid_kw"]),
            rows["units_at_most"].to_list(),
            strict=True,
        ),
        key=lambda row: row[:4],
    )
    steps: dict[str, list[Step]] = {}
    for ready_on, power, name, site, liquid_given, units_given in ordered:
        before = steps.setdefault(site, [])
        given = before[-1].limit if before else NO_STEP
        limit = Room(
            power,
            given.liquid_milliwatt if liquid_given is None else liquid_given,
            given.units if units_given is None else units_given,
        )
        before.append(Step(name=name, ready_on=ready_on, limit=limit))
    return steps


def _kinds(frame: pl.DataFrame, *, key: str, column: str, empty: frozenset[str]) -> dict[str, frozenset[str]]:
    return {name: frozenset(kinds or ()) or empty for name, kinds in frame.select(key, column).iter_rows()}


def _fleet(world: World) -> Iterable[tuple[str, str, int, dt.date, dt.date | None]]:
    columns = ("site", "sku", "quantity", "since_on", "until_on")
    return world.table("fleet").select(columns).iter_rows()


def _shipments(world: World) -> Iterable[tuple[str, str, int, dt.date, dt.date | None]]:
    columns = ("site", "sku", "quantity", "shipped_on", "live_on")
    return world.table("shipments").select(columns).iter_rows()
