"""The rules priority, first-come and pro-rata: the engine against the reference, and the laws of taking turns.

Every plan that is compared is proven on the way; the run prints how many gave each reason, and too few fail it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apportion.commands.plans import make_plan
from apportion.engine.planning import draft_plan
from apportion.model.plan import Plan
from apportion.model.policy import Rule
from apportion.model.world import World
from tests.build import proven_plan, typed_world
from tests.laws.agreement import disagreements, units_of
from tests.reference import AllocationKey, RefWorld, reference_plan
from tests.reference.world import MILLIONTH, RefOption, RefOrder, Resource
from tests.worlds import RawWorld, random_world, restated_world

WORLDS = max(400, settings().max_examples)
LAW_WORLDS = max(100, settings().max_examples)
# In how many worlds at least each rule must have given each of its reasons.
LEAST = WORLDS // 40
# Studies, checks and readers cost most of a plan, so only one world in so many goes all the way.
WHOLE_WAY_EVERY = 50
IN_TURN = (Rule.PRIORITY, Rule.FIRST_COME)
COMMON = ("below-min-ship", "partial-lot", "site-not-ready", "quota", "no-round")
REASONS = {
    Rule.PRIORITY: ("order-ahead", "taken-early", *COMMON),
    Rule.FIRST_COME: ("order-ahead", "taken-early", *COMMON),
    Rule.PRO_RATA: ("higher-tier", "fair-share", *COMMON),
}

Shares = dict[AllocationKey, Fraction]
worlds = st.randoms(use_true_random=False)


def run_on_worlds(check: Callable[[Random], None], *, examples: int) -> None:
    """Run a check on random worlds that hypothesis can shrink."""

    @settings(max_examples=examples, suppress_health_check=list(HealthCheck))
    @given(worlds)
    def run(rng: Random) -> None:
        check(rng)

    run()


def check_against_reference(raw: RawWorld, *, rule: Rule, world: World) -> Plan:
    """Compare the plan of a world with the reference, and return it."""
    expected = reference_plan(RefWorld(raw.settings, raw.standing), rule=rule.value)
    plan = proven_plan(world, replace(world.settings.policy, rule=rule))
    assert disagreements(expected, plan) == [], rule
    return plan


def check_whole_way(world: World, *, plan: Plan) -> None:
    """The checks and the studies change nothing."""
    whole = make_plan(world, plan.policy)
    assert whole.shares.equals(plan.shares)
    assert all(whole.tables[name].equals(frame) for name, frame in plan.tables.items())


def test_the_engine_gives_the_plan_of_the_reference(capsys: pytest.CaptureFixture[str]) -> None:
    counts: dict[Rule, Counter[str]] = {rule: Counter() for rule in REASONS}

    def check(rng: Random) -> None:
        raw = restated_world(rng)
        world = typed_world(raw.settings, raw.tables).as_known_on(raw.as_known_on)
        for rule, met in counts.items():
            plan = check_against_reference(raw, rule=rule, world=world)
            if met["worlds"] % WHOLE_WAY_EVERY == 0:
                check_whole_way(world, plan=plan)
            met.update(set(plan.tables["shortages"]["reason"].to_list()))
            met["worlds"] += 1

    run_on_worlds(check, examples=WORLDS)
    with capsys.disabled():
        for rule, met in counts.items():
            print(f"\n{met['worlds']} worlds under {rule} agree with the reference; with the reason")  # noqa: T201
            print(", ".join(f"{name} {met[name]}" for name in REASONS[rule]))  # noqa: T201
    for rule, names in REASONS.items():
        assert {name: counts[rule][name] for name in names if counts[rule][name] < LEAST} == {}, rule


def shares_under(rule: Rule, raw: RawWorld) -> Shares:
    """Return the exact shares of a world under a rule."""
    world = typed_world(raw.settings, raw.tables)
    return units_of(draft_plan(world, replace(world.settings.policy, rule=rule)).shares)


def patient_world(rng: Random) -> RawWorld:
    """Return a world in which no order has `min_ship`."""
    raw = random_world(rng)
    for row in raw.tables["orders"]:
        row["min_ship"] = ""
    return raw


@pytest.mark.parametrize("rule", IN_TURN)
def test_no_order_could_take_more_than_it_did_in_its_turn(rule: Rule) -> None:
    counts: Counter[str] = Counter()

    def check(rng: Random) -> None:
        raw = patient_world(rng)
        reference = RefWorld(raw.settings, raw.tables, rule=rule.value)
        shares = shares_under(rule, raw)
        for chance in chances(reference):
            counts["chances"] += 1
            assert could_take(reference, shares, chance=chance) < MILLIONTH, (chance[0].name, chance[1:])

    run_on_worlds(check, examples=LAW_WORLDS)
    assert counts["chances"] > LAW_WORLDS


Chance = tuple[RefOrder, int, int]


def chances(world: RefWorld) -> Iterator[Chance]:
    """Yield every (order, round, place of the option) by which something could have been taken."""
    for order in world.orders:
        if order.takes_part:
            for at in order.open_rounds:
                yield from ((order, at, place) for place, one in enumerate(order.options) if one.is_usable)


def could_take(world: RefWorld, shares: Shares, *, chance: Chance) -> Fraction:
    """Return how many units more the order could have taken by an option in a round.

    What counts is given: the orders before it, its own earlier rounds, and its options up to this one.
    """
    order, at, place = chance
    option = order.options[place]
    names = [other.name for other in world.serving_order()]
    ahead = set(names[: names.index(order.name)])
    better = [(one.sku, one.site) for one in order.options[: place + 1]]
    day = world.rounds[at]
    taken = {
        key: units
        for key, units in shares.items()
        if key[0] in ahead
        or (key[0] == order.name and (key[3] < day or (key[3] == day and key[1:3] in better)))
    }
    ratios = {(one.sku, one.site): one.ratio for one in order.options}
    filled = sum(
        (ratios[key[1:3]] * units for key, units in taken.items() if key[0] == order.name), Fraction(0)
    )
    most = (order.open_before - filled) / option.ratio
    for resource, use in option.uses.items():
        for later in range(at, len(world.rounds)):
            limit = world.limit(resource, round_number=later)
            if limit is not None:
                until = {key: units for key, units in taken.items() if key[3] <= world.rounds[later]}
                most = min(most, (limit - used(world, until, resource=resource)) / use)
    for name in option.quotas:
        quota = world.quotas[name]
        if at in quota.rounds:
            days = {world.rounds[number] for number in quota.rounds}
            inside = {key: units for key, units in taken.items() if key[3] in days}
            most = min(most, quota.at_most - used(world, inside, resource=("quota", name)))
    return most


def used(world: RefWorld, shares: Shares, *, resource: Resource) -> Fraction:
    """Return what shares use of a resource."""
    options: dict[tuple[str, str, str], RefOption] = {
        (order.name, option.sku, option.site): option for order in world.orders for option in order.options
    }
    total = Fraction(0)
    for key, units in shares.items():
        option = options[key[:3]]
        is_counted = resource[0] == "quota" and resource[1] in option.quotas
        total += units * (
            Fraction(int(is_counted)) if resource[0] == "quota" else option.uses.get(resource, 0)
        )
    return total


@pytest.mark.parametrize("rule", IN_TURN)
def test_an_order_takes_nothing_from_those_before_it(rule: Rule) -> None:
    def check(rng: Random) -> None:
        raw = random_world(rng)
        last = RefWorld(raw.settings, raw.tables, rule=rule.value).serving_order()[-1].name
        shares = shares_under(rule, raw)
        row = next(row for row in raw.tables["orders"] if row["order"] == last)
        row["status"] = "hold"
        without = shares_under(rule, raw)
        assert {key: units for key, units in shares.items() if key[0] != last} == without

    run_on_worlds(check, examples=LAW_WORLDS)
