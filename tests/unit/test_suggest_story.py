"""The best swap of the bundled story, from the command line and from Python, in files that can be assessed."""

from __future__ import annotations

import csv
import json
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

import apportion as ap
from apportion.cli import app
from apportion.commands.suggestions import proposals_of, write_suggestions
from apportion.files.proposal_reading import read_proposal
from apportion.model.plan import MILLION
from apportion.model.policy import Case
from apportion.study.book import Send, read_book
from apportion.study.futures import Future, study_case
from apportion.study.moves import resolve_moves
from apportion.study.scope import scope_of, scoped_world, within
from apportion.study.suggest import Suggestions
from tests.build import write_scenario
from tests.laws.small import small

STORY = "tesla-x-2023"


@pytest.fixture(scope="module")
def found() -> Suggestions:
    return ap.suggest(ap.read(STORY))


@pytest.mark.parametrize(
    ("case", "units", "gain"),
    [
        # All 12,000 of X run from 15 December on: 6,000 × (15 January − 15 December) + 6,000 × (15 June − 15 December).
        ("favourable", 12_000, 6_000 * 31 + 6_000 * 183),
        # From 31 January on the second 6,000 of X run, and not from 15 June on.
        ("middle", 6_000, 6_000 * 136),
        # From 31 March on.
        ("unfavourable", 6_000, 6_000 * 76),
    ],
)
def test_the_best_swap_is_the_known_one(case: str, units: int, gain: int) -> None:
    found = ap.suggest(ap.read(STORY).case(case))
    (one,) = found.items
    assert one.customers == ("tesla", "x")
    assert one.gains == {"tesla": 0, "x": gain}
    assert one.gain == found.possible == gain
    assert one.gap == 0
    assert one.units == units
    assert sum(send.units for send in one.sends) == 2 * units  # As many each way.
    assert one.least == 0
    assert found.unsettled == 0


def test_it_moves_no_unit_that_need_not_move(found: Suggestions) -> None:
    assert found.items[0].sends == (
        Send(lot="L1", order="X2", site="x_atlanta", units=6_000),
        Send(lot="L3", order="T1", site="giga_texas", units=6_000),
    )


def test_what_would_even_it_out(found: Suggestions) -> None:
    (due,) = found.items[0].make_goods
    assert (due.from_party, due.to_party) == ("x", "tesla")
    assert due.unit_days == 408_000  # Half of 816,000.
    assert (due.units, due.days) == (6_000, 68)
    assert due.value == 44_700_480  # 408,000 × 24 × 4.565


def test_gains_in_every_case_are_told(found: Suggestions) -> None:
    by_case = found.items[0].by_case
    # If the hall of X is ready on 15 December: 6,000 × (15 June − 15 December = 183).
    assert [by_case[case]["x"] for case in Case] == [1_098_000, 816_000, 456_000]
    assert [by_case[case]["tesla"] for case in Case] == [0, 0, 0]


def test_every_file_says_the_same(found: Suggestions, tmp_path: Path) -> None:
    files = {file.name: file for file in write_suggestions(found, folder=tmp_path / "out")}
    assert set(files) == {"suggestion-1.toml", "suggestions.csv", "suggestions.html", "suggestions.json"}
    with files["suggestions.csv"].open(encoding="utf-8", newline="") as lines:
        (row,) = csv.DictReader(lines)
    assert row["customers"] == "tesla|x"
    assert row["live_gained_gpu_days"] == "816000"
    assert row["make_good_gpu_days"] == "408000"
    body = json.loads(files["suggestions.json"].read_text(encoding="utf-8"))
    assert body["suggestions"][0]["gains"] == {"tesla": "0", "x": "816000"}
    assert body["possible_gpu_days"] == "816000"
    proposal = tomllib.loads(files["suggestion-1.toml"].read_text(encoding="utf-8"))
    assert proposal["kind"] == "swap"
    assert len(proposal["moves"]) == 2
    page = files["suggestions.html"].read_text(encoding="utf-8")
    assert "816,000" in page
    assert body["world_digest"] in page
    assert "nobody&#39;s debt" in page


def test_the_assessment_of_a_file_says_the_same(found: Suggestions, tmp_path: Path) -> None:
    write_suggestions(found, folder=tmp_path)
    file = tmp_path / "suggestion-1.toml"
    proposal, findings = read_proposal(file.read_bytes(), file=file.name)
    assert proposal is not None, findings
    book = read_book(found.world)
    sends, findings = resolve_moves(found.world, proposal, book=book)
    assert not findings
    scope = scope_of(book, sends)
    world = scoped_world(found.world, book=book, scope=scope)
    for case, gains in found.items[0].by_case.items():
        # The futures are what an assessment measures; its ranges and break-evens would take ten seconds more.
        futures = study_case(
            world, book=within(book, scope), proposal=proposal, sends=sends, case=case
        ).futures
        live = [futures[one].outcome.live_days() for one in (Future.BOOKED, Future.PROPOSED)]
        assert {party: live[1].get(party, 0) - live[0].get(party, 0) for party in gains} == {
            party: days * MILLION for party, days in gains.items()
        }


def test_the_command_assess_accepts_what_the_command_suggest_wrote(tmp_path: Path) -> None:
    raw = small(
        "order customer quantity sites\no p 4 s\na q 4 t",
        "lot sku arrives_on quantity reserved_for\nl k 2024-01-01 4 o\nm k 2024-01-06 4 a",
        sites="site\ns\nt",
        readiness="site ready_on ready_on_early ready_on_late\n"
        "s 2024-01-06 2024-01-02 2024-01-09\nt 2024-01-01 2024-01-01 2024-01-03",
    )
    scenario, out = write_scenario(tmp_path / "world", raw.settings, tables=raw.tables), tmp_path / "out"
    body = json.loads(told(str(scenario), "--json", "--out", str(out)))
    answer = CliRunner().invoke(app, ["assess", str(scenario), str(out / "suggestion-1.toml"), "--json"])
    assert answer.exit_code == 0, answer.output
    assessed = {
        (row["case"], row["party"]): row["value"]
        for row in json.loads(answer.stdout)["comparison"]
        if (row["future"], row["measure"], row["site"]) == ("proposed", "live_gained_gpu_days", "")
    }
    # q runs from the 1st on, or from the 3rd on, in place of the 6th; p waits 4 days more if its hall is early.
    assert body["suggestions"][0]["gains_by_case"] == {
        "favourable": {"p": "-16", "q": "20"},
        "middle": {"p": "0", "q": "20"},
        "unfavourable": {"p": "0", "q": "12"},
    }
    for case, gains in body["suggestions"][0]["gains_by_case"].items():
        assert {party: assessed[case, party] for party in gains} == gains


def test_titles_of_proposals_name_who_takes_part(found: Suggestions) -> None:
    (one,) = proposals_of(found)
    assert one.title == "Suggested swap of 6,000 units: Tesla and X (was Twitter)"


def told(*arguments: str) -> str:
    answer = CliRunner().invoke(app, ["suggest", *arguments], catch_exceptions=False)
    assert answer.exit_code == 0, answer.output
    return answer.stdout


def test_the_command_prints_sentences_and_one_json_value() -> None:
    assert "adds 816,000, and nobody has fewer" in told(STORY)
    assert json.loads(told(STORY, "--json"))["suggestions"][0]["units"] == 6_000


@pytest.mark.parametrize(
    "arguments",
    [
        ("--case", "favourable"),
        ("--as-known-on", "2023-12-31"),
        ("--as-known-on", "2024-03-01", "--viewpoint", "party:x"),
    ],
)
def test_each_view_changes_what_is_suggested(arguments: tuple[str, ...]) -> None:
    assert told(STORY, *arguments) != told(STORY)


def test_a_view_that_shows_no_lot_suggests_nothing(tmp_path: Path) -> None:
    text = told(STORY, "--as-known-on", "2023-01-01", "--viewpoint", "public", "--out", str(tmp_path / "out"))
    assert "No exchange of one or two customers adds any" in text
    assert {file.name for file in (tmp_path / "out").iterdir()} == {
        "suggestions.csv",
        "suggestions.html",
        "suggestions.json",
    }


@pytest.mark.parametrize("scenario", ["three-orders", "hopper-market"])
def test_the_other_bundled_scenarios_can_be_asked(scenario: str) -> None:
    found = ap.suggest(ap.read(scenario), most=3)
    assert all(one.gain > 0 <= min(one.gains.values()) for one in found.items)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["no-such"], "no-such"),
        ([STORY, "--case", "best"], "no case 'best'"),
        ([STORY, "--lang", "xx"], "no words in 'xx'"),
        ([STORY, "--viewpoint", "party:nobody"], "party:nobody"),
    ],
)
def test_what_is_not_there_is_wrong_use(arguments: list[str], message: str) -> None:
    answer = CliRunner().invoke(app, ["suggest", *arguments])
    assert answer.exit_code != 0
    assert message in str(answer.exception)


def test_fewer_than_one_suggestion_is_wrong_use() -> None:
    assert CliRunner().invoke(app, ["suggest", STORY, "--most", "0"]).exit_code == 2


def test_suggestions_of_what_is_no_world_are_wrong_use() -> None:
    with pytest.raises(ap.UsageError, match="made for a world"):
        ap.suggest(STORY)  # type: ignore[arg-type]
