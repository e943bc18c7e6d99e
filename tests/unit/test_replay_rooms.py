"""Limit, draw and room of a site by day, the arithmetic of each beside it; and the builders of worlds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

import polars as pl

from apportion.calendar import Calendar, RoundLength
from apportion.model.columns import Kind
from apportion.model.contracts import TABLES
from apportion.model.parsing import FILE, ROW
from apportion.model.policy import Settings
from apportion.model.room import NO_DRAW, Draw, Room, SiteRoom, read_rooms
from apportion.model.world import World

Row = Mapping[str, object]
KW = 10**6  # Milliwatts.
MARCH_1 = dt.date(2024, 3, 1)


def make_table(name: str, rows: Sequence[Row]) -> pl.DataFrame:
    kinds = {column: TABLES[name].by_name[column].kind for row in rows for column in row}
    columns = {
        column: pl.Series([cell_of(row.get(column, ""), kind) for row in rows], dtype=kind.dtype)
        for column, kind in kinds.items()
    }
    frame = pl.DataFrame(columns).with_columns(pl.lit(f"{name}.csv").alias(FILE))
    return frame.with_row_index(ROW, offset=2)


def cell_of(value: object, kind: Kind) -> object:
    text = str(value)
    if not text:
        return None
    readers: dict[Kind, Callable[[str], object]] = {
        Kind.COUNT: int,
        Kind.NUMBER: Decimal,
        Kind.DAY: dt.date.fromisoformat,
        Kind.LIST: lambda cell: cell.split("|"),
    }
    return readers.get(kind, str)(text)


def world_of(
    tables: Mapping[str, Sequence[Row]],
    *,
    start_on: dt.date,
    end_on: dt.date,
    length: RoundLength = RoundLength.DAY,
) -> World:
    frames = {
        name: make_table(name, [with_needed(name, row) for row in rows])
        for name, rows in tables.items()
        if rows
    }
    return World(Settings(name="test", calendar=Calendar(start_on, end_on, length=length)), frames)


def make_world(
    *, start_on: str = "2024-01-01", end_on: str = "2024-12-31", length: str = "day", **tables: Sequence[Row]
) -> World:
    return world_of(tables, start_on=day(start_on), end_on=day(end_on), length=RoundLength(length))


def with_needed(name: str, row: Row) -> Row:
    stand_ins: dict[str, dict[str, object]] = {
        "parties": {"name": "name", "kind": "customer"},
        "skus": {"name": "name", "vendor": "vendor"},
        "sites": {"name": "name", "operator": "operator"},
        "supply": {"supplier": "supplier"},
        "readiness": {"step": row.get("ready_on", "step")},
    }
    return {**stand_ins.get(name, {}), **row}


def make_allocations(*rows: tuple[str, str, str, str, str]) -> pl.DataFrame:
    columns = dict.fromkeys(("order", "sku", "site", "round_on", "units"), pl.String)
    frame = pl.DataFrame(rows, schema=columns, orient="row")
    return frame.with_columns(pl.col("round_on").str.to_date(), pl.col("units").cast(pl.Decimal(38, 6)))


def one_site(
    *, readiness: Sequence[Row] = (), fleet: Sequence[Row] = (), shipments: Sequence[Row] = (), **site: object
) -> SiteRoom:
    held = {"party": "p", "site": "s"}
    gone = {"order": "o", "site": "s"}
    world = make_world(
        skus=[{"sku": "a", "site_kw": "1.43"}, {"sku": "wet", "site_kw": "2", "cooling": "liquid"}],
        sites=[{"site": "s", **site}],
        readiness=[{"site": "s", **row} for row in readiness],
        fleet=[{"holding": f"f{number}", **held, **row} for number, row in enumerate(fleet)],
        shipments=[{"shipment": f"g{number}", **gone, **row} for number, row in enumerate(shipments)],
    )
    return read_rooms(world).sites["s"]


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def test_before_the_first_step_there_is_no_power_and_the_rest_is_not_limited() -> None:
    step = {"ready_on": "2024-03-01", "power_kw": 8000, "liquid_kw": 50, "units_at_most": 9}
    room = one_site(readiness=[step])
    assert room.step_in_force(day("2024-02-29")) is None
    assert room.limit_on(day("2024-02-29")) == Room(0, None, None)
    assert room.limit_on(MARCH_1) == Room(8000 * KW, 50 * KW, 9)


def test_a_site_without_a_step_has_no_power_for_ever() -> None:
    room = one_site()
    assert room.room_from(MARCH_1) == Room(0, None, None)
    assert room.change_days() == ()


def test_the_step_in_force_is_the_ready_one_with_most_power_then_the_later_then_by_name() -> None:
    room = one_site(
        readiness=[
            {"step": "x", "ready_on": "2024-03-01", "power_kw": 9},
            {"step": "y", "ready_on": "2024-04-01", "power_kw": 5},
            {"step": "b", "ready_on": "2024-05-01", "power_kw": 9},
            {"step": "c", "ready_on": "2024-05-01", "power_kw": 9},
        ]
    )
    names = [step.name for on in room.change_days() if (step := room.step_in_force(on))]
    assert names == ["x", "c"]
    assert room.change_days() == (MARCH_1, day("2024-05-01"))


def test_empty_limits_are_those_of_the_row_before_by_day_power_and_name() -> None:
    room = one_site(
        readiness=[
            {"step": "a", "ready_on": "2024-03-01", "power_kw": 10, "liquid_kw": 4},
            {"step": "b", "ready_on": "2024-04-01", "power_kw": 20, "units_at_most": 7},
            {"step": "c", "ready_on": "2024-05-01", "power_kw": 30},
        ]
    )
    assert room.limit_on(MARCH_1) == Room(10 * KW, 4 * KW, None)
    assert room.limit_on(day("2024-04-01")) == Room(20 * KW, 4 * KW, 7)
    assert room.limit_on(day("2024-05-01")) == Room(30 * KW, 4 * KW, 7)


def test_room_is_the_least_over_all_days_to_come_and_the_draw_ends_with_the_fleet() -> None:
    room = one_site(
        readiness=[{"ready_on": "2024-01-01", "power_kw": 20}, {"ready_on": "2024-06-01", "power_kw": 30}],
        fleet=[{"sku": "a", "quantity": 10, "since_on": "2024-03-01", "until_on": "2024-05-01"}],
    )
    # 10 units of 1.43 kW draw 14.3 kW on [1 March, 1 May): 20 - 14.3 = 5.7 kW is the least before May.
    assert room.draw_on(day("2024-02-29")) == NO_DRAW
    assert room.draw_on(MARCH_1) == Draw(14_300_000, 0, 10)
    assert room.left_on(day("2024-01-01")).power_milliwatt == 20 * KW
    assert room.room_from(day("2024-01-01")).power_milliwatt == 5_700_000
    assert room.room_from(day("2024-04-30")).power_milliwatt == 5_700_000
    assert room.room_from(day("2024-05-01")).power_milliwatt == 20 * KW
    assert room.room_from(day("2024-06-01")).power_milliwatt == 30 * KW


def test_each_of_the_three_has_its_own_least_and_an_open_limit_does_not_count() -> None:
    room = one_site(
        readiness=[
            {"step": "a", "ready_on": "2024-01-01", "power_kw": 10},
            {"step": "b", "ready_on": "2024-02-01", "power_kw": 20, "liquid_kw": 9, "units_at_most": 8},
            {"step": "c", "ready_on": "2024-03-01", "power_kw": 30, "liquid_kw": 15, "units_at_most": 20},
        ],
        fleet=[{"sku": "wet", "quantity": 5, "since_on": "2024-04-01", "until_on": "2024-05-01"}],
    )
    # In April 5 units on liquid draw 10 of 15 kW: 5 are left, less than 9. The fewest units are the first 8.
    assert room.left_on(day("2024-01-01")) == Room(10 * KW, None, None)
    assert room.room_from(day("2024-01-01")) == Room(10 * KW, 5 * KW, 8)
    assert room.room_from(day("2024-02-01")) == Room(20 * KW, 5 * KW, 8)
    assert room.room_from(MARCH_1) == Room(20 * KW, 5 * KW, 15)
    assert room.room_from(day("2024-05-01")) == Room(30 * KW, 15 * KW, 20)


def test_a_shipment_draws_for_ever_from_the_day_it_is_live_else_its_lead_after_it_shipped() -> None:
    room = one_site(
        lead_days=10,
        shipments=[
            {"sku": "a", "quantity": 1, "shipped_on": "2024-02-20"},
            {"sku": "a", "quantity": 2, "shipped_on": "2024-02-20", "live_on": "2024-04-01"},
        ],
    )
    assert room.change_days() == (MARCH_1, day("2024-04-01"))
    assert [room.draw_on(on).units for on in room.change_days()] == [1, 3]
    # No step: -1.43 kW for one unit, -4.29 kW for three, and 0 once it is clipped.
    assert room.unclipped_from(day("2024-01-01")).power_milliwatt == -4_290_000
    assert room.room_from(day("2024-01-01")).power_milliwatt == 0


def test_liquid_is_used_by_units_that_take_nothing_else_or_where_there_is_no_air() -> None:
    fleet = [
        {"sku": "a", "quantity": 1, "since_on": "2024-03-01"},
        {"sku": "wet", "quantity": 1, "since_on": "2024-03-01"},
    ]
    both = one_site(fleet=fleet, cooling="air|liquid")
    wet = one_site(fleet=fleet, cooling="liquid")
    anything = one_site(fleet=fleet)
    assert both.draw_on(MARCH_1) == Draw(3_430_000, 2_000_000, 2)
    assert wet.draw_on(MARCH_1) == Draw(3_430_000, 3_430_000, 2)
    assert anything.draw_on(MARCH_1) == both.draw_on(MARCH_1)


def test_days_on_which_nothing_changes_are_left_out() -> None:
    fleet = [
        {"sku": "a", "quantity": 1, "since_on": "2024-03-01", "until_on": "2024-04-01"},
        {"sku": "a", "quantity": 1, "since_on": "2024-04-01"},
        {"sku": "a", "quantity": 5, "since_on": "2024-06-01", "until_on": "2024-06-01"},
        {"sku": "a", "quantity": 5, "since_on": "2024-07-01", "until_on": "2024-06-01"},
    ]
    assert one_site(fleet=fleet).change_days() == (MARCH_1,)


def test_a_billion_kilowatts_are_exact() -> None:
    room = one_site(
        readiness=[{"ready_on": "2024-01-01", "power_kw": "1000000000.000001"}],
        fleet=[{"sku": "a", "quantity": 1, "since_on": "2024-03-01"}],
    )
    assert room.room_from(MARCH_1).power_milliwatt == 10**15 + 1 - 1_430_000


def test_users_and_cooling_are_open_where_nothing_is_named() -> None:
    world = make_world(
        skus=[{"sku": "a", "site_kw": 1}, {"sku": "wet", "site_kw": 1, "cooling": "liquid"}],
        sites=[{"site": "open"}, {"site": "closed", "users": "p|q", "cooling": "air"}],
    )
    rooms = read_rooms(world)
    assert rooms.may_use("z", site="open")
    assert not rooms.may_use("z", site="closed")
    assert rooms.may_use("q", site="closed")
    assert rooms.is_cooled("wet", site="open")
    assert not rooms.is_cooled("wet", site="closed")
    assert rooms.is_cooled("a", site="closed")
