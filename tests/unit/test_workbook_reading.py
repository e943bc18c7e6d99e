"""Workbooks as people make them: what is read, what is found, and where."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import xlsxwriter  # type: ignore[import-untyped]

from apportion.errors import Code, Finding, Severity
from apportion.files.other_names import squashed
from apportion.files.workbook import WorkbookReading, read_workbook
from apportion.files.workbook_template import template_columns, write_template
from apportion.files.workbook_write import write_workbook
from apportion.model.contracts import TABLES
from apportion.model.parsing import ROW

MADE_ON = dt.date(2026, 1, 2)
HEADER = ("lot", "sku", "supplier", "arrives_on", "quantity")
LOT: tuple[object, ...] = ("L1", "H100", "s", dt.date(2024, 1, 2), 8)
SETTINGS = {
    (1, 1): "key", (1, 2): "value",
    (2, 1): "name", (2, 2): "here",
    (3, 1): "start_on", (3, 2): dt.date(2024, 1, 1),
    (4, 1): "end_on", (4, 2): dt.date(2024, 2, 1),
}  # fmt: skip

# The library that writes these workbooks has no types.
Book: TypeAlias = Any
Sheet: TypeAlias = Any
Looks: TypeAlias = Any
NOON = dt.datetime(2023, 1, 1, 12)  # noqa: DTZ001, a sheet has no zone
Cells: TypeAlias = Mapping[tuple[int, int], object]


def write_sheets(path: Path, sheets: Mapping[str, Cells], *, hidden: Collection[str] = ()) -> Path:
    """Write a workbook of cells by row and column, as a person might have made it."""
    book = xlsxwriter.Workbook(str(path))
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    moment = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
    for name, cells in sheets.items():
        sheet = book.add_worksheet(name)
        for (row, column), value in cells.items():
            write_cell(sheet, (row - 1, column - 1), value=value, day=day, moment=moment)
        if name in hidden:
            sheet.hide()
    if len(hidden) < len(sheets):
        next(sheet for sheet in book.worksheets() if sheet.name not in hidden).activate()
    book.close()
    return path


def write_cell(sheet: Sheet, at: tuple[int, int], *, value: object, day: Looks, moment: Looks) -> None:
    """Write one cell by the type of its value."""
    match value:
        case bool():
            sheet.write_boolean(*at, value)
        case str():
            sheet.write_string(*at, value)
        case dt.datetime():
            sheet.write_datetime(*at, value, moment)
        case dt.date():
            sheet.write_datetime(*at, dt.datetime.combine(value, dt.time()), day)
        case tuple():
            formula, stored = value
            sheet.write_formula(*at, formula, None, stored)
        case _:
            sheet.write_number(*at, value)


def table(*rows: tuple[object, ...], top: int = 1, left: int = 1) -> dict[tuple[int, int], object]:
    """Return rows as cells; None is no cell."""
    return {
        (row, column): value
        for row, cells in enumerate(rows, start=top)
        for column, value in enumerate(cells, start=left)
        if value is not None
    }


def read_supply(tmp_path: Path, cells: Cells, *, sheet: str = "supply") -> WorkbookReading:
    """Return what is read of a workbook with settings and one table."""
    return read_workbook(write_sheets(tmp_path / "w.xlsx", {"scenario": SETTINGS, sheet: cells}))


def told(reading: WorkbookReading) -> list[Finding]:
    """Return the findings but those of the tables that these workbooks do without."""
    return [finding for finding in reading.findings if finding.code is not Code.TABLE_MISSING]


def supply_rows(reading: WorkbookReading) -> list[tuple[object, ...]]:
    """Return row number, lot, day and quantity of every lot."""
    assert reading.world is not None
    return reading.world.tables["supply"].select(ROW, "lot", "arrives_on", "quantity").rows()


FIRST = (2, "L1", dt.date(2024, 1, 2), 8)


@pytest.mark.parametrize("sheet", ["supply", "SUPPLY", " Supply "])
@pytest.mark.parametrize(
    "header",
    [
        HEADER,
        ("Lot", "SKU", "Supplier ", "Arrives On", " quantity"),
        ("LOT", "sku", "supplier", "ARRIVES_ON", "Quan tity"),
    ],
)
def test_headers_and_sheets_are_known_by_any_spelling(
    header: tuple[str, ...], sheet: str, tmp_path: Path
) -> None:
    reading = read_supply(tmp_path, table(header, LOT), sheet=sheet)
    assert told(reading) == []
    assert supply_rows(reading) == [FIRST]


def test_rows_are_counted_as_the_spreadsheet_does_past_empty_ones(tmp_path: Path) -> None:
    cells = {**table(HEADER, LOT), **table(("L2", *LOT[1:]), top=1_048_576)}
    reading = read_supply(tmp_path, cells)
    assert told(reading) == []
    assert [row for row, *_ in supply_rows(reading)] == [2, 1_048_576]


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2023-01-01", dt.date(2023, 1, 1)),
        ("2023-01-01  00:00:00", dt.date(2023, 1, 1)),
        ("2023-01-01T00:00", dt.date(2023, 1, 1)),
        (NOON.replace(hour=0), dt.date(2023, 1, 1)),
        (("=TODAY()", 44927), None),
        ("01.02.2023", None),
        (NOON, None),
        (44927, None),
    ],
)
def test_a_day_is_a_date_or_its_text_and_never_guessed(
    value: object, day: dt.date | None, tmp_path: Path
) -> None:
    reading = read_supply(tmp_path, table(HEADER, ("L1", "H100", "s", value, 8)))
    assert supply_rows(reading) == [(2, "L1", day, 8)]
    wrong = [(one.code, one.row, one.column) for one in told(reading)]
    assert wrong == ([] if day else [(Code.VALUE_INVALID, 2, "arrives_on")])


@pytest.mark.parametrize(
    ("value", "quantity", "grade"),
    [
        (8.0, 8, None),
        ("8", 8, None),
        (" 8 ", 8, None),
        ("8,0", 8, Severity.INFO),
        ("1,500", None, Severity.ERROR),
        ("1.500,0", None, Severity.ERROR),
        (8.5, None, Severity.ERROR),
        (True, None, Severity.ERROR),
        (("=4+4", 8), 8, None),
        (("=4+4", ""), None, Severity.ERROR),
        (("=1/0", "#DIV/0!"), None, Severity.ERROR),
    ],
)
def test_a_number_is_read_exactly_or_found_wrong(
    value: object, quantity: int | None, grade: Severity | None, tmp_path: Path
) -> None:
    reading = read_supply(tmp_path, table(HEADER, ("L1", "H100", "s", dt.date(2024, 1, 2), value)))
    assert supply_rows(reading) == [(2, "L1", dt.date(2024, 1, 2), quantity)]
    found = told(reading)
    assert [one.severity for one in found] == ([] if grade is None else [grade])
    for one in found:
        assert (one.file, one.row, one.column) == ("w.xlsx / sheet supply", 2, "quantity")


def test_a_number_in_a_column_of_text_is_its_shortest_spelling(tmp_path: Path) -> None:
    rows = [(name, *LOT[1:]) for name in (1.0, 0.1, 1e20, 1e-7, "001", dt.date(2024, 6, 15), True)]
    reading = read_supply(tmp_path, table(HEADER, *rows))
    lots = [lot for _, lot, *_ in supply_rows(reading)]
    assert lots == ["1", "0.1", "1" + "0" * 20, "0.0000001", "001", "2024-06-15", "true"]


def test_a_broken_formula_is_quoted_once(tmp_path: Path) -> None:
    reading = read_supply(tmp_path, table(HEADER, ("L1", ("=#REF!", "#REF!"), "s", dt.date(2024, 1, 2), 8)))
    [finding] = told(reading)
    assert "'#REF!'" in finding.found
    assert (finding.row, finding.column, finding.severity) == (2, "sku", Severity.ERROR)


def test_a_broken_formula_of_a_column_of_ones_own_is_a_warning(tmp_path: Path) -> None:
    reading = read_supply(tmp_path, table((*HEADER, "mine"), (*LOT, ("=#REF!", "#REF!"))))
    assert [one.severity for one in told(reading)] == [Severity.WARNING]


def test_a_header_named_twice_is_found_with_its_columns(tmp_path: Path) -> None:
    reading = read_supply(tmp_path, table((*HEADER, "Arrives On"), (*LOT, None)))
    [finding] = told(reading)
    assert (finding.code, finding.row, finding.column) == (Code.COLUMN_DUPLICATE, 1, "arrives_on")
    assert "D, F" in finding.found
    assert reading.world is not None
    assert "supply" not in reading.world.tables


def test_a_column_without_a_header_is_told_and_an_empty_one_is_not(tmp_path: Path) -> None:
    reading = read_supply(tmp_path, table((*HEADER, None, None), (*LOT, None, "stray")))
    [finding] = told(reading)
    assert (finding.severity, finding.row, finding.column) == (Severity.WARNING, 2, "G")
    assert "'stray'" in finding.found


def test_titles_above_the_header_are_told(tmp_path: Path) -> None:
    cells = {(1, 1): "Supply of the year", **table(HEADER, LOT, top=3)}
    reading = read_supply(tmp_path, cells)
    assert supply_rows(reading) == [(4, *FIRST[1:])]
    assert [(one.severity, one.row) for one in told(reading)] == [(Severity.INFO, 1)]


def test_a_hidden_sheet_is_skipped_and_told(tmp_path: Path) -> None:
    sheets = {"scenario": SETTINGS, "supply": table(HEADER, LOT)}
    reading = read_workbook(write_sheets(tmp_path / "w.xlsx", sheets, hidden=("supply",)))
    assert reading.world is not None
    assert "supply" not in reading.world.tables
    assert [(one.code, one.severity) for one in told(reading)] == [(Code.TABLE_UNKNOWN, Severity.INFO)]
    missing = [one for one in reading.findings if one.code is Code.TABLE_MISSING and "'supply'" in one.found]
    assert len(missing) == 1


def test_a_sheet_of_another_name_is_kept_and_told(tmp_path: Path) -> None:
    reading = read_supply(tmp_path, table(HEADER, LOT), sheet="suply")
    [finding] = told(reading)
    assert (finding.code, finding.severity) == (Code.TABLE_UNKNOWN, Severity.WARNING)
    assert "Did you mean supply?" in finding.fix
    assert [sheet.name for sheet in reading.extra_sheets] == ["suply"]


def test_two_sheets_of_one_table_are_an_error(tmp_path: Path) -> None:
    sheets = {"scenario": SETTINGS, "supply": table(HEADER, LOT), "SUP PLY": table(HEADER, LOT)}
    reading = read_workbook(write_sheets(tmp_path / "w.xlsx", sheets))
    assert [(one.code, one.severity) for one in told(reading)] == [(Code.TABLE_UNKNOWN, Severity.ERROR)]


def test_a_workbook_without_settings_says_so(tmp_path: Path) -> None:
    reading = read_workbook(write_sheets(tmp_path / "w.xlsx", {"supply": table(HEADER, LOT)}))
    assert reading.world is None
    assert [one.code for one in told(reading)] == [Code.FILE_UNREADABLE]


def test_settings_are_read_from_cells_of_every_kind(tmp_path: Path) -> None:
    settings = {
        **SETTINGS,
        **table(
            ("Capital percent per year", "7.5"),
            ("policy.rule", "pro-rata"),
            ("Policy.Whole Lots", False),
            ("policy.readiness", "True"),
            ("policy.commitments", "firm|soft"),
            ("policy.count_from_on", "2023-12-01  00:00:00"),
            ("mine", 3.5),
            top=5,
        ),
    }
    reading = read_workbook(write_sheets(tmp_path / "w.xlsx", {"scenario": settings}))
    assert reading.world is not None
    read = reading.world.settings
    assert (read.capital_percent_per_year, str(read.policy.rule)) == ("7.5", "pro-rata")
    assert (read.policy.whole_lots, read.policy.readiness) == (False, True)
    assert read.policy.commitments == ("firm", "soft")
    assert read.policy.count_from_on == dt.date(2023, 12, 1)
    assert read.unknown == (("mine", Decimal("3.5")),)


def test_wrong_settings_are_found_at_their_row(tmp_path: Path) -> None:
    settings = {
        **SETTINGS,
        **table(("round", "hour"), ("name", "again"), ("title", ("=1/0", "#DIV/0!")), top=5),
    }
    reading = read_workbook(write_sheets(tmp_path / "w.xlsx", {"scenario": settings}))
    assert reading.world is None
    assert [(one.file, one.row, one.column) for one in told(reading)] == [
        ("w.xlsx / sheet scenario", 5, "round"),
        ("w.xlsx / sheet scenario", 6, "name"),
        ("w.xlsx / sheet scenario", 7, "title"),
    ]


def test_an_empty_workbook_asks_for_rows_alone(tmp_path: Path) -> None:
    reading = read_workbook(write_template(tmp_path / "t.xlsx", made_on=MADE_ON))
    assert reading.world is not None
    assert {one.code for one in reading.findings} == {Code.TABLE_EMPTY}
    assert set(reading.world.tables) == set(TABLES)
    for name, frame in reading.world.tables.items():
        assert frame.columns[2:] == template_columns(TABLES[name])
        assert not {"weight", "public_on", "known_to"} & set(frame.columns) or name == "entitlements"
    again = read_workbook(write_workbook(reading.world, tmp_path / "w.xlsx", made_on=MADE_ON)).world
    assert again is not None
    assert again.digest == reading.world.digest


def test_no_two_columns_of_a_table_are_one_to_a_reader_of_headers() -> None:
    for name, contract in TABLES.items():
        assert len({squashed(column) for column in contract.by_name}) == len(contract.by_name), name


def test_a_readme_of_ones_own_is_kept_and_ours_is_not_read(tmp_path: Path) -> None:
    sheets: dict[str, Cells] = {
        "ReadMe": {(1, 1): "mine"},
        "scenario": SETTINGS,
        "supply": table(HEADER, LOT),
    }
    reading = read_workbook(write_sheets(tmp_path / "a.xlsx", sheets))
    assert [sheet.name for sheet in reading.extra_sheets] == ["ReadMe"]
    assert reading.world is not None
    path = tmp_path / "b.xlsx"
    write_workbook(reading.world, path, made_on=MADE_ON, extra_sheets=reading.extra_sheets)
    again = read_workbook(path)
    assert [(sheet.name, sheet.rows) for sheet in again.extra_sheets] == [("ReadMe 2", {1: {1: "mine"}})]
