"""The supplier's stock: which units wait there, how long, and for whom. First in, first out.

What shipments took is gone before: from their own lot, or first in, first out where none is named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from apportion.model.plan import MILLION
from apportion.model.world import World
from apportion.study.entries import Entry, Horizon

Receiver = tuple[str, str, str]


@dataclass(slots=True)
class Stack:
    """What is left of one lot.

    Attributes:
        lot: Its id.
        sku: What it is.
        arrives: The day it can be shipped from, as an ordinal.
        units: Millionths of a unit that are left.
    """

    lot: str
    sku: str
    arrives: int
    units: int

    def take(self, units: int) -> int:
        """Take at most so many millionths out and return how many."""
        taken = min(units, self.units)
        self.units -= taken
        return taken


@dataclass(frozen=True, slots=True)
class Held:
    """Unit-days in the supplier's stock, in millionths.

    Attributes:
        by_receiver: Of what ships, by party, site and SKU.
        unshipped: Of what never ships, by SKU.
    """

    by_receiver: dict[Receiver, int] = field(default_factory=dict)
    unshipped: dict[str, int] = field(default_factory=dict)


def count_held(world: World, entries: Sequence[Entry], *, horizon: Horizon) -> Held:
    """Return the days that units wait in the supplier's stock.

    Args:
        world: The facts: lots and shipments.
        entries: The plan in the order in which it leaves the stock.
        horizon: The days counted.

    Units that no lot covers any more (a plan made by hand may ship more than there is) are held no day; so
    are units of a lot that arrives only after they ship.
    """
    stock = stock_after_shipments(world)
    held = Held()
    oldest = dict.fromkeys(stock, 0)
    for entry in entries:
        stacks = stock.get(entry.sku, [])
        wanted, days, position = entry.units, 0, oldest.get(entry.sku, 0)
        while wanted and position < len(stacks):
            stack = stacks[position]
            taken = stack.take(wanted)
            wanted -= taken
            days += taken * horizon.days_between(stack.arrives, entry.ships)
            if not stack.units:
                position += 1
        if stacks:
            oldest[entry.sku] = position
        receiver = (entry.party, entry.site, entry.sku)
        held.by_receiver[receiver] = held.by_receiver.get(receiver, 0) + days
    return _with_unshipped(held, stock, horizon=horizon)


def count_held_of_lots(world: World, entries: Sequence[Entry], *, horizon: Horizon) -> Held:
    """Return the days that units wait in the supplier's stock, where every entry names the lot it comes from.

    Args:
        world: The facts: lots and shipments.
        entries: What ships, of each lot no more than it has left.
        horizon: The days counted.
    """
    stock = stock_after_shipments(world)
    by_lot = {stack.lot: stack for stacks in stock.values() for stack in stacks}
    held = Held()
    for entry in entries:
        stack = by_lot[entry.lot]
        days = stack.take(entry.units) * horizon.days_between(stack.arrives, entry.ships)
        receiver = (entry.party, entry.site, entry.sku)
        held.by_receiver[receiver] = held.by_receiver.get(receiver, 0) + days
    return _with_unshipped(held, stock, horizon=horizon)


def _with_unshipped(held: Held, stock: Mapping[str, list[Stack]], *, horizon: Horizon) -> Held:
    for sku, stacks in stock.items():
        held.unshipped[sku] = sum(stack.units * horizon.days_from(stack.arrives) for stack in stacks)
    return held


def stock_after_shipments(world: World) -> Mapping[str, list[Stack]]:
    """Return the lots of each SKU, the oldest first, without what shipments took."""
    stock: dict[str, list[Stack]] = {}
    lots = world.table("supply").select("lot", "sku", "arrives_on", "quantity").iter_rows()
    for lot, sku, arrives_on, quantity in lots:
        stock.setdefault(sku, []).append(Stack(lot, sku, arrives_on.toordinal(), quantity * MILLION))
    for stacks in stock.values():
        stacks.sort(key=lambda stack: (stack.arrives, stack.lot))
    by_lot = {stack.lot: stack for stacks in stock.values() for stack in stacks}
    gone: dict[str, int] = dict.fromkeys(stock, 0)
    for lot, sku, quantity in world.table("shipments").select("lot", "sku", "quantity").iter_rows():
        units, stack = quantity * MILLION, by_lot.get(lot)
        taken = stack.take(units) if stack is not None and stack.sku == sku else 0
        gone[sku] = gone.get(sku, 0) + units - taken
    # What no lot is named for comes after, so that the order of the rows changes nothing.
    for sku, stacks in stock.items():
        for stack in stacks:
            gone[sku] -= stack.take(gone[sku])
    return stock
