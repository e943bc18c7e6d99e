"""Bookings and shipments between tied parties: by whatever name, part or day, they are put back or stop."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apportion.errors import Code, Severity
from apportion.govern.hold import Answer
from apportion.model.policy import Policy, Rule
from apportion.model.world import World
from tests.build import day, proven_plan
from tests.held import (
    BEFORE,
    allocations,
    answers,
    assert_put_back,
    bookings,
    edited,
    raw_world,
    shipped,
    stood,
    with_rows,
    world_of,
)
from tests.laws.small import table


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


def test_a_lot_that_was_new_at_a_later_event_is_held_from_then_on() -> None:
    later = stood(reshaped([("L9", "5 2024-01-03 T")])).news
    assert [row["lot"] for row in later["supply"]] == ["L9"]
    moved = reshaped([("L9", "5 2024-01-03 X")])
    assert answers(stood(moved)) == {("L9", ""): Answer.TOLD}
    standing = stood(moved, later=later)
    assert bookings(standing.world) == {"T": 15, "X": 10, "C": 10, "": 4}
    assert answers(standing) == {("L9", "reserved_for"): Answer.PUT_BACK}
    renamed = stood(reshaped([("M9", "5 2024-01-03 X")]), later=later)
    assert bookings(renamed.world) == {"T": 15, "X": 10, "C": 10, "": 4}


def test_a_lot_frozen_later_for_one_does_not_excuse_what_the_other_loses() -> None:
    later = stood(reshaped([("L9", "8 2024-01-03 X")])).news
    standing = stood(reshaped([("L1", "2 2024-01-02 T"), ("L9", "8 2024-01-03 X")]), later=later)
    assert bookings(standing.world) == {"T": 10, "X": 10, "C": 10, "": 4}


def test_an_order_that_was_new_at_a_later_event_stands_from_then_on() -> None:
    raw = raw_world()
    raw.tables["orders"] += table("order customer quantity\nT9 t 5", name="orders")
    later = stood(world_of(raw)).news
    raw.tables["orders"][-1]["customer"] = "x"
    assert (
        dict(stood(world_of(raw)).world.table("orders").select("order", "customer").iter_rows())["T9"] == "x"
    )
    held = stood(world_of(raw), later=later)
    assert dict(held.world.table("orders").select("order", "customer").iter_rows())["T9"] == "t"


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


# Shipments.


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


def test_each_lot_goes_back_to_its_own_site_under_its_own_name() -> None:
    raw = raw_world()
    raw.tables["orders"][0]["sites"] = "s|r"
    raw.tables["supply"][0] |= {"quantity": "6", "reserved_site": "r"}
    raw.tables["supply"] += [raw.tables["supply"][0] | {"lot": "L1b", "quantity": "4", "reserved_site": "s"}]
    before = world_of(raw)
    for row in raw.tables["supply"]:
        if row["reserved_for"] == "T":
            row |= {"reserved_for": "X", "reserved_site": ""}
    standing = stood(world_of(raw), before=before)
    columns = ("lot", "quantity", "reserved_for", "reserved_site")
    assert standing.world.table("supply").select(columns).equals(before.table("supply").select(columns))
