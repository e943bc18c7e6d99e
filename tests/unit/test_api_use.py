"""The Python face, as a user would use it: read, plan, look, explain, verify, and catch what is wrong."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import apportion as ap

TABLES = ("allocations", "shortages", "levels", "customers", "sites", "shares")
USER_CODE = """
import datetime as dt
from pathlib import Path
import polars as pl
import apportion as ap

names: list[str] = ap.scenarios()
world: ap.World = ap.read("three-orders")
seen: ap.World = world.as_known_on(dt.date(2024, 12, 3), "public").case("favourable")
orders: pl.DataFrame = world.table("orders")
plan: ap.Plan = ap.plan(world, ap.Policy(whole_lots=False))
customers: pl.DataFrame = plan.customers
sentences: list[str] = plan.why("alder-1")
proven: bool = not plan.verify()
files: list[Path] = plan.write("out", source="three-orders")
again: ap.Plan = ap.load("out")
told: bool = not ap.verify_folder("out")
unit_days: pl.DataFrame = ap.replay(world, plan.allocations).days
text: str = plan.summary + plan.digest + plan.report()
try:
    ap.plan(ap.read(Path("nowhere")))
except ap.FindingsError as error:
    first: ap.Finding = error.findings[0]
    grave: bool = first.severity is ap.Severity.ERROR
    place: str = first.where
except ap.UsageError as error:
    fix: str = error.fix
except ap.ApportionError as error:
    code: str = error.code
"""
WRONG_CODE = """
import apportion as ap
plan = ap.plan("three-orders")
plan.customer
ap.read("three-orders", "public")
ap.Policy(rule="max-min", lots=True)
"""


def test_a_short_program_reads_plans_explains_and_verifies() -> None:
    world = ap.read("tesla-x-2023")
    plan = ap.plan(world)
    assert all(isinstance(getattr(plan, name), pl.DataFrame) for name in TABLES)
    assert {"tesla", "x", "xai"} <= set(plan.customers["customer"])
    assert any("giga_texas" in sentence or "Texas" in sentence for sentence in plan.why("T1"))
    assert plan.verify() == []
    assert plan.summary


@pytest.fixture(scope="module")
def plan() -> ap.Plan:
    return ap.plan(ap.read("three-orders"))


def test_the_bundled_scenarios_are_listed_and_each_can_be_read() -> None:
    assert {"tesla-x-2023", "three-orders"} <= set(ap.scenarios())
    assert all(isinstance(ap.read(name), ap.World) for name in ap.scenarios())


def test_a_plan_is_written_loaded_and_verified(plan: ap.Plan, tmp_path: Path) -> None:
    files = plan.write(tmp_path / "out")
    assert {file.name for file in files} == {file.name for file in (tmp_path / "out").iterdir()}
    again = ap.load(tmp_path / "out")
    assert again.digest == plan.digest
    assert again.policy == plan.policy
    assert again.findings == plan.findings
    for name in TABLES:
        assert getattr(again, name).equals(getattr(plan, name)), name
        assert getattr(again, name).schema == getattr(plan, name).schema
    assert ap.verify_folder(tmp_path / "out") == []
    assert again.why("alder-1") == plan.why("alder-1")
    assert (tmp_path / "out" / "report.html").read_text(encoding="utf-8") == plan.report()


def test_a_plan_of_an_own_folder_finds_its_scenario_again(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    subprocess.run(
        [str(Path(sys.executable).parent / "apportion"), "export", "three-orders", "--to", str(folder)],
        check=True,
        capture_output=True,
    )
    made = ap.plan(ap.read(folder))
    made.write(tmp_path / "out", source=str(folder))
    assert ap.load(tmp_path / "out").verify() == []


def test_findings_come_as_values_with_the_error(tmp_path: Path) -> None:
    with pytest.raises(ap.FindingsError) as caught:
        ap.read(tmp_path)
    findings = caught.value.findings
    assert [one.code for one in findings].count(findings[0].code) == 5
    assert findings == ap.check(tmp_path)
    assert caught.value.code == findings[0].code
    assert isinstance(caught.value, ap.ApportionError)
    assert str(caught.value).startswith(
        "6 finding(s) of error grade; the first: error table-missing: orders.csv"
    )


def test_a_view_is_planned_as_it_is_looked_at() -> None:
    world = ap.read("three-orders")
    early = ap.plan(world.as_known_on(dt.date(2020, 1, 1)))
    assert early.allocations.is_empty()
    assert {str(one.code) for one in early.findings} == {"nothing-known-yet"}
    assert {str(one.code) for one in ap.check("three-orders", as_known_on=dt.date(2020, 1, 1))} == {
        "nothing-known-yet"
    }


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (lambda: ap.read("three-order"), "Did you mean 'three-orders'"),
        (lambda: ap.plan("three-orders"), "Use ap.read"),  # type: ignore[arg-type]
        (lambda: ap.read("three-orders").case("best"), "favourable"),
        (lambda: ap.read("three-orders").as_known_on(None, "everyone"), "party:NAME"),
        (lambda: ap.load("three-orders", scenario="nowhere"), "plan.json is missing"),
    ],
)
def test_wrong_use_says_what_would_be_right(wrong: Any, told: str, tmp_path: Path) -> None:  # noqa: ANN401
    with pytest.raises(ap.ApportionError, match=told):
        wrong()


def test_a_world_names_its_tables_where_one_is_missing() -> None:
    world = ap.read("three-orders")
    assert world.orders.equals(world.table("orders"))
    with pytest.raises(AttributeError, match="its tables are parties"):
        _ = world.order


@pytest.fixture(scope="module")
def told_by_checker(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return what a strict checker of types says of right and of wrong user code."""
    folder = tmp_path_factory.mktemp("users")
    (folder / "right.py").write_text(USER_CODE, encoding="utf-8")
    (folder / "wrong.py").write_text(WRONG_CODE, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "right.py", "wrong.py"]
    answer = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert answer.stderr == ""
    return answer.stdout.splitlines()


def test_code_of_users_passes_a_strict_checker_of_types(told_by_checker: list[str]) -> None:
    assert not [line for line in told_by_checker if line.startswith("right.py")]


def test_wrong_code_of_users_is_told_by_a_checker_of_types(told_by_checker: list[str]) -> None:
    assert {line.split(":")[1] for line in told_by_checker} == {"3", "4", "5", "6"}


def test_the_code_of_users_runs_as_it_is_typed(tmp_path: Path) -> None:
    (tmp_path / "user_code.py").write_text(USER_CODE, encoding="utf-8")
    subprocess.run([sys.executable, "user_code.py"], cwd=tmp_path, check=True)
