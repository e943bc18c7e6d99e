"""The cheapest contracts as a program: which steps of which offer run on which days, so that a target is covered.

Rows are amounts over runs of days, in reference-unit-days: own pools, held needs, work, and what is rented. An
offer by the day has a column for each run of days; one with a shortest term has a column for each span of days that
it is given, or columns that let its contracts begin and end on any day. The program without whole columns gives the
prices of the lower bound.

Source: ``docs/concepts/assessment.md``, "Programmes and rentals".
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil

from apportion.study.capacity import PARTS
from apportion.study.gap import Cover, Gap
from apportion.study.offers import Contract, Offer
from apportion.study.solver import INFINITE, Program, Solved

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxed:
    """What the program without whole columns gives.

    Attributes:
        prices: What units are worth.
        contracts: What rounding up gives, of the offers with columns for spans or by the day.
        spans: Over which days the other offers would run, by place.
    """

    prices: Prices
    contracts: list[Contract]
    spans: Mapping[int, Collection[Span]]


class RentalProgram:
    """The program of one gap.

    Args:
        terms: What is asked, own units, and what can be rented.
        spans: By place of an offer with a shortest term, the first day and the day after a contract of it. One that
            is not there may begin and end on any day, which is for `relaxed` alone.
        active: The days on which anything is asked.
    """

    def __init__(self, terms: RentalTerms, spans: Mapping[int, Collection[Span]], *, active: range) -> None:
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
        self._started: dict[int, tuple[range, list[int], list[int]]] = {}
        self._active = active
        self._add_asks()
        for place, offer in enumerate(terms.offers):
            if offer.least_days == 1 or place in spans:
                self._add_offer(offer, sorted(spans.get(place, ())))
            else:
                self._started[place] = self._add_any_day(offer)

    @property
    def width(self) -> int:
        """Return the number of columns."""
        return len(self._program.costs)

    def relaxed(self) -> Relaxed | None:
        """Return what is best where nothing need be whole; None where the solver finds no answer."""
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
        return Relaxed(prices=prices, contracts=self._contracts(solved), spans=self._spans_of(solved))

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

    def _add_any_day(self, offer: Offer) -> tuple[range, list[int], list[int]]:
        """Add an offer whose contracts may begin and end on any day, and return the days with their columns.

        Columns count the steps begun and those ended by each day, in all. What runs is begun and not ended; what
        has ended had begun a shortest term before. Days far from where anything is asked are left out.
        """
        program, term, step = self._program, offer.least_days, offer.step_parts / PARTS
        days = range(
            max(offer.first, min(self._active.start - term, offer.until - term)),
            min(offer.until, max(self._active.stop + term, offer.first + term)),
        )
        begun: list[int] = []
        ended: list[int] = []
        cells = {day: cell for cell in self._cells for day in cell}
        usd = float(offer.usd_a_day * offer.step_units)
        for index, day in enumerate(days):
            running = {program.add_row(lower=0, upper=offer.most_steps): 1.0}
            if day in cells:
                running[self._rented_rows[cells[day]]] = step
                if cells[day] in self._least_rows:
                    running[self._least_rows[cells[day]]] = step
            # None can begin that would not end in time, and none can end that has just begun.
            can_begin, can_end = index <= len(days) - term, index >= term
            rows = [program.add_row(lower=0) if index else -1, program.add_row(lower=0) if index else -1]
            for row, columns in zip(rows, (begun, ended), strict=True):
                if index:
                    program.add_entry(columns[-1], row=row, value=-1.0)
            after = {rows[0]: 1.0} if index else {}
            begun.append(program.add_column({**running, **after}, cost=usd))
            if not can_begin:
                program.row_uppers[rows[0]] = 0.0
            before = {rows[1]: 1.0} if index else {}
            less = {row: -value for row, value in running.items()}
            ended.append(
                program.add_column({**less, **before}, cost=-usd, upper=INFINITE if can_end else 0.0)
            )
            if can_end:
                row = program.add_row(lower=0)
                program.add_entry(begun[index - term], row=row, value=1.0)
                program.add_entry(ended[index], row=row, value=-1.0)
        return days, begun, ended

    def _spans_of(self, solved: Solved) -> dict[int, set[Span]]:
        """Return over which days contracts run, what began first ending first."""
        found: dict[int, set[Span]] = {}
        for place, (days, begun, ended) in self._started.items():
            starts = [solved.values[column] for column in begun]
            ends = [*(solved.values[column] for column in ended), starts[-1]]
            spans, first, until, done = set(), 0, 0, 0.0
            while done < starts[-1] - _ALMOST:
                while starts[first] <= done + _ALMOST:
                    first += 1
                while ends[until] <= done + _ALMOST:
                    until += 1
                spans.add((days.start + first, days.start + until))
                done = min(starts[first], ends[until])
            found[place] = spans
        return found

    def _add_fewest(self, column: int, one: Contract) -> None:
        """Let a column be 0 or no less than its offer's fewest steps."""
        offer, program = one.offer, self._program
        above = program.add_row(lower=0)
        below = program.add_row(upper=0)
        program.add_entry(column, row=above, value=1.0)
        program.add_entry(column, row=below, value=1.0)
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
