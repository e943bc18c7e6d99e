"""The figures in the first lines of the README come out of the bundled case."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl

import apportion as ap
from apportion.model.policy import Rule

README = Path(__file__).resolve().parent.parent.parent / "README.md"


def live_days(world: ap.World, policy: ap.Policy) -> dict[str, int]:
    days = ap.replay(world, ap.plan(world, policy).allocations).days
    by_party = days.group_by("party").agg(pl.col("live_gpu_days").sum())
    return {party: int(live) for party, live in by_party.rows()}


def test_what_the_fair_plan_runs_more_and_less_than_the_bookings() -> None:
    world = ap.read("tesla-x-2023")
    policy = world.settings.policy
    fair, booked = live_days(world, policy), live_days(world, replace(policy, rule=Rule.AS_BOOKED))
    # X's 6,000 booked for 15 June could run from 31 January: 136 days. Tesla's first hall takes 5,594 units, in
    # whole trays of 8 it gets 5,592: 2 units wait the 30 days until the next hall.
    assert fair["x"] - booked["x"] == 6_000 * 136 == 816_000
    assert booked["tesla"] - fair["tesla"] == 2 * 30 == 60
    lead = " ".join(README.read_text(encoding="utf-8").split())
    assert "X runs 816,000 GPU-days more under the fair plan" in lead
    assert "Tesla 60 fewer" in lead
