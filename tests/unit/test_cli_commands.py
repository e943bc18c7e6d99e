"""Every command of the command line: exit codes, JSON alone on standard output, and what wrong use is told."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer.main

from apportion.cli import app, main

APPORTION = str(Path(sys.executable).parent / "apportion")
DONE, FOUND, WRONG_USE, OUR_FAULT = 0, 1, 2, 3
GROUP: Any = typer.main.get_command(app)


def commands_of(group: Any, *, path: str = "") -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - typer types none
    """Yield every command by its name, those of a group with the group's name before theirs."""
    for name, command in group.commands.items():
        yield f"{path}{name}", command
        if hasattr(command, "commands"):
            yield from commands_of(command, path=f"{path}{name} ")


COMMANDS: dict[str, Any] = dict(commands_of(GROUP))
# What these do is held in tests/unit/decisions, where there is something to decide.
DECISIONS = {"propose", "disclose", "review", "vote", "recuse", "apply", "lapse"} | {
    name for name in COMMANDS if name.partition(" ")[0] == "decision"
}


# What these do is held in tests/unit/books, where there is a book.
OF_BOOKS = {
    name
    for name in COMMANDS
    if name.partition(" ")[0] in {"audit", "key", "user", "db", "pack", "hold", "erase"}
}


@dataclass(frozen=True)
class Answer:
    """What a run printed, and its exit code."""

    code: int
    stdout: str
    stderr: str

    @property
    def value(self) -> Any:  # noqa: ANN401 - any JSON
        """Return the JSON that is all of standard output."""
        return json.loads(self.stdout)


class Runner:
    """Runs commands in this process, the outer edge included."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *arguments: str | Path) -> Answer:
        self._monkeypatch.setattr(sys, "argv", ["apportion", *map(str, arguments)])
        self._capsys.readouterr()
        code: object = 0
        try:
            main()
        except SystemExit as end:
            code = end.code
        printed = self._capsys.readouterr()
        assert "Traceback" not in printed.err
        return Answer(int(str(code or 0)), printed.out, printed.err)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    return Runner(monkeypatch, capsys)


@pytest.fixture(scope="module")
def plan_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("made") / "plan"
    subprocess.run([APPORTION, "plan", "three-orders", "--out", folder], check=True, capture_output=True)
    yield folder
    shutil.rmtree(folder)


def test_each_command_is_done_with_exit_code_0(run: Runner, plan_folder: Path, tmp_path: Path) -> None:
    calls: dict[str, list[str | Path]] = {
        "scenarios": [],
        "check": ["three-orders"],
        "plan": ["three-orders"],
        "why": [plan_folder, "alder-1"],
        "trace": [plan_folder, "customers.alder.filled"],
        "verify": [plan_folder],
        "replay": [plan_folder],
        "adherence": ["three-orders"],
        "assess": ["tesla-x-2023", "swap-2023-12"],
        "suggest": ["tesla-x-2023"],
        "timeline": ["three-orders"],
        "cite": ["three-orders", "orders:alder-1"],
        "claims": ["tesla-x-2023"],
        "conflicts": ["tesla-x-2023", "swap-2023-12"],
        "packs": [],
        "transfers": ["tesla-x-2023"],
        "export": ["three-orders", "--to", tmp_path / "out"],
        "attach": [tmp_path / "out", "F1", tmp_path / "terms.txt"],
        "template": [tmp_path / "empty.xlsx"],
        "workbook": [plan_folder, "--to", tmp_path / "plan.xlsx"],
    }
    (tmp_path / "terms.txt").write_text("terms")
    assert set(COMMANDS) == set(calls) | DECISIONS | OF_BOOKS
    for command, arguments in calls.items():
        answer = run(command, *arguments)
        assert (answer.code, answer.stderr) == (DONE, ""), command
        assert answer.stdout.strip()
        if command not in {"export", "template", "workbook"}:
            told = run(command, *arguments, "--json")
            assert told.code == DONE
            assert told.value is not None


@pytest.mark.parametrize("command", COMMANDS)
def test_help_names_every_argument_and_option(command: str, run: Runner) -> None:
    answer = run(*command.split(), "--help")
    assert answer.code == DONE
    for parameter in COMMANDS[command].params:
        names = [name for name in parameter.opts if name.startswith("--")] or [
            str(parameter.metavar or parameter.name)
        ]
        assert all(name in answer.stdout for name in names)
        assert parameter.help, parameter.name


def test_help_names_every_command(run: Runner) -> None:
    for group in ([], ["decision"]):
        answer = run(*group, "--help")
        inside = [name.split()[-1] for name in COMMANDS if name.split()[:-1] == group]
        assert all(f"  {command} " in answer.stdout for command in inside)
    assert all(command.help for command in COMMANDS.values())


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["plan", "three-orders", "--rul", "max-min"], "--rule"),
        (["plan", "three-orders", "--exact-share"], "--exact-shares"),
        (["chek", "three-orders"], "check"),
        (["plan"], "scenario"),
        (["plan", "three-order"], "Did you mean 'three-orders'?"),
        (["check", "nowhere"], "tesla-x-2023"),
        (
            ["plan", "three-orders", "--as-known-on", "2024-13-01"],
            "'2024-13-01' is no day; write it as YYYY-MM-DD.",
        ),
        (["plan", "three-orders", "--as-known-on", "soon"], "'soon' is no day"),
        (["check", "three-orders", "--as-known-on", "2024-02-30"], "'2024-02-30' is no day"),
        (["plan", "three-orders", "--rule", "fair"], "Use one of max-min, pro-rata, first-come"),
        (["plan", "three-orders", "--case", "best"], "favourable, middle, unfavourable"),
        (["plan", "three-orders", "--viewpoint", "party:"], "party:NAME"),
        (["export", "three-orders"], "--to"),
    ],
)
def test_wrong_use_is_told_with_what_was_meant_and_exit_code_2(
    run: Runner, arguments: list[str], told: str
) -> None:
    answer = run(*arguments)
    assert (answer.code, answer.stdout) == (WRONG_USE, "")
    assert told in " ".join(answer.stderr.split())


def test_an_unknown_order_is_wrong_use_and_names_the_closest(run: Runner, plan_folder: Path) -> None:
    answer = run("why", plan_folder, "alder-2")
    assert answer.code == WRONG_USE
    assert "Did you mean 'alder-1'?" in answer.stderr


def test_a_problem_in_json_is_one_value_with_its_code(run: Runner, plan_folder: Path, tmp_path: Path) -> None:
    for arguments, code, word in (
        (["why", plan_folder, "alder-2"], WRONG_USE, "usage"),
        (["check", "nowhere"], WRONG_USE, "usage"),
        (["verify", tmp_path], FOUND, "plan-unreadable"),
        (["plan", tmp_path], FOUND, "table-missing"),
    ):
        answer = run(*arguments, "--json")
        assert (answer.code, answer.stderr) == (code, "")
        assert answer.value["code"] == word
        assert bool(answer.value["findings"]) == (word == "table-missing")


def test_findings_are_listed_with_exit_code_1(run: Runner, tmp_path: Path) -> None:
    shown = run("check", tmp_path)
    assert shown.code == FOUND
    assert shown.stdout.splitlines()[-1] == "6 error(s), 0 warning(s), 0 info(s)"
    assert len(shown.stdout.splitlines()) == 7
    listed = run("check", tmp_path, "--json")
    assert [set(one) for one in listed.value] == [
        {"code", "severity", "file", "row", "column", "found", "expected", "fix"}
    ] * 6
    refused = run("plan", tmp_path)
    assert (refused.code, refused.stdout) == (FOUND, "")
    assert refused.stderr.count("error ") == 6


def test_a_view_that_empties_a_table_is_an_empty_plan_with_exit_code_0(run: Runner) -> None:
    answer = run("plan", "three-orders", "--as-known-on", "2020-01-01", "--json")
    assert answer.code == DONE
    assert answer.value["tables"]["allocations"] == []
    assert {one["code"] for one in answer.value["findings"]} == {"nothing-known-yet"}


@pytest.mark.parametrize("command", ["plan", "adherence", "export"])
def test_a_file_where_the_folder_should_be_is_wrong_use(run: Runner, tmp_path: Path, command: str) -> None:
    (tmp_path / "file").write_text("kept")
    option = {"plan": "--out", "adherence": "--out", "export": "--to"}[command]
    answer = run(command, "three-orders", option, tmp_path / "file")
    assert answer.code == WRONG_USE
    assert "No folder can be made" in answer.stderr
    assert (tmp_path / "file").read_text() == "kept"


def test_a_bug_of_ours_is_exit_code_3_with_a_number_and_a_log(
    run: Runner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken() -> list[str]:
        raise ZeroDivisionError("a bug")

    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr("apportion.commands.scenarios.list_scenarios", broken)
    answer = run("scenarios")
    assert (answer.code, answer.stdout) == (OUR_FAULT, "")
    [log] = tmp_path.glob("apportion-*.log")
    assert "ZeroDivisionError: a bug" in log.read_text(encoding="utf-8")
    assert answer.stderr.startswith(f"internal-error {log.stem.removeprefix('apportion-')}: ")


def test_an_interrupted_reader_is_met_in_silence(tmp_path: Path) -> None:
    errors = tmp_path / "errors"
    with errors.open("wb") as told:
        process = subprocess.Popen(
            [APPORTION, "plan", "three-orders", "--json"], stdout=subprocess.PIPE, stderr=told
        )
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait() in {DONE, FOUND}
    assert errors.read_bytes() == b""


def test_export_gives_what_reads_back_to_the_same_plan(run: Runner, tmp_path: Path) -> None:
    plain = run("plan", "three-orders", "--json").value
    for option in ([], ["--parquet"]):
        folder = tmp_path / "-".join(["out", *option])
        answer = run("export", "three-orders", "--to", folder, *option)
        assert sorted(answer.stdout.split()) == sorted(str(file) for file in folder.iterdir())
        assert run("plan", folder, "--json").value == plain
