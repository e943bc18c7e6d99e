"""Every door by which an edit of the files could move units between tied parties: put back, stopping, or told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from apportion.errors import Code, Severity
from apportion.govern.hold import Answer, Frozen, Held, Standing, stand
from apportion.model.policy import Policy, Rule
from apportion.model.proposal import Kind, Move, Proposal, Raise
from apportion.model.world import World
from tests.build import day, proven_plan, typed_world
from tests.laws.small import small, table
from tests.worlds import RawWorld

ORDERS = (
    "order customer quantity tier placed_on requested_on\n"
    "T t 10 1 2023-12-01 2024-01-01\n"
    "X x 10 1 2023-12-02 2024-01-01\n"
    "C c 10 1 2023-12-03 2024-01-01"
)
SUPPLY = (
    "lot quantity sku arrives_on reserved_for\n"
    "L1 10 k 2024-01-02 T\n"
    "L2 10 k 2024-01-05 X\n"
    "L3 10 k 2024-01-03 C\n"
    "L4 4 k 2024-01-04 -"
)
TIED = frozenset({frozenset({"t", "x"})})
Row = dict[str, str]


def raw_world(**tables: str) -> RawWorld:
    return small(ORDERS, SUPPLY, **({"sites": "site\ns\nr", "readiness": "site\ns\nr"} | tables))


def world_of(raw: RawWorld) -> World:
    return typed_world(raw.settings, raw.tables)


BEFORE = world_of(raw_world())


def edited(table_name: str, name: str, /, **cells: str) -> World:
    """Return the world with cells of one row changed; a row that is not there is added."""
    return with_rows(raw_world(), [(table_name, name, cells)])


def with_rows(raw: RawWorld, changes: list[tuple[str, str, Mapping[str, str]]]) -> World:
    for table_name, name, cells in changes:
        rows = raw.tables.setdefault(table_name, [])
        key = {"parties": "party", "raises": "party", "entitlements": "party", "sites": "site"}.get(
            table_name, table_name.rstrip("s") if table_name != "supply" else "lot"
        )
        found = [row for row in rows if row.get(key) == name]
        if found:
            found[0].update(cells)
        else:
            rows.append({key: name, **cells})
    return world_of(raw)


def stood(
    world: World,
    *,
    before: World = BEFORE,
    conflicted_pairs: frozenset[frozenset[str]] = TIED,
    applied: tuple[Proposal, ...] = (),
    waiting: tuple[Proposal, ...] = (),
    refused: tuple[Proposal, ...] = (),
    settled: frozenset[str] = frozenset(),
) -> Standing:
    held = Held(
        frozen=Frozen.from_world(before),
        applied=applied,
        open=waiting,
        refused=refused,
        conflicted_pairs=conflicted_pairs,
        settled=settled,
    )
    return stand(world, held)


def bookings(world: World) -> dict[str, int]:
    """Return the units booked by order."""
    units: dict[str, int] = {}
    for order, quantity in world.table("supply").select("reserved_for", "quantity").iter_rows():
        units[order or ""] = units.get(order or "", 0) + quantity
    return units


def allocations(world: World, *, rule: Rule = Rule.AS_BOOKED) -> list[tuple[Any, ...]]:
    plan = proven_plan(world, replace(world.settings.policy, rule=rule))
    return plan.tables["allocations"].rows()


def answers(standing: Standing) -> dict[tuple[str, str], Answer]:
    return {
        (str(one.changed.key[0]) if one.changed.key else "", one.changed.column): one.answer
        for one in standing.attempts
    }


def assert_put_back(standing: Standing, *, rule: Rule = Rule.AS_BOOKED, file: str = "supply.csv") -> None:
    """Assert that the plan is what it was, and that it is told as a warning and as an attempt between the two."""
    assert allocations(standing.world, rule=rule) == allocations(BEFORE, rule=rule)
    assert standing.held
    assert all(one.parties == ("t", "x") for one in standing.held)
    told = [one for one in standing.findings if one.code is Code.NOT_DECIDED]
    assert [one.severity for one in told] == [Severity.WARNING] * len(standing.held)
    assert {one.file for one in told} == {file}
    assert all("'t' and 'x'" in one.found and one.fix for one in told)


def test_nothing_changed_is_nothing_told_and_the_same_world() -> None:
    standing = stood(BEFORE)
    assert (standing.findings, standing.attempts) == ((), ())
    assert standing.world.digest == BEFORE.digest


# The lots.


def test_a_lot_booked_for_the_other_party_is_put_back_and_its_units_are_not_decided() -> None:
    standing = stood(edited("supply", "L1", reserved_for="X"))
    assert_put_back(standing)
    shortages = proven_plan(standing.world, Policy(rule=Rule.AS_BOOKED)).tables["shortages"]
    told = shortages.filter(reason="not-decided").select("order", "resource").rows()
    assert told == [("X", "proposal edit of supply.csv row 2")]
    finding = standing.findings[0]
    assert (finding.row, finding.column) == (2, "reserved_for")
    assert "'X' stands where 'T' did" in finding.found


@pytest.mark.parametrize(
    "world",
    [
        edited("supply", "L1", reserved_for="X", reserved_site="s"),
        edited("orders", "T", tier="2", min_ship="3"),
        edited("raises", "x", from_on="2024-01-01", tier="0"),
        edited("entitlements", "x", pool="k", from_on="2024-01-01", weight="9"),
        edited("parties", "x", group="g"),
    ],
    ids=["lot", "order", "raise", "entitlement", "party"],
)
def test_what_is_put_back_is_to_the_digest_what_it_was(world: World) -> None:
    standing = stood(world)
    tables = {name: rows for name, rows in standing.world.tables.items() if name != "undecided"}
    assert replace(standing.world, tables=tables).digest == BEFORE.digest


def test_a_change_between_parties_that_nothing_ties_passes_and_is_told() -> None:
    world = edited("supply", "L3", reserved_for="X")
    standing = stood(world)
    assert standing.world.digest == world.digest
    assert standing.findings == ()
    assert answers(standing) == {("L3", "reserved_for"): Answer.TOLD}


def test_without_a_conflict_nothing_is_put_back() -> None:
    world = edited("supply", "L1", reserved_for="X")
    standing = stood(world, conflicted_pairs=frozenset())
    assert standing.world.digest == world.digest
    assert answers(standing) == {("L1", "reserved_for"): Answer.TOLD}


RESHAPED: dict[str, list[tuple[str, str | None]]] = {
    "renamed": [("L1", None), ("Z", "10 2024-01-02 X")],
    "split": [("L1", "4 2024-01-02 T"), ("L1b", "6 2024-01-02 X")],
    "split in three": [("L1", "1 2024-01-02 T"), ("L1b", "4 2024-01-02 X"), ("L1c", "5 2024-01-02 X")],
    "joined": [("L1", None), ("L2", "10 2024-01-05 X"), ("M", "10 2024-01-02 X")],
    "exchanged": [("L1", "10 2024-01-02 X"), ("L2", "10 2024-01-05 T")],
    "exchanged under new names": [
        ("L1", None),
        ("L2", None),
        ("M", "10 2024-01-02 X"),
        ("N", "10 2024-01-05 T"),
    ],
}


def reshaped(rows: list[tuple[str, str | None]]) -> World:
    raw = raw_world()
    lots = {row["lot"]: row for row in raw.tables["supply"]}
    for lot, text in rows:
        lots.pop(lot, None)
        if text is not None:
            quantity, arrives_on, order = text.split()
            lots[lot] = table(
                f"lot sku quantity arrives_on reserved_for\n{lot} k {quantity} {arrives_on} {order}",
                name="supply",
            )[0]
    raw.tables["supply"] = list(lots.values())
    return world_of(raw)


@pytest.mark.parametrize("name", RESHAPED)
def test_lots_renamed_split_joined_or_exchanged_move_nothing(name: str) -> None:
    assert_put_back(stood(reshaped(RESHAPED[name])))


def test_a_lot_taken_from_one_while_the_other_gets_the_stock_is_put_back() -> None:
    standing = stood(reshaped([("L1", "10 2024-01-02 -"), ("L4", "4 2024-01-04 X")]))
    # What the stock held is all there is to put back; that L1 is booked for nobody gives nobody anything.
    assert bookings(standing.world) == {"": 10, "X": 10, "C": 10, "T": 4}
    assert answers(standing)["L4", "reserved_for"] is Answer.PUT_BACK
    assert answers(standing)["L1", "reserved_for"] is Answer.TOLD


def test_units_that_go_by_way_of_a_third_party_come_back() -> None:
    standing = stood(reshaped([("L1", "10 2024-01-02 C"), ("L3", "10 2024-01-03 X")]))
    assert bookings(standing.world) == {"T": 10, "X": 10, "C": 10, "": 4}


def test_lots_that_change_places_by_their_days_keep_their_parties_day_by_day() -> None:
    # T's lot now arrives when X's did and X's when T's: by 2 January T is to have 10 and X none.
    standing = stood(reshaped([("L1", "10 2024-01-05 T"), ("L2", "10 2024-01-02 X")]))
    assert_put_back(standing)


def test_days_that_change_by_more_than_a_place_are_held_as_well() -> None:
    standing = stood(reshaped([("L1", "10 2024-01-06 T"), ("L2", "10 2024-01-01 X")]))
    rows = [(row[0], row[4], int(row[5])) for row in allocations(standing.world) if row[0] in {"T", "X"}]
    assert rows == [("T", day("2024-01-01"), 10), ("X", day("2024-01-06"), 10)]


def test_a_lot_cut_for_one_and_a_new_one_for_the_other_is_put_back() -> None:
    standing = stood(reshaped([("L1", "2 2024-01-02 T"), ("L9", "8 2024-01-03 X")]))
    assert bookings(standing.world) == {"T": 10, "X": 10, "C": 10, "": 4}
    assert answers(standing) == {("L1", "quantity"): Answer.TOLD, ("L9", ""): Answer.PUT_BACK}


def test_a_delay_of_one_that_gives_the_other_nothing_passes() -> None:
    world = edited("supply", "L1", arrives_on="2024-01-08")
    standing = stood(world)
    assert standing.world.digest == world.digest
    assert answers(standing) == {("L1", "arrives_on"): Answer.TOLD}


def test_new_supply_for_one_that_takes_nothing_from_the_other_passes() -> None:
    world = reshaped([("L9", "5 2024-01-03 X")])
    standing = stood(world)
    assert standing.world.digest == world.digest
    assert answers(standing) == {("L9", ""): Answer.TOLD}


def test_a_booking_between_orders_of_one_party_passes() -> None:
    more = raw_world()
    more.tables["orders"] += table("order customer quantity\nT2 t 10", name="orders")
    before = world_of(more)
    world = with_rows(more, [("supply", "L1", {"reserved_for": "T2"})])
    assert stood(world, before=before).world.digest == world.digest


def test_a_lot_goes_back_to_the_site_it_was_booked_for() -> None:
    raw = raw_world()
    raw.tables["orders"][0]["sites"] = "s|r"
    raw.tables["supply"][0]["reserved_site"] = "r"
    before = world_of(raw)
    raw.tables["supply"][0] |= {"lot": "Z", "reserved_for": "X", "reserved_site": ""}
    standing = stood(world_of(raw), before=before)
    assert allocations(standing.world) == allocations(before)


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


# Shipments.


def shipped(lot: str, order: str, **cells: str) -> World:
    plain = {"sku": "k", "site": "s", "quantity": "4", "shipped_on": "2024-01-06"}
    return edited("shipments", "H", order=order, lot=lot, **plain | cells)


def test_a_shipment_of_a_lot_to_the_other_party_stops() -> None:
    standing = stood(shipped("L1", "X"))
    [finding] = standing.findings
    assert (finding.code, finding.severity, finding.file, finding.row) == (
        Code.NOT_DECIDED,
        Severity.ERROR,
        "shipments.csv",
        2,
    )
    assert "booked for 't', to order 'X' of 'x'" in finding.found
    assert "ratification" in finding.fix
    assert answers(standing) == {("H", ""): Answer.STOPS}


@pytest.mark.parametrize(("lot", "order"), [("L1", "T"), ("L2", "X"), ("L3", "X"), ("L4", "X"), ("L1", "C")])
def test_other_shipments_pass(lot: str, order: str) -> None:
    assert stood(shipped(lot, order)).findings == ()


def test_a_shipment_that_was_there_at_the_freeze_passes() -> None:
    world = shipped("L1", "X")
    assert stood(world, before=world).findings == ()


def test_a_shipment_of_no_lot_named_that_only_the_other_party_can_have_given_stops() -> None:
    # By 2 January there is T's lot alone.
    assert [one.severity for one in stood(shipped("", "X", shipped_on="2024-01-02")).findings] == [
        Severity.ERROR
    ]
    # By 6 January X's own lot and the stock are there.
    assert stood(shipped("", "X", quantity="10")).findings == ()
    assert len(stood(shipped("", "X", quantity="15")).findings) == 1


def test_a_lot_overdrawn_for_the_other_party_stops() -> None:
    world = shipped("L4", "X", quantity="10", shipped_on="2024-01-04")
    assert len(stood(world).findings) == 1


# Decisions.

SWAP = Proposal(
    id="swap",
    kind=Kind.SWAP,
    moves=(Move(lot="L1", to_orders=("X",), quantity=6), Move(lot="L2", to_orders=("T",), quantity=6)),
)


def by_order(world: World) -> dict[tuple[str, str], int]:
    return {(row[0], f"{row[4]:%d}"): int(row[5]) for row in allocations(world) if row[0] in {"T", "X"}}


def test_an_open_proposal_is_not_made_and_says_what_waits_for_it() -> None:
    standing = stood(BEFORE, waiting=(SWAP,))
    assert allocations(standing.world) == allocations(BEFORE)
    rows = standing.world.table("undecided").select("proposal", "lot", "order", "site", "quantity").rows()
    assert rows == [("swap", "L1", "X", "s", 6), ("swap", "L2", "T", "s", 6)]
    shortages = proven_plan(standing.world, Policy(rule=Rule.AS_BOOKED)).tables["shortages"]
    assert shortages.filter(reason="not-decided")["order"].to_list() == ["X"]


def test_a_refused_proposal_is_not_made_and_nothing_waits_for_it() -> None:
    standing = stood(BEFORE, refused=(SWAP,))
    assert standing.world.digest == BEFORE.digest


def test_an_applied_proposal_is_carried_out() -> None:
    standing = stood(BEFORE, applied=(SWAP,))
    assert by_order(standing.world) == {("T", "02"): 4, ("T", "05"): 6, ("X", "02"): 6, ("X", "05"): 4}
    assert (standing.findings, standing.attempts) == ((), ())


def test_files_that_show_an_applied_proposal_already_are_not_moved_twice() -> None:
    once = stood(BEFORE, applied=(SWAP,)).world
    for tied in (TIED, frozenset()):
        again = stood(once, applied=(SWAP,), conflicted_pairs=tied)
        assert again.world.digest == once.digest
        assert (again.findings, again.attempts) == ((), ())


def test_an_edit_after_a_decision_is_put_back_to_what_was_decided() -> None:
    standing = stood(edited("supply", "L1", reserved_for="X"), applied=(SWAP,))
    assert by_order(standing.world) == by_order(stood(BEFORE, applied=(SWAP,)).world)
    assert [one.changed.key for one in standing.held] == [("L1",)]


def test_proposals_are_carried_out_in_their_order() -> None:
    back = Proposal(id="back", kind=Kind.DIVERT, moves=(Move(lot="L1/X", to_orders=("T",), quantity=6),))
    assert stood(BEFORE, applied=(back, SWAP)).findings
    away = Proposal(id="away", kind=Kind.DIVERT, moves=(Move(lot="L2/T", to_orders=("X",), quantity=6),))
    # T has no room for what comes back while it keeps what it got.
    assert [one.code for one in stood(BEFORE, applied=(SWAP, back)).findings] == [Code.MOVE_ABOVE_ORDER]
    both = Proposal(id="both", kind=Kind.SWAP, moves=(*back.moves, *away.moves))
    standing = stood(BEFORE, applied=(SWAP, both))
    assert standing.findings == ()
    assert by_order(standing.world) == by_order(BEFORE)


def test_units_that_ship_as_decided_leave_their_part() -> None:
    standing = stood(shipped("L1", "X", quantity="6"), applied=(SWAP,))
    assert standing.findings == ()
    assert standing.world.table("shipments")["lot"].to_list() == ["L1/X"]
    assert by_order(standing.world) == {("T", "02"): 4, ("T", "05"): 6, ("X", "05"): 4}


def test_more_than_was_decided_may_not_ship() -> None:
    assert len(stood(shipped("L1", "X", quantity="7"), applied=(SWAP,)).findings) == 1


def test_an_applied_priority_holds_and_an_open_one_does_not() -> None:
    first = Proposal(
        id="p", kind=Kind.PRIORITY, raises=(Raise(party="x", tier=0, from_on=day("2024-01-01")),)
    )
    assert stood(BEFORE, waiting=(first,)).world.digest == BEFORE.digest
    standing = stood(BEFORE, applied=(first,))
    assert allocations(standing.world, rule=Rule.MAX_MIN) != allocations(BEFORE, rule=Rule.MAX_MIN)
    again = stood(edited("raises", "x", from_on="2024-01-01", tier="0"), applied=(first,))
    assert allocations(again.world, rule=Rule.MAX_MIN) == allocations(standing.world, rule=Rule.MAX_MIN)


@pytest.mark.parametrize(
    "world",
    [
        edited("supply", "L1", reserved_for="X"),
        edited("orders", "T", tier="2"),
        edited("raises", "x", from_on="2024-01-01", tier="0"),
        edited("quotas", "Q", at_most="1"),
        shipped("L1", "X"),
    ],
    ids=["lot", "order", "raise", "quota", "shipment"],
)
def test_what_a_decision_let_stand_stands(world: World) -> None:
    attempts = stood(world).attempts
    standing = stood(world, settled=frozenset(one.digest for one in attempts))
    assert standing.world.digest == world.digest
    assert (standing.findings, standing.attempts) == ((), ())


def test_an_attempt_is_the_same_attempt_wherever_its_row_stands() -> None:
    world = edited("supply", "L1", reserved_for="X")
    turned = replace(world, tables={**world.tables, "supply": world.tables["supply"].reverse()})
    first, second = stood(world).attempts, stood(turned).attempts
    assert [one.digest for one in first] == [one.digest for one in second]
    other = stood(edited("supply", "L2", reserved_for="T")).attempts
    assert first[0].digest != other[0].digest


def test_what_is_frozen_is_read_back_as_it_was_written() -> None:
    frozen = Frozen.from_world(BEFORE)
    assert Frozen.from_json(frozen.as_json()) == frozen
    assert Frozen.from_json(frozen.as_json()).digest == frozen.digest
    assert Frozen.from_world(edited("supply", "L1", quantity="11")).digest != frozen.digest
