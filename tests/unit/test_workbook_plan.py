"""A plan as a workbook: its tables, the numbers behind its charts, and charts that the spreadsheet draws."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

import apportion
from apportion.files.workbook import ExtraSheet, read_workbook
from apportion.files.workbook_plan import write_plan_workbook

MADE_ON = dt.date(2026, 1, 2)


@pytest.fixture(scope="module")
def plan() -> apportion.Plan:
    return apportion.plan(apportion.read("tesla-x-2023"))


@pytest.fixture
def path(plan: apportion.Plan, tmp_path: Path) -> Path:
    target = tmp_path / "plan.xlsx"
    return write_plan_workbook(
        plan.record, target, world=plan.world, made_on=MADE_ON, sentence="All is well."
    )


def sheets(path: Path) -> dict[str, ExtraSheet]:
    """Return the sheets that are no table of a scenario."""
    return {sheet.name: sheet for sheet in read_workbook(path).extra_sheets}


def test_every_table_has_its_sheet_and_rows(path: Path, plan: apportion.Plan) -> None:
    there = sheets(path)
    assert list(there) == ["README", "allocations", "shortages", "levels", "customers", "figures"]
    for name in ("allocations", "shortages", "levels", "customers"):
        assert len(there[name].rows) == len(plan.record.tables[name]) + 1, name
    units = [row[6] for number, row in there["allocations"].rows.items() if number > 1]
    assert units == [int(one) for one in plan.allocations["units"].to_list()]


def test_the_same_plan_gives_the_same_bytes_and_is_left_as_it_was(path: Path, plan: apportion.Plan) -> None:
    first = path.read_bytes()
    write_plan_workbook(plan.record, path, world=plan.world, made_on=MADE_ON, sentence="All is well.")
    assert path.read_bytes() == first
    assert "level_about" not in plan.levels.columns
    assert "short" not in plan.customers.columns


def test_the_readme_holds_the_sentence_the_digests_and_the_policy(path: Path, plan: apportion.Plan) -> None:
    with zipfile.ZipFile(path) as archive:
        texts = archive.read("xl/sharedStrings.xml").decode()
    for text in ("All is well.", plan.digest, plan.record.world_digest, "Policy: rule", "max-min"):
        assert text in texts


def test_the_charts_draw_cells_that_hold_what_they_say(path: Path, plan: apportion.Plan) -> None:
    figures = sheets(path)["figures"].rows
    with zipfile.ZipFile(path) as archive:
        charts = [archive.read(name).decode() for name in archive.namelist() if "/charts/chart" in name]
    received = next(chart for chart in charts if "Received by customer" in chart)
    last = [int(row) for row in re.findall(r"<c:yVal><c:numRef><c:f>figures!\$D\$\d+:\$D\$(\d+)", received)]
    ends = {str(figures[row][2]): figures[row][4] for row in last}
    filled = dict(plan.customers.select("customer", "filled").iter_rows())
    assert ends == {name: int(value) for name, value in filled.items()}
    assert any("Filled and short by customer" in chart for chart in charts)
    assert any("Power and load of giga_texas" in chart for chart in charts)


def test_a_plan_without_a_row_is_written_too(plan: apportion.Plan, tmp_path: Path) -> None:
    empty = {name: frame.clear() for name, frame in plan.record.tables.items()}
    record = replace(plan.record, tables=empty)
    path = write_plan_workbook(record, tmp_path / "p.xlsx", world=plan.world, made_on=MADE_ON)
    assert len(sheets(path)["allocations"].rows) == 1
