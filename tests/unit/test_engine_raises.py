"""Raises in rounds: which tier an order has when, and what the checks say of a raise."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apportion.engine.checks import check_world
from apportion.engine.formulate import formulate
from apportion.engine.raises import read_raises
from apportion.errors import Code, Severity
from apportion.model.policy import Policy, Rule
from apportion.verify.tiers import Tiers
from tests.laws.holding import seen_world
from tests.laws.small import small
from tests.worlds import RawWorld

Raise = tuple[int, int, int | None]  # First day, tier, first day after; days of January.
ROUNDS = range(10)


def market(*raises: Raise, every: str = "day", **cells: str) -> RawWorld:
    """Return a world from 1 to 10 January with one order of tier 3 and raises of its customer."""
    raw = small("order customer quantity tier\na alder 10 3", "lot sku quantity\nl1 k 4")
    raw.settings["round"] = every
    raw.tables["orders"][0] |= cells
    raw.tables["raises"] = [
        {
            "party": "alder",
            "from_on": on(first),
            "tier": str(tier),
            "until_on": "" if end is None else on(end),
        }
        for first, tier, end in raises
    ]
    return raw


def on(day: int) -> str:
    """Return a day counted from 1 January; 0 and less lie before."""
    return (dt.date(2023, 12, 31) + dt.timedelta(days=day)).isoformat()


def tiers_of(raw: RawWorld, *, rule: Rule = Rule.MAX_MIN) -> list[int]:
    """Return the tier of the order by round."""
    [order] = formulate(seen_world(raw), Policy(rule=rule)).orders
    return [order.tiers.at(at) for at in ROUNDS]


def test_a_raise_holds_from_its_first_day_until_the_last() -> None:
    assert tiers_of(market((3, 1, 5))) == [3, 3, 1, 1, 3, 3, 3, 3, 3, 3]
    assert tiers_of(market((-5, 2, 3), (8, 0, None))) == [2, 2, 3, 3, 3, 3, 3, 0, 0, 0]


def test_of_raises_that_overlap_the_smallest_tier_counts() -> None:
    assert tiers_of(market((2, 2, 8), (4, 1, 6), (7, 2, 9))) == [3, 2, 2, 1, 1, 2, 2, 2, 3, 3]


def test_a_raise_never_puts_an_order_back() -> None:
    assert tiers_of(market((2, 3, 5), (4, 7, None))) == [3] * 10


@pytest.mark.parametrize("rule", [Rule.FIRST_COME, Rule.AS_BOOKED])
def test_a_rule_without_tiers_knows_no_raise_and_no_stage_of_one(rule: Rule) -> None:
    assert tiers_of(market((3, 1, 5)), rule=rule) == [3] * 10
    assert formulate(seen_world(market((3, 1, 5))), Policy(rule=rule)).stage_rounds == (0,)


def test_raises_begin_and_end_in_stages() -> None:
    assert formulate(seen_world(market((3, 1, 5))), Policy()).stage_rounds == (0, 2, 4)
    # In weeks only the 1st and the 8th are rounds: a raise between them holds in none.
    assert formulate(seen_world(market((3, 1, 8), every="week")), Policy()).stage_rounds == (0,)
    assert formulate(seen_world(market((3, 1, 9), every="week")), Policy()).stage_rounds == (0, 1)


days = st.integers(-2, 12)
raises = st.lists(st.tuples(days, st.integers(0, 4), st.integers(1, 6) | st.none()), max_size=5)


@given(raises, st.integers(0, 4))
def test_engine_and_proof_read_the_same_tiers(drawn: list[Raise], own: int) -> None:
    # Two rows of one party and day would be two statements of one fact.
    rows = {first: (first, tier, None if length is None else first + length) for first, tier, length in drawn}
    world = seen_world(market(*rows.values()))
    mine, proof = read_raises(world, Policy()), Tiers(world, Policy())
    told = proof.by_round("alder", own=own)
    tiers = mine.tiers("alder", own=own)
    assert [tiers.at(at) for at in ROUNDS] == [told[at % len(told)] for at in ROUNDS]
    assert {edge for edge in mine.edges if edge < 10} == {edge for edge in proof.begin_or_end if edge < 10}


def findings(raw: RawWorld) -> set[tuple[Code, Severity]]:
    """Return what is found of the raises."""
    found = check_world(seen_world(raw))
    return {(one.code, one.severity) for one in found if one.file == "raises.csv"}


IDLE = {(Code.RAISE_CHANGES_NOTHING, Severity.INFO)}


def test_a_raise_that_changes_a_tier_is_not_told() -> None:
    assert findings(market((3, 2, 5))) == set()
    assert findings(market((3, 2, None), max_late_days="2")) == set()


@pytest.mark.parametrize(
    ("one", "cells"),
    [
        ((3, 3, 5), {}),  # Its own tier.
        ((3, 1, 5), {"tier": ""}),  # Tier 1 by default.
        ((3, 1, 5), {"status": "hold"}),
        ((4, 1, 5), {"max_late_days": "2"}),  # Over on the 3rd.
        ((3, 1, 5), {"requested_on": "2024-01-05"}),
        ((-5, 1, 1), {}),
        ((11, 1, None), {}),
    ],
)
def test_a_raise_that_changes_no_tier_is_told(one: Raise, cells: dict[str, str]) -> None:
    assert findings(market(one, **cells)) == IDLE


def test_a_raise_between_two_rounds_is_told() -> None:
    assert findings(market((3, 1, 8), every="week")) == IDLE
    assert findings(market((3, 1, 9), every="week")) == set()


def test_a_raise_of_nobody_or_of_no_day_is_an_error() -> None:
    assert findings(market((3, 1, 3))) == {(Code.PERIOD_EMPTY, Severity.ERROR)}
    raw = market((3, 1, 5))
    raw.tables["raises"][0]["party"] = "elder"
    assert findings(raw) == {(Code.REFERENCE_UNKNOWN, Severity.ERROR)}
