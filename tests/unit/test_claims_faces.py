"""Command, files and Python say the same of the claims of a scenario, in every language."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

import apportion as ap
from apportion.cli import app
from apportion.commands.claims import claims_as_json, claims_of_scenario, write_claims
from apportion.errors import UsageError
from apportion.report.claims import claim_sentence
from apportion.report.words import Words, languages
from tests.broken import GOOD, SETTINGS
from tests.build import write_scenario
from tests.unit.test_report_languages import VERDICTS

STORY = "tesla-x-2023"
NEUTRAL = re.compile(r"\b(false|fals\w+|lie[ds]?|fraud\w*|deceiv\w*)\b", re.IGNORECASE)


def run(*arguments: str) -> str:
    outcome = CliRunner().invoke(app, list(arguments))
    assert outcome.exit_code == 0, outcome.output
    return outcome.output


def test_the_board_has_a_line_for_each_claim_and_a_sentence_for_each_contradiction() -> None:
    told = run("claims", STORY, "--as-known-on", "2024-04-23", "--viewpoint", "public").splitlines()
    target = next(line for line in told if line.startswith("K2 "))
    assert "50,000 units" in target
    assert target.endswith("too early")
    assert (
        "K1: 35,000 units need 50,050 kW at 1.43 kW each; known to be there on 2024-04-23: 21,450 kW." in told
    )
    assert "What is not documented is not false" in told[-1]


def test_the_json_is_what_python_says() -> None:
    told = json.loads(run("claims", STORY, "--as-known-on", "2024-06-30", "--json"))
    found = ap.claims(ap.read(STORY).as_known_on(dt.date(2024, 6, 30)))
    assert told == claims_as_json(found)
    assert [row["claim"] for row in told["claims"]] == found.claims["claim"].to_list()


def test_the_files_hold_every_row(tmp_path: Path) -> None:
    run("claims", STORY, "--as-known-on", "2024-06-30", "--out", str(tmp_path))
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "ageing.csv",
        "claims.csv",
        "claims.html",
        "claims.json",
        "contradictions.csv",
    ]
    with (tmp_path / "claims.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["claim"]: row for row in csv.DictReader(file)}
    assert (rows["K2"]["gap_low"], rows["K2"]["gap_high"], rows["K2"]["verdict"]) == (
        "38000",
        "44000",
        "too early",
    )
    assert rows["K1"]["rows"] == "fleet I1|fleet I2|supply L2|proposal swap-2023-12"


def test_nothing_is_written_beside_a_scenario(tmp_path: Path) -> None:
    folder = write_scenario(tmp_path / "small", SETTINGS, tables=GOOD)
    with pytest.raises(UsageError, match="holds a scenario"):
        write_claims(claims_of_scenario(str(folder)), folder=folder)


def test_a_scenario_without_claims_says_so(tmp_path: Path) -> None:
    folder = write_scenario(tmp_path / "small", SETTINGS, tables=GOOD)
    assert run("claims", str(folder)).startswith("Nobody had claimed anything by then.")


def test_a_claim_of_something_unknown_is_a_warning_and_cannot_be_compared(tmp_path: Path) -> None:
    claim = {
        "claim": "K",
        "party": "c",
        "speaker": "c",
        "said_on": "2024-01-03",
        "metric": "unit_active",
        "value": "4",
        "unit": "units",
        "as_of_on": "2024-01-03",
        "statement": "We run four.",
    }
    folder = write_scenario(tmp_path / "small", SETTINGS, tables={**GOOD, "claims": [claim]})
    assert "Did you mean 'units_active'?" in run("check", str(folder))
    assert "not comparable" in run("claims", str(folder))


def test_a_python_user_who_gives_no_world_is_told() -> None:
    with pytest.raises(UsageError, match="not in str"):
        ap.claims(STORY)  # type: ignore[arg-type]


def sentences(language: str) -> Iterator[str]:
    found = claims_of_scenario(STORY)
    words = Words.load(language)
    body = claims_as_json(found, language=language)
    yield from (str(one) for one in body["sentences"])  # type: ignore[attr-defined]
    yield from (claim_sentence(one, words=words) for one in found.judged)


@pytest.mark.parametrize("language", languages())
def test_no_sentence_passes_a_verdict_on_anybody(language: str) -> None:
    for told in sentences(language):
        assert not VERDICTS[language].search(told), told
        assert not NEUTRAL.search(told.replace("not false", "")), told


@pytest.mark.parametrize(
    "option", [["--case", "favourable"], ["--as-known-on", "2024-06-30"], ["--viewpoint", "party:x"]]
)
def test_each_option_changes_what_is_said(option: list[str]) -> None:
    plain = run("claims", STORY, "--as-known-on", "2024-06-20", "--json")
    assert run("claims", STORY, "--as-known-on", "2024-06-20", *option, "--json") != plain
