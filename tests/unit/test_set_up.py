"""The set-up does only what is not done yet."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools import set_up


@pytest.fixture
def steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the list of steps taken in a folder of its own, where each step only tells itself."""
    (tmp_path / "requirements").mkdir()
    for name in ("run", "dev", "build"):
        (tmp_path / "requirements" / f"{name}.lock").write_text(f"{name}==1\n")
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    python = set_up.program(tmp_path / ".venv", "python")
    python.parent.mkdir(parents=True)
    python.touch()
    taken: list[str] = []
    monkeypatch.setattr(set_up, "ROOT", tmp_path)
    monkeypatch.setattr(set_up, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(set_up, "NOTES", tmp_path / ".venv" / "set-up.json")
    monkeypatch.setattr(set_up, "uv", lambda: "uv")
    monkeypatch.setattr(set_up, "step", lambda told, _command: taken.append(told))
    return taken


def test_the_first_set_up_takes_every_step_and_the_second_none(steps: list[str]) -> None:
    set_up.set_up("run")
    assert steps == [
        "a Python environment in .venv",
        "the packages of requirements/run.lock in .venv",
        "apportion in .venv",
    ]
    steps.clear()
    set_up.set_up("run")
    assert steps == []


def test_a_changed_lock_syncs_the_packages_again(steps: list[str], tmp_path: Path) -> None:
    set_up.set_up("dev")
    steps.clear()
    (tmp_path / "requirements" / "dev.lock").write_text("dev==2\n")
    set_up.set_up("dev")
    assert steps == ["the packages of requirements/dev.lock in .venv", "apportion in .venv"]


def test_running_keeps_the_tools_of_a_developer(steps: list[str], tmp_path: Path) -> None:
    set_up.set_up("dev")
    steps.clear()
    set_up.set_up("run")
    assert steps == []
    assert json.loads((tmp_path / ".venv" / "set-up.json").read_text())["kind"] == "dev"


def test_a_step_that_fails_is_shown_and_no_note_is_left(
    steps: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(told: str, _command: list[str]) -> None:
        raise SystemExit(told)

    monkeypatch.setattr(set_up, "step", fail)
    with pytest.raises(SystemExit):
        set_up.set_up("dev")
    assert steps == []
    assert not (tmp_path / ".venv" / "set-up.json").exists()
