"""No column is read and ignored: each changes a plan or is a check, or stands here with the reason why not.

The columns come from the contracts. A column in neither list fails the run, as does one whose change does not do
what its list says.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from apportion.commands.plans import make_plan
from apportion.engine.checks import check_world
from apportion.errors import has_errors
from apportion.model.columns import PROVENANCE, Kind
from apportion.model.contracts import TABLES
from apportion.model.parsing import parse_table
from apportion.model.plan import Plan
from apportion.model.world import World
from tests.build import make_world, text_frame

Place = tuple[str, int, str]
Tables = dict[str, list[dict[str, str]]]

BASE: dict[str, str] = {
    "parties": "party,name,kind,group,weight / ann,Ann,customer,g,1 / bob,Bob,customer,h,1 / v,V,supplier,,1",
    "entitlements": "party,pool,from_on,weight,until_on / ann,a,2024-12-01,1,",
    "skus": "sku,name,vendor,site_kw / a,A,v,1 / b,B,v,2",
    "sites": "site,name,operator,country / n,North,v,US / t,Town,v,US",
    "readiness": "site,step,ready_on,power_kw / n,one,2025-01-01,100 / n,two,2025-01-10,200 / t,one,2025-01-01,100",
    "supply": "lot,sku,supplier,arrives_on,quantity,reserved_for / L1,a,v,2025-01-01,12,A / L2,a,v,2025-01-06,12, /"
    " L3,b,v,2025-01-03,4,",
    "orders": "order,customer,skus,quantity,sites,requested_on / A,ann,a,20,n|t,2025-01-01 /"
    " B,bob,a,20,n|t,2025-01-01 / C,ann,b,3,n,2025-01-02",
    "raises": "party,from_on,tier / bob,2025-01-03,1",
    "shipments": "shipment,order,sku,site,quantity,shipped_on,lot / H1,B,a,t,2,2024-12-20,L1 /"
    " H2,B,a,t,1,2024-12-20,L1",
    "fleet": "holding,party,site,sku,quantity,since_on / F1,ann,t,a,3,2024-12-01 / F2,bob,t,a,1,2024-12-01",
    "quotas": "quota,at_most / Q1,1000 / Q2,1000",
    "undecided": "proposal,lot,order,site,quantity / P,L2,B,n,4 / P,L2,A,n,4",
}
SETTINGS: dict[str, Any] = {
    "name": "small",
    "start_on": dt.date(2025, 1, 1),
    "end_on": dt.date(2025, 1, 21),
    "reference_sku": "a",
}


@dataclass(frozen=True, kw_only=True)
class Change:
    """One cell that is changed alone, in a world where it weighs.

    Attributes:
        row: Its row.
        to: What it holds then.
        given: What differs from the plain world before and after.
        policy: The policy of both.
        case: The readiness of both.
        as_known_on: The day both are looked at; `viewpoint` likewise.
        finds: The code of the finding that is the column's whole meaning; empty: the plan changes.
    """

    row: int = 0
    to: str
    given: Mapping[Place, str] = field(default_factory=dict)
    policy: Mapping[str, object] = field(default_factory=dict)
    case: str = "middle"
    as_known_on: dt.date | None = None
    viewpoint: str = "all"
    finds: str = ""


def given(text: str) -> dict[Place, str]:
    """Return cells from their short form, ``table row column value; …``."""
    parts = (one.split() for one in text.split(";"))
    return {(table, int(row), column): value for table, row, column, value in parts}


ENTITLED = given("entitlements 0 weight 3")
SCARCE = given("readiness 0 power_kw 4; readiness 2 power_kw 8")
TIGHT = given("quotas 0 at_most 3")
ONE_CUSTOMER = given("orders 1 customer ann")
LIQUID = given("skus 0 cooling liquid")
BEHIND = given("orders 0 tier 2; orders 1 tier 2")
GROUP, REFERENCE = {"level_by": "group"}, {"level_by": "customer", "count": "reference"}
BOOKED, EARLY, LATE = {"rule": "as-booked"}, "favourable", "unfavourable"
WAITS = {"proposal": "Z", "lot": "L3", "order": "C", "quantity": "5"}
DATED = given("supply 1 known_on 2025-01-03")
SECRET = DATED | given("supply 1 public_on 2025-02-01; supply 1 known_to ann")
DAY, UNKNOWN, TWICE = dt.date(2025, 1, 4), "reference-unknown", "key-duplicate"

MATTERS: dict[str, dict[str, Change]] = {
    "parties": {
        "party": Change(to="anne", finds=UNKNOWN),
        "group": Change(row=1, to="g", policy=GROUP),
        "weight": Change(to="3", given=given("entitlements 0 pool z")),
    },
    "entitlements": {
        "party": Change(to="bob", given=ENTITLED),
        "pool": Change(to="b", given=ENTITLED),
        "from_on": Change(to="2025-01-05", given=ENTITLED),
        "weight": Change(to="3"),
        "until_on": Change(to="2025-01-04", given=ENTITLED),
    },
    "skus": {
        "sku": Change(row=1, to="c", finds=UNKNOWN),
        "site_kw": Change(to="3", given=SCARCE),
        "pool": Change(row=1, to="a"),
        "cooling": Change(to="liquid", given=given("sites 0 cooling air")),
        "lot_units": Change(to="8"),
        "reference_units": Change(row=1, to="5", policy=REFERENCE),
    },
    "sites": {
        "site": Change(row=1, to="u", finds=UNKNOWN),
        "users": Change(to="bob"),
        "cooling": Change(to="air", given=LIQUID),
        "lead_days": Change(to="3"),
        "country": Change(to="FR", given=TIGHT | given("quotas 0 country US")),
    },
    "readiness": {
        "site": Change(row=1, to="t", given=SCARCE | given("readiness 1 step three")),
        "step": Change(row=1, to="one", finds=TWICE),
        "ready_on": Change(row=1, to="2025-01-12", given=SCARCE),
        "power_kw": Change(row=1, to="5", given=SCARCE),
        "liquid_kw": Change(to="2", given=LIQUID),
        "units_at_most": Change(to="3"),
        "ready_on_early": Change(row=1, to="2025-01-08", given=SCARCE, case=EARLY),
        "ready_on_late": Change(row=1, to="2025-01-12", given=SCARCE, case=LATE),
        "power_kw_high": Change(to="6", given=SCARCE, case=EARLY),
        "power_kw_low": Change(to="2", given=SCARCE, case=LATE),
    },
    "supply": {
        "lot": Change(row=1, to="L1", finds=TWICE),
        "sku": Change(row=1, to="b"),
        "arrives_on": Change(row=1, to="2025-01-09"),
        "quantity": Change(row=1, to="11"),
        "reserved_for": Change(row=1, to="B", policy=BOOKED),
        "reserved_site": Change(to="t", policy=BOOKED),
        "balance": Change(to="x", given=given("orders 0 balance y"), finds="balance-disagrees"),
    },
    "orders": {
        "order": Change(row=2, to="Z"),
        "customer": Change(row=1, to="ann"),
        "skus": Change(row=2, to="b|a:2"),
        "quantity": Change(to="4"),
        "sites": Change(to="t"),
        "requested_on": Change(to="2025-01-05"),
        "earliest_on": Change(to="2025-01-05"),
        "placed_on": Change(row=1, to="2024-12-01", given=ONE_CUSTOMER),
        "promised_on": Change(row=1, to="2025-01-03", given=ONE_CUSTOMER),
        "tier": Change(to="2"),
        "status": Change(to="hold"),
        "commitment": Change(to="soft"),
        "min_ship": Change(to="20"),
        "max_late_days": Change(to="2"),
        "balance": Change(to="y", given=given("supply 0 balance x"), finds="balance-disagrees"),
    },
    "raises": {
        "party": Change(to="ann", given=BEHIND),
        "from_on": Change(to="2025-01-07", given=BEHIND),
        "tier": Change(to="2", given=BEHIND),
        "until_on": Change(to="2025-01-06", given=BEHIND),
    },
    "shipments": {
        "shipment": Change(row=1, to="H1", finds=TWICE),
        "order": Change(to="A"),
        "sku": Change(to="b"),
        "site": Change(to="n"),
        "quantity": Change(to="5"),
        "shipped_on": Change(to="2025-01-02"),
        "lot": Change(to="L2", policy=BOOKED),
        "live_on": Change(to="2025-01-09"),
    },
    "fleet": {
        "holding": Change(row=1, to="F1", finds=TWICE),
        "site": Change(to="n"),
        "sku": Change(to="b"),
        "quantity": Change(to="4"),
        "since_on": Change(to="2025-01-05"),
        "until_on": Change(to="2025-01-05"),
    },
    "quotas": {
        "quota": Change(to="Q9", given=TIGHT),
        "party": Change(to="bob", given=TIGHT),
        "group": Change(to="g", given=TIGHT),
        "sku": Change(to="b", given=TIGHT),
        "site": Change(to="t", given=TIGHT),
        "country": Change(to="FR", given=TIGHT),
        "from_on": Change(to="2025-01-04", given=TIGHT),
        "until_on": Change(to="2025-01-04", given=TIGHT),
        "at_most": Change(to="3"),
    },
    "undecided": {
        "site": Change(to="mars", finds=UNKNOWN),
        **{name: Change(to=cell, policy=BOOKED) for name, cell in WAITS.items()},
    },
}
# Columns of every table that change a plan under a view; tried on `supply`.
VIEWED: dict[str, Change] = {
    "known_on": Change(row=1, to="2025-01-05", given=DATED, as_known_on=DAY),
    "public_on": Change(row=1, to="2025-01-04", given=SECRET, viewpoint="public", as_known_on=DAY),
    "known_to": Change(row=1, to="bob", given=SECRET, viewpoint="party:ann", as_known_on=DAY),
}
LABEL = "a label: only the digest and what is printed"
STUDY = "for later studies: only the digest and labels"
MONEY = "for later studies of cost: only the digest and labels"
LATER: dict[str, dict[str, str]] = {
    "parties": {"name": LABEL, "kind": STUDY, "listed": STUDY, "country": STUDY},
    "skus": {
        "name": LABEL,
        "vendor": LABEL,
        "unit_price_usd": MONEY,
        "rent_usd_per_hour": MONEY,
        "useful_life_days": MONEY,
    },
    "sites": {"name": LABEL, "operator": STUDY},
    "supply": {"supplier": STUDY},
    "orders": {"unit_price_usd": MONEY},
    "shipments": {"delivered_on": STUDY},
    "fleet": {"party": STUDY},
    **{
        name: {column.name: STUDY for column in TABLES[name].columns}
        for name in (
            "programmes",
            "rentals",
            "interests",
            "transfers",
            "claims",
            "lead_times",
            "events",
            "evidence",
            "attachments",
        )
    },
}
ANYWHERE = {"basis": LABEL, "evidence": LABEL, "note": LABEL}
RANGES = "studies vary each within its box; a plan takes the plain column"


def range_columns(name: str) -> set[str]:
    """Return the low and high siblings that no case moves."""
    own = {column.name for column in TABLES[name].columns} | {column.name for column in PROVENANCE}
    return set(TABLES[name].by_name) - own - set(MATTERS.get(name, {}))


def test_every_column_of_every_table_is_in_one_list() -> None:
    for name, table in TABLES.items():
        lists: list[Iterable[str]] = [
            MATTERS.get(name, {}),
            VIEWED,
            LATER.get(name, {}),
            ANYWHERE,
            range_columns(name),
        ]
        listed = [column for one in lists for column in one]
        assert sorted(listed) == sorted(table.by_name), name


def tables_with(cells: Mapping[Place, str]) -> Tables:
    """Return the plain tables with some cells set."""
    tables: Tables = {}
    for name, text in BASE.items():
        header, *rows = [[cell.strip() for cell in line.split(",")] for line in text.split(" /")]
        tables[name] = [dict(zip(header, row, strict=True)) for row in rows]
    for (name, row, column), value in cells.items():
        tables.setdefault(name, [])
        tables[name] += [{} for _ in range(row + 1 - len(tables[name]))]
        tables[name][row][column] = value
    return tables


def world_of(change: Change, cells: Mapping[Place, str]) -> World:
    """Return the world of one change with some cells set."""
    world = make_world({**SETTINGS, "policy": dict(change.policy)}, tables_with({**change.given, **cells}))
    return world.as_known_on(change.as_known_on, change.viewpoint).case(change.case)


def tables_of(plan: Plan) -> dict[str, list[tuple[object, ...]]]:
    """Return all rows that a plan says of facts, its exact shares among them."""
    return {name: frame.rows() for name, frame in {**plan.tables, "shares": plan.shares}.items()}


CHANGES = {(name, column): change for name, columns in MATTERS.items() for column, change in columns.items()}


@pytest.mark.parametrize(
    ("name", "column", "change"),
    [
        *((name, column, change) for (name, column), change in CHANGES.items()),
        *(("supply", column, change) for column, change in VIEWED.items()),
    ],
)
def test_a_change_of_this_cell_alone_changes_the_plan_or_is_found(
    name: str, column: str, change: Change
) -> None:
    before, after = world_of(change, {}), world_of(change, {(name, change.row, column): change.to})
    assert not has_errors(check_world(before))
    if change.finds:
        assert change.finds not in {one.code for one in check_world(before)}
        assert change.finds in {one.code for one in check_world(after)}
    else:
        assert tables_of(make_plan(after)) != tables_of(make_plan(before))


ROWS_OF_STUDIES = {
    "programmes": "P,ann,Name,training,2025-01-01,2025-01-09,5,7,n",
    "rentals": "R,ann,v,a,5,2025-01-01,2025-01-09,2,held,1,1,1",
    "interests": "bob,ann,owner,2025-01-01,2025-01-09,5,2025-01-02",
    "transfers": "T,ann,bob,people,2025-01-01,2025-01-09,5,a,7,found",
    "claims": "K,ann,bob,2025-01-01,units,5,units,2025-01-01,2025-01-09,a,n,v,about,said",
    "lead_times": "LT,a,2025-01-01,5",
    "events": "E,2025-01-01,start,ann,n,Title",
    "evidence": "X,memo,Title,2025-01-01,here,says,X",
    "attachments": "X,00ff,pdf,9,memo.pdf",
}
CELLS = {
    Kind.COUNT: ["7"],
    Kind.NUMBER: ["7.5"],
    Kind.TEXT: ["other"],
}
NAMES = {"parties": ["v", "bob"], "skus": ["b"], "sites": ["t"], "evidence": ["Y"]}
FIRST_DAYS = {"from_on", "on", "start_on"}


def other_cell(name: str, column: str, *, held: str) -> str:
    """Return a cell that differs from the one held and that no check refuses."""
    contract = TABLES[name].by_name[column]
    if column in range_columns(name):
        ends = {
            "early": "1999-01-01",
            "late": "2099-01-01",
            "low": str(contract.least or 0),
            "high": "100" if contract.unit == "percent" else "999999",
        }
        return ends[column.rpartition("_")[2]]
    if contract.kind is Kind.DAY:
        return "2025-01-03" if column in FIRST_DAYS else "2025-01-15"
    fitting = contract.choices or NAMES.get(contract.refers) or CELLS[contract.kind]
    return next(cell for cell in fitting if cell != held)


def with_cell(world: World, tables: Tables, *, place: Place, cell: str) -> World:
    """Return the world of these tables with one cell set."""
    name, row, column = place
    rows = [dict(one) for one in tables[name]]
    rows[row][column] = cell
    parsed = parse_table(text_frame(rows, table=name), TABLES[name], file=f"{name}.csv")
    assert not parsed.findings
    return replace(world, tables={**world.tables, name: parsed.frame})


def study_rows() -> dict[Place, str]:
    """Return a row of each table that only studies use, and two pieces of evidence."""
    cells: dict[Place, str] = {}
    for name, text in ROWS_OF_STUDIES.items():
        names = [column.name for column in TABLES[name].columns]
        for row in (0, 1) if name == "evidence" else (0,):
            cells |= {(name, row, column): cell for column, cell in zip(names, text.split(","), strict=True)}
    return cells | {("evidence", 1, "id"): "Y"}


IGNORED = [
    (name, column)
    for name in TABLES
    for column in [*LATER.get(name, {}), *ANYWHERE, *sorted(range_columns(name))]
]


@pytest.fixture(scope="module")
def plain() -> tuple[World, Plan]:
    world = world_of(Change(to=""), study_rows())
    return world, make_plan(world)


@pytest.mark.parametrize("name", TABLES)
def test_what_is_for_later_studies_changes_the_digest_and_no_row_of_a_plan(
    plain: tuple[World, Plan], name: str
) -> None:
    world, plan = plain
    tables = tables_with(study_rows())
    edited = {name: [dict(row) for row in tables[name]]}
    together = world
    for column in (column for table, column in IGNORED if table == name):
        place = (name, 0, column)
        cell = other_cell(name, column, held=tables[name][0].get(column, ""))
        changed = with_cell(world, tables, place=place, cell=cell)
        assert changed.digest != world.digest, column
        if column in LATER.get(name, {}) and name in BASE:
            assert tables_of(make_plan(changed)) == tables_of(plan), column
        if column not in TABLES[name].key:
            edited[name][0][column] = cell
            together = with_cell(world, edited, place=place, cell=cell)
    assert not has_errors(check_world(together))
    assert together.digest != world.digest
    assert tables_of(make_plan(together)) == tables_of(plan)
