"""The error catalogue is what the program gives now, and no finding is missing from it."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import pytest

from apportion.errors import Code
from tests.reproducers import NEVER_A_FINDING, OF_EXCEPTIONS
from tools.make_catalogue import PAGE, heading, main

FINDINGS = sorted(str(code) for code in set(Code) - OF_EXCEPTIONS - NEVER_A_FINDING)


def test_the_catalogue_is_current(capsys: pytest.CaptureFixture[str]) -> None:
    before = PAGE.read_text(encoding="utf-8")
    assert main(["--check"]) == 0, capsys.readouterr().out
    assert PAGE.read_text(encoding="utf-8") == before


def test_every_finding_has_one_section_and_they_stand_in_order() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    told = [line for line in lines if line.startswith("## ")]
    assert told == [heading(Code(code)) for code in FINDINGS]


@pytest.mark.parametrize("code", FINDINGS)
def test_a_section_tells_the_finding_in_full(code: str) -> None:
    page = PAGE.read_text(encoding="utf-8")
    section = page.partition(f"{heading(Code(code))}\n")[2].partition("\n## ")[0]
    assert re.search(rf"^(error|warning|info) {code}: .+ Expected: .+\.", section, re.MULTILINE)


def test_the_catalogue_names_no_place_of_the_machine_it_was_made_on() -> None:
    assert tempfile.gettempdir() not in PAGE.read_text(encoding="utf-8")


def test_a_stale_catalogue_is_told_and_left_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stale = tmp_path / PAGE.name
    stale.write_text("# Error catalogue\n", encoding="utf-8")
    monkeypatch.setattr("tools.make_catalogue.PAGE", stale)
    assert main(["--check"]) == 1
    assert "is stale" in capsys.readouterr().out
    assert stale.read_text(encoding="utf-8") == "# Error catalogue\n"
    assert main([]) == 0
    assert stale.read_text(encoding="utf-8") == PAGE.read_text(encoding="utf-8")
