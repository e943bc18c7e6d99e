"""Laws of claims: the order of rows changes nothing, and no claim bears on the evidence for any."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import cache

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import apportion as ap
from apportion.commands.assessments import open_proposal
from apportion.model.proposal import Proposal
from apportion.model.world import ALL, PUBLIC, World
from apportion.study.claims import Claims, judge_claims

STORY = "tesla-x-2023"
DAYS = [dt.date(2024, 4, 23), dt.date(2024, 6, 4), dt.date(2024, 6, 30)]
BANDS = [
    "claim",
    *(f"evidence_{end}" for end in ("low", "plain", "high", "on_early", "on", "on_late")),
    "rows",
]


@cache
def story() -> World:
    return ap.read(STORY)


@cache
def swap() -> Proposal:
    return open_proposal("swap-2023-12", scenario=STORY)


def judge(world: World) -> Claims:
    return judge_claims(world, [swap()])


def with_table(world: World, name: str, *, frame: pl.DataFrame) -> World:
    return replace(world, tables={**world.tables, name: frame})


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 2**16), day=st.sampled_from(DAYS), viewpoint=st.sampled_from([ALL, PUBLIC]))
def test_the_order_of_rows_changes_nothing(seed: int, day: dt.date, viewpoint: str) -> None:
    world = story().as_known_on(day, viewpoint)
    shuffled = replace(
        world,
        tables={
            name: frame.sample(fraction=1, shuffle=True, seed=seed) for name, frame in world.tables.items()
        },
    )
    one, other = judge(world), judge(shuffled)
    for name in ("claims", "contradictions", "ageing"):
        frame = getattr(other, name)
        columns = [pl.col(column).list.sort() for column, kind in frame.schema.items() if kind == pl.List]
        assert getattr(one, name).with_columns(columns).equals(frame.with_columns(columns)), name


@settings(max_examples=6, deadline=None)
@given(
    kept=st.sets(st.sampled_from([f"K{number}" for number in range(1, 23)])),
    viewpoint=st.sampled_from([ALL, PUBLIC]),
)
def test_taking_claims_out_changes_no_evidence_and_no_verdict_of_the_others(
    kept: set[str], viewpoint: str
) -> None:
    world = story().as_known_on(DAYS[-1], viewpoint)
    claims = world.tables["claims"]
    less = with_table(world, "claims", frame=claims.filter(pl.col("claim").is_in(sorted(kept))))
    whole = judge(world).claims.filter(pl.col("claim").is_in(sorted(kept)))
    part = judge(less).claims
    columns = [*BANDS[:-1], "verdict"]
    assert part.select(columns).equals(whole.select(columns))


@pytest.mark.parametrize("viewpoint", [ALL, PUBLIC])
@pytest.mark.parametrize("day", DAYS)
def test_rows_that_only_a_claim_stands_behind_change_no_evidence(day: dt.date, viewpoint: str) -> None:
    world = story().as_known_on(day, viewpoint)
    less = world
    for name in ("fleet", "orders", "readiness"):
        frame = world.tables[name]
        less = with_table(less, name, frame=frame.filter((pl.col("basis") != "claim").fill_null(value=True)))
    assert judge(less).claims.select(BANDS).equals(judge(world).claims.select(BANDS))


def test_what_is_known_later_never_speaks_of_an_earlier_day() -> None:
    world, day = story(), DAYS[0]
    later = {
        name: frame.filter((pl.col("known_on") <= day).fill_null(value=True))
        if "known_on" in frame.columns and name not in {"parties", "skus", "sites"}
        else frame
        for name, frame in world.tables.items()
    }
    then = judge(replace(world, tables=later).as_known_on(day))
    assert then.claims.equals(judge(world.as_known_on(day)).claims)
