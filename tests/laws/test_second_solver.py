"""The levels of random stages against a second public solver: GLOP, the linear solver of OR-tools.

The textbook method in floats: the highest level that all classes can reach together, found by one linear program;
the classes whose rows carry a price there are fixed at it; the others go on. It shares with the engine what a stage
is (orders, classes, what is left), and nothing of how its levels are found. OR-tools is in the group `oracle`, and has
a process of its own: it brings another copy of the library that `highspy` holds, and no process can load both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from fractions import Fraction
from multiprocessing import get_context
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apportion.engine.formulate import formulate
from apportion.engine.maxmin import StageShares, fair_shares
from apportion.engine.problem import MILLION, ORDERED, Option, Problem
from apportion.engine.stage import ClassInStage
from apportion.model.policy import Rule
from tests.build import typed_world
from tests.laws.glop_levels import FloatStage, Row, levels_by_second_solver
from tests.worlds import random_world

WORLDS = max(600, settings().max_examples)
# Stages at least, and among them those in which classes of several options contest something.
LEAST_STAGES, LEAST_CONTESTS = 3 * WORLDS, WORLDS // 20
CLOSE = 1e-6


def options_of(item: ClassInStage) -> Iterator[Option]:
    """Yield every usable option of a class, also those for which nothing is left."""
    for one in item.taking:
        yield from one.order.options


def in_floats(problem: Problem, stage: StageShares) -> FloatStage:
    """Return a stage as the second solver sees it."""
    limits: list[Row] = []
    uses: dict[int, dict[int, float]] = {index: {} for index in stage.left}
    for item in stage.classes:
        for one in item.taking:
            fills = {option.index: option.rate / MILLION for option in one.order.options}
            limits.append(Row(fills, one.open / ORDERED))
        for option in options_of(item):
            for resource, use in option.uses:
                if resource in uses:
                    uses[resource][option.index] = use * MILLION / problem.resources[resource].scale
    limits += [
        Row(columns, stage.left[index] / problem.resources[index].scale) for index, columns in uses.items()
    ]
    scale = problem.value_scale
    return FloatStage(
        limits=limits,
        values={
            item.index: {option.index: option.value * MILLION / scale for option in options_of(item)}
            for item in stage.classes
        },
        received={item.index: item.received / scale for item in stage.classes},
        weights={item.index: float(Fraction(item.weight) / MILLION) for item in stage.classes},
    )


def levels_of_engine(problem: Problem, stage: StageShares) -> dict[int, float]:
    """Return the level of each class before its shares are cut to millionths."""
    levels: dict[int, float] = {}
    for item in stage.classes:
        exact = item.level
        if item.index in stage.named:
            exact = max(exact, stage.bounds[stage.named[item.index]].level)
        levels[item.index] = float(exact * MILLION / problem.value_scale)
    return levels


def is_contest(stage: StageShares) -> bool:
    """Say whether a class of several options was stopped by what others want too."""
    wide = {item.index for item in stage.classes if sum(1 for _ in options_of(item)) > 1}
    return any(
        bound.prices and len(bound.classes) > 1 and wide.intersection(bound.classes) for bound in stage.bounds
    )


def test_a_second_solver_finds_the_same_levels(capsys: pytest.CaptureFixture[str]) -> None:
    counts: Counter[str] = Counter()

    @settings(max_examples=WORLDS, suppress_health_check=list(HealthCheck))
    @given(st.randoms(use_true_random=False))
    def run(rng: Random) -> None:
        raw = random_world(rng)
        world = typed_world(raw.settings, raw.tables)
        rule = rng.choice([Rule.MAX_MIN, Rule.MAX_MIN, Rule.PRO_RATA])
        problem = formulate(world, replace(world.settings.policy, rule=rule))
        for stage in fair_shares(problem).stages:
            expected = levels_of_engine(problem, stage)
            found = pool.submit(levels_by_second_solver, in_floats(problem, stage)).result()
            assert found == pytest.approx(expected, rel=CLOSE, abs=CLOSE)
            counts["stages"] += 1
            counts["contests"] += is_contest(stage)
            counts["levels"] += len(found)

    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        run()
    with capsys.disabled():
        print("\nthe second solver agrees on", dict(counts))  # noqa: T201
    assert counts["stages"] >= LEAST_STAGES
    assert counts["contests"] >= LEAST_CONTESTS
