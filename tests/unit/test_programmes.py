"""Milestones and what is missing until then, worked out by hand; the arithmetic stands beside each number.

Days are counted from 1 January 2024, the first day of the plan, as day 0.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from fractions import Fraction
from functools import partial

import pytest

from apportion.study.capacity import PARTS, Capacity
from apportion.study.entries import Horizon
from apportion.study.sharing import Milestone, Programme, State, milestones
from tests.build import make_programme as build_programme

FIRST = dt.date(2024, 1, 1).toordinal()
DAYS = 60  # To 1 March.


need = partial(build_programme, origin=FIRST)


def reached(*needs: Programme, own: Mapping[str, Mapping[int, int]], days: int = DAYS) -> list[Milestone]:
    """Return what becomes of needs with so many reference units at each site from each day on."""
    steps = tuple(
        (site, tuple((FIRST + day, units * PARTS) for day, units in sorted(levels.items())))
        for site, levels in sorted(own.items())
    )
    served = sorted(needs, key=lambda one: one.rank)
    found = milestones(served, Capacity(steps), horizon=Horizon(FIRST, FIRST + days))
    by_name = {one.programme: milestone for one, milestone in zip(served, found, strict=True)}
    return [by_name[one.programme] for one in needs]


def told(found: Milestone) -> tuple[State, int | None, int | None, int | None]:
    """Return state, day, days late, and what is missing in reference-unit-days."""
    missing = None if found.missing is None else Fraction(found.missing, PARTS)
    assert missing is None or missing.denominator == 1
    day = None if found.day is None else found.day - FIRST
    return found.state, day, found.late_days, None if missing is None else int(missing)


def test_a_held_need_is_met_from_the_day_on_which_it_lacks_nothing_any_more() -> None:
    # 10 wanted on days 5 to 29; 6 there to day 11, 10 from day 12 on: 7 days × 4.
    (found,) = reached(need("p", first=5, deadline=30, units=10), own={"a": {0: 6, 12: 10}})
    assert told(found) == (State.LATE, 12, 7, 28)


def test_a_dip_moves_the_milestone_behind_it() -> None:
    # 10 there, but 7 on days 20 to 24: 5 × 3.
    (found,) = reached(need("p", deadline=30, units=10), own={"a": {0: 10, 20: 7, 25: 10}})
    assert told(found) == (State.LATE, 25, 25, 15)


def test_a_need_that_lacks_something_on_its_last_day_is_not_reached() -> None:
    (found,) = reached(need("p", deadline=30, units=10), own={"a": {0: 10, 29: 9}})
    assert told(found) == (State.NOT_REACHED, None, None, 1)


def test_the_day_of_the_deadline_does_not_count() -> None:
    # What is lost on day 30 is of no account: the window is day 0 to 29.
    (found,) = reached(need("p", deadline=30, units=10), own={"a": {0: 10, 30: 0}})
    assert told(found) == (State.ON_TIME, 0, 0, 0)


def test_without_a_deadline_a_need_is_held_to_the_end_of_the_plan() -> None:
    (found,) = reached(need("p", first=50, units=10), own={"a": {0: 4}})
    assert told(found) == (State.NOT_REACHED, None, None, 60)  # 10 days × 6


@pytest.mark.parametrize(
    ("work", "deadline", "expected"),
    [
        (100, 20, (State.ON_TIME, 9, 0, 0)),  # 10 a day: done by the end of day 9.
        (101, 20, (State.ON_TIME, 10, 0, 0)),
        (200, 20, (State.ON_TIME, 19, 0, 0)),  # Day 19 is the last before the deadline.
        (201, 20, (State.LATE, 20, 1, 1)),  # Worked on the day of the deadline: one day late.
        (600, 60, (State.ON_TIME, 59, 0, 0)),  # The deadline is the end of the plan.
        (601, 60, (State.NOT_REACHED, None, None, 1)),
        (601, 61, (State.OPEN, None, None, None)),  # What is done on day 60 is not known.
        (600, 61, (State.ON_TIME, 59, 0, 0)),
        (100, None, (State.DONE, 9, None, None)),  # No deadline: nothing is missing at it.
        (601, None, (State.OPEN, None, None, None)),
        (0, 20, (State.ON_TIME, 0, 0, 0)),
    ],
)
def test_work_is_done_on_the_last_day_that_it_takes(
    work: int, deadline: int | None, expected: tuple[object, ...]
) -> None:
    (found,) = reached(need("p", deadline=deadline, work=work), own={"a": {0: 10}})
    assert told(found) == expected


def test_work_with_both_needs_uses_no_more_than_its_units_at_a_time() -> None:
    # 10 are there, 4 are used: 100 / 4 = 25 days, and the other takes the 6 that are left: 60 / 6 = 10 days.
    found = reached(need("p", deadline=30, units=4, work=100), need("q", work=60), own={"a": {0: 10}})
    assert [told(one) for one in found] == [(State.ON_TIME, 24, 0, 0), (State.DONE, 9, None, None)]


def test_what_is_held_comes_before_work_whatever_the_deadlines() -> None:
    # 8 of 10 are held to day 29. The work gets 2 a day: 58 by day 28, 60 by the end of day 29; 2 short on day 29.
    found = reached(
        need("work", deadline=29, work=60), need("held", deadline=30, units=8), own={"a": {0: 10}}
    )
    assert [told(one) for one in found] == [(State.LATE, 29, 1, 2), (State.ON_TIME, 0, 0, 0)]


def test_the_nearest_deadline_is_served_first_and_leaves_the_rest_of_its_last_day() -> None:
    # Sooner: 10 a day, 25 done on day 2, of which it takes 5. Later: 5 on day 2, then 10 a day: 30 = 5 + 10 + 10 + 5.
    found = reached(
        need("later", deadline=20, work=30), need("sooner", deadline=10, work=25), own={"a": {0: 10}}
    )
    assert [told(one)[1] for one in found] == [5, 2]


def test_who_accepts_more_sites_leaves_the_narrow_one_to_who_accepts_no_other() -> None:
    # First takes 6 of "b" and 4 of "a", so that second has 6 of the 10 at "a"; it wants 6.
    found = reached(
        need("first", deadline=10, units=10, sites=("a", "b")),
        need("second", deadline=20, units=6, sites=("a",)),
        own={"a": {0: 10}, "b": {0: 6}},
    )
    assert [told(one)[0] for one in found] == [State.ON_TIME, State.ON_TIME]


def test_units_elsewhere_serve_nobody() -> None:
    (found,) = reached(need("p", deadline=10, units=5, sites=("a",)), own={"b": {0: 9}})
    assert told(found) == (State.NOT_REACHED, None, None, 50)


def test_what_is_not_stated_is_not_nothing() -> None:
    (found,) = reached(need("p", deadline=10), own={"a": {0: 9}})
    assert told(found) == (State.NOT_STATED, None, None, None)


@pytest.mark.parametrize(("first", "deadline"), [(60, None), (-20, 0), (-20, -5), (30, 30), (40, 20)])
def test_a_window_without_a_day_in_the_plan_says_so(first: int, deadline: int | None) -> None:
    for one in (
        need("p", first=first, deadline=deadline, units=1),
        need("p", first=first, deadline=deadline, work=1),
    ):
        (found,) = reached(one, own={"a": {0: 9}})
        assert told(found) == (State.NO_DAY, None, None, None)
