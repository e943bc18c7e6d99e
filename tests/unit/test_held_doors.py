"""Every other door by which an edit of the files could move units between tied parties."""

from __future__ import annotations

from typing import Any

import pytest

from apportion.errors import Code, Severity
from apportion.govern.hold import Answer
from apportion.model.policy import Rule
from tests.build import day
from tests.held import (
    BEFORE,
    allocations,
    answers,
    assert_put_back,
    bookings,
    edited,
    raw_world,
    stood,
    world_of,
)
from tests.laws.small import table

# The orders.


@pytest.mark.parametrize(
    "cells",
    [
        {"customer": "x"},
        {"tier": "2"},
        {"quantity": "3"},
        {"status": "hold"},
        {"status": "closed"},
        {"commitment": "soft"},
        {"sites": "r"},
        {"placed_on": "2024-01-01"},
        {"promised_on": "2024-02-01"},
        {"requested_on": "2024-01-09"},
        {"min_ship": "10"},
        {"max_late_days": "0"},
    ],
    ids=lambda cells: next(iter(cells)),
)
def test_the_order_of_a_tied_party_stands_as_frozen(cells: dict[str, str]) -> None:
    standing = stood(edited("orders", "T", **cells))
    for rule in Rule:
        assert_put_back(standing, rule=rule, file="orders.csv")


def test_an_order_of_a_third_party_may_change() -> None:
    world = edited("orders", "C", tier="2", quantity="3")
    assert stood(world).world.digest == world.digest


def test_an_order_that_asks_for_more_passes_and_is_told() -> None:
    world = edited("orders", "X", quantity="30")
    standing = stood(world)
    assert standing.world.digest == world.digest
    assert answers(standing) == {("X", "quantity"): Answer.TOLD}


def test_an_order_that_is_gone_is_put_back() -> None:
    raw = raw_world()
    raw.tables["orders"] = raw.tables["orders"][1:]
    raw.tables["supply"][0]["reserved_for"] = "X"
    standing = stood(world_of(raw))
    assert allocations(standing.world) == allocations(BEFORE)
    assert answers(standing)["T", ""] is Answer.PUT_BACK


def test_an_order_of_the_other_party_under_the_booked_id_is_not_the_booked_order() -> None:
    raw = raw_world()
    raw.tables["orders"][0]["order"] = "T-old"
    raw.tables["orders"][1]["order"] = "T"
    standing = stood(world_of(raw))
    assert bookings(standing.world)["T"] == 10
    assert dict(standing.world.table("orders").select("order", "customer").iter_rows())["T"] == "t"
    assert [row for row in allocations(standing.world) if row[1] == "x"] == [
        row for row in allocations(BEFORE) if row[1] == "x"
    ]


def test_a_new_order_is_of_no_better_tier_than_its_customer_had() -> None:
    raw = raw_world()
    for row in raw.tables["orders"]:
        row["tier"] = "3"
    before = world_of(raw)
    raw.tables["orders"] += table("order customer quantity tier\nX9 x 10 1", name="orders")
    standing = stood(world_of(raw), before=before)
    assert dict(standing.world.table("orders").select("order", "tier").iter_rows())["X9"] == 3
    [attempt] = standing.held
    assert (attempt.changed.key, attempt.answer) == (("X9",), Answer.PUT_BACK)


# Instructions, weights, quotas, policy.


@pytest.mark.parametrize("party", ["x", "t"])
def test_a_new_raise_of_a_tied_party_is_not_made(party: str) -> None:
    standing = stood(edited("raises", party, from_on="2024-01-01", tier="0"))
    for rule in (Rule.MAX_MIN, Rule.PRIORITY):
        assert_put_back(standing, rule=rule, file="raises.csv")


def test_a_raise_that_was_frozen_stands_whatever_the_files_say() -> None:
    raw = raw_world()
    raw.tables["raises"] = [{"party": "t", "from_on": "2024-01-01", "tier": "0"}]
    before = world_of(raw)
    for rows in ([], [{"party": "t", "from_on": "2024-01-01", "tier": "1"}]):
        raw.tables["raises"] = rows
        standing = stood(world_of(raw), before=before)
        assert allocations(standing.world, rule=Rule.PRIORITY) == allocations(before, rule=Rule.PRIORITY)
        assert standing.world.table("raises").select("party", "tier").rows() == [("t", 0)]


def test_a_raise_of_a_third_party_passes() -> None:
    world = edited("raises", "c", from_on="2024-01-01", tier="0")
    assert stood(world).world.digest == world.digest


@pytest.mark.parametrize("name", ["weight", "group"])
def test_the_weight_and_group_of_a_tied_party_stand(name: str) -> None:
    standing = stood(edited("parties", "x", **{name: "9"}))
    assert_put_back(standing, rule=Rule.MAX_MIN, file="parties.csv")


def test_an_entitlement_of_a_tied_party_is_not_made() -> None:
    standing = stood(edited("entitlements", "x", pool="k", from_on="2024-01-01", weight="9"))
    assert_put_back(standing, rule=Rule.MAX_MIN, file="entitlements.csv")


@pytest.mark.parametrize(
    "cells",
    [{"party": "t"}, {"group": "t"}, {"sku": "k"}, {"site": "s"}, {}],
    ids=["party", "group", "sku", "site", "any"],
)
def test_a_quota_that_binds_a_tied_party_stops(cells: dict[str, str]) -> None:
    standing = stood(edited("quotas", "Q", at_most="1", **cells))
    [finding] = standing.findings
    assert (finding.code, finding.severity, finding.file) == (Code.NOT_DECIDED, Severity.ERROR, "quotas.csv")
    assert finding.row == 2
    assert answers(standing) == {("Q", ""): Answer.STOPS}


def test_a_quota_that_binds_no_tied_party_passes() -> None:
    assert stood(edited("quotas", "Q", at_most="1", party="c")).findings == ()


def test_a_quota_lifted_from_a_tied_party_stops_as_well() -> None:
    raw = raw_world()
    raw.tables["quotas"] = [{"quota": "Q", "party": "x", "at_most": "3"}]
    before = world_of(raw)
    raw.tables["quotas"] = [{"quota": "Q", "party": "c", "at_most": "3"}]
    assert [one.severity for one in stood(world_of(raw), before=before).findings] == [Severity.ERROR]


@pytest.mark.parametrize(
    "policy",
    [{"rule": "first-come"}, {"level_by": "order"}, {"commitments": ["firm", "soft"]}, {"readiness": False}],
    ids=lambda policy: next(iter(policy)),
)
def test_the_policy_stands_as_frozen(policy: dict[str, Any]) -> None:
    raw = raw_world()
    raw.settings["policy"] = raw.settings["policy"] | policy
    standing = stood(world_of(raw))
    assert standing.world.settings.policy == BEFORE.settings.policy
    assert [one.file for one in standing.findings] == ["scenario.toml"]
    assert stood(world_of(raw), conflicted_pairs=frozenset()).world.settings.policy != BEFORE.settings.policy


@pytest.mark.parametrize(
    ("name", "row", "cells"),
    [
        ("readiness", "s", {"power_kw": "5"}),
        ("sites", "s", {"users": "x"}),
        ("skus", "k", {"pool": "p"}),
        ("fleet", "F", {"party": "x", "site": "s", "sku": "k", "quantity": "3", "since_on": "2024-01-01"}),
    ],
)
def test_facts_of_sites_and_skus_stand_and_are_told(name: str, row: str, cells: dict[str, str]) -> None:
    raw = raw_world()
    found = [one for one in raw.tables.get(name, []) if row in one.values()]
    if found:
        found[0].update(cells)
    else:
        raw.tables[name] = [{"holding": row, **cells}]
    world = world_of(raw)
    standing = stood(world)
    assert standing.world.digest == world.digest
    assert standing.findings == ()
    assert {one.answer for one in standing.attempts} == {Answer.TOLD}
    assert [one.changed.table for one in standing.attempts] == [name]


def test_other_days_of_the_plan_are_told() -> None:
    raw = raw_world()
    raw.settings["end_on"] = day("2024-01-20")
    assert answers(stood(world_of(raw))) == {("", "end_on"): Answer.TOLD}
