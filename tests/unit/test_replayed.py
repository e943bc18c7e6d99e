"""What a viewer could know on a day is told again bit for bit: plan, assessment and time line made twice, apart.

The second time in another process, with another seed of hashing and one thread.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from apportion.commands.assessments import assess_scenario, write_assessment
from apportion.commands.evidence import lay_timeline
from apportion.commands.plans import plan_scenario
from tests.build import day

STORY, SWAP = "tesla-x-2023", "swap-2023-12"
APPORTION = str(Path(sys.executable).with_name("apportion"))


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


def run_apart(*arguments: str) -> None:
    environment = {"PYTHONHASHSEED": "7", "POLARS_MAX_THREADS": "1"}
    subprocess.run([APPORTION, *arguments], check=True, capture_output=True, env=environment)


@pytest.mark.parametrize(
    ("known", "viewpoint"), [("2024-04-23", "party:tesla"), ("2024-06-04", "public"), ("2024-06-30", "all")]
)
def test_plan_and_time_line_of_a_day_and_viewpoint_come_again(
    known: str, viewpoint: str, tmp_path: Path
) -> None:
    view = ("--as-known-on", known, "--viewpoint", viewpoint)
    here, apart = tmp_path / "here", tmp_path / "apart"
    plan_scenario(STORY, out=here / "plan", changes={}, as_known_on=day(known), viewpoint=viewpoint)
    run_apart("plan", STORY, *view, "--out", str(apart / "plan"))
    lay_timeline(STORY, out=here / "timeline", as_known_on=day(known), viewpoint=viewpoint)
    run_apart("timeline", STORY, *view, "--out", str(apart / "timeline"))
    for what in ("plan", "timeline"):
        assert bytes_of(here / what), what
        assert bytes_of(here / what) == bytes_of(apart / what), what


def test_an_assessment_of_a_day_and_viewpoint_comes_again(tmp_path: Path) -> None:
    found = assess_scenario(STORY, SWAP, as_known_on=day("2024-04-23"), viewpoint="party:nvidia")
    write_assessment(found, folder=tmp_path / "here")
    view = ("--as-known-on", "2024-04-23", "--viewpoint", "party:nvidia")
    run_apart("assess", STORY, SWAP, *view, "--out", str(tmp_path / "apart"))
    assert bytes_of(tmp_path / "here") == bytes_of(tmp_path / "apart")
