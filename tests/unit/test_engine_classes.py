"""Demand classes: their names and weights, from rows that stand in the test."""

from __future__ import annotations

import pytest

from apportion.engine.formulate import formulate
from apportion.model.policy import LevelBy, Policy
from tests.laws.holding import seen_world
from tests.laws.small import small
from tests.worlds import RawWorld

MILLION = 10**6


def market() -> RawWorld:
    """Return three customers, of which alder and aspen are one group and birch weighs 3 in pool p from the 4th."""
    raw = small(
        """
        order customer skus quantity
        a1    alder    k    10
        a2    alder    j    20
        b1    birch    k|j  30
        e1    aspen    j    40
        """,
        "lot sku quantity\nl1 k 10",
        parties="party group weight\nalder trees 2\naspen trees 5\nbirch - 1",
        skus="sku pool\nk p\nj -",
    )
    raw.tables["entitlements"] = [
        {"party": "birch", "pool": "p", "from_on": "2024-01-04", "weight": "3", "until_on": "2024-01-06"}
    ]
    return raw


@pytest.mark.parametrize(
    ("level_by", "weights"),
    [
        # The pool of the order's first SKU; j is a pool of its own.
        (LevelBy.POOL, {"alder/j": 2, "alder/p": 2, "aspen/j": 5, "birch/p": 1}),
        (LevelBy.CUSTOMER, {"alder": 2, "aspen": 5, "birch": 1}),
        # 2 + 5; a party without a group is one by itself.
        (LevelBy.GROUP, {"trees": 7, "birch": 1}),
        # What was ordered.
        (LevelBy.ORDER, {"a1": 10, "a2": 20, "b1": 30, "e1": 40}),
    ],
)
def test_each_way_to_level_has_its_classes_and_weights(level_by: LevelBy, weights: dict[str, int]) -> None:
    problem = formulate(seen_world(market()), Policy(level_by=level_by))
    first = {name: series[0] for name, series in zip(problem.classes, problem.weights, strict=True)}
    assert first == {name: weight * MILLION for name, weight in weights.items()}


def test_an_entitlement_holds_from_its_first_day_until_the_last() -> None:
    problem = formulate(seen_world(market()), Policy(level_by=LevelBy.POOL))
    series = problem.weights[problem.classes.index("birch/p")]
    # Rounds are the 1st to the 10th: 3 on the 4th and 5th.
    assert [weight // MILLION for weight in series] == [1, 1, 1, 3, 3, 1, 1, 1, 1, 1]
    assert {3, 5} <= set(problem.stage_rounds)


def test_entitlements_count_only_under_pool() -> None:
    problem = formulate(seen_world(market()), Policy(level_by=LevelBy.CUSTOMER))
    assert set(problem.weights[problem.classes.index("birch")]) == {MILLION}
    assert problem.stage_rounds == (0,)
