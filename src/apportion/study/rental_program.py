"""The cheapest contracts as a program: which steps of which offer run on which days, so that a target is covered.

Rows are amounts over runs of days, in reference-unit-days: own pools, held needs, work, and what is rented. An
offer by the day has a column for each run of days; one with a shortest term has a column for each span of days that
it is given. The program without whole columns gives the prices of the lower bound.

Source: ``docs/concepts/assessment.md``, "Programmes and rentals".
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil

from apportion.study.capacity import PARTS
from apportion.study.gap import Cover, Gap
from apportion.study.offers import Contract, Offer
from apportion.study.solver import Program, Solved

Span = tuple[int, int]
_ALMOST = 1e-6  # What the solver means by a whole number.


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What the relaxed program says that units are worth, in USD for a reference-unit-day, by run of days.

    Attributes:
        rented: Of what is rented.
        least: Of renting no less than held needs want of whole steps.
        held: Of a held need, by ask.
        work: Of work, by ask.
        limits: Of the most that work can use, by ask.
    """

    rented: dict[range, float] = field(default_factory=dict)
    least: dict[range, float] = field(default_factory=dict)
    held: dict[tuple[int, range], float] = field(default_factory=dict)
    work: dict[int, float] = field(default_factory=dict)
    limits: dict[tuple[int, range], float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RentalTerms:
    """What is to be covered, and with what.

    Attributes:
        gap: What is asked, and own units.
        target: How much of it is to be covered.
        offers: What can be rented.
        cells: Runs of days on which nothing changes; contracts by the day begin and end between them.
        least: Parts a day that held needs want to be rented at the least, by run of days.
    """

    gap: Gap
    target: Cover
    offers: Sequence[Offer]
    cells: Sequence[range]
    least: Mapping[range, int]

    def held(self, place: int, cell: range) -> int:
        """Return the parts a day that a held need is to be covered with."""
        return next(
            amount
            for (one, wider), amount in self.target.held.items()
            if one == place and cell.start in wider
        )


class RentalProgram:
    """The program of one gap.

    Args:
        terms: What is asked, own units, and what can be rented.
        spans: By place of an offer with a shortest term, the first day and the day after a contract of it.
    """

    def __init__(self, terms: RentalTerms, spans: Mapping[int, Collection[Span]]) -> None:
        self._terms = terms
        self._gap, self._target, self._cells = terms.gap, terms.target, terms.cells
        self._program = Program()
        self._rented_rows = {cell: self._program.add_row(lower=0) for cell in terms.cells}
        self._least_rows = {
            cell: self._program.add_row(lower=_amount(parts, cell))
            for cell, parts in terms.least.items()
            if parts
        }
        self._held_rows: dict[tuple[int, range], int] = {}
        self._work_rows: dict[int, int] = {}
        self._limit_rows: dict[tuple[int, range], int] = {}
        self._columns: dict[int, Contract] = {}
        self._add_asks()
        for place, offer in enumerate(terms.offers):
            self._add_offer(offer, sorted(spans.get(place, ())))

    @property
    def width(self) -> int:
        """Return the number of columns."""
        return len(self._program.costs)

    def relaxed(self) -> tuple[Prices, list[Contract]] | None:
        """Return the prices, and the contracts that rounding up gives; None where the solver finds no answer."""
        solved = self._program.solve_relaxed()
        if solved is None:
            return None
        prices = Prices(
            rented={cell: max(0.0, solved.prices[row]) for cell, row in self._rented_rows.items()},
            least={cell: max(0.0, solved.prices[row]) for cell, row in self._least_rows.items()},
            held={key: max(0.0, solved.prices[row]) for key, row in self._held_rows.items()},
            work={place: max(0.0, solved.prices[row]) for place, row in self._work_rows.items()},
            limits={key: max(0.0, -solved.prices[row]) for key, row in self._limit_rows.items()},
        )
        return prices, self._contracts(solved)

    def whole(self, *, most_nodes: int) -> list[Contract] | None:
        """Return the best contracts found within so many nodes; None where the solver finds none."""
        for column, one in self._columns.items():
            if one.offer.least_steps > 1:
                self._add_fewest(column, one)
        solved = self._program.solve_whole(most_nodes=most_nodes)
        return None if solved is None else self._contracts(solved)

    def _add_asks(self) -> None:
        program = self._program
        for place, ask in enumerate(self._gap.asks):
            if ask.work is not None:
                self._work_rows[place] = program.add_row(lower=self._target.work[place] / PARTS)
        for cell in self._cells:
            takers = [place for place, ask in enumerate(self._gap.asks) if cell.start in ask.window]
            for place in takers:
                ask = self._gap.asks[place]
                if ask.work is None:
                    target = self._terms.held(place, cell)
                    self._held_rows[place, cell] = program.add_row(lower=_amount(target, cell))
                elif ask.most is not None:
                    self._limit_rows[place, cell] = program.add_row(upper=_amount(ask.most, cell))
                program.add_column({**self._used(place, cell), self._rented_rows[cell]: -1.0})
            for pool in self._gap.pools:
                parts = pool.on(cell.start)
                own = [place for place in takers if place in pool.takers]
                if parts and own:
                    row = program.add_row(upper=_amount(parts, cell))
                    for place in own:
                        program.add_column({**self._used(place, cell), row: 1.0})

    def _used(self, place: int, cell: range) -> dict[int, float]:
        """Return the entries of a unit that a programme uses."""
        if place not in self._work_rows:
            return {self._held_rows[place, cell]: 1.0}
        limits = {self._limit_rows[place, cell]: 1.0} if (place, cell) in self._limit_rows else {}
        return {self._work_rows[place]: 1.0, **limits}

    def _add_offer(self, offer: Offer, spans: Sequence[Span]) -> None:
        by_day = offer.least_days == 1
        rows = {} if by_day else {cell: self._program.add_row(upper=offer.most_steps) for cell in self._cells}
        step = offer.step_parts / PARTS
        for first, until in self._cells_of(offer) if by_day else spans:
            entries: dict[int, float] = {}
            for cell in self._cells:
                if first <= cell.start < until:
                    amount = step * len(cell)
                    entries[self._rented_rows[cell]] = amount
                    if cell in self._least_rows:
                        entries[self._least_rows[cell]] = amount
                    if rows:
                        entries[rows[cell]] = 1.0
            column = self._program.add_column(
                entries,
                cost=float(offer.usd_a_day * offer.step_units * (until - first)),
                upper=offer.most_steps,
                is_whole=True,
            )
            self._columns[column] = Contract(offer=offer, first=first, until=until, steps=0)

    def _cells_of(self, offer: Offer) -> Iterator[tuple[int, int]]:
        for cell in self._cells:
            if offer.first <= cell.start and cell.stop <= offer.until:
                yield cell.start, cell.stop

    def _add_fewest(self, column: int, one: Contract) -> None:
        """Let a column be 0 or no less than its offer's fewest steps."""
        offer, program = one.offer, self._program
        above = program.add_row(lower=0)
        below = program.add_row(upper=0)
        program.entries[column] = {**program.entries[column], above: 1.0, below: 1.0}
        program.add_column(
            {above: -float(offer.least_steps), below: -float(offer.most_steps)}, upper=1, is_whole=True
        )

    def _contracts(self, solved: Solved) -> list[Contract]:
        found = []
        for column, one in self._columns.items():
            steps = min(ceil(solved.values[column] - _ALMOST), one.offer.most_steps)
            if steps > 0:
                steps = max(steps, one.offer.least_steps)
                found.append(Contract(offer=one.offer, first=one.first, until=one.until, steps=steps))
        return found


def _amount(parts: int, cell: range) -> float:
    """Return parts a day over some days in reference-unit-days."""
    return parts * len(cell) / PARTS
