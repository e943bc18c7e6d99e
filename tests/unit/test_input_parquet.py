"""Parquet with typed columns reads to the same world as the CSV that says the same."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apportion.files.cells import read_cells
from apportion.files.folder import Reading, read_folder
from tests.build import Rows, write_scenario

SETTINGS = {"name": "typed", "start_on": dt.date(2024, 1, 1), "end_on": dt.date(2024, 2, 1)}
SKUS = [
    {
        "sku": "001",
        "name": "One",
        "vendor": "v",
        "site_kw": "1.43",
        "cooling": "air|liquid",
        "lot_units": "8",
    },
    {"sku": "2", "name": "Two", "vendor": "v", "site_kw": "0.00005", "cooling": "", "lot_units": ""},
]
SUPPLY = [
    {
        "lot": "L1",
        "sku": "001",
        "supplier": "v",
        "arrives_on": "2024-01-02",
        "quantity": "40",
        "seen": "true",
    },
    {"lot": "L2", "sku": "2", "supplier": "v", "arrives_on": "2024-01-03", "quantity": "0", "seen": "false"},
]
TYPED_SKUS = {
    "sku": ["001", "2"],
    "name": pl.Series(["One", "Two"], dtype=pl.Categorical),
    "vendor": ["v", "v"],
    "site_kw": [1.43, 0.00005],
    "cooling": [["air", "liquid"], None],
    "lot_units": [8, None],
}
TYPED_SUPPLY = {
    "lot": ["L1", "L2"],
    "sku": ["001", "2"],
    "supplier": ["v", "v"],
    "arrives_on": [dt.date(2024, 1, 2), dt.date(2024, 1, 3)],
    "quantity": pl.Series([40, 0], dtype=pl.UInt16),
    "seen": [True, False],
}


def read_typed(folder: Path, *, tables: dict[str, dict[str, object]]) -> Reading:
    """Return what reading a folder of typed Parquet files gives."""
    write_scenario(folder, SETTINGS, tables={})
    for name, columns in tables.items():
        pl.DataFrame(columns).write_parquet(folder / f"{name}.parquet")
    return read_folder(folder)


def test_typed_parquet_reads_to_the_world_of_the_csv(tmp_path: Path) -> None:
    tables: dict[str, Rows] = {"skus": SKUS, "supply": SUPPLY}
    text = read_folder(write_scenario(tmp_path / "csv", SETTINGS, tables=tables)).world
    typed = read_typed(
        tmp_path / "typed", tables={"skus": dict(TYPED_SKUS), "supply": dict(TYPED_SUPPLY)}
    ).world
    assert text is not None
    assert typed is not None
    assert typed.digest == text.digest
    for name in tables:
        assert typed.tables[name].drop("_file").equals(text.tables[name].drop("_file"))


@pytest.mark.parametrize(
    "power",
    [
        pl.Series([1.43, 0.00005], dtype=pl.Float64),
        pl.Series([1.43, 0.00005], dtype=pl.Float32),
        pl.Series([Decimal("1.43"), Decimal("0.00005")], dtype=pl.Decimal(12, 5)),
        pl.Series(["1.43", "0.00005"]),
    ],
    ids=lambda series: str(series.dtype),
)
def test_a_number_is_the_shortest_decimal_whatever_its_type(tmp_path: Path, power: pl.Series) -> None:
    world = read_typed(tmp_path, tables={"skus": {**TYPED_SKUS, "site_kw": power}}).world
    assert world is not None
    assert world.tables["skus"]["site_kw"].to_list() == [Decimal("1.43"), Decimal("0.00005")]


@pytest.mark.parametrize("dtype", [pl.Int8, pl.UInt64, pl.Decimal(9, 0), pl.Float64, pl.String])
def test_a_hundred_stays_a_hundred_in_every_type(tmp_path: Path, dtype: pl.DataType) -> None:
    units = pl.Series([100, 10]).cast(dtype)
    world = read_typed(tmp_path, tables={"supply": {**TYPED_SUPPLY, "quantity": units}}).world
    assert world is not None
    assert world.tables["supply"]["quantity"].to_list() == [100, 10]


@given(st.lists(st.floats(allow_nan=False), min_size=1, max_size=5))
def test_a_float_is_spelled_by_the_decimal_that_reads_back_to_it(
    tmp_path_factory: pytest.TempPathFactory, values: list[float]
) -> None:
    file = tmp_path_factory.getbasetemp() / "floats.parquet"
    pl.DataFrame({"x": values}).write_parquet(file)
    text, findings = read_cells(file)
    assert not findings
    assert text is not None
    spelled = text["x"].to_list()
    assert [float(one) for one in spelled] == values
    assert not any("e" in one.lower() for one in spelled if one.strip("-").lower() not in {"inf", "infinity"})


@pytest.mark.parametrize(
    ("column", "values", "quoted"),
    [
        ("quantity", [40.5, 0.0], "40.5"),
        ("quantity", [float("nan"), 0.0], "NaN"),
        ("quantity", [float("inf"), 0.0], "Infinity"),
        ("quantity", [True, False], "true"),
        ("quantity", [-1, 0], "-1"),
        ("arrives_on", [dt.datetime(2024, 1, 2, 3, 4), None], "2024-01-02 03:04:00.000000"),  # noqa: DTZ001
        ("arrives_on", [20240102, 20240102], "20240102"),
    ],
)
def test_a_typed_value_that_does_not_fit_is_a_finding(
    tmp_path: Path, column: str, values: list[object], quoted: str
) -> None:
    findings = read_typed(tmp_path, tables={"supply": {**TYPED_SUPPLY, column: values}}).findings
    told = [one for one in findings if (one.file, one.row, one.column) == ("supply.parquet", 2, column)]
    assert [one.found for one in told] == [f"The cell holds {quoted!r}."]


@pytest.mark.parametrize(
    "values",
    [[[1], [2]], [{"a": 1}, {"a": 2}], [b"\xff", b"\xfe"], [dt.timedelta(1), dt.timedelta(2)]],
    ids=["numbers in lists", "records", "bytes", "spans of time"],
)
def test_a_type_that_is_no_cell_is_a_finding_and_no_traceback(tmp_path: Path, values: list[object]) -> None:
    findings = read_typed(tmp_path, tables={"supply": {**TYPED_SUPPLY, "lot": values}}).findings
    assert "supply.parquet" in {one.file for one in findings if one.severity.word == "error"}


def test_a_folder_may_carry_signs_that_a_pattern_would_read(tmp_path: Path) -> None:
    reading = read_typed(tmp_path / "a[1]*?", tables={"skus": dict(TYPED_SKUS)})
    assert {one.code for one in reading.findings} == {"table-missing"}
    assert reading.world is not None
    assert len(reading.world.tables["skus"]) == 2
