"""Where a proposal lies: in a scenario's folder, its zip, or beside its workbook; it goes where the scenario goes."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

import apportion as ap
from apportion.cli import app
from apportion.commands.assessments import open_proposal
from apportion.commands.claims import claims_of_scenario
from apportion.commands.scenarios import check_scenario, export_scenario
from apportion.errors import Severity
from apportion.files.proposals import find_proposal, proposals_beside
from tests.build import day

STORY, SWAP = "tesla-x-2023", "swap-2023-12"
MADE_ON = day("2024-01-01")


@pytest.mark.parametrize("target", ["copy", "copy.zip", "copy.xlsx"])
def test_proposals_go_with_their_scenario(target: str, tmp_path: Path) -> None:
    files = export_scenario(STORY, to=tmp_path / target, made_on=MADE_ON)
    assert all(file.is_file() for file in files)
    copied = open_proposal(SWAP, scenario=str(tmp_path / target))
    assert copied == open_proposal(SWAP, scenario=STORY)
    assert ap.read(tmp_path / target).digest == ap.read(STORY).digest


def test_a_zip_of_a_zip_holds_the_same_proposal_and_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"
    export_scenario(STORY, to=first, made_on=MADE_ON)
    export_scenario(str(first), to=second, made_on=MADE_ON)
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("target", ["copy", "copy.zip", "copy.xlsx", "parquet"])
def test_claims_and_time_line_are_the_same_wherever_the_scenario_lies(target: str, tmp_path: Path) -> None:
    suffix = ".parquet" if target == "parquet" else ".csv"
    export_scenario(STORY, to=tmp_path / target, made_on=MADE_ON, suffix=suffix)
    said, known = (_printed(command, scenario=STORY) for command in ("claims", "timeline"))
    assert '"swap-2023-12"' in said
    assert '"decision:swap-2023-12"' in known
    assert _printed("claims", scenario=str(tmp_path / target)) == said
    # Where a row stands is all that may differ: it is elsewhere.
    assert _unplaced(_printed("timeline", scenario=str(tmp_path / target))) == _unplaced(known)


def _printed(command: str, *, scenario: str) -> str:
    answer = CliRunner().invoke(app, [command, scenario, "--json"])
    assert answer.exit_code == 0, answer.output
    return answer.stdout


def _unplaced(text: str) -> str:
    return "\n".join(
        line for line in text.splitlines() if not line.lstrip().startswith(('"file":', '"row":'))
    )


def test_settings_of_others_beside_a_workbook_are_no_proposals(tmp_path: Path) -> None:
    book = tmp_path / "copy.xlsx"
    export_scenario(STORY, to=book, made_on=MADE_ON)
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'mine'\n", encoding="utf-8")
    assert list(proposals_beside(book)) == [f"{SWAP}.toml"]
    assert not [one for one in check_scenario(str(book)) if one.file == "pyproject.toml"]


@pytest.mark.parametrize("held", ["kind =", "kind = 'swop'", "[[moves]]"])
def test_a_wrong_proposal_beside_a_workbook_is_no_silence(held: str, tmp_path: Path) -> None:
    book = tmp_path / "copy.xlsx"
    export_scenario(STORY, to=book, made_on=MADE_ON)
    for name in ("first.toml", "second.toml"):
        (tmp_path / name).write_text(held, encoding="utf-8")
    with pytest.raises(ap.FindingsError) as told:
        claims_of_scenario(str(book))
    assert {one.file for one in told.value.findings} == {"first.toml", "second.toml"}


@pytest.mark.parametrize("target", ["copy", "copy.xlsx"])
def test_no_other_file_is_written_over(target: str, tmp_path: Path) -> None:
    folder = tmp_path / "copy" if target == "copy" else tmp_path
    folder.mkdir(exist_ok=True)
    other = folder / f"{SWAP}.toml"
    other.write_text("kind = 'divert'\n", encoding="utf-8")
    with pytest.raises(ap.UsageError, match="is there already"):
        export_scenario(STORY, to=tmp_path / target, made_on=MADE_ON)
    assert [file.name for file in folder.iterdir()] == [other.name]


def test_a_file_that_lies_anywhere_is_found_by_its_path(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_bytes(b"kind = 'divert'\n")
    assert find_proposal(str(file), source=tmp_path / "nowhere") == ("mine.toml", b"kind = 'divert'\n")


def test_a_proposal_in_a_damaged_zip_is_not_found(tmp_path: Path) -> None:
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK no archive")
    with pytest.raises(ap.UsageError, match="no file and no proposal"):
        find_proposal(SWAP, source=broken)


def test_what_a_viewer_did_not_know_yet_is_told_as_such() -> None:
    answer = CliRunner().invoke(
        app, ["assess", STORY, SWAP, "--as-known-on", "2024-01-24", "--viewpoint", "party:tesla"]
    )
    assert isinstance(answer.exception, ap.FindingsError)
    told = {(one.column, one.found) for one in answer.exception.findings}
    assert ("moves[3].lot", "The lot 'L2' was not known by 2024-01-24 to tesla.") in told
    # L1 is Tesla's own, and no finding speaks of it.
    assert not [found for column, found in told if "L1" in found or column == "moves[1].lot"]


def test_a_check_as_known_on_a_day_asks_nothing_of_proposals_made_later() -> None:
    findings = check_scenario(STORY, as_known_on=day("2023-06-01"), viewpoint="public")
    assert not [one for one in findings if one.severity is Severity.ERROR and one.file.endswith(".toml")]
