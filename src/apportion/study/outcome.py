"""What a future comes to: who receives which units where, which of them run, and since when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from apportion.model.room import Rooms
from apportion.model.world import World
from apportion.study.book import Part
from apportion.study.entries import Entry, EntryMaker, Horizon, in_stock_order, read_horizon
from apportion.study.replay import Switch, count_days, walk_sites
from apportion.study.stock import Held, Receiver, count_held


class HeldCount(Protocol):
    """What counts the days that units wait in the supplier's stock."""

    def __call__(self, world: World, entries: Sequence[Entry], *, horizon: Horizon) -> Held:
        """Return them."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One future of the lots in a scope.

    Attributes:
        entries: What ships, in the order in which it leaves the stock.
        switches: What goes live at the site it ships to.
        held: Unit-days in the supplier's stock, in millionths.
        horizon: The days counted.
    """

    entries: Sequence[Entry]
    switches: Sequence[Switch]
    held: Held
    horizon: Horizon

    def days(self) -> Mapping[Receiver, Sequence[int]]:
        """Return millionths of unit-days held, in transit, idle and live by party, site and SKU."""
        return count_days(self.entries, self.switches, held=self.held, horizon=self.horizon)

    def live_days(self) -> dict[str, int]:
        """Return millionths of live unit-days by party."""
        live: dict[str, int] = {}
        for switch in self.switches:
            party = switch.entry.party
            live[party] = live.get(party, 0) + switch.units * self.horizon.days_from(switch.day)
        return live

    def all_live_days(self) -> int:
        """Return millionths of live unit-days of all parties."""
        return sum(self.live_days().values())


def entries_of(parts: Iterable[Part], *, maker: EntryMaker) -> list[Entry]:
    """Return the entries of what each order receives of each lot."""
    return in_stock_order(
        maker.entry(part.order, lot=part.lot, sku=part.sku, site=part.site, ships=part.day, units=part.units)
        for part in parts
    )


def outcome_of(
    world: World, entries: Sequence[Entry], *, rooms: Rooms, held: HeldCount = count_held
) -> Outcome:
    """Return what becomes of entries.

    Args:
        world: The facts of the scope: its lots and no other.
        entries: What ships, in the order in which it leaves the stock.
        rooms: The room of the world's sites.
        held: What counts the days in stock: first in, first out, or by the lot that each entry names.
    """
    horizon = read_horizon(world)
    return Outcome(
        entries=tuple(entries),
        switches=tuple(walk_sites(entries, rooms=rooms, horizon=horizon)),
        held=held(world, entries, horizon=horizon),
        horizon=horizon,
    )
