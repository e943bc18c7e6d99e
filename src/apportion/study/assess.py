"""A proposal judged before it happens: four futures side by side, in every case, for every side.

    proposal → sends → scope → futures in each case → measures
                                                    → ranges, break-evens and the second reading

Source: ``docs/concepts/assessment.md``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import polars as pl

from apportion.errors import Finding, FindingsError, has_errors
from apportion.model.plan import MILLION
from apportion.model.policy import Case
from apportion.model.proposal import Kind, Proposal
from apportion.model.world import World
from apportion.study.book import Book, Send, read_book
from apportion.study.breakeven import BreakEven
from apportion.study.breakevens import break_evens
from apportion.study.elsewhere import Ground, grounds_of
from apportion.study.entries import read_horizon
from apportion.study.futures import CaseStudy, Future, Studied, study_case
from apportion.study.knobs import Knob, knobs_of
from apportion.study.measures import (
    COMPARISON,
    Group,
    Measured,
    Measuring,
    Prices,
    Value,
    comparison_rows,
    read_prices,
)
from apportion.study.moved import Moved, levels_after, moved_units, value_of, weights_on
from apportion.study.moves import resolve_moves
from apportion.study.programmes import ProgrammeStudy, study_programmes
from apportion.study.ranges import Interval, across_cases, ranges_frame, study_ranges
from apportion.study.scope import Scope, scope_of, scoped_world, whole_market, within
from apportion.study.under_each import UnderEach
from apportion.study.variants import Variants

EVERYBODY: Group = ("", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What a proposal comes to.

    Attributes:
        world: All facts, under the view they were looked at.
        proposal: What is assessed.
        book: The lots and orders of the scope.
        scope: Which these are.
        sends: The moves, resolved.
        moved: Whose units move.
        baseline: The future that the others are held against.
        cases: The futures in each case.
        measured: The measures of each future in each case.
        prices: Power and prices.
        grounds: What the second reading rests on.
        knobs: What is uncertain.
        intervals: What the uncertain does to the answers, case by case and over all cases.
        break_evens: Where the proposal stops being harmless, in the case of the view.
        compute: What becomes of the programmes, and what it costs to rent what they lack.
        findings: Warnings about the proposal.
        is_whole_market: Whether all lots and orders were asked to be in the scope.
        under_each: What becomes of its answers under each statement that does not stand; None: not asked for.
    """

    world: World
    proposal: Proposal
    book: Book
    scope: Scope
    sends: Sequence[Send]
    moved: Moved
    baseline: Future
    cases: Mapping[Case, CaseStudy]
    measured: Mapping[tuple[Case, Future], Measured]
    prices: Prices
    grounds: Sequence[Ground]
    knobs: Sequence[Knob]
    intervals: Sequence[Interval]
    break_evens: Sequence[BreakEven]
    compute: ProgrammeStudy
    findings: Sequence[Finding]
    is_whole_market: bool = False
    under_each: UnderEach | None = None

    @property
    def comparison(self) -> pl.DataFrame:
        """Return every measure: future, case, party, site, measure, value and unit; empty party or site: all."""
        currency = self.world.settings.currency
        rows = [
            row
            for (case, future), measured in self.measured.items()
            for row in comparison_rows(measured, future=future, case=case, currency=currency)
        ]
        return pl.DataFrame(rows, schema=COMPARISON, orient="row")

    @property
    def ranges(self) -> pl.DataFrame:
        """Return what the uncertain does to each answer: the least and most found, and whether its sign changes."""
        return ranges_frame(self.intervals, currency=self.world.settings.currency)

    @property
    def programmes(self) -> pl.DataFrame:
        """Return every programme under each future and case: its milestone, what is missing, and the rent of that."""
        return self.compute.programmes_frame

    @property
    def rentals(self) -> pl.DataFrame:
        """Return the contracts that would keep every need and deadline at least cost, by future, case and party."""
        return self.compute.rentals_frame

    @property
    def rental_totals(self) -> pl.DataFrame:
        """Return what those contracts come to, the least that any could cost, and what stays uncovered."""
        return self.compute.totals_frame

    @property
    def case(self) -> Case:
        """Return the case that the view asks for."""
        return self.world.view.case

    def value(
        self, future: Future, measure: str, *, party: str = "", site: str = "", case: Case | None = None
    ) -> Value:
        """Return one measure; None where it is not known or does not apply."""
        measured = self.measured[case or self.case, future]
        return measured.get((party, site), {}).get(measure)

    def poorest(self, future: Future, measure: str) -> list[str]:
        """Return the parties with the lowest level in a future, in the case of the view; none where none is known.

        Args:
            future: Which future.
            measure: ``level_after_move`` or ``level_at_end``.
        """
        levels = {party: self.value(future, measure, party=party) for party in self.parties}
        known = {party: level for party, level in levels.items() if isinstance(level, Fraction)}
        return [party for party, level in known.items() if level == min(known.values())]

    @property
    def parties(self) -> list[str]:
        """Return the parties with an order in the scope, by name."""
        return sorted({line.customer for line in self.book.lines.values()})


def assess(world: World, proposal: Proposal, *, is_whole_market: bool = False) -> Assessment:
    """Return what a proposal comes to.

    Args:
        world: The facts; its view's case is the one that the report speaks of first.
        proposal: What is assessed.
        is_whole_market: Whether all lots and orders are in the scope; those of a standing priority always are.

    Raises:
        FindingsError: The proposal cannot be carried out as it stands; all that is wrong is in ``findings``.
    """
    everything = read_book(world)
    sends, findings = resolve_moves(world, proposal, book=everything)
    if has_errors(findings):
        raise FindingsError(findings)
    is_priority = proposal.kind is Kind.PRIORITY
    scope = whole_market(everything) if is_whole_market or is_priority else scope_of(everything, sends)
    scoped = scoped_world(world, book=everything, scope=scope)
    book = within(everything, scope)
    cases = {case: study_case(scoped, book=book, proposal=proposal, sends=sends, case=case) for case in Case}
    baseline = Future.POLICY if is_priority else Future.BOOKED
    moved = moved_units(book, sends)
    measurer = _Measurer(scoped, book=book, moved=moved, baseline=baseline)
    knobs = [] if is_priority else knobs_of(world, book=book)
    variants = {case: Variants(world=study.world, book=book, sends=sends) for case, study in cases.items()}
    intervals = [
        interval
        for case, one in variants.items()
        if not is_priority
        for interval in study_ranges(one, knobs, case=str(case))
    ]
    shown = world.view.case
    return Assessment(
        world=world,
        proposal=proposal,
        book=book,
        scope=scope,
        sends=sends,
        moved=moved,
        baseline=baseline,
        cases=cases,
        measured={
            (case, future): measurer.measure(study, future)
            for case, study in cases.items()
            for future in Future
        },
        prices=measurer.prices,
        grounds=_grounds(cases[shown], baseline=baseline),
        knobs=knobs,
        intervals=[*intervals, *across_cases(intervals)],
        break_evens=break_evens(cases[shown], variants=variants[shown], knobs=knobs)
        if not is_priority
        else (),
        compute=study_programmes(world, cases, book=everything, scope=scope, baseline=baseline),
        findings=findings,
        is_whole_market=is_whole_market,
    )


def _grounds(study: CaseStudy, *, baseline: Future) -> list[Ground]:
    placed = [one for future in (baseline, Future.PROPOSED) for one in study.futures[future].placed]
    return grounds_of(study.world, placed, where=study.elsewhere)


class _Measurer:
    """Measures each future of each case."""

    def __init__(self, world: World, *, book: Book, moved: Moved, baseline: Future) -> None:
        self.prices = read_prices(world)
        self._horizon = read_horizon(world)
        self._moved = moved
        self._baseline = baseline
        self._parties = sorted({line.customer for line in book.lines.values()})
        self._world = world
        self._weights: dict[int, Mapping[str, Fraction]] = {}

    def measure(self, study: CaseStudy, future: Future) -> Measured:
        """Return every measure of one future by party and site."""
        studied, before = study.futures[future], study.futures[self._baseline]
        measuring = Measuring(prices=self.prices, horizon=self._horizon, before=before.tallies)
        found = {
            group: measuring.measure(studied.tallies, group=group)
            for group in measuring.groups(
                (one.tallies for one in study.futures.values()), parties=self._parties
            )
        }
        for group, values in self._second_reading(studied, before):
            found.setdefault(group, {}).update(values)
        self._add_levels(found, studied)
        if future is Future.PROPOSED:
            self._add_worth(found)
        return found

    def _second_reading(self, studied: Studied, before: Studied) -> Iterator[tuple[Group, dict[str, Value]]]:
        """Yield live and idle unit-days where units may run at every site of their party."""
        live, was = self._live_everywhere(studied), self._live_everywhere(before)
        arrived, had = self._delivered_days(studied), self._delivered_days(before)
        for party in ["", *self._parties]:
            own = [party] if party else self._parties
            now, then = (sum(one.get(name, 0) for name in own) for one in (live, was))
            delivered, delivered_before = (sum(one.get(name, 0) for name in own) for one in (arrived, had))
            values = {
                "live_gpu_days_all_sites": now,
                "idle_gpu_days_all_sites": delivered - now,
                "live_gained_gpu_days_all_sites": now - then,
                "idle_avoided_gpu_days_all_sites": (delivered_before - then) - (delivered - now),
            }
            yield (party, ""), {name: Fraction(amount, MILLION) for name, amount in values.items()}

    def _live_everywhere(self, studied: Studied) -> dict[str, int]:
        live: dict[str, int] = {}
        for one in studied.placed:
            party = one.entry.party
            live[party] = live.get(party, 0) + one.units * self._horizon.days_from(one.day)
        return live

    def _delivered_days(self, studied: Studied) -> dict[str, int]:
        days: dict[str, int] = {}
        for entry in studied.outcome.entries:
            lasting = self._horizon.days_from(entry.arrives)
            days[entry.party] = days.get(entry.party, 0) + entry.units * lasting
        return days

    def _weights_on(self, day: int) -> Mapping[str, Fraction]:
        if day not in self._weights:
            self._weights[day] = weights_on(self._world, dt.date.fromordinal(day))
        return self._weights[day]

    def _add_levels(self, found: Measured, studied: Studied) -> None:
        """Add what each party was sent per weight, by the day of the first move and by the end."""
        days = {"level_at_end": self._horizon.end - 1}
        if self._moved.first_day is not None:
            days["level_after_move"] = self._moved.first_day
        for name, day in days.items():
            weights = self._weights_on(day)
            levels = levels_after(studied.outcome, day=day, weights=weights, parties=self._parties)
            for party, level in levels.items():
                found.setdefault((party, ""), {})[name] = level

    def _add_worth(self, found: Measured) -> None:
        """Add what the moved units cost, and the range in which a price for the moved time lies."""
        for (party, site), values in found.items():
            if site:
                continue
            exchanged = self._moved.exchanged(party)
            values["units_moved"] = Fraction(sum(exchanged.values()))
            values["value_usd"] = value_of(exchanged, self.prices)
        gains = [
            values.get("rent_value_usd") for (party, site), values in found.items() if party and not site
        ]
        worth, wear = _sum_of_gains(gains), found[EVERYBODY]["depreciation_usd"]
        if isinstance(wear, Fraction) and worth is not None:
            found[EVERYBODY]["imputed_low_usd"] = min(worth, wear)
            found[EVERYBODY]["imputed_high_usd"] = max(worth, wear)


def _sum_of_gains(gains: Sequence[Value]) -> Fraction | None:
    """Return the rent value of what the parties that gain do gain; None where one is not known."""
    total = Fraction(0)
    for gain in gains:
        if not isinstance(gain, Fraction):
            return None
        total += max(Fraction(0), gain)
    return total
