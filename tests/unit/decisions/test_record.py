"""What is read of a decision: minutes, notices, pages, and what plans and claims make of it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from apportion.commands.scenarios import read_files
from apportion.commands.sources import FileSource
from apportion.files.decisions import FILE, read_log
from apportion.report.words import languages
from tests.decided import NAME, REASON, SWAP, Clock, write_two
from tests.unit.decisions.acting import (
    done,
)
from tests.unit.test_cli_commands import FOUND, Runner
from tests.unit.test_report_languages import VERDICTS, Told, english_in, known_names


def test_the_minutes_and_votes_are_withheld_from_who_takes_no_part(run: Runner, approved: Path) -> None:
    seen = done(run("decision", "minutes", approved, NAME)).stdout
    hidden = done(run("decision", "minutes", approved, NAME, "--as", "cal")).stdout
    assert "ann voted yes" in seen
    assert "voted yes" not in hidden
    assert len(seen.splitlines()) == len(hidden.splitlines())
    shown = done(run("decision", "show", approved, NAME, "--as", "cal", "--json")).value
    assert all("yes" not in side for side in shown["sides"])
    assert "voted" not in json.dumps(shown["minutes"])
    assert any(
        "yes" in side for side in done(run("decision", "show", approved, NAME, "--json")).value["sides"]
    )


def test_lines_cut_off_are_found_by_a_digest_that_somebody_held(run: Runner, applied: Path) -> None:
    shown = done(run("decision", "show", applied, NAME)).stdout
    match = re.search(r"last line of the log: ([0-9a-f]{64})", shown)
    assert match is not None
    held = match[1]
    assert "lines cut off at the end of the log show to nobody else" in shown
    assert (
        "nothing up to it was changed or cut off"
        in done(run("decision", "check", applied, "--last", held)).stdout
    )
    lines = (applied / FILE).read_bytes().splitlines(keepends=True)
    (applied / FILE).write_bytes(b"".join(lines[:-1]))
    alone = done(run("decision", "check", applied)).stdout
    assert "cannot be told from the log alone" in alone
    cut = run("decision", "check", applied, "--last", held, "--json")
    assert cut.code == FOUND
    assert (cut.value["holds"], cut.value["is_cut"]) == (True, True)


def test_a_plan_before_the_decision_says_how_many_units_wait(
    run: Runner, in_review: Path, tmp_path: Path
) -> None:
    told = done(run("plan", in_review, "--out", tmp_path / "plan")).stdout
    sentence = "8 units stay where they were booked and wait for a decision (four-now)."
    assert sentence in told
    assert sentence in (tmp_path / "plan" / "report.html").read_text(encoding="utf-8")
    assert done(run("verify", tmp_path / "plan")).stdout.startswith("Proven")


def test_a_plan_after_the_decision_waits_for_nothing(run: Runner, applied: Path) -> None:
    assert "wait for a decision" not in done(run("plan", applied)).stdout


CLAIM = {
    "claim": "K",
    "party": "beta",
    "speaker": "bea",
    "said_on": "2031-02-02",
    "metric": "units_ordered",
    "value": "8",
    "unit": "units",
    "as_of_on": "2031-02-02",
    "statement": "We have eight.",
}


def rests_on(run: Runner, folder: Path) -> str:
    return str(done(run("claims", folder, "--as-known-on", "2031-03-01", "--json")).value)


def test_claims_do_not_carry_out_what_the_log_has_not_applied(
    run: Runner, clock: Clock, tmp_path: Path
) -> None:
    claim = {**CLAIM, "metric": "units_active", "as_of_on": "2031-03-01", "said_on": "2031-03-01"}
    folder = write_two(tmp_path / "two", claims=[claim])
    decided = SWAP.replace('decided_by = "cal"', 'decided_by = "cal"\ndecided_on = 2031-01-01')
    (folder / f"{NAME}.toml").write_text(decided, encoding="utf-8")
    assert f"proposal {NAME}" in rests_on(run, folder)
    done(run("propose", folder, NAME, "--as", "cal"))
    assert f"proposal {NAME}" not in rests_on(run, folder)


def test_a_notice_tells_delay_quota_and_the_time_left(run: Runner, applied: Path, clock: Clock) -> None:
    before = done(run("decision", "notices", applied, NAME)).stdout
    for told in ("To alpha", "4 units", "30 days later", "receive 8 units", "30 days to reply", "voluntary"):
        assert told in before
    done(run("decision", "notices", applied, NAME, "--sent", "alpha", "--how", "letter", "--as", "dan"))
    clock.on("2031-01-12")
    [notice] = done(run("decision", "notices", applied, NAME, "--json")).value
    assert (notice["party"], notice["reply_by"], notice["days_left"]) == ("alpha", "2031-02-01", 20)
    assert (notice["units"], notice["delay_days"], notice["quota_units"]) == (4, 30, 8)
    clock.on("2031-02-02")
    assert "could reply until 2031-02-01" in done(run("decision", "notices", applied, NAME)).stdout


def test_before_it_is_applied_a_notice_says_that_it_is_none_yet(run: Runner, in_review: Path) -> None:
    told = done(run("decision", "notices", in_review, NAME)).stdout
    assert told.startswith("four-now is not carried out")


def test_what_comes_back_late_is_told(run: Runner, applied: Path, clock: Clock) -> None:
    clock.on("2031-04-02")
    assert (
        "Late: 4 units were due back to alpha on 2031-04-01 (L2:A)."
        in done(run("decision", "show", applied, NAME)).stdout
    )


@pytest.mark.parametrize("language", languages())
def test_the_page_says_all_in_each_language_and_names_no_place_of_the_machine(
    run: Runner, applied: Path, tmp_path: Path, language: str
) -> None:
    out = tmp_path / "page"
    told = done(run("decision", "show", applied, NAME, "--out", out, "--lang", language)).stdout
    page = (out / "decision.html").read_text(encoding="utf-8")
    assert f'lang="{language}"' in page
    assert str(tmp_path) not in page
    body = json.loads((out / "decision.json").read_text(encoding="utf-8"))
    assert body["language"] == language
    for entry in body["minutes"]:
        assert entry["sentence"].split("“")[0].split("「")[0] in page
    assert read_log(applied).last in page
    assert not VERDICTS[language].search(told)
    assert not VERDICTS[language].search(re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL))


def test_the_page_of_whoever_takes_no_part_shows_no_vote(run: Runner, applied: Path, tmp_path: Path) -> None:
    done(run("decision", "show", applied, NAME, "--as", "cal", "--out", tmp_path / "page"))
    page = (tmp_path / "page" / "decision.html").read_text(encoding="utf-8")
    assert "voted yes" not in page
    assert "2 of 2" not in page


def test_all_decisions_are_listed(run: Runner, applied: Path) -> None:
    told = done(run("decision", "show", applied)).stdout
    assert "four-now  carried out, with units owed back  house-strict 1  cal" in told
    [listed] = done(run("decision", "show", applied, "--json")).value
    assert (listed["proposal"], listed["status"]) == (NAME, "make-good-due")


def test_the_chinese_page_says_nothing_in_english_but_names(
    run: Runner, applied: Path, tmp_path: Path
) -> None:
    out = tmp_path / "page"
    done(run("decision", "show", applied, NAME, "--out", out, "--lang", "zh-TW"))
    page = Told((out / "decision.html").read_text(encoding="utf-8"))
    assert page.declared == "zh-Hant"
    world = read_files(FileSource(applied)).world
    commands = {"decision", "settle", "notices", "--sent", "check", "--last"}
    said = {NAME, "house-strict", "site-ready", "L2:A", "k", *commands, *REASON.split()}
    assert english_in(page, known=known_names(world) | said) == []


def test_what_was_decided_is_still_judged_as_it_was(run: Runner, applied: Path) -> None:
    """An assessment of what is carried out already is the one it was decided on."""
    told = done(run("assess", applied, NAME, "--json")).value
    assert told["proposal"]["id"] == NAME
    assert done(run("conflicts", applied, NAME)).stdout.startswith("Person")
    assert "four-now, 2031-02-01: at stake are 236" in done(run("transfers", applied)).stdout
    [moved] = [
        row["value"]
        for row in told["comparison"]
        if (row["future"], row["case"], row["party"], row["measure"])
        == ("proposed", "middle", "", "units_moved")
    ]
    assert moved == "4"
