"""Who knew what when: a view takes the statements known by a day to a viewer, then the latest of each fact."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from apportion.commands.plans import make_plan
from apportion.commands.scenarios import check_scenario
from apportion.engine.checks import check_world
from apportion.errors import Finding, UsageError
from apportion.model.world import World
from tests.build import Rows, day, make_world, write_scenario

Cells = dict[str, str]
SETTINGS: dict[str, Any] = {"name": "views", "start_on": dt.date(2024, 1, 1), "end_on": dt.date(2024, 3, 1)}
LOT = {"lot": "L", "sku": "k", "supplier": "v", "arrives_on": "2024-01-02", "quantity": "4"}
READY = {"site": "s", "step": "hall-1", "ready_on": "2024-01-10", "power_kw": "6"}
ORDER = {
    "order": "A",
    "customer": "c",
    "skus": "k",
    "quantity": "9",
    "sites": "s",
    "requested_on": "2024-01-01",
}


def world_of(**tables: Rows) -> World:
    """Return a small world with some tables replaced."""
    facts: dict[str, Rows] = {
        "parties": [{"party": name, "name": name, "kind": "customer"} for name in ("c", "v", "x")],
        "skus": [{"sku": "k", "name": "K", "vendor": "v", "site_kw": "1"}],
        "sites": [{"site": "s", "name": "S", "operator": "v"}],
        "readiness": [READY],
        "supply": [LOT],
        "orders": [ORDER],
    }
    return make_world(SETTINGS, {**facts, **tables})


def quantities(world: World) -> list[int]:
    """Return the quantities of the lots that stand."""
    return world.table("supply")["quantity"].to_list()


def codes(findings: list[Finding]) -> list[tuple[str, str, int | None]]:
    return [(str(one.code), one.file, one.row) for one in findings]


def lots(*rows: Cells) -> World:
    """Return a world whose lots differ from the plain one as told."""
    return world_of(supply=[LOT | row for row in rows])


@pytest.mark.parametrize(
    ("row", "viewpoint", "first_seen"),
    [
        ({}, "all", "0001-01-01"),
        ({}, "public", "0001-01-01"),
        ({}, "party:x", "0001-01-01"),
        ({"known_on": "2024-01-05"}, "all", "2024-01-05"),
        ({"known_on": "2024-01-05"}, "public", "2024-01-05"),
        ({"known_on": "2024-01-05"}, "party:x", "2024-01-05"),
        ({"known_on": "2024-01-05", "public_on": "2024-01-09", "known_to": "c|v"}, "all", "2024-01-05"),
        ({"known_on": "2024-01-05", "public_on": "2024-01-09", "known_to": "c|v"}, "public", "2024-01-09"),
        ({"known_on": "2024-01-05", "public_on": "2024-01-09", "known_to": "c|v"}, "party:v", "2024-01-05"),
        ({"known_on": "2024-01-05", "public_on": "2024-01-09", "known_to": "c|v"}, "party:x", "2024-01-09"),
        ({"known_on": "2024-01-05", "public_on": "2024-01-05"}, "party:x", "2024-01-05"),
        ({"known_on": "", "public_on": "2024-01-09", "known_to": "c"}, "party:c", "0001-01-01"),
        ({"known_on": "", "public_on": "2024-01-09", "known_to": "c"}, "party:x", "2024-01-09"),
        # A column that is there says of an empty cell that the row is not public.
        ({"known_on": "2024-01-05", "public_on": "", "known_to": "c"}, "public", None),
        ({"known_on": "2024-01-05", "public_on": "", "known_to": "c"}, "party:x", None),
        ({"known_on": "2024-01-05", "public_on": "", "known_to": "c"}, "party:c", "2024-01-05"),
        ({"known_on": "2024-01-05", "public_on": "", "known_to": "c"}, "all", "2024-01-05"),
    ],
)
def test_a_row_is_seen_from_the_first_day_its_viewer_could_know_it(
    row: Cells, viewpoint: str, first_seen: str | None
) -> None:
    world = lots(row)
    if first_seen is None:
        assert quantities(world.as_known_on(dt.date.max, viewpoint)) == []
        return
    first = day(first_seen)
    assert quantities(world.as_known_on(first, viewpoint)) == [4]
    if first > dt.date.min:
        assert quantities(world.as_known_on(first - dt.timedelta(days=1), viewpoint)) == []


def test_the_public_column_of_one_row_says_nothing_of_another_table() -> None:
    world = world_of(
        supply=[LOT | {"known_on": "2024-01-05", "public_on": "", "known_to": "c"}],
        orders=[ORDER | {"known_on": "2024-01-05"}],
    )
    seen = world.as_known_on(dt.date(2024, 1, 5), "public")
    assert (len(seen.table("supply")), len(seen.table("orders"))) == (0, 1)


def test_a_viewpoint_without_a_day_sees_all_days() -> None:
    world = lots({"known_on": "2024-01-05", "public_on": "2027-01-01", "known_to": "c"})
    assert quantities(world.as_known_on(None, "public")) == [4]
    assert quantities(world.as_known_on(None, "party:x")) == [4]


@pytest.mark.parametrize(
    ("as_of", "stands"),
    [("2024-01-04", []), ("2024-01-05", [4]), ("2024-01-08", [4]), ("2024-01-09", [7])],
)
def test_the_statement_known_last_by_the_day_stands(as_of: str, stands: list[int]) -> None:
    told: list[Cells] = [{"quantity": "7", "known_on": "2024-01-09"}, {"known_on": "2024-01-05"}]
    for rows in (told, told[::-1]):
        assert quantities(lots(*rows).as_known_on(day(as_of))) == stands
        assert quantities(lots(*rows)) == [7]


def test_an_undated_statement_gives_way_to_a_dated_one() -> None:
    world = lots({"known_on": "2024-01-05", "quantity": "7"}, {"known_on": ""})
    assert quantities(world) == [7]
    assert quantities(world.as_known_on(dt.date(2024, 1, 4))) == [4]


def test_rows_are_filtered_first_and_then_the_latest_is_taken() -> None:
    secret = {"quantity": "7", "known_on": "2024-01-09", "public_on": "2024-02-09", "known_to": "c"}
    world = lots({"known_on": "2024-01-05", "public_on": "2024-01-05"}, secret)
    assert quantities(world.as_known_on(dt.date(2024, 1, 9), "party:c")) == [7]
    assert quantities(world.as_known_on(dt.date(2024, 1, 9), "public")) == [4]
    assert quantities(world.as_known_on(dt.date(2024, 2, 9), "public")) == [7]


def test_a_statement_may_fill_what_an_earlier_one_left_empty_and_the_other_way() -> None:
    world = lots(
        {"known_on": "2024-01-05", "reserved_for": "A"}, {"known_on": "2024-01-09", "reserved_for": ""}
    )
    assert world.table("supply")["reserved_for"].to_list() == [None]


def test_statements_that_disagree_are_a_warning_that_names_both_rows() -> None:
    world = lots({"known_on": "2024-01-05"}, {"known_on": "2024-01-09", "quantity": "7"})
    [finding] = check_world(world)
    assert (finding.severity.word, finding.code, finding.row, finding.column) == (
        "warning",
        "conflicting-facts",
        3,
        "quantity",
    )
    assert "row 2 says '4'" in finding.found
    assert "says '7'" in finding.found


def test_statements_that_agree_are_no_finding() -> None:
    world = lots({"known_on": "2024-01-05", "note": "a"}, {"known_on": "2024-01-09", "note": "b"})
    assert check_world(world) == []


@pytest.mark.parametrize("known_on", ["", "2024-01-05"])
def test_one_key_twice_on_one_day_is_an_error(known_on: str) -> None:
    world = lots({"known_on": known_on}, {"known_on": known_on, "quantity": "7"})
    assert codes(check_world(world)) == [("key-duplicate", "supply.csv", 3)]


def test_parties_skus_and_sites_are_never_filtered() -> None:
    later = {"known_on": "2024-06-01", "public_on": "2024-07-01", "known_to": "v"}
    world = world_of(
        parties=[{"party": "c", "name": "C", "kind": "customer", "weight": "3"} | later],
        skus=[{"sku": "k", "name": "K", "vendor": "v", "site_kw": "1"} | later],
        sites=[{"site": "s", "name": "S", "operator": "v"} | later],
    )
    seen = world.as_known_on(dt.date(2020, 1, 1), "party:c")
    assert [len(seen.table(name)) for name in ("parties", "skus", "sites")] == [1, 1, 1]
    assert seen.emptied == []


def test_of_a_party_not_known_yet_the_first_statement_stands() -> None:
    world = world_of(
        parties=[
            {"party": "c", "name": "C", "kind": "customer", "weight": weight, "known_on": known_on}
            for weight, known_on in (("3", "2024-06-01"), ("2", "2024-05-01"))
        ]
    )
    assert [int(weight) for weight in world.as_known_on(dt.date(2024, 1, 1)).table("parties")["weight"]] == [
        2
    ]
    assert [int(weight) for weight in world.as_known_on(dt.date(2024, 7, 1)).table("parties")["weight"]] == [
        3
    ]


@pytest.mark.parametrize("table", ["supply", "orders", "readiness"])
def test_a_table_emptied_by_the_view_is_an_info_and_an_empty_plan(table: str) -> None:
    row = {"supply": LOT, "orders": ORDER, "readiness": READY}[table]
    world = world_of(**{table: [row | {"known_on": "2024-01-05"}]}).as_known_on(dt.date(2024, 1, 4))
    findings = check_world(world)
    told = [one for one in findings if one.code == "nothing-known-yet"]
    assert [(one.file, one.severity.word) for one in told] == [(f"{table}.csv", "info")]
    assert not [one for one in findings if one.severity.word != "info"]
    assert make_plan(world).tables["allocations"].is_empty()


def test_a_reference_to_a_row_not_known_yet_is_no_error_and_can_be_planned() -> None:
    world = world_of(
        supply=[LOT | {"reserved_for": "A"}],
        orders=[ORDER | {"known_on": "2024-01-05"}, ORDER | {"order": "B"}],
        shipments=[
            {
                "shipment": "H",
                "order": "A",
                "sku": "k",
                "site": "s",
                "quantity": "1",
                "shipped_on": "2023-12-01",
            }
        ],
    ).as_known_on(dt.date(2024, 1, 4))
    assert not [one for one in check_world(world) if one.severity.word == "error"]
    assert make_plan(world).tables["allocations"]["order"].to_list() == ["B"]


def test_the_view_is_part_of_a_plan_and_not_of_the_world() -> None:
    world = lots({"known_on": "2024-01-05"})
    seen = world.as_known_on(dt.date(2024, 1, 5), "public").case("favourable")
    assert seen.digest == world.digest
    plan = make_plan(seen)
    assert plan.body["view"] == {"as_known_on": "2024-01-05", "viewpoint": "public", "case": "favourable"}
    assert plan.digest != make_plan(world).digest


CASES = [
    ("favourable", "2024-01-05", 8),
    ("middle", "2024-01-10", 6),
    ("unfavourable", "2024-01-20", 3),
]


@pytest.mark.parametrize(("case", "ready_on", "power_kw"), CASES)
def test_a_case_moves_the_readiness_of_sites(case: str, ready_on: str, power_kw: int) -> None:
    ranges = {
        "ready_on_early": "2024-01-05",
        "ready_on_late": "2024-01-20",
        "power_kw_low": "3",
        "power_kw_high": "8",
    }
    world = world_of(readiness=[READY | ranges], supply=[LOT | {"quantity": "9"}]).case(case)
    [row] = world.table("readiness").select("ready_on", "power_kw").rows()
    assert (row[0], int(row[1])) == (day(ready_on), power_kw)
    plan = make_plan(world).tables["allocations"]
    assert plan.select("round_on", "units").rows() == [(day(ready_on), power_kw)]


@pytest.mark.parametrize("case", ["favourable", "unfavourable"])
def test_a_case_takes_the_plain_cell_where_a_range_is_empty(case: str) -> None:
    ranges = {"ready_on_early": "", "ready_on_late": "", "power_kw_low": "", "power_kw_high": ""}
    world = world_of(readiness=[READY | ranges])
    columns = ["ready_on", "power_kw"]
    assert (
        world.case(case).table("readiness").select(columns).equals(world.table("readiness").select(columns))
    )


@pytest.mark.parametrize("viewpoint", ["", "party", "party:", "Public", "everyone"])
def test_a_viewpoint_that_is_none_is_wrong_use(viewpoint: str) -> None:
    with pytest.raises(UsageError, match="There is no viewpoint"):
        world_of().as_known_on(None, viewpoint)


def test_a_case_that_is_none_is_wrong_use() -> None:
    with pytest.raises(UsageError, match="Use one of favourable, middle, unfavourable"):
        world_of().case("best")


@pytest.mark.parametrize("viewpoint", ["party:X", "party:nobody", "party:alder"])
def test_a_party_that_nobody_names_is_no_viewpoint(viewpoint: str) -> None:
    with pytest.raises(UsageError, match="No row names a party"):
        world_of().as_known_on(None, viewpoint)


def test_a_party_that_is_misspelt_is_told_with_those_like_it() -> None:
    world = world_of(parties=[{"party": "oak-valley", "name": "O", "kind": "customer"}])
    with pytest.raises(UsageError) as told:
        world.as_known_on(None, "party:Oak-Vale")
    assert "Did you mean party:oak-valley?" in told.value.fix


@pytest.mark.parametrize("party", ["c", "v", "o", "u", "w"])
def test_a_party_is_known_wherever_it_is_named(party: str) -> None:
    world = world_of(
        parties=[],
        sites=[{"site": "s", "name": "S", "operator": "o", "users": "u|c"}],
        supply=[LOT | {"known_on": "2024-01-05", "public_on": "2024-01-09", "known_to": "c|w"}],
    )
    assert world.as_known_on(None, f"party:{party}").view.viewpoint == f"party:{party}"


def test_where_no_party_is_named_any_may_look() -> None:
    world = world_of(parties=[], skus=[], sites=[], supply=[], orders=[])
    assert world.as_known_on(None, "party:x").view.viewpoint == "party:x"


def test_a_party_that_may_be_named_in_what_cannot_be_read_does_not_hide_the_findings(tmp_path: Path) -> None:
    folder = write_scenario(tmp_path, SETTINGS, tables={"skus": [{"sku": "k", "name": "K", "vendor": "v"}]})
    codes = {str(one.code) for one in check_scenario(str(folder), viewpoint="party:x")}
    assert {"table-missing", "column-missing"} <= codes
    with pytest.raises(UsageError, match="no viewpoint 'us'"):
        check_scenario(str(folder), viewpoint="us")


@pytest.mark.parametrize(
    ("row", "is_told"),
    [
        ({"known_on": "2024-01-05", "public_on": "", "known_to": ""}, True),
        ({"known_on": "", "public_on": "", "known_to": ""}, True),
        ({"public_on": "", "known_to": "c"}, False),
        ({"known_on": "2024-01-05", "public_on": "2024-01-05", "known_to": ""}, False),
        ({"known_on": "2024-01-05"}, False),
    ],
)
def test_a_row_that_no_viewer_but_all_can_see_is_told(row: Cells, *, is_told: bool) -> None:
    shown = {"lot": "M", "public_on": "2024-01-01", "known_on": "2024-01-01"} if "public_on" in row else {}
    findings = check_world(lots(row, shown | {"lot": "M"}))
    assert codes(findings) == ([("known-to-nobody", "supply.csv", 2)] if is_told else [])
    assert all(one.severity.word == "warning" for one in findings)


def test_rows_that_are_never_filtered_need_no_viewer() -> None:
    hidden = {"public_on": "", "known_to": ""}
    world = world_of(sites=[{"site": "s", "name": "S", "operator": "v"} | hidden])
    assert codes(check_world(world)) == []
