"""The reference against the cases from frePPLe: what frePPLe expects, and what our files expect."""

import csv
import datetime as dt
import tomllib
from fractions import Fraction
from pathlib import Path

import pytest

from . import RefWorld, reference_plan

CASES = Path(__file__).parent.parent / "cases"
Rows = list[dict[str, str]]

# By order: units by day of January 2009, as the two test folders of frePPLe state them.
FREPPLE_EXPECTS: dict[str, dict[str, dict[int, int]]] = {
    "frepple-f1": {
        "order prio 1 for item 1": {10: 10},
        "order prio 2 for item 1": {11: 10},
        "order prio 3 for item 1": {12: 5},
        "order prio 1 for item 2": {10: 10},
        "order prio 2 for item 2": {11: 10},
        "order prio 3 for item 2": {5: 5},
        "order prio 1 for item 3": {10: 10},
        "order prio 2 for item 3": {11: 10},
        "order prio 3 for item 3": {5: 5, 20: 2},
        "order prio 1 for item 4": {10: 8},
        "order prio 2 for item 4": {22: 8},
        "order prio 3 for item 4": {5: 2, 20: 2},
    },
    "frepple-f2": {
        "order A": {5: 10, 10: 10},
        "order B": {5: 10},
        "order C": {10: 20},
        "order D": {},
        "order E": {5: 10},
        "order F": {10: 20},
    },
}


def read_rows(file: Path) -> Rows:
    with file.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def read_case(name: str, *, known_on: str = "9999-12-31") -> RefWorld:
    """Return the world of a case: of several statements of an order, the one known last by a day."""
    folder = CASES / name
    tables = {file.stem: read_rows(file) for file in sorted(folder.glob("*.csv"))}
    standing: dict[str, dict[str, str]] = {}
    for row in sorted(tables["orders"], key=lambda row: row.get("known_on", "")):
        if row.get("known_on", "") <= known_on:
            standing[row["order"]] = row
    settings = tomllib.loads((folder / "scenario.toml").read_text(encoding="utf-8"))
    return RefWorld(settings, {**tables, "orders": list(standing.values())})


@pytest.mark.parametrize("name", list(FREPPLE_EXPECTS))
def test_priority_gives_every_demand_what_frepple_gives_it(name: str) -> None:
    given: dict[str, dict[int, Fraction]] = {order: {} for order in FREPPLE_EXPECTS[name]}
    for (order, _, _, on), units in reference_plan(read_case(name)).allocations.items():
        assert (on.year, on.month) == (2009, 1)
        given[order][on.day] = units
    assert given == FREPPLE_EXPECTS[name]


@pytest.mark.parametrize(
    ("name", "expected", "known_on"),
    [
        ("frepple-f1", "expected", "9999-12-31"),
        ("frepple-f2", "expected", "9999-12-31"),
        ("frepple-f3", "expected", "9999-12-31"),
        ("frepple-f3", "expected-2018-12-10", "2018-12-10"),
        ("standing-priority", "expected", "9999-12-31"),
    ],
)
def test_the_expected_tables_are_those_of_the_reference(name: str, expected: str, known_on: str) -> None:
    plan = reference_plan(read_case(name, known_on=known_on))
    allocations = {
        (row["order"], row["sku"], row["site"], dt.date.fromisoformat(row["round_on"])): Fraction(
            row["units"]
        )
        for row in read_rows(CASES / name / expected / "allocations.csv")
    }
    assert plan.allocations == allocations
    shortages = read_rows(CASES / name / expected / "shortages.csv")
    short = {(row["order"], row["reason"]): Fraction(row["short"]) for row in shortages}
    assert plan.shortages == {key: units for key, units in short.items() if units}
    late_only = {key for key in plan.late if key not in plan.shortages}
    assert late_only == {key for key, units in short.items() if not units}
    days = {row["order"]: Fraction(row["late_days"]) for row in shortages if row["late_days"]}
    assert {order: round(plan.late_days[order], 6) for order in days} == days


def test_the_sheet_of_f3_gives_the_nine_deliveries_of_frepple() -> None:
    given = {
        (key[1], key[3].isoformat()): units
        for key, units in reference_plan(read_case("frepple-f3")).allocations.items()
    }
    assert given == {
        ("product X", "2019-01-05"): 100,
        ("product X", "2019-01-10"): 100,
        ("product X", "2019-01-17"): 100,
        ("product X", "2019-01-24"): 70,
        ("product Y", "2019-01-24"): 15,
        ("product Y", "2019-01-31"): 5,
        ("product Z", "2019-01-31"): 90,
        ("product Z", "2019-02-07"): 50,
        ("product X", "2019-08-08"): 240,
    }
