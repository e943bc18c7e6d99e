"""The whole life of a decision from the command line: who may do what when, and what is kept of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from apportion.files.decisions import FILE, read_log
from apportion.govern.state import Status
from tests.decided import LATER, NAME, SWAP, TABLES, Clock, bring, case_of, lives, set_clock, write_two
from tests.unit.test_cli_commands import DONE, FOUND, WRONG_USE, Answer, Runner

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
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    return Runner(monkeypatch, capsys)


@pytest.fixture
def folder(tmp_path: Path, clock: Clock) -> Path:
    return write_two(tmp_path / "two")


@pytest.fixture
def analysed(folder: Path, stages: dict[str, Path]) -> Path:
    return bring(stages, "analysed", folder)


@pytest.fixture
def disclosed(folder: Path, stages: dict[str, Path]) -> Path:
    return bring(stages, "disclosed", folder)


@pytest.fixture
def in_review(folder: Path, stages: dict[str, Path]) -> Path:
    return bring(stages, "review", folder)


@pytest.fixture
def approved(folder: Path, stages: dict[str, Path]) -> Path:
    return bring(stages, "approved", folder)


@pytest.fixture
def applied(folder: Path, stages: dict[str, Path]) -> Path:
    return bring(stages, "applied", folder)


def facts_of(folder: Path) -> str:
    return case_of(folder).digest[:8]


def done(answer: Answer) -> Answer:
    assert answer.code == DONE, answer.stderr
    return answer


def vote(run: Runner, folder: Path, person: str, *, side: str, how: str = "--yes") -> Answer:
    return run("vote", folder, NAME, "--as", person, "--side", side, how, "--facts", facts_of(folder))


APPLY = ("--reason", "site-ready", "--because", "Beta can run them in February.")


def booked(run: Runner, folder: Path) -> dict[str, list[tuple[str, str]]]:
    """Return the days and units that each order gets as booked."""
    tables = done(run("plan", folder, "--rule", "as-booked", "--json")).value["tables"]
    found: dict[str, list[tuple[str, str]]] = {}
    for row in tables["allocations"]:
        found.setdefault(row["order"], []).append((row["round_on"], row["units"]))
    return found


AS_BOOKED = {"A": [("2031-02-01", "8")], "B": [("2031-04-01", "8")]}
AS_DECIDED = {
    "A": [("2031-02-01", "4"), ("2031-04-01", "4")],
    "B": [("2031-02-01", "4"), ("2031-04-01", "4")],
}


def test_a_proposal_goes_from_draft_to_closed(run: Runner, folder: Path, clock: Clock) -> None:
    statuses: list[Status] = []
    assert booked(run, folder) == AS_BOOKED
    steps: list[list[str | Path]] = [
        ["propose", folder, NAME, "--as", "cal"],
        ["disclose", folder, NAME, "--as", "cal", "--text", "Cal owns 40 percent of beta."],
        ["review", folder, NAME, "--as", "dan"],
    ]
    for arguments in steps:
        done(run(*arguments))
        statuses.append(case_of(folder).status)
    for person, side in (("ann", "alpha"), ("amy", "alpha"), ("bea", "beta")):
        assert booked(run, folder) == AS_BOOKED
        done(vote(run, folder, person, side=side))
    statuses.append(case_of(folder).status)
    assert booked(run, folder) == AS_BOOKED
    done(run("apply", folder, NAME, "--as", "dan", *APPLY))
    statuses.append(case_of(folder).status)
    assert booked(run, folder) == AS_DECIDED
    done(run("decision", "notices", folder, NAME, "--sent", "alpha", "--how", "letter", "--as", "dan"))
    clock.on("2031-04-01")
    assert run("decision", "close", folder, NAME, "--as", "dan").code == REFUSED
    done(run("decision", "settle", folder, NAME, "--as", "dan", "--obligation", "L2:A", "--units", "4"))
    done(run("decision", "close", folder, NAME, "--as", "dan"))
    statuses.append(case_of(folder).status)
    assert statuses == [
        Status.ANALYSED,
        Status.DISCLOSED,
        Status.UNDER_REVIEW,
        Status.APPROVED,
        Status.MAKE_GOOD_DUE,
        Status.CLOSED,
    ]
    assert booked(run, folder) == AS_DECIDED
    verbs = [one.verb for one in read_log(folder).events]
    assert verbs[:4] == ["propose", "analyse", "disclose", "open-review"]
    assert verbs[-4:] == ["apply", "notice", "settle", "close"]


def test_each_act_says_what_is_true_now_and_who_is_left(run: Runner, in_review: Path) -> None:
    told = done(vote(run, in_review, "ann", side="alpha")).stdout
    assert "ann voted yes for alpha." in told
    assert "four-now is under review" in told
    assert "Left to decide for alpha: amy; 1 of 2 disinterested members say yes." in told
    assert "Left to decide for beta: bea; 0 of 1 disinterested members say yes." in told
    done(vote(run, in_review, "amy", side="alpha"))
    body = done(
        run(
            "vote",
            in_review,
            NAME,
            "--as",
            "bea",
            "--side",
            "beta",
            "--yes",
            "--facts",
            facts_of(in_review),
            "--json",
        )
    ).value
    assert body["status"] == "approved"
    assert [one["verb"] for one in body["events"]] == ["acknowledge", "vote"]
    assert body["last_digest"] == read_log(in_review).last


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
    bring(stages, stage, folder)
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
    answer = vote(run, in_review, "cal", side="alpha")
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
    done(vote(run, in_review, "ann", side="alpha"))
    done(vote(run, in_review, "amy", side="alpha"))
    assert run("apply", in_review, NAME, "--as", "dan", *APPLY).stderr.startswith("G12: ")
    done(vote(run, in_review, "bea", side="beta"))
    assert run("apply", in_review, NAME, "--as", "dan").stderr.startswith("G18: ")
    assert run("apply", in_review, NAME, "--as", "dan", "--reason", "x").stderr.startswith("G18: ")
    assert case_of(in_review).status is Status.APPROVED


def test_dissent_and_abstention_are_kept(run: Runner, in_review: Path) -> None:
    words = ("--text", "They come back too late.")
    done(
        run(
            "vote",
            in_review,
            NAME,
            "--as",
            "ann",
            "--side",
            "alpha",
            "--no",
            "--facts",
            facts_of(in_review),
            *words,
        )
    )
    assert case_of(in_review).status is Status.REJECTED
    shown = done(run("decision", "show", in_review, NAME)).stdout
    assert "Voted against, for alpha: ann. “They come back too late.”" in shown
    assert "Nothing comes next." in shown
    assert (
        "ann voted no for alpha. “They come back too late.”"
        in done(run("decision", "minutes", in_review, NAME)).stdout
    )


def test_approval_after_the_effect_is_a_ratification_with_a_reason(
    run: Runner, in_review: Path, clock: Clock
) -> None:
    clock.on("2031-02-10")
    for person, side in (("ann", "alpha"), ("amy", "alpha"), ("bea", "beta")):
        done(vote(run, in_review, person, side=side))
    assert run("apply", in_review, NAME, "--as", "dan", *APPLY).stderr.startswith("G14: ")
    done(run("apply", in_review, NAME, "--as", "dan", *APPLY, "--ratify", "Nobody asked in January."))
    assert (
        "ratification: approved no earlier than it took effect"
        in done(run("decision", "show", in_review, NAME)).stdout
    )


def test_an_approval_that_is_not_applied_in_time_lapses(run: Runner, approved: Path, clock: Clock) -> None:
    assert run("lapse", approved, NAME).stderr.startswith("G14: No clock of four-now has run out.")
    clock.on("2031-06-01")
    done(run("lapse", approved, NAME))
    assert case_of(approved).status is Status.LAPSED
    assert run("apply", approved, NAME, "--as", "dan", *APPLY).code == REFUSED
    assert booked(run, approved) == AS_BOOKED


def test_a_dear_swap_needs_a_memo_and_all_of_a_review_is_done_or_nothing(run: Runner, folder: Path) -> None:
    dear = [{**TABLES["skus"][0], "unit_price_usd": "", "rent_usd_per_hour": ""}]
    write_two(folder, skus=dear)
    memo = folder.parent / "memo.txt"
    memo.write_text("The policy's own result would leave both as booked.", encoding="utf-8")
    done(run("propose", folder, NAME, "--as", "cal"))
    told = done(run("disclose", folder, NAME, "--as", "cal")).stdout
    assert "Missing: an independent memo" in told
    assert run("review", folder, NAME, "--as", "dan").stderr.startswith("G16: ")
    committee = [
        "--committee",
        "alpha=ann,amy",
        "--found-by",
        "dan",
        "--finding",
        "They answered a questionnaire.",
    ]
    whole: list[str | Path] = [
        *committee,
        "--may-negotiate",
        "--may-reject",
        "--memo",
        memo,
        "--memo-by",
        "dan",
    ]
    before = read_log(folder)
    one_way = run("review", folder, NAME, "--as", "dan", *whole, "--alternative", "policy-result")
    assert one_way.stderr.startswith("G16: ")
    assert read_log(folder) == before
    ways = ["--alternative", "policy-result", "--alternative", "two units now"]
    done(run("review", folder, NAME, "--as", "dan", *whole, *ways))
    assert case_of(folder).committees["alpha"].members == ("ann", "amy")
    assert case_of(folder).memos[0].alternatives == ("policy-result", "two units now")
    assert vote(run, folder, "cal", side="alpha").stderr.startswith("G7")


def test_a_committee_without_the_power_to_reject_advises(run: Runner, folder: Path) -> None:
    done(run("propose", folder, NAME, "--as", "cal"))
    done(run("disclose", folder, NAME, "--as", "cal"))
    formed = ["--committee", "alpha=ann,amy", "--finding", "They answered.", "--may-negotiate"]
    told = done(run("decision", "convene", folder, NAME, "--as", "dan", *formed)).stdout
    assert "Missing: for alpha, a mandate to negotiate and reject." in told
    done(run("review", folder, NAME, "--as", "dan"))
    for person, side in (("ann", "alpha"), ("amy", "alpha"), ("bea", "beta")):
        done(vote(run, folder, person, side=side))
    assert run("apply", folder, NAME, "--as", "dan", *APPLY).stderr.startswith("G11: ")


def test_an_emergency_is_applied_on_one_side_and_falls_back_without_a_review(
    run: Runner, folder: Path, clock: Clock
) -> None:
    done(run("propose", folder, NAME, "--as", "cal"))
    done(run("disclose", folder, NAME, "--as", "cal"))
    done(run("review", folder, NAME, "--as", "dan", "--emergency", "The hall opens in a week."))
    done(vote(run, folder, "ann", side="alpha"))
    done(vote(run, folder, "amy", side="alpha"))
    done(run("apply", folder, NAME, "--as", "dan", *APPLY))
    assert booked(run, folder) == AS_DECIDED
    clock.on("2031-01-20")
    assert booked(run, folder) == AS_BOOKED
    done(run("lapse", folder, NAME))
    assert "to be reversed" in done(run("decision", "show", folder, NAME)).stdout


def test_another_pack_voids_the_votes_and_asks_for_a_new_analysis(
    run: Runner, folder: Path, in_review: Path
) -> None:
    refused = run("decision", "pack", in_review, NAME, "--as", "ann", "--pack", "nasdaq-5630")
    assert refused.stderr.startswith("G26: ")
    outsider = {"party": "eve", "name": "Eve", "kind": "person", "listed": ""}
    other = write_two(folder.parent / "other", parties=[*TABLES["parties"], outsider])
    done(run("propose", other, NAME, "--as", "cal"))
    told = done(run("decision", "pack", other, NAME, "--as", "eve", "--pack", "nasdaq-5630")).stdout
    assert "under nasdaq-5630" in told
    assert case_of(other).status is Status.DRAFT
    done(run("decision", "analyse", other, NAME))
    assert case_of(other).status is Status.ANALYSED


def test_attesting_lets_a_member_vote_again_after_a_year(run: Runner, in_review: Path, clock: Clock) -> None:
    done(run("decision", "acknowledge", in_review, NAME, "--as", "ann", "--facts", facts_of(in_review)))
    clock.on("2032-01-03")
    late = run("vote", in_review, NAME, "--as", "ann", "--side", "alpha", "--yes")
    assert late.stderr.startswith("G20: ")
    done(run("decision", "attest", in_review, NAME, "--as", "ann"))
    done(run("vote", in_review, NAME, "--as", "ann", "--side", "alpha", "--yes"))


def test_a_change_by_hand_is_noted_with_who_gets_what(run: Runner, applied: Path) -> None:
    hand = [
        "--reason",
        "damage",
        "--because",
        "One unit arrived broken.",
        "--winner",
        "alpha",
        "--loser",
        "beta",
    ]
    told = done(run("decision", "override", applied, NAME, "--as", "dan", *hand, "--units", "1")).stdout
    assert "alpha" in told
    assert case_of(applied).overrides[-1].delta_units == 1


@pytest.mark.parametrize(
    ("person", "told"),
    [("nobody", "is not among the parties"), ("alpha", "is no person or body"), ("an", "Did you mean")],
)
def test_only_a_person_of_the_scenario_acts(run: Runner, folder: Path, person: str, told: str) -> None:
    answer = run("propose", folder, NAME, "--as", person)
    assert answer.code == WRONG_USE
    assert told in answer.stderr
    assert not (folder / FILE).exists()


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


def test_a_proposal_that_lies_elsewhere_is_kept_beside_the_scenario(run: Runner, folder: Path) -> None:
    elsewhere = folder.parent / "elsewhere.toml"
    elsewhere.write_text(SWAP.replace("four-now", "from-elsewhere"), encoding="utf-8")
    done(run("propose", folder, elsewhere, "--as", "cal"))
    assert (folder / "elsewhere.toml").read_bytes() == elsewhere.read_bytes()
    elsewhere.unlink()
    done(run("disclose", folder, "from-elsewhere", "--as", "cal"))
    again = folder.parent / "four-now.toml"
    again.write_text(SWAP.replace("quantity = 4", "quantity = 3"), encoding="utf-8")
    answer = run("propose", folder, again, "--as", "cal")
    assert answer.code == WRONG_USE
    assert "another proposal 'four-now'" in answer.stderr


def test_the_same_proposal_is_put_forward_once(run: Runner, folder: Path) -> None:
    done(run("propose", folder, NAME, "--as", "cal"))
    assert run("propose", folder, NAME, "--as", "cal").code == REFUSED


def test_a_proposal_that_cannot_be_carried_out_is_not_put_forward(run: Runner, folder: Path) -> None:
    (folder / "four-now.toml").write_text(SWAP.replace("quantity = 4", "quantity = 40"), encoding="utf-8")
    answer = run("propose", folder, NAME, "--as", "cal", "--json")
    assert answer.code == FOUND
    assert {one["code"] for one in answer.value["findings"]} >= {"move-above-lot"}
    assert not (folder / FILE).exists()


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
