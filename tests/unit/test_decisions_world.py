"""A log of decisions beside its files: edits, copies, damage, several people at once, and what studies make of it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from apportion.commands.decision_log import known_of
from apportion.commands.decisions import act
from apportion.digest import canonical_bytes, digest
from apportion.files.decisions import FILE, append, read_log
from apportion.govern.state import Status
from apportion.report.words import languages
from tests.decided import (
    LATER,
    NAME,
    REASON,
    SWAP,
    Clock,
    bring,
    case_of,
    lives,
    set_clock,
    write_two,
)
from tests.unit.test_cli_commands import DONE, FOUND, WRONG_USE, Answer, Runner
from tests.unit.test_report_languages import VERDICTS

REFUSED = 4


@pytest.fixture(scope="module")
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
def in_review(tmp_path: Path, stages: dict[str, Path]) -> Path:
    return bring(stages, "review", tmp_path / "two")


@pytest.fixture
def approved(tmp_path: Path, stages: dict[str, Path]) -> Path:
    return bring(stages, "approved", tmp_path / "two")


@pytest.fixture
def applied(tmp_path: Path, stages: dict[str, Path]) -> Path:
    return bring(stages, "applied", tmp_path / "two")


def done(answer: Answer) -> Answer:
    assert answer.code == DONE, answer.stderr
    return answer


def edit(folder: Path, file: str, *, before: str, after: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def booked_for(run: Runner, source: Path) -> dict[str, list[tuple[str, str]]]:
    """Return the days and units that each order gets as booked."""
    found: dict[str, list[tuple[str, str]]] = {}
    for row in done(run("plan", source, "--rule", "as-booked", "--json")).value["tables"]["allocations"]:
        found.setdefault(row["order"], []).append((row["round_on"], row["units"]))
    return found


AS_BOOKED = {"A": [("2031-02-01", "8")], "B": [("2031-04-01", "8")]}
AS_DECIDED = {
    "A": [("2031-02-01", "4"), ("2031-04-01", "4")],
    "B": [("2031-02-01", "4"), ("2031-04-01", "4")],
}


def verbs(folder: Path) -> list[str]:
    return [one.verb for one in read_log(folder).events]


def test_a_booking_moved_in_the_files_is_not_made_and_noted_once(run: Runner, in_review: Path) -> None:
    edit(in_review, "supply.csv", before="2031-02-01,8,A", after="2031-02-01,8,B")
    before = read_log(in_review)
    assert booked_for(run, in_review) == AS_BOOKED
    assert booked_for(run, in_review) == AS_BOOKED
    [tried] = read_log(in_review).events[len(before.events) :]
    said = tried.body["act"]
    assert isinstance(said, dict)
    assert (tried.verb, tried.by) == ("attempt", "apportion")
    content = said["content"]
    assert isinstance(content, dict)
    assert (content["table"], content["column"], content["was"], content["now"]) == (
        "supply",
        "reserved_for",
        "A",
        "B",
    )
    told = done(run("check", in_review)).stdout
    assert "not-decided" in told
    assert "supply.csv, row 2, column reserved_for" in told


def test_an_edit_that_is_put_back_leaves_the_votes_and_one_that_stands_voids_them(
    run: Runner, approved: Path
) -> None:
    edit(approved, "supply.csv", before="2031-02-01,8,A", after="2031-02-01,8,B")
    done(run("decision", "state", approved, NAME, "--as", "dan", "--text", "Look at supply.csv."))
    assert case_of(approved).status is Status.APPROVED
    edit(approved, "readiness.csv", before="at-beta,hall,2031-01-01,50", after="at-beta,hall,2031-01-01,1")
    answer = run("apply", approved, NAME, "--as", "dan", "--reason", "ready", "--because", REASON)
    assert answer.code == REFUSED
    assert "facts-changed" in verbs(approved)
    assert case_of(approved).status is Status.DRAFT
    told = done(run("decision", "minutes", approved, NAME)).stdout
    assert "3 votes became void" in told
    assert "ann voted yes for alpha." in told
    done(run("decision", "analyse", approved, NAME))
    assert case_of(approved).status is Status.ANALYSED


def test_a_proposal_that_is_edited_or_gone_after_the_vote_is_a_draft_again(
    run: Runner, approved: Path
) -> None:
    edit(approved, f"{NAME}.toml", before="quantity = 4", after="quantity = 3")
    assert run("apply", approved, NAME, "--as", "dan", "--reason", "x", "--because", "y").code == REFUSED
    assert case_of(approved).status is Status.DRAFT
    (approved / f"{NAME}.toml").unlink()
    assert run("apply", approved, NAME, "--as", "dan", "--reason", "x", "--because", "y").code == REFUSED
    assert booked_for(run, approved) == AS_BOOKED


@pytest.mark.parametrize("damage", ["edited", "gone"])
def test_what_was_applied_stays_what_was_decided(run: Runner, applied: Path, damage: str) -> None:
    if damage == "gone":
        (applied / f"{NAME}.toml").unlink()
    else:
        edit(applied, f"{NAME}.toml", before="quantity = 4", after="quantity = 3")
    answer = run("plan", applied, "--json")
    assert answer.code == FOUND
    [finding] = answer.value["findings"]
    assert (finding["code"], finding["file"]) == ("decisions-broken", f"{NAME}.toml")


def test_a_register_that_loses_a_tie_frees_nobody(run: Runner, in_review: Path) -> None:
    edit(in_review, "interests.csv", before="cal,beta,owner,40\n", after="")
    answer = run("vote", in_review, NAME, "--as", "cal", "--side", "alpha", "--yes")
    assert answer.code == REFUSED
    assert answer.stderr.startswith("G7: ")
    done(run("decision", "analyse", in_review, NAME))
    assert case_of(in_review).conflicted == {"cal"}


def copies(run: Runner, folder: Path, at: Path) -> Iterator[Path]:
    for to in (at / "copy", at / "copy.zip", at / "beside" / "copy.xlsx"):
        to.parent.mkdir(exist_ok=True)
        done(run("export", folder, "--to", to))
        yield to


def test_the_log_travels_with_every_export_and_says_the_same_there(
    run: Runner, applied: Path, tmp_path: Path
) -> None:
    log = read_log(applied)
    plain = done(run("plan", applied, "--json")).value
    for copy in copies(run, applied, tmp_path):
        assert read_log(copy) == log
        again = done(run("plan", copy, "--json")).value
        assert again["tables"] == plain["tables"]
        assert booked_for(run, copy) == AS_DECIDED
        assert done(run("decision", "show", copy, NAME, "--json")).value["status"] == "make-good-due"
    assert "L1/B" not in (tmp_path / "copy" / "supply.csv").read_text(encoding="utf-8")


def test_decisions_go_on_beside_a_workbook_and_not_in_a_zip(
    run: Runner, approved: Path, tmp_path: Path
) -> None:
    _, packed, book = copies(run, approved, tmp_path)
    words = ["--reason", "ready", "--because", REASON]
    refused = run("apply", packed, NAME, "--as", "dan", *words)
    assert refused.code == WRONG_USE
    assert "apportion export" in refused.stderr
    done(run("apply", book, NAME, "--as", "dan", *words))
    assert known_of(book).state.cases[NAME].status is Status.MAKE_GOOD_DUE
    assert booked_for(run, book) == AS_DECIDED
    assert case_of(approved).status is Status.APPROVED


def test_a_bundled_scenario_is_not_decided_in(run: Runner) -> None:
    answer = run("propose", "tesla-x-2023", "swap-2023-12", "--as", "chief-executive")
    assert answer.code == WRONG_USE
    assert "apportion export tesla-x-2023 --to FOLDER" in answer.stderr


def test_a_scenario_is_not_written_where_other_decisions_lie(
    run: Runner, applied: Path, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / FILE).write_bytes((applied / FILE).read_bytes())
    answer = run("export", "three-orders", "--to", tmp_path / "other")
    assert answer.code == WRONG_USE
    assert FILE in answer.stderr
    assert [file.name for file in (tmp_path / "other").iterdir()] == [FILE]


def test_a_broken_log_stops_every_command_on_the_scenario(run: Runner, applied: Path, tmp_path: Path) -> None:
    done(run("plan", applied, "--out", tmp_path / "plan"))
    edit(applied, FILE, before="Beta can run", after="Beta may run")
    calls: list[list[str | Path]] = [
        ["plan", applied],
        ["check", applied],
        ["adherence", applied],
        ["assess", applied, NAME],
        ["claims", applied],
        ["suggest", applied],
        ["timeline", applied],
        ["export", applied, "--to", tmp_path / "out"],
        ["why", tmp_path / "plan", "A"],
        ["verify", tmp_path / "plan"],
        ["decision", "show", applied, NAME],
        ["decision", "check", applied],
        ["disclose", applied, NAME, "--as", "cal"],
    ]
    for arguments in calls:
        answer = run(*arguments)
        assert answer.code == FOUND, arguments
        assert "decisions-broken: decisions.jsonl, row" in answer.stdout + answer.stderr, arguments
    assert not (tmp_path / "out").exists()


def test_a_forged_event_in_a_log_well_chained_is_refused(run: Runner, in_review: Path) -> None:
    """Somebody writes a vote of ann, who never acknowledged the facts, with all digests right."""
    lines = (in_review / FILE).read_bytes().splitlines(keepends=True)
    last = json.loads(lines[-1])
    act_said = {"side": "alpha", "choice": "yes", "text": ""}
    body = {**last, "seq": last["seq"] + 1, "by": "ann", "verb": "vote", "before": last["digest"]}
    body["body"] = {**last["body"], "act": act_said}
    del body["digest"]
    forged = canonical_bytes({**body, "digest": digest(body)}) + b"\n"
    (in_review / FILE).write_bytes(b"".join([*lines, forged]))
    assert read_log(in_review).findings == ()
    answer = run("plan", in_review, "--json")
    assert answer.code == FOUND
    [finding] = answer.value["findings"]
    assert (finding["code"], finding["row"]) == ("decisions-broken", len(lines) + 1)
    assert "G13" in finding["found"]


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


STATE = """
    import datetime as dt
    import sys
    from apportion.commands import clock
    from apportion.commands.decisions import act

    # The scenario is of 2031; every process has a clock of its own that stands still, as clocks of machines differ.
    clock.now = lambda: dt.datetime(2031, 1, 3, tzinfo=dt.UTC)
    for number in range(3):
        act(sys.argv[1], "four-now", by=sys.argv[2], verb="state", said={"text": f"{sys.argv[2]} {number}"})
"""


def test_people_who_act_at_once_lose_nothing(in_review: Path) -> None:
    """Real processes: what each of them said is in the log, once and in its order, in a chain that holds."""
    people = ["ann", "amy", "bea", "dan"]
    running = [
        subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(STATE), str(in_review), person], stderr=subprocess.PIPE
        )
        for person in people
    ]
    for process in running:
        _, told = process.communicate(timeout=300)
        assert process.returncode == 0, told
    said = [one.text for one in case_of(in_review).statements]
    assert sorted(said) == sorted(f"{person} {number}" for person in people for number in range(3))
    for person in people:
        own = [text for text in said if text.startswith(person)]
        assert own == sorted(own)


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


def test_a_plan_made_before_the_decision_is_not_taken_for_one_made_after_it(
    run: Runner, approved: Path, tmp_path: Path
) -> None:
    done(run("plan", approved, "--out", tmp_path / "plan"))
    done(run("apply", approved, NAME, "--as", "dan", "--reason", "ready", "--because", REASON))
    assert run("why", tmp_path / "plan", "A").code == FOUND


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


def test_a_scenario_that_may_not_be_written_is_planned_all_the_same(
    run: Runner, in_review: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(in_review, "supply.csv", before="2031-02-01,8,A", after="2031-02-01,8,B")
    monkeypatch.setattr("apportion.commands.decision_log.can_be_added_to", lambda _: False)
    before = read_log(in_review)
    assert booked_for(run, in_review) == AS_BOOKED
    assert read_log(in_review) == before


def test_someone_who_is_first_does_not_undo_who_is_second(
    run: Runner, in_review: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between reading and adding, somebody else adds: the act is decided anew on what is there then."""
    first: list[str] = []

    def late(folder: Path, events: object, *, after: object) -> object:
        if not first:
            first.append("bea")
            act(str(in_review), NAME, by="bea", verb="recuse")
        return append(folder, events, after=after)  # type: ignore[arg-type]

    monkeypatch.setattr("apportion.commands.decisions.append", late)
    facts = case_of(in_review).digest
    answer = run("vote", in_review, NAME, "--as", "bea", "--side", "beta", "--yes", "--facts", facts)
    assert answer.stderr.startswith("G7: bea has stepped aside")
    assert "vote" not in verbs(in_review)
