"""Who serves is as the files say it now, though ties that were frozen once conflict on."""

from __future__ import annotations

from pathlib import Path

import pytest

from apportion.commands.decision_log import known_of
from apportion.commands.sources import FileSource
from tests.decided import TABLES, Clock, set_clock, tie, write_two
from tests.unit.test_cli_commands import DONE, Runner

NAME = "four-now"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return set_clock(monkeypatch)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    return Runner(monkeypatch, capsys)


def test_g08_a_director_who_left_after_a_first_analysis_serves_no_more(
    run: Runner, tmp_path: Path, clock: Clock
) -> None:
    folder = write_two(tmp_path / "two")
    assert run("propose", folder, NAME, "--as", "cal").code == DONE
    others = [row for row in TABLES["interests"] if row["holder"] not in {"amy", "cal"}]
    left = tie("amy", "alpha", role="director", until_on="2031-01-10")
    # Cal's tie to beta is left out of the files: it was frozen, and conflicts on.
    write_two(folder, interests=[*others, left, tie("cal", "alpha", role="director")])
    clock.on("2031-01-12")
    assert run("decision", "analyse", folder, NAME).code == DONE
    case = known_of(FileSource(folder)).state.cases[NAME]
    assert case.frozen is not None
    assert case.frozen.members("alpha", day=clock.moment.date()) == ("ann", "cal")
    assert "cal" in case.conflicted
