"""The second reading: units may also go live at the other sites of the party that received them.

The first reading asks what runs where it was sent. This one tests the excuse that there was no room: a unit that
is dark at its site goes live at another site of its party, in whole units, where the power of that day and all
later days exceeds the fleet there. Fleet rows of basis `claim` take no room, since they may be these very units;
what the reading rests on is named.

Source: ``docs/concepts/assessment.md``, "The second reading".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from apportion.model.plan import MILLION
from apportion.model.room import NO_DRAW, Draw, Rooms, read_rooms
from apportion.model.world import World
from apportion.study.entries import Entry, Horizon
from apportion.study.replay import part_that_fits

CLAIM = "claim"


@dataclass(frozen=True, slots=True)
class Placed:
    """Units of an entry, in millionths, that go live on a day at a site of its party."""

    entry: Entry
    site: str
    day: int
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """Where units may go live beside the site they were sent to.

    Attributes:
        rooms: The room of every site by the first reading.
        spare: The same, fleet rows of basis `claim` taking none.
        of_party: The sites of each party, by name.
    """

    rooms: Rooms
    spare: Rooms
    of_party: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A row that the second reading rests on.

    Attributes:
        table: Its table.
        name: What it is, e.g. site and step.
        basis: How it is known; empty: not said.
        evidence: Ids of evidence.
        is_left_out: Whether it was left out (a claimed fleet) and not relied on (a ready step).
    """

    table: str
    name: str
    basis: str
    evidence: tuple[str, ...]
    is_left_out: bool


def read_elsewhere(world: World, *, rooms: Rooms) -> Elsewhere:
    """Return where units of each party may go live; a site is its party's if it names it as user or operator."""
    of_party: dict[str, list[str]] = {}
    for site, operator, users in world.table("sites").select("site", "operator", "users").iter_rows():
        for party in dict.fromkeys([*(users or ()), *([] if users else [operator])]):
            of_party.setdefault(party, []).append(site)
    spare = read_rooms(_without_claimed_fleet(world)) if _claimed_fleet(world).height else rooms
    return Elsewhere(
        rooms=rooms, spare=spare, of_party={party: sorted(sites) for party, sites in of_party.items()}
    )


def _claimed_fleet(world: World) -> pl.DataFrame:
    fleet = world.table("fleet")
    # Any table may carry a basis, and none must.
    return fleet.filter(pl.col("basis") == CLAIM) if "basis" in fleet.columns else fleet.clear()


def _without_claimed_fleet(world: World) -> World:
    fleet = world.table("fleet")
    kept = fleet.filter((pl.col("basis") != CLAIM).fill_null(value=True))
    return replace(world, tables={**world.tables, "fleet": kept})


def walk_everywhere(entries: Iterable[Entry], *, where: Elsewhere, horizon: Horizon) -> list[Placed]:
    """Return what goes live at any site of the party that received it, before the end of the horizon."""
    walk = _Walk(where)
    queue = sorted(
        (entry for entry in entries if entry.arrives < horizon.end),
        key=lambda entry: (entry.arrives, entry.place),
    )
    changes = {entry.arrives for entry in queue}
    for rooms in (where.rooms, where.spare):
        changes.update(day.toordinal() for room in rooms.sites.values() for day in room.change_days())
    arrived = 0
    for day in sorted(day for day in changes if day < horizon.end):
        while arrived < len(queue) and queue[arrived].arrives <= day:
            walk.add(queue[arrived])
            arrived += 1
        walk.walk(day)
    return walk.placed


class _Walk:
    """All units that wait, whichever site they were sent to."""

    def __init__(self, where: Elsewhere) -> None:
        self._where = where
        self._used: dict[str, Draw] = {}
        self._waiting: dict[Entry, int] = {}
        self.placed: list[Placed] = []

    def add(self, entry: Entry) -> None:
        """Let what has arrived wait."""
        self._waiting[entry] = self._waiting.get(entry, 0) + entry.units

    def walk(self, day: int) -> None:
        """Switch on what fits where it was sent, then what fits elsewhere."""
        for entry in self._waiting:
            if entry.is_usable:
                self._place(entry, rooms=self._where.rooms, site=entry.site, day=day, grain=entry.grain)
        for entry in self._waiting:
            for site in self._where.of_party.get(entry.party, ()):
                if site != entry.site and self._where.spare.is_cooled(entry.sku, site=site):
                    self._place(entry, rooms=self._where.spare, site=site, day=day, grain=MILLION)
        self._waiting = {entry: units for entry, units in self._waiting.items() if units}

    def _place(self, entry: Entry, *, rooms: Rooms, site: str, day: int, grain: int) -> None:
        room = rooms.sites[site].room_from(dt.date.fromordinal(day))
        draw, used = rooms.unit_draw(entry.sku, site=site), self._used.get(site, NO_DRAW)
        units = part_that_fits(self._waiting[entry], room=room, draw=draw, used=used)
        units -= units % grain
        if units:
            self._used[site] = used.plus(draw.times(units))
            self._waiting[entry] -= units
            self.placed.append(Placed(entry, site, day, units))


def grounds_of(world: World, placed: Iterable[Placed], *, where: Elsewhere) -> list[Ground]:
    """Return what the second reading rests on: the steps that power units elsewhere, and claimed fleet left out."""
    steps: set[tuple[str, str]] = set()
    for one in placed:
        if one.site != one.entry.site:
            step = where.spare.sites[one.site].step_in_force(dt.date.fromordinal(one.day))
            if step is not None:
                steps.add((one.site, step.name))
    grounds = [
        _ground("readiness", row, name=f"{row['site']} {row['step']}")
        for row in world.table("readiness").iter_rows(named=True)
        if (row["site"], row["step"]) in steps
    ]
    sites = {site for site, _ in steps}
    claimed = [row for row in _claimed_fleet(world).iter_rows(named=True) if row["site"] in sites]
    return [*grounds, *(_ground("fleet", row, name=row["holding"], is_left_out=True) for row in claimed)]


def _ground(table: str, row: Mapping[str, object], *, name: str, is_left_out: bool = False) -> Ground:
    evidence = row.get("evidence")
    return Ground(
        table=table,
        name=name,
        basis=str(row.get("basis") or ""),
        evidence=tuple(str(one) for one in evidence) if isinstance(evidence, list) else (),
        is_left_out=is_left_out,
    )
