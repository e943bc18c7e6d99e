"""Of each file at most a thousand findings are listed, whatever found them, and the last says how many more."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from apportion.commands.plans import make_plan, verify_plan
from apportion.commands.scenarios import check_scenario, read_scenario
from apportion.errors import Code, Finding, Severity
from apportion.files.plans import write_plan
from apportion.model.told import MOST, Cut, Told, cut, first_of_each
from apportion.report.page import report_html
from tests.unit.test_workbook_reading import SETTINGS, write_sheets

TOML = "name = 'many'\nstart_on = 2024-01-01\nend_on = 2024-02-01\n"
GOOD = {
    "skus": "sku,name,vendor,site_kw\nk,K,v,1\n",
    "sites": "site,name,operator\ns,S,o\n",
    "readiness": "site,step,ready_on,power_kw\ns,h,2024-01-01,9\n",
    "supply": "lot,sku,supplier,arrives_on,quantity\nL,k,v,2024-01-01,4\n",
}
HEADER = "order,customer,skus,quantity,sites,requested_on,placed_on,promised_on,min_ship,public_on,known_on,known_to"
ROWS = MOST + 234
# Of each check that looks at rows: the cells that it finds wrong in each row, and the code.
WRONG: dict[str, dict[str, str]] = {
    "reference-unknown": {"skus": "zz"},
    "value-invalid": {"skus": "k|j:x"},
    "first-sku-rate": {"skus": "k:2"},
    "option-repeated": {"sites": "s|s"},
    "min-ship-above-quantity": {"min_ship": "9"},
    "promised-before-placed": {"placed_on": "2024-01-09", "promised_on": "2024-01-08"},
    "no-round": {"requested_on": "2025-01-01"},
    "public-before-known": {"public_on": "2024-01-08", "known_on": "2024-01-09"},
    "known-to-missing": {"public_on": "2024-01-09", "known_on": "2024-01-08"},
    "known-to-nobody": {"public_on": ""},
    "key-duplicate": {"order": "A"},
    "value-missing": {"quantity": ""},
}


def write(folder: Path, *, cells: Mapping[str, str] | None = None, rows: int = ROWS) -> Path:
    """Write a scenario with many orders alike, and return its folder."""
    folder.mkdir(exist_ok=True)
    (folder / "scenario.toml").write_text(TOML, encoding="utf-8")
    for name, text in GOOD.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    plain = {"customer": "c", "skus": "k", "quantity": "4", "sites": "s", "requested_on": "2024-01-01"}
    row = plain | {"public_on": "2024-01-01", "known_on": "2024-01-01"} | dict(cells or {})
    lines = [HEADER]
    for at in range(rows):
        named = {"order": f"A{at}"} | row
        lines.append(",".join(named.get(name, "") for name in HEADER.split(",")))
    (folder / "orders.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def in_orders(folder: Path) -> list[Finding]:
    return [one for one in check_scenario(str(folder)) if one.file == "orders.csv"]


@pytest.mark.parametrize("code", WRONG)
def test_what_a_check_finds_in_every_row_is_listed_for_a_thousand_and_counted(
    tmp_path: Path, code: str
) -> None:
    folder = write(tmp_path, cells=WRONG[code])
    with (folder / "skus.csv").open("a", encoding="utf-8") as skus:
        skus.write("j,J,v,1\n")
    findings = in_orders(folder)
    grade = next(one.severity for one in findings if one.code == code)
    assert {str(one.code) for one in findings[:-1]} == {code}
    first = 3 if code == "key-duplicate" else 2
    assert [one.row for one in findings[:-1]] == list(range(first, first + MOST))
    rest = ROWS - MOST - (code == "key-duplicate")
    assert findings[-1] == cut("orders.csv", rest, severity=grade)


def test_conflicting_statements_are_cut_too_and_name_the_earlier_one(tmp_path: Path) -> None:
    folder = write(tmp_path, rows=0)
    with (folder / "orders.csv").open("a", encoding="utf-8") as orders:
        for at in range(ROWS):
            orders.write(f"A{at},c,k,4,s,2024-01-01,,,,2024-01-02,2024-01-02,\n")
            orders.write(f"A{at},c,k,5,s,2024-01-01,,,,2024-01-01,2024-01-01,\n")
    findings = in_orders(folder)
    assert len(findings) == MOST + 1
    assert findings[0].found == (
        "In orders the row with order 'A0' says '4' (known on 2024-01-02); row 3 says '5' (known on 2024-01-01)."
    )
    assert findings[-1] == cut("orders.csv", ROWS - MOST, severity=Severity.WARNING)


def test_what_reading_and_several_checks_find_is_cut_together(tmp_path: Path) -> None:
    folder = write(tmp_path, rows=600, cells={"min_ship": "9", "sites": "z"})
    with (folder / "orders.csv").open("a", encoding="utf-8") as orders:
        orders.writelines(f"B{at},c,k,,s,2024-01-01,,,,2024-01-01,2024-01-01,\n" for at in range(600))
    findings = in_orders(folder)
    # A row with an error is looked at no further, so min_ship is not told.
    assert [str(one.code) for one in findings] == [
        *["reference-unknown"] * 600,
        *["value-missing"] * 400,
        "findings-cut",
    ]
    assert findings[-1] == cut("orders.csv", 200, severity=Severity.ERROR)


def test_rows_that_are_wrong_and_not_named_are_not_taken_for_good_ones(tmp_path: Path) -> None:
    folder = write(tmp_path, cells={"skus": "zz", "requested_on": "2025-01-01"})
    assert {str(one.code) for one in in_orders(folder)} == {"reference-unknown", "findings-cut"}


def test_warnings_of_every_row_do_not_stop_a_plan_nor_its_proof(tmp_path: Path) -> None:
    folder = write(tmp_path / "one", cells={"requested_on": "2025-01-01"})
    world = read_scenario(str(folder)).world
    plan = make_plan(world)
    assert plan.findings[-1].code is Code.FINDINGS_CUT
    write_plan(plan, tmp_path / "plan", source=str(folder), page=report_html(world, plan))
    assert verify_plan(tmp_path / "plan", scenario=str(folder)) == []
    lines = (folder / "orders.csv").read_text(encoding="utf-8").splitlines()
    turned = "\n".join([lines[0], *lines[:0:-1]]) + "\n"
    (folder / "orders.csv").write_text(turned, encoding="utf-8")
    assert verify_plan(tmp_path / "plan", scenario=str(folder)) == []


def workbook_of(folder: Path, *, table: str, column: str, value: object) -> Path:
    """Write a workbook with many orders alike, one column of one table replaced, and return it."""
    good = write(folder, rows=MOST + 50)
    sheets: dict[str, dict[tuple[int, int], object]] = {"scenario": dict(SETTINGS)}
    for file in sorted(good.glob("*.csv")):
        lines = [line.split(",") for line in file.read_text(encoding="utf-8").splitlines()]
        sheets[file.stem] = {
            (row, at): value if (file.stem, name) == (table, column) and row > 1 else cells[at - 1]
            for row, cells in enumerate(lines, start=1)
            for at, name in enumerate(lines[0], start=1)
            if cells[at - 1]
        }
    return write_sheets(folder / "many.xlsx", sheets)


@pytest.mark.parametrize(
    ("column", "value"), [("quantity", "many"), ("quantity", ("=1/0", "#DIV/0!")), ("skus", "zz")]
)
def test_findings_of_a_sheet_are_cut_likewise(tmp_path: Path, column: str, value: object) -> None:
    book = workbook_of(tmp_path, table="orders", column=column, value=value)
    findings = [one for one in check_scenario(str(book)) if one.file.endswith("sheet orders")]
    assert len(findings) == MOST + 1
    assert findings[-1] == cut(findings[0].file, 50, severity=Severity.ERROR)


def test_a_number_with_a_decimal_comma_is_still_held_to_its_range(tmp_path: Path) -> None:
    book = workbook_of(tmp_path, table="skus", column="site_kw", value="-1,5")
    told = [(str(one.code), one.row) for one in check_scenario(str(book)) if one.file.endswith("sheet skus")]
    assert ("value-out-of-range", 2) in told


def a_finding(row: int, *, severity: Severity = Severity.INFO, file: str = "a.csv") -> Finding:
    return Finding(
        code=Code.VALUE_INVALID, severity=severity, file=file, row=row, found="x", expected="y", fix="z"
    )


def test_few_findings_are_held_at_once_and_the_first_are_kept_in_whatever_order_they_come() -> None:
    told = Told("a.csv", most=10)
    told.add(a_finding(row) for row in range(1_000, 0, -1))
    assert [one.row for one in told.findings()[:-1]] == list(range(1, 11))
    [last] = [one for one in told.findings() if isinstance(one, Cut)]
    assert (last.rest, last.severity) == (990, Severity.INFO)


def test_the_worst_of_what_is_counted_is_its_grade() -> None:
    told = Told("a.csv", most=1)
    told.add([a_finding(1), a_finding(9, severity=Severity.ERROR), a_finding(2)])
    assert told.cuts_errors
    assert told.findings()[-1].severity is Severity.ERROR


def test_what_was_cut_before_is_counted_with_what_is_cut_now() -> None:
    before = [a_finding(row) for row in range(MOST)] + [cut("a.csv", 7, severity=Severity.WARNING)]
    [*shown, last] = first_of_each([*before, a_finding(MOST + 1), a_finding(1, file="b.csv")])
    assert (len(shown), last.file) == (MOST + 1, "b.csv")
    assert shown[-1] == cut("a.csv", 8, severity=Severity.WARNING)
