"""Programmes on the page of an assessment: milestones under each future, what is missing, and what renting it costs.

A need is told with how it is known, since every number beside it rests on that.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from apportion.report.facts import basis_words, currency_words, source_words
from apportion.report.tables import DAY, NUMBER, TEXT, Bar, BarTable, Grid, cell_of, more_rows, rows_of
from apportion.report.words import Value as Told
from apportion.report.words import Words
from apportion.study.assess import Assessment
from apportion.study.capacity import PARTS
from apportion.study.entries import read_horizon
from apportion.study.futures import Future
from apportion.study.programmes import PartyStudy, ProgrammeStudy, date_of
from apportion.study.sharing import Milestone, Need, Programme, State

_FULL = 100
_MOST_BARS = 24
_MOST_CONTRACTS = 12
_FUTURES = {
    Future.BOOKED: "assess.future.booked",
    Future.PROPOSED: "assess.future.proposed",
    Future.POLICY: "assess.future.policy",
    Future.BEST: "assess.future.best",
}
_STATES = {
    State.NO_DAY: "milestone.state.no-day",
    State.NOT_REACHED: "milestone.state.not-reached",
    State.OPEN: "milestone.state.open",
}
_MOVED = {Need.HELD: "milestone.moved-held", Need.WORK: "milestone.moved-done"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeSection:
    """What the page shows of programmes, in the case that it speaks of first.

    Attributes:
        milestones: One row for each programme.
        bars: From its first day to its deadline, and where between the milestone falls.
        rents: One row for each party and future.
        contracts: What would be rented with the proposal.
        notes: What the numbers leave out.
    """

    milestones: Grid
    bars: BarTable
    rents: Grid
    contracts: Grid
    notes: Sequence[str]


def programme_section(found: Assessment, *, words: Words) -> ProgrammeSection | None:
    """Return the section on programmes; None where the scenario has none."""
    if not found.compute.programmes:
        return None
    telling = _Telling(found, words)
    return ProgrammeSection(
        milestones=telling.milestones(),
        bars=telling.bars(),
        rents=telling.rents(),
        contracts=telling.contracts(),
        notes=list(telling.notes()),
    )


def moved_milestone(found: Assessment, *, words: Words, party: str = "") -> str:
    """Return in words the milestone that the proposal moves most in the case shown; empty where it moves none.

    Args:
        found: The assessment.
        words: The language.
        party: Whose programmes are looked at; empty: anybody's.
    """
    names = dict(found.world.table("parties").select("party", "name").iter_rows())
    moves = [
        (_distance(before, after), one, before, after)
        for one in found.compute.programmes
        if party in {"", one.party} and one.need in _MOVED
        for before, after in (_before_and_after(found, one),)
        if before != after
    ]
    if not moves:
        return ""
    _, one, before, after = max(moves, key=lambda move: move[0])
    none = words.say("milestone.no-day")
    return words.say(
        _MOVED[one.need],
        name=one.name,
        party=names.get(one.party) or one.party,
        basis=basis_words(one.basis, words=words),
        after=date_of(after) or none,
        before=date_of(before) or none,
    )


def _before_and_after(found: Assessment, one: Programme) -> tuple[int | None, int | None]:
    before, after = (
        found.compute.milestone(one, future=future, case=found.case).day
        for future in (found.baseline, Future.PROPOSED)
    )
    return before, after


def _distance(before: int | None, after: int | None) -> int:
    """Return the days between two milestones; to or from none is further than any."""
    return dt.date.max.toordinal() if before is None or after is None else abs(after - before)


class _Telling:
    """Makes the tables of one assessment."""

    def __init__(self, found: Assessment, words: Words) -> None:
        self._found = found
        self._study: ProgrammeStudy = found.compute
        self._words = words
        self._currency = currency_words(found.world.settings.currency, words=words)

    def milestones(self) -> Grid:
        """Return each programme with its need and its milestone under each future."""
        rows = [self._programme_row(one) for one in self._study.programmes]
        say = self._words.say
        columns = (
            (say("milestone.column.programme"), TEXT),
            (say("assess.column.party"), TEXT),
            (say("milestone.column.need"), TEXT),
            *((say(_FUTURES[future]), DAY) for future in Future),
            (say("milestone.column.shift"), NUMBER),
            (say("milestone.column.missing"), NUMBER),
            (say("milestone.column.rent", currency=self._currency), NUMBER),
        )
        return Grid(
            id="milestones",
            caption=say("milestone.caption"),
            columns=columns,
            rows=rows_of(rows, words=self._words),
        )

    def _programme_row(self, one: Programme) -> tuple[Told | None, ...]:
        reached = {future: self._milestone(one, future) for future in Future}
        missing = reached[Future.PROPOSED].missing
        return (
            f"{one.programme} {one.name}",
            one.party,
            self._need(one),
            *(self._told(reached[future]) for future in Future),
            self._study.shift(one, future=Future.PROPOSED, case=self._found.case),
            _days(missing),
            _money(self._study.rent_gap(missing)),
        )

    def _milestone(self, one: Programme, future: Future) -> Milestone:
        return self._study.milestone(one, future=future, case=self._found.case)

    def _told(self, reached: Milestone) -> Told | None:
        if reached.state is State.NOT_STATED:
            return None
        day = date_of(reached.day)
        return self._words.say(_STATES[reached.state]) if day is None else day

    def _need(self, one: Programme) -> str:
        """Return what a programme needs, and how that is known."""
        units, work = (None if parts is None else Fraction(parts, PARTS) for parts in (one.units, one.work))
        basis = basis_words(one.basis, words=self._words)
        if work is not None and units is not None:
            return self._words.say("milestone.need.both", work=work, units=units, basis=basis)
        if work is not None:
            return self._words.say("milestone.need.work", work=work, basis=basis)
        if units is not None:
            return self._words.say("milestone.need.held", units=units, basis=basis)
        return self._words.say("milestone.need.unknown")

    def bars(self) -> BarTable:
        """Return a bar for each programme and each day on which its milestone falls in some future."""
        bars = [bar for one in self._study.programmes for bar in self._bars_of(one)]
        say = self._words.say
        return BarTable(
            caption=say("milestone.bars-caption"),
            columns=(
                (say("milestone.column.programme"), TEXT),
                (say("milestone.column.milestone"), NUMBER),
                (say("milestone.column.deadline"), NUMBER),
                (say("milestone.column.futures"), TEXT),
            ),
            bars=tuple(bars[:_MOST_BARS]),
            more=more_rows(len(bars), most=_MOST_BARS, file="programmes.csv", words=self._words),
        )

    def _bars_of(self, one: Programme) -> Iterator[Bar]:
        horizon = read_horizon(self._found.world)
        window = one.window(horizon)
        if one.need is Need.UNKNOWN or not window:
            return
        by_day: dict[int | None, list[Future]] = {}
        for future in Future:
            by_day.setdefault(self._milestone(one, future).day, []).append(future)
        whole = horizon.end - horizon.start

        def part(role: str, *, first: int, until: int) -> tuple[str, str, str]:
            start, length = (first - horizon.start) * _FULL / whole, (until - first) * _FULL / whole
            return role, f"{start:.3f}", f"{length:.3f}"

        for day, futures in by_day.items():
            # What is held begins with its milestone; what is worked ends with it.
            done = window.stop if day is None else day + (one.need is Need.WORK)
            parts = [part("rest", first=window.start, until=done)] if done > window.start else []
            if done < window.stop:
                parts.append(part("ran", first=done, until=window.stop))
            told = self._listed(futures)
            yield Bar(
                name=f"{one.programme} {one.name}",
                parts=tuple(parts),
                value=str(date_of(day) or self._words.say("milestone.state.not-reached")),
                cells=(cell_of(date_of(one.deadline), words=self._words), cell_of(told, words=self._words)),
            )

    def _listed(self, futures: Sequence[Future]) -> str:
        return self._words.listed([self._words.say(_FUTURES[future]) for future in futures])

    def rents(self) -> Grid:
        """Return what is missing of each party in each future, and what it costs to rent it."""
        alike: dict[tuple[Told | None, ...], list[Future]] = {}
        for party in sorted({one.party for one in self._study.programmes}):
            for future in Future:
                study = self._study.parties[self._found.case, future, party]
                alike.setdefault((party, *self._rent_cells(study)), []).append(future)
        rows = [(cells[0], self._listed(futures), *cells[1:]) for cells, futures in alike.items()]
        say = self._words.say
        return Grid(
            id="rents",
            caption=say("milestone.rents-caption"),
            columns=(
                (say("assess.column.party"), TEXT),
                (say("milestone.column.futures"), TEXT),
                (say("milestone.column.missing"), NUMBER),
                (say("milestone.column.rent", currency=self._currency), NUMBER),
                (say("milestone.column.cheapest", currency=self._currency), NUMBER),
                (say("milestone.column.proven", currency=self._currency), NUMBER),
                (say("milestone.column.uncovered"), NUMBER),
            ),
            rows=rows_of(rows, words=self._words),
        )

    def _rent_cells(self, study: PartyStudy) -> tuple[Told | None, ...]:
        plan = study.rentals
        if plan is None:
            return (None,) * 5
        missing = sum(one.missing or 0 for one in study.milestones.values())
        gap = self._study.rent_gap(missing)
        uncovered = sum(plan.uncovered.values())
        return _days(missing), _money(gap), _money(plan.usd), _money(plan.lower_bound), _days(uncovered)

    def contracts(self) -> Grid:
        """Return what would be rented with the proposal."""
        rows: list[Sequence[Told | None]] = [
            (
                party,
                one.offer.contract or self._words.say("milestone.at-list"),
                one.offer.sku,
                date_of(one.first),
                date_of(one.until),
                one.units,
                _money(one.usd),
            )
            for (case, future, party), study in self._study.parties.items()
            if (case, future) == (self._found.case, Future.PROPOSED) and study.rentals is not None
            for one in study.rentals.contracts
        ]
        say = self._words.say
        return Grid(
            id="contracts",
            caption=say("milestone.contracts-caption"),
            columns=(
                (say("assess.column.party"), TEXT),
                (say("milestone.column.offer"), TEXT),
                (say("milestone.column.sku"), TEXT),
                (say("milestone.column.first"), DAY),
                (say("milestone.column.until"), DAY),
                (say("milestone.column.units"), NUMBER),
                (say("milestone.column.cost", currency=self._currency), NUMBER),
            ),
            rows=rows_of(rows[:_MOST_CONTRACTS], words=self._words),
            more=more_rows(len(rows), most=_MOST_CONTRACTS, file="rentals.csv", words=self._words),
        )

    def notes(self) -> Iterator[str]:
        """Say what the numbers leave out."""
        unknown = [one.programme for one in self._study.programmes if one.need is Need.UNKNOWN]
        if unknown:
            yield self._words.say("milestone.note-unknown", programmes=self._words.listed(unknown))
        claimed = [
            self._words.say("assess.row", table=source_words(table, words=self._words), name=name)
            for rows in self._study.claimed.values()
            for table, name in rows
        ]
        if claimed:
            yield self._words.say("milestone.note-claimed", rows=self._words.listed(claimed))
        if self._study.list_usd is None:
            yield self._words.say("milestone.note-no-rent")
        if any(
            one.offer.is_list
            for study in self._study.parties.values()
            if study.rentals is not None
            for one in study.rentals.contracts
        ):
            yield self._words.say("milestone.note-list")


def _days(parts: int | None) -> Fraction | None:
    """Return parts as reference-unit-days to one decimal, which is what a table is read for."""
    return None if parts is None else round(Fraction(parts, PARTS), 1)


def _money(value: Fraction | None) -> Fraction | None:
    return None if value is None else Fraction(round(value))
