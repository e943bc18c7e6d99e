"""Programmes under each future and case: when milestones fall, what is missing, and what it costs to rent it.

    world, scope, futures → capacity of each party → milestones, day by day
                                                   → the gap at list rent, and the cheapest contracts that close it

A party whose capacity is the same in two futures is looked at once.

Source: ``docs/concepts/assessment.md``, "Programmes and rentals".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from itertools import groupby

import polars as pl

from apportion.model.columns import NUMBER
from apportion.model.plan import MILLION
from apportion.model.policy import Case
from apportion.model.world import World
from apportion.study.book import Book
from apportion.study.capacity import (
    PARTS,
    Capacity,
    capacity_of,
    changes_of,
    outside_switches,
    read_standing,
    reference_rates,
    together,
)
from apportion.study.entries import Horizon, read_horizon
from apportion.study.futures import CaseStudy, Future
from apportion.study.gap import read_gap
from apportion.study.offers import list_usd_a_day, read_offers
from apportion.study.rentals import RentalPlan, plan_rentals
from apportion.study.scope import Scope
from apportion.study.sharing import Milestone, Programme, milestones, read_programmes

Columns = dict[str, pl.DataType | type[pl.DataType]]
PROGRAMMES: Columns = {
    "case": pl.String,
    "future": pl.String,
    "party": pl.String,
    "programme": pl.String,
    "name": pl.String,
    "kind": pl.String,
    "need": pl.String,
    "need_basis": pl.String,
    "need_reference_units": NUMBER,
    "need_reference_days": NUMBER,
    "start_on": pl.Date,
    "deadline_on": pl.Date,
    "state": pl.String,
    "milestone_on": pl.Date,
    "baseline_milestone_on": pl.Date,
    "shift_days": pl.Int64,
    "late_days": pl.Int64,
    "missing_reference_days": NUMBER,
    "rent_gap_usd": NUMBER,
    "uncovered_reference_days": NUMBER,
}
RENTALS: Columns = {
    "case": pl.String,
    "future": pl.String,
    "party": pl.String,
    "contract": pl.String,
    "provider": pl.String,
    "sku": pl.String,
    "basis": pl.String,
    "start_on": pl.Date,
    "end_on": pl.Date,
    "units": pl.Int64,
    "usd": NUMBER,
}
RENTAL_TOTALS: Columns = {
    "case": pl.String,
    "future": pl.String,
    "party": pl.String,
    "missing_reference_days": NUMBER,
    "rent_gap_usd": NUMBER,
    "rentals_usd": NUMBER,
    "lower_bound_usd": NUMBER,
    "proven_gap_percent": NUMBER,
    "uncovered_reference_days": NUMBER,
}
Key = tuple[Case, Future, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyStudy:
    """What becomes of the programmes of one party in one future and case.

    Attributes:
        milestones: By programme.
        rentals: What it would rent; None where no need of it counts on any day.
    """

    milestones: Mapping[str, Milestone]
    rentals: RentalPlan | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeStudy:
    """What becomes of all programmes.

    Attributes:
        programmes: By party, in the order in which they are served.
        baseline: The future that the others are held against.
        parties: By case, future and party.
        claimed: Table and id of the rows that are no capacity since they are claims, by party.
        list_usd: List rent of a reference unit for a day; None: not known.
    """

    programmes: Sequence[Programme] = ()
    baseline: Future = Future.BOOKED
    parties: Mapping[Key, PartyStudy] = field(default_factory=dict)
    claimed: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    list_usd: Fraction | None = None

    def milestone(self, programme: Programme, *, future: Future, case: Case) -> Milestone:
        """Return what becomes of a programme."""
        return self.parties[case, future, programme.party].milestones[programme.programme]

    def shift(self, programme: Programme, *, future: Future, case: Case) -> int | None:
        """Return by how many days a milestone comes later than in the baseline; None where either has none."""
        day = self.milestone(programme, future=future, case=case).day
        before = self.milestone(programme, future=self.baseline, case=case).day
        return None if day is None or before is None else day - before

    def rent_gap(self, missing: int | None) -> Fraction | None:
        """Return what missing reference-unit-days, in parts, cost at list rent; None where either is not known."""
        if missing is None or (missing and self.list_usd is None):
            return None
        return Fraction(missing, PARTS) * (self.list_usd or 0)

    def uncovered(self, programme: Programme, *, future: Future, case: Case) -> int | None:
        """Return the parts that all offers together leave missing; None where nothing is asked in the plan."""
        plan = self.parties[case, future, programme.party].rentals
        return None if plan is None else plan.uncovered.get(programme.programme)

    @property
    def programmes_frame(self) -> pl.DataFrame:
        """Return one row for each case, future and programme."""
        rows = [
            self._programme_row(one, case=case, future=future)
            for case, future in _views(self.parties)
            for one in self.programmes
        ]
        return pl.DataFrame(rows, schema=PROGRAMMES, orient="row")

    @property
    def rentals_frame(self) -> pl.DataFrame:
        """Return one row for each contract that would be rented."""
        rows = [
            (
                str(case),
                str(future),
                party,
                one.offer.contract,
                one.offer.provider,
                one.offer.sku,
                one.offer.basis,
                date_of(one.first),
                date_of(one.until),
                one.units,
                rounded(one.usd),
            )
            for (case, future, party), study in self.parties.items()
            for one in (study.rentals.contracts if study.rentals is not None else ())
        ]
        return pl.DataFrame(rows, schema=RENTALS, orient="row")

    @property
    def totals_frame(self) -> pl.DataFrame:
        """Return one row for each case, future and party: what is missing, and what it costs to rent it."""
        rows = [
            (
                str(case),
                str(future),
                party,
                in_reference(missing),
                rounded(self.rent_gap(missing)),
                rounded(study.rentals.usd),
                rounded(study.rentals.lower_bound),
                rounded(study.rentals.gap_percent),
                in_reference(sum(study.rentals.uncovered.values())),
            )
            for (case, future, party), study in self.parties.items()
            if study.rentals is not None
            for missing in (sum(one.missing or 0 for one in study.milestones.values()),)
        ]
        return pl.DataFrame(rows, schema=RENTAL_TOTALS, orient="row")

    def _programme_row(self, one: Programme, *, case: Case, future: Future) -> tuple[object, ...]:
        found = self.milestone(one, future=future, case=case)
        return (
            str(case),
            str(future),
            one.party,
            one.programme,
            one.name,
            one.kind,
            str(one.need),
            one.basis,
            in_reference(one.units),
            in_reference(one.work),
            date_of(one.start),
            date_of(one.deadline),
            str(found.state),
            date_of(found.day),
            date_of(self.milestone(one, future=self.baseline, case=case).day),
            self.shift(one, future=future, case=case),
            found.late_days,
            in_reference(found.missing),
            rounded(self.rent_gap(found.missing)),
            in_reference(self.uncovered(one, future=future, case=case)),
        )


def study_programmes(
    world: World, cases: Mapping[Case, CaseStudy], *, book: Book, scope: Scope, baseline: Future
) -> ProgrammeStudy:
    """Return what becomes of the programmes of a world.

    Args:
        world: All facts.
        cases: The futures of the scope in each case.
        book: All lots and orders.
        scope: What is divided anew.
        baseline: The future that the others are held against.
    """
    programmes = read_programmes(world)
    if not programmes:
        return ProgrammeStudy(baseline=baseline)
    own = {party: list(group) for party, group in groupby(programmes, key=lambda one: one.party)}
    standing = read_standing(world, parties=own)
    looking = _Looking(world, own)
    parties: dict[Key, PartyStudy] = {}
    for case, study in cases.items():
        outside = changes_of(
            outside_switches(world, study, book=book, scope=scope, horizon=looking.horizon),
            rates=looking.rates,
        )
        for future, studied in study.futures.items():
            inside = changes_of(studied.outcome.switches, rates=looking.rates)
            changes = together([standing.changes, outside, inside])
            for party in own:
                capacity = capacity_of(changes, party=party, horizon=looking.horizon)
                parties[case, future, party] = looking.look(party, capacity)
    return ProgrammeStudy(
        programmes=programmes,
        baseline=baseline,
        parties=parties,
        claimed=standing.claimed,
        list_usd=list_usd_a_day(world),
    )


class _Looking:
    """Looks at a party once for each capacity that it may have."""

    def __init__(self, world: World, own: Mapping[str, Sequence[Programme]]) -> None:
        self.horizon: Horizon = read_horizon(world)
        self.rates = reference_rates(world)
        self._world = world
        self._own = own
        self._found: dict[tuple[str, Capacity], PartyStudy] = {}

    def look(self, party: str, capacity: Capacity) -> PartyStudy:
        """Return what becomes of the programmes of a party with some capacity."""
        if (party, capacity) not in self._found:
            programmes = self._own[party]
            reached = milestones(programmes, capacity, horizon=self.horizon)
            self._found[party, capacity] = PartyStudy(
                milestones={one.programme: found for one, found in zip(programmes, reached, strict=True)},
                rentals=self._rentals(party, capacity),
            )
        return self._found[party, capacity]

    def _rentals(self, party: str, capacity: Capacity) -> RentalPlan | None:
        gap = read_gap(self._own[party], capacity, horizon=self.horizon)
        if not gap.asks:
            return None
        most = sum(ask.most if ask.most is not None else ask.work or 0 for ask in gap.asks)
        return plan_rentals(gap, read_offers(self._world, party=party, horizon=self.horizon, most=most))


def _views(parties: Mapping[Key, PartyStudy]) -> Iterator[tuple[Case, Future]]:
    yield from dict.fromkeys((case, future) for case, future, _ in parties)


def date_of(day: int | None) -> dt.date | None:
    """Return the date of an ordinal; None stays None."""
    return None if day is None else dt.date.fromordinal(day)


def in_reference(parts: int | None) -> Decimal | None:
    """Return parts as reference units or reference-unit-days, to six decimals; None stays None."""
    return None if parts is None else rounded(Fraction(parts, PARTS))


def rounded(value: Fraction | None) -> Decimal | None:
    """Return a value to six decimals; None stays None."""
    return None if value is None else Decimal(round(value * MILLION)).scaleb(-6)
