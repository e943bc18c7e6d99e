from __future__ import annotations

import dataclasses
import shutil
import zipfile
from importlib import resources
from pathlib import Path

import pytest

import apportion as ap
from apportion.commands.plans import explain_order, make_plan, replay_plan, verify_plan
from apportion.commands.scenarios import check_scenario
from apportion.errors import Code, Finding, PlanFileError, Severity
from apportion.files.plans import write_plan
from apportion.report.page import report_html

THREE = Path(str(resources.files("apportion"))) / "scenarios" / "three-orders"


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    return Path(shutil.copytree(THREE, tmp_path / "scenario"))


def change(file: Path, before: str, *, to: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, to), encoding="utf-8")


def test_a_plan_is_never_written_over_a_scenario(scenario: Path) -> None:
    plan = ap.plan(ap.read(scenario))
    held = (scenario / "sites.csv").read_bytes()
    with pytest.raises(ap.UsageError, match="holds a scenario"):
        plan.write(scenario, source=str(scenario))
    assert (scenario / "sites.csv").read_bytes() == held


def test_a_plan_is_explained_from_the_facts_it_was_made_from_only(scenario: Path, tmp_path: Path) -> None:
    ap.plan(ap.read(scenario)).write(tmp_path / "plan", source=str(scenario))
    assert explain_order(tmp_path / "plan", "alder-1")
    change(scenario / "orders.csv", "alder-1,alder,chip-a,160", to="alder-1,alder,chip-a,900")
    with pytest.raises(PlanFileError, match="not made from this scenario"):
        explain_order(tmp_path / "plan", "alder-1")
    with pytest.raises(PlanFileError, match="not made from this scenario"):
        replay_plan(tmp_path / "plan")
    assert verify_plan(tmp_path / "plan")[0].rule == "world-digest"


def test_findings_that_the_facts_do_not_give_are_refused(tmp_path: Path) -> None:
    world = ap.read("three-orders")
    record = make_plan(world)
    invented = Finding(
        code=Code.SPLIT_POOL,
        severity=Severity.WARNING,
        file="orders.csv",
        found="Nobody found this.",
        expected="Nothing.",
        fix="Nothing.",
    )
    forged = dataclasses.replace(record, findings=(invented,))
    write_plan(forged, tmp_path / "plan", source="three-orders", page=report_html(world, forged))
    assert [one.sentence.split()[0] for one in verify_plan(tmp_path / "plan")] == ["plan.json"]


def test_an_edited_reason_is_no_crash_but_a_plan_that_cannot_be_read(tmp_path: Path) -> None:
    world = ap.read("three-orders")
    record = make_plan(world)
    reasons = record.tables["shortages"].with_columns(reason=record.tables["shortages"]["reason"] + "-not")
    forged = dataclasses.replace(record, tables={**record.tables, "shortages": reasons})
    write_plan(forged, tmp_path / "plan", source="three-orders", page="")
    with pytest.raises(PlanFileError):
        explain_order(tmp_path / "plan", "alder-1")


def test_a_wrong_cell_inside_a_zip_is_found_like_one_in_a_folder(scenario: Path, tmp_path: Path) -> None:
    change(scenario / "readiness.csv", ",400,", to=",,")
    with zipfile.ZipFile(tmp_path / "scenario.zip", "w") as archive:
        for file in sorted(scenario.iterdir()):
            archive.write(file, file.name)
    in_folder = [(one.code, one.row, one.column) for one in check_scenario(str(scenario))]
    in_zip = [(one.code, one.row, one.column) for one in check_scenario(str(tmp_path / "scenario.zip"))]
    assert in_zip == in_folder
    assert (Code.VALUE_MISSING, 2, "power_kw") in in_zip


def test_no_commitment_at_all_survives_a_workbook(scenario: Path, tmp_path: Path) -> None:
    change(scenario / "scenario.toml", 'commitments = ["firm"]', to="commitments = []")
    ap.export(scenario, tmp_path / "scenario.xlsx")
    read = ap.read(tmp_path / "scenario.xlsx")
    assert read.settings.policy.commitments == ()
    assert read.digest == ap.read(scenario).digest
