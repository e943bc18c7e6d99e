"""Milestones against a walk day by day, in which what each may have is found without any flow.

What a programme can have without taking from those before it is the least, over all sets of these, of what the sites
that the set and it accept have together, less what the set was given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from apportion.study.capacity import PARTS, Capacity
from apportion.study.entries import Horizon
from apportion.study.sharing import Need, Programme, milestones
from tests.laws.test_rental_laws import START, make_programme

SITES = ("east", "mid", "west")
DAYS = 14


def shares(there: Mapping[str, int], wanted: Sequence[tuple[Programme, int]]) -> list[int]:
    given_so_far: list[int] = []
    for place, (_, amount) in enumerate(wanted):
        least = amount
        for size in range(place + 1):
            for chosen in combinations(range(place), size):
                group = [*chosen, place]
                sites = {site for site in there for one in group if wanted[one][0].accepts(site)}
                room = sum(there[site] for site in sites) - sum(given_so_far[one] for one in chosen)
                least = min(least, room)
        given_so_far.append(least)
    return given_so_far


def wanted_on(day: int, one: Programme, *, left: int) -> int:
    window = one.window(Horizon(START, START + DAYS))
    if one.need is Need.HELD:
        return (one.units or 0) if day in window else 0
    if not window or day < window.start:
        return 0
    return left if one.units is None else min(one.units, left)


def walked(
    programmes: Sequence[Programme], own: Mapping[str, Mapping[int, int]]
) -> list[tuple[int | None, int | None]]:
    """Return the day of each milestone and what is missing, by counting day after day."""
    horizon = Horizon(START, START + DAYS)
    left = {one.programme: one.work or 0 for one in programmes}
    lacking: dict[str, dict[int, int]] = {one.programme: {} for one in programmes}
    done: dict[str, int] = {
        one.programme: one.window(horizon).start
        for one in programmes
        if one.need is Need.WORK and not one.work
    }
    at_deadline = dict(left)
    for day in range(START, START + DAYS):
        there = {
            site: next((levels[since] for since in sorted(levels, reverse=True) if START + since <= day), 0)
            * PARTS
            for site, levels in own.items()
        }
        wanted = [(one, wanted_on(day, one, left=left[one.programme])) for one in programmes]
        for (one, amount), share in zip(wanted, shares(there, wanted), strict=True):
            if one.need is Need.HELD:
                lacking[one.programme][day] = amount - share
                continue
            left[one.programme] -= share
            if share and not left[one.programme]:
                done[one.programme] = day
            if day < one.window(horizon).stop:
                at_deadline[one.programme] = left[one.programme]
    found: list[tuple[int | None, int | None]] = []
    for one in programmes:
        window = one.window(horizon)
        if one.need is Need.WORK:
            found.append((done.get(one.programme), at_deadline[one.programme]))
            continue
        lacks = [day for day in window if lacking[one.programme][day]]
        first = max(lacks) + 1 if lacks else window.start
        found.append((first if first in window else None, sum(lacking[one.programme].values())))
    return found


@st.composite
def programmes(draw: st.DrawFn) -> list[Programme]:
    found = []
    for number in range(draw(st.integers(1, 4))):
        first = draw(st.integers(-2, DAYS - 2))
        work = draw(st.none() | st.integers(0, 40))
        found.append(
            make_programme(
                f"p{number}",
                first=first,
                deadline=draw(st.integers(max(first, 0) + 1, DAYS)),
                units=draw(st.integers(0, 8)) if work is None else draw(st.none() | st.integers(1, 8)),
                work=work,
                sites=draw(st.lists(st.sampled_from(SITES), unique=True)),
            )
        )
    return sorted(found, key=lambda one: one.rank)


@given(
    asks=programmes(),
    own=st.fixed_dictionaries(
        {site: st.dictionaries(st.integers(0, DAYS), st.integers(0, 9), max_size=3) for site in SITES}
    ),
)
@settings(max_examples=200, deadline=None)
def test_runs_of_days_are_counted_as_day_after_day(
    asks: list[Programme], own: dict[str, dict[int, int]]
) -> None:
    steps = tuple(
        (site, tuple((START + day, units * PARTS) for day, units in sorted(levels.items())))
        for site, levels in sorted(own.items())
    )
    found = milestones(asks, Capacity(steps), horizon=Horizon(START, START + DAYS))
    assert [(one.day, one.missing) for one in found] == walked(asks, own)
