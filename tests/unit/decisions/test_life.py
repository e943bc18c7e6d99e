"""The whole life of a decision from the command line."""

from __future__ import annotations

from pathlib import Path

from apportion.files.decisions import read_log
from apportion.govern.state import Status
from tests.decided import NAME, SWAP, TABLES, Clock, case_of, write_two
from tests.unit.decisions.acting import (
    APPLY,
    AS_BOOKED,
    AS_DECIDED,
    REFUSED,
    booked,
    done,
    facts_of,
    vote,
)
from tests.unit.test_cli_commands import WRONG_USE, Runner


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
        done(vote(run, folder, person=person, side=side))
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
    told = done(vote(run, in_review, person="ann", side="alpha")).stdout
    assert "ann voted yes for alpha." in told
    assert "four-now is under review" in told
    assert "Left to decide for alpha: amy; 1 of 2 disinterested members say yes." in told
    assert "Left to decide for beta: bea; 0 of 1 disinterested members say yes." in told
    done(vote(run, in_review, person="amy", side="alpha"))
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
        done(vote(run, in_review, person=person, side=side))
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
    assert vote(run, folder, person="cal", side="alpha").stderr.startswith("G7")


def test_a_committee_without_the_power_to_reject_advises(run: Runner, folder: Path) -> None:
    done(run("propose", folder, NAME, "--as", "cal"))
    done(run("disclose", folder, NAME, "--as", "cal"))
    formed = ["--committee", "alpha=ann,amy", "--finding", "They answered.", "--may-negotiate"]
    told = done(run("decision", "convene", folder, NAME, "--as", "dan", *formed)).stdout
    assert "Missing: for alpha, a mandate to negotiate and reject." in told
    done(run("review", folder, NAME, "--as", "dan"))
    for person, side in (("ann", "alpha"), ("amy", "alpha"), ("bea", "beta")):
        done(vote(run, folder, person=person, side=side))
    assert run("apply", folder, NAME, "--as", "dan", *APPLY).stderr.startswith("G11: ")


def test_an_emergency_is_applied_on_one_side_and_falls_back_without_a_review(
    run: Runner, folder: Path, clock: Clock
) -> None:
    done(run("propose", folder, NAME, "--as", "cal"))
    done(run("disclose", folder, NAME, "--as", "cal"))
    done(run("review", folder, NAME, "--as", "dan", "--emergency", "The hall opens in a week."))
    done(vote(run, folder, person="ann", side="alpha"))
    done(vote(run, folder, person="amy", side="alpha"))
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


def test_a_proposal_that_lies_elsewhere_is_kept_beside_the_scenario(run: Runner, folder: Path) -> None:
    elsewhere = folder.parent / "elsewhere.txt"
    elsewhere.write_text(SWAP.replace("four-now", "from-elsewhere"), encoding="utf-8")
    done(run("propose", folder, elsewhere, "--as", "cal"))
    assert (folder / "elsewhere.txt.toml").read_bytes() == elsewhere.read_bytes()
    elsewhere.unlink()
    done(run("disclose", folder, "from-elsewhere", "--as", "cal"))
    again = folder.parent / "four-now.toml"
    again.write_text(SWAP.replace("quantity = 4", "quantity = 3"), encoding="utf-8")
    answer = run("propose", folder, again, "--as", "cal")
    assert answer.code == WRONG_USE
    assert "another proposal 'four-now'" in answer.stderr
