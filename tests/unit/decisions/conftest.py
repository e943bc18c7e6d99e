"""What the tests of decisions stand on: a clock that they move, and a scenario at each turn of its proposal's life."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.decided import LATER, Clock, bring, lives, set_clock, write_two
from tests.unit.test_cli_commands import Runner


@pytest.fixture(scope="session")
def stages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return dict(lives(tmp_path_factory.mktemp("lives")))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = set_clock(monkeypatch)
    clock.moment = LATER
    return clock


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], clock: Clock) -> Runner:
    return Runner(monkeypatch, capsys)


@pytest.fixture
def folder(tmp_path: Path, clock: Clock) -> Path:
    return write_two(tmp_path / "two")


@pytest.fixture
def in_review(stages: dict[str, Path], tmp_path: Path) -> Path:
    return bring(stages, "review", folder=tmp_path / "two")


@pytest.fixture
def approved(stages: dict[str, Path], tmp_path: Path) -> Path:
    return bring(stages, "approved", folder=tmp_path / "two")


@pytest.fixture
def applied(stages: dict[str, Path], tmp_path: Path) -> Path:
    return bring(stages, "applied", folder=tmp_path / "two")
