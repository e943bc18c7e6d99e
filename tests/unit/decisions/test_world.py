"""A log of decisions beside its files: edits, copies, damage, and several people at once."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from apportion.commands.decision_log import known_of
from apportion.commands.decisions import act
from apportion.commands.sources import FileSource
from apportion.digest import canonical_bytes, digest
from apportion.files.decisions import FILE, append, read_log
from apportion.govern.state import Status
from tests.decided import NAME, REASON, case_of
from tests.unit.decisions.acting import (
    AS_BOOKED,
    AS_DECIDED,
    REFUSED,
    booked,
    done,
    edit,
    verbs,
)
from tests.unit.test_cli_commands import FOUND, WRONG_USE, Runner


def test_a_booking_moved_in_the_files_is_not_made_and_noted_once(run: Runner, in_review: Path) -> None:
    edit(in_review, "supply.csv", before="2031-02-01,8,A", after="2031-02-01,8,B")
    before = read_log(in_review)
    assert booked(run, in_review) == AS_BOOKED
    assert booked(run, in_review) == AS_BOOKED
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
    assert booked(run, approved) == AS_BOOKED


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


def copies(run: Runner, folder: Path, *, at: Path) -> Iterator[Path]:
    for to in (at / "copy", at / "copy.zip", at / "beside" / "copy.xlsx"):
        to.parent.mkdir(exist_ok=True)
        done(run("export", folder, "--to", to))
        yield to


def test_the_log_travels_with_every_export_and_says_the_same_there(
    run: Runner, applied: Path, tmp_path: Path
) -> None:
    log = read_log(applied)
    plain = done(run("plan", applied, "--json")).value
    for copy in copies(run, applied, at=tmp_path):
        assert read_log(copy) == log
        again = done(run("plan", copy, "--json")).value
        assert again["tables"] == plain["tables"]
        assert booked(run, copy) == AS_DECIDED
        assert done(run("decision", "show", copy, NAME, "--json")).value["status"] == "make-good-due"
    assert "L1/B" not in (tmp_path / "copy" / "supply.csv").read_text(encoding="utf-8")


def test_decisions_go_on_beside_a_workbook_and_not_in_a_zip(
    run: Runner, approved: Path, tmp_path: Path
) -> None:
    _, packed, book = copies(run, approved, at=tmp_path)
    words = ["--reason", "ready", "--because", REASON]
    refused = run("apply", packed, NAME, "--as", "dan", *words)
    assert refused.code == WRONG_USE
    assert "apportion export" in refused.stderr
    done(run("apply", book, NAME, "--as", "dan", *words))
    assert known_of(FileSource(book)).state.cases[NAME].status is Status.MAKE_GOOD_DUE
    assert booked(run, book) == AS_DECIDED
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


def test_a_plan_made_before_the_decision_is_not_taken_for_one_made_after_it(
    run: Runner, approved: Path, tmp_path: Path
) -> None:
    done(run("plan", approved, "--out", tmp_path / "plan"))
    done(run("apply", approved, NAME, "--as", "dan", "--reason", "ready", "--because", REASON))
    assert run("why", tmp_path / "plan", "A").code == FOUND


def test_a_scenario_that_may_not_be_written_is_planned_all_the_same(
    run: Runner, in_review: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(in_review, "supply.csv", before="2031-02-01,8,A", after="2031-02-01,8,B")
    monkeypatch.setattr("apportion.commands.sources.can_be_added_to", lambda _: False)
    before = read_log(in_review)
    assert booked(run, in_review) == AS_BOOKED
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

    monkeypatch.setattr("apportion.commands.sources.append", late)
    facts = case_of(in_review).digest
    answer = run("vote", in_review, NAME, "--as", "bea", "--side", "beta", "--yes", "--facts", facts)
    assert answer.stderr.startswith("G7: bea has stepped aside")
    assert "vote" not in verbs(in_review)


def test_a_log_written_anew_without_what_stood_at_first_is_found(run: Runner, in_review: Path) -> None:
    before, lines = "0" * 64, []
    for number, line in enumerate((in_review / FILE).read_bytes().splitlines()):
        entry = json.loads(line)
        del entry["digest"]
        if not number:
            entry["body"]["bookings"] = {}
        entry["before"] = before
        before = digest(entry)
        lines.append(canonical_bytes({**entry, "digest": before}) + b"\n")
    (in_review / FILE).write_bytes(b"".join(lines))
    assert read_log(in_review).findings == ()
    answer = run("plan", in_review, "--json")
    assert answer.code == FOUND
    assert [(one["code"], one["row"]) for one in answer.value["findings"]] == [("decisions-broken", 1)]
