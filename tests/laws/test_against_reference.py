"""The engine against the reference on thousands of random worlds, every plan proven on the way.

The run prints how many worlds tried what; under two hundred of anything is a failure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest

from apportion.commands.plans import make_plan
from apportion.model.policy import Rule
from apportion.model.world import World
from tests.build import make_world, proven_plan, typed_world
from tests.laws.agreement import disagreements, tried
from tests.laws.holding import PROFILE_WORLDS, hold_on_random_worlds, seen_world
from tests.reference import RefWorld, reference_plan
from tests.worlds import RawWorld, restated_world

WORLDS = max(2_600, 4 * PROFILE_WORLDS)
LEAST = 200
# Readers, checks and studies cost most of a plan, so only some worlds go all the way.
SHARE_WHOLE_WAY, SHARE_BOOKED = 0.02, 0.3
TRIED = (
    "several options per class",
    "several tiers",
    "a raise",
    "a binding room",
    "a binding quota",
    "min_ship",
    "a partial lot",
    "a group",
    "a restated readiness step",
    "shipments",
    "fleet",
    "cooling",
    "an entitlement",
    "reference units",
    "as booked",
)


def test_the_engine_gives_the_plan_of_the_reference(
    request: pytest.FixtureRequest,
    capsys: pytest.CaptureFixture[str],
    record_property: Callable[[str, object], None],
) -> None:
    counts: Counter[str] = Counter()

    def engine_and_reference_agree(raw: RawWorld, rng: Random) -> None:
        reference, world = RefWorld(raw.settings, raw.standing), seen_world(raw)
        plan = proven_plan(world)
        assert disagreements(reference_plan(reference), plan) == []
        counts.update(["worlds", *tried(raw, reference=reference, plan=plan)])
        if rng.random() < SHARE_BOOKED:
            counts["as booked"] += ships_as_booked(raw, world=world)
        if rng.random() < SHARE_WHOLE_WAY:
            check_whole_way(raw)

    try:
        hold_on_random_worlds(engine_and_reference_agree, worlds=WORLDS)
    finally:
        lines = [f"{counts[name]:8} {name}" for name in ("worlds", *TRIED)]
        table = "\n".join(["worlds on which engine and reference agree, by what they tried:", *lines])
        # A worker has no terminal; what it records travels to the process that has one.
        if hasattr(request.config, "workerinput"):
            record_property("told", table)
        else:
            with capsys.disabled():
                print(f"\n{table}")  # noqa: T201
    assert {name: counts[name] for name in TRIED if counts[name] < LEAST} == {}


def ships_as_booked(raw: RawWorld, *, world: World) -> bool:
    """Compare the rule as-booked with the reference; return whether it gave anything."""
    expected = reference_plan(RefWorld(raw.settings, raw.standing), rule="as-booked")
    plan = proven_plan(world, replace(world.settings.policy, rule=Rule.AS_BOOKED))
    assert disagreements(expected, plan) == []
    return bool(expected.allocations)


def check_whole_way(raw: RawWorld) -> None:
    """See that the readers, the checks and the studies change nothing."""
    world = make_world(raw.settings, raw.tables).as_known_on(raw.as_known_on)
    assert world.digest == seen_world(raw).digest
    whole, drafted = make_plan(world), proven_plan(world)
    assert whole.shares.equals(drafted.shares)
    assert whole.stages == drafted.stages
    for name, frame in drafted.tables.items():
        assert whole.tables[name].equals(frame)


def test_both_ways_to_build_a_world_give_the_same_tables() -> None:
    for seed in range(20):
        raw = restated_world(Random(seed))  # noqa: S311
        slow, fast = make_world(raw.settings, raw.tables), typed_world(raw.settings, raw.tables)
        assert slow.settings == fast.settings
        assert slow.digest == fast.digest
        for name, frame in slow.tables.items():
            assert frame.equals(fast.tables[name])
