"""`apportion adherence --out`: three files, all or none, never over a scenario."""

from __future__ import annotations

import json
import shutil
from importlib import resources
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

import apportion as ap
from apportion.cli import app
from apportion.commands.folders import write_files
from apportion.version import VERSION

THREE = Path(str(resources.files("apportion"))) / "scenarios" / "three-orders"
FILES = ["adherence.html", "adherence.json", "departures.csv"]


def told(*arguments: str | Path) -> str:
    answer = CliRunner().invoke(app, ["adherence", *map(str, arguments)], catch_exceptions=False)
    assert answer.exit_code == 0, answer.output
    return answer.stdout


def test_the_page_the_table_and_the_numbers_are_written(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    assert told("tesla-x-2023", "--out", out).splitlines()[-1] == f"Report: {out / 'adherence.html'}"
    assert sorted(file.name for file in out.iterdir()) == FILES
    body = json.loads((out / "adherence.json").read_text(encoding="utf-8"))
    rows = pl.read_csv(out / "departures.csv", infer_schema=False)
    assert body["departures"] == rows.to_dicts()
    assert sum(int(days) for days in rows["unit_days"]) == int(body["unit_days"]) == 9_682_784
    assert body["delivered_unit_days"] == "27934000"
    assert body["world_digest"] == ap.read("tesla-x-2023").digest
    assert (body["scenario"], body["software"]) == ("tesla-x-2023", VERSION)
    assert body["paths"][0] == {
        "customer": "tesla",
        "sku": "H100-SXM",
        "day_on": "2023-12-15",
        "units_in_fact": "12000",
        "units_by_policy": "0",
    }


def test_the_settings_stand_in_the_json(tmp_path: Path) -> None:
    view = ["--case", "favourable", "--as-known-on", "2025-02-01", "--viewpoint", "public"]
    told("three-orders", "--rule", "first-come", *view, "--out", tmp_path)
    body = json.loads((tmp_path / "adherence.json").read_text(encoding="utf-8"))
    assert body["policy"]["rule"] == "first-come"
    assert body["view"] == {"as_known_on": "2025-02-01", "viewpoint": "public", "case": "favourable"}


def test_json_stands_alone_beside_the_files(tmp_path: Path) -> None:
    answer = json.loads(told("three-orders", "--out", tmp_path, "--json"))
    assert answer["unit_days"] == "13440.000000"
    assert sorted(file.name for file in tmp_path.iterdir()) == FILES


def test_the_same_facts_give_the_same_files_and_a_second_run_replaces_the_first(tmp_path: Path) -> None:
    told("three-orders", "--out", tmp_path / "one")
    told("three-orders", "--rule", "first-come", "--out", tmp_path / "two")
    told("three-orders", "--out", tmp_path / "two")
    for name in FILES:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_nothing_is_written_into_a_scenario(tmp_path: Path) -> None:
    scenario = Path(shutil.copytree(THREE, tmp_path / "scenario"))
    before = sorted(scenario.iterdir())
    answer = CliRunner().invoke(app, ["adherence", str(scenario), "--out", str(scenario)])
    assert isinstance(answer.exception, ap.UsageError)
    assert "holds a scenario" in str(answer.exception)
    assert sorted(scenario.iterdir()) == before


def test_a_file_that_cannot_be_written_leaves_all_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(tmp_path, {"a": b"old", "b": b"old"})
    write = Path.write_bytes

    def full(file: Path, content: bytes) -> int:
        if file.name == "b":
            raise OSError(28, "No space left on device")
        return write(file, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(ap.UsageError, match="No space left on device"):
        write_files(tmp_path, {"a": b"new", "b": b"new"})
    assert [(file.name, file.read_bytes()) for file in sorted(tmp_path.iterdir())] == [
        ("a", b"old"),
        ("b", b"old"),
    ]


def test_a_folder_where_a_file_should_be_is_told_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    with pytest.raises(ap.UsageError, match="There is a folder at"):
        write_files(tmp_path, {"a": b"new", "b": b"new"})
    assert [file.name for file in tmp_path.iterdir()] == ["b"]
