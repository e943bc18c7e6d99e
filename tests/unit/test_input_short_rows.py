"""A row of a CSV file with fewer cells than the header is read, and told; one that only looks so is not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from apportion.commands.scenarios import check_scenario
from apportion.errors import Code, Finding, Severity
from apportion.files.cells import read_cells
from apportion.model.contracts import TABLES
from apportion.model.told import MOST, cut

HEADER = "lot,sku,supplier,arrives_on,quantity,note"
WHOLE = "L,k,v,2024-01-01,4,"


def short_in(folder: Path, text: str | bytes) -> list[Finding]:
    """Return the findings of short rows in a table of lots."""
    file = folder / "supply.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    _, told = read_cells(file, table=TABLES["supply"])
    return [one for one in told.findings() if one.code in {Code.ROW_SHORT, Code.FINDINGS_CUT}]


def places(findings: list[Finding]) -> list[tuple[int | None, str]]:
    return [(one.row, one.found.split(";")[0]) for one in findings]


SHORT: dict[str, tuple[str | bytes, list[tuple[int, int]]]] = {
    "one cell lacks": (f"{HEADER}\n{WHOLE}\nM,k,v,2024-01-01,4\n", [(3, 5)]),
    "one cell alone": (f"{HEADER}\nM\n{WHOLE}\n", [(2, 1)]),
    "no end of the last line": (f"{HEADER}\n{WHOLE}\nM,k", [(3, 2)]),
    "after a cell with separators": (f'{HEADER}\nM,k,v,2024-01-01,4,"a,b"\nN,k,v\n', [(3, 3)]),
    "as many separators as a whole row, one quoted": (f'{HEADER}\nM,k,v,"2024-01-01,4,"\n', [(2, 4)]),
    "after a cell with a line break": (f'{HEADER}\nM,k,v,2024-01-01,4,"a\nb"\nN,k,v\n', [(3, 3)]),
    "after blank lines": (f"\n\n{HEADER}\n\nM,k,v\n", [(5, 3)]),
    "behind semicolons": (f"{HEADER}\nM,k,v\n".replace(",", ";"), [(2, 3)]),
    "behind a stated separator": (f"sep=;\n{HEADER}\nM,k,v\n".replace(",", ";"), [(3, 3)]),
    "in UTF-16": (f"{HEADER}\nM,k,v\n".encode("utf-16"), [(2, 3)]),
    "beside a row that is too long": (f"{HEADER}\n{WHOLE},7\nM,k,v\n", [(3, 3)]),
    "beside bytes that are no UTF-8": (f"{HEADER}\n{WHOLE}\xe9\nM,k,v\n".encode("latin-1"), [(3, 3)]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "told"), SHORT.values(), ids=SHORT)
def test_a_row_that_lacks_cells_is_told_with_how_many_it_has(
    tmp_path: Path, text: str | bytes, told: list[tuple[int, int]]
) -> None:
    found = short_in(tmp_path, text)
    assert places(found) == [(row, f"The row has {cells} cells, the header 6") for row, cells in told]
    assert {one.severity for one in found} == {Severity.WARNING}


WHOLE_ROWS = {
    "plain": f"{HEADER}\n{WHOLE}\n",
    "separators inside cells": f'{HEADER}\nM,k,"v, of, v",2024-01-01,4,"a,b"\n',
    "separators inside a name": f'{HEADER},"a,b"\n{WHOLE},\n',
    "quotes inside cells": f'{HEADER}\nM,k,"v ""x, y""",2024-01-01,4,""\n',
    "line breaks inside cells": f'{HEADER}\nM,k,v,2024-01-01,4,"a,\n\nb"\n',
    "blank lines": f"{HEADER}\n\n{WHOLE}\n\n\n",
    "lines of another system": f"{HEADER}\r\n{WHOLE}\r\n",
    "commas between semicolons": f"{HEADER}\n{WHOLE}1,5\n".replace(",", ";").replace("1;5", "1,5"),
    "one column": "lot\nL\nM\n",
    "a header alone": f"{HEADER}\n",
}


@pytest.mark.parametrize("text", WHOLE_ROWS.values(), ids=WHOLE_ROWS)
def test_rows_with_a_cell_under_each_name_are_not_told(tmp_path: Path, text: str) -> None:
    assert short_in(tmp_path, text) == []


def test_short_rows_are_told_up_to_a_thousand_and_counted(tmp_path: Path) -> None:
    found = short_in(tmp_path, f"{HEADER}\n" + "M,k,v\n" * (MOST + 5))
    assert [one.row for one in found[:-1]] == list(range(2, MOST + 2))
    assert found[-1] == cut("supply.csv", 5, severity=Severity.WARNING)


def test_a_whole_table_is_not_looked_at_row_by_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    divided: list[str] = []

    def divide(*_: object, separator: str, above: int) -> Iterator[tuple[int, list[str]]]:
        divided.append(separator)
        return iter(())

    monkeypatch.setattr("apportion.files.cells.rows_of", divide)
    assert short_in(tmp_path, f"{HEADER}\n" + f'{WHOLE}"a, b"\n' * 10) == []
    assert not divided
    short_in(tmp_path, f"{HEADER}\nM\n")
    assert divided


def test_a_plan_is_made_of_a_table_with_short_rows(tmp_path: Path) -> None:
    files = {
        "scenario.toml": "name = 'short'\nstart_on = 2024-01-01\nend_on = 2024-02-01\n",
        "skus.csv": "sku,name,vendor,site_kw\nk,K,v,1\n",
        "sites.csv": "site,name,operator\ns,S,o\n",
        "readiness.csv": "site,step,ready_on,power_kw\ns,h,2024-01-01,9\n",
        "supply.csv": f"{HEADER}\nL,k,v,2024-01-01,4\n",
        "orders.csv": "order,customer,skus,quantity,sites,requested_on\nA,c,k,4,s,2024-01-01\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert [(one.severity.word, str(one.code)) for one in check_scenario(str(tmp_path))] == [
        ("warning", "row-short")
    ]
