"""A plan on disk: the same bytes each time, proven where it stands, refused when a byte of it has changed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from apportion.commands.plans import explain_order, plan_scenario, verify_plan
from apportion.errors import ApportionError, PlanFileError, UsageError
from apportion.files.folder import find_scenario

APPORTION = str(Path(sys.executable).parent / "apportion")
FILES = (
    "allocations.csv",
    "customers.csv",
    "levels.csv",
    "plan.json",
    "report.html",
    "shortages.csv",
    "sites.csv",
)
SAMPLES = {"plan.json": 60, "report.html": 5}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that holds a scenario and the plan made from it."""
    root = tmp_path_factory.mktemp("made")
    shutil.copytree(find_scenario("three-orders"), root / "scenario")
    plan_scenario(str(root / "scenario"), out=root / "plan", changes={})
    return root


def test_a_plan_is_seven_files(made: Path) -> None:
    assert sorted(file.name for file in (made / "plan").iterdir()) == list(FILES)


def test_planning_twice_gives_the_same_bytes(made: Path, tmp_path: Path) -> None:
    plan_scenario("three-orders", out=tmp_path / "one", changes={})
    command = [APPORTION, "plan", "three-orders", "--out", str(tmp_path / "two")]
    subprocess.run(
        command, check=True, capture_output=True, env={"PYTHONHASHSEED": "7", "POLARS_MAX_THREADS": "1"}
    )
    for name in FILES:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name
        if name != "plan.json":
            assert (made / "plan" / name).read_bytes() == (tmp_path / "one" / name).read_bytes(), name


def test_an_untouched_plan_is_proven(made: Path) -> None:
    assert verify_plan(made / "plan") == []


def test_a_plan_and_its_scenario_may_move_together(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made, tmp_path / "elsewhere")
    assert verify_plan(tmp_path / "elsewhere" / "plan") == []
    assert explain_order(tmp_path / "elsewhere" / "plan", "alder-1")


def test_a_plan_that_moved_alone_asks_for_its_scenario(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made / "plan", tmp_path / "far" / "away" / "plan")
    alone = tmp_path / "far" / "away" / "plan"
    with pytest.raises(UsageError):
        verify_plan(alone)
    assert verify_plan(alone, scenario=str(made / "scenario")) == []
    assert verify_plan(alone, scenario="three-orders") == []


def test_a_plan_of_another_scenario_is_refused(made: Path) -> None:
    assert [one.rule for one in verify_plan(made / "plan", scenario="tesla-x-2023")] == ["world-digest"]


def test_a_changed_fact_is_refused(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made, tmp_path / "copy")
    orders = tmp_path / "copy" / "scenario" / "orders.csv"
    orders.write_text(orders.read_text(encoding="utf-8").replace(",160,", ",168,"), encoding="utf-8")
    assert [one.rule for one in verify_plan(tmp_path / "copy" / "plan")] == ["world-digest"]


def is_refused(folder: Path) -> bool:
    """Return whether a plan is not proven, by a refusal or because it or its scenario cannot be read."""
    try:
        return bool(verify_plan(folder))
    except ApportionError:
        return True


@pytest.mark.parametrize("name", FILES)
def test_a_single_changed_byte_is_refused(made: Path, tmp_path: Path, name: str) -> None:
    shutil.copytree(made, tmp_path / "copy")
    file = tmp_path / "copy" / "plan" / name
    held = file.read_bytes()
    rng = Random(name)  # noqa: S311 - places to look at, no secret
    places = {0, len(held) - 1, *rng.sample(range(len(held)), SAMPLES.get(name, 15))}
    for place in sorted(places):
        for byte in (
            {(held[place] + 1) % 256, ord("0"), 255} - {held[place]} if name != "report.html" else {0}
        ):
            file.write_bytes(held[:place] + bytes([byte]) + held[place + 1 :])
            assert is_refused(tmp_path / "copy" / "plan"), (place, held[place - 9 : place + 9], byte)


@pytest.mark.parametrize("name", FILES)
def test_a_byte_more_or_less_is_refused(made: Path, tmp_path: Path, name: str) -> None:
    shutil.copytree(made, tmp_path / "copy")
    file = tmp_path / "copy" / "plan" / name
    held = file.read_bytes()
    for changed in (held[:-1], held + b"\n", b" " + held, b"\xef\xbb\xbf" + held, b""):
        file.write_bytes(changed)
        assert is_refused(tmp_path / "copy" / "plan"), changed[:20]


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_refused(made: Path, tmp_path: Path, name: str) -> None:
    shutil.copytree(made, tmp_path / "copy")
    (tmp_path / "copy" / "plan" / name).unlink()
    assert is_refused(tmp_path / "copy" / "plan")


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", '{"format": "apportion-plan/1"}', "[" * 100_000, "\x00"]
)
def test_what_is_no_plan_cannot_be_read(made: Path, tmp_path: Path, text: str) -> None:
    shutil.copytree(made, tmp_path / "copy")
    (tmp_path / "copy" / "plan" / "plan.json").write_text(text)
    with pytest.raises(PlanFileError):
        verify_plan(tmp_path / "copy" / "plan")


def test_a_folder_without_a_plan_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(PlanFileError, match="Make one with `apportion plan SCENARIO --out DIR`"):
        verify_plan(tmp_path)


def test_the_bundled_story_is_planned_proven_and_explained_from_a_terminal(tmp_path: Path) -> None:
    def run(*arguments: str) -> str:
        answer = subprocess.run(
            [APPORTION, *arguments], cwd=tmp_path, capture_output=True, text=True, check=True
        )
        return answer.stdout

    assert "Report: out/report.html" in run("plan", "tesla-x-2023", "--out", "out")
    assert run("verify", "out").startswith("Proven")
    assert "12,000" in run("why", "out", "T1")
