"""A number down to its evidence: which rows are on the way, how well they are known, and which statement is used."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import apportion as ap
from apportion.cli import app
from apportion.commands.evidence import tell_trace, trace_number
from apportion.errors import UsageError
from apportion.model.policy import Rule
from apportion.study.number import UNITS
from apportion.study.trace import Trace, trace
from tests.build import Rows, day, make_world

SETTINGS = {"name": "w", "start_on": day("2024-01-01"), "end_on": day("2024-01-11"), "round": "day"}
WHO = {"basis": "fact", "evidence": "E1"}

STEPS: Rows = [
    {"site": "north", "step": "hall-1", "ready_on": "2023-12-01", "power_kw": "10", **WHO},
    {
        "site": "north",
        "step": "hall-2",
        "ready_on": "2024-01-03",
        "power_kw": "20",
        "known_on": "2023-12-01",
        "basis": "claim",
        "evidence": "E2",
    },
    {
        "site": "north",
        "step": "hall-2",
        "ready_on": "2024-01-06",
        "power_kw": "20",
        "known_on": "2023-12-20",
        "basis": "estimate",
        "evidence": "E3",
    },
    {"site": "south", "step": "hall-1", "ready_on": "2023-12-01", "power_kw": "10"},
]


def tables(**changed: Rows) -> dict[str, Rows]:
    """Return 20 units of 1 kW for alder at north: 10 kW from the start, 20 kW from 6 January as stated last."""
    plain: dict[str, Rows] = {
        "parties": [
            {"party": "alder", "name": "Alder", "kind": "customer", **WHO},
            {"party": "foundry", "name": "Foundry", "kind": "supplier"},
        ],
        "skus": [
            {"sku": "chip", "name": "Chip", "vendor": "foundry", "site_kw": "1", **WHO},
            {"sku": "old", "name": "Old", "vendor": "foundry", "site_kw": "1"},
        ],
        "sites": [
            {"site": name, "name": name, "operator": "hallworks", **WHO} for name in ("north", "south")
        ],
        "readiness": STEPS,
        "supply": [
            {"lot": "l1", "sku": "chip", "arrives_on": "2024-01-01", "quantity": "20", **WHO},
            {"lot": "late", "sku": "chip", "arrives_on": "2024-01-11", "quantity": "5"},
            {"lot": "other", "sku": "old", "arrives_on": "2024-01-01", "quantity": "5"},
        ],
        "orders": [
            {
                "order": "a",
                "customer": "alder",
                "skus": "chip",
                "quantity": "20",
                "sites": "north",
                "requested_on": "2024-01-01",
                "basis": "order",
                "evidence": "E1",
            }
        ],
        "evidence": [
            {"id": "E1", "kind": "memo", "title": "First", "source": "file 1", "published_on": "2023-12-01"},
            {"id": "E2", "kind": "call", "title": "Second", "source": "file 2"},
            {"id": "E3", "kind": "press", "title": "Third", "source": "file 3"},
        ],
    }
    for row in plain["supply"]:
        row["supplier"] = "foundry"  # type: ignore[index]
    return plain | changed


def traced(number: str, *, known: str | None = None, is_under_each: bool = False, **changed: Rows) -> Trace:
    world = make_world(SETTINGS, tables(**changed))
    return ap.plan(world.as_known_on(None if known is None else day(known))).trace(
        number, is_under_each=is_under_each
    )


def names(found: Trace) -> list[str]:
    return [row.name for part in found.parts for row in part.rows]


def test_only_the_rows_that_matter_are_on_the_way() -> None:
    found = traced("customers.alder.filled")
    assert (found.value, found.number.unit) == ("20", "ordered units")
    # Not the lot that arrives after the end, nor another SKU, site or party.
    assert names(found) == [
        "orders:a",
        "supply:l1",
        "readiness:north,hall-1",
        "readiness:north,hall-2",
        "sites:north",
        "skus:chip",
        "parties:alder",
    ]
    assert [source.title for source in found.sources] == ["First", "Second", "Third"]


def test_the_weakest_class_stands_beside_the_number() -> None:
    # fact, order and the estimate of hall-2; the claim is a statement that is not used.
    assert traced("customers.alder.filled").weakest == "estimate"
    assert traced("customers.alder.weight").weakest == "fact"
    claimed = traced("customers.alder.filled", known="2023-12-10")  # The claim was all that was known then.
    assert claimed.weakest == "claim"


def test_a_row_that_says_no_basis_is_the_weakest() -> None:
    assert traced("sites.south.power_kw").weakest == ""
    (row,) = next(iter(traced("sites.south.power_kw").parts)).rows
    assert (row.file, row.row, row.basis) == ("readiness.csv", 5, "")


def test_statements_stand_side_by_side_with_the_one_used() -> None:
    (fact,) = traced("customers.alder.filled").facts
    assert fact.name == "readiness:north,hall-2"
    assert [(one.row, one.known_on, dict(one.says)) for one in fact.statements] == [
        (3, "2023-12-01", {"ready_on": "2024-01-03"}),
        (4, "2023-12-20", {"ready_on": "2024-01-06"}),
    ]
    assert fact.used == 1
    assert traced("customers.alder.filled", known="2023-12-10").facts == ()  # One statement was known then.


def test_a_choice_that_matters_is_told_with_the_other_value() -> None:
    # 10 units wait for hall-2: from 6 January 5 days, 50 / 20 = 2.5; from 3 January 2 days, 20 / 20 = 1.
    found = traced("shortages.a.late_days", is_under_each=True)
    assert found.alternatives is not None
    assert [(one.statement.row, found.value, one.value, one.is_changed) for one in found.alternatives] == [
        (3, "2.5", "1", True)
    ]


def test_a_choice_that_does_not_matter_is_told_too() -> None:
    found = traced("customers.alder.filled", is_under_each=True)
    assert found.alternatives is not None
    assert [(one.value, one.is_changed) for one in found.alternatives] == [("20", False)]


def test_a_statement_under_which_nothing_can_be_planned_is_told() -> None:
    steps = [
        {
            "site": "north",
            "step": "one",
            "ready_on": "2023-12-01",
            "power_kw": "30",
            "known_on": "2023-12-01",
        },
        {
            "site": "north",
            "step": "one",
            "ready_on": "2023-12-01",
            "power_kw": "10",
            "known_on": "2023-12-02",
        },
        {"site": "north", "step": "two", "ready_on": "2024-01-02", "power_kw": "20"},
    ]
    found = traced("customers.alder.filled", is_under_each=True, readiness=steps)
    assert found.alternatives is not None
    # 30 kW and then 20 kW in all: readiness falls, which no plan accepts.
    assert [(one.problem, one.is_changed) for one in found.alternatives] == [("readiness-falls", True)]


def test_what_competes_for_the_same_lots_or_room_is_on_the_way() -> None:
    order = tables()["orders"][0]
    others = [
        {**order, "order": "b", "customer": "foundry"},
        {**order, "order": "c", "customer": "foundry", "skus": "old", "sites": "south"},
        {**order, "order": "d", "customer": "foundry", "commitment": "forecast"},
    ]
    found = traced("customers.alder.filled", orders=[{**order, "commitment": "firm"}, *others])
    rivals = [row.name for part in found.parts if part.role == "rival" for row in part.rows]
    assert rivals == ["orders:b"]  # c takes neither chip nor north; d is not planned.


def test_an_order_that_is_not_planned_rests_on_its_own_row() -> None:
    forecast = [{**tables()["orders"][0], "commitment": "forecast"}]
    found = traced("shortages.a.short", orders=forecast)
    assert (found.value, names(found)) == ("20", ["orders:a"])


def test_a_long_part_is_cut_and_counted() -> None:
    lots = [
        {**tables()["supply"][0], "lot": f"l{number:02}", "quantity": "1", "basis": "fact"}
        for number in range(30)
    ]
    world = make_world(SETTINGS, tables(supply=lots))
    found = trace(world, ap.plan(world).record, number="customers.alder.filled", most=5)
    (part,) = [part for part in found.parts if part.role == "lot"]
    assert (part.count, len(part.rows), part.bases) == (30, 5, {"fact": 30})


def test_as_booked_only_what_is_reserved_matters() -> None:
    world = make_world(SETTINGS, tables())
    found = ap.plan(world, ap.Policy(rule=Rule.AS_BOOKED)).trace("customers.alder.filled")
    assert (found.value, [str(part.role) for part in found.parts]) == ("0", ["order", "step", "site", "sku"])


def test_every_number_of_a_plan_can_be_traced() -> None:
    plan = ap.plan(ap.read("tesla-x-2023"))
    keys = {
        "customers": "xai",
        "allocations": "T1",
        "shortages": "A2",
        "levels": "tesla/H100-SXM",
        "sites": "giga_texas",
    }
    for table, columns in UNITS.items():
        for column in columns:
            found = plan.trace(f"{table}.{keys[table]}.{column}")
            assert found.value is not None, column
            assert found.row_count, column


@pytest.mark.parametrize(
    ("number", "told"),
    [
        ("customer.alder.filled", "Did you mean 'customers'"),
        ("customers.aldr.filled", "Did you mean 'alder'"),
        ("customers.alder.fill", "Did you mean 'filled'"),
        ("customers.alder", "A number is TABLE.KEY.COLUMN"),
        ("", "A number is TABLE.KEY.COLUMN"),
        ("customers..filled", "A number is TABLE.KEY.COLUMN"),
        ("allocations.a,south.units", "There are north,2024-01-01, north,2024-01-06"),
        ("allocations.a,north,2024-01-01,x.units", "at most ORDER,SITE,ROUND_ON"),
        ("sites.north,tomorrow.units", "YYYY-MM-DD"),
        ("levels.alder/chip,2024-01-01,7.level", "levels has no row"),
    ],
)
def test_a_number_that_is_not_there_is_told_with_what_is(number: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        traced(number)


@pytest.mark.parametrize(
    ("number", "value"),
    [
        ("allocations.a.units", "20"),
        ("allocations.a,north,2024-01-06.units", "10"),
        ("sites.north,2024-01-05.power_kw", "10"),
        ("sites.north,2024-01-06.power_kw", "20"),
        ("levels.alder/chip,2024-01-01.level", "10"),
        ("levels.alder/chip.level", "20"),
        ("shortages.a,site-not-ready.short", "0"),
    ],
)
def test_a_key_may_name_one_row_of_many(number: str, value: str) -> None:
    assert traced(number).value == value


def test_evidence_that_the_viewer_did_not_know_stays_untold() -> None:
    hidden = [{**row, "known_on": "2024-06-01"} for row in tables()["evidence"]]
    found = traced("customers.alder.weight", known="2023-12-10", evidence=hidden)
    assert [(one.id, one.is_known, one.title) for one in found.sources] == [("E1", False, "")]


def test_the_command_says_it_in_both_languages(tmp_path: Path) -> None:
    ap.plan(ap.read("tesla-x-2023")).write(tmp_path / "plan")
    run = CliRunner()
    told = run.invoke(app, ["trace", str(tmp_path / "plan"), "customers.tesla.filled", "--under-each"])
    assert told.exit_code == 0, told.output
    assert "12,000 ordered units; weakest basis on the way: assumption" in told.output
    assert "December memo, first leg" in told.output
    chinese = run.invoke(app, ["trace", str(tmp_path / "plan"), "customers.tesla.filled", "--lang", "zh-TW"])
    assert "途中最弱的依據類別：假設" in chinese.output
    values = json.loads(
        run.invoke(app, ["trace", str(tmp_path / "plan"), "customers.tesla.filled", "--json"]).output
    )
    assert (values["value"], values["weakest_basis"], values["alternatives"]) == ("12000", "assumption", None)


def test_what_was_not_tried_is_counted_and_own_orders_come_first() -> None:
    order = tables()["orders"][0]
    restated = [
        {**order, "order": name, "customer": customer, "quantity": quantity, "known_on": known}
        for name, customer in (("z", "alder"), ("a", "foundry"))
        for quantity, known in (("8", "2023-12-01"), ("10", "2023-12-02"))
    ]
    world = make_world(SETTINGS, tables(orders=restated))
    record = ap.plan(world).record
    found = trace_number(world, record, number="customers.alder.filled", most=1, is_under_each=True)
    # z is alder's own, though a comes before it; and hall-2 has a second statement.
    assert [fact.name for fact in found.facts] == ["orders:z"]
    assert (found.fact_count, found.alternative_count) == (3, 3)
    assert found.alternatives is not None
    assert [(found.value, one.value) for one in found.alternatives] == [("10", "8")]
    told = tell_trace(found)
    assert "… and 2 more statements were not tried" in told
