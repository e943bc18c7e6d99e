"""Each folder beside this file is a scenario with the plan that was worked out by hand in its README.

A folder without settings speaks of the bundled scenario of its name. Of each table in `expected/` all rows must
be there, in any order, and no other; columns that the file does not have are not looked at.
"""

from __future__ import annotations

import csv
from fractions import Fraction
from pathlib import Path

import pytest

from apportion.commands.plans import make_plan
from apportion.commands.scenarios import read_scenario
from apportion.model.plan import Plan
from apportion.verify import verify

FOLDER = Path(__file__).resolve().parent
# The folders `assess-…` are proposals: test_assessments.py.
CASES = sorted(
    path.parent for path in FOLDER.glob("*/expected") if not path.parent.name.startswith("assess-")
)

Cells = tuple[Fraction | str, ...]


def planned(case: Path) -> Plan:
    """Return the plan of a case, proven."""
    scenario = str(case) if (case / "scenario.toml").is_file() else case.name
    world = read_scenario(scenario).world
    plan = make_plan(world)
    assert verify(world, plan) == []
    return plan


def cell(value: object) -> Fraction | str:
    """Return a number as it is, whatever its spelling, and anything else as text; unknown is empty."""
    text = "" if value is None else str(value)
    try:
        return Fraction(text)
    except ValueError:
        return text


def expected_rows(file: Path) -> tuple[list[str], list[Cells]]:
    with file.open(encoding="utf-8", newline="") as lines:
        header, *rows = csv.reader(lines)
    return header, sorted((tuple(map(cell, row)) for row in rows), key=str)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_plan_is_the_one_worked_out_by_hand(case: Path) -> None:
    plan = planned(case)
    files = sorted((case / "expected").glob("*.csv"))
    assert {"allocations", "shortages"} <= {file.stem for file in files}
    for file in files:
        columns, expected = expected_rows(file)
        rows = plan.tables[file.stem].select(columns).iter_rows()
        assert sorted((tuple(map(cell, row)) for row in rows), key=str) == expected, file.name


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_case_shows_its_arithmetic(case: Path) -> None:
    assert any(character.isdigit() for character in (case / "README.md").read_text(encoding="utf-8"))
