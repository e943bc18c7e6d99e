"""What happens to units after they ship: they travel, wait for power, and work.

A unit arrives at its site `lead_days` after it ships. Each day the queue of a site, by (arrival, canonical
order, lot), is walked: a unit that does not fit the room of that day and all later ones, whose customer may
not use the site, or that the site cannot cool, is passed over; a live unit is never switched off. So a unit
is on each day held (in the supplier's stock), in transit or commissioning, idle (delivered, dark) or live; a
start day counts, an end day does not.

    allocations → entries → the walk of each site on the days that matter → unit-days and step series

Readiness is always on, whatever the policy of the plan. An entry of whole units goes live in whole units, any
other in millionths.

Source: ``docs/concepts/allocation.md``, "What is feasible".
"""

from __future__ import annotations

import datetime as dt
import heapq
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import polars as pl

from apportion.model.columns import NUMBER
from apportion.model.plan import MILLION
from apportion.model.room import NO_DRAW, Draw, Room, Rooms, SiteRoom, read_rooms
from apportion.model.world import World
from apportion.study.entries import Entry, Horizon, read_entries, read_horizon
from apportion.study.frames import frame_of, in_units
from apportion.study.stock import Held, Receiver, count_held

DAYS = {
    "party": pl.String,
    "site": pl.String,
    "sku": pl.String,
    "held_gpu_days": NUMBER,
    "transit_gpu_days": NUMBER,
    "idle_gpu_days": NUMBER,
    "live_gpu_days": NUMBER,
}
LIVE = {
    "party": pl.String,
    "site": pl.String,
    "sku": pl.String,
    "day_on": pl.Date,
    "live_units": NUMBER,
    "delivered_units": NUMBER,
}
MILESTONES = {"party": pl.String, "site": pl.String, "first_live_on": pl.Date, "all_live_on": pl.Date}
TOTALS = {
    "sku": pl.String,
    "held_gpu_days": NUMBER,
    "unshipped_gpu_days": NUMBER,
    "transit_gpu_days": NUMBER,
    "idle_gpu_days": NUMBER,
    "live_gpu_days": NUMBER,
}


@dataclass(frozen=True, kw_only=True)
class Replay:
    """What a plan comes to in days; unit-days of each SKU are counted over [start_on, end_on).

    Attributes:
        days: Unit-days of each state by party, site and SKU of what ships.
        live: Units live and delivered so far, by party, site and SKU, on each day on which either changes.
        milestones: By party and site the first day with a live unit, and the first on which all that the plan
            ships there are live; empty where that is not before the end.
        totals: Unit-days of each state by SKU, the stock that never ships (`unshipped_gpu_days`) counted in
            `held_gpu_days`.
    """

    days: pl.DataFrame
    live: pl.DataFrame
    milestones: pl.DataFrame
    totals: pl.DataFrame


class Switch(NamedTuple):
    """Units of an entry, in millionths, that go live on one day."""

    entry: Entry
    day: int
    units: int


@dataclass(slots=True)
class _Walk:
    """The queue of one site, kept by kind: once an entry of a kind fails, all later ones of it fail too.

    Attributes:
        room: Room and lead of the site.
        used: What live units take, in millionths of milliwatts and of units.
        waiting: What of each entry waits, as [place in the queue, entry, millionths], by kind.
        switches: What went live.
    """

    room: SiteRoom
    used: Draw = NO_DRAW
    waiting: dict[tuple[Draw, int], deque[tuple[int, Entry, int]]] = field(default_factory=dict)
    switches: list[Switch] = field(default_factory=list)

    def walk(self, day: int) -> None:
        """Switch on all that fits from `day` on, in the order of the queue."""
        room = self.room.room_from(dt.date.fromordinal(day))
        heads = [(line[0][0], kind) for kind, line in self.waiting.items() if line]
        heapq.heapify(heads)
        while heads:
            _, kind = heapq.heappop(heads)
            line = self.waiting[kind]
            place, entry, waiting = line[0]
            units = part_that_fits(waiting, room=room, draw=entry.draw, used=self.used)
            units -= units % entry.grain
            if units:
                self.used = self.used.plus(entry.draw.times(units))
                self.switches.append(Switch(entry, day, units))
            if units < waiting:
                line[0] = (place, entry, waiting - units)
                continue
            line.popleft()
            if line:
                heapq.heappush(heads, (line[0][0], kind))


def replay(world: World, allocations: pl.DataFrame) -> Replay:
    """Return what happens to the units of a plan after they ship.

    Args:
        world: The facts.
        allocations: What ships: order, sku, site, round_on (the day) and units; lot where it is known.
    """
    rooms = read_rooms(world)
    horizon = read_horizon(world)
    entries = read_entries(world, allocations, rooms=rooms)
    switches = walk_sites(entries, rooms=rooms, horizon=horizon)
    held = count_held(world, entries, horizon=horizon)
    days = count_days(entries, switches, held=held, horizon=horizon)
    return Replay(
        days=_days_frame(days),
        live=_live_frame(entries, switches, horizon=horizon),
        milestones=_milestones_frame(entries, switches),
        totals=_totals_frame(days, held=held),
    )


def walk_sites(entries: Iterable[Entry], *, rooms: Rooms, horizon: Horizon) -> list[Switch]:
    """Return what goes live at every site before the end of the horizon."""
    by_site: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.is_usable and entry.arrives < horizon.end:
            by_site[entry.site].append(entry)
    switches: list[Switch] = []
    for site, queue in by_site.items():
        queue.sort(key=lambda entry: (entry.arrives, entry.place))
        switches.extend(_walk_site(rooms.sites[site], queue=queue, horizon=horizon))
    return switches


def _walk_site(room: SiteRoom, *, queue: Sequence[Entry], horizon: Horizon) -> list[Switch]:
    """Return what goes live at one site.

    A walk is due when units arrive or room rises; on any other day whoever did not fit still does not.
    """
    walk = _Walk(room)
    changes = {day.toordinal() for day in room.change_days()} | {entry.arrives for entry in queue}
    arrived = 0
    for day in sorted(day for day in changes if queue[0].arrives <= day < horizon.end):
        while arrived < len(queue) and queue[arrived].arrives <= day:
            entry = queue[arrived]
            walk.waiting.setdefault(entry.kind, deque()).append((arrived, entry, entry.units))
            arrived += 1
        walk.walk(day)
    return walk.switches


def part_that_fits(wanted: int, *, room: Room, draw: Draw, used: Draw) -> int:
    """Return how many of the millionths of a unit wanted the room still takes."""
    limits = zip(room, draw, used, strict=True)
    fits = [(limit * MILLION - taken) // each for limit, each, taken in limits if limit is not None and each]
    return max(0, min(wanted, *fits)) if fits else wanted


def count_days(
    entries: Sequence[Entry], switches: Sequence[Switch], *, held: Held, horizon: Horizon
) -> dict[Receiver, list[int]]:
    """Return the unit-days held, in transit, idle and live of each receiver, in millionths."""
    days: dict[Receiver, list[int]] = {}
    for entry in entries:
        row = days.setdefault((entry.party, entry.site, entry.sku), [0, 0, 0, 0])
        row[1] += entry.units * horizon.days_between(entry.ships, entry.arrives)
        row[2] += entry.units * horizon.days_from(entry.arrives)
    for switch in switches:
        entry = switch.entry
        row = days[entry.party, entry.site, entry.sku]
        live = switch.units * horizon.days_from(switch.day)
        row[2] -= live
        row[3] += live
    for receiver, units in held.by_receiver.items():
        days[receiver][0] = units
    return days


def _days_frame(days: Mapping[Receiver, Sequence[int]]) -> pl.DataFrame:
    rows = [(*receiver, *(in_units(value) for value in days[receiver])) for receiver in sorted(days)]
    return frame_of(rows, columns=DAYS)


def _totals_frame(days: Mapping[Receiver, Sequence[int]], *, held: Held) -> pl.DataFrame:
    totals: dict[str, list[int]] = {sku: [units, units, 0, 0, 0] for sku, units in held.unshipped.items()}
    for (_, _, sku), (in_stock, transit, idle, live) in days.items():
        row = totals.setdefault(sku, [0, 0, 0, 0, 0])
        for column, units in ((0, in_stock), (2, transit), (3, idle), (4, live)):
            row[column] += units
    rows = [(sku, *(in_units(value) for value in totals[sku])) for sku in sorted(totals)]
    return frame_of(rows, columns=TOTALS)


def _live_frame(entries: Iterable[Entry], switches: Iterable[Switch], *, horizon: Horizon) -> pl.DataFrame:
    changes: dict[tuple[Receiver, int], list[int]] = defaultdict(lambda: [0, 0])
    for entry in entries:
        if entry.arrives < horizon.end:
            changes[(entry.party, entry.site, entry.sku), entry.arrives][1] += entry.units
    for switch in switches:
        entry = switch.entry
        changes[(entry.party, entry.site, entry.sku), switch.day][0] += switch.units
    rows = []
    so_far: dict[Receiver, list[int]] = defaultdict(lambda: [0, 0])
    for receiver, day in sorted(changes):
        live, delivered = changes[receiver, day]
        count = so_far[receiver]
        count[0] += live
        count[1] += delivered
        rows.append((*receiver, dt.date.fromordinal(day), in_units(count[0]), in_units(count[1])))
    return frame_of(rows, columns=LIVE)


def _milestones_frame(entries: Iterable[Entry], switches: Iterable[Switch]) -> pl.DataFrame:
    missing: dict[tuple[str, str], int] = defaultdict(int)
    first: dict[tuple[str, str], int] = {}
    last: dict[tuple[str, str], int] = {}
    for entry in entries:
        missing[entry.party, entry.site] += entry.units
    for entry, day, units in switches:
        place = (entry.party, entry.site)
        missing[place] -= units
        first[place] = min(day, first.get(place, day))
        last[place] = max(day, last.get(place, day))
    rows = [
        (*place, _date(first.get(place)), None if missing[place] else _date(last.get(place)))
        for place in sorted(missing)
    ]
    return frame_of(rows, columns=MILESTONES)


def _date(day: int | None) -> dt.date | None:
    return None if day is None else dt.date.fromordinal(day)
