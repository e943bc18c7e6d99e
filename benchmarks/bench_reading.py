"""How long do reading and checking a million orders take, against handing the same bytes through?"""

from __future__ import annotations

import resource
import time
from pathlib import Path

import polars as pl
import pytest

from apportion.engine.checks import check_world
from apportion.files.folder import read_folder

ORDERS = 1_000_000
SETTINGS = 'name = "large"\nstart_on = 2024-01-01\nend_on = 2025-12-29\nround = "week"\n'


def write_large(folder: Path, *, suffix: str) -> Path:
    """Write a scenario with a million orders of 50 SKUs at 1,000 sites and return its file of orders."""
    number = pl.int_range(ORDERS, eager=True)
    text = number.cast(pl.String)
    orders = pl.DataFrame(
        {
            "order": "order-" + text,
            "customer": "customer-" + (number * 7919 % 2000).cast(pl.String),
            "skus": "sku-" + (number * 31 % 50).cast(pl.String),
            "quantity": (number % 90 + 1) * 8,
            "sites": "site-" + (number * 17 % 1000).cast(pl.String),
        }
    ).with_columns(
        requested_on=pl.date(2024, 1, 1) + pl.duration(days=pl.int_range(ORDERS) * 13 % 700),
    )
    names = {
        "parties": pl.DataFrame({"party": [f"customer-{one}" for one in range(2000)]}).with_columns(
            name=pl.lit("n"), kind=pl.lit("customer")
        ),
        "skus": pl.DataFrame({"sku": [f"sku-{one}" for one in range(50)]}).with_columns(
            name=pl.lit("n"), vendor=pl.lit("v"), site_kw=pl.lit("1.43")
        ),
        "sites": pl.DataFrame({"site": [f"site-{one}" for one in range(1000)]}).with_columns(
            name=pl.lit("n"), operator=pl.lit("customer-1")
        ),
        "readiness": pl.DataFrame({"site": [f"site-{one}" for one in range(1000)]}).with_columns(
            step=pl.lit("hall"), ready_on=pl.lit("2024-01-01"), power_kw=pl.lit("1000")
        ),
        "supply": pl.DataFrame({"lot": [f"lot-{one}" for one in range(50)]}).with_columns(
            sku=pl.lit("sku-1"),
            supplier=pl.lit("customer-1"),
            arrives_on=pl.lit("2024-01-01"),
            quantity=pl.lit("10"),
        ),
    }
    folder.mkdir()
    (folder / "scenario.toml").write_text(SETTINGS, encoding="utf-8")
    for name, frame in names.items():
        frame.write_csv(folder / f"{name}.csv")
    file = folder / f"orders{suffix}"
    if suffix == ".csv":
        orders.write_csv(file)
    else:
        orders.write_parquet(file)
    return file


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_million_orders_read_and_checked(suffix: str, tmp_path: Path) -> None:
    file = write_large(tmp_path / "large", suffix=suffix)
    began = time.perf_counter()
    assert file.read_bytes()
    bytes_seconds = time.perf_counter() - began
    began = time.perf_counter()
    reading = read_folder(file.parent)
    read_seconds = time.perf_counter() - began
    assert reading.world is not None
    began = time.perf_counter()
    findings = check_world(reading.world, known=reading.findings)
    check_seconds = time.perf_counter() - began
    peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        f"\n{ORDERS} orders as {suffix}: read in {read_seconds:.2f} s ({read_seconds / bytes_seconds:.0f} times "
        f"the bytes alone), checked in {check_seconds:.2f} s, peak memory {peak_gb:.2f} GB"
    )
    assert not findings
