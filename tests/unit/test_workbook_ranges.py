"""What a sheet says beside its cells: merged headers, defined ranges, filters, and how numbers are shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import xlsxwriter  # type: ignore[import-untyped]

from apportion.errors import Code, Severity
from apportion.files.workbook import WorkbookReading, read_workbook
from tests.unit.test_workbook_reading import (
    FIRST,
    HEADER,
    LOT,
    SETTINGS,
    Book,
    Cells,
    Sheet,
    supply_rows,
    table,
    told,
    write_cell,
)


def supply_with(tmp_path: Path, change: Callable[[Book, Sheet], object], *, cells: Cells) -> WorkbookReading:
    """Return what is read of a supply sheet after the library changed it further."""
    path = tmp_path / "w.xlsx"
    book = xlsxwriter.Workbook(str(path))
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for name, content in {"scenario": SETTINGS, "supply": cells}.items():
        sheet = book.add_worksheet(name)
        for (row, column), value in content.items():
            write_cell(sheet, (row - 1, column - 1), value=value, day=day, moment=day)
        if name == "supply":
            change(book, sheet)
    book.close()
    return read_workbook(path)


def test_a_header_merged_over_two_rows_is_read(tmp_path: Path) -> None:
    lower = (None, None, None, "arrives_on", "quantity")
    cells = table(("lot", "sku", "supplier", "When and how many", None), lower, LOT)

    def merge(_: Book, sheet: Sheet) -> None:
        for column, name in enumerate(("lot", "sku", "supplier")):
            sheet.merge_range(0, column, 1, column, name)
        sheet.merge_range(0, 3, 0, 4, "When and how many")

    reading = supply_with(tmp_path, merge, cells=cells)
    assert supply_rows(reading) == [(3, *FIRST[1:])]
    assert [one.severity for one in told(reading)] == [Severity.INFO]


def test_merged_cells_of_rows_are_told(tmp_path: Path) -> None:
    second = ("L2", None, *LOT[2:])
    reading = supply_with(
        tmp_path,
        lambda _, sheet: sheet.merge_range(1, 1, 2, 1, "H100"),
        cells=table(HEADER, LOT, second),
    )
    assert [(one.severity, one.row, one.column) for one in told(reading)] == [
        (Severity.WARNING, 2, "sku"),
        (Severity.ERROR, 3, "sku"),
    ]


def test_the_range_of_a_table_bounds_it_and_what_lies_outside_is_told(tmp_path: Path) -> None:
    cells = {**table(HEADER, LOT, top=3, left=2), (5, 2): "a remark", (1, 1): "a title"}

    def define(_: Book, sheet: Sheet) -> None:
        columns = [{"header": name} for name in HEADER]
        sheet.add_table(2, 1, 3, 5, {"name": "anything", "columns": columns})

    reading = supply_with(tmp_path, define, cells=cells)
    assert supply_rows(reading) == [(4, *FIRST[1:])]
    [finding] = told(reading)
    assert (finding.severity, finding.row) == (Severity.WARNING, 5)
    assert "B3:F4" in finding.found


def test_a_range_of_the_name_of_the_table_bounds_it(tmp_path: Path) -> None:
    cells = {**table(HEADER, LOT), (4, 1): "sum"}
    reading = supply_with(
        tmp_path, lambda book, _: book.define_name("Supply", "=supply!$A$1:$E$2"), cells=cells
    )
    assert supply_rows(reading) == [FIRST]
    assert [(one.severity, one.row) for one in told(reading)] == [(Severity.WARNING, 4)]


def test_a_filter_to_the_last_row_bounds_nothing(tmp_path: Path) -> None:
    reading = supply_with(
        tmp_path, lambda _, sheet: sheet.autofilter(0, 0, 1_048_575, 4), cells=table(HEADER, LOT)
    )
    assert told(reading) == []
    assert supply_rows(reading) == [FIRST]


def test_a_percentage_is_never_taken_for_the_number_it_hides(tmp_path: Path) -> None:
    def show(book: Book, sheet: Sheet) -> None:
        sheet.write_number(1, 4, 0.08, book.add_format({"num_format": "0%"}))

    [finding] = told(supply_with(tmp_path, show, cells=table(HEADER, LOT)))
    assert (finding.code, finding.column) == (Code.VALUE_INVALID, "quantity")
    assert "'8%'" in finding.found


def test_a_length_of_time_is_a_number_of_days_and_a_time_of_day_none(tmp_path: Path) -> None:
    def show(book: Book, sheet: Sheet) -> None:
        sheet.write_number(1, 4, 7, book.add_format({"num_format": "[h]:mm:ss"}))
        sheet.write_number(2, 4, 0.5, book.add_format({"num_format": "hh:mm:ss"}))

    reading = supply_with(tmp_path, show, cells=table(HEADER, LOT, ("L2", *LOT[1:])))
    assert [quantity for *_, quantity in supply_rows(reading)] == [7, None]
    [finding] = told(reading)
    assert "'12:00:00'" in finding.found
