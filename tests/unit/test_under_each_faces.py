"""Studies under each statement, and under a chosen one, from the command line, on disk and in Python."""

from __future__ import annotations

import csv
import json
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

import apportion as ap
from apportion.cli import app
from apportion.commands.scenarios import view_world
from apportion.errors import PlanFileError, UsageError
from apportion.files.plans import read_plan
from apportion.study.chosen import choose
from tests.build import day, make_world, write_scenario
from tests.unit.test_under_each import NORTH, SETTINGS, tables


@pytest.fixture
def slip(tmp_path: Path) -> str:
    return str(write_scenario(tmp_path / "slip", SETTINGS, tables=tables()))


def run(*arguments: str) -> str:
    answer = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert answer.exit_code == 0, answer.output
    return answer.stdout


def test_the_plan_command_says_used_why_and_what_changes_in_both_languages(slip: str) -> None:
    lines = run("plan", slip, "--under-each").splitlines()
    used = "Used is ready_on 2024-01-06 (readiness.csv, row 4): of the statements known by then it was known last."
    assert lines[-3] == f"{NORTH} has 2 statements. {used}"
    assert "alder, late: 50 unit-days → 20 unit-days" in lines[-2]
    assert lines[-1] == "The choice matters for 1 of 1 statement tried."
    assert "延後：50 加速器日 → 20 加速器日" in run("plan", slip, "--under-each", "--lang", "zh-Hant")
    tried = json.loads(run("plan", slip, "--under-each", "--json"))["under_each"]
    assert (tried["tried"], tried["matters"], tried["left_out"]) == (1, 1, 0)
    assert tried["statements"][0]["changes"][0]["after"] == "20"
    assert "under_each" not in json.loads(run("plan", slip, "--json"))


@pytest.mark.parametrize("command", ["plan", "claims"])
def test_the_table_is_written_beside_the_result_and_does_not_outlive_it(
    command: str, slip: str, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    run(command, slip, "--under-each", "--out", str(out))
    with (out / "under-each.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {(row["fact"], row["file_row"]) for row in rows} == {(NORTH, "3")}
    assert ("late_gpu_days" in {row["measure"] for row in rows}) == (command == "plan")
    run(command, slip, "--out", str(out))
    assert not (out / "under-each.csv").exists()
    (out / "under-each.csv").write_text("mine\n", encoding="utf-8")
    run(command, slip, "--out", str(out))
    assert (out / "under-each.csv").read_text(encoding="utf-8") == "mine\n"


def test_a_plan_under_a_chosen_statement_says_so_and_is_proven_explained_and_traced(
    slip: str, tmp_path: Path
) -> None:
    out = tmp_path / "chosen"
    run("plan", slip, "--under", f"{NORTH}@3", "--out", str(out))
    plan = read_plan(out)
    assert plan.view.under == (f"{NORTH}@3",)
    assert f"{NORTH}@3" in (out / "report.html").read_text(encoding="utf-8")
    assert run("verify", str(out)).startswith("Proven")
    assert "It receives 10 units of chip at north on 2024-01-03." in run("why", str(out), "a")
    assert "shortages.a.late_days = 1 day;" in run("trace", str(out), "shortages.a.late_days")
    loaded = ap.load(out)
    assert (loaded.digest, loaded.verify()) == (plan.digest, [])
    assert loaded.world.digest != ap.read(slip).digest
    # Nothing of the plan proves under all statements, or under another one.
    assert ap.Plan(ap.read(slip), plan).verify()
    assert ap.Plan(choose(ap.read(slip), [f"{NORTH}@4"]), plan).verify()


def test_a_plan_under_a_statement_that_is_gone_or_stands_elsewhere_is_refused(
    slip: str, tmp_path: Path
) -> None:
    for row in ("3", "4"):
        run("plan", slip, "--under", f"{NORTH}@{row}", "--out", str(tmp_path / row))
    readiness = Path(slip) / "readiness.csv"
    lines = readiness.read_text(encoding="utf-8").splitlines(keepends=True)
    readiness.write_text("".join([*lines[:2], *lines[3:]]), encoding="utf-8")
    with pytest.raises(PlanFileError, match="Row 4 is no statement"):
        ap.load(tmp_path / "4")
    with pytest.raises(PlanFileError, match="not made from this scenario as it is now"):
        ap.load(tmp_path / "3")  # Row 3 is now what row 4 was.


def test_a_statement_chosen_before_the_day_is_set_gives_the_same_plan_on_disk(
    slip: str, tmp_path: Path
) -> None:
    early = ap.read(slip, under=[f"{NORTH}@3"]).as_known_on(day("2023-12-10"))
    ap.plan(early).write(tmp_path / "here", source=slip)
    run(
        "plan", slip, "--under", f"{NORTH}@3", "--as-known-on", "2023-12-10", "--out", str(tmp_path / "there")
    )
    assert read_plan(tmp_path / "here").digest == read_plan(tmp_path / "there").digest
    assert ap.load(tmp_path / "here").verify() == []


def test_the_workbook_of_such_a_plan_names_the_statement(slip: str, tmp_path: Path) -> None:
    run("plan", slip, "--under", f"{NORTH}@3", "--out", str(tmp_path / "chosen"))
    run("workbook", str(tmp_path / "chosen"), "--to", str(tmp_path / "chosen.xlsx"))
    with zipfile.ZipFile(tmp_path / "chosen.xlsx") as book:
        texts = [book.read(name).decode() for name in book.namelist() if name.endswith(".xml")]
    assert any("Only statement taken" in text and f"{NORTH}@3" in text for text in texts)


def test_a_plan_under_a_chosen_statement_is_the_plan_that_under_each_speaks_of() -> None:
    world = make_world(SETTINGS, tables())
    chosen = ap.plan(choose(world, [f"{NORTH}@3"]))
    assert chosen.customers["live_gpu_days"].sum() == 180
    assert chosen.under_each().statement_count == 0  # One statement is left.
    assert ap.plan(choose(world, [])).digest == ap.plan(world).digest


def test_a_chosen_statement_changes_claims_and_assessments_and_stands_in_their_view(slip: str) -> None:
    body = json.loads(run("claims", slip, "--under", f"{NORTH}@3", "--json"))
    assert body["view"]["under"] == [f"{NORTH}@3"]
    assert any(f"{NORTH}@3" in sentence for sentence in body["sentences"])
    choice = ("--under", "readiness:giga_texas,hall-1@2")
    body = json.loads(run("assess", "tesla-x-2023", "swap-2023-12", *choice, "--json"))
    assert body["view"]["under"] == ["readiness:giga_texas,hall-1@2"]


def test_pages_of_claims_and_assessments_have_the_lines(slip: str, tmp_path: Path) -> None:
    run("claims", slip, "--under-each", "--out", str(tmp_path / "claims"))
    page = (tmp_path / "claims" / "claims.html").read_text(encoding="utf-8")
    assert 'id="under-each"' in page
    assert "--under-each --most 1" in page
    run("claims", slip, "--out", str(tmp_path / "plain"))
    assert 'id="under-each"' not in (tmp_path / "plain" / "claims.html").read_text(encoding="utf-8")
    run("assess", "tesla-x-2023", "swap-2023-12", "--under-each", "--out", str(tmp_path / "assessed"))
    page = (tmp_path / "assessed" / "assessment.html").read_text(encoding="utf-8")
    assert "Every fact was stated once" in page
    body = json.loads((tmp_path / "assessed" / "comparison.json").read_text(encoding="utf-8"))
    assert body["under_each"]["statement_count"] == 0


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        (NORTH, f"names no statement.*Use {NORTH}@3, {NORTH}@4"),
        (f"{NORTH}@5", f"Row 5 is no statement.*Use {NORTH}@3, {NORTH}@4"),
        (f"{NORTH}@x", "names no statement"),
        ("readines:north,hall-2@3", "Did you mean 'readiness'"),
        ("readiness:north,hal-2@3", "Did you mean 'north,hall-2'"),
        ("", "TABLE:KEY@ROW"),
        ("@3", "names no row"),
        (f"{NORTH}@99999999999999999999", "is no statement"),
    ],
)
def test_a_statement_that_is_not_there_is_told_with_what_is(choice: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        choose(make_world(SETTINGS, tables()), [choice])


def test_two_statements_of_one_fact_are_not_chosen() -> None:
    with pytest.raises(UsageError, match=f"Two statements of {NORTH} are chosen"):
        choose(make_world(SETTINGS, tables()), [f"{NORTH}@3", f"{NORTH}@4"])


def test_a_statement_that_was_not_known_is_not_chosen() -> None:
    world = make_world(SETTINGS, tables())
    with pytest.raises(UsageError, match="Row 4 is no statement"):
        view_world(world, as_known_on=day("2023-12-10"), under=[f"{NORTH}@4"])


def test_the_order_in_which_statements_are_chosen_is_no_part_of_the_view() -> None:
    names = [f"{NORTH}@3", "readiness:north,hall-1@2"]
    world = make_world(SETTINGS, tables())
    assert choose(world, names).view == choose(world, reversed(names)).view
