"""Why units are short or late as booked: nobody booked them, or a move that would bring them waits for a decision.

Source: ``docs/concepts/allocation.md``, A28 and A51.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from apportion.engine.booked import Booked, left_of_lots
from apportion.engine.explain import NOT_BOOKED, NOT_DECIDED, Shortage
from apportion.engine.problem import MILLION, Order, Problem
from apportion.model.accepts import accepted
from apportion.model.world import World


@dataclass(slots=True)
class Waiting:
    """What moves that nobody has decided would bring to one order.

    Attributes:
        by_day: Ordered units in 10⁻¹², by the day they would ship.
        proposals: The proposals that would bring them.
    """

    by_day: dict[dt.date, int] = field(default_factory=lambda: defaultdict(int))
    proposals: set[str] = field(default_factory=set)

    def before(self, day: dt.date | None) -> int:
        """Return the ordered units it would have brought before a day; None: in all."""
        return sum(units for on, units in self.by_day.items() if day is None or on < day)


def read_waiting(world: World, problem: Problem) -> dict[int, Waiting]:
    """Return by order what undecided moves would bring: of each lot no more than shipments left of it.

    A lot that is booked for the order already would bring it nothing, nor would one of a SKU it does not accept, or
    one that arrives after the plan.
    """
    rows = world.table("undecided")
    if not len(rows):
        return {}
    lots = {row["lot"]: row for row in world.table("supply").iter_rows(named=True)}
    orders = {row["order"]: row for row in world.table("orders").iter_rows(named=True)}
    wanted: dict[tuple[str, str], int] = defaultdict(int)
    named: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows.iter_rows(named=True):
        key = row["order"], row["lot"]
        wanted[key] += row["quantity"]
        named[key].add(row["proposal"])
    calendar, left = world.settings.calendar, left_of_lots(world)
    waiting: dict[int, Waiting] = defaultdict(Waiting)
    for (name, lot), quantity in wanted.items():
        if name not in problem.by_id or lot not in lots:  # A view may hide either.
            continue
        order, row = problem.by_id[name], lots[lot]
        rate = next((one.rate for one in accepted(orders[name]) if one.sku == row["sku"]), 0)
        units = min(quantity, left[lot])
        if row["reserved_for"] == name or row["arrives_on"] >= calendar.end_on or not (rate and units):
            continue
        waiting[order.index].by_day[max(row["arrives_on"], calendar.start_on)] += units * rate * MILLION
        waiting[order.index].proposals |= named[name, lot]
    return waiting


def booked_shortages(world: World, problem: Problem, *, booked: Iterable[Booked]) -> Iterator[Shortage]:
    """Yield the reasons of every order that is short or late as booked, by order and then by reason's rank."""
    lots: dict[int, list[Booked]] = defaultdict(list)
    for one in booked:
        lots[one.order].append(one)
    waiting = read_waiting(world, problem)
    for order in sorted(problem.orders, key=lambda one: one.order):
        if order.wants:
            own = waiting.get(order.index, Waiting()) if order.is_planned else Waiting()
            wanted_on = problem.wanted_on(order)
            yield from _of(order, lots.get(order.index, ()), waiting=own, wanted_on=wanted_on)


def _of(
    order: Order, lots: Sequence[Booked], *, waiting: Waiting, wanted_on: dt.date | None
) -> Iterator[Shortage]:
    short = order.wants - sum(one.units * one.rate for one in lots)
    undecided = min(short, waiting.before(None)) if short >= order.least_open else 0
    late = _late(lots, waiting=waiting, wanted_on=wanted_on)
    named = f"proposal {'|'.join(sorted(waiting.proposals))}"
    reasons = ((NOT_DECIDED, undecided, named), (NOT_BOOKED, short - undecided, ""))
    for reason, units, resource in reasons:
        if max(units, late[reason]) >= order.least_open:
            yield Shortage(
                order=order.index,
                reason=reason,
                short=units if units >= order.least_open else 0,
                late=late[reason],
                resource=resource,
                until_on=None,
                remedy="",
            )


def _late(lots: Iterable[Booked], *, waiting: Waiting, wanted_on: dt.date | None) -> Mapping[str, int]:
    """Return the late ordered units by reason.

    The n-th unit filled waits for a decision if what the order has before the day it ships, and what undecided moves
    would have brought it by then, are n together.
    """
    late: dict[dt.date, int] = defaultdict(int)
    for one in lots:
        if wanted_on is not None and one.day > wanted_on:
            late[one.day] += one.units * one.rate
    found = {NOT_DECIDED: 0, NOT_BOOKED: 0}
    for day, units in late.items():
        undecided = min(units, waiting.before(day))
        found[NOT_DECIDED] += undecided
        found[NOT_BOOKED] += units - undecided
    return found
