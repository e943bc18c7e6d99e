"""G6 to G8: who proposes never approves, who is conflicted takes no part, who is eligible is counted anew."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from apportion.govern import acts
from apportion.govern.acts import Act, Choice
from apportion.govern.eligible import Side, sides
from apportion.govern.events import SYSTEM
from apportion.govern.minutes import may_see_deliberation, minutes
from apportion.govern.refusal import Rule
from apportion.govern.state import Status
from tests.governed import (
    ALPHA,
    BETA,
    Log,
    apply,
    board,
    convene,
    make_analysis,
    make_pack,
    vote,
)


def side_of(log: Log, entity: str = ALPHA) -> Side:
    return next(one for one in sides(log.state, log.case, now=log.now) if one.entity == entity)


def informed(log: Log, person: str) -> Log:
    return log.ok(acts.Acknowledge(by=person, digest=log.case.digest))


def test_g06_whoever_puts_forward_never_approves() -> None:
    log = informed(Log().opened("alpha-1"), "alpha-1")
    log.refuses(vote("alpha-1", ALPHA), Rule.PROPOSER, key="barred")


def test_g06_whoever_is_said_to_have_decided_never_approves() -> None:
    log = informed(Log(analysis=make_analysis(decided_by="alpha-2")).opened(), "alpha-2")
    log.refuses(vote("alpha-2", ALPHA), Rule.PROPOSER, key="barred")


def test_g06_whoever_analyses_never_approves() -> None:
    log = Log().ok(acts.Propose(by="founder"), acts.Analyse(by="alpha-3"), acts.Disclose(by="founder"))
    memo = acts.Memo(by="adviser", text="Both.", alternatives=(acts.POLICY_RESULT, "bridge"))
    informed(log.ok(memo, acts.OpenReview(by="clerk")), "alpha-3")
    log.refuses(vote("alpha-3", ALPHA), Rule.PROPOSER, key="barred")


def test_g06_whoever_writes_the_memo_never_approves() -> None:
    log = Log().disclosed()
    memo = acts.Memo(by="alpha-4", text="Both.", alternatives=(acts.POLICY_RESULT, "bridge"))
    informed(log.ok(memo, acts.OpenReview(by="clerk")), "alpha-4")
    log.refuses(vote("alpha-4", ALPHA), Rule.PROPOSER, key="barred")


def test_g06_another_member_does_approve() -> None:
    log = informed(Log().opened("alpha-1"), "alpha-2").ok(vote("alpha-2", ALPHA))
    assert side_of(log).yes == {"alpha-2"}


def test_g06_a_member_who_put_forward_still_counts_among_those_of_whom_a_majority_is_needed() -> None:
    log = Log(analysis=make_analysis(seats=(*board(ALPHA, count=2), *board(BETA, count=3)))).opened("alpha-1")
    log.votes(ALPHA, ("alpha-2",))
    assert side_of(log).disinterested == {"alpha-1", "alpha-2"}
    assert not side_of(log).is_approved


def test_g06_nobody_withdraws_what_somebody_else_put_forward() -> None:
    Log().proposed("alpha-1").refuses(acts.Withdraw(by="alpha-2"), Rule.PROPOSER, key="not-proposer")


def test_g06_a_proposal_may_be_withdrawn_by_whoever_put_it_forward_though_conflicted() -> None:
    assert Log().opened().ok(acts.Withdraw(by="founder")).stands(Status.WITHDRAWN)


OTHER_PACK = make_pack()
CLOSED_TO_CONFLICTED: list[Act] = [
    acts.Analyse(by="founder"),
    acts.Memo(by="founder", text="Fair.", alternatives=(acts.POLICY_RESULT, "bridge")),
    acts.OpenReview(by="founder"),
    convene(ALPHA, ("alpha-1", "alpha-2"), by="founder"),
    vote("founder", ALPHA),
    apply("founder"),
    acts.Settle(by="founder", obligation="return", units=1),
    acts.SendNotice(by="founder", party=ALPHA),
    acts.Override(by="founder", code="x", text="y", winner=BETA, loser=ALPHA, delta_units=1),
    acts.Close(by="founder"),
]


@pytest.mark.parametrize("act", CLOSED_TO_CONFLICTED, ids=lambda act: act.verb)
def test_g07_whoever_is_conflicted_takes_no_part(act: Act) -> None:
    log = Log(analysis=make_analysis(seats=(*make_analysis().seats, *replace_person())))
    log.approved().refuses(act, Rule.RECUSAL, key="conflicted")


def replace_person() -> tuple[object, ...]:
    """Return a seat on alpha's board for the founder, so that nothing but the conflict bars the vote."""
    return tuple(replace(seat, person="founder") for seat in board(ALPHA, count=1))


@pytest.mark.parametrize("act", CLOSED_TO_CONFLICTED, ids=lambda act: act.verb)
def test_g07_whoever_stepped_aside_takes_no_part(act: Act) -> None:
    log = Log().ok(acts.Propose(by="someone"), acts.Analyse(), acts.Recuse(by="alpha-5"))
    own = replace(act, found_disinterested_by="alpha-5") if isinstance(act, acts.Convene) else act
    log.refuses(replace(own, by="alpha-5"), Rule.RECUSAL, key="recused")


def test_g07_whoever_is_conflicted_may_put_forward_disclose_attest_speak_and_step_aside() -> None:
    log = Log().disclosed("founder")
    log.ok(
        acts.Attest(by="founder"),
        acts.Acknowledge(by="founder", digest=log.case.digest),
        acts.Statement(by="founder", text="We need them."),
        acts.Recuse(by="founder"),
    )
    assert log.case.statements[0].is_conflicted


def test_g07_the_statement_of_somebody_else_carries_no_label() -> None:
    assert not Log().proposed().ok(acts.Statement(by="clerk", text="Noted.")).case.statements[0].is_conflicted


def test_g07_a_statement_says_something() -> None:
    Log().proposed().refuses(acts.Statement(by="founder", text=" "), Rule.RECUSAL, key="blank-statement")


def test_g07_nobody_finds_for_somebody_else() -> None:
    lent = replace(convene(ALPHA, ("alpha-1", "alpha-2")), found_disinterested_by="notary")
    Log().disclosed().refuses(lent, Rule.RECUSAL, key="delegated")


def test_g07_nobody_acts_as_the_program_and_the_program_acts_as_nobody() -> None:
    log = Log().opened()
    log.refuses(acts.FactsChanged(by="clerk"), Rule.RECUSAL, key="not-own-act")
    refusal = log.do(vote(SYSTEM, ALPHA))
    assert refusal is not None
    assert refusal.key == "refusal.not-own-act"


def test_g07_whom_the_files_show_as_conflicted_at_the_act_is_so_from_then_on() -> None:
    log = informed(Log().opened(), "alpha-1")
    log.conflicted = frozenset({"alpha-1"})
    log.refuses(vote("alpha-1", ALPHA), Rule.RECUSAL, key="conflicted")
    log.votes(ALPHA, ("alpha-2",))
    log.conflicted = frozenset()
    assert "alpha-1" in log.case.conflicted
    log.refuses(vote("alpha-1", ALPHA), Rule.RECUSAL, key="conflicted")


def test_g07_deliberation_is_withheld_from_whoever_is_conflicted_and_shown_to_others() -> None:
    log = Log().approved()
    assert not may_see_deliberation(log.case, "founder")
    assert may_see_deliberation(log.case, "clerk")
    hidden = minutes(log.events, proposal=log.name, viewer="founder")
    shown = minutes(log.events, proposal=log.name, viewer="clerk")
    assert len(hidden) == len(shown)
    assert {entry.key for entry in shown if entry.key.startswith(("minutes.vote", "minutes.memo"))}
    assert not [e for e in hidden if e.key.startswith(("minutes.vote", "minutes.memo", "minutes.convene"))]
    assert all(not entry.by and not entry.text and not entry.values for entry in hidden if entry.is_hidden)
    assert sum(entry.is_hidden for entry in hidden) == 6


def test_g07_deliberation_is_withheld_from_whoever_steps_aside_later() -> None:
    log = Log().approved().ok(acts.Recuse(by="alpha-5"))
    assert any(entry.is_hidden for entry in minutes(log.events, proposal=log.name, viewer="alpha-5"))


def test_g08_the_eligible_are_members_who_are_not_conflicted_barred_aside_or_unattested() -> None:
    log = Log(analysis=make_analysis(conflicted=frozenset({"alpha-1", "founder"}))).opened("alpha-2")
    for person in ("alpha-1", "alpha-2", "alpha-3", "alpha-4"):
        informed(log, person)
    log.ok(acts.Recuse(by="alpha-3"))
    side = side_of(log)
    assert side.eligible == {"alpha-4"}
    assert dict(side.excluded) == {
        "alpha-1": Rule.RECUSAL,
        "alpha-2": Rule.PROPOSER,
        "alpha-3": Rule.RECUSAL,
        "alpha-5": Rule.ATTESTATION,
    }
    assert side.disinterested == {"alpha-2", "alpha-4", "alpha-5"}


def test_g08_whoever_is_no_member_does_not_vote() -> None:
    informed(Log().opened(), "beta-1").refuses(vote("beta-1", ALPHA), Rule.ELIGIBLE, key="no-member")


def test_g08_a_seat_that_ended_before_the_vote_gives_none() -> None:
    seats = (*board(ALPHA, count=5, until_on=dt.date(2023, 12, 10)), *board(BETA, count=3))
    log = informed(Log(analysis=make_analysis(seats=seats)).opened(), "alpha-1").wait(9)
    log.refuses(vote("alpha-1", ALPHA), Rule.ELIGIBLE, key="no-member")


def test_g08_who_steps_aside_after_voting_is_no_yes_at_the_close() -> None:
    log = Log().approved().ok(acts.Recuse(by="alpha-1"), acts.Recuse(by="alpha-4"))
    # Two of the three who are left still are a majority.
    assert log.stands(Status.APPROVED)
    log.ok(acts.Recuse(by="alpha-2"))
    assert log.stands(Status.UNDER_REVIEW)
    log.refuses(apply(), Rule.COMMITTEE, key="committee-needed")


def test_g08_whose_seat_ends_after_voting_is_no_yes_at_the_close() -> None:
    leaving = tuple(replace(seat, until_on=dt.date(2023, 12, 10)) for seat in board(ALPHA, count=3))
    staying = board(ALPHA, count=5)[3:]
    log = Log(analysis=make_analysis(seats=(*leaving, *staying, *board(BETA, count=3)))).approved()
    assert log.stands(Status.APPROVED)
    log.wait(10).refuses(apply(), Rule.ELIGIBLE, key="no-longer-approved")


def test_g08_a_member_may_vote_again_and_the_last_vote_counts() -> None:
    log = Log().opened().votes(ALPHA, ("alpha-1",), choice=Choice.NO).ok(vote("alpha-1", ALPHA))
    assert side_of(log).yes == {"alpha-1"}
    assert not side_of(log).no
    assert len(log.case.votes) == 2
