"""The cheapest contracts that keep every held need and every deadline of one party, and how cheap any could be.

    asks and own units → what all offers together could cover: the target
                       → contracts: rounded up from the relaxed program, or whole ones where that is dearer
                       → what is not needed is taken off again, in exact arithmetic
                       → what they leave uncovered, and a lower bound that does not trust the solver

Where not even all offers suffice, as much as possible is covered, those served first before others, and that as
cheaply as possible.

Source: ``docs/concepts/assessment.md``, "Programmes and rentals".
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import gcd, isqrt

from apportion.study.flow import Flow
from apportion.study.gap import Cover, Gap, all_of, rented_by
from apportion.study.offers import Contract, Offer, are_allowed
from apportion.study.rental_bound import lower_bound
from apportion.study.rental_program import RentalProgram, RentalTerms, Span

_DAILY = 45  # Up to so many days a contract may begin and end on any.
_MOST_CELLS = 60
_MOST_SPANS = 200
_MOST_ROUNDS = 4
_NODE_COLUMNS = 20_000  # Nodes of the search times columns of the program.
_FEWEST_NODES = 10
_NEAR_ENOUGH = Fraction(1_001, 1_000)  # No search for whole contracts that could save less.
_MOST_TRIMMED = 8
_MOST_ADDED = 3
_END = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class RentalPlan:
    """What one party would rent.

    Attributes:
        contracts: What is rented, by day and offer.
        usd: What that costs.
        lower_bound: What it costs at the least, proven.
        uncovered: Parts of reference-unit-days that all offers together cannot cover, by programme that asks.
    """

    contracts: Sequence[Contract]
    usd: Fraction
    lower_bound: Fraction
    uncovered: dict[str, int]

    @property
    def gap_percent(self) -> Fraction:
        """Return by how much cheaper it could be at the most, in percent of what it costs."""
        return Fraction(0) if not self.usd else (self.usd - self.lower_bound) / self.usd * 100


def plan_rentals(gap: Gap, offers: Sequence[Offer]) -> RentalPlan:
    """Return the cheapest contracts found that cover as much as all offers together could.

    Args:
        gap: What is asked, and own units.
        offers: What can be rented.
    """
    windows = [day for one in offers for day in (one.first, one.until)]
    cells = gap.cells(windows)
    target = gap.cover(cells, rented_by(all_of(offers)))
    uncovered = _uncovered(gap, target)
    if gap.is_kept(target, []):
        return RentalPlan(contracts=(), usd=Fraction(0), lower_bound=Fraction(0), uncovered=uncovered)
    contracts, bound = _Search(gap, target, offers=offers).cheapest()
    return RentalPlan(contracts=contracts, usd=_cost(contracts), lower_bound=bound, uncovered=uncovered)


def _uncovered(gap: Gap, target: Cover) -> dict[str, int]:
    missing = {ask.programme.programme: 0 for ask in gap.asks}
    for (place, cell), amount in target.held.items():
        ask = gap.asks[place]
        missing[ask.programme.programme] += ((ask.most or 0) - amount) * len(cell)
    for place, amount in target.work.items():
        ask = gap.asks[place]
        missing[ask.programme.programme] += (ask.work or 0) - amount
    return missing


def _cost(contracts: Iterable[Contract]) -> Fraction:
    return sum((one.usd for one in contracts), Fraction(0))


class _Search:
    """Looks for the cheapest contracts of one target."""

    def __init__(self, gap: Gap, target: Cover, *, offers: Sequence[Offer]) -> None:
        self._gap, self._target, self._offers = gap, target, offers
        self._active = range(
            min(ask.window.start for ask in gap.asks), max(ask.window.stop for ask in gap.asks)
        )
        self._days = self._days_of_change()
        self._spans = {
            place: self._first_spans(one) for place, one in enumerate(offers) if one.least_days > 1
        }

    def cheapest(self) -> tuple[list[Contract], Fraction]:
        """Return the cheapest contracts found, and the bound."""
        bound, found = Fraction(0), [all_of(self._offers)]
        if self._spans:
            first, terms = self._program({})
            relaxed = first.relaxed()
            if relaxed is not None:
                bound = lower_bound(terms, relaxed.prices).usd
                self._add_spans(relaxed.spans)
        for _ in range(_MOST_ROUNDS):
            program, terms = self._program(self._spans)
            relaxed = program.relaxed()
            if relaxed is None:
                break
            proven = lower_bound(terms, relaxed.prices)
            bound = max(bound, proven.usd)
            found += self._usable(relaxed.contracts)
            if min(map(_cost, found)) <= bound or not self._add_spans(proven.runs):
                break
        best = min(found, key=_cost)
        if _cost(best) > bound:
            best = self._trimmed(best)
        if _cost(best) > bound * _NEAR_ENOUGH:
            whole = program.whole(most_nodes=max(_FEWEST_NODES, _NODE_COLUMNS // program.width))
            best = min([best, *map(self._trimmed, self._usable(whole or []))], key=_cost)
        return sorted(best, key=lambda one: (one.first, one.offer.contract, one.offer.sku, one.until)), bound

    def _program(self, spans_of: Mapping[int, Collection[Span]]) -> tuple[RentalProgram, RentalTerms]:
        ends = {day for spans in spans_of.values() for span in spans for day in span}
        cells = self._gap.cells(ends | self._days)
        terms = RentalTerms(
            gap=self._gap,
            target=self._target,
            offers=self._offers,
            cells=cells,
            least={cell: self._least_rented(cell) for cell in cells},
        )
        return RentalProgram(terms, spans_of, active=self._active), terms

    def _add_spans(self, runs: Mapping[int, Collection[Span]]) -> bool:
        """Let contracts run where offers would earn at the prices of the solver; return whether that is new."""
        before = sum(map(len, self._spans.values()))
        for place, spans in runs.items():
            if place in self._spans:
                self._spans[place].update(spans)
        return sum(map(len, self._spans.values())) > before

    def _days_of_change(self) -> set[int]:
        """Return the days between which amounts may change: all of them, or those of change and some between."""
        active = self._active
        if len(active) <= _DAILY:
            return set(range(active.start, active.stop + 1))
        days = {day for one in self._offers for day in (one.first, one.until)}
        days |= {cell.start for cell in self._gap.cells(days)} | {active.start, active.stop}
        inside = {day for day in days if active.start <= day <= active.stop}
        if any(ask.work is not None for ask in self._gap.asks):
            each = max(1, len(active) // max(1, _MOST_CELLS - len(inside)))
            inside |= set(range(active.start, active.stop, each))
        return inside

    def _first_spans(self, offer: Offer) -> set[Span]:
        """Return spans of an offer with a shortest term: between days of change, and that term to each side of one.

        A contract that begins before anything is asked, or ends after, has its shortest term: the days beyond cost
        and give nothing.
        """
        active, term = self._active, offer.least_days
        first = max(offer.first, active.start)
        until = max(min(offer.until, active.stop), min(first + term, offer.until))
        found = {(min(first, until - term), until)}
        if len(active) <= _DAILY:
            days = list(
                range(max(offer.first, active.start - term), min(offer.until, active.stop + term) + 1)
            )
        else:
            days = _thinned(sorted(self._days), most=isqrt(2 * _MOST_SPANS // len(self._offers)))
            found |= {(day, day + term) for day in days} | {(day - term, day) for day in days}
        for first in days:
            for until in days:
                is_inside = active.start <= first and until <= active.stop
                if until - first == term or (until - first > term and is_inside):
                    found.add((first, until))
        return {(first, until) for first, until in found if offer.first <= first and until <= offer.until}

    def _least_rented(self, cell: range) -> int:
        """Return the parts a day that held needs alone want to be rented, in whole steps of what there is."""
        flow = Flow()
        wanted = {
            place: amount for (place, wider), amount in self._target.held.items() if cell.start in wider
        }
        for number, pool in enumerate(self._gap.pools):
            parts = pool.on(cell.start)
            flow.add(("pool", number), _END, most=parts)
            for place in pool.takers & wanted.keys():
                flow.add(place, ("pool", number), most=parts)
        short = sum(amount - flow.push(place, _END, most=amount) for place, amount in wanted.items())
        steps = [one.step_parts for one in self._offers if one.first <= cell.start < one.until]
        return -(-short // gcd(*steps)) * gcd(*steps) if short and steps else 0

    def _usable(self, contracts: Sequence[Contract]) -> list[list[Contract]]:
        """Return contracts that keep terms and target, a few steps added where rounding left them short; or none."""
        if not contracts:
            return []
        for added in range(_MOST_ADDED + 1):
            more = [replace(one, steps=min(one.steps + added, one.offer.most_steps)) for one in contracts]
            if are_allowed(more) and self._gap.is_kept(self._target, more):
                return [joined(more)]
        return []

    def _trimmed(self, contracts: Sequence[Contract]) -> list[Contract]:
        """Return contracts with the steps and days taken off that nothing needs, the dearest first."""
        kept = list(contracts)
        for one in sorted(contracts, key=lambda one: -one.usd)[:_MOST_TRIMMED]:
            others = [other for other in kept if other is not one]
            kept = [*others, *self._pared(one, others)]
        return joined(kept)

    def _pared(self, one: Contract, others: Sequence[Contract]) -> list[Contract]:
        """Return what is needed of a contract: fewer steps, and the last of them over fewer days."""
        least = one.offer.least_steps

        def is_kept(pieces: Sequence[Contract]) -> bool:
            return self._gap.is_kept(self._target, [*others, *pieces])

        if is_kept([]):
            return []
        steps = _least_that(least, one.steps, is_enough=lambda count: is_kept([replace(one, steps=count)]))
        pared = replace(one, steps=steps)
        if steps < 2 * least:
            return [_shortened(pared, lambda piece: is_kept([piece]))]
        rest = replace(pared, steps=steps - least)
        last = _shortened(replace(pared, steps=least), lambda piece: is_kept([rest, piece]))
        return [_shortened(rest, lambda piece: is_kept([piece, last])), last]


def _thinned(days: Sequence[int], *, most: int) -> list[int]:
    """Return at most so many of some days, spread evenly."""
    if len(days) <= most:
        return list(days)
    return [days[index * len(days) // most] for index in range(most)]


def _shortened(one: Contract, is_kept: Callable[[Contract], bool]) -> Contract:
    """Return a contract over the fewest days that are enough: its last days taken off, then its first ones."""
    days = one.offer.least_days
    until = _least_that(one.first + days, one.until, is_enough=lambda day: is_kept(replace(one, until=day)))
    one = replace(one, until=until)
    first = -_least_that(
        days - one.until, -one.first, is_enough=lambda day: is_kept(replace(one, first=-day))
    )
    return replace(one, first=first)


def _least_that(low: int, high: int, *, is_enough: Callable[[int], bool]) -> int:
    """Return the least number from `low` on that is enough, where `high` is; all above one that is enough are."""
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle + 1, high)
    return high


def joined(contracts: Sequence[Contract]) -> list[Contract]:
    """Return the same steps on the same days in fewer contracts, none shorter or smaller than its terms allow."""
    found: list[Contract] = []
    for offer in {id(one.offer): one.offer for one in contracts}.values():
        own = [one for one in contracts if one.offer is offer]
        is_free = offer.least_days == 1 and offer.least_steps == 1
        found.extend(_layered(own) if is_free else _chained(own))
    return found


def _chained(contracts: Sequence[Contract]) -> list[Contract]:
    """Return contracts of one offer, those over the same days as one, and those that go on with as many steps."""
    steps: dict[Span, int] = {}
    for one in contracts:
        steps[one.first, one.until] = steps.get((one.first, one.until), 0) + one.steps
    offer, found = contracts[0].offer, []
    while steps:
        first, until = min(steps)
        count = steps.pop((first, until))
        following = next((span for span in sorted(steps) if span[0] == until and steps[span] == count), None)
        if following is None:
            found.append(Contract(offer=offer, first=first, until=until, steps=count))
        else:
            del steps[following]
            longer = (first, following[1])
            steps[longer] = steps.get(longer, 0) + count
    return found


def _layered(contracts: Sequence[Contract]) -> list[Contract]:
    """Return contracts of one offer by the day in as few as go on: what began last ends first."""
    offer, found = contracts[0].offer, []
    open_since: list[tuple[int, int]] = []  # Steps, and the day since which they run.
    for day in sorted({day for one in contracts for day in (one.first, one.until)}):
        steps = sum(one.steps for one in contracts if one.first <= day < one.until)
        running = sum(count for count, _ in open_since)
        while running > steps:
            count, since = open_since.pop()
            ending = min(count, running - steps)
            found.append(Contract(offer=offer, first=since, until=day, steps=ending))
            running -= ending
            if count > ending:
                open_since.append((count - ending, since))
        if steps > running:
            open_since.append((steps - running, day))
    return found
