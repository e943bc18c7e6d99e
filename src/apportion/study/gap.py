"""What the programmes of one party lack over a whole plan, and whether rented units make up for it.

The party's own units are shared anew over all days together, which may keep a deadline that sharing day by day
misses; so nothing is rented that sharing otherwise would do. Amounts are exact: the answer is a flow of whole
parts through (pool, run of days), held needs first, then work, each by deadline.

Source: ``docs/concepts/assessment.md``, "Programmes and rentals".
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from apportion.study.capacity import Capacity, Steps
from apportion.study.entries import Horizon
from apportion.study.flow import Flow
from apportion.study.offers import Contract, Offer
from apportion.study.sharing import Need, Programme

_END, _RENTED = "end", -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What one programme asks for.

    Attributes:
        programme: Whose it is.
        window: The days on which it counts.
        most: Parts a day: what is to be held, or the most that work can use; None: any.
        work: Parts of work; None: a held need.
    """

    programme: Programme
    window: range
    most: int | None
    work: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Own units that the same programmes accept.

    Attributes:
        takers: The places of those programmes among the asks.
        steps: The parts there are from each day on.
    """

    takers: frozenset[int]
    steps: Steps

    def on(self, day: int) -> int:
        """Return the parts there are on a day."""
        return next((parts for since, parts in reversed(self.steps) if since <= day), 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """How much of what is asked is there.

    Attributes:
        held: Parts a day, by ask and run of days.
        work: Parts, by ask.
    """

    held: Mapping[tuple[int, range], int]
    work: Mapping[int, int]


Rented = Callable[[range], int]  # Parts a day that are rented over a run of days.


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """The asks of one party and its own units.

    Attributes:
        asks: In the order in which they are served.
        pools: Own units.
        horizon: The days of the plan.
    """

    asks: Sequence[Ask]
    pools: Sequence[Pool]
    horizon: Horizon

    def cells(self, days: Iterable[int] = ()) -> list[range]:
        """Return the runs of days on which nothing changes; those between further `days` are told apart."""
        found = {self.horizon.start, self.horizon.end, *days}
        found |= {day for pool in self.pools for day, _ in pool.steps}
        found |= {day for ask in self.asks for day in (ask.window.start, ask.window.stop)}
        inside = sorted(day for day in found if self.horizon.start <= day <= self.horizon.end)
        return [range(first, until) for first, until in itertools.pairwise(inside)]

    def cover(self, cells: Sequence[range], rented: Rented) -> Cover:
        """Return how much of what is asked own and rented units cover, those before others first."""
        flow = self._network(cells, rented)
        held: dict[tuple[int, range], int] = {}
        work: dict[int, int] = {}
        for place, ask in enumerate(self.asks):
            if ask.work is not None:
                work[place] = flow.push(place, _END, most=ask.work)
                continue
            for cell in cells:
                if cell.start in ask.window:
                    most = (ask.most or 0) * len(cell)
                    held[place, cell] = flow.push((place, cell), _END, most=most) // len(cell)
        return Cover(held=held, work=work)

    def is_kept(self, target: Cover, contracts: Sequence[Contract]) -> bool:
        """Return whether own units and contracts cover what is targeted."""
        ends = {day for one in contracts for day in (one.first, one.until)}
        cells = self.cells(ends | {cell.start for _, cell in target.held})
        flow = self._network(cells, rented_by(contracts))
        steps = {
            (place, day): amount for (place, cell), amount in target.held.items() for day in (cell.start,)
        }
        starts = sorted({cell.start for _, cell in target.held})
        for place, ask in enumerate(self.asks):
            if ask.work is not None:
                if flow.push(place, _END, most=target.work[place]) < target.work[place]:
                    return False
                continue
            for cell in cells:
                if cell.start in ask.window:
                    since = max(day for day in starts if day <= cell.start)
                    most = steps[place, since] * len(cell)
                    if flow.push((place, cell), _END, most=most) < most:
                        return False
        return True

    def _network(self, cells: Sequence[range], rented: Rented) -> Flow:
        flow = Flow()
        everyone = frozenset(range(len(self.asks)))
        for cell in cells:
            amounts = [(place, pool.takers, pool.on(cell.start)) for place, pool in enumerate(self.pools)]
            amounts.append((_RENTED, everyone, rented(cell)))
            for pool, takers, parts in amounts:
                most = parts * len(cell)
                if not most:
                    continue
                flow.add(("pool", pool, cell), _END, most=most)
                for place in sorted(takers):
                    if cell.start in self.asks[place].window:
                        flow.add((place, cell), ("pool", pool, cell), most=most)
            for place, ask in enumerate(self.asks):
                if ask.work is not None and cell.start in ask.window:
                    most = ask.work if ask.most is None else ask.most * len(cell)
                    flow.add(place, (place, cell), most=most)
        return flow


def read_gap(programmes: Sequence[Programme], capacity: Capacity, *, horizon: Horizon) -> Gap:
    """Return what the programmes of one party ask for, and its own units.

    Work without a deadline in the plan asks for nothing: there is nothing to be kept.
    """
    asks = []
    for one in programmes:
        window = one.window(horizon)
        is_due = one.deadline is not None and one.deadline <= horizon.end
        if not window or one.need is Need.UNKNOWN or (one.need is Need.WORK and not is_due):
            continue
        asks.append(Ask(programme=one, window=window, most=one.units, work=one.work))
    merged: dict[frozenset[int], dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for site, steps in capacity.steps:
        takers = frozenset(place for place, ask in enumerate(asks) if ask.programme.accepts(site))
        before = 0
        for day, parts in steps:
            merged[takers][day] += parts - before
            before = parts
    pools = [Pool(takers=takers, steps=_summed(changes)) for takers, changes in merged.items() if takers]
    return Gap(asks=asks, pools=pools, horizon=horizon)


def _summed(changes: Mapping[int, int]) -> Steps:
    steps, parts = [], 0
    for day in sorted(changes):
        parts += changes[day]
        steps.append((day, parts))
    return tuple(steps)


def rented_by(contracts: Sequence[Contract]) -> Rented:
    """Return the parts a day that contracts give over runs of days that none of them begins or ends within."""

    def rented(cell: range) -> int:
        return sum(
            one.steps * one.offer.step_parts for one in contracts if one.first <= cell.start < one.until
        )

    return rented


def all_of(offers: Sequence[Offer]) -> list[Contract]:
    """Return the contracts that take all there is of some offers, as long as there is any."""
    return [Contract(offer=one, first=one.first, until=one.until, steps=one.most_steps) for one in offers]
