"""Each folder `assess-…` beside this file is a proposal with what it comes to, worked out by hand in its README.

A folder speaks of the bundled story, or of that with the changes that its `case.toml` names, and of the proposal
beside it, or the bundled one. Of each table in `expected/` every row must be there; there may be others. Money
may differ by as much as the column `within_percent` says.
"""

from __future__ import annotations

import csv
import tempfile
import tomllib
from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from apportion.commands.scenarios import check_scenario, read_scenario
from apportion.errors import Severity
from apportion.files.folder import find_scenario
from apportion.files.proposal_reading import read_proposal
from apportion.study.assess import Assessment, assess
from apportion.study.breakeven import break_evens_frame

FOLDER = Path(__file__).resolve().parent
CASES = sorted(path.parent for path in FOLDER.glob("assess-*/expected"))
STORY = "tesla-x-2023"
TOLERANCE = "within_percent"
RANGES = ("_low", "_high", "_early", "_late")

Row = dict[str, str]
Cells = tuple[Fraction | str, ...]


def write_changed(scenario: Path, changes: Mapping[str, Any], *, to: Path) -> Path:
    """Write a scenario with rows changed, taken out and added, and without ranges where it says so."""
    (to / "scenario.toml").write_bytes((scenario / "scenario.toml").read_bytes())
    for file in sorted(scenario.glob("*.csv")):
        with file.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
        rows = list(changed_rows(rows, changes, table=file.stem))
        columns = list(dict.fromkeys(column for row in rows for column in row))
        if not changes.get("ranges", False) and file.stem != "readiness":
            columns = [column for column in columns if not column.endswith(RANGES)]
        with (to / file.name).open("w", encoding="utf-8", newline="") as written:
            writer = csv.DictWriter(written, columns, extrasaction="ignore", restval="")
            writer.writeheader()
            writer.writerows(rows)
    return to


def changed_rows(rows: Iterable[Row], changes: Mapping[str, Any], *, table: str) -> Iterable[Row]:
    """Yield the rows of one table as a case has them; a change that meets no row is a mistake of the case."""

    def named(kind: str) -> list[Mapping[str, Any]]:
        return [one for one in changes.get(kind, []) if one["table"] == table]

    rows = list(rows)
    for one in (*named("changed"), *named("removed")):
        assert any(one["row"].items() <= row.items() for row in rows), one
    for row in rows:
        if any(one["row"].items() <= row.items() for one in named("removed")):
            continue
        cells = [one["cells"] for one in named("changed") if one["row"].items() <= row.items()]
        yield {column: value for part in (row, *cells) for column, value in part.items()}
    for one in named("added"):
        yield dict(one["cells"])


@cache
def assessed(case: Path) -> Assessment:
    """Return the assessment of a case."""
    settings = tomllib.loads((case / "case.toml").read_text(encoding="utf-8"))
    story = find_scenario(STORY)
    proposal_file = case / "proposal.toml"
    file = proposal_file if proposal_file.is_file() else story / "swap-2023-12.toml"
    proposal, findings = read_proposal(file.read_bytes(), file=file.name)
    assert proposal is not None, findings
    if settings == {"ranges": True}:
        return assess(read_scenario(STORY).world, proposal)
    with tempfile.TemporaryDirectory() as folder:
        world = read_scenario(str(write_changed(story, settings, to=Path(folder)))).world
    return assess(world, proposal)


def cell(value: object) -> Fraction | str:
    """Return a number as it is, whatever its spelling, and anything else as text; unknown is empty."""
    text = "" if value is None else str(value)
    try:
        return Fraction(text)
    except ValueError:
        return text


def missing_rows(frame: pl.DataFrame, file: Path) -> list[Row]:
    """Return the rows expected that a table does not have."""
    with file.open(encoding="utf-8", newline="") as lines:
        expected = list(csv.DictReader(lines))
    assert expected, file
    columns = [column for column in expected[0] if column != TOLERANCE]
    rows = [tuple(map(cell, row)) for row in frame.select(columns).iter_rows()]
    return [row for row in expected if not any(is_told(row, columns, told=told) for told in rows)]


def is_told(row: Row, columns: list[str], *, told: Cells) -> bool:
    """Say whether a row of a table is the one expected."""
    percent = Fraction(row.get(TOLERANCE) or 0)
    return all(
        is_near(cell(row[column]), value, percent=percent if column == "value" else Fraction(0))
        for column, value in zip(columns, told, strict=True)
    )


def is_near(expected: Fraction | str, told: Fraction | str, *, percent: Fraction) -> bool:
    """Say whether a value is the one expected, or a number no further from it than so many percent."""
    if isinstance(expected, Fraction) and isinstance(told, Fraction):
        return abs(told - expected) * 100 <= percent * abs(expected)
    return expected == told


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_assessment_is_the_one_worked_out_by_hand(case: Path) -> None:
    found = assessed(case)
    frames = {
        "comparison": lambda: found.comparison,
        "ranges": lambda: found.ranges,
        "break-evens": lambda: break_evens_frame(found.break_evens),
    }
    files = sorted((case / "expected").glob("*.csv"))
    assert "comparison" in {file.stem for file in files}
    for file in files:
        assert missing_rows(frames[file.stem](), file) == [], file.name


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_assessment_shows_its_arithmetic(case: Path) -> None:
    told = (case / "README.md").read_text(encoding="utf-8").replace("\n", " ")
    for file in sorted((case / "expected").glob("comparison.csv")):
        with file.open(encoding="utf-8", newline="") as lines:
            values = {row["value"] for row in csv.DictReader(lines)}
        for value in sorted(values - {"", "0"}):
            number = f"{int(value):,}" if value.lstrip("-").isdigit() else value
            assert number in told, value


def test_the_changes_of_a_case_reach_the_scenario(tmp_path: Path) -> None:
    changes = {
        "changed": [{"table": "skus", "row": {"sku": "H100-SXM"}, "cells": {"site_kw": "2.0"}}],
        "removed": [{"table": "readiness", "row": {"site": "giga_texas", "step": "full"}}],
        "added": [{"table": "sites", "cells": {"site": "new", "name": "New", "operator": "tesla"}}],
    }
    written = str(write_changed(find_scenario(STORY), changes, to=tmp_path))
    assert not [one for one in check_scenario(written) if one.severity is Severity.ERROR]
    world = read_scenario(written).world
    assert str(world.table("skus").filter(pl.col("sku") == "H100-SXM")["site_kw"][0]) == "2.000000"
    assert world.table("readiness").filter(pl.col("step") == "full").is_empty()
    assert "new" in world.table("sites")["site"]
    assert not [name for name in world.table("supply").columns if name.endswith(RANGES)]
