"""Who is stopped at which act, by which rule, and what is kept of the try."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from apportion.files.decisions import FILE, read_log
from apportion.govern.state import Status
from tests.decided import NAME, SWAP, bring, case_of
from tests.unit.decisions.acting import (
    APPLY,
    AS_BOOKED,
    AS_DECIDED,
    REFUSED,
    booked,
    done,
    vote,
)
from tests.unit.test_cli_commands import FOUND, WRONG_USE, Runner

HAND = ("--winner", "beta", "--loser", "alpha", "--units", "1")
# What a conflicted person may not do, whatever the status, and the rule that says so.
SHUT_OUT: dict[str, tuple[list[str], str]] = {
    "analyse": (["decision", "analyse"], "G7"),
    "convene": (["decision", "convene", "--committee", "alpha=ann,amy", "--finding", "asked"], "G7"),
    "memo": (["decision", "memo", "--file", "memo.txt", "--alternative", "policy-result"], "G7"),
    "review": (["review"], "G7"),
    "vote": (["vote", "--side", "alpha", "--yes"], "G7"),
    "apply": (["apply", *APPLY], "G7"),
    "settle": (["decision", "settle", "--obligation", "L2:A", "--units", "4"], "G7"),
    "notice": (["decision", "notices", "--sent", "alpha"], "G7"),
    "override": (
        ["decision", "override", "--reason", "x", "--because", "y", *HAND],
        "G7",
    ),
    "close": (["decision", "close"], "G7"),
    "pack": (["decision", "pack", "--pack", "nasdaq-5630"], "G26"),
}


@pytest.mark.parametrize("stage", ["review", "approved", "applied"])
def test_a_conflicted_person_is_stopped_at_every_verb_by_its_rule(
    run: Runner, folder: Path, stages: dict[str, Path], stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    (folder.parent / "memo.txt").write_text("It weighs.")
    bring(stages, stage, folder=folder)
    for [command, *others], rule in SHUT_OUT.values():
        before = read_log(folder)
        path = [command, others.pop(0)] if command == "decision" else [command]
        answer = run(*path, folder, NAME, "--as", "cal", *others, "--json")
        assert (answer.code, answer.stderr) == (REFUSED, ""), path
        assert (answer.value["code"], answer.value["refusal"]["rule"]) == ("act-refused", rule)
        added = read_log(folder).events[len(before.events) :]
        assert read_log(folder).events[: len(before.events)] == before.events
        assert [one.verb for one in added] == (["attempt"] if rule == "G7" else [])
        for one in added:
            said: Any = one.body["act"]
            assert (said["content"]["person"], said["content"]["rule"]) == ("cal", "G7")
    told = done(run("decision", "minutes", folder, NAME)).stdout
    assert "cal, who takes no part in the decision, tried vote and was refused by G7." in told
    assert booked(run, folder) == (AS_DECIDED if stage == "applied" else AS_BOOKED)


def test_a_conflicted_person_may_propose_disclose_state_recuse_and_withdraw(
    run: Runner, in_review: Path
) -> None:
    told = done(
        run("decision", "state", in_review, NAME, "--as", "cal", "--text", "I own part of beta.")
    ).stdout
    assert "cal, who takes no part in the decision, made a statement. “I own part of beta.”" in told
    done(run("recuse", in_review, NAME, "--as", "cal", "--because", "I own part of beta."))
    done(run("decision", "withdraw", in_review, NAME, "--as", "cal"))
    assert case_of(in_review).status is Status.WITHDRAWN
    assert booked(run, in_review) == AS_BOOKED


def test_a_refusal_is_a_rule_and_a_sentence_in_the_language_asked_for(run: Runner, in_review: Path) -> None:
    answer = vote(run, in_review, person="cal", side="alpha")
    assert (answer.code, answer.stdout) == (REFUSED, "")
    assert answer.stderr.startswith("G7: cal is conflicted on four-now")
    chinese = run("vote", in_review, NAME, "--as", "cal", "--side", "alpha", "--yes", "--lang", "zh-Hant")
    assert chinese.stderr.startswith("G7: ")
    assert chinese.stderr != answer.stderr


def test_each_approver_acknowledges_the_facts_before_the_vote(run: Runner, in_review: Path) -> None:
    without = run("vote", in_review, NAME, "--as", "ann", "--side", "alpha", "--yes")
    assert without.stderr.startswith("G13: ann has not acknowledged the facts")
    other = run("vote", in_review, NAME, "--as", "ann", "--side", "alpha", "--yes", "--facts", "0" * 64)
    assert other.stderr.startswith("G13: ")
    short = run("decision", "acknowledge", in_review, NAME, "--as", "ann", "--facts", "ab")
    assert short.code == WRONG_USE
    done(run("decision", "acknowledge", in_review, NAME, "--as", "ann", "--facts", case_of(in_review).digest))
    done(run("vote", in_review, NAME, "--as", "ann", "--side", "alpha", "--yes"))


def test_one_side_alone_and_a_missing_reason_are_refused(run: Runner, in_review: Path) -> None:
    done(vote(run, in_review, person="ann", side="alpha"))
    done(vote(run, in_review, person="amy", side="alpha"))
    assert run("apply", in_review, NAME, "--as", "dan", *APPLY).stderr.startswith("G12: ")
    done(vote(run, in_review, person="bea", side="beta"))
    assert run("apply", in_review, NAME, "--as", "dan").stderr.startswith("G18: ")
    assert run("apply", in_review, NAME, "--as", "dan", "--reason", "x").stderr.startswith("G18: ")
    assert case_of(in_review).status is Status.APPROVED


@pytest.mark.parametrize(
    ("person", "told"),
    [("nobody", "is not among the parties"), ("alpha", "is no person or body"), ("an", "Did you mean")],
)
def test_only_a_person_of_the_scenario_acts(run: Runner, folder: Path, person: str, told: str) -> None:
    answer = run("propose", folder, NAME, "--as", person)
    assert answer.code == WRONG_USE
    assert told in answer.stderr
    assert not (folder / FILE).exists()


def test_only_a_person_of_the_scenario_is_the_author_of_a_memo(run: Runner, folder: Path) -> None:
    done(run("propose", folder, NAME, "--as", "cal"))
    done(run("disclose", folder, NAME, "--as", "cal"))
    memo = folder.parent / "memo.txt"
    memo.write_text("It weighs.", encoding="utf-8")
    before = (folder / FILE).read_bytes()
    ways = ["--alternative", "policy-result", "--alternative", "two units now"]
    for author, told in (("nobody", "is not among the parties"), ("alpha", "is no person or body")):
        given: list[str | Path] = ["--memo", memo, "--memo-by", author, *ways]
        answer = run("review", folder, NAME, "--as", "dan", *given)
        assert answer.code == WRONG_USE
        assert told in answer.stderr
    assert (folder / FILE).read_bytes() == before


@pytest.mark.parametrize(
    "arguments",
    [
        ["vote", "--as", "ann", "--side", "alpha"],
        ["vote", "--as", "ann", "--side", "alpha", "--yes", "--no"],
        ["decision", "notices", "--sent", "alpha"],
        ["decision", "convene", "--as", "dan", "--committee", "alpha"],
        ["decision", "memo", "--as", "dan", "--file", "gone.txt"],
        ["decision", "pack", "--as", "dan", "--pack", "gone"],
    ],
)
def test_wrong_use_changes_nothing(run: Runner, in_review: Path, arguments: list[str]) -> None:
    before = read_log(in_review)
    length = 2 if arguments[0] == "decision" else 1
    answer = run(*arguments[:length], in_review, NAME, *arguments[length:])
    assert answer.code == WRONG_USE, answer.stderr
    assert read_log(in_review) == before


def test_what_nobody_put_forward_cannot_be_acted_on(run: Runner, folder: Path) -> None:
    for arguments in (["disclose", "--as", "cal"], ["decision", "show"], ["decision", "minutes"]):
        length = 2 if arguments[0] == "decision" else 1
        answer = run(*arguments[:length], folder, NAME, *arguments[length:])
        assert answer.code == WRONG_USE
        assert "apportion propose" in answer.stderr
    assert "Nothing was put forward" in done(run("decision", "show", folder)).stdout


def test_the_same_proposal_is_put_forward_once(run: Runner, folder: Path) -> None:
    done(run("propose", folder, NAME, "--as", "cal"))
    assert run("propose", folder, NAME, "--as", "cal").code == REFUSED


def test_a_proposal_that_cannot_be_carried_out_is_not_put_forward(run: Runner, folder: Path) -> None:
    (folder / "four-now.toml").write_text(SWAP.replace("quantity = 4", "quantity = 40"), encoding="utf-8")
    answer = run("propose", folder, NAME, "--as", "cal", "--json")
    assert answer.code == FOUND
    assert {one["code"] for one in answer.value["findings"]} >= {"move-above-lot"}
    assert not (folder / FILE).exists()
