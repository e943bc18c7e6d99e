"""The proof refuses every plan that was tampered with, digests made anew."""

from __future__ import annotations

from random import Random

import pytest

from apportion.verify import verify
from tests.build import proven_plan
from tests.laws.arithmetic import Sums
from tests.laws.holding import hold_on_random_worlds, seen_world
from tests.laws.small import small
from tests.laws.tampering import ALL, Tampering
from tests.reference import RefWorld
from tests.worlds import RawWorld

PER_WORLD = 20

# b1 and b2 are equal orders of one class, c1 and d1 equal orders of two; a2 is of the second tier. Several SKUs
# and sites, one of them late; lots of 4.
CONTEST = small(
    """
    order customer skus  quantity sites       tier min_ship max_late_days
    a1    alder    k|j:2 30       north|south 1    -        -
    a2    alder    k     20       north       2    -        -
    b1    birch    k     12       north       1    -        -
    b2    birch    k     12       north       1    -        -
    c1    cedar    k|j   25       south|north 1    -        -
    d1    dogwood  k|j   25       south|north 1    -        -
    e1    elder    j     9        south       2    9        -
    f1    fir      k     9        north       1    -        4
    """,
    """
    lot sku arrives_on quantity
    l1  k   2024-01-01 41
    l2  j   2024-01-01 10
    l3  k   2024-01-03 22
    l4  j   2024-01-05 12
    """,
    parties="party weight\nalder 3\nbirch 2",
    skus="sku site_kw lot_units\nk 1 4\nj 2 1",
    sites="site\nnorth\nsouth",
    readiness="""
    site  step   ready_on   power_kw
    north hall-1 2023-12-01 45
    south hall-1 2023-12-01 20
    south hall-2 2024-01-04 60
    """,
    quotas="quota party at_most\nq fir 5",
)
# One round, one class with two equal orders.
TWINS = small("order customer quantity\na1 alder 10\na2 alder 10", "lot sku quantity\nl1 k 12")
# One round, two classes, one equal order each; a third is left over.
THIRDS = small(
    "order customer quantity\na alder 10\nb birch 10\nc cedar 10",
    "lot sku quantity\nl1 k 10",
    skus="sku lot_units\nk 3",
)
# The second lot of the first customer comes in the third round only.
LATER = small(
    "order customer quantity\na alder 16\nb birch 8",
    "lot sku arrives_on quantity\nl1 k 2024-01-01 12\nl2 k 2024-01-03 12",
    skus="sku lot_units\nk 4",
)
WORLDS = {"contest": CONTEST, "twins": TWINS, "thirds": THIRDS, "later": LATER}


@pytest.mark.parametrize("tampering", ALL, ids=lambda one: one.__name__)
@pytest.mark.parametrize("name", WORLDS)
def test_no_tampering_with_a_plan_passes(name: str, tampering: Tampering) -> None:
    raw = WORLDS[name]
    world, sums = seen_world(raw), Sums(RefWorld(raw.settings, raw.tables))
    plan = proven_plan(world)
    passed = [one.told for one in tampering(plan, sums) if not verify(world, one.plan)]
    assert passed == []


def test_no_tampering_with_a_random_plan_passes() -> None:
    def law(raw: RawWorld, rng: Random) -> None:
        world, sums = seen_world(raw), Sums(RefWorld(raw.settings, raw.standing))
        plan = proven_plan(world)
        tampered = [one for tampering in ALL for one in tampering(plan, sums)]
        for one in rng.sample(tampered, min(PER_WORLD, len(tampered))):
            assert verify(world, one.plan), one.told

    hold_on_random_worlds(law)


def test_the_contest_is_one_with_several_options_tiers_and_lots() -> None:
    plan = proven_plan(seen_world(CONTEST))
    assert {stage.tier for stage in plan.stages} == {1, 2}
    assert any(len(cut.classes) > 1 and len(cut.prices) > 1 for stage in plan.stages for cut in stage.cuts)
    assert (plan.tables["allocations"]["partial"] > 0).any()
    sums = Sums(RefWorld(CONTEST.settings, CONTEST.tables))
    assert [tampering.__name__ for tampering in ALL if not any(tampering(plan, sums))] == []
