"""Programmes of one party share its units day by day: when each milestone falls, and what is missing until then.

On each day the needs are served one after another: first what is to be held, then work, each by (deadline, first
day, programme), empty deadlines last. Each receives as much as can be had at its sites without taking from those
before it; by which way is open, so that it takes no unit that only an earlier one could use. Nothing changes
between two events (a change of capacity, a window that opens or ends, work that is done), so that whole runs of
days are counted at once.

Source: ``docs/concepts/assessment.md``, "Programmes and rentals".
"""

from __future__ import annotations

import enum
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from apportion.model.plan import MILLION
from apportion.model.room import millionths_or_none
from apportion.model.world import World
from apportion.study.capacity import RENTED, Capacity
from apportion.study.entries import Horizon
from apportion.study.flow import Flow

_END = "end"
Dated = tuple[bool, int]


class Need(enum.StrEnum):
    """What a programme needs."""

    HELD = "held"  # So many reference units on every day of its window.
    WORK = "work"  # So many reference-unit-days in all, by its deadline.
    UNKNOWN = ""  # Not stated; it is never taken for none.


class State(enum.StrEnum):
    """What became of a milestone."""

    NOT_STATED = "need-not-stated"
    NO_DAY = "no-day-in-plan"  # The plan has no day on which it counts.
    DONE = "done"  # Done, and there is no deadline to hold it against.
    ON_TIME = "on-time"
    LATE = "late"
    NOT_REACHED = "not-reached"  # Not within the days on which it counts.
    OPEN = "open"  # Not done by the end of the plan, and not due by then.


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """One row of `programmes`; days are ordinals, amounts parts of 10⁻¹².

    Attributes:
        programme: Its id.
        party: Whose it is.
        name: Its name.
        kind: What it is.
        start: Its first day.
        deadline: The day by which it is to be done, which itself does not count; None: none.
        units: Reference units: to be held, or, beside work, the most it works with; None: not stated.
        work: Reference-unit-days of work; None: not stated.
        sites: Where it runs; empty: anywhere.
        basis: How the row is known; empty: not said.
        evidence: Ids of evidence.
    """

    programme: str
    party: str
    name: str
    kind: str
    start: int
    deadline: int | None
    units: int | None
    work: int | None
    sites: frozenset[str]
    basis: str
    evidence: tuple[str, ...]

    @property
    def need(self) -> Need:
        """Return what it needs: with both amounts given, work."""
        if self.work is not None:
            return Need.WORK
        return Need.UNKNOWN if self.units is None else Need.HELD

    @property
    def rank(self) -> tuple[bool, Dated, int, str]:
        """Return what places it among the programmes of its party."""
        due = (True, 0) if self.deadline is None else (False, self.deadline)
        return self.need is Need.WORK, due, self.start, self.programme

    def accepts(self, site: str) -> bool:
        """Return whether it may use units at a site; what is rented serves any."""
        return site == RENTED or not self.sites or site in self.sites

    def window(self, horizon: Horizon) -> range:
        """Return the days of the plan on which its need counts."""
        until = horizon.end if self.deadline is None else min(self.deadline, horizon.end)
        return range(max(self.start, horizon.start), until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """What becomes of one programme.

    Attributes:
        state: In a word.
        day: The first day from which its need is held to the end of its window, or by whose end its work is done;
            None: no such day in the plan, or the need is not stated.
        late_days: Days by which it comes late; None where there is no day, or none to hold it against.
        missing: Reference-unit-days, in parts, that are missing over the window or at the deadline; None: not known.
    """

    state: State
    day: int | None = None
    late_days: int | None = None
    missing: int | None = None


def read_programmes(world: World) -> list[Programme]:
    """Return the programmes of a world, by party and in the order in which they are served."""
    frame = world.table("programmes")
    units = millionths_or_none(frame["need_reference_units"])
    work = millionths_or_none(frame["need_reference_days"])
    rows = [
        Programme(
            programme=row["programme"],
            party=row["party"],
            name=row["name"],
            kind=row["kind"],
            start=row["start_on"].toordinal(),
            deadline=None if row["deadline_on"] is None else row["deadline_on"].toordinal(),
            units=None if held is None else held * MILLION,
            work=None if done is None else done * MILLION,
            sites=frozenset(row["sites"] or ()),
            basis=row.get("basis") or "",
            evidence=tuple(row.get("evidence") or ()),
        )
        for row, held, done in zip(frame.iter_rows(named=True), units, work, strict=True)
    ]
    return sorted(rows, key=lambda one: (one.party, one.rank))


def day_shares(capacity: dict[str, int], wanted: Sequence[tuple[Programme, int]]) -> list[int]:
    """Return what each programme receives of one day's capacity, those before others first.

    Args:
        capacity: Parts by site.
        wanted: Each programme in the order in which it is served, with the parts it wants.
    """
    flow = Flow()
    for site, parts in capacity.items():
        flow.add(("site", site), _END, most=parts)
        for place, (programme, amount) in enumerate(wanted):
            if amount and parts and programme.accepts(site):
                flow.add(place, ("site", site), most=parts)
    return [flow.push(place, _END, most=amount) for place, (_, amount) in enumerate(wanted)]


def milestones(programmes: Sequence[Programme], capacity: Capacity, *, horizon: Horizon) -> list[Milestone]:
    """Return what becomes of the programmes of one party.

    Args:
        programmes: In the order in which they are served.
        capacity: What the party can compute with.
        horizon: The days of the plan.
    """
    runs = [_Run(one, horizon) for one in programmes]
    active = [run for run in runs if run.window and run.programme.need is not Need.UNKNOWN]
    days = {horizon.start, horizon.end, *capacity.days()}
    days |= {day for run in active for day in (run.window.start, run.window.stop)}
    steps = sorted(day for day in days if horizon.start <= day <= horizon.end)
    for first, until in itertools.pairwise(steps):
        day, there = first, capacity.on(first)
        while day < until:
            served = [run for run in active if run.wanted(day)]
            shares = day_shares(there, [(run.programme, run.wanted(day)) for run in served])
            lasting = min(
                [until - day, *(run.days_of(share) for run, share in zip(served, shares, strict=True))]
            )
            for run, share in zip(served, shares, strict=True):
                run.receive(share, day=day, lasting=lasting)
            day += lasting
    return [run.milestone() for run in runs]


class _Run:
    """Keeps what one programme has received so far."""

    def __init__(self, programme: Programme, horizon: Horizon) -> None:
        self.programme = programme
        self.window = programme.window(horizon)
        self._horizon = horizon
        self._left = programme.work or 0
        self._left_at_deadline = self._left
        self._missing = 0
        # Before anything is missing a held need is met from its first day on; work of nothing is done at once.
        self._day = self.window.start if programme.need is Need.HELD or not self._left else None

    def wanted(self, day: int) -> int:
        """Return the parts wanted on a day; work goes on after its deadline."""
        one = self.programme
        if one.need is Need.HELD:
            return (one.units or 0) if day in self.window else 0
        if day < self.window.start:
            return 0
        return self._left if one.units is None else min(one.units, self._left)

    def days_of(self, share: int) -> int:
        """Return for how many days at least a share stays the same, while capacity does."""
        if self.programme.need is Need.HELD or not share:
            return self._horizon.end - self._horizon.start
        return max(1, self._left // share)

    def receive(self, share: int, *, day: int, lasting: int) -> None:
        """Receive a share on each of some days."""
        if self.programme.need is Need.HELD:
            short = (self.programme.units or 0) - share
            if short:
                self._missing += short * lasting
                self._day = day + lasting
            return
        self._left -= share * lasting
        if day < self.window.stop:
            self._left_at_deadline = self._left
        if not self._left:
            self._day = day + lasting - 1

    def milestone(self) -> Milestone:
        """Return what became of the programme."""
        need = self.programme.need
        if need is Need.UNKNOWN:
            return Milestone(state=State.NOT_STATED)
        if not self.window:
            return Milestone(state=State.NO_DAY)
        return self._held() if need is Need.HELD else self._worked()

    def _held(self) -> Milestone:
        day = self._day
        if day is None or day >= self.window.stop:
            return Milestone(state=State.NOT_REACHED, missing=self._missing)
        late = day - self.window.start
        return Milestone(
            state=State.LATE if late else State.ON_TIME, day=day, late_days=late, missing=self._missing
        )

    def _worked(self) -> Milestone:
        deadline = self.programme.deadline
        is_due = deadline is not None and deadline <= self._horizon.end
        # What is not done at the end of the plan may still be done by a deadline after it: that is not known.
        missing = self._left_at_deadline if is_due or (deadline and self._day is not None) else None
        if self._day is None:
            return Milestone(state=State.NOT_REACHED if is_due else State.OPEN, missing=missing)
        if deadline is None:
            return Milestone(state=State.DONE, day=self._day)
        late = max(0, self._day + 1 - deadline)
        return Milestone(
            state=State.LATE if late else State.ON_TIME, day=self._day, late_days=late, missing=missing
        )
