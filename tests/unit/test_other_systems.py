"""A planning system's other sheets, its files and a whole case of it: what is supply, what is told, what comes out."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

import apportion
from apportion.cli import app
from apportion.errors import Code, Severity
from apportion.files.other_names import (
    OTHER_TABLES,
    UNREAD_SHEETS,
    Holds,
    OtherTable,
    other_table,
    squashed,
)
from apportion.model.contracts import TABLES
from apportion.model.parsing import FILE, ROW
from tests.unit.test_other_names import (
    HEADER,
    JUNE,
    ORDER,
    OTHERS,
    READINESS,
    SCENARIO,
    Rows,
    found,
    orders_of,
    write_book,
    write_orders,
)

ROOT = Path(__file__).resolve().parent.parent.parent
F1 = ROOT / "tests" / "cases" / "frepple-f1"
WARNING, ERROR = Severity.WARNING, Severity.ERROR


def own_columns(frame: pl.DataFrame, table: str) -> pl.DataFrame:
    """Return the columns of a table that it has in common with our contract, in its order of rows."""
    key = list(TABLES[table].key)
    return frame.select(sorted(name for name in frame.columns if name in TABLES[table].by_name)).sort(key)


PURCHASES = (
    "reference",
    "item",
    "location",
    "supplier",
    "quantity",
    "ordering date",
    "receipt date",
    "status",
)


def write_purchases(tmp_path: Path, *rows: Sequence[object], header: Sequence[str] = PURCHASES) -> Path:
    sheets = {name: table for name, table in OTHERS.items() if name != "supply"}
    orders = [HEADER, ORDER]
    return write_book(
        tmp_path / "p.xlsx", {**sheets, "sales order": orders, "purchase order": [header, *rows]}
    )


def purchase(reference: str, status: str | None, *, place: str = "oslo") -> tuple[object, ...]:
    return (reference, "B200", place, "maker", 4, "2024-05-01", JUNE, status)


def test_only_purchases_that_are_still_to_come_are_supply(tmp_path: Path) -> None:
    states = ["proposed", "approved", "confirmed", "completed", "closed", "canceled", "Closed"]
    path = write_purchases(tmp_path, *(purchase(f"P{at}", state) for at, state in enumerate(states)))
    lots = apportion.read(path).tables["supply"]
    assert lots.select("lot", "sku", "supplier", "quantity", "arrives_on").rows() == [
        (f"P{at}", "B200", "maker", 4, dt.date(2024, 6, 3)) for at in (1, 2, 3)
    ]
    told = [(one.severity, one.row, one.found.partition(":")[0]) for one in found(path, Code.OTHER_MEANING)]
    assert told == [
        (WARNING, 2, "1 row(s) have the status 'proposed'; they are left out"),
        (WARNING, 6, "2 row(s) have the status 'closed'; they are left out"),
        (WARNING, 7, "1 row(s) have the status 'canceled'; they are left out"),
    ]


@pytest.mark.parametrize(("status", "quoted"), [(None, "The cell is empty"), ("on the way", "'on the way'")])
def test_a_purchase_whose_status_is_not_known_is_an_error(
    status: str | None, quoted: str, tmp_path: Path
) -> None:
    path = write_purchases(tmp_path, purchase("P1", status))
    [told] = found(path, Code.OTHER_MEANING)
    assert (told.severity, told.row, told.column) == (ERROR, 2, "status")
    assert quoted in told.found


def test_purchases_without_a_column_of_status_are_told_to_count(tmp_path: Path) -> None:
    path = write_purchases(tmp_path, purchase("P1", None)[:-1], header=PURCHASES[:-1])
    [told] = found(path, Code.OTHER_MEANING)
    assert (told.severity, told.row, told.column) == (WARNING, None, "status")
    assert apportion.read(path).tables["supply"]["lot"].to_list() == ["P1"]


def test_what_would_change_a_plan_there_and_not_here_is_told(tmp_path: Path) -> None:
    path = write_purchases(tmp_path, purchase("P1", "confirmed"), purchase("P2", "confirmed", place="bergen"))
    [told] = found(path, Code.OTHER_MEANING)
    assert (told.severity, told.column) == (WARNING, "location")
    assert "'oslo', 'bergen'" in told.found
    header = (*HEADER, "owner", "policy")
    path = write_orders(
        tmp_path, header, (*ORDER, "R", "independent"), ("R-2", *ORDER[1:], "R", "alltogether")
    )
    [told] = found(path, Code.OTHER_MEANING)
    assert (told.severity, told.row, told.column) == (WARNING, 3, "policy")
    assert orders_of(path, "owner", "policy") == [("R", "independent"), ("R", "alltogether")]


def test_a_whole_workbook_of_another_system_is_read(tmp_path: Path) -> None:
    sheets: dict[str, Rows] = {
        "scenario": SCENARIO,
        "Item": [("name", "vendor", "site_kw", "category"), ("B200", "maker", 2, "chips")],
        "location": [("name", "operator"), ("oslo", "lab")],
        "customer": [("Name",), ("physics",)],
        "buffer": [("item", "location", "onhand"), ("B200", "oslo", 3)],
        "readiness": READINESS,
        "purchase order": [PURCHASES, purchase("P1", "confirmed")],
        "sales order": [HEADER, ORDER],
    }
    path = write_book(tmp_path / "w.xlsx", sheets)
    assert [one for one in apportion.check(path) if one.severity is ERROR] == []
    tables = apportion.read(path).tables
    assert tables["skus"].select("sku", "name", "category").rows() == [("B200", "B200", "chips")]
    assert tables["sites"].select("site", "name").rows() == [("oslo", "oslo")]
    assert tables["parties"].select("party", "name", "kind").rows() == [("physics", "physics", "customer")]
    [told] = found(path, Code.TABLE_UNKNOWN)
    assert "'buffer'" in told.found
    assert "lots of supply" in told.fix


def test_a_workbook_that_lacks_tables_gives_all_findings_at_once(tmp_path: Path) -> None:
    path = write_book(
        tmp_path / "w.xlsx",
        {"demand": [(*HEADER, "maxlateness"), (*ORDER, "36:00:00")], "item": [("name",), ("B200",)]},
    )
    told = {(one.code, one.column) for one in apportion.check(path) if one.severity is ERROR}
    assert {
        (Code.FILE_UNREADABLE, ""),
        (Code.TABLE_MISSING, ""),
        (Code.VALUE_INVALID, "max_late_days"),
        (Code.COLUMN_MISSING, "vendor"),
        (Code.COLUMN_MISSING, "site_kw"),
    } <= told
    missing = [one.found for one in found(path, Code.TABLE_MISSING)]
    assert missing == [
        f"There is no sheet {name!r} that can be seen." for name in ("readiness", "sites", "supply")
    ]


@pytest.mark.parametrize("item", ["B200|H100", "B200:2"])
def test_a_name_that_ours_would_part_is_an_error(item: str, tmp_path: Path) -> None:
    path = write_orders(tmp_path, HEADER, ("R-1", item, *ORDER[2:]))
    told = [(one.row, one.column) for one in found(path, Code.VALUE_INVALID)]
    assert told == [(2, "skus")]


def test_a_folder_and_a_zip_hold_another_systems_files_too(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "scenario.toml").write_text(
        'name = "here"\nstart_on = 2024-06-01\nend_on = 2024-09-01\n', encoding="utf-8"
    )
    for name in ("skus", "sites", "readiness", "supply"):
        rows = [",".join(map(str, row)) for row in OTHERS[name]]
        (folder / f"{name}.csv").write_text("\n".join(rows), encoding="utf-8")
    demand = "name;item;location;customer;quantity;due;Priority;maxlateness\n"
    demand += "R-1;B200;oslo;physics;8;2024-06-03  00:00:00;2;168:00:00\n"
    (folder / "Sales_Order.csv").write_text(demand, encoding="utf-8")
    expected = [("R-1", dt.date(2024, 6, 3), 2, 7)]
    assert orders_of(folder, "order", "requested_on", "tier", "max_late_days") == expected
    [names] = found(folder, Code.OTHER_NAMES)
    assert names.file == "Sales_Order.csv"
    apportion.export(folder, tmp_path / "again.zip")
    assert orders_of(tmp_path / "again.zip", "order", "requested_on", "tier", "max_late_days") == expected
    (folder / "orders.csv").write_text("order\n", encoding="utf-8")
    assert "There are orders.csv and Sales_Order.csv." in [one.found for one in apportion.check(folder)]
    (folder / "orders.csv").unlink()
    (folder / "Sales_Order.csv").write_text("name,order,quantity\nA,A,1\n", encoding="utf-8")
    [told] = found(folder, Code.COLUMN_DUPLICATE)
    assert "'name' and 'order'" in told.found


def test_an_export_writes_our_names_and_reads_back_the_same(tmp_path: Path) -> None:
    header = (*HEADER, "priority", "maxlateness", "status", "owner")
    path = write_orders(tmp_path, header, (*ORDER, 2, "168:00:00", "quote", "mine"))
    for to in (tmp_path / "folder", tmp_path / "again.xlsx"):
        apportion.export(path, to, made_on=dt.date(2026, 1, 2))
        assert apportion.read(to).digest == apportion.read(path).digest
        assert apportion.check(to) == []
    with (tmp_path / "folder" / "orders.csv").open(encoding="utf-8", newline="") as lines:
        assert next(csv.reader(lines)) == [
            *("order", "skus", "sites", "customer", "quantity", "requested_on", "tier"),
            *("max_late_days", "status", "owner"),
        ]


def frepple_f1(path: Path, *, states: tuple[str, str] | None = ("open", "confirmed")) -> Path:
    """Return the case `frepple-f1` with its orders and receipts as frePPLe has them, and their states if any."""
    of_orders, of_receipts = ((), ()) if states is None else ((states[0],), (states[1],))
    status = () if states is None else ("Status",)
    sheets: dict[str, list[tuple[object, ...]]] = {}
    for name in ("skus", "sites", "readiness", "parties"):
        sheets[name] = [tuple(row) for row in _lines(F1 / f"{name}.csv")]
    sheets["scenario"] = [
        *(("key", "value"), ("name", "frepple-f1"), ("policy.rule", "priority")),
        *(("start_on", "2009-01-01"), ("end_on", "2009-02-01"), ("round", "day")),
        ("title", "Twelve demands of three priorities for four items (frePPLe)"),
    ]
    _, *orders = _lines(F1 / "orders.csv")
    sheets["demand"] = [("Name", "Customer", "Item", "Quantity", "Location", "Due", "Priority", *status)]
    for order, customer, item, quantity, site, due, tier in orders:
        day = dt.datetime.combine(dt.date.fromisoformat(due), dt.time())
        sheets["demand"].append((order, customer, item, int(quantity), site, day, int(tier), *of_orders))
    _, *lots = _lines(F1 / "supply.csv")
    sheets["purchase order"] = [("reference", "item", "supplier", "receipt date", "quantity", *status)]
    for *lot, day_text, quantity in lots:
        row = (*lot, f"{day_text}  00:00:00", int(quantity), *of_receipts)
        sheets["purchase order"].append(row)
    return write_book(path, sheets)


def _lines(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines))


def test_the_case_of_frepple_is_planned_alike_from_its_own_shape(tmp_path: Path) -> None:
    path = frepple_f1(tmp_path / "f1.xlsx")
    assert [one for one in apportion.check(path) if one.severity is ERROR] == []
    theirs, ours = apportion.read(path), apportion.read(F1)
    assert theirs.settings == ours.settings
    assert set(theirs.tables) == set(ours.tables)
    for name, frame in ours.tables.items():
        expected = own_columns(frame.drop(ROW, FILE), name)
        assert own_columns(theirs.tables[name], name).select(expected.columns).equals(expected), name
    plan, expected_plan = apportion.plan(theirs), apportion.plan(ours)
    for name, frame in expected_plan.record.tables.items():
        assert plan.record.tables[name].equals(frame), name


def test_without_a_column_that_is_not_ours_the_case_has_the_same_digests(tmp_path: Path) -> None:
    theirs, ours = apportion.read(frepple_f1(tmp_path / "f1.xlsx", states=None)), apportion.read(F1)
    assert theirs.digest == ours.digest
    assert apportion.plan(theirs).digest == apportion.plan(ours).digest


def test_the_command_line_plans_the_case_of_frepple(tmp_path: Path) -> None:
    path = frepple_f1(tmp_path / "f1.xlsx")
    texts = []
    for scenario in (path, F1):
        to = tmp_path / f"plan-{scenario.stem}"
        assert CliRunner().invoke(app, ["plan", str(scenario), "--out", str(to)]).exit_code == 0
        texts.append((to / "allocations.csv").read_text(encoding="utf-8"))
    assert texts[0] == texts[1]


@pytest.mark.parametrize("other", OTHER_TABLES, ids=lambda one: one.table)
def test_the_names_taken_are_of_columns_that_are_ours(other: OtherTable) -> None:
    own = {squashed(name) for name in TABLES[other.table].by_name}
    for column in other.columns:
        assert column.ours in TABLES[other.table].by_name
        for name in column.names:
            assert name == name.lower()
            # A name that is ours too may only be taken where our column of that meaning is absent.
            assert squashed(name) not in own or column.ours in TABLES[other.table].key
    for name, source in other.copies.items():
        assert {name, source} <= set(TABLES[other.table].by_name)
    assert set(other.fills) <= set(TABLES[other.table].by_name)


def test_no_name_of_another_system_is_one_of_our_tables() -> None:
    sheets = [squashed(sheet) for other in OTHER_TABLES for sheet in other.sheets]
    sheets += [squashed(sheet) for sheet in UNREAD_SHEETS]
    assert len(set(sheets)) == len(sheets)
    assert not set(sheets) & {squashed(name) for name in TABLES}
    assert other_table("orders") is None


def test_the_reference_page_lists_every_name() -> None:
    page = (ROOT / "docs" / "reference" / "scenario.md").read_text(encoding="utf-8")
    section = page.partition("## In the names of another system")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| ") and "---" not in line]
    listed = {tuple(cell.strip() for cell in row.strip("|").split("|")) for row in rows[1:]}
    expected = set()
    for other in OTHER_TABLES:
        sheets = ", ".join(f"`{sheet}`" for sheet in other.sheets)
        for column in other.columns:
            names = ", ".join(f"`{name}`" for name in column.names)
            expected.add((other.system, sheets, names, f"`{other.table}.{column.ours}`"))
    assert listed == expected
    states = {word.theirs for other in OTHER_TABLES if other.states for word in other.states.words}
    unread = {name for other in OTHER_TABLES for one in other.unread for name in one.names}
    for name in {*states, *unread, *UNREAD_SHEETS}:
        assert f"`{name}`" in section, name
    assert {column.holds for other in OTHER_TABLES for column in other.columns} == set(Holds)
