"""G9 to G12: committees, majorities, mandates, and each side for itself."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from apportion.govern import acts
from apportion.govern.acts import Choice
from apportion.govern.eligible import Side, needed_sides, sides
from apportion.govern.facts import Entity
from apportion.govern.packs import Majority, Pack, Sides
from apportion.govern.refusal import Rule
from apportion.govern.state import Mark, Status
from tests.governed import (
    ALPHA,
    BETA,
    Log,
    apply,
    board,
    convene,
    make_analysis,
    make_pack,
    strict,
    tie,
    vote,
)

BETA_YES = ("beta-1", "beta-2")
THREE = frozenset({"founder", "alpha-1", "alpha-2", "alpha-3"})


def side_of(log: Log, entity: str = ALPHA) -> Side:
    return next(one for one in sides(log.state, log.case, now=log.now) if one.entity == entity)


def three_conflicted(pack: Pack | None = None) -> Log:
    return Log(analysis=make_analysis(conflicted=THREE), pack=pack or strict())


def test_g09_with_three_of_five_conflicted_the_board_does_not_do_and_a_committee_does() -> None:
    log = three_conflicted().opened()
    assert side_of(log).needs_committee
    log.ok(acts.Acknowledge(by="alpha-4", digest=log.case.digest))
    log.refuses(vote("alpha-4", ALPHA), Rule.COMMITTEE, key="committee-needed")
    log.refuses(apply(), Rule.COMMITTEE, key="committee-needed")
    log.ok(convene(ALPHA, ("alpha-4", "alpha-5"))).votes(ALPHA, ("alpha-4", "alpha-5")).votes(BETA, BETA_YES)
    assert log.ok(apply()).stands(Status.APPLIED)


def test_g09_with_two_of_five_conflicted_the_board_does() -> None:
    log = Log(analysis=make_analysis(conflicted=THREE - {"alpha-3"})).opened()
    assert not side_of(log).needs_committee
    log.votes(ALPHA, ("alpha-3", "alpha-4")).votes(BETA, BETA_YES).ok(apply())


def test_g09_half_a_board_is_no_majority_of_it() -> None:
    seats = (*board(ALPHA, count=4), *board(BETA, count=3))
    log = Log(analysis=make_analysis(seats=seats, conflicted=frozenset({"alpha-1", "alpha-2"}))).opened()
    assert not side_of(log).needs_committee


@pytest.mark.parametrize(
    ("members", "rule", "key"),
    [
        (("alpha-4",), Rule.COMMITTEE, "committee-small"),
        (("alpha-4", "alpha-4"), Rule.COMMITTEE, "committee-small"),
        (("alpha-4", "beta-1"), Rule.COMMITTEE, "not-on-board"),
        (("alpha-4", "alpha-1"), Rule.COMMITTEE, "member-not-disinterested"),
    ],
)
def test_g09_a_committee_is_of_two_directors_or_more_none_of_them_conflicted(
    members: tuple[str, ...], rule: Rule, key: str
) -> None:
    three_conflicted().disclosed().refuses(convene(ALPHA, members), rule, key=key)


def test_g09_whoever_put_forward_sits_on_no_committee() -> None:
    log = Log().disclosed("alpha-5")
    log.refuses(convene(ALPHA, ("alpha-4", "alpha-5")), Rule.PROPOSER, key="barred")


def test_g09_nobody_finds_themselves_disinterested() -> None:
    alone = convene(ALPHA, ("alpha-4", "alpha-5"), by="alpha-4")
    three_conflicted().disclosed().refuses(alone, Rule.COMMITTEE, key="finds-self")


def test_g09_a_finding_says_what_it_rests_on() -> None:
    silent = replace(convene(ALPHA, ("alpha-4", "alpha-5")), finding=" ")
    three_conflicted().disclosed().refuses(silent, Rule.COMMITTEE, key="no-finding")


def test_g09_a_committee_is_of_a_side() -> None:
    three_conflicted().disclosed().refuses(convene("gamma", ("a", "b")), Rule.COMMITTEE, key="no-such-side")


def test_g09_a_forum_is_not_changed_once_it_votes() -> None:
    log = Log().opened().votes(ALPHA, ("alpha-1",), choice=Choice.NO)
    log.refuses(convene(ALPHA, ("alpha-4", "alpha-5")), Rule.COMMITTEE, key="side-voted")


def test_g09_a_committee_that_shrinks_under_its_least_size_decides_nothing() -> None:
    log = three_conflicted().opened().ok(convene(ALPHA, ("alpha-4", "alpha-5")))
    log.votes(ALPHA, ("alpha-4", "alpha-5")).votes(BETA, BETA_YES).ok(acts.Recuse(by="alpha-5"))
    assert log.stands(Status.UNDER_REVIEW)
    log.refuses(apply(), Rule.COMMITTEE, key="forum-small")


def test_g09_a_member_who_is_off_the_committee_does_not_vote() -> None:
    log = Log().opened().ok(convene(ALPHA, ("alpha-4", "alpha-5")))
    log.refuses(vote("alpha-1", ALPHA), Rule.ELIGIBLE, key="no-member")


def test_g10_majority_is_of_the_serving_and_not_of_those_present() -> None:
    log = Log().opened().votes(BETA, BETA_YES)
    log.votes(ALPHA, ("alpha-1", "alpha-2")).votes(ALPHA, ("alpha-3",), choice=Choice.ABSTAIN)
    assert len(side_of(log).disinterested) == 5
    assert log.stands(Status.UNDER_REVIEW)
    log.refuses(apply(), Rule.BOTH_SIDES, key="one-sided")
    # The third yes is the majority of five.
    assert log.votes(ALPHA, ("alpha-4",)).stands(Status.APPROVED)


def test_g10_two_yes_of_five_are_no_majority_where_nobody_else_votes_either() -> None:
    log = Log().opened().votes(ALPHA, ("alpha-1", "alpha-2"))
    log.refuses(apply(), Rule.MAJORITY, key="no-majority")


def test_g10_a_pack_that_counts_votes_cast_lets_two_of_three_pass() -> None:
    pack = make_pack(majority=Majority.CAST, quorum_percent=Fraction(50))
    log = Log(pack=pack).opened().votes(BETA, BETA_YES)
    log.votes(ALPHA, ("alpha-1", "alpha-2"))
    assert log.stands(Status.UNDER_REVIEW)  # Two of five are no quorum of half.
    assert log.votes(ALPHA, ("alpha-3",), choice=Choice.NO).stands(Status.APPROVED)


def test_g10_even_votes_pass_nothing_under_either_pack() -> None:
    seats = (*board(ALPHA, count=2), *board(BETA, count=3))
    for pack in (strict(), make_pack(majority=Majority.CAST)):
        log = Log(analysis=make_analysis(seats=seats), pack=pack).opened().votes(BETA, BETA_YES)
        log.votes(ALPHA, ("alpha-1",)).votes(ALPHA, ("alpha-2",), choice=Choice.NO)
        assert log.stands(Status.REJECTED)


def test_g10_what_cannot_reach_a_majority_any_more_is_rejected() -> None:
    log = Log().opened().votes(ALPHA, ("alpha-1", "alpha-2"), choice=Choice.NO)
    assert log.stands(Status.UNDER_REVIEW)
    log.votes(ALPHA, ("alpha-3",), choice=Choice.ABSTAIN)
    assert log.stands(Status.REJECTED)
    log.refuses(apply(), Rule.MAJORITY, key="over")


def test_g11_a_committee_that_may_not_reject_only_advises() -> None:
    log = Log().opened().ok(convene(ALPHA, ("alpha-4", "alpha-5"), may_reject=False))
    log.votes(BETA, BETA_YES).votes(ALPHA, ("alpha-4", "alpha-5"))
    assert Mark.ADVISORY in log.case.marks
    log.refuses(apply(), Rule.REJECT, key="advisory")


def test_g11_a_committee_that_may_not_negotiate_only_advises() -> None:
    log = Log().opened().ok(convene(ALPHA, ("alpha-4", "alpha-5"), may_negotiate=False))
    log.votes(BETA, BETA_YES).votes(ALPHA, ("alpha-4", "alpha-5"))
    log.refuses(apply(), Rule.REJECT, key="advisory")


def test_g11_a_pack_may_ask_for_no_such_mandate() -> None:
    log = Log(pack=make_pack(needs_power_to_reject=False)).opened()
    log.ok(convene(ALPHA, ("alpha-4", "alpha-5"), may_reject=False))
    log.votes(BETA, BETA_YES).votes(ALPHA, ("alpha-4", "alpha-5")).ok(apply())


@pytest.mark.parametrize(("percent", "is_advice"), [(33, False), (34, True)])
def test_g11_a_pack_may_ask_for_it_from_a_share_on(percent: int, *, is_advice: bool) -> None:
    pack = make_pack(power_to_reject_from_percent=Fraction(100, 3))
    held = tie("founder", BETA, role="owner", percent=percent)
    log = Log(analysis=make_analysis(ties=(held,)), pack=pack).opened()
    log.ok(convene(ALPHA, ("alpha-4", "alpha-5"), may_reject=False)).votes(ALPHA, ("alpha-4", "alpha-5"))
    assert side_of(log).is_advisory is is_advice


def test_g11_whoever_controls_a_side_makes_that_mandate_necessary() -> None:
    pack = make_pack(power_to_reject_from_percent=Fraction(100, 3))
    log = Log(analysis=make_analysis(ties=(tie("founder", BETA, role="controller"),)), pack=pack).opened()
    log.ok(convene(ALPHA, ("alpha-4", "alpha-5"), may_reject=False))
    assert side_of(log).is_advisory


def test_g12_one_sides_yes_alone_is_blocked() -> None:
    log = Log().opened().votes(ALPHA, ("alpha-1", "alpha-2", "alpha-3"))
    log.refuses(apply(), Rule.BOTH_SIDES, key="one-sided")
    assert log.votes(BETA, BETA_YES).ok(apply()).stands(Status.APPLIED)


def test_g12_a_side_that_has_one_owner_alone_needs_no_approval_of_its_own() -> None:
    entities = (
        Entity(id=ALPHA, has_outside_owners=True, is_listed=True),
        Entity(id=BETA, has_outside_owners=False, is_listed=False),
    )
    log = (
        Log(analysis=make_analysis(entities=entities))
        .opened()
        .votes(ALPHA, ("alpha-1", "alpha-2", "alpha-3"))
    )
    assert log.ok(apply()).stands(Status.APPLIED)


ENTITIES = (
    Entity(id="a", has_outside_owners=True, is_listed=True),
    Entity(id="b", has_outside_owners=True, is_listed=False),
    Entity(id="c", has_outside_owners=False, is_listed=False),
)


@pytest.mark.parametrize(
    ("which", "needed"),
    [(Sides.ALL, {"a", "b", "c"}), (Sides.OUTSIDE_OWNERS, {"a", "b"}), (Sides.LISTED, {"a"})],
)
def test_g12_the_pack_says_which_sides_need_one(which: Sides, needed: set[str]) -> None:
    assert needed_sides(ENTITIES, pack=make_pack(sides=which)) == needed


def test_g12_where_the_packs_test_fits_no_side_every_side_needs_one() -> None:
    assert needed_sides(ENTITIES[1:], pack=make_pack(sides=Sides.LISTED)) == {"b", "c"}


def test_g12_a_side_on_which_nobody_is_known_to_serve_approves_nothing() -> None:
    log = Log(analysis=make_analysis(seats=board(ALPHA, count=5))).opened()
    log.votes(ALPHA, ("alpha-1", "alpha-2", "alpha-3"))
    log.refuses(apply(), Rule.COMMITTEE, key="forum-small")


def test_g12_what_nobody_is_known_to_gain_or_lose_by_has_no_forum() -> None:
    log = Log(analysis=make_analysis(entities=())).ok(acts.Propose(by="founder"))
    refusal = log.do(acts.Analyse())
    assert refusal is not None
    assert refusal.key == "refusal.no-sides"
