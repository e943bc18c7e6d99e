"""Workbooks and files in another system's names: what is read as what, and that nothing of it is silent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import xlsxwriter  # type: ignore[import-untyped]
from typer.testing import CliRunner

import apportion
from apportion.cli import app
from apportion.errors import Code, Finding, Severity
from apportion.files.other_reading import length_in_days
from apportion.model.parsing import ROW

ROOT = Path(__file__).resolve().parent.parent.parent
F1 = ROOT / "tests" / "cases" / "frepple-f1"
INFO, WARNING, ERROR = Severity.INFO, Severity.WARNING, Severity.ERROR

# The library that writes these workbooks has no types.
Book: TypeAlias = Any
Rows: TypeAlias = Sequence[Sequence[object]]
JUNE = dt.datetime(2024, 6, 3)  # noqa: DTZ001, a sheet has no zone
MIDNIGHT = dt.time()

SCENARIO: Rows = [
    ("key", "value"),
    ("name", "here"),
    ("start_on", "2024-06-01"),
    ("end_on", "2024-09-01"),
]
SKUS: Rows = [
    ("sku", "name", "vendor", "site_kw"),
    ("B200", "B200", "maker", 2),
    ("H100", "H100", "maker", 1),
]
SITES: Rows = [("site", "name", "operator"), ("oslo", "Oslo", "lab")]
READINESS: Rows = [("site", "step", "ready_on", "power_kw"), ("oslo", "hall-1", "2024-06-01", 500)]
SUPPLY: Rows = [
    ("lot", "sku", "supplier", "arrives_on", "quantity"),
    ("L1", "B200", "maker", "2024-06-01", 30),
]
OTHERS: Mapping[str, Rows] = {
    "scenario": SCENARIO,
    "skus": SKUS,
    "sites": SITES,
    "readiness": READINESS,
    "supply": SUPPLY,
}
HEADER = ("name", "item", "location", "customer", "quantity", "due")
ORDER = ("R-1", "B200", "oslo", "physics", 8, JUNE)


def write_book(path: Path, sheets: Mapping[str, Rows], *, hidden: Sequence[str] = ()) -> Path:
    """Write a workbook with a sheet for each table, days, times and lengths as a spreadsheet has them."""
    book: Book = xlsxwriter.Workbook(str(path))
    looks = {
        dt.datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        dt.time: book.add_format({"num_format": "hh:mm:ss"}),
        dt.timedelta: book.add_format({"num_format": "[h]:mm:ss"}),
    }
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for row, cells in enumerate(rows):
            for column, value in enumerate(cells):
                if type(value) in looks:
                    sheet.write_datetime(row, column, value, looks[type(value)])
                elif isinstance(value, str):
                    sheet.write_string(row, column, value)
                elif value is not None:
                    sheet.write_number(row, column, value)
        if name in hidden:
            sheet.hide()
    book.close()
    return path


def write_orders(tmp_path: Path, *rows: Sequence[object], sheet: str = "sales order") -> Path:
    """Write a workbook whose orders are in another system's names and all else in ours."""
    return write_book(tmp_path / "w.xlsx", {**OTHERS, sheet: rows})


def found(path: Path, code: Code) -> list[Finding]:
    return [one for one in apportion.check(path) if one.code is code]


def orders_of(path: Path, *columns: str) -> list[tuple[object, ...]]:
    return apportion.read(path).tables["orders"].select(columns).rows()


@pytest.mark.parametrize("sheet", ["sales order", "Demand", "SALES ORDERS"])
@pytest.mark.parametrize(
    "header",
    [
        (*HEADER, "priority", "minshipment", "maxlateness"),
        (
            "Name",
            "Item",
            "Location",
            "Customer",
            "Quantity",
            "Due",
            "Priority",
            "Minimum Shipment",
            "Maximum Lateness",
        ),
        (*HEADER, "priority", "minimum shipment", "maximum_lateness"),
    ],
)
def test_a_sheet_of_orders_is_read_whatever_the_spelling(
    header: tuple[str, ...], sheet: str, tmp_path: Path
) -> None:
    path = write_orders(tmp_path, header, (*ORDER, 3, 4, 259200), sheet=sheet)
    columns = (
        "order",
        "skus",
        "sites",
        "customer",
        "quantity",
        "requested_on",
        "tier",
        "min_ship",
        "max_late_days",
    )
    assert orders_of(path, *columns) == [
        ("R-1", ["B200"], ["oslo"], "physics", 8, dt.date(2024, 6, 3), 3, 4, 3)
    ]
    [names] = found(path, Code.OTHER_NAMES)
    assert (names.severity, names.file) == (INFO, f"w.xlsx / sheet {sheet}")
    assert f"{header[7]!r} as min_ship" in names.found
    assert "frePPLe" in names.found


def test_the_command_line_tells_what_was_read_as_what(tmp_path: Path) -> None:
    path = write_orders(tmp_path, (*HEADER, "priority"), (*ORDER, 1))
    result = CliRunner().invoke(app, ["check", str(path)])
    assert result.exit_code == 0
    assert "'name' as order, 'item' as skus, 'location' as sites, 'due' as requested_on" in result.stdout
    assert "0 error(s), 1 warning(s), 1 info(s)" in result.stdout


def test_a_rank_is_told_as_a_warning_with_its_end(tmp_path: Path) -> None:
    path = write_orders(tmp_path, (*HEADER, "Priority"), (*ORDER, 2), ("R-2", *ORDER[1:], 1))
    [told] = found(path, Code.OTHER_MEANING)
    assert (told.severity, told.row, told.column) == (WARNING, 2, "tier")
    assert "'Priority' is read as tier in 2 row(s): the lowest number is served first" in told.found


def test_a_rank_that_is_empty_or_zero_is_an_error_and_not_the_first(tmp_path: Path) -> None:
    path = write_orders(tmp_path, (*HEADER, "priority"), (*ORDER, None), ("R-2", *ORDER[1:], 0))
    errors = [(one.code, one.row, one.column) for one in apportion.check(path) if one.severity is ERROR]
    assert errors == [(Code.VALUE_INVALID, 2, "tier"), (Code.VALUE_OUT_OF_RANGE, 3, "tier")]


@pytest.mark.parametrize(
    ("cell", "days"),
    [
        (259200, 3),
        ("259200", 3),
        ("168:00:00", 7),
        ("2 24:00:00", 3),
        ("P2D", 2),
        (dt.timedelta(days=7), 7),
        (dt.timedelta(days=90), 90),
        (0, 0),
        (None, None),
    ],
)
def test_a_length_of_whole_days_is_read_as_days(cell: object, days: int | None, tmp_path: Path) -> None:
    path = write_orders(tmp_path, (*HEADER, "maxlateness"), (*ORDER, cell))
    assert orders_of(path, "max_late_days") == [(days,)]


@pytest.mark.parametrize("look", ["[h]:mm:ss", "[hh]:mm", "[mm]:ss"])
def test_a_format_of_elapsed_time_makes_a_number_a_count_of_days(look: str, tmp_path: Path) -> None:
    path = tmp_path / "w.xlsx"
    book: Book = xlsxwriter.Workbook(str(path))
    for title, rows in {**OTHERS, "demand": [(*HEADER, "maxlateness"), (*ORDER[:-1], "2024-06-03")]}.items():
        sheet = book.add_worksheet(title)
        for row, cells in enumerate(rows):
            sheet.write_row(row, 0, cells)
    sheet.write_number(1, len(HEADER), 2, book.add_format({"num_format": look}))
    book.close()
    assert orders_of(path, "max_late_days") == [(2,)]


@pytest.mark.parametrize(
    ("cell", "quoted"),
    [
        (dt.time(1), "'01:00:00', which is 0.0416667 days"),
        (dt.timedelta(hours=36), "'36:00:00', which is 1.5 days"),
        ("36:00:00", "'36:00:00', which is 1.5 days"),
        (7, "'7', which is 8.10185e-05 days"),
        ("a week", "'a week'"),
        ("-86400", "'-86400'"),
        (JUNE, "'2024-06-03'"),
    ],
)
def test_a_length_that_is_no_whole_number_of_days_is_an_error(
    cell: object, quoted: str, tmp_path: Path
) -> None:
    path = write_orders(tmp_path, (*HEADER, "maxlateness"), (*ORDER, cell))
    [told] = [one for one in apportion.check(path) if one.severity is ERROR]
    assert (told.code, told.row, told.column) == (Code.VALUE_INVALID, 2, "max_late_days")
    assert quoted in told.found


def test_a_length_in_a_column_of_ours_counts_days_as_ever(tmp_path: Path) -> None:
    path = write_orders(tmp_path, (*HEADER, "max_late_days"), (*ORDER, 7))
    assert orders_of(path, "max_late_days") == [(7,)]
    shown = write_orders(tmp_path, (*HEADER, "max_late_days"), (*ORDER, dt.timedelta(days=7)))
    assert orders_of(shown, "max_late_days") == [(7,)]


@pytest.mark.parametrize("due", [JUNE, "2024-06-03", "2024-06-03  00:00:00"])
def test_a_day_stands_as_a_datetime_or_as_text(due: object, tmp_path: Path) -> None:
    path = write_orders(tmp_path, HEADER, (*ORDER[:-1], due))
    assert orders_of(path, "requested_on") == [(dt.date(2024, 6, 3),)]


@pytest.mark.parametrize(
    ("status", "read"), [("open", "open"), (None, None), ("Closed", "closed"), ("hold", "hold")]
)
def test_a_status_that_is_ours_too_is_read_as_it_is(
    status: str | None, read: str | None, tmp_path: Path
) -> None:
    path = write_orders(tmp_path, (*HEADER, "status"), (*ORDER, status))
    assert orders_of(path, "status") == [(read,)]
    assert found(path, Code.OTHER_MEANING) == []


@pytest.mark.parametrize(("status", "read"), [("canceled", "closed"), ("quote", "hold"), ("inquiry", "hold")])
def test_a_status_that_we_lack_is_read_as_ours_and_told(status: str, read: str, tmp_path: Path) -> None:
    path = write_orders(tmp_path, (*HEADER, "status"), (*ORDER, status))
    assert orders_of(path, "status") == [(read,)]
    [told] = found(path, Code.OTHER_MEANING)
    assert (told.severity, told.row, told.column) == (WARNING, 2, "status")
    assert f"'{status}'; they are read as '{read}'" in told.found


def test_a_quote_is_never_planned_as_if_it_were_open(tmp_path: Path) -> None:
    path = write_orders(
        tmp_path,
        (*HEADER, "status"),
        (*ORDER, "quote"),
        ("R-2", *ORDER[1:], "open"),
        ("R-3", *ORDER[1:], "inquiry"),
    )
    plan = apportion.plan(apportion.read(path))
    assert plan.allocations["order"].to_list() == ["R-2"]


def test_a_status_of_neither_is_an_error(tmp_path: Path) -> None:
    path = write_orders(tmp_path, (*HEADER, "status"), (*ORDER, "shipped"))
    assert [(one.row, one.column) for one in found(path, Code.VALUE_INVALID)] == [(2, "status")]


def test_one_name_with_several_quantities_is_reported_and_not_lost(tmp_path: Path) -> None:
    due = dt.datetime(2024, 6, 17)  # noqa: DTZ001
    path = write_orders(
        tmp_path,
        ("Name", "Item", "Location", "Customer", "Quantity", "Due"),
        ("prio 2 due 17 June", "B200", "oslo", "physics", 6, due),
        ("prio 2 due 17 June", "B200", "oslo", "physics", 9, due),
        sheet="demand",
    )
    [told] = found(path, Code.KEY_DUPLICATE)
    assert (told.severity, told.file, told.row) == (ERROR, "w.xlsx / sheet demand", 3)
    assert "row 2" in told.found
    with pytest.raises(apportion.FindingsError):
        apportion.read(path)


def test_our_name_wins_and_both_together_are_an_error(tmp_path: Path) -> None:
    path = write_orders(tmp_path, ("order", *HEADER), ("A-1", *ORDER))
    [told] = found(path, Code.COLUMN_DUPLICATE)
    assert (told.severity, told.column) == (ERROR, "order")
    assert "'order' and 'name' in the columns A, B" in told.found
    twice = write_orders(tmp_path, (*HEADER, "minshipment", "Minimum Shipment"), (*ORDER, 1, 2))
    [told] = found(twice, Code.COLUMN_DUPLICATE)
    assert "'minshipment' and 'Minimum Shipment'" in told.found


def test_our_own_columns_keep_their_meaning_on_another_systems_sheet(tmp_path: Path) -> None:
    skus = [("sku", "name", "vendor", "site_kw"), ("B200", "a chip", "maker", 2)]
    path = write_book(tmp_path / "w.xlsx", {**OTHERS, "item": skus, "orders": [HEADER]})
    assert [one.found for one in found(path, Code.TABLE_UNKNOWN)] == [
        "The sheets 'skus' and 'item' both name the table skus."
    ]
    sheets = {name: rows for name, rows in OTHERS.items() if name != "skus"}
    path = write_book(tmp_path / "w.xlsx", {**sheets, "item": skus, "sales order": [HEADER, ORDER]})
    assert apportion.read(path).tables["skus"].select("sku", "name").rows() == [("B200", "a chip")]


def test_a_header_in_quotation_marks_is_nobodys_but_the_owners(tmp_path: Path) -> None:
    path = write_orders(tmp_path, (*HEADER, '"priority"'), (*ORDER, 9))
    orders = apportion.read(path).tables["orders"]
    assert orders["priority"].to_list() == ["9"]
    assert "tier" not in orders.columns


def test_columns_of_a_sheet_of_ours_mean_what_they_always_meant(tmp_path: Path) -> None:
    header = ("order", "customer", "skus", "quantity", "sites", "requested_on", "priority", "remark")
    row = ("R-1", "physics", "B200", 8, "oslo", JUNE, 9, "mine")
    path = write_orders(tmp_path, header, row, sheet="orders")
    orders = apportion.read(path).tables["orders"]
    assert orders.select("priority", "remark").rows() == [("9", "mine")]
    assert "tier" not in orders.columns
    [told] = found(path, Code.COLUMN_UNKNOWN)
    assert (told.severity, told.column) == (WARNING, "priority")
    assert "'tier'" in told.found
    folder = tmp_path / "folder"
    apportion.export(path, folder)
    assert [one.column for one in found(folder, Code.COLUMN_UNKNOWN)] == ["priority"]


def test_two_sheets_of_one_table_are_an_error_that_names_both(tmp_path: Path) -> None:
    sheets = {**OTHERS, "demand": [HEADER, ORDER], "orders": [HEADER, ORDER], "sales order": [HEADER, ORDER]}
    path = write_book(tmp_path / "w.xlsx", sheets)
    told = [(one.severity, one.found) for one in found(path, Code.TABLE_UNKNOWN)]
    assert told == [
        (ERROR, "The sheets 'demand' and 'orders' both name the table orders."),
        (ERROR, "The sheets 'demand' and 'sales order' both name the table orders."),
    ]


def test_a_hidden_sheet_is_skipped_whatever_system_it_is_of(tmp_path: Path) -> None:
    path = write_book(
        tmp_path / "w.xlsx", {**OTHERS, "orders": [HEADER], "demand": [HEADER, ORDER]}, hidden=["demand"]
    )
    assert [(one.severity, one.found) for one in found(path, Code.TABLE_UNKNOWN)] == [
        (INFO, "The sheet 'demand' is hidden; it is not read.")
    ]


@pytest.mark.parametrize("name", ["Table1", "demand"])
def test_the_range_of_a_defined_table_is_honoured(name: str, tmp_path: Path) -> None:
    path = tmp_path / "w.xlsx"
    book: Book = xlsxwriter.Workbook(str(path))
    for title, rows in OTHERS.items():
        sheet = book.add_worksheet(title)
        for row, cells in enumerate(rows):
            sheet.write_row(row, 0, cells)
    sheet = book.add_worksheet("demand")
    columns = [{"header": header} for header in HEADER]
    sheet.add_table(2, 1, 1_048_575, 6, {"columns": columns, "name": name})
    sheet.write_row(3, 1, (*ORDER[:-1], "2024-06-03  00:00:00"))
    sheet.write(0, 0, "orders of the year")
    sheet.write(40, 9, "a stray note")
    book.close()
    assert orders_of(path, ROW, "order", "quantity") == [(4, "R-1", 8)]
    assert any("B3:G1048576" in one.found for one in found(path, Code.TABLE_UNKNOWN))


def test_a_filter_to_the_last_row_of_the_sheet_adds_no_row(tmp_path: Path) -> None:
    path = tmp_path / "w.xlsx"
    book: Book = xlsxwriter.Workbook(str(path))
    for title, rows in {**OTHERS, "sales order": [HEADER, (*ORDER[:-1], "2024-06-03")]}.items():
        sheet = book.add_worksheet(title)
        for row, cells in enumerate(rows):
            sheet.write_row(row, 0, cells)
        sheet.autofilter(0, 0, 1_048_575, len(rows[0]) - 1)
    book.close()
    assert orders_of(path, "order") == [("R-1",)]


def test_a_length_is_exact() -> None:
    assert length_in_days("86401") == 1 + Fraction(1, 86400)
    assert length_in_days("24:00:60") is None
